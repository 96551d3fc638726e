//! The body from Markdown to the tree, its counts, its links, and the HTML page.

use std::collections::HashSet;
use std::fmt::Write as _;

use copydesk_core::article::Article;
use copydesk_core::blocks::patch;
use copydesk_core::counts::{self, Counts};
use copydesk_core::furniture::Furniture;
use copydesk_core::html::{self, HtmlPage, ImageData, Options, Paper, WarningKind};
use copydesk_core::link;
use copydesk_core::markdown::{self, Context, TooComplex};
use copydesk_core::tree::{Document, ImageKind, LinkKind, Node};
use copydesk_core::{json, tree};
use proptest::prelude::*;
use serde_json::{Value, json};
use unicode_segmentation::UnicodeSegmentation;

/// Failures are printed whole; nothing is written beside the tests.
fn cases(cases: u32) -> ProptestConfig {
    ProptestConfig { cases, failure_persistence: None, ..ProptestConfig::default() }
}

fn context() -> Context {
    Context { article_path: "news/budget.md".into() }
}

fn parse(body: &str) -> Document {
    markdown::parse(body, &context()).unwrap_or_else(|error| panic!("{error}: {body:?}"))
}

fn nodes(body: &str) -> Vec<Value> {
    parse(body).blocks.iter().map(|block| json::node(&block.node)).collect()
}

fn images(path: &str) -> Option<ImageData> {
    match path {
        "news/pic.png" => Some(ImageData::Embedded { bytes: b"PNG".to_vec(), media: "image/png".into() }),
        "news/odd.html" => Some(ImageData::Embedded { bytes: b"<b>".to_vec(), media: "text/html".into() }),
        "news/beside.png" => Some(ImageData::Beside { path: "files/a \"b\"é.png".into() }),
        _ => None,
    }
}

fn page(text: &str) -> HtmlPage {
    let article = Article::read(text, "news/budget.md", "fr").expect("not too complex");
    html::page(&article, &images, &Options::default())
}

/// The published body alone, every block of it.
fn body_of(body: &str) -> String {
    let article = Article {
        furniture: Furniture::default(),
        document: parse(body),
        path: "news/budget.md".into(),
        lang: "fr".into(),
        lines_above: 0,
    };
    let html = html::page(&article, &images, &Options::default()).html;
    let from = html.find("</header>\n").expect("a header") + "</header>\n".len();
    let to = html.rfind("</article>").expect("an article");
    html[from..to].to_owned()
}

// ---- the tree and its JSON

#[test]
fn each_kind_of_block_has_its_json() {
    let cases = [
        (
            "Un *deux* **trois** ~~quatre~~ `cinq`",
            json!({"t": "p", "c": ["Un ", {"t": "em", "c": ["deux"]}, " ",
            {"t": "strong", "c": ["trois"]}, " ", {"t": "del", "c": ["quatre"]}, " ", {"t": "code", "c": ["cinq"]}]}),
        ),
        ("un\ndeux\\\ntrois", json!({"t": "p", "c": ["un\ndeux", {"t": "br"}, "trois"]})),
        ("## Intertitre", json!({"t": "h", "l": 2, "c": ["Intertitre"]})),
        (
            "> « Oui. »\n>\n> — Jeanne *Roy*",
            json!({"t": "quote", "c": [{"t": "p", "c": ["« Oui. »"]}],
            "by": ["Jeanne ", {"t": "em", "c": ["Roy"]}]}),
        ),
        ("> Oui.\n>\n> —\u{a0}Roy", json!({"t": "quote", "c": [{"t": "p", "c": ["Oui."]}], "by": ["Roy"]})),
        (
            "> Oui.\n>\n> —Roy",
            json!({"t": "quote", "c": [{"t": "p", "c": ["Oui."]}, {"t": "p", "c": ["—Roy"]}]}),
        ),
        (
            "![Le port](../img/port%20a.png \"Le port, hier. © Léa Roy\")",
            json!({"t": "figure",
            "src": "img/port a.png", "alt": "Le port", "k": "desk", "caption": "Le port, hier.", "credit": "Léa Roy"}),
        ),
        (
            "![x](https://e.org/a.png \"© AFP\")",
            json!({"t": "figure", "src": "https://e.org/a.png", "alt": "x",
            "k": "remote", "caption": "", "credit": "AFP"}),
        ),
        (
            "a ![*x* `y`](/etc/passwd)",
            json!({"t": "p", "c": ["a ", {"t": "img", "src": "/etc/passwd", "alt": "x y",
            "k": "refused"}]}),
        ),
        (
            "- a\n- [x] b\n- [ ] c",
            json!({"t": "ul", "c": [{"t": "li", "task": null, "c": ["a"]},
            {"t": "li", "task": true, "c": ["b"]}, {"t": "li", "task": false, "c": ["c"]}]}),
        ),
        (
            "3. a\n\n   b",
            json!({"t": "ol", "start": 3, "c": [{"t": "li", "task": null,
            "c": [{"t": "p", "c": ["a"]}, {"t": "p", "c": ["b"]}]}]}),
        ),
        ("```rust x\n\na <b>\n```", json!({"t": "pre", "text": "\na <b>", "lang": "rust"})),
        (
            "| a | b |\n|--:|---|\n| 1 | *2* |",
            json!({"t": "table", "align": ["right", null], "c": [
            {"t": "tr", "head": true, "c": [{"t": "td", "c": ["a"]}, {"t": "td", "c": ["b"]}]},
            {"t": "tr", "head": false, "c": [{"t": "td", "c": ["1"]}, {"t": "td", "c": [{"t": "em", "c": ["2"]}]}]}]}),
        ),
        ("***", json!({"t": "hr"})),
        ("<div onclick=x>\ny", json!({"t": "html", "text": "<div onclick=x>\ny"})),
        ("a <b>c", json!({"t": "p", "c": ["a ", {"t": "html", "text": "<b>"}, "c"]})),
        (
            "[a](https://e.org/é) [b](autre.md#x) [c](#note) [d](javascript:x)",
            json!({"t": "p", "c": [
            {"t": "a", "href": "https://e.org/%C3%A9", "k": "web", "c": ["a"]}, " ",
            {"t": "a", "href": "news/autre.md", "k": "article", "c": ["b"]}, " ",
            {"t": "a", "href": "#note", "k": "anchor", "c": ["c"]}, " ",
            {"t": "a", "href": "javascript:x", "k": "refused", "c": ["d"]}]}),
        ),
    ];
    for (body, wanted) in cases {
        assert_eq!(nodes(body), [wanted], "{body}");
    }
}

#[test]
fn notes_are_gathered_at_the_end() {
    let body = "a[^x] b[^y]\n\n[^y]: Deux.\n\nc[^x]\n\n[^x]: *Un*.\n[^z]: Perdue.\n\nfin";
    let all = nodes(body);
    assert_eq!(
        all[0],
        json!({"t": "p", "c": ["a", {"t": "fnref", "n": 1, "id": "c-fnref-1"}, " b",
        {"t": "fnref", "n": 2, "id": "c-fnref-2"}]})
    );
    assert_eq!(all[1]["c"][1]["id"], "c-fnref-1-2");
    assert_eq!(
        all[3],
        json!({"t": "footnotes", "c": [
        {"t": "fn", "n": 1, "id": "c-fn-1", "refs": 2, "c": [{"t": "p", "c": [{"t": "em", "c": ["Un"]}, "."]}]},
        {"t": "fn", "n": 2, "id": "c-fn-2", "refs": 1, "c": [{"t": "p", "c": ["Deux."]}]}]})
    );
    assert_eq!(all.len(), 4);
    let lines: Vec<u32> = parse(body).blocks.iter().map(|block| block.first_line).collect();
    assert_eq!(lines, [1, 5, 10, 10], "lines never run backwards");
}

#[test]
fn blocks_know_their_lines_and_hashes_ignore_them() {
    let document = parse("# Un\n\ndeux\ndeux\n\n```\nx\n```\n- a\n- b");
    let lines: Vec<_> = document.blocks.iter().map(|block| (block.first_line, block.last_line)).collect();
    assert_eq!(lines, [(1, 1), (3, 4), (6, 8), (9, 10)]);
    let shifted = parse("\n\n\n# Un\n\ndeux\ndeux\n\n\n\n```\nx\n```\n- a\n- b");
    let hashes = |document: &Document| document.blocks.iter().map(|block| block.hash).collect::<Vec<_>>();
    assert_eq!(hashes(&document), hashes(&shifted));
    let changed = parse("# Un\n\ndeux\ndeuX\n\n```\nx\n```\n- a\n- b");
    let differ: Vec<_> = hashes(&document).iter().zip(hashes(&changed)).map(|(a, b)| *a != b).collect();
    assert_eq!(differ, [false, true, false, false]);
}

proptest! {
    #![proptest_config(cases(2000))]
    #[test]
    fn a_patch_makes_the_new_list(old in prop::collection::vec(0..4_u8, 0..12), new in prop::collection::vec(0..4_u8, 0..12)) {
        let (start, end) = patch(&old, &new);
        prop_assert!(start + end <= old.len().min(new.len()));
        let mut made = old[..start].to_vec();
        made.extend(&new[start..new.len() - end]);
        made.extend(&old[old.len() - end..]);
        prop_assert_eq!(&made, &new);
        // Nothing more could stay.
        if start + end < old.len().min(new.len()) {
            prop_assert!(old[start] != new[start]);
            prop_assert!(old[old.len() - end - 1] != new[new.len() - end - 1]);
        }
    }
}

// ---- counts

#[test]
fn counts_are_those_of_hand() {
    // (source, signes, words), counted by hand.
    let cases = [
        ("", 0, 0),
        ("Bonjour", 7, 1),
        ("Bonjour le monde.", 17, 3),
        ("un\ndeux", 7, 2),    // a soft break is one blank
        ("un\n\ndeux", 6, 2),  // a paragraph break is nothing
        ("un\\\ndeux", 6, 2),  // nor is a hard break
        ("**bon**jour", 7, 1), // emphasis splits no word
        ("[lien](https://example.org/adresse)", 4, 1),
        ("![texte de remplacement](a.png)", 0, 0),
        ("![x](a.png \"Légende. © Nom\")", 11, 2), // caption and credit
        ("`a b`", 3, 2),
        ("```\na b\n\nc\n```", 6, 3),  // as it stands, inner line feeds too
        ("a[^1]\n\n[^1]: note", 1, 1), // notes apart
        ("> Oui.\n>\n> — Roy", 9, 2),  // 4 + "— Roy"
        ("- a\n- b", 2, 2),
        ("| a | b |\n|---|---|\n| c | d |", 4, 4),
        ("l’été d'août", 12, 2),
        ("3,5 % de 1\u{202f}000 €", 16, 3), // 3,5 · de · 1 000
        ("e\u{301}te\u{301}", 3, 1),        // combining accents
        ("👩‍👩‍👧 🇫🇷", 3, 0),                    // one family, a blank, one flag
        ("«\u{a0}Non\u{a0}!\u{a0}»", 9, 1),
        ("# Titre\n\n---", 5, 1),
        ("&eacute;&amp;", 2, 1),
        ("<b>x", 4, 2),
    ];
    for (body, signes, words) in cases {
        let document = parse(body);
        assert_eq!(counts::of_document(&document), Counts { signes, words }, "{body:?}");
    }
    for (text, signes) in [
        ("# Titre\n\nCorps\n", 5),
        ("---\ntitle: T\n---\n# Partie\n\nCorps\n", 11),
        ("<!--\n# Non\n-->\n\n# Oui\n\nCorps\n", 5),
        ("---\na: [\n---\n# Titre\n\nCorps\n", 5),
    ] {
        let (front, body) = copydesk_core::front::split(text);
        assert_eq!(counts::of_body(front, body, &parse(body)).signes, signes, "{text:?}");
    }
    assert_eq!(counts::of_notes(&parse("a[^1]\n\n[^1]: une note")), Counts { signes: 8, words: 2 });
    assert_eq!(counts::of_text("un *deux*\n\ntrois\n"), Counts { signes: 14, words: 3 });
}

/// Text in which every class of the fast way meets every other, and characters that only the slow way knows.
fn copy() -> impl Strategy<Value = String> {
    let ordinary: Vec<char> = "aZé0 9_:.,;'’‘\u{202f}\u{a0}«»–—…“”€£°©•-+×÷(\n\tœŒÿß!".chars().collect();
    let odd: Vec<char> =
        "\r\u{301}\u{200d}\u{ad}🇫🇷👩\u{fe0f}ªº²¼·א\"ア한中\u{200b}\u{2028}ʼ\u{0}𝒳ก".chars().collect();
    let mixed = [ordinary.clone(), odd].concat();
    prop_oneof![
        3 => prop::collection::vec(prop::sample::select(ordinary), 0..24),
        2 => prop::collection::vec(prop::sample::select(mixed), 0..24),
        1 => prop::collection::vec(any::<char>(), 0..24),
        // All that the fast way could take for ordinary.
        1 => prop::collection::vec(prop::char::range('\0', '\u{250}'), 0..24),
    ]
    .prop_map(|letters| letters.into_iter().collect())
}

#[test]
fn comments_are_nowhere() {
    for (body, shown, signes) in [
        ("Un <!-- secret --> deux.\n", "<p>Un deux.</p>\n", 8),
        ("Un<!-- secret --> deux.\n", "<p>Un deux.</p>\n", 8),
        ("*Un* <!-- secret --> *deux*\n", "<p><em>Un</em> <em>deux</em></p>\n", 7),
        ("Un. <!-- secret -->\n", "<p>Un.</p>\n", 3),
        ("<!-- secret -->\n\nUn.\n", "<p>Un.</p>\n", 3),
        ("Un.\n\n<!-- secret\n\n# secret\n", "<p>Un.</p>\n", 3),
        ("<!-- secret --><!--> reste\n", "<pre class=\"source\"> reste</pre>\n", 6),
        ("<div>\n<!-- secret -->x</div>\n", "<pre class=\"source\">&lt;div&gt;\nx&lt;/div&gt;</pre>\n", 13),
        ("`<!-- code -->`\n", "<p><code>&lt;!-- code --&gt;</code></p>\n", 13),
        ("![un <!-- secret -->](y.png)\n", "", 0),
    ] {
        let html = body_of(body);
        assert!(html.starts_with(shown) && !html.contains("secret"), "{body:?}: {html}");
        assert!(!format!("{:?}", nodes(body)).contains("secret"), "{body:?}");
        assert_eq!(counts::of_document(&parse(body)).signes, signes, "{body:?}");
    }
    // What a comment that nothing ends swallows is told by a full parse and by one around the edit alike.
    let mut parser = markdown::Parser::default();
    for body in
        ["a\n\n<!-- b -->\n\n# c\n\nd\n", "a\n\n<!-- b\n\n# c\n\nd\n", "a\n\n<!-- b -->\n\n# c\n\nd\n"]
    {
        assert_eq!(parser.parse(body, &context()), Ok(&parse(body)), "{body:?}");
    }
}

proptest! {
    #![proptest_config(cases(8000))]
    #[test]
    fn counts_are_those_of_unicode(text in copy()) {
        let counts = counts::count(&text);
        prop_assert_eq!(counts.signes as usize, text.graphemes(true).count(), "signes of {:?}", text);
        prop_assert_eq!(counts.words as usize, text.unicode_words().count(), "words of {:?}", text);
    }
}

#[test]
fn counts_of_each_pair_of_ordinary_characters_are_those_of_unicode() {
    for a in '\0'..='\u{250}' {
        for b in "a0_:.,;'’ \u{202f}é-×".chars() {
            for text in [format!("{a}{b}"), format!("a{a}{b}"), format!("a{a}a{b}a"), format!("0{a}0{b}0")] {
                let counts = counts::count(&text);
                assert_eq!(counts.signes as usize, text.graphemes(true).count(), "{text:?}");
                assert_eq!(counts.words as usize, text.unicode_words().count(), "{text:?}");
            }
        }
    }
}

// ---- links and images

#[test]
fn only_plain_web_addresses_lead_outside() {
    let allowed = [
        ("https://example.org", "https://example.org/"),
        ("HTTP://Example.ORG/a?b#c", "http://example.org/a?b#c"),
        ("https://élysée.fr/", "https://xn--lyse-9oabc.fr/"),
        ("mailto:a@example.org", "mailto:a@example.org"),
    ];
    for (href, wanted) in allowed {
        let got = link::outside(href);
        if href.contains('é') {
            assert!(got.is_some_and(|url| url.starts_with("https://xn--")), "{href}");
        } else {
            assert_eq!(got.as_deref(), Some(wanted), "{href}");
        }
    }
    let schemes = "javascript vbscript data file ftp ftps ssh sftp telnet tel sms magnet webcal blob filesystem about \
        view-source chrome resource jar ws wss tauri ipc preview-img asset ms-msdt ms-word search-ms steam vscode \
        intent market itms skype zoommtg slack discord tg whatsapp irc ircs news nntp gopher ldap smb afp nfs rdp vnc \
        spotify bitcoin geo maps facetime callto xmpp sip sips urn cid mid res mhtml shell hcp help livescript mocha \
        feed javascript1 httpx xhttp http+x h ttp https+unix wyciwyg moz-extension chrome-extension x";
    for scheme in schemes.split_whitespace() {
        for href in [format!("{scheme}:x"), format!("{scheme}://x"), format!("{}:x", scheme.to_uppercase())] {
            assert_eq!(link::outside(&href), None, "{href}");
            assert_eq!(link::classify("a.md", &href).0, LinkKind::Refused, "{href}");
        }
    }
    let tricks = [
        "",
        " ",
        "http",
        "http:",
        "http:/",
        "http://",
        "http:x",
        "https:///x",
        "https:/\\x",
        "//x.org",
        "/x",
        "\\\\x\\y",
        " https://x.org",
        "https://x.org ",
        "ht\ttps://x.org",
        "https://x.org/\n",
        "https://\u{202e}x.org",
        "https://x\u{200b}.org",
        "https://u@x.org",
        "https://u:p@x.org",
        "https://x.org:99999",
        "https://[x",
        "mailto:",
        "mailto://x",
        "\u{1}https://x.org",
        "https\u{ff1a}//x.org",
        "java\u{0}script:x",
        "&#106;avascript:x",
    ];
    for href in tricks {
        assert_eq!(link::outside(href), None, "{href:?}");
    }
    assert_eq!(link::outside(&format!("https://x.org/{}", "a".repeat(9000))), None);
}

#[test]
fn references_stay_within_the_desk() {
    let inside = [
        ("a.png", "news/2026/a.png"),
        ("./a.png", "news/2026/a.png"),
        ("../a.png", "news/a.png"),
        ("../../a.png", "a.png"),
        ("x/../a.png", "news/2026/a.png"),
        ("a%20b.png", "news/2026/a b.png"),
        ("%C3%A9t%C3%A9.png", "news/2026/été.png"),
        ("été.png", "news/2026/été.png"),
        ("100%.png", "news/2026/100%.png"),
        ("%252e%252e/a.png", "news/2026/%2e%2e/a.png"),
        ("capture 3.14\u{202f}PM.png", "news/2026/capture 3.14\u{202f}PM.png"),
    ];
    for (src, wanted) in inside {
        assert_eq!(link::desk_path("news/2026/x.md", src).as_deref(), Some(wanted), "{src}");
    }
    let outside = [
        "",
        ".",
        "..",
        "../..",
        "../../..",
        "../../../a.png",
        "../../../../etc/passwd",
        "/a.png",
        "//x/a.png",
        "\\a.png",
        "..\\a.png",
        "a\\b.png",
        "C:\\a.png",
        "C:/a.png",
        "c:a.png",
        "file:a.png",
        "file:///a.png",
        "https://x.org/a.png",
        "data:image/png,x",
        "a%00.png",
        "a\0.png",
        "%2e%2e/%2e%2e/%2e%2e/a.png",
        "..%2f..%2f..%2fa.png",
        "%2fetc%2fpasswd",
        "%5c%5cx%5ca.png",
        "%2E%2E/..%2F../a.png",
        "a//b.png",
        "a/",
        "a/..",
        "a/.",
        ".git/config",
        ".copydesk/x.png",
        "x/.hidden.png",
        "...",
        ".../a.png",
        "a./b.png",
        "a.png.",
        "a.png ",
        "a.png%20",
        "a%0ab.png",
        "a:b",
        "a.png::$DATA",
        "%ff.png",
        "~\n/a.png",
        "a\u{85}.png",
    ];
    for src in outside {
        assert_eq!(link::desk_path("news/2026/x.md", src), None, "{src:?}");
        assert_ne!(link::image("news/2026/x.md", src).0, ImageKind::Desk, "{src:?}");
    }
    assert_eq!(link::desk_path("x.md", "../a.png"), None);
    assert_eq!(link::desk_path("x.md", &"a/".repeat(5000)), None);
}

fn parts() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "..",
        ".",
        "/",
        "\\",
        "%2e",
        "%2f",
        "%5c",
        "%00",
        "%",
        "a",
        "é",
        ":",
        " ",
        "x.md",
        "#",
        "?",
        "//",
        "\u{202e}",
        "javascript",
        "http",
        "https://",
        "file",
        "@",
        "\t",
        "\n",
        "\0",
    ]);
    prop::collection::vec(piece, 0..14).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(4000))]
    #[test]
    fn no_reference_leaves_the_desk(src in parts()) {
        if let Some(path) = link::desk_path("news/2026/x.md", &src) {
            prop_assert!(!path.starts_with('/') && !path.contains(['\\', ':']) && !path.contains(char::is_control));
            for part in path.split('/') {
                prop_assert!(!part.is_empty() && part != "." && part != "..", "{:?} -> {:?}", src, path);
            }
        }
        let (kind, href) = link::classify("news/2026/x.md", &src);
        match kind {
            LinkKind::Web => prop_assert!(
                href.is_ascii() && ["http://", "https://", "mailto:"].iter().any(|start| href.starts_with(start))),
            LinkKind::Article => prop_assert!(href.ends_with(".md")),
            LinkKind::Anchor => prop_assert!(href.starts_with('#')),
            LinkKind::Refused => prop_assert_eq!(href, src),
        }
    }
}

// ---- gates

/// Runs with the stack of a spawned thread, whatever the test runner gives.
fn in_a_small_stack<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    std::thread::Builder::new()
        .stack_size(2 * 1024 * 1024)
        .spawn(work)
        .expect("a thread")
        .join()
        .expect("no panic, no overflow")
}

fn repeated(unit: &str, bytes: usize) -> String {
    unit.repeat(bytes / unit.len() + 1)
}

/// Known ways to make a Markdown parser slow or deep, each of about `n` bytes.
fn pathological(n: usize) -> Vec<(&'static str, String)> {
    let staircase = |mark: &str| {
        let mut text = String::new();
        let mut level = 0;
        while text.len() < n {
            let _ = writeln!(text, "{}{mark} a", " ".repeat(level * 2));
            level += 1;
        }
        text
    };
    let mut notes = String::new();
    let mut definitions = String::new();
    let mut at = 0;
    while notes.len() + definitions.len() < n {
        let _ = write!(notes, "[^{at}]");
        let _ = write!(definitions, "\n[^{at}]: x[^{}]\n", at + 1);
        at += 1;
    }
    let mut fences = String::new();
    let mut ticks = 1;
    while fences.len() < n {
        let _ = write!(fences, "e{}", "`".repeat(ticks));
        ticks += 1;
    }
    let columns = (n as f64).sqrt() as usize;
    let table = format!(
        "{}\n{}\n{}",
        repeated("|a", columns * 2),
        repeated("|-", columns * 2),
        repeated("|\n", n.saturating_sub(columns * 4))
    );
    vec![
        ("quotes on one line", repeated(">", n)),
        ("spaced quotes", repeated("> ", n)),
        ("quotes and lists", repeated("> - ", n)),
        ("deep quotes on each line", repeated(&format!("{}a\n", ">".repeat(99)), n)),
        ("lists on one line", repeated("- ", n)),
        ("numbered lists on one line", repeated("1. ", n)),
        ("staircase of bullets", staircase("-")),
        ("staircase of numbers", staircase("1.")),
        ("stars", repeated("*", n)),
        ("open emphasis", repeated("*a **a ", n)),
        ("mixed emphasis", repeated("*a_ ", n)),
        ("closing emphasis", repeated("a_ ", n)),
        ("nested emphasis", format!("{}a{}", repeated("*a **a ", n / 2), repeated("b** b* ", n / 2))),
        ("open brackets", repeated("[", n)),
        ("open links", repeated("[a](", n)),
        ("open images", repeated("![a](", n)),
        ("closed brackets", repeated("]", n)),
        ("nested brackets", format!("{}a{}", repeated("[", n / 2), repeated("]", n / 2))),
        ("unclosed angle links", repeated("[a](<b", n)),
        ("definitions", repeated("[a]: u\n", n)),
        ("references", format!("[a]: u\n\n{}", repeated("[a]", n))),
        ("backticks of all lengths", fences),
        ("strikes", repeated("~~a ", n)),
        ("entities", repeated("&", n)),
        ("angles", repeated("<", n)),
        ("open comments", repeated("a <!-- b ", n)),
        ("open declarations", repeated("<!A ", n)),
        ("open instructions", repeated("<?x ", n)),
        ("nested elements", repeated("<div>", n)),
        ("autolinks", repeated("www.a.", n)),
        ("mail addresses", repeated("a@b.", n)),
        ("addresses", repeated("http://", n)),
        ("notes", notes + &definitions),
        ("wide table", table),
        ("backslashes", repeated("\\", n)),
        ("tabs", repeated("\t", n)),
        ("rules", repeated("* * *\n", n)),
        ("setext", repeated("a\n-\n", n)),
        ("blank lines", repeated("\n", n)),
        ("NULs", repeated("\0", n)),
        ("combining accents", repeated("\u{301}", n)),
        ("one long line", repeated("mot ", n)),
        ("unclosed fences", repeated("```\n> ```\n", n)),
    ]
}

/// Most bytes that a byte of a body may become in the window's messages and in the page together.
const GROWTH: usize = 30;

/// What a small body may become beside that: the page has its style sheet.
const FRAME: usize = 100_000;

#[test]
fn row_18_nothing_overflows_and_what_is_made_grows_with_the_text() {
    let (mut faults, mut steepest) = (0, (0, ""));
    for n in [1_000, 10_000, 100_000, 250_000] {
        for (name, body) in pathological(n) {
            let length = body.len();
            let outcome = in_a_small_stack(move || {
                // What was parsed can also be written out and dropped.
                markdown::parse(&body, &context()).map(|document| {
                    let written: usize =
                        document.blocks.iter().map(|block| json::node(&block.node).to_string().len()).sum();
                    let article = Article {
                        furniture: Furniture::default(),
                        document,
                        path: String::new(),
                        lang: String::new(),
                        lines_above: 0,
                    };
                    written + html::page(&article, &|_| None, &Options::default()).html.len()
                })
            });
            println!("{n:>8} {name}: {outcome:?}");
            faults += 1;
            if let Ok(made) = outcome {
                steepest = steepest.max((made.saturating_sub(FRAME) / length, name));
                assert!(made <= FRAME + GROWTH * length, "{length} bytes of {name} become {made}");
            }
        }
    }
    let (growth, name) = steepest;
    println!("row 18 size and depth: kept, {faults} faults, at most {growth} bytes made of one, by {name}");
}

#[test]
fn depth_and_length_have_their_limits() {
    let cases = [
        (">".repeat(10_000), Err(TooComplex::TooDeep)),
        ("> ".repeat(101), Err(TooComplex::TooDeep)),
        (format!("{}a", "> ".repeat(99)), Ok(())),
        ("a".repeat(markdown::MAX_PREVIEW), Ok(())),
        ("a".repeat(markdown::MAX_PREVIEW + 1), Err(TooComplex::TooLong)),
        ("a ".repeat(25_000_000), Err(TooComplex::TooLong)),
        ("*a_ ".repeat(450_000), Err(TooComplex::TooMuch)),
        ("Un *mot* de [plus](https://example.org), « ici », puis une phrase de copie ordinaire qui va jusqu’au bout de sa ligne, comme dans un journal.\n\n".repeat(12_000), Ok(())),
    ];
    for (body, wanted) in cases {
        let start: String = body.chars().take(12).collect();
        let length = body.len();
        let got = in_a_small_stack(move || markdown::parse(&body, &context()).map(|_| ()));
        assert_eq!(got, wanted, "{length} bytes of {start:?}");
    }
    let long = "Un mot. ".repeat(400_000);
    assert_eq!(markdown::parse(&long, &context()), Err(TooComplex::TooLong));
    assert!(markdown::parse_long(&long, &context()).is_ok(), "an export takes what the preview refuses");
}

#[test]
fn inlines_that_nest_too_deep_become_text() {
    let body = format!("{}x{}", "*a **b ".repeat(300), " c** d*".repeat(300));
    let (depth, text) = in_a_small_stack(move || {
        fn depth(inlines: &[tree::Inline]) -> usize {
            inlines
                .iter()
                .map(|inline| match inline {
                    tree::Inline::Emphasis(text) | tree::Inline::Strong(text) => 1 + depth(text),
                    _ => 1,
                })
                .max()
                .unwrap_or(0)
        }
        let document = parse(&body);
        let Node::Paragraph(text) = &document.blocks[0].node else { panic!("a paragraph") };
        (depth(text), document.blocks[0].counts)
    });
    assert_eq!(depth, tree::MAX_DEPTH + 1);
    assert_eq!(text.words, 1201, "no word is lost");
}

// ---- the page

/// What a page may hold: tags with their attributes.
const ALLOWED: &[(&str, &[&str])] = &[
    ("html", &["lang"]),
    ("head", &[]),
    ("meta", &["charset", "http-equiv", "name", "property", "content"]),
    ("title", &[]),
    ("style", &[]),
    ("script", &["type"]),
    ("body", &[]),
    ("article", &["class"]),
    ("header", &[]),
    ("section", &["class", "aria-label"]),
    ("h1", &[]),
    ("h2", &["id"]),
    ("h3", &["id"]),
    ("h4", &["id"]),
    ("h5", &["id"]),
    ("h6", &["id"]),
    ("p", &["class"]),
    ("span", &["class"]),
    ("small", &["class"]),
    ("time", &["datetime"]),
    ("em", &[]),
    ("strong", &[]),
    ("del", &[]),
    ("code", &[]),
    ("br", &[]),
    ("hr", &[]),
    ("sup", &["class", "id"]),
    ("a", &["href", "id", "rel", "title", "aria-label"]),
    ("img", &["src", "alt", "title"]),
    ("figure", &["class"]),
    ("figcaption", &[]),
    ("blockquote", &[]),
    ("ul", &["class"]),
    ("ol", &["class", "start"]),
    ("li", &["id"]),
    ("pre", &["class"]),
    ("table", &[]),
    ("thead", &[]),
    ("tbody", &[]),
    ("tr", &[]),
    ("th", &["class", "scope"]),
    ("td", &["class"]),
];
const VOID: [&str; 4] = ["meta", "br", "hr", "img"];
const PHRASING: [&str; 11] =
    ["span", "small", "time", "em", "strong", "del", "code", "br", "sup", "a", "img"];
/// Elements that take running text only.
const TEXT_ONLY: [&str; 19] = [
    "p", "h1", "h2", "h3", "h4", "h5", "h6", "span", "small", "time", "em", "strong", "del", "code", "sup",
    "a", "pre", "title", "th",
];

#[derive(Clone, Debug, PartialEq)]
enum Token {
    Open(String, Vec<(String, String)>),
    Close(String),
    Text(String),
}

fn unescaped(text: &str) -> Result<String, String> {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find('&') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (code, c) = [("&amp;", '&'), ("&lt;", '<'), ("&gt;", '>'), ("&quot;", '"'), ("&#39;", '\'')]
            .into_iter()
            .find(|(code, _)| rest.starts_with(code))
            .ok_or_else(|| format!("a loose & at {:?}", rest.chars().take(20).collect::<String>()))?;
        out.push(c);
        rest = &rest[code.len()..];
    }
    out.push_str(rest);
    Ok(out)
}

/// Reads HTML of the strict kind that the writer makes; anything else is an error.
fn tokens(html: &str) -> Result<Vec<Token>, String> {
    let mut all = Vec::new();
    let mut rest = html;
    while !rest.is_empty() {
        let Some(after) = rest.strip_prefix('<') else {
            let (text, more) = rest.split_at(rest.find('<').unwrap_or(rest.len()));
            if let Some(control) =
                text.chars().find(|c| matches!(c, '\0'..='\x08' | '\x0b'..='\x1f' | '\x7f'))
            {
                return Err(format!("a control character {control:?}"));
            }
            if text.contains('>') {
                return Err(format!("a loose > in {text:?}"));
            }
            all.push(Token::Text(unescaped(text)?));
            rest = more;
            continue;
        };
        let name_at = |text: &str| {
            text.find(|c: char| !c.is_ascii_lowercase() && !c.is_ascii_digit()).unwrap_or(text.len())
        };
        if let Some(close) = after.strip_prefix('/') {
            let (name, more) = close.split_at(name_at(close));
            rest = more.strip_prefix('>').ok_or_else(|| format!("a bad end of {name:?}"))?;
            all.push(Token::Close(name.to_owned()));
            continue;
        }
        let (name, mut more) = after.split_at(name_at(after));
        if name.is_empty() {
            return Err(format!("a loose < at {:?}", rest.chars().take(30).collect::<String>()));
        }
        let mut attributes = Vec::new();
        while let Some(attribute) = more.strip_prefix(' ') {
            // comrak closes void elements with ` />`.
            if attribute.starts_with("/>") {
                more = &attribute[1..];
                break;
            }
            let end = attribute
                .find(|c: char| !c.is_ascii_lowercase() && c != '-')
                .ok_or_else(|| "an attribute without an end".to_owned())?;
            let (key, value) = attribute.split_at(end);
            let Some(value) = value.strip_prefix("=\"") else {
                attributes.push((key.to_owned(), String::new()));
                more = value;
                continue;
            };
            let (value, next) =
                value.split_once('"').ok_or_else(|| format!("{key} without a closing quote"))?;
            if value.contains(['<', '>']) {
                return Err(format!("{key} holds a loose mark: {value:?}"));
            }
            attributes.push((key.to_owned(), unescaped(value)?));
            more = next;
        }
        rest = more.strip_prefix('>').ok_or_else(|| format!("a bad tag {name:?}"))?;
        all.push(Token::Open(name.to_owned(), attributes));
        if name == "script" || name == "style" {
            let (raw, next) =
                rest.split_once(&format!("</{name}>")).ok_or_else(|| format!("{name} without an end"))?;
            all.push(Token::Text(raw.to_owned()));
            all.push(Token::Close(name.to_owned()));
            rest = next;
        }
    }
    Ok(all)
}

/// Everything that a finished page must be, whatever the article holds.
fn sound(html: &str) -> Result<(), String> {
    let rest = html.strip_prefix("<!DOCTYPE html>\n").ok_or("no doctype")?;
    let all = tokens(rest)?;
    let mut stack: Vec<&str> = Vec::new();
    let mut ids = HashSet::new();
    let mut targets = Vec::new();
    let mut level = 0;
    for (at, token) in all.iter().enumerate() {
        match token {
            Token::Text(text) => {
                if !text.trim().is_empty()
                    && stack.last().is_none_or(|top| {
                        [
                            "html", "head", "body", "article", "header", "section", "ul", "ol", "table",
                            "thead", "tbody", "tr",
                        ]
                        .contains(top)
                    })
                {
                    return Err(format!("text where none may be, in {stack:?}: {text:?}"));
                }
            }
            Token::Close(name) => {
                let top = stack.pop();
                if top != Some(name) {
                    return Err(format!("{name} closes {top:?}"));
                }
            }
            Token::Open(name, attributes) => {
                let Some((_, allowed)) = ALLOWED.iter().find(|(tag, _)| tag == name) else {
                    return Err(format!("the tag {name}"));
                };
                if let Some(parent) = stack.last() {
                    if TEXT_ONLY.contains(parent) && !PHRASING.contains(&name.as_str()) {
                        return Err(format!("{name} within {parent}"));
                    }
                    if ["ul", "ol"].contains(parent) && name != "li" {
                        return Err(format!("{name} within a list"));
                    }
                }
                if name == "a" && stack.contains(&"a") {
                    return Err("a link within a link".into());
                }
                if let Some(number) = name.strip_prefix('h').and_then(|level| level.parse::<u8>().ok()) {
                    if number > level + 1 {
                        return Err(format!("heading level {number} after {level}"));
                    }
                    level = number;
                }
                for (at, (key, value)) in attributes.iter().enumerate() {
                    if !allowed.contains(&key.as_str()) {
                        return Err(format!("{key} on {name}"));
                    }
                    if attributes[..at].iter().any(|(other, _)| other == key) {
                        return Err(format!("{key} twice on {name}"));
                    }
                    match key.as_str() {
                        "href" => {
                            if let Some(anchor) = value.strip_prefix('#') {
                                targets.push(anchor.to_owned());
                            } else if link::outside(value).as_ref() != Some(value) {
                                return Err(format!("a link to {value:?}"));
                            }
                        }
                        "src" => {
                            let data = value.strip_prefix("data:image/png;base64,");
                            if !data.is_some_and(|data| {
                                data.chars().all(|c| c.is_ascii_alphanumeric() || "+/=".contains(c))
                            }) && !value.starts_with("./")
                            {
                                return Err(format!("an image from {value:?}"));
                            }
                        }
                        "id" if !value.starts_with("c-")
                            || value.contains(char::is_whitespace)
                            || !ids.insert(value.clone()) =>
                        {
                            return Err(format!("the id {value:?}"));
                        }
                        "http-equiv" if value != "Content-Security-Policy" => {
                            return Err(format!("http-equiv {value}"));
                        }
                        "type" if value != "application/ld+json" => {
                            return Err(format!("script of type {value}"));
                        }
                        _ => {}
                    }
                }
                if name == "script" || name == "style" {
                    let Some(Token::Text(raw)) = all.get(at + 1) else { return Err(format!("empty {name}")) };
                    if raw.contains('<') {
                        return Err(format!("a mark within {name}"));
                    }
                    if name == "script" {
                        serde_json::from_str::<Value>(raw).map_err(|error| error.to_string())?;
                    } else if raw != html::STYLE {
                        return Err("another style sheet".into());
                    }
                }
                if name == "img" && !attributes.iter().any(|(key, _)| key == "alt") {
                    return Err("an image without alternative text".into());
                }
                if !VOID.contains(&name.as_str()) {
                    stack.push(name);
                }
            }
        }
    }
    if stack.is_empty() { Ok(()) } else { Err(format!("left open: {stack:?}")) }
}

/// Every address of a preview node, with its kind.
fn addresses(value: &Value, out: &mut Vec<(String, String)>) {
    match value {
        Value::Array(all) => all.iter().for_each(|value| addresses(value, out)),
        Value::Object(map) => {
            for key in ["href", "src"] {
                if let Some(Value::String(address)) = map.get(key) {
                    out.push((map["k"].as_str().unwrap_or_default().to_owned(), address.clone()));
                }
            }
            map.values().for_each(|value| addresses(value, out));
        }
        _ => {}
    }
}

const TAGS: &[&str] = &[
    "p",
    "h",
    "em",
    "strong",
    "del",
    "code",
    "br",
    "fnref",
    "a",
    "img",
    "quote",
    "figure",
    "ul",
    "ol",
    "li",
    "pre",
    "table",
    "tr",
    "td",
    "hr",
    "footnotes",
    "fn",
    "html",
];

fn tags_are_known(value: &Value) {
    match value {
        Value::Array(all) => all.iter().for_each(tags_are_known),
        Value::Object(map) => {
            let tag = map["t"].as_str().expect("a tag");
            assert!(TAGS.contains(&tag), "the tag {tag}");
            map.values().for_each(|value| {
                if value.is_array() && map.get("align") != Some(value) {
                    tags_are_known(value)
                }
            });
        }
        _ => {}
    }
}

fn assert_harmless(body: &str) {
    let html = page(body).html;
    if let Err(reason) = sound(&html) {
        panic!("{reason}\nfrom {body:?}\n{}", &html[html.find("<body>").unwrap_or(0)..]);
    }
    if let Ok(document) = markdown::parse(body, &context()) {
        for block in &document.blocks {
            let node = json::node(&block.node);
            tags_are_known(&node);
            let mut all = Vec::new();
            addresses(&node, &mut all);
            for (kind, address) in all {
                match kind.as_str() {
                    "web" | "remote" => {
                        assert_eq!(link::outside(&address).as_ref(), Some(&address), "{body:?}")
                    }
                    "desk" | "article" => {
                        assert!(!address.starts_with('/') && !address.contains(".."), "{body:?}")
                    }
                    "anchor" => assert!(address.starts_with('#'), "{body:?}"),
                    "refused" => {}
                    _ => panic!("kind {kind}"),
                }
            }
        }
    }
}

/// Undoes the escapes of attacks.txt.
fn unescape(line: &str) -> String {
    let mut out = String::new();
    let mut rest = line;
    while let Some(at) = rest.find('\\') {
        out.push_str(&rest[..at]);
        let after = &rest[at + 1..];
        let (text, used) = match after.chars().next() {
            Some('n') => ("\n".to_owned(), 1),
            Some('t') => ("\t".to_owned(), 1),
            Some('0') => ("\0".to_owned(), 1),
            Some('\\') => ("\\".to_owned(), 1),
            Some('x') => {
                let code = u32::from_str_radix(&after[1..3], 16).expect("two digits");
                (char::from_u32(code).expect("a character").to_string(), 3)
            }
            Some('u') => {
                let end = after.find('}').expect("a closing brace");
                let code = u32::from_str_radix(&after[2..end], 16).expect("a code");
                (char::from_u32(code).expect("a character").to_string(), end + 1)
            }
            _ => ("\\".to_owned(), 0),
        };
        out.push_str(&text);
        rest = &after[used..];
    }
    out.push_str(rest);
    out
}

fn attacks() -> Vec<String> {
    include_str!("render/attacks.txt")
        .lines()
        .filter(|line| !line.starts_with("# One attack"))
        .map(unescape)
        .collect()
}

#[test]
fn no_attack_gets_through() {
    let all = attacks();
    assert!(all.len() >= 100);
    for attack in &all {
        assert_harmless(attack);
        for around in
            ["- a\n- X", "> X", "*X*", "[X](https://example.org)", "![X](pic.png)", "| a |\n|-|\n|X|", "# X"]
        {
            assert_harmless(&around.replace('X', attack));
        }
        let quoted = serde_json::to_string(attack).expect("JSON is YAML");
        for key in
            ["title", "kicker", "standfirst", "byline", "section", "dateline", "date", "lang", "tags", "slug"]
        {
            assert_harmless(&format!("---\n{key}: {quoted}\n---\n\nTexte."));
            assert_harmless(&format!("---\n{key}: [{quoted}, x]\n---\n\nTexte."));
        }
    }
    assert_harmless(&all.join("\n\n"));
}

#[test]
fn the_oracle_knows_what_is_unsound() {
    let good = page("Texte.").html;
    assert_eq!(sound(&good), Ok(()));
    let unsound = [
        "<script>alert(1)</script>",
        "<img src=x onerror=alert(1)>",
        "<a href=\"javascript:x\">x</a>",
        "<b>x</b>",
        "<p onclick=\"x\">x</p>",
        "<p><p>x</p></p>",
        "</p>",
        "<p>",
        "a < b",
        "a & b",
        "<h4>x</h4>",
        "loose",
        "<img src=\"https://x.org/a.png\" alt=\"\">",
        "<a href=\"https://x.org/\"><a href=\"https://x.org/\">x</a></a>",
        "<p id=\"x\">x</p>",
        "<h2 id=\"x\">x</h2>",
        "<img src=\"./x\">",
        "<p>\0</p>",
        "<style>p{}</style>",
        "<meta http-equiv=\"refresh\" content=\"0\">",
    ];
    for bad in unsound {
        let html = good.replace("<p>Texte.</p>", bad);
        assert_ne!(html, good);
        assert!(sound(&html).is_err(), "{bad}");
    }
}

fn markdown_soup() -> impl Strategy<Value = String> {
    let piece = prop::sample::select(vec![
        "a",
        "mot ",
        "\n",
        "\n\n",
        "> ",
        "— ",
        "- ",
        "1. ",
        "  ",
        "    ",
        "# ",
        "### ",
        "*",
        "**",
        "_",
        "~~",
        "`",
        "```\n",
        "[",
        "](",
        "](https://e.org)",
        ")",
        "![",
        "![x](pic.png)",
        "![x](y.png \"t © c\")",
        "<",
        ">",
        "<div>",
        "</p>",
        "<b>",
        "<!--",
        "-->",
        "&",
        "&lt;",
        "\"",
        "'",
        "|",
        "|-|-|\n",
        "[^1]",
        "[^1]: ",
        "[a]: /u\n",
        "[a]",
        "javascript:",
        "www.e.org",
        "a@b.org",
        "\\",
        "- [x] ",
        "===\n",
        "---\n",
        "é",
        "\0",
        "\t",
        "© ",
        "<https://e.org>",
        "<script>",
        "{",
        "}",
        "#",
        "](#a)",
        "](autre.md)",
    ]);
    prop::collection::vec(piece, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(cases(1500))]
    #[test]
    fn no_text_gets_through(body in markdown_soup(), title in markdown_soup()) {
        assert_harmless(&body);
        let title = serde_json::to_string(&title).expect("JSON is YAML");
        assert_harmless(&format!("---\ntitle: {title}\nstandfirst: {title}\ntags: [{title}]\n---\n{body}"));
    }
}

/// Tags and text in one order, without what the two writers mean to do differently: headings' levels, links (checked
/// apart), figures, notes' way back, the look of tasks and of HTML shown as text.
fn skeleton(html: &str) -> Vec<String> {
    let mut out: Vec<String> = Vec::new();
    let mut text = String::new();
    let mut skip: Vec<String> = Vec::new();
    let mut silent: Vec<String> = Vec::new();
    let get = |attributes: &[(String, String)], key: &str| {
        attributes.iter().find(|(name, _)| name == key).map(|(_, value)| value.clone())
    };
    let flush = |text: &mut String, out: &mut Vec<String>| {
        let words = text.split_whitespace().collect::<Vec<_>>().join(" ");
        if !words.is_empty() {
            out.push(words);
        }
        text.clear();
    };
    for token in tokens(html).unwrap_or_else(|error| panic!("{error}\n{html}")) {
        match token {
            Token::Text(more) => {
                if skip.is_empty() {
                    text.push_str(&more);
                }
            }
            Token::Open(name, attributes) => {
                let class = get(&attributes, "class").unwrap_or_default();
                let void = VOID.contains(&name.as_str()) || name == "input";
                if !skip.is_empty() {
                    if !void {
                        skip.push(name);
                    }
                    continue;
                }
                if class == "back"
                    || class.contains("footnote-backref")
                    || class == "task"
                    || class == "no-image"
                    || name == "figcaption"
                {
                    if class == "task" {
                        flush(&mut text, &mut out);
                        out.push("task".into());
                    }
                    if class == "no-image" {
                        flush(&mut text, &mut out);
                        out.push("img".into());
                    }
                    skip.push(name);
                    continue;
                }
                let tag = match name.as_str() {
                    "a" => String::new(),
                    "pre" if class == "source" => String::new(),
                    "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => "h".into(),
                    "figure" if class != "quote" => "p".into(),
                    "figure" => String::new(),
                    "input" => "task".into(),
                    other => other.to_owned(),
                };
                if !tag.is_empty() {
                    flush(&mut text, &mut out);
                    let start = get(&attributes, "start").filter(|start| start != "1").unwrap_or_default();
                    out.push(format!("<{tag}{start}>"));
                    if tag == "task" || tag == "img" {
                        let last = out.len() - 1;
                        out[last] = tag.clone();
                    }
                }
                if !void {
                    silent.push(tag);
                }
            }
            Token::Close(_) if !skip.is_empty() => {
                skip.pop();
            }
            Token::Close(_) => {
                if let Some(tag) = silent.pop().filter(|tag| !tag.is_empty()) {
                    flush(&mut text, &mut out);
                    out.push(format!("</{tag}>"));
                }
            }
        }
    }
    flush(&mut text, &mut out);
    out
}

/// comrak's own HTML with the same extensions, HTML in the source escaped.
fn comrak_html(body: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options.render.escape = true;
    comrak::markdown_to_html(body, &options)
}

fn same_structure(example: &str) {
    let (ours, theirs) = (body_of(example), comrak_html(example));
    // A comment that we left out has a test of its own.
    let comments = |html: &str| html.matches("&lt;!--").count();
    if comments(&ours) < comments(&theirs) {
        return;
    }
    assert_eq!(skeleton(&ours), skeleton(&theirs), "\n{example:?}\nours:\n{ours}\ncomrak:\n{theirs}");
}

#[test]
fn commonmark_examples_have_the_structure_that_comrak_gives() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../ui/node_modules/commonmark-spec/spec.txt");
    let spec = std::fs::read_to_string(path).expect("the specification; `npm ci` in ui/ brings it");
    let fence = "`".repeat(32);
    let mut count = 0;
    for example in spec.split(&format!("{fence} example\n")).skip(1) {
        let (source, _) = example.split_once("\n.\n").expect("an example");
        let source = format!("{}\n", source.replace('→', "\t"));
        same_structure(&source);
        assert_harmless(&source);
        count += 1;
    }
    assert_eq!(count, 652);
}

#[test]
fn gfm_examples_have_the_structure_that_comrak_gives() {
    let all: Vec<_> = include_str!("render/gfm.txt").split("----\n").collect();
    assert!(all.len() >= 19);
    for example in all {
        same_structure(example);
        assert_harmless(example);
    }
}

const WHOLE: &str = "---\ntitle: \"Un milliard & plus\"\nkicker: Technologie\nstandfirst: \"Le chapô <dit> tout.\"\n\
byline: [Jeanne Roy, Marc Petit]\nsection: Économie\ndateline: Londres\ndate: 2026-03-01\nlang: fr-FR\n\
tags: [IA, Royaume-Uni]\nstage: hold\nassignee: SECRET-A\ndeadline: 2031-01-01T00:00:00Z\nembargo: 2032-01-01T00:00:00+01:00\n\
legal: needs_check\nlength: 98765\nslug: SECRET-S\nnotes: SECRET-N\n---\n# Chapitre\n\nPremier[^1] [lien](https://example.org/).\n\n\
#### Intertitre\n\n![Le port](pic.png \"Le port. © Léa Roy\")\n\n> « Oui. »\n>\n> — Jeanne Roy\n\n\
| a | b |\n|---|--:|\n| 1 | 2 |\n\n[haut](#chapitre)\n\n[^1]: Une note.\n";

#[test]
fn a_page_says_what_it_is() {
    let HtmlPage { html, warnings } = page(WHOLE);
    sound(&html).expect("a sound page");
    assert_eq!(warnings, []);
    let wanted = [
        "<html lang=\"fr-FR\">",
        "<title>Un milliard &amp; plus</title>",
        "<meta name=\"description\" content=\"Le chapô &lt;dit&gt; tout.\">",
        "<meta name=\"author\" content=\"Marc Petit\">",
        "<meta property=\"og:type\" content=\"article\">",
        "<meta property=\"og:title\" content=\"Un milliard &amp; plus\">",
        "<meta property=\"og:locale\" content=\"fr_FR\">",
        "<meta property=\"article:published_time\" content=\"2026-03-01\">",
        "<meta property=\"article:tag\" content=\"Royaume-Uni\">",
        "<p class=\"kicker\">Technologie</p>",
        "<h1>Un milliard &amp; plus</h1>",
        "<p class=\"standfirst\">Le chapô &lt;dit&gt; tout.</p>",
        "<span class=\"author\">Jeanne Roy, Marc Petit</span>",
        "<time datetime=\"2026-03-01\">1er\u{a0}mars 2026</time>",
        "<h2 id=\"c-chapitre\">Chapitre</h2>",
        "<h3 id=\"c-intertitre\">Intertitre</h3>",
        "<a href=\"#c-chapitre\">haut</a>",
        "<img src=\"data:image/png;base64,UE5H\" alt=\"Le port\">",
        "<figcaption>Le port. <small class=\"credit\">© Léa Roy</small></figcaption>",
        "<figure class=\"quote\">\n<blockquote>\n<p>« Oui. »</p>\n</blockquote>\n<figcaption>— Jeanne Roy</figcaption>",
        "<a href=\"#c-fn-1\" id=\"c-fnref-1\">1</a>",
        "<a href=\"#c-fnref-1\" aria-label=\"Retour au texte\">",
        "<th scope=\"col\" class=\"right\">b</th>",
        "@page",
        "size: a4",
        "default-src 'none'",
    ];
    for piece in wanted {
        assert!(html.contains(piece), "{piece}\nnot in\n{}", &html[html.find("<body>").expect("a body")..]);
    }
    for secret in ["SECRET", "2031", "2032", "98765", "needs_check", "hold"] {
        assert!(!html.contains(secret), "{secret} is not to be published");
    }
    let data = html
        .split("<script type=\"application/ld+json\">")
        .nth(1)
        .and_then(|rest| rest.split("</script>").next());
    let data: Value = serde_json::from_str(data.expect("linked data")).expect("JSON");
    assert_eq!(
        data,
        json!({"@context": "https://schema.org", "@type": "NewsArticle", "headline": "Un milliard & plus",
        "description": "Le chapô <dit> tout.", "datePublished": "2026-03-01", "dateline": "Londres",
        "articleSection": "Économie", "inLanguage": "fr-FR", "keywords": ["IA", "Royaume-Uni"], "wordCount": data["wordCount"],
        "author": [{"@type": "Person", "name": "Jeanne Roy"}, {"@type": "Person", "name": "Marc Petit"}]})
    );
    assert_eq!(page(WHOLE).html, html, "the same input gives the same bytes");
}

#[test]
fn a_page_speaks_the_language_of_its_article() {
    let text = "---\ntitle: T\nlang: en-GB\ndate: 2026-03-01T14:05:00+01:00\n---\nx[^1]\n\n[^1]: n";
    let html = page(text).html;
    assert!(html.contains("<html lang=\"en-GB\">") && html.contains("Back to the text"));
    assert!(
        html.contains("<time datetime=\"2026-03-01T14:05:00+01:00\">1\u{a0}March 2026, 14:05</time>"),
        "{html}"
    );
    let html = page(&text.replace("lang: en-GB\n", "")).html;
    assert!(html.contains("<html lang=\"fr\">"), "the desk's language holds where the article names none");
    assert!(html.contains(">1er\u{a0}mars 2026, 14\u{a0}h\u{a0}05</time>"));
}

#[test]
fn the_heading_that_served_as_title_is_not_repeated() {
    let html = page("Avant.\n\n# Le *titre*\n\n## Le titre\n\nTexte.").html;
    assert!(html.contains("<h1>Le titre</h1>"));
    assert_eq!(html.matches("Le titre</h").count(), 2);
    assert!(!html.contains("<em>titre</em>"));
    let html = page("---\ntitle: Autre\n---\n# Un\n\n### Deux\n\n## Trois").html;
    for piece in ["<h1>Autre</h1>", "<h2 id=\"c-un\">", "<h3 id=\"c-deux\">", "<h2 id=\"c-trois\">"] {
        assert!(html.contains(piece), "{piece}");
    }
}

#[test]
fn what_is_left_out_is_named_with_its_line() {
    let text = "---\ntitle: T\n---\nUn [a](javascript:x)\net [b](autre.md).\n\n![Perdue](perdue.png)\n\nx ![web](https://e.org/p.png)\n\n\
- ![hors](../../x.png)\n- ![page](odd.html)\n- ![à côté](beside.png)\n\ny[^1]\n\n[^1]: ![note](rien.png)\n";
    let HtmlPage { html, warnings } = page(text);
    sound(&html).expect("a sound page");
    let got: Vec<_> = warnings.iter().map(|w| (w.kind, w.line, w.subject.as_str())).collect();
    assert_eq!(
        got,
        [
            (WarningKind::LinkRefused, 4, "javascript:x"),
            (WarningKind::LinkToArticle, 5, "news/autre.md"),
            (WarningKind::ImageMissing, 7, "news/perdue.png"),
            (WarningKind::ImageRemote, 9, "https://e.org/p.png"),
            (WarningKind::ImageRefused, 11, "../../x.png"),
            (WarningKind::ImageMissing, 12, "news/odd.html"),
            (WarningKind::ImageMissing, 17, "news/rien.png"),
        ]
    );
    assert!(html.contains("<figure>\n<span class=\"no-image\">Perdue</span>\n</figure>"));
    assert!(html.contains("<img src=\"./files/a%20%22b%22%C3%A9.png\" alt=\"à côté\">"));
    assert!(!html.contains("https://e.org/p.png"), "nothing remote is named where it could be fetched");
}

#[test]
fn paper_can_be_letter() {
    let article = Article::read("Texte.", "a.md", "en").expect("simple");
    let html = html::page(&article, &images, &Options { paper: Paper::Letter }).html;
    assert!(html.contains("@page { size: letter; }"));
}

// ---- parsing again

fn edits() -> impl Strategy<Value = Vec<(u16, u16, String)>> {
    let text = prop_oneof![
        markdown_soup(),
        prop::sample::select(vec!["", "x", "\n", "\n\n", "  ", "    ", "- ", "> ", "`"])
            .prop_map(String::from)
    ];
    prop::collection::vec((any::<u16>(), 0..12_u16, text), 1..8)
}

/// Blocks of all kinds, parted by blank lines more often than soup is.
fn copy_of_blocks() -> impl Strategy<Value = String> {
    let block = prop::sample::select(vec![
        "Un mot.\nDeux mots.",
        "## Intertitre",
        "> Dit.\n>\n> — Roy",
        "- a\n- b",
        "- a\n\n  b",
        "1. a",
        "```\nx\n\ny\n```",
        "```\nouvert",
        "    code",
        "<div>\nx\n</div>",
        "<!-- ouvert",
        "| a |\n|---|\n| b |",
        "***",
        "![x](pic.png)",
        "Titre\n===",
        "   ",
        "x  \ny",
        "> paresseux\nsuite",
        "\tcode",
        "[a](b",
        "[a]: /u",
        "a[^1]",
        "[^1]: n",
        "[a]",
        "\u{feff}x",
    ]);
    let gap = prop::sample::select(vec!["\n\n", "\n\n", "\n\n", "\n", "\n\n\n", "\n \n"]);
    prop::collection::vec((block, gap), 0..14)
        .prop_map(|all| all.into_iter().flat_map(|(block, gap)| [block, gap]).collect())
}

proptest! {
    #![proptest_config(cases(2000))]
    #[test]
    fn parsing_again_is_parsing(start in prop_oneof![3 => copy_of_blocks(), 1 => markdown_soup()], edits in edits()) {
        let mut parser = markdown::Parser::default();
        let mut body = start;
        prop_assert_eq!(parser.parse(&body, &context()).cloned(), markdown::parse(&body, &context()));
        for (at, deleted, inserted) in edits {
            let floor = |at: usize| (0..=at.min(body.len())).rev().find(|at| body.is_char_boundary(*at)).unwrap_or(0);
            let mut from = floor(usize::from(at) % (body.len() + 1));
            // Most marks count at the start of a line only.
            if at % 2 == 0 {
                from = body[..from].rfind('\n').map_or(0, |end| end + 1);
            }
            let to = floor(from + usize::from(deleted)).max(from);
            body.replace_range(from..to, &inserted);
            prop_assert_eq!(
                parser.parse(&body, &context()).cloned(), markdown::parse(&body, &context()), "{:?}", body);
        }
    }
}

#[test]
fn parsing_again_knows_its_surroundings() {
    let mut parser = markdown::Parser::default();
    let body = "a\n\n![x](y.png)\n\nb\n";
    parser.parse(body, &context()).expect("simple");
    let elsewhere = Context { article_path: "sport/x.md".into() };
    assert_eq!(parser.parse(body, &elsewhere).cloned(), markdown::parse(body, &elsewhere));
    let deep = "> ".repeat(200);
    assert_eq!(parser.parse(&deep, &elsewhere), Err(TooComplex::TooDeep));
    assert_eq!(parser.parse(body, &context()).cloned(), markdown::parse(body, &context()));
}

#[test]
fn addresses_are_written_as_html_allows_them() {
    for (source, wanted) in [
        ("<https://e.org/a[1]?q=]^|{x}>", "href=\"https://e.org/a%5B1%5D?q=%5D%5E%7C%7Bx%7D\""),
        ("<http://[::1]/a>", "href=\"http://[::1]/a\""),
        ("[a](<https://e.org/?a=\\\\b&c>)", "href=\"https://e.org/?a=%5Cb&amp;c\""),
        ("[a](<#b%22[c>)", "href=\"#c-b%22%5Bc\""),
        ("[a](#é)", "href=\"#c-é\""),
    ] {
        let html = body_of(source);
        assert!(html.contains(wanted), "{source}: {html}");
    }
}

#[test]
fn a_title_that_is_not_written_yet_is_the_files_name() {
    let HtmlPage { html, .. } = page("# \n\nTexte.\n");
    assert!(html.contains("<title>budget</title>") && html.contains("<h1>budget</h1>"), "{html}");
    assert!(html.contains("\"headline\":\"budget\""));
}
