//! An article as the command line names it: a file, or a version of one (`ARTICLE@ID`, `ARTICLE@published`…), in its desk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_core::review::seal;
use copydesk_core::text;
use copydesk_desk::env::Surroundings;
use copydesk_desk::error::Problem;
use copydesk_desk::library::identity;
use copydesk_desk::published;
use copydesk_desk::review::view;
use copydesk_desk::store::atomic::{self, ReadError, Refusal};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::git;
use copydesk_desk::store::history::History;
use copydesk_desk::store::journal::Journal;
use copydesk_desk::store::read::ReadMarks;
use copydesk_desk::store::record::Records;
use copydesk_desk::store::settings::{self, Store};
use copydesk_desk::wire::{Lang, VersionRef};
use copydesk_desk::words;

use crate::words::Failure;

/// An article in its desk.
pub struct Named {
    /// The desk's folder.
    pub desk: PathBuf,
    /// Path relative to it, `/` as separator.
    pub path: String,
    /// As the person wrote it.
    pub shown: String,
    /// A version instead of the file.
    pub version: Option<Version>,
}

/// A version of an article.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Version {
    /// `@ID`: a revision of the history.
    Revision(i64),
    /// `@read`: what the person read last in the window.
    Read,
    /// `@signed`: what the last sign-off that counts covers.
    Signed,
    /// `@published`: the one with which the stage last became "published".
    Published,
    /// `@draft`: what is typed and not saved, else the file.
    Draft,
    /// `@git:REF`: the file in a commit.
    Git(String),
}

impl Version {
    fn of(name: &str) -> Option<Self> {
        Some(match name {
            "read" => Self::Read,
            "signed" => Self::Signed,
            "published" => Self::Published,
            "draft" => Self::Draft,
            _ => match name.strip_prefix("git:") {
                Some(commit) => Self::Git(commit.to_owned()),
                None => Self::Revision(name.parse().ok()?),
            },
        })
    }
}

/// Finds an article and its desk.
pub fn find(here: &Surroundings, written: &Path, desk: Option<&Path>) -> Result<Named, Failure> {
    let lang = here.lang(None);
    let shown = written.display().to_string();
    let (file, version) = split(written);
    let missing = || {
        Failure::call(match lang {
            Lang::Fr => format!("L’article {shown} n’existe pas. Vérifiez le chemin."),
            Lang::En => format!("The article {shown} does not exist. Check the path."),
        })
    };
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = parent.canonicalize().map_err(|_| missing())?.join(file.file_name().ok_or_else(missing)?);
    if version.is_none() && !file.exists() {
        return Err(missing());
    }
    let desk = match desk {
        Some(desk) => given_desk(desk, lang)?,
        None => {
            let (store, _) = Store::open(Arc::new(RealFs), &here.data_dir);
            let recents = store.recents();
            let known: Vec<&Path> = recents.iter().map(|recent| Path::new(&recent.path)).collect();
            settings::desk_of(&file, &known)
        }
    };
    let Ok(path) = file.strip_prefix(&desk) else {
        let desk = desk.display();
        return Err(Failure::call(match lang {
            Lang::Fr => format!("L’article {shown} n’est pas dans le dossier {desk}. Corrigez --desk."),
            Lang::En => format!("The article {shown} is not in the folder {desk}. Correct --desk."),
        }));
    };
    let path = identity(path);
    Ok(Named { desk, path, shown, version })
}

/// The folder of `--desk`.
pub fn given_desk(desk: &Path, lang: Lang) -> Result<PathBuf, Failure> {
    let found = desk.canonicalize().ok().filter(|desk| desk.is_dir());
    found.ok_or_else(|| {
        let desk = desk.display();
        Failure::call(match lang {
            Lang::Fr => format!("Le dossier {desk} n’existe pas. Vérifiez --desk."),
            Lang::En => format!("The folder {desk} does not exist. Check --desk."),
        })
    })
}

/// `ARTICLE@VERSION`, unless a file has that very name. A Git name may hold an @ of its own.
fn split(written: &Path) -> (PathBuf, Option<Version>) {
    let whole = (written.to_owned(), None);
    if written.exists() {
        return whole;
    }
    let Some(text) = written.to_str() else { return whole };
    let git = text.find("@git:").map(|at| (&text[..at], &text[at + 1..]));
    let Some((file, name)) = git.or_else(|| text.rsplit_once('@')) else { return whole };
    match Version::of(name) {
        Some(version) => (PathBuf::from(file), Some(version)),
        None => whole,
    }
}

fn local(here: &Surroundings, named: &Named) -> PathBuf {
    here.data_dir.join("desks").join(settings::desk_id(&named.desk))
}

/// The same, where there is one already.
pub fn kept_history(here: &Surroundings, named: &Named) -> Result<Option<History>, Failure> {
    if history_file(here, named).exists() { history(here, named).map(Some) } else { Ok(None) }
}

fn history_file(here: &Surroundings, named: &Named) -> PathBuf {
    local(here, named).join("history.db")
}

/// The desk's history of this machine.
pub fn history(here: &Surroundings, named: &Named) -> Result<History, Failure> {
    let lang = here.lang(None);
    let history = History::open(&history_file(here, named), Arc::clone(&here.clock))
        .map_err(|problem| Failure::of(&problem, lang))?;
    if let Some(aside) = &history.set_aside {
        eprintln!("copydesk: {}", Failure::of(&words::history_set_aside(aside), lang).sentence);
    }
    Ok(history)
}

/// The person's name: that of the environment, else of the settings, else of the system.
pub fn author(here: &Surroundings, store: &Store) -> String {
    let named = here.author.clone().unwrap_or_else(|| store.settings().author);
    if named.is_empty() { settings::system_author() } else { named }
}

/// The bytes of a revision of this very article.
pub fn revision(here: &Surroundings, history: &History, named: &Named, id: i64) -> Result<Vec<u8>, Failure> {
    let lang = here.lang(None);
    let revisions = history.list(&named.path).map_err(|problem| Failure::of(&problem, lang))?;
    if !revisions.iter().any(|revision| revision.id == id) {
        let unknown = words::no_revision(&named.path, u32::try_from(id).unwrap_or(0));
        return Err(Failure::of(&unknown, lang));
    }
    history.content(id).map_err(|problem| Failure::of(&problem, lang))
}

/// The bytes that the name means.
pub fn bytes(here: &Surroundings, named: &Named) -> Result<Vec<u8>, Failure> {
    let lang = here.lang(None);
    let failed = |problem: Problem| Failure::of(&problem, lang);
    let absent = |version: VersionRef| failed(words::no_version(&named.path, &version));
    let content = |id: i64| history(here, named)?.content(id).map_err(failed);
    match &named.version {
        None => on_disk(here, named),
        Some(Version::Revision(id)) => revision(here, &history(here, named)?, named, *id),
        Some(Version::Published) => {
            let found = published::find(&history(here, named)?, &named.path, &mut published::Known::new());
            let found = found.map_err(failed)?.ok_or_else(|| absent(VersionRef::Published))?;
            content(found.id)
        }
        Some(Version::Read) => {
            let marks = ReadMarks::open(Arc::new(RealFs), local(here, named).join("read.json"));
            let read = marks.of(&named.path).and_then(|read| read.fingerprint());
            let bytes = match read {
                Some(hash) => history(here, named)?.content_of(&hash).map_err(failed)?,
                None => None,
            };
            bytes.ok_or_else(|| absent(VersionRef::Read))
        }
        Some(Version::Signed) => {
            let records = Records::open(Arc::new(RealFs), &named.desk);
            records.refresh();
            let reviewed = records.of(&named.path);
            let last = view::standing(&reviewed.record).pop();
            let signed = last.ok_or_else(|| absent(VersionRef::Signed { id: None }))?;
            Ok(seal::as_article(&signed.text).into_bytes())
        }
        Some(Version::Draft) => {
            let journal = Journal::open(Arc::new(RealFs), local(here, named).join("drafts"));
            match journal.read(&named.path) {
                Some(draft) => {
                    let disk = atomic::read(&RealFs, &named.desk, &named.path);
                    Ok(text::encode(&disk.map(|disk| disk.bytes).unwrap_or_default(), &draft.text))
                }
                None => on_disk(here, named),
            }
        }
        Some(Version::Git(name)) => {
            let found = git::commit(&named.desk, name)
                .and_then(|commit| git::content(&named.desk, &commit.id, &named.path));
            found.ok_or_else(|| absent(VersionRef::Commit { name: name.clone() }))
        }
    }
}

fn on_disk(here: &Surroundings, named: &Named) -> Result<Vec<u8>, Failure> {
    let lang = here.lang(None);
    let on_disk = atomic::read(&RealFs, &named.desk, &named.path).map_err(|error| {
        let machine = matches!(error, ReadError::Other(_));
        let failure = Failure::of(&words::cannot_read(&named.shown, &error), lang);
        if machine { Failure::fault(failure.sentence) } else { failure }
    })?;
    match on_disk.refused {
        // What may not be written may be read.
        Some(refusal @ Refusal::NotAFile) => Err(Failure::of(&words::refused(&named.shown, &refusal), lang)),
        _ => Ok(on_disk.bytes),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_named_after_an_at() {
        let named = |text: &str| {
            let (file, version) = split(Path::new(text));
            (file.display().to_string(), version)
        };
        let file = "absent/a.md".to_owned();
        assert_eq!(named("absent/a.md@12"), (file.clone(), Some(Version::Revision(12))));
        assert_eq!(named("absent/a.md@published"), (file.clone(), Some(Version::Published)));
        assert_eq!(named("absent/a.md@git:HEAD@{1}"), (file, Some(Version::Git("HEAD@{1}".into()))));
        assert_eq!(named("absent/a@b.md"), ("absent/a@b.md".into(), None));
    }
}
