//! Walks a desk's folder with a few threads.

use std::path::{Path, PathBuf};
use std::sync::{Condvar, Mutex, PoisonError};
use std::{fs, thread};

use super::disk::{self, Found};
use super::parallel;
use super::rules::Rules;

/// What a walk saw.
#[derive(Default)]
pub(super) struct Seen {
    pub files: Vec<Found>,
    /// Folders (relative to the desk) that exist but could not be read: nothing is known of what is in them.
    pub vanished: Vec<PathBuf>,
}

/// Folders still to read, and how many are being read.
struct Queue {
    folders: Vec<PathBuf>,
    busy: usize,
}

/// All articles below a folder. Linked folders are not followed, so a walk ends and sees each file once.
pub(super) fn walk(root: &Path, rules: &Rules, rel: &Path) -> Seen {
    let queue = Mutex::new(Queue { folders: vec![rel.to_owned()], busy: 0 });
    let more = Condvar::new();
    let mut all = Seen::default();
    thread::scope(|scope| {
        let walkers: Vec<_> =
            (0..parallel::threads()).map(|_| scope.spawn(|| walker(root, rules, &queue, &more))).collect();
        for walker in walkers {
            let Ok(mut seen) = walker.join() else { continue };
            all.files.append(&mut seen.files);
            all.vanished.append(&mut seen.vanished);
        }
    });
    all.files.sort_by(|a, b| a.real.cmp(&b.real));
    all
}

fn walker(root: &Path, rules: &Rules, queue: &Mutex<Queue>, more: &Condvar) -> Seen {
    let mut seen = Seen::default();
    let mut state = queue.lock().unwrap_or_else(PoisonError::into_inner);
    loop {
        if let Some(folder) = state.folders.pop() {
            state.busy += 1;
            drop(state);
            let mut below = Vec::new();
            read_folder(root, rules, &folder, &mut seen, &mut below);
            state = queue.lock().unwrap_or_else(PoisonError::into_inner);
            state.folders.append(&mut below);
            state.busy -= 1;
            more.notify_all();
        } else if state.busy == 0 {
            return seen;
        } else {
            state = more.wait(state).unwrap_or_else(PoisonError::into_inner);
        }
    }
}

fn read_folder(root: &Path, rules: &Rules, folder: &Path, seen: &mut Seen, below: &mut Vec<PathBuf>) {
    let names = match fs::read_dir(root.join(folder)) {
        Ok(names) => names,
        Err(error) => {
            if !disk::is_gone(&error) {
                seen.vanished.push(folder.to_owned());
            }
            return;
        }
    };
    for name in names {
        let Ok(name) = name else {
            // The listing broke off: what was not seen is not known to be gone.
            seen.vanished.push(folder.to_owned());
            return;
        };
        let rel = folder.join(name.file_name());
        let is_folder = name.file_type().is_ok_and(|kind| kind.is_dir());
        if !is_folder && !disk::is_article_name(&rel) || !rules.admits_name(&rel, is_folder) {
            continue;
        }
        if is_folder {
            below.push(rel);
        } else {
            seen.files.extend(disk::probe(root, &rel));
        }
    }
}

/// Another name on the disk with the same identity: a name may be spelt in several ways that are one in NFC.
pub(super) fn twin(root: &Path, rel: &Path) -> Option<PathBuf> {
    let identity = disk::identity(rel);
    if identity.is_ascii() {
        return None;
    }
    let folder = rel.parent()?;
    fs::read_dir(root.join(folder))
        .ok()?
        .flatten()
        .map(|name| folder.join(name.file_name()))
        .find(|other| other != rel && disk::identity(other) == identity)
}
