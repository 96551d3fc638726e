//! The review records of a desk: `.copydesk/review/<ULID>/<slug of the author>-<installation>.jsonl`, one folder for
//! each record, one file in it for each author on each installation, which nobody else writes.
//!
//! A record belongs to the article that its last `path` event names; renaming an article moves no file. Files are only
//! ever added to, so Git, Syncthing and network drives have nothing to merge within them.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};
use std::ffi::OsString;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use copydesk_core::review::{By, Event, Kind, Record, fold, in_order, last_believed};
use copydesk_core::slug::slugify;
use jiff::Timestamp;

use super::fs::{Fs, Stat};
use super::record_file::{self, Content};
use super::ulid;

/// What could not be read of a record's file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// The file, relative to the desk.
    pub file: String,
    /// Lines that are no events.
    pub damaged: usize,
    /// The last line was cut short.
    pub torn: bool,
    /// The file could not be read at all.
    pub unread: bool,
    /// Bytes in the middle of a file without end that were not looked at.
    pub skipped: u64,
}

/// The review of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reviewed {
    /// What its records come to.
    pub record: Record,
    /// What could not be read.
    pub troubles: Vec<Trouble>,
}

/// The records of one desk.
pub struct Records {
    fs: Arc<dyn Fs>,
    root: PathBuf,
    /// Bytes of one file that are read.
    most: u64,
    held: Mutex<Held>,
}

#[derive(Default)]
struct Held {
    records: BTreeMap<String, Kept>,
    /// The records of each article, oldest first.
    named: HashMap<String, Vec<String>>,
    /// By article, until something changes.
    folded: HashMap<String, Arc<Reviewed>>,
}

/// One record.
#[derive(Default)]
struct Kept {
    files: BTreeMap<OsString, File>,
    /// The article that it belongs to.
    path: Option<String>,
    /// Those that it belonged to before, the last one last.
    past: Vec<String>,
    /// When that changed, as its author's clock said.
    since: Option<Timestamp>,
}

/// One file of a record.
struct File {
    stamp: Option<Stat>,
    events: Vec<Event>,
    people: BTreeSet<String>,
    /// Its last line has its end.
    whole: bool,
    troubles: Vec<Trouble>,
}

impl Records {
    /// The records of a desk's folder; nothing is read yet.
    #[must_use]
    pub fn open(fs: Arc<dyn Fs>, root: &Path) -> Self {
        Self { fs, root: root.to_owned(), most: record_file::MOST, held: Mutex::default() }
    }

    /// With another bound of what is read of one file, in bytes: of a longer one, its beginning and its end.
    #[must_use]
    pub fn reading_at_most(self, most: u64) -> Self {
        Self { most, ..self }
    }

    fn held(&self) -> MutexGuard<'_, Held> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn folder(&self) -> PathBuf {
        self.root.join(".copydesk/review")
    }

    /// Reads what changed on the disk; gives the articles whose review may be another now.
    pub fn refresh(&self) -> BTreeSet<String> {
        let mut held = self.held();
        self.take_in(&mut held)
    }

    fn take_in(&self, held: &mut Held) -> BTreeSet<String> {
        let mut changed = BTreeSet::new();
        let names = if self.is_ours() { folders(&self.folder()) } else { BTreeSet::new() };
        let gone: Vec<String> = held.records.keys().filter(|name| !names.contains(*name)).cloned().collect();
        for name in gone {
            changed.extend(held.records.remove(&name).and_then(|record| record.path));
        }
        for name in names {
            let folder = self.folder().join(&name);
            let record = held.records.entry(name).or_default();
            if self.read_record(&folder, record) {
                changed.extend(record.path.take());
                name_paths(record);
                changed.extend(record.path.clone());
            }
        }
        changed.iter().for_each(|path| drop(held.folded.remove(path)));
        if !changed.is_empty() {
            held.named.clear();
            for (name, record) in &held.records {
                if let Some(path) = &record.path {
                    held.named.entry(path.clone()).or_default().push(name.clone());
                }
            }
        }
        changed
    }

    /// No link leads the records out of the desk.
    fn is_ours(&self) -> bool {
        [".copydesk", ".copydesk/review"]
            .iter()
            .all(|part| self.root.join(part).symlink_metadata().is_ok_and(|metadata| metadata.is_dir()))
    }

    /// Reads the files of a record that are not as they were; says whether there were any.
    fn read_record(&self, folder: &Path, record: &mut Kept) -> bool {
        let Ok(entries) = std::fs::read_dir(folder) else { return false };
        let names: Vec<OsString> = entries
            .flatten()
            .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()))
            .map(|entry| entry.file_name())
            .filter(|name| Path::new(name).extension().is_some_and(|ending| ending == "jsonl"))
            .collect();
        let count = record.files.len();
        record.files.retain(|name, _| names.contains(name));
        let mut changed = record.files.len() < count;
        for name in names {
            let path = folder.join(&name);
            let stamp = self.fs.stat(&path).ok();
            if record.files.get(&name).is_some_and(|known| known.stamp.is_some() && known.stamp == stamp) {
                continue;
            }
            record.files.insert(name, self.read_file(&path, stamp));
            changed = true;
        }
        changed
    }

    fn read_file(&self, path: &Path, stamp: Option<Stat>) -> File {
        let relative = path.strip_prefix(&self.root).unwrap_or(path).display().to_string();
        let content = stamp.and_then(|stamp| record_file::read(&*self.fs, path, stamp.size, self.most).ok());
        let none = Trouble { file: relative, damaged: 0, torn: false, unread: false, skipped: 0 };
        let Some(Content { lines, whole, skipped }) = content else {
            let troubles = vec![Trouble { unread: true, ..none }];
            return File { stamp, events: Vec::new(), people: BTreeSet::new(), whole: true, troubles };
        };
        let mut troubles = Vec::new();
        if skipped > 0 {
            troubles.push(Trouble { skipped, ..none.clone() });
        }
        if lines.damaged > 0 || lines.torn {
            troubles.push(Trouble { damaged: lines.damaged, torn: lines.torn, ..none });
        }
        let names: HashSet<&str> = lines.events.iter().map(|event| event.by.name.as_str()).collect();
        let people = names.into_iter().map(str::to_owned).collect();
        File { stamp, events: lines.events, people, whole, troubles }
    }

    /// The review of an article, as last read.
    #[must_use]
    pub fn of(&self, path: &str) -> Arc<Reviewed> {
        let mut held = self.held();
        if let Some(known) = held.folded.get(path) {
            return Arc::clone(known);
        }
        let files = || bound(&held, path).flat_map(|(_, record)| record.files.values());
        let events = files().flat_map(|file| file.events.iter().cloned()).collect();
        let troubles = files().flat_map(|file| file.troubles.iter().cloned()).collect();
        let reviewed = Arc::new(Reviewed { record: fold(events), troubles });
        held.folded.insert(path.to_owned(), Arc::clone(&reviewed));
        reviewed
    }

    /// The articles that have a record.
    #[must_use]
    pub fn articles(&self) -> BTreeSet<String> {
        self.held().records.values().filter_map(|record| record.path.clone()).collect()
    }

    /// The folders of an article's records, relative to the desk: for reports.
    #[must_use]
    pub fn folders_of(&self, path: &str) -> Vec<String> {
        bound(&self.held(), path).map(|(name, _)| format!(".copydesk/review/{name}")).collect()
    }

    /// Everybody who did something in a review of this desk.
    #[must_use]
    pub fn people(&self) -> BTreeSet<String> {
        let held = self.held();
        let files = held.records.values().flat_map(|record| record.files.values());
        files.flat_map(|file| file.people.iter().cloned()).collect()
    }

    /// Adds events to an article's record, which is begun if it has none. They are on the medium when this returns.
    ///
    /// # Errors
    /// The system's; nothing is to be believed written.
    pub fn append(&self, path: &str, by: &By, now: Timestamp, kinds: Vec<Kind>) -> io::Result<Vec<Event>> {
        let mut held = self.held();
        self.take_in(&mut held);
        let known = bound(&held, path).next().map(|(name, _)| name.to_owned());
        let (record, kinds) = match known {
            Some(record) => (record, kinds),
            None => {
                let begun = Kind::Path { path: Some(path.to_owned()) };
                (ulid::new(now), std::iter::once(begun).chain(kinds).collect())
            }
        };
        let last = last_believed(bound(&held, path).flat_map(|(_, record)| counters(record)));
        let events = self.write(&mut held, &record, by, now, last, kinds)?;
        Ok(events)
    }

    /// Adds events that others made elsewhere, in their order, as [`Records::append`] does.
    ///
    /// # Errors
    /// The system's; what came before the error is written.
    pub fn import(&self, path: &str, events: Vec<(By, Timestamp, Kind)>) -> io::Result<()> {
        events.chunk_by(|a, b| (&a.0, a.1) == (&b.0, b.1)).try_for_each(|alike| {
            let kinds = alike.iter().map(|(_, _, kind)| kind.clone()).collect();
            self.append(path, &alike[0].0, alike[0].1, kinds).map(drop)
        })
    }

    /// An article has another path, or none any more: its records go along.
    ///
    /// # Errors
    /// The system's.
    pub fn bind(&self, from: &str, to: Option<&str>, by: &By, now: Timestamp) -> io::Result<()> {
        let mut held = self.held();
        self.take_in(&mut held);
        let records = bound(&held, from).map(|(name, _)| name.to_owned()).collect();
        self.rebind(&mut held, records, to, by, now)
    }

    /// What came to a path from `from` may stay; records of a former article there are let go. Says whether there were any.
    ///
    /// # Errors
    /// The system's.
    pub fn displace(&self, path: &str, from: &str, by: &By, now: Timestamp) -> io::Result<bool> {
        let mut held = self.held();
        self.take_in(&mut held);
        let others = bound(&held, path).filter(|(_, record)| !record.past.iter().any(|past| past == from));
        let records: Vec<String> = others.map(|(name, _)| name.to_owned()).collect();
        let some = !records.is_empty();
        self.rebind(&mut held, records, None, by, now)?;
        Ok(some)
    }

    /// The names of an article's records.
    #[must_use]
    pub fn names_of(&self, path: &str) -> Vec<String> {
        bound(&self.held(), path).map(|(name, _)| name.to_owned()).collect()
    }

    /// Lets go of some records of an article, those that are still its own.
    ///
    /// # Errors
    /// The system's.
    pub fn let_go(&self, path: &str, names: &[String], by: &By, now: Timestamp) -> io::Result<()> {
        let mut held = self.held();
        self.take_in(&mut held);
        let records = bound(&held, path).map(|(name, _)| name.to_owned()).filter(|name| names.contains(name));
        let records = records.collect();
        self.rebind(&mut held, records, None, by, now)
    }

    /// An article that was gone since `left` is back at a path: the records that were let go with it are its own again.
    /// Of several articles that had its former path, those count that were let go first after it was last written.
    ///
    /// # Errors
    /// The system's.
    pub fn bring_back(
        &self,
        former: &str,
        left: Timestamp,
        to: &str,
        by: &By,
        now: Timestamp,
    ) -> io::Result<()> {
        let mut held = self.held();
        self.take_in(&mut held);
        let free = || {
            let free = held.records.iter().filter(|(_, record)| {
                record.path.is_none() && record.past.last().is_some_and(|past| past == former)
            });
            free.filter_map(|(name, record)| Some((name, record.since?)))
        };
        let first = free().map(|(_, since)| since).filter(|since| *since >= left).min();
        let records = free().filter(|(_, since)| Some(*since) == first);
        let records = records.map(|(name, _)| name.clone()).collect();
        self.rebind(&mut held, records, Some(to), by, now)
    }

    fn rebind(
        &self,
        held: &mut Held,
        records: Vec<String>,
        to: Option<&str>,
        by: &By,
        now: Timestamp,
    ) -> io::Result<()> {
        for record in records {
            let last = held.records.get(&record).map(|record| last_believed(counters(record)));
            let kind = Kind::Path { path: to.map(str::to_owned) };
            self.write(held, &record, by, now, last.unwrap_or_default(), vec![kind])?;
        }
        Ok(())
    }

    fn write(
        &self,
        held: &mut Held,
        record: &str,
        by: &By,
        now: Timestamp,
        last: u64,
        kinds: Vec<Kind>,
    ) -> io::Result<Vec<Event>> {
        let folder = self.folder().join(record);
        self.fs.make_folder(&folder)?;
        if !self.is_ours() || !folder.symlink_metadata()?.is_dir() {
            return Err(io::Error::new(io::ErrorKind::PermissionDenied, "the record's folder is a link"));
        }
        let name = format!("{}-{}.jsonl", slugify(&by.name), by.installation);
        let file = folder.join(&name);
        let (at, kinds) = (now.to_string(), kinds.into_iter().zip(last + 1..));
        let events: Vec<Event> = kinds
            .map(|(kind, n)| Event { id: ulid::new(now), n, by: by.clone(), at: at.clone(), kind })
            .collect();
        let known = held.records.get(record).and_then(|known| known.files.get(&OsString::from(&name)));
        let mut bytes = String::new();
        // A line that was cut short stays as it is; what follows begins a line of its own.
        if known.is_some_and(|known| !known.whole) {
            bytes.push('\n');
        }
        events.iter().for_each(|event| bytes.push_str(&event.line()));
        let new = known.is_none();
        let result = self.fs.append(&file, bytes.as_bytes());
        if new {
            self.fs.sync_folder(&folder)?;
            self.fs.sync_folder(&self.folder())?;
        }
        self.take_in(held);
        result.map(|()| events)
    }
}

/// The records of an article, oldest first.
fn bound<'a>(held: &'a Held, path: &'a str) -> impl Iterator<Item = (&'a str, &'a Kept)> {
    let names = held.named.get(path).into_iter().flatten();
    names.filter_map(|name| held.records.get_key_value(name)).map(|(name, record)| (name.as_str(), record))
}

/// The article that a record names, and the one that it named before; of its events, only those have a say in it.
fn name_paths(record: &mut Kept) {
    let events = record.files.values().flat_map(|file| &file.events);
    let names = |event: &&Event| matches!(event.kind, Kind::Path { .. });
    let ids: HashSet<&str> = events.clone().filter(names).map(|event| event.id.as_str()).collect();
    let said = events.filter(|event| ids.contains(event.id.as_str())).cloned().collect();
    let (mut path, mut past, mut since) = (None, Vec::new(), None);
    for event in in_order(said) {
        let Kind::Path { path: named } = event.kind else { continue };
        if named == path {
            continue;
        }
        past.extend(path);
        path = named;
        since = event.at.parse().ok();
    }
    (record.path, record.past, record.since) = (path, past, since);
}

fn counters(record: &Kept) -> impl Iterator<Item = u64> {
    record.files.values().flat_map(|file| &file.events).map(|event| event.n)
}

/// The names of the records' folders.
fn folders(folder: &Path) -> BTreeSet<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return BTreeSet::new() };
    entries
        .flatten()
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| ulid::is_one(name))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::super::fs::RealFs;
    use super::*;

    struct Desk {
        root: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            Self { root: tempfile::tempdir().unwrap() }
        }

        fn records(&self) -> Records {
            let records = Records::open(Arc::new(RealFs), self.root.path());
            records.refresh();
            records
        }

        fn files(&self) -> Vec<PathBuf> {
            let mut files = Vec::new();
            for record in std::fs::read_dir(self.root.path().join(".copydesk/review")).unwrap() {
                for file in std::fs::read_dir(record.unwrap().path()).unwrap() {
                    files.push(file.unwrap().path());
                }
            }
            files.sort();
            files
        }
    }

    fn by(name: &str) -> By {
        By { name: name.into(), installation: "00ff".into() }
    }

    fn comment(text: &str) -> Vec<Kind> {
        vec![Kind::Comment { thread: text.into(), anchor: None, text: text.into(), off_record: false }]
    }

    fn said(records: &Records, path: &str) -> Vec<String> {
        records.of(path).record.threads.iter().map(|thread| thread.id.clone()).collect()
    }

    const NOW: Timestamp = Timestamp::UNIX_EPOCH;

    #[test]
    fn each_author_has_a_file_and_another_program_sees_it() {
        let desk = Desk::new();
        let (here, there) = (desk.records(), desk.records());
        here.append("ville/a.md", &by("Élise Faure"), NOW, comment("un")).unwrap();
        assert_eq!(there.refresh(), BTreeSet::from(["ville/a.md".to_owned()]));
        there.append("ville/a.md", &by("Noé Petit"), NOW, comment("deux")).unwrap();
        assert_eq!(there.refresh(), BTreeSet::new());
        here.refresh();
        assert_eq!(said(&here, "ville/a.md"), ["un", "deux"]);
        assert_eq!(here.of("ville/a.md").record, there.of("ville/a.md").record);
        let names: Vec<String> = desk
            .files()
            .iter()
            .map(|file| file.file_name().unwrap().to_string_lossy().into_owned())
            .collect();
        assert_eq!(names, ["elise-faure-00ff.jsonl", "noe-petit-00ff.jsonl"]);
        assert_eq!(here.people(), BTreeSet::from(["Noé Petit".to_owned(), "Élise Faure".to_owned()]));
    }

    #[test]
    fn a_rename_takes_the_record_along_and_a_new_article_has_its_own() {
        let desk = Desk::new();
        let records = desk.records();
        records.append("a.md", &by("É"), NOW, comment("un")).unwrap();
        records.bind("a.md", Some("b.md"), &by("N"), NOW).unwrap();
        assert_eq!((said(&records, "a.md").len(), said(&records, "b.md").len()), (0, 1));
        records.append("a.md", &by("É"), NOW, comment("autre")).unwrap();
        assert_eq!(said(&records, "a.md"), ["autre"]);
        assert_eq!(said(&desk.records(), "b.md"), ["un"]);
        // Two records of one article are read together.
        records.bind("a.md", Some("b.md"), &by("É"), NOW).unwrap();
        assert_eq!(said(&records, "b.md").len(), 2);
        records.bind("b.md", None, &by("É"), NOW).unwrap();
        assert_eq!(records.articles(), BTreeSet::new());
    }

    #[test]
    fn what_was_let_go_is_brought_back_to_its_own_article() {
        let desk = Desk::new();
        let records = desk.records();
        let at = |second| Timestamp::from_second(second).unwrap();
        let let_go = |second| records.bind("a.md", None, &by("É"), at(second)).unwrap();
        records.append("a.md", &by("É"), at(1), comment("premier")).unwrap();
        let_go(3);
        records.append("a.md", &by("É"), at(5), comment("second")).unwrap();
        let_go(7);
        let back = |left, to| records.bring_back("a.md", at(left), to, &by("É"), at(9)).unwrap();
        back(6, "b.md");
        back(8, "x.md");
        back(2, "a.md");
        assert_eq!(said(&records, "b.md"), ["second"]);
        assert_eq!(said(&records, "a.md"), ["premier"]);
        assert_eq!(said(&desk.records(), "x.md"), Vec::<String>::new());
    }

    #[test]
    fn what_came_along_stays_and_what_was_there_goes() {
        let desk = Desk::new();
        let (here, there) = (desk.records(), desk.records());
        here.append("a.md", &by("É"), NOW, comment("avec")).unwrap();
        here.append("c.md", &by("É"), NOW, comment("ancien")).unwrap();
        // Another machine says first that `a` is `c` now, by way of `b`.
        there.bind("a.md", Some("b.md"), &by("N"), NOW).unwrap();
        there.bind("b.md", Some("c.md"), &by("N"), NOW).unwrap();
        assert!(here.displace("c.md", "a.md", &by("É"), NOW).unwrap());
        here.bind("a.md", Some("c.md"), &by("É"), NOW).unwrap();
        assert!(!here.displace("c.md", "a.md", &by("É"), NOW).unwrap());
        assert_eq!(said(&here, "c.md"), ["avec"]);
    }

    #[test]
    fn a_counter_at_its_end_takes_no_later_event_along() {
        let desk = Desk::new();
        desk.records().append("a.md", &by("É"), NOW, comment("un")).unwrap();
        let file = &desk.files()[0];
        let line = std::fs::read_to_string(file).unwrap().lines().last().unwrap().to_owned();
        let far = line.replace("\"n\":2", "\"n\":9007199254740991").replace("un", "loin");
        let far = far.replacen("\"id\":\"0", "\"id\":\"1", 1);
        std::fs::write(file.with_file_name("autre-01.jsonl"), format!("{far}\n")).unwrap();
        for text in ["deux", "trois"] {
            desk.records().append("a.md", &by("É"), NOW, comment(text)).unwrap();
        }
        assert_eq!(said(&desk.records(), "a.md"), ["un", "deux", "trois", "loin"]);
        assert_eq!(desk.records().of("a.md").troubles, []);
    }

    #[test]
    fn a_torn_line_is_reported_and_what_follows_is_whole() {
        let desk = Desk::new();
        desk.records().append("a.md", &by("É"), NOW, comment("un")).unwrap();
        let file = &desk.files()[0];
        let mut bytes = std::fs::read(file).unwrap();
        bytes.extend_from_slice(b"{\"id\":\"01\",\"n\":3,\"by");
        std::fs::write(file, &bytes).unwrap();
        let records = desk.records();
        assert!(records.of("a.md").troubles[0].torn);
        records.append("a.md", &by("É"), NOW, comment("deux")).unwrap();
        assert_eq!(said(&records, "a.md"), ["un", "deux"]);
        let troubles = &records.of("a.md").troubles;
        assert_eq!((troubles[0].damaged, troubles[0].torn), (1, false));
    }

    #[test]
    fn no_link_leads_out_of_the_desk() {
        let (desk, other) = (Desk::new(), Desk::new());
        other.records().append("a.md", &by("É"), NOW, comment("ailleurs")).unwrap();
        std::os::unix::fs::symlink(other.root.path().join(".copydesk"), desk.root.path().join(".copydesk"))
            .unwrap();
        let records = desk.records();
        assert_eq!(said(&records, "a.md"), Vec::<String>::new());
        assert!(records.append("a.md", &by("É"), NOW, comment("dehors")).is_err());
        assert_eq!(other.files().len(), 1);
    }
}
