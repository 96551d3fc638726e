//! Where changes are not reported, open articles are looked at by a clock of their own: a walk of a slow folder takes its
//! time, and somebody is looking at these.

use std::collections::HashMap;
use std::sync::Weak;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::Newsroom;
use crate::store::fs::Stat;
use crate::wire::WatchState;

/// Between two looks.
const POLL: Duration = Duration::from_secs(4);

impl Newsroom {
    /// Looks at the open articles until changes are reported again, on a thread of its own.
    pub(super) fn poll_open(&self) {
        if self.polling.swap(true, Ordering::SeqCst) {
            return;
        }
        let me = Weak::clone(&self.me);
        let poll = move || {
            let mut seen = HashMap::new();
            loop {
                std::thread::sleep(POLL);
                let Some(newsroom) = me.upgrade() else { return };
                if newsroom.watch_state() != WatchState::Polling {
                    newsroom.polling.store(false, Ordering::SeqCst);
                    // It may have been said again between the look and the word.
                    let over = newsroom.watch_state() != WatchState::Polling;
                    if over || newsroom.polling.swap(true, Ordering::SeqCst) {
                        return;
                    }
                }
                newsroom.look_at_open(&mut seen);
            }
        };
        if std::thread::Builder::new().name("poll".into()).spawn(poll).is_err() {
            self.polling.store(false, Ordering::SeqCst);
        }
    }

    /// Looks at the open articles that are not as they were `seen`.
    pub(super) fn look_at_open(&self, seen: &mut HashMap<String, Option<Stat>>) {
        let mut now = HashMap::new();
        for session in self.sessions() {
            let path = session.path();
            let stat = self.fs.stat(&self.file(&path)).ok();
            // What is in the middle of something is looked at again.
            if seen.get(&path) == Some(&stat) || self.look_once(&session, false) {
                now.insert(path, stat);
            }
        }
        *seen = now;
    }
}
