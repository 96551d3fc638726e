//! An open desk: its library, its open articles, its drafts and its history, and everything that happens between
//! them and the disk. Decisions come from `core::reconcile`; this module carries them out, each of its own for a part of
//! an article's life: `coming`, `opening`, `drafts`, `saving`, `moving`, and what others do meanwhile in `outside`.
//!
//! Invariants: bytes are never overwritten before history holds them; own writes are known by content; whatever
//! fails, the text is in the session and in its draft.

mod belonging;
mod coming;
mod compare;
mod desk_review;
mod drafts;
mod exchange;
mod kin;
mod links;
mod moving;
mod opening;
mod outside;
mod polling;
mod replaced;
pub(crate) mod review;
mod saving;
mod starting;
mod unread;

pub use outside::Answer;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, TryLockError, Weak};

use crate::env::Clock;
use crate::error::Problem;
use crate::host::Host;
use crate::library::{Change, Library};
use crate::published;
use crate::review::placing::Places;
use crate::review::typed::Typed;
use crate::scribe::Scribe;
use crate::session::Session;
use crate::store::atomic;
use crate::store::fs::{Fs, Stat};
use crate::store::history::{History, RevisionId};
use crate::store::journal::Journal;
use crate::store::read::ReadMarks;
use crate::store::record::Records;
use crate::store::shelf::Shelf;
use crate::watch::Watch;
use crate::wire::{Event, Lang, SaveState, WatchState, Weaker};
use crate::words;

/// Who works on a desk.
#[derive(Clone, Debug)]
pub struct Person {
    /// Language of the interface.
    pub lang: Lang,
    /// Display name.
    pub author: String,
    /// They said that it is theirs: remarks may bear it.
    pub confirmed: bool,
    /// Names that they had on this installation before.
    pub former: Vec<String>,
}

/// What a newsroom is opened with.
pub struct Opening {
    /// The desk's folder.
    pub root: PathBuf,
    /// Where this machine keeps what belongs to the desk: history, drafts.
    pub local: PathBuf,
    /// The file system.
    pub fs: Arc<dyn Fs>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The program around.
    pub host: Arc<dyn Host>,
    /// The person.
    pub person: Person,
    /// This installation's random id.
    pub installation: String,
    /// After so many days one revision a day is left; `None` keeps all.
    pub keep_days: Option<u32>,
}

/// An open desk.
pub struct Newsroom {
    root: PathBuf,
    local: PathBuf,
    fs: Arc<dyn Fs>,
    clock: Arc<dyn Clock>,
    host: Arc<dyn Host>,
    /// What it holds.
    pub library: Arc<Library>,
    sessions: Mutex<HashMap<String, Arc<Session>>>,
    journal: Journal,
    history: OnceLock<Result<History, Problem>>,
    person: RwLock<Person>,
    keep_days: Option<u32>,
    installation: String,
    me: Weak<Self>,
    /// The review records in the desk's folder.
    pub records: Records,
    reviews: Mutex<HashMap<String, Arc<Mutex<review::Open>>>>,
    /// Records of articles that are gone without a word, by path.
    lost_sight: Mutex<HashMap<String, Vec<String>>>,
    typed_shelf: Shelf<Typed>,
    places_shelf: Shelf<Places>,
    /// What this person read last.
    read_marks: ReadMarks,
    counted: Mutex<HashMap<String, unread::Counted>>,
    /// Revisions that were looked at for the published one.
    published_known: Mutex<published::Known>,
    image_hashes: Mutex<HashMap<String, (Stat, String)>>,
    review_watch: Mutex<Option<Watch>>,
    replaced: Mutex<Vec<replaced::Nameless>>,
    /// A thread looks after what saves replaced.
    looking_back: AtomicBool,
    /// A thread looks at open articles by the clock.
    polling: AtomicBool,
    weaker: Mutex<Option<Weaker>>,
    kin: Mutex<kin::Kin>,
    links: Mutex<links::Links>,
    watch: Mutex<Option<Watch>>,
    watch_state: Mutex<WatchState>,
    scribe: OnceLock<Scribe>,
    started: AtomicBool,
}

impl Newsroom {
    /// Opens a desk. Nothing of it is read yet: an article can be opened before the list exists.
    ///
    /// # Errors
    /// The folder cannot be read, or the local folder cannot be made.
    pub fn open(opening: Opening) -> Result<Arc<Self>, Problem> {
        let root =
            opening.root.canonicalize().map_err(|error| words::cannot_open_desk(&opening.root, &error))?;
        std::fs::read_dir(&root).map_err(|error| words::cannot_open_desk(&root, &error))?;
        let journal = Journal::open(Arc::clone(&opening.fs), opening.local.join("drafts"));
        let shelf = opening.local.join("review");
        let newsroom = Arc::new_cyclic(|me: &Weak<Self>| Self {
            library: Arc::new(Library::new(root.clone())),
            records: Records::open(Arc::clone(&opening.fs), &root),
            reviews: Mutex::default(),
            lost_sight: Mutex::default(),
            typed_shelf: Shelf::open(Arc::clone(&opening.fs), shelf.join("typed")),
            places_shelf: Shelf::open(Arc::clone(&opening.fs), shelf.join("places")),
            read_marks: ReadMarks::open(Arc::clone(&opening.fs), opening.local.join("read.json")),
            counted: Mutex::default(),
            published_known: Mutex::default(),
            image_hashes: Mutex::default(),
            review_watch: Mutex::default(),
            installation: opening.installation,
            me: Weak::clone(me),
            root,
            local: opening.local,
            fs: opening.fs,
            clock: opening.clock,
            host: opening.host,
            sessions: Mutex::default(),
            journal,
            history: OnceLock::new(),
            person: RwLock::new(opening.person),
            keep_days: opening.keep_days,
            replaced: Mutex::default(),
            looking_back: AtomicBool::new(false),
            polling: AtomicBool::new(false),
            weaker: Mutex::default(),
            kin: Mutex::default(),
            links: Mutex::default(),
            watch: Mutex::default(),
            watch_state: Mutex::new(WatchState::Starting),
            scribe: OnceLock::new(),
            started: AtomicBool::new(false),
        });
        let scribe = Scribe::start(Arc::downgrade(&newsroom));
        newsroom.scribe.get_or_init(|| scribe);
        Ok(newsroom)
    }

    /// The desk's folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where this machine keeps what belongs to the desk.
    #[must_use]
    pub fn local(&self) -> &Path {
        &self.local
    }

    /// How changes are noticed.
    #[must_use]
    pub fn watch_state(&self) -> WatchState {
        *lock(&self.watch_state)
    }

    /// Why saves are less safe here than elsewhere, as far as it is known.
    #[must_use]
    pub fn weaker(&self) -> Option<Weaker> {
        *lock(&self.weaker)
    }

    /// Says once what the file system does not promise; what a save met is the more telling.
    fn saves_are_weaker(&self, why: Weaker) {
        let before = lock(&self.weaker).replace(why);
        if before != Some(why) {
            self.host.emit(Event::SavesWeaker { weaker: why });
        }
    }

    /// The window got the focus: a good moment to look again.
    pub fn focused(&self) {
        if let Some(watch) = lock(&self.watch).as_ref() {
            watch.focus();
        }
        for session in self.sessions() {
            self.look(&session);
        }
        self.heed_records();
        self.watch_reviews();
    }

    /// Takes a new language and name from the settings. In another language, what the open articles say is said anew.
    pub fn set_person(&self, person: Person) {
        let before = self.lang();
        let now = person.lang;
        *self.person.write().unwrap_or_else(PoisonError::into_inner) = person;
        if before != now {
            for session in self.sessions() {
                self.tell_article(&session, None);
            }
        }
    }

    fn person(&self) -> Person {
        self.person.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn lang(&self) -> Lang {
        self.person.read().unwrap_or_else(PoisonError::into_inner).lang
    }

    fn author(&self) -> String {
        self.person().author
    }

    /// The desk's history, opened on first use.
    ///
    /// # Errors
    /// The database cannot be used; why.
    pub fn history(&self) -> Result<&History, Problem> {
        self.history
            .get_or_init(|| History::open(&self.local.join("history.db"), Arc::clone(&self.clock)))
            .as_ref()
            .map_err(Clone::clone)
    }

    fn sessions(&self) -> Vec<Arc<Session>> {
        lock(&self.sessions).values().cloned().collect()
    }

    /// The session of an open article.
    ///
    /// # Errors
    /// The article is not open.
    pub fn session(&self, path: &str) -> Result<Arc<Session>, Problem> {
        lock(&self.sessions).get(path).cloned().ok_or_else(|| words::not_open(path))
    }

    /// Unsaved and conflicting articles, for the list.
    #[must_use]
    pub fn marks(&self) -> HashMap<String, (bool, bool)> {
        let mut marks: HashMap<String, (bool, bool)> =
            self.journal.list().into_iter().map(|draft| (draft.path, (true, false))).collect();
        for session in self.sessions() {
            let state = session.save_state();
            marks.insert(
                session.path(),
                (matches!(state, SaveState::Dirty | SaveState::Error), state == SaveState::Conflict),
            );
        }
        marks
    }

    /// The file of an article, as the disk spells it.
    fn file(&self, path: &str) -> PathBuf {
        atomic::on_disk(&self.root, path)
    }

    /// The file system that saves go through.
    #[must_use]
    pub fn fs(&self) -> &dyn Fs {
        &*self.fs
    }

    fn tell_library(&self) {
        // The generation fits a double for longer than anybody types.
        #[allow(clippy::cast_precision_loss, reason = "counts changes of the list")]
        let generation = self.library.generation() as f64;
        self.host.emit(Event::LibraryChanged { generation });
    }

    fn tell_article(&self, session: &Session, news: Option<&str>) {
        self.tell_article_with(session, news, None);
    }

    /// `undo` is the revision that the person can go back to.
    fn tell_article_with(&self, session: &Session, news: Option<&str>, undo: Option<RevisionId>) {
        self.host.emit(Event::ArticleChanged {
            state: Box::new(session.state(self.lang())),
            news: news.map(str::to_owned),
            undo: undo.and_then(|id| u32::try_from(id).ok()),
        });
    }

    fn notice(&self, problem: &Problem) {
        self.host.emit(Event::Notice { problem: problem.wire(self.lang()) });
    }
}

/// The lock, where nobody holds it.
fn at_hand<T>(mutex: &Mutex<T>) -> Option<std::sync::MutexGuard<'_, T>> {
    match mutex.try_lock() {
        Ok(guard) => Some(guard),
        Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
        Err(TryLockError::WouldBlock) => None,
    }
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// The moves among changes of the list.
fn renames(changes: &[Change]) -> Vec<(&str, &str)> {
    let moves = changes.iter().filter_map(|change| match change {
        Change::Renamed { from, to } => Some((from.as_str(), to.as_str())),
        _ => None,
    });
    moves.collect()
}
