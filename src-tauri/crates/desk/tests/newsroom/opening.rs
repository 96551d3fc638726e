use super::room::{Room, type_in};

const BASE: &str = "Une phrase.\n\nUne autre.\n";
const TYPED: &str = "Une phrase de plus.\n\nUne autre.\n";

/// An article with a draft, that nobody saved before the program ended.
fn drafted() -> Room {
    let room = Room::with(&[("a.md", BASE)]);
    room.newsroom.history().unwrap();
    room.type_text("a.md", TYPED);
    room
}

#[test]
fn a_draft_outlives_new_line_ends() {
    for changed in [BASE.replace('\n', "\r\n"), format!("\u{feff}{BASE}")] {
        let room = drafted().restart_after(|desk| std::fs::write(desk.join("a.md"), &changed).unwrap());
        assert_eq!(room.text("a.md"), TYPED);
        room.newsroom.save("a.md").unwrap();
        let end = if changed.contains('\r') { "\r\n" } else { "\n" };
        let expected = format!("{}{}", if changed.starts_with('\u{feff}') { "\u{feff}" } else { "" }, TYPED);
        assert_eq!(room.disk("a.md"), expected.replace('\n', end));
    }
}

#[test]
fn a_merged_draft_can_be_taken_back() {
    let room = drafted().restart_after(|desk| {
        std::fs::write(desk.join("a.md"), BASE.replace("autre", "dernière")).unwrap();
    });
    let (session, restored) = room.newsroom.open_article("a.md").unwrap();
    assert!(restored);
    assert_eq!(session.snapshot().text(), "Une phrase de plus.\n\nUne dernière.\n");
    let undo = session.view(copydesk_desk::wire::Lang::En, restored).undo.expect("a way back");
    assert_eq!(room.newsroom.history().unwrap().content(undo.into()).unwrap(), TYPED.as_bytes());
    assert!(room.revisions("a.md").contains(&("merge".to_owned(), TYPED.to_owned())));
}

#[test]
fn a_conflict_that_came_back_is_one_after_the_next_start_too() {
    let mut room = drafted().restart_after(|desk| {
        std::fs::write(desk.join("a.md"), BASE.replace("Une phrase", "Leur phrase")).unwrap();
    });
    for text in [TYPED, "Ma phrase.\n\nUne autre.\n"] {
        room.type_text("a.md", text);
        let (session, _) = room.newsroom.open_article("a.md").unwrap();
        assert!(session.snapshot().conflict, "{text}");
        room = room.restart();
    }
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    assert!(session.snapshot().conflict);
    assert_eq!(session.snapshot().text(), "Ma phrase.\n\nUne autre.\n");
}

#[test]
fn an_article_that_was_renamed_while_closed_takes_its_draft_along() {
    let crlf = BASE.replace('\n', "\r\n");
    let room = Room::with(&[("a.md", &crlf), ("c.md", "Un tout autre article.\n")]).started();
    super::room::wait("the first revision", || {
        room.newsroom.open_article("a.md").is_ok() && !room.revisions("a.md").is_empty()
    });
    room.type_text("a.md", TYPED);
    room.newsroom.settle();
    let room = room.restart_after(|desk| std::fs::rename(desk.join("a.md"), desk.join("b.md")).unwrap());
    // As at the first paint: the article that was open last, before the list is there.
    assert_eq!(room.text("a.md"), TYPED);
    let room = room.started();
    super::room::wait("the rename", || room.newsroom.session("b.md").is_ok());
    let session = room.newsroom.session("b.md").unwrap();
    super::room::wait("the file", || !session.snapshot().deleted);
    assert!(!session.snapshot().conflict);
    room.newsroom.save("b.md").unwrap();
    assert_eq!(room.disk("b.md"), TYPED.replace('\n', "\r\n"));
}

#[test]
fn an_article_that_is_written_anew_keeps_its_line_ends() {
    let crlf = format!("\u{feff}{}", BASE.replace('\n', "\r\n"));
    let room = Room::with(&[("a.md", &crlf)]);
    room.newsroom.history().unwrap();
    room.type_text("a.md", TYPED);
    let room = room.restart_after(|desk| std::fs::remove_file(desk.join("a.md")).unwrap());
    assert_eq!(room.text("a.md"), TYPED);
    room.newsroom.keep_deleted("a.md").unwrap();
    assert_eq!(room.disk("a.md"), format!("\u{feff}{}", TYPED.replace('\n', "\r\n")));
}

#[test]
fn the_drafts_of_two_windows_both_outlive_them() {
    let room = Room::with(&[("a.md", BASE)]);
    room.newsroom.history().unwrap();
    let other = room.another();
    other.open_article("a.md").unwrap();
    room.type_text("a.md", TYPED);
    type_in(&other, "a.md", "Une phrase.\n\nUne autre, de l’autre.\n");
    other.save("a.md").unwrap();
    drop(other);
    let room = room.restart();
    assert_eq!(room.text("a.md"), "Une phrase de plus.\n\nUne autre, de l’autre.\n");
    assert!(room.holds("a.md", TYPED));
}
