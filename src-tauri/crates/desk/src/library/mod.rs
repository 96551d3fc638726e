//! The articles that a desk holds.
//!
//! The disk is the truth, this list is its picture, and what a watch reports is only a hint of where to look.
//! Everything is decided by content: a file that was touched but holds the same bytes did not change.

mod disk;
mod parallel;
mod read;
mod rules;
mod walk;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, MutexGuard, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::{Duration, Instant};

use disk::Found;
pub use disk::{Stat, is_article_name};
use read::Reading;
use rules::{IGNORE_FILE, Rules};

/// A name that left is remembered this long, so that the same bytes under another name are a move.
const MEMORY: Duration = Duration::from_secs(5);
/// A file that is empty and younger than this may be between a writer's truncation and its first byte.
const YOUNG: Duration = Duration::from_millis(500);
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
    generation: u64,
    /// When it appeared, where it was not there from the start.
    appeared: Option<Instant>,
}

struct Departed {
    path: String,
    stat: Stat,
    hash: Option<u128>,
    at: Instant,
}

#[derive(Default)]
struct Inner {
    records: BTreeMap<String, Record>,
    /// Regular files only: a link has the inode of its target.
    inodes: HashMap<(u64, u64), String>,
    tombs: BTreeMap<String, u64>,
    departed: Vec<Departed>,
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

    /// Reads the whole desk: first the names, then the furniture (newest files first), then the lengths.
    /// `on_batch` is called on this thread when there is something new to show.
    pub fn scan(&self, on_batch: &dyn Fn()) {
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
    /// its times say; a folder is walked.
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
                Ok(meta) if meta.is_dir() => self.walk_into(&mut look, rel),
                Ok(_) => match disk::probe(&self.root, rel).filter(|_| self.rules.admits(rel, false)) {
                    Some(found) => look.found.push((found, true)),
                    None => look.missing.push(disk::identity(rel)),
                },
                Err(error) if disk::is_gone(&error) => {
                    let key = disk::identity(rel);
                    let below = format!("{key}/");
                    let inner = self.read();
                    look.missing.extend(inner.below(&below).map(|record| record.entry.path.clone()));
                    look.missing.push(key);
                }
                // A passing fault (a network folder that hangs) is no news of the article.
                Err(_) => {}
            }
        }
        self.settle(look)
    }

    /// Walks a folder (absolute path) and returns what really changed below it. Files are read where size, times
    /// or inode differ.
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

    /// Is the desk there? A mount that went away leaves an empty folder on another device: that deletes nothing.
    fn stands(&self) -> bool {
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
                .cloned(),
        );
        drop(inner);
        look.found.extend(seen.files.into_iter().map(|found| (found, false)));
    }

    /// Compares what a look found with the list, and brings the list up to date.
    fn settle(&self, look: Look) -> Vec<Change> {
        let mut reads = Vec::new();
        {
            let inner = self.read();
            let mut names = HashSet::new();
            for (found, hinted) in look.found {
                let known = inner.records.get(&found.path);
                let same = known.is_some_and(|record| record.entry.stat == found.stat);
                // A second name that is the same in NFC stays out while the first stands.
                let shadowed = known.is_some_and(|record| {
                    record.real != found.real && self.root.join(&record.real).symlink_metadata().is_ok()
                });
                let truncated = !hinted
                    && found.stat.size == 0
                    && found.stat.age() < YOUNG
                    && known.is_some_and(|record| record.entry.size > 0);
                if !shadowed && !truncated && (hinted || !same) && names.insert(found.path.clone()) {
                    reads.push(found);
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
        let missing: Vec<String> = {
            let inner = self.read();
            let here: HashSet<&str> = reads.iter().map(|found| found.path.as_str()).collect();
            let mut missing: Vec<String> = look
                .missing
                .into_iter()
                .filter(|path| !here.contains(path.as_str()) && inner.records.contains_key(path))
                .collect();
            missing.sort();
            missing.dedup();
            missing
        };
        let mut inner = self.write();
        inner.departed.retain(|departed| departed.at.elapsed() < MEMORY);
        inner.generation += 1;
        let mut changes = Vec::new();
        let mut missing: Vec<Option<String>> = missing.into_iter().map(Some).collect();
        for (found, reading) in reads.into_iter().zip(readings) {
            // Gone or unreadable between the look and the reading: another hint will say so.
            let Some(reading) = reading else { continue };
            if inner.records.contains_key(&found.path) {
                if inner.update(&found, reading) {
                    changes.push(Change::Changed { path: found.path });
                }
                continue;
            }
            let Some(from) = self.former(&inner, &found, &reading, &missing) else {
                changes.push(Change::Created { path: found.path.clone() });
                inner.add(found, reading);
                continue;
            };
            missing.iter_mut().filter(|path| path.as_ref() == Some(&from)).for_each(|path| *path = None);
            let changed = inner.rename(&from, &found, reading);
            changes.push(Change::Renamed { from, to: found.path.clone() });
            if changed {
                changes.push(Change::Changed { path: found.path });
            }
        }
        for path in missing.into_iter().flatten() {
            changes.push(match inner.depart(&path) {
                Some(to) => Change::Renamed { from: path, to },
                None => Change::Removed { path },
            });
        }
        changes
    }

    /// Under which path a file that is new to the list was known: the same inode with the same birth, else the same
    /// bytes, of an article that is gone. Several with the same bytes are no answer.
    fn former(
        &self,
        inner: &Inner,
        found: &Found,
        reading: &Reading,
        missing: &[Option<String>],
    ) -> Option<String> {
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
        if let Some(departed) =
            inner.departed.iter().find(|departed| same_file(&departed.stat, departed.hash))
        {
            return Some(departed.path.clone());
        }
        if found.stat.size == 0 || reading.hash.is_none() {
            return None;
        }
        let leaving = missing.iter().flatten().filter(|path| {
            inner
                .records
                .get(*path)
                .is_some_and(|record| record.hash == reading.hash && self.is_missing(&record.real))
        });
        let departed =
            inner.departed.iter().filter(|departed| departed.hash == reading.hash).map(|it| &it.path);
        let mut candidates = leaving.chain(departed);
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

/// What a look found: files (and whether to read them whatever their times say), and listed paths that are gone.
#[derive(Default)]
struct Look {
    found: Vec<(Found, bool)>,
    missing: Vec<String>,
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
            generation: 0,
            appeared: None,
        }
    }

    fn take(&mut self, reading: Reading) {
        self.entry.head = reading.head;
        self.entry.read_only |= reading.read_only;
        self.hash = reading.hash.or(self.hash);
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
        let hash = old.as_ref().map_or_else(
            || self.departed.iter().find(|departed| departed.path == from).and_then(|departed| departed.hash),
            |record| record.hash,
        );
        self.departed.retain(|departed| departed.path != from);
        let changed = hash.is_some() && hash != reading.hash;
        self.add(found.clone(), reading);
        changed
    }

    /// Takes a gone article off the list. Where the same bytes appeared elsewhere a moment ago (a move between file
    /// systems copies first), the answer is where.
    fn depart(&mut self, path: &str) -> Option<String> {
        let record = self.pull(path)?;
        let mut heirs = self.records.values().filter(|other| {
            record.entry.size > 0
                && record.hash.is_some()
                && other.hash == record.hash
                && other.appeared.is_some_and(|at| at.elapsed() < MEMORY)
        });
        if let (Some(heir), None) = (heirs.next(), heirs.next()) {
            return Some(heir.entry.path.clone());
        }
        self.departed.push(Departed {
            path: path.to_owned(),
            stat: record.entry.stat,
            hash: record.hash,
            at: Instant::now(),
        });
        None
    }
}
