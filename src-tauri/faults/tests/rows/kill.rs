//! Row 1: the program is killed at every system call of a step, and at random moments of typing and saving.

use std::time::{Duration, Instant};

use copydesk_desk::store::atomic;
use copydesk_desk::store::creating;
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::history::State;
use copydesk_faults::chance::Chance;
use copydesk_faults::lab::{ARTICLE, Lab};
use copydesk_faults::row::{Row, figure, not_run};
use copydesk_faults::run::Running;
use copydesk_faults::strace::{self, Fault};
use copydesk_faults::text::{SIZE, recognise, version};

use super::program;

/// Kills a step at each of its calls; `prepare` makes the desk anew before each, `look` judges what is left.
fn at_every_call(
    name: &'static str,
    verb: &str,
    more: &[&str],
    prepare: &dyn Fn(&Lab),
    look: &dyn Fn(&Lab, &mut Row, &str),
) {
    if !strace::available() {
        return not_run(name, "strace cannot trace here");
    }
    let lab = Lab::new();
    let command = lab.work(program(), verb, more);
    lab.reset();
    prepare(&lab);
    let points = strace::points(&command, &lab.log());
    let mut row = Row::new(name);
    for point in &points {
        lab.reset();
        prepare(&lab);
        if strace::run_with(&command, point, Fault::Kill, &lab.log()) {
            row.faults += 1;
        }
        look(&lab, &mut row, &format!("{} {}", point.call, point.nth));
    }
    row.more = format!("{} calls", points.len());
    if row.faults < points.len() {
        row.unexplained.push(format!("only {} of {} kills happened", row.faults, points.len()));
    }
    row.end();
}

fn nothing(_: &Lab) {}

#[test]
fn row_1a_save() {
    at_every_call("1a save", "save", &[], &nothing, &Lab::judge);
}

#[test]
fn row_1a_second_save() {
    at_every_call("1a save over a draft", "save", &["--first", "2"], &drafted_before, &Lab::judge);
}

/// A draft of version 1 is on the disk before version 2 is typed and saved.
fn drafted_before(lab: &Lab) {
    let ended = copydesk_faults::run::run(&mut lab.work(program(), "draft", &[]));
    assert!(ended.status.success(), "{}", ended.errors);
}

#[test]
fn row_1a_save_through_a_link() {
    let link = |lab: &Lab| {
        std::fs::rename(lab.desk.join(ARTICLE), lab.desk.join("b.md")).unwrap();
        std::os::unix::fs::symlink("b.md", lab.desk.join(ARTICLE)).unwrap();
    };
    at_every_call("1a save through a link", "save", &[], &link, &Lab::judge);
}

#[test]
fn row_1a_save_of_a_file_with_two_names() {
    // It is written in place: a piece of it may be old and a piece new, and the next start knows that.
    let link = |lab: &Lab| {
        std::fs::hard_link(lab.desk.join(ARTICLE), lab.desk.join("b.md")).unwrap();
    };
    at_every_call("1a save in place", "save", &["--size", "3000"], &link, &Lab::judge_in_place);
}

#[test]
fn row_1a_create() {
    at_every_call("1a create", "create", &[], &nothing, &|lab, row, what| {
        let made = lab.desk.join("ville/nouveau.md");
        let there = std::fs::read(&made).ok();
        let whole = version("nous", 1, SIZE);
        match &there {
            Some(bytes) if bytes != whole.as_bytes() => {
                row.torn.push(format!("{what}: {} bytes", bytes.len()))
            }
            None if lab.last(&["created"]) > 0 => row.lost.push(format!("{what}: it was acknowledged")),
            _ => {}
        }
        // The next start finishes what was begun, and leaves nothing beside it.
        let begun = !atomic::leftovers(&lab.desk.join("ville")).is_empty();
        let finished = creating::finish(&RealFs, &lab.desk, &lab.local, Duration::ZERO);
        row.left_over += usize::from(begun);
        if begun != (finished == ["ville/nouveau.md"]) || lab.desk.join("ville/nouveau-2.md").exists() {
            row.unexplained.push(format!("{what}: {begun}, {finished:?}"));
        }
        if begun && !std::fs::read(&made).is_ok_and(|bytes| bytes == whole.as_bytes()) {
            row.torn.push(format!("{what}: what was finished"));
        }
        lab.sweep(row, what);
    });
}

#[test]
fn row_1a_draft() {
    at_every_call("1a draft", "draft", &[], &nothing, &Lab::judge);
}

#[test]
fn row_1a_history() {
    at_every_call("1a history", "history", &[], &nothing, &Lab::judge);
}

#[test]
fn row_1a_migration() {
    // A history of the first schema, with revisions, opened by this program.
    let old = |lab: &Lab| lab.old_history();
    at_every_call("1a migration", "migrate", &[], &old, &|lab, row, what| {
        let file = lab.local.join("history.db");
        // The program opens it again, and everything is there.
        let history = lab.history();
        let known = history.list(ARTICLE).map_or(0, |list| list.len());
        drop(history);
        match copydesk_desk::store::history::History::inspect(&file) {
            State::Sound { revisions, older: false }
                if revisions == Lab::OLD_REVISIONS && known == revisions => {}
            other => row.lost.push(format!("{what}: {other:?}, {known} listed")),
        }
    });
}

#[test]
fn row_1a_export() {
    let before = |lab: &Lab| std::fs::write(lab.desk.join("a.html"), "ancien export").unwrap();
    let whole = {
        let lab = Lab::new();
        lab.reset();
        let ended = copydesk_faults::run::run(&mut lab.work(program(), "export", &[]));
        assert!(ended.status.success(), "{}", ended.errors);
        std::fs::read(lab.desk.join("a.html")).unwrap()
    };
    at_every_call("1a export", "export", &[], &before, &|lab, row, what| {
        let bytes = std::fs::read(lab.desk.join("a.html")).unwrap_or_default();
        if bytes != whole && bytes != b"ancien export" {
            row.torn.push(format!("{what}: {} bytes", bytes.len()));
        }
        let article = std::fs::read(lab.desk.join(ARTICLE)).unwrap_or_default();
        if recognise(&article).is_none() {
            row.lost.push(format!("{what}: the article"));
        }
        // A page can be exported again: what was begun of it is spare.
        row.left_over += atomic::leftovers(&lab.desk).len();
    });
}

#[test]
fn row_1b_kill_at_random() {
    let mut row = Row::new("1b kill at random");
    let mut chance = Chance::new(1);
    let lab = Lab::new();
    for round in 0..figure(60, 1000) {
        lab.reset();
        let verb = *chance.pick(&["save", "save", "draft", "history"]);
        let mut command = lab.work(program(), verb, &["--times", "100000"]);
        let running = Running::start(&mut command);
        until_begun(&lab);
        std::thread::sleep(Duration::from_micros(chance.below(40_000) as u64));
        row.faults += usize::from(running.kill().was_killed());
        lab.judge(&mut row, &format!("{verb} {round}"));
    }
    row.end();
}

/// Waits until the work says that its first step begins.
fn until_begun(lab: &Lab) {
    let start = Instant::now();
    while lab.last(&["begin"]) == 0 {
        assert!(start.elapsed() < Duration::from_secs(30), "the work never began");
        std::thread::yield_now();
    }
}

/// Each `begin` of a typing person is a key; what was typed a second before the kill is back at the next start.
#[test]
fn row_1c_typing() {
    let mut row = Row::new("1c typing");
    let mut chance = Chance::new(3);
    let lab = Lab::new();
    for round in 0..figure(6, 60) {
        lab.reset();
        let running =
            Running::start(&mut lab.work(program(), "type", &["--times", "100000", "--size", "400"]));
        until_begun(&lab);
        std::thread::sleep(Duration::from_millis(1200 + chance.below(1500) as u64));
        // What was typed by now must be there, whatever is typed until the kill a second later.
        let typed = lab.last(&["begin"]);
        std::thread::sleep(Duration::from_secs(1));
        row.faults += usize::from(running.kill().was_killed());
        let newsroom = lab.open();
        let shown = newsroom.open_article(ARTICLE).map(|(session, _)| session.snapshot().text());
        match shown.ok().and_then(|text| recognise(text.as_bytes())) {
            Some((_, number)) if number >= typed => {}
            other => row.lost.push(format!("round {round}: {other:?} is shown, {typed} was typed")),
        }
    }
    row.end();
}
