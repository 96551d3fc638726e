//! Rows 6 and 11: files that change outside, whatever their dates say, and many at once.

use std::collections::BTreeSet;
use std::fs;
use std::io::Write;
use std::path::Path;
use std::process::Command;
use std::time::{Duration, Instant, SystemTime};

use copydesk_desk::library::Change;
use copydesk_desk::newsroom::Newsroom;
use copydesk_desk::store::atomic::fingerprint;
use copydesk_desk::watch::Hint;
use copydesk_faults::lab::{ARTICLE, Lab};
use copydesk_faults::row::{Row, figure};
use copydesk_faults::run;
use copydesk_faults::text::version;

const SIZE: usize = 900;

/// A day's work ago: nothing here is so new that it is looked at for that alone.
fn yesterday() -> SystemTime {
    SystemTime::now() - Duration::from_secs(86_400)
}

fn date(path: &Path, time: SystemTime) {
    fs::File::options().write(true).open(path).unwrap().set_modified(time).unwrap();
}

/// How another program puts a text in the place of the article's.
type Writer = fn(&Path, &str);

fn replace(file: &Path, text: &str) {
    let temp = file.with_extension("outside");
    fs::write(&temp, text).unwrap();
    fs::rename(&temp, file).unwrap();
}

fn in_place(file: &Path, text: &str) {
    let mut open = fs::File::options().write(true).open(file).unwrap();
    open.write_all(text.as_bytes()).unwrap();
    open.set_len(text.len() as u64).unwrap();
}

fn cut_and_write(file: &Path, text: &str) {
    let mut open = fs::File::create(file).unwrap();
    for piece in text.as_bytes().chunks(300) {
        open.write_all(piece).unwrap();
    }
}

fn same_time(file: &Path, text: &str) {
    let before = fs::metadata(file).unwrap().modified().unwrap();
    in_place(file, text);
    date(file, before);
}

fn same_time_replaced(file: &Path, text: &str) {
    let before = fs::metadata(file).unwrap().modified().unwrap();
    replace(file, text);
    date(file, before);
}

fn older(file: &Path, text: &str) {
    replace(file, text);
    date(file, yesterday() - Duration::from_secs(86_400));
}

fn older_in_place(file: &Path, text: &str) {
    in_place(file, text);
    date(file, yesterday() - Duration::from_secs(3_600));
}

#[test]
fn row_6_changed_outside() {
    let mut row = Row::new("6 changed outside");
    let all: [(&str, Writer); 7] = [
        ("replaced", replace),
        ("in place", in_place),
        ("cut and written", cut_and_write),
        ("the same date", same_time),
        ("replaced with the same date", same_time_replaced),
        ("an older date", older),
        ("in place with an older date", older_in_place),
    ];
    let lab = Lab::new();
    for (name, write) in all {
        for round in 1..=figure(5, 200) {
            lab.reset();
            let (article, other) = (lab.desk.join(ARTICLE), lab.desk.join("b.md"));
            // Texts of one size: the size says nothing either.
            let (before, after) =
                (version("avant", 1000 + round, SIZE), version("apres", 1000 + round, SIZE));
            for file in [&article, &other] {
                fs::write(file, &before).unwrap();
                date(file, yesterday());
            }
            let newsroom = lab.open();
            let (session, _) = newsroom.open_article(ARTICLE).unwrap();
            let _ = newsroom.history();
            newsroom.library.scan(&|| {});
            for file in [&article, &other] {
                write(file, &after);
            }
            row.faults += 1;
            let what = format!("{name}, round {round}");
            // A file that was written this moment is believed when it has rested.
            let told = || {
                let changes = newsroom.library.rescan(newsroom.root());
                changes.iter().any(|change| matches!(change, Change::Changed { path } if path == "b.md"))
            };
            let start = Instant::now();
            let mut seen = told();
            while !seen && start.elapsed() < Duration::from_secs(2) {
                std::thread::sleep(Duration::from_millis(20));
                seen = told();
            }
            if !seen {
                row.lost.push(format!("{what}: the list did not see it"));
            }
            newsroom.heed(Hint::Rescan(newsroom.root().to_owned()));
            if session.snapshot().text() != after {
                row.lost.push(format!("{what}: the old text is shown"));
            }
            let kept = |text: &str| newsroom.history().unwrap().has(&fingerprint(text.as_bytes()));
            if !kept(&before) || !kept(&after) {
                row.lost.push(format!("{what}: history lacks one of both"));
            }
        }
    }
    row.end();
}

/// Writers that take their time between their cut and their last byte, while the window looks by itself, at each focus and
/// at each walk: no half of a text is ever shown.
#[test]
fn row_6_slow_writers() {
    let mut row = Row::new("6 slow writers");
    let lab = Lab::new();
    lab.reset();
    let newsroom = lab.open();
    newsroom.start();
    let (session, _) = newsroom.open_article(ARTICLE).unwrap();
    let article = lab.desk.join(ARTICLE);
    let wanted = figure(4, 40);
    // A machine that is busy holds writers up: one that took longer than any is waited for does not count.
    for round in 1..=wanted * 5 {
        if row.faults == wanted {
            break;
        }
        let before = session.snapshot().text();
        let after = version("apres", 1000 + round, SIZE);
        let appends = round % 2 == 0;
        let (kept, new) = if appends { (before.len(), format!("{before}{after}")) } else { (0, after) };
        let mut torn = None;
        let in_time = std::thread::scope(|scope| {
            let writer = scope.spawn(|| {
                let start = Instant::now();
                let mut longest = Duration::ZERO;
                let mut file = fs::OpenOptions::new().append(true).open(&article).unwrap();
                if !appends {
                    file.set_len(0).unwrap();
                }
                let rest = &new.as_bytes()[kept..];
                // Ten pieces in less than half a second.
                for piece in rest.chunks(rest.len().div_ceil(10)) {
                    let begun = Instant::now();
                    std::thread::sleep(Duration::from_millis(40));
                    file.write_all(piece).unwrap();
                    longest = longest.max(begun.elapsed());
                }
                longest < Duration::from_millis(80) && start.elapsed() < Duration::from_millis(900)
            });
            let start = Instant::now();
            while session.snapshot().text() != new && start.elapsed() < Duration::from_secs(10) {
                newsroom.focused();
                newsroom.heed(Hint::Rescan(newsroom.root().to_owned()));
                let shown = session.snapshot().text();
                if shown != before && shown != new {
                    torn = Some(format!("round {round}: {} bytes of {} are shown", shown.len(), new.len()));
                }
                std::thread::sleep(Duration::from_millis(10));
            }
            writer.join().unwrap()
        });
        if in_time {
            row.faults += 1;
            row.torn.extend(torn);
        }
        if session.snapshot().text() != new {
            row.lost.push(format!("round {round}: what was written is not shown"));
        }
    }
    row.end();
}

/// The articles below a folder, as their paths in it.
fn articles(root: &Path) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
            let path = entry.path();
            if path.is_dir() {
                if !entry.file_name().to_string_lossy().starts_with('.') {
                    folders.push(path);
                }
            } else if path.extension().is_some_and(|ending| ending == "md") {
                found.insert(path.strip_prefix(root).unwrap().to_string_lossy().into_owned());
            }
        }
    }
    found
}

/// The list is told anew a few times, however many articles changed: at most once in the watch's 50 ms and for each look
/// at everything. The longer it took, the more that may be, so a slow machine breaks nothing.
fn one_storm(row: &mut Row, round: usize, (updates, took): (usize, Duration)) -> usize {
    let most = took.as_millis() / 50 + 10;
    if updates as u128 > most {
        row.unexplained
            .push(format!("round {round}: {updates} updates of the list in {} ms", took.as_millis()));
    }
    updates
}

#[test]
fn row_11_many_at_once() {
    let lab = Lab::on_disk();
    lab.reset();
    let mut row = Row::new("11 new nested folders");
    let (newsroom, told) = lab.open_and_count();
    newsroom.start();
    let listed = || newsroom.library.paths().into_iter().collect::<BTreeSet<_>>();
    let wait = |limit: u64| {
        let start = Instant::now();
        while listed() != articles(&lab.desk) && start.elapsed() < Duration::from_secs(limit) {
            std::thread::sleep(Duration::from_millis(20));
        }
        start.elapsed()
    };
    wait(30);
    let _ = told.since_last();
    let (mut slowest, mut updates) = (Duration::ZERO, 0);
    for round in 0..figure(2, 5) {
        let folders = figure(150, 2000);
        for number in 0..folders {
            let folder = lab.desk.join(format!("r{round}/f{}/g{}/h{number}", number % 7, number % 13));
            fs::create_dir_all(&folder).unwrap();
            for file in 0..3 {
                fs::write(folder.join(format!("{file}.md")), format!("# {round} {number} {file}\n")).unwrap();
            }
        }
        // And a folder with all that is in it comes from elsewhere.
        let elsewhere = lab.around().join("elsewhere");
        fs::create_dir_all(elsewhere.join("deep/deeper")).unwrap();
        for file in 0..50 {
            fs::write(elsewhere.join(format!("deep/deeper/{file}.md")), "# Venu\n").unwrap();
        }
        fs::rename(&elsewhere, lab.desk.join(format!("venu-{round}"))).unwrap();
        row.faults += folders * 3 + 50;
        slowest = slowest.max(wait(20));
        updates = updates.max(one_storm(&mut row, round, told.since_last()));
        let (is, should) = (listed(), articles(&lab.desk));
        let wrong = is.symmetric_difference(&should).count();
        row.lost.extend((wrong > 0).then(|| format!("round {round}: {wrong} of {} articles", should.len())));
    }
    // The list is right five seconds later at the latest, on a machine that does nothing else.
    row.more =
        format!("{updates} updates of the list at most, right after {} ms at most", slowest.as_millis());
    row.end();
}

/// Path and size of every article, as the list has them.
fn sizes(newsroom: &Newsroom) -> BTreeSet<(String, u64)> {
    newsroom.library.since(0).changed.into_iter().map(|entry| (entry.path, entry.size)).collect()
}

fn git(desk: &Path, args: &[&str]) {
    let mut command = Command::new("git");
    command.arg("-C").arg(desk).args(["-c", "user.name=a", "-c", "user.email=a@example.org"]).args(args);
    let ended = run::run(&mut command);
    assert!(ended.status.success(), "git {args:?}: {}", ended.errors);
}

#[test]
fn row_11_checkout() {
    let lab = Lab::on_disk();
    lab.reset();
    let count = figure(1500, 10_000);
    let write = |words: &str| {
        for number in 0..count {
            let folder = lab.desk.join(format!("d{}", number % 50));
            fs::create_dir_all(&folder).unwrap();
            fs::write(folder.join(format!("{number}.md")), format!("# {number}\n\n{words}\n")).unwrap();
        }
    };
    git(&lab.desk, &["init", "-q", "-b", "un"]);
    write("Un texte.");
    git(&lab.desk, &["add", "."]);
    git(&lab.desk, &["commit", "-qm", "un"]);
    git(&lab.desk, &["checkout", "-qb", "deux"]);
    write("Un texte plus long que le premier.");
    git(&lab.desk, &["commit", "-qam", "deux"]);
    let (newsroom, told) = lab.open_and_count();
    newsroom.start();
    let disk = || {
        let size = |path: String| {
            let size = fs::metadata(lab.desk.join(&path)).map_or(0, |metadata| metadata.len());
            (path, size)
        };
        articles(&lab.desk).into_iter().map(size).collect::<BTreeSet<_>>()
    };
    let wait = |should: &BTreeSet<(String, u64)>| {
        let start = Instant::now();
        while sizes(&newsroom) != *should && start.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(50));
        }
        start.elapsed()
    };
    wait(&disk());
    let _ = told.since_last();
    let mut row = Row::new("11 checkout");
    let (mut slowest, mut updates) = (Duration::ZERO, 0);
    for round in 0..figure(2, 20) {
        git(&lab.desk, &["checkout", "-q", if round % 2 == 0 { "un" } else { "deux" }]);
        let should = disk();
        row.faults += should.len();
        slowest = slowest.max(wait(&should));
        updates = updates.max(one_storm(&mut row, round, told.since_last()));
        let wrong = sizes(&newsroom).symmetric_difference(&should).count();
        row.lost.extend((wrong > 0).then(|| format!("round {round}: {wrong} of {}", should.len())));
    }
    row.more =
        format!("{updates} updates of the list at most, right after {} ms at most", slowest.as_millis());
    row.end();
}
