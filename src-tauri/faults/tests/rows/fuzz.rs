//! Random bytes into every function that reads what others wrote: no panic, and the laws that hold for any bytes.
//! `cargo xtask torture` gives each function a minute.

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use copydesk_core::article::Article;
use copydesk_core::furniture::{self, Furniture};
use copydesk_core::markdown::{self, Context};
use copydesk_core::reconcile::{self, Choice, Piece};
use copydesk_core::{front, html, json, link, text};
use copydesk_desk::store::atomic::{self, is_plain};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::journal::Journal;
use copydesk_faults::chance::Chance;
use copydesk_faults::mutate;
use copydesk_faults::row::torture;

/// Runs a function on random bytes for a while, in a stack as small as a thread's.
fn run(
    name: &'static str,
    seeds: &'static [&'static [u8]],
    words: &'static [&'static [u8]],
    mut one: impl FnMut(&[u8]) + Send + 'static,
) {
    let time = if torture() { Duration::from_secs(60) } else { Duration::from_millis(700) };
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let runner = thread.spawn(move || {
        let start = Instant::now();
        let mut runs = 0_u64;
        while start.elapsed() < time {
            let bytes = mutate::next(&mut Chance::new(runs), seeds, words);
            if catch_unwind(AssertUnwindSafe(|| one(&bytes))).is_err() {
                return Err(format!("{} after {runs} inputs", bytes.escape_ascii()));
            }
            runs += 1;
        }
        Ok(runs)
    });
    match runner.expect("a thread can be started").join().expect("no overflow") {
        Ok(runs) => println!("row 18 random bytes, {name}: kept, {runs} faults"),
        Err(input) => {
            println!("row 18 random bytes, {name}: broken");
            panic!("{name}: {input}");
        }
    }
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

#[test]
fn fuzz_decode() {
    run("decoding", TEXT, MARKS, |bytes| {
        if let Ok(decoded) = text::decode(bytes) {
            assert_eq!(text::encode(bytes, &decoded.text), bytes, "open and save");
        }
    });
}

#[test]
fn fuzz_splice() {
    run("splice", TEXT, MARKS, |bytes| {
        let (original, edited) = bytes.split_at(bytes.len() / 2);
        let edited = text::normalise(&String::from_utf8_lossy(edited));
        let after = text::encode(original, &edited);
        assert_eq!(
            text::decode(&after).map(|decoded| decoded.text),
            Ok(edited),
            "the text that was asked for"
        );
    });
}

#[test]
fn fuzz_front_matter() {
    run("front matter", TEXT, MARKS, |bytes| {
        let whole = String::from_utf8_lossy(bytes);
        let (head, body) = front::split(&whole);
        assert_eq!(format!("{head}{body}"), whole);
        let _ = front::read(head);
        let _ = furniture::resolve(head, body, "a.md");
        if let Ok(edit) = furniture::set(head, body, "title", "Un autre titre : « x »") {
            let head = edit.front.as_deref().unwrap_or(head);
            assert_eq!(format!("{}{}", front::split(head).0, front::split(head).1), head);
        }
    });
}

#[test]
fn fuzz_render() {
    run("rendering", TEXT, MARKS, |bytes| {
        let body = String::from_utf8_lossy(bytes);
        let Ok(document) = markdown::parse(&body, &Context { article_path: "a.md".into() }) else { return };
        let _ = document.blocks.iter().map(|block| json::node(&block.node).to_string().len()).sum::<usize>();
        let furniture = Furniture::default();
        let article =
            Article { furniture, document, path: String::new(), lang: String::new(), lines_above: 0 };
        let page = html::page(&article, &|_| None, &html::Options::default()).html.to_lowercase();
        let copy = page.split_once("<article").map_or("", |(_, copy)| copy);
        assert!(!copy.is_empty() && !copy.contains("<script"), "{page}");
    });
}

#[test]
fn fuzz_merge() {
    run("merging", TEXT, MARKS, |bytes| {
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
    });
}

/// Three texts of about one length, cut between characters.
fn split_in_three(whole: &str) -> Vec<&str> {
    let cut = |at: usize| (at..=whole.len()).find(|at| whole.is_char_boundary(*at)).unwrap_or(whole.len());
    let (one, two) = (cut(whole.len() / 3), cut(whole.len() * 2 / 3));
    vec![&whole[..one], &whole[one..two], &whole[two..]]
}

#[test]
fn fuzz_drafts() {
    let folder = tempfile::tempdir_in("/dev/shm").or_else(|_| tempfile::tempdir()).expect("a folder");
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
    run("drafts", DRAFTS, HEADS, move |bytes| {
        let journal = Journal::open(Arc::new(RealFs), folder.path().to_owned());
        let file = folder.path().join("x.draft");
        fs::write(&file, bytes).expect("a draft can be written");
        assert!(journal.list().is_empty(), "nothing that does not check is believed");
        // Nobody's words are thrown away.
        assert_eq!(fs::read(file.with_extension("damaged")).ok().as_deref(), Some(bytes));
        fs::remove_file(file.with_extension("damaged")).expect("it is there");
    });
}

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

#[test]
fn fuzz_paths() {
    let folder = tempfile::tempdir().expect("a folder");
    let desk = folder.path().join("desk");
    fs::create_dir_all(desk.join("ville")).expect("a desk");
    fs::write(folder.path().join("secret"), "secret").expect("a secret");
    fs::write(desk.join("ville/a.md"), "Un mot.\n").expect("an article");
    run("paths", PATHS, PIECES, move |bytes| {
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
    });
}

#[test]
fn fuzz_links() {
    run("links", PATHS, PIECES, |bytes| {
        let given = String::from_utf8_lossy(bytes);
        let _ = link::classify("ville/a.md", &given);
        if let Some(address) = link::outside(&given) {
            let known = ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
            assert!(known && !address.chars().any(|c| c.is_control() || c.is_whitespace()), "{address}");
        }
    });
}
