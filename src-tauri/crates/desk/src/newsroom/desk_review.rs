//! The review over the whole desk: what changed since this person last looked, and what waits for somebody.

use copydesk_core::review::Verdict;

use super::Newsroom;
use crate::library::Entry;
use crate::review::view::mentions;
use crate::store::atomic;
use crate::wire::{ChangeClass, DeskReviewItem};

impl Newsroom {
    /// The articles with something to look at: broken seals first, then by the risk of what changed, then by deadline.
    #[must_use]
    pub fn desk_review(&self) -> Vec<DeskReviewItem> {
        self.records.refresh();
        let recorded = self.records.articles();
        let entries = self.library.since(0).changed;
        let mut items: Vec<DeskReviewItem> = entries
            .iter()
            .filter_map(|entry| self.desk_review_item(entry, recorded.contains(&entry.path)))
            .collect();
        items.sort_by(|a, b| order(a).cmp(&order(b)));
        // What was noticed saves reading, and nothing else hangs on it.
        let _ = self.read_marks.keep_noticed();
        items
    }

    fn desk_review_item(&self, entry: &Entry, recorded: bool) -> Option<DeskReviewItem> {
        let path = &entry.path;
        // Of a new desk, all is unread: an article counts as never read only where somebody waits for it.
        let awaited =
            recorded || entry.head.deadline.is_some() || matches!(&*entry.head.stage, "review" | "approved");
        let (unread, never_read) = self.unread(path);
        let mut item = DeskReviewItem {
            path: path.clone(),
            title: entry.head.title.clone(),
            stage: entry.head.stage.clone(),
            deadline: entry.head.deadline.clone(),
            unread,
            never_read: never_read && awaited,
            suggestions: 0,
            mentions: 0,
            threads: 0,
            broken_seals: Vec::new(),
        };
        if recorded {
            self.add_record(&mut item);
        }
        let something = !item.unread.is_empty()
            || item.never_read
            || item.suggestions > 0
            || item.threads > 0
            || !item.broken_seals.is_empty();
        something.then_some(item)
    }

    fn add_record(&self, item: &mut DeskReviewItem) {
        let reviewed = self.records.of(&item.path);
        let record = &reviewed.record;
        let me = self.author();
        let open = record.suggestions.iter().filter(|suggestion| suggestion.verdict == Verdict::Open);
        let unresolved = || record.threads.iter().filter(|thread| !thread.resolved);
        let mine = unresolved().filter(|thread| thread.messages.iter().any(|said| mentions(&said.text, &me)));
        item.suggestions = count(open.count());
        item.threads = count(unresolved().count());
        item.mentions = count(mine.count());
        if record.sign_offs.iter().any(|signed| !signed.withdrawn)
            && let Some(text) = self.text_now(&item.path)
        {
            item.broken_seals = self.broken_seals(&item.path, &text);
        }
    }

    /// The text on the screen, or else on the disk.
    fn text_now(&self, path: &str) -> Option<String> {
        match self.session(path) {
            Ok(session) => Some(session.snapshot().text()),
            Err(_) => atomic::read(&*self.fs, &self.root, path)
                .ok()
                .map(|on_disk| super::compare::text_of(&on_disk.bytes)),
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What comes first in the list: no broken seal is `true`, and so comes later.
fn order(item: &DeskReviewItem) -> (bool, bool, Option<ChangeClass>, bool, &str, &str) {
    let risk = item.unread.first().map(|count| count.class);
    let deadline = item.deadline.as_deref();
    (
        item.broken_seals.is_empty(),
        risk.is_none(),
        risk,
        deadline.is_none(),
        deadline.unwrap_or_default(),
        &item.path,
    )
}
