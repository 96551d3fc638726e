use std::io;
use std::os::unix::fs::PermissionsExt;

use super::room::{Room, wait};

#[test]
fn a_copy_has_a_first_revision_of_its_own() {
    let room = Room::with(&[("a.md", "Un.\n"), ("b.md", "Un.\n")]);
    room.newsroom.history().unwrap();
    for path in ["a.md", "b.md"] {
        room.type_text(path, "Deux.\n");
        room.newsroom.save(path).unwrap();
        let expected = [("open", "Un.\n"), ("save", "Deux.\n")];
        let expected = expected.map(|(origin, text)| (origin.to_owned(), text.to_owned()));
        assert_eq!(room.revisions(path), expected, "{path}");
    }
}

#[test]
fn a_revision_comes_back_with_its_line_ends() {
    let room = Room::with(&[("a.md", "Un.\r\nDeux.\r\n")]);
    room.newsroom.history().unwrap();
    room.newsroom.open_article("a.md").unwrap();
    let first = room.newsroom.history().unwrap().list("a.md").unwrap()[0].id;
    std::fs::write(room.file("a.md"), "Un.\nDeux.\n").unwrap();
    let room = room.restart();
    room.newsroom.restore("a.md", first).unwrap();
    assert_eq!(room.disk("a.md"), "Un.\r\nDeux.\r\n");
    let last = room.revisions("a.md").pop().unwrap();
    assert_eq!(last, ("restore".to_owned(), "Un.\r\nDeux.\r\n".to_owned()));
}

#[test]
fn what_goes_away_within_a_save_is_said() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    room.newsroom.history().unwrap();
    room.newsroom.library.scan(&|| {});
    room.type_text("a.md", "Deux.\n");
    // Between the save and the look at what it left, another program takes the article away.
    let (article, folder) = (room.file("a.md"), room.file(""));
    room.fs.set(move |call, path| {
        if call == "sync_folder" && path.starts_with(&folder) {
            let _ = std::fs::remove_file(&article);
        }
        Ok(())
    });
    room.newsroom.save("a.md").unwrap();
    assert!(room.newsroom.open_article("a.md").unwrap().0.snapshot().deleted);
}

#[test]
fn a_move_takes_nobody_s_place() {
    // Text waits at the target for a file that is gone: in an open article, and in a draft.
    for open in [true, false] {
        let room = Room::with(&[("a.md", "Un.\n"), ("b.md", "Deux.\n")]);
        room.newsroom.history().unwrap();
        room.newsroom.open_article("a.md").unwrap();
        room.type_text("b.md", "Deux mots.\n");
        if !open {
            room.newsroom.close_article("b.md").unwrap();
        }
        std::fs::remove_file(room.file("b.md")).unwrap();
        let refused = room.newsroom.move_article("a.md", "b.md").unwrap_err();
        assert_eq!(refused.kind(), io::ErrorKind::AlreadyExists);
        assert!(room.file("a.md").exists());
        // Another program does not ask.
        room.newsroom.library.scan(&|| {});
        std::fs::rename(room.file("a.md"), room.file("b.md")).unwrap();
        room.newsroom.heed(copydesk_desk::watch::Hint::Paths(vec![room.file("a.md"), room.file("b.md")]));
        let history = room.newsroom.history().unwrap();
        let departed = history.departed(&|path| room.file(path).exists(), 10).unwrap();
        let kept = departed.iter().any(|gone| history.content(gone.last).unwrap() == b"Deux mots.\n");
        assert!(kept || room.holds("b.md", "Deux mots.\n"), "open: {open}, {departed:?}");
        assert_eq!(room.text("b.md"), "Un.\n");
    }
}

#[test]
fn an_article_in_place_is_not_touched_without_a_draft() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    std::fs::hard_link(room.file("a.md"), room.file("double.txt")).unwrap();
    room.newsroom.open_article("a.md").unwrap();
    let drafts = room.drafts();
    room.fs.set(move |call, path| {
        if call == "write_new" && path.starts_with(&drafts) {
            return Err(io::ErrorKind::StorageFull.into());
        }
        Ok(())
    });
    room.type_text("a.md", "Un mot.\n");
    assert!(room.newsroom.save("a.md").is_err());
    assert_eq!(room.disk("a.md"), "Un.\n");
    room.fs.open();
    room.newsroom.save("a.md").unwrap();
    assert_eq!(room.disk("double.txt"), "Un mot.\n");
}

#[test]
fn an_article_that_was_made_read_only_while_open_is_left_alone() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    room.type_text("a.md", "Un mot.\n");
    std::fs::set_permissions(room.file("a.md"), std::fs::Permissions::from_mode(0o444)).unwrap();
    // The superuser may write all the same: the gate says what a person would be told.
    let article = room.newsroom.root().join("a.md");
    room.fs.set(move |call, path| {
        if call == "may_write" && *path == *article {
            return Err(io::ErrorKind::PermissionDenied.into());
        }
        Ok(())
    });
    assert!(room.newsroom.save("a.md").is_err());
    assert_eq!(room.disk("a.md"), "Un.\n");
    room.fs.open();
    room.newsroom.save("a.md").unwrap();
    assert_eq!(room.disk("a.md"), "Un mot.\n");
}

#[test]
fn the_draft_of_a_save_remembers_the_caret() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    assert!(session.adopt(session.snapshot().edition, "Un mot.\n"));
    session.set_place(5, 1.0);
    let article = room.newsroom.root().join("a.md");
    room.fs.set(move |call, path| {
        if call == "rename" && *path == *article { Err(io::ErrorKind::StorageFull.into()) } else { Ok(()) }
    });
    assert!(room.newsroom.save("a.md").is_err());
    let room = room.restart();
    let (session, _) = room.newsroom.open_article("a.md").unwrap();
    assert_eq!((session.snapshot().caret, session.snapshot().text().as_str()), (5, "Un mot.\n"));
}

/// Names that the disk spells otherwise than the list: accents apart, bytes that are no UTF-8.
#[test]
fn an_article_is_found_whatever_the_spelling_of_its_name() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let room = Room::with(&[]);
    room.newsroom.history().unwrap();
    let root = room.newsroom.root().to_owned();
    for (name, path) in [
        ("e\u{301}te\u{301}.md".as_bytes(), "été.md"),
        (b"caf\xe9.md", "caf\u{fffd}.md"),
        ("A\u{30a}/e\u{301}.md".as_bytes(), "Å/é.md"),
    ] {
        let file = root.join(OsStr::from_bytes(name));
        std::fs::create_dir_all(file.parent().unwrap()).unwrap();
        std::fs::write(&file, "Un.\n").unwrap();
        room.newsroom.library.scan(&|| {});
        assert!(room.newsroom.library.paths().contains(&path.to_owned()), "{path}");
        room.type_text(path, "Un mot.\n");
        room.newsroom.save(path).unwrap();
        assert_eq!(std::fs::read_to_string(&file).unwrap(), "Un mot.\n");
        std::fs::write(&file, "Un mot de plus.\n").unwrap();
        room.newsroom.heed(copydesk_desk::watch::Hint::Paths(vec![file.clone()]));
        assert_eq!(room.text(path), "Un mot de plus.\n");
        let taken = room.newsroom.create_article("", path.rsplit('/').next().unwrap(), "x").unwrap();
        room.newsroom.move_article(&taken.path(), path).unwrap_err();
        room.newsroom.move_article(path, "autre.md").unwrap();
        assert!(!file.exists());
        assert_eq!(room.text("autre.md"), "Un mot de plus.\n");
        std::fs::remove_file(room.file("autre.md")).unwrap();
        room.newsroom.discard_draft("autre.md").unwrap();
    }
}

#[test]
fn an_article_that_is_saved_in_place_is_named_once() {
    let room = Room::with(&[("a.md", "Un.\n")]);
    std::fs::hard_link(room.file("a.md"), room.file("double.txt")).unwrap();
    for text in ["Deux.\n", "Trois.\n"] {
        room.type_text("a.md", text);
        room.newsroom.save("a.md").unwrap();
    }
    assert_eq!(room.codes(), ["in_place"]);
}

/// A program that opened the article before a save, and writes long after it.
#[cfg(target_os = "linux")]
#[test]
fn what_a_very_slow_program_writes_is_kept() {
    use std::io::{BufRead, BufReader};
    use std::process::{Command, Stdio};
    let room = Room::with(&[("a.md", "Un.\n")]);
    let mut slow = Command::new("sh")
        .args(["-c", "exec 3>> a.md; echo open; sleep 4; echo Tard. >&3"])
        .current_dir(room.file("a.md").parent().unwrap())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(slow.stdout.take().unwrap()).read_line(&mut line).unwrap();
    room.type_text("a.md", "Un mot.\n");
    room.newsroom.save("a.md").unwrap();
    assert!(slow.wait().unwrap().success());
    wait("what it wrote", || room.holds("a.md", "Un.\nTard.\n"));
    assert_eq!(room.text("a.md"), "Un mot.\n");
}
