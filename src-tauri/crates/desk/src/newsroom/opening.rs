//! Articles are opened, with what was typed in them before, and closed.

use std::sync::Arc;

use copydesk_core::reconcile::{Outcome, reconcile};
use copydesk_core::text;

use super::{Newsroom, lock};
use crate::error::Problem;
use crate::session::{Base, Session, Theirs};
use crate::store::atomic::{self, OnDisk, ReadError};
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
    pub(super) fn keep_as_opened(&self, session: &Session) {
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
}

fn empty_base() -> Base {
    Base { bytes: Arc::default(), fingerprint: atomic::fingerprint(&[]), text: "".into() }
}
