//! Whose a review is: it goes along with its article, stays behind where that goes, and comes back with it.

use copydesk_core::review::By;
use jiff::Timestamp;

use super::{Newsroom, lock};
use crate::library::likeness;
use crate::store::history::Departed;
use crate::words;

/// What this machine keeps of an article that is gone lies under a path that no file can have.
fn aside(path: &str) -> String {
    format!("{path}/")
}

impl Newsroom {
    fn someone(&self) -> By {
        By { name: self.author(), installation: self.installation.clone() }
    }

    /// An article has another path: its review goes along.
    pub(super) fn review_moved(&self, from: &str, to: &str) {
        let mut reviews = lock(&self.reviews);
        // What is in memory of a former article of that path is none of this one's.
        reviews.remove(to);
        if let Some(open) = reviews.remove(from) {
            reviews.insert(to.to_owned(), open);
        }
        drop(reviews);
        let shelves = self.typed_shelf.rename(from, to).and_then(|()| self.places_shelf.rename(from, to));
        let bound = self.records.bind(from, Some(to), &self.someone(), self.clock.now());
        if let Err(error) = shelves.and(bound) {
            self.notice(&words::cannot_record(to, &error));
        }
    }

    /// An article takes a path where another was: that one's review is not its own.
    pub(super) fn displace_review(&self, from: &str, to: &str) {
        match self.records.displace(to, from, &self.someone(), self.clock.now()) {
            Ok(true) => self.set_review_aside(to),
            Ok(false) => {}
            Err(error) => self.notice(&words::cannot_record(to, &error)),
        }
    }

    /// An article is taken away, or a new one stands where another was: the former's review stays with the former.
    pub(super) fn leave_review(&self, path: &str) {
        if let Err(error) = self.records.bind(path, None, &self.someone(), self.clock.now()) {
            self.notice(&words::cannot_record(path, &error));
        }
        self.set_review_aside(path);
    }

    /// What this machine keeps of a review waits until its article comes back.
    fn set_review_aside(&self, path: &str) {
        lock(&self.reviews).remove(path);
        let aside = aside(path);
        // Places are found again by anchors, and what was read is read again.
        let _ = self.places_shelf.rename(path, &aside);
        let _ = self.read_marks.rename(path, &aside);
        if let Err(error) = self.typed_shelf.rename(path, &aside) {
            self.notice(&words::cannot_record(path, &error));
        }
    }

    /// An article that was gone is back: so is its review.
    pub(super) fn bring_review_back(&self, gone: &Departed, to: &str) {
        let left = gone.time.parse().unwrap_or(Timestamp::MIN);
        let (by, now) = (self.someone(), self.clock.now());
        self.records.refresh();
        if let Err(error) = self.records.bring_back(&gone.path, left, to, &by, now) {
            self.notice(&words::cannot_record(to, &error));
        }
        let aside = aside(&gone.path);
        let _ = self.places_shelf.rename(&aside, to);
        let _ = self.read_marks.rename(&aside, to);
        if let Err(error) = self.typed_shelf.rename(&aside, to) {
            self.notice(&words::cannot_record(to, &error));
        }
    }

    /// An article is gone without a word. It may come back in a moment, as when a branch is checked out, so nothing is
    /// written; what it had is remembered.
    pub(super) fn review_lost_sight(&self, path: &str) {
        let names = self.records.names_of(path);
        if !names.is_empty() {
            lock(&self.lost_sight).insert(path.to_owned(), names);
        }
    }

    /// Another program put an article where one was. Alike, it is that one; else it has no review yet.
    pub(super) fn review_appeared(&self, path: &str) {
        if self.session(path).is_ok() {
            return;
        }
        let Some(names) = lock(&self.lost_sight).get(path).cloned() else { return };
        let (Some(before), Some(now)) = (self.last_text(path), self.text_on_disk(path)) else { return };
        // An empty file is one that is being written: what it will be is seen when it has words.
        if now.trim().is_empty() {
            return;
        }
        lock(&self.lost_sight).remove(path);
        if before == now || !likeness::is_other(&before, &now) {
            return;
        }
        match self.records.let_go(path, &names, &self.someone(), self.clock.now()) {
            Ok(()) => self.set_review_aside(path),
            Err(error) => self.notice(&words::cannot_record(path, &error)),
        }
    }
}
