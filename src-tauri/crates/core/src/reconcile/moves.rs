//! What one side moved.
//!
//! A sentence that is gone from one place and stands in another, once in each text, was moved, along with its
//! neighbours that went with it; so was one that was edited on the way, where its words tell it from all others.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use super::alike::{MOVED, PAIRS, Pair, alike, likeness, pairs, telling, words};
use crate::text::{Run, runs_of};

/// At most this many sentences are looked at to find where an edited one went.
const CANDIDATES: usize = 8;

/// Sentences that one side moved.
#[derive(Clone, Debug)]
pub(super) struct Move {
    /// In the base, counted in sentences.
    pub old: Range<usize>,
    /// In the side's text, counted in sentences.
    pub new: Range<usize>,
}

impl Move {
    /// Elements of the base's row, without the gaps around.
    pub fn old_row(&self) -> Range<usize> {
        2 * self.old.start + 1..2 * self.old.end
    }

    /// Elements of the side's row, without the gaps around.
    pub fn new_row(&self) -> Range<usize> {
        2 * self.new.start + 1..2 * self.new.end
    }
}

/// Looks for counterparts of the sentences that no run of equal ones has.
pub(super) struct Search<'a> {
    old: &'a [&'a str],
    new: &'a [&'a str],
    old_free: Vec<bool>,
    new_free: Vec<bool>,
    /// The hole between equal sentences that each is in.
    old_hole: Vec<usize>,
    new_hole: Vec<usize>,
    /// Sentences in holes so large that what was edited in place was not looked for.
    vast_old: Vec<bool>,
    moves: Vec<Move>,
}

impl<'a> Search<'a> {
    pub fn new(old: &'a [&'a str], new: &'a [&'a str], runs: &[Run]) -> Self {
        let (mut old_free, mut new_free) = (vec![true; old.len()], vec![true; new.len()]);
        let (mut old_hole, mut new_hole) = (vec![0; old.len()], vec![0; new.len()]);
        for (number, run) in runs.iter().enumerate() {
            old_free[run.old..run.old + run.len].fill(false);
            new_free[run.new..run.new + run.len].fill(false);
            old_hole[run.old] = number + 1;
            new_hole[run.new] = number + 1;
        }
        // Each run begins a hole after it.
        for holes in [&mut old_hole, &mut new_hole] {
            let mut last = 0;
            for hole in holes.iter_mut() {
                last = last.max(*hole);
                *hole = last;
            }
        }
        let vast_old = vec![false; old.len()];
        Self { old, new, old_free, new_free, old_hole, new_hole, vast_old, moves: Vec::new() }
    }

    /// All moves, in the order of the base.
    pub fn into_moves(mut self) -> Vec<Move> {
        self.moves.sort_by_key(|one| one.old.start);
        self.moves
    }

    /// Moves around sentences that each text has once.
    pub fn find_equal(&mut self) {
        if self.old_free.contains(&true) && self.new_free.contains(&true) {
            self.grow(once(self.old, self.new));
        }
    }

    /// Sentences edited in place, in a hole between equal sentences; they are not looked for elsewhere any more.
    pub fn pairs(&mut self, olds: Range<usize>, news: Range<usize>) -> Vec<Pair> {
        if olds.is_empty() || news.is_empty() {
            return Vec::new();
        }
        if olds.len().saturating_mul(news.len()) > PAIRS {
            self.vast_old[olds.clone()].fill(true);
        }
        // A moved sentence has its counterpart already; without words it is like no other.
        let list = |range: &Range<usize>, texts: &[&'a str], free: &[bool]| -> Vec<Vec<&'a str>> {
            range.clone().map(|at| if free[at] { words(texts[at]) } else { Vec::new() }).collect()
        };
        let found = pairs(&list(&olds, self.old, &self.old_free), &list(&news, self.new, &self.new_free));
        let shift = |range: Range<usize>, by: usize| range.start + by..range.end + by;
        let found: Vec<Pair> =
            found.into_iter().map(|(o, n)| (shift(o, olds.start), shift(n, news.start))).collect();
        for (olds, news) in &found {
            self.old_free[olds.clone()].fill(false);
            self.new_free[news.clone()].fill(false);
        }
        found
    }

    /// Moves around sentences that were edited as they moved, with words that no other free sentence has. `near` looks
    /// within holes too; before it is known what was edited in place, that would be too soon.
    pub fn find_alike(&mut self, near: bool) {
        let mut seeds = nearest(self.old, self.new, &self.old_free, &self.new_free);
        seeds.retain(|&(old, new)| !self.vast_old[old] && (near || self.old_hole[old] != self.new_hole[new]));
        self.grow(seeds);
    }

    /// Moves that hold these pairs of sentences, with the neighbours that went along.
    fn grow(&mut self, seeds: Vec<(usize, usize)>) {
        for (start, to) in seeds {
            if !self.old_free[start] || !self.new_free[to] {
                continue;
            }
            let joins = |index: usize, to: usize| {
                let (old, new) = (self.old[index], self.new[to]);
                self.old_free[index] && self.new_free[to] && (old == new || alike(old, new))
            };
            let before =
                (1..=start.min(to)).take_while(|step| joins(start - step, to - step)).last().unwrap_or(0);
            let room = (self.old.len() - start).min(self.new.len() - to);
            let after = (1..room).take_while(|step| joins(start + step, to + step)).last().unwrap_or(0);
            let found = Move { old: start - before..start + after + 1, new: to - before..to + after + 1 };
            self.old_free[found.old.clone()].fill(false);
            self.new_free[found.new.clone()].fill(false);
            self.moves.push(found);
        }
    }
}

/// Runs of equal sentences. Edited ones count too where one order of sentences is as good as another, so that the same
/// move reads the same on both sides, whatever else was edited.
pub(super) fn runs(old: &[&str], new: &[&str]) -> Vec<Run> {
    let only = |here: &[&str], there: &[&str]| -> Vec<bool> {
        let there: HashSet<&&str> = there.iter().collect();
        here.iter().map(|sentence| !there.contains(sentence)).collect()
    };
    let mut known = new.to_vec();
    let mut taken = vec![false; old.len()];
    for (from, to) in nearest(old, new, &only(old, new), &only(new, old)) {
        if !std::mem::replace(&mut taken[from], true) {
            known[to] = old[from];
        }
    }
    let mut runs: Vec<Run> = Vec::new();
    for run in runs_of(old, &known) {
        let equal = (0..run.len).filter(|step| old[run.old + step] == new[run.new + step]);
        for step in equal {
            let (at_old, at_new) = (run.old + step, run.new + step);
            match runs.last_mut() {
                Some(last) if last.old + last.len == at_old && last.new + last.len == at_new => last.len += 1,
                _ => runs.push(Run { old: at_old, new: at_new, len: 1 }),
            }
        }
    }
    runs
}

/// Of the free sentences those that are alike, with words that no other free sentence has.
fn nearest(old: &[&str], new: &[&str], old_free: &[bool], new_free: &[bool]) -> Vec<(usize, usize)> {
    // Where each word stands among the free sentences of the new text; `None` where it stands in several.
    let mut owners: HashMap<&str, Option<usize>> = HashMap::new();
    for index in (0..new.len()).filter(|&index| new_free[index]) {
        for word in telling(&words(new[index]), &[]) {
            let owner = owners.entry(word).or_insert(Some(index));
            *owner = owner.filter(|owner| *owner == index);
        }
    }
    let mut pairs = Vec::new();
    for index in (0..old.len()).filter(|&index| old_free[index]) {
        let known = words(old[index]);
        let mut candidates: Vec<usize> =
            known.iter().filter_map(|word| owners.get(word).copied().flatten()).collect();
        candidates.dedup();
        let found = candidates
            .into_iter()
            .take(CANDIDATES)
            .map(|to| (likeness(&known, &words(new[to])), to))
            .filter(|(share, _)| *share >= MOVED)
            .max();
        pairs.extend(found.map(|(_, to)| (index, to)));
    }
    pairs
}

/// Sentences that each text has once.
fn once(old: &[&str], new: &[&str]) -> Vec<(usize, usize)> {
    // Per sentence: how often in each text, and where in the new one.
    let mut seen: HashMap<&str, (u32, u32, usize)> = HashMap::new();
    for &sentence in old {
        seen.entry(sentence).or_default().0 += 1;
    }
    for (index, sentence) in new.iter().enumerate() {
        if let Some(place) = seen.get_mut(sentence) {
            (place.1, place.2) = (place.1 + 1, index);
        }
    }
    let once = old.iter().enumerate().map(|(index, sentence)| (index, seen[sentence]));
    once.filter(|(_, place)| place.0 == 1 && place.1 == 1).map(|(index, place)| (index, place.2)).collect()
}
