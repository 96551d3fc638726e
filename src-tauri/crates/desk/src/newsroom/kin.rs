//! Articles that may have been renamed and edited at once: one is gone, and a single new one is alike. Nothing but the
//! words says so, so it is offered to the person, never assumed. A refusal is remembered.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use copydesk_core::text;

use super::{Newsroom, lock};
use crate::error::Problem;
use crate::library::{Change, likeness};
use crate::store::atomic;
use crate::store::fs::Fs;
use crate::store::history::Origin;
use crate::wire::{Event, RenameOffer};
use crate::words;

/// What leaves and what comes belong together when they are no further apart than this.
const TOGETHER: Duration = Duration::from_secs(10);
/// More articles that leave or come at once are a storm (another branch was checked out), not renames.
const STORM: usize = 32;

/// What left and what came a moment ago, and what is offered.
#[derive(Default)]
pub(super) struct Kin {
    gone: BTreeMap<String, Instant>,
    new: BTreeMap<String, Instant>,
    offers: BTreeSet<(String, String)>,
}

impl Kin {
    /// Takes what became of articles; says whether there is anything to decide anew.
    fn take(&mut self, changes: &[Change], now: Instant) -> bool {
        let young = |_: &String, at: &mut Instant| now.duration_since(*at) < TOGETHER;
        self.gone.retain(young);
        self.new.retain(young);
        let mut news = false;
        for change in changes {
            match change {
                Change::Created { path } => {
                    self.new.insert(path.clone(), now);
                    news |= self.gone.remove(path).is_none() || !self.offers.is_empty();
                }
                Change::Removed { path } => {
                    self.gone.insert(path.clone(), now);
                    self.new.remove(path);
                    news = true;
                }
                Change::Renamed { from, to } => {
                    self.gone.remove(to);
                    self.new.remove(from);
                    news |= !self.offers.is_empty();
                }
                Change::Changed { path } => news |= self.new.contains_key(path),
            }
        }
        news
    }
}

/// Pairs of a gone and a new text of which neither is alike to a second one of the other side.
fn pairs(gone: &[(String, String)], new: &[(String, String)]) -> BTreeSet<(String, String)> {
    let heir = |old: &str| likeness::candidate(old, new.iter().map(|(path, text)| (path, text.as_str())));
    let found = gone.iter().filter_map(|(from, old)| Some((from, heir(old)?)));
    found
        .filter(|(from, to)| {
            let text = new.iter().find(|(path, _)| path == *to).map_or("", |(_, text)| text.as_str());
            let former = gone.iter().map(|(path, text)| (path.as_str(), text.as_str()));
            likeness::candidate(text, former) == Some(from.as_str())
        })
        .map(|(from, to)| (from.clone(), to.clone()))
        .collect()
}

impl Newsroom {
    /// Looks among what left and what came for articles that may be the same, and tells the window what is offered.
    pub(super) fn look_for_kin(&self, changes: &[Change]) {
        let mut kin = lock(&self.kin);
        if !kin.take(changes, Instant::now()) {
            return;
        }
        let is_there = |path: &str| self.file(path).symlink_metadata().is_ok();
        let mut offers = std::mem::take(&mut kin.offers);
        let before = offers.clone();
        offers.retain(|(from, to)| {
            let young = kin.gone.contains_key(from);
            !young && !is_there(from) && is_there(to) && self.library.get(from).is_none()
        });
        if (1..=STORM).contains(&kin.gone.len()) && (1..=STORM).contains(&kin.new.len()) {
            let gone: Vec<(String, String)> =
                kin.gone.keys().filter_map(|path| Some((path.clone(), self.last_text(path)?))).collect();
            if !gone.is_empty() {
                let new = kin.new.keys().filter_map(|path| Some((path.clone(), self.text_on_disk(path)?)));
                let new: Vec<(String, String)> = new.collect();
                let refused = refusals(&*self.fs, &self.local);
                offers.extend(pairs(&gone, &new).into_iter().filter(|pair| !refused.contains(pair)));
            }
        }
        kin.offers = offers;
        let changed = kin.offers != before;
        drop(kin);
        if changed {
            self.tell_offers();
        }
    }

    /// Tells the window all that is offered; also a window that has just begun to listen.
    pub fn tell_offers(&self) {
        let offers = lock(&self.kin).offers.clone();
        let offers = offers.into_iter().map(|(from, to)| RenameOffer { from, to }).collect();
        self.host.emit(Event::RenameOffers { offers });
    }

    /// The text of an article that is gone, as far as this machine knew it.
    pub(super) fn last_text(&self, path: &str) -> Option<String> {
        if let Ok(session) = self.session(path) {
            return Some(session.snapshot().base.text.to_string());
        }
        let history = self.history().ok()?;
        let newest = history.list(path).ok()?.first()?.id;
        Some(text::decode(&history.content(newest).ok()?).ok()?.text)
    }

    pub(super) fn text_on_disk(&self, path: &str) -> Option<String> {
        let on_disk = atomic::read(&*self.fs, &self.root, path).ok()?;
        Some(text::decode(&on_disk.bytes).ok()?.text)
    }

    /// The person answers an offer: history, review and draft go along, or the refusal is remembered.
    ///
    /// # Errors
    /// It is not offered any more, or history could not take the unsaved text of the former article.
    pub fn answer_rename(&self, from: &str, to: &str, follow: bool) -> Result<(), Problem> {
        let pair = (from.to_owned(), to.to_owned());
        {
            let mut kin = lock(&self.kin);
            let back = self.file(from).symlink_metadata().is_ok();
            if !kin.offers.remove(&pair) || back {
                return Err(words::not_offered(from, to));
            }
            kin.gone.remove(from);
            kin.new.remove(to);
        }
        if follow {
            self.unite(from, to)?;
        } else {
            let mut refused = refusals(&*self.fs, &self.local);
            refused.insert(pair);
            // A refusal that cannot be kept is asked again one day: no harm.
            if let Ok(bytes) = serde_json::to_vec(&refused) {
                let _ = atomic::put(&*self.fs, &file(&self.local), &bytes);
            }
        }
        self.tell_offers();
        Ok(())
    }

    fn unite(&self, from: &str, to: &str) -> Result<(), Problem> {
        let typed_in = |path: &str| self.session(path).is_ok_and(|session| !session.snapshot().is_clean());
        let (left, taken) = (self.session(from).is_ok(), self.session(to).is_ok());
        // One text goes on: the open one. What was typed in the other goes into history, not over it.
        if taken && !typed_in(from) || !left && self.journal.read(to).is_some() {
            self.discard_draft(from)?;
            self.close_review(to);
        } else if taken || self.journal.read(to).is_some() {
            self.discard_draft(to)?;
            self.close_review(to);
        } else if let Some(bytes) = self.read_bytes(to) {
            // What another program made of it is a revision of its own.
            self.keep(to, &bytes, "", Origin::Outside)?;
        }
        self.history()?.unite(from, to)?;
        self.take_along(from, to);
        if let Ok(session) = self.session(to) {
            self.look(&session);
        }
        self.host.emit(Event::HistoryChanged { path: to.to_owned() });
        self.host.emit(Event::ReviewChanged { path: to.to_owned() });
        self.tell_library();
        self.look_for_links(&[(from, to)]);
        Ok(())
    }

    fn read_bytes(&self, path: &str) -> Option<Vec<u8>> {
        atomic::read(&*self.fs, &self.root, path).ok().map(|on_disk| on_disk.bytes)
    }
}

fn file(local: &Path) -> PathBuf {
    local.join("refused-renames.json")
}

fn refusals(fs: &dyn Fs, local: &Path) -> BTreeSet<(String, String)> {
    fs.read(&file(local)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    const ONE: &str =
        "Le conseil municipal a voté mardi soir la rénovation du vieux port, malgré les réserves.";
    const TWO: &str =
        "La fanfare du quartier a joué dimanche devant la mairie, sous la pluie, pour les enfants.";

    fn side(texts: &[(&str, &str)]) -> Vec<(String, String)> {
        texts.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect()
    }

    fn found(gone: &[(&str, &str)], new: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs(&side(gone), &side(new)).into_iter().collect()
    }

    #[test]
    fn a_pair_has_no_second_on_either_side() {
        let edited = ONE.replace("mardi soir", "jeudi");
        let one = ("a.md".to_owned(), "b.md".to_owned());
        assert_eq!(found(&[("a.md", ONE)], &[("b.md", &edited), ("c.md", TWO)]), [one]);
        assert_eq!(found(&[("a.md", ONE)], &[("b.md", &edited), ("c.md", ONE)]), []);
        assert_eq!(found(&[("a.md", ONE), ("z.md", &edited)], &[("b.md", &edited)]), []);
        assert_eq!(found(&[("a.md", ONE)], &[("c.md", TWO)]), []);
    }

    #[test]
    fn what_is_long_past_belongs_to_nothing() {
        let mut kin = Kin::default();
        let now = Instant::now();
        assert!(kin.take(&[Change::Removed { path: "a.md".into() }], now));
        assert!(kin.take(&[Change::Created { path: "b.md".into() }], now + TOGETHER));
        assert!(kin.gone.is_empty() && kin.new.contains_key("b.md"));
        assert!(!kin.take(&[Change::Changed { path: "c.md".into() }], now + TOGETHER));
    }
}
