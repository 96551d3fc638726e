//! Row 2: the power is cut on an ext4 file system while articles are saved and others keep its log busy.

use std::path::Path;
use std::time::{Duration, Instant};

use copydesk_faults::chance::Chance;
use copydesk_faults::disk::{self, Mount};
use copydesk_faults::lab::{ARTICLE, Lab};
use copydesk_faults::row::{Row, figure, not_run, teeth};
use copydesk_faults::run::Running;
use copydesk_faults::text::{recognise, version};

use super::program;

/// Another program that writes and syncs: without it nothing is on the medium, with it half of everything is.
fn noise(at: &Path, stop: &std::sync::atomic::AtomicBool) {
    use std::io::Write;
    let mut number = 0_usize;
    while !stop.load(std::sync::atomic::Ordering::Relaxed) {
        let file = std::fs::File::create(at.join(format!("noise-{}", number % 8)));
        let Ok(mut file) = file else { return };
        if file.write_all(&vec![b'n'; 512 + number % 4096]).and_then(|()| file.sync_all()).is_err() {
            return;
        }
        number += 1;
        std::thread::sleep(Duration::from_millis(1));
    }
}

fn cuts(name: &'static str, options: &str, count: usize) {
    if let Some(why) = disk::cannot_mount() {
        return not_run(name, &why);
    }
    let lab = Lab::new();
    let (image, at) = (lab.around().join("image"), lab.around().join("disk"));
    std::fs::create_dir_all(&at).unwrap();
    if let Err(why) = disk::make_image(&image, 16 << 20) {
        return not_run(name, &why);
    }
    let mut row = Row::new(name);
    let mut chance = Chance::new(7);
    let (mut saved_in_all, mut drafted_in_all) = (0, 0);
    let count = if teeth() { 200 } else { count };
    for round in 0..count {
        if teeth() && row.is_broken() {
            break;
        }
        lab.reset();
        let mount = Mount::image(&image, &at, options).unwrap();
        let (desk, local) = (at.join("desk"), at.join("local"));
        for folder in [&desk, &local] {
            let _ = std::fs::remove_dir_all(folder);
            std::fs::create_dir(folder).unwrap();
        }
        std::fs::write(desk.join(ARTICLE), version("ancien", 0, 9_000)).unwrap();
        rustix::fs::sync();
        // One round in three writes drafts only.
        let drafts = chance.below(3) == 0;
        let verb = if drafts { "draft" } else { "save" };
        let stop = std::sync::atomic::AtomicBool::new(false);
        std::thread::scope(|scope| {
            scope.spawn(|| noise(&at, &stop));
            let mut command = std::process::Command::new(program());
            command.arg(verb).arg("--desk").arg(&desk).arg("--local").arg(&local);
            command.arg("--ack").arg(&lab.ack).args(["--times", "100000"]);
            let running = Running::start(&mut command);
            let start = Instant::now();
            while lab.last(&["saved", "drafted"]) == 0 {
                assert!(start.elapsed() < Duration::from_secs(30), "no save was done");
                std::thread::sleep(Duration::from_millis(1));
            }
            std::thread::sleep(Duration::from_micros(chance.below(60_000) as u64));
            // What is promised by now must outlive the cut.
            let cut = mount.cut();
            stop.store(true, std::sync::atomic::Ordering::Relaxed);
            row.faults += usize::from(cut.is_ok());
            running.kill();
        });
        // Acknowledged after the cut is nothing: every sync fails then.
        let (saved, drafted) = (lab.last(&["saved"]), lab.last(&["saved", "drafted"]));
        (saved_in_all, drafted_in_all) = (saved_in_all + saved, drafted_in_all + drafted);
        drop(mount);
        let mount = Mount::image(&image, &at, options).unwrap();
        let what = format!("{verb} {round}");
        let bytes = std::fs::read(desk.join(ARTICLE)).unwrap_or_default();
        match recognise(&bytes) {
            None => row.torn.push(format!("{what}: {} bytes", bytes.len())),
            Some((_, number)) if number < saved => {
                row.lost.push(format!("{what}: the disk holds {number}, {saved} was acknowledged"));
            }
            Some(_) => {}
        }
        let after = lab.moved_to(&desk, &local);
        after.judge_kept(&mut row, &what);
        drop(mount);
    }
    row.more = format!("{saved_in_all} saves and {drafted_in_all} drafts acknowledged");
    row.end();
}

#[test]
fn row_2_power_cuts() {
    cuts("2 power cut", "loop", figure(40, 500));
}

#[test]
fn row_2_power_cuts_no_alloc() {
    cuts("2 power cut, noauto_da_alloc", "loop,noauto_da_alloc", figure(20, 300));
}

#[test]
fn row_2_power_cuts_writeback() {
    cuts("2 power cut, data=writeback", "loop,data=writeback", figure(20, 200));
}
