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

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|error| panic!("{error}: {}", text(&output.stderr)))
}

#[test]
fn one_article_that_cannot_be_exported_keeps_no_other_from_it() {
    let desk = desk();
    std::fs::write(desk.path().join("bad.md"), b"\xff\xfe\xff").unwrap();
    let out =
        run(desk.path(), &["export", "bad.md", "a.md", "none.md", "--to", "html", "--out", "o", "--json"]);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out.stderr));
    let document = json(&out);
    assert_eq!(document["exports"].as_array().map(Vec::len), Some(1));
    assert_eq!(document["exports"][0]["article"], "a.md");
    assert!(desk.path().join("o/le-slug.html").exists());
    let said = text(&out.stderr);
    assert!(said.contains("bad.md") && said.contains("none.md"), "{said}");
}

#[test]
fn several_articles_do_not_go_to_a_file() {
    let desk = desk();
    std::fs::write(desk.path().join("out.html"), "mine").unwrap();
    let out = run(desk.path(), &["export", "a.md", "b.md", "--to", "html", "--out", "out.html"]);
    assert_eq!(out.status.code(), Some(2), "{}", text(&out.stderr));
    assert!(
        text(&out.stderr).contains("n’est pas un dossier") || text(&out.stderr).contains("pas un dossier")
    );
    assert_eq!(std::fs::read_to_string(desk.path().join("out.html")).unwrap(), "mine");
}

#[test]
fn a_gate_holds_an_article_back_until_somebody_answers_for_it() {
    let desk = desk();
    std::fs::create_dir(desk.path().join(".copydesk")).unwrap();
    std::fs::write(
        desk.path().join("held.md"),
        "---\ntitle: T\nembargo: 2026-11-22T15:33:00+01:00\nlegal: needs_check\nstage: hold\n---\nTexte.\n",
    )
    .unwrap();
    let call = ["export", "held.md", "a.md", "--to", "html", "--out", "o", "--json"];
    let out = run(desk.path(), &call);
    assert_eq!(out.status.code(), Some(1), "{}", text(&out.stderr));
    let document = json(&out);
    assert_eq!(document["exports"].as_array().map(Vec::len), Some(1), "the other one goes out");
    let gates: Vec<&str> =
        document["refused"].as_array().unwrap().iter().map(|gate| gate["gate"].as_str().unwrap()).collect();
    assert_eq!(gates, ["embargo", "legal", "stage"]);
    assert_eq!(document["refused"][0]["article"], "held.md");
    assert!(document["refused"][0]["message"].as_str().unwrap().contains("embargo"));
    assert!(!desk.path().join("o/held.html").exists());
    assert!(!desk.path().join(".copydesk/review").exists(), "nobody opened a gate");

    // A reason needs a name, and blanks are no reason.
    for half in [&["--override", "x"][..], &["--by", "Léa"], &["--override", " ", "--by", "Léa"]] {
        let out = run(desk.path(), &[&call[..], half].concat());
        assert_eq!(out.status.code(), Some(2), "{half:?}");
    }
    let over = ["--override", "accord de la source", "--by", "Léa Roy"];
    let out = run(desk.path(), &[&call[..], &over].concat());
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert_eq!(json(&out)["refused"], serde_json::json!([]));
    assert!(desk.path().join("o/held.html").exists());
    let review = json(&run(desk.path(), &["review", "held.md", "--json"]));
    let written = review["comments"].to_string();
    assert!(written.contains("accord de la source") && written.contains("Léa Roy"), "{written}");
    assert!(written.contains("embargo, legal, stage"), "{written}");

    // The moment has come: no override is asked for, and none is written.
    let before = written;
    std::fs::write(
        desk.path().join("held.md"),
        "---\ntitle: T\nembargo: 2026-11-22T15:32:00+01:00\nlegal: approved\n---\nTexte.\n",
    )
    .unwrap();
    let out = run(desk.path(), &[&call[..], &over].concat());
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    let after = json(&run(desk.path(), &["review", "held.md", "--json"]))["comments"].to_string();
    assert_eq!(after.matches("accord de la source").count(), before.matches("accord de la source").count());
}

#[test]
fn neither_the_person_nor_the_file_of_this_machine_changes_a_byte() {
    let desk = desk();
    for format in ["html", "pdf"] {
        let mut made = Vec::new();
        for (lang, age) in [("fr", 1_000_000_000), ("en", 1_500_000_000)] {
            let file = std::fs::File::options().write(true).open(desk.path().join("b.md")).unwrap();
            let time = std::time::UNIX_EPOCH + std::time::Duration::from_secs(age);
            file.set_modified(time).unwrap();
            let args = ["export", "b.md", "--to", format, "--out", "-"];
            let out = command(desk.path(), &args).env("COPYDESK_LOCALE", lang).output().unwrap();
            assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
            made.push(out.stdout);
        }
        assert!(made[0] == made[1], "{format}");
    }
}

#[cfg(unix)]
#[test]
fn what_may_not_be_written_may_be_read() {
    let desk = desk();
    let outside = tempfile::tempdir().unwrap();
    std::fs::write(outside.path().join("far.md"), "# Loin\n\nTexte.\n").unwrap();
    std::os::unix::fs::symlink(outside.path().join("far.md"), desk.path().join("link.md")).unwrap();
    let out = run(desk.path(), &["export", "link.md", "--to", "html", "--out", "-", "--desk", "."]);
    assert_eq!(out.status.code(), Some(0), "{}", text(&out.stderr));
    assert!(text(&out.stdout).contains("Loin"));
}
