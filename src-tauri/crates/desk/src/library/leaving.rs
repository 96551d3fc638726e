//! What leaves the list, found by what a new file has in common with it.

use std::collections::{BTreeMap, HashMap};
use std::time::{Duration, Instant};

use super::disk::Stat;
use super::{Inner, Record};

/// A name that left is remembered this long, so that the same bytes under another name are a move.
const MEMORY: Duration = Duration::from_secs(5);

/// An article that is off the list.
pub(super) struct Departed {
    pub stat: Stat,
    pub hash: Option<u128>,
    at: Instant,
}

impl Departed {
    pub(super) fn new(record: &Record) -> Self {
        Self { stat: record.entry.stat, hash: record.hash, at: Instant::now() }
    }

    pub(super) fn is_remembered(&self) -> bool {
        self.at.elapsed() < MEMORY
    }
}

/// The paths that are gone, or left a moment ago, by their bytes and by their inodes: thousands leave at once.
#[derive(Default)]
pub(super) struct Leaving {
    bytes: HashMap<u128, Vec<String>>,
    files: HashMap<(u64, u64), String>,
}

impl Leaving {
    /// Of listed paths that a look did not find, and of those that departed.
    pub(super) fn of(inner: &Inner, missing: &BTreeMap<String, bool>) -> Self {
        let mut leaving = Self::default();
        for path in missing.keys() {
            if let Some(record) = inner.records.get(path) {
                leaving.put(path, record.hash, record.entry.size);
            }
        }
        for (path, departed) in &inner.departed {
            leaving.put(path, departed.hash, departed.stat.size);
            leaving.files.insert((departed.stat.dev, departed.stat.ino), path.clone());
        }
        leaving
    }

    fn put(&mut self, path: &str, hash: Option<u128>, size: u64) {
        // Empty files are all alike.
        if let Some(hash) = hash.filter(|_| size > 0) {
            let paths = self.bytes.entry(hash).or_default();
            if !paths.iter().any(|known| known == path) {
                paths.push(path.to_owned());
            }
        }
    }

    /// The paths with these bytes.
    pub(super) fn with_bytes(&self, hash: Option<u128>) -> &[String] {
        hash.and_then(|hash| self.bytes.get(&hash)).map_or(&[], Vec::as_slice)
    }

    /// The departed path that had this inode.
    pub(super) fn with_inode(&self, stat: &Stat) -> Option<&String> {
        self.files.get(&(stat.dev, stat.ino))
    }

    /// A path with these bytes was followed to its new name.
    pub(super) fn follow(&mut self, path: &str, hash: Option<u128>) {
        if let Some(paths) = hash.and_then(|hash| self.bytes.get_mut(&hash)) {
            paths.retain(|known| known != path);
        }
    }
}

/// Paths that appeared a moment ago, by their bytes.
pub(super) fn appeared(inner: &Inner) -> HashMap<u128, Vec<String>> {
    let mut appeared: HashMap<u128, Vec<String>> = HashMap::new();
    for (path, record) in &inner.records {
        let young = record.entry.size > 0 && record.appeared.is_some_and(|at| at.elapsed() < MEMORY);
        if let Some(hash) = record.hash.filter(|_| young) {
            appeared.entry(hash).or_default().push(path.clone());
        }
    }
    appeared
}
