//! A review's record without end: it is read within bounds, what was not read is said, and the review goes on.
//!
//! A few megabytes with small bounds; `COPYDESK_TORTURE=1` writes a hundred megabytes and keeps the program's own.

use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::Path;
use std::sync::Arc;

use copydesk_core::review::{By, Event, Kind};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::record::Records;
use copydesk_desk::words;
use jiff::Timestamp;

const ARTICLE: &str = "ville/pont.md";

fn by(name: &str) -> By {
    By { name: name.into(), installation: "00ff".into() }
}

fn line(n: u64, kind: Kind) -> String {
    Event { id: format!("{n:026}"), n, by: by("Noé Petit"), at: "2026-11-22T14:32:00Z".into(), kind }.line()
}

fn comment(thread: &str) -> Kind {
    Kind::Comment { thread: thread.into(), anchor: None, text: "Quelle source ?".into(), off_record: false }
}

/// About so many bytes: events, lines that are none, bytes that are no text, and one line of a quarter of them all.
fn write(path: &Path, size: usize) {
    let mut file = BufWriter::new(File::create(path).unwrap());
    let mut written = 0;
    let mut put = |bytes: &[u8]| {
        file.write_all(bytes).unwrap();
        written += bytes.len();
        written
    };
    put(line(1, Kind::Path { path: Some(ARTICLE.into()) }).as_bytes());
    put(line(2, comment("first")).as_bytes());
    let mut n = 3;
    let mut fill = |to: usize, n: &mut u64| {
        while put(line(*n, comment(&format!("t{n}"))).as_bytes()) < to {
            put(b"<<<<<<< HEAD\n{\"id\":\"x\",\n\xff\xfe\xc3\n[[[[[[\n\n");
            *n += 1;
        }
    };
    fill(size / 4, &mut n);
    put(&vec![b'{'; size / 8]);
    put(&vec![b'a'; size / 8]);
    put(b"\n");
    let mut fill = |to: usize, n: &mut u64| {
        while put(line(*n, comment(&format!("t{n}"))).as_bytes()) < to {
            put(b"\xff{\n");
            *n += 1;
        }
    };
    fill(size, &mut n);
    put(line(n + 1, comment("last")).as_bytes());
    put(b"{\"id\":\"torn");
}

fn endless(size: usize, most: Option<u64>) {
    let desk = tempfile::tempdir().unwrap();
    let folder = desk.path().join(".copydesk/review/01JD8Z3W0V5Q4N6T7R9S2X1Y0A");
    std::fs::create_dir_all(&folder).unwrap();
    let path = folder.join("noe-petit-00ff.jsonl");
    write(&path, size);
    let open = || {
        let records = Records::open(Arc::new(RealFs), desk.path());
        let records = most.into_iter().fold(records, Records::reading_at_most);
        records.refresh();
        records
    };
    let records = open();
    assert!(records.articles().contains(ARTICLE), "the record still belongs to its article");
    let reviewed = records.of(ARTICLE);
    let has = |id: &str| reviewed.record.threads.iter().any(|thread| thread.id == id);
    assert!(has("first") && has("last"), "the beginning and the newest events are there");
    let bound = most.unwrap_or(size as u64);
    assert!((reviewed.record.threads.len() * 100) as u64 <= bound, "no more is kept than the bound");
    let skipped: u64 = reviewed.troubles.iter().map(|trouble| trouble.skipped).sum();
    assert!(skipped >= size as u64 / 2, "{skipped} of {size}");
    assert!(reviewed.troubles.iter().any(|trouble| trouble.damaged > 0 && trouble.torn));
    for trouble in &reviewed.troubles {
        let said = format!("{:?}", words::review_trouble(trouble));
        assert!(said.contains("noe-petit-00ff.jsonl"), "{said}");
    }
    // The same author goes on in the same file, and another article has its own record.
    let before = std::fs::metadata(&path).unwrap().len();
    records.append(ARTICLE, &by("Noé Petit"), Timestamp::UNIX_EPOCH, vec![comment("new")]).unwrap();
    records.append("autre.md", &by("Noé Petit"), Timestamp::UNIX_EPOCH, vec![comment("other")]).unwrap();
    let again = open();
    for records in [&records, &again] {
        let threads = &records.of(ARTICLE).record.threads;
        assert!(threads.iter().any(|thread| thread.id == "new"), "what is said now is heard");
        assert_eq!(records.of("autre.md").record.threads.len(), 1);
        assert_eq!(records.of("autre.md").troubles, []);
    }
    assert!(std::fs::metadata(&path).unwrap().len() > before, "nothing of the file was removed");
}

#[test]
fn a_record_without_end_is_read_within_bounds() {
    if std::env::var_os("COPYDESK_TORTURE").is_some_and(|value| value == "1") {
        endless(100 << 20, None);
    } else {
        endless(3 << 20, Some(1 << 20));
    }
}
