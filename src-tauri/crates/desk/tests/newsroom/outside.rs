use std::io::Write;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use copydesk_desk::watch::Hint;
use copydesk_desk::wire::Lang;

use super::room::{Room, wait};

const BASE: &str = "Une phrase.\n\nUne autre.\n\nEt la dernière.\n";

fn rescan(room: &Room) {
    room.newsroom.heed(Hint::Rescan(room.newsroom.root().to_owned()));
}

#[test]
fn a_file_in_the_middle_of_a_save_is_not_believed() {
    let room = Room::with(&[("a.md", BASE)]);
    room.newsroom.library.scan(&|| {});
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    for half in ["", "Une phr"] {
        std::fs::write(room.file("a.md"), half).unwrap();
        rescan(&room);
        room.newsroom.focused();
        assert_eq!(session.snapshot().text(), BASE, "{half:?}");
    }
    std::fs::remove_file(room.file("a.md")).unwrap();
    rescan(&room);
    assert!(!session.snapshot().deleted);
    // In the end what is there is what is meant.
    std::fs::write(room.file("a.md"), "").unwrap();
    wait("the empty file", || {
        rescan(&room);
        session.snapshot().text().is_empty()
    });
}

/// A save meets a writer between its truncation and its last byte: it waits, and nothing is merged with a half.
#[test]
fn a_save_waits_for_a_writer_in_the_middle() {
    let room = Room::with(&[("a.md", BASE)]);
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    room.type_text("a.md", &BASE.replace("Une phrase", "Ma phrase"));
    let theirs = BASE.replace("dernière", "toute dernière");
    let mut file = std::fs::File::create(room.file("a.md")).unwrap();
    let begun = AtomicBool::new(false);
    std::thread::scope(|scope| {
        let save = scope.spawn(|| {
            begun.store(true, Ordering::SeqCst);
            room.newsroom.save("a.md")
        });
        wait("the save", || begun.load(Ordering::SeqCst));
        for piece in theirs.as_bytes().chunks(12) {
            std::thread::sleep(Duration::from_millis(40));
            file.write_all(piece).unwrap();
        }
        save.join().unwrap().unwrap();
    });
    let both = theirs.replace("Une phrase", "Ma phrase");
    wait("both texts", || {
        let _ = room.newsroom.save("a.md");
        room.disk("a.md") == both
    });
    assert_eq!(session.snapshot().text(), both);
    let halves: Vec<_> =
        room.revisions("a.md").into_iter().filter(|(_, text)| !text.contains("dernière")).collect();
    assert_eq!(halves, [], "a half was taken for a version");
}

#[test]
fn a_conflict_goes_with_the_other_side() {
    let room = Room::with(&[("a.md", BASE)]);
    room.newsroom.library.scan(&|| {});
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    room.type_text("a.md", &BASE.replace("Une phrase", "Ma phrase"));
    std::fs::write(room.file("a.md"), BASE.replace("Une phrase", "Leur phrase à eux")).unwrap();
    wait("the conflict", || {
        rescan(&room);
        session.snapshot().conflict
    });
    // It is in a draft again, whatever another window did to the last.
    assert!(session.waits_for_draft());
    std::fs::write(room.file("a.md"), BASE).unwrap();
    wait("the end of the conflict", || {
        rescan(&room);
        !session.snapshot().conflict
    });
    room.newsroom.save("a.md").unwrap();
    assert_eq!(room.disk("a.md"), BASE.replace("Une phrase", "Ma phrase"));
}

#[test]
fn an_article_that_may_be_written_again_says_so() {
    let room = Room::with(&[("a.md", BASE)]);
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    let read_only = || session.state(Lang::En).read_only.is_some();
    // Bytes that are no text, for a moment; then the same as ever.
    std::fs::write(room.file("a.md"), [BASE.as_bytes(), b"\xff\xfe"].concat()).unwrap();
    wait("the torn bytes", || {
        rescan(&room);
        read_only()
    });
    // What was on its way as it turned is not refused: it goes into the draft, and not to the disk.
    session.set_field("title", "Le port").unwrap();
    room.newsroom.write_due_drafts(std::time::Instant::now(), true);
    assert!(session.is_drafted(&session.snapshot()));
    room.newsroom.save("a.md").unwrap();
    assert!(!std::fs::read(room.file("a.md")).unwrap().starts_with(b"---"));
    std::fs::write(room.file("a.md"), BASE).unwrap();
    wait("the end of it", || {
        rescan(&room);
        !read_only()
    });
    room.newsroom.save("a.md").unwrap();
    assert!(room.disk("a.md").starts_with("---\ntitle: Le port\n"));
}

#[test]
fn what_others_do_to_a_closed_article_is_in_its_history() {
    let room = Room::with(&[("a.md", "Un.\n"), ("b.md", "Autre.\n")]).started();
    room.newsroom.open_article("a.md").unwrap();
    wait("the first revision", || !room.revisions("a.md").is_empty());
    room.newsroom.close_article("a.md").unwrap();
    std::fs::write(room.file("a.md"), "Deux.\n").unwrap();
    std::fs::write(room.file("b.md"), "Autre encore.\n").unwrap();
    wait("the change", || room.holds("a.md", "Deux.\n"));
    assert_eq!(room.revisions("a.md").last().unwrap().0, "outside");
    room.newsroom.settle();
    let room = room.restart_after(|desk| std::fs::write(desk.join("a.md"), "Trois.\n").unwrap()).started();
    wait("the change while closed", || room.holds("a.md", "Trois.\n"));
    assert_eq!(room.revisions("b.md"), [], "nobody opened it");
}

#[test]
fn what_was_reverted_while_closed_is_a_revision() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    room.newsroom.history().unwrap();
    room.type_text("a.md", "Deux.\n");
    room.newsroom.save("a.md").unwrap();
    let room = room.restart_after(|desk| std::fs::write(desk.join("a.md"), "Un.\n").unwrap());
    room.newsroom.history().unwrap();
    room.newsroom.open_article("a.md").unwrap();
    let texts = room.revisions("a.md");
    let expected = [("open", "Un.\n"), ("save", "Deux.\n"), ("outside", "Un.\n")];
    assert_eq!(texts, expected.map(|(origin, text)| (origin.to_owned(), text.to_owned())));
}

/// Where nothing is reported, open articles are looked at by the clock, whatever the walk of the folder takes.
#[test]
fn an_open_article_is_polled() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    room.newsroom.heed(Hint::State(copydesk_desk::wire::WatchState::Polling));
    std::fs::write(room.file("a.md"), "Deux.\n").unwrap();
    wait("the change", || session.snapshot().text() == "Deux.\n");
}
