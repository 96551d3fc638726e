//! `copydesk doctor` as a person or a script calls it.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

struct Room {
    folder: tempfile::TempDir,
}

impl Room {
    fn new() -> Self {
        let room = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(room.path("desk/.copydesk")).unwrap();
        std::fs::write(room.path("desk/a.md"), "Un mot.\n").unwrap();
        room
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join(path)
    }

    fn call(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_copydesk"))
            .args(args)
            .current_dir(self.path("desk"))
            .env("COPYDESK_DATA_DIR", self.path("data"))
            .env("COPYDESK_AUTHOR", "Ada")
            .env("COPYDESK_LOCALE", "en")
            .output()
            .unwrap()
    }

    fn json(&self, args: &[&str], status: i32) -> serde_json::Value {
        let out = self.call(args);
        assert_eq!(out.status.code(), Some(status), "{out:?}");
        serde_json::from_slice(&out.stdout).unwrap()
    }

    /// The folder of this machine for the desk, made by a first restore of a revision.
    fn with_history(&self) -> PathBuf {
        // Any call that opens the history makes it.
        assert!(self.call(&["history", "a.md"]).status.success());
        let desks = std::fs::read_dir(self.path("data/desks")).unwrap();
        desks.map(|entry| entry.unwrap().path()).next().unwrap()
    }
}

fn codes(report: &serde_json::Value) -> Vec<&str> {
    report["findings"].as_array().unwrap().iter().map(|finding| finding["code"].as_str().unwrap()).collect()
}

#[test]
fn a_sound_desk_is_told_so() {
    let room = Room::new();
    std::fs::create_dir(room.path("desk/ville")).unwrap();
    let out = room.call(&["doctor"]);
    assert!(
        out.status.success() && String::from_utf8_lossy(&out.stdout).ends_with("All is well.\n"),
        "{out:?}"
    );
    let report = room.json(&["doctor", "--json"], 0);
    assert_eq!((report["articles"].as_u64(), codes(&report).len()), (Some(1), 0));
    assert_eq!(report["desk"], room.path("desk").canonicalize().unwrap().display().to_string());
}

#[test]
fn what_is_wrong_is_named_with_its_file_and_mended_where_that_is_safe() {
    let room = Room::new();
    std::fs::write(room.path("desk/latin.md"), b"caf\xe9").unwrap();
    std::fs::write(room.path("desk/.copydesk-1-1.tmp"), "Un mot.\n").unwrap();
    let report = room.json(&["doctor", "--json"], 1);
    assert_eq!(codes(&report), ["not_text", "leftover"]);
    assert_eq!(
        (&report["findings"][0]["path"], &report["findings"][0]["weight"]),
        (&"latin.md".into(), &"wrong".into())
    );
    let told = room.call(&["doctor"]);
    assert!(String::from_utf8_lossy(&told.stdout).contains("latin.md"), "{told:?}");
    let mended = room.json(&["doctor", "--json", "--fix"], 1);
    assert_eq!(mended["findings"][1]["mended"], true);
    assert!(!room.path("desk/.copydesk-1-1.tmp").exists() && room.path("desk/latin.md").exists());
}

#[test]
fn a_damaged_history_is_set_aside_and_a_backup_brings_it_back() {
    let room = Room::new();
    let local = room.with_history();
    let backup = room.path("desk.backup");
    let kept = room.json(&["doctor", "--backup", &backup.display().to_string(), "--json"], 0);
    assert_eq!(kept["revisions"], 0);
    let again = room.call(&["doctor", "--backup", &backup.display().to_string()]);
    assert_eq!(again.status.code(), Some(2), "a backup is never written over: {again:?}");

    std::fs::write(local.join("history.db"), b"not a database at all").unwrap();
    assert_eq!(codes(&room.json(&["doctor", "--json"], 1)), ["history_damaged"]);
    let mended = room.json(&["doctor", "--json", "--fix"], 0);
    assert_eq!(codes(&mended), ["history_damaged", "history_set_aside"]);
    assert!(aside(&local), "what was damaged is kept");

    let brought = room.json(&["doctor", "--restore", &backup.display().to_string(), "--json"], 0);
    assert!(brought["replaced"].is_string());
    let torn = room.path("torn");
    std::fs::write(&torn, &std::fs::read(&backup).unwrap()[..2_000]).unwrap();
    let refused = room.call(&["doctor", "--restore", &torn.display().to_string()]);
    assert_eq!(refused.status.code(), Some(2), "{refused:?}");
    assert!(String::from_utf8_lossy(&refused.stderr).contains("torn"));
}

fn aside(local: &Path) -> bool {
    let names = std::fs::read_dir(local).unwrap().map(|entry| entry.unwrap().file_name());
    names.into_iter().any(|name| name.to_string_lossy().contains("damaged"))
}

#[test]
fn a_desk_that_is_open_is_looked_at_and_not_mended() {
    let room = Room::new();
    let local = room.with_history();
    let lock = std::fs::File::create(local.join("window.lock")).unwrap();
    lock.lock().unwrap();
    assert!(room.call(&["doctor"]).status.success());
    let out = room.call(&["doctor", "--fix"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("open in a window"), "{out:?}");
}

#[test]
fn a_desk_that_is_not_there_is_named() {
    let room = Room::new();
    let out = room.call(&["doctor", "--desk", "nowhere"]);
    assert_eq!(out.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&out.stderr).contains("nowhere"), "{out:?}");
}
