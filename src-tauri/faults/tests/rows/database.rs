//! Rows 24 to 27: a damaged history, one of a newer program, several writers, and a clock that jumps.

use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::time::{Duration, Instant};

use copydesk_desk::env::FixedClock;
use copydesk_desk::store::history::{History, Origin, State};
use copydesk_faults::chance::Chance;
use copydesk_faults::lab::{ARTICLE, Lab, old};
use copydesk_faults::row::{Row, figure};
use copydesk_faults::run::{self, Running};
use copydesk_faults::text::{SIZE, recognise, version};

use super::program;

/// The files of a history, as a killed program leaves them: the log is not empty.
const FILES: [&str; 3] = ["history.db", "history.db-wal", "history.db-shm"];

/// A desk with revisions and a draft, and its files to start each round from.
fn prepare(lab: &Lab) -> Vec<(String, Vec<u8>)> {
    lab.reset();
    for (verb, times) in [("save", "12"), ("draft", "1")] {
        let ended = run::run(&mut lab.work(program(), verb, &["--times", times]));
        assert!(ended.status.success(), "{}", ended.errors);
    }
    // Killed in its work, so that the log stays.
    let running =
        Running::start(&mut lab.work(program(), "history", &["--first", "20", "--times", "100000"]));
    let start = Instant::now();
    while lab.last(&["recorded"]) < 30 {
        assert!(start.elapsed() < Duration::from_secs(30), "nothing was recorded");
        std::thread::sleep(Duration::from_millis(1));
    }
    running.kill();
    let all =
        FILES.iter().map(|name| ((*name).to_owned(), fs::read(lab.local.join(name)).unwrap_or_default()));
    all.collect()
}

/// Damages one file of the history in one way; says which.
fn damage(local: &Path, chance: &mut Chance) -> String {
    let name = *chance.pick(&["history.db", "history.db", "history.db-wal", "history.db-shm"]);
    let file = local.join(name);
    let mut bytes = fs::read(&file).unwrap_or_default();
    let length = bytes.len().max(1);
    let kind = chance.below(8);
    let what = match kind {
        0 | 1 if !bytes.is_empty() => {
            for _ in 0..=chance.below(16) {
                let at = chance.below(length);
                bytes[at] ^= 1 << chance.below(8);
            }
            "bits flipped"
        }
        2 if !bytes.is_empty() => {
            // The header of the file or of a page.
            let page = chance.below(length / 4096 + 1) * 4096;
            let at = (page + chance.below(100)).min(bytes.len() - 1);
            bytes[at] = chance.below(256).to_le_bytes()[0];
            "a header"
        }
        3 => {
            bytes.truncate(chance.below(length));
            "cut short"
        }
        4 => {
            let (from, to) = (chance.below(length), chance.below(length));
            let (from, to) = (from.min(to), from.max(to).min(bytes.len()));
            bytes[from.min(to)..to].fill(0);
            "zeros"
        }
        5 => {
            bytes.clear();
            "emptied"
        }
        6 => {
            bytes = b"not a database at all".repeat(1 + chance.below(400));
            "other words"
        }
        _ => {
            let _ = fs::remove_file(&file);
            return format!("{name} removed");
        }
    };
    fs::write(&file, bytes).unwrap();
    format!("{name}: {what}")
}

#[test]
fn row_24_damaged() {
    let lab = Lab::new();
    let sound = prepare(&lab);
    let drafts: Vec<_> = fs::read_dir(lab.local.join("drafts"))
        .unwrap()
        .flatten()
        .map(|entry| (entry.path(), fs::read(entry.path()).unwrap()))
        .collect();
    assert_eq!(drafts.len(), 1, "a draft waits");
    let article = fs::read(lab.desk.join(ARTICLE)).unwrap();
    let mut row = Row::new("24 damaged history");
    let (mut aside, mut refused, mut slowest) = (0, 0, Duration::ZERO);
    for round in 0..figure(60, 1000) {
        let mut chance = Chance::new(round as u64);
        for entry in fs::read_dir(&lab.local).unwrap().flatten() {
            if entry.path().is_file() {
                fs::remove_file(entry.path()).unwrap();
            }
        }
        for (name, bytes) in &sound {
            fs::write(lab.local.join(name), bytes).unwrap();
        }
        for (path, bytes) in &drafts {
            fs::write(path, bytes).unwrap();
        }
        fs::write(lab.desk.join(ARTICLE), &article).unwrap();
        let _ = fs::remove_file(&lab.ack);
        let mut what = damage(&lab.local, &mut chance);
        if chance.below(3) == 0 {
            what += &format!(", {}", damage(&lab.local, &mut chance));
        }
        let start = Instant::now();
        let ended = run::run(&mut lab.work(program(), "check", &["--first", "777777"]));
        slowest = slowest.max(start.elapsed());
        row.faults += 1;
        let what = format!("round {round}, {what}");
        if !ended.status.success() {
            row.lost.push(format!("{what}: {:?} {}", ended.status, ended.errors));
            continue;
        }
        let acks = lab.acks();
        let note = |word: &str| acks.iter().find(|ack| ack.word == word).map(|ack| ack.note.clone());
        aside += usize::from(note("history").is_some_and(|note| !note.is_empty()));
        refused += usize::from(note("refused").is_some());
        if note("opened").as_deref() != Some("restored") {
            row.lost.push(format!("{what}: the draft did not come back"));
        }
        if !matches!(recognise(&fs::read(lab.desk.join(ARTICLE)).unwrap()), Some((_, 777_777))) {
            row.torn.push(format!("{what}: the article was not saved: {acks:?}"));
        }
    }
    if slowest > Duration::from_secs(5) {
        row.unexplained.push(format!("a start took {slowest:?}"));
    }
    row.more = format!("{aside} set aside, {refused} refused, slowest start {} ms", slowest.as_millis());
    row.end();
}

#[test]
fn row_25_newer_schema() {
    let lab = Lab::new();
    lab.reset();
    let mut row = Row::new("25 newer schema");
    drop(lab.history());
    let file = lab.local.join("history.db");
    rusqlite::Connection::open(&file).unwrap().pragma_update(None, "user_version", 99).unwrap();
    let all = || {
        let mut all: Vec<_> = fs::read_dir(&lab.local)
            .unwrap()
            .flatten()
            .filter(|entry| entry.file_name().to_string_lossy().starts_with("history"))
            .map(|entry| (entry.file_name(), fs::read(entry.path()).unwrap()))
            .collect();
        all.sort();
        all
    };
    let before = all();
    for round in 0..figure(3, 20) {
        let ended = run::run(&mut lab.work(program(), "check", &["--first", &(round + 1).to_string()]));
        row.faults += 1;
        let acks = lab.acks();
        if !ended.status.success()
            || !acks.iter().any(|ack| ack.word == "refused" && ack.hash == "newer_history")
        {
            row.lost.push(format!("round {round}: not refused: {} {acks:?}", ended.errors));
        }
        if all() != before {
            row.torn.push(format!("round {round}: the database was changed"));
        }
        if !matches!(recognise(&fs::read(lab.desk.join(ARTICLE)).unwrap()), Some((_, saved)) if saved == round + 1)
        {
            row.lost.push(format!("round {round}: the article was not saved without the history"));
        }
        // What a save displaced is beside the drafts.
        let kept = lab.kept();
        if !kept.contains(&copydesk_desk::store::atomic::fingerprint(old().as_bytes())) {
            row.lost.push(format!("round {round}: the first bytes are nowhere"));
        }
    }
    row.end();
}

#[test]
fn row_26_two_writers() {
    let lab = Lab::new();
    lab.reset();
    let mut row = Row::new("26 two writers");
    let times = figure(150, 10_000);
    let second = lab.around().join("ack-2");
    let job = |writer: &str, ack: &Path| {
        let mut command = Command::new(program());
        command
            .arg("history")
            .arg("--desk")
            .arg(&lab.desk)
            .arg("--local")
            .arg(&lab.local)
            .arg("--ack")
            .arg(ack);
        command.args(["--times", &times.to_string(), "--size", "500", "--writer", writer]);
        Running::start(&mut command)
    };
    let (one, two) = (job("nous", &lab.ack), job("eux", &second));
    for ended in [one.wait_long(), two.wait_long()] {
        if !ended.status.success() {
            row.lost.push(ended.errors);
        }
    }
    for ack in [&lab.ack, &second] {
        let acks = copydesk_faults::ack::read(ack);
        row.faults += acks.iter().filter(|ack| ack.word == "recorded").count();
        let failed = acks.iter().filter(|ack| ack.word == "failed").count();
        row.lost.extend((failed > 0).then(|| format!("{failed} revisions were refused")));
    }
    match History::inspect(&lab.local.join("history.db")) {
        State::Sound { revisions, .. } if revisions == 2 * times => {}
        other => row.torn.push(format!("{other:?} of {}", 2 * times)),
    }
    row.end();
}

#[test]
fn row_27_clock_jumps() {
    let lab = Lab::new();
    lab.reset();
    let mut row = Row::new("27 clock jumps");
    let mut chance = Chance::new(27);
    let times =
        ["2016-02-29T23:59:59Z", "2026-11-23T09:00:00Z", "2036-10-26T01:30:00Z", "1970-01-01T00:00:00Z"];
    let mut expected = Vec::new();
    for number in 1..=figure(40, 400) {
        // Another start under another clock each time.
        let clock = FixedClock(chance.pick(&times).parse().unwrap());
        let history = History::open(&lab.local.join("history.db"), Arc::new(clock)).unwrap();
        let text = version("nous", number, SIZE / 9);
        history.record(ARTICLE, text.as_bytes(), "Ada", Origin::Save).unwrap();
        expected.insert(0, text);
        row.faults += 1;
        let list = history.list(ARTICLE).unwrap();
        let newest = list.first().map(|revision| history.content(revision.id).unwrap());
        if newest.as_deref() != Some(expected[0].as_bytes()) || list.len() != number {
            row.lost.push(format!("revision {number} is not the newest of {}", list.len()));
        }
    }
    let history = lab.history();
    for (revision, text) in history.list(ARTICLE).unwrap().iter().zip(&expected) {
        if history.content(revision.id).unwrap() != text.as_bytes() {
            row.torn.push(format!("revision {} is out of order", revision.id));
        }
    }
    row.end();
}
