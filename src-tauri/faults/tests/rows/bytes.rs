//! Rows 13 and 14: every byte that nobody edited stays, through the whole way from the disk to the disk.

use std::fs;
use std::path::Path;

use copydesk_core::changes::ChangeSet;
use copydesk_desk::newsroom::Newsroom;
use copydesk_desk::wire::Update;
use copydesk_faults::chance::Chance;
use copydesk_faults::lab::Lab;
use copydesk_faults::row::{Row, figure, not_run};

/// A letter that no file of the corpus ends or begins a line with by chance.
const LETTER: &str = "Q";

/// Files that editors are known to change.
fn odd() -> Vec<(String, Vec<u8>)> {
    let line = "é".repeat(524_288);
    let files: &[(&str, &str)] = &[
        ("crlf", "# Titre\r\n\r\nUn mot.\r\nDeux.\r\n"),
        ("cr", "# Titre\r\rUn mot.\rDeux.\r"),
        ("mixed", "un\r\ndeux\ntrois\rquatre\r\n\n\r\rcinq\n"),
        ("bom", "\u{feff}# Titre\n\nTexte.\n"),
        ("bom and crlf", "\u{feff}# Titre\r\n\r\nTexte."),
        ("two marks", "\u{feff}\u{feff}Texte.\n"),
        ("no final newline", "un\ndeux"),
        ("many final newlines", "un\n\n\n\n\n"),
        ("trailing blanks", "un  \ndeux \t \n   \n\t\n trois\u{a0}\n"),
        ("tabs", "\tun\n\t\tdeux\n - \ttrois\n"),
        ("nel", "un\u{85}deux\n\u{85}\n"),
        ("separators", "un\u{2028}deux\u{2029}trois\n\u{b}quatre\u{c}cinq\n"),
        ("combining marks", "e\u{301}te\u{301} \u{e9}t\u{e9} n\u{303} \u{1100}\u{1161}\u{11a8} \u{212b}\n"),
        ("emoji", "👩‍👩‍👧‍👦 🏳️‍🌈 👍🏽 🇫🇷 1️⃣\n😀😀\n"),
        ("right to left", "שלום \u{202e}abc\u{202c} العالم\u{200f}\n"),
        ("invisible", "a\u{200b}b\u{ad}c\u{2060}d\u{feff}e\n"),
        ("nul", "a\0b\0\n\0\n"),
        ("control", "\u{1}\u{7f}\u{1b}[31mrouge\n"),
        ("private", "\u{e000}\u{f8ff}\u{10ffff}\n"),
        ("empty", ""),
        ("one newline", "\n"),
        ("one cr lf", "\r\n"),
        ("lone cr at the end", "a\r"),
        ("cr lf cr", "a\r\n\rb\r\n\r"),
        ("front matter", "---\ntitle:   'x'   # dit\nb: [1,  2]\n\n...\n---\nCorps.\n"),
        ("front matter, crlf", "---\r\ntitle: x\r\nautre : y\r\n---\r\n\r\nCorps.\r\n"),
        ("front matter, mixed", "---\ntitle: x\r\nb: 1\n---\r\nCorps.\n"),
        ("front matter without an end", "---\ntitle: x\n\nCorps.\n"),
        ("broken front matter", "---\ntitle: [\n---\nCorps.\n"),
        ("equal lines, ends apart", "a\r\na\na\r\na\n"),
        ("hard breaks", "un  \ndeux\\\ntrois\n"),
    ];
    let mut all: Vec<(String, Vec<u8>)> =
        files.iter().map(|(name, text)| ((*name).to_owned(), text.as_bytes().to_vec())).collect();
    all.push(("a line of 1 MB".to_owned(), line.into_bytes()));
    all
}

/// The examples of the CommonMark specification, from the interface's packages, and our own of GFM.
fn examples() -> Option<Vec<(String, Vec<u8>)>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let spec = fs::read_to_string(root.join("../../ui/node_modules/commonmark-spec/spec.txt")).ok()?;
    let mark = format!("\n{} example\n", "`".repeat(32));
    let commonmark = spec
        .split(&mark)
        .skip(1)
        .filter_map(|rest| rest.split("\n.\n").next())
        .map(|example| example.replace('→', "\t"));
    let gfm = fs::read_to_string(root.join("../crates/core/tests/render/gfm.txt")).ok()?;
    let gfm = gfm.split("\n----\n").map(str::to_owned).collect::<Vec<_>>();
    let named = |(at, text): (usize, String)| (format!("example {}", at + 1), text.into_bytes());
    Some(commonmark.chain(gfm).enumerate().map(named).collect())
}

/// Puts the letter at a place of the body, in UTF-16 units, or takes it out again.
fn edit(newsroom: &Newsroom, path: &str, at: usize, insert: bool) -> Result<(), String> {
    let session = newsroom.session(path).map_err(|problem| problem.to_string())?;
    let snapshot = session.snapshot();
    let units: Vec<u16> = snapshot.body.encode_utf16().collect();
    let text = |units: &[u16]| String::from_utf16(units).map_err(|error| error.to_string());
    let (before, after) = (text(&units[..at])?, &units[at + usize::from(!insert)..]);
    let edited = format!("{before}{}{}", if insert { LETTER } else { "" }, text(after)?);
    let changes = ChangeSet::between(&snapshot.body, &edited).to_json();
    let pushed = session.push(snapshot.version, &[Update { client: "w".to_owned(), changes }]);
    match pushed {
        Ok(pushed) if pushed.accepted => Ok(()),
        Ok(_) => Err("not accepted".to_owned()),
        Err(problem) => Err(problem.to_string()),
    }
}

/// Opens a file, edits one letter at some places, saves, takes it back and saves again.
fn one_letter(
    lab: &Lab,
    newsroom: &Newsroom,
    (name, bytes): &(String, Vec<u8>),
    chance: &mut Chance,
    places: usize,
    row: &mut Row,
) {
    let path = "a.md";
    let file = lab.desk.join(path);
    fs::write(&file, bytes).unwrap();
    let (session, _) = newsroom.open_article(path).unwrap();
    let body = session.snapshot().body;
    let whole = session.snapshot().text();
    // Between two characters.
    let all: Vec<usize> = body
        .chars()
        .scan(0, |at, c| {
            let here = *at;
            *at += c.len_utf16();
            Some(here)
        })
        .chain([body.encode_utf16().count()])
        .collect();
    for _ in 0..places {
        let at = *chance.pick(&all);
        let what = format!("{name}, at {at}");
        let done = edit(newsroom, path, at, true)
            .and_then(|()| newsroom.save(path).map_err(|problem| problem.to_string()));
        if let Err(why) = done {
            row.lost.push(format!("{what}: {why}"));
            return;
        }
        row.faults += 1;
        let edited = fs::read(&file).unwrap();
        let place = edited.iter().zip(bytes).take_while(|(a, b)| a == b).count();
        let letter = LETTER.len();
        let is_one = edited.len() == bytes.len() + letter && edited[place + letter..] == bytes[place..];
        if !is_one {
            row.torn.push(format!("{what}: more than a letter changed"));
        }
        let back = edit(newsroom, path, at, false)
            .and_then(|()| newsroom.save(path).map_err(|problem| problem.to_string()));
        if back.is_err() || fs::read(&file).unwrap() != *bytes {
            row.torn.push(format!("{what}: not the same bytes after undo: {back:?}"));
            return;
        }
    }
    assert_eq!(session.snapshot().text(), whole, "{name}");
    newsroom.close_article(path).unwrap();
}

#[test]
fn row_14_odd_files() {
    let lab = Lab::new();
    lab.reset();
    let newsroom = lab.open();
    let mut row = Row::new("14 odd files");
    let mut chance = Chance::new(14);
    for file in odd() {
        one_letter(&lab, &newsroom, &file, &mut chance, figure(2, 20), &mut row);
    }
    row.end();
}

#[test]
fn row_14_examples() {
    let name = "14 CommonMark and GFM examples";
    let Some(examples) = examples() else {
        return not_run(name, "the specification is not installed: run npm ci in ui");
    };
    let lab = Lab::new();
    lab.reset();
    let newsroom = lab.open();
    let mut row = Row::new(name);
    let mut chance = Chance::new(15);
    assert!(examples.len() > 600, "{}", examples.len());
    // The short form takes a share of them.
    for example in examples.iter().step_by(figure(7, 1)) {
        for ends in ["\n", "\r\n"] {
            let text = String::from_utf8_lossy(&example.1).replace('\n', ends);
            let file = (format!("{} with {ends:?}", example.0), text.into_bytes());
            one_letter(&lab, &newsroom, &file, &mut chance, 1, &mut row);
        }
    }
    row.more = format!("{} examples", examples.len());
    row.end();
}

/// Bytes that are not text are shown, and never written.
#[test]
fn row_13_not_text() {
    let lab = Lab::new();
    lab.reset();
    let newsroom = lab.open();
    let mut row = Row::new("13 bytes that are not text");
    let mut chance = Chance::new(13);
    let file = lab.desk.join("a.md");
    for round in 0..figure(100, 2000) {
        let mut bytes: Vec<u8> = (0..chance.below(200)).map(|_| chance.below(256).to_le_bytes()[0]).collect();
        match chance.below(4) {
            0 => bytes.splice(0..0, *b"\xff\xfe").for_each(drop),
            1 => bytes.splice(0..0, *b"\x00\x00\xfe\xff").for_each(drop),
            2 => bytes.extend(b"caf\xe9"),
            _ => {}
        }
        let is_text = copydesk_core::text::decode(&bytes).is_ok();
        fs::write(&file, &bytes).unwrap();
        let (session, _) = newsroom.open_article("a.md").unwrap();
        row.faults += usize::from(!is_text);
        let version = session.snapshot().version;
        let pushed = session.push(version, &[]);
        if is_text == pushed.is_err() {
            row.lost.push(format!("round {round}: text {is_text}, typing {}", pushed.is_ok()));
        }
        let _ = newsroom.save("a.md");
        if fs::read(&file).unwrap() != bytes {
            row.torn.push(format!("round {round}: {bytes:?}"));
        }
        newsroom.close_article("a.md").unwrap();
    }
    row.end();
}
