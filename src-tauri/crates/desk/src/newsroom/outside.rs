//! What comes from outside into an open desk: hints of the watch, changed files of open articles, and the conflicts
//! that a person ends. The decisions are `core::reconcile`'s.

use std::sync::{Arc, MutexGuard};
use std::time::Duration;

use copydesk_core::reconcile::{self, Choice, Outcome, reconcile as decide};
use copydesk_core::text;

use super::{Newsroom, lock};
use crate::doubt::Found;
use crate::error::Problem;
use crate::library::Change;
use crate::session::{Base, Session, Snapshot, Theirs};
use crate::store::atomic::{self, ReadError, Refusal};
use crate::store::history::{Origin, RevisionId};
use crate::watch::Hint;
use crate::wire::{Event, WatchState};
use crate::words;

/// Between two looks of a save that waits for another program to be done.
const GLANCE: Duration = Duration::from_millis(50);
/// So many of them are more than any doubt lasts.
const GLANCES: u32 = 30;

/// How a person ends a conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The person's whole text.
    Mine,
    /// The disk's whole text.
    Theirs,
    /// What both sides agree on, and an answer to each place where they do not.
    Pieces {
        /// [`Theirs::edition`] of the places that were shown.
        edition: u64,
        /// One for each place, in order.
        choices: Vec<Choice>,
    },
}

/// What to tell of an article that changed.
#[derive(Default)]
struct News {
    /// `reloaded`, `merged`, `conflict`, `deleted`.
    word: Option<&'static str>,
    /// The revision that holds the person's text from before.
    undo: Option<RevisionId>,
}

impl News {
    fn of(word: &'static str) -> Self {
        Self { word: Some(word), undo: None }
    }
}

/// What a look at the disk came to.
enum Seen {
    /// Nothing to tell.
    Same,
    /// The file is in the middle of something.
    Unsettled,
    /// To tell the window.
    News(News),
}

impl Seen {
    fn of(is_news: bool, news: News) -> Self {
        if is_news { Self::News(news) } else { Self::Same }
    }
}

impl Newsroom {
    /// What the watch says is a hint: everything is looked at before it is believed.
    pub fn heed(&self, hint: Hint) {
        match hint {
            Hint::State(state) => {
                *lock(&self.watch_state) = state;
                if state == WatchState::Polling {
                    self.poll_open();
                }
                self.host.emit(Event::WatchChanged { watch: state });
            }
            Hint::Paths(paths) => {
                // The open article first: somebody is looking at it.
                for session in self.sessions() {
                    let file = self.file(&session.path());
                    if paths.contains(&file) && file.symlink_metadata().is_ok() {
                        self.look_settled(&session);
                    }
                }
                let changes = self.library.refresh(&paths);
                self.take_changes(&changes);
            }
            Hint::Rescan(subtree) => {
                let changes = self.library.rescan(&subtree);
                self.take_changes(&changes);
                for session in self.sessions() {
                    if self.file(&session.path()).starts_with(&subtree) {
                        self.look(&session);
                    }
                }
            }
        }
    }

    /// What the library found: it has let these settle.
    pub(super) fn take_changes(&self, changes: &[Change]) {
        for change in changes {
            let path = match change {
                Change::Renamed { from, to } => {
                    self.moved(from, to);
                    to
                }
                Change::Removed { path } => {
                    self.review_lost_sight(path);
                    path
                }
                Change::Created { path } | Change::Changed { path } => {
                    self.review_appeared(path);
                    path
                }
            };
            match self.session(path) {
                // A renamed one may have been believed gone for a moment.
                Ok(session) => self.look_settled(&session),
                Err(_) => self.keep_closed(path),
            }
        }
        self.look_for_kin(changes);
        self.look_for_links(&super::renames(changes));
        if !changes.is_empty() {
            self.tell_library();
        }
    }

    /// Somebody changed an article that has a history and is not open: that goes on.
    pub(super) fn keep_closed(&self, path: &str) {
        let Ok(history) = self.history() else { return };
        if !history.knows(path) {
            return;
        }
        let Ok(on_disk) = atomic::read(&*self.fs, &self.root, path) else { return };
        let readable = !matches!(on_disk.refused, Some(Refusal::TooLarge | Refusal::NotAFile));
        if readable && let Ok(Some(_)) = history.record(path, &on_disk.bytes, "", Origin::Outside) {
            self.host.emit(Event::HistoryChanged { path: path.to_owned() });
        }
    }

    /// Looks at the disk for an open article, and takes in what changed; what is in the middle of something is left to a
    /// later look.
    pub fn look(&self, session: &Arc<Session>) {
        self.look_once(session, false);
    }

    /// The same of a file that the watch or the library has let settle.
    fn look_settled(&self, session: &Arc<Session>) {
        self.look_once(session, true);
    }

    /// Looks until it is plain what the disk holds: a second at most.
    pub(super) fn look_until_settled(&self, session: &Arc<Session>) {
        for _ in 0..GLANCES {
            if self.look_once(session, false) {
                return;
            }
            std::thread::sleep(GLANCE);
        }
    }

    /// Whether what was found could be believed.
    pub(super) fn look_once(&self, session: &Arc<Session>, settled: bool) -> bool {
        let seen = {
            let _disk = lock(&session.disk);
            self.take_in(session, settled)
        };
        match seen {
            Seen::Same => {}
            Seen::Unsettled => {
                if let Some(watch) = lock(&self.watch).as_ref() {
                    watch.look_again(vec![self.file(&session.path())]);
                }
                return false;
            }
            Seen::News(news) => {
                self.forget_clean_draft(session);
                self.typed();
                self.tell_article_with(session, news.word, news.undo);
            }
        }
        true
    }

    /// The disk lock is held.
    fn take_in(&self, session: &Session, settled: bool) -> Seen {
        let path = session.path();
        let on_disk = match atomic::read(&*self.fs, &self.root, &path) {
            Ok(on_disk) => on_disk,
            Err(ReadError::NotFound) => {
                // An unmounted desk deletes nothing.
                if !self.library.stands() {
                    return Seen::Same;
                }
                let gone = Found { bytes: None, age: Duration::ZERO, settled };
                if !session.snapshot().deleted && !session.believes(gone) {
                    return Seen::Unsettled;
                }
                return Seen::of(session.set_deleted(true), News::of("deleted"));
            }
            // A passing fault is not a change: the next save or look will say more.
            Err(_) => return Seen::Same,
        };
        let base = session.snapshot().base;
        let decoded = text::decode(&on_disk.bytes);
        let refusal = match &decoded {
            Err(reason) => Some(words::not_text(&path, reason)),
            Ok(_) => on_disk.refused.as_ref().map(|refusal| words::refused(&path, refusal)),
        };
        if on_disk.fingerprint == base.fingerprint {
            session.undoubted();
            let back = session.set_deleted(false);
            // The conflict's other side was taken back, or the article may be written again.
            let withdrawn = session.withdraw_conflict();
            // A base that was known by its hash alone is known now.
            if let Ok(decoded) = decoded
                && base.bytes.is_empty()
                && !on_disk.bytes.is_empty()
            {
                session.set_base(Base {
                    fingerprint: on_disk.fingerprint,
                    text: decoded.text.into(),
                    bytes: Arc::new(on_disk.bytes),
                });
            }
            return Seen::of(session.set_read_only(refusal) || withdrawn || back, News::default());
        }
        let found = Found { bytes: Some((&on_disk.bytes, on_disk.fingerprint)), age: on_disk.age(), settled };
        if !session.believes(found) {
            return Seen::Unsettled;
        }
        let back = session.set_deleted(false);
        let Ok(decoded) = decoded else {
            // Kept as it is; the session's text stays on the screen and in its draft.
            let _ = self.keep(&path, &on_disk.bytes, "", Origin::Outside);
            return Seen::of(session.set_read_only(refusal) || back, News::default());
        };
        let barred = session.set_read_only(refusal);
        if session.conflict().is_some_and(|theirs| theirs.disk.fingerprint == on_disk.fingerprint) {
            return Seen::of(barred || back, News::default());
        }
        let disk = Base {
            fingerprint: on_disk.fingerprint,
            text: decoded.text.into(),
            bytes: Arc::new(on_disk.bytes),
        };
        if let Err(problem) = self
            .keep_base(&path, &base.bytes)
            .and_then(|()| self.keep(&path, &disk.bytes, "", Origin::Outside))
        {
            self.notice(&problem);
        }
        self.host.emit(Event::HistoryChanged { path });
        // The person may type meanwhile: the decision is for one edition, and is made again for a newer one.
        loop {
            let snapshot = session.snapshot();
            let mine = snapshot.text();
            let (text, news) = match decide(&snapshot.base.text, &mine, &disk.text) {
                Outcome::Same | Outcome::Converged => {
                    session.set_base(disk);
                    return Seen::News(News::default());
                }
                Outcome::Reload => (disk.text.to_string(), News::of("reloaded")),
                // Both originals stay within reach: the disk's is kept above, the person's here.
                Outcome::Merge { text } => {
                    (text, News { word: Some("merged"), undo: self.keep_mine(&snapshot).unwrap_or_default() })
                }
                Outcome::Conflict { .. } => {
                    let before = Arc::clone(&snapshot.base.text);
                    session.set_conflict(Theirs::new(disk, Some(before), &mine, snapshot.edition));
                    return Seen::News(News::of("conflict"));
                }
            };
            if session.adopt(snapshot.edition, &text) {
                session.set_base(disk);
                return Seen::News(news);
            }
        }
    }

    /// The person typed on in a conflict: the places are looked for again, and merged where none is left.
    /// The session's disk lock is handed over: where a mount hangs, it is not waited for here.
    pub(super) fn renew_conflict(&self, session: &Session, disk: MutexGuard<'_, ()>) {
        let news = {
            let _disk = disk;
            let Some(theirs) = session.conflict() else { return };
            let snapshot = session.snapshot();
            if theirs.edition == snapshot.edition {
                return;
            }
            let now = theirs.for_text(&snapshot.text(), snapshot.edition);
            match reconcile::resolve(&now.pieces, &[]) {
                Some(text) => {
                    let undo = self.keep_mine(&snapshot).unwrap_or_default();
                    if !session.adopt(snapshot.edition, &text) {
                        // Typed again meanwhile: the next draft comes back here.
                        return;
                    }
                    session.set_base(now.disk);
                    News { word: Some("merged"), undo }
                }
                None => {
                    session.set_conflict(now);
                    News::default()
                }
            }
        };
        self.tell_article_with(session, news.word, news.undo);
    }

    /// Ends a conflict. Both sides are in history whatever is chosen; returns the revision of the person's.
    ///
    /// # Errors
    /// The text moved on since the places were shown, history could not take the side that goes, or the save failed.
    pub fn resolve(&self, path: &str, answer: &Answer) -> Result<Option<RevisionId>, Problem> {
        let session = self.session(path)?;
        let undo = {
            let _disk = lock(&session.disk);
            let Some(theirs) = session.conflict() else { return Ok(None) };
            let snapshot = session.snapshot();
            let chosen = match answer {
                Answer::Mine => snapshot.text(),
                Answer::Theirs => theirs.disk.text.to_string(),
                Answer::Pieces { edition, choices } => {
                    let now = theirs.for_text(&snapshot.text(), snapshot.edition);
                    let same = theirs.edition == *edition && now.conflicts().eq(theirs.conflicts());
                    let chosen = same.then(|| reconcile::resolve(&now.pieces, choices)).flatten();
                    let Some(chosen) = chosen else {
                        session.set_conflict(now);
                        self.tell_article(&session, None);
                        return Err(words::conflict_moved(path));
                    };
                    chosen
                }
            };
            let undo = self.keep_mine(&snapshot)?;
            if !session.adopt(snapshot.edition, &chosen) {
                return Err(words::conflict_moved(path));
            }
            session.set_base(theirs.disk);
            undo
        };
        self.save_session(&session)?;
        self.tell_article(&session, None);
        Ok(undo)
    }

    /// Puts the person's text into history before it changes under their hands; returns its revision.
    fn keep_mine(&self, snapshot: &Snapshot) -> Result<Option<RevisionId>, Problem> {
        let bytes = text::encode(&snapshot.base.bytes, &snapshot.text());
        self.keep(&snapshot.path, &bytes, &self.author(), Origin::Merge).inspect_err(|problem| {
            self.notice(problem);
        })?;
        Ok(self.newest_if(&snapshot.path, &bytes))
    }

    /// Puts what a person typed into history before it is merged; its revision, if history took it.
    pub(super) fn keep_for_undo(&self, path: &str, bytes: &[u8]) -> Option<RevisionId> {
        match self.keep(path, bytes, &self.author(), Origin::Merge) {
            Ok(()) => self.newest_if(path, bytes),
            Err(problem) => {
                self.notice(&problem);
                None
            }
        }
    }

    /// The newest revision of an article, if it has these bytes.
    fn newest_if(&self, path: &str, bytes: &[u8]) -> Option<RevisionId> {
        let history = self.history().ok()?;
        let id = history.list(path).ok()?.first()?.id;
        (history.content(id).ok()? == bytes).then_some(id)
    }
}
