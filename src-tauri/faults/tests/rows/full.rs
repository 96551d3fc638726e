//! Row 3: a disk with too little room, at every level, for the article, for the draft and for the history.

use std::path::{Path, PathBuf};
use std::process::Command;

use copydesk_faults::disk::{self, Mount};
use copydesk_faults::lab::{ARTICLE, Lab, is_tidy};
use copydesk_faults::row::{Row, figure, not_run};
use copydesk_faults::run;
use copydesk_faults::text::{recognise, version};

use super::program;

/// The size of what is saved: some levels take none of it, some a part, some all.
const SIZE: usize = 60_000;

/// What stands on the small disk.
#[derive(Clone, Copy, PartialEq)]
enum Small {
    Desk,
    Drafts,
    All,
}

fn levels(name: &'static str, small: Small, linked: bool) {
    if let Some(why) = disk::cannot_mount() {
        return not_run(name, &why);
    }
    let lab = Lab::new();
    let mut row = Row::new(name);
    let (mut refused, mut saved) = (0, 0);
    let count = figure(8, 100);
    for level in 0..count {
        lab.reset();
        // From no room at all to enough for everything.
        let room = level * most(small) / count;
        let at = lab.around().join("small");
        std::fs::create_dir_all(&at).unwrap();
        let mount = Mount::memory(&at, 4096).unwrap();
        let (desk, local) = (at.join("desk"), at.join("local"));
        let desk = if small == Small::Drafts { lab.desk.clone() } else { made(desk) };
        let local = if small == Small::Desk { lab.local.clone() } else { made(local) };
        std::fs::write(desk.join(ARTICLE), version("ancien", 0, SIZE)).unwrap();
        if linked {
            std::fs::hard_link(desk.join(ARTICLE), desk.join("b.md")).unwrap();
        }
        // The program starts with room; then something else takes it but for this much.
        let mut command = Command::new(program());
        command.arg("save").arg("--desk").arg(&desk).arg("--local").arg(&local).arg("--ack").arg(&lab.ack);
        command.args(["--times", "3", "--size", "90000"]);
        fill(&at, room * 1024);
        let ended = run::run(&mut command);
        let what = format!("{room} KB");
        let bytes = std::fs::read(desk.join(ARTICLE)).unwrap_or_default();
        let acks = lab.acks();
        let good = acks.iter().filter(|ack| ack.word == "saved").count();
        let bad = acks.iter().filter(|ack| ack.word == "failed").count();
        (refused, saved) = (refused + bad, saved + good);
        row.faults += usize::from(bad > 0 || !ended.status.success());
        match recognise(&bytes) {
            None => row.torn.push(format!("{what}: {} bytes", bytes.len())),
            Some((_, number)) if number < lab.last(&["saved"]) => {
                row.lost.push(format!("{what}: {number} is on the disk"));
            }
            Some(_) => {}
        }
        if !is_tidy(&desk) || !is_tidy(&local.join("drafts")) {
            row.unexplained.push(format!("{what}: a temporary file"));
        }
        // Room again: the next start saves.
        std::fs::remove_file(at.join("filler")).unwrap();
        let _ = std::fs::remove_file(&lab.ack);
        let ended = run::run(command.args(["--first", "4"]));
        let bytes = std::fs::read(desk.join(ARTICLE)).unwrap_or_default();
        if !ended.status.success() || !matches!(recognise(&bytes), Some((_, 6))) {
            row.lost.push(format!("{what}: no save with room again: {}", ended.errors));
        }
        drop(mount);
    }
    row.more = format!("{count} levels, {refused} saves refused, {saved} done");
    if saved == 0 {
        row.unexplained.push("no level was enough for a save".to_owned());
    }
    row.end();
}

/// Enough room for what is saved, KB.
fn most(small: Small) -> usize {
    match small {
        Small::Desk => 240,
        Small::Drafts => 700,
        Small::All => 900,
    }
}

fn made(folder: PathBuf) -> PathBuf {
    std::fs::create_dir_all(&folder).unwrap();
    folder
}

/// Takes all room of a disk but for so many bytes.
fn fill(at: &Path, leave: usize) {
    use std::io::Write;
    let filler = std::fs::File::create(at.join("filler")).unwrap();
    let page = vec![b'x'; 4096];
    while (&filler).write_all(&page).is_ok() {}
    let length = filler.metadata().unwrap().len();
    filler.set_len(length.saturating_sub(leave as u64)).unwrap();
}

#[test]
fn row_3_full_desk() {
    levels("3 full disk: article", Small::Desk, false);
}

#[test]
fn row_3_full_desk_in_place() {
    levels("3 full disk: article in place", Small::Desk, true);
}

#[test]
fn row_3_full_drafts() {
    levels("3 full disk: drafts and history", Small::Drafts, false);
}

#[test]
fn row_3_all_full() {
    levels("3 full disk: everything", Small::All, false);
}
