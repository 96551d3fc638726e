//! Row 8: the article, or the folder around it, goes away or changes its name while somebody types.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;
use std::time::Duration;

use copydesk_desk::newsroom::Newsroom;
use copydesk_desk::watch::Hint;
use copydesk_faults::lab::Lab;
use copydesk_faults::row::{Row, figure};
use copydesk_faults::text::version;

const ARTICLE: &str = "ville/a.md";
const SIZE: usize = 900;

/// What another program does; whether the article is there again afterwards under its name.
type Away = fn(&Path);

fn removed(desk: &Path) {
    fs::remove_file(desk.join(ARTICLE)).unwrap();
}

fn renamed(desk: &Path) {
    fs::rename(desk.join(ARTICLE), desk.join("ville/b.md")).unwrap();
}

fn moved_out(desk: &Path) {
    fs::rename(desk.join(ARTICLE), desk.join("../parti.md")).unwrap();
}

fn folder_removed(desk: &Path) {
    fs::remove_dir_all(desk.join("ville")).unwrap();
}

fn folder_renamed(desk: &Path) {
    fs::rename(desk.join("ville"), desk.join("campagne")).unwrap();
}

fn replaced_by_a_folder(desk: &Path) {
    removed(desk);
    fs::create_dir(desk.join(ARTICLE)).unwrap();
}

fn back_at_once(desk: &Path) {
    let bytes = fs::read(desk.join(ARTICLE)).unwrap();
    removed(desk);
    std::thread::sleep(Duration::from_millis(10));
    fs::write(desk.join(ARTICLE), bytes).unwrap();
}

fn replaced_by_a_link(desk: &Path) {
    removed(desk);
    symlink("/etc/hostname", desk.join(ARTICLE)).unwrap();
}

/// The text of the article, under whatever name it is open now.
fn shown(newsroom: &Newsroom) -> Vec<String> {
    [ARTICLE, "ville/b.md", "campagne/a.md"]
        .iter()
        .filter_map(|path| newsroom.session(path).ok())
        .map(|session| session.snapshot().text())
        .collect()
}

#[test]
fn row_8_gone() {
    let lab = Lab::new();
    let mut row = Row::new("8 gone or renamed while typing");
    let all: [(&str, Away, bool); 8] = [
        ("removed", removed, false),
        ("renamed", renamed, false),
        ("moved out", moved_out, false),
        ("folder removed", folder_removed, false),
        ("folder renamed", folder_renamed, false),
        ("replaced by a folder", replaced_by_a_folder, true),
        ("back at once", back_at_once, true),
        ("replaced by a link", replaced_by_a_link, true),
    ];
    for round in 1..=figure(3, 100) {
        for (name, away, there) in all {
            lab.reset();
            fs::create_dir_all(lab.desk.join("ville")).unwrap();
            fs::write(lab.desk.join(ARTICLE), version("ancien", 0, SIZE)).unwrap();
            let typed = version("nous", round, SIZE);
            let newsroom = lab.open();
            newsroom.library.scan(&|| {});
            let (session, _) = newsroom.open_article(ARTICLE).unwrap();
            assert!(session.adopt(session.snapshot().edition, &typed));
            away(&lab.desk);
            // What the watch would say.
            newsroom.heed(Hint::Rescan(newsroom.root().to_owned()));
            row.faults += 1;
            let what = format!("{name}, round {round}");
            if !shown(&newsroom).contains(&typed) {
                row.lost.push(format!("{what}: it is not on the screen"));
            }
            let _ = newsroom.save(ARTICLE);
            let is_file =
                fs::symlink_metadata(lab.desk.join(ARTICLE)).is_ok_and(|metadata| metadata.is_file());
            if !there && is_file {
                row.unexplained.push(format!("{what}: made again without a word"));
            }
            newsroom.settle();
            drop(session);
            drop(newsroom);
            // The next start has it, in the article or in a draft, whatever its name.
            let on_disk = [ARTICLE, "ville/b.md", "campagne/a.md"]
                .iter()
                .any(|path| fs::read_to_string(lab.desk.join(path)).is_ok_and(|text| text == typed));
            let drafted = lab.journal().list().iter().any(|draft| draft.text == typed);
            if !on_disk && !drafted {
                row.lost.push(format!("{what}: it is in no draft"));
            }
        }
    }
    row.end();
}
