//! `copydesk export`.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};

use copydesk_core::text;
use copydesk_desk::env::Surroundings;
use copydesk_desk::export::{self, Piece};
use copydesk_desk::wire::{ExportOptions, Exported, Lang};
use copydesk_desk::words;

use crate::article;
use crate::call::{ExportArgs, ImagesAt};
use crate::words::Failure;

/// Exports each article; stops at the first that cannot be.
pub fn run(here: &Surroundings, args: &ExportArgs) -> Result<(), Failure> {
    let lang = here.lang(None);
    let options = ExportOptions {
        format: args.to.into(),
        paper: args.paper.into(),
        columns: args.columns,
        images_beside: args.images == ImagesAt::Beside,
    };
    let to_stdout = args.out.as_deref() == Some(Path::new("-"));
    check(args, to_stdout, lang)?;
    let mut done: Vec<Exported> = Vec::new();
    for written in &args.articles {
        let named = article::find(here, written, args.desk.as_deref())?;
        let bytes = article::bytes(here, &named)?;
        let decoded = text::decode(&bytes)
            .map_err(|reason| Failure::of(&words::not_text(&named.shown, &reason), lang))?;
        let piece = Piece { desk: &named.desk, path: &named.path, text: &decoded.text };
        let noisy = std::io::stderr().is_terminal() && !args.json;
        let mut progress = |step: &str| {
            if noisy {
                eprintln!("{}: {}", named.shown, said(step, lang));
            }
        };
        let exported = if to_stdout {
            let made = export::make(&piece, &options, lang, &mut progress, &|| false)
                .map_err(|problem| Failure::of(&problem, lang))?;
            print(&made.bytes)?;
            export::report(&piece, options.format, "-", &made)
        } else {
            let out = target(args, &named, &options);
            if done.iter().any(|other| Path::new(&other.out) == std::path::absolute(&out).unwrap_or_default())
            {
                let out = out.display();
                return Err(Failure::call(match lang {
                    Lang::Fr => format!("Deux articles iraient dans {out}. Exportez-les l’un après l’autre."),
                    Lang::En => format!("Two articles would go to {out}. Export them one after the other."),
                }));
            }
            export::export_text(&piece, &options, &out, lang, &mut progress, &|| false)
                .map_err(|problem| Failure::of(&problem, lang))?
        };
        for warning in &exported.warnings {
            eprintln!("{}: {warning}", named.shown);
        }
        if !to_stdout && !args.json {
            print(format!("{}\n", exported.out).as_bytes())?;
        }
        pin(here, &named, &bytes);
        done.push(exported);
    }
    if args.json {
        let exports: Vec<_> = done
            .iter()
            .map(|exported| {
                let mut value = serde_json::to_value(exported).unwrap_or_default();
                #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)]
                // A size, whole and below 2^53.
                let bytes = exported.bytes as u64;
                value["bytes"] = bytes.into();
                value
            })
            .collect();
        let document = serde_json::json!({ "exports": exports, "refused": [] });
        print(format!("{document}\n").as_bytes())?;
    }
    Ok(())
}

/// Calls that cannot mean anything.
/// What was exported stays in the history, where the desk has one. An export is not undone by a history that refuses.
fn pin(here: &Surroundings, named: &article::Named, bytes: &[u8]) {
    if let Ok(Some(history)) = article::kept_history(here, named)
        && let Err(problem) = history.pin(&named.path, bytes, "exported")
    {
        eprintln!("{}", problem.words(here.lang(None)).0);
    }
}

fn check(args: &ExportArgs, to_stdout: bool, lang: Lang) -> Result<(), Failure> {
    let wrong = |fr: &str, en: &str| {
        Err(Failure::call(match lang {
            Lang::Fr => fr,
            Lang::En => en,
        }))
    };
    if to_stdout && args.json {
        return wrong(
            "--out - et --json écriraient tous deux sur la sortie standard. Donnez un fichier à --out.",
            "--out - and --json would both write to standard output. Give --out a file.",
        );
    }
    if to_stdout && args.articles.len() > 1 {
        return wrong(
            "Plusieurs articles ne vont pas sur la sortie standard. Donnez un dossier à --out.",
            "Several articles do not go to standard output. Give --out a folder.",
        );
    }
    // The place is looked at before an article is set for nothing.
    let above = args.out.iter().filter(|_| !to_stdout).flat_map(|out| out.ancestors().skip(1));
    if let Some(file) = above.filter(|place| place.exists()).find(|place| !place.is_dir()) {
        let file = file.display();
        return wrong(
            &format!("{file} est un fichier, pas un dossier. Donnez un autre chemin à --out."),
            &format!("{file} is a file, not a folder. Give --out another path."),
        );
    }
    if to_stdout && args.images == ImagesAt::Beside {
        return wrong(
            "--images beside demande un fichier. Donnez-en un à --out.",
            "--images beside needs a file. Give --out one.",
        );
    }
    Ok(())
}

fn target(args: &ExportArgs, named: &article::Named, options: &ExportOptions) -> PathBuf {
    let suggested = export::suggest_path(&named.desk, &named.path, options);
    match &args.out {
        None => suggested,
        Some(out)
            if args.articles.len() > 1
                || out.is_dir()
                || out.as_os_str().to_string_lossy().ends_with('/') =>
        {
            out.join(suggested.file_name().unwrap_or_default())
        }
        Some(out) => out.clone(),
    }
}

fn said(step: &str, lang: Lang) -> &str {
    match (step, lang) {
        ("reading", Lang::Fr) => "lecture",
        ("setting", Lang::Fr) => "composition",
        ("writing", Lang::Fr) => "écriture",
        (other, _) => other,
    }
}

/// Writes to standard output. A reader that went away is no fault.
pub fn print(bytes: &[u8]) -> Result<(), Failure> {
    let mut out = std::io::stdout().lock();
    match out.write_all(bytes).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => {
            Err(Failure::fault(error.to_string()))
        }
        _ => Ok(()),
    }
}
