//! Notices that something in a desk's folder may have changed.
//!
//! What the system reports is taken as a hint of where to look, never as a fact: reports get lost when the kernel's
//! queue overflows, when a folder is filled before it is watched, on network file systems, and when a watching
//! thread dies. So the callback only notes paths; one thread lets them settle, and everything doubtful becomes a
//! fresh look at a whole subtree.

mod marks;
mod place;
mod reach;
mod sight;

use std::panic::{self, AssertUnwindSafe};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant, SystemTime};
use std::{fs, mem};

use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::wire::WatchState;
use marks::{DueFolder, DuePath, Failure, Marks};
use place::Place;
pub(crate) use place::is_remote;
use sight::{Case, Sight, Verdict};

/// A folder that appeared is walked again after this time: it may still be filled while its watch is set up.
const AGAIN: Duration = Duration::from_millis(500);
/// A look at everything whose receiver does not say what it left open is followed by another after this time.
const FOLLOW: Duration = Duration::from_millis(1200);
/// The watch is built anew no more often than this: a queue that overflows once overflows again.
const REBUILD: Duration = Duration::from_secs(1);
/// In a storm without a pause, looks are this far apart.
const STORM_LOOK: Duration = Duration::from_secs(1);
/// The desk's own folder is checked this often: a mount that vanishes reports nothing.
const ROOT_CHECK: Duration = Duration::from_secs(2);
/// Starting and stopping never hold up the caller longer, even on a network folder that hangs.
const PATIENCE: Duration = Duration::from_secs(2);

/// Where to look, or how well changes are noticed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hint {
    /// Look at these files and folders; some may be gone.
    Paths(Vec<PathBuf>),
    /// Look at everything in this folder.
    Rescan(PathBuf),
    /// How changes are noticed from now on.
    State(WatchState),
}

/// What the receiver of a hint could not tell yet: files that are gone, empty or being written a moment ago.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Again {
    /// It does not say: everything is looked at once more.
    Unknown,
    /// These paths are hinted at again when they have settled.
    Paths(Vec<PathBuf>),
}

impl From<()> for Again {
    fn from((): ()) -> Self {
        Self::Unknown
    }
}

impl From<Vec<PathBuf>> for Again {
    fn from(paths: Vec<PathBuf>) -> Self {
        Self::Paths(paths)
    }
}

/// How to watch. The defaults are right for people; tests shorten the times.
#[derive(Clone, Debug)]
pub struct Habits {
    /// A private local folder for the heartbeat: a file in it is written, and must be noticed. Without one, a dead
    /// watch is found out by `idle` alone.
    pub canary: Option<PathBuf>,
    /// Time between heartbeats; after two that were not noticed the watch is built anew, within a minute by default.
    pub beat: Duration,
    /// Time between two looks at everything where changes are not reported.
    pub poll: Duration,
    /// Time between two looks at everything where they are.
    pub idle: Duration,
    /// Never trust reports, as on a network folder.
    pub distrust: bool,
}

impl Default for Habits {
    fn default() -> Self {
        Self {
            canary: None,
            beat: Duration::from_secs(15),
            poll: Duration::from_secs(4),
            idle: Duration::from_secs(60),
            distrust: false,
        }
    }
}

type Sink = Box<dyn Fn(Hint) -> Again + Send>;

/// What the callback and the watch's thread share.
struct Shared {
    marks: Mutex<Marks>,
    wake: Condvar,
    stop: AtomicBool,
    /// Number of the last heartbeat that was sent.
    sent: AtomicU64,
    /// Number of the last heartbeat that was noticed.
    heard: AtomicU64,
    /// Number of the system watch that counts; what an older one still reports is stale.
    built: AtomicU64,
}

impl Shared {
    fn marks(&self) -> MutexGuard<'_, Marks> {
        self.marks.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn stopped(&self) -> bool {
        self.stop.load(Ordering::Acquire)
    }
}

/// A running watch; it ends when dropped.
pub struct Watch {
    shared: Arc<Shared>,
    thread: Option<JoinHandle<()>>,
}

impl Watch {
    /// Watches a desk. Hints come on the watch's own thread, one after the other. On return the folder is watched,
    /// unless it takes longer than two seconds: then a rescan follows when it is. The sink answers with nothing, or
    /// with the paths that it wants to be hinted at again (`Library::doubts`).
    #[must_use]
    pub fn start<R: Into<Again> + 'static>(
        root: PathBuf,
        sink: Box<dyn Fn(Hint) -> R + Send + Sync>,
    ) -> Self {
        Self::start_with(root, Habits::default(), sink)
    }

    /// The same with other habits.
    #[must_use]
    pub fn start_with<R: Into<Again> + 'static>(
        root: PathBuf,
        habits: Habits,
        sink: Box<dyn Fn(Hint) -> R + Send + Sync>,
    ) -> Self {
        Self::start_boxed(root, habits, Box::new(move |hint| sink(hint).into()))
    }

    fn start_boxed(root: PathBuf, habits: Habits, sink: Sink) -> Self {
        let shared = Arc::new(Shared {
            marks: Mutex::new(Marks::new(root.clone(), habits.canary.clone())),
            wake: Condvar::new(),
            stop: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            heard: AtomicU64::new(0),
            built: AtomicU64::new(0),
        });
        let ready = Arc::new((Mutex::new(false), Condvar::new()));
        let thread = thread::Builder::new().name("watch".into()).spawn({
            let (shared, ready) = (Arc::clone(&shared), Arc::clone(&ready));
            move || {
                let mut watcher = Lookout::new(root, habits, sink, shared);
                watcher.build();
                let late = mem::replace(&mut *ready.0.lock().unwrap_or_else(PoisonError::into_inner), true);
                ready.1.notify_all();
                if late {
                    watcher.look_everywhere();
                }
                watcher.keep_running();
            }
        });
        let waiting = ready.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (mut waiting, _) = ready
            .1
            .wait_timeout_while(waiting, PATIENCE, |ready| !*ready)
            .unwrap_or_else(PoisonError::into_inner);
        // From here on, `true` tells a late thread that nobody waited for it.
        *waiting = true;
        drop(waiting);
        Self { shared, thread: thread.ok() }
    }

    /// The window got the focus: a good moment for a look at everything.
    pub fn focus(&self) {
        self.shared.marks().look_everywhere();
        self.shared.wake.notify_all();
    }

    /// Hints at these files again when they have settled: a look found them in the middle of something.
    pub fn look_again(&self, paths: Vec<PathBuf>) {
        self.shared.marks().again(Again::Paths(paths), None);
        self.shared.wake.notify_all();
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        {
            // Under the lock, so that the thread cannot miss it between its check and its sleep.
            let _marks = self.shared.marks();
            self.shared.stop.store(true, Ordering::Release);
        }
        self.shared.wake.notify_all();
        let Some(thread) = self.thread.take() else { return };
        // The sink may hold the last handle of the watch: a thread does not wait for itself.
        if thread.thread().id() == thread::current().id() {
            return;
        }
        let end = Instant::now() + PATIENCE;
        while !thread.is_finished() && Instant::now() < end {
            thread::sleep(Duration::from_millis(1));
        }
        // A thread that hangs in a dead network folder is left behind.
        if thread.is_finished() {
            let _ = thread.join();
        }
    }
}

/// The watch's thread.
struct Lookout {
    root: PathBuf,
    habits: Habits,
    sink: Sink,
    shared: Arc<Shared>,
    system: Option<RecommendedWatcher>,
    /// The heartbeat's folder is watched.
    beats: bool,
    /// The desk's folder as it was when the watch was built; `None` while it is gone.
    place: Option<Place>,
    state: WatchState,
    /// Reports cannot be trusted: network folder, or no watches left.
    blind: bool,
    /// When to try again to watch everything, where it did not work.
    next_try: Option<Instant>,
    last_build: Instant,
    next_beat: Instant,
    next_look: Instant,
    next_root_check: Instant,
}

impl Lookout {
    fn new(root: PathBuf, habits: Habits, sink: Sink, shared: Arc<Shared>) -> Self {
        let now = Instant::now();
        Self {
            next_beat: now + habits.beat,
            next_look: now + habits.idle,
            next_root_check: now + ROOT_CHECK,
            next_try: None,
            last_build: now,
            root,
            habits,
            sink,
            shared,
            system: None,
            beats: false,
            place: None,
            state: WatchState::Starting,
            blind: false,
        }
    }

    /// Builds the system's watch anew, and tells what came of it. No look follows from here.
    fn build(&mut self) {
        let now = Instant::now();
        self.last_build = now;
        self.system = None;
        self.shared.marks().failure = None;
        self.place = Place::of(&self.root);
        let Some(place) = &self.place else {
            self.tell(WatchState::Gone);
            return;
        };
        let distrusted = self.habits.distrust || place.remote;
        let whole = self.watch_system().is_ok();
        self.blind = distrusted || !whole;
        // Limits are raised and folders removed; the reach of a network folder never changes.
        self.next_try = (!distrusted && !whole).then(|| now + self.habits.idle);
        // A new watch starts with a heartbeat in time.
        self.shared.heard.store(self.shared.sent.load(Ordering::Acquire), Ordering::Release);
        self.next_beat = now + self.habits.beat;
        self.next_look = now + self.pause();
        self.tell(if self.blind { WatchState::Polling } else { WatchState::Active });
    }

    /// Watches what can be watched. An error means that it is not everything; looks at everything find the rest.
    fn watch_system(&mut self) -> notify::Result<()> {
        let shared = Arc::clone(&self.shared);
        let number = shared.built.fetch_add(1, Ordering::AcqRel) + 1;
        let config = notify::Config::default().with_follow_symlinks(false);
        let system = RecommendedWatcher::new(
            move |report: notify::Result<notify::Event>| {
                // Nothing but a note: a slow callback makes the kernel's queue overflow.
                let mut marks = shared.marks();
                if shared.built.load(Ordering::Acquire) != number {
                    return;
                }
                let canary = marks.note(report);
                // Woken each time: what was noted now may be due before what the thread sleeps for.
                let wake = !marks.is_quiet();
                drop(marks);
                if canary {
                    shared.heard.store(shared.sent.load(Ordering::Acquire), Ordering::Release);
                }
                if wake {
                    shared.wake.notify_all();
                }
            },
            config,
        )?;
        let system = self.system.insert(system);
        self.beats = self.habits.canary.as_ref().is_some_and(|canary| {
            fs::create_dir_all(canary).is_ok() && system.watch(canary, RecursiveMode::NonRecursive).is_ok()
        });
        // The parent tells when the desk's own folder is moved away or comes back.
        if let Some(parent) = self.root.parent() {
            let _ = system.watch(parent, RecursiveMode::NonRecursive);
        }
        reach::watch_below(system, &self.root)
    }

    /// A fault in a look must not end the watch without a sign: it is said, and everything begins anew.
    fn keep_running(&mut self) {
        while panic::catch_unwind(AssertUnwindSafe(|| self.run())).is_err() {
            thread::sleep(REBUILD);
            let begun_anew = panic::catch_unwind(AssertUnwindSafe(|| {
                self.shared.marks().clear();
                self.tell(WatchState::Polling);
                self.build();
                self.look_everywhere();
            }));
            if begun_anew.is_err() {
                // The receiver cannot even be told: it is tried again by the next round.
                self.state = WatchState::Starting;
            }
        }
    }

    fn run(&mut self) {
        while !self.shared.stopped() {
            let now = Instant::now();
            if now >= self.next_root_check || mem::take(&mut self.shared.marks().root_touched) {
                self.check_root();
                self.next_root_check = Instant::now() + ROOT_CHECK;
            }
            if self.place.is_some() {
                self.mend();
                self.beat();
                if Instant::now() >= self.next_look {
                    self.look_everywhere();
                }
                self.look();
            }
            self.sleep();
        }
    }

    fn sleep(&self) {
        let mut next = self.next_root_check;
        let marks = self.shared.marks();
        if self.place.is_some() {
            next = next.min(self.next_look);
            if self.beats {
                next = next.min(self.next_beat);
            }
            let mend = match marks.failure {
                Some(Failure::Full) => Some(Instant::now()),
                Some(Failure::Lost) => Some(self.last_build + REBUILD),
                None => self.next_try,
            };
            next = mend.into_iter().chain(marks.due()).fold(next, Instant::min);
        }
        let rest = next.saturating_duration_since(Instant::now());
        if !self.shared.stopped() && !marks.root_touched && !rest.is_zero() {
            drop(self.shared.wake.wait_timeout(marks, rest));
        }
    }

    /// Is the folder there, and the same that is watched?
    fn check_root(&mut self) {
        let now = Place::of(&self.root);
        match (&self.place, &now) {
            (None, None) => {}
            (Some(then), Some(now)) if then.is_same(now) => {}
            (Some(then), Some(now)) if now.is_bare_mount_point_of(then, &self.root) => self.leave(),
            (_, Some(_)) => {
                self.build();
                self.look_everywhere();
            }
            (Some(_), None) => self.leave(),
        }
    }

    fn leave(&mut self) {
        self.system = None;
        self.place = None;
        self.next_try = None;
        // What is gone with the folder was not deleted by anybody.
        self.shared.marks().clear();
        self.tell(WatchState::Gone);
        // Only the parent is watched now: the folder may come back.
        let shared = Arc::clone(&self.shared);
        let root = self.root.clone();
        let waiting = RecommendedWatcher::new(
            move |report: notify::Result<notify::Event>| {
                if report.is_ok_and(|event| event.paths.contains(&root)) {
                    shared.marks().root_touched = true;
                    shared.wake.notify_all();
                }
            },
            notify::Config::default(),
        );
        if let (Ok(mut waiting), Some(parent)) = (waiting, self.root.parent())
            && waiting.watch(parent, RecursiveMode::NonRecursive).is_ok()
        {
            self.system = Some(waiting);
        }
    }

    /// Builds the watch anew after an error or lost reports, and now and then where it was not possible; looks
    /// around blindly where no watches are left.
    fn mend(&mut self) {
        let now = Instant::now();
        let failure = self.shared.marks().failure;
        match failure {
            Some(Failure::Full) => {
                self.shared.marks().failure = None;
                self.blind = true;
                self.next_try.get_or_insert(now + self.habits.idle);
                self.next_look = self.next_look.min(now + self.habits.poll);
                self.tell(WatchState::Polling);
                self.look_everywhere();
            }
            Some(Failure::Lost) if now < self.last_build + REBUILD => {}
            None if self.next_try.is_none_or(|at| now < at) => {}
            _ => {
                self.build();
                self.look_everywhere();
            }
        }
    }

    /// Writes the heartbeat, and builds the watch anew when it was not noticed twice. Where reports are not trusted
    /// there is nothing to conclude from it.
    fn beat(&mut self) {
        let Some(canary) = self.habits.canary.as_ref().filter(|_| self.beats) else { return };
        if Instant::now() < self.next_beat {
            return;
        }
        self.next_beat = Instant::now() + self.habits.beat;
        let sent = self.shared.sent.load(Ordering::Acquire);
        if sent >= self.shared.heard.load(Ordering::Acquire) + 2 {
            self.build();
            self.look_everywhere();
            return;
        }
        self.shared.sent.store(sent + 1, Ordering::Release);
        if fs::write(canary.join(marks::CANARY), (sent + 1).to_string()).is_err() {
            // Without a place for it there is no heartbeat, and nothing to conclude from its absence.
            self.shared.heard.store(sent + 1, Ordering::Release);
        }
    }

    fn look_everywhere(&self) {
        self.shared.marks().look_everywhere();
    }

    /// Time between two looks at everything.
    fn pause(&self) -> Duration {
        if self.blind { self.habits.poll } else { self.habits.idle }
    }

    /// Hands over what has settled.
    fn look(&mut self) {
        let due = self.shared.marks().take_due();
        for folder in due.folders {
            self.walk(folder);
        }
        let settled: Vec<(PathBuf, Sight)> =
            due.paths.into_iter().filter_map(|path| self.settled(path)).collect();
        // Before a deletion is believed, the desk itself must be there.
        if settled.iter().any(|(_, sight)| *sight == Sight::Missing) {
            self.check_root();
        }
        if !settled.is_empty() && self.place.is_some() {
            let settled = settled.into_iter().map(|(path, _)| path).collect();
            let again = (self.sink)(Hint::Paths(settled));
            self.shared.marks().again(again, None);
        }
    }

    /// Has a folder walked, after it is made sure that it is watched.
    fn walk(&mut self, due: DueFolder) {
        let everything = due.folder == self.root;
        if !due.storm {
            self.reach(&due.folder);
        }
        let began = Instant::now();
        if cfg!(chaos_mutant = "no_rescan") {
            return;
        }
        let again = (self.sink)(Hint::Rescan(due.folder.clone()));
        if everything {
            // A slow folder is looked at less often.
            self.next_look = Instant::now() + self.pause().max(began.elapsed() * 10);
        }
        let follow = (!due.last && !due.storm).then_some(due.folder);
        self.shared.marks().again(again, follow);
    }

    /// The path and what it is, when there is something to say of it.
    fn settled(&mut self, path: DuePath) -> Option<(PathBuf, Sight)> {
        let now = Sight::of(&path.file);
        let case = Case {
            whole: path.whole,
            waited: path.since.elapsed(),
            before: path.seen,
            now,
            trusted: !self.blind,
            clock: SystemTime::now(),
        };
        if let Verdict::Again(wait) = sight::judge(case) {
            self.shared.marks().put_back(path, now, wait);
            return None;
        }
        if now == Sight::Folder {
            // Watched first, walked by the receiver then, and once more: it may be filled at this moment.
            self.reach(&path.file);
            self.shared.marks().walk_again(path.file.clone(), AGAIN, true);
        }
        Some((path.file, now))
    }

    /// Watches a folder and all below.
    fn reach(&mut self, folder: &Path) {
        if let Some(system) = self.system.as_mut().filter(|_| !self.blind)
            && let Err(error) = reach::watch_below(system, folder)
        {
            let full = matches!(error.kind, ErrorKind::MaxFilesWatch);
            self.shared.marks().failure = Some(if full { Failure::Full } else { Failure::Lost });
        }
    }

    fn tell(&mut self, state: WatchState) {
        if self.state != state {
            self.state = state;
            (self.sink)(Hint::State(state));
        }
    }
}

/// Is a path the folder or below it?
fn is_within(path: &Path, folder: &Path) -> bool {
    path.starts_with(folder)
}
