//! Row 4: files and folders that may not be written, by three mechanisms: nothing is written, nothing is changed, and
//! what was typed is in its draft.

use std::os::unix::fs::{MetadataExt, PermissionsExt, chown};
use std::path::Path;
use std::process::Command;
use std::sync::Arc;

use copydesk_desk::wire::Weaker;
use copydesk_faults::counted::Counted;
use copydesk_faults::disk::{self, Mount};
use copydesk_faults::lab::{ARTICLE, Lab, old};
use copydesk_faults::row::{Row, figure, not_run};
use copydesk_faults::run;

use super::program;

/// Nobody: the superuser is not held up by modes.
const NOBODY: u32 = 65534;

/// What an article looks like from outside.
fn look(path: &Path) -> (Vec<u8>, u32, u32, u32, u64) {
    let metadata = std::fs::metadata(path).unwrap();
    (std::fs::read(path).unwrap(), metadata.mode(), metadata.uid(), metadata.gid(), metadata.ino())
}

/// Lets the program of somebody without rights save, and compares. `writable`: the save is meant to be done.
fn attempt(lab: &Lab, row: &mut Row, what: &str, as_nobody: bool, writable: bool) {
    let article = lab.desk.join(ARTICLE);
    let before = look(&article);
    let work = lab.work(program(), "save", &["--times", "2"]);
    let mut command = if as_nobody {
        let mut command = Command::new("setpriv");
        command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
        command.arg(work.get_program()).args(work.get_args());
        command
    } else {
        work
    };
    let ended = run::run(&mut command);
    let saved = lab.last(&["saved"]);
    row.faults += 1;
    let after = look(&article);
    if !ended.status.success() {
        row.lost.push(format!("{what}: {}", ended.errors));
    } else if writable {
        // Mode, owner and group.
        let of = |look: &(Vec<u8>, u32, u32, u32, u64)| (look.1, look.2, look.3);
        if saved != 2 || of(&after) != of(&before) {
            row.lost.push(format!("{what}: {saved} saves, {:?} became {:?}", of(&before), of(&after)));
        }
    } else if saved != 0 || after != before {
        row.lost.push(format!("{what}: {saved} saves, changed: {}", after != before));
    }
    row.unexplained
        .extend((!copydesk_faults::lab::is_tidy(&lab.desk)).then(|| format!("{what}: a leftover")));
}

fn mode(path: &Path, mode: u32) {
    std::fs::set_permissions(path, std::fs::Permissions::from_mode(mode)).unwrap();
}

/// Everything of the lab for nobody, but what a case takes away again.
fn for_nobody(lab: &Lab) {
    mode(lab.around(), 0o755);
    for path in [lab.around(), &lab.desk, &lab.local, &lab.desk.join(ARTICLE)] {
        chown(path, Some(NOBODY), Some(NOBODY)).unwrap();
    }
}

#[test]
fn row_4_modes() {
    let name = "4 no permission";
    if rustix::process::geteuid().as_raw() != 0 || !run::works("setpriv", &["--reuid=65534", "true"]) {
        return not_run(name, "another user cannot be taken on");
    }
    let lab = Lab::new();
    let mut row = Row::new(name);
    // Mode of the file, mode of the folder, whose the file is, and whether a save is meant to be done.
    for (file, folder, owner, writable) in [
        (0o644, 0o755, NOBODY, true),
        (0o600, 0o700, NOBODY, true),
        (0o444, 0o755, NOBODY, false),
        (0o400, 0o755, NOBODY, false),
        (0o644, 0o555, NOBODY, true),
        (0o444, 0o555, NOBODY, false),
        (0o644, 0o755, 0, false),
        (0o444, 0o755, 0, false),
        (0o644, 0o555, 0, false),
        (0o666, 0o755, 0, true),
        (0o664, 0o555, 0, false),
        (0o666, 0o555, 0, true),
    ] {
        lab.reset();
        for_nobody(&lab);
        let article = lab.desk.join(ARTICLE);
        chown(&article, Some(owner), Some(owner)).unwrap();
        mode(&article, file);
        mode(&lab.desk, folder);
        attempt(&lab, &mut row, &format!("file {file:o} of {owner}, folder {folder:o}"), true, writable);
        mode(&lab.desk, 0o755);
    }
    row.end();
}

#[test]
fn row_4_read_only_mount() {
    let name = "4 read-only file system";
    if let Some(why) = disk::cannot_mount() {
        return not_run(name, &why);
    }
    let lab = Lab::new();
    let mut row = Row::new(name);
    for links in 0..4 {
        lab.reset();
        for number in 0..links {
            std::fs::hard_link(lab.desk.join(ARTICLE), lab.desk.join(format!("{number}.md"))).unwrap();
        }
        for verb in ["save", "save", "create"] {
            let mount = Mount::read_only(&lab.desk).unwrap();
            if verb == "save" {
                attempt(&lab, &mut row, &format!("{verb} with {links} more names"), false, false);
            } else {
                let ended = run::run(&mut lab.work(program(), verb, &[]));
                row.faults += 1;
                if !ended.status.success() || lab.last(&["created"]) != 0 {
                    row.lost.push(format!("{verb}: {}", ended.errors));
                }
            }
            drop(mount);
        }
    }
    row.end();
}

#[test]
fn row_4_immutable() {
    let name = "4 immutable file";
    let lab = Lab::on_disk();
    lab.reset();
    let article = lab.desk.join(ARTICLE);
    let immutable = |path: &Path, how: &str| run::works("chattr", &[how, &path.to_string_lossy()]);
    if !immutable(&article, "+i") {
        return not_run(name, "chattr +i is refused");
    }
    immutable(&article, "-i");
    let mut row = Row::new(name);
    for (file, folder) in [(true, false), (false, true), (true, true)] {
        for size in ["10", "9000", "20000", "200000"] {
            lab.reset();
            if file {
                immutable(&article, "+i");
            }
            if folder {
                immutable(&lab.desk, "+i");
            }
            // An immutable folder takes no new file, but its files can be written: in place.
            let command = &mut lab.work(program(), "save", &["--size", size]);
            let ended = run::run(command);
            immutable(&article, "-i");
            immutable(&lab.desk, "-i");
            row.faults += 1;
            let what = format!("file {file}, folder {folder}, {size} bytes");
            let kept = std::fs::read(&article).unwrap() == old().as_bytes();
            let saved = lab.last(&["saved"]) == 1;
            if !ended.status.success() || saved == kept || (file && saved) {
                row.lost.push(format!("{what}: saved {saved}, unchanged {kept} {}", ended.errors));
            }
            lab.sweep(&mut row, &what);
            // Where it cannot be written it opens for reading only, and nobody types.
            let (session, _) = lab.open().open_article(ARTICLE).unwrap();
            let reads_only = lab.acks().iter().any(|ack| ack.word == "unsaved" && !ack.note.is_empty());
            if !saved && !session.snapshot().text().starts_with("# nous 1") && !reads_only {
                row.lost.push(format!("{what}: what was typed is not in a draft"));
            }
        }
    }
    row.end();
}

/// A file system that cannot exchange two names, as NFS: saves are done all the same, what another program wrote is
/// merged, and the status bar has something to say.
#[test]
fn row_4_no_exchange() {
    let mut row = Row::new("4 no exchange");
    let lab = Lab::new();
    lab.reset();
    let newsroom = lab.open_on(Arc::new(Counted::without_exchange()));
    let (session, _) = newsroom.open_article(ARTICLE).unwrap();
    assert_eq!(newsroom.weaker(), None);
    let mut expected = session.snapshot().text();
    for number in 0..figure(20, 200) {
        let typed = format!("\n\nTapé {number}.\n");
        expected.push_str(&typed);
        let snapshot = session.snapshot();
        assert!(session.adopt(snapshot.edition, &(snapshot.text() + &typed)));
        if number % 2 == 1 {
            let outside = format!("Dehors {number}.\n\n");
            let held = std::fs::read_to_string(lab.desk.join(ARTICLE)).unwrap();
            std::fs::write(lab.desk.join("outside.tmp"), format!("{outside}{held}")).unwrap();
            std::fs::rename(lab.desk.join("outside.tmp"), lab.desk.join(ARTICLE)).unwrap();
            expected.insert_str(0, &outside);
        }
        newsroom.save(ARTICLE).unwrap();
        row.faults += 1;
        if std::fs::read_to_string(lab.desk.join(ARTICLE)).unwrap() != expected {
            row.lost.push(format!("save {number}"));
        }
    }
    if newsroom.weaker() != Some(Weaker::NoExchange) {
        row.unexplained.push("nothing was said".to_owned());
    }
    row.unexplained.extend((!copydesk_faults::lab::is_tidy(&lab.desk)).then(|| "a leftover".to_owned()));
    row.end();
}
