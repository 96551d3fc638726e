//! One open article: the text that the window edits, what the disk last held, and what stands between the two.
//!
//! A session decides nothing about the disk and reads nothing from it; [`crate::newsroom`] does that and tells it.
//! Its lock is held for text edits only, never while anything is rendered, merged or written.

use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

use copydesk_core::changes::{Authority, ChangeSet};
use copydesk_core::front::{self, Front};
use copydesk_core::furniture;
use copydesk_core::reconcile::{self, Hunk, Piece, Place};
use copydesk_core::slug::slugify;

use crate::doubt::{Doubt, Found};
use crate::error::Problem;
use crate::store::atomic::Fingerprint;
use crate::store::history::RevisionId;
use crate::store::journal::Draft;
use crate::wire::{self, Lang, SaveState};

/// A draft is written this long after the last key.
const REST: Duration = Duration::from_millis(250);
/// And at least this often while somebody types.
const AT_LEAST: Duration = Duration::from_millis(900);
/// The client name of updates that the desk makes itself.
pub const DESK: &str = "desk";

/// What the disk last held, as the session knows it.
#[derive(Clone)]
pub struct Base {
    /// The bytes.
    pub bytes: Arc<Vec<u8>>,
    /// Their hash.
    pub fingerprint: Fingerprint,
    /// Their text, LF.
    pub text: Arc<str>,
}

/// A conflict: the disk's side, and the merged file as far as it goes.
#[derive(Clone)]
pub struct Theirs {
    /// What the disk holds.
    pub disk: Base,
    /// What both sides started from; unknown where a draft outlived it.
    before: Option<Arc<str>>,
    /// The merged file, for the person's text at `edition`.
    pub pieces: Vec<Piece>,
    /// [`Snapshot::edition`] of the person's text.
    pub edition: u64,
}

impl Theirs {
    /// Merges a person's text with the disk's as far as that goes.
    #[must_use]
    pub fn new(disk: Base, before: Option<Arc<str>>, mine: &str, edition: u64) -> Self {
        let pieces = match &before {
            Some(before) => reconcile::merge(before, mine, &disk.text),
            None => {
                let hunk = Hunk { base: String::new(), mine: mine.to_owned(), theirs: disk.text.to_string() };
                vec![Piece::Conflict { hunk, place: Place::Front }]
            }
        };
        Self { disk, before, pieces, edition }
    }

    /// The same conflict after the person typed on.
    #[must_use]
    pub fn for_text(&self, mine: &str, edition: u64) -> Self {
        Self::new(self.disk.clone(), self.before.clone(), mine, edition)
    }

    /// Where both sides changed the text, in order.
    pub fn conflicts(&self) -> impl Iterator<Item = (&Hunk, &Place)> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Agreed(_) => None,
            Piece::Conflict { hunk, place } => Some((hunk, place)),
        })
    }
}

/// A whole text at one moment, to work on without the lock.
pub struct Snapshot {
    /// Relative path.
    pub path: String,
    /// Authority's version.
    pub version: u32,
    /// Counts every change of the text, furniture included.
    pub edition: u64,
    /// Front matter with its delimiters; empty where raw.
    pub front: String,
    /// The body, or the whole file where raw.
    pub body: String,
    /// Whether the front matter is edited as text.
    pub raw: bool,
    /// What the disk last held.
    pub base: Base,
    /// The file is gone.
    pub deleted: bool,
    /// A conflict waits for the person.
    pub conflict: bool,
    /// The article cannot be written.
    pub read_only: bool,
    /// The disk holds the base, but a power cut might take it back: [`Session::doubt`].
    pub unsure: bool,
    /// Caret, UTF-16 units in the body.
    pub caret: u32,
    /// First visible line.
    pub scroll: f64,
}

impl Snapshot {
    /// The whole file as LF text.
    #[must_use]
    pub fn text(&self) -> String {
        format!("{}{}", self.front, self.body)
    }

    /// Nothing was typed that the disk does not hold.
    #[must_use]
    pub fn is_clean(&self) -> bool {
        !self.deleted && !self.unsure && same(&self.base.text, &self.front, &self.body)
    }
}

fn same(text: &str, front: &str, body: &str) -> bool {
    text.len() == front.len() + body.len() && text.starts_with(front) && text.ends_with(body)
}

struct Inner {
    path: String,
    base: Base,
    front: String,
    authority: Authority,
    /// The key `title` was emptied in the window.
    untitled: bool,
    raw: bool,
    edition: u64,
    saving: bool,
    saved_at: Option<String>,
    problem: Option<Problem>,
    read_only: Option<Problem>,
    conflict: Option<Theirs>,
    deleted: bool,
    unsure: bool,
    /// Made in this run and not yet given a text: its file name follows its title.
    fresh: Option<String>,
    caret: u32,
    scroll: f64,
    /// The revision that holds what the person had typed, where opening the article merged it.
    way_back: Option<RevisionId>,
    /// First and last change that no draft holds.
    undrafted: Option<(Instant, Instant)>,
    drafted: bool,
    doubt: Doubt,
    /// The person was told that it is written in place.
    in_place: bool,
    /// It was opened for reading only: its text may be no more than a way to show its bytes.
    shown_only: bool,
    /// Edition and base of the draft that is on the medium.
    draft_of: Option<(u64, Fingerprint)>,
}

/// One open article.
pub struct Session {
    inner: Mutex<Inner>,
    arrived: Condvar,
    /// Held through a save and a look at the disk, so that these never overlap. On a mount that hangs, so does its
    /// holder.
    pub disk: Mutex<()>,
    /// Held while the draft is written or removed, and never while the desk's own disk is waited for.
    pub draft: Mutex<()>,
    /// The last rendering sent to the window.
    pub rendering: Mutex<crate::preview::Rendering>,
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    // A panic elsewhere must not take the person's text away: the data is whole at every unlock.
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Splits a whole text into what the window edits: the furniture's source and the body, or everything as body.
fn split(text: &str) -> (String, String, bool) {
    let (head, body) = front::split(text);
    match front::read(head) {
        Front::Broken { .. } => (String::new(), text.to_owned(), true),
        _ => (head.to_owned(), body.to_owned(), false),
    }
}

impl Session {
    /// Opens a text over what the disk holds; `text` differs from the base's where a draft came back.
    #[must_use]
    pub fn new(path: &str, base: Base, text: &str, read_only: Option<Problem>) -> Self {
        let (front, body, raw) = split(text);
        let undrafted = None;
        let drafted = *text != *base.text;
        let shown_only = read_only.is_some();
        Self {
            inner: Mutex::new(Inner {
                path: path.to_owned(),
                base,
                front,
                authority: Authority::new(body),
                untitled: false,
                raw,
                edition: 0,
                saving: false,
                saved_at: None,
                problem: None,
                read_only,
                conflict: None,
                deleted: false,
                unsure: false,
                fresh: None,
                caret: 0,
                scroll: 1.0,
                way_back: None,
                undrafted,
                drafted,
                doubt: Doubt::default(),
                in_place: false,
                shown_only,
                draft_of: None,
            }),
            arrived: Condvar::new(),
            disk: Mutex::new(()),
            draft: Mutex::new(()),
            rendering: Mutex::default(),
        }
    }

    /// Path relative to the desk, now.
    #[must_use]
    pub fn path(&self) -> String {
        lock(&self.inner).path.clone()
    }

    /// Follows a rename.
    pub fn set_path(&self, path: &str) {
        path.clone_into(&mut lock(&self.inner).path);
    }

    /// A copy of everything, to work on without the lock.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        lock(&self.inner).snapshot()
    }

    /// As [`Session::snapshot`], once the text has reached `version`; after `limit` whatever is there.
    #[must_use]
    pub fn snapshot_at(&self, version: u32, limit: Duration) -> Snapshot {
        let inner = lock(&self.inner);
        let (inner, _) = self
            .arrived
            .wait_timeout_while(inner, limit, |inner| inner.authority.version() < version)
            .unwrap_or_else(PoisonError::into_inner);
        inner.snapshot()
    }

    /// Takes what the window typed. Where the article became read-only meanwhile, that too: it goes into the draft.
    ///
    /// # Errors
    /// Articles that were opened for reading only, and change sets that do not fit the text.
    pub fn push(&self, version: u32, updates: &[wire::Update]) -> Result<wire::Pushed, Problem> {
        let mut inner = lock(&self.inner);
        inner.may_be_typed_in()?;
        let mut parsed = Vec::with_capacity(updates.len());
        for update in updates {
            let changes = ChangeSet::from_json(&update.changes).map_err(|_| out_of_step(&inner.path))?;
            parsed.push((update.client.clone(), changes));
        }
        if version > inner.authority.version() {
            return Err(out_of_step(&inner.path));
        }
        let accepted = version == inner.authority.version();
        if accepted && !parsed.is_empty() {
            inner.authority.push(parsed).map_err(|_| out_of_step(&inner.path))?;
            inner.touched();
            self.arrived.notify_all();
        }
        inner.since(version, accepted)
    }

    /// Updates since a version.
    ///
    /// # Errors
    /// A version so old that its updates are forgotten: the article must be opened again.
    pub fn pull(&self, version: u32) -> Result<wire::Pushed, Problem> {
        lock(&self.inner).since(version, true)
    }

    /// The updates that lead from one version of the body to another, with who made each; `None` where they are
    /// forgotten or not made yet.
    #[must_use]
    pub fn updates_between(&self, from: u32, to: u32) -> Option<Vec<(String, ChangeSet)>> {
        let mut updates = lock(&self.inner).authority.since(from)?;
        let count = to.checked_sub(from)? as usize;
        (count <= updates.len()).then(|| {
            updates.truncate(count);
            updates
        })
    }

    /// Sets one key of the furniture.
    ///
    /// # Errors
    /// Articles that were opened for reading only, raw front matter, and values that cannot be written.
    pub fn set_field(&self, key: &str, value: &str) -> Result<(), Problem> {
        let mut inner = lock(&self.inner);
        inner.may_be_typed_in()?;
        if inner.raw {
            return Err(cannot_set(&inner.path, key));
        }
        let title = key == "title";
        // A title that was emptied is typed anew in its key: a heading of the body is not what the person had before them.
        let body =
            if title && inner.untitled && !value.trim().is_empty() { "" } else { inner.authority.body() };
        let edit =
            furniture::set(&inner.front, body, key, value).map_err(|_| cannot_set(&inner.path, key))?;
        if let Some(front) = edit.front {
            inner.front = front;
            if title {
                inner.untitled = value.trim().is_empty();
            }
        }
        if let Some(changes) = edit.body {
            inner
                .authority
                .push(vec![(DESK.to_owned(), changes)])
                .map_err(|_| cannot_set(&inner.path, key))?;
        }
        inner.touched();
        self.arrived.notify_all();
        Ok(())
    }

    /// Back to fields, where the front matter can be read again.
    ///
    /// # Errors
    /// The front matter is still broken.
    pub fn leave_raw(&self) -> Result<(), Problem> {
        let mut inner = lock(&self.inner);
        if !inner.raw {
            return Ok(());
        }
        let (front, body, raw) = split(inner.authority.body());
        if raw {
            return Err(still_broken(&inner.path));
        }
        inner.front = front;
        inner.raw = false;
        inner.take_body(&body);
        self.arrived.notify_all();
        Ok(())
    }

    /// Takes a whole text that came from outside or from history, if nothing was typed since `edition`.
    /// Returns whether it did.
    pub fn adopt(&self, edition: u64, text: &str) -> bool {
        let mut inner = lock(&self.inner);
        if inner.edition != edition {
            return false;
        }
        let (front, body, raw) = if inner.raw { (String::new(), text.to_owned(), true) } else { split(text) };
        inner.front = front;
        inner.raw = raw;
        inner.take_body(&body);
        inner.touched();
        self.arrived.notify_all();
        true
    }

    /// The disk is known to hold this now.
    pub fn set_base(&self, base: Base) {
        let mut inner = lock(&self.inner);
        inner.base = base;
        inner.unsure = false;
        inner.deleted = false;
        inner.conflict = None;
    }

    /// A save failed although its bytes are in place: nothing says that they are on the medium. They count as unsaved
    /// until a save is done.
    pub fn doubt(&self) {
        lock(&self.inner).unsure = true;
    }

    /// Raises a conflict, or what is left of it. What was typed is in a draft from here on: the article on the disk, and
    /// another window's draft, may be all that others have of it.
    pub fn set_conflict(&self, theirs: Theirs) {
        let mut inner = lock(&self.inner);
        if inner.conflict.replace(theirs).is_none() {
            let now = Instant::now();
            inner.undrafted.get_or_insert((now, now));
        }
    }

    /// The disk holds the base again: there is nothing to choose. Returns whether there was.
    pub fn withdraw_conflict(&self) -> bool {
        lock(&self.inner).conflict.take().is_some()
    }

    /// Whether a look at the disk may be believed; [`Doubt`] remembers what may not yet.
    pub fn believes(&self, found: Found) -> bool {
        let mut inner = lock(&self.inner);
        let base = Arc::clone(&inner.base.bytes);
        inner.doubt.believes(&base, found, Instant::now())
    }

    /// The disk is as it was.
    pub fn undoubted(&self) {
        lock(&self.inner).doubt.forget();
    }

    /// The disk's side of the conflict.
    #[must_use]
    pub fn conflict(&self) -> Option<Theirs> {
        lock(&self.inner).conflict.clone()
    }

    /// The file went away, or came back. Returns whether that is news.
    pub fn set_deleted(&self, deleted: bool) -> bool {
        let mut inner = lock(&self.inner);
        let news = inner.deleted != deleted;
        inner.deleted = deleted;
        if news && deleted {
            // The draft is now the only copy.
            let now = Instant::now();
            inner.undrafted = Some((now, now));
        }
        news
    }

    /// The article can no longer be written, or can again. Returns whether that is news.
    pub fn set_read_only(&self, problem: Option<Problem>) -> bool {
        let mut inner = lock(&self.inner);
        let news = inner.read_only != problem;
        inner.read_only = problem;
        news
    }

    /// The article was written in place: whether for the first time, for the person to be told once.
    pub fn is_first_in_place(&self) -> bool {
        !std::mem::replace(&mut lock(&self.inner).in_place, true)
    }

    /// A save began.
    pub fn begin_save(&self) {
        lock(&self.inner).saving = true;
    }

    /// A save ended: well at a time (RFC 3339), or not.
    pub fn end_save(&self, result: Result<Option<String>, Problem>) {
        let mut inner = lock(&self.inner);
        inner.saving = false;
        match result {
            Ok(time) => {
                inner.problem = None;
                if time.is_some() {
                    inner.saved_at = time;
                }
            }
            Err(problem) => inner.problem = Some(problem),
        }
    }

    /// When the file was written last, as far as this run knows (RFC 3339).
    pub fn set_saved_at(&self, time: String) {
        lock(&self.inner).saved_at = Some(time);
    }

    /// Marks an article as made in this run: its file name follows the title until it has a text.
    pub fn set_fresh(&self) {
        let mut inner = lock(&self.inner);
        inner.fresh = Some(inner.authority.body().to_owned());
    }

    /// The file stem that the title asks for, while the name still follows it.
    #[must_use]
    pub fn wanted_stem(&self) -> Option<String> {
        let mut inner = lock(&self.inner);
        let first_body = inner.fresh.clone()?;
        if inner.authority.body() != first_body {
            inner.fresh = None;
        }
        let resolved = furniture::resolve(&inner.front, inner.authority.body(), file_name(&inner.path));
        let title = resolved.title.value.trim();
        (!title.is_empty() && matches!(resolved.title.source, furniture::Source::Key(_)))
            .then(|| slugify(title))
    }

    /// The person named the file: it follows the title no longer.
    pub fn settle_name(&self) {
        lock(&self.inner).fresh = None;
    }

    /// Where the person is.
    pub fn set_place(&self, caret: u32, scroll: f64) {
        let mut inner = lock(&self.inner);
        inner.caret = caret;
        inner.scroll = scroll;
    }

    /// What was typed before was merged as the article was opened, and is in this revision.
    pub fn set_way_back(&self, revision: Option<RevisionId>) {
        lock(&self.inner).way_back = revision;
    }

    /// A draft to write now, if one is due; `at_once` does not wait for a rest.
    #[must_use]
    pub fn due_draft(&self, now: Instant, at_once: bool, now_ms: i64) -> Option<Draft> {
        let mut inner = lock(&self.inner);
        let (first, last) = inner.undrafted?;
        if !at_once && now.duration_since(last) < REST && now.duration_since(first) < AT_LEAST {
            return None;
        }
        inner.undrafted = None;
        inner.drafted = true;
        inner.draft_of = Some((inner.edition, inner.base.fingerprint));
        Some(Draft {
            path: inner.path.clone(),
            base: inner.base.fingerprint,
            text: format!("{}{}", inner.front, inner.authority.body()),
            raw: inner.raw,
            caret: inner.caret,
            scroll: inner.scroll,
            saved_ms: now_ms,
        })
    }

    /// The draft could not be written: try again after a rest.
    pub fn draft_failed(&self, now: Instant) {
        let mut inner = lock(&self.inner);
        inner.draft_of = None;
        inner.undrafted.get_or_insert((now, now));
    }

    /// Whether the text of a snapshot, or one that was typed since, is in its draft already.
    #[must_use]
    pub fn is_drafted(&self, snapshot: &Snapshot) -> bool {
        let drafted = lock(&self.inner).draft_of;
        drafted
            .is_some_and(|(edition, base)| edition >= snapshot.edition && base == snapshot.base.fingerprint)
    }

    /// The text of a snapshot was written to its draft, or could not be: then an older one may still be there.
    pub fn set_drafted(&self, snapshot: &Snapshot, written: bool) {
        let mut inner = lock(&self.inner);
        inner.drafted = true;
        inner.draft_of = written.then_some((snapshot.edition, snapshot.base.fingerprint));
    }

    /// Whether text waits for a draft.
    #[must_use]
    pub fn waits_for_draft(&self) -> bool {
        lock(&self.inner).undrafted.is_some()
    }

    /// Whether text has waited for a draft as long as any may.
    #[must_use]
    pub fn waited_for_draft(&self, now: Instant) -> bool {
        lock(&self.inner).undrafted.is_some_and(|(first, _)| now.duration_since(first) >= AT_LEAST)
    }

    /// Nothing unsaved is left: whether a draft file may be removed.
    pub fn drop_draft(&self) -> bool {
        let mut inner = lock(&self.inner);
        if !inner.is_clean() {
            return false;
        }
        inner.undrafted = None;
        inner.draft_of = None;
        std::mem::take(&mut inner.drafted)
    }

    /// As the window opens it.
    #[must_use]
    pub fn view(&self, lang: Lang, restored: bool) -> wire::ArticleView {
        let mut inner = lock(&self.inner);
        wire::ArticleView {
            state: inner.state(lang),
            body: inner.authority.body().to_owned(),
            caret: inner.caret,
            scroll: inner.scroll,
            restored,
            undo: inner.way_back.take().and_then(|id| u32::try_from(id).ok()),
        }
    }

    /// Everything but the body.
    #[must_use]
    pub fn state(&self, lang: Lang) -> wire::ArticleState {
        lock(&self.inner).state(lang)
    }

    /// State of the save.
    #[must_use]
    pub fn save_state(&self) -> SaveState {
        lock(&self.inner).save_state()
    }
}

impl Inner {
    fn may_be_typed_in(&self) -> Result<(), Problem> {
        match &self.read_only {
            Some(problem) if self.shown_only => Err(problem.clone()),
            _ => Ok(()),
        }
    }

    fn touched(&mut self) {
        self.edition += 1;
        let now = Instant::now();
        let first = self.undrafted.map_or(now, |(first, _)| first);
        self.undrafted = Some((first, now));
    }

    fn take_body(&mut self, body: &str) {
        let changes = ChangeSet::between(self.authority.body(), body);
        if changes.is_empty() {
            return;
        }
        self.authority
            .push(vec![(DESK.to_owned(), changes)])
            .expect("a change set between two texts fits the first");
    }

    fn since(&self, version: u32, accepted: bool) -> Result<wire::Pushed, Problem> {
        let updates = self.authority.since(version).ok_or_else(|| out_of_step(&self.path))?;
        Ok(wire::Pushed {
            accepted,
            version: self.authority.version(),
            updates: updates
                .iter()
                .map(|(client, changes)| wire::Update { client: client.clone(), changes: changes.to_json() })
                .collect(),
        })
    }

    fn snapshot(&self) -> Snapshot {
        Snapshot {
            path: self.path.clone(),
            version: self.authority.version(),
            edition: self.edition,
            front: self.front.clone(),
            body: self.authority.body().to_owned(),
            raw: self.raw,
            base: self.base.clone(),
            deleted: self.deleted,
            conflict: self.conflict.is_some(),
            read_only: self.read_only.is_some(),
            unsure: self.unsure,
            caret: self.caret,
            scroll: self.scroll,
        }
    }

    fn is_clean(&self) -> bool {
        !self.deleted && !self.unsure && same(&self.base.text, &self.front, self.authority.body())
    }

    fn save_state(&self) -> SaveState {
        if self.conflict.is_some() {
            SaveState::Conflict
        } else if self.saving {
            SaveState::Saving
        } else if self.is_clean() {
            SaveState::Saved
        } else if self.problem.is_some() || self.read_only.is_some() {
            SaveState::Error
        } else {
            SaveState::Dirty
        }
    }

    fn state(&self, lang: Lang) -> wire::ArticleState {
        let mut remarks = Vec::new();
        if self.raw {
            let (head, _) = front::split(self.authority.body());
            if let Front::Broken { line, message } = front::read(head) {
                remarks.push(broken_front(&self.path, line, &message).wire(lang));
            }
        }
        let furniture = if self.raw {
            wire::Furniture::default()
        } else {
            furniture_on_the_wire(&furniture::resolve(
                &self.front,
                self.authority.body(),
                file_name(&self.path),
            ))
        };
        wire::ArticleState {
            path: self.path.clone(),
            version: self.authority.version(),
            raw: self.raw,
            remarks,
            furniture,
            save: self.save_state(),
            saved_at: self.saved_at.clone(),
            problem: self.problem.as_ref().map(|problem| problem.wire(lang)),
            read_only: self.read_only.as_ref().map(|problem| problem.wire(lang)),
            conflict: self.conflict.as_ref().map(|theirs| wire::Conflict {
                mine: format!("{}{}", self.front, self.authority.body()),
                theirs: theirs.disk.text.to_string(),
                // Counts changes in one sitting: far below 2³².
                #[allow(
                    clippy::cast_possible_truncation,
                    reason = "nobody types four thousand million keys"
                )]
                edition: theirs.edition as u32,
                hunks: theirs
                    .conflicts()
                    .map(|(hunk, place)| wire::ConflictHunk {
                        base: hunk.base.clone(),
                        mine: hunk.mine.clone(),
                        theirs: hunk.theirs.clone(),
                        key: if let Place::Key(key) = place { Some(key.clone()) } else { None },
                        both: place.offers_both(),
                    })
                    .collect(),
            }),
            deleted: self.deleted,
        }
    }
}

fn furniture_on_the_wire(resolved: &furniture::Furniture) -> wire::Furniture {
    let field = |field: &furniture::Field| wire::Field {
        value: field.value.clone(),
        signes: copydesk_core::counts::count(&field.value).signes,
        invalid: field.invalid.map(|invalid| invalid.code().to_owned()),
        derived: field.derived(),
    };
    wire::Furniture {
        title: field(&resolved.title),
        kicker: field(&resolved.kicker),
        standfirst: field(&resolved.standfirst),
        byline: field(&resolved.byline),
        slug: field(&resolved.slug),
        section: field(&resolved.section),
        dateline: field(&resolved.dateline),
        date: field(&resolved.date),
        lang: field(&resolved.lang),
        stage: field(&resolved.stage),
        assignee: field(&resolved.assignee),
        deadline: field(&resolved.deadline),
        embargo: field(&resolved.embargo),
        legal: field(&resolved.legal),
        length: field(&resolved.length),
        tags: field(&resolved.tags),
    }
}

fn file_name(path: &str) -> &str {
    path.rsplit_once('/').map_or(path, |(_, name)| name)
}

fn out_of_step(path: &str) -> Problem {
    Problem::new(
        "out_of_step",
        (
            format!("La fenêtre et le desk ne tenaient plus le même texte de {path}."),
            "L’article est rouvert ; ce que vous avez tapé est gardé.",
        ),
        (
            format!("The window and the desk no longer held the same text of {path}."),
            "The article is opened again; what you typed is kept.",
        ),
    )
}

fn cannot_set(path: &str, key: &str) -> Problem {
    Problem::new(
        "cannot_set",
        (
            format!("La rubrique « {key} » de {path} n’a pas pu être écrite sans toucher au reste."),
            "Modifiez l’en-tête dans un éditeur de texte.",
        ),
        (
            format!("The key “{key}” of {path} could not be written without touching the rest."),
            "Edit the front matter as text.",
        ),
    )
}

fn still_broken(path: &str) -> Problem {
    Problem::new(
        "front_broken",
        (format!("L’en-tête de {path} n’est pas encore lisible."), "Corrigez la ligne indiquée."),
        (format!("The front matter of {path} still cannot be read."), "Mend the line that is named."),
    )
}

fn broken_front(path: &str, line: usize, message: &str) -> Problem {
    Problem::new(
        "front_broken",
        (
            format!("L’en-tête de {path} n’est pas lisible à la ligne {line} ({message})."),
            "Il se corrige ici, comme du texte ; rien d’autre n’est touché.",
        ),
        (
            format!("The front matter of {path} cannot be read at line {line} ({message})."),
            "Mend it here, as text; nothing else is touched.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn base(text: &str) -> Base {
        let bytes = Arc::new(text.as_bytes().to_vec());
        Base { fingerprint: crate::store::atomic::fingerprint(&bytes), bytes, text: text.into() }
    }

    #[test]
    fn a_draft_stands_for_one_text_over_one_base() {
        let session = Session::new("a.md", base("un"), "un", None);
        assert!(session.adopt(session.snapshot().edition, "deux"));
        assert!(!session.is_drafted(&session.snapshot()));
        assert!(session.due_draft(Instant::now(), true, 0).is_some());
        assert!(session.is_drafted(&session.snapshot()));
        session.draft_failed(Instant::now());
        assert!(!session.is_drafted(&session.snapshot()), "nothing says that it was written");
        session.set_drafted(&session.snapshot(), true);
        session.set_base(base("autre"));
        assert!(!session.is_drafted(&session.snapshot()), "another base");
        session.set_drafted(&session.snapshot(), true);
        assert!(session.adopt(session.snapshot().edition, "trois"));
        assert!(!session.is_drafted(&session.snapshot()), "another text");
    }

    #[test]
    fn what_the_medium_may_not_hold_is_not_clean() {
        let session = Session::new("a.md", base("un"), "un", None);
        session.doubt();
        assert!(!session.snapshot().is_clean() && !session.drop_draft());
        session.set_base(base("un"));
        assert!(session.snapshot().is_clean());
    }
}
