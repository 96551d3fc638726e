//! The watch and the list together against real folders, real programs and a kernel that loses reports.
//!
//! The figures of the reliability table come from the long form: `COPYDESK_TORTURE=1`.

#![cfg(target_os = "linux")]

use std::collections::BTreeMap;
use std::fs::{self, File};
use std::io::Write;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::{Arc, Mutex};
use std::thread;
use std::time::{Duration, Instant, SystemTime};

use copydesk_desk::library::{Change, Library};
use copydesk_desk::watch::{Habits, Hint, Watch};
use copydesk_desk::wire::WatchState;
use rustix::fs::FlockOperation;
use xxhash_rust::xxh3::xxh3_128;

/// A list comes to equal the disk, whatever happened; a test gives up after this time.
const EQUAL: Duration = Duration::from_secs(60);
/// A single change is told; a test gives up after this time.
const SOON: Duration = Duration::from_secs(20);

/// What a desk was told.
#[derive(Clone, Debug, PartialEq)]
enum News {
    Paths,
    Rescan,
    State(WatchState),
    /// A change, with the size that the list gave the article then.
    Change(Change, u64),
}

/// A desk that is watched as the application does it.
struct Desk {
    root: PathBuf,
    library: Arc<Library>,
    news: Arc<Mutex<Vec<News>>>,
    watch: Watch,
    folder: tempfile::TempDir,
}

impl Desk {
    fn watched(folder: tempfile::TempDir, habits: Habits) -> Self {
        let root = folder.path().canonicalize().unwrap().join("desk");
        fs::create_dir_all(&root).unwrap();
        let library = Arc::new(Library::new(root.clone()));
        let news: Arc<Mutex<Vec<News>>> = Arc::default();
        let sink = {
            let (library, news) = (Arc::clone(&library), Arc::clone(&news));
            move |hint| -> Vec<PathBuf> {
                let mut all = Vec::new();
                let changes = match hint {
                    Hint::State(state) => {
                        all.push(News::State(state));
                        Vec::new()
                    }
                    Hint::Paths(paths) => {
                        all.push(News::Paths);
                        library.refresh(&paths)
                    }
                    Hint::Rescan(folder) => {
                        all.push(News::Rescan);
                        library.rescan(&folder)
                    }
                };
                all.extend(changes.into_iter().map(|change| {
                    let (Change::Created { path }
                    | Change::Changed { path }
                    | Change::Removed { path }
                    | Change::Renamed { to: path, .. }) = &change;
                    let size = library.get(path).map_or(0, |entry| entry.size);
                    News::Change(change, size)
                }));
                news.lock().unwrap().extend(all);
                library.doubts()
            }
        };
        let watch = Watch::start_with(root.clone(), habits, Box::new(sink));
        library.scan(&|| {});
        Self { root, library, news, watch, folder }
    }

    fn with(files: &[(&str, &str)]) -> Self {
        Self::with_habits(files, Habits::default())
    }

    fn with_habits(files: &[(&str, &str)], habits: Habits) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let root = folder.path().join("desk");
        fs::create_dir(&root).unwrap();
        for (path, text) in files {
            fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
            fs::write(root.join(path), text).unwrap();
        }
        Self::watched(folder, habits)
    }

    fn file(&self, path: &str) -> PathBuf {
        self.root.join(path)
    }

    /// Outside of the desk, on the same file system.
    fn aside(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn write(&self, path: &str, text: &str) {
        fs::write(self.file(path), text).unwrap();
    }

    fn news(&self) -> Vec<News> {
        self.news.lock().unwrap().clone()
    }

    /// What was told of articles, without the sizes.
    fn changes(&self) -> Vec<Change> {
        let news = self.news();
        news.into_iter()
            .filter_map(|news| if let News::Change(change, _) = news { Some(change) } else { None })
            .collect()
    }

    /// The sizes at which a path was told to have changed.
    fn sizes(&self, path: &str) -> Vec<u64> {
        self.news()
            .into_iter()
            .filter_map(|news| match news {
                News::Change(Change::Changed { path: told }, size) if told == path => Some(size),
                _ => None,
            })
            .collect()
    }

    fn states(&self) -> Vec<WatchState> {
        self.news()
            .into_iter()
            .filter_map(|news| if let News::State(state) = news { Some(state) } else { None })
            .collect()
    }

    fn rescans(&self) -> usize {
        self.count(&News::Rescan)
    }

    fn count(&self, what: &News) -> usize {
        self.news().iter().filter(|news| *news == what).count()
    }

    fn forget(&self) {
        self.news.lock().unwrap().clear();
    }

    /// Waits until the list holds exactly the articles and bytes of the disk.
    fn equals_disk(&self, limit: Duration) -> Duration {
        let disk = on_disk(&self.root);
        let began = Instant::now();
        let mut list = BTreeMap::new();
        let mut seen = None;
        loop {
            // Looked at when there is something new only: the list is at work.
            let generation = Some(self.library.generation());
            if seen != generation {
                seen = generation;
                list = listed(&self.library);
            }
            if list == disk {
                return began.elapsed();
            }
            if began.elapsed() > limit {
                let wrong: Vec<_> = disk
                    .keys()
                    .chain(list.keys())
                    .filter(|path| disk.get(*path) != list.get(*path))
                    .take(10)
                    .collect();
                panic!("after {limit:?} {} on disk, {} listed; wrong: {wrong:?}", disk.len(), list.len());
            }
            thread::sleep(Duration::from_millis(10));
        }
    }

    /// Waits until a change was told.
    fn told(&self, what: &str, change: &Change) -> Duration {
        until(SOON, what, || self.changes().contains(change))
    }
}

fn created(path: &str) -> Change {
    Change::Created { path: path.into() }
}

fn changed(path: &str) -> Change {
    Change::Changed { path: path.into() }
}

fn removed(path: &str) -> Change {
    Change::Removed { path: path.into() }
}

fn renamed(from: &str, to: &str) -> Change {
    Change::Renamed { from: from.into(), to: to.into() }
}

/// Waits for a condition, no longer than a limit.
fn until(limit: Duration, what: &str, mut holds: impl FnMut() -> bool) -> Duration {
    let began = Instant::now();
    while !holds() {
        assert!(began.elapsed() < limit, "not within {limit:?}: {what}");
        thread::sleep(Duration::from_millis(5));
    }
    began.elapsed()
}

/// Waits as a writer does between two writes.
fn pause(ms: u64) {
    thread::sleep(Duration::from_millis(ms));
}

fn listed(library: &Library) -> BTreeMap<String, u128> {
    library.known().into_iter().map(|known| (known.path, known.hash.unwrap_or(0))).collect()
}

/// The articles of a folder, found in the plainest way.
fn on_disk(root: &Path) -> BTreeMap<String, u128> {
    fn walk(root: &Path, folder: &Path, found: &mut BTreeMap<String, u128>) {
        for name in fs::read_dir(folder).unwrap().map(Result::unwrap) {
            let path = name.path();
            if name.file_name().as_encoded_bytes().starts_with(b".") {
                continue;
            }
            if name.file_type().unwrap().is_dir() {
                walk(root, &path, found);
            } else if path.extension().is_some_and(|end| end == "md") && path.is_file() {
                let rel = path.strip_prefix(root).unwrap().to_str().unwrap().to_owned();
                found.insert(rel, xxh3_128(&fs::read(&path).unwrap()));
            }
        }
    }
    let mut found = BTreeMap::new();
    walk(root, root, &mut found);
    found
}

fn torture() -> bool {
    std::env::var_os("COPYDESK_TORTURE").is_some_and(|value| value == "1")
}

/// A row that cannot be run here; where everything must be run, that is a failure.
fn not_run(what: &str, why: &str) {
    println!("not run: {what}: {why}");
    assert!(std::env::var_os("CI").is_none_or(|ci| ci != "true"), "not run: {what}: {why}");
}

/// Keeps tests that change the kernel's limits apart from all others, also from those in other processes.
fn turn(operation: FlockOperation) -> File {
    let file = std::env::temp_dir().join("copydesk-watch-tests.lock");
    let file = File::options().create(true).truncate(false).write(true).open(file).unwrap();
    rustix::fs::flock(&file, operation).unwrap();
    file
}

fn among_others() -> File {
    turn(FlockOperation::LockShared)
}

fn alone() -> File {
    turn(FlockOperation::LockExclusive)
}

/// A limit of the kernel that is put back.
struct Limit {
    file: &'static str,
    before: String,
}

impl Limit {
    /// `None` where that is not permitted.
    fn set(file: &'static str, value: u32) -> Option<Self> {
        let before = fs::read_to_string(file).ok()?;
        fs::write(file, value.to_string()).ok()?;
        Some(Self { file, before: before.trim().to_owned() })
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        let _ = fs::write(self.file, &self.before);
    }
}

const QUEUE: &str = "/proc/sys/fs/inotify/max_queued_events";

/// How a test's own user namespace looks from inside.
#[derive(Clone, Copy, PartialEq)]
enum Inside {
    /// As root, with a limit of watches that concerns nobody else.
    Root,
    /// As nobody in particular: the files are one's own, and their modes count.
    Person,
}

/// Runs a test once more in a process with its own user namespace; true when this is that process.
fn inside(test: &str, who: Inside) -> bool {
    const INSIDE: &str = "COPYDESK_TEST_INSIDE";
    if std::env::var_os(INSIDE).is_some() {
        return true;
    }
    let unshare = || {
        let mut command = Command::new("unshare");
        command.arg("--user").args((who == Inside::Root).then_some("--map-root-user"));
        command
    };
    let possible = unshare().arg("true").stderr(Stdio::null()).status().is_ok_and(|status| status.success());
    if !possible {
        not_run(test, "no user namespace can be made here");
        return false;
    }
    let status = unshare()
        .arg(std::env::current_exe().unwrap())
        .args(["--exact", test, "--nocapture"])
        .env(INSIDE, "1")
        .status()
        .unwrap();
    assert!(status.success(), "{test} failed in its own namespace");
    false
}

/// The limit of a namespace.
const WATCHES: &str = "/proc/sys/user/max_inotify_watches";

fn git(folder: &Path, args: &[&str]) {
    let status = Command::new("git")
        .args(["-c", "core.autocrlf=false", "-c", "gc.auto=0", "-c", "commit.gpgsign=false"])
        .args(args)
        .current_dir(folder)
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_NAME"), "A")))
        .envs(["AUTHOR", "COMMITTER"].map(|who| (format!("GIT_{who}_EMAIL"), "a@example.org")))
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .expect("git can be run");
    assert!(status.success(), "git {args:?}");
}

/// A desk under git with two branches, `one` and `two`, between which this many files differ: most are changed, some
/// are moved, some are in one of them only.
fn repository(files: usize) -> tempfile::TempDir {
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("desk");
    let write = |branch: &str| {
        for at in 0..files {
            let path = match (branch, at % 10) {
                ("two", 0) => format!("moved/{}/{at}.md", at % 50),
                ("two", 1) => continue,
                _ => format!("articles/{}/{at}.md", at % 50),
            };
            let text = if at % 10 == 0 { String::new() } else { format!(" in {branch}") };
            fs::create_dir_all(root.join(&path).parent().unwrap()).unwrap();
            fs::write(root.join(&path), format!("# Article {at}{text}\n\n{}\n", "Un mot. ".repeat(20)))
                .unwrap();
        }
    };
    write("one");
    git(&root, &["init", "-q", "-b", "one"]);
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "one"]);
    git(&root, &["checkout", "-q", "-b", "two"]);
    fs::remove_dir_all(root.join("articles")).unwrap();
    write("two");
    for at in 0..files / 10 {
        fs::create_dir_all(root.join("new")).unwrap();
        fs::write(root.join(format!("new/{at}.md")), format!("New {at}\n")).unwrap();
    }
    git(&root, &["add", "-A"]);
    git(&root, &["commit", "-q", "-m", "two"]);
    folder
}

/// Folders in folders, all new, each filled the moment it is made.
fn storm_of_folders(root: &Path, folders: usize, files: usize) {
    let mut folder = root.to_owned();
    for at in 0..folders {
        // Chains of ten.
        folder = if at % 10 == 0 { root.join(format!("new{at}")) } else { folder.join(format!("f{at}")) };
        fs::create_dir(&folder).unwrap();
        for file in 0..files {
            fs::write(folder.join(format!("{file}.md")), format!("{at}/{file}\n")).unwrap();
        }
    }
}

#[test]
fn single_changes_are_told_as_they_are() {
    let _turn = among_others();
    let desk = Desk::with(&[("a.md", "one"), ("f/b.md", "two"), ("c.md", "three")]);
    assert_eq!(desk.states(), [WatchState::Active]);
    desk.write("new.md", "new");
    desk.told("a new article", &created("new.md"));
    desk.write("a.md", "one, changed");
    desk.told("a change", &changed("a.md"));
    fs::rename(desk.file("c.md"), desk.file("f/d.md")).unwrap();
    desk.told("a move", &renamed("c.md", "f/d.md"));
    fs::rename(desk.file("f"), desk.file("g")).unwrap();
    desk.told("a folder's move", &renamed("f/b.md", "g/b.md"));
    desk.told("a folder's move", &renamed("f/d.md", "g/d.md"));
    desk.write("g/b.md", "two, in the moved folder");
    desk.told("a change in a moved folder", &changed("g/b.md"));
    fs::remove_file(desk.file("new.md")).unwrap();
    desk.told("a deletion", &removed("new.md"));
    fs::remove_dir_all(desk.file("g")).unwrap();
    desk.told("a folder's deletion", &removed("g/b.md"));
    fs::create_dir(desk.aside("in")).unwrap();
    fs::write(desk.aside("in/e.md"), "from outside").unwrap();
    fs::create_dir(desk.aside("in/deep")).unwrap();
    fs::write(desk.aside("in/deep/h.md"), "deep").unwrap();
    fs::rename(desk.aside("in"), desk.file("in")).unwrap();
    desk.told("a folder moved in", &created("in/deep/h.md"));
    desk.write("in/deep/h.md", "deep and changed");
    desk.told("a change in a folder moved in", &changed("in/deep/h.md"));
    fs::rename(desk.file("in"), desk.aside("out")).unwrap();
    desk.told("a folder moved out", &removed("in/deep/h.md"));
    desk.equals_disk(SOON);
    // Each was told once, and nothing else.
    let mut changes = desk.changes();
    changes.sort_by_key(|change| format!("{change:?}"));
    let mut unique = changes.clone();
    unique.dedup();
    assert_eq!(changes, unique);
    assert_eq!(changes.len(), 14, "{changes:#?}");
    assert_eq!(desk.states(), [WatchState::Active]);
}

#[test]
fn older_times_and_equal_sizes_hide_nothing() {
    let _turn = among_others();
    let desk = Desk::with(&[("a.md", "one"), ("b.md", "two"), ("c.md", "abc")]);
    let then = SystemTime::now() - Duration::from_secs(3_600);
    let date = |path: &str| {
        File::options().write(true).open(desk.file(path)).unwrap().set_modified(then).unwrap();
    };
    for path in ["a.md", "b.md", "c.md"] {
        date(path);
    }
    desk.write("a.md", "eno");
    date("a.md");
    desk.told("the same size and time", &changed("a.md"));
    fs::write(desk.aside("older"), "older").unwrap();
    let older = File::options().write(true).open(desk.aside("older")).unwrap();
    older.set_modified(then - Duration::from_secs(86_400)).unwrap();
    fs::rename(desk.aside("older"), desk.file("b.md")).unwrap();
    desk.told("a replacement with an older time", &changed("b.md"));
    let mut file = File::options().append(true).open(desk.file("c.md")).unwrap();
    file.write_all(b", appended").unwrap();
    drop(file);
    desk.told("an appended word", &changed("c.md"));
    // A touch is no change.
    desk.forget();
    date("b.md");
    desk.write("c.md", "another");
    desk.told("a change after a touch", &changed("c.md"));
    assert_eq!(desk.changes(), [changed("c.md")]);
}

#[test]
fn no_half_written_file_is_told() {
    let _turn = among_others();
    let desk = Desk::with(&[("a.md", "before"), ("b.md", "before"), ("c.md", "before"), ("d.md", "before")]);
    let piece = "Une phrase entière.\n";
    let whole = (piece.len() * 20) as u64;
    // In one go, with the file held open.
    let mut file = File::create(desk.file("a.md")).unwrap();
    for _ in 0..20 {
        file.write_all(piece.as_bytes()).unwrap();
        pause(15);
    }
    drop(file);
    desk.told("the end of a slow writer", &changed("a.md"));
    // With the file closed after each piece.
    fs::write(desk.file("b.md"), "").unwrap();
    for _ in 0..20 {
        File::options().append(true).open(desk.file("b.md")).unwrap().write_all(piece.as_bytes()).unwrap();
        pause(15);
    }
    desk.told("the end of a slow writer that closes", &changed("b.md"));
    // Emptied first, and filled a good while later.
    for wait in [20, 150, 350] {
        desk.write("c.md", "");
        pause(wait);
        desk.write("c.md", &format!("after {wait:3}"));
        until(SOON, "what came after the truncation", || desk.sizes("c.md").last() == Some(&9));
    }
    assert_eq!((desk.sizes("a.md"), desk.sizes("b.md")), (vec![whole], vec![whole]));
    assert!(desk.sizes("c.md").iter().all(|size| *size == 9), "{:?}", desk.sizes("c.md"));
    // What is truly empty is told in the end.
    desk.write("d.md", "");
    let waited = until(SOON, "an empty file", || desk.sizes("d.md") == [0]);
    assert!(waited > Duration::from_millis(450), "{waited:?}");
    desk.equals_disk(SOON);
}

#[test]
fn a_writer_that_never_rests_is_told_all_the_same() {
    let _turn = among_others();
    let desk = Desk::with(&[("a.md", "before")]);
    let mut file = File::create(desk.file("a.md")).unwrap();
    let told = until(EQUAL, "something of it", || {
        file.write_all(b"mot ").unwrap();
        !desk.sizes("a.md").is_empty()
    });
    assert!(told > Duration::from_millis(700), "{told:?}");
    drop(file);
    desk.equals_disk(SOON);
}

#[test]
fn what_comes_back_was_not_deleted() {
    let _turn = among_others();
    let desk = Desk::with(&[("a.md", "0"), ("f/b.md", "0")]);
    for wait in [0, 10, 100, 400, 900] {
        fs::remove_file(desk.file("a.md")).unwrap();
        fs::remove_dir_all(desk.file("f")).unwrap();
        pause(wait);
        desk.write("a.md", &format!("after {wait}"));
        fs::create_dir(desk.file("f")).unwrap();
        desk.write("f/b.md", &format!("after {wait}"));
        desk.equals_disk(SOON);
    }
    // Moved aside and written anew, and replaced in one step.
    fs::rename(desk.file("a.md"), desk.file("a.md~")).unwrap();
    pause(30);
    desk.write("a.md", "as vim does");
    fs::remove_file(desk.file("a.md~")).unwrap();
    desk.equals_disk(SOON);
    desk.write(".a.md.tmp", "as sync clients do");
    fs::rename(desk.file(".a.md.tmp"), desk.file("a.md")).unwrap();
    desk.equals_disk(SOON);
    assert!(
        desk.changes().iter().all(|change| matches!(change, Change::Changed { .. })),
        "{:?}",
        desk.changes()
    );
    assert_eq!(desk.sizes("a.md").len(), 7);
}

#[test]
fn nested_new_folders_are_seen_to_the_ground() {
    let _turn = among_others();
    let desk = Desk::with(&[("a.md", "one")]);
    storm_of_folders(&desk.root, 100, 3);
    let waited = desk.equals_disk(EQUAL);
    println!("300 files in 100 nested new folders: {waited:?}");
    // Each of the folders is watched from here on.
    let rescans = desk.rescans();
    for at in [0, 9, 55, 99] {
        let path = on_disk(&desk.root).into_keys().find(|path| path.contains(&format!("{at}/1.md"))).unwrap();
        desk.write(&path, "changed afterwards");
        desk.told("a change in a new folder", &changed(&path));
    }
    assert!(desk.rescans() <= rescans + 10);
    if torture() {
        let desk = Desk::with(&[("a.md", "one")]);
        storm_of_folders(&desk.root, 2_000, 3);
        println!("6,000 files in 2,000 nested new folders: {:?}", desk.equals_disk(EQUAL));
        // A tree that is moved in at once, and away again.
        fs::create_dir(desk.aside("tree")).unwrap();
        storm_of_folders(&desk.aside("tree"), 2_000, 3);
        fs::rename(desk.aside("tree"), desk.file("tree")).unwrap();
        println!("the same moved in: {:?}", desk.equals_disk(EQUAL));
        fs::rename(desk.file("tree"), desk.aside("tree")).unwrap();
        println!("and out: {:?}", desk.equals_disk(EQUAL));
    }
}

/// Switches branches again and again; the longest time until the list equals the disk.
fn check_out(desk: &Desk, times: usize) -> Duration {
    let mut longest = Duration::ZERO;
    for at in 0..times {
        desk.forget();
        git(&desk.root, &["checkout", "-q", if at % 2 == 0 { "one" } else { "two" }]);
        let waited = desk.equals_disk(EQUAL);
        println!(
            "checkout {at}: {} files equal after {waited:?}, {} rescans",
            on_disk(&desk.root).len(),
            desk.rescans()
        );
        longest = longest.max(waited);
        // How many small looks come before depends on how fast the files come; whole ones are few in any case.
        assert!(desk.rescans() <= 12, "a storm ends in few looks, not in {}", desk.rescans());
        // And each file is told of once, or once more where a look met it half done.
        let told = desk.news().iter().filter(|news| matches!(news, News::Change(..))).count();
        let files = on_disk(&desk.root).len();
        assert!(told <= 2 * files, "{told} changes told of {files} files");
    }
    longest
}

#[test]
fn row_11_a_checkout_is_seen_as_a_whole() {
    let _turn = among_others();
    let (files, times) = if torture() { (10_000, 20) } else { (2_000, 2) };
    let desk = Desk::watched(repository(files), Habits::default());
    desk.equals_disk(EQUAL);
    println!("{files} files, {times} checkouts: {:?} at most", check_out(&desk, times));
    assert_eq!(desk.library.doubts().len(), 0);
}

#[test]
fn row_11_an_overflowing_queue_loses_nothing() {
    let _turn = alone();
    let small = |events: u32, make: &dyn Fn() -> Desk| {
        // A queue keeps the length that was the limit when it was made.
        let limit = Limit::set(QUEUE, events);
        let desk = make();
        limit.map(|_| desk)
    };
    // Too few files for a storm: only the overflow tells of a look at everything.
    let Some(desk) = small(2, &|| Desk::with(&[("a.md", "one")])) else {
        return not_run("overflow", "the kernel's limits cannot be changed");
    };
    storm_of_folders(&desk.root, 20, 10);
    println!("200 files with a queue of 2: {:?}", desk.equals_disk(EQUAL));
    until(SOON, "the look at everything after an overflow", || desk.rescans() > 0);
    // Also what was made while reports were lost is watched afterwards.
    until(Duration::from_secs(4), "the new watch", || {
        let began = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap();
        desk.write("new10/f11/3.md", &format!("{began:?}"));
        let told = Instant::now();
        while told.elapsed() < Duration::from_millis(400) {
            if listed(&desk.library) == on_disk(&desk.root) {
                return true;
            }
            pause(10);
        }
        false
    });
    assert_eq!(desk.states(), [WatchState::Active]);
    let (files, times, queue) = if torture() { (10_000, 20, 1_024) } else { (1_000, 2, 64) };
    let folder = Mutex::new(Some(repository(files)));
    let make = || Desk::watched(folder.lock().unwrap().take().unwrap(), Habits::default());
    let desk = small(queue, &make).unwrap();
    println!("{files} files with a queue of {queue}: {:?} at most", check_out(&desk, times));
}

/// Everything that is not seen by itself is seen by looking: `look` makes the desk look.
fn without_reports(desk: &Desk, look: &dyn Fn()) {
    let then = SystemTime::now() - Duration::from_secs(3_600);
    let told = |what: &str, change: Change| {
        until(Duration::from_secs(4), what, || {
            look();
            desk.changes().contains(&change)
        });
    };
    desk.write("new.md", "new");
    told("a new article", created("new.md"));
    desk.write("a.md", "eno");
    File::options().write(true).open(desk.file("a.md")).unwrap().set_modified(then).unwrap();
    told("the same size and an older time", changed("a.md"));
    fs::rename(desk.file("b.md"), desk.file("z.md")).unwrap();
    told("a move", renamed("b.md", "z.md"));
    fs::remove_file(desk.file("new.md")).unwrap();
    told("a deletion", removed("new.md"));
    storm_of_folders(&desk.root, 20, 2);
    told("new folders", created("new10/f11/1.md"));
    // A slow writer, and one that truncates first.
    desk.forget();
    let mut file = File::create(desk.file("c.md")).unwrap();
    for _ in 0..20 {
        file.write_all(b"un mot de plus ").unwrap();
        look();
        pause(15);
    }
    drop(file);
    told("a slow writer", changed("c.md"));
    assert_eq!(desk.sizes("c.md"), [300]);
    desk.write("d.md", "");
    look();
    pause(250);
    desk.write("d.md", "after");
    told("a writer that truncates", changed("d.md"));
    assert_eq!(desk.sizes("d.md"), [5]);
    fs::remove_file(desk.file("d.md")).unwrap();
    look();
    pause(400);
    desk.write("d.md", "back again");
    told("what came back", changed("d.md"));
    assert!(!desk.changes().contains(&removed("d.md")), "{:?}", desk.changes());
    until(EQUAL, "the disk's picture", || {
        look();
        listed(&desk.library) == on_disk(&desk.root)
    });
}

const FOUR: [(&str, &str); 4] = [("a.md", "one"), ("b.md", "two"), ("c.md", "three"), ("d.md", "four")];

#[test]
fn without_watches_everything_is_found_by_looking() {
    if !inside("without_watches_everything_is_found_by_looking", Inside::Root) {
        return;
    }
    let _limit = Limit::set(WATCHES, 0).expect("the limit of a namespace can be set inside");
    let poll = Habits { poll: Duration::from_millis(200), ..Habits::default() };
    let desk = Desk::with_habits(&FOUR, poll);
    assert_eq!(desk.states(), [WatchState::Polling]);
    without_reports(&desk, &|| {});
    assert_eq!(desk.states(), [], "nothing new is told of the state");
    // A window that gets the focus looks at once.
    let never = Duration::from_secs(3_600);
    let desk = Desk::with_habits(&FOUR, Habits { poll: never, idle: never, ..Habits::default() });
    without_reports(&desk, &|| desk.watch.focus());
    drop(desk);
    // A receiver that does not say what it left open is asked once more.
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    fs::write(root.join("a.md"), "one").unwrap();
    let library = Arc::new(Library::new(root.clone()));
    library.scan(&|| {});
    let sink = {
        let library = Arc::clone(&library);
        move |hint| {
            if let Hint::Rescan(folder) = hint {
                library.rescan(&folder);
            }
        }
    };
    let habits = Habits { poll: never, idle: never, ..Habits::default() };
    let watch = Watch::start_with(root.clone(), habits, Box::new(sink));
    fs::remove_file(root.join("a.md")).unwrap();
    watch.focus();
    until(SOON, "a deletion", || library.paths().is_empty());
}

#[test]
fn on_a_folder_that_is_not_trusted_reports_are_but_hints() {
    let _turn = among_others();
    let poll = Habits { poll: Duration::from_millis(200), distrust: true, ..Habits::default() };
    let desk = Desk::with_habits(&FOUR, poll);
    assert_eq!(desk.states(), [WatchState::Polling]);
    without_reports(&desk, &|| {});
}

#[test]
fn row_12_watches_that_run_out_are_asked_for_again() {
    if !inside("row_12_watches_that_run_out_are_asked_for_again", Inside::Root) {
        return;
    }
    let small = Limit::set(WATCHES, 16).expect("the limit of a namespace can be set inside");
    let habits =
        Habits { poll: Duration::from_millis(300), idle: Duration::from_millis(500), ..Habits::default() };
    let folder = tempfile::tempdir().unwrap();
    fs::create_dir(folder.path().join("desk")).unwrap();
    storm_of_folders(&folder.path().join("desk"), 40, 1);
    let desk = Desk::watched(folder, habits.clone());
    assert_eq!(desk.states(), [WatchState::Polling], "told once, and as it is");
    desk.write("new30/f31/0.md", "where no watch is");
    desk.told("a change where no watch is", &changed("new30/f31/0.md"));
    // Some looks later it is still so, and nothing was told of the tries.
    let rescans = desk.rescans();
    until(EQUAL, "a few looks", || desk.rescans() > rescans + 5);
    assert_eq!(desk.states(), [WatchState::Polling]);
    // The limit is raised.
    drop(small);
    until(EQUAL, "the watch", || desk.states() == [WatchState::Polling, WatchState::Active]);
    desk.equals_disk(EQUAL);
    // They run out while new folders come, and come back when those go.
    let small = Limit::set(WATCHES, 60).unwrap();
    fs::create_dir(desk.file("more")).unwrap();
    storm_of_folders(&desk.file("more"), 40, 1);
    until(EQUAL, "polling", || desk.states().last() == Some(&WatchState::Polling));
    desk.equals_disk(EQUAL);
    fs::remove_dir_all(desk.file("more")).unwrap();
    until(EQUAL, "the watch again", || desk.states().last() == Some(&WatchState::Active));
    desk.equals_disk(EQUAL);
    assert_eq!(desk.states().len(), 4, "{:?}", desk.states());
    drop(small);
}

/// A change that no watch of the desk's folders reports: through a hard link elsewhere.
fn invisible(desk: &Desk, path: &str, text: &str) {
    let elsewhere = desk.aside("elsewhere");
    fs::create_dir_all(&elsewhere).unwrap();
    let link = elsewhere.join("link");
    let _ = fs::remove_file(&link);
    fs::hard_link(desk.file(path), &link).unwrap();
    desk.equals_disk(SOON);
    desk.forget();
    fs::write(link, text).unwrap();
}

#[test]
fn the_focus_finds_what_was_not_reported() {
    let _turn = among_others();
    let never = Duration::from_secs(3_600);
    let habits = Habits { poll: never, idle: never, ..Habits::default() };
    let desk = Desk::with_habits(&[("a.md", "one"), ("b.md", "two")], habits.clone());
    invisible(&desk, "a.md", "changed elsewhere");
    // A change that is reported passes through; the other one is not noticed by it.
    desk.write("b.md", "changed here");
    desk.told("a reported change", &changed("b.md"));
    assert_eq!(desk.changes(), [changed("b.md")]);
    desk.watch.focus();
    desk.told("the change elsewhere", &changed("a.md"));
    // The same by the look of an idle watch, and of one that is not trusted.
    for habits in [
        Habits { idle: Duration::from_millis(300), ..habits.clone() },
        Habits { distrust: true, poll: Duration::from_millis(300), ..habits },
    ] {
        let desk = Desk::with_habits(&[("a.md", "one")], habits);
        invisible(&desk, "a.md", "changed elsewhere");
        desk.told("the change elsewhere", &changed("a.md"));
    }
}

#[test]
fn row_12_a_heartbeat_that_is_not_heard_builds_the_watch_anew() {
    let _turn = among_others();
    let never = Duration::from_secs(3_600);
    let canary = tempfile::tempdir().unwrap();
    let place = canary.path().join("watch");
    let habits = Habits {
        canary: Some(place.clone()),
        beat: Duration::from_millis(150),
        poll: never,
        idle: never,
        distrust: false,
    };
    let desk = Desk::with_habits(&[("a.md", "one")], habits);
    until(EQUAL, "a few heartbeats", || {
        fs::read_to_string(place.join("heartbeat"))
            .is_ok_and(|beat| beat.parse().is_ok_and(|beat: u32| beat > 5))
    });
    assert_eq!(desk.rescans(), 0, "as long as they are heard, nothing is built anew");
    invisible(&desk, "a.md", "changed elsewhere");
    // The watched folder goes, and another one of its name is not watched.
    fs::rename(&place, canary.path().join("gone")).unwrap();
    fs::create_dir(&place).unwrap();
    desk.told("the change elsewhere", &changed("a.md"));
    assert_eq!(desk.states(), []);
    let rescans = desk.rescans();
    desk.write("a.md", "changed here");
    until(SOON, "a change that is reported", || desk.sizes("a.md").last() == Some(&12));
    assert!(desk.rescans() <= rescans + 1, "the new watch hears its heartbeat");
}

/// A fault in the receiver ends no watch: it is said, and what follows is seen.
#[test]
fn a_watch_whose_thread_meets_a_fault_goes_on_and_says_so() {
    let _turn = among_others();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().canonicalize().unwrap();
    let states: Arc<Mutex<Vec<WatchState>>> = Arc::default();
    let hints: Arc<Mutex<Vec<PathBuf>>> = Arc::default();
    let watch = Watch::start(root.clone(), {
        let (states, hints) = (Arc::clone(&states), Arc::clone(&hints));
        Box::new(move |hint| match hint {
            Hint::State(state) => states.lock().unwrap().push(state),
            Hint::Paths(paths) if paths.iter().any(|path| path.ends_with("fault.md")) => {
                panic!("a fault on purpose")
            }
            Hint::Paths(paths) => hints.lock().unwrap().extend(paths),
            Hint::Rescan(_) => {}
        })
    });
    fs::write(root.join("fault.md"), "one").unwrap();
    until(SOON, "the word", || states.lock().unwrap().contains(&WatchState::Polling));
    until(SOON, "the new watch", || states.lock().unwrap().last() == Some(&WatchState::Active));
    fs::write(root.join("after.md"), "two").unwrap();
    until(SOON, "what followed", || hints.lock().unwrap().iter().any(|path| path.ends_with("after.md")));
    drop(watch);
}

/// Two heartbeats that are not heard, and the one at which that is found out, fit in a minute.
#[test]
fn row_12_a_dead_watch_is_found_within_a_minute() {
    assert!(Habits::default().beat * 3 <= Duration::from_secs(60));
}

#[test]
fn a_desk_that_is_moved_away_lost_nothing() {
    let _turn = among_others();
    let desk = Desk::with(&[("a.md", "one"), ("f/b.md", "two")]);
    fs::rename(&desk.root, desk.aside("away")).unwrap();
    until(EQUAL, "that it is gone", || desk.states().last() == Some(&WatchState::Gone));
    assert_eq!(desk.library.paths(), ["a.md", "f/b.md"]);
    fs::write(desk.aside("away/f/b.md"), "two, changed while away").unwrap();
    fs::write(desk.aside("away/c.md"), "new while away").unwrap();
    fs::rename(desk.aside("away"), &desk.root).unwrap();
    until(EQUAL, "that it is back", || desk.states().last() == Some(&WatchState::Active));
    desk.equals_disk(SOON);
    desk.write("f/b.md", "and it is watched again");
    desk.equals_disk(SOON);
    let changes = desk.changes();
    assert!(!changes.iter().any(|change| matches!(change, Change::Removed { .. })), "{changes:?}");
    assert_eq!(desk.states(), [WatchState::Active, WatchState::Gone, WatchState::Active]);
}

#[test]
fn row_23_links_lead_the_watch_nowhere() {
    let _turn = among_others();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("desk");
    let outside = folder.path().join("outside");
    fs::create_dir_all(root.join("f")).unwrap();
    fs::create_dir(&outside).unwrap();
    fs::write(outside.join("x.md"), "not of the desk").unwrap();
    symlink(&root, root.join("f/loop")).unwrap();
    symlink("loop2", root.join("loop2")).unwrap();
    symlink(&outside, root.join("out")).unwrap();
    fs::write(root.join("a.md"), "one").unwrap();
    let desk = Desk::watched(folder, Habits::default());
    fs::write(outside.join("y.md"), "not of the desk").unwrap();
    symlink(&outside, desk.file("out2")).unwrap();
    desk.write("a.md", "two");
    desk.told("a change beside loops", &changed("a.md"));
    symlink("a.md", desk.file("link.md")).unwrap();
    desk.told("a link to an article", &created("link.md"));
    assert_eq!(desk.library.paths(), ["a.md", "link.md"]);
    assert_eq!(desk.changes(), [changed("a.md"), created("link.md")]);
    desk.equals_disk(SOON);
}

#[test]
fn what_cannot_be_read_hides_nothing_else() {
    use std::os::unix::fs::PermissionsExt;
    if !inside("what_cannot_be_read_hides_nothing_else", Inside::Person) {
        return;
    }
    let mode = |path: &Path, mode: u32| fs::set_permissions(path, fs::Permissions::from_mode(mode)).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let root = folder.path().join("desk");
    for path in ["a/a.md", "locked/b.md", "z/c.md", "z/d.md"] {
        fs::create_dir_all(root.join(path).parent().unwrap()).unwrap();
        fs::write(root.join(path), path).unwrap();
    }
    mode(&root.join("locked"), 0);
    mode(&root.join("z/d.md"), 0);
    assert!(fs::read_dir(root.join("locked")).is_err() && fs::read(root.join("z/d.md")).is_err());
    let desk = Desk::watched(folder, Habits::default());
    assert_eq!(desk.states(), [WatchState::Active]);
    assert_eq!(desk.library.paths(), ["a/a.md", "z/c.md", "z/d.md"]);
    for path in ["a/a.md", "z/c.md"] {
        desk.write(path, "changed");
        desk.told("a change beside what cannot be read", &changed(path));
    }
    // What becomes unreadable was not deleted, and what becomes readable is there.
    mode(&desk.file("z"), 0);
    mode(&desk.file("locked"), 0o755);
    desk.watch.focus();
    desk.told("the unlocked article", &created("locked/b.md"));
    assert_eq!(desk.library.paths(), ["a/a.md", "locked/b.md", "z/c.md", "z/d.md"]);
    mode(&desk.file("z"), 0o755);
    mode(&desk.file("z/d.md"), 0o644);
    desk.equals_disk(SOON);
    desk.write("locked/b.md", "changed");
    desk.told("a change in the unlocked folder", &changed("locked/b.md"));
    assert_eq!(desk.states(), [WatchState::Active]);
    assert!(!desk.changes().iter().any(|change| matches!(change, Change::Removed { .. })));
}
