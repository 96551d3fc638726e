//! Text goes to the disk, and every version of it into the history.

use std::sync::Arc;

use copydesk_core::text;

use super::{Newsroom, lock};
use crate::error::Problem;
use crate::session::{Base, Session, Snapshot};
use crate::store::atomic::{self, Saved, Weakness};
use crate::store::history::Origin;
use crate::wire::{Event, Weaker};
use crate::words;

/// How often a save tries again after the disk moved under it.
const TRIES: usize = 4;

impl Newsroom {
    /// Saves an article.
    ///
    /// # Errors
    /// Nothing was written, or the disk refused; the text is in its draft.
    pub fn save(&self, path: &str) -> Result<(), Problem> {
        let session = self.session(path)?;
        self.save_session(&session)
    }

    pub(super) fn save_session(&self, session: &Arc<Session>) -> Result<(), Problem> {
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
            let result = self.put_on_disk(session, &snapshot, None);
            drop(disk);
            match result {
                Ok(true) => {
                    session.end_save(Ok(Some(self.clock.now().to_string())));
                    let written = text::encode(&snapshot.base.bytes, &snapshot.text());
                    self.wrote(&snapshot.path, Some(&snapshot.base.fingerprint), &written);
                    self.saved(session);
                    return Ok(());
                }
                // The disk moved: take its text in, then try again with both.
                Ok(false) => {
                    session.end_save(Ok(None));
                    self.look_until_settled(session);
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

    /// What follows a save.
    fn saved(&self, session: &Arc<Session>) {
        self.forget_clean_draft(session);
        // Another program may have been there in the meantime: what this look finds, the watch will not tell again.
        let changes = self.library.refresh(&[self.file(&session.path())]);
        self.take_changes(&changes);
        self.tell_library();
        self.follow_title(session);
        self.keep_places(&session.path());
        self.tell_article(session, None);
    }

    /// One attempt to write; the session's disk lock is held. `Ok(false)`: the disk is not what it was.
    /// `exactly` are the bytes to write, where they are more than the text: line ends as they were in a revision.
    fn put_on_disk(
        &self,
        session: &Session,
        snapshot: &Snapshot,
        exactly: Option<&[u8]>,
    ) -> Result<bool, Problem> {
        let path = &snapshot.path;
        let text = snapshot.text();
        let bytes = exactly.map_or_else(|| text::encode(&snapshot.base.bytes, &text), <[u8]>::to_owned);
        let origin = if exactly.is_some() { Origin::Restore } else { Origin::Save };
        if !text::decode(&bytes).is_ok_and(|decoded| decoded.text == text) {
            return Err(words::cannot_encode(path));
        }
        // The draft is durable before the article is touched; after a pause it is there already.
        let drafted = self.draft_before_save(session, snapshot);
        let author = self.author();
        self.keep_base(path, &snapshot.base.bytes)?;
        let kept = |foreign: &[u8]| {
            // The article is about to be written in place: only its draft mends it after a crash.
            if let Err(error) = &drafted
                && *foreign == **snapshot.base.bytes
            {
                return Err(std::io::Error::new(error.kind(), "no draft could be written"));
            }
            self.keep(path, foreign, "", Origin::Outside)
                .map_err(|problem| std::io::Error::other(problem.to_string()))
        };
        let saved =
            atomic::save(&*self.fs, &self.root, path, &snapshot.base.fingerprint, &bytes, &mut { kept });
        match saved {
            Ok(Saved::Done { fingerprint, weak, replaced }) => {
                match weak {
                    Some(Weakness::NoExchange) => self.saves_are_weaker(Weaker::NoExchange),
                    Some(why) if session.is_first_in_place() => self.notice(&words::in_place(path, why)),
                    _ => {}
                }
                self.remember_replaced(path, replaced);
                session.set_base(Base { fingerprint, text: text.into(), bytes: Arc::new(bytes.clone()) });
                if let Err(problem) = self.keep(path, &bytes, &author, origin) {
                    self.notice(&problem);
                }
                self.host.emit(Event::HistoryChanged { path: path.clone() });
                Ok(true)
            }
            Ok(Saved::Changed { replaced }) => {
                self.remember_replaced(path, replaced);
                Ok(false)
            }
            // An unmounted desk: nobody deleted the article, and its draft waits.
            Ok(Saved::Gone) if !self.library.stands() => Err(words::desk_gone(path)),
            Ok(Saved::Gone) => Ok(false),
            Err(failed) => {
                if let Some(kept) = &failed.kept {
                    self.notice(&words::left_beside(path, kept));
                }
                // After an error the disk is asked, not guessed: the new bytes may be in place all the same.
                if failed.on_disk == Some(atomic::fingerprint(&bytes)) {
                    if let Err(problem) = self.keep(path, &bytes, &author, origin) {
                        self.notice(&problem);
                    }
                    session.set_base(Base {
                        fingerprint: atomic::fingerprint(&bytes),
                        text: text.into(),
                        bytes: Arc::new(bytes),
                    });
                    session.doubt();
                } else if let Ok(held) = self.fs.read(&self.file(path))
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

    /// Puts bytes into history, or beside the drafts where there is no history.
    pub(super) fn keep(&self, path: &str, bytes: &[u8], author: &str, origin: Origin) -> Result<(), Problem> {
        let kept = self.history().and_then(|history| history.record(path, bytes, author, origin).map(|_| ()));
        kept.or_else(|_| {
            crate::store::history::keep_aside(&*self.fs, &self.local.join("kept"), path, bytes)
                .map_err(|error| words::cannot_keep(path, &error))
        })
    }

    /// Puts what the disk was found to hold into history: the first revision of an article, or what somebody made of it
    /// while nobody looked.
    pub(super) fn keep_found(&self, path: &str, bytes: &[u8]) -> Result<(), Problem> {
        let known = self.history().is_ok_and(|history| history.knows(path));
        self.keep(path, bytes, "", if known { Origin::Outside } else { Origin::Open })
    }

    /// Makes sure that history holds what is about to be replaced.
    pub(super) fn keep_base(&self, path: &str, bytes: &[u8]) -> Result<(), Problem> {
        let held = self.history().is_ok_and(|history| history.holds(path, &atomic::fingerprint(bytes)));
        if held { Ok(()) } else { self.keep_found(path, bytes) }
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
        self.put_back(&session, &decoded.text, &bytes)?;
        self.tell_article(&session, None);
        Ok(())
    }

    /// Writes the bytes of a revision whose text is on the screen, line ends and all. Where somebody types on, or the
    /// disk moved, the text alone is saved.
    fn put_back(&self, session: &Arc<Session>, text: &str, bytes: &[u8]) -> Result<(), Problem> {
        let disk = lock(&session.disk);
        let snapshot = session.snapshot();
        let held_up = snapshot.read_only || snapshot.conflict || snapshot.deleted;
        if held_up || snapshot.text() != text || *bytes == **snapshot.base.bytes {
            drop(disk);
            self.keep(&snapshot.path, bytes, &self.author(), Origin::Restore)?;
            return self.save_session(session);
        }
        session.begin_save();
        let result = self.put_on_disk(session, &snapshot, Some(bytes));
        drop(disk);
        session.end_save(match &result {
            Ok(true) => Ok(Some(self.clock.now().to_string())),
            Ok(false) => Ok(None),
            Err(problem) => Err(problem.clone()),
        });
        if result? {
            self.saved(session);
            return Ok(());
        }
        self.keep(&snapshot.path, bytes, &self.author(), Origin::Restore)?;
        self.look_until_settled(session);
        self.save_session(session)
    }
}
