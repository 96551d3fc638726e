//! What this person has read of each article, and what changed since.

use copydesk_core::diff::diff;
use copydesk_core::text;

use super::compare::{self, text_of};
use super::{Newsroom, lock};
use crate::differences;
use crate::error::Problem;
use crate::session::Session;
use crate::store::atomic::{self, Fingerprint};
use crate::store::fs::Stat;
use crate::store::git;
use crate::store::history::Origin;
use crate::store::journal::hex;
use crate::store::read::Read;
use crate::wire::{ClassCount, VersionRef};
use crate::words;

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
    /// The bytes of what was read.
    pub(super) fn content_read(&self, read: &Read) -> Result<Option<Vec<u8>>, Problem> {
        match read.fingerprint() {
            Some(fingerprint) => self.history()?.content_of(&fingerprint),
            None => Ok(None),
        }
    }

    /// Remembers that this person has read a version, whose text is the one that was `seen`. One that history has not
    /// becomes a revision first.
    ///
    /// # Errors
    /// There is no such version, it has no bytes of its own (a signed text, an old commit), its text is another by now, or
    /// the mark cannot be written.
    pub fn mark_read(&self, path: &str, version: &VersionRef, seen: &str) -> Result<(), Problem> {
        let unseen = |bytes: &[u8]| {
            let same = compare::seen(&text_of(bytes)) == seen;
            if same { Ok(()) } else { Err(words::read_moved(path)) }
        };
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
                unseen(&bytes)?;
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
                let revision = self.published(path)?.ok_or_else(|| words::no_version(path, version))?;
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
            VersionRef::Signed { .. } | VersionRef::File { .. } => return Err(words::cannot_mark_read(path)),
        };
        unseen(&bytes)?;
        self.set_read(path, &bytes, false)
    }

    /// What was read must be there to compare with, however old revisions are thinned out.
    fn set_read(&self, path: &str, bytes: &[u8], own: bool) -> Result<(), Problem> {
        let history = self.history()?;
        let revision = history.pin_alone(path, bytes, "read")?;
        let read = Read {
            hash: hex(&atomic::fingerprint(bytes)),
            revision,
            time: self.clock.now().to_string(),
            stat: None,
            own,
        };
        self.read_marks.set(path, read).map_err(|error| words::cannot_keep_read(path, &error))
    }

    /// This person wrote an article over what it was before. Where they had read that, or there was none, they know what
    /// it says now.
    pub(super) fn wrote(&self, path: &str, before: Option<&Fingerprint>, now: &[u8]) {
        let read = self.read_marks.of(path);
        let knew = match (before, &read) {
            (Some(before), Some(read)) => read.fingerprint() == Some(*before),
            (before, None) => before.is_none(),
            (None, Some(_)) => false,
        };
        // A mark that cannot be moved makes one's own words wait to be read: no harm.
        if knew {
            let _ = self.set_read(path, now, true);
        }
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
        // What is typed over a text that was read is this person's own.
        if let Some(session) = &open
            && read.fingerprint() == Some(session.snapshot().base.fingerprint)
        {
            return (Vec::new(), false);
        }
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
        let Some((now, text)) = self.text_and_hash(path, open.as_deref(), &read) else {
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
                Some(before) => differences::counts(&diff(&text_of(&before), &text, self.house_language())),
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
    fn text_and_hash(
        &self,
        path: &str,
        open: Option<&Session>,
        read: &Read,
    ) -> Option<(Fingerprint, String)> {
        let Some(session) = open else {
            let on_disk = atomic::read(&*self.fs, &self.root, path).ok()?;
            let waits = self.journal.read(path).filter(|draft| {
                // Over a text that was read it is this person's own.
                draft.base == on_disk.fingerprint && read.fingerprint() != Some(on_disk.fingerprint)
            });
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
}
