//! The program as a process: files, exit statuses, JSON.

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;

fn run(folder: &Path, args: &[&str]) -> Output {
    command(folder, args).output().unwrap()
}

fn command(folder: &Path, args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_copydesk"));
    command
        .args(args)
        .current_dir(folder)
        .env("COPYDESK_DATA_DIR", folder.join("data"))
        .env("COPYDESK_LOCALE", "fr")
        .env("COPYDESK_NOW", "2026-11-22T14:32:00Z")
        .env("COPYDESK_AUTHOR", "Camille");
    command
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
        &["export", "a.md", "--to", "html", "--out", "a.md/x.html"],
        &["export", "a.md", "--to", "html", "--out", "-", "--json"],
        &["export", "a.md", "--to", "html", "--out", "-", "--images", "beside"],
        &["export", "a.md", "--to", "html", "--desk", "absent"],
        &["export", "a.md", "--to", "docx"],
        &["export", "a.md", "--to", "pdf", "--columns", "3"],
        &["export", "a.md", "--to"],
        &["export", "a.md"],
        &["export", "a.md", "--to", "html", "--bogus"],
        &["doctor", "--backup", "x", "--fix"],
        &["a.md", "b.md"],
        &["history"],
        &["history", "show", "a.md", "x"],
        &["absent"],
    ] {
        let out = run(desk.path(), args);
        assert_eq!(out.status.code(), Some(2), "{args:?}: {}", text(&out.stderr));
        let line = text(&out.stderr);
        assert_eq!(line.lines().count(), 1, "{args:?}");
        assert!(!line.contains("« ") && !line.contains(" :") && !line.contains(" ;"), "{line}");
        assert!(out.stdout.is_empty());
    }
    assert_eq!(std::fs::read_to_string(desk.path().join("b.md")).unwrap(), "# Autre\n\nEncore.\n");
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

/// A picture of one pixel.
const PNG: &[u8] = include_bytes!("../../icons/32x32.png");

#[test]
fn images_go_beside_the_page_where_that_is_asked() {
    let desk = desk();
    for folder in ["ville/images", "sports/images"] {
        std::fs::create_dir_all(desk.path().join(folder)).unwrap();
    }
    std::fs::write(desk.path().join("ville/images/plan.png"), PNG).unwrap();
    std::fs::write(desk.path().join("sports/images/plan.png"), [PNG, b"x"].concat()).unwrap();
    std::fs::write(
        desk.path().join("ville/c.md"),
        "# T\n\n![Un plan](images/plan.png)\n\n![Un autre](../sports/images/plan.png)\n",
    )
    .unwrap();
    let call = ["export", "ville/c.md", "--to", "html", "--out", "site/c.html", "--desk", "."];
    assert!(run(desk.path(), &call).status.success());
    let page = std::fs::read_to_string(desk.path().join("site/c.html")).unwrap();
    assert!(page.contains("src=\"data:image/png;base64,") && !desk.path().join("site/images").exists());

    assert!(run(desk.path(), &[&call[..], &["--images", "beside"]].concat()).status.success());
    let page = std::fs::read_to_string(desk.path().join("site/c.html")).unwrap();
    assert!(!page.contains("data:image"), "{page}");
    for (name, bytes) in [("plan.png", PNG.to_vec()), ("plan-2.png", [PNG, b"x"].concat())] {
        assert!(page.contains(&format!("src=\"./images/{name}\"")), "{name}: {page}");
        assert_eq!(std::fs::read(desk.path().join("site/images").join(name)).unwrap(), bytes, "{name}");
    }
}

#[test]
fn the_desk_decides_what_an_image_may_reach() {
    let desk = desk();
    for folder in ["ville", "images", "ville/.copydesk"] {
        std::fs::create_dir(desk.path().join(folder)).unwrap();
    }
    std::fs::write(desk.path().join("images/plan.png"), PNG).unwrap();
    std::fs::write(desk.path().join("ville/c.md"), "# T\n\n![Un plan](../images/plan.png)\n").unwrap();
    let export = |more: &[&str]| {
        let call = ["export", "ville/c.md", "--to", "html", "--out", "c.html"];
        let out = run(desk.path(), &[&call[..], more].concat());
        assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
        text(&out.stderr)
    };
    // The nearest folder with `.copydesk` is the desk, unless another is named.
    assert!(export(&[]).contains("hors du desk"));
    assert_eq!(export(&["--desk", "."]), "");
    let out = run(desk.path(), &["export", "a.md", "--to", "html", "--desk", "ville"]);
    assert_eq!(out.status.code(), Some(2), "an article outside the desk that was named");
}

#[test]
fn a_page_has_two_columns_unless_one_is_asked_for() {
    let desk = desk();
    let pdf = |more: &[&str]| {
        let call = ["export", "a.md", "--to", "pdf", "--out", "-"];
        run(desk.path(), &[&call[..], more].concat()).stdout
    };
    assert_eq!(pdf(&[]), pdf(&["--columns", "2"]));
    assert_ne!(pdf(&[]), pdf(&["--columns", "1"]));
    assert_ne!(pdf(&[]), pdf(&["--paper", "letter"]));
}

#[test]
fn both_languages_are_spoken() {
    let desk = desk();
    for (args, fr, en) in [
        (
            &["export", "absent.md", "--to", "html"][..],
            "copydesk: L’article absent.md n’existe pas. Vérifiez le chemin.\n",
            "copydesk: The article absent.md does not exist. Check the path.\n",
        ),
        (
            &["export", "a.md", "--to", "docx"],
            "copydesk: «\u{a0}docx\u{a0}» ne convient pas à --to <TO>, qui prend html, pdf. \
             Voyez «\u{a0}copydesk export --help\u{a0}».\n",
            "copydesk: “docx” is no value of --to <TO>, which takes html, pdf. See copydesk export --help.\n",
        ),
        (
            &["expor", "a.md"],
            "copydesk: «\u{a0}expor\u{a0}» n’est pas une commande, et une fenêtre n’ouvre qu’un dossier ou un article. \
             Voyez «\u{a0}copydesk --help\u{a0}».\n",
            "copydesk: “expor” is no command, and a window opens one folder or article. See copydesk --help.\n",
        ),
    ] {
        assert_eq!(text(&run(desk.path(), args).stderr), fr);
        assert_eq!(
            text(&command(desk.path(), args).env("COPYDESK_LOCALE", "en").output().unwrap().stderr),
            en
        );
    }
}

#[test]
fn what_the_machine_does_wrong_has_status_3() {
    let desk = desk();
    std::fs::write(desk.path().join("data"), "where the data folder would be").unwrap();
    let out = run(desk.path(), &["history", "a.md"]);
    assert_eq!((out.status.code(), text(&out.stderr).lines().count()), (Some(3), 1), "{}", text(&out.stderr));
}

#[test]
fn help_and_version_are_no_faults() {
    let desk = desk();
    for args in [&["--help"][..], &["--version"], &["export", "--help"], &["history", "show", "--help"]] {
        let out = run(desk.path(), args);
        assert_eq!(out.status.code(), Some(0));
        assert!(out.stderr.is_empty() && !out.stdout.is_empty() && !out.stdout.contains(&0x1b), "{args:?}");
    }
}
