//! Files that saves replaced. A program that had one open may go on writing into it, though it has no name any more:
//! what it wrote is kept, and the person is told.

use std::io::{Read, Seek};
use std::sync::atomic::Ordering;
use std::sync::{Weak, mpsc};
use std::time::{Duration, Instant};

use super::{Newsroom, lock};
use crate::store::atomic::{Replaced, fingerprint};
use crate::store::history::Origin;
use crate::store::writers::has_writer;
use crate::wire::Event;
use crate::words;

/// A program that writes in place is done after this long; one that is not is looked at again.
const PATIENCE: Duration = Duration::from_secs(2);
/// Between two looks at a file that somebody keeps open and does not write into, at most.
const SELDOM: Duration = Duration::from_secs(60);

/// Between two looks at what is due.
const TICK: Duration = Duration::from_millis(200);
/// At its end the program waits so long for a mount that may hang.
const AT_MOST: Duration = Duration::from_millis(500);

/// A file without a name, the path that it had, when it was looked at last, and how long it is left alone then.
pub(super) struct Nameless {
    path: String,
    replaced: Replaced,
    since: Instant,
    patience: Duration,
}

impl Newsroom {
    /// Remembers the file that a save replaced, where there is one.
    pub(super) fn remember_replaced(&self, path: &str, replaced: Option<Replaced>) {
        let Some(replaced) = replaced else { return };
        let (path, since) = (path.to_owned(), Instant::now());
        lock(&self.replaced).push(Nameless { path, replaced, since, patience: PATIENCE });
        self.watch_replaced();
    }

    /// Looks after the files that were replaced, on a thread that ends when there is none: they lie on the desk's disk,
    /// and where that hangs, no draft may wait for it.
    fn watch_replaced(&self) {
        if self.looking_back.swap(true, Ordering::SeqCst) {
            return;
        }
        let me = Weak::clone(&self.me);
        let look = move || {
            while let Some(newsroom) = me.upgrade() {
                if !newsroom.look_at_replaced(Instant::now(), false) {
                    newsroom.looking_back.store(false, Ordering::SeqCst);
                    // One may have come between the look and the word.
                    let idle = lock(&newsroom.replaced).is_empty();
                    if idle || newsroom.looking_back.swap(true, Ordering::SeqCst) {
                        return;
                    }
                }
                drop(newsroom);
                std::thread::sleep(TICK);
            }
        };
        if std::thread::Builder::new().name("replaced".into()).spawn(look).is_err() {
            self.looking_back.store(false, Ordering::SeqCst);
        }
    }

    /// Looks at all of them before the program ends, but waits for no mount that hangs.
    pub(super) fn look_at_replaced_at_last(&self) {
        if lock(&self.replaced).is_empty() {
            return;
        }
        let Some(newsroom) = self.me.upgrade() else { return };
        let (done, wait) = mpsc::channel();
        let look = move || {
            newsroom.look_at_replaced(Instant::now(), true);
            let _ = done.send(());
        };
        if std::thread::Builder::new().name("replaced".into()).spawn(look).is_ok() {
            let _ = wait.recv_timeout(AT_MOST);
        }
    }

    /// Looks again at the files that were replaced a while ago, or at all of them. Returns whether some are left.
    fn look_at_replaced(&self, now: Instant, all: bool) -> bool {
        let due = |one: &mut Nameless| all || now.duration_since(one.since) >= one.patience;
        let due: Vec<Nameless> = lock(&self.replaced).extract_if(.., due).collect();
        for mut one in due {
            let mut bytes = Vec::new();
            let file = &mut one.replaced.file;
            if file.rewind().and_then(|()| file.read_to_end(&mut bytes)).is_err() {
                continue;
            }
            let held = fingerprint(&bytes);
            if held == one.replaced.held {
                // A slow one may have opened it and not written yet: over a network, or where the machine is busy.
                if !all && has_writer(&one.replaced.file) {
                    one.since = now;
                    one.patience = (one.patience * 2).min(SELDOM);
                    lock(&self.replaced).push(one);
                }
                continue;
            }
            match self.keep(&one.path, &bytes, "", Origin::Outside) {
                Ok(()) => {
                    self.notice(&words::wrote_meanwhile(&one.path));
                    self.host.emit(Event::HistoryChanged { path: one.path.clone() });
                }
                Err(problem) => self.notice(&problem),
            }
            // It may not be done yet.
            one.replaced.held = held;
            (one.since, one.patience) = (now, PATIENCE);
            lock(&self.replaced).push(one);
        }
        !lock(&self.replaced).is_empty()
    }
}
