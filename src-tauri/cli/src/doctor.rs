//! `copydesk doctor`.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use copydesk_desk::doctor::{self, Finding, Report, Weight};
use copydesk_desk::env::Surroundings;
use copydesk_desk::instance;
use copydesk_desk::store::backup::{self, Summary};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::settings::{self, Store};
use copydesk_desk::wire::Lang;

use crate::article;
use crate::call::DoctorArgs;
use crate::export::print;
use crate::words::Failure;

/// Looks the desk over; whether something wrong remains.
pub fn run(here: &Surroundings, args: &DoctorArgs) -> Result<bool, Failure> {
    let lang = here.lang(None);
    let desk = desk(here, args.desk.as_deref())?;
    let local = here.data_dir.join("desks").join(settings::desk_id(&desk));
    if (args.fix || args.restore.is_some()) && instance::is_held(&local) {
        let desk = desk.display();
        return Err(Failure::call(match lang {
            Lang::Fr => format!("Le desk {desk} est ouvert dans une fenêtre. Fermez-la, puis recommencez."),
            Lang::En => format!("The desk {desk} is open in a window. Close it, then try again."),
        }));
    }
    if let Some(to) = &args.backup {
        let kept = backup::write(&RealFs, &local, to).map_err(|error| cannot_back_up(to, &error, lang))?;
        return say_backup(&kept, to, args.json, lang).map(|()| false);
    }
    if let Some(from) = &args.restore {
        let brought =
            backup::restore(&RealFs, from, &local).map_err(|error| cannot_restore(from, &error, lang))?;
        return say_restore(&brought, from, args.json, lang).map(|()| false);
    }
    let report = doctor::examine(&desk, &local, args.fix);
    let text = if args.json { json(&desk, &report, lang) } else { prose(&desk, &report, lang) };
    print(text.as_bytes())?;
    Ok(report.is_wrong())
}

/// `--desk`, else the desk that the current folder lies in.
fn desk(here: &Surroundings, given: Option<&Path>) -> Result<PathBuf, Failure> {
    if let Some(given) = given {
        return article::given_desk(given, here.lang(None));
    }
    let (store, _) = Store::open(Arc::new(RealFs), &here.data_dir);
    let recents = store.recents();
    let known: Vec<&Path> = recents.iter().map(|recent| Path::new(&recent.path)).collect();
    let current = std::env::current_dir().map_err(|error| Failure::fault(error.to_string()))?;
    // As for an article of this folder.
    Ok(settings::desk_of(&current.join("article.md"), &known))
}

fn json(desk: &Path, report: &Report, lang: Lang) -> String {
    let finding = |finding: &Finding| {
        let (message, hint) = finding.problem.words(lang);
        serde_json::json!({
            "code": finding.problem.code,
            "weight": match finding.weight { Weight::Wrong => "wrong", Weight::Remark => "remark" },
            "path": finding.path, "message": message, "hint": hint, "mended": finding.mended,
        })
    };
    let findings: Vec<_> = report.findings.iter().map(finding).collect();
    let report = serde_json::json!({
        "desk": desk, "articles": report.articles, "revisions": report.revisions, "drafts": report.drafts,
        "findings": findings,
    });
    format!("{report}\n")
}

fn prose(desk: &Path, report: &Report, lang: Lang) -> String {
    let (desk, Report { articles, revisions, drafts, .. }) = (desk.display(), report);
    let mut text = match lang {
        Lang::Fr => format!(
            "{desk}\narticles\u{a0}: {articles}, versions\u{a0}: {revisions}, brouillons\u{a0}: {drafts}\n"
        ),
        Lang::En => format!("{desk}\narticles: {articles}, revisions: {revisions}, drafts: {drafts}\n"),
    };
    for finding in &report.findings {
        let (message, hint) = finding.problem.words(lang);
        let mark = match (finding.mended, finding.weight) {
            (true, _) => "✓",
            (false, Weight::Wrong) => "✗",
            (false, Weight::Remark) => "·",
        };
        let hint = match (finding.mended, lang) {
            (false, _) => hint.as_str(),
            (true, Lang::Fr) => "Réparé.",
            (true, Lang::En) => "Mended.",
        };
        text.push_str(&format!("{mark} {message} {hint}\n"));
    }
    if report.findings.is_empty() {
        text.push_str(match lang {
            Lang::Fr => "Tout va bien.\n",
            Lang::En => "All is well.\n",
        });
    }
    text
}

fn say_backup(kept: &Summary, to: &Path, json: bool, lang: Lang) -> Result<(), Failure> {
    let Summary { revisions, drafts, .. } = kept;
    if json {
        let said = serde_json::json!({ "backup": to, "revisions": revisions, "drafts": drafts });
        return print(format!("{said}\n").as_bytes());
    }
    let to = to.display();
    let said = match lang {
        Lang::Fr => format!("{to}\u{a0}: {revisions} versions, {drafts} brouillons, relus.\n"),
        Lang::En => format!("{to}: {revisions} revisions, {drafts} drafts, read back.\n"),
    };
    print(said.as_bytes())
}

fn say_restore(brought: &Summary, from: &Path, json: bool, lang: Lang) -> Result<(), Failure> {
    let Summary { revisions, drafts, replaced, beside } = brought;
    if json {
        let said = serde_json::json!({
            "restored": from, "revisions": revisions, "drafts": drafts, "replaced": replaced, "beside": beside,
        });
        return print(format!("{said}\n").as_bytes());
    }
    let from = from.display();
    let mut said = match lang {
        Lang::Fr => format!("{from}\u{a0}: {revisions} versions et {drafts} brouillons repris.\n"),
        Lang::En => format!("{from}: {revisions} revisions and {drafts} drafts brought back.\n"),
    };
    if let Some(replaced) = replaced.as_ref().map(|file| file.display()) {
        said.push_str(&match lang {
            Lang::Fr => format!("L’historique d’avant est gardé\u{a0}: {replaced}\n"),
            Lang::En => format!("The history from before is kept: {replaced}\n"),
        });
    }
    if *beside > 0 {
        said.push_str(&match lang {
            Lang::Fr => format!("Brouillons qui diffèrent, gardés à côté des vôtres\u{a0}: {beside}\n"),
            Lang::En => format!("Drafts that differ, kept beside yours: {beside}\n"),
        });
    }
    print(said.as_bytes())
}

fn cannot_back_up(to: &Path, error: &io::Error, lang: Lang) -> Failure {
    let to = to.display();
    let exists = error.kind() == io::ErrorKind::AlreadyExists;
    let sentence = match (lang, exists) {
        (Lang::Fr, true) => format!("La sauvegarde {to} existe déjà. Donnez un autre nom."),
        (Lang::En, true) => format!("The backup {to} exists already. Give another name."),
        (Lang::Fr, false) => {
            format!(
                "La sauvegarde {to} n’a pas été écrite ({error}). Choisissez un autre dossier, ou voyez «\u{a0}copydesk doctor\u{a0}»."
            )
        }
        (Lang::En, false) => {
            format!(
                "The backup {to} was not written ({error}). Choose another folder, or see copydesk doctor."
            )
        }
    };
    if exists { Failure::call(sentence) } else { Failure::fault(sentence) }
}

fn cannot_restore(from: &Path, error: &io::Error, lang: Lang) -> Failure {
    let from = from.display();
    Failure::call(match lang {
        Lang::Fr => format!(
            "La sauvegarde {from} n’a pas été reprise ({error}). Rien n’a changé\u{a0}; donnez une sauvegarde entière."
        ),
        Lang::En => {
            format!("The backup {from} was not brought back ({error}). Nothing changed; give a whole backup.")
        }
    })
}
