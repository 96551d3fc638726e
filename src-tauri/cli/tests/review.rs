//! `copydesk review` as a process.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use serde_json::Value;

struct Desk {
    folder: tempfile::TempDir,
}

const PIECE: &str = "---\r\ntitle: Le câble\r\nstage: review\r\n---\r\nLe câble relie Brest à Boston.\r\n\r\nIl a coûté 40 millions.\r\n";
const MARKED: &str = "---\ntitle: Le câble\n---\nLe câble relie Brest à {~~{\"author\":\"Noé\",\"time\":1700000000}@@Boston~>Cork~~}{>>{\"author\":\"Noé\"}@@Vu sur la carte<<}.\n\nIl a {==coûté==}{>>{\"author\":\"Élise\"}@@À qui ?<<}{>>Au port<<} 40 {++{\"author\":\"Noé\"}@@ou 45 ++}millions. {==rien==}\n";

impl Desk {
    fn new() -> Self {
        let desk = Self { folder: tempfile::tempdir().unwrap() };
        std::fs::create_dir_all(desk.path(".copydesk")).unwrap();
        std::fs::write(desk.path("cable.md"), PIECE).unwrap();
        std::fs::write(desk.folder.path().join("marked.md"), MARKED).unwrap();
        desk
    }

    fn path(&self, path: &str) -> PathBuf {
        self.folder.path().join("desk").join(path)
    }

    fn run(&self, args: &[&str]) -> Output {
        Command::new(env!("CARGO_BIN_EXE_copydesk"))
            .args(args)
            .current_dir(self.folder.path())
            .env("COPYDESK_DATA_DIR", self.folder.path().join("data"))
            .env("COPYDESK_AUTHOR", "Ada")
            .env("COPYDESK_LOCALE", "en")
            .env("COPYDESK_NOW", "2026-11-22T14:32:00Z")
            .output()
            .unwrap()
    }

    fn json(&self) -> Value {
        let output = self.run(&["review", "desk/cable.md", "--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        serde_json::from_slice(&output.stdout).unwrap()
    }
}

fn texts(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (text(&output.stdout), text(&output.stderr))
}

#[test]
fn marks_come_in_and_go_out_and_the_article_is_not_touched() {
    let desk = Desk::new();
    let output = desk.run(&["review", "import", "marked.md", "--into", "desk/cable.md"]);
    let (_, said) = texts(&output);
    assert!(output.status.success(), "{said}");
    assert!(said.contains("highlight in line 6"), "{said}");
    assert_eq!(std::fs::read_to_string(desk.path("cable.md")).unwrap(), PIECE);
    let review = desk.json();
    assert_eq!((review["article"].as_str(), review["stage"].as_str()), (Some("cable.md"), Some("review")));
    let boston =
        &review["suggestions"].as_array().unwrap().iter().find(|item| item["old"] == "Boston").unwrap();
    assert_eq!((boston["new"].as_str(), boston["author"].as_str()), (Some("Cork"), Some("Noé")));
    assert_eq!(
        (boston["time"].as_str(), boston["note"].as_str()),
        (Some("2023-11-14T22:13:20Z"), Some("Vu sur la carte"))
    );
    // Bytes of the file, CR LF and all.
    let start = usize::try_from(boston["start"].as_u64().unwrap()).unwrap();
    assert_eq!(&PIECE[start..start + 6], "Boston");
    assert_eq!((boston["line"].as_u64(), boston["column"].as_u64()), (Some(5), Some(24)));
    let thread = &review["comments"][0];
    assert_eq!(
        (thread["quote"].as_str(), thread["messages"][1]["author"].as_str()),
        (Some("coûté"), Some("Ada"))
    );

    // Again: nothing is said twice.
    assert!(desk.run(&["review", "import", "marked.md", "--into", "desk/cable.md"]).status.success());
    assert_eq!(desk.json(), review);

    let (marked, said) = texts(&desk.run(&["review", "export", "desk/cable.md", "--to", "criticmarkup"]));
    assert_eq!(said, "");
    assert!(marked.contains("@@Boston~>Cork~~}{>>"), "{marked}");
    assert!(marked.contains("{==coûté==}{>>{\"author\":\"Élise\""), "{marked}");
    assert!(marked.starts_with("---\ntitle: Le câble\n"), "{marked}");
    let (lines, _) = texts(&desk.run(&["review", "desk/cable.md"]));
    assert!(lines.contains("“Boston” → “Cork” (open)") && lines.contains("Élise: À qui ?"), "{lines}");
}

#[test]
fn no_article_is_overwritten_by_its_review() {
    let desk = Desk::new();
    std::fs::write(desk.path("AUTRE.MARKDOWN"), "Autre.\n").unwrap();
    for (out, form) in
        [("cable.md", "criticmarkup"), ("AUTRE.MARKDOWN", "criticmarkup"), ("cable.md", "docx")]
    {
        let before = std::fs::read(desk.path(out)).unwrap();
        let shown = format!("desk/{out}");
        let output = desk.run(&["review", "export", "desk/cable.md", "--to", form, "--out", &shown]);
        let (_, said) = texts(&output);
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(said.contains(&shown) && said.contains("another name"), "{said}");
        assert_eq!(std::fs::read(desk.path(out)).unwrap(), before);
    }
    // A new file may bear such a name.
    let args = ["review", "export", "desk/cable.md", "--to", "criticmarkup", "--out", "sent.md"];
    assert!(desk.run(&args).status.success());
    assert!(desk.folder.path().join("sent.md").exists());
}

#[test]
fn what_has_no_place_any_more_is_named_and_off_the_record_is_not() {
    let desk = Desk::new();
    desk.run(&["review", "import", "marked.md", "--into", "desk/cable.md"]);
    keep_off_the_record(&desk);
    std::fs::write(desk.path("cable.md"), "Tout autre chose.\n").unwrap();
    let (marked, said) = texts(&desk.run(&["review", "export", "desk/cable.md", "--to", "criticmarkup"]));
    assert_eq!(marked, "Tout autre chose.\n");
    assert!(said.contains("“Boston → Cork” is not in the file"), "{said}");
    assert!(!said.contains("qui"), "{said}");
}

#[test]
fn what_went_out_as_marks_comes_back_once() {
    let desk = Desk::new();
    desk.run(&["review", "import", "marked.md", "--into", "desk/cable.md"]);
    let before = desk.json();
    let (marked, _) = texts(&desk.run(&["review", "export", "desk/cable.md", "--to", "criticmarkup"]));
    std::fs::write(desk.folder.path().join("back.md"), &marked).unwrap();
    let (_, said) = texts(&desk.run(&["review", "import", "back.md", "--into", "desk/cable.md"]));
    assert!(said.starts_with("0 events"), "{said}");
    assert_eq!(desk.json(), before);
    // What was changed without a mark is proposed; what stands above the body is named.
    let changed = marked.replace("title: Le câble", "title: Le {~~câble~>fil~~}").replace("relie", "unit");
    std::fs::write(desk.folder.path().join("back.md"), changed).unwrap();
    let (_, said) = texts(&desk.run(&["review", "import", "back.md", "--into", "desk/cable.md"]));
    assert!(said.contains("“câble → fil” is in the front matter") && said.contains("1 events"), "{said}");
    let after = desk.json();
    let unmarked =
        after["suggestions"].as_array().unwrap().iter().find(|item| item["old"] == "relie").unwrap();
    assert_eq!((unmarked["new"].as_str(), unmarked["author"].as_str()), (Some("unit"), Some("Ada")));
    // The command line writes a file of its own, whoever has the window open.
    let installation = |name: &str| std::fs::read_to_string(desk.folder.path().join("data").join(name)).ok();
    assert!(installation("installation-command-line").is_some());
    assert_eq!(installation("installation"), None);
}

#[test]
fn a_suggestion_whose_words_changed_says_so() {
    let desk = Desk::new();
    desk.run(&["review", "import", "marked.md", "--into", "desk/cable.md"]);
    std::fs::write(desk.path("cable.md"), PIECE.replace("Boston", "Bostton")).unwrap();
    let (_, said) = texts(&desk.run(&["review", "export", "desk/cable.md", "--to", "criticmarkup"]));
    assert!(
        said.contains("“Boston → Cork” is not in the file: the text that it was made on has changed"),
        "{said}"
    );
}

#[test]
fn what_is_off_the_record_is_not_in_a_word_document() {
    let desk = Desk::new();
    desk.run(&["review", "import", "marked.md", "--into", "desk/cable.md"]);
    std::fs::write(desk.path("copy.md"), PIECE).unwrap();
    // Said again in a copy, the document tells what it holds.
    let said_again = || {
        let out = desk.run(&["review", "export", "desk/cable.md", "--to", "docx", "--out", "sent.docx"]);
        assert!(out.status.success(), "{}", texts(&out).1);
        desk.run(&["review", "import", "sent.docx", "--into", "desk/copy.md"]);
        let output = desk.run(&["review", "desk/copy.md", "--json"]);
        serde_json::from_slice::<Value>(&output.stdout).unwrap()
    };
    let off = keep_off_the_record(&desk);
    let held = said_again();
    assert_eq!(held["comments"].as_array().unwrap().len(), 0, "{held}");
    assert!(!held["suggestions"].as_array().unwrap().is_empty(), "{held}");
    std::fs::remove_file(off).unwrap();
    assert_eq!(said_again()["comments"].as_array().unwrap().len(), 1);
}

/// Somebody keeps the article's conversation within the desk; the file that says so.
fn keep_off_the_record(desk: &Desk) -> PathBuf {
    let record = first_file(&desk.path(".copydesk/review"));
    let thread = desk.json()["comments"][0]["id"].as_str().unwrap().to_owned();
    let event = format!(
        "{{\"id\":\"01ZZ\",\"n\":99,\"by\":{{\"name\":\"Ada\",\"installation\":\"x\"}},\"at\":\"\",\"kind\":\"off_record\",\"thread\":\"{thread}\",\"off\":true}}\n"
    );
    let file = record.with_file_name("ada-x.jsonl");
    std::fs::write(&file, event).unwrap();
    file
}

fn first_file(folder: &Path) -> PathBuf {
    let record = std::fs::read_dir(folder).unwrap().next().unwrap().unwrap().path();
    std::fs::read_dir(record).unwrap().next().unwrap().unwrap().path()
}

#[test]
fn a_damaged_record_is_named_and_the_rest_is_shown() {
    let desk = Desk::new();
    desk.run(&["review", "import", "marked.md", "--into", "desk/cable.md"]);
    let file = first_file(&desk.path(".copydesk/review"));
    let mut bytes = std::fs::read(&file).unwrap();
    bytes.extend_from_slice(b"pas du JSON\n{\"id\":");
    std::fs::write(&file, bytes).unwrap();
    let output = desk.run(&["review", "desk/cable.md", "--json"]);
    let (shown, said) = texts(&output);
    assert!(output.status.success());
    assert!(said.contains("2 lines of .copydesk/review/"), "{said}");
    assert!(shown.contains("Cork"), "{shown}");
}

#[test]
fn an_article_without_a_review_has_an_empty_one() {
    let desk = Desk::new();
    let review = desk.json();
    assert_eq!(review["suggestions"], Value::Array(Vec::new()));
    assert_eq!(texts(&desk.run(&["review", "desk/cable.md"])).0, "");
    let output = desk.run(&["review", "import", "rien.md", "--into", "desk/cable.md"]);
    assert_eq!(output.status.code(), Some(2));
}

#[test]
fn a_word_document_has_the_changes_tracked_and_the_comments() {
    let desk = Desk::new();
    assert!(desk.run(&["review", "import", "marked.md", "--into", "desk/cable.md"]).status.success());
    let export = |out: &str| {
        let output = desk.run(&["review", "export", "desk/cable.md", "--to", "docx", "--out", out]);
        assert!(output.status.success(), "{}", texts(&output).1);
        std::fs::read(desk.folder.path().join(out)).unwrap()
    };
    let (first, second) = (export("one.docx"), export("two.docx"));
    assert_eq!(&first[..4], b"PK\x03\x04");
    assert_eq!(first, second, "the same input gives the same bytes");
    let before = desk.json();
    let back = desk.run(&["review", "import", "one.docx", "--into", "desk/cable.md"]);
    assert!(texts(&back).1.contains("0 events"), "{}", texts(&back).1);
    assert_eq!(desk.json(), before);

    // In an article without a review the same is said, once.
    std::fs::write(desk.path("copy.md"), PIECE).unwrap();
    for _ in 0..2 {
        let back = desk.run(&["review", "import", "one.docx", "--into", "desk/copy.md"]);
        assert!(back.status.success(), "{}", texts(&back).1);
    }
    let output = desk.run(&["review", "desk/copy.md", "--json"]);
    let copy: Value = serde_json::from_slice(&output.stdout).unwrap();
    for list in ["suggestions", "comments"] {
        let (old, new) = (before[list].as_array().unwrap(), copy[list].as_array().unwrap());
        assert_eq!(old.len(), new.len(), "{list}");
        for (old, new) in old.iter().zip(new) {
            for key in ["author", "time", "old", "new", "note", "quote", "start", "end", "messages"] {
                assert_eq!(old[key], new[key], "{key}");
            }
        }
    }
    std::fs::write(desk.folder.path().join("bad.docx"), b"no zip").unwrap();
    let bad = desk.run(&["review", "import", "bad.docx", "--into", "desk/copy.md"]);
    assert_eq!(bad.status.code(), Some(2));
    assert!(texts(&bad).1.contains("bad.docx could not be read"), "{}", texts(&bad).1);
}
