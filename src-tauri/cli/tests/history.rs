//! `copydesk history` as a person or a script calls it.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use copydesk_desk::env::FixedClock;
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::history::{History, Origin};
use copydesk_desk::store::settings::{Store, desk_id};
use copydesk_desk::wire::Settings;
use serde_json::{Value, json};

/// A desk whose article has two revisions and, on the disk, words that no history holds.
fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let desk = folder.path().join("desk");
    std::fs::create_dir_all(desk.join(".copydesk")).unwrap();
    std::fs::create_dir(desk.join("ville")).unwrap();
    std::fs::write(desk.join("ville/a.md"), "Écrit ailleurs.\n").unwrap();
    let local = folder.path().join("data/desks").join(desk_id(&desk.canonicalize().unwrap()));
    std::fs::create_dir_all(&local).unwrap();
    let clock = Arc::new(FixedClock("2026-11-20T09:00:00Z".parse().unwrap()));
    let history = History::open(&local.join("history.db"), clock).unwrap();
    for (words, origin) in [("Premier jet.\n", Origin::Open), ("Deuxième jet.\n", Origin::Save)] {
        history.record("ville/a.md", words.as_bytes(), "Inès", origin).unwrap();
    }
    folder
}

fn call(folder: &Path, here: &str, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .arg("history")
        .args(args)
        .current_dir(folder.join(here))
        .env("COPYDESK_DATA_DIR", folder.join("data"))
        .env("COPYDESK_LOCALE", "fr")
        .env("COPYDESK_NOW", "2026-11-22T14:32:00Z")
        .env("COPYDESK_AUTHOR", "Camille")
        .output()
        .unwrap()
}

fn said(folder: &Path, args: &[&str]) -> String {
    let out = call(folder, "desk", args);
    assert_eq!(out.status.code(), Some(0), "{args:?}: {}", String::from_utf8_lossy(&out.stderr));
    String::from_utf8(out.stdout).unwrap()
}

fn listed(folder: &Path, args: &[&str]) -> Value {
    serde_json::from_str(&said(folder, args)).unwrap()
}

#[test]
fn revisions_are_listed_newest_first() {
    let desk = desk();
    let document = listed(desk.path(), &["ville/a.md", "--json"]);
    assert_eq!(
        document,
        json!({"article": "ville/a.md", "revisions": [
            {"id": 2, "time": "2026-11-20T09:00:00Z", "author": "Inès", "origin": "save", "bytes": 15, "name": null},
            {"id": 1, "time": "2026-11-20T09:00:00Z", "author": "Inès", "origin": "outside", "bytes": 13, "name": null},
        ]})
    );
    let text = said(desk.path(), &["ville/a.md"]);
    let lines: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
    assert_eq!(lines[0], ["2", "2026-11-20T09:00:00Z", "save", "15", "Inès"]);
    assert_eq!(lines.len(), 2);
}

#[test]
fn a_revision_is_shown_byte_for_byte_and_exported_by_its_name() {
    let desk = desk();
    assert_eq!(said(desk.path(), &["show", "ville/a.md", "1"]), "Premier jet.\n");
    let out = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["export", "ville/a.md@1", "--to", "html", "--out", "-"])
        .current_dir(desk.path().join("desk"))
        .env("COPYDESK_DATA_DIR", desk.path().join("data"))
        .output()
        .unwrap();
    let page = String::from_utf8(out.stdout).unwrap();
    assert!(page.contains("<p>Premier jet.</p>") && !page.contains("Écrit ailleurs"), "{page}");
}

#[test]
fn restoring_keeps_what_it_replaces_and_is_a_revision_itself() {
    let desk = desk();
    said(desk.path(), &["restore", "ville/a.md", "1"]);
    assert_eq!(std::fs::read_to_string(desk.path().join("desk/ville/a.md")).unwrap(), "Premier jet.\n");
    let document = listed(desk.path(), &["ville/a.md", "--json"]);
    let rows: Vec<_> = document["revisions"]
        .as_array()
        .unwrap()
        .iter()
        .map(|row| {
            (row["origin"].as_str().unwrap(), row["author"].as_str().unwrap(), row["time"].as_str().unwrap())
        })
        .collect();
    assert_eq!(rows[0], ("restore", "Camille", "2026-11-22T14:32:00Z"));
    assert_eq!(rows[1], ("outside", "", "2026-11-22T14:32:00Z"));
    assert_eq!(said(desk.path(), &["show", "ville/a.md", "3"]), "Écrit ailleurs.\n");
}

/// Without a name in the environment it is the one of the settings that stands in the list, as in the window.
#[test]
fn a_restored_revision_bears_the_name_of_the_settings() {
    let desk = desk();
    let (store, _) = Store::open(Arc::new(RealFs), &desk.path().join("data"));
    store.set_settings(&Settings { author: "Inès Roy".into(), ..store.settings() }).unwrap();
    let out = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["history", "restore", "ville/a.md", "1"])
        .current_dir(desk.path().join("desk"))
        .env("COPYDESK_DATA_DIR", desk.path().join("data"))
        .env_remove("COPYDESK_AUTHOR")
        .output()
        .unwrap();
    assert_eq!(out.status.code(), Some(0), "{}", String::from_utf8_lossy(&out.stderr));
    let document = listed(desk.path(), &["ville/a.md", "--json"]);
    assert_eq!(document["revisions"][0]["author"], "Inès Roy");
}

#[test]
fn a_damaged_history_is_said_to_be_set_aside() {
    let desk = desk();
    let root = desk.path().join("desk").canonicalize().unwrap();
    let file = desk.path().join("data/desks").join(desk_id(&root)).join("history.db");
    std::fs::write(&file, "no database").unwrap();
    let out = call(desk.path(), "desk", &["ville/a.md"]);
    let line = String::from_utf8(out.stderr).unwrap();
    assert_eq!((out.status.code(), line.lines().count()), (Some(0), 1), "{line}");
    assert!(line.contains("était endommagé") && line.contains("history"), "{line}");
}

#[test]
fn an_article_that_is_gone_still_has_its_history() {
    let desk = desk();
    std::fs::remove_file(desk.path().join("desk/ville/a.md")).unwrap();
    assert_eq!(listed(desk.path(), &["ville/a.md", "--json"])["revisions"].as_array().unwrap().len(), 2);
    said(desk.path(), &["restore", "ville/a.md", "2"]);
    assert_eq!(std::fs::read_to_string(desk.path().join("desk/ville/a.md")).unwrap(), "Deuxième jet.\n");
}

#[test]
fn the_desk_is_the_one_named() {
    let desk = desk();
    let root = desk.path().join("desk");
    std::fs::remove_dir(root.join(".copydesk")).unwrap();
    // Without the mark of a desk, the folder of the article is taken for one: it has no history.
    assert_eq!(listed(desk.path(), &["ville/a.md", "--json"])["revisions"], json!([]));
    for args in [
        &["ville/a.md", "--json", "--desk", "."][..],
        &["show", "ville/a.md", "1", "--desk", "."],
        &["restore", "ville/a.md", "1", "--desk", "."],
    ] {
        said(desk.path(), args);
    }
    assert_eq!(std::fs::read_to_string(root.join("ville/a.md")).unwrap(), "Premier jet.\n");
}

#[test]
fn what_is_wrong_is_one_line_with_status_2() {
    let desk = desk();
    for (args, said) in [
        (&["ville/absent.md"][..], "ville/absent.md n’existe pas"),
        (&["show", "ville/a.md", "x"], "«\u{a0}x\u{a0}» n’est pas un numéro"),
        (&["show", "ville/a.md", "99"], "99"),
        (&["restore", "ville/a.md", "99"], "99"),
        (&["show", "ville/a.md"], "Il manque <REVISION>."),
        (&["ville/a.md", "--desk", "absent"], "absent"),
    ] {
        let out = call(desk.path(), "desk", args);
        let line = String::from_utf8(out.stderr).unwrap();
        assert_eq!((out.status.code(), line.lines().count()), (Some(2), 1), "{args:?}: {line}");
        assert!(line.starts_with("copydesk: ") && line.contains(said) && out.stdout.is_empty(), "{line}");
    }
    assert_eq!(std::fs::read_to_string(desk.path().join("desk/ville/a.md")).unwrap(), "Écrit ailleurs.\n");
}

/// What was exported stays when old revisions are thinned out, from the command line as from the window.
#[test]
fn an_export_pins_the_revision_that_it_took() {
    let desk = desk();
    let root = desk.path().join("desk");
    std::fs::write(root.join("ville/a.md"), "Premier jet.\n").unwrap();
    let export = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["export", "ville/a.md", "--to", "html"])
        .current_dir(&root)
        .env("COPYDESK_DATA_DIR", desk.path().join("data"))
        .env("COPYDESK_LOCALE", "fr")
        .output()
        .unwrap();
    assert_eq!(export.status.code(), Some(0), "{}", String::from_utf8_lossy(&export.stderr));
    let local = desk.path().join("data/desks").join(desk_id(&root.canonicalize().unwrap()));
    let late = Arc::new(FixedClock("2027-11-20T09:00:00Z".parse().unwrap()));
    let history = History::open(&local.join("history.db"), late).unwrap();
    assert_eq!(history.thin(1).unwrap(), 0, "one of them is the newest, the other was exported");
}

/// The same article, whichever way its name is spelled.
#[test]
fn a_name_with_its_accents_apart_is_the_same_article() {
    let desk = desk();
    let apart = desk.path().join("desk/e\u{301}te\u{301}.md");
    std::fs::write(&apart, "Un mot.\n").unwrap();
    let root = desk.path().join("desk").canonicalize().unwrap();
    let local = desk.path().join("data/desks").join(desk_id(&root));
    let clock = Arc::new(FixedClock("2026-11-20T09:00:00Z".parse().unwrap()));
    let history = History::open(&local.join("history.db"), clock).unwrap();
    history.record("été.md", b"Un.\n", "", Origin::Save).unwrap();
    let document = listed(desk.path(), &["e\u{301}te\u{301}.md", "--json"]);
    assert_eq!(
        (&document["article"], document["revisions"].as_array().unwrap().len()),
        (&json!("été.md"), 1)
    );
    said(desk.path(), &["restore", "e\u{301}te\u{301}.md", &document["revisions"][0]["id"].to_string()]);
    assert_eq!(std::fs::read_to_string(&apart).unwrap(), "Un.\n");
}
