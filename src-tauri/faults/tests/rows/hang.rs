//! Row 10: the folder is on a mount that hangs, errors or goes away, in the middle of a save and of a look.

use std::fs;
use std::sync::atomic::Ordering;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

use copydesk_desk::newsroom::Newsroom;
use copydesk_desk::watch::Hint;
use copydesk_desk::wire::{Lang, WatchState};
use copydesk_faults::disk::{self, Mount};
use copydesk_faults::lab::{ARTICLE, Lab};
use copydesk_faults::row::{Row, figure, not_run};
use copydesk_faults::text::version;
use fuser::Errno;

use super::mount::{Mood, Mounted};

const SIZE: usize = 900;
/// Other articles of the desk.
const OTHERS: usize = 20;
/// What takes longer waits for the mount.
const FROZEN: Duration = Duration::from_secs(10);

/// A desk on a mount that can be told to fail.
fn on_a_mount(name: &'static str) -> Option<(Lab, Mounted)> {
    let around = Lab::new();
    let lab = around.moved_to(&around.desk, &around.local);
    let mounted = match Mounted::at(&lab.desk) {
        Ok(mounted) => mounted,
        Err(error) => {
            not_run(name, &format!("FUSE cannot be mounted: {error}"));
            return None;
        }
    };
    lab.reset();
    for number in 0..OTHERS {
        fs::write(lab.desk.join(format!("{number}.md")), format!("# {number}\n")).unwrap();
    }
    Some((lab, mounted))
}

/// Does something on a thread of its own; whether it ended in time.
fn in_time<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> Option<T> {
    let (done, wait) = mpsc::channel();
    std::thread::spawn(move || done.send(work()));
    wait.recv_timeout(FROZEN).ok()
}

#[test]
fn row_10_a_mount_that_hangs_or_errors() {
    const NAME: &str = "10 mount that hangs or errors";
    let Some((lab, mounted)) = on_a_mount(NAME) else { return };
    let mut row = Row::new(NAME);
    let newsroom = lab.open();
    let _ = newsroom.history();
    newsroom.library.scan(&|| {});
    let listed = newsroom.library.paths().len();
    assert_eq!(listed, OTHERS + 1);
    let (session, _) = newsroom.open_article(ARTICLE).unwrap();
    let (mut stuck, mut refused) = (0, 0);
    for round in 0..figure(12, 60) {
        let [before, typed] = [2 * round + 1, 2 * round + 2].map(|number| version("nous", number, SIZE));
        let what = format!("round {round}");
        assert!(session.adopt(session.snapshot().edition, &before));
        let errno = [Errno::EIO, Errno::ENOTCONN, Errno::ESTALE][round % 3];
        let hangs = round % 2 == 0;
        // Each time a few calls later: in the look, in the middle of the save, at its end.
        mounted.switch.set(if hangs { Mood::Hangs } else { Mood::Refuses(errno) }, round % 25);
        let saving = {
            let newsroom = Arc::clone(&newsroom);
            std::thread::spawn(move || newsroom.save(ARTICLE))
        };
        let looking = {
            let newsroom = Arc::clone(&newsroom);
            std::thread::spawn(move || newsroom.heed(Hint::Rescan(newsroom.root().to_owned())))
        };
        // Somebody types on: the text, the list, the state and the draft do not wait for the mount.
        let window = {
            let (newsroom, session, typed) = (Arc::clone(&newsroom), Arc::clone(&session), typed.clone());
            in_time(move || {
                while !session.adopt(session.snapshot().edition, &typed) {}
                newsroom.write_due_drafts(Instant::now(), true);
                let _ = (session.view(Lang::En, false), session.state(Lang::En), newsroom.marks());
                newsroom.library.paths().len()
            })
        };
        match window {
            None => row.lost.push(format!("{what}: the window waits for the mount")),
            Some(now) if now != listed => row.lost.push(format!("{what}: the list has {now} of {listed}")),
            Some(_) => {}
        }
        if !lab.journal().list().iter().any(|draft| draft.text == typed) {
            row.lost.push(format!("{what}: what was typed is in no draft"));
        }
        stuck += usize::from(!saving.is_finished());
        // A mount that hung comes back, or gives an error after all.
        if hangs {
            mounted.switch.set(if round % 4 == 0 { Mood::Well } else { Mood::Refuses(errno) }, 0);
        }
        let ended = in_time(move || (saving.join(), looking.join()));
        let Some((Ok(saved), Ok(()))) = ended else {
            row.lost.push(format!("{what}: a save or a look did not end"));
            break;
        };
        refused += usize::from(saved.is_err());
        mounted.switch.set(Mood::Well, 0);
        // The mount is back: nobody deleted anything, and the text is saved over what the disk holds.
        newsroom.heed(Hint::Rescan(newsroom.root().to_owned()));
        if newsroom.library.paths().len() != listed {
            row.lost.push(format!("{what}: articles were taken for deleted"));
        }
        let saved = newsroom.save(ARTICLE);
        if saved.is_err() || fs::read_to_string(lab.desk.join(ARTICLE)).ok().as_ref() != Some(&typed) {
            row.lost.push(format!("{what}: not saved when the mount was back: {saved:?}"));
        }
    }
    row.faults = mounted.switch.struck.load(Ordering::Relaxed);
    row.more = format!("{stuck} saves stood still while somebody typed, {refused} were refused");
    row.end();
}

/// The desk's disk is unmounted under an open article that is being typed in: its mount point stays empty, nothing is
/// taken for deleted, and what was typed is saved when the disk is back.
#[test]
fn row_10_a_disk_that_is_unmounted() {
    const NAME: &str = "10 disk that is unmounted";
    if let Some(why) = disk::cannot_mount() {
        return not_run(NAME, &why);
    }
    let lab = Lab::new();
    let mut row = Row::new(NAME);
    let image = lab.around().join("image");
    disk::make_image(&image, 8 << 20).unwrap();
    let mount = || Mount::image(&image, &lab.desk, "loop").unwrap();
    let mut mounted = Some(mount());
    fs::write(lab.desk.join(ARTICLE), version("nous", 0, SIZE)).unwrap();
    let newsroom = lab.open();
    newsroom.library.scan(&|| {});
    let (session, _) = newsroom.open_article(ARTICLE).unwrap();
    for round in 1..=figure(3, 50) {
        let what = format!("round {round}");
        let typed = version("nous", round, SIZE);
        drop(mounted.take());
        row.faults += 1;
        assert!(session.adopt(session.snapshot().edition, &typed));
        newsroom.write_due_drafts(Instant::now(), true);
        newsroom.focused();
        newsroom.heed(Hint::Rescan(newsroom.root().to_owned()));
        let refused = [newsroom.save(ARTICLE).is_err(), newsroom.keep_deleted(ARTICLE).is_err()];
        if refused != [true, true] {
            row.lost.push(format!("{what}: a save that was not refused: {refused:?}"));
        }
        if session.snapshot().deleted {
            row.lost.push(format!("{what}: the article was taken for deleted"));
        }
        if fs::read_dir(&lab.desk).unwrap().count() > 0 {
            row.lost.push(format!("{what}: something was written into the bare mount point"));
        }
        if !lab.journal().list().iter().any(|draft| draft.text == typed) {
            row.lost.push(format!("{what}: what was typed is in no draft"));
        }
        mounted = Some(mount());
        let saved = newsroom.save(ARTICLE);
        if saved.is_err() || fs::read_to_string(lab.desk.join(ARTICLE)).ok().as_ref() != Some(&typed) {
            row.lost.push(format!("{what}: not saved when the disk was back: {saved:?}"));
        }
    }
    drop(mounted);
    row.end();
}

/// The status of a mount that goes away and comes back; its articles stay on the list.
#[test]
fn row_10_a_mount_that_goes_away() {
    const NAME: &str = "10 mount that goes away";
    let Some((lab, mounted)) = on_a_mount(NAME) else { return };
    let mut row = Row::new(NAME);
    let newsroom = lab.open();
    newsroom.start();
    let reaches = |newsroom: &Newsroom, state: WatchState| {
        let start = Instant::now();
        while newsroom.watch_state() != state && start.elapsed() < Duration::from_secs(30) {
            std::thread::sleep(Duration::from_millis(20));
        }
        newsroom.watch_state() == state
    };
    let listed = |newsroom: &Newsroom| newsroom.library.paths().len() == OTHERS + 1;
    let start = Instant::now();
    while !listed(&newsroom) && start.elapsed() < Duration::from_secs(30) {
        std::thread::sleep(Duration::from_millis(20));
    }
    for round in 0..figure(1, 5) {
        // Reports of such a folder are not trusted: it is polled, and the status says so.
        if !reaches(&newsroom, WatchState::Polling) {
            row.lost.push(format!("round {round}: the status does not say that it is polled"));
        }
        mounted.switch.set(Mood::Refuses(Errno::ENOTCONN), 0);
        row.faults += 1;
        if !reaches(&newsroom, WatchState::Gone) {
            row.lost.push(format!("round {round}: the status does not say that it is gone"));
        }
        if !listed(&newsroom) {
            row.lost.push(format!("round {round}: its articles were taken for deleted"));
        }
        mounted.switch.set(Mood::Well, 0);
        if !reaches(&newsroom, WatchState::Polling) || !listed(&newsroom) {
            row.lost.push(format!("round {round}: it did not come back"));
        }
    }
    drop(newsroom);
    row.end();
}
