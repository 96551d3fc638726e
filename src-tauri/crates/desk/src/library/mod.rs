//! The articles that a desk holds.
//!
//! The disk is the truth, this list is its picture, and what a watch reports is only a hint of where to look.
//! Everything is decided by content: a file that was touched but holds the same bytes did not change. What a walk finds
//! gone, empty or being written is a doubt at first: it is not told before it was looked at again.

mod disk;
mod doubt;
mod former;
mod leaving;
pub mod likeness;
mod parallel;
mod read;
mod rules;
mod walk;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use disk::Found;
pub use disk::{Stat, identity, is_article_name};
use doubt::Doubts;
pub use former::Known;
use leaving::{Departed, Leaving};
use read::Reading;
use rules::{IGNORE_FILE, Rules};

/// Time between two batches of a scan.
const BATCH: Duration = Duration::from_millis(100);

/// What the list shows of an article's furniture.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// Headline, else first heading, else file name.
    pub title: String,
    /// Rubrique.
    pub section: String,
    /// Signature, joined by commas.
    pub byline: String,
    /// Slug.
    pub slug: String,
    /// Stage; `draft` where absent.
    pub stage: String,
    /// Language tag; empty where absent.
    pub lang: String,
    /// Embargo as written.
    pub embargo: Option<String>,
    /// `not_needed`, `needs_check`, `approved`, or empty.
    pub legal: String,
    /// Deadline as written.
    pub deadline: Option<String>,
}

/// An article of the list.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Identity: relative to the desk, `/` as separator, NFC. [`Library::file`] gives the name on the disk.
    pub path: String,
    /// Bytes.
    pub size: u64,
    /// Modification time, milliseconds since 1970.
    pub modified_ms: i64,
    /// What the disk said when the article was last looked at.
    pub stat: Stat,
    /// Furniture.
    pub head: Head,
    /// Signes of the body; `None` until counted, and where the text cannot be read or is too complex.
    pub signes: Option<u32>,
    /// Not UTF-8, too large, or a link to outside the desk.
    pub read_only: bool,
}

/// What became of an article on the disk.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// A new article.
    Created {
        /// Which.
        path: String,
    },
    /// Other bytes than before.
    Changed {
        /// Which.
        path: String,
    },
    /// Gone.
    Removed {
        /// Which.
        path: String,
    },
    /// The same file, or the same bytes, under another name.
    Renamed {
        /// Its former path.
        from: String,
        /// Its path now.
        to: String,
    },
}

/// The list, or what changed in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    /// To ask for changes from here on.
    pub generation: u64,
    /// Every article is known with its furniture.
    pub complete: bool,
    /// New and changed articles.
    pub changed: Vec<Entry>,
    /// Paths that are gone.
    pub removed: Vec<String>,
}

#[derive(Clone)]
struct Record {
    entry: Entry,
    /// Name on the disk, relative to the desk.
    real: PathBuf,
    link: bool,
    /// Of the whole content; `None` until read.
    hash: Option<u128>,
    /// It was read so soon after it was written that a later write could bear the same time.
    fresh: bool,
    generation: u64,
    /// When it appeared, where it was not there from the start.
    appeared: Option<Instant>,
}

#[derive(Default)]
struct Inner {
    records: BTreeMap<String, Record>,
    /// Regular files only: a link has the inode of its target.
    inodes: HashMap<(u64, u64), String>,
    tombs: BTreeMap<String, u64>,
    /// Articles that left a moment ago.
    departed: HashMap<String, Departed>,
    doubts: Doubts,
    /// The list of an earlier run.
    former: Vec<Known>,
    generation: u64,
    complete: bool,
}

/// The articles of a desk. All methods may be called from any thread.
pub struct Library {
    root: PathBuf,
    rules: Rules,
    /// Device of the desk when it was first seen.
    device: Mutex<Option<u64>>,
    /// One walk or look at a time, so that two looks never report one change twice.
    looking: Mutex<()>,
    inner: RwLock<Inner>,
}

impl Library {
    /// An empty list; [`Library::scan`] fills it.
    #[must_use]
    pub fn new(root: PathBuf) -> Self {
        Self {
            rules: Rules::new(root.clone()),
            root,
            device: Mutex::default(),
            looking: Mutex::default(),
            inner: RwLock::default(),
        }
    }

    /// Gives the list of an earlier run, so that [`Library::scan`] tells what became of it.
    pub fn remember(&self, former: Vec<Known>) {
        self.write().former = former;
    }

    /// Whether the whole desk was read.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.read().complete
    }

    /// What a later run needs to recognise the articles.
    #[must_use]
    pub fn known(&self) -> Vec<Known> {
        self.read()
            .records
            .values()
            .map(|record| Known {
                path: record.entry.path.clone(),
                // A link has the inode of its target.
                stat: if record.link { Stat { ino: 0, ..record.entry.stat } } else { record.entry.stat },
                hash: record.hash,
            })
            .collect()
    }

    /// Reads the whole desk: first the names, then the furniture (newest files first), then the lengths.
    /// `on_batch` is called on this thread when there is something new to show. The answer is what changed since the
    /// list that [`Library::remember`] was given.
    pub fn scan(&self, on_batch: &dyn Fn()) -> Vec<Change> {
        {
            let _looking = self.look_alone();
            let seen = walk::walk(&self.root, &self.rules, Path::new(""));
            if seen.vanished.is_empty() {
                *lock(&self.device) = disk::device(&self.root);
            }
            let mut inner = self.write();
            for found in seen.files {
                inner.list(found);
            }
        }
        on_batch();
        self.read_pending(&|record| record.generation > 0 && record.hash.is_none(), false, on_batch);
        let generation = {
            let mut inner = self.write();
            inner.complete = true;
            inner.generation += 1;
            inner.generation
        };
        debug_assert!(generation > 0);
        on_batch();
        self.read_pending(&|record| record.entry.signes.is_none(), true, on_batch);
        on_batch();
        let former = std::mem::take(&mut self.write().former);
        if former.is_empty() { Vec::new() } else { former::compare(&former, &self.known()) }
    }

    /// Reads articles that `wants` picks, newest first, and puts what was read into the list.
    fn read_pending(&self, wants: &dyn Fn(&Record) -> bool, whole: bool, on_batch: &dyn Fn()) {
        let mut pending: Vec<(String, PathBuf, Stat, bool)> = self
            .read()
            .records
            .values()
            .filter(|record| wants(record))
            .map(|record| {
                let entry = &record.entry;
                (entry.path.clone(), self.root.join(&record.real), entry.stat, entry.read_only)
            })
            .collect();
        pending.sort_by_key(|(_, _, stat, _)| std::cmp::Reverse(stat.mtime_ns));
        let mut last = Instant::now();
        let mut batch = Vec::new();
        parallel::each(
            &pending,
            |(path, file, stat, _)| {
                if whole { read::whole(file, path, stat) } else { read::start(file, path, stat) }
            },
            |at, reading| {
                batch.push((at, reading));
                if last.elapsed() > BATCH {
                    self.take(&pending, &mut batch);
                    on_batch();
                    last = Instant::now();
                }
            },
        );
        self.take(&pending, &mut batch);
    }

    fn take(&self, pending: &[(String, PathBuf, Stat, bool)], batch: &mut Vec<(usize, Option<Reading>)>) {
        let mut inner = self.write();
        inner.generation += 1;
        let generation = inner.generation;
        for (at, reading) in batch.drain(..) {
            let (path, _, stat, _) = &pending[at];
            let Some(reading) = reading else { continue };
            if let Some(record) = inner.records.get_mut(path).filter(|record| record.entry.stat == *stat) {
                record.take(reading);
                record.generation = generation;
            }
        }
    }

    /// Looks at these files and folders (absolute paths) and returns what really changed. A file is read, whatever
    /// its times say, and believed as it is; a folder is walked as by [`Library::rescan`].
    pub fn refresh(&self, paths: &[PathBuf]) -> Vec<Change> {
        let _looking = self.look_alone();
        if !self.stands() {
            return Vec::new();
        }
        let mut look = Look::default();
        for path in paths {
            let Ok(rel) = path.strip_prefix(&self.root) else { continue };
            if path.file_name().is_some_and(|name| name == IGNORE_FILE) {
                self.rules.forget();
                self.walk_into(&mut look, rel.parent().unwrap_or(Path::new("")));
                continue;
            }
            match path.symlink_metadata() {
                Ok(meta) if meta.is_dir() => {
                    // It may stand where an article was.
                    look.missing.push((disk::identity(rel), true));
                    self.walk_into(&mut look, rel);
                }
                Ok(_) => match disk::probe(&self.root, rel).filter(|_| self.rules.admits(rel, false)) {
                    Some(found) => look.found.push((found, true)),
                    None => look.missing.push((disk::identity(rel), true)),
                },
                Err(error) if disk::is_gone(&error) => self.look_for(&mut look, rel),
                // A passing fault (a network folder that hangs) is no news of the article.
                Err(_) => {}
            }
        }
        // The desk itself may have gone while its files were looked for.
        if !look.missing.is_empty() && !self.stands() {
            return Vec::new();
        }
        self.settle(look)
    }

    /// A name that is not on the disk: the article and all below are gone, unless they stand there under another
    /// spelling of the same name.
    fn look_for(&self, look: &mut Look, rel: &Path) {
        let key = disk::identity(rel);
        let below = format!("{key}/");
        let listed: Vec<(String, PathBuf)> = {
            let inner = self.read();
            let own = inner.records.get(&key);
            own.into_iter()
                .chain(inner.below(&below))
                .map(|record| (record.entry.path.clone(), record.real.clone()))
                .collect()
        };
        for (path, real) in listed {
            let there = if self.is_missing(&real) { walk::twin(&self.root, &real) } else { Some(real) };
            match there.and_then(|real| disk::probe(&self.root, &real)) {
                Some(found) if self.rules.admits(&found.real, false) => look.found.push((found, true)),
                _ => look.missing.push((path, true)),
            }
        }
    }

    /// Walks a folder (absolute path) and returns what really changed below it. Files are read where size, times
    /// or inode differ. What is gone, was emptied or is being written is told by a later look only
    /// ([`Library::doubts`]).
    pub fn rescan(&self, subtree: &Path) -> Vec<Change> {
        let _looking = self.look_alone();
        if !self.stands() {
            return Vec::new();
        }
        let Ok(rel) = subtree.strip_prefix(&self.root) else { return Vec::new() };
        let mut look = Look::default();
        self.rules.forget();
        self.walk_into(&mut look, rel);
        self.settle(look)
    }

    /// Files (absolute paths) that have to be looked at again, with [`Library::refresh`] when they have settled, or by
    /// another walk a second later: they were gone, empty or being written when a walk came by.
    #[must_use]
    pub fn doubts(&self) -> Vec<PathBuf> {
        let inner = self.read();
        let records = inner.doubts.paths().filter_map(|path| inner.records.get(path));
        records.map(|record| self.root.join(&record.real)).collect()
    }

    /// Whether the desk is there. A mount that went away leaves an empty folder on another device: that deletes nothing.
    #[must_use]
    pub fn stands(&self) -> bool {
        let Some(now) = disk::device(&self.root) else { return false };
        let mut device = lock(&self.device);
        if device.is_some_and(|then| then != now) && disk::is_empty(&self.root) {
            return false;
        }
        *device = Some(now);
        true
    }

    fn walk_into(&self, look: &mut Look, rel: &Path) {
        let admitted = rel.as_os_str().is_empty() || self.rules.admits(rel, true);
        let seen = if admitted { walk::walk(&self.root, &self.rules, rel) } else { walk::Seen::default() };
        let names: HashSet<&str> = seen.files.iter().map(|found| found.path.as_str()).collect();
        let prefix = disk::identity(rel);
        let prefix = if prefix.is_empty() { prefix } else { prefix + "/" };
        let inner = self.read();
        let unreadable: Vec<String> = seen.vanished.iter().map(|rel| disk::identity(rel)).collect();
        look.missing.extend(
            inner
                .below(&prefix)
                .map(|record| &record.entry.path)
                .filter(|path| !names.contains(path.as_str()))
                .filter(|path| !unreadable.iter().any(|folder| disk::is_below(path, folder)))
                .map(|path| (path.clone(), false)),
        );
        drop(inner);
        look.found.extend(seen.files.into_iter().map(|found| (found, false)));
    }

    /// Compares what a look found with the list, and brings the list up to date.
    fn settle(&self, look: Look) -> Vec<Change> {
        let mut reads = Vec::new();
        {
            let mut inner = self.write();
            let mut names = HashSet::new();
            for (found, hinted) in look.found {
                let known = inner.records.get(&found.path);
                // A second name that is the same in NFC stays out while the first stands.
                let shadowed =
                    known.is_some_and(|record| record.real != found.real && !self.is_missing(&record.real));
                if shadowed {
                    continue;
                }
                let same = known.is_some_and(|record| {
                    record.real == found.real && record.entry.stat == found.stat && !record.fresh
                });
                let size = known.map(|record| record.entry.size);
                if !hinted && same {
                    inner.doubts.settle(&found.path);
                } else if hinted || !inner.doubts.is_unsettled(&found, size) {
                    inner.doubts.settle(&found.path);
                    if names.insert(found.path.clone()) {
                        reads.push(found);
                    }
                }
            }
        }
        let mut readings: Vec<Option<Reading>> = Vec::new();
        readings.resize_with(reads.len(), || None);
        parallel::each(
            &reads,
            |found| read::whole(&self.root.join(&found.real), &found.path, &found.stat),
            |at, reading| readings[at] = reading,
        );
        let here: HashSet<&str> = reads.iter().map(|found| found.path.as_str()).collect();
        let mut missing: BTreeMap<String, bool> = BTreeMap::new();
        for (path, hinted) in look.missing.into_iter().filter(|(path, _)| !here.contains(path.as_str())) {
            *missing.entry(path).or_default() |= hinted;
        }
        let mut inner = self.write();
        inner.departed.retain(|_, departed| departed.is_remembered());
        inner.generation += 1;
        let mut changes = Vec::new();
        missing.retain(|path, _| inner.records.contains_key(path));
        let mut leaving = Leaving::of(&inner, &missing);
        for (found, reading) in reads.into_iter().zip(readings) {
            // Gone or unreadable between the look and the reading: another hint will say so.
            let Some(reading) = reading else { continue };
            if inner.records.contains_key(&found.path) {
                if inner.update(&found, reading) {
                    changes.push(Change::Changed { path: found.path });
                }
                continue;
            }
            let Some(from) = self.former(&inner, &found, &reading, &leaving) else {
                changes.push(Change::Created { path: found.path.clone() });
                inner.add(found, reading);
                continue;
            };
            missing.remove(&from);
            leaving.follow(&from, reading.hash);
            let changed = inner.rename(&from, &found, reading);
            changes.push(Change::Renamed { from, to: found.path.clone() });
            if changed {
                changes.push(Change::Changed { path: found.path });
            }
        }
        let heirs = if missing.is_empty() { HashMap::new() } else { leaving::appeared(&inner) };
        for (path, hinted) in missing {
            // What stands there under a rule that leaves it out, or is no file now, is surely no article.
            let gone = inner.records.get(&path).is_some_and(|record| self.is_missing(&record.real));
            if !hinted && gone && inner.doubts.is_missed(&path) {
                continue;
            }
            changes.push(match inner.depart(&path, &leaving, &heirs) {
                Some(to) => Change::Renamed { from: path, to },
                None => Change::Removed { path },
            });
        }
        let Inner { doubts, records, .. } = &mut *inner;
        doubts.retain(|path| records.contains_key(path));
        changes
    }

    /// Under which path a file that is new to the list was known: the same inode with the same birth, else the same
    /// bytes, of an article that is gone. Several with the same bytes are no answer.
    fn former(&self, inner: &Inner, found: &Found, reading: &Reading, leaving: &Leaving) -> Option<String> {
        let same_file = |stat: &Stat, hash: Option<u128>| {
            !found.link
                && stat.is_same_file(&found.stat)
                && (stat.born() || (hash.is_some() && hash == reading.hash))
        };
        if let Some(path) = inner.inodes.get(&(found.stat.dev, found.stat.ino))
            && let Some(record) = inner.records.get(path)
            && same_file(&record.entry.stat, record.hash)
            && self.is_missing(&record.real)
        {
            return Some(path.clone());
        }
        if let Some(path) = leaving.with_inode(&found.stat)
            && inner.departed.get(path).is_some_and(|departed| same_file(&departed.stat, departed.hash))
        {
            return Some(path.clone());
        }
        let mut candidates = leaving.with_bytes(reading.hash).iter().filter(|path| {
            inner.departed.contains_key(*path)
                || inner.records.get(*path).is_some_and(|record| self.is_missing(&record.real))
        });
        let first = candidates.next()?;
        candidates.next().is_none().then(|| first.clone())
    }

    fn is_missing(&self, real: &Path) -> bool {
        self.root.join(real).symlink_metadata().is_err_and(|error| disk::is_gone(&error))
    }

    /// What changed since a generation; everything since 0.
    #[must_use]
    pub fn since(&self, generation: u64) -> Snapshot {
        let inner = self.read();
        Snapshot {
            generation: inner.generation,
            complete: inner.complete,
            changed: inner
                .records
                .values()
                .filter(|record| generation == 0 || record.generation > generation)
                .map(|record| record.entry.clone())
                .collect(),
            removed: inner
                .tombs
                .iter()
                .filter(|(_, gone)| generation > 0 && **gone > generation)
                .map(|(path, _)| path.clone())
                .collect(),
        }
    }

    /// Counts the changes of the list.
    #[must_use]
    pub fn generation(&self) -> u64 {
        self.read().generation
    }

    /// One article.
    #[must_use]
    pub fn get(&self, path: &str) -> Option<Entry> {
        self.read().records.get(path).map(|record| record.entry.clone())
    }

    /// All paths, sorted.
    #[must_use]
    pub fn paths(&self) -> Vec<String> {
        self.read().records.keys().cloned().collect()
    }

    /// The file of a listed article, by the name that the disk gives it (which need not be NFC).
    #[must_use]
    pub fn file(&self, path: &str) -> Option<PathBuf> {
        self.read().records.get(path).map(|record| self.root.join(&record.real))
    }

    fn look_alone(&self) -> MutexGuard<'_, ()> {
        lock(&self.looking)
    }

    fn read(&self) -> RwLockReadGuard<'_, Inner> {
        self.inner.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Inner> {
        self.inner.write().unwrap_or_else(PoisonError::into_inner)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// What a look found: files and listed paths that are gone, each with whether it was named by a hint (and is believed)
/// or only found by a walk.
#[derive(Default)]
struct Look {
    found: Vec<(Found, bool)>,
    missing: Vec<(String, bool)>,
}

impl Record {
    fn new(found: Found) -> Self {
        Self {
            entry: Entry {
                size: found.stat.size,
                modified_ms: found.stat.modified_ms(),
                stat: found.stat,
                head: read::head("", &found.path),
                signes: None,
                read_only: found.outside,
                path: found.path,
            },
            real: found.real,
            link: found.link,
            hash: None,
            fresh: false,
            generation: 0,
            appeared: None,
        }
    }

    fn take(&mut self, reading: Reading) {
        self.entry.head = reading.head;
        self.entry.read_only |= reading.read_only;
        self.hash = reading.hash.or(self.hash);
        self.fresh = reading.fresh;
        self.entry.signes = reading.signes.or(self.entry.signes);
    }
}

impl Inner {
    fn below<'a>(&'a self, prefix: &'a str) -> impl Iterator<Item = &'a Record> {
        self.records
            .range(prefix.to_owned()..)
            .take_while(move |(path, _)| path.starts_with(prefix))
            .map(|(_, record)| record)
    }

    fn put(&mut self, mut record: Record) {
        record.generation = self.generation;
        let path = record.entry.path.clone();
        if !record.link {
            self.inodes.insert((record.entry.stat.dev, record.entry.stat.ino), path.clone());
        }
        self.tombs.remove(&path);
        self.departed.remove(&path);
        self.records.insert(path, record);
    }

    fn pull(&mut self, path: &str) -> Option<Record> {
        let record = self.records.remove(path)?;
        let inode = (record.entry.stat.dev, record.entry.stat.ino);
        if self.inodes.get(&inode).is_some_and(|owner| owner == path) {
            self.inodes.remove(&inode);
        }
        self.tombs.insert(path.to_owned(), self.generation);
        Some(record)
    }

    /// Puts a name on the list that a scan found; its content is read later.
    fn list(&mut self, found: Found) {
        if self.records.contains_key(&found.path) {
            return;
        }
        self.generation += 1;
        self.put(Record::new(found));
    }

    fn add(&mut self, found: Found, reading: Reading) {
        let mut record = Record::new(found);
        record.take(reading);
        record.appeared = Some(Instant::now());
        self.put(record);
    }

    /// Takes a new reading of a listed article; did its bytes change?
    fn update(&mut self, found: &Found, reading: Reading) -> bool {
        let Some(old) = self.pull(&found.path) else { return false };
        let changed = match (old.hash, reading.hash) {
            (Some(then), Some(now)) => then != now,
            // One of them was too large to hash, or not read yet.
            _ => !old.entry.stat.is_same_content(&found.stat),
        };
        let mut record = Record::new(found.clone());
        record.take(reading);
        record.appeared = old.appeared;
        self.put(record);
        changed
    }

    /// Moves a record; did its bytes change as well?
    fn rename(&mut self, from: &str, found: &Found, reading: Reading) -> bool {
        let old = self.pull(from);
        let departed = self.departed.remove(from);
        let hash = old.map_or_else(|| departed.and_then(|departed| departed.hash), |record| record.hash);
        let changed = hash.is_some() && hash != reading.hash;
        self.add(found.clone(), reading);
        changed
    }

    /// Takes a gone article off the list. Where the same bytes appeared elsewhere a moment ago (a move between file
    /// systems copies first), the answer is where, unless several leave with these bytes.
    fn depart(
        &mut self,
        path: &str,
        leaving: &Leaving,
        heirs: &HashMap<u128, Vec<String>>,
    ) -> Option<String> {
        let record = self.pull(path)?;
        let heirs = record.hash.and_then(|hash| heirs.get(&hash));
        if let Some([heir]) = heirs.map(Vec::as_slice)
            && leaving.with_bytes(record.hash).len() == 1
            && let Some(heir) = self.records.get_mut(heir).filter(|heir| heir.appeared.is_some())
        {
            // Nobody else inherits.
            heir.appeared = None;
            return Some(heir.entry.path.clone());
        }
        self.departed.insert(path.to_owned(), Departed::new(&record));
        None
    }
}
