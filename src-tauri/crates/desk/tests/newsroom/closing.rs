use std::io;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;
use std::time::{Duration, Instant};

use super::room::{Room, wait};

/// No draft can be written.
fn full(room: &Room) {
    let drafts = room.drafts();
    room.fs.set(move |call, path| {
        let writes = matches!(call, "write_new" | "rename" | "make_folder");
        if writes && path.starts_with(&drafts) { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    });
}

#[test]
fn an_article_whose_text_is_nowhere_stays_open() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    room.newsroom.open_article("a.md").unwrap();
    full(&room);
    room.type_text("a.md", "Un mot.\n");
    assert_eq!(room.newsroom.close_article("a.md").unwrap_err().code, "cannot_close");
    room.newsroom.settle();
    assert_eq!(room.newsroom.undrafted(), ["a.md"]);
    assert_eq!(room.newsroom.session("a.md").unwrap().snapshot().text(), "Un mot.\n");
    room.fs.open();
    room.newsroom.close_article("a.md").unwrap();
    assert_eq!(room.newsroom.undrafted(), [""; 0]);
    assert_eq!(room.text("a.md"), "Un mot.\n");
}

#[test]
fn what_was_typed_goes_to_the_trash_with_its_article() {
    for close in [true, false] {
        let room = Room::with(&[("a.md", "Un.\n")]);
        room.type_text("a.md", "Un mot.\n");
        if close {
            room.newsroom.close_article("a.md").unwrap();
        }
        // Where there is no trash the article stays, and so does its draft.
        let trashed = room.newsroom.trash_article("a.md").is_ok();
        assert!(room.holds("a.md", "Un.\n"));
        assert!(room.holds("a.md", "Un mot.\n"), "closed: {close}");
        assert_ne!(trashed, room.file("a.md").exists());
    }
}

/// What a save replaced lies on the desk's disk: where that hangs, no draft waits for it.
#[test]
fn a_file_that_cannot_be_looked_at_holds_up_no_draft() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    // Reading what was replaced blocks, as on a mount that hangs.
    let pipe = room.folder.path().join("pipe");
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let open = {
        let pipe = pipe.clone();
        std::thread::spawn(move || std::fs::OpenOptions::new().write(true).open(pipe).unwrap())
    };
    room.newsroom.open_article("a.md").unwrap();
    room.fs.hang_what_is_held(&pipe);
    room.type_text("a.md", "Un mot.\n");
    room.newsroom.save("a.md").unwrap();
    let writer = open.join().unwrap();
    let session = room.newsroom.session("a.md").unwrap();
    // Longer than a replaced file is left alone.
    let until = Instant::now() + Duration::from_secs(3);
    let mut number = 0;
    while Instant::now() < until {
        number += 1;
        let text = format!("Un mot, puis {number}.\n");
        assert!(session.adopt(session.snapshot().edition, &text));
        room.newsroom.typed();
        wait("the draft", || session.is_drafted(&session.snapshot()));
    }
    let (done, ended) = mpsc::channel();
    let newsroom = std::sync::Arc::clone(&room.newsroom);
    std::thread::spawn(move || {
        newsroom.settle();
        done.send(()).unwrap();
    });
    ended.recv_timeout(Duration::from_secs(20)).expect("the end waits for the mount");
    drop(writer);
}

/// A fault in the thread that writes drafts ends none of those that follow, and not its own either.
#[test]
fn a_fault_ends_no_draft() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    let (drafts, faults) = (room.drafts(), AtomicUsize::new(0));
    room.fs.set(move |call, path| {
        let strikes = call == "write_new" && path.starts_with(&drafts);
        assert!(!strikes || faults.fetch_add(1, Ordering::SeqCst) > 1, "a fault on purpose");
        Ok(())
    });
    assert!(session.adopt(session.snapshot().edition, "Un mot.\n"));
    room.newsroom.typed();
    let is_draft = |path: &std::path::Path| path.extension().is_some_and(|ending| ending == "draft");
    wait("the draft", || {
        let files = std::fs::read_dir(room.drafts());
        files.is_ok_and(|files| files.flatten().any(|file| is_draft(&file.path())))
    });
    let room = room.restart();
    assert_eq!(room.text("a.md"), "Un mot.\n");
}
