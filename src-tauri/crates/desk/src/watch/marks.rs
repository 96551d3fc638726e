//! The set of noted paths, each with the moment when it may be looked at.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, MetadataKind, ModifyKind, RemoveKind, RenameMode};
use notify::{ErrorKind, Event, EventKind};

use super::{AGAIN, EMPTY, QUIET, STORM_LOOK, is_within};
use crate::library::is_article_name;

/// Name of the heartbeat's file.
pub(super) const CANARY: &str = "heartbeat";

/// A file whose writer closed it is whole; the rest only gathers what belongs together.
const WHOLE: Duration = Duration::from_millis(10);
/// A file that is being written has settled when nothing was reported for this long.
const WRITING: Duration = Duration::from_millis(100);
/// A name that is gone may come back: many programs save by deleting or renaming first.
const GONE: Duration = Duration::from_millis(50);
/// More notes than this within a second are a storm.
const STORM: u32 = 500;

#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Whole,
    Writing,
    Gone,
    /// The second look at an empty file.
    Second,
}

#[derive(Clone, Copy)]
struct Mark {
    kind: Kind,
    due: Instant,
}

/// A path to look at now.
pub(super) struct Due {
    pub file: PathBuf,
    /// If it is empty, it may wait for a second look.
    pub later: bool,
}

/// What to look at now.
#[derive(Default)]
pub(super) struct DueNow {
    pub folders: Vec<PathBuf>,
    pub paths: Vec<Due>,
}

pub(super) struct Marks {
    root: PathBuf,
    canary: Option<PathBuf>,
    paths: HashMap<PathBuf, Mark>,
    /// Folders to walk, and when.
    folders: HashMap<PathBuf, Instant>,
    /// Start of the second in which notes are counted, and their number.
    second: (Instant, u32),
    /// Since when too much happens to follow single files, and the last note of it.
    storm: Option<(Instant, Instant)>,
    /// The watch broke: `true` where the system has no watches left, so that building it anew is of no use.
    pub watch_failed: Option<bool>,
    /// Something happened to the desk's own folder.
    pub root_touched: bool,
}

impl Marks {
    pub(super) fn new(root: PathBuf, canary: Option<PathBuf>) -> Self {
        Self {
            root,
            canary: canary.map(|folder| folder.join(CANARY)),
            paths: HashMap::new(),
            folders: HashMap::new(),
            second: (Instant::now(), 0),
            storm: None,
            watch_failed: None,
            root_touched: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.paths.clear();
        self.folders.clear();
        self.storm = None;
        self.watch_failed = None;
    }

    /// Nothing waits to be looked at.
    pub(super) fn is_quiet(&self) -> bool {
        self.paths.is_empty()
            && self.folders.is_empty()
            && self.storm.is_none()
            && self.watch_failed.is_none()
            && !self.root_touched
    }

    /// Notes a report; true for the heartbeat.
    pub(super) fn note(&mut self, report: notify::Result<Event>) -> bool {
        let event = match report {
            Ok(event) => event,
            Err(error) => {
                self.watch_failed = Some(matches!(error.kind, ErrorKind::MaxFilesWatch));
                return false;
            }
        };
        if event.need_rescan() {
            // Folders made meanwhile have no watch: a look alone would be blind to them from then on.
            self.watch_failed = Some(false);
            return false;
        }
        let kind = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => Kind::Whole,
            EventKind::Access(_) => return false,
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Kind::Whole,
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => {
                if let [from, to] = &event.paths[..] {
                    self.both(from, to);
                }
                return false;
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => Kind::Gone,
            EventKind::Modify(ModifyKind::Metadata(MetadataKind::Any)) => Kind::Whole,
            _ => Kind::Writing,
        };
        let folder = matches!(
            event.kind,
            EventKind::Create(CreateKind::Folder) | EventKind::Remove(RemoveKind::Folder)
        );
        // Names that were moved or removed, and those of folders, count whatever their ending; content only counts
        // in articles and ignore files.
        let any_name =
            folder || kind == Kind::Gone || matches!(event.kind, EventKind::Modify(ModifyKind::Name(_)));
        let mut canary = false;
        for path in event.paths {
            if self.canary.as_ref() == Some(&path) {
                canary = true;
            } else if path == self.root {
                self.root_touched |= any_name || matches!(event.kind, EventKind::Create(_));
            } else if self.concerns(&path, any_name) {
                self.mark(path, if folder && kind == Kind::Writing { Kind::Whole } else { kind });
            }
        }
        canary
    }

    /// A rename of an article waits a little: a program that saves by moving the old file aside writes the new one next.
    fn both(&mut self, from: &Path, to: &Path) {
        if (is_article_name(from) && self.concerns(from, true) || from.extension().is_none())
            && let Some(mark) = self.paths.get_mut(to)
        {
            mark.due = mark.due.max(Instant::now() + GONE);
        }
    }

    fn concerns(&self, path: &Path, any_name: bool) -> bool {
        let Ok(rel) = path.strip_prefix(&self.root) else { return false };
        let ignore_file = rel.file_name().is_some_and(|name| name == ".copydeskignore");
        let hidden = |part: Component| {
            let name = part.as_os_str().as_encoded_bytes();
            name.starts_with(b".") && name != b".copydeskignore" || name == b"node_modules"
        };
        !rel.components().any(hidden) && (any_name || ignore_file || is_article_name(rel))
    }

    fn mark(&mut self, path: PathBuf, kind: Kind) {
        let now = Instant::now();
        if now.duration_since(self.second.0) > Duration::from_secs(1) {
            self.second = (now, 0);
        }
        if let Some((_, last)) = &mut self.storm {
            *last = now;
            return;
        }
        let wait = match kind {
            Kind::Whole => WHOLE,
            Kind::Writing => WRITING,
            Kind::Gone => GONE,
            Kind::Second => EMPTY,
        };
        let due = now + wait;
        match self.paths.get_mut(&path) {
            // The first moment counts for whole files, so that a stream of notes delays nothing for ever.
            Some(mark) if mark.kind == Kind::Whole && kind == Kind::Whole => {}
            Some(mark) => *mark = Mark { kind, due },
            None => {
                self.second.1 += 1;
                self.paths.insert(path, Mark { kind, due });
            }
        }
        if self.second.1 > STORM {
            self.storm = Some((now, now));
            self.paths.clear();
        }
    }

    /// An empty file: again in a while.
    pub(super) fn second_look(&mut self, path: PathBuf) {
        let due = Instant::now() + EMPTY;
        // Whatever was noted since then comes first.
        self.paths.entry(path).or_insert(Mark { kind: Kind::Second, due });
    }

    /// A folder that is to be walked in a while.
    pub(super) fn walk_again(&mut self, folder: PathBuf) {
        if !self.folders.keys().any(|above| is_within(&folder, above)) {
            self.folders.retain(|below, _| !is_within(below, &folder));
            self.folders.insert(folder, Instant::now() + AGAIN);
        }
    }

    /// Everything, now.
    pub(super) fn look_everywhere(&mut self) {
        self.folders.insert(self.root.clone(), Instant::now());
    }

    /// When there is something to do next.
    pub(super) fn due(&self) -> Option<Instant> {
        let paths = self.paths.values().map(|mark| mark.due);
        let folders = self.folders.values().copied();
        let storm = self.storm.map(|(since, last)| (last + QUIET).min(since + STORM_LOOK));
        let now = (self.watch_failed.is_some() || self.root_touched).then(Instant::now);
        paths.chain(folders).chain(storm).chain(now).min()
    }

    /// Takes what may be looked at now.
    pub(super) fn take_due(&mut self) -> DueNow {
        let now = Instant::now();
        let mut due = DueNow::default();
        if let Some((since, last)) = self.storm {
            let quiet = now >= last + QUIET;
            if quiet || now >= since + STORM_LOOK {
                self.storm = (!quiet).then_some((now, last));
                if quiet {
                    self.second = (now, 0);
                    // Once more when all new folders are surely watched, and empty files have had their time.
                    self.folders.clear();
                    self.folders.insert(self.root.clone(), now + AGAIN);
                }
                due.folders.push(self.root.clone());
            }
            return due;
        }
        self.folders.retain(|folder, at| {
            let take = now >= *at;
            if take {
                due.folders.push(folder.clone());
            }
            !take
        });
        self.paths.retain(|path, mark| {
            let take = now >= mark.due;
            if take {
                due.paths.push(Due { file: path.clone(), later: mark.kind != Kind::Second });
            }
            !take
        });
        due
    }
}
