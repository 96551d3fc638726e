//! Articles are opened, with what was typed in them before, and closed.

use std::sync::Arc;

use copydesk_core::reconcile::{Outcome, reconcile};
use copydesk_core::text;

use super::{Newsroom, lock};
use crate::error::Problem;
use crate::session::{Base, Session, Theirs};
use crate::store::atomic::{self, Fingerprint, OnDisk, ReadError};
use crate::store::history::Origin;
use crate::store::journal::Draft;
use crate::words;

impl Newsroom {
    /// Opens an article, with the draft that waits for it. Returns the session and whether a draft came back.
    ///
    /// # Errors
    /// The article cannot be read.
    pub fn open_article(&self, path: &str) -> Result<(Arc<Session>, bool), Problem> {
        if let Ok(session) = self.session(path) {
            return Ok((session, false));
        }
        let draft = self.take_draft(path);
        let (session, restored) = match atomic::read(&*self.fs, &self.root, path) {
            Ok(on_disk) => self.open_over(path, on_disk, draft),
            Err(ReadError::NotFound) => match draft {
                // The article went away while the program was closed, or was never saved: the draft is what is left.
                Some(draft) => {
                    let session = Session::new(path, self.base_of(&draft), &draft.text, None);
                    session.set_place(draft.caret, draft.scroll);
                    session.set_deleted(true);
                    (session, true)
                }
                None => return Err(words::cannot_read(path, &ReadError::NotFound)),
            },
            Err(error) => return Err(words::cannot_read(path, &error)),
        };
        if let Ok(stat) = self.fs.stat(&self.root.join(path))
            && let Ok(time) = jiff::Timestamp::from_millisecond(stat.modified_ms)
        {
            session.set_saved_at(time.to_string());
        }
        let session = Arc::new(session);
        let session = Arc::clone(lock(&self.sessions).entry(path.to_owned()).or_insert(session));
        // The first article is opened before the first paint, and the history after it.
        if self.history.get().is_some() {
            self.keep_as_opened(&session);
        }
        Ok((session, restored))
    }

    /// The newest draft of an article. Older ones, of another window or of an earlier run, go into history first.
    fn take_draft(&self, path: &str) -> Option<Draft> {
        let mut drafts = self.journal.take(path).into_iter();
        let newest = drafts.next()?;
        for older in drafts.filter(|older| older.text != newest.text) {
            if let Err(problem) = self.keep(path, &self.bytes_with(&older), &self.author(), Origin::Merge) {
                self.notice(&problem);
            }
        }
        Some(newest)
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
    pub(super) fn keep_as_opened(&self, session: &Session) {
        if let Some((path, bytes)) = found(session)
            && let Err(problem) = self.keep_found(&path, &bytes)
        {
            self.notice(&problem);
        }
    }

    /// Before the end: what unsaved text was typed over is in history, so that the next start can merge the two.
    pub(super) fn keep_typed_over(&self, session: &Session) {
        if !session.snapshot().is_clean()
            && let Some((path, bytes)) = found(session)
        {
            // Without it, the next start asks where it could have merged.
            let _ = self.keep_base(&path, &bytes);
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
            let before = self.bytes_of(&draft.base).and_then(|bytes| {
                let text = text::decode(&bytes).ok()?.text;
                Some((bytes, text))
            });
            let outcome = match &before {
                Some((_, before)) => reconcile(before, &draft.text, &base.text),
                None => Outcome::Conflict { hunks: Vec::new() },
            };
            match outcome {
                Outcome::Merge { text } => {
                    let session = Session::new(path, base, &text, read_only);
                    let typed_over = before.map(|(bytes, _)| bytes).unwrap_or_default();
                    session.set_way_back(self.keep_for_undo(path, &text::encode(&typed_over, &draft.text)));
                    session
                }
                // What it was typed over stays the base, so that the next draft says so too.
                Outcome::Conflict { .. } => {
                    let session = Session::new(path, self.base_of(&draft), &draft.text, read_only);
                    let before = before.map(|(_, text)| text.into());
                    session.set_conflict(Theirs::new(base, before, &draft.text, 0));
                    session
                }
                // Nothing but line ends or the mark at the beginning of the file: what was typed is the newer text.
                Outcome::Same => Session::new(path, base, &draft.text, read_only),
                // The draft says nothing that the disk does not: the disk's text is the newer one.
                Outcome::Reload | Outcome::Converged => {
                    let _ = self.journal.remove(path);
                    let text = Arc::clone(&base.text);
                    Session::new(path, base, &text, read_only)
                }
            }
        };
        session.set_place(draft.caret, draft.scroll);
        (session, true)
    }

    fn sync_folder_of(&self, path: &str) -> std::io::Result<()> {
        self.fs.sync_folder(self.file(path).parent().unwrap_or(&self.root))
    }

    /// What a draft was typed over, where the article is gone. Without a history that knows it, it is known by its hash
    /// alone, by which the article is recognised when it is found elsewhere.
    fn base_of(&self, draft: &Draft) -> Base {
        let bytes = self.bytes_of(&draft.base).unwrap_or_default();
        let text = text::decode(&bytes).map(|decoded| decoded.text).unwrap_or_default();
        Base { fingerprint: draft.base, text: text.into(), bytes: Arc::new(bytes) }
    }

    pub(super) fn bytes_of(&self, fingerprint: &Fingerprint) -> Option<Vec<u8>> {
        self.history().ok()?.content_of(fingerprint).ok().flatten()
    }

    /// Closes an article; its draft stays where there is unsaved text.
    ///
    /// # Errors
    /// Its unsaved text could not be put into a draft: the article stays open.
    pub fn close_article(&self, path: &str) -> Result<(), Problem> {
        let Ok(session) = self.session(path) else { return Ok(()) };
        self.write_draft(&session, true);
        self.forget_clean_draft(&session);
        if session.waits_for_draft() {
            return Err(words::cannot_close(path));
        }
        self.close_review(path);
        lock(&self.sessions).remove(path);
        Ok(())
    }

    /// The open articles whose unsaved text is in no draft. After [`Newsroom::settle`] those are what an end would lose.
    #[must_use]
    pub fn undrafted(&self) -> Vec<String> {
        let mut waiting: Vec<String> = self
            .sessions()
            .iter()
            .filter(|session| session.waits_for_draft() && !session.snapshot().is_clean())
            .map(|session| session.path())
            .collect();
        waiting.sort();
        waiting
    }
}

/// What the disk was last found to hold of an open article, and its path.
fn found(session: &Session) -> Option<(String, Arc<Vec<u8>>)> {
    let snapshot = session.snapshot();
    let base = session.conflict().map_or(snapshot.base, |theirs| theirs.disk);
    // A base that is known by its hash alone, or that a save in place left half written, is not what the disk holds.
    let is_found = !snapshot.deleted && atomic::fingerprint(&base.bytes) == base.fingerprint;
    is_found.then_some((snapshot.path, base.bytes))
}
