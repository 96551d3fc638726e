//! A desk on a file system that can be told to fail, with a host that notes what the window is told.

use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use copydesk_desk::env::SystemClock;
use copydesk_desk::host::Host;
use copydesk_desk::newsroom::{Newsroom, Opening, Person};
use copydesk_desk::store::fs::{Fs, RealFs, Rename, Stat};
use copydesk_desk::wire::{Event, Lang};

/// Says whether a call of a path goes through.
type Gate = Box<dyn Fn(&str, &Path) -> io::Result<()> + Send + Sync>;

/// The machine's file system behind a gate.
#[derive(Default)]
pub struct Gated(Mutex<Option<Arc<Gate>>>, Mutex<Option<PathBuf>>);

impl Gated {
    pub fn set(&self, gate: impl Fn(&str, &Path) -> io::Result<()> + Send + Sync + 'static) {
        *self.0.lock().unwrap() = Some(Arc::new(Box::new(gate)));
    }

    pub fn open(&self) {
        *self.0.lock().unwrap() = None;
    }

    /// What is held from here on is this instead: a pipe that nobody writes to blocks its reader.
    pub fn hang_what_is_held(&self, instead: &Path) {
        *self.1.lock().unwrap() = Some(instead.to_owned());
    }

    fn pass(&self, call: &str, path: &Path) -> io::Result<()> {
        let gate = self.0.lock().unwrap().clone();
        gate.map_or(Ok(()), |gate| gate(call, path))
    }
}

impl Fs for Gated {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.pass("read", path)?;
        RealFs.read(path)
    }

    fn hold(&self, path: &Path) -> io::Result<File> {
        self.pass("hold", path)?;
        let instead = self.1.lock().unwrap().clone();
        RealFs.hold(instead.as_deref().unwrap_or(path))
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        self.pass("stat", path)?;
        RealFs.stat(path)
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        self.pass("real_path", path)?;
        RealFs.real_path(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8], like: Option<&Path>) -> io::Result<()> {
        self.pass("write_new", path)?;
        RealFs.write_new(path, bytes, like)
    }

    fn write_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.pass("write_in_place", path)?;
        RealFs.write_in_place(path, bytes)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        self.pass("append", path)?;
        RealFs.append(path, bytes)
    }

    fn rename(&self, from: &Path, to: &Path, how: Rename) -> io::Result<()> {
        self.pass("rename", to)?;
        RealFs.rename(from, to, how)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        self.pass("remove", path)?;
        RealFs.remove(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        self.pass("sync_folder", path)?;
        RealFs.sync_folder(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        self.pass("make_folder", path)?;
        RealFs.make_folder(path)
    }

    fn may_write(&self, path: &Path) -> bool {
        self.pass("may_write", path).is_ok() && RealFs.may_write(path)
    }
}

/// What the window was told.
#[derive(Default)]
pub struct Notes(pub Mutex<Vec<Event>>);

impl Host for Notes {
    fn emit(&self, event: Event) {
        self.0.lock().unwrap().push(event);
    }

    fn pick_folder(&self, _start: Option<&Path>) -> Option<PathBuf> {
        None
    }

    fn pick_file(&self, _suggestion: &Path) -> Option<PathBuf> {
        None
    }

    fn open(&self, _target: &str) -> io::Result<()> {
        Ok(())
    }
}

pub struct Room {
    pub folder: tempfile::TempDir,
    pub fs: Arc<Gated>,
    pub notes: Arc<Notes>,
    pub newsroom: Arc<Newsroom>,
}

impl Room {
    pub fn with(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().unwrap();
        std::fs::create_dir(folder.path().join("desk")).unwrap();
        for (path, text) in files {
            std::fs::write(folder.path().join("desk").join(path), text).unwrap();
        }
        Self::on(folder)
    }

    fn on(folder: tempfile::TempDir) -> Self {
        let (fs, notes) = (Arc::new(Gated::default()), Arc::new(Notes::default()));
        let newsroom = open(folder.path(), Arc::clone(&fs) as _, Arc::clone(&notes) as _);
        Self { folder, fs, notes, newsroom }
    }

    /// The program ends without a word, and starts again.
    pub fn restart(self) -> Self {
        self.restart_after(|_| {})
    }

    /// The same, with something done meanwhile.
    pub fn restart_after(self, meanwhile: impl FnOnce(&Path)) -> Self {
        let Self { folder, newsroom, .. } = self;
        drop(newsroom);
        meanwhile(&folder.path().join("desk"));
        Self::on(folder)
    }

    /// Another window on the same desk.
    pub fn another(&self) -> Arc<Newsroom> {
        open(self.folder.path(), Arc::new(RealFs), Arc::new(Notes::default()))
    }

    pub fn file(&self, path: &str) -> PathBuf {
        self.folder.path().join("desk").join(path)
    }

    pub fn disk(&self, path: &str) -> String {
        std::fs::read_to_string(self.file(path)).unwrap()
    }

    pub fn text(&self, path: &str) -> String {
        self.newsroom.open_article(path).unwrap().0.snapshot().text()
    }

    /// Types a whole text, and waits for its draft.
    pub fn type_text(&self, path: &str, text: &str) {
        type_in(&self.newsroom, path, text);
    }

    /// The texts of an article's revisions, oldest first, with their origins.
    pub fn revisions(&self, path: &str) -> Vec<(String, String)> {
        revisions(&self.newsroom, path)
    }

    pub fn holds(&self, path: &str, text: &str) -> bool {
        self.revisions(path).iter().any(|(_, held)| held == text)
    }

    pub fn codes(&self) -> Vec<String> {
        let events = self.notes.0.lock().unwrap();
        let codes = events.iter().filter_map(|event| match event {
            Event::Notice { problem } => Some(problem.code.clone()),
            _ => None,
        });
        codes.collect()
    }

    pub fn drafts(&self) -> PathBuf {
        self.folder.path().join("local/drafts")
    }

    /// Its list, its watch and its history are there.
    pub fn started(self) -> Self {
        self.newsroom.start();
        wait("the list", || self.newsroom.library.is_complete());
        self
    }
}

fn open(folder: &Path, fs: Arc<dyn Fs>, host: Arc<dyn Host>) -> Arc<Newsroom> {
    Newsroom::open(Opening {
        root: folder.join("desk"),
        local: folder.join("local"),
        fs,
        clock: Arc::new(SystemClock),
        host,
        person: Person { lang: Lang::En, author: "Ada".to_owned(), confirmed: true, former: Vec::new() },
        keep_days: None,
        installation: "0000000000000000".into(),
    })
    .unwrap()
}

pub fn type_in(newsroom: &Newsroom, path: &str, text: &str) {
    let (session, _) = newsroom.open_article(path).unwrap();
    assert!(session.adopt(session.snapshot().edition, text));
    newsroom.write_due_drafts(Instant::now(), true);
}

pub fn revisions(newsroom: &Newsroom, path: &str) -> Vec<(String, String)> {
    let history = newsroom.history().unwrap();
    let list = history.list(path).unwrap();
    let text = |id| String::from_utf8(history.content(id).unwrap()).unwrap();
    list.into_iter().rev().map(|revision| (revision.origin, text(revision.id))).collect()
}

/// Waits for something that has to happen.
pub fn wait(what: &str, mut happened: impl FnMut() -> bool) {
    let end = Instant::now() + Duration::from_secs(20);
    while !happened() {
        assert!(Instant::now() < end, "{what} did not come");
        std::thread::sleep(Duration::from_millis(5));
    }
}
