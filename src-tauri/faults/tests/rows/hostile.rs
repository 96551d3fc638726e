//! Rows 15 to 17 and 21 to 23: a text that is huge, front matter that is broken or a trap, links and paths that lead
//! where nobody wants to go.

use std::collections::BTreeSet;
use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};

use copydesk_core::front::{self, Front};
use copydesk_core::{link, text};
use copydesk_desk::library::Library;
use copydesk_desk::store::images::{ImageRefused, read_image};
use copydesk_faults::chance::Chance;
use copydesk_faults::readers::may_leave;
use copydesk_faults::row::{Row, figure};

/// Fifty megabytes in many lines, in one, and of headings: one letter changes one letter, and taking it back gives the
/// same bytes.
#[test]
fn row_15_huge_text() {
    let mut row = Row::new("15 text of 50 MB");
    let size = 50 << 20;
    for (name, unit) in [("many lines", "Une ligne de copie.\r\n"), ("one line", "mot "), ("headings", "# ")]
    {
        let before = unit.repeat(size / unit.len());
        let shown = text::decode(before.as_bytes()).expect("it is text").text;
        let at = shown.len() / 2;
        let edited = format!("{}x{}", &shown[..at], &shown[at..]);
        let after = text::encode(before.as_bytes(), &edited);
        row.faults += 1;
        if after.len() != before.len() + 1 {
            row.torn.push(format!("{name}: {} bytes became {}", before.len(), after.len()));
        }
        if text::encode(&after, &shown) != before.as_bytes() {
            row.torn.push(format!("{name}: taking it back gives other bytes"));
        }
    }
    row.more = format!("{} MB each", size >> 20);
    row.end();
}

/// Pieces of front matter that do not belong together.
const BROKEN: &[&str] = &[
    "title: \"open\n",
    "a: [1, 2\n",
    "a: {b: c\n",
    "\ta: b\n",
    "a: b\n a: c\n",
    "- a\nb: c\n",
    "a: *nobody\n",
    "a: &x\n",
    "? \n: :\n",
    "%YAML 9\n",
    "a: !!binary \u{1}\n",
    "a: |\n b\n  c\n d\n",
    "a: b: c\n",
    "a: 'x\n",
    "@a: b\n",
    "`: x\n",
    "a: \"\\q\"\n",
    "<<: 1\n",
    "a: b\na: c\n",
    "\u{2028}a: >-\n",
];

/// Broken front matter opens as text; an error names a line that is there, and no byte is written anew.
#[test]
fn row_16_broken_front_matter() {
    let mut row = Row::new("16 broken front matter");
    let mut chance = Chance::new(16);
    let mut told = 0;
    for round in 0..figure(100, 10_000) {
        let mut yaml = BROKEN[round % BROKEN.len()].to_owned();
        for _ in 0..chance.below(4) {
            yaml.push_str(BROKEN[chance.below(BROKEN.len())]);
        }
        let whole = format!("---\n{yaml}---\n\nCorps.\n");
        let (head, body) = front::split(&whole);
        row.faults += 1;
        if let Front::Broken { line, .. } = front::read(head) {
            told += 1;
            if line == 0 || line > head.lines().count() + 1 {
                row.lost.push(format!("line {line} of {head:?}"));
            }
        }
        if format!("{head}{body}") != whole || text::encode(whole.as_bytes(), &whole) != whole.as_bytes() {
            row.torn.push(format!("{whole:?}"));
        }
    }
    assert!(told * 2 > row.faults, "{told} of {} are broken: the others show nothing", row.faults);
    row.more = format!("{told} told with their line");
    row.end();
}

/// Aliases that grow, brackets without end, millions of keys, tags: refused by what is counted, not by a clock.
#[test]
fn row_17_traps_in_front_matter() {
    let aliases = (1..9).fold("a0: &a0 [x]\n".to_owned(), |text, n| {
        format!("{text}a{n}: &a{n} [{}]\n", vec![format!("*a{}", n - 1); 9].join(", "))
    });
    let deeper = (0..5_000).fold(String::new(), |text, n| format!("{text}{}a:\n", " ".repeat(n % 500)));
    let traps = [
        ("aliases", aliases),
        ("brackets", format!("a: {}\n", "[".repeat(100_000))),
        ("braces", format!("a: {}\n", "{a: ".repeat(100_000))),
        ("maps in maps", deeper),
        ("keys", (0..1_000_000).map(|n| format!("k{n}: v\n")).collect()),
        ("the same key", "a: b\n".repeat(1_000)),
        ("list", format!("a: [{}]\n", "x, ".repeat(200_000))),
    ];
    let mut row = Row::new("17 traps in front matter");
    for (name, yaml) in traps {
        let whole = format!("---\n{yaml}---\nCorps.\n");
        let outcome = std::thread::Builder::new().stack_size(2 << 20).spawn(move || {
            let (head, body) = front::split(&whole);
            assert_eq!(head.len() + body.len(), whole.len());
            matches!(front::read(head), Front::Broken { .. })
        });
        row.faults += 1;
        if !outcome.expect("a thread can be started").join().is_ok_and(|refused| refused) {
            row.unexplained.push(format!("{name} were taken"));
        }
    }
    row.end();
}

/// Whatever is written into a link, only whole addresses of the web and of mail leave the program.
#[test]
fn row_21_links() {
    const SCHEMES: &[&str] = &[
        "javascript:",
        "JaVaScRiPt:",
        "vbscript:",
        "data:",
        "file:",
        "ftp:",
        "ssh:",
        "tel:",
        "blob:",
        "about:",
        "view-source:",
        "tauri:",
        "ipc:",
        "asset:",
        "intent:",
        "steam:",
        "ms-msdt:",
        "http:",
        "HTTPS:",
        "mailto:",
        "",
    ];
    const MIDDLES: &[&str] =
        &["//", "/", "\\\\", "///", " //", "\t//", "\u{a0}", "\u{202e}//", "\0", "%00", ""];
    const ENDS: &[&str] = &[
        "example.org",
        "u:p@example.org",
        "alert(1)",
        "a@example.org",
        "x.org --flag",
        "x.org\nfile:///etc",
        "-x",
        "[::1]",
        "127.0.0.1:1/a?b#c",
        "x.org/\u{200b}",
        "$(id)",
        "x\"'<y>",
        "",
    ];
    let mut row = Row::new("21 links that lead out");
    let mut left = BTreeSet::new();
    for scheme in SCHEMES {
        for middle in MIDDLES {
            for end in ENDS {
                let given = format!("{scheme}{middle}{end}");
                row.faults += 1;
                let Some(address) = link::outside(&given) else { continue };
                if !may_leave(&address) {
                    row.lost.push(format!("{given:?} leaves as {address:?}"));
                }
                left.insert(address);
            }
        }
    }
    assert!(!left.is_empty(), "an address of the web leaves");
    row.more = format!("{} addresses of the web and of mail", left.len());
    row.end();
}

/// A picture of one pixel with a word behind it.
fn picture(word: &str) -> Vec<u8> {
    let mut bytes =
        b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;".to_vec();
    bytes.extend(word.bytes());
    bytes
}

/// A folder and a file of a picture's path become links to outside, and folder and file again, while the picture is read.
#[test]
fn row_22_links_that_change_while_a_path_is_read() {
    let around = tempfile::tempdir().unwrap();
    let at = |path: &str| around.path().join(path);
    for folder in ["desk/images", "outside"] {
        fs::create_dir_all(at(folder)).unwrap();
    }
    fs::write(at("desk/images/a.gif"), picture("inside")).unwrap();
    fs::write(at("outside/a.gif"), picture("outside")).unwrap();
    symlink(at("outside"), at("desk/trap")).unwrap();
    let exchange = |one: &Path, other: &Path| {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        renameat_with(CWD, one, CWD, other, RenameFlags::EXCHANGE).is_ok()
    };
    let mut row = Row::new("22 links swapped while a picture is read");
    let (swaps, done) = (AtomicUsize::new(0), AtomicBool::new(false));
    let (mut read, mut refused) = (0, 0);
    std::thread::scope(|scope| {
        scope.spawn(|| {
            while !done.load(Ordering::Relaxed) {
                swaps.fetch_add(
                    usize::from(exchange(&at("desk/images"), &at("desk/trap"))),
                    Ordering::Relaxed,
                );
            }
        });
        // Until both were met often enough: a busy machine may stop the other thread for a while.
        for _ in 0..10_000_000 {
            if read >= figure(100, 1_000) && refused >= figure(1_000, 10_000) {
                break;
            }
            match read_image(&at("desk"), "images/a.gif") {
                Ok(image) if image.bytes == picture("inside") => read += 1,
                Ok(image) => row.lost.push(format!("{} bytes from outside", image.bytes.len())),
                Err(ImageRefused::Outside) => refused += 1,
                // A link that changed while it was followed: the kernel says so, nothing was read.
                Err(_) => {}
            }
        }
        done.store(true, Ordering::Relaxed);
    });
    assert!(read > 0, "the picture itself is read");
    row.faults = refused;
    row.more = format!("{} swaps, {read} pictures read", swaps.into_inner());
    row.end();
}

/// Links that lead back, to themselves, and in long rows: the walk ends, and each file is listed once.
#[test]
fn row_23_links_that_lead_back() {
    let around = tempfile::tempdir().unwrap();
    let desk = around.path().canonicalize().unwrap().join("desk");
    let mut row = Row::new("23 links that lead back");
    let mut files = BTreeSet::new();
    for folder in 0..figure(50, 500) {
        let inner = desk.join(format!("f{folder}/g"));
        fs::create_dir_all(&inner).unwrap();
        for file in 0..20 {
            fs::write(inner.join(format!("{file}.md")), "# Un mot\n").unwrap();
            files.insert(format!("f{folder}/g/{file}.md"));
        }
        for (target, name) in [("..", "up"), ("../..", "top"), ("self", "self"), (".", "here")] {
            symlink(target, inner.join(name)).unwrap();
            row.faults += 1;
        }
        symlink("self.md", inner.join("self.md")).unwrap();
        row.faults += 1;
    }
    let library = Library::new(desk);
    library.scan(&|| {});
    let paths = library.paths();
    let listed: BTreeSet<String> = paths.iter().cloned().collect();
    row.lost.extend(files.difference(&listed).cloned());
    row.unexplained.extend(listed.difference(&files).cloned());
    if paths.len() != listed.len() {
        row.unexplained.push(format!("{} entries for {} files", paths.len(), listed.len()));
    }
    row.more = format!("{} files, each once", files.len());
    row.end();
}
