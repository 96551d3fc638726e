//! What the window shows of a review: pure, from the record, what is typed, and the places.

use std::collections::{BTreeSet, HashMap, HashSet};

use copydesk_core::diff;
use copydesk_core::review::{By, Record, SignOff, Suggestion, Verdict};
use copydesk_core::ruler::Ruler;

use super::mention::People;
use super::placing::{Placing, Wanted};
use super::typed::Typed;
use crate::error::Problem;
use crate::store::record::Trouble;
use crate::wire::{
    self, ChangeClass, MessageItem, Passage, SignOffItem, StageItem, Standing, SuggestionItem, ThreadItem,
};

/// Whether its author can go on with a suggestion: nobody decided, or they took it back themselves.
#[must_use]
pub fn is_growing(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Open | Verdict::Withdrawn)
}

/// The suggestions as they stand with what is typed on top. `me` is the person by all their names, the one of now first.
#[must_use]
pub fn suggestions(record: &Record, typed: &Typed, me: &[By], now: &str) -> Vec<Suggestion> {
    let mut all = record.suggestions.clone();
    let (Some(proposals), Some(first)) = (&typed.proposals, me.first()) else { return all };
    all.retain(|known| !proposals.gone.contains(&known.id) || known.verdict != Verdict::Open);
    for proposed in &proposals.list {
        match all.iter_mut().find(|known| known.id == proposed.id) {
            Some(known) if me.contains(&known.by) && is_growing(known.verdict) => {
                known.anchor = proposed.anchor.clone();
                known.new.clone_from(&proposed.new);
                known.verdict = Verdict::Open;
                known.decided_by = None;
            }
            Some(_) => {}
            None => all.push(Suggestion {
                id: proposed.id.clone(),
                by: first.clone(),
                at: now.to_owned(),
                note: String::new(),
                anchor: proposed.anchor.clone(),
                before: None,
                new: proposed.new.clone(),
                verdict: Verdict::Open,
                decided_by: None,
            }),
        }
    }
    all
}

/// What needs a place. An accepted suggestion stands where its new words do.
#[must_use]
pub fn wanted(suggestions: &[Suggestion], record: &Record, typed: &Typed) -> Vec<Wanted> {
    let suggested = suggestions.iter().filter(|known| known.verdict != Verdict::Withdrawn).map(|known| {
        let mut anchor = known.anchor.clone();
        if known.verdict == Verdict::Accepted {
            anchor.quote.clone_from(&known.new);
            anchor.hash.clear();
            anchor.rival = None;
        }
        Wanted { id: known.id.clone(), anchor }
    });
    let said = record.threads.iter().filter_map(|thread| {
        thread.anchor.as_ref().map(|anchor| Wanted { id: thread.id.clone(), anchor: anchor.clone() })
    });
    let unsent = typed.unsent.iter().filter_map(|unsent| {
        unsent.anchor.as_ref().map(|anchor| Wanted { id: unsent.id(), anchor: anchor.clone() })
    });
    suggested.chain(said).chain(unsent).collect()
}

/// Everything that a review's view is made of.
pub struct Sources<'a> {
    /// What the record comes to.
    pub record: &'a Record,
    /// [`suggestions`].
    pub suggestions: &'a [Suggestion],
    /// What is typed and not sent.
    pub typed: &'a Typed,
    /// Where things are; settled with [`wanted`].
    pub placing: &'a Placing,
    /// The body that places are counted in.
    pub body: &'a str,
    /// This person on this installation, by all their names, the one of now first.
    pub me: &'a [By],
    /// The hash of what would be published now; `None` where it cannot be said.
    pub seal: Option<&'a str>,
    /// Everybody seen on this desk.
    pub people: BTreeSet<String>,
    /// What could not be read.
    pub troubles: &'a [Trouble],
}

/// Classes of suggestions that were looked at before: by name, what they were made of.
pub type Classes = HashMap<String, (Option<Passage>, String, String, ChangeClass)>;

/// The review as the window shows it; `say` puts a trouble into words.
#[must_use]
pub fn review(
    sources: &Sources<'_>,
    classes: &mut Classes,
    say: &dyn Fn(&Trouble) -> Problem,
    lang: wire::Lang,
) -> wire::Review {
    let ruler = Ruler::new(sources.body);
    let tell = diff::Classes::of(sources.body);
    let mut suggestions: Vec<SuggestionItem> =
        sources.suggestions.iter().map(|known| suggestion(known, sources, &ruler, &tell, classes)).collect();
    if classes.len() > sources.suggestions.len() {
        let known: HashSet<&str> = sources.suggestions.iter().map(|known| known.id.as_str()).collect();
        classes.retain(|id, _| known.contains(id.as_str()));
    }
    name_rivals(&mut suggestions);
    name_overtaking(&mut suggestions, sources.suggestions);
    let place = |passage: &Option<Passage>| passage.map_or(u32::MAX, |passage| passage.start);
    suggestions.sort_by_key(|item| (item.verdict != wire::Verdict::Open, item.class, place(&item.passage)));
    let people = People::of(sources.people.iter().map(String::as_str));
    let mut threads: Vec<ThreadItem> =
        sources.record.threads.iter().map(|thread| thread_item(thread, sources, &people)).collect();
    threads.sort_by_key(|item| (item.quote.is_empty() && item.passage.is_none(), place(&item.passage)));
    let standing: Vec<&str> = standing(sources.record).iter().map(|known| known.id.as_str()).collect();
    let mut sign_offs: Vec<SignOffItem> = sources
        .record
        .sign_offs
        .iter()
        .map(|known| SignOffItem {
            id: known.id.clone(),
            role: known.role.clone(),
            author: known.by.name.clone(),
            time: known.at.clone(),
            holds: sources.seal == Some(known.hash.as_str()),
            withdrawn: known.withdrawn,
            mine: sources.me.contains(&known.by),
            counts: standing.contains(&known.id.as_str()),
        })
        .collect();
    sign_offs.reverse();
    let mut stages: Vec<StageItem> = sources
        .record
        .stages
        .iter()
        .map(|known| StageItem {
            stage: known.stage.clone(),
            author: known.by.name.clone(),
            time: known.at.clone(),
            reason: known.reason.clone(),
        })
        .collect();
    stages.reverse();
    let mut people = sources.people.clone();
    people.remove("");
    wire::Review {
        version: sources.placing.version(),
        suggestions,
        threads,
        sign_offs,
        stages,
        unsent: sources.typed.unsent.iter().map(|unsent| unsent.item(sources.placing)).collect(),
        people: people.into_iter().collect(),
        problems: sources.troubles.iter().map(|trouble| say(trouble).wire(lang)).collect(),
    }
}

/// The sign-offs that count: of each role the last one that nobody took back. In their order.
#[must_use]
pub fn standing(record: &Record) -> Vec<&SignOff> {
    let mut roles = HashSet::new();
    let mut last: Vec<&SignOff> = record
        .sign_offs
        .iter()
        .rev()
        .filter(|known| !known.withdrawn && roles.insert(known.role.as_str()))
        .collect();
    last.reverse();
    last
}

fn suggestion(
    known: &Suggestion,
    sources: &Sources<'_>,
    ruler: &Ruler<'_>,
    tell: &diff::Classes<'_>,
    classes: &mut Classes,
) -> SuggestionItem {
    let (passage, standing) = sources.placing.place(&known.id);
    let verdict = match known.verdict {
        Verdict::Open => wire::Verdict::Open,
        Verdict::Accepted => wire::Verdict::Accepted,
        Verdict::Rejected => wire::Verdict::Rejected,
        Verdict::Withdrawn => wire::Verdict::Withdrawn,
    };
    let old = known.anchor.quote.clone();
    let open = known.verdict == Verdict::Open;
    let there = passage.filter(|_| standing == Standing::Placed && open);
    let kept = classes.get(&known.id).filter(|kept| (kept.0, &kept.1, &kept.2) == (there, &old, &known.new));
    let class = match kept {
        Some(kept) => kept.3,
        None => {
            let class = class(tell, ruler, there, &old, &known.new);
            classes.insert(known.id.clone(), (there, old.clone(), known.new.clone(), class));
            class
        }
    };
    SuggestionItem {
        id: known.id.clone(),
        author: known.by.name.clone(),
        mine: sources.me.contains(&known.by),
        time: known.at.clone(),
        note: known.note.clone(),
        class,
        passage,
        old,
        new: known.new.clone(),
        standing,
        attached: known.before.is_some(),
        verdict,
        decided_by: known.decided_by.as_ref().map(|by| by.name.clone()).unwrap_or_default(),
        edited_since: verdict == wire::Verdict::Accepted && standing != Standing::Placed,
        rivals: Vec::new(),
    }
}

/// What a suggestion touches: in its place in the text, or, where it has none, by its own words.
fn class(
    tell: &diff::Classes<'_>,
    ruler: &Ruler<'_>,
    passage: Option<Passage>,
    old: &str,
    new: &str,
) -> ChangeClass {
    let range = passage.and_then(|passage| {
        Some(ruler.to_byte(passage.start as usize)?..ruler.to_byte(passage.end as usize)?)
    });
    match range {
        Some(range) => tell.class(range, new).into(),
        None => diff::class_of(old, 0..old.len(), new).into(),
    }
}

/// Open suggestions whose passages overlap, or that put something in at the same place, name each other.
fn name_rivals(items: &mut [SuggestionItem]) {
    let mut placed: Vec<(u32, u32, usize)> = items
        .iter()
        .enumerate()
        .filter(|(_, item)| item.verdict == wire::Verdict::Open)
        .filter_map(|(index, item)| item.passage.map(|passage| (passage.start, passage.end, index)))
        .collect();
    placed.sort_unstable();
    for (at, &(start, end, index)) in placed.iter().enumerate() {
        for &(other_start, other_end, other) in &placed[at + 1..] {
            if other_start > end {
                break;
            }
            // Two replacements side by side are none; two that begin at one place are, whatever their length.
            if other_start < end || (other_start == start && other_end.min(end) >= start) {
                let (one, two) = (items[index].id.clone(), items[other].id.clone());
                items[index].rivals.push(two);
                items[other].rivals.push(one);
            }
        }
    }
}

/// An open suggestion that lost its words to an accepted one names it too: both were made on the same words of one
/// text, or one lies in the other. `known` is what the items were made of, one by one.
fn name_overtaking(items: &mut [SuggestionItem], known: &[Suggestion]) {
    let taken: Vec<(Option<Passage>, &Suggestion)> = items
        .iter()
        .zip(known)
        .filter(|(item, _)| item.verdict == wire::Verdict::Accepted)
        .map(|(item, known)| (item.passage, known))
        .collect();
    let lost =
        |item: &SuggestionItem| item.verdict == wire::Verdict::Open && item.standing != Standing::Placed;
    for (item, mine) in items.iter_mut().zip(known).filter(|(item, _)| lost(item)) {
        let meets = |(passage, other): &&(Option<Passage>, &Suggestion)| {
            let (a, b) = (&mine.anchor, &other.anchor);
            let same =
                a.hash == b.hash && a.start < b.end.max(b.start + 1) && b.start < a.end.max(a.start + 1);
            let inside = item.passage.zip(*passage).is_some_and(|(a, b)| a.start < b.end && b.start < a.end);
            same || inside
        };
        item.rivals.extend(taken.iter().filter(meets).map(|(_, other)| other.id.clone()));
    }
}

fn thread_item(
    thread: &copydesk_core::review::Thread,
    sources: &Sources<'_>,
    people: &People<'_>,
) -> ThreadItem {
    let (passage, standing) = match thread.anchor {
        Some(_) => sources.placing.place(&thread.id),
        None => (None, Standing::Placed),
    };
    let messages = thread.messages.iter();
    ThreadItem {
        id: thread.id.clone(),
        passage,
        quote: thread.anchor.as_ref().map(|anchor| anchor.quote.clone()).unwrap_or_default(),
        standing,
        attached: thread.before.is_some(),
        resolved: thread.resolved,
        off_record: thread.off_record,
        mentions_me: messages
            .clone()
            .any(|message| sources.me.iter().any(|me| people.mentions(&message.text, &me.name))),
        messages: messages
            .map(|message| MessageItem {
                id: message.id.clone(),
                author: message.by.name.clone(),
                mine: sources.me.contains(&message.by),
                time: message.at.clone(),
                text: message.text.clone(),
                edited: message.edited,
                mentions: people.named_in(&message.text),
            })
            .collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn item(id: &str, start: u32, end: u32) -> SuggestionItem {
        SuggestionItem {
            id: id.into(),
            author: String::new(),
            mine: false,
            time: String::new(),
            note: String::new(),
            class: ChangeClass::Words,
            passage: Some(Passage { start, end }),
            old: String::new(),
            new: String::new(),
            standing: Standing::Placed,
            attached: false,
            verdict: wire::Verdict::Open,
            decided_by: String::new(),
            edited_since: false,
            rivals: Vec::new(),
        }
    }

    #[test]
    fn rivals_share_a_passage_or_a_place() {
        let mut items = [item("a", 0, 5), item("b", 3, 8), item("c", 8, 9), item("d", 9, 9), item("e", 9, 9)];
        name_rivals(&mut items);
        let rivals: Vec<String> = items.iter().map(|item| item.rivals.concat()).collect();
        assert_eq!(rivals, ["b", "a", "", "e", "d"]);
    }

    fn made_on(id: &str, quote: &str, verdict: Verdict) -> Suggestion {
        let text = "Il a coûté 40 millions.";
        let start = text.find(quote).unwrap();
        Suggestion {
            id: id.into(),
            by: By { name: String::new(), installation: String::new() },
            at: String::new(),
            note: String::new(),
            anchor: copydesk_core::review::Anchor::of(text, start..start + quote.len()),
            before: None,
            new: String::new(),
            verdict,
            decided_by: None,
        }
    }

    #[test]
    fn an_accepted_suggestion_is_named_by_those_that_it_overtook() {
        let known = [
            made_on("taken", "40 millions", Verdict::Accepted),
            made_on("lost", "millions", Verdict::Open),
            made_on("apart", "coûté", Verdict::Open),
            made_on("placed", "40", Verdict::Open),
        ];
        let mut items: Vec<SuggestionItem> = known.iter().map(|known| item(&known.id, 0, 2)).collect();
        items[0].verdict = wire::Verdict::Accepted;
        items[0].passage = None;
        items[1].standing = Standing::Orphaned;
        items[2].standing = Standing::Changed;
        name_overtaking(&mut items, &known);
        let rivals: Vec<String> = items.iter().map(|item| item.rivals.concat()).collect();
        assert_eq!(rivals, ["", "taken", "", ""]);
    }

    #[test]
    fn of_each_role_the_last_sign_off_counts() {
        let sign = |id: &str, role: &str, withdrawn| SignOff {
            id: id.into(),
            role: role.into(),
            by: By { name: String::new(), installation: String::new() },
            at: String::new(),
            hash: String::new(),
            text: String::new(),
            withdrawn,
        };
        let sign_offs = vec![
            sign("1", "desk", false),
            sign("2", "legal", false),
            sign("3", "desk", false),
            sign("4", "legal", true),
        ];
        let record = Record { sign_offs, ..Record::default() };
        let counts: Vec<&str> = standing(&record).iter().map(|known| known.id.as_str()).collect();
        assert_eq!(counts, ["2", "3"]);
    }
}
