//! CriticMarkup and Word documents to and from a review: what leaves the desk, and what comes in as events.

use copydesk_core::review::critic::{self, Change, Comment, Critic, Lost, Mark, Message, Written};
use copydesk_core::review::{By, Finder, Kind, Record, seal};
use copydesk_core::ruler::Ruler;
use jiff::Timestamp;

use crate::wire::{Review, Standing, Verdict};

/// Why something of a review is not in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// It has no place in the text.
    Orphaned,
    /// The text in its place is not the one it was made on.
    Changed,
    /// The file's form cannot say it.
    Unsayable(Lost),
}

/// What is not in a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeftOut {
    /// The suggestion's or the conversation's name.
    pub id: String,
    /// Its words.
    pub words: String,
    /// Why.
    pub reason: Reason,
}

/// What of a review may leave the desk, placed in its body. What is off the record is not in it, and not named either.
#[derive(Debug, Default)]
pub struct Leaving {
    /// Open suggestions.
    pub changes: Vec<Change>,
    /// Conversations.
    pub comments: Vec<Comment>,
    /// What has no place, or not its words there.
    pub orphans: Vec<LeftOut>,
    /// Names and words of the changes.
    changed: Vec<(String, String)>,
    /// Names and words of the conversations.
    said: Vec<(String, String)>,
}

/// Picks what may leave the desk of a review.
#[must_use]
pub fn leaving(body: &str, review: &Review) -> Leaving {
    let ruler = Ruler::new(body);
    let range = |passage: Option<crate::wire::Passage>| {
        let passage = passage?;
        Some(ruler.to_byte(passage.start as usize)?..ruler.to_byte(passage.end as usize)?)
    };
    let mut leaving = Leaving::default();
    let orphan = |(id, words): (String, String)| LeftOut { id, words, reason: Reason::Orphaned };
    for item in review.suggestions.iter().filter(|item| item.verdict == Verdict::Open) {
        let name = (item.id.clone(), format!("{} → {}", item.old, item.new));
        let Some(range) = range(item.passage).filter(|_| item.standing == Standing::Placed) else {
            let changed = item.standing == Standing::Changed;
            let reason = if changed { Reason::Changed } else { Reason::Orphaned };
            leaving.orphans.push(LeftOut { reason, ..orphan(name) });
            continue;
        };
        let mark = mark(&item.author, &item.time, false);
        let note = (!item.note.is_empty()).then(|| Message { mark: mark.clone(), text: item.note.clone() });
        leaving.changes.push(Change {
            range,
            new: item.new.clone(),
            mark,
            messages: note.into_iter().collect(),
        });
        leaving.changed.push(name);
    }
    for thread in review.threads.iter().filter(|thread| !thread.off_record) {
        let first = thread.messages.first().map(|message| message.text.clone()).unwrap_or_default();
        let name = (thread.id.clone(), first);
        let whole =
            thread.quote.is_empty() && thread.standing == Standing::Placed && thread.passage.is_none();
        let Some(range) = (if whole { Some(0..0) } else { range(thread.passage) }) else {
            leaving.orphans.push(orphan(name));
            continue;
        };
        let messages = thread.messages.iter().map(|message| Message {
            mark: mark(&message.author, &message.time, thread.resolved),
            text: message.text.clone(),
        });
        leaving.comments.push(Comment { range, messages: messages.collect() });
        leaving.said.push(name);
    }
    leaving
}

impl Leaving {
    /// All that is not in a file, given what its form could not say.
    #[must_use]
    pub fn left_out(mut self, changes: &[(usize, Lost)], comments: &[(usize, Lost)]) -> Vec<LeftOut> {
        let mut name = |names: &[(String, String)], &(index, lost): &(usize, Lost)| {
            let (id, words) = names[index].clone();
            self.orphans.push(LeftOut { id, words, reason: Reason::Unsayable(lost) });
        };
        changes.iter().for_each(|lost| name(&self.changed, lost));
        comments.iter().for_each(|lost| name(&self.said, lost));
        self.orphans
    }
}

/// A body with its open suggestions and conversations as marks, and what is not in it. What is off the record never
/// is, and is not named either.
#[must_use]
pub fn marked(body: &str, review: &Review) -> (Written, Vec<LeftOut>) {
    let leaving = leaving(body, review);
    let written = critic::write(body, &leaving.changes, &leaving.comments);
    let left_out = leaving.left_out(&written.changes, &written.comments);
    (written, left_out)
}

fn mark(author: &str, time: &str, done: bool) -> Mark {
    let time = time.parse::<Timestamp>().ok().map(Timestamp::as_second);
    Mark { author: author.to_owned(), time, done }
}

/// An event to be, with who made it and when.
pub type Signed = (By, Timestamp, Kind);

/// The events that a marked body comes to, but for what the record has from an earlier import. What bears no name or
/// no time gets the importing person's.
#[must_use]
pub fn events(critic: &Critic, record: &Record, me: &By, now: Timestamp) -> Vec<Signed> {
    let finder = Finder::new(&critic.body);
    let signed = |mark: &Mark| {
        let name = if mark.author.is_empty() { me.name.clone() } else { mark.author.clone() };
        let at = mark.time.and_then(|time| Timestamp::from_second(time).ok()).unwrap_or(now);
        (By { name, installation: me.installation.clone() }, at)
    };
    let mut events = Vec::new();
    for change in &critic.changes {
        let anchor = finder.anchor(change.range.clone());
        let suggestion =
            id("suggestion", &[&anchor.hash, &anchor.start.to_string(), &anchor.quote, &change.new]);
        if record.suggestions.iter().any(|known| known.id == suggestion) {
            continue;
        }
        let (by, at) = signed(&change.mark);
        events.push((
            by,
            at,
            Kind::Suggest { suggestion: suggestion.clone(), anchor, new: change.new.clone() },
        ));
        let note: Vec<&str> = change.messages.iter().map(|message| message.text.as_str()).collect();
        if let Some(first) = change.messages.first() {
            let (by, at) = signed(&first.mark);
            events.push((by, at, Kind::Note { suggestion, text: note.join("\n") }));
        }
    }
    for comment in &critic.comments {
        let whole = comment.range == (0..0);
        let anchor = (!whole).then(|| finder.anchor(comment.range.clone()));
        let place = anchor.as_ref().map(|anchor| anchor.start.to_string()).unwrap_or_default();
        let thread = id("thread", &[finder.hash(), &place, &comment.messages[0].text]);
        if record.threads.iter().any(|known| known.id == thread) {
            continue;
        }
        for (index, message) in comment.messages.iter().enumerate() {
            let (by, at) = signed(&message.mark);
            let (thread, text) = (thread.clone(), message.text.clone());
            events.push((
                by,
                at,
                match index {
                    0 => Kind::Comment { thread, anchor: anchor.clone(), text, off_record: false },
                    _ => Kind::Reply { thread, text },
                },
            ));
        }
        if comment.messages.iter().all(|message| message.mark.done) {
            events.push((me.clone(), now, Kind::Resolve { thread }));
        }
    }
    events
}

/// What the review has already leaves a file that went out and came back; answers are left as events of their own, and
/// what was said about a change that is known becomes a conversation on its passage.
#[must_use]
pub fn news(critic: &mut Critic, review: &Review, me: &By, now: Timestamp) -> Vec<Signed> {
    // What bears no name is the importing person's, as when it was taken.
    let name_of = |mark: &Mark| if mark.author.is_empty() { me.name.clone() } else { mark.author.clone() };
    let same = |mark: &Mark, author: &str, time: &str| {
        let known = time.parse::<Timestamp>().ok().map(Timestamp::as_second);
        name_of(mark) == author && (mark.time.is_none() || mark.time == known)
    };
    let body = std::mem::take(&mut critic.body);
    let mut about = Vec::new();
    critic.changes.retain(|change| {
        let known = review.suggestions.iter().find(|item| {
            item.old == body[change.range.clone()]
                && item.new == change.new
                && same(&change.mark, &item.author, &item.time)
        });
        let Some(known) = known else { return true };
        let is_new = |message: &&Message| !message.text.is_empty() && !known.note.contains(&message.text);
        let messages: Vec<Message> = change.messages.iter().filter(is_new).cloned().collect();
        if !messages.is_empty() {
            about.push(Comment { range: change.range.clone(), messages });
        }
        false
    });
    critic.body = body;
    critic.comments.extend(about);
    let mut answers = Vec::new();
    critic.comments.retain(|comment| {
        let known = review.threads.iter().find(|thread| {
            let (first, said) = (thread.messages.first(), &comment.messages[0]);
            first.is_some_and(|first| first.text == said.text && same(&said.mark, &first.author, &first.time))
        });
        let Some(thread) = known else { return true };
        for message in &comment.messages {
            let mark = &message.mark;
            let heard = thread
                .messages
                .iter()
                .any(|said| said.text == message.text && same(mark, &said.author, &said.time));
            if !heard {
                let at = mark.time.and_then(|time| Timestamp::from_second(time).ok()).unwrap_or(now);
                let by = By { name: name_of(mark), installation: me.installation.clone() };
                answers.push((by, at, Kind::Reply { thread: thread.id.clone(), text: message.text.clone() }));
            }
        }
        false
    });
    answers
}

/// The same name for the same thing, however often it is imported.
fn id(kind: &str, parts: &[&str]) -> String {
    let hash = seal::hash_of(format!("{kind}\0{}", parts.join("\0")).as_bytes());
    format!("critic-{}", &hash[..20])
}
