//! `copydesk export`.

use std::io::{IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use copydesk_core::gate::Gate;
use copydesk_core::review::{By, seal};
use copydesk_core::text;
use copydesk_desk::env::Surroundings;
use copydesk_desk::export::{self, Piece};
use copydesk_desk::gates;
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::images;
use copydesk_desk::store::record::Records;
use copydesk_desk::store::settings::Store;
use copydesk_desk::wire::{ExportOptions, Exported, Lang};
use copydesk_desk::words;

use crate::article;
use crate::call::{ExportArgs, ImagesAt};
use crate::words::Failure;

/// Exports each article. One that cannot be, or that a gate holds back, does not keep the others from it; the status
/// is that of the worst: 3, 2, then 1 for a gate.
pub fn run(here: &Surroundings, args: &ExportArgs) -> Result<ExitCode, Failure> {
    let lang = here.lang(None);
    let to_stdout = args.out.as_deref() == Some(Path::new("-"));
    check(args, to_stdout, lang)?;
    let mut done: Vec<Exported> = Vec::new();
    let mut refused: Vec<Refused> = Vec::new();
    let mut status = 0;
    for written in &args.articles {
        match one(here, args, written, &done) {
            Ok(Outcome::Exported(exported)) => {
                if !to_stdout && !args.json {
                    print(format!("{}\n", exported.out).as_bytes())?;
                }
                done.push(exported);
            }
            Ok(Outcome::Refused(gates)) => {
                for gate in &gates {
                    eprintln!("copydesk: {}", gate.message);
                }
                status = status.max(1);
                refused.extend(gates);
            }
            Err(failure) => {
                eprintln!("copydesk: {}", failure.sentence);
                status = status.max(failure.status);
            }
        }
    }
    if args.json {
        print(format!("{}\n", as_json(&done, &refused)).as_bytes())?;
    }
    Ok(ExitCode::from(status))
}

/// What became of an article.
enum Outcome {
    Exported(Exported),
    Refused(Vec<Refused>),
}

/// A gate that holds an article back.
struct Refused {
    article: String,
    gate: &'static str,
    message: String,
}

fn one(
    here: &Surroundings,
    args: &ExportArgs,
    written: &Path,
    done: &[Exported],
) -> Result<Outcome, Failure> {
    let lang = here.lang(None);
    let options = ExportOptions {
        format: args.to.into(),
        paper: args.paper.into(),
        columns: args.columns,
        images_beside: args.images == ImagesAt::Beside,
    };
    let named = article::find(here, written, args.desk.as_deref())?;
    let bytes = article::bytes(here, &named)?;
    let decoded =
        text::decode(&bytes).map_err(|reason| Failure::of(&words::not_text(&named.shown, &reason), lang))?;
    let piece = Piece { desk: &named.desk, path: &named.path, text: &decoded.text };
    let out = (args.out.as_deref() != Some(Path::new("-"))).then(|| target(args, &named, &options));
    if let Some(out) = &out
        && done.iter().any(|other| Path::new(&other.out) == std::path::absolute(out).unwrap_or_default())
    {
        let out = out.display();
        return Err(Failure::call(match lang {
            Lang::Fr => format!("Deux articles iraient dans {out}. Exportez-les l’un après l’autre."),
            Lang::En => format!("Two articles would go to {out}. Export them one after the other."),
        }));
    }
    let refused = pass(here, args, &named, &piece)?;
    if !refused.is_empty() {
        return Ok(Outcome::Refused(refused));
    }
    let noisy = std::io::stderr().is_terminal() && !args.json;
    let mut progress = |step: &str| {
        if noisy {
            eprintln!("{}: {}", named.shown, said(step, lang));
        }
    };
    let exported = match out {
        None => {
            let made = export::make(&piece, &options, lang, &mut progress, &|| false)
                .map_err(|problem| Failure::of(&problem, lang))?;
            print(&made.bytes)?;
            export::report(&piece, options.format, "-", &made)
        }
        Some(out) => export::export_text(&piece, &options, &out, lang, &mut progress, &|| false)
            .map_err(|problem| Failure::of(&problem, lang))?,
    };
    for warning in &exported.warnings {
        eprintln!("{}: {warning}", named.shown);
    }
    pin(here, &named, &bytes);
    Ok(Outcome::Exported(exported))
}

/// The gates that hold an article back; none where they are overridden, which is then in its review.
fn pass(
    here: &Surroundings,
    args: &ExportArgs,
    named: &article::Named,
    piece: &Piece<'_>,
) -> Result<Vec<Refused>, Failure> {
    let lang = here.lang(None);
    let records = Records::open(Arc::new(RealFs), &named.desk);
    records.refresh();
    let image = |src: &str| images::read_image(piece.desk, src).ok().map(|image| seal::hash_of(&image.bytes));
    let reviewed = records.of(&named.path);
    let seals = if reviewed.record.sign_offs.is_empty() {
        Vec::new()
    } else {
        let now = seal::text_of(piece.text, piece.path, &image).ok().map(|text| seal::hash(&text));
        gates::broken_seals(&reviewed.record, now.as_deref()).iter().map(|known| known.role.clone()).collect()
    };
    let now = here.clock.now();
    let shut = gates::shut(piece.text, piece.path, now, &seals);
    if let (Some(reason), Some(name), false) = (&args.reason, &args.by, shut.is_empty()) {
        let (store, _) = Store::open(Arc::new(RealFs), &here.data_dir);
        let by = By { name: name.clone(), installation: store.command_line() };
        gates::record(&records, &named.path, &shut, reason, &by, now)
            .map_err(|error| Failure::of(&words::cannot_record(&named.shown, &error), lang))?;
        return Ok(Vec::new());
    }
    let refused = |gate: &Gate| Refused {
        article: named.path.clone(),
        gate: gate.name(),
        message: Failure::of(&gates::refused(&named.shown, std::slice::from_ref(gate)), lang).sentence,
    };
    Ok(shut.iter().map(refused).collect())
}

fn as_json(done: &[Exported], refused: &[Refused]) -> serde_json::Value {
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
    let refused: Vec<_> = refused
        .iter()
        .map(|one| serde_json::json!({ "article": one.article, "gate": one.gate, "message": one.message }))
        .collect();
    serde_json::json!({ "exports": exports, "refused": refused })
}

/// What was exported stays in the history, where the desk has one. An export is not undone by a history that refuses.
fn pin(here: &Surroundings, named: &article::Named, bytes: &[u8]) {
    if let Ok(Some(history)) = article::kept_history(here, named)
        && let Err(problem) = history.pin(&named.path, bytes, "exported")
    {
        eprintln!("{}", problem.words(here.lang(None)).0);
    }
}

/// Calls that cannot mean anything.
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
    // The place is looked at before an article is set for nothing: the folders on the way to a file, or all of it.
    let folders = usize::from(args.articles.len() == 1);
    let above = args.out.iter().filter(|_| !to_stdout).flat_map(|out| out.ancestors().skip(folders));
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
