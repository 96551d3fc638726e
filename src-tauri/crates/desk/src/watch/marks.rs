//! The set of noted paths, each with the moment when it may be looked at.

use std::collections::HashMap;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, Instant};

use notify::event::{AccessKind, AccessMode, CreateKind, ModifyKind, RemoveKind, RenameMode};
use notify::{ErrorKind, Event, EventKind};

use super::reach::is_left_out;
use super::sight::{QUIET, RESTLESS, Sight};
use super::{AGAIN, Again, FOLLOW, STORM_LOOK, is_within};
use crate::library::is_article_name;

/// Name of the heartbeat's file.
pub(super) const CANARY: &str = "heartbeat";

/// What came to its name in one piece can be read at once; the rest only gathers what belongs together.
const WHOLE: Duration = Duration::from_millis(10);
/// A name that is gone may come back: many programs save by deleting or renaming first.
const GONE: Duration = Duration::from_millis(50);
/// Paths are handed over so far apart: the first at once, those that settle right after it together.
const GATHER: Duration = Duration::from_millis(50);
/// More notes than this within a second are a storm.
const STORM: usize = 500;

/// Why the watch has to be mended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Failure {
    /// Reports were lost, or the watch broke: it is built anew.
    Lost,
    /// The system has no watches left: building anew is of no use now.
    Full,
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Whole,
    Writing,
    Gone,
}

#[derive(Clone, Copy)]
struct Mark {
    kind: Kind,
    /// When it was first noted.
    since: Instant,
    due: Instant,
    /// The last look at it, where nothing was noted since.
    seen: Option<Sight>,
}

/// When a folder is walked.
#[derive(Clone, Copy)]
struct Turn {
    at: Instant,
    /// It follows another walk, and is followed by none.
    last: bool,
}

/// A path to look at now.
pub(super) struct DuePath {
    pub file: PathBuf,
    pub whole: bool,
    pub since: Instant,
    pub seen: Option<Sight>,
}

/// A folder to walk now.
pub(super) struct DueFolder {
    pub folder: PathBuf,
    /// It follows another walk, and is followed by none.
    pub last: bool,
    /// Too much happens to see to the watch as well.
    pub storm: bool,
}

/// What to look at now.
#[derive(Default)]
pub(super) struct DueNow {
    pub folders: Vec<DueFolder>,
    pub paths: Vec<DuePath>,
}

pub(super) struct Marks {
    root: PathBuf,
    canary: Option<PathBuf>,
    paths: HashMap<PathBuf, Mark>,
    folders: HashMap<PathBuf, Turn>,
    /// When paths were handed over last.
    handed: Option<Instant>,
    /// Start of the second in which notes are counted, and their number.
    second: (Instant, usize),
    /// Since when too much happens to follow single files, and the last note of it.
    storm: Option<(Instant, Instant)>,
    /// The watch is broken, or part of it.
    pub failure: Option<Failure>,
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
            handed: None,
            second: (Instant::now(), 0),
            storm: None,
            failure: None,
            root_touched: false,
        }
    }

    pub(super) fn clear(&mut self) {
        self.paths.clear();
        self.folders.clear();
        self.storm = None;
        self.failure = None;
    }

    /// Nothing waits to be looked at.
    pub(super) fn is_quiet(&self) -> bool {
        self.paths.is_empty()
            && self.folders.is_empty()
            && self.storm.is_none()
            && self.failure.is_none()
            && !self.root_touched
    }

    /// Notes a report; true for the heartbeat.
    pub(super) fn note(&mut self, report: notify::Result<Event>) -> bool {
        let event = match report {
            Ok(event) => event,
            Err(error) => {
                let full = matches!(error.kind, ErrorKind::MaxFilesWatch);
                self.failure = Some(if full { Failure::Full } else { Failure::Lost });
                return false;
            }
        };
        if event.need_rescan() {
            // Folders made meanwhile have no watch: a look alone would be blind to them from then on.
            self.failure = Some(Failure::Lost);
            return false;
        }
        let kind = match event.kind {
            EventKind::Access(AccessKind::Close(AccessMode::Write)) => Kind::Writing,
            EventKind::Access(_) => return false,
            EventKind::Modify(ModifyKind::Name(RenameMode::To)) => Kind::Whole,
            EventKind::Modify(ModifyKind::Name(RenameMode::Both)) => {
                if let [from, to] = &event.paths[..] {
                    self.both(from, to);
                }
                return false;
            }
            EventKind::Modify(ModifyKind::Name(RenameMode::From)) | EventKind::Remove(_) => Kind::Gone,
            EventKind::Create(CreateKind::Folder) => Kind::Whole,
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
                self.mark(path, kind);
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
        let left_out = |part: Component| {
            let name = part.as_os_str();
            is_left_out(name) && name != ".copydeskignore"
        };
        !rel.components().any(left_out) && (any_name || ignore_file || is_article_name(rel))
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
            Kind::Writing => QUIET,
            Kind::Gone => GONE,
        };
        let due = now + wait;
        match self.paths.get_mut(&path) {
            // The first moment counts for whole files, so that a stream of notes delays nothing for ever.
            Some(mark) if mark.kind == Kind::Whole && kind == Kind::Whole && mark.seen.is_none() => {}
            Some(mark) => {
                let since = if mark.seen.is_some_and(Sight::is_blank) { now } else { mark.since };
                let due = if kind == Kind::Writing { due.min(since + RESTLESS).max(now) } else { due };
                *mark = Mark { kind, due, since, seen: None };
            }
            None => {
                self.second.1 += 1;
                self.paths.insert(path, Mark { kind, due, since: now, seen: None });
            }
        }
        if self.second.1 > STORM {
            self.storm = Some((now, now));
            self.paths.clear();
        }
    }

    /// A path that has not settled: again in a while. Whatever was noted since its look comes first.
    pub(super) fn put_back(&mut self, path: DuePath, seen: Sight, wait: Duration) {
        if self.storm.is_some() {
            return;
        }
        let kind = if path.whole { Kind::Whole } else { Kind::Writing };
        let now = Instant::now();
        let mark = Mark { kind, due: now + wait, since: path.since, seen: Some(seen) };
        let mark = self.paths.entry(path.file).or_insert(mark);
        if mark.seen.is_none() && !seen.is_blank() {
            // The writer went on: its second counts from its first write.
            mark.since = path.since;
            mark.due = mark.due.min(path.since + RESTLESS).max(now);
        }
    }

    /// What a receiver could not tell yet is looked at again; many paths are cheaper to walk to. A receiver that does
    /// not say walks the folder once more.
    pub(super) fn again(&mut self, again: Again, folder: Option<PathBuf>) {
        let paths = match (again, folder) {
            (Again::Paths(paths), _) => paths,
            (Again::Unknown, Some(folder)) => return self.walk_again(folder, FOLLOW, true),
            (Again::Unknown, None) => return,
        };
        if paths.len() > STORM {
            let root = self.root.clone();
            self.walk_again(root, AGAIN, false);
        } else if self.storm.is_none() {
            let now = Instant::now();
            for path in paths {
                let mark = Mark { kind: Kind::Writing, due: now, since: now, seen: None };
                self.paths.entry(path).or_insert(mark);
            }
        }
    }

    /// A folder that is to be walked in a while.
    pub(super) fn walk_again(&mut self, folder: PathBuf, wait: Duration, last: bool) {
        if !self.folders.keys().any(|above| is_within(&folder, above)) {
            self.folders.retain(|below, _| !is_within(below, &folder));
            self.folders.insert(folder, Turn { at: Instant::now() + wait, last });
        }
    }

    /// Everything, now.
    pub(super) fn look_everywhere(&mut self) {
        self.folders.insert(self.root.clone(), Turn { at: Instant::now(), last: false });
    }

    /// Until when paths that are due are gathered: a look for each, and a new list in the window, would cost more than
    /// all of them together.
    fn gathering(&self) -> Option<Instant> {
        self.handed.map(|handed| handed + GATHER)
    }

    /// When there is something to look at next.
    pub(super) fn due(&self) -> Option<Instant> {
        let gathering = self.gathering();
        let paths = self.paths.values().map(|mark| gathering.map_or(mark.due, |end| mark.due.max(end)));
        let folders = self.folders.values().map(|turn| turn.at);
        let storm = self.storm.map(|(since, last)| (last + QUIET).min(since + STORM_LOOK));
        match storm {
            Some(storm) => Some(storm),
            None => paths.chain(folders).min(),
        }
    }

    /// Takes what may be looked at now.
    pub(super) fn take_due(&mut self) -> DueNow {
        let now = Instant::now();
        let mut due = DueNow::default();
        if let Some((since, last)) = self.storm {
            let quiet = now >= last + QUIET;
            if quiet || now >= since + STORM_LOOK {
                self.storm = (!quiet).then_some((now, last));
                self.folders.clear();
                if quiet {
                    self.second = (now, 0);
                }
                due.folders.push(DueFolder { folder: self.root.clone(), last: false, storm: !quiet });
            }
            return due;
        }
        self.folders.retain(|folder, turn| {
            let take = now >= turn.at;
            if take {
                due.folders.push(DueFolder { folder: folder.clone(), last: turn.last, storm: false });
            }
            !take
        });
        if self.gathering().is_some_and(|end| now < end) {
            return due;
        }
        self.paths.retain(|path, mark| {
            let take = now >= mark.due;
            if take {
                due.paths.push(DuePath {
                    file: path.clone(),
                    whole: mark.kind == Kind::Whole,
                    since: mark.since,
                    seen: mark.seen,
                });
            }
            !take
        });
        if !due.paths.is_empty() {
            self.handed = Some(now);
        }
        due
    }
}
