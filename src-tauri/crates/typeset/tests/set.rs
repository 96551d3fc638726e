//! Articles through the typesetter, read back with poppler's tools.

use std::process::Command;

use copydesk_core::article::Article;
use copydesk_typeset::{Conformance, Options, Paper, Pdf, Rule, pages, pdf};

const PNG: &[u8] = include_bytes!("../../../icons/32x32.png");

/// A drawing that asks for a file, for the web, for an entity, for another image of the article and for a script, and
/// has a letter that no face of ours draws.
const HOSTILE_SVG: &str = r##"<?xml version="1.0"?>
<!DOCTYPE svg [<!ENTITY secret SYSTEM "file:///etc/passwd">]>
<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink" width="600" height="200">
<script>alert(1)</script><style>@import url(https://example.org/a.css);</style>
<rect width="600" height="200" fill="#c54" onclick="alert(1)"/>
<text x="20" y="60" font-family="Arial" font-size="40">Rives 漢</text>
<image href="file:///etc/hostname" width="50" height="50"/><image href="0" width="50" height="50"/>
<image xlink:href="https://example.org/a.png" width="50" height="50"/><use href="other.svg#x"/>
</svg>"##;

fn options(columns: u8) -> Options {
    Options { paper: Paper::A4, columns }
}

fn set(text: &str, columns: u8) -> Pdf {
    let article = Article::read(text, "essai.md", "fr").unwrap();
    let images = |path: &str| match path {
        "images/a.png" => Some(PNG.to_vec()),
        "images/a.svg" => Some(HOSTILE_SVG.as_bytes().to_vec()),
        "images/a.avif" => Some(b"\0\0\0\x20ftypavif".to_vec()),
        "images/broken.svg" => Some(b"<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"10\"".to_vec()),
        _ => None,
    };
    pdf(&article, &images, &options(columns), &mut |_| {}, &|| false).unwrap()
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
fn a_drawing_is_set_and_loads_nothing() {
    for columns in [1, 2] {
        let pdf = set("---\ntitle: T\n---\n![Deux rives](images/a.svg \"La légende\")\n", columns);
        assert_eq!((pdf.warnings.as_slice(), pdf.conformance), (&[][..], Conformance::A2aUa1));
        assert!(read_back(&pdf).contains("La légende"));
    }
    let article = Article::read("![Deux rives](images/a.svg)\n", "a.md", "fr").unwrap();
    let drawn = |svg: &str| {
        let images = |_: &str| Some(svg.as_bytes().to_vec());
        pages(&article, &images, &options(1), 1.0, &|| false).unwrap().0.remove(0).bytes
    };
    // The letters are drawn; what the drawing asks for from elsewhere changes nothing.
    assert_ne!(drawn(HOSTILE_SVG), drawn(&HOSTILE_SVG.replace("Rives", "")));
    let bare: String = HOSTILE_SVG.lines().filter(|line| !line.contains("href=")).collect();
    assert_eq!(drawn(HOSTILE_SVG), drawn(&format!("{bare}</svg>").replace("</svg></svg>", "</svg>")));
}

#[test]
fn images_of_another_kind_and_broken_ones_are_told_apart() {
    let pdf = set("---\ntitle: T\n---\n![Un](images/a.avif)\n\n![Deux](images/broken.svg)\n", 1);
    assert_eq!(
        pdf.warnings.iter().map(|w| w.rule).collect::<Vec<_>>(),
        [Rule::ImageKind, Rule::ImageMissing]
    );
    assert_eq!(pdf.conformance, Conformance::A2aUa1);
    let text = read_back(&pdf);
    assert!(text.contains("[Un]") && text.contains("[Deux]"), "{text}");
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
    let (pictures, _) = pages(&article, &|_| None, &options(2), 1.0, &|| false).unwrap();
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
    let stopped = pdf(&article, &|_| None, &options(1), &mut |_| {}, &|| true);
    assert_eq!(stopped, Err(copydesk_typeset::NotSet::Cancelled));
}

/// What one of the programs that read PDF files says of this one.
fn asked(program: &str, before: &[&str], pdf: &Pdf, after: &[&str]) -> (bool, String) {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("a.pdf");
    std::fs::write(&file, &pdf.bytes).unwrap();
    let out = Command::new(program).args(before).arg(&file).args(after).output().expect(program);
    (out.status.success(), String::from_utf8_lossy(&out.stdout).into_owned())
}

/// Every element that an article may have, in an order that can be told.
const WHOLE: &str = "---\ntitle: UN\nkicker: ZÉRO\nstandfirst: DEUX\nbyline: TROIS\ndate: 2026-11-22\n---\n\
    QUATRE *em* **gras**[^n].\n\n## CINQ\n\n> SIX\n>\n> — SEPT\n\n![Une icône](images/a.png \"HUIT © Nord\")\n\n\
    ![Des rives](images/a.svg \"NEUF\")\n\n| DIX | b |\n|---|--:|\n| ONZE | 2 |\n\n1. DOUZE\n2. TREIZE\n\n\
    ```\nQUATORZE\n```\n\nQUINZE `code` 😀 ☑ ≠.\n\n[^n]: NOTE.\n";

#[test]
fn every_face_is_embedded_and_the_file_is_sound() {
    for columns in [1, 2] {
        let pdf = set(WHOLE, columns);
        let (sound, said) = asked("qpdf", &["--check"], &pdf, &[]);
        assert!(sound, "{said}");
        let (_, fonts) = asked("pdffonts", &[], &pdf, &[]);
        let rows: Vec<Vec<&str>> =
            fonts.lines().skip(2).map(|line| line.split_whitespace().collect()).collect();
        for face in ["SourceSerif4", "DejaVuSansMono", "NotoEmoji"] {
            assert!(rows.iter().any(|row| row[0].contains(face)), "{face} in {fonts}");
        }
        for row in rows {
            // From the end: object, generation, unicode map, subset, embedded.
            let [.., embedded, subset, unicode, _, _] = row.as_slice() else { panic!("{fonts}") };
            assert_eq!((*embedded, *subset, *unicode), ("yes", "yes", "yes"), "{fonts}");
        }
    }
}

#[test]
fn text_is_read_in_the_order_of_the_article() {
    for columns in [1, 2] {
        // In the order of the file; the tool's other order is guessed from the page.
        let (_, text) = asked("pdftotext", &["-raw", "-enc", "UTF-8"], &set(WHOLE, columns), &["-"]);
        let mut from = 0;
        for word in [
            "ZÉRO", "UN", "DEUX", "TROIS", "QUATRE", "CINQ", "SIX", "SEPT", "HUIT", "NEUF", "DIX", "ONZE",
            "DOUZE", "TREIZE", "QUATORZE", "QUINZE",
        ] {
            let at = text[from..].find(word);
            assert!(at.is_some(), "{word} after byte {from}, {columns} columns: {text}");
            from += at.unwrap();
        }
        assert!(text.contains("NOTE."));
    }
}

#[test]
fn the_files_record_has_the_articles_day_else_one_that_says_nothing() {
    let day = |text: &str| {
        let article = Article::read(text, "a.md", "fr").unwrap();
        let pdf = pdf(&article, &|_| None, &options(1), &mut |_| {}, &|| false).unwrap();
        let (_, said) = asked("pdfinfo", &["-isodates"], &pdf, &[]);
        let line = said.lines().find(|line| line.starts_with("CreationDate")).unwrap_or_default().to_owned();
        (line.split_whitespace().nth(1).unwrap_or_default()[..10].to_owned(), pdf.conformance)
    };
    assert_eq!(day("---\ndate: 2026-11-22\n---\nx\n"), ("2026-11-22".into(), Conformance::A2aUa1));
    assert_eq!(day("x\n"), ("1970-01-01".into(), Conformance::A2aUa1));
}

#[test]
fn who_said_it_stands_on_the_page_where_the_words_end() {
    // Somewhere in this run the end of the quotation meets the end of the page.
    for lines in 40..47 {
        let before = "- x\n".repeat(lines);
        let words = "Des mots dits. ".repeat(20);
        let pdf = set(&format!("---\ntitle: T\n---\n{before}\n> {words}FIN\n>\n> — QUELQU’UN\n"), 1);
        let (_, text) = asked("pdftotext", &["-enc", "UTF-8"], &pdf, &["-"]);
        let page = |word: &str| text.split('\u{c}').position(|page| page.contains(word));
        assert_eq!(page("FIN"), page("QUELQU’UN"), "{lines} lines before: {text}");
    }
}

#[test]
fn a_tall_picture_leaves_room_for_its_caption() {
    let article = Article::read("![Une tour](t.svg \"LA TOUR\")\n\nAprès.\n", "a.md", "fr").unwrap();
    let tower = "<svg xmlns='http://www.w3.org/2000/svg' width='600' height='6000'><rect width='9' height='9'/></svg>";
    for columns in [1, 2] {
        let images = |_: &str| Some(tower.as_bytes().to_vec());
        let pdf = pdf(&article, &images, &options(columns), &mut |_| {}, &|| false).unwrap();
        assert_eq!(pdf.pages, 1);
        assert!(read_back(&pdf).contains("LA TOUR"));
    }
}

#[test]
fn a_question_stands_on_the_page_of_its_answer() {
    for lines in 44..49 {
        let before = "- x\n".repeat(lines);
        let pdf = set(&format!("---\ntitle: T\n---\n{before}\n**QUESTION ?**\n\nRÉPONSE. Une phrase.\n"), 1);
        let (_, text) = asked("pdftotext", &["-enc", "UTF-8"], &pdf, &["-"]);
        let page = |word: &str| text.split('\u{c}').position(|page| page.contains(word));
        assert_eq!(page("QUESTION"), page("RÉPONSE"), "{lines} lines before: {text}");
    }
}

#[test]
fn a_task_has_its_box_and_no_bullet() {
    let text = read_back(&set("---\ntitle: T\n---\n- [x] fait\n- [ ] à faire\n", 1));
    assert!(text.contains("☑ fait") && text.contains("☐ à faire") && !text.contains('•'), "{text}");
    assert!(read_back(&set("---\ntitle: T\n---\n- point\n", 1)).contains('•'));
}
