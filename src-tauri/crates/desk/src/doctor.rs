//! Looks a desk over: its articles, its folder, the watch, the history, the drafts, and what interrupted work left
//! behind. Reads everything, changes nothing unless it is told to, and then only what loses nothing.

use std::cell::OnceCell;
use std::collections::HashSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use copydesk_core::front::{self, Front};
use copydesk_core::text;

use crate::error::Problem;
use crate::library::Library;
use crate::store::atomic::{self, Fingerprint, ReadError, fingerprint};
use crate::store::fs::{Fs, RealFs};
use crate::store::history::{History, State, kept};
use crate::store::journal::Journal;
use crate::store::record::Records;
use crate::store::sweep::{self, Leftover};
use crate::words;

/// Less room than this is worth a word, bytes.
const LITTLE_ROOM: u64 = 100 * 1024 * 1024;

/// How much a finding matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Weight {
    /// Something is wrong.
    Wrong,
    /// Good to know; nothing has to be done.
    Remark,
}

/// One thing that the doctor found.
#[derive(Clone, Debug)]
pub struct Finding {
    /// How much it matters.
    pub weight: Weight,
    /// What, on which file, and the way out; its code is stable.
    pub problem: Problem,
    /// Relative to the desk where it is in the desk.
    pub path: Option<PathBuf>,
    /// It was mended just now.
    pub mended: bool,
}

/// What the doctor saw.
#[derive(Clone, Debug, Default)]
pub struct Report {
    /// Articles of the desk.
    pub articles: usize,
    /// Revisions in its history.
    pub revisions: usize,
    /// Drafts that wait.
    pub drafts: usize,
    /// What is wrong or worth a word, in the order of the search.
    pub findings: Vec<Finding>,
}

impl Report {
    /// Something is wrong that was not mended.
    #[must_use]
    pub fn is_wrong(&self) -> bool {
        self.findings.iter().any(|finding| finding.weight == Weight::Wrong && !finding.mended)
    }

    fn add(&mut self, weight: Weight, path: Option<&Path>, problem: Problem) -> &mut Finding {
        let path = path.map(Path::to_owned);
        self.findings.push(Finding { weight, problem, path, mended: false });
        self.findings.last_mut().expect("just pushed")
    }
}

/// Examines the desk in a folder; `local` is where this machine keeps what belongs to it. With `mend`, what is safe to
/// mend is mended: a damaged history is rebuilt from what can be read, leftovers whose bytes are safe elsewhere go.
#[must_use]
pub fn examine(root: &Path, local: &Path, mend: bool) -> Report {
    let mut report = Report::default();
    let library = Library::new(root.to_owned());
    library.scan(&|| {});
    articles(root, &library, &mut report);
    room(root, local, &mut report);
    watches(root, &mut report);
    // The history before the leftovers: these may go only if it holds their bytes.
    history(local, mend, &mut report);
    drafts(root, local, &mut report);
    kept_aside(local, &mut report);
    reviews(root, &library, &mut report);
    leftovers(root, local, &library, mend, &mut report);
    report
}

fn articles(root: &Path, library: &Library, report: &mut Report) {
    let paths = library.paths();
    report.articles = paths.len();
    for path in &paths {
        let file = library.file(path).unwrap_or_else(|| root.join(path));
        let real = file.strip_prefix(root).unwrap_or(Path::new(path)).to_string_lossy().into_owned();
        let on_disk = match atomic::read(&RealFs, root, &real) {
            Ok(on_disk) => on_disk,
            Err(ReadError::NotFound) => continue,
            Err(error) => {
                report.add(Weight::Wrong, Some(Path::new(path)), words::cannot_read(path, &error));
                continue;
            }
        };
        if let Some(refusal) = &on_disk.refused {
            report.add(Weight::Remark, Some(Path::new(path)), words::refused(path, refusal));
        }
        match text::decode(&on_disk.bytes) {
            Err(reason) => {
                report.add(Weight::Wrong, Some(Path::new(path)), words::not_text(path, &reason));
            }
            Ok(decoded) => {
                if let Front::Broken { line, message } = front::read(front::split(&decoded.text).0) {
                    report.add(Weight::Wrong, Some(Path::new(path)), broken_front(path, line, &message));
                }
            }
        }
    }
}

#[cfg(unix)]
fn room(root: &Path, local: &Path, report: &mut Report) {
    for folder in [root, local] {
        let Some(there) = folder.ancestors().find(|folder| folder.is_dir()) else { continue };
        let Ok(room) = rustix::fs::statvfs(there) else { continue };
        let free = room.f_bavail.saturating_mul(room.f_frsize);
        if free < LITTLE_ROOM {
            report.add(Weight::Wrong, Some(there), little_room(there, free));
        }
    }
}

#[cfg(not(unix))]
fn room(_: &Path, _: &Path, _: &mut Report) {}

/// Each watched folder takes one of the system's watches (inotify(7)).
fn watches(root: &Path, report: &mut Report) {
    let Some(limit) = fs::read_to_string("/proc/sys/fs/inotify/max_user_watches")
        .ok()
        .and_then(|text| text.trim().parse::<usize>().ok())
    else {
        return;
    };
    let folders = folders(root).len();
    if folders >= limit {
        report.add(Weight::Wrong, None, few_watches(folders, limit));
    }
}

/// The folders of a desk, itself included. Links are not followed.
fn folders(root: &Path) -> Vec<PathBuf> {
    let mut found = vec![root.to_owned()];
    let mut at = 0;
    while at < found.len() {
        for entry in fs::read_dir(&found[at]).into_iter().flatten().flatten() {
            if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                found.push(entry.path());
            }
        }
        at += 1;
    }
    found
}

fn history(local: &Path, mend: bool, report: &mut Report) {
    let file = local.join("history.db");
    match History::inspect(&file) {
        State::Absent => {}
        State::Sound { revisions, older } => {
            report.revisions = revisions;
            if older {
                report.add(Weight::Remark, Some(&file), older_history(&file));
            }
        }
        State::Refused(problem) => {
            report.add(Weight::Wrong, Some(&file), problem);
        }
        State::Damaged(why) => {
            let finding = report.add(Weight::Wrong, Some(&file), damaged(&file, &why));
            if !mend {
                return;
            }
            match History::rebuild(&file) {
                Ok(aside) => {
                    finding.mended = true;
                    report.revisions = aside.recovered;
                    report.add(Weight::Remark, Some(&aside.file), words::history_set_aside(&aside));
                }
                Err(problem) => {
                    report.add(Weight::Wrong, Some(&file), problem);
                }
            }
        }
    }
}

fn drafts(root: &Path, local: &Path, report: &mut Report) {
    let folder = local.join("drafts");
    let drafts = Journal::open(Arc::new(RealFs), folder.clone()).list();
    report.drafts = drafts.len();
    for draft in &drafts {
        if !root.join(&draft.path).exists() {
            report.add(Weight::Remark, Some(Path::new(&draft.path)), lone_draft(&draft.path));
        }
    }
    for entry in fs::read_dir(&folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.extension().is_some_and(|ending| ending == "damaged" || ending == "from-backup") {
            report.add(Weight::Remark, Some(&path), set_aside_draft(&path));
        }
    }
}

/// What was kept beside the drafts while there was no history to take it.
fn kept_aside(local: &Path, report: &mut Report) {
    let folder = local.join("kept");
    let kept = kept(&RealFs, &folder);
    if !kept.is_empty() {
        report.add(Weight::Remark, Some(&folder), kept_beside(kept.len(), &folder));
    }
}

/// Reviews of articles that are gone, and lines of a record that say nothing any more. Neither is ever removed.
fn reviews(root: &Path, library: &Library, report: &mut Report) {
    let records = Records::open(Arc::new(RealFs), root);
    records.refresh();
    for path in records.articles() {
        if library.file(&path).is_none_or(|file| !file.exists()) {
            let folders = records.folders_of(&path).join(", ");
            report.add(Weight::Remark, Some(Path::new(&path)), lone_review(&path, &folders));
        }
        for trouble in &records.of(&path).troubles {
            report.add(Weight::Remark, Some(Path::new(&trouble.file)), words::review_trouble(trouble));
        }
    }
}

/// Temporary files of interrupted saves, in the desk and in the local folder.
fn leftovers(root: &Path, local: &Path, library: &Library, mend: bool, report: &mut Report) {
    let safe = OnceCell::new();
    let drafts = Journal::open(Arc::new(RealFs), local.join("drafts")).list();
    let history = OnceCell::new();
    let known = |bytes: &[u8]| {
        sweep::is_kept(&drafts, history.get_or_init(|| open_history(local)).as_ref(), bytes)
            || safe.get_or_init(|| safe_in_articles(root, library)).contains(&fingerprint(bytes))
    };
    let mut found = sweep::find(&RealFs, root, &known, Duration::ZERO);
    found.extend(sweep::find(&RealFs, local, &|_| true, Duration::ZERO));
    for Leftover { path, spare } in found {
        let shown = path.strip_prefix(root).unwrap_or(&path).to_owned();
        let weight = if spare { Weight::Remark } else { Weight::Wrong };
        let finding = report.add(weight, Some(&shown), words::leftover(&shown, spare));
        if mend && spare {
            finding.mended = RealFs.remove(&path).is_ok();
        }
    }
}

fn kept_beside(count: usize, folder: &Path) -> Problem {
    let folder = folder.display();
    Problem::new(
        "kept_beside",
        (
            format!("{count} version(s) attendent dans {folder} : l’historique n’avait pas pu les prendre."),
            "Elles y entreront à la prochaine ouverture du desk où il le pourra.",
        ),
        (
            format!("{count} version(s) wait in {folder}: the history could not take them."),
            "They will enter it when the desk is opened next and it can.",
        ),
    )
}

fn older_history(file: &Path) -> Problem {
    let file = file.display();
    Problem::new(
        "history_older",
        (
            format!("L’historique {file} vient d’une version plus ancienne de Copydesk."),
            "Rien à faire\u{a0}: il sera mis à jour à la prochaine ouverture du desk.",
        ),
        (
            format!("The history {file} comes from an earlier version of Copydesk."),
            "Nothing to do: it is brought up to date when the desk is opened next.",
        ),
    )
}

fn open_history(local: &Path) -> Option<History> {
    let file = local.join("history.db");
    // Opening an older one would change it.
    matches!(History::inspect(&file), State::Sound { older: false, .. })
        .then(|| History::open(&file, Arc::new(crate::env::SystemClock)).ok())
        .flatten()
}

/// What the articles hold.
fn safe_in_articles(root: &Path, library: &Library) -> HashSet<Fingerprint> {
    let files =
        library.paths().into_iter().map(|path| library.file(&path).unwrap_or_else(|| root.join(path)));
    files.filter_map(|file| fs::read(file).ok().map(|bytes| fingerprint(&bytes))).collect()
}

fn broken_front(path: &str, line: usize, message: &str) -> Problem {
    Problem::new(
        "front_broken",
        (
            format!("L’en-tête de {path} n’est pas lisible à la ligne {line} ({message})."),
            "Corrigez cette ligne ; le texte n’est pas touché.",
        ),
        (
            format!("The front matter of {path} cannot be read at line {line} ({message})."),
            "Mend that line; the text is not touched.",
        ),
    )
}

fn little_room(folder: &Path, free: u64) -> Problem {
    let (folder, free) = (folder.display(), free / 1024 / 1024);
    Problem::new(
        "little_room",
        (
            format!("Il ne reste que {free} Mo pour {folder}."),
            "Faites de la place : sans elle, un enregistrement échoue et le texte reste en brouillon.",
        ),
        (
            format!("Only {free} MB are left for {folder}."),
            "Make room: without it a save fails and the text stays a draft.",
        ),
    )
}

fn few_watches(folders: usize, limit: usize) -> Problem {
    Problem::new(
        "few_watches",
        (
            format!("Le desk a {folders} dossiers et le système n’en surveille que {limit}."),
            "Les changements sont alors cherchés par relevés. Augmentez fs.inotify.max_user_watches.",
        ),
        (
            format!("The desk has {folders} folders and the system watches no more than {limit}."),
            "Changes are then looked for in turns. Raise fs.inotify.max_user_watches.",
        ),
    )
}

fn damaged(file: &Path, why: &str) -> Problem {
    let file = file.display();
    Problem::new(
        "history_damaged",
        (
            format!("L’historique {file} est endommagé ({why})."),
            "Avec --fix, il est gardé sous un autre nom et ce qui se lit encore est repris.",
        ),
        (
            format!("The history {file} is damaged ({why})."),
            "With --fix it is kept under another name, and what can still be read is brought over.",
        ),
    )
}

fn lone_draft(path: &str) -> Problem {
    Problem::new(
        "lone_draft",
        (
            format!("Un brouillon attend pour {path}, qui n’existe plus."),
            "Ouvrez-le dans la fenêtre pour l’enregistrer ou l’abandonner.",
        ),
        (
            format!("A draft waits for {path}, which is gone."),
            "Open it in the window to save it or to let it go.",
        ),
    )
}

fn lone_review(path: &str, folders: &str) -> Problem {
    Problem::new(
        "lone_review",
        (
            format!("La relecture de {path} n’a plus d’article (dossier {folders})."),
            "Elle revient avec l’article, s’il reprend ce chemin\u{a0}; sinon le dossier peut être effacé.",
        ),
        (
            format!("The review of {path} has no article any more (folder {folders})."),
            "It comes back with the article at that path; otherwise the folder can be deleted.",
        ),
    )
}

fn set_aside_draft(path: &Path) -> Problem {
    let path = path.display();
    Problem::new(
        "draft_set_aside",
        (
            format!("Le brouillon {path} a été mis de côté."),
            "Lisez-le avec un éditeur de texte avant de l’effacer.",
        ),
        (format!("The draft {path} was set aside."), "Read it with a text editor before you delete it."),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::history::Origin;

    struct Desk {
        folder: tempfile::TempDir,
    }

    impl Desk {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            fs::create_dir_all(folder.path().join("desk/ville")).unwrap();
            fs::create_dir_all(folder.path().join("local/drafts")).unwrap();
            fs::write(folder.path().join("desk/a.md"), "Un mot.\n").unwrap();
            Self { folder }
        }

        fn path(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }

        fn look(&self, mend: bool) -> Report {
            examine(&self.path("desk"), &self.path("local"), mend)
        }

        fn codes(&self) -> Vec<&'static str> {
            self.look(false).findings.iter().map(|finding| finding.problem.code).collect()
        }
    }

    #[test]
    fn a_sound_desk_has_nothing() {
        let desk = Desk::new();
        let report = desk.look(false);
        assert!(report.findings.is_empty() && !report.is_wrong(), "{report:?}");
        assert_eq!(report.articles, 1);
    }

    #[test]
    fn versions_that_wait_for_the_history_are_named() {
        let desk = Desk::new();
        let kept = desk.path("local/kept");
        crate::store::history::keep_aside(&RealFs, &kept, "a.md", b"Un mot.").unwrap();
        assert_eq!(desk.codes(), ["kept_beside"]);
    }

    #[test]
    fn what_is_wrong_with_articles_is_named() {
        let desk = Desk::new();
        fs::write(desk.path("desk/latin.md"), b"caf\xe9").unwrap();
        fs::write(desk.path("desk/ville/front.md"), "---\ntitle: [\n---\nx\n").unwrap();
        let codes = desk.codes();
        assert_eq!(codes, ["not_text", "front_broken"]);
        assert!(desk.look(false).is_wrong());
    }

    #[test]
    fn leftovers_go_only_if_their_bytes_are_safe() {
        let desk = Desk::new();
        let temp = |name: &str| desk.path(&format!("desk/ville/.copydesk-{name}.tmp"));
        let one = atomic::leftovers(&desk.path("desk/ville"));
        assert!(one.is_empty());
        fs::write(temp("1-1"), "Un mot.\n").unwrap();
        fs::write(temp("2-2"), "Nulle part ailleurs.\n").unwrap();
        assert_eq!(atomic::leftovers(&desk.path("desk/ville")).len(), 2, "named as saves name theirs");
        assert_eq!(desk.codes(), ["leftover", "leftover"]);
        let report = desk.look(true);
        assert!(report.is_wrong());
        assert!(!temp("1-1").exists() && temp("2-2").exists());
    }

    #[test]
    fn a_review_without_its_article_and_a_torn_record_are_named() {
        let desk = Desk::new();
        let by = copydesk_core::review::By { name: "Ada".into(), installation: "00".into() };
        let records = Records::open(Arc::new(RealFs), &desk.path("desk"));
        for path in ["a.md", "partie.md"] {
            let kind = copydesk_core::review::Kind::Stage { stage: "review".into(), reason: String::new() };
            records.append(path, &by, jiff::Timestamp::UNIX_EPOCH, vec![kind]).unwrap();
        }
        assert_eq!(desk.codes(), ["lone_review"]);
        let file = desk.path("desk").join(&records.folders_of("a.md")[0]).join("ada-00.jsonl");
        let mut bytes = fs::read(&file).unwrap();
        bytes.truncate(bytes.len() - 9);
        fs::write(&file, bytes).unwrap();
        assert_eq!(desk.codes(), ["review_trouble", "lone_review"]);
        assert!(!desk.look(true).is_wrong());
        assert!(file.exists());
    }

    #[test]
    fn a_damaged_history_is_rebuilt_only_when_told() {
        let desk = Desk::new();
        let file = desk.path("local/history.db");
        History::open(&file, Arc::new(crate::env::SystemClock))
            .unwrap()
            .record("a.md", b"Un mot.\n", "Ada", Origin::Save)
            .unwrap();
        fs::write(&file, "not a database at all, but words").unwrap();
        let _ = fs::remove_file(desk.path("local/history.db-wal"));
        assert_eq!(desk.codes(), ["history_damaged"]);
        assert_eq!(fs::read(&file).unwrap(), b"not a database at all, but words");
        let report = desk.look(true);
        assert!(!report.is_wrong(), "{report:?}");
        assert!(matches!(History::inspect(&file), State::Sound { .. }));
        assert!(desk.codes().is_empty());
    }

    #[test]
    fn a_history_of_an_older_program_is_named_and_left_as_it_is() {
        let desk = Desk::new();
        let file = desk.path("local/history.db");
        drop(History::open(&file, Arc::new(crate::env::SystemClock)).unwrap());
        let older = |database: &rusqlite::Connection| {
            database.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        let database = rusqlite::Connection::open(&file).unwrap();
        database.execute_batch("DROP TABLE pin; PRAGMA user_version = 1;").unwrap();
        assert_eq!(desk.codes(), ["history_older"]);
        assert!(!desk.look(true).is_wrong());
        assert_eq!(older(&database), 1);
    }

    #[test]
    fn a_draft_without_its_article_is_remarked() {
        let desk = Desk::new();
        fs::write(desk.path("local/drafts/x.damaged"), "x").unwrap();
        assert_eq!(desk.codes(), ["draft_set_aside"]);
        assert!(!desk.look(false).is_wrong());
    }
}
