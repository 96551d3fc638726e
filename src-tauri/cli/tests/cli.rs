//! The program as a process: files, exit statuses, JSON.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn run(folder: &Path, args: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(args)
        .current_dir(folder)
        .env("COPYDESK_DATA_DIR", folder.join("data"))
        .env("COPYDESK_LOCALE", "fr")
        .env("COPYDESK_NOW", "2026-11-22T14:32:00Z")
        .env("COPYDESK_AUTHOR", "Camille")
        .output()
        .unwrap()
}

fn desk() -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(
        folder.path().join("a.md"),
        "---\ntitle: Un titre\nslug: le-slug\nstage: draft\n---\nDu texte.\n",
    )
    .unwrap();
    std::fs::write(folder.path().join("b.md"), "# Autre\n\nEncore.\n").unwrap();
    folder
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

#[test]
fn an_export_goes_beside_the_article_under_its_slug() {
    let desk = desk();
    for (format, magic) in [("html", "<!"), ("pdf", "%PDF-1.7")] {
        let out = run(desk.path(), &["export", "a.md", "--to", format]);
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        let file = desk.path().join(format!("le-slug.{format}"));
        let bytes = std::fs::read(&file).unwrap();
        assert!(String::from_utf8_lossy(&bytes).starts_with(magic));
        run(desk.path(), &["export", "a.md", "--to", format]);
        assert_eq!(std::fs::read(&file).unwrap(), bytes, "the same input, the same bytes");
    }
}

#[test]
fn json_names_what_was_written_and_left_out() {
    let desk = desk();
    let out = run(desk.path(), &["export", "a.md", "--to", "html", "--out", "x.html", "--json"]);
    let document: Value = serde_json::from_slice(&out.stdout).unwrap();
    let export = &document["exports"][0];
    assert_eq!(export["article"], "a.md");
    assert_eq!(export["format"], "html");
    assert_eq!(export["left_out"], serde_json::json!(["stage"]));
    assert_eq!(export["warnings"], serde_json::json!([]));
    assert_eq!(
        export["bytes"].as_u64().unwrap(),
        std::fs::metadata(desk.path().join("x.html")).unwrap().len()
    );
    assert_eq!(export["sha256"].as_str().unwrap().len(), 64);
    assert_eq!(document["refused"], serde_json::json!([]));
}

#[test]
fn several_articles_go_to_a_folder_and_one_to_standard_output() {
    let desk = desk();
    let out = run(desk.path(), &["export", "a.md", "b.md", "--to", "html", "--out", "pages"]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(desk.path().join("pages/le-slug.html").is_file() && desk.path().join("pages/b.html").is_file());
    let out = run(desk.path(), &["export", "b.md", "--to", "html", "--out", "-"]);
    assert_eq!(out.stdout, std::fs::read(desk.path().join("pages/b.html")).unwrap());
}

#[test]
fn what_is_wrong_is_one_line_with_status_2() {
    let desk = desk();
    std::fs::write(desk.path().join("c.md"), b"caf\xe9").unwrap();
    for args in [
        &["export", "absent.md", "--to", "html"][..],
        &["export", "c.md", "--to", "html"],
        &["export", "a.md", "--to", "html", "--out", "b.md"],
        &["export", "a.md", "b.md", "--to", "html", "--out", "-"],
        &["export", "a.md@7", "--to", "html"],
        &["history", "show", "a.md", "x"],
        &["absent"],
    ] {
        let out = run(desk.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {}", text(&out.stderr));
        assert_eq!(text(&out.stderr).lines().count(), 1, "{args:?}");
        assert!(out.stdout.is_empty());
    }
    assert_eq!(std::fs::read_to_string(desk.path().join("b.md")).unwrap(), "# Autre\n\nEncore.\n");
    assert_eq!(run(desk.path(), &["export", "a.md", "--to", "docx"]).status.code(), Some(2));
}

#[test]
fn a_pdf_that_cannot_conform_is_written_with_a_warning() {
    let desk = desk();
    std::fs::write(desk.path().join("c.md"), "# T\n\nLe mot 漢.\n").unwrap();
    let out = run(desk.path(), &["export", "c.md", "--to", "pdf"]);
    assert_eq!(out.status.code(), Some(0));
    assert!(
        text(&out.stderr).contains("Ligne 3") && text(&out.stderr).contains('漢'),
        "{}",
        text(&out.stderr)
    );
    assert!(desk.path().join("c.pdf").is_file());
}

#[test]
fn a_missing_window_is_named() {
    let desk = desk();
    let program = desk.path().join("copydesk");
    std::fs::copy(env!("CARGO_BIN_EXE_copydesk"), &program).unwrap();
    let out = Command::new(program).arg(desk.path()).env("COPYDESK_LOCALE", "en").output().unwrap();
    assert_eq!(out.status.code(), Some(3));
    assert!(text(&out.stderr).contains("copydesk-window"));
}
