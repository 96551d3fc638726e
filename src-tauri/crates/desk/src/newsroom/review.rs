//! The review of the desk's articles: what a command of the window or of the command line does to a record.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};

use copydesk_core::changes::ChangeSet;
use copydesk_core::review::{By, Finder, Kind, SignOff, Suggestion, Verdict, seal};
use copydesk_core::ruler::Ruler;
use copydesk_core::{front, furniture, text};

use super::{Newsroom, lock};
use crate::error::Problem;
use crate::gates;
use crate::review::placing::{Places, Placing};
use crate::review::typed::{Proposals, Proposed, Typed, Unsent};
use crate::review::view::{self, Classes, Sources, is_growing};
use crate::session::{Session, Snapshot};
use crate::store::history::Origin;
use crate::store::images;
use crate::store::record::Reviewed;
use crate::store::ulid;
use crate::watch::{Hint, Watch};
use crate::wire::{self, Event, Passage, Proposal, Standing, UnsentItem};
use crate::words;

/// The way of an article to its reader. Other stages lie beside it.
const WAY: [&str; 4] = ["draft", "review", "approved", "published"];
/// Who signs off.
const ROLES: [&str; 3] = ["desk", "sub_editor", "legal"];

/// What is in memory of an open article's review.
#[derive(Default)]
pub(super) struct Open {
    placing: Option<Placing>,
    typed: Option<Typed>,
    classes: Classes,
}

/// The review of one article at one moment.
struct At {
    session: Arc<Session>,
    snapshot: Snapshot,
    reviewed: Arc<Reviewed>,
    suggestions: Vec<Suggestion>,
}

impl Newsroom {
    /// This person on this installation.
    ///
    /// # Errors
    /// Nobody gave a name yet, or said that the one that was found is theirs.
    pub(super) fn by(&self) -> Result<By, Problem> {
        let person = self.person();
        if !person.confirmed || person.author.trim().is_empty() {
            return Err(words::no_author());
        }
        Ok(By { name: person.author, installation: self.installation.clone() })
    }

    /// This person by all the names that they had on this installation, the one of now first: what they said under an
    /// earlier name is still theirs. Empty where nobody gave a name yet.
    pub(super) fn all_of_me(&self) -> Vec<By> {
        let person = self.person();
        if person.author.trim().is_empty() {
            return Vec::new();
        }
        let names = std::iter::once(&person.author).chain(&person.former);
        names.map(|name| By { name: name.clone(), installation: self.installation.clone() }).collect()
    }

    pub(super) fn open_review(&self, path: &str) -> Arc<Mutex<Open>> {
        Arc::clone(lock(&self.reviews).entry(path.to_owned()).or_default())
    }

    /// The review of an article, placed on the text on the screen. What an earlier run left typed is sent first.
    ///
    /// # Errors
    /// The article cannot be opened.
    pub fn review(&self, path: &str) -> Result<wire::Review, Problem> {
        self.records.refresh();
        self.watch_reviews();
        let open = self.open_review(path);
        let mut open = lock(&open);
        let first = open.typed.is_none();
        self.typed_of(path, &mut open);
        if first && let Err(problem) = self.send_proposals(path, &mut open) {
            self.notice(&problem);
        }
        self.view(path, &mut open)
    }

    fn typed_of<'a>(&self, path: &str, open: &'a mut Open) -> &'a mut Typed {
        open.typed.get_or_insert_with(|| self.typed_shelf.read(path).unwrap_or_default())
    }

    /// Everything placed on the text that is on the screen.
    fn at(&self, path: &str, open: &mut Open) -> Result<At, Problem> {
        let (session, _) = self.open_article(path)?;
        let snapshot = session.snapshot();
        let reviewed = self.records.of(path);
        let me = self.all_of_me();
        let typed = self.typed_of(path, open).clone();
        let now = self.clock.now().to_string();
        let suggestions = view::suggestions(&reviewed.record, &typed, &me, &now);
        let placing = open.placing.get_or_insert_with(|| {
            let remembered = self.places_shelf.read(path).unwrap_or_default();
            Placing::new(snapshot.version, snapshot.body.clone(), remembered)
        });
        let updates = session.updates_between(placing.version(), snapshot.version);
        placing.follow(snapshot.version, &snapshot.body, updates);
        placing.settle(&view::wanted(&suggestions, &reviewed.record, &typed));
        Ok(At { session, snapshot, reviewed, suggestions })
    }

    pub(super) fn view(&self, path: &str, open: &mut Open) -> Result<wire::Review, Problem> {
        let at = self.at(path, open)?;
        let me = self.all_of_me();
        let signed = !at.reviewed.record.sign_offs.is_empty();
        let seal = signed.then(|| self.seal_text(&at.snapshot).ok()).flatten().map(|text| seal::hash(&text));
        let people = self.everybody();
        let Open { placing: Some(placing), typed, classes } = open else {
            return Err(words::not_open(path));
        };
        let sources = Sources {
            record: &at.reviewed.record,
            suggestions: &at.suggestions,
            typed: typed.get_or_insert_default(),
            placing,
            body: &at.snapshot.body,
            me: &me,
            seal: seal.as_deref(),
            people,
            troubles: &at.reviewed.troubles,
        };
        Ok(view::review(&sources, classes, &words::review_trouble, self.lang()))
    }

    /// Everybody seen on this desk, this person with all their names.
    pub(super) fn everybody(&self) -> BTreeSet<String> {
        let mut people = self.records.people();
        people.extend(self.all_of_me().into_iter().map(|me| me.name));
        people
    }

    /// Adds events, tells everybody, and shows what came of them.
    fn record(&self, path: &str, open: &mut Open, kinds: Vec<Kind>) -> Result<wire::Review, Problem> {
        self.append(path, kinds)?;
        self.shown(path, open)
    }

    /// Tells everybody that a review is another, and shows it.
    pub(super) fn shown(&self, path: &str, open: &mut Open) -> Result<wire::Review, Problem> {
        let review = self.view(path, open)?;
        self.host.emit(Event::ReviewChanged { path: path.to_owned() });
        Ok(review)
    }

    fn append(&self, path: &str, kinds: Vec<Kind>) -> Result<(), Problem> {
        let by = self.by()?;
        self.append_as(path, &by, kinds)
    }

    /// Adds events under a name of the person: their own words are changed under the one that they bear.
    fn append_as(&self, path: &str, by: &By, kinds: Vec<Kind>) -> Result<(), Problem> {
        if kinds.is_empty() {
            return Ok(());
        }
        self.records
            .append(path, by, self.clock.now(), kinds)
            .map_err(|error| words::cannot_record(path, &error))?;
        self.watch_reviews();
        Ok(())
    }

    fn keep_typed(&self, path: &str, typed: &Typed) -> Result<(), Problem> {
        let kept = if typed.is_empty() {
            self.typed_shelf.remove(path)
        } else {
            self.typed_shelf.write(path, typed)
        };
        kept.map_err(|error| words::cannot_record(path, &error))
    }

    /// The person's proposals as they are in the editor, in the body's `version`, and the names of those that they took
    /// back there. Unsettled ones are kept on this machine only; settled ones become events.
    ///
    /// # Errors
    /// Nobody gave a name; the version is too old to be followed; the disk refused.
    pub fn suggest(
        &self,
        path: &str,
        version: u32,
        proposals: &[Proposal],
        gone: &[String],
        settled: bool,
    ) -> Result<wire::Review, Problem> {
        self.by()?;
        let me = self.all_of_me();
        let open = self.open_review(path);
        let mut open = lock(&open);
        let at = self.at(path, &mut open)?;
        let map = self.mapping(path, &at, version)?;
        let ruler = Ruler::new(&at.snapshot.body);
        let mut finder = None;
        let Some(placing) = &open.placing else { return Err(words::not_open(path)) };
        let mut list = Vec::new();
        for proposal in proposals {
            let passage = map(proposal.passage);
            let Some(range) = bytes(&ruler, passage) else { return Err(words::stale(path)) };
            if at.snapshot.body[range.clone()] == proposal.new {
                continue;
            }
            let known = at.suggestions.iter().find(|known| known.id == proposal.id);
            let same = known.filter(|known| {
                placing.place(&known.id) == (Some(passage), Standing::Placed)
                    && known.anchor.quote == at.snapshot.body[range.clone()]
            });
            let anchor = match same {
                Some(known) => known.anchor.clone(),
                None => finder.get_or_insert_with(|| Finder::new(&at.snapshot.body)).anchor(range),
            };
            list.push(Proposed { id: proposal.id.clone(), anchor, new: proposal.new.clone() });
        }
        let before = open.typed.as_ref().and_then(|typed| typed.proposals.as_ref());
        // What was taken back before stays so until it is proposed again, also where the editor knows nothing of it.
        let gone = gone.iter().chain(before.iter().flat_map(|before| &before.gone)).filter(|id| {
            let own = at.reviewed.record.suggestions.iter().find(|known| known.id == **id);
            own.is_some_and(|known| me.contains(&known.by) && known.verdict == Verdict::Open)
                && !proposals.iter().any(|proposal| proposal.id == **id)
        });
        let gone: BTreeSet<String> = gone.cloned().collect();
        let proposals = Proposals { list, gone: gone.into_iter().collect() };
        let typed = self.typed_of(path, &mut open);
        if typed.proposals.as_ref() != Some(&proposals) {
            typed.proposals = Some(proposals);
            let typed = typed.clone();
            self.keep_typed(path, &typed)?;
        }
        if settled {
            self.send_proposals(path, &mut open)?;
        }
        self.view(path, &mut open)
    }

    /// What is typed becomes events.
    fn send_proposals(&self, path: &str, open: &mut Open) -> Result<(), Problem> {
        let Some(proposals) = self.typed_of(path, open).proposals.clone() else { return Ok(()) };
        let by = self.by()?;
        let me = self.all_of_me();
        let reviewed = self.records.of(path);
        let mut kinds: Vec<(By, Kind)> = Vec::new();
        let known = |id: &String| reviewed.record.suggestions.iter().find(|known| known.id == *id);
        for Proposed { id, anchor, new } in proposals.list {
            match known(&id) {
                None => kinds.push((by.clone(), Kind::Suggest { suggestion: id, anchor, new })),
                Some(known) if me.contains(&known.by) && is_growing(known.verdict) => {
                    if known.verdict == Verdict::Withdrawn {
                        kinds.push((known.by.clone(), Kind::Reopen { suggestions: vec![id.clone()] }));
                    }
                    if known.anchor != anchor || known.new != new {
                        kinds.push((known.by.clone(), Kind::Revise { suggestion: id, anchor, new }));
                    }
                }
                Some(_) => {}
            }
        }
        for suggestion in proposals.gone {
            if let Some(known) = known(&suggestion).filter(|known| known.verdict == Verdict::Open) {
                kinds.push((known.by.clone(), Kind::Withdraw { suggestion }));
            }
        }
        let news = !kinds.is_empty();
        for alike in kinds.chunk_by(|(a, _), (b, _)| a == b) {
            self.append_as(path, &alike[0].0, alike.iter().map(|(_, kind)| kind.clone()).collect())?;
        }
        let typed = self.typed_of(path, open);
        typed.proposals = None;
        let typed = typed.clone();
        self.keep_typed(path, &typed)?;
        if news {
            self.host.emit(Event::ReviewChanged { path: path.to_owned() });
        }
        Ok(())
    }

    /// Maps a passage of the body's `version` to the body of now.
    fn mapping(
        &self,
        path: &str,
        at: &At,
        version: u32,
    ) -> Result<impl Fn(Passage) -> Passage + use<>, Problem> {
        let missed = at.session.updates_between(version, at.snapshot.version);
        let missed: Vec<ChangeSet> =
            missed.ok_or_else(|| words::stale(path))?.into_iter().map(|(_, changes)| changes).collect();
        Ok(move |passage: Passage| {
            missed.iter().fold(passage, |passage, changes| {
                let side = if passage.start == passage.end { -1 } else { 1 };
                let place =
                    |at: u32, side| u32::try_from(changes.map_pos(at as usize, side)).unwrap_or(u32::MAX);
                let end = place(passage.end, -1);
                Passage { start: place(passage.start, side).min(end), end }
            })
        })
    }

    /// The anchor of a passage of the body's `version`.
    fn anchor(
        &self,
        path: &str,
        at: &At,
        version: u32,
        passage: Passage,
    ) -> Result<copydesk_core::review::Anchor, Problem> {
        let passage = self.mapping(path, at, version)?(passage);
        let range = bytes(&Ruler::new(&at.snapshot.body), passage).ok_or_else(|| words::stale(path))?;
        Ok(Finder::new(&at.snapshot.body).anchor(range))
    }

    /// Records a verdict. The text of accepted suggestions stands in the article already; it becomes a revision.
    ///
    /// # Errors
    /// Nobody gave a name; the disk refused.
    pub fn decide(&self, path: &str, ids: &[String], accept: bool) -> Result<wire::Review, Problem> {
        let open = self.open_review(path);
        let mut open = lock(&open);
        self.send_proposals(path, &mut open)?;
        let ids = self.known_suggestions(path, ids)?;
        let kind = if accept { Kind::Accept { suggestions: ids } } else { Kind::Reject { suggestions: ids } };
        let review = self.record(path, &mut open, vec![kind])?;
        if accept {
            let (session, _) = self.open_article(path)?;
            let snapshot = session.snapshot();
            let bytes = text::encode(&snapshot.base.bytes, &snapshot.text());
            self.keep(path, &bytes, &self.author(), Origin::Accept)?;
            self.host.emit(Event::HistoryChanged { path: path.to_owned() });
        }
        Ok(review)
    }

    /// Takes verdicts back.
    ///
    /// # Errors
    /// As [`Newsroom::decide`].
    pub fn undecide(&self, path: &str, ids: &[String]) -> Result<wire::Review, Problem> {
        let open = self.open_review(path);
        let mut open = lock(&open);
        let suggestions = self.known_suggestions(path, ids)?;
        self.record(path, &mut open, vec![Kind::Reopen { suggestions }])
    }

    fn known_suggestions(&self, path: &str, ids: &[String]) -> Result<Vec<String>, Problem> {
        let reviewed = self.records.of(path);
        let known = |id: &&String| reviewed.record.suggestions.iter().any(|known| known.id == **id);
        let ids: Vec<String> = ids.iter().filter(known).cloned().collect();
        if ids.is_empty() { Err(words::remark_gone(path)) } else { Ok(ids) }
    }

    fn known_thread(&self, path: &str, id: &str) -> Result<(), Problem> {
        let known = self.records.of(path).record.threads.iter().any(|thread| thread.id == id);
        if known { Ok(()) } else { Err(words::remark_gone(path)) }
    }

    /// Says why something is proposed.
    ///
    /// # Errors
    /// As [`Newsroom::decide`].
    pub fn note_suggestion(&self, path: &str, id: &str, note: &str) -> Result<wire::Review, Problem> {
        let open = self.open_review(path);
        let mut open = lock(&open);
        self.send_proposals(path, &mut open)?;
        self.known_suggestions(path, &[id.to_owned()])?;
        let kind = Kind::Note { suggestion: id.to_owned(), text: note.trim().to_owned() };
        self.record(path, &mut open, vec![kind])
    }

    /// Begins a conversation about a passage, or about the whole article.
    ///
    /// # Errors
    /// No words; nobody gave a name; the version is too old to be followed; the disk refused.
    pub fn comment(
        &self,
        path: &str,
        version: u32,
        passage: Option<Passage>,
        text: &str,
        off_record: bool,
    ) -> Result<wire::Review, Problem> {
        let text = said(path, text)?;
        let by = self.by()?;
        let open = self.open_review(path);
        let mut open = lock(&open);
        let at = self.at(path, &mut open)?;
        let anchor = passage.map(|passage| self.anchor(path, &at, version, passage)).transpose()?;
        let box_of = if anchor.is_some() { "new" } else { "whole" };
        let thread = ulid::new(self.clock.now());
        self.send(path, &mut open, &by, Kind::Comment { thread, anchor, text, off_record }, box_of)
    }

    /// Adds a message to a conversation.
    ///
    /// # Errors
    /// No words; the conversation is unknown; nobody gave a name; the disk refused.
    pub fn reply(&self, path: &str, thread: &str, text: &str) -> Result<wire::Review, Problem> {
        let text = said(path, text)?;
        self.known_thread(path, thread)?;
        let by = self.by()?;
        let open = self.open_review(path);
        let kind = Kind::Reply { thread: thread.to_owned(), text };
        self.send(path, &mut lock(&open), &by, kind, &format!("reply:{thread}"))
    }

    /// Changes one of the person's own messages.
    ///
    /// # Errors
    /// As [`Newsroom::reply`]; the message is somebody else's.
    pub fn edit_message(&self, path: &str, message: &str, text: &str) -> Result<wire::Review, Problem> {
        let text = said(path, text)?;
        self.by()?;
        let me = self.all_of_me();
        let reviewed = self.records.of(path);
        let mut messages = reviewed.record.threads.iter().flat_map(|thread| &thread.messages);
        let own = messages.find(|known| known.id == message && me.contains(&known.by));
        let own = own.ok_or_else(|| words::remark_gone(path))?;
        let open = self.open_review(path);
        let kind = Kind::Edit { message: message.to_owned(), text };
        self.send(path, &mut lock(&open), &own.by, kind, &format!("edit:{message}"))
    }

    /// Records what was in a box, and empties it.
    fn send(
        &self,
        path: &str,
        open: &mut Open,
        by: &By,
        kind: Kind,
        box_of: &str,
    ) -> Result<wire::Review, Problem> {
        self.append_as(path, by, vec![kind])?;
        let typed = self.typed_of(path, open);
        typed.unsent.retain(|item| item.key != box_of);
        let typed = typed.clone();
        self.keep_typed(path, &typed)?;
        self.shown(path, open)
    }

    /// Settles a conversation, or takes that back.
    ///
    /// # Errors
    /// The conversation is unknown; nobody gave a name; the disk refused.
    pub fn resolve_thread(&self, path: &str, thread: &str, resolved: bool) -> Result<wire::Review, Problem> {
        self.known_thread(path, thread)?;
        let thread = thread.to_owned();
        let kind = if resolved { Kind::Resolve { thread } } else { Kind::ReopenThread { thread } };
        let open = self.open_review(path);
        self.record(path, &mut lock(&open), vec![kind])
    }

    /// Keeps a conversation within the desk, or not.
    ///
    /// # Errors
    /// As [`Newsroom::resolve_thread`].
    pub fn keep_off_record(&self, path: &str, thread: &str, off: bool) -> Result<wire::Review, Problem> {
        self.known_thread(path, thread)?;
        let open = self.open_review(path);
        let kind = Kind::OffRecord { thread: thread.to_owned(), off };
        self.record(path, &mut lock(&open), vec![kind])
    }

    /// Gives a suggestion or a conversation another place. A suggestion keeps the words that it was made on; one that
    /// puts something in stands after the passage.
    ///
    /// # Errors
    /// It is unknown; the version is too old to be followed; nobody gave a name; the disk refused.
    pub fn attach(
        &self,
        path: &str,
        id: &str,
        version: u32,
        passage: Passage,
    ) -> Result<wire::Review, Problem> {
        let open = self.open_review(path);
        let mut open = lock(&open);
        self.send_proposals(path, &mut open)?;
        let at = self.at(path, &mut open)?;
        let anchor = match at.suggestions.iter().find(|known| known.id == id) {
            Some(Suggestion { anchor, .. }) => {
                let start = if anchor.quote.is_empty() { passage.end } else { passage.start };
                self.anchor(path, &at, version, Passage { start, ..passage })?.about(&anchor.quote)
            }
            None => {
                self.known_thread(path, id)?;
                self.anchor(path, &at, version, passage)?
            }
        };
        self.record(path, &mut open, vec![Kind::Attach { target: id.to_owned(), anchor }])
    }

    /// Gives a suggestion or a conversation the place back that it had before it was attached.
    ///
    /// # Errors
    /// It is unknown or was never attached; nobody gave a name; the disk refused.
    pub fn detach(&self, path: &str, id: &str) -> Result<wire::Review, Problem> {
        let open = self.open_review(path);
        let reviewed = self.records.of(path);
        let suggestions = reviewed.record.suggestions.iter().map(|known| (&known.id, &known.before));
        let threads = reviewed.record.threads.iter().map(|known| (&known.id, &known.before));
        let before =
            suggestions.chain(threads).find(|(known, _)| *known == id).and_then(|(_, before)| before.clone());
        let anchor = before.ok_or_else(|| words::remark_gone(path))?;
        self.record(path, &mut lock(&open), vec![Kind::Attach { target: id.to_owned(), anchor }])
    }

    /// Keeps what is typed into a box of the review and not sent. Its place is counted in `version`; without one it
    /// stays what it was.
    ///
    /// # Errors
    /// The disk refused.
    pub fn keep_unsent(&self, path: &str, item: UnsentItem, version: Option<u32>) -> Result<(), Problem> {
        let open = self.open_review(path);
        let mut open = lock(&open);
        let typed = self.typed_of(path, &mut open);
        let known = typed.unsent.iter().find(|known| known.key == item.key);
        let known = known.and_then(|known| known.anchor.clone());
        let anchor = match (version, item.passage) {
            (None, _) => known,
            (Some(_), None) => None,
            // Words are kept even where the article cannot say any more what they are about.
            (Some(version), Some(passage)) => self
                .at(path, &mut open)
                .and_then(|at| self.anchor(path, &at, version, passage))
                .map_or(known, Some),
        };
        let UnsentItem { key, text, off_record, .. } = item;
        let typed = self.typed_of(path, &mut open);
        typed.keep(Unsent { key, text, anchor, off_record });
        let typed = typed.clone();
        self.keep_typed(path, &typed)
    }

    /// Moves an article to a stage, saves it, and records who did it and why.
    ///
    /// # Errors
    /// A reason is due and none is given; the key cannot be written; it could not be saved; the disk refused.
    pub fn set_stage(&self, path: &str, stage: &str, reason: &str) -> Result<Arc<Session>, Problem> {
        let (session, _) = self.open_article(path)?;
        let reason = reason.trim();
        let before = session.state(self.lang()).furniture.stage.value;
        if reason_due(&before, stage) && reason.is_empty() {
            return Err(words::reason_due(path));
        }
        self.by()?;
        let snapshot = session.snapshot();
        // Nothing is saved until these are settled, and what is not in the file goes on no record.
        if snapshot.conflict || snapshot.deleted {
            return Err(words::stage_unsaved(path));
        }
        session.set_field("stage", stage)?;
        self.typed();
        self.save_session(&session)?;
        // A new article's file may have taken the name of its title.
        let path = &session.path();
        let saved = session.snapshot();
        let (front, body) = front::split(&saved.base.text);
        if furniture::resolve(front, body, path).stage.value != stage {
            return Err(words::stage_unsaved(path));
        }
        self.append(path, vec![Kind::Stage { stage: stage.to_owned(), reason: reason.to_owned() }])?;
        if stage == "published" {
            self.pin_bytes(path, &saved.base.bytes, stage);
        }
        self.tell_article(&session, None);
        self.host.emit(Event::ReviewChanged { path: path.to_owned() });
        Ok(session)
    }

    /// Signs off what is on the screen, which is saved first.
    ///
    /// # Errors
    /// The article could not be saved; there is no such role; nobody gave a name; the disk refused.
    pub fn sign_off(&self, path: &str, role: &str) -> Result<wire::Review, Problem> {
        self.by()?;
        if !ROLES.contains(&role) {
            return Err(words::remark_gone(path));
        }
        let (session, _) = self.open_article(path)?;
        self.save_session(&session)?;
        let snapshot = session.snapshot();
        if snapshot.conflict || snapshot.deleted || !snapshot.is_clean() {
            return Err(words::sign_unsaved(path));
        }
        let path = &snapshot.path;
        let text = self.seal_text(&snapshot)?;
        let (sign_off, hash) = (ulid::new(self.clock.now()), seal::hash(&text));
        let open = self.open_review(path);
        let kind = Kind::Sign { sign_off, role: role.to_owned(), hash, text };
        let review = self.record(path, &mut lock(&open), vec![kind])?;
        self.pin(&snapshot, "signed");
        Ok(review)
    }

    /// Takes back one of the person's own sign-offs.
    ///
    /// # Errors
    /// It is unknown or somebody else's; the disk refused.
    pub fn withdraw_sign_off(&self, path: &str, id: &str) -> Result<wire::Review, Problem> {
        self.by()?;
        let me = self.all_of_me();
        let reviewed = self.records.of(path);
        let mut sign_offs = reviewed.record.sign_offs.iter();
        let own = sign_offs.find(|known| known.id == id && me.contains(&known.by));
        let own = own.ok_or_else(|| words::remark_gone(path))?;
        let open = self.open_review(path);
        self.append_as(path, &own.by, vec![Kind::Unsign { sign_off: id.to_owned() }])?;
        self.shown(path, &mut lock(&open))
    }

    /// What would be published of a text.
    fn seal_text(&self, snapshot: &Snapshot) -> Result<String, Problem> {
        self.seal_text_of(&snapshot.path, &snapshot.text())
    }

    /// What would be published of a whole text of an article.
    pub(super) fn seal_text_of(&self, path: &str, whole: &str) -> Result<String, Problem> {
        seal::text_of(whole, path, &|src| self.image_hash(src))
            .map_err(|reason| crate::export::too_complex(path, reason))
    }

    /// The hash of an image of the desk; read again when the file is another.
    fn image_hash(&self, src: &str) -> Option<String> {
        let stamp = self.fs.stat(&self.root.join(src)).ok()?;
        if let Some((known, hash)) = lock(&self.image_hashes).get(src)
            && *known == stamp
        {
            return Some(hash.clone());
        }
        let hash = seal::hash_of(&images::read_image(&self.root, src).ok()?.bytes);
        lock(&self.image_hashes).insert(src.to_owned(), (stamp, hash.clone()));
        Some(hash)
    }

    /// Sign-offs of an article that count and do not hold any more, the last one first; `whole` is its text.
    #[must_use]
    pub fn broken_seals(&self, path: &str, whole: &str) -> Vec<SignOff> {
        let reviewed = self.records.of(path);
        if reviewed.record.sign_offs.is_empty() {
            return Vec::new();
        }
        let now = self.seal_text_of(path, whole).map(|text| seal::hash(&text)).ok();
        gates::broken_seals(&reviewed.record, now.as_deref()).into_iter().cloned().collect()
    }

    /// Lets an article (`whole` is its text) leave the desk: where gates are shut, only for a reason, which is kept in
    /// its review.
    ///
    /// # Errors
    /// Gates are shut and no reason is given; nobody gave a name; the disk refused.
    pub fn pass_gates(&self, path: &str, whole: &str, past: Option<&str>) -> Result<(), Problem> {
        let now = self.clock.now();
        let broken = self.broken_seals(path, whole).into_iter().map(|known| known.role).collect::<Vec<_>>();
        let shut = gates::shut(whole, path, now, &broken);
        if shut.is_empty() {
            return Ok(());
        }
        let Some(reason) = past.map(str::trim).filter(|reason| !reason.is_empty()) else {
            return Err(gates::refused(path, &shut));
        };
        gates::record(&self.records, path, &shut, reason, &self.by()?, now)
            .map_err(|error| words::cannot_record(path, &error))?;
        self.host.emit(Event::ReviewChanged { path: path.to_owned() });
        Ok(())
    }

    /// Remembers where things are, for the next sitting.
    pub(super) fn keep_places(&self, path: &str) {
        let Some(open) = lock(&self.reviews).get(path).cloned() else { return };
        let mut open = lock(&open);
        if open.placing.is_none() || self.at(path, &mut open).is_err() {
            return;
        }
        let Some(placing) = &open.placing else { return };
        let fresh = placing.fresh();
        // Places that cannot be remembered are found by the record's anchors.
        let _ = if fresh == Places::default() {
            self.places_shelf.remove(path)
        } else {
            self.places_shelf.write(path, &fresh)
        };
    }

    /// An article is closed: what is in memory of its review goes.
    pub(super) fn close_review(&self, path: &str) {
        self.keep_places(path);
        lock(&self.reviews).remove(path);
    }

    /// Listens to what others write into the records, once there are any.
    pub(super) fn watch_reviews(&self) {
        let folder = self.root.join(".copydesk/review");
        let mut watch = lock(&self.review_watch);
        if watch.is_some() || !self.started.load(std::sync::atomic::Ordering::SeqCst) || !folder.is_dir() {
            return;
        }
        let me = self.me.clone();
        *watch = Some(Watch::start(
            folder,
            Box::new(move |hint| {
                if let Some(newsroom) = me.upgrade()
                    && !matches!(hint, Hint::State(_))
                {
                    newsroom.heed_records();
                }
            }),
        ));
    }

    /// Somebody may have written into a record.
    pub(super) fn heed_records(&self) {
        for path in self.records.refresh() {
            self.host.emit(Event::ReviewChanged { path });
        }
    }
}

fn bytes(ruler: &Ruler<'_>, passage: Passage) -> Option<std::ops::Range<usize>> {
    let range = ruler.to_byte(passage.start as usize)?..ruler.to_byte(passage.end as usize)?;
    (range.start <= range.end).then_some(range)
}

/// Whether a person has to say why: an article is taken out of its way, or goes a step back.
fn reason_due(from: &str, to: &str) -> bool {
    let place = |stage: &str| WAY.iter().position(|known| *known == stage);
    match (place(from), place(to)) {
        (_, None) => true,
        (Some(from), Some(to)) => to < from,
        (None, Some(_)) => false,
    }
}

/// Words that are some.
fn said(path: &str, text: &str) -> Result<String, Problem> {
    let text = text.trim();
    if text.is_empty() { Err(words::nothing_said(path)) } else { Ok(text.to_owned()) }
}
