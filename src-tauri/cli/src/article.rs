//! An article as the command line names it: a file, or a revision of one (`ARTICLE@ID`), in its desk.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_desk::env::Surroundings;
use copydesk_desk::library::identity;
use copydesk_desk::store::atomic::{self, ReadError, Refusal};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::history::History;
use copydesk_desk::store::settings::{self, Store};
use copydesk_desk::wire::Lang;
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
    /// A revision instead of the file.
    pub revision: Option<i64>,
}

/// Finds an article and its desk.
pub fn find(here: &Surroundings, written: &Path, desk: Option<&Path>) -> Result<Named, Failure> {
    let lang = here.lang(None);
    let shown = written.display().to_string();
    let (file, revision) = split(written);
    let missing = || {
        Failure::call(match lang {
            Lang::Fr => format!("L’article {shown} n’existe pas. Vérifiez le chemin."),
            Lang::En => format!("The article {shown} does not exist. Check the path."),
        })
    };
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let file = parent.canonicalize().map_err(|_| missing())?.join(file.file_name().ok_or_else(missing)?);
    if revision.is_none() && !file.exists() {
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
    Ok(Named { desk, path, shown, revision })
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

/// `ARTICLE@ID`, unless a file has that very name.
fn split(written: &Path) -> (PathBuf, Option<i64>) {
    let whole = (written.to_owned(), None);
    if written.exists() {
        return whole;
    }
    let Some((file, id)) = written.to_str().and_then(|text| text.rsplit_once('@')) else { return whole };
    id.parse().map_or(whole, |id| (PathBuf::from(file), Some(id)))
}

/// The same, where there is one already.
pub fn kept_history(here: &Surroundings, named: &Named) -> Result<Option<History>, Failure> {
    if history_file(here, named).exists() { history(here, named).map(Some) } else { Ok(None) }
}

fn history_file(here: &Surroundings, named: &Named) -> PathBuf {
    here.data_dir.join("desks").join(settings::desk_id(&named.desk)).join("history.db")
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
    if let Some(id) = named.revision {
        return revision(here, &history(here, named)?, named, id);
    }
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
