//! `copydesk history`.

use std::path::Path;
use std::sync::Arc;

use copydesk_desk::env::Surroundings;
use copydesk_desk::store::atomic::{self, Saved};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::history::Origin;
use copydesk_desk::store::settings::Store;
use copydesk_desk::wire::Lang;
use copydesk_desk::words;

use crate::article::{self, Named};
use crate::call::{HistoryArgs, RevisionArgs};
use crate::export::print;
use crate::words::Failure;

/// Lists the revisions, newest first.
pub fn list(here: &Surroundings, args: &HistoryArgs) -> Result<(), Failure> {
    let lang = here.lang(None);
    let Some(written) = &args.article else { return Ok(()) };
    let named = find_even_gone(here, written, args.desk.as_deref())?;
    let history = article::history(here, &named)?;
    let revisions = history.list(&named.path).map_err(|problem| Failure::of(&problem, lang))?;
    if revisions.is_empty() {
        // Neither a file nor a trace of one.
        article::find(here, written, args.desk.as_deref())?;
    }
    if args.json {
        let revisions: Vec<_> = revisions
            .iter()
            .map(|revision| {
                serde_json::json!({
                    "id": revision.id, "time": revision.time, "author": revision.author, "origin": origin(&revision.origin),
                    "bytes": revision.bytes, "name": revision.name,
                })
            })
            .collect();
        return print(
            format!("{}\n", serde_json::json!({ "article": named.path, "revisions": revisions })).as_bytes(),
        );
    }
    for revision in &revisions {
        let name = revision.name.as_deref().unwrap_or_default();
        let line = format!(
            "{:>6}  {}  {:<8} {:>8}  {}  {name}",
            revision.id, revision.time, revision.origin, revision.bytes, revision.author
        );
        print(format!("{}\n", line.trim_end()).as_bytes())?;
    }
    Ok(())
}

/// The contract's word for where a revision came from: what an article held when it was first opened, somebody had
/// written outside.
fn origin(word: &str) -> &str {
    if word == "open" { "outside" } else { word }
}

fn number(written: &str, lang: Lang) -> Result<i64, Failure> {
    written.parse().map_err(|_| {
        Failure::call(match lang {
            Lang::Fr => format!(
                "«\u{a0}{written}\u{a0}» n’est pas un numéro de version. «\u{a0}copydesk history ARTICLE\u{a0}» les donne."
            ),
            Lang::En => {
                format!("“{written}” is not the number of a revision. copydesk history ARTICLE lists them.")
            }
        })
    })
}

/// Prints the bytes of a revision.
pub fn show(here: &Surroundings, args: &RevisionArgs) -> Result<(), Failure> {
    let id = number(&args.revision, here.lang(None))?;
    let named = find_even_gone(here, &args.article, args.desk.as_deref())?;
    print(&article::revision(here, &article::history(here, &named)?, &named, id)?)
}

/// Puts a revision back. The bytes that it replaces are in history before they go.
pub fn restore(here: &Surroundings, args: &RevisionArgs) -> Result<(), Failure> {
    let lang = here.lang(None);
    let id = number(&args.revision, lang)?;
    let named = find_even_gone(here, &args.article, args.desk.as_deref())?;
    let history = article::history(here, &named)?;
    let bytes = article::revision(here, &history, &named, id)?;
    let (store, _) = Store::open(Arc::new(RealFs), &here.data_dir);
    let author = article::author(here, &store);
    let keep = |bytes: &[u8], who: &str, origin| {
        history.record(&named.path, bytes, who, origin).map_err(|problem| Failure::of(&problem, lang))
    };
    let on_disk = match atomic::read(&RealFs, &named.desk, &named.path) {
        Ok(on_disk) => on_disk,
        Err(atomic::ReadError::NotFound) => {
            atomic::create(&RealFs, &named.desk, &named.path, &bytes)
                .map_err(|error| Failure::of(&words::cannot_save(&named.shown, &error, false), lang))?;
            keep(&bytes, &author, Origin::Restore)?;
            return Ok(());
        }
        Err(error) => return Err(Failure::of(&words::cannot_read(&named.shown, &error), lang)),
    };
    if let Some(refusal) = &on_disk.refused {
        return Err(Failure::of(&words::refused(&named.shown, refusal), lang));
    }
    keep(&on_disk.bytes, "", Origin::Outside)?;
    let mut displaced = |bytes: &[u8]| {
        history
            .record(&named.path, bytes, "", Origin::Outside)
            .map(|_| ())
            .map_err(|problem| std::io::Error::other(problem.to_string()))
    };
    let saved = atomic::save(&RealFs, &named.desk, &named.path, &on_disk.fingerprint, &bytes, &mut displaced)
        .map_err(|failed| Failure::of(&words::cannot_save(&named.shown, &failed.error, false), lang))?;
    if !matches!(saved, Saved::Done { .. }) {
        return Err(Failure::fault(match lang {
            Lang::Fr => format!(
                "{} a changé pendant la restauration et n’a pas été touché. Recommencez.",
                named.shown
            ),
            Lang::En => {
                format!("{} changed during the restoring and was not touched. Try again.", named.shown)
            }
        }));
    }
    keep(&bytes, &author, Origin::Restore)?;
    Ok(())
}

/// An article that is gone still has its history: a revision makes the name valid.
fn find_even_gone(here: &Surroundings, written: &Path, desk: Option<&Path>) -> Result<Named, Failure> {
    if written.exists() {
        return article::find(here, written, desk);
    }
    let mut name = written.as_os_str().to_owned();
    name.push("@0");
    let named = article::find(here, Path::new(&name), desk)?;
    Ok(Named { shown: written.display().to_string(), ..named })
}
