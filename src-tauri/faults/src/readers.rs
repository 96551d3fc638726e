//! What reads bytes that others wrote, and the laws that hold for any bytes: each of them is given random bytes by
//! `rows/fuzz.rs`, and bytes that libFuzzer found on its way through the code by `src/bin/fuzz.rs`.

use std::fs;
use std::sync::Arc;

use copydesk_core::article::Article;
use copydesk_core::furniture::{self, Furniture};
use copydesk_core::markdown::{self, Context};
use copydesk_core::reconcile::{self, Choice, Piece};
use copydesk_core::{front, html, json, link, text};
use copydesk_desk::store::atomic::{self, is_plain};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::journal::Journal;
use tempfile::TempDir;

/// Gives bytes to a function. It panics where a law is broken.
pub type Read = Box<dyn FnMut(&[u8]) + Send>;

/// A function that reads what others wrote.
pub struct Reader {
    /// As the rows name it.
    pub name: &'static str,
    /// Inputs to begin with.
    pub seeds: &'static [&'static [u8]],
    /// Pieces that mean something to it.
    pub words: &'static [&'static [u8]],
    /// Makes what it needs.
    pub start: fn() -> Read,
}

/// All of them.
pub static READERS: [Reader; 8] = [
    Reader { name: "decoding", seeds: TEXT, words: MARKS, start: || Box::new(decode) },
    Reader { name: "splice", seeds: TEXT, words: MARKS, start: || Box::new(splice) },
    Reader { name: "front matter", seeds: TEXT, words: MARKS, start: || Box::new(front_matter) },
    Reader { name: "rendering", seeds: TEXT, words: MARKS, start: || Box::new(render) },
    Reader { name: "merging", seeds: TEXT, words: MARKS, start: || Box::new(merge) },
    Reader { name: "drafts", seeds: DRAFTS, words: HEADS, start: drafts },
    Reader { name: "paths", seeds: PATHS, words: PIECES, start: paths },
    Reader { name: "links", seeds: PATHS, words: PIECES, start: || Box::new(links) },
];

/// The one with a name.
#[must_use]
pub fn named(name: &str) -> Option<&'static Reader> {
    READERS.iter().find(|reader| reader.name == name)
}

fn decode(bytes: &[u8]) {
    if let Ok(decoded) = text::decode(bytes) {
        assert_eq!(text::encode(bytes, &decoded.text), bytes, "open and save");
    }
}

fn splice(bytes: &[u8]) {
    let (original, edited) = bytes.split_at(bytes.len() / 2);
    let edited = text::normalise(&String::from_utf8_lossy(edited));
    let after = text::encode(original, &edited);
    assert_eq!(text::decode(&after).map(|decoded| decoded.text), Ok(edited), "the text that was asked for");
}

fn front_matter(bytes: &[u8]) {
    let whole = String::from_utf8_lossy(bytes);
    let (head, body) = front::split(&whole);
    assert_eq!(format!("{head}{body}"), whole);
    let _ = front::read(head);
    let _ = furniture::resolve(head, body, "a.md");
    if let Ok(edit) = furniture::set(head, body, "title", "Un autre titre : « x »") {
        let head = edit.front.as_deref().unwrap_or(head);
        assert_eq!(format!("{}{}", front::split(head).0, front::split(head).1), head);
    }
}

fn render(bytes: &[u8]) {
    let body = String::from_utf8_lossy(bytes);
    let Ok(document) = markdown::parse(&body, &Context { article_path: "a.md".into() }) else { return };
    let _ = document.blocks.iter().map(|block| json::node(&block.node).to_string().len()).sum::<usize>();
    let furniture = Furniture::default();
    let article = Article { furniture, document, path: String::new(), lang: String::new(), lines_above: 0 };
    let page = html::page(&article, &|_| None, &html::Options::default()).html.to_lowercase();
    let copy = page.split_once("<article").map_or("", |(_, copy)| copy);
    assert!(!copy.is_empty() && !copy.contains("<script"), "{page}");
}

fn merge(bytes: &[u8]) {
    let whole = text::normalise(&String::from_utf8_lossy(bytes));
    let thirds: Vec<&str> = split_in_three(&whole);
    let [base, mine, theirs] = [thirds[0], thirds[1], thirds[2]];
    let clean = |pieces: &[Piece]| reconcile::resolve(pieces, &[]);
    assert_eq!(clean(&reconcile::merge(base, mine, base)).as_deref(), Some(mine));
    assert_eq!(clean(&reconcile::merge(base, base, theirs)).as_deref(), Some(theirs));
    assert_eq!(clean(&reconcile::merge(base, mine, mine)).as_deref(), Some(mine));
    let pieces = reconcile::merge(base, mine, theirs);
    let places = pieces.iter().filter(|piece| matches!(piece, Piece::Conflict { .. })).count();
    for choice in [Choice::Mine, Choice::Theirs] {
        assert!(reconcile::resolve(&pieces, &vec![choice; places]).is_some());
    }
}

/// Three texts of about one length, cut between characters.
fn split_in_three(whole: &str) -> Vec<&str> {
    let cut = |at: usize| (at..=whole.len()).find(|at| whole.is_char_boundary(*at)).unwrap_or(whole.len());
    let (one, two) = (cut(whole.len() / 3), cut(whole.len() * 2 / 3));
    vec![&whole[..one], &whole[one..two], &whole[two..]]
}

fn links(bytes: &[u8]) {
    let given = String::from_utf8_lossy(bytes);
    let _ = link::classify("ville/a.md", &given);
    if let Some(address) = link::outside(&given) {
        assert!(may_leave(&address), "{address}");
    }
}

/// Whether an address may be handed to another program: one of the web or of mail, in one piece.
#[must_use]
pub fn may_leave(address: &str) -> bool {
    let known = ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
    known && !address.chars().any(|c| c.is_control() || c.is_whitespace())
}

/// A folder in memory, where there is one: these are many.
fn folder() -> TempDir {
    tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder")
}

fn drafts() -> Read {
    let folder = folder();
    Box::new(move |bytes| {
        let journal = Journal::open(Arc::new(RealFs), folder.path().to_owned());
        let file = folder.path().join("x.draft");
        fs::write(&file, bytes).expect("a draft can be written");
        assert!(journal.list().is_empty(), "nothing that does not check is believed");
        // Nobody's words are thrown away.
        assert_eq!(fs::read(file.with_extension("damaged")).ok().as_deref(), Some(bytes));
        fs::remove_file(file.with_extension("damaged")).expect("it is there");
    })
}

fn paths() -> Read {
    let folder = folder();
    let desk = folder.path().join("desk");
    fs::create_dir_all(desk.join("ville")).expect("a desk");
    fs::write(folder.path().join("secret"), "secret").expect("a secret");
    fs::write(desk.join("ville/a.md"), "Un mot.\n").expect("an article");
    Box::new(move |bytes| {
        let desk = folder.path().join("desk");
        let given = String::from_utf8_lossy(bytes);
        for path in [link::desk_path("ville/a.md", &given), Some(link::image("ville/a.md", &given).1)] {
            let Some(path) = path.filter(|path| is_plain(path)) else { continue };
            assert!(path.split('/').all(|part| part != ".."), "{path}");
        }
        if let Some(path) = link::desk_path("ville/a.md", &given) {
            assert!(path.is_empty() || is_plain(&path), "{path}");
        }
        if let Ok(found) = atomic::read(&RealFs, &desk, &given) {
            assert!(found.bytes.is_empty() || found.bytes == b"Un mot.\n", "{given}");
        }
    })
}

const TEXT: &[&[u8]] = &[
    b"# Titre\n\nUn *mot* de [plus](https://example.org \"x\") et `code`.\n\n> cit\xc3\xa9\n\n- a\n- b\n\n| a | b |\n|---|---|\n| 1 | 2 |\n",
    b"un\r\ndeux\rtrois\n\xef\xbb\xbfquatre\xe2\x80\xa8cinq\xc2\x85",
    b"\xef\xbb\xbf---\r\ntitle: x\r\n---\r\nCorps.\r\n",
    b"---\ntitle: \"Le port\" # dit\ntags: [a, b]\ndate: 2026-11-23\n---\n\nCorps. Deux phrases ici.\n",
    b"Note[^1] et ~~rien~~.\n\n[^1]: La note.\n\n```rust\nfn a() {}\n```\n\n![x](a.png \"L\xc3\xa9gende \xc2\xa9 Ada\")\n",
    b"",
];
const MARKS: &[&[u8]] = &[
    b"\r\n",
    b"\r",
    b"\n\n",
    b"\xef\xbb\xbf",
    b"\xff\xfe",
    b"---\n",
    b"> ",
    b"* ",
    b"1. ",
    b"[",
    b"](",
    b"![",
    b"`",
    b"```",
    b"<",
    b"</div>",
    b"|",
    b"[^1]",
    b"\\",
    b"&#0;",
    b"&amp;",
    b"~~",
    b"- [x] ",
    b"title: ",
    b"&a",
    b"*a",
    b"{",
    b"[",
    b"\"",
    b"\xc3\xa9",
    b"\xe2\x80\xa8",
    b"\t",
    b"http://",
    b"www.",
    b"@",
    b"    ",
    b"===",
    b"\0",
    b"\xf0\x9f\x98\x80",
    b"e\xcc\x81",
];
const DRAFTS: &[&[u8]] = &[
    b"Copydesk draft 1\npath: \"a.md\"\nbase: 00\nraw: false\ncaret: 7\nscroll: 1\nsaved: 1\nbytes: 4\ncheck: 00\n\nmots",
    b"Copydesk draft 1\n\n",
    b"",
];
const HEADS: &[&[u8]] = &[
    b"\n\n",
    b"\ncheck: ",
    b"path: ",
    b"\"\\u0000\"",
    b"base: ",
    b"caret: -1",
    b"NaN",
    b"999999999999999999999",
];
const PATHS: &[&[u8]] = &[
    b"../../etc/passwd",
    b"/etc/passwd",
    b"ville/a.md",
    b"a/../../b.png",
    b"%2e%2e/%2e%2e/x",
    b"..\\..\\x",
    b"file:///etc/passwd",
    b"https://example.org/a?b#c",
    b"mailto:a@example.org",
    b"javascript:alert(1)",
    b"//evil.example/x",
    b"C:\\x",
    b"a.png",
];
const PIECES: &[&[u8]] = &[
    b"../",
    b"/",
    b"//",
    b"\\",
    b"%2e",
    b"%2f",
    b"%00",
    b"\0",
    b":",
    b"?",
    b"#",
    b"@",
    b"data:",
    b"javascript:",
    b"\t",
    b"\n",
    b" ",
    b"./",
    b"%",
    b"\xc2\xa0",
    b"\xe2\x80\xae",
    b"xn--",
    b"[::1]",
    b"http:",
    b"https:",
    b"mailto:",
    b"file:",
    b"con",
    b"..",
];
