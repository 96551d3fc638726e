//! Exports of hostile articles, read again by the parser that browsers' rules are written for.

use std::path::Path;
use std::process::Command;

use copydesk_desk::export::{self, Piece};
use copydesk_desk::wire::{ExportFormat, ExportOptions, Lang, Paper};
use dom_query::Document;

use super::{Hostile, articles, attacks, furnish};

const CANARY: &str = "127.0.0.1:9";

/// All elements that the exporter may write, and their attributes. `class` and `id` may stand on any.
const ELEMENTS: [(&str, &[&str]); 41] = [
    ("html", &["lang"]),
    ("head", &[]),
    ("meta", &["charset", "http-equiv", "name", "property", "content"]),
    ("title", &[]),
    ("script", &["type"]),
    ("style", &[]),
    ("body", &[]),
    ("article", &[]),
    ("header", &[]),
    ("section", &["aria-label"]),
    ("p", &[]),
    ("h1", &[]),
    ("h2", &[]),
    ("h3", &[]),
    ("h4", &[]),
    ("h5", &[]),
    ("h6", &[]),
    ("span", &[]),
    ("small", &[]),
    ("time", &["datetime"]),
    ("figure", &[]),
    ("figcaption", &[]),
    ("blockquote", &[]),
    ("ul", &[]),
    ("ol", &["start"]),
    ("li", &[]),
    ("pre", &[]),
    ("code", &[]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["scope"]),
    ("td", &[]),
    ("hr", &[]),
    ("br", &[]),
    ("a", &["href", "rel", "title", "aria-label"]),
    ("em", &[]),
    ("strong", &[]),
    ("del", &[]),
    ("sup", &[]),
];

/// What is wrong with a page.
fn faults(html: &str, beside: bool) -> Vec<String> {
    let document = Document::from(html);
    let mut faults = Vec::new();
    let mut scripts = 0;
    let mut policies = 0;
    for node in document.root().descendants_it() {
        if node.is_comment() {
            faults.push("a comment".to_owned());
        }
        if !node.is_element() {
            continue;
        }
        let name = node.node_name().unwrap_or_default().to_string();
        let attributes: Vec<(String, String)> = node
            .attrs()
            .into_iter()
            .map(|attribute| (attribute.name.local.to_string(), attribute.value.to_string()))
            .collect();
        let value = |wanted: &str| {
            attributes.iter().find(|(name, _)| name == wanted).map_or("", |(_, value)| value.as_str())
        };
        let known: &[&str] = match ELEMENTS.iter().find(|(element, _)| *element == name) {
            Some((_, known)) => known,
            None if name == "img" => &["src", "alt", "title"],
            None => {
                faults.push(format!("an element {name}"));
                continue;
            }
        };
        for (attribute, _) in &attributes {
            if !known.contains(&attribute.as_str()) && attribute != "class" && attribute != "id" {
                faults.push(format!("{attribute} on {name}"));
            }
        }
        // No name of the article can stand for one of a page that shows it.
        if !value("id").is_empty() && !value("id").starts_with("c-") {
            faults.push(format!("the id {}", value("id")));
        }
        match name.as_str() {
            "a" => {
                let href = value("href");
                let allowed = ["http://", "https://", "mailto:", "#c-"];
                if !allowed.iter().any(|start| href.starts_with(start)) {
                    faults.push(format!("a link to {href:?}"));
                }
            }
            "img" => {
                let src = value("src");
                // A drawing is always within the page.
                let plain = if beside && !src.starts_with("data:image/svg+xml;base64,") {
                    src.strip_prefix("./").is_some_and(|path| {
                        !path.contains("..")
                            && !path.contains([':', '\\', '"', '<'])
                            && !path.starts_with('/')
                    })
                } else {
                    src.starts_with("data:image/")
                };
                if !plain {
                    faults.push(format!("a picture from {src:?}"));
                }
            }
            "meta" if !value("http-equiv").is_empty() => {
                policies += 1;
                let ours = value("content")
                    .starts_with("default-src 'none'; img-src 'self' data:; style-src 'sha256-");
                if value("http-equiv") != "Content-Security-Policy" || !ours {
                    faults.push(format!("meta {} {}", value("http-equiv"), value("content")));
                }
            }
            "script" => {
                scripts += 1;
                let text = node.text();
                let data: Result<serde_json::Value, _> = serde_json::from_str(&text);
                if value("type") != "application/ld+json"
                    || text.contains('<')
                    || data.map_or(true, |data| data["@type"] != "NewsArticle" || data.get("url").is_some())
                {
                    faults.push(format!("a script {text}"));
                }
            }
            // The policy's hash lets only our own sheet in; that it is ours is seen by its length and its marks.
            "style" if node.text().contains("__pwned") || node.text().contains("127.0.0.1") => {
                faults.push("a style sheet of the article".to_owned());
            }
            _ => {}
        }
    }
    if scripts != 1 || policies != 1 {
        faults.push(format!("{scripts} scripts, {policies} policies"));
    }
    // What a browser writes down again must be read as the same page (mutations).
    let written = document.html();
    if Document::from(written.as_ref()).html() != written {
        faults.push("read again, it is another page".to_owned());
    }
    faults
}

fn options(format: ExportFormat, images_beside: bool) -> ExportOptions {
    ExportOptions { format, paper: Paper::A4, columns: 1, images_beside }
}

fn export(desk: &Path, article: &Hostile, options: &ExportOptions) -> export::Made {
    let piece = Piece { desk, path: &article.path, text: &article.text };
    export::make(&piece, options, Lang::En, &mut |_| {}, &|| false)
        .unwrap_or_else(|problem| panic!("{}: {problem}", article.names.join(", ")))
}

fn desk() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let desk = folder.path().join("desk");
    std::fs::create_dir(&desk).unwrap();
    furnish(&desk, CANARY);
    (folder, desk)
}

/// Row 19 (1), and the exports of item 11.
#[test]
fn no_attack_gets_into_a_page() {
    let (_folder, desk) = desk();
    let (_, secret) = super::pictures();
    let mut found = Vec::new();
    let mut shown = 0;
    for attack in attacks() {
        let article = attack.article(CANARY);
        for beside in [false, true] {
            let made = export(&desk, &article, &options(ExportFormat::Html, beside));
            let html = String::from_utf8(made.bytes).unwrap();
            found.extend(faults(&html, beside).into_iter().map(|fault| format!("{}: {fault}", attack.name)));
            shown += html.matches("<img ").count();
            for (path, bytes) in &made.beside {
                if path.contains("..") || path.starts_with('/') || *bytes == secret {
                    found.push(format!("{}: a file at {path}", attack.name));
                }
            }
        }
    }
    assert_eq!(found, Vec::<String>::new());
    assert!(shown > 0, "no picture was in any page: the attacks on pictures tried nothing");
}

/// The oracle sees what it is there for.
#[test]
fn the_oracle_sees_faults() {
    let head = "<!DOCTYPE html><html><head><meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
        img-src 'self' data:; style-src 'sha256-x'\"><script type=\"application/ld+json\">{\"@type\":\"NewsArticle\"}\
        </script></head><body>";
    let page = |body: &str| faults(&format!("{head}{body}</body></html>"), false);
    assert_eq!(page("<p>Text</p>"), Vec::<String>::new());
    for body in [
        "<script>1</script>",
        "<p onclick=x>",
        "<iframe></iframe>",
        "<a href=javascript:1>x</a>",
        "<img src=http://x/>",
        "<p id=body>",
        "<!-- x -->",
        "<svg></svg>",
        "<meta http-equiv=refresh content=0>",
        "<p style=color:red>",
    ] {
        assert_ne!(page(body), Vec::<String>::new(), "{body}");
    }
}

/// An export lies in the folder of its article, whatever its keys and its name say.
#[test]
fn no_attack_moves_an_export() {
    let (_folder, desk) = desk();
    for attack in attacks() {
        let article = attack.article(CANARY);
        std::fs::write(desk.join(&article.path), &article.text).unwrap();
        let target = export::suggest_path(&desk, &article.path, &options(ExportFormat::Html, false));
        assert_eq!(target.parent(), Some(desk.as_path()), "{}", attack.name);
        assert!(target.extension().is_some_and(|end| end == "html"), "{}", attack.name);
    }
}

/// In the typesetter an article is data: its marks come out as text.
#[test]
fn typst_marks_are_text() {
    let (folder, desk) = desk();
    let marks: Vec<String> = attacks()
        .iter()
        .filter(|attack| attack.name.starts_with("typst "))
        .map(|attack| attack.article(CANARY).text)
        .collect();
    let text = format!(
        "---\ntitle: '#import \"x\": *'\nkicker: '#read(\"/etc/passwd\")'\nstandfirst: '$ #sys.version $ @ref <label>'\n\
         lang: en\n---\n\n{}",
        marks.join("\n")
    );
    let article = Hostile { path: "typst.md".into(), text, names: vec!["typst".into()] };
    let made = export(&desk, &article, &options(ExportFormat::Pdf, false));
    let file = folder.path().join("typst.pdf");
    std::fs::write(&file, made.bytes).unwrap();
    let out = Command::new("pdftotext").arg(&file).arg("-").output().expect("pdftotext, from poppler-utils");
    // A line may end anywhere, with or without a hyphen.
    let bare = |text: &str| text.replace(['-', '\u{ad}', '\u{2010}'], "").replace(char::is_whitespace, "");
    let set = bare(&String::from_utf8_lossy(&out.stdout));
    for wanted in [
        "#import",
        "#include",
        "#read(",
        "#plugin(",
        "#eval(1+1)".trim_end_matches("1+1)"),
        "#let x = 1; #x",
        "#panic(",
        "#while true {}",
        "#context here()",
        "#image(",
        "#json(",
        "#bytes((1,2))",
        "#sys.inputs #sys.version",
        "#show: it => panic()",
        "#set page(width: 1pt)",
        "$ sum_(i=0)^n #read(",
        "@label and <label>",
        "\\u{1f600} \\u{0} \\u{}",
        "text // not a comment /* nor this",
        "= Not a heading",
        "/ Term: text",
        "#metadata(",
        "#counter(page).step()",
        "$ #sys.version $ @ref <label>",
    ] {
        assert!(set.contains(&bare(wanted)), "{wanted} is not in the page:\n{set}");
    }
    assert!(!set.contains("x:0:0:"), "a file of the machine is in the page");
}

/// A PDF can hold scripts, files and calls of programs too.
#[test]
fn no_attack_gets_into_a_pdf() {
    let (folder, desk) = desk();
    let file = folder.path().join("hostile.pdf");
    let mut links = 0;
    // A third of all: the typesetter takes its time.
    for article in articles(CANARY).iter().step_by(3) {
        let made = export(&desk, article, &options(ExportFormat::Pdf, false));
        std::fs::write(&file, made.bytes).unwrap();
        let out =
            Command::new("qpdf").args(["--qdf", "--object-streams=disable"]).arg(&file).arg("-").output();
        let out = out.expect("qpdf, from the package qpdf").stdout;
        let plain = String::from_utf8_lossy(&out);
        let names = article.names.join(", ");
        for word in ["/JavaScript", "/JS", "/Launch", "/EmbeddedFile", "/OpenAction", "/SubmitForm", "/GoToR"]
        {
            let there = plain
                .match_indices(word)
                .any(|(at, _)| !plain[at + word.len()..].starts_with(|c: char| c.is_ascii_alphanumeric()));
            assert!(!there, "{names}: {word}");
        }
        for part in plain.split("/URI (").skip(1) {
            links += 1;
            assert!(
                ["http://", "https://", "mailto:"].iter().any(|start| part.starts_with(start)),
                "{names}: a link to {}",
                part.lines().next().unwrap_or_default()
            );
        }
    }
    assert!(links > 0, "no link was in any page: nothing was tried");
}
