//! Row 5: each call of a save fails with each error that a disk gives; the article stays whole, and the program knows
//! what the disk holds.

use copydesk_faults::lab::{ARTICLE, Lab, hash_of};
use copydesk_faults::row::{Row, not_run, torture};
use copydesk_faults::strace::{self, Fault};
use copydesk_faults::text::recognise;

use super::program;

const ERRORS: [&str; 7] = ["EIO", "ENOSPC", "EDQUOT", "EACCES", "EROFS", "EINTR", "ESTALE"];

/// Fails calls of one or two saves in a row; the second is the retry of somebody who saw the error.
fn at_every_call(name: &'static str, prepare: &dyn Fn(&Lab), look: &dyn Fn(&Lab, &mut Row, &str)) {
    if !strace::available() {
        return not_run(name, "strace cannot trace here");
    }
    let lab = Lab::new();
    let command = lab.work(program(), "save", &["--times", "2"]);
    lab.reset();
    prepare(&lab);
    let points = strace::points(&command, &lab.log());
    let mut row = Row::new(name);
    let mut refused = 0;
    for (at, point) in points.iter().enumerate() {
        for (number, error) in ERRORS.iter().enumerate() {
            // The short form takes one error at each call, in turns.
            if !torture() && (at + number) % ERRORS.len() != 0 {
                continue;
            }
            lab.reset();
            prepare(&lab);
            row.faults += usize::from(strace::run_with(&command, point, Fault::Error(error), &lab.log()));
            let what = format!("{error} at {} {}", point.call, point.nth);
            refused += lab.acks().iter().filter(|ack| ack.word == "failed").count();
            knows_its_base(&lab, &mut row, &what);
            look(&lab, &mut row, &what);
        }
    }
    row.more = format!("{} calls, {refused} saves refused", points.len());
    row.end();
}

/// What the program believes the disk to hold is what it holds.
fn knows_its_base(lab: &Lab, row: &mut Row, what: &str) {
    let Some(last) = lab.acks().into_iter().rev().find(|ack| ack.hash != "-") else { return };
    if last.hash != hash_of(&lab.desk.join(ARTICLE)) {
        row.lost.push(format!("{what}: {} with a base that the disk does not hold", last.word));
    }
}

#[test]
fn row_5_save() {
    at_every_call("5 errors in a save", &|_| {}, &Lab::judge);
}

#[test]
fn row_5_save_in_place() {
    let link = |lab: &Lab| {
        std::fs::hard_link(lab.desk.join(ARTICLE), lab.desk.join("b.md")).unwrap();
    };
    at_every_call("5 errors in a save in place", &link, &|lab, row, what| {
        let bytes = std::fs::read(lab.desk.join(ARTICLE)).unwrap_or_default();
        if recognise(&bytes).is_none() {
            row.torn.push(format!("{what}: {} bytes", bytes.len()));
        }
        lab.judge_in_place(row, what);
    });
}
