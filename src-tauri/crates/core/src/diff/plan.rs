//! Which blocks of two articles are the same ones: in place, edited, split, joined, moved.
//!
//! Equal blocks first. Of the others, those that share stretches of tokens; of these, the heaviest chain that keeps the
//! order stands in place, and what is left of it was moved. What has no counterpart at all was put in or taken out.
//! Fields of the front matter are the same where they have the same name.

use std::collections::HashMap;
use std::ops::Range;

use super::align::stretch_key;
use super::block::Side;
use super::key::ByKey;
use super::token::{Sort, Token};
use crate::text::runs_of;

/// Tokens in a stretch that tells one block from another.
const STRETCH: usize = 3;
/// Unmatched text of more tokens than this is sampled, one stretch in four.
const SAMPLE: usize = 1500;
/// A stretch that more blocks have says nothing about any of them.
const OWNERS: usize = 3;
/// In place, a block is the other one from this share of common stretches on, in hundredths of the smaller block.
const IN_PLACE: usize = 12;
/// Elsewhere, in hundredths of the larger block.
const MOVED: usize = 35;
/// As a part of a block that was split or joined, in hundredths of the part.
const PART: usize = 50;
/// Between two blocks that stand, at most this many pairs are compared word by word.
const PAIRS: usize = 400;
/// They are the same from this share of common words on, in hundredths.
const ALIKE: usize = 34;

/// What became of the blocks.
pub(super) struct Plan {
    /// In place, in order; one of the two ranges holds one block.
    pub pairs: Vec<(Range<usize>, Range<usize>)>,
    /// Moved: old and new number, in the old order.
    pub moves: Vec<(usize, usize)>,
}

pub(super) fn plan(old: &Side<'_>, new: &Side<'_>) -> Plan {
    let mut planner = Planner {
        old,
        new,
        old_to: vec![None; old.blocks.len()],
        new_to: vec![None; new.blocks.len()],
        moves: Vec::new(),
    };
    planner.fields();
    planner.equal();
    let mut pairs = planner.alike();
    planner.leftovers(&mut pairs);
    planner.moves.sort_unstable();
    Plan { pairs, moves: planner.moves }
}

/// A block without enough words to be known again.
fn is_slight(tokens: &[Token]) -> bool {
    tokens.iter().filter(|token| token.sort == Sort::Word).take(2).count() < 2
}

struct Planner<'a> {
    old: &'a Side<'a>,
    new: &'a Side<'a>,
    /// The counterpart of each block, in place or moved.
    old_to: Vec<Option<usize>>,
    new_to: Vec<Option<usize>>,
    moves: Vec<(usize, usize)>,
}

/// The blocks that have a stretch, by number from 1.
#[derive(Default)]
struct Owners {
    blocks: [u32; OWNERS],
    /// More have it than there are places.
    many: bool,
}

impl Owners {
    fn add(&mut self, block: u32) {
        match self.blocks.iter_mut().find(|place| **place == 0 || **place == block) {
            Some(place) => *place = block,
            None => self.many = true,
        }
    }
}

/// Two blocks that share stretches.
#[derive(Clone, Copy, Debug)]
struct Candidate {
    old: usize,
    new: usize,
    shared: usize,
    /// Stretches of each.
    of_old: usize,
    of_new: usize,
}

impl Candidate {
    fn of_smaller(&self) -> usize {
        100 * self.shared / self.of_old.min(self.of_new).max(1)
    }

    fn of_larger(&self) -> usize {
        100 * self.shared / self.of_old.max(self.of_new).max(1)
    }

    /// What shares much of itself outweighs several that share some.
    fn weight(&self) -> usize {
        self.shared * (1 + self.of_larger())
    }
}

impl Planner<'_> {
    fn pair(&mut self, old: usize, new: usize) {
        (self.old_to[old], self.new_to[new]) = (Some(new), Some(old));
    }

    fn move_to(&mut self, old: usize, new: usize) {
        self.pair(old, new);
        self.moves.push((old, new));
    }

    fn same(&self, old: usize, new: usize) -> bool {
        self.old.hash(old) == self.new.hash(new) && self.old.str(old) == self.new.str(new)
    }

    fn fields(&mut self) {
        let names = |side: &Side<'_>| -> Vec<(String, u64)> {
            let name = |block: usize| {
                let field = side.blocks[block].field.unwrap_or_default();
                // A comment is known by its text alone.
                (field.to_owned(), if field.is_empty() { side.hash(block) } else { 0 })
            };
            (0..side.body).map(name).collect()
        };
        let (old, new) = (names(self.old), names(self.new));
        for run in runs_of(&old, &new) {
            for step in 0..run.len {
                self.pair(run.old + step, run.new + step);
            }
        }
        let mut free: HashMap<&(String, u64), Vec<usize>> = HashMap::new();
        for at in (0..new.len()).rev().filter(|&at| self.new_to[at].is_none()) {
            free.entry(&new[at]).or_default().push(at);
        }
        for (at, name) in old.iter().enumerate() {
            if self.old_to[at].is_none()
                && let Some(to) = free.get_mut(name).and_then(Vec::pop)
            {
                self.move_to(at, to);
            }
        }
    }

    /// Pairs equal blocks of the body that keep their order.
    fn equal(&mut self) {
        let telling = |side: &Side<'_>| -> Vec<usize> {
            (side.body..side.blocks.len()).filter(|&block| !is_slight(side.tokens_of(block))).collect()
        };
        let (old, new) = (telling(self.old), telling(self.new));
        let hashes = |side: &Side<'_>, blocks: &[usize]| -> Vec<u64> {
            blocks.iter().map(|&block| side.hash(block)).collect()
        };
        for run in runs_of(&hashes(self.old, &old), &hashes(self.new, &new)) {
            for step in 0..run.len {
                let (from, to) = (old[run.old + step], new[run.new + step]);
                if self.same(from, to) {
                    self.pair(from, to);
                }
            }
        }
    }

    fn free(&self) -> (Vec<usize>, Vec<usize>) {
        let free = |side: &Side<'_>, to: &[Option<usize>]| -> Vec<usize> {
            (side.body..side.blocks.len()).filter(|&block| to[block].is_none()).collect()
        };
        (free(self.old, &self.old_to), free(self.new, &self.new_to))
    }

    /// Pairs blocks that share stretches; answers all that stand in place.
    fn alike(&mut self) -> Vec<(Range<usize>, Range<usize>)> {
        let found = self.candidates();
        let (old_holes, new_holes) = (holes(&self.old_to), holes(&self.new_to));
        let near: Vec<Candidate> = found
            .iter()
            .filter(|one| old_holes[one.old] == new_holes[one.new] && one.of_smaller() >= IN_PLACE)
            .copied()
            .collect();
        for one in heaviest_chain(&near, self.new.blocks.len()) {
            self.pair(one.old, one.new);
        }
        let mut moved = self.moves.clone();
        moved.sort_unstable();
        let mut pairs: Vec<(Range<usize>, Range<usize>)> = (0..self.old.blocks.len())
            .filter_map(|old| Some((old, self.old_to[old]?)))
            .filter(|pair| moved.binary_search(pair).is_err())
            .map(|(old, new)| (old..old + 1, new..new + 1))
            .collect();
        self.widen(&mut pairs, &found);
        let mut far: Vec<&Candidate> = found.iter().filter(|one| one.of_larger() >= MOVED).collect();
        far.sort_by_key(|one| (std::cmp::Reverse(one.shared), one.old, one.new));
        for one in far {
            if self.old_to[one.old].is_none() && self.new_to[one.new].is_none() {
                self.move_to(one.old, one.new);
            }
        }
        pairs
    }

    /// Parts of split and joined blocks that stand beside their pair.
    fn widen(&mut self, pairs: &mut [(Range<usize>, Range<usize>)], found: &[Candidate]) {
        let parts: HashMap<(usize, usize), &Candidate> =
            found.iter().map(|one| ((one.old, one.new), one)).collect();
        for (olds, news) in pairs {
            if olds.start < self.old.body {
                continue;
            }
            let (old, new) = (olds.start, news.start);
            let is_part = |old: usize, new: usize, of: fn(&Candidate) -> usize| {
                parts.get(&(old, new)).is_some_and(|one| 100 * one.shared >= PART * of(one).max(1))
            };
            let split = |at: usize| self.new_to[at].is_none() && is_part(old, at, |one| one.of_new);
            let join = |at: usize| self.old_to[at].is_none() && is_part(at, new, |one| one.of_old);
            let after = (news.end..self.new.blocks.len()).take_while(|&at| split(at)).count();
            let before = (self.new.body..news.start).rev().take_while(|&at| split(at)).count();
            if after + before > 0 {
                *news = news.start - before..news.end + after;
                self.new_to[news.clone()].fill(Some(old));
                continue;
            }
            let after = (olds.end..self.old.blocks.len()).take_while(|&at| join(at)).count();
            let before = (self.old.body..olds.start).rev().take_while(|&at| join(at)).count();
            *olds = olds.start - before..olds.end + after;
            self.old_to[olds.clone()].fill(Some(new));
        }
    }

    /// Free blocks of the body that share stretches.
    fn candidates(&self) -> Vec<Candidate> {
        let (old_free, new_free) = self.free();
        let size = |side: &Side<'_>, free: &[usize]| -> usize {
            free.iter().map(|&block| side.blocks[block].tokens.len()).sum()
        };
        if old_free.is_empty() || new_free.is_empty() {
            return Vec::new();
        }
        let sample = size(self.old, &old_free).max(size(self.new, &new_free)) > SAMPLE;
        let stretches = |side: &Side<'_>, free: &[usize]| -> Vec<Vec<u64>> {
            let of = |&block: &usize| {
                let tokens = side.tokens_of(block);
                // The block as a whole counts as a stretch, so that a short one can be known again.
                let mut keys = vec![side.hash(block)];
                let all = tokens.len() < 32 || !sample;
                keys.extend(tokens.windows(STRETCH).map(stretch_key).filter(|key| all || key >> 62 == 0));
                keys
            };
            free.iter().map(of).collect()
        };
        let (old_keys, new_keys) = (stretches(self.old, &old_free), stretches(self.new, &new_free));
        let mut owners: HashMap<u64, Owners, ByKey> = HashMap::default();
        for (&block, keys) in new_free.iter().zip(&new_keys) {
            let number = u32::try_from(block + 1).unwrap_or(0);
            keys.iter().for_each(|key| owners.entry(*key).or_default().add(number));
        }
        // What too many blocks have tells none of them apart, and counts for none.
        let telling = |keys: &[u64]| -> usize {
            keys.iter().filter(|key| owners.get(key).is_none_or(|owners| !owners.many)).count()
        };
        let of_new: Vec<usize> = new_keys.iter().map(|keys| telling(keys)).collect();
        let mut found = Vec::new();
        let mut votes: Vec<u32> = Vec::new();
        for (&block, keys) in old_free.iter().zip(&old_keys) {
            votes.clear();
            for key in keys {
                if let Some(owners) = owners.get(key).filter(|owners| !owners.many) {
                    votes.extend(owners.blocks.iter().filter(|&&block| block > 0));
                }
            }
            votes.sort_unstable();
            let of_old = telling(keys);
            for same in votes.chunk_by(|a, b| a == b) {
                let new = same[0] as usize - 1;
                // Free blocks are in order.
                let of_new = new_free.binary_search(&new).map_or(0, |place| of_new[place]);
                found.push(Candidate { old: block, new, shared: same.len(), of_old, of_new });
            }
        }
        found
    }

    /// Between blocks that stand: slight ones that are equal, ones that share words, and as many as there were before.
    fn leftovers(&mut self, pairs: &mut Vec<(Range<usize>, Range<usize>)>) {
        let mut all = Vec::with_capacity(pairs.len());
        let end =
            (self.old.blocks.len()..self.old.blocks.len(), self.new.blocks.len()..self.new.blocks.len());
        let (mut at_old, mut at_new) = (0, 0);
        for pair in pairs.iter().chain([&end]) {
            self.area(at_old..pair.0.start, at_new..pair.1.start, &mut all);
            (at_old, at_new) = (pair.0.end, pair.1.end);
            all.push(pair.clone());
        }
        all.pop();
        *pairs = all;
    }

    fn area(&mut self, olds: Range<usize>, news: Range<usize>, all: &mut Vec<(Range<usize>, Range<usize>)>) {
        let old: Vec<usize> = olds.filter(|&at| at >= self.old.body && self.old_to[at].is_none()).collect();
        let new: Vec<usize> = news.filter(|&at| at >= self.new.body && self.new_to[at].is_none()).collect();
        if old.is_empty() || new.is_empty() {
            return;
        }
        let hashes = |side: &Side<'_>, blocks: &[usize]| -> Vec<u64> {
            blocks.iter().map(|&block| side.hash(block)).collect()
        };
        let mut found: Vec<(usize, usize)> = Vec::new();
        let (mut from_old, mut from_new) = (0, 0);
        let mut runs = runs_of(&hashes(self.old, &old), &hashes(self.new, &new));
        runs.push(crate::text::Run { old: old.len(), new: new.len(), len: 0 });
        for run in runs {
            self.words(&old[from_old..run.old], &new[from_new..run.new], &mut found);
            found.extend((0..run.len).map(|step| (old[run.old + step], new[run.new + step])));
            (from_old, from_new) = (run.old + run.len, run.new + run.len);
        }
        for (old, new) in found {
            self.pair(old, new);
            all.push((old..old + 1, new..new + 1));
        }
    }

    fn words(&self, old: &[usize], new: &[usize], found: &mut Vec<(usize, usize)>) {
        let mut chain: Vec<(usize, usize)> = Vec::new();
        if old.len().saturating_mul(new.len()) <= PAIRS {
            let bag = |side: &Side<'_>, block: usize| -> Vec<u64> {
                let words = side.tokens_of(block).iter().filter(|token| token.sort == Sort::Word);
                let mut bag: Vec<u64> = words.map(|token| token.key).collect();
                bag.sort_unstable();
                bag
            };
            let old_bags: Vec<_> = old.iter().map(|&block| bag(self.old, block)).collect();
            let new_bags: Vec<_> = new.iter().map(|&block| bag(self.new, block)).collect();
            let mut near = Vec::new();
            for (i, old) in old_bags.iter().enumerate() {
                for (j, new) in new_bags.iter().enumerate() {
                    let share = likeness(old, new);
                    if share >= ALIKE {
                        near.push(Candidate { old: i, new: j, shared: share, of_old: 0, of_new: 0 });
                    }
                }
            }
            chain = heaviest_chain(&near, new.len()).iter().map(|one| (one.old, one.new)).collect();
        }
        chain.push((old.len(), new.len()));
        let (mut at_old, mut at_new) = (0, 0);
        for (to_old, to_new) in chain {
            if to_old - at_old == to_new - at_new {
                found.extend((at_old..to_old).zip(at_new..to_new).map(|(i, j)| (old[i], new[j])));
            }
            if to_old < old.len() {
                found.push((old[to_old], new[to_new]));
            }
            (at_old, at_new) = (to_old + 1, to_new + 1);
        }
    }
}

/// The share of common keys of two sorted rows, in hundredths.
fn likeness(old: &[u64], new: &[u64]) -> usize {
    let (mut at_old, mut at_new, mut common) = (0, 0, 0);
    while let (Some(a), Some(b)) = (old.get(at_old), new.get(at_new)) {
        common += usize::from(a == b);
        (at_old, at_new) = (at_old + usize::from(a <= b), at_new + usize::from(b <= a));
    }
    (200 * common).checked_div(old.len() + new.len()).unwrap_or(0)
}

/// How many blocks with a counterpart stand before each.
fn holes(to: &[Option<usize>]) -> Vec<usize> {
    to.iter()
        .scan(0, |count, to| {
            *count += usize::from(to.is_some());
            Some(*count)
        })
        .collect()
}

/// The chain of candidates, rising on both sides, that shares most.
fn heaviest_chain(candidates: &[Candidate], new_len: usize) -> Vec<Candidate> {
    let mut order: Vec<usize> = (0..candidates.len()).collect();
    // Of one old block at most one is taken, so its later counterparts must not see its earlier ones.
    order.sort_by_key(|&at| (candidates[at].old, std::cmp::Reverse(candidates[at].new)));
    // A Fenwick tree of the best chain that ends before each new block.
    let mut best: Vec<(usize, usize)> = vec![(0, usize::MAX); new_len + 1];
    let mut before = vec![usize::MAX; candidates.len()];
    let mut top = (0, usize::MAX);
    for at in order {
        let one = candidates[at];
        let mut sum = (0, usize::MAX);
        let mut place = one.new;
        while place > 0 {
            if best[place].0 > sum.0 {
                sum = best[place];
            }
            place &= place - 1;
        }
        before[at] = sum.1;
        let entry = (sum.0 + one.weight(), at);
        if entry.0 > top.0 {
            top = entry;
        }
        let mut place = one.new + 1;
        while place <= new_len {
            if entry.0 > best[place].0 {
                best[place] = entry;
            }
            place += place & place.wrapping_neg();
        }
    }
    let mut chain = Vec::new();
    let mut at = top.1;
    while at != usize::MAX {
        chain.push(candidates[at]);
        at = before[at];
    }
    chain.reverse();
    chain
}
