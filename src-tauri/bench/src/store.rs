//! What safety costs: a save beside the barest one that outlives a power cut, and the history beside git's.

use std::error::Error;
use std::fs::{self, File};
use std::io::Write;
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Instant;

use copydesk_desk::env::SystemClock;
use copydesk_desk::host::Silent;
use copydesk_desk::newsroom::{Newsroom, Opening, Person};
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::history::{History, Origin};
use copydesk_desk::wire::Lang;

use crate::copy;
use crate::table::{Figure, Table};

/// Words of an article of about 10 KB.
const WORDS: usize = 1_600;
/// Saves of each kind.
const SAVES: usize = 200;
/// Revisions of one article.
const REVISIONS: usize = 10_000;

/// Measures in a folder, which should be on the disk that articles lie on.
///
/// # Errors
/// The disk or git refused.
pub fn measure(work: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let folder = work.join("store");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder)?;
    saves(&folder, table)?;
    history(&folder, table)
}

/// The whole way of a save, with its draft and its revision, and the bare steps with the same bytes, in turns.
fn saves(folder: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let (desk, bare) = (folder.join("desk"), folder.join("bare"));
    fs::create_dir_all(&desk)?;
    fs::create_dir_all(&bare)?;
    let mut revisions = Revisions::new();
    fs::write(desk.join("a.md"), revisions.text())?;
    fs::write(bare.join("a.md"), revisions.text())?;
    let newsroom = Newsroom::open(Opening {
        root: desk,
        local: folder.join("local"),
        fs: Arc::new(RealFs),
        clock: Arc::new(SystemClock),
        host: Arc::new(Silent),
        person: Person { lang: Lang::En, author: "Ada".to_owned(), confirmed: true, former: Vec::new() },
        keep_days: None,
        installation: "bench".to_owned(),
    })?;
    let (session, _) = newsroom.open_article("a.md")?;
    newsroom.history()?;
    let (mut after_a_pause, mut at_once, mut theirs) =
        (Figure::default(), Figure::default(), Figure::default());
    for number in 0..2 * SAVES {
        revisions.edit();
        let edition = session.snapshot().edition;
        session.adopt(edition, &revisions.text());
        // A save by itself comes after a rest of a second, and a draft after a quarter of one.
        let ours = if number % 2 == 0 {
            newsroom.write_due_drafts(Instant::now(), true);
            &mut after_a_pause
        } else {
            &mut at_once
        };
        let start = Instant::now();
        newsroom.save("a.md")?;
        ours.add_time(start.elapsed());
        let bytes = revisions.text().into_bytes();
        let start = Instant::now();
        save_bare(&bare, &bytes)?;
        theirs.add_time(start.elapsed());
    }
    let bare = "write, fsync, rename, fsync";
    table.compare("save, 10 KB, with its revision, after a pause", "ms", &after_a_pause, bare, &theirs, 3.0);
    table.compare("save, 10 KB, with its revision and draft, at once", "ms", &at_once, bare, &theirs, 3.0);
    Ok(())
}

fn save_bare(folder: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temp = folder.join("temp");
    let mut file = File::create(&temp)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    fs::rename(&temp, folder.join("a.md"))?;
    File::open(folder)?.sync_all()
}

/// The same revisions in our history and in git, packed.
fn history(folder: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let file = folder.join("history.db");
    let repository = folder.join("git");
    let git = |args: &[&str]| {
        let mut command = Command::new("git");
        command.arg("-C").arg(&repository).args(args);
        command
    };
    fs::create_dir_all(&repository)?;
    git(&["init", "-q"]).status()?;
    let mut import = git(&["fast-import", "--quiet"]).stdin(Stdio::piped()).spawn()?;
    let mut stream = import.stdin.take().ok_or("no pipe to git")?;
    let mut revisions = Revisions::new();
    let history = History::open(&file, Arc::new(SystemClock))?;
    let mut ids = Vec::with_capacity(REVISIONS);
    let start = Instant::now();
    for number in 0..REVISIONS {
        revisions.edit();
        let text = revisions.text();
        ids.extend(history.record("a.md", text.as_bytes(), "Ada", Origin::Save)?);
        let message = "save";
        write!(
            stream,
            "commit refs/heads/main\ncommitter Ada <ada@example.org> {} +0000\ndata {}\n{message}\nM 100644 inline a.md\ndata {}\n{text}\n",
            1_700_000_000 + number * 60,
            message.len(),
            text.len(),
        )?;
    }
    let recording = start.elapsed();
    drop(stream);
    import.wait()?;
    git(&["gc", "--quiet"]).status()?;
    let mut shown = Figure::default();
    for at in 0..1_000 {
        let id = ids[at * 7919 % ids.len()];
        let start = Instant::now();
        std::hint::black_box(history.content(id)?);
        shown.add_time(start.elapsed());
    }
    // Closing writes the log back into the database.
    drop(history);
    let (mut ours, mut theirs) = (Figure::default(), Figure::default());
    ours.add(kilobytes(&file));
    theirs.add(size_below(&repository.join(".git/objects")));
    table.compare("history, 10,000 revisions of 10 KB", "KB", &ours, "git gc", &theirs, 1.5);
    table.state("a revision of these, shown: slowest of 1,000", "ms", shown.quantile(1.0), Some(5.0));
    let each = recording.as_secs_f64() * 1000.0 / f64::from(u32::try_from(REVISIONS)?);
    table.state("a revision recorded, with its sync", "ms", each, None);
    Ok(())
}

fn kilobytes(file: &Path) -> f64 {
    #[allow(clippy::cast_precision_loss, reason = "a file's size")]
    let size = fs::metadata(file).map_or(0, |metadata| metadata.len()) as f64;
    size / 1024.0
}

fn size_below(folder: &Path) -> f64 {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| if entry.path().is_dir() { size_below(&entry.path()) } else { kilobytes(&entry.path()) })
        .sum()
}

/// An article under work: each save has a few words more, fewer or others than the one before.
struct Revisions {
    words: Vec<String>,
    dice: u64,
}

impl Revisions {
    fn new() -> Self {
        let words = copy::article(WORDS).split(' ').map(str::to_owned).collect();
        Self { words, dice: 1 }
    }

    fn roll(&mut self, sides: usize) -> usize {
        // Numerical Recipes' generator: the same edits on every machine.
        self.dice = self.dice.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.dice >> 33).unwrap_or(0) % sides
    }

    fn edit(&mut self) {
        for _ in 0..=self.roll(3) {
            let at = self.roll(self.words.len());
            match self.roll(3) {
                0 if self.words.len() > WORDS / 2 => {
                    self.words.remove(at);
                }
                1 => {
                    let word = format!("mot{}", self.roll(5_000));
                    self.words.insert(at, word);
                }
                _ => self.words[at] = format!("terme{}", self.roll(5_000)),
            }
        }
    }

    fn text(&self) -> String {
        self.words.join(" ")
    }
}
