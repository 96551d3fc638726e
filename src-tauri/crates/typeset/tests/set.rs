//! Articles through the typesetter, read back with poppler's tools.

use std::process::Command;

use copydesk_core::article::Article;
use copydesk_typeset::{Conformance, Options, Paper, Pdf, Rule, pages, pdf};

const PNG: &[u8] = include_bytes!("../../../icons/32x32.png");

fn set(text: &str, columns: u8) -> Pdf {
    let article = Article::read(text, "essai.md", "fr").unwrap();
    let images = |path: &str| (path == "images/a.png").then(|| PNG.to_vec());
    pdf(&article, &images, &Options { paper: Paper::A4, columns }, &mut |_| {}, &|| false).unwrap()
}

/// What a reader can copy from the pages, without the hyphens of line ends; every blank as a plain one.
fn read_back(pdf: &Pdf) -> String {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, &pdf.bytes).unwrap();
    let out =
        Command::new("pdftotext").arg("-enc").arg("UTF-8").arg(&file).arg("-").output().expect("pdftotext");
    String::from_utf8(out.stdout).unwrap().replace("\u{ad}\n", "").replace(['\n', '\u{a0}', '\u{202f}'], " ")
}

#[test]
fn a_whole_article_keeps_to_both_standards() {
    for columns in [1, 2] {
        let pdf = set(
            "---\ntitle: Titre\nkicker: Surtitre\nstandfirst: Chapô\nbyline: [A, B]\ndate: 2026-11-22\n---\n\
             Un *mot* et **deux**[^n].\n\n#### Trop bas\n\n> Dit-il.\n>\n> — Lui\n\n![Une icône](images/a.png \"Légende © Nord\")\n\n\
             | a | b |\n|---|--:|\n| 1 | 2 |\n\n- [x] fait\n- [ ] à faire\n\n```\ncode\n```\n\n---\n\nFin[^n] 😀.\n\n[^n]: La note.\n",
            columns,
        );
        assert_eq!(pdf.warnings, []);
        assert_eq!(pdf.conformance, Conformance::A2aUa1);
        let text = read_back(&pdf);
        for piece in [
            "Titre",
            "Surtitre",
            "Chapô",
            "A, B",
            "22 novembre 2026",
            "— Lui",
            "Légende",
            "© Nord",
            "La note.",
            "code",
        ] {
            assert!(text.contains(piece), "{piece} in {text}");
        }
    }
}

#[test]
fn hostile_text_is_printed_as_it_stands() {
    for hostile in [
        "#let x = 1",
        "#eval(\"1\")",
        "$a$ b",
        "@ref <lbl",
        "= pas un titre",
        "#include \"/etc/passwd\"",
        "#panic()",
        "\\u{41}",
        "/* rien */",
    ] {
        let pdf = set(&format!("---\ntitle: T\n---\nAvant `{hostile}` après\n"), 1);
        assert!(read_back(&pdf).contains(hostile), "{hostile}: {}", read_back(&pdf));
        let title = serde_json::to_string(hostile).unwrap();
        assert!(
            read_back(&set(&format!("---\ntitle: {title}\nlang: en\n---\nx\n"), 1)).contains(hostile),
            "{hostile}"
        );
    }
}

#[test]
fn an_image_without_description_is_named_with_its_line() {
    let pdf = set("---\ntitle: T\n---\nUn.\n\n![](images/a.png)\n", 1);
    assert_eq!(pdf.conformance, Conformance::Plain);
    assert_eq!(pdf.warnings.len(), 1);
    assert_eq!((pdf.warnings[0].rule, pdf.warnings[0].line), (Rule::ImageWithoutAlt, Some(6)));
}

#[test]
fn a_character_that_no_font_has_is_named() {
    let pdf = set("---\ntitle: T\n---\nLe mot 漢.\n", 1);
    assert_eq!(pdf.conformance, Conformance::Plain);
    assert_eq!(pdf.warnings.len(), 1);
    assert_eq!((pdf.warnings[0].rule, pdf.warnings[0].subject.as_str()), (Rule::NoGlyph, "漢"));
}

#[test]
fn images_that_cannot_be_set_leave_their_description() {
    let pdf = set("---\ntitle: T\n---\n![Un pont](images/b.png)\n\n![Loin](https://exemple.fr/a.png)\n", 1);
    assert_eq!(
        pdf.warnings.iter().map(|w| w.rule).collect::<Vec<_>>(),
        [Rule::ImageMissing, Rule::ImageRemote]
    );
    assert_eq!(pdf.conformance, Conformance::A2aUa1);
    assert!(read_back(&pdf).contains("Un pont"));
}

#[test]
fn the_same_article_gives_the_same_bytes() {
    let text = "---\ntitle: T\n---\nUn texte « court » !\n";
    assert_eq!(set(text, 2).bytes, set(text, 2).bytes);
    assert_ne!(set(text, 2).bytes, set(&text.replace("court", "long"), 2).bytes);
}

#[test]
fn french_spaces_reach_the_page_and_code_is_left_alone() {
    let text = read_back(&set("---\ntitle: T\n---\n«Oui»! dit-il: *non*; `a ! b`\n", 1));
    assert!(text.contains("« Oui » ! dit-il : non ; a ! b"), "{text}");
    let text = read_back(&set("---\ntitle: T\nlang: en\n---\nYes! he said: no\n", 1));
    assert!(text.contains("Yes! he said: no"), "{text}");
}

#[test]
fn notes_that_name_each_other_and_deep_nesting_end() {
    set("---\ntitle: T\n---\na[^a]\n\n[^a]: un[^b]\n[^b]: deux[^a]\n", 2);
    let deep = format!("---\ntitle: T\n---\n{}fond\n", "> ".repeat(60));
    assert!(read_back(&set(&deep, 2)).contains("fond"));
    let lists: String = (0..40).map(|n| format!("{}- x{n}\n", "  ".repeat(n))).collect();
    assert!(read_back(&set(&format!("---\ntitle: T\n---\n{lists}"), 1)).contains("x39"));
}

#[test]
fn both_columns_of_the_last_page_end_at_about_one_height() {
    let body = "Une phrase de longueur moyenne qui remplit la ligne. ".repeat(60);
    let article = Article::read(&format!("---\ntitle: T\n---\n{body}"), "a.md", "fr").unwrap();
    let (pictures, _) =
        pages(&article, &|_| None, &Options { paper: Paper::A4, columns: 2 }, 1.0, &|| false).unwrap();
    assert_eq!(pictures.len(), 1);
    let one = set(&format!("---\ntitle: T\n---\n{body}"), 2);
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, &one.bytes).unwrap();
    let half = |x: &str| {
        let out = Command::new("pdftotext")
            .args(["-x", x, "-y", "0", "-W", "297", "-H", "790"])
            .arg(&file)
            .arg("-")
            .output()
            .unwrap();
        String::from_utf8(out.stdout).unwrap().lines().filter(|line| line.len() > 20).count()
    };
    let (left, right) = (half("0"), half("298"));
    assert!(left.abs_diff(right) <= 3 && right > 5, "{left} and {right} lines");
}

#[test]
fn a_stopped_setting_gives_nothing() {
    let article = Article::read("x", "a.md", "fr").unwrap();
    let stopped =
        pdf(&article, &|_| None, &Options { paper: Paper::Letter, columns: 1 }, &mut |_| {}, &|| true);
    assert_eq!(stopped, Err(copydesk_typeset::NotSet::Cancelled));
}
