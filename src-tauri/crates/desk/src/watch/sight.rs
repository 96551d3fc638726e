//! One look at a path, and what to make of it. Whether a path has settled is decided here, and only here.

use std::fs;
use std::io;
use std::path::Path;
use std::time::{Duration, SystemTime};

/// A file that is being written has settled when it was the same for this long.
pub(super) const QUIET: Duration = Duration::from_millis(100);
/// A writer that never rests: after this long, what is there is taken.
pub(super) const RESTLESS: Duration = Duration::from_secs(1);
/// An empty file is looked at again after this time: most are between a truncation and the first byte.
const EMPTY: Duration = Duration::from_millis(500);
/// A name that is gone is looked for again after this time: some programs save by deleting first.
const GONE: Duration = Duration::from_secs(1);

/// What a path was when it was looked at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sight {
    Missing,
    Folder,
    File {
        size: u64,
        modified: Option<SystemTime>,
    },
    /// Something else, or nothing that can be said now.
    Other,
}

impl Sight {
    /// Looks, through a link.
    pub(super) fn of(path: &Path) -> Self {
        match path.symlink_metadata() {
            Ok(own) if own.is_dir() => Self::Folder,
            Ok(_) => match fs::metadata(path) {
                Ok(meta) if meta.is_file() => Self::File { size: meta.len(), modified: meta.modified().ok() },
                _ => Self::Other,
            },
            Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
                Self::Missing
            }
            Err(_) => Self::Other,
        }
    }

    /// Nothing is there, or nothing in it.
    pub(super) fn is_blank(self) -> bool {
        matches!(self, Self::Missing | Self::File { size: 0, .. })
    }

    /// By its own time, the file was left alone for a while. A time in the future says nothing.
    fn is_rested(self, clock: SystemTime) -> bool {
        let Self::File { modified: Some(modified), .. } = self else { return false };
        clock.duration_since(modified).is_ok_and(|age| age >= QUIET)
    }
}

/// What is known of a path that is due.
#[derive(Clone, Copy)]
pub(super) struct Case {
    /// It came to its name in one piece: moved or linked there, not written there.
    pub whole: bool,
    /// Since it was first noted.
    pub waited: Duration,
    /// The look before, where nothing was noted since.
    pub before: Option<Sight>,
    pub now: Sight,
    /// Writes are reported, and file times are this machine's.
    pub trusted: bool,
    pub clock: SystemTime,
}

/// Hand a path over, or look at it again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    Settled,
    Again(Duration),
}

/// A file that is gone, empty or being written is a hypothesis: two looks must agree.
pub(super) fn judge(case: Case) -> Verdict {
    let agreed = case.before == Some(case.now);
    match case.now {
        Sight::Missing if !agreed => Verdict::Again(GONE),
        Sight::File { size: 0, .. } if !agreed => Verdict::Again(EMPTY),
        Sight::File { size, .. } if size > 0 => {
            let rested = case.trusted && case.now.is_rested(case.clock);
            if case.whole || agreed || rested || case.waited >= RESTLESS {
                Verdict::Settled
            } else {
                Verdict::Again(QUIET)
            }
        }
        _ => Verdict::Settled,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: SystemTime = SystemTime::UNIX_EPOCH;

    fn file(size: u64, age_ms: u64) -> Sight {
        Sight::File { size, modified: NOW.checked_sub(Duration::from_millis(age_ms)) }
    }

    fn case(now: Sight) -> Case {
        Case { whole: false, waited: Duration::ZERO, before: None, now, trusted: true, clock: NOW }
    }

    #[test]
    fn what_is_gone_or_empty_is_looked_at_twice() {
        for (now, wait) in [(Sight::Missing, GONE), (file(0, 900), EMPTY)] {
            assert_eq!(judge(case(now)), Verdict::Again(wait));
            assert_eq!(judge(Case { whole: true, ..case(now) }), Verdict::Again(wait));
            assert_eq!(judge(Case { before: Some(file(3, 0)), ..case(now) }), Verdict::Again(wait));
            assert_eq!(judge(Case { before: Some(now), ..case(now) }), Verdict::Settled);
        }
    }

    #[test]
    fn what_is_being_written_has_to_rest() {
        let young = case(file(3, 20));
        assert_eq!(judge(young), Verdict::Again(QUIET));
        assert_eq!(judge(Case { before: Some(file(2, 120)), ..young }), Verdict::Again(QUIET));
        assert_eq!(judge(Case { before: Some(file(3, 20)), ..young }), Verdict::Settled);
        assert_eq!(judge(Case { waited: RESTLESS, ..young }), Verdict::Settled);
        assert_eq!(judge(Case { whole: true, ..young }), Verdict::Settled);
        assert_eq!(judge(case(file(3, 100))), Verdict::Settled);
        assert_eq!(judge(Case { trusted: false, ..case(file(3, 100)) }), Verdict::Again(QUIET));
        let future = Sight::File { size: 3, modified: NOW.checked_add(Duration::from_secs(9)) };
        assert_eq!(judge(case(future)), Verdict::Again(QUIET));
        assert_eq!(judge(case(Sight::Folder)), Verdict::Settled);
    }
}
