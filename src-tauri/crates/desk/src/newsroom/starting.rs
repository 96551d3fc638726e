//! What a desk does by itself once it is open: it watches, reads its list, and looks after its history.

use std::sync::atomic::Ordering;
use std::sync::{Arc, Weak};

use super::{Newsroom, lock, renames};
use crate::error::Problem;
use crate::library::Change;
use crate::store::creating;
use crate::store::history::take_kept;
use crate::store::known;
use crate::store::sweep;
use crate::watch::{Habits, Watch, is_remote};
use crate::wire::Weaker;
use crate::words;

impl Newsroom {
    /// Starts to look for changes, then reads the library, on threads of their own. Once is enough.
    pub fn start(self: &Arc<Self>) {
        if self.started.swap(true, Ordering::SeqCst) {
            return;
        }
        let me = Arc::downgrade(self);
        std::thread::Builder::new()
            .name("library".into())
            .spawn(move || {
                let Some(newsroom) = me.upgrade() else { return };
                if is_remote(&newsroom.root) {
                    newsroom.saves_are_weaker(Weaker::Network);
                }
                newsroom.start_watch();
                let teller = Arc::downgrade(&newsroom);
                let library = Arc::clone(&newsroom.library);
                newsroom.records.refresh();
                newsroom.watch_reviews();
                library.remember(known::read(&*newsroom.fs, &newsroom.local));
                drop(newsroom);
                let since = library.scan(&|| {
                    if let Some(newsroom) = teller.upgrade() {
                        newsroom.tell_library();
                    }
                });
                if let Some(newsroom) = teller.upgrade() {
                    newsroom.tell_library();
                    if let Err(problem) = newsroom.look_after_history() {
                        newsroom.notice(&problem);
                    }
                    newsroom.follow_former(&since);
                    for session in newsroom.sessions() {
                        newsroom.keep_as_opened(&session);
                    }
                    newsroom.sweep();
                }
            })
            .expect("a thread can be started");
    }

    /// Articles that got another path while the program was closed take everything along that bears the old one.
    fn follow_former(&self, since: &[Change]) {
        for change in since {
            match change {
                Change::Renamed { from, to } => {
                    if self.file(from).symlink_metadata().is_err() {
                        self.moved(from, to);
                        match self.session(to) {
                            Ok(session) => self.look(&session),
                            Err(_) => self.keep_closed(to),
                        }
                    }
                }
                Change::Created { path } | Change::Changed { path } => {
                    if self.session(path).is_err() {
                        self.keep_closed(path);
                    }
                }
                Change::Removed { .. } => {}
            }
        }
        self.look_for_kin(since);
        self.look_for_links(&renames(since));
        known::write(&*self.fs, &self.local, &self.library.known());
    }

    /// A damaged database is set aside and said; what may be thinned out is.
    fn look_after_history(&self) -> Result<(), Problem> {
        let history = self.history()?;
        take_kept(&*self.fs, &self.local.join("kept"), history);
        if let Some(aside) = history.mend()?.as_ref().or(history.set_aside.as_ref()) {
            self.notice(&words::history_set_aside(aside));
            // Nothing goes in the same start: the person may want to look at what came over first.
            return Ok(());
        }
        if let Some(days) = self.keep_days {
            history.thin(days)?;
        }
        Ok(())
    }

    /// What interrupted saves left goes where its bytes are kept elsewhere; the rest is named.
    fn sweep(&self) {
        for path in creating::finish(&*self.fs, &self.root, &self.local, sweep::YOUNG) {
            self.library.refresh(&[self.file(&path)]);
            self.tell_library();
            self.notice(&words::created_after_all(&path));
        }
        let (drafts, history) = (self.journal.list(), self.history().ok());
        let swept = sweep::sweep(&*self.fs, &self.root, &self.local, &drafts, history, sweep::YOUNG);
        for path in &swept.kept {
            self.notice(&words::leftover(path.strip_prefix(&self.root).unwrap_or(path), false));
        }
    }

    fn start_watch(self: &Arc<Self>) {
        let me: Weak<Self> = Arc::downgrade(self);
        let habits = Habits { canary: Some(self.local.join("watch")), ..Habits::default() };
        let watch = Watch::start_with(
            self.root.clone(),
            habits,
            Box::new(move |hint| {
                if let Some(newsroom) = me.upgrade() {
                    newsroom.heed(hint);
                }
            }),
        );
        *lock(&self.watch) = Some(watch);
    }
}
