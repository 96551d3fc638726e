//! An open desk: its library, its open articles, its drafts and its history, and everything that happens between
//! them and the disk. Decisions come from `core::reconcile`; this module carries them out.
//!
//! Invariants: bytes are never overwritten before history holds them; own writes are known by content; whatever
//! fails, the text is in the session and in its draft.

mod compare;
mod desk_review;
mod kin;
mod links;
mod outside;
mod replaced;
mod review;

pub use outside::Answer;

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, TryLockError, Weak};
use std::time::{Duration, Instant};

use copydesk_core::reconcile::{Outcome, reconcile};
use copydesk_core::text;

use crate::env::Clock;
use crate::error::Problem;
use crate::host::Host;
use crate::library::{Change, Library};
use crate::review::placing::Places;
use crate::review::typed::Typed;
use crate::scribe::Scribe;
use crate::session::{Base, Session, Snapshot, Theirs};
use crate::store::atomic::{self, OnDisk, ReadError, Saved, Weakness};
use crate::store::creating;
use crate::store::fs::{Fs, Stat};
use crate::store::history::{Departed, History, Origin, RevisionId};
use crate::store::journal::{Draft, Journal};
use crate::store::known;
use crate::store::read::ReadMarks;
use crate::store::record::Records;
use crate::store::shelf::Shelf;
use crate::store::sweep;
use crate::watch::{Habits, Watch, is_remote};
use crate::wire::{Event, Lang, SaveState, WatchState, Weaker};
use crate::words;

/// How often a save tries again after the disk moved under it.
const TRIES: usize = 4;

/// At its end the program waits so long for a save that goes on before it writes a draft beside it.
const STUCK: Duration = Duration::from_millis(500);

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
    /// Interface language.
    pub lang: Lang,
    /// The person's name.
    pub author: String,
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
    person: RwLock<(Lang, String)>,
    keep_days: Option<u32>,
    installation: String,
    me: Weak<Self>,
    /// The review records in the desk's folder.
    pub records: Records,
    reviews: Mutex<HashMap<String, Arc<Mutex<review::Open>>>>,
    typed_shelf: Shelf<Typed>,
    places_shelf: Shelf<Places>,
    /// What this person read last.
    read_marks: ReadMarks,
    counted: Mutex<HashMap<String, compare::Counted>>,
    image_hashes: Mutex<HashMap<String, (Stat, String)>>,
    review_watch: Mutex<Option<Watch>>,
    replaced: Mutex<Vec<replaced::Nameless>>,
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
            typed_shelf: Shelf::open(Arc::clone(&opening.fs), shelf.join("typed")),
            places_shelf: Shelf::open(Arc::clone(&opening.fs), shelf.join("places")),
            read_marks: ReadMarks::open(Arc::clone(&opening.fs), opening.local.join("read.json")),
            counted: Mutex::default(),
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
            person: RwLock::new((opening.lang, opening.author)),
            keep_days: opening.keep_days,
            replaced: Mutex::default(),
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

    /// Starts to look for changes, then reads the library, on threads of their own. Once is enough.
    pub fn start(self: &Arc<Self>) {
        if self.started.swap(true, Ordering::SeqCst) {
            return;
        }
        let me = Arc::downgrade(self);
        std::thread::Builder::new()
            .name("library".into())
            .spawn(move || {
                let Some(newsroom) = me.upgrade() else { return };
                if is_remote(&newsroom.root) {
                    newsroom.saves_are_weaker(Weaker::Network);
                }
                newsroom.start_watch();
                let teller = Arc::downgrade(&newsroom);
                let library = Arc::clone(&newsroom.library);
                newsroom.records.refresh();
                newsroom.watch_reviews();
                library.remember(known::read(&*newsroom.fs, &newsroom.local));
                drop(newsroom);
                let since = library.scan(&|| {
                    if let Some(newsroom) = teller.upgrade() {
                        newsroom.tell_library();
                    }
                });
                if let Some(newsroom) = teller.upgrade() {
                    newsroom.tell_library();
                    if let Err(problem) = newsroom.look_after_history() {
                        newsroom.notice(&problem);
                    }
                    newsroom.follow_former(&since);
                    for session in newsroom.sessions() {
                        newsroom.keep_as_opened(&session);
                    }
                    newsroom.sweep();
                }
            })
            .expect("a thread can be started");
    }

    /// Articles that got another path while the program was closed take everything along that bears the old one.
    fn follow_former(&self, since: &[Change]) {
        for change in since {
            if let Change::Renamed { from, to } = change
                && self.root.join(from).symlink_metadata().is_err()
            {
                self.moved(from, to);
                if let Ok(session) = self.session(to) {
                    self.look(&session);
                }
            }
        }
        self.look_for_kin(since);
        self.look_for_links(&renames(since));
        known::write(&*self.fs, &self.local, &self.library.known());
    }

    /// A damaged database is set aside and said; what may be thinned out is.
    fn look_after_history(&self) -> Result<(), Problem> {
        let history = self.history()?;
        if let Some(aside) = history.mend()?.as_ref().or(history.set_aside.as_ref()) {
            self.notice(&words::history_set_aside(aside));
        }
        if let Some(days) = self.keep_days {
            history.thin(days)?;
        }
        Ok(())
    }

    /// What interrupted saves left goes where its bytes are kept elsewhere; the rest is named.
    fn sweep(&self) {
        for path in creating::finish(&*self.fs, &self.root, &self.local, sweep::YOUNG) {
            self.library.refresh(&[self.root.join(&path)]);
            self.tell_library();
            self.notice(&words::created_after_all(&path));
        }
        let (drafts, history) = (self.journal.list(), self.history().ok());
        let swept = sweep::sweep(&*self.fs, &self.root, &self.local, &drafts, history, sweep::YOUNG);
        for path in &swept.kept {
            self.notice(&words::leftover(path.strip_prefix(&self.root).unwrap_or(path), false));
        }
    }

    fn start_watch(self: &Arc<Self>) {
        let me: Weak<Self> = Arc::downgrade(self);
        let habits = Habits { canary: Some(self.local.join("watch")), ..Habits::default() };
        let watch = Watch::start_with(
            self.root.clone(),
            habits,
            Box::new(move |hint| {
                if let Some(newsroom) = me.upgrade() {
                    newsroom.heed(hint);
                }
            }),
        );
        *lock(&self.watch) = Some(watch);
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

    /// Takes a new language and name from the settings.
    pub fn set_person(&self, lang: Lang, author: String) {
        *self.person.write().unwrap_or_else(PoisonError::into_inner) = (lang, author);
    }

    fn lang(&self) -> Lang {
        self.person.read().unwrap_or_else(PoisonError::into_inner).0
    }

    fn author(&self) -> String {
        self.person.read().unwrap_or_else(PoisonError::into_inner).1.clone()
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

    /// Opens an article, with the draft that waits for it. Returns the session and whether a draft came back.
    ///
    /// # Errors
    /// The article cannot be read.
    pub fn open_article(&self, path: &str) -> Result<(Arc<Session>, bool), Problem> {
        if let Ok(session) = self.session(path) {
            return Ok((session, false));
        }
        let draft = self.journal.read(path);
        let (session, restored) = match atomic::read(&*self.fs, &self.root, path) {
            Ok(on_disk) => self.open_over(path, on_disk, draft),
            Err(ReadError::NotFound) => match draft {
                // The article went away while the program was closed, or was never saved: the draft is what is left.
                Some(draft) => {
                    let session = Session::new(path, empty_base(), &draft.text, None);
                    session.set_place(draft.caret, draft.scroll);
                    session.set_deleted(true);
                    (session, true)
                }
                None => return Err(words::cannot_read(path, &ReadError::NotFound)),
            },
            Err(error) => return Err(words::cannot_read(path, &error)),
        };
        let session = Arc::new(session);
        let session = Arc::clone(lock(&self.sessions).entry(path.to_owned()).or_insert(session));
        // The first article is opened before the first paint, and the history after it.
        if self.history.get().is_some() {
            self.keep_as_opened(&session);
        }
        Ok((session, restored))
    }

    fn open_over(&self, path: &str, on_disk: OnDisk, draft: Option<Draft>) -> (Session, bool) {
        let refusal = on_disk.refused.as_ref().map(|refusal| words::refused(path, refusal));
        if let Some(draft) = &draft
            && let Some(base) = self.unfinished(draft, &on_disk)
        {
            let session = Session::new(path, base, &draft.text, refusal);
            session.set_place(draft.caret, draft.scroll);
            return (session, true);
        }
        let (text, refusal) = match text::decode(&on_disk.bytes) {
            Ok(decoded) => (Ok(decoded.text), refusal),
            Err(reason) => {
                (Err(words::readable(&on_disk.bytes, &reason)), Some(words::not_text(path, &reason)))
            }
        };
        let base = |text: &str| Base {
            fingerprint: on_disk.fingerprint,
            text: text.into(),
            bytes: Arc::new(on_disk.bytes.clone()),
        };
        match text {
            Ok(text) => self.bring_back(path, base(&text), draft, refusal),
            // What was typed before the file became something else is shown, and can be written elsewhere.
            Err(shown) => {
                let mine = draft.as_ref().map_or(shown.as_str(), |draft| draft.text.as_str());
                (Session::new(path, base(&shown), mine, refusal), draft.is_some())
            }
        }
    }

    /// History begins with the article as it was first opened. A save keeps these bytes too, before it replaces them.
    fn keep_as_opened(&self, session: &Session) {
        let snapshot = session.snapshot();
        if !snapshot.deleted
            && let Err(problem) = self.keep(&snapshot.path, &snapshot.base.bytes, "", Origin::Open)
        {
            self.notice(&problem);
        }
    }

    /// Where an interrupted save in place left an article half old and half new: what it was before, under the hash of
    /// what it is now, so that the next save makes it whole.
    fn unfinished(&self, draft: &Draft, on_disk: &OnDisk) -> Option<Base> {
        if draft.base == on_disk.fingerprint {
            return None;
        }
        let old = self.history().ok()?.content_of(&draft.base).ok().flatten()?;
        let text = text::decode(&old).ok()?.text;
        let new = text::encode(&old, &draft.text);
        (new != on_disk.bytes && atomic::is_unfinished(&old, &new, &on_disk.bytes)).then(|| Base {
            fingerprint: on_disk.fingerprint,
            text: text.into(),
            bytes: Arc::new(old),
        })
    }

    /// Puts a draft back over what the disk says now; both are reconciled, not guessed.
    fn bring_back(
        &self,
        path: &str,
        base: Base,
        draft: Option<Draft>,
        read_only: Option<Problem>,
    ) -> (Session, bool) {
        let Some(draft) = draft.filter(|draft| draft.text != *base.text) else {
            // A save that was killed may have given the file its name, and not waited for the medium to know it.
            if self.sync_folder_of(path).is_ok() {
                let _ = self.journal.remove(path);
            }
            let text = Arc::clone(&base.text);
            return (Session::new(path, base, &text, read_only), false);
        };
        let session = if draft.base == base.fingerprint {
            Session::new(path, base, &draft.text, read_only)
        } else {
            let before = self
                .history()
                .ok()
                .and_then(|history| history.content_of(&draft.base).ok().flatten())
                .and_then(|bytes| text::decode(&bytes).ok())
                .map(|decoded| decoded.text);
            let outcome = match &before {
                Some(before) => reconcile(before, &draft.text, &base.text),
                None => Outcome::Conflict { hunks: Vec::new() },
            };
            match outcome {
                Outcome::Merge { text } => Session::new(path, base, &text, read_only),
                Outcome::Conflict { .. } => {
                    let session = Session::new(path, base.clone(), &draft.text, read_only);
                    let before = before.map(Into::into);
                    session.set_conflict(Some(Theirs::new(base, before, &draft.text, 0)));
                    session
                }
                // The draft says nothing that the disk does not: the disk's text is the newer one.
                Outcome::Same | Outcome::Reload | Outcome::Converged => {
                    let text = Arc::clone(&base.text);
                    Session::new(path, base, &text, read_only)
                }
            }
        };
        session.set_place(draft.caret, draft.scroll);
        (session, true)
    }

    fn sync_folder_of(&self, path: &str) -> std::io::Result<()> {
        self.fs.sync_folder(self.root.join(path).parent().unwrap_or(&self.root))
    }

    /// Closes an article; its draft stays where there is unsaved text.
    pub fn close_article(&self, path: &str) {
        let Ok(session) = self.session(path) else { return };
        self.write_draft(&session, true);
        self.forget_clean_draft(&session);
        self.close_review(path);
        lock(&self.sessions).remove(path);
    }

    /// Somebody typed: a draft falls due.
    pub fn typed(&self) {
        if let Some(scribe) = self.scribe.get() {
            scribe.ring();
        }
    }

    /// Writes the drafts that are due, and looks again at what saves replaced; returns whether more will be.
    pub fn write_due_drafts(&self, now: Instant, at_once: bool) -> bool {
        let mut waiting = self.look_at_replaced(now, false);
        for session in self.sessions() {
            if session.waits_for_draft() {
                self.write_draft_at(&session, now, at_once);
                waiting |= session.waits_for_draft();
            }
        }
        waiting
    }

    fn write_draft(&self, session: &Session, at_once: bool) {
        self.write_draft_at(session, Instant::now(), at_once);
    }

    fn write_draft_at(&self, session: &Session, now: Instant, at_once: bool) {
        // The draft of a save in place is what mends the article after a crash: it stays while the save goes on,
        // unless that takes so long that what is typed meanwhile would be at stake.
        let disk = if at_once { patiently(&session.disk) } else { at_hand(&session.disk) };
        if disk.is_none() && !at_once && !session.waited_for_draft(now) {
            return;
        }
        let drafting = lock(&session.draft);
        let Some(draft) = session.due_draft(now, at_once, self.clock.now().as_millisecond()) else { return };
        let written = self.journal.write(&draft);
        drop(drafting);
        if let Err(error) = written {
            session.draft_failed();
            session.end_save(Err(words::cannot_draft(&draft.path, &error)));
            self.tell_article(session, None);
        }
        if disk.is_some() {
            drop(disk);
            self.renew_conflict(session);
        }
    }

    fn forget_clean_draft(&self, session: &Session) {
        // No draft of what is typed from here on may be written before the old one is gone.
        let _draft = lock(&session.draft);
        if session.drop_draft() {
            let _ = self.journal.remove(&session.path());
        }
    }

    /// Throws the unsaved text of an article away: the person said so. History keeps it first.
    ///
    /// # Errors
    /// History could not take it; nothing was thrown away.
    pub fn discard_draft(&self, path: &str) -> Result<(), Problem> {
        if let Ok(session) = self.session(path) {
            let snapshot = session.snapshot();
            if !snapshot.is_clean() {
                let bytes = text::encode(&snapshot.base.bytes, &snapshot.text());
                self.history()?.record(path, &bytes, &self.author(), Origin::Import)?;
            }
            lock(&self.sessions).remove(path);
        } else if let Some(draft) = self.journal.read(path) {
            let disk = atomic::read(&*self.fs, &self.root, path).map(|on_disk| on_disk.bytes);
            let bytes = text::encode(&disk.unwrap_or_default(), &draft.text);
            self.history()?.record(path, &bytes, &self.author(), Origin::Import)?;
        }
        let _ = self.journal.remove(path);
        self.tell_library();
        Ok(())
    }

    /// Saves an article.
    ///
    /// # Errors
    /// Nothing was written, or the disk refused; the text is in its draft.
    pub fn save(&self, path: &str) -> Result<(), Problem> {
        let session = self.session(path)?;
        self.save_session(&session)
    }

    fn save_session(&self, session: &Arc<Session>) -> Result<(), Problem> {
        for _ in 0..TRIES {
            let disk = lock(&session.disk);
            let snapshot = session.snapshot();
            if snapshot.read_only || snapshot.conflict || snapshot.deleted || snapshot.is_clean() {
                drop(disk);
                self.forget_clean_draft(session);
                return Ok(());
            }
            session.begin_save();
            self.tell_article(session, None);
            let result = self.put_on_disk(session, &snapshot);
            drop(disk);
            match result {
                Ok(true) => {
                    session.end_save(Ok(Some(self.clock.now().to_string())));
                    self.forget_clean_draft(session);
                    self.library.refresh(&[self.root.join(&snapshot.path)]);
                    self.tell_library();
                    self.follow_title(session);
                    self.keep_places(&session.path());
                    self.tell_article(session, None);
                    return Ok(());
                }
                // The disk moved: take its text in, then try again with both.
                Ok(false) => {
                    session.end_save(Ok(None));
                    self.look(session);
                }
                Err(problem) => {
                    session.end_save(Err(problem.clone()));
                    self.tell_article(session, None);
                    return Err(problem);
                }
            }
        }
        Ok(())
    }

    /// One attempt to write; the session's disk lock is held. `Ok(false)`: the disk is not what it was.
    fn put_on_disk(&self, session: &Session, snapshot: &Snapshot) -> Result<bool, Problem> {
        let path = &snapshot.path;
        let text = snapshot.text();
        let bytes = text::encode(&snapshot.base.bytes, &text);
        if !text::decode(&bytes).is_ok_and(|decoded| decoded.text == text) {
            return Err(words::cannot_encode(path));
        }
        // The draft is durable before the article is touched; after a pause it is there already.
        let drafted = self.draft_before_save(session, snapshot);
        let author = self.author();
        self.keep(path, &snapshot.base.bytes, "", Origin::Open)?;
        let kept = |foreign: &[u8]| {
            self.keep(path, foreign, "", Origin::Outside)
                .map_err(|problem| std::io::Error::other(problem.to_string()))
        };
        let saved =
            atomic::save(&*self.fs, &self.root, path, &snapshot.base.fingerprint, &bytes, &mut { kept });
        match saved {
            Ok(Saved::Done { fingerprint, weak, replaced }) => {
                if weak == Some(Weakness::NoExchange) {
                    self.saves_are_weaker(Weaker::NoExchange);
                }
                self.remember_replaced(path, replaced);
                session.set_base(Base { fingerprint, text: text.into(), bytes: Arc::new(bytes.clone()) });
                if let Err(problem) = self.keep(path, &bytes, &author, Origin::Save) {
                    self.notice(&problem);
                }
                self.host.emit(Event::HistoryChanged { path: path.clone() });
                Ok(true)
            }
            Ok(Saved::Changed { replaced }) => {
                self.remember_replaced(path, replaced);
                Ok(false)
            }
            Ok(Saved::Gone) => Ok(false),
            Err(failed) => {
                if let Some(kept) = &failed.kept {
                    self.notice(&words::left_beside(path, kept));
                }
                // After an error the disk is asked, not guessed: the new bytes may be in place all the same.
                if failed.on_disk == Some(atomic::fingerprint(&bytes)) {
                    if let Err(problem) = self.keep(path, &bytes, &author, Origin::Save) {
                        self.notice(&problem);
                    }
                    session.set_base(Base {
                        fingerprint: atomic::fingerprint(&bytes),
                        text: text.into(),
                        bytes: Arc::new(bytes),
                    });
                    session.doubt();
                } else if let Ok(held) = self.fs.read(&self.root.join(path))
                    && held != *snapshot.base.bytes
                    && atomic::is_unfinished(&snapshot.base.bytes, &bytes, &held)
                {
                    session
                        .set_base(Base { fingerprint: atomic::fingerprint(&held), ..snapshot.base.clone() });
                }
                Err(words::cannot_save(path, &failed.error, drafted.is_ok()))
            }
        }
    }

    /// Writes the text of a snapshot to its draft, unless it holds that or what was typed since.
    fn draft_before_save(&self, session: &Session, snapshot: &Snapshot) -> std::io::Result<()> {
        let _draft = lock(&session.draft);
        if session.is_drafted(snapshot) {
            return Ok(());
        }
        let written = self.journal.write(&Draft {
            path: snapshot.path.clone(),
            base: snapshot.base.fingerprint,
            text: snapshot.text(),
            raw: snapshot.raw,
            caret: 0,
            scroll: 1.0,
            saved_ms: self.clock.now().as_millisecond(),
        });
        session.set_drafted(snapshot, written.is_ok());
        written
    }

    /// Puts bytes into history, or beside the drafts where there is no history.
    fn keep(&self, path: &str, bytes: &[u8], author: &str, origin: Origin) -> Result<(), Problem> {
        let kept = self.history().and_then(|history| {
            // What the disk held when the article was opened is known already if any revision holds it.
            if origin == Origin::Open && history.has(&atomic::fingerprint(bytes)) {
                return Ok(());
            }
            history.record(path, bytes, author, origin).map(|_| ())
        });
        kept.or_else(|_| {
            crate::store::history::keep_aside(&*self.fs, &self.local.join("kept"), path, bytes)
                .map_err(|error| words::cannot_keep(path, &error))
        })
    }

    /// A new article's file name follows its title until it has a text.
    fn follow_title(&self, session: &Arc<Session>) {
        let Some(stem) = session.wanted_stem() else { return };
        let path = session.path();
        let (folder, name) =
            path.rsplit_once('/').map_or(("", path.as_str()), |(folder, name)| (folder, name));
        let old_stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
        if old_stem == stem || old_stem.strip_prefix(&stem).is_some_and(is_number_suffix) {
            return;
        }
        for number in 1..1000 {
            let name = if number == 1 { format!("{stem}.md") } else { format!("{stem}-{number}.md") };
            let to = if folder.is_empty() { name } else { format!("{folder}/{name}") };
            match self.carry(&path, &to) {
                Ok(()) => return,
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
                Err(_) => return,
            }
        }
    }

    /// Renames an article with everything that belongs to it.
    ///
    /// # Errors
    /// The file system refused; `AlreadyExists` where the name is taken.
    pub fn move_article(&self, from: &str, to: &str) -> std::io::Result<()> {
        self.carry(from, to)?;
        self.look_for_links(&[(from, to)]);
        Ok(())
    }

    fn carry(&self, from: &str, to: &str) -> std::io::Result<()> {
        let session = self.session(from).ok();
        let _disk = session.as_ref().map(|session| lock(&session.disk));
        atomic::rename_article(&*self.fs, &self.root, from, to)?;
        self.moved(from, to);
        self.library.refresh(&[self.root.join(from), self.root.join(to)]);
        self.tell_library();
        Ok(())
    }

    /// Everything that bears the old path takes the new one.
    fn moved(&self, from: &str, to: &str) {
        self.keep_places(from);
        let mut sessions = lock(&self.sessions);
        let open = sessions.remove(from);
        // No draft of the old name is written once it was renamed.
        let drafting = open.as_ref().map(|session| lock(&session.draft));
        if let Some(session) = &open {
            session.set_path(to);
            sessions.insert(to.to_owned(), Arc::clone(session));
        }
        drop(sessions);
        let _ = self.journal.rename(from, to);
        drop(drafting);
        if let Ok(history) = self.history()
            && let Err(problem) = history.rename(from, to)
        {
            self.notice(&problem);
        }
        self.review_moved(from, to);
        if let Err(error) = self.read_marks.rename(from, to) {
            self.notice(&words::cannot_keep_read(to, &error));
        }
        if open.is_some() {
            self.host.emit(Event::ArticleMoved { from: from.to_owned(), to: to.to_owned() });
        }
    }

    /// Puts a text from history into an open article; restoring is a new revision.
    ///
    /// # Errors
    /// The revision cannot be read, is not text, or the save failed.
    pub fn restore(&self, path: &str, id: i64) -> Result<(), Problem> {
        let (session, _) = self.open_article(path)?;
        if let Some(problem) = session.state(self.lang()).read_only {
            let (fr, en) = ((problem.message.clone(), problem.hint.clone()), (problem.message, problem.hint));
            return Err(Problem::new("read_only", fr, en));
        }
        let bytes = self.history()?.content(id)?;
        let decoded = text::decode(&bytes).map_err(|reason| words::not_text(path, &reason))?;
        // What is typed and unsaved goes into history before it leaves the screen.
        loop {
            let snapshot = session.snapshot();
            if !snapshot.is_clean() {
                let mine = text::encode(&snapshot.base.bytes, &snapshot.text());
                self.keep(path, &mine, &self.author(), Origin::Save)?;
            }
            if session.adopt(snapshot.edition, &decoded.text) {
                break;
            }
        }
        self.keep(path, &bytes, &self.author(), Origin::Restore)?;
        self.save_session(&session)?;
        self.tell_article(&session, None);
        Ok(())
    }

    /// Writes an article anew that somebody else deleted.
    ///
    /// # Errors
    /// The file system refused.
    pub fn keep_deleted(&self, path: &str) -> Result<(), Problem> {
        let session = self.session(path)?;
        {
            let _disk = lock(&session.disk);
            let snapshot = session.snapshot();
            let text = snapshot.text();
            let bytes = text::encode(&snapshot.base.bytes, &text);
            atomic::create(&*self.fs, &self.root, path, &bytes)
                .map_err(|error| words::cannot_save(path, &error, true))?;
            session.set_base(Base {
                fingerprint: atomic::fingerprint(&bytes),
                text: text.into(),
                bytes: Arc::new(bytes.clone()),
            });
            self.keep(path, &bytes, &self.author(), Origin::Save)?;
        }
        session.end_save(Ok(Some(self.clock.now().to_string())));
        self.forget_clean_draft(&session);
        self.library.refresh(&[self.root.join(path)]);
        self.tell_library();
        self.tell_article(&session, None);
        Ok(())
    }

    /// Makes an article under an unused name and opens it.
    ///
    /// # Errors
    /// The file system refused.
    pub fn create_article(&self, folder: &str, stem: &str, text: &str) -> Result<Arc<Session>, Problem> {
        let note = creating::begin(&*self.fs, &self.local, folder, stem, text);
        let made = atomic::create_unused(&*self.fs, &self.root, folder, stem, "md", text.as_bytes());
        if let Some(note) = note {
            let _ = self.fs.remove(&note);
        }
        let path = made.map_err(|error| words::cannot_create(stem, &error))?;
        self.begin_review(&path);
        self.keep(&path, text.as_bytes(), &self.author(), Origin::Save)?;
        self.library.refresh(&[self.root.join(&path)]);
        self.tell_library();
        self.open_article(&path).map(|(session, _)| session)
    }

    /// Writes an article that is gone anew, with its history; where another has its path by now, beside that. Returns
    /// its path.
    ///
    /// # Errors
    /// The revision cannot be read, or the file system refused.
    pub fn recover(&self, gone: &Departed) -> Result<String, Problem> {
        let history = self.history()?;
        let bytes = history.content(gone.last)?;
        let (folder, name) = gone.path.rsplit_once('/').unwrap_or(("", &gone.path));
        let (stem, ending) = name.rsplit_once('.').unwrap_or((name, "md"));
        let path = atomic::create_unused(&*self.fs, &self.root, folder, stem, ending, &bytes)
            .map_err(|error| words::cannot_create(name, &error))?;
        if path != gone.key {
            history.rename(&gone.key, &path)?;
        }
        self.keep(&path, &bytes, &self.author(), Origin::Restore)?;
        self.library.refresh(&[self.root.join(&path)]);
        self.tell_library();
        Ok(path)
    }

    /// Keeps the revision that holds an article as it stands from being thinned out.
    pub fn pin(&self, snapshot: &Snapshot, why: &str) {
        let bytes = text::encode(&snapshot.base.bytes, &snapshot.text());
        if let Err(problem) = self.history().and_then(|history| history.pin(&snapshot.path, &bytes, why)) {
            self.notice(&problem);
        }
    }

    /// Moves an article to the system's trash; history keeps its text.
    ///
    /// # Errors
    /// History could not take the text, or there is no trash here; nothing was moved.
    pub fn trash_article(&self, path: &str) -> Result<(), Problem> {
        let file = atomic::really_inside(&*self.fs, &self.root, path)
            .map_err(|error| words::cannot_trash(path, &error))?;
        if let Ok(session) = self.session(path) {
            let snapshot = session.snapshot();
            let mine = text::encode(&snapshot.base.bytes, &snapshot.text());
            self.keep(path, &mine, &self.author(), Origin::Save)?;
        } else if let Ok(on_disk) = atomic::read(&*self.fs, &self.root, path) {
            self.keep(path, &on_disk.bytes, "", Origin::Open)?;
        }
        atomic::trash(&file).map_err(|error| words::cannot_trash(path, &error))?;
        lock(&self.sessions).remove(path);
        let _ = self.journal.remove(path);
        self.library.refresh(&[file]);
        self.tell_library();
        Ok(())
    }

    /// The file system that saves go through.
    #[must_use]
    pub fn fs(&self) -> &dyn Fs {
        &*self.fs
    }

    /// Before the program ends: every unsaved text is in its draft.
    pub fn settle(&self) {
        self.write_due_drafts(Instant::now(), true);
        for session in self.sessions() {
            self.keep_places(&session.path());
        }
        self.look_at_replaced(Instant::now(), true);
        if self.library.is_complete() {
            known::write(&*self.fs, &self.local, &self.library.known());
        }
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

/// The lock, where its holder ends in a moment: one that hangs in a dead mount is not waited for.
fn patiently<T>(mutex: &Mutex<T>) -> Option<std::sync::MutexGuard<'_, T>> {
    let end = Instant::now() + STUCK;
    loop {
        match at_hand(mutex) {
            None if Instant::now() < end => std::thread::sleep(Duration::from_millis(2)),
            found => return found,
        }
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

fn is_number_suffix(rest: &str) -> bool {
    rest.strip_prefix('-')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}

fn empty_base() -> Base {
    Base { bytes: Arc::default(), fingerprint: atomic::fingerprint(&[]), text: "".into() }
}
