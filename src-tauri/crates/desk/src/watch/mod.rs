//! Notices that something in a desk's folder may have changed.
//!
//! What the system reports is taken as a hint of where to look, never as a fact: reports get lost when the kernel's
//! queue overflows, when a folder is filled before it is watched, on network file systems, and when a watching
//! thread dies. So the callback only notes paths; one thread lets them settle, and everything doubtful becomes a
//! fresh look at a whole subtree.

mod marks;
mod place;

use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};
use std::{fs, mem};

use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

use crate::wire::WatchState;
use marks::Marks;
use place::Place;

/// An empty file is looked at again after this time: most are between a truncation and the first byte.
const EMPTY: Duration = Duration::from_millis(500);
/// A folder that appeared is walked again after this time: it may have been filled before it was watched.
const AGAIN: Duration = Duration::from_millis(500);
/// In a storm, a look waits for this much quiet.
const QUIET: Duration = Duration::from_millis(100);
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

/// How to watch. The defaults are right for people; tests shorten the times.
#[derive(Clone, Debug)]
pub struct Habits {
    /// A private local folder for the heartbeat: a file in it is written, and must be noticed. Without one, a dead
    /// watch is found out by `idle` alone.
    pub canary: Option<PathBuf>,
    /// Time between heartbeats; after two that were not noticed the watch is built anew.
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
            beat: Duration::from_secs(30),
            poll: Duration::from_secs(4),
            idle: Duration::from_secs(60),
            distrust: false,
        }
    }
}

type Sink = Box<dyn Fn(Hint) + Send + Sync>;

/// What the callback and the watch's thread share.
struct Shared {
    marks: Mutex<Marks>,
    wake: Condvar,
    stop: AtomicBool,
    /// Number of the last heartbeat that was sent.
    sent: AtomicU64,
    /// Number of the last heartbeat that was noticed.
    heard: AtomicU64,
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
    /// unless it takes longer than two seconds: then a rescan follows when it is.
    #[must_use]
    pub fn start(root: PathBuf, sink: Sink) -> Self {
        Self::start_with(root, Habits::default(), sink)
    }

    /// The same with other habits.
    #[must_use]
    pub fn start_with(root: PathBuf, habits: Habits, sink: Sink) -> Self {
        let shared = Arc::new(Shared {
            marks: Mutex::new(Marks::new(root.clone(), habits.canary.clone())),
            wake: Condvar::new(),
            stop: AtomicBool::new(false),
            sent: AtomicU64::new(0),
            heard: AtomicU64::new(0),
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
                watcher.run();
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
    /// The desk's folder as it was when the watch was built; `None` while it is gone.
    place: Option<Place>,
    state: WatchState,
    /// Reports cannot be trusted: network folder, or no watches left.
    blind: bool,
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
            root,
            habits,
            sink,
            shared,
            system: None,
            place: None,
            state: WatchState::Starting,
            blind: false,
        }
    }

    /// Builds the system's watch anew. No look follows from here.
    fn build(&mut self) {
        self.system = None;
        self.shared.marks().watch_failed = None;
        self.place = Place::of(&self.root);
        let Some(place) = &self.place else {
            self.tell(WatchState::Gone);
            return;
        };
        self.blind = self.habits.distrust || place.remote;
        match self.system_watch() {
            Ok(system) => self.system = Some(system),
            Err(_) => self.blind = true,
        }
        // A new watch starts with a heartbeat in time.
        self.shared.heard.store(self.shared.sent.load(Ordering::Acquire), Ordering::Release);
        let now = Instant::now();
        self.next_beat = now + self.habits.beat;
        self.next_look = now + if self.blind { self.habits.poll } else { self.habits.idle };
        self.tell(if self.blind { WatchState::Polling } else { WatchState::Active });
    }

    fn system_watch(&self) -> notify::Result<RecommendedWatcher> {
        let shared = Arc::clone(&self.shared);
        let config = notify::Config::default().with_follow_symlinks(false);
        let mut system = RecommendedWatcher::new(
            move |report: notify::Result<notify::Event>| {
                // Nothing but a note: a slow callback makes the kernel's queue overflow.
                let mut marks = shared.marks();
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
        if let Some(canary) = &self.habits.canary
            && fs::create_dir_all(canary).is_ok()
        {
            let _ = system.watch(canary, RecursiveMode::NonRecursive);
        }
        // The parent tells when the desk's own folder is moved away or comes back.
        if let Some(parent) = self.root.parent() {
            let _ = system.watch(parent, RecursiveMode::NonRecursive);
        }
        match system.watch(&self.root, RecursiveMode::Recursive) {
            // Part of it is watched; looks at everything find the rest.
            Err(error) if !matches!(error.kind, ErrorKind::MaxFilesWatch) => Err(error),
            Err(_) => {
                self.shared.marks().watch_failed = Some(true);
                Ok(system)
            }
            Ok(()) => Ok(system),
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
                    self.shared.marks().look_everywhere();
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
            if self.habits.canary.is_some() {
                next = next.min(self.next_beat);
            }
            next = marks.due().map_or(next, |due| next.min(due));
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

    /// Builds the watch anew after an error or lost reports; looks around blindly where no watches are left.
    fn mend(&mut self) {
        let failed = self.shared.marks().watch_failed.take();
        match failed {
            None => {}
            Some(true) => {
                self.blind = true;
                self.next_look = self.next_look.min(Instant::now() + self.habits.poll);
                self.tell(WatchState::Polling);
                self.shared.marks().look_everywhere();
            }
            Some(false) => {
                self.build();
                self.look_everywhere();
            }
        }
    }

    fn beat(&mut self) {
        let Some(canary) = &self.habits.canary else { return };
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

    fn look_everywhere(&mut self) {
        self.shared.marks().look_everywhere();
    }

    /// Hands over what has settled.
    fn look(&mut self) {
        let due = self.shared.marks().take_due();
        for folder in due.folders {
            let everything = folder == self.root;
            let began = Instant::now();
            (self.sink)(Hint::Rescan(folder.clone()));
            if everything {
                // A slow folder is looked at less often.
                let pause = if self.blind { self.habits.poll } else { self.habits.idle };
                self.next_look = Instant::now() + pause.max(began.elapsed() * 10);
            }
        }
        let mut paths = Vec::new();
        let mut marks = self.shared.marks();
        for path in due.paths {
            if path.later && path.file.metadata().is_ok_and(|meta| meta.is_file() && meta.len() == 0) {
                marks.second_look(path.file);
                continue;
            }
            // A folder that appeared is walked now, and once more when its watch surely stands.
            if path.file.symlink_metadata().is_ok_and(|meta| meta.is_dir()) {
                marks.walk_again(path.file.clone());
            }
            paths.push(path.file);
        }
        drop(marks);
        // Before a deletion is believed, the desk itself must be there.
        if !paths.is_empty() {
            if paths.iter().any(|path| path.symlink_metadata().is_err()) {
                self.check_root();
            }
            if self.place.is_some() {
                (self.sink)(Hint::Paths(paths));
            }
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
