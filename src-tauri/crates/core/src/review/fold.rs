//! What a record comes to: a pure function of the set of its events.
//!
//! Events are put in the one order that every machine finds (counter, installation, id); an event seen twice counts
//! once; what refers to something unknown is skipped. Only authors change their own words. An acceptance says that
//! the text was applied, so only a reopening takes it back; of other verdicts the last one counts.

use std::collections::{BTreeSet, HashMap, HashSet};

use super::{Anchor, By, Event, Kind};

/// What became of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Nobody has decided.
    Open,
    /// Applied.
    Accepted,
    /// Not applied.
    Rejected,
    /// Taken back by its author.
    Withdrawn,
}

/// A change that somebody proposes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// Stable name.
    pub id: String,
    /// Who.
    pub by: By,
    /// When, RFC 3339.
    pub at: String,
    /// Why; may be empty.
    pub note: String,
    /// Where; its quote is the text that it was made on.
    pub anchor: Anchor,
    /// Where it was before somebody gave it another place.
    pub before: Option<Anchor>,
    /// What is to stand there.
    pub new: String,
    /// What became of it.
    pub verdict: Verdict,
    /// Who decided; `None` while open.
    pub decided_by: Option<By>,
}

/// One message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Stable name.
    pub id: String,
    /// Who.
    pub by: By,
    /// When, RFC 3339.
    pub at: String,
    /// The words.
    pub text: String,
    /// Changed after it was sent.
    pub edited: bool,
}

/// A conversation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Thread {
    /// Stable name.
    pub id: String,
    /// Where; `None` about the whole article.
    pub anchor: Option<Anchor>,
    /// Where it was before somebody gave it another place.
    pub before: Option<Anchor>,
    /// Settled.
    pub resolved: bool,
    /// Never leaves the desk.
    pub off_record: bool,
    /// In their order; never empty.
    pub messages: Vec<Message>,
}

/// A sign-off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignOff {
    /// Stable name.
    pub id: String,
    /// `desk`, `sub_editor`, `legal`.
    pub role: String,
    /// Who.
    pub by: By,
    /// When, RFC 3339.
    pub at: String,
    /// SHA-256 of what was signed, in hexadecimal.
    pub hash: String,
    /// What was signed.
    pub text: String,
    /// Taken back by its author.
    pub withdrawn: bool,
}

/// A change of stage.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stage {
    /// From then on.
    pub stage: String,
    /// Who.
    pub by: By,
    /// When, RFC 3339.
    pub at: String,
    /// Why; may be empty.
    pub reason: String,
}

/// What a record comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Record {
    /// The article that the record belongs to.
    pub path: Option<String>,
    /// In the order in which they were made.
    pub suggestions: Vec<Suggestion>,
    /// In the order in which they began.
    pub threads: Vec<Thread>,
    /// In order.
    pub sign_offs: Vec<SignOff>,
    /// In order.
    pub stages: Vec<Stage>,
    /// Everybody who did something.
    pub people: BTreeSet<String>,
    /// The greatest counter seen.
    pub last: u64,
}

/// What the events come to, whatever their order.
#[must_use]
pub fn fold(events: Vec<Event>) -> Record {
    let mut folding = Folding::default();
    for event in in_order(events) {
        folding.add(event);
    }
    folding.record
}

/// The events in the order that every machine finds, each once.
#[must_use]
pub fn in_order(mut events: Vec<Event>) -> Vec<Event> {
    // Lines decide between different events of one name: such a record was tampered with, and is still read alike
    // everywhere.
    fn key(event: &Event) -> (u64, &str, &str) {
        (event.n, &event.by.installation, &event.id)
    }
    events.sort_by(|a, b| key(a).cmp(&key(b)));
    for alike in events.chunk_by_mut(|a, b| key(a) == key(b)).filter(|alike| alike.len() > 1) {
        alike.sort_by_cached_key(Event::line);
    }
    let mut seen = HashSet::new();
    events.retain(|event| seen.insert(event.id.clone()));
    events
}

#[derive(Default)]
struct Folding {
    record: Record,
    suggestions: HashMap<String, usize>,
    threads: HashMap<String, usize>,
    sign_offs: HashMap<String, usize>,
    messages: HashMap<String, (usize, usize)>,
}

impl Folding {
    fn add(&mut self, event: Event) {
        let Event { id, n, by, at, kind } = event;
        self.record.last = self.record.last.max(n);
        self.record.people.insert(by.name.clone());
        match kind {
            Kind::Path { path } => self.record.path = path,
            Kind::Suggest { suggestion, anchor, new } => self.suggest(suggestion, by, at, anchor, new),
            Kind::Revise { suggestion, anchor, new } => {
                if let Some(own) = self.own_open(&suggestion, &by) {
                    own.anchor = anchor;
                    own.before = None;
                    own.new = new;
                    own.at = at;
                }
            }
            Kind::Withdraw { suggestion } => {
                if let Some(own) = self.own_open(&suggestion, &by) {
                    own.verdict = Verdict::Withdrawn;
                    own.decided_by = Some(by);
                }
            }
            Kind::Note { suggestion, text } => {
                if let Some(noted) = self.suggestion(&suggestion) {
                    noted.note = text;
                }
            }
            Kind::Accept { suggestions } => self.decide(&suggestions, &by, Verdict::Accepted),
            Kind::Reject { suggestions } => self.decide(&suggestions, &by, Verdict::Rejected),
            Kind::Reopen { suggestions } => self.decide(&suggestions, &by, Verdict::Open),
            Kind::Comment { thread, anchor, text, off_record } => {
                if let std::collections::hash_map::Entry::Vacant(place) = self.threads.entry(thread.clone()) {
                    let index = *place.insert(self.record.threads.len());
                    let messages = vec![Message { id: id.clone(), by, at, text, edited: false }];
                    self.record.threads.push(Thread {
                        id: thread,
                        anchor,
                        before: None,
                        resolved: false,
                        off_record,
                        messages,
                    });
                    self.messages.insert(id, (index, 0));
                }
            }
            Kind::Reply { thread, text } => {
                if let Some(&index) = self.threads.get(&thread) {
                    let messages = &mut self.record.threads[index].messages;
                    self.messages.insert(id.clone(), (index, messages.len()));
                    messages.push(Message { id, by, at, text, edited: false });
                }
            }
            Kind::Edit { message, text } => {
                if let Some(&(thread, index)) = self.messages.get(&message) {
                    let message = &mut self.record.threads[thread].messages[index];
                    if message.by == by {
                        message.text = text;
                        message.edited = true;
                    }
                }
            }
            Kind::Resolve { thread } => self.with_thread(&thread, |thread| thread.resolved = true),
            Kind::ReopenThread { thread } => self.with_thread(&thread, |thread| thread.resolved = false),
            Kind::OffRecord { thread, off } => self.with_thread(&thread, |thread| thread.off_record = off),
            Kind::Attach { target, anchor } => {
                if let Some(suggestion) = self.suggestion(&target) {
                    // What it was made on stays: another place does not make it another suggestion.
                    let anchor = anchor.about(&suggestion.anchor.quote);
                    suggestion.before = Some(std::mem::replace(&mut suggestion.anchor, anchor));
                } else {
                    self.with_thread(&target, |thread| thread.before = thread.anchor.replace(anchor));
                }
            }
            Kind::Stage { stage, reason } => self.record.stages.push(Stage { stage, by, at, reason }),
            Kind::Sign { sign_off, role, hash, text } => {
                if !self.sign_offs.contains_key(&sign_off) {
                    self.sign_offs.insert(sign_off.clone(), self.record.sign_offs.len());
                    let withdrawn = false;
                    self.record.sign_offs.push(SignOff { id: sign_off, role, by, at, hash, text, withdrawn });
                }
            }
            Kind::Unsign { sign_off } => {
                let known = self.sign_offs.get(&sign_off).map(|&at| &mut self.record.sign_offs[at]);
                if let Some(known) = known.filter(|known| known.by == by) {
                    known.withdrawn = true;
                }
            }
        }
    }

    fn suggest(&mut self, id: String, by: By, at: String, anchor: Anchor, new: String) {
        if self.suggestions.contains_key(&id) {
            return;
        }
        self.suggestions.insert(id.clone(), self.record.suggestions.len());
        self.record.suggestions.push(Suggestion {
            id,
            by,
            at,
            note: String::new(),
            anchor,
            before: None,
            new,
            verdict: Verdict::Open,
            decided_by: None,
        });
    }

    fn suggestion(&mut self, id: &str) -> Option<&mut Suggestion> {
        self.suggestions.get(id).map(|&index| &mut self.record.suggestions[index])
    }

    fn own_open(&mut self, id: &str, by: &By) -> Option<&mut Suggestion> {
        self.suggestion(id).filter(|known| known.by == *by && known.verdict == Verdict::Open)
    }

    fn decide(&mut self, ids: &[String], by: &By, verdict: Verdict) {
        for id in ids {
            let Some(known) = self.suggestion(id) else { continue };
            if known.verdict == Verdict::Accepted && verdict == Verdict::Rejected {
                continue;
            }
            known.verdict = verdict;
            known.decided_by = (verdict != Verdict::Open).then(|| by.clone());
        }
    }

    fn with_thread(&mut self, id: &str, change: impl FnOnce(&mut Thread)) {
        if let Some(&index) = self.threads.get(id) {
            change(&mut self.record.threads[index]);
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::read;
    use super::*;

    fn by(name: &str) -> By {
        By { name: name.into(), installation: format!("{name}-1") }
    }

    fn event(n: u64, name: &str, kind: Kind) -> Event {
        Event { id: format!("{n}-{name}"), n, by: by(name), at: String::new(), kind }
    }

    fn suggest(n: u64, name: &str, id: &str, new: &str) -> Event {
        let anchor = Anchor::of("Un mot de trop.", 3..6);
        event(n, name, Kind::Suggest { suggestion: id.into(), anchor, new: new.into() })
    }

    fn ids(id: &str) -> Vec<String> {
        vec![id.to_owned()]
    }

    #[test]
    fn an_acceptance_outweighs_a_rejection_until_it_is_taken_back() {
        let accept = event(2, "a", Kind::Accept { suggestions: ids("s") });
        let reject = event(2, "b", Kind::Reject { suggestions: ids("s") });
        let mut events = vec![suggest(1, "c", "s", "bref"), accept, reject];
        assert_eq!(fold(events.clone()).suggestions[0].verdict, Verdict::Accepted);
        events.push(event(3, "a", Kind::Reopen { suggestions: ids("s") }));
        assert_eq!(fold(events.clone()).suggestions[0].verdict, Verdict::Open);
        events.push(event(4, "b", Kind::Reject { suggestions: ids("s") }));
        let folded = fold(events);
        assert_eq!(folded.suggestions[0].verdict, Verdict::Rejected);
        assert_eq!(folded.suggestions[0].decided_by, Some(by("b")));
    }

    #[test]
    fn only_authors_change_their_words() {
        let text = |text: &str| text.to_owned();
        let comment =
            Kind::Comment { thread: text("t"), anchor: None, text: text("Source ?"), off_record: false };
        let events = vec![
            suggest(1, "a", "s", "bref"),
            event(2, "b", Kind::Withdraw { suggestion: text("s") }),
            event(3, "a", comment),
            event(4, "b", Kind::Edit { message: text("3-a"), text: text("Rien") }),
            event(5, "a", Kind::Edit { message: text("3-a"), text: text("Quelle source ?") }),
        ];
        let record = fold(events);
        assert_eq!(record.suggestions[0].verdict, Verdict::Open);
        assert_eq!(record.threads[0].messages[0].text, "Quelle source ?");
        assert!(record.threads[0].messages[0].edited);
    }

    #[test]
    fn a_clock_an_hour_off_decides_nothing() {
        let mut early = event(3, "a", Kind::Resolve { thread: "t".into() });
        early.at = "2026-11-22T13:00:00Z".into();
        let mut late = event(2, "b", Kind::ReopenThread { thread: "t".into() });
        late.at = "2026-11-22T14:00:00Z".into();
        let comment = Kind::Comment { thread: "t".into(), anchor: None, text: "?".into(), off_record: true };
        let record = fold(vec![late, event(1, "a", comment), early]);
        assert!(record.threads[0].resolved && record.threads[0].off_record);
    }

    #[test]
    fn another_place_makes_no_other_suggestion() {
        let text = "Un mot. Et un autre.";
        let attach =
            |n, range| event(n, "b", Kind::Attach { target: "s".into(), anchor: Anchor::of(text, range) });
        let record = fold(vec![suggest(1, "a", "s", "bref"), attach(2, 14..19)]);
        let suggestion = &record.suggestions[0];
        assert_eq!((suggestion.anchor.quote.as_str(), suggestion.anchor.start), ("mot", 14));
        assert_eq!(suggestion.before, Some(Anchor::of("Un mot de trop.", 3..6)));
        // A place to put something in stays one.
        let insert =
            Kind::Suggest { suggestion: "s".into(), anchor: Anchor::of(text, 2..2), new: "!".into() };
        let record = fold(vec![event(1, "a", insert), attach(2, 3..6)]);
        assert_eq!(record.suggestions[0].anchor.quote, "");
    }

    /// Events as several people make them, some referring to what another has not seen.
    fn some_event() -> impl Strategy<Value = Event> {
        let id = prop_oneof![Just("s"), Just("t"), Just("u")].prop_map(str::to_owned);
        let word = "[a-c ]{0,4}";
        let kind = (0..12u8, id, word).prop_map(|(which, id, text)| {
            let anchor = Anchor::of("Un mot de trop.", 3..6);
            match which {
                0 => Kind::Suggest { suggestion: id, anchor, new: text },
                1 => Kind::Revise { suggestion: id, anchor, new: text },
                2 => Kind::Withdraw { suggestion: id },
                3 => Kind::Note { suggestion: id, text },
                4 => Kind::Accept { suggestions: vec![id] },
                5 => Kind::Reject { suggestions: vec![id, text] },
                6 => Kind::Reopen { suggestions: vec![id] },
                7 => Kind::Comment { thread: id, anchor: None, text, off_record: false },
                8 => Kind::Reply { thread: id, text },
                9 => Kind::Edit { message: "1-a".into(), text },
                10 => Kind::Path { path: Some(text) },
                _ => Kind::Unsign { sign_off: id },
            }
        });
        (1..6u64, prop_oneof![Just("a"), Just("b"), Just("c")], 0..3u8, kind).prop_map(
            |(n, name, turn, kind)| Event { id: format!("{n}-{name}-{turn}"), ..event(n, name, kind) },
        )
    }

    proptest! {
        #[test]
        fn the_order_of_reading_and_repetition_change_nothing(
            events in prop::collection::vec(some_event(), 0..40),
            again in prop::collection::vec(any::<prop::sample::Index>(), 0..10),
            shuffle in any::<u64>(),
        ) {
            let once = fold(events.clone());
            let mut other = events.clone();
            if !events.is_empty() {
                other.extend(again.iter().map(|index| events[index.index(events.len())].clone()));
            }
            // Any order: sorted by a hash of place and seed.
            let mut keyed: Vec<(u64, Event)> = other
                .into_iter()
                .enumerate()
                .map(|(index, event)| (xxhash_rust::xxh3::xxh3_64_with_seed(&index.to_le_bytes(), shuffle), event))
                .collect();
            keyed.sort_by_key(|(key, _)| *key);
            let events: Vec<Event> = keyed.into_iter().map(|(_, event)| event).collect();
            prop_assert_eq!(&fold(events.clone()), &once);
            // Any split into files, through their lines.
            let (mine, theirs): (Vec<Event>, Vec<Event>) = events.into_iter().partition(|event| event.n % 2 == 0);
            let file = |events: &[Event]| events.iter().map(Event::line).collect::<String>();
            let mut read_again = read(file(&theirs).as_bytes()).events;
            read_again.extend(read(file(&mine).as_bytes()).events);
            prop_assert_eq!(&fold(read_again), &once);
        }
    }
}
