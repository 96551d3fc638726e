//! Versions of an article and how they differ; what this person has read.

use copydesk_core::diff::{Language, diff};
use copydesk_core::front;
use copydesk_core::review::{SignOff, seal};
use copydesk_core::{furniture, text};

use super::{Newsroom, lock};
use crate::differences::{self, OnScreen, Side};
use crate::error::Problem;
use crate::session::{Session, Snapshot};
use crate::store::atomic::{self, Fingerprint};
use crate::store::fs::Stat;
use crate::store::git;
use crate::store::history::{Origin, Revision};
use crate::store::journal::hex;
use crate::store::read::Read;
use crate::wire::{ClassCount, DiffView, VersionItem, VersionRef};
use crate::words;

/// So many commits of an article are offered.
const COMMITS: usize = 20;
/// So many revisions are looked through for the one that was published, and offered.
const REVISIONS: usize = 200;

/// A file that was written so long ago has another time after the next write.
const SETTLED_MS: i64 = 2000;

/// The counts of one pair of versions, so that a list of many articles compares none twice.
#[derive(Clone)]
pub(super) struct Counted {
    read: String,
    now: Fingerprint,
    /// What the disk said, where the article was not open.
    stat: Option<Stat>,
    /// What it said of the draft that waits, if one does.
    draft: Option<Stat>,
    counts: Vec<ClassCount>,
}

impl Newsroom {
    /// What can be compared of an article, newest first.
    ///
    /// # Errors
    /// The article cannot be opened.
    pub fn versions(&self, path: &str) -> Result<Vec<VersionItem>, Problem> {
        let (session, _) = self.open_article(path)?;
        let snapshot = session.snapshot();
        let mut items = vec![item(VersionRef::Draft, String::new(), self.author(), String::new())];
        if *snapshot.base.text != *snapshot.text() && !snapshot.base.bytes.is_empty() {
            items.push(item(VersionRef::Disk, String::new(), String::new(), String::new()));
        }
        items.extend(self.read_marks.of(path).map(|read| self.read_item(&read)));
        self.records.refresh();
        let reviewed = self.records.of(path);
        items.extend(
            reviewed.record.sign_offs.iter().rev().filter(|signed| !signed.withdrawn).map(signed_item),
        );
        // Without a database there are no revisions to choose from; the rest can still be compared.
        if let Ok(history) = self.history() {
            let revisions = history.list(path)?;
            items.extend(self.published(path, &revisions).map(|(revision, _)| published_item(revision)));
            let (named, plain): (Vec<_>, Vec<_>) =
                revisions.iter().take(REVISIONS).partition(|revision| revision.name.is_some());
            items.extend(named.into_iter().chain(plain).map(revision_item));
        }
        items.extend(git::commits(&self.root, path, COMMITS).iter().map(commit_item));
        Ok(items)
    }

    /// How one version differs from another.
    ///
    /// # Errors
    /// A version is not there, or cannot be read.
    pub fn diff(&self, path: &str, old: &VersionRef, new: &VersionRef) -> Result<DiffView, Problem> {
        let (session, _) = self.open_article(path)?;
        let snapshot = session.snapshot();
        let sealed = [old, new].iter().any(|version| matches!(version, VersionRef::Signed { .. }));
        let side = |version: &VersionRef| -> Result<Side, Problem> {
            let (item, text) = self.version(path, version, &snapshot)?;
            let is_shown = text == snapshot.text();
            // What was signed is compared with what would be published now, not with stage or deadline.
            let text = if sealed && !matches!(version, VersionRef::Signed { .. }) {
                seal::as_article(&self.seal_text_of(path, &text)?)
            } else {
                text
            };
            let body = if snapshot.raw { 0 } else { front::split(&text).0.len() };
            let on_screen = is_shown.then_some(OnScreen { body, version: snapshot.version });
            Ok(Side { item, on_screen, text })
        };
        Ok(differences::view(&side(old)?, &side(new)?))
    }

    /// A version's name and its text.
    fn version(
        &self,
        path: &str,
        version: &VersionRef,
        snapshot: &Snapshot,
    ) -> Result<(VersionItem, String), Problem> {
        let absent = || words::no_version(path, version);
        let plain = |version, text| (item(version, String::new(), String::new(), String::new()), text);
        Ok(match version {
            VersionRef::Draft => {
                (item(VersionRef::Draft, String::new(), self.author(), String::new()), snapshot.text())
            }
            VersionRef::Disk => {
                let on_disk = atomic::read(&*self.fs, &self.root, path)
                    .map_err(|error| words::cannot_read(path, &error))?;
                plain(VersionRef::Disk, text_of(&on_disk.bytes))
            }
            VersionRef::Read => {
                let read = self.read_marks.of(path).ok_or_else(absent)?;
                let bytes = self.content_read(&read)?.ok_or_else(absent)?;
                (self.read_item(&read), text_of(&bytes))
            }
            VersionRef::Signed { id } => {
                self.records.refresh();
                let reviewed = self.records.of(path);
                let mut signed = reviewed.record.sign_offs.iter().rev();
                let found = signed.find(|signed| match id {
                    Some(id) => signed.id == *id,
                    None => !signed.withdrawn,
                });
                let found = found.ok_or_else(absent)?;
                (signed_item(found), seal::as_article(&found.text))
            }
            VersionRef::Published => {
                let revisions = self.history()?.list(path)?;
                let (revision, text) = self.published(path, &revisions).ok_or_else(absent)?;
                (published_item(revision), text)
            }
            VersionRef::Revision { id } => {
                let history = self.history()?;
                let revisions = history.list(path)?;
                let found = revisions.iter().find(|revision| revision.id == i64::from(*id));
                let revision = found.ok_or_else(|| words::no_revision(path, *id))?;
                (revision_item(revision), text_of(&history.content(revision.id)?))
            }
            VersionRef::Commit { name } => {
                let commit = git::commit(&self.root, name).ok_or_else(absent)?;
                let bytes = git::content(&self.root, &commit.id, path).ok_or_else(absent)?;
                (commit_item(&commit), text_of(&bytes))
            }
        })
    }

    /// The revision with which the stage last became "published", and its text: what was edited since is not out yet.
    fn published<'a>(&self, path: &str, revisions: &'a [Revision]) -> Option<(&'a Revision, String)> {
        let history = self.history().ok()?;
        let mut found = None;
        for revision in revisions.iter().take(REVISIONS) {
            let Ok(bytes) = history.content(revision.id) else { continue };
            let text = text_of(&bytes);
            let (front, body) = front::split(&text);
            if furniture::resolve(front, body, path).stage.value == "published" {
                found = Some((revision, text));
            } else if found.is_some() {
                break;
            }
        }
        found
    }

    /// The bytes of what was read.
    fn content_read(&self, read: &Read) -> Result<Option<Vec<u8>>, Problem> {
        match read.fingerprint() {
            Some(fingerprint) => self.history()?.content_of(&fingerprint),
            None => Ok(None),
        }
    }

    /// Remembers that this person has read a version. One that history has not becomes a revision first.
    ///
    /// # Errors
    /// There is no such version, it has no bytes of its own (a signed text, an old commit), or the mark cannot be
    /// written.
    pub fn mark_read(&self, path: &str, version: &VersionRef) -> Result<(), Problem> {
        let history = self.history()?;
        let bytes = match version {
            VersionRef::Draft | VersionRef::Disk => {
                let (session, _) = self.open_article(path)?;
                let snapshot = session.snapshot();
                let (bytes, origin) = if *version == VersionRef::Draft {
                    (text::encode(&snapshot.base.bytes, &snapshot.text()), Origin::Save)
                } else {
                    let on_disk = atomic::read(&*self.fs, &self.root, path)
                        .map_err(|error| words::cannot_read(path, &error))?;
                    (on_disk.bytes, Origin::Outside)
                };
                if !history.has(&atomic::fingerprint(&bytes)) {
                    history.record(path, &bytes, &self.author(), origin)?;
                }
                bytes
            }
            VersionRef::Revision { id } => {
                let known = history.list(path)?.iter().any(|revision| revision.id == i64::from(*id));
                if !known {
                    return Err(words::no_revision(path, *id));
                }
                history.content(i64::from(*id))?
            }
            VersionRef::Published => {
                let revisions = history.list(path)?;
                let (revision, _) =
                    self.published(path, &revisions).ok_or_else(|| words::no_version(path, version))?;
                history.content(revision.id)?
            }
            VersionRef::Commit { name } => {
                let bytes = git::commit(&self.root, name)
                    .and_then(|commit| git::content(&self.root, &commit.id, path))
                    .ok_or_else(|| words::no_version(path, version))?;
                if !history.has(&atomic::fingerprint(&bytes)) {
                    return Err(words::cannot_mark_read(path));
                }
                bytes
            }
            VersionRef::Read => return Ok(()),
            VersionRef::Signed { .. } => return Err(words::cannot_mark_read(path)),
        };
        // What was read must be there to compare with, however old revisions are thinned out.
        history.pin(path, &bytes, "read")?;
        let fingerprint = atomic::fingerprint(&bytes);
        let newest = history.list(path)?.into_iter().find(|revision| {
            revision.bytes == bytes.len() as u64
                && history.content(revision.id).is_ok_and(|content| content == bytes)
        });
        let read = Read {
            hash: hex(&fingerprint),
            revision: newest.map(|revision| revision.id),
            time: self.clock.now().to_string(),
            stat: None,
        };
        self.read_marks.set(path, read).map_err(|error| words::cannot_keep_read(path, &error))
    }

    /// The changes that this person has not read, by class, and whether the article was never read at all. An article
    /// that cannot be read has none.
    ///
    /// What was read is compared with what the article shows when it is opened: a draft that waits over the file stands
    /// for it. Where the file is another than the one it was typed over, the file counts: that is what somebody else
    /// wrote.
    #[must_use]
    pub fn unread(&self, path: &str) -> (Vec<ClassCount>, bool) {
        let Some(read) = self.read_marks.of(path) else { return (Vec::new(), true) };
        let open = self.session(path).ok();
        let stat = match &open {
            Some(_) => None,
            None => self.fs.stat(&self.file(path)).ok().filter(|stat| self.is_settled(stat)),
        };
        let draft = if open.is_none() { self.journal.stat(path) } else { None };
        if stat.is_some() && read.stat == stat && draft.is_none() {
            return (Vec::new(), false);
        }
        let known = lock(&self.counted).get(path).filter(|known| known.read == read.hash).cloned();
        if let Some(known) = &known
            && stat.is_some()
            && known.stat == stat
            && known.draft == draft
            && draft.as_ref().is_none_or(|draft| self.is_settled(draft))
        {
            return (known.counts.clone(), false);
        }
        let Some((now, text)) = self.text_and_hash(path, open.as_deref()) else {
            return (Vec::new(), false);
        };
        if let Some(stat) = stat
            && draft.is_none()
            && read.fingerprint() == Some(now)
        {
            self.read_marks.notice(path, &read.hash, stat);
        }
        let counts = match known.filter(|known| known.now == now) {
            Some(known) => known.counts,
            None if read.fingerprint() == Some(now) => Vec::new(),
            None => match self.content_read(&read).ok().flatten() {
                Some(before) => differences::counts(&diff(&text_of(&before), &text, Language::Unknown)),
                None => return (Vec::new(), true),
            },
        };
        let counted = Counted { read: read.hash, now, stat, draft, counts: counts.clone() };
        lock(&self.counted).insert(path.to_owned(), counted);
        (counts, false)
    }

    /// Whether a file was written long enough ago for its time to tell it from a later one.
    fn is_settled(&self, stat: &Stat) -> bool {
        self.clock.now().as_millisecond() - stat.modified_ms > SETTLED_MS
    }

    /// The text on the screen, or else of the draft that waits, or on the disk, with the hash of its bytes.
    fn text_and_hash(&self, path: &str, open: Option<&Session>) -> Option<(Fingerprint, String)> {
        let Some(session) = open else {
            let on_disk = atomic::read(&*self.fs, &self.root, path).ok()?;
            let waits = self.journal.read(path).filter(|draft| draft.base == on_disk.fingerprint);
            return Some(match waits {
                Some(draft) => (atomic::fingerprint(&text::encode(&on_disk.bytes, &draft.text)), draft.text),
                None => (on_disk.fingerprint, text_of(&on_disk.bytes)),
            });
        };
        let snapshot = session.snapshot();
        let text = snapshot.text();
        let hash = if *snapshot.base.text == *text {
            snapshot.base.fingerprint
        } else {
            atomic::fingerprint(&text::encode(&snapshot.base.bytes, &text))
        };
        Some((hash, text))
    }

    fn read_item(&self, read: &Read) -> VersionItem {
        item(VersionRef::Read, String::new(), self.author(), read.time.clone())
    }
}

fn item(version: VersionRef, label: String, author: String, time: String) -> VersionItem {
    VersionItem { version, label, author, time }
}

fn signed_item(signed: &SignOff) -> VersionItem {
    let version = VersionRef::Signed { id: Some(signed.id.clone()) };
    item(version, signed.role.clone(), signed.by.name.clone(), signed.at.clone())
}

fn published_item(revision: &Revision) -> VersionItem {
    VersionItem { version: VersionRef::Published, ..revision_item(revision) }
}

fn revision_item(revision: &Revision) -> VersionItem {
    let version = VersionRef::Revision { id: u32::try_from(revision.id).unwrap_or(u32::MAX) };
    item(version, revision.name.clone().unwrap_or_default(), revision.author.clone(), revision.time.clone())
}

fn commit_item(commit: &git::Commit) -> VersionItem {
    let version = VersionRef::Commit { name: commit.id.clone() };
    item(version, commit.subject.clone(), commit.author.clone(), commit.time.clone())
}

/// Bytes as text, also where they are not.
pub(super) fn text_of(bytes: &[u8]) -> String {
    text::decode(bytes).map_or_else(|reason| words::readable(bytes, &reason), |decoded| decoded.text)
}
