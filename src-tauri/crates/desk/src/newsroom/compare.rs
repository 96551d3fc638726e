//! Versions of an article and how they differ.

use copydesk_core::diff::Language;
use copydesk_core::front;
use copydesk_core::review::{SignOff, seal};
use copydesk_core::text;

use super::{Newsroom, lock};
use crate::differences::{self, OnScreen, Side};
use crate::error::Problem;
use crate::published;
use crate::session::Snapshot;
use crate::store::atomic;
use crate::store::git;
use crate::store::history::Revision;
use crate::store::journal::hex;
use crate::store::read::Read;
use crate::store::settings;
use crate::wire::{DiffView, OWN, VersionItem, VersionRef, Versions};
use crate::words;

/// So many commits of an article are offered at first.
const COMMITS: usize = 20;
/// So many revisions are offered at first.
const REVISIONS: usize = 200;

impl Newsroom {
    /// What can be compared of an article, newest first: of a long history the newest part, unless `all` is asked for.
    ///
    /// # Errors
    /// The article cannot be opened.
    pub fn versions(&self, path: &str, all: bool) -> Result<Versions, Problem> {
        let (most_revisions, most_commits) =
            if all { (usize::MAX, usize::MAX) } else { (REVISIONS, COMMITS) };
        let (session, _) = self.open_article(path)?;
        let snapshot = session.snapshot();
        let mut items = vec![item(VersionRef::Draft, String::new(), self.author(), String::new())];
        if *snapshot.base.text != *snapshot.text() && !snapshot.base.bytes.is_empty() {
            items.push(item(VersionRef::Disk, String::new(), String::new(), String::new()));
        }
        if let Some(read) = self.read_marks.of(path) {
            let item = self.read_item(&read);
            // What this person wrote last and nobody changed since differs in nothing.
            let own = read.own && read.fingerprint() == Some(snapshot.base.fingerprint);
            items.push(VersionItem { label: if own { OWN.to_owned() } else { item.label }, ..item });
        }
        self.records.refresh();
        let reviewed = self.records.of(path);
        items.extend(
            reviewed.record.sign_offs.iter().rev().filter(|signed| !signed.withdrawn).map(signed_item),
        );
        let mut more = false;
        // Without a database there are no revisions to choose from; the rest can still be compared.
        if let Ok(history) = self.history() {
            let revisions = history.list(path)?;
            items.extend(self.published(path)?.map(|revision| published_item(&revision)));
            more = revisions.len() > most_revisions;
            // What somebody named is offered however old it is.
            let named = revisions.iter().filter(|revision| revision.name.is_some());
            let plain = revisions.iter().take(most_revisions).filter(|revision| revision.name.is_none());
            items.extend(named.chain(plain).map(revision_item));
        }
        let commits = git::commits(&self.root, path, most_commits.saturating_add(1));
        more |= commits.len() > most_commits;
        items.extend(commits.iter().take(most_commits).map(commit_item));
        Ok(Versions { items, more })
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
            let seen = seen(&text);
            let owner = if let VersionRef::File { path } = version { path } else { path };
            // What was signed is compared with what would be published now, not with stage or deadline.
            let text = if sealed && !matches!(version, VersionRef::Signed { .. }) {
                seal::as_article(&self.seal_text_of(owner, &text)?)
            } else {
                text
            };
            let body = if snapshot.raw { 0 } else { front::split(&text).0.len() };
            let on_screen = is_shown.then_some(OnScreen { body, version: snapshot.version });
            Ok(Side { item, on_screen, text, seen })
        };
        Ok(differences::view(&side(old)?, &side(new)?, self.house_language()))
    }

    /// The language of articles that name none.
    pub(super) fn house_language(&self) -> Language {
        settings::house_lang(&self.root).map_or(Language::Unknown, |tag| Language::of_tag(&tag))
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
                let revision = self.published(path)?.ok_or_else(absent)?;
                (published_item(&revision), text_of(&self.history()?.content(revision.id)?))
            }
            VersionRef::Revision { id } => {
                let history = self.history()?;
                let revisions = history.list(path)?;
                let found = revisions.iter().find(|revision| revision.id == i64::from(*id));
                let revision = found.ok_or_else(|| words::no_revision(path, *id))?;
                (revision_item(revision), text_of(&history.content(revision.id)?))
            }
            VersionRef::File { path } => {
                let text = self.text_now(path).ok_or_else(absent)?;
                let title = self.library.get(path).map(|entry| entry.head.title.clone()).unwrap_or_default();
                (item(version.clone(), title, String::new(), String::new()), text)
            }
            VersionRef::Commit { name } => {
                let commit = git::commit(&self.root, name).ok_or_else(absent)?;
                let bytes = git::content(&self.root, &commit.id, path).ok_or_else(absent)?;
                (commit_item(&commit), text_of(&bytes))
            }
        })
    }

    /// The revision with which the stage last became "published".
    pub(super) fn published(&self, path: &str) -> Result<Option<Revision>, Problem> {
        published::find(self.history()?, path, &mut lock(&self.published_known))
    }

    /// The text of an article on the screen, or else on the disk.
    pub(super) fn text_now(&self, path: &str) -> Option<String> {
        match self.session(path) {
            Ok(session) => Some(session.snapshot().text()),
            Err(_) => atomic::read(&*self.fs, &self.root, path).ok().map(|on_disk| text_of(&on_disk.bytes)),
        }
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

/// A text as it was seen: what is marked as read must still be it.
pub(super) fn seen(text: &str) -> String {
    hex(&atomic::fingerprint(text.as_bytes()))
}

/// Bytes as text, also where they are not.
pub(super) fn text_of(bytes: &[u8]) -> String {
    text::decode(bytes).map_or_else(|reason| words::readable(bytes, &reason), |decoded| decoded.text)
}
