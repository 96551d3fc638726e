//! What a walk may not believe yet: a file that is gone, empty or being written may be between two steps of a program
//! that saves it. It is told when a later look agrees.

use std::collections::BTreeMap;
use std::time::{Duration, Instant};

use super::disk::{Found, Stat};

/// A file is being written when its content is younger than this.
const FRESH: Duration = Duration::from_millis(100);
/// A writer that never rests: after this long, what is there is taken.
const RESTLESS: Duration = Duration::from_secs(1);
/// A file stays empty this long between a writer's truncation and its first byte.
const EMPTY: Duration = Duration::from_millis(500);
/// A name stays away this long between a program's deletion and its new file.
const GONE: Duration = Duration::from_secs(1);

/// Was the file written a moment ago?
pub(super) fn is_fresh(stat: &Stat) -> bool {
    stat.age() < FRESH
}

/// Listed paths that have to be looked at again, and since when.
#[derive(Default)]
pub(super) struct Doubts(BTreeMap<String, Instant>);

impl Doubts {
    /// All of them.
    pub(super) fn paths(&self) -> impl Iterator<Item = &String> {
        self.0.keys()
    }

    /// A path was looked at, and believed.
    pub(super) fn settle(&mut self, path: &str) {
        self.0.remove(path);
    }

    /// Forgets those that do not meet a condition.
    pub(super) fn retain(&mut self, keep: impl Fn(&str) -> bool) {
        self.0.retain(|path, _| keep(path));
    }

    /// Is a file that differs from the list (where it has `listed` bytes) in the middle of a save? A new file is not:
    /// nothing of it is lost on the list.
    pub(super) fn is_unsettled(&mut self, found: &Found, listed: Option<u64>) -> bool {
        let age = found.stat.age();
        let (young, patience) = match listed {
            None => return false,
            Some(1..) if found.stat.size == 0 => (age < EMPTY, EMPTY),
            Some(_) => (age < FRESH, RESTLESS),
        };
        young && self.waited(&found.path) < patience
    }

    /// Is it too early to say that a file is gone?
    pub(super) fn is_missed(&mut self, path: &str) -> bool {
        self.waited(path) < GONE
    }

    fn waited(&mut self, path: &str) -> Duration {
        self.0.entry(path.to_owned()).or_insert_with(Instant::now).elapsed()
    }
}
