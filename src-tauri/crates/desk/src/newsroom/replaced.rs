//! Files that saves replaced. A program that had one open may go on writing into it, though it has no name any more:
//! what it wrote is kept, and the person is told.

use std::io::{Read, Seek};
use std::time::{Duration, Instant};

use super::{Newsroom, lock};
use crate::store::atomic::{Replaced, fingerprint};
use crate::store::history::Origin;
use crate::wire::Event;
use crate::words;

/// A program that writes in place is done after this long; one that is not is looked at again.
const PATIENCE: Duration = Duration::from_secs(2);

/// A file without a name, the path that it had, and when it was looked at last.
pub(super) struct Nameless {
    path: String,
    replaced: Replaced,
    since: Instant,
}

impl Newsroom {
    /// Remembers the file that a save replaced, where there is one.
    pub(super) fn remember_replaced(&self, path: &str, replaced: Option<Replaced>) {
        let Some(replaced) = replaced else { return };
        lock(&self.replaced).push(Nameless { path: path.to_owned(), replaced, since: Instant::now() });
        self.typed();
    }

    /// Looks again at the files that were replaced a while ago, or at all of them. Returns whether some are left.
    pub(super) fn look_at_replaced(&self, now: Instant, all: bool) -> bool {
        let due = |one: &mut Nameless| all || now.duration_since(one.since) >= PATIENCE;
        let due: Vec<Nameless> = lock(&self.replaced).extract_if(.., due).collect();
        for mut one in due {
            let mut bytes = Vec::new();
            let file = &mut one.replaced.file;
            if file.rewind().and_then(|()| file.read_to_end(&mut bytes)).is_err() {
                continue;
            }
            let held = fingerprint(&bytes);
            if held == one.replaced.held {
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
            one.since = now;
            lock(&self.replaced).push(one);
        }
        !lock(&self.replaced).is_empty()
    }
}
