//! Articles are made, brought back and taken away.

use std::sync::Arc;

use copydesk_core::text;

use super::{Newsroom, lock};
use crate::error::Problem;
use crate::session::{Base, Session, Snapshot};
use crate::store::atomic;
use crate::store::creating;
use crate::store::history::{Departed, Origin};
use crate::words;

impl Newsroom {
    /// Writes an article anew that somebody else deleted.
    ///
    /// # Errors
    /// The file system refused.
    pub fn keep_deleted(&self, path: &str) -> Result<(), Problem> {
        let session = self.session(path)?;
        {
            let _disk = lock(&session.disk);
            // In the bare mount point of a desk that is gone, it would be written where nobody looks for it.
            if !self.library.stands() {
                return Err(words::desk_gone(path));
            }
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
        self.library.refresh(&[self.file(path)]);
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
        self.leave_review(&path);
        self.keep(&path, text.as_bytes(), &self.author(), Origin::Save)?;
        self.wrote(&path, None, text.as_bytes());
        self.library.refresh(&[self.file(&path)]);
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
        self.bring_review_back(gone, &path);
        self.keep(&path, &bytes, &self.author(), Origin::Restore)?;
        self.library.refresh(&[self.file(&path)]);
        self.tell_library();
        Ok(path)
    }

    /// Keeps the revision that holds an article as it stands from being thinned out.
    pub fn pin(&self, snapshot: &Snapshot, why: &str) {
        let bytes = text::encode(&snapshot.base.bytes, &snapshot.text());
        self.pin_bytes(&snapshot.path, &bytes, why);
    }

    pub(super) fn pin_bytes(&self, path: &str, bytes: &[u8], why: &str) {
        if let Err(problem) = self.history().and_then(|history| history.pin(path, bytes, why)) {
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
        if let Ok(on_disk) = atomic::read(&*self.fs, &self.root, path) {
            self.keep_found(path, &on_disk.bytes)?;
        }
        // What was typed is newer than the file; it comes back with the article.
        if let Ok(session) = self.session(path) {
            let snapshot = session.snapshot();
            let mine = text::encode(&snapshot.base.bytes, &snapshot.text());
            self.keep(path, &mine, &self.author(), Origin::Save)?;
        } else {
            for draft in self.journal.take(path).iter().rev() {
                self.keep(path, &self.bytes_with(draft), &self.author(), Origin::Save)?;
            }
        }
        self.keep_places(path);
        atomic::trash(&file).map_err(|error| words::cannot_trash(path, &error))?;
        lock(&self.sessions).remove(path);
        self.leave_review(path);
        let _ = self.journal.remove(path);
        self.library.refresh(&[file]);
        self.tell_library();
        Ok(())
    }
}
