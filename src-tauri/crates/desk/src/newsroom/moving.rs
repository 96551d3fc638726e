//! An article takes all that belongs to it along when its path changes.

use std::sync::Arc;

use copydesk_core::text;

use super::{Newsroom, lock};
use crate::session::Session;
use crate::store::atomic;
use crate::store::history::Origin;
use crate::wire::Event;
use crate::words;

impl Newsroom {
    /// A new article's file name follows its title until it has a text.
    pub(super) fn follow_title(&self, session: &Arc<Session>) {
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
        // What waits for an article of that name, which is gone, would lose its place.
        if self.waits_at(to) {
            return Err(std::io::ErrorKind::AlreadyExists.into());
        }
        let session = self.session(from).ok();
        let _disk = session.as_ref().map(|session| lock(&session.disk));
        let left = self.file(from);
        atomic::rename_article(&*self.fs, &self.root, from, to)?;
        self.moved(from, to);
        self.library.refresh(&[left, self.file(to)]);
        self.tell_library();
        Ok(())
    }

    /// Whether text is unsaved under a path.
    fn waits_at(&self, path: &str) -> bool {
        match self.session(path) {
            Ok(session) => !session.snapshot().is_clean(),
            Err(_) => self.journal.read(path).is_some(),
        }
    }

    /// What another program moved something over goes into the history of the article that had the path.
    fn make_way(&self, path: &str) {
        let kept = |bytes: &[u8]| {
            if let Err(problem) = self.keep(path, bytes, &self.author(), Origin::Save) {
                self.notice(&problem);
                return false;
            }
            true
        };
        let mut safe = true;
        if let Ok(session) = self.session(path) {
            let snapshot = session.snapshot();
            if !snapshot.is_clean() {
                safe &= kept(&text::encode(&snapshot.base.bytes, &snapshot.text()));
            }
        }
        for draft in self.journal.take(path).iter().rev() {
            safe &= kept(&self.bytes_with(draft));
        }
        if safe {
            let _ = self.journal.remove(path);
        }
    }

    /// An article has another path; what was at that one before stays behind.
    pub(super) fn moved(&self, from: &str, to: &str) {
        self.displace_review(from, to);
        self.take_along(from, to);
    }

    /// Everything that bears the old path takes the new one.
    pub(super) fn take_along(&self, from: &str, to: &str) {
        let brings_text = self.session(from).is_ok() || self.journal.read(from).is_some();
        if brings_text && self.waits_at(to) {
            self.make_way(to);
        }
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
}

fn is_number_suffix(rest: &str) -> bool {
    rest.strip_prefix('-')
        .is_some_and(|digits| !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit()))
}
