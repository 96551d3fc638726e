//! Writes drafts as they fall due, on a thread of its own, so that no keystroke waits for the disk.
//!
//! It sleeps while nothing is unsaved: an idle desk costs nothing.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, PoisonError, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use crate::newsroom::Newsroom;

/// How often sessions with unsaved text are looked at.
const TICK: Duration = Duration::from_millis(50);

#[derive(Default)]
struct Bell {
    rung: Mutex<bool>,
    heard: Condvar,
    stop: AtomicBool,
}

/// The thread that writes drafts.
pub struct Scribe {
    bell: Arc<Bell>,
    thread: Option<JoinHandle<()>>,
}

impl Scribe {
    /// Starts writing for a newsroom; stops when dropped.
    #[must_use]
    pub fn start(newsroom: Weak<Newsroom>) -> Self {
        let bell = Arc::new(Bell::default());
        let heard = Arc::clone(&bell);
        let thread = std::thread::Builder::new()
            .name("scribe".into())
            .spawn(move || write_drafts(&newsroom, &heard))
            .expect("a thread can be started");
        Self { bell, thread: Some(thread) }
    }

    /// Says that somebody typed.
    pub fn ring(&self) {
        *self.bell.rung.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.bell.heard.notify_one();
    }
}

impl Drop for Scribe {
    fn drop(&mut self) {
        self.bell.stop.store(true, Ordering::SeqCst);
        self.ring();
        if let Some(thread) = self.thread.take() {
            // The last owner of a newsroom may be the scribe itself, between two looks.
            if thread.thread().id() != std::thread::current().id() {
                let _ = thread.join();
            }
        }
    }
}

fn write_drafts(newsroom: &Weak<Newsroom>, bell: &Bell) {
    loop {
        {
            let rung = bell.rung.lock().unwrap_or_else(PoisonError::into_inner);
            let mut rung = bell.heard.wait_while(rung, |rung| !*rung).unwrap_or_else(PoisonError::into_inner);
            *rung = false;
        }
        loop {
            if bell.stop.load(Ordering::SeqCst) {
                return;
            }
            let Some(newsroom) = newsroom.upgrade() else { return };
            // A fault in one look must not end all drafts: what waits is tried again.
            let look = AssertUnwindSafe(|| newsroom.write_due_drafts(Instant::now(), false));
            if !panic::catch_unwind(look).unwrap_or(true) {
                break;
            }
            drop(newsroom);
            std::thread::sleep(TICK);
        }
    }
}
