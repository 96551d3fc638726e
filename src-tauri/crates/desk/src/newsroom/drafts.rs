//! What is typed is in a draft soon after, and until it is saved.

use std::panic::{self, AssertUnwindSafe};
use std::sync::Mutex;
use std::time::{Duration, Instant};

use copydesk_core::text;

use super::{Newsroom, at_hand, lock};
use crate::error::Problem;
use crate::session::{Session, Snapshot};
use crate::store::atomic;
use crate::store::history::Origin;
use crate::store::journal::Draft;
use crate::store::known;
use crate::words;

/// At its end the program waits so long for a save that goes on before it writes a draft beside it.
const STUCK: Duration = Duration::from_millis(500);

impl Newsroom {
    /// Somebody typed: a draft falls due.
    pub fn typed(&self) {
        if let Some(scribe) = self.scribe.get() {
            scribe.ring();
        }
    }

    /// Writes the drafts that are due; returns whether more will be.
    pub fn write_due_drafts(&self, now: Instant, at_once: bool) -> bool {
        let mut waiting = false;
        for session in self.sessions() {
            if session.waits_for_draft() {
                self.write_draft_at(&session, now, at_once);
                waiting |= session.waits_for_draft();
            }
        }
        waiting
    }

    pub(super) fn write_draft(&self, session: &Session, at_once: bool) {
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
        // What a fault cuts short is not written, and is tried again like any other.
        let written = panic::catch_unwind(AssertUnwindSafe(|| self.journal.write(&draft)))
            .unwrap_or_else(|_| Err(std::io::Error::other("a fault of the program")));
        drop(drafting);
        if let Err(error) = written {
            session.draft_failed(now);
            session.end_save(Err(words::cannot_draft(&draft.path, &error)));
            self.tell_article(session, None);
        }
        if let Some(disk) = disk {
            self.renew_conflict(session, disk);
        }
    }

    pub(super) fn forget_clean_draft(&self, session: &Session) {
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
        }
        for draft in self.journal.take(path).iter().rev() {
            self.history()?.record(path, &self.bytes_with(draft), &self.author(), Origin::Import)?;
        }
        let _ = self.journal.remove(path);
        self.tell_library();
        Ok(())
    }

    /// The file that a draft would have become: over what it was typed on, else over what the disk holds.
    pub(super) fn bytes_with(&self, draft: &Draft) -> Vec<u8> {
        let on_disk = || atomic::read(&*self.fs, &self.root, &draft.path).map(|on_disk| on_disk.bytes);
        let base = self.bytes_of(&draft.base).or_else(|| on_disk().ok());
        text::encode(&base.unwrap_or_default(), &draft.text)
    }

    /// Writes the text of a snapshot to its draft, unless it holds that or what was typed since.
    pub(super) fn draft_before_save(&self, session: &Session, snapshot: &Snapshot) -> std::io::Result<()> {
        let _draft = lock(&session.draft);
        if session.is_drafted(snapshot) {
            return Ok(());
        }
        let written = self.journal.write(&Draft {
            path: snapshot.path.clone(),
            base: snapshot.base.fingerprint,
            text: snapshot.text(),
            raw: snapshot.raw,
            caret: snapshot.caret,
            scroll: snapshot.scroll,
            saved_ms: self.clock.now().as_millisecond(),
        });
        session.set_drafted(snapshot, written.is_ok());
        written
    }

    /// Before the program ends: every unsaved text is in its draft.
    pub fn settle(&self) {
        self.write_due_drafts(Instant::now(), true);
        for session in self.sessions() {
            self.keep_places(&session.path());
            self.keep_typed_over(&session);
        }
        self.look_at_replaced_at_last();
        if self.library.is_complete() {
            known::write(&*self.fs, &self.local, &self.library.known());
        }
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
