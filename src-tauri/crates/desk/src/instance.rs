//! One window for each desk on this machine: a second start hands its article to the first and ends.
//!
//! A courtesy, not a protection: two programs on one desk lose nothing (saves compare contents), so whatever goes
//! wrong here ends in a second window. The desk's local folder holds a lock that ends with its holder (flock(2)) and a
//! pipe (fifo(7)) on which the holder hears who knocks.

use std::path::Path;

/// Who has the desk.
pub enum Claim {
    /// This program, until the value is dropped.
    Ours(Held),
    /// Another one, which was told.
    Theirs,
}

/// What a start says to the one that came first: an article of the desk, or nothing but "come to the front".
pub type Knock = Option<String>;

#[cfg(unix)]
pub use unix::{Held, claim};

#[cfg(unix)]
mod unix {
    use std::fs::{self, File, OpenOptions};
    use std::io::{BufRead, BufReader, Write};
    use std::os::unix::fs::OpenOptionsExt;
    use std::path::{Path, PathBuf};
    use std::sync::Arc;
    use std::sync::atomic::{AtomicBool, Ordering};
    use std::time::Duration;

    use rustix::fs::{CWD, FileType, FlockOperation, Mode, OFlags, flock, mknodat};

    use super::{Claim, Knock};

    /// How often a start knocks at a program that holds the lock and does not listen yet.
    const KNOCKS: u32 = 20;
    const PAUSE: Duration = Duration::from_millis(25);

    /// The desk is this program's as long as this lives.
    pub struct Held {
        _lock: Option<File>,
        pipe: PathBuf,
        ended: Arc<AtomicBool>,
    }

    impl Drop for Held {
        fn drop(&mut self) {
            self.ended.store(true, Ordering::SeqCst);
            // Wakes the listener, so that it does not take a knock that is meant for the next holder.
            let _ = send(&self.pipe, "null");
        }
    }

    /// Claims the desk whose local folder this is, or knocks at the window that has it.
    pub fn claim(local: &Path, knock: &Knock, heard: impl Fn(Knock) + Send + 'static) -> Claim {
        let pipe = local.join("window.pipe");
        let ended = Arc::new(AtomicBool::new(false));
        let held = |lock| Claim::Ours(Held { _lock: lock, pipe: pipe.clone(), ended: Arc::clone(&ended) });
        let _ = fs::create_dir_all(local);
        let lock = OpenOptions::new()
            .write(true)
            .create(true)
            .truncate(false)
            .mode(0o600)
            .open(local.join("window.lock"));
        let Ok(lock) = lock else { return held(None) };
        if flock(&lock, FlockOperation::NonBlockingLockExclusive).is_err() {
            let line = serde_json::to_string(knock).unwrap_or_else(|_| "null".to_owned());
            for _ in 0..KNOCKS {
                if send(&pipe, &line).is_ok() {
                    return Claim::Theirs;
                }
                std::thread::sleep(PAUSE);
            }
            return held(None);
        }
        let _ = mknodat(CWD, &pipe, FileType::Fifo, Mode::RUSR | Mode::WUSR, 0);
        // Open for writing as well: a pipe whose last writer left would read as ended.
        if let Ok(ours) = OpenOptions::new().read(true).write(true).custom_flags(nonblocking()).open(&pipe)
            && is_pipe(&ours)
            && blocking(&ours)
        {
            let ended = Arc::clone(&ended);
            let _ = std::thread::Builder::new().name("knocks".into()).spawn(move || {
                for line in BufReader::new(ours).lines().map_while(Result::ok) {
                    if ended.load(Ordering::SeqCst) {
                        return;
                    }
                    if let Ok(knock) = serde_json::from_str(&line) {
                        heard(knock);
                    }
                }
            });
        }
        held(Some(lock))
    }

    /// Fails at once where nobody listens.
    fn send(pipe: &Path, line: &str) -> std::io::Result<()> {
        let mut pipe = OpenOptions::new().write(true).custom_flags(nonblocking()).open(pipe)?;
        if !is_pipe(&pipe) {
            return Err(std::io::Error::other("not a pipe"));
        }
        pipe.write_all(format!("{line}\n").as_bytes())
    }

    fn is_pipe(file: &File) -> bool {
        use std::os::unix::fs::FileTypeExt;
        file.metadata().is_ok_and(|metadata| metadata.file_type().is_fifo())
    }

    fn nonblocking() -> i32 {
        (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed()
    }

    fn blocking(file: &File) -> bool {
        rustix::fs::fcntl_getfl(file)
            .and_then(|flags| rustix::fs::fcntl_setfl(file, flags - OFlags::NONBLOCK))
            .is_ok()
    }
}

#[cfg(not(unix))]
mod elsewhere {
    use std::path::Path;

    use super::{Claim, Knock};

    /// Nothing is held: each start has a window of its own.
    pub struct Held;

    /// Always ours.
    pub fn claim(_local: &Path, _knock: &Knock, _heard: impl Fn(Knock) + Send + 'static) -> Claim {
        Claim::Ours(Held)
    }
}

#[cfg(not(unix))]
pub use elsewhere::{Held, claim};

/// Whether a window has the desk whose local folder this is. Asks without knocking.
#[must_use]
pub fn is_held(local: &Path) -> bool {
    #[cfg(unix)]
    {
        use rustix::fs::{FlockOperation, flock};
        std::fs::File::open(local.join("window.lock"))
            .is_ok_and(|lock| flock(&lock, FlockOperation::NonBlockingLockShared).is_err())
    }
    #[cfg(not(unix))]
    {
        let _ = local;
        false
    }
}

#[cfg(all(test, unix))]
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
    fn a_foreign_file_in_the_place_of_the_pipe_stops_nobody() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("window.pipe"), "mine").unwrap();
        let first = claim(folder.path(), &None, |_| {});
        let second = claim(folder.path(), &None, |_| {});
        assert!(matches!((first, second), (Claim::Ours(_), Claim::Ours(_))));
        assert_eq!(std::fs::read(folder.path().join("window.pipe")).unwrap(), b"mine");
    }
}
