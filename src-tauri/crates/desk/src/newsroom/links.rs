//! Links that lost what they led to when articles moved: they are counted and offered to be mended, and mended when the
//! person says so, with a revision for each article and a way back.

use std::collections::HashMap;
use std::sync::Arc;

use copydesk_core::reconcile::{Outcome, reconcile};
use copydesk_core::relink::{self, Mended, Moves};
use copydesk_core::{front, text};

use super::{Newsroom, lock};
use crate::error::Problem;
use crate::session::Session;
use crate::store::atomic;
use crate::wire::{BrokenLinks, Event, LinksMended};

/// What moved since links were last looked after, and what was mended last.
#[derive(Default)]
pub(super) struct Links {
    moves: Moves,
    /// Counts the moves, so that a look knows whether it is the newest.
    turn: u64,
    mended: Vec<Done>,
}

/// An article whose links were mended: its whole text before and after.
struct Done {
    path: String,
    before: String,
    after: String,
    links: usize,
}

/// Adds a move to those before it: what moved twice moved from its first place to its last, or not at all.
fn add(moves: &mut Moves, from: &str, to: &str) {
    let first = moves.iter().find(|(_, at)| *at == from).map(|(first, _)| first.clone());
    let first = first.unwrap_or_else(|| from.to_owned());
    moves.remove(&first);
    if first != to {
        moves.insert(first, to.to_owned());
    }
}

fn mend(whole: &str, before: &str, now: &str, moves: &Moves, there: &dyn Fn(&str) -> bool) -> Option<Mended> {
    let (front, body) = front::split(whole);
    let mended = relink::mend(body, before, now, moves, there)?;
    Some(Mended { body: format!("{front}{}", mended.body), ..mended })
}

/// The former path of each article that moved, by its path now.
fn former(moves: &Moves) -> HashMap<&str, &str> {
    moves.iter().map(|(from, to)| (to.as_str(), from.as_str())).collect()
}

impl Newsroom {
    /// Articles moved: links are looked at on a thread of their own.
    pub(super) fn look_for_links(&self, moved: &[(&str, &str)]) {
        if moved.is_empty() {
            return;
        }
        let turn = {
            let mut links = lock(&self.links);
            moved.iter().for_each(|(from, to)| add(&mut links.moves, from, to));
            links.turn += 1;
            links.turn
        };
        let me = self.me.clone();
        let look = move || {
            if let Some(newsroom) = me.upgrade() {
                newsroom.count_broken_links(turn);
            }
        };
        // Without a thread nothing is offered, and nothing else is lost.
        let _ = std::thread::Builder::new().name("links".into()).spawn(look);
    }

    fn count_broken_links(&self, turn: u64) {
        let moves = lock(&self.links).moves.clone();
        let former = former(&moves);
        let mut broken: Vec<usize> = Vec::new();
        for path in self.library.paths() {
            // A newer look has begun.
            if lock(&self.links).turn != turn {
                return;
            }
            broken.extend(self.broken_in(&path, &moves, &former).map(|mended| mended.links));
        }
        let mut links = lock(&self.links);
        if links.turn != turn {
            return;
        }
        if broken.is_empty() {
            links.moves.clear();
        }
        drop(links);
        self.tell_links(moves.iter().next().filter(|_| !broken.is_empty()).map(|(from, to)| BrokenLinks {
            from: from.clone(),
            to: to.clone(),
            moves: count(moves.len()),
            links: count(broken.iter().sum()),
            articles: count(broken.len()),
        }));
    }

    fn tell_links(&self, offer: Option<BrokenLinks>) {
        self.host.emit(Event::LinksOffer { offer });
    }

    fn broken_in(&self, path: &str, moves: &Moves, former: &HashMap<&str, &str>) -> Option<Mended> {
        let whole = match self.session(path) {
            Ok(session) => session.snapshot().text(),
            Err(_) => {
                let on_disk = atomic::read(&*self.fs, &self.root, path).ok()?;
                if on_disk.refused.is_some() {
                    return None;
                }
                text::decode(&on_disk.bytes).ok()?.text
            }
        };
        let before = former.get(path).copied().unwrap_or(path);
        mend(&whole, before, path, moves, &|path| self.is_there(path))
    }

    fn is_there(&self, path: &str) -> bool {
        self.file(path).symlink_metadata().is_ok() || self.library.get(path).is_some()
    }

    /// Mends the links that lost what they led to. What was typed and not saved stays unsaved where the article is
    /// not open.
    ///
    /// # Errors
    /// An article could not be read or saved; those before it are mended, and can be undone.
    pub fn mend_links(&self) -> Result<LinksMended, Problem> {
        let moves = std::mem::take(&mut lock(&self.links).moves);
        let former = former(&moves);
        let mut done = Vec::new();
        let mut left = Vec::new();
        let mut result = Ok(());
        for path in self.library.paths() {
            if self.broken_in(&path, &moves, &former).is_none() {
                continue;
            }
            let before = former.get(path.as_str()).copied().unwrap_or(&path);
            let mended = |whole: &str| {
                let there = |path: &str| self.is_there(path);
                mend(whole, before, &path, &moves, &there).map(|mended| (mended.body, mended.links))
            };
            match self.rewrite(&path, &mended) {
                Ok(Some((before, after, links))) => done.push(Done { path, before, after, links }),
                Ok(None) => left.push(path),
                Err(problem) => result = Err(problem),
            }
        }
        let answer = summary(&done, left);
        lock(&self.links).mended = done;
        self.tell_links(None);
        result.map(|()| answer)
    }

    /// The person does not want the links mended.
    pub fn leave_links(&self) {
        lock(&self.links).moves.clear();
        self.tell_links(None);
    }

    /// Puts the links back that were mended last; what was written since stays.
    ///
    /// # Errors
    /// As [`Newsroom::mend_links`].
    pub fn undo_mended_links(&self) -> Result<LinksMended, Problem> {
        let mended = std::mem::take(&mut lock(&self.links).mended);
        let mut undone = Vec::new();
        let mut left = Vec::new();
        let mut result = Ok(());
        for done in mended {
            let back = |now: &str| {
                let whole = match reconcile(&done.after, now, &done.before) {
                    Outcome::Reload => done.before.clone(),
                    Outcome::Merge { text } => text,
                    Outcome::Same | Outcome::Converged | Outcome::Conflict { .. } => return None,
                };
                Some((whole, done.links))
            };
            match self.rewrite(&done.path, &back) {
                Ok(Some(_)) => undone.push(done),
                Ok(None) => left.push(done.path),
                Err(problem) => result = Err(problem),
            }
        }
        result.map(|()| summary(&undone, left))
    }

    /// Gives an article another text, and saves it unless it waited with a draft. The answer is the text before and
    /// after, with what the change says of itself; `None` where the article cannot be changed now.
    fn rewrite(
        &self,
        path: &str,
        change: &dyn Fn(&str) -> Option<(String, usize)>,
    ) -> Result<Option<(String, String, usize)>, Problem> {
        let was_open = self.session(path).is_ok();
        let (session, restored) = self.open_article(path)?;
        let changed = adopt(&session, change);
        let saved = match &changed {
            Some(_) if !restored => self.save_session(&session),
            _ => Ok(()),
        };
        if was_open {
            self.typed();
            self.tell_article(&session, None);
        } else {
            self.close_article(path)?;
        }
        saved.map(|()| changed)
    }
}

fn adopt(
    session: &Arc<Session>,
    change: &dyn Fn(&str) -> Option<(String, usize)>,
) -> Option<(String, String, usize)> {
    loop {
        let snapshot = session.snapshot();
        if snapshot.read_only || snapshot.conflict || snapshot.deleted {
            return None;
        }
        let before = snapshot.text();
        let (after, links) = change(&before)?;
        // The person may type meanwhile: then it is made again.
        if session.adopt(snapshot.edition, &after) {
            return Some((before, after, links));
        }
    }
}

fn summary(done: &[Done], left: Vec<String>) -> LinksMended {
    let links = done.iter().map(|done| done.links).sum();
    LinksMended { links: count(links), articles: count(done.len()), left }
}

fn count(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moves_add_up() {
        let mut moves = Moves::new();
        add(&mut moves, "a.md", "b.md");
        add(&mut moves, "b.md", "ville/b.md");
        add(&mut moves, "x.md", "y.md");
        assert_eq!(former(&moves).get("ville/b.md"), Some(&"a.md"));
        add(&mut moves, "ville/b.md", "a.md");
        assert_eq!(moves, Moves::from([("x.md".to_owned(), "y.md".to_owned())]));
    }
}
