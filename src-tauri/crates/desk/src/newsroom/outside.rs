//! What comes from outside into an open desk: hints of the watch, changed files of open articles, and the conflicts
//! that a person ends. The decisions are `core::reconcile`'s.

use std::sync::Arc;

use copydesk_core::reconcile::{self, Choice, Outcome, reconcile as decide};
use copydesk_core::text;

use super::{Newsroom, lock};
use crate::error::Problem;
use crate::library::Change;
use crate::session::{Base, Session, Snapshot, Theirs};
use crate::store::atomic::{self, ReadError, Refusal};
use crate::store::history::{Origin, RevisionId};
use crate::watch::Hint;
use crate::wire::Event;
use crate::words;

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

impl Newsroom {
    /// What the watch says is a hint: everything is looked at before it is believed.
    pub fn heed(&self, hint: Hint) {
        match hint {
            Hint::State(state) => {
                *lock(&self.watch_state) = state;
                self.host.emit(Event::WatchChanged { watch: state });
            }
            Hint::Paths(paths) => {
                // The open article first: somebody is looking at it.
                for session in self.sessions() {
                    let file = self.root.join(session.path());
                    if paths.contains(&file) && file.symlink_metadata().is_ok() {
                        self.look(&session);
                    }
                }
                let changes = self.library.refresh(&paths);
                self.take_changes(&changes);
            }
            Hint::Rescan(subtree) => {
                let changes = self.library.rescan(&subtree);
                self.take_changes(&changes);
                for session in self.sessions() {
                    if self.root.join(session.path()).starts_with(&subtree) {
                        self.look(&session);
                    }
                }
            }
        }
    }

    fn take_changes(&self, changes: &[Change]) {
        for change in changes {
            match change {
                Change::Renamed { from, to } => {
                    self.moved(from, to);
                    // It may have been believed gone for a moment.
                    if let Ok(session) = self.session(to) {
                        self.look(&session);
                    }
                }
                Change::Created { path } | Change::Changed { path } | Change::Removed { path } => {
                    if let Ok(session) = self.session(path) {
                        self.look(&session);
                    }
                }
            }
        }
        self.look_for_kin(changes);
        self.look_for_links(&super::renames(changes));
        if !changes.is_empty() {
            self.tell_library();
        }
    }

    /// Looks at the disk for an open article, and takes in what changed.
    pub fn look(&self, session: &Arc<Session>) {
        let news = {
            let _disk = lock(&session.disk);
            self.take_in(session)
        };
        if let Some(news) = news {
            self.forget_clean_draft(session);
            self.typed();
            self.tell_article_with(session, news.word, news.undo);
        }
    }

    /// The disk lock is held. `None`: nothing to tell.
    fn take_in(&self, session: &Session) -> Option<News> {
        let path = session.path();
        let on_disk = match atomic::read(&*self.fs, &self.root, &path) {
            Ok(on_disk) => on_disk,
            Err(ReadError::NotFound) => return session.set_deleted(true).then(|| News::of("deleted")),
            // A passing fault is not a change: the next save or look will say more.
            Err(_) => return None,
        };
        let back = session.set_deleted(false);
        if on_disk.fingerprint == session.snapshot().base.fingerprint {
            return back.then(News::default);
        }
        let decoded = match text::decode(&on_disk.bytes) {
            Ok(decoded) => decoded,
            Err(reason) => {
                // Kept as it is; the session's text stays on the screen and in its draft.
                let _ = self.keep(&path, &on_disk.bytes, "", Origin::Outside);
                session.set_read_only(Some(words::not_text(&path, &reason)));
                return Some(News::default());
            }
        };
        session
            .set_read_only(on_disk.refused.as_ref().map(|refusal: &Refusal| words::refused(&path, refusal)));
        let disk = Base {
            fingerprint: on_disk.fingerprint,
            text: decoded.text.into(),
            bytes: Arc::new(on_disk.bytes),
        };
        if let Err(problem) = self
            .keep(&path, &session.snapshot().base.bytes, "", Origin::Open)
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
                    return Some(News::default());
                }
                Outcome::Reload => (disk.text.to_string(), News::of("reloaded")),
                // Both originals stay within reach: the disk's is kept above, the person's here.
                Outcome::Merge { text } => {
                    (text, News { word: Some("merged"), undo: self.keep_mine(&snapshot).unwrap_or_default() })
                }
                Outcome::Conflict { .. } => {
                    let before = Arc::clone(&snapshot.base.text);
                    session.set_conflict(Some(Theirs::new(disk, Some(before), &mine, snapshot.edition)));
                    return Some(News::of("conflict"));
                }
            };
            if session.adopt(snapshot.edition, &text) {
                session.set_base(disk);
                return Some(news);
            }
        }
    }

    /// The person typed on in a conflict: the places are looked for again, and merged where none is left.
    pub(super) fn renew_conflict(&self, session: &Session) {
        // Without one, nobody waits here for a save that takes its time.
        if session.conflict().is_none() {
            return;
        }
        let news = {
            let _disk = lock(&session.disk);
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
                    session.set_conflict(Some(now));
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
                        session.set_conflict(Some(now));
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
        // The newest revision, if history took it or held the same bytes already.
        let newest = || {
            let history = self.history().ok()?;
            let id = history.list(&snapshot.path).ok()?.first()?.id;
            (history.content(id).ok()? == bytes).then_some(id)
        };
        Ok(newest())
    }
}
