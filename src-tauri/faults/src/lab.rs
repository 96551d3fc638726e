//! A desk to break: the article, the data folder, the log of what was promised; and the look at what is left.

use std::collections::HashSet;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::rc::Rc;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use copydesk_desk::env::SystemClock;
use copydesk_desk::host::{Host, Silent};
use copydesk_desk::newsroom::{Newsroom, Opening, Person};
use copydesk_desk::store::atomic::{self, Fingerprint, fingerprint};
use copydesk_desk::store::fs::{Fs, RealFs};
use copydesk_desk::store::history::{History, Origin};
use copydesk_desk::store::journal::{Journal, hex};
use copydesk_desk::store::sweep;
use copydesk_desk::wire::{Event, Lang};
use tempfile::TempDir;

use crate::ack::{self, Ack};
use crate::row::Row;
use crate::text::{SIZE, recognise, version};

/// The article of most rows.
pub const ARTICLE: &str = "a.md";

/// A desk, its data folder and its log.
pub struct Lab {
    /// The desk's folder.
    pub desk: PathBuf,
    /// Drafts and history.
    pub local: PathBuf,
    /// What the program promised.
    pub ack: PathBuf,
    folder: Rc<TempDir>,
}

impl Lab {
    /// In memory where there is such a folder: a kill or a failed call does not ask where the bytes lie.
    ///
    /// # Panics
    /// Where no temporary folder can be made.
    #[must_use]
    pub fn new() -> Self {
        let memory = Path::new("/dev/shm");
        let folder = tempfile::tempdir_in(memory).or_else(|_| tempfile::tempdir());
        Self::within(folder.expect("a temporary folder can be made"))
    }

    /// On the disk of the temporary folders.
    ///
    /// # Panics
    /// Where no temporary folder can be made.
    #[must_use]
    pub fn on_disk() -> Self {
        Self::within(tempfile::tempdir().expect("a temporary folder can be made"))
    }

    fn within(folder: TempDir) -> Self {
        let at = |name: &str| folder.path().join(name);
        let (desk, local, ack) = (at("desk"), at("local"), at("ack"));
        for made in [&desk, &local] {
            std::fs::create_dir(made).expect("an empty folder takes another");
        }
        Self { desk, local, ack, folder: Rc::new(folder) }
    }

    /// The same log, beside a desk and a data folder elsewhere.
    #[must_use]
    pub fn moved_to(&self, desk: &Path, local: &Path) -> Self {
        let (ack, folder) = (self.ack.clone(), Rc::clone(&self.folder));
        Self { desk: desk.to_owned(), local: local.to_owned(), ack, folder }
    }

    /// The folder around all of it.
    #[must_use]
    pub fn around(&self) -> &Path {
        self.folder.path()
    }

    /// Everything anew: the article holds version 0, nothing was drafted, recorded or promised.
    ///
    /// # Panics
    /// Where the folders cannot be emptied.
    pub fn reset(&self) {
        for folder in [&self.desk, &self.local] {
            for entry in std::fs::read_dir(folder).expect("the folder is there").flatten() {
                let path = entry.path();
                let is_folder = entry.file_type().is_ok_and(|kind| kind.is_dir());
                let removed =
                    if is_folder { std::fs::remove_dir_all(&path) } else { std::fs::remove_file(&path) };
                // The desk that was open may be about to end: its history takes its own files away.
                let gone = removed.as_ref().is_err_and(|error| error.kind() == ErrorKind::NotFound);
                assert!(gone || removed.is_ok(), "{} cannot be removed: {removed:?}", path.display());
            }
        }
        let _ = std::fs::remove_file(&self.ack);
        std::fs::write(self.desk.join(ARTICLE), old()).expect("the desk takes an article");
    }

    /// The program at a piece of work.
    #[must_use]
    pub fn work(&self, program: &Path, verb: &str, more: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.arg(verb).arg("--desk").arg(&self.desk).arg("--local").arg(&self.local);
        command.arg("--ack").arg(&self.ack).args(more);
        command
    }

    /// What was promised so far.
    #[must_use]
    pub fn acks(&self) -> Vec<Ack> {
        ack::read(&self.ack)
    }

    /// The number of the last step that ended with one of these words; 0 without one.
    #[must_use]
    pub fn last(&self, words: &[&str]) -> usize {
        self.acks().iter().rev().find(|ack| words.contains(&ack.word.as_str())).map_or(0, |ack| ack.number)
    }

    /// The desk, opened anew as the program does at its next start.
    ///
    /// # Panics
    /// Where it does not open.
    #[must_use]
    pub fn open(&self) -> Arc<Newsroom> {
        self.open_on(Arc::new(RealFs))
    }

    /// The same, with every call through another file system.
    ///
    /// # Panics
    /// Where it does not open.
    #[must_use]
    pub fn open_on(&self, fs: Arc<dyn Fs>) -> Arc<Newsroom> {
        open(&self.desk, &self.local, fs).expect("the desk opens")
    }

    /// The desk, and what counts how often its window is told of another list.
    ///
    /// # Panics
    /// Where it does not open.
    #[must_use]
    pub fn open_and_count(&self) -> (Arc<Newsroom>, Arc<Told>) {
        let told = Arc::new(Told::default());
        let host: Arc<dyn Host> = told.clone();
        (open_for(&self.desk, &self.local, Arc::new(RealFs), host).expect("the desk opens"), told)
    }

    /// Whether some bytes are part of what is kept: the article, its revisions, what was put beside the drafts.
    #[must_use]
    pub fn holds(&self, newsroom: &Newsroom, bytes: &[u8]) -> bool {
        let within = |whole: &[u8]| whole.windows(bytes.len()).any(|part| part == bytes);
        let Ok(history) = newsroom.history() else { return false };
        // The newest first: that is where it is, if anywhere.
        let revisions = history.list(ARTICLE).unwrap_or_default();
        std::fs::read(self.desk.join(ARTICLE)).is_ok_and(|whole| within(&whole))
            || revisions.iter().any(|revision| history.content(revision.id).is_ok_and(|whole| within(&whole)))
    }

    /// The history, beside the program.
    ///
    /// # Panics
    /// Where it does not open.
    #[must_use]
    pub fn history(&self) -> History {
        History::open(&self.local.join("history.db"), Arc::new(SystemClock)).expect("history opens")
    }

    /// The drafts, beside the program.
    #[must_use]
    pub fn journal(&self) -> Journal {
        Journal::open(Arc::new(RealFs), self.local.join("drafts"))
    }

    /// What is kept of an article outside of history: on the disk, beside the drafts, in temporary files.
    #[must_use]
    pub fn kept(&self) -> HashSet<Fingerprint> {
        let mut kept = HashSet::new();
        for folder in [self.desk.clone(), self.local.join("kept")] {
            for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
                kept.extend(std::fs::read(entry.path()).ok().map(|bytes| fingerprint(&bytes)));
            }
        }
        kept
    }

    /// Where a trace is written.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.ack.with_file_name("trace")
    }

    /// The sweep that a start does: what an interrupted step left is removed where its bytes are kept elsewhere.
    /// What it had to leave breaks the promise.
    pub fn sweep(&self, row: &mut Row, what: &str) {
        let (history, drafts) = (self.history(), self.journal().list());
        let swept = sweep::sweep(&RealFs, &self.desk, &self.local, &drafts, Some(&history), Duration::ZERO);
        row.left_over += swept.removed;
        let list = |path: &PathBuf| {
            let bytes = std::fs::read(path).unwrap_or_default();
            let text = String::from_utf8_lossy(&bytes);
            let drafted: Vec<_> = drafts.iter().map(|draft| recognise(draft.text.as_bytes())).collect();
            format!(
                "{what}: {} of {} bytes, {:?}, begins {:?}, ends {:?}; article {:?}, drafts {drafted:?}, {} acknowledged",
                path.display(),
                bytes.len(),
                recognise(&bytes),
                text.chars().take(40).collect::<String>(),
                text.chars().rev().take(20).collect::<String>(),
                std::fs::read(self.desk.join(ARTICLE)).ok().and_then(|bytes| recognise(&bytes)),
                self.last(&["saved"]),
            )
        };
        row.unexplained.extend(swept.kept.iter().map(list));
    }

    /// How many revisions [`Lab::old_history`] makes.
    pub const OLD_REVISIONS: usize = 5;

    /// A history of the first schema.
    ///
    /// # Panics
    /// Where it cannot be made.
    pub fn old_history(&self) {
        let history = self.history();
        for number in 1..=Self::OLD_REVISIONS {
            let text = version("nous", number, SIZE);
            history.record(ARTICLE, text.as_bytes(), "Ada", Origin::Save).expect("history records");
        }
        drop(history);
        let database = rusqlite::Connection::open(self.local.join("history.db")).expect("the history opens");
        database
            .execute_batch("DROP TABLE pin; PRAGMA user_version = 1;")
            .expect("the second schema is taken back");
    }

    /// Looks at what a fault left of an article that only this program writes, and notes each broken promise.
    ///
    /// # Panics
    /// Where the desk does not open.
    pub fn judge(&self, row: &mut Row, what: &str) {
        let (saved, begun) = (self.last(&["saved"]), self.last(&["begin"]));
        let bytes = std::fs::read(self.desk.join(ARTICLE)).unwrap_or_default();
        match recognise(&bytes) {
            None => row.torn.push(format!("{what}: {} bytes", bytes.len())),
            Some((_, number)) if number < saved || number > begun => {
                row.lost.push(format!("{what}: the disk holds {number}, {saved} was acknowledged"));
            }
            Some(_) => {}
        }
        self.judge_kept(row, what);
    }

    /// The same of an article that is written in place, a piece of which may be old and a piece new until the next
    /// start: that one shows the new text, and a save makes the file whole.
    ///
    /// # Panics
    /// Where the desk does not open.
    pub fn judge_in_place(&self, row: &mut Row, what: &str) {
        let drafted = self.last(&["begin"]).min(1);
        self.judge_kept(row, what);
        let newsroom = self.open();
        if let Ok((session, _)) = newsroom.open_article(ARTICLE)
            && (session.snapshot().conflict || newsroom.save(ARTICLE).is_err())
        {
            row.lost.push(format!("{what}: {drafted} drafted, a conflict with our own write"));
        }
        let bytes = std::fs::read(self.desk.join(ARTICLE)).unwrap_or_default();
        if recognise(&bytes).is_none() {
            row.torn.push(format!("{what}: {} bytes after the next save", bytes.len()));
        }
    }

    /// History, drafts and leftovers; and what the next start shows.
    ///
    /// # Panics
    /// Where the desk does not open.
    pub fn judge_kept(&self, row: &mut Row, what: &str) {
        let drafted = self.last(&["saved", "drafted"]);
        let history = self.history();
        if let Some(aside) = &history.set_aside {
            row.lost.push(format!("{what}: history was damaged: {aside:?}"));
        }
        for ack in self.acks().iter().filter(|ack| ack.word == "recorded") {
            let whole = version("nous", ack.number, SIZE);
            if !matches!(history.content_of(&fingerprint(whole.as_bytes())), Ok(Some(bytes)) if bytes == whole.as_bytes())
            {
                row.lost.push(format!("{what}: history lacks revision {}", ack.number));
            }
        }
        drop(history);
        self.sweep(row, what);
        // At the next start the person sees what was typed last.
        let newsroom = self.open();
        let shown = newsroom.open_article(ARTICLE).map(|(session, _)| session.snapshot().text());
        match shown.ok().and_then(|text| recognise(text.as_bytes())) {
            Some((_, number)) if number >= drafted => {}
            other => row.lost.push(format!("{what}: {other:?} is shown, {drafted} was typed")),
        }
    }
}

/// A host that counts the updates of the list.
pub struct Told(Mutex<(usize, Instant)>);

impl Default for Told {
    fn default() -> Self {
        Self(Mutex::new((0, Instant::now())))
    }
}

impl Told {
    /// How many there were since the last question, and how long that is ago.
    #[must_use]
    pub fn since_last(&self) -> (usize, Duration) {
        let mut told = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (count, since) = std::mem::replace(&mut *told, (0, Instant::now()));
        (count, since.elapsed())
    }
}

impl Host for Told {
    fn emit(&self, event: Event) {
        if matches!(event, Event::LibraryChanged { .. }) {
            self.0.lock().unwrap_or_else(PoisonError::into_inner).0 += 1;
        }
    }

    fn pick_folder(&self, start: Option<&Path>) -> Option<PathBuf> {
        Silent.pick_folder(start)
    }

    fn pick_file(&self, suggestion: &Path) -> Option<PathBuf> {
        Silent.pick_file(suggestion)
    }

    fn open(&self, target: &str) -> std::io::Result<()> {
        Silent.open(target)
    }
}

impl Default for Lab {
    fn default() -> Self {
        Self::new()
    }
}

/// What the article holds before anything happens to it.
#[must_use]
pub fn old() -> String {
    version("ancien", 0, SIZE)
}

/// Opens a desk as the program does, without a window.
///
/// # Errors
/// In words.
pub fn open(desk: &Path, local: &Path, fs: Arc<dyn Fs>) -> Result<Arc<Newsroom>, String> {
    open_for(desk, local, fs, Arc::new(Silent))
}

fn open_for(
    desk: &Path,
    local: &Path,
    fs: Arc<dyn Fs>,
    host: Arc<dyn Host>,
) -> Result<Arc<Newsroom>, String> {
    Newsroom::open(Opening {
        root: desk.to_owned(),
        local: local.to_owned(),
        fs,
        clock: Arc::new(SystemClock),
        host,
        person: Person { lang: Lang::En, author: "Ada".to_owned(), confirmed: true, former: Vec::new() },
        keep_days: None,
        installation: "0000000000000000".into(),
    })
    .map_err(|problem| problem.to_string())
}

/// The hash of what a path holds, in digits; empty where it cannot be read.
#[must_use]
pub fn hash_of(path: &Path) -> String {
    std::fs::read(path).map(|bytes| hex(&fingerprint(&bytes))).unwrap_or_default()
}

/// Whether a desk holds no temporary file.
#[must_use]
pub fn is_tidy(desk: &Path) -> bool {
    atomic::leftovers(desk).is_empty()
}
