//! The review over the whole desk: what changed since this person last looked, and what waits for somebody.

use copydesk_core::diff;
use copydesk_core::review::Verdict;
use jiff::Timestamp;
use jiff::civil::Date;
use jiff::tz::TimeZone;

use super::Newsroom;
use crate::library::Entry;
use crate::review::mention::People;
use crate::wire::{ChangeClass, DeskReviewItem};

impl Newsroom {
    /// The articles with something to look at: broken seals first, then where somebody asks for this person, then by the
    /// risk of what changed or is proposed, then by deadline.
    #[must_use]
    pub fn desk_review(&self) -> Vec<DeskReviewItem> {
        self.records.refresh();
        let recorded = self.records.articles();
        let entries = self.library.since(0).changed;
        let everybody = self.everybody();
        let people = People::of(everybody.iter().map(String::as_str));
        let mut items: Vec<DeskReviewItem> = entries
            .iter()
            .filter_map(|entry| {
                self.desk_review_item(entry, recorded.contains(&entry.path).then_some(&people))
            })
            .collect();
        items.sort_by(|a, b| order(a).cmp(&order(b)));
        // What was noticed saves reading, and nothing else hangs on it.
        let _ = self.read_marks.keep_noticed();
        items
    }

    fn desk_review_item(&self, entry: &Entry, record: Option<&People<'_>>) -> Option<DeskReviewItem> {
        let path = &entry.path;
        // Of a new desk, all is unread: an article counts as never read only where somebody waits for it.
        let awaited = record.is_some()
            || entry.head.deadline.is_some()
            || matches!(&*entry.head.stage, "review" | "approved");
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
            risk: None,
            broken_seals: Vec::new(),
            broken_seal: None,
        };
        item.risk = item.unread.first().map(|count| count.class);
        if let Some(people) = record {
            self.add_record(&mut item, people);
        }
        let something = !item.unread.is_empty()
            || item.never_read
            || item.suggestions > 0
            || item.threads > 0
            || !item.broken_seals.is_empty();
        something.then_some(item)
    }

    fn add_record(&self, item: &mut DeskReviewItem, people: &People<'_>) {
        let reviewed = self.records.of(&item.path);
        let record = &reviewed.record;
        let me = self.all_of_me();
        let open = record.suggestions.iter().filter(|suggestion| suggestion.verdict == Verdict::Open);
        let unresolved = || record.threads.iter().filter(|thread| !thread.resolved);
        let named = |text: &str| me.iter().any(|me| people.mentions(text, &me.name));
        let mine = unresolved().filter(|thread| thread.messages.iter().any(|said| named(&said.text)));
        item.threads = count(unresolved().count());
        item.mentions = count(mine.count());
        for suggestion in open {
            item.suggestions += 1;
            // Without its place in the text, by its words alone: the list is asked often.
            let old = &suggestion.anchor.quote;
            let class: ChangeClass = diff::class_of(old, 0..old.len(), &suggestion.new).into();
            item.risk = item.risk.into_iter().chain([class]).min();
        }
        if record.sign_offs.iter().any(|signed| !signed.withdrawn)
            && let Some(text) = self.text_now(&item.path)
        {
            let broken = self.broken_seals(&item.path, &text);
            item.broken_seal = broken.first().map(|signed| signed.id.clone());
            item.broken_seals = broken.into_iter().map(|signed| signed.role).collect();
        }
    }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// What comes first in the list: no broken seal is `true`, and so comes later.
fn order(item: &DeskReviewItem) -> (bool, bool, bool, Option<ChangeClass>, bool, Option<Timestamp>, &str) {
    let deadline = item.deadline.as_deref().and_then(moment);
    (
        item.broken_seals.is_empty(),
        item.mentions == 0,
        item.risk.is_none(),
        item.risk,
        deadline.is_none(),
        deadline,
        &item.path,
    )
}

/// A deadline as a moment: a bare day ends with it.
fn moment(deadline: &str) -> Option<Timestamp> {
    let day = || deadline.parse::<Date>().ok()?.at(23, 59, 59, 0).to_zoned(TimeZone::UTC).ok();
    deadline.parse().ok().or_else(|| Some(day()?.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(path: &str, deadline: &str, edit: impl Fn(&mut DeskReviewItem)) -> DeskReviewItem {
        let mut item = DeskReviewItem {
            path: path.into(),
            title: String::new(),
            stage: String::new(),
            deadline: (!deadline.is_empty()).then(|| deadline.into()),
            unread: Vec::new(),
            never_read: false,
            suggestions: 0,
            mentions: 0,
            threads: 0,
            risk: None,
            broken_seals: Vec::new(),
            broken_seal: None,
        };
        edit(&mut item);
        item
    }

    #[test]
    fn what_costs_most_comes_first() {
        let risk = |class| move |item: &mut DeskReviewItem| item.risk = Some(class);
        let mut items = [
            item("plain", "", |_| {}),
            item("odd", "demain", |_| {}),
            item("day", "2026-11-22", |_| {}),
            // Half past nine in Paris is before nine in London.
            item("london", "2026-11-22T21:00:00Z", |_| {}),
            item("paris", "2026-11-22T21:30:00+01:00", |_| {}),
            item("words", "2026-11-22T08:00:00Z", risk(ChangeClass::Words)),
            item("quote", "", risk(ChangeClass::Quote)),
            item("mention", "", |item| item.mentions = 1),
            item("seal", "", |item| item.broken_seals.push("desk".into())),
        ];
        items.sort_by(|a, b| order(a).cmp(&order(b)));
        let paths: Vec<&str> = items.iter().map(|item| item.path.as_str()).collect();
        assert_eq!(paths, ["seal", "mention", "quote", "words", "paris", "london", "day", "odd", "plain"]);
    }
}
