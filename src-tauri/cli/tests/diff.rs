//! `copydesk diff` as a process.

use std::path::Path;
use std::process::{Command, Output};
use std::sync::Arc;

use copydesk_desk::env::FixedClock;
use copydesk_desk::store::history::{History, Origin};
use copydesk_desk::store::settings::desk_id;
use serde_json::{Value, json};

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .arg("diff")
        .args(args)
        .current_dir(folder)
        .env("COPYDESK_DATA_DIR", folder.join("data"))
        .env("COPYDESK_LOCALE", "fr")
        .env("COPYDESK_NOW", "2026-11-22T14:32:00Z")
        .env("COPYDESK_AUTHOR", "Camille")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

const OLD: &str = "\u{feff}---\r\ntitle: Le vieux port\r\n---\r\nL’été, le pont coûte 40 millions.\r\n\r\nIl reste ouvert.\r\n";
const NEW: &str =
    "---\ntitle: Le nouveau port\n---\nL’été, le pont coûte 45 millions.\n\nIl reste **ouvert**.\n";

fn folder() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("old.md"), OLD).unwrap();
    std::fs::write(folder.path().join("new.md"), NEW).unwrap();
    folder
}

#[test]
fn json_has_classes_and_places_in_bytes_of_each_file() {
    let folder = folder();
    let out = run(folder.path(), &["old.md", "new.md", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let document: Value = serde_json::from_slice(&out.stdout).unwrap();
    assert_eq!(document["counts"], json!({"figure": 1, "furniture": 1, "typography": 1}));
    let changes = document["changes"].as_array().unwrap();
    let classes: Vec<&Value> = changes.iter().map(|change| &change["class"]).collect();
    assert_eq!(classes, ["figure", "furniture", "typography"]);
    for change in changes {
        for (side, file) in [("old", OLD), ("new", NEW)] {
            let span = &change[side];
            let place = |name: &str| usize::try_from(span[name].as_u64().unwrap()).unwrap();
            assert_eq!(&file[place("start")..place("end")], span["text"].as_str().unwrap());
            let line = file.split('\n').nth(place("line") - 1).unwrap();
            let from = line.char_indices().nth(place("column") - 1).unwrap().0;
            assert!(line[from..].starts_with(span["text"].as_str().unwrap()), "{line} {span}");
        }
    }
    assert_eq!(changes[0]["kind"], "replace");
    assert_eq!(changes[1]["field"], "title");
    assert_eq!(changes[2]["kind"], "format");
}

#[test]
fn what_was_put_in_has_no_old_text() {
    let folder = folder();
    std::fs::write(folder.path().join("more.md"), NEW.replace("Il reste", "Il ne reste pas")).unwrap();
    let out = run(folder.path(), &["new.md", "more.md", "--json"]);
    let document: Value = serde_json::from_slice(&out.stdout).unwrap();
    let change = &document["changes"][0];
    assert_eq!(
        (&change["class"], &change["kind"], &change["old"]),
        (&json!("negation"), &json!("insert"), &json!(null))
    );
}

#[test]
fn text_marks_what_changed_and_obeys_nothing() {
    let folder = folder();
    let out = run(folder.path(), &["old.md", "new.md"]);
    let said = text(&out.stdout);
    assert!(said.starts_with("chiffre 1, titraille 1, typographie 1\n"), "{said}");
    assert!(said.contains("\ntitle · titraille\nLe [-vieux-]{+nouveau+} port\n"), "{said}");
    assert!(said.contains("\nligne 4 · chiffre\nL’été, le pont coûte [-40-]{+45+} millions.\n"), "{said}");
    assert!(said.contains("Il reste [~**ouvert**~].\n"), "{said}");
    std::fs::write(folder.path().join("bad.md"), "Un \u{1b}[31mpiège.\n").unwrap();
    let out = run(folder.path(), &["new.md", "bad.md"]);
    assert!(!out.stdout.contains(&0x1b));
    let out = run(folder.path(), &["new.md", "new.md"]);
    assert_eq!(text(&out.stdout), "Aucune différence.\n");
    assert_eq!(out.status.code(), Some(0));
}

#[test]
fn the_language_can_be_named() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("a.md"), "plus\n").unwrap();
    std::fs::write(folder.path().join("b.md"), "mars\n").unwrap();
    for (lang, class) in [("fr-FR", "figure"), ("en", "words")] {
        let out = run(folder.path(), &["a.md", "b.md", "--json", "--lang", lang]);
        let document: Value = serde_json::from_slice(&out.stdout).unwrap();
        assert_eq!(document["changes"][0]["class"], class);
    }
}

#[test]
fn a_revision_is_compared_with_the_file() {
    let folder = folder();
    let local = folder.path().join("data/desks").join(desk_id(&folder.path().canonicalize().unwrap()));
    std::fs::create_dir_all(&local).unwrap();
    let clock = Arc::new(FixedClock("2026-11-20T09:00:00Z".parse().unwrap()));
    let history = History::open(&local.join("history.db"), clock).unwrap();
    let before = NEW.replace("45", "44");
    history.record("new.md", before.as_bytes(), "Inès", Origin::Save).unwrap();
    let out = run(folder.path(), &["new.md@1", "new.md", "--json"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let document: Value = serde_json::from_slice(&out.stdout).unwrap();
    let change = &document["changes"][0];
    assert_eq!((&change["old"]["text"], &change["new"]["text"]), (&json!("44"), &json!("45")));
}

#[test]
fn versions_are_named_after_an_at() {
    let folder = folder();
    let at = |path: &str| folder.path().join(path);
    let local = at("data/desks").join(desk_id(&folder.path().canonicalize().unwrap()));
    std::fs::create_dir_all(&local).unwrap();
    let clock = Arc::new(FixedClock("2026-11-20T09:00:00Z".parse().unwrap()));
    let history = History::open(&local.join("history.db"), clock).unwrap();
    let piece = |stage: &str, sum: &str| format!("---\nstage: {stage}\n---\nIl a coûté {sum} euros.\n");
    for (stage, sum) in [("published", "41"), ("published", "42"), ("draft", "43")] {
        history.record("piece.md", piece(stage, sum).as_bytes(), "Inès", Origin::Save).unwrap();
    }
    std::fs::write(at("piece.md"), piece("draft", "45")).unwrap();
    let git = |args: &[&str]| {
        let identity =
            ["-c", "user.name=Ada", "-c", "user.email=ada@example.org", "-c", "commit.gpgsign=false"];
        let done = Command::new("git").args(identity).args(args).current_dir(folder.path()).output().unwrap();
        assert!(done.status.success(), "git {args:?}");
    };
    git(&["init", "--quiet"]);
    git(&["add", "piece.md"]);
    git(&["commit", "--quiet", "--message", "premier jet"]);
    std::fs::write(at("piece.md"), piece("draft", "46")).unwrap();
    let old = |version: &str| {
        let name = format!("piece.md@{version}");
        let out = run(folder.path(), &[&name, "piece.md", "--json"]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        let document: Value = serde_json::from_slice(&out.stdout).unwrap();
        document["changes"][0]["old"]["text"].clone()
    };
    assert_eq!(old("published"), json!("41"));
    assert_eq!(old("git:HEAD"), json!("45"));
    // Nothing is typed: the draft is the file.
    assert_eq!(old("draft"), json!(null));
    for version in ["read", "signed", "git:absent"] {
        let name = format!("piece.md@{version}");
        let out = run(folder.path(), &[&name, "piece.md"]);
        assert_eq!(out.status.code(), Some(2), "{version}: {}", text(&out.stderr));
    }
}

#[test]
fn the_language_of_the_house_is_that_of_articles_that_name_none() {
    let folder = folder();
    std::fs::write(folder.path().join("a.md"), "La chorale chante love me demain.\n").unwrap();
    std::fs::write(folder.path().join("b.md"), "La chorale chante love me not demain.\n").unwrap();
    let class = || {
        let out = run(folder.path(), &["a.md", "b.md", "--json"]);
        let document: Value = serde_json::from_slice(&out.stdout).unwrap();
        document["changes"][0]["class"].clone()
    };
    assert_eq!(class(), json!("negation"));
    std::fs::create_dir(folder.path().join(".copydesk")).unwrap();
    std::fs::write(folder.path().join(".copydesk/house.toml"), "lang = \"fr\"\n").unwrap();
    assert_eq!(class(), json!("words"));
}

#[test]
fn a_wrong_call_is_one_line_with_status_2() {
    let folder = folder();
    std::fs::write(folder.path().join("latin.md"), b"caf\xe9").unwrap();
    for args in [
        &["old.md", "absent.md"][..],
        &["old.md"],
        &["latin.md", "new.md"],
        &["old.md", "new.md@7"],
        &["old.md", "."],
    ] {
        let out = run(folder.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?}");
        let said = text(&out.stderr);
        assert_eq!(said.trim_end().lines().count(), 1, "{said}");
        assert!(out.stdout.is_empty());
    }
}
