//! One window for each desk on this machine: a second start hands its article to the first and ends.
//!
//! A courtesy, not a protection: two programs on one desk lose nothing (saves compare contents), so whatever goes
//! wrong here ends in a second window. The desk's local folder holds a lock, which ends with its holder, and a folder
//! of plain files in which the others leave a word. Files, because what copies or searches the data folder stops at a
//! pipe; the holder takes one away once it has read it, and whoever takes a word back was not heard.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use notify::{RecommendedWatcher, RecursiveMode, Watcher};

/// How often a start looks whether its word was taken.
const LOOKS: u32 = 40;
const PAUSE: Duration = Duration::from_millis(25);

/// Who has the desk.
pub enum Claim {
    /// This program, until the value is dropped.
    Ours(Held),
    /// Another one, which was told.
    Theirs,
}

/// What a start says to the one that came first: an article of the desk, or nothing but "come to the front".
pub type Knock = Option<String>;

/// The desk is this program's as long as this lives.
pub struct Held {
    /// Dropped first: what comes later is for the next holder.
    _ears: Option<RecommendedWatcher>,
    _lock: Option<File>,
}

/// Claims the desk whose local folder this is, or leaves a word for the window that has it.
pub fn claim(local: &Path, knock: &Knock, heard: impl Fn(Knock) + Send + 'static) -> Claim {
    let words = local.join("knocks");
    let alone = Claim::Ours(Held { _ears: None, _lock: None });
    let _ = fs::create_dir_all(local);
    let lock = OpenOptions::new().write(true).create(true).truncate(false).open(local.join("window.lock"));
    let Ok(lock) = lock else { return alone };
    match lock.try_lock() {
        Ok(()) => {}
        Err(TryLockError::WouldBlock) => return if leave(&words, knock) { Claim::Theirs } else { alone },
        Err(TryLockError::Error(_)) => return alone,
    }
    // What nobody heard was not meant for us.
    let _ = fs::remove_dir_all(&words);
    let _ = fs::create_dir(&words);
    Claim::Ours(Held { _ears: listen(words, heard), _lock: Some(lock) })
}

/// Whether a window has the desk whose local folder this is. Asks without knocking.
#[must_use]
pub fn is_held(local: &Path) -> bool {
    File::open(local.join("window.lock"))
        .is_ok_and(|lock| matches!(lock.try_lock_shared(), Err(TryLockError::WouldBlock)))
}

fn listen(words: PathBuf, heard: impl Fn(Knock) + Send + 'static) -> Option<RecommendedWatcher> {
    let folder = words.clone();
    let hear = move |event: notify::Result<notify::Event>| {
        // Looking into the folder is an event too: to look again for that would never end.
        if event.is_ok_and(|event| event.kind.is_access()) {
            return;
        }
        for file in fs::read_dir(&words).into_iter().flatten().flatten().map(|entry| entry.path()) {
            if file.extension().is_some_and(|kind| kind == "json")
                && let Ok(text) = fs::read(&file)
                && fs::remove_file(&file).is_ok()
                && let Ok(knock) = serde_json::from_slice(&text)
            {
                heard(knock);
            }
        }
    };
    let mut ears = notify::recommended_watcher(hear).ok()?;
    ears.watch(&folder, RecursiveMode::NonRecursive).ok()?;
    Some(ears)
}

/// Whether the holder took the word.
fn leave(words: &Path, knock: &Knock) -> bool {
    let said = words.join(format!("{}.json", std::process::id()));
    // Renamed into place, so that it is read whole.
    let new = said.with_extension("new");
    if fs::write(&new, serde_json::json!(knock).to_string()).and_then(|()| fs::rename(&new, &said)).is_err() {
        return false;
    }
    for _ in 0..LOOKS {
        if !said.exists() {
            return true;
        }
        std::thread::sleep(PAUSE);
    }
    fs::remove_file(&said).is_err()
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc;
    use std::time::Duration;

    use super::*;

    const LIMIT: Duration = Duration::from_secs(5);

    #[test]
    fn the_second_start_is_heard_by_the_first() {
        let folder = tempfile::tempdir().unwrap();
        let local = folder.path().join(format!("{}/desk", "long".repeat(40)));
        let (tell, heard) = mpsc::channel();
        let first = claim(&local, &None, move |knock| tell.send(knock).unwrap());
        assert!(matches!(first, Claim::Ours(_)) && is_held(&local));
        let article = Some("ville/é\n\"x\".md".to_owned());
        assert!(matches!(claim(&local, &article, |_| {}), Claim::Theirs));
        assert_eq!(heard.recv_timeout(LIMIT).unwrap(), article);
        assert!(matches!(claim(&local, &None, |_| {}), Claim::Theirs));
        assert_eq!(heard.recv_timeout(LIMIT).unwrap(), None);
    }

    #[test]
    fn a_desk_that_was_left_can_be_claimed_and_the_new_holder_hears() {
        let folder = tempfile::tempdir().unwrap();
        drop(claim(folder.path(), &None, |_| panic!("the one that left hears nothing")));
        assert!(!is_held(folder.path()));
        let (tell, heard) = mpsc::channel();
        let second = claim(folder.path(), &None, move |knock| tell.send(knock).unwrap());
        assert!(matches!(second, Claim::Ours(_)));
        assert!(matches!(claim(folder.path(), &None, |_| {}), Claim::Theirs));
        assert_eq!(heard.recv_timeout(LIMIT).unwrap(), None);
    }

    #[test]
    fn a_file_in_the_place_of_the_words_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        let knocks = folder.path().join("knocks");
        std::fs::write(&knocks, "mine").unwrap();
        let first = claim(folder.path(), &None, |_| {});
        let second = claim(folder.path(), &None, |_| {});
        assert!(matches!((first, second), (Claim::Ours(_), Claim::Ours(_))));
        assert_eq!(std::fs::read(&knocks).unwrap(), b"mine");
    }

    #[test]
    fn a_holder_that_does_not_hear_leaves_the_other_its_own_window() {
        let folder = tempfile::tempdir().unwrap();
        let first = claim(folder.path(), &None, |_| {});
        let Claim::Ours(Held { _ears: ears, _lock: lock }) = first else { panic!("held") };
        drop(ears);
        assert!(matches!(claim(folder.path(), &None, |_| {}), Claim::Ours(_)));
        assert_eq!(
            std::fs::read_dir(folder.path().join("knocks")).unwrap().count(),
            0,
            "the word was taken back"
        );
        drop(lock);
    }
}
