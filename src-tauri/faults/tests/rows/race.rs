//! Rows 7 and 9: other programs write while this one saves, and two of this one save on one desk.

use std::collections::HashSet;
use std::fs;
use std::path::Path;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use copydesk_desk::newsroom::Newsroom;
use copydesk_desk::store::atomic::{self, Fingerprint, fingerprint};
use copydesk_desk::store::history::Origin;
use copydesk_faults::chance::Chance;
use copydesk_faults::counted::Counted;
use copydesk_faults::lab::{self, ARTICLE, Lab};
use copydesk_faults::row::{Row, figure};
use copydesk_faults::run::{self, Running};
use copydesk_faults::text::version;
use rustix::fs::{CWD, RenameFlags, renameat_with};

use super::program;

/// Writes, and leaves a file behind where that was done: vim that gives up over a changed file may end without an error.
const VIM_WRITES: &str = "w! | if !&modified | call writefile([], '.wrote') | endif";
/// That file, in the desk.
const WROTE: &str = ".wrote";

/// Opens the article anew, types a version of ours and saves it; whatever the disk does meanwhile.
fn save_once(newsroom: &Newsroom, number: usize, size: usize) {
    let Ok((session, _)) = newsroom.open_article(ARTICLE) else { return };
    let edition = session.snapshot().edition;
    if session.adopt(edition, &version("nous", number, size)) {
        let _ = newsroom.save(ARTICLE);
    }
    let _ = newsroom.discard_draft(ARTICLE);
}

/// Which of these versions are neither in history nor on the disk.
fn missing(lab: &Lab, newsroom: &Newsroom, wanted: &[Fingerprint], held: &HashSet<Fingerprint>) -> usize {
    let kept = lab.kept();
    let history = newsroom.history().expect("history opens");
    wanted.iter().filter(|hash| !held.contains(*hash) && !kept.contains(*hash) && !history.has(hash)).count()
}

#[test]
fn row_7_fast_writer() {
    let lab = Lab::new();
    lab.reset();
    let article = lab.desk.join(ARTICLE);
    let counted = Arc::new(Counted::default());
    let newsroom = lab.open_on(counted.clone());
    let stop = AtomicBool::new(false);
    // The protocol by itself: a whole save waits for a writer that never rests.
    let wanted = figure(40, 1000);
    let history = newsroom.history().expect("history opens");
    let mut row = Row::new("7 fast outside writer");
    let (written, held) = std::thread::scope(|scope| {
        let writer = scope.spawn(|| {
            let (mut written, mut held) = (Vec::new(), HashSet::new());
            let temp = lab.desk.join("outside");
            while !stop.load(Ordering::Relaxed) {
                let text = version("dehors", written.len() + 1, 300);
                fs::write(&temp, &text).unwrap();
                // It knows what it replaced itself: only our saves could lose a version.
                renameat_with(CWD, &temp, CWD, &article, RenameFlags::EXCHANGE).unwrap();
                held.insert(fingerprint(&fs::read(&temp).unwrap()));
                written.push(fingerprint(text.as_bytes()));
                std::thread::sleep(Duration::from_micros(300));
            }
            (written, held)
        });
        let mut number = 0;
        let mut keep = |bytes: &[u8]| {
            let kept = history.record(ARTICLE, bytes, "", Origin::Outside);
            kept.map(drop).map_err(|error| std::io::Error::other(error.to_string()))
        };
        while counted.late() < wanted && number < 100 * wanted {
            number += 1;
            let base = fs::read(&article).unwrap();
            keep(&base).unwrap();
            let ours = version("nous", number, 300);
            let _ =
                atomic::save(&*counted, &lab.desk, ARTICLE, &fingerprint(&base), ours.as_bytes(), &mut keep);
        }
        row.more = format!("{number} saves");
        stop.store(true, Ordering::Relaxed);
        writer.join().unwrap()
    });
    row.faults = counted.late();
    row.more += &format!(", {} foreign versions", written.len());
    let lost = missing(&lab, &newsroom, &written, &held);
    row.lost.extend((lost > 0).then(|| format!("{lost} foreign versions are nowhere")));
    // Without the exchange no race is seen, and the versions are gone.
    assert!(row.faults > 0 || lost == 0, "row 7: {lost} foreign versions are nowhere");
    row.end();
}

#[test]
fn row_7_writer_in_pieces() {
    let lab = Lab::new();
    lab.reset();
    let article = lab.desk.join(ARTICLE);
    let newsroom = lab.open();
    let mut row = Row::new("7 writer in place, in pieces");
    let mut chance = Chance::new(11);
    let mut number = 0;
    for round in 1..=figure(4, 40) {
        let text = version("dehors", round, 2000);
        let done = AtomicBool::new(false);
        let pause = chance.below(4000) as u64;
        std::thread::scope(|scope| {
            scope.spawn(|| {
                use std::io::Write;
                let mut file = fs::OpenOptions::new().write(true).open(&article).unwrap();
                for piece in text.as_bytes().chunks(200) {
                    std::thread::sleep(Duration::from_micros(pause));
                    file.write_all(piece).unwrap();
                }
                file.set_len(text.len() as u64).unwrap();
                done.store(true, Ordering::Relaxed);
            });
            while !done.load(Ordering::Relaxed) {
                number += 1;
                save_once(&newsroom, number, 2000);
            }
        });
        row.faults += 1;
        // A file that was replaced under a writer is looked at again.
        let hash = fingerprint(text.as_bytes());
        let start = Instant::now();
        let there =
            || newsroom.history().is_ok_and(|history| history.has(&hash)) || lab.kept().contains(&hash);
        while !there() && start.elapsed() < Duration::from_secs(5) {
            std::thread::sleep(Duration::from_millis(20));
        }
        if !there() {
            row.lost.push(format!("round {round}, pieces every {pause} µs"));
        }
    }
    row.end();
}

/// Programs that people use on the same file, each adding a line that can be found again.
fn programs(folder: &Path) -> Vec<(&'static str, Vec<String>)> {
    let file = ARTICLE.to_owned();
    let own = |words: &[&str]| words.iter().map(|word| (*word).to_owned()).collect::<Vec<_>>();
    let mut all = vec![
        ("sed", [own(&["-i", "$aMARK"]), vec![file.clone()]].concat()),
        ("sh", own(&["-c", "echo MARK >> a.md"])),
        ("sh", own(&["-c", "(cat a.md; echo MARK) > .b && mv .b a.md"])),
        ("sh", own(&["-c", "cat a.md > .b; echo MARK >> .b; cp .b a.md"])),
        ("sh", own(&["-c", "cat a.md > .b; echo MARK >> .b; dd if=.b of=a.md bs=64 status=none"])),
        (
            "sh",
            own(&[
                "-c",
                "git add a.md && echo MARK > a.md && git commit -qam x && git checkout -q HEAD~ && git checkout -q -",
            ]),
        ),
    ];
    if run::works("vim", &["--version"]) {
        all.push((
            "vim",
            // Where the file changed since it was read, vim asks even so, and takes no answer for no.
            [
                own(&["-es", "-u", "NONE", "-c", "$put ='MARK'", "-c", VIM_WRITES, "-c", "q!"]),
                vec![file.clone()],
            ]
            .concat(),
        ));
    }
    if run::works("rsync", &["--version"]) {
        // One puts a new file in the place of the old one, the other writes into it.
        for how in ["rsync .b a.md", "rsync --inplace .b a.md"] {
            all.push(("sh", own(&["-c", &format!("(cat a.md; echo MARK) > .b && {how}")])));
        }
    }
    all.retain(|(program, args)| {
        let needs_git = args.iter().any(|arg| arg.starts_with("git "));
        (!needs_git || git(folder)) && (*program != "sed" || run::works("sed", &["--version"]))
    });
    all
}

/// What writes in the end: the last command of a shell's line.
fn called<'a>(program: &'a str, args: &'a [String]) -> &'a str {
    let line = args.get(1).filter(|_| program == "sh");
    line.and_then(|line| line.rsplit([';', '&']).next()).map_or(program, str::trim)
}

/// A repository with the article in it.
fn git(folder: &Path) -> bool {
    let at = folder.to_string_lossy().into_owned();
    let git = |args: &[&str]| {
        let mut all = vec!["-C", &at, "-c", "user.name=a", "-c", "user.email=a@example.org"];
        all.extend(args);
        run::works("git", &all)
    };
    git(&["init", "-q", "."])
        && git(&["config", "user.name", "a"])
        && git(&["config", "user.email", "a@example.org"])
        && git(&["add", "."])
        && git(&["commit", "-qm", "x"])
}

#[test]
fn row_7_real_programs() {
    let lab = Lab::new();
    lab.reset();
    let newsroom = lab.open();
    let mut row = Row::new("7 real programs");
    let all = programs(&lab.desk);
    let (mut number, mut gave_up) = (0, 0);
    for round in 0..figure(2, 25) {
        for (at, (name, args)) in all.iter().enumerate() {
            let mark = format!("marque-{round}-{at}.");
            let mut command = Command::new(name);
            command.args(args.iter().map(|arg| arg.replace("MARK", &mark))).current_dir(&lab.desk);
            let mut running = Running::start(&mut command);
            while !running.is_done() {
                number += 1;
                save_once(&newsroom, number, 500);
            }
            // A program that saw the change and gave up has written nothing.
            let wrote = std::fs::remove_file(lab.desk.join(WROTE)).is_ok() || *name != "vim";
            if !running.wait().status.success() || !wrote {
                gave_up += 1;
                continue;
            }
            row.faults += 1;
            let start = Instant::now();
            let there = || lab.holds(&newsroom, mark.as_bytes());
            while !there() && start.elapsed() < Duration::from_secs(5) {
                std::thread::sleep(Duration::from_millis(20));
            }
            if !there() {
                let held = std::fs::read_to_string(lab.desk.join(ARTICLE)).unwrap_or_default();
                let names: Vec<_> = std::fs::read_dir(&lab.desk)
                    .into_iter()
                    .flatten()
                    .flatten()
                    .map(|entry| entry.file_name())
                    .collect();
                row.lost.push(format!(
                    "{name} {args:?}, round {round}, {number} saves: beside it {names:?}, it ends {:?}",
                    held.lines().last()
                ));
            }
        }
    }
    let names: Vec<&str> = all.iter().map(|(name, args)| called(name, args)).collect();
    row.more = format!("{number} saves beside {}; {gave_up} gave up by themselves", names.join(", "));
    row.end();
}

#[test]
fn row_9_two_at_once() {
    let lab = Lab::new();
    lab.reset();
    let mut row = Row::new("9 two programs on one desk");
    let times = figure(50, 1000).to_string();
    let second = lab.around().join("ack-2");
    let job = |writer: &str, ack: &Path| {
        let mut command = Command::new(program());
        command.arg("race").arg("--desk").arg(&lab.desk).arg("--local").arg(&lab.local).arg("--ack").arg(ack);
        command.args(["--times", &times, "--size", "2000", "--writer", writer]);
        Running::start(&mut command)
    };
    let (one, two) = (job("nous", &lab.ack), job("eux", &second));
    for ended in [one.wait_long(), two.wait_long()] {
        if !ended.status.success() {
            row.lost.push(ended.errors);
        }
    }
    let newsroom = lab.open();
    let mut held = HashSet::new();
    held.insert(fingerprint(lab::old().as_bytes()));
    for (writer, ack) in [("nous", &lab.ack), ("eux", &second)] {
        let saved: Vec<Fingerprint> = copydesk_faults::ack::read(ack)
            .iter()
            .filter(|ack| ack.word == "saved")
            .map(|ack| fingerprint(version(writer, ack.number, 2000).as_bytes()))
            .collect();
        row.faults += saved.len();
        let lost = missing(&lab, &newsroom, &saved, &held);
        row.lost.extend((lost > 0).then(|| format!("{lost} acknowledged saves of {writer} are nowhere")));
    }
    row.end();
}

/// Whoever holds the desk and is killed does not keep the next one out.
#[test]
fn row_9_a_killed_holder() {
    let lab = Lab::new();
    let mut row = Row::new("9 killed holder");
    for _ in 0..figure(3, 20) {
        lab.reset();
        let running = Running::start(&mut lab.work(program(), "save", &["--times", "100000"]));
        let start = Instant::now();
        while lab.last(&["saved"]) == 0 {
            assert!(start.elapsed() < Duration::from_secs(30), "no save was done");
            std::thread::sleep(Duration::from_millis(1));
        }
        row.faults += usize::from(running.kill().was_killed());
        let start = Instant::now();
        let ended = run::run(&mut lab.work(program(), "save", &["--first", "200000"]));
        if !ended.status.success()
            || lab.last(&["saved"]) != 200_000
            || start.elapsed() > Duration::from_secs(10)
        {
            row.lost.push(format!("the next start could not save: {}", ended.errors));
        }
    }
    row.end();
}
