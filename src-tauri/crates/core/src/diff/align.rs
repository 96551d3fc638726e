//! The longest common subsequence of two rows of tokens, exactly, in the time of a few machine words a token.
//!
//! Bit-parallel (H. Hyyrö, "Bit-parallel LCS-length computation revisited", 2004): a row of the table is a bit vector.
//! Rows that would need too many of them are first cut at stretches that each text has once.

use super::token::Token;
use crate::text::{Run, runs_of};

/// Cells of the table that are worked out for one pair of rows; larger ones are cut, or else count as replaced.
const CELLS: usize = 1 << 22;
/// Tokens in a stretch at which long rows are cut, tried in turn.
const STRETCHES: [usize; 3] = [6, 3, 1];

/// Memory that is used again from pair to pair.
#[derive(Default)]
pub(super) struct Scratch {
    /// Open addressing: key, number of the distinct token, and the round in which the place was taken.
    table: Vec<(u64, u32, u32)>,
    round: u32,
    masks: Vec<u64>,
    rows: Vec<u64>,
}

/// Equal runs, in order.
pub(super) fn align(old: &[Token], new: &[Token], scratch: &mut Scratch) -> Vec<Run> {
    let mut runs = Vec::new();
    between(old, new, (0, 0), 0, scratch, &mut runs);
    runs
}

fn between(
    old: &[Token],
    new: &[Token],
    at: (usize, usize),
    tried: usize,
    scratch: &mut Scratch,
    runs: &mut Vec<Run>,
) {
    let start = old.iter().zip(new).take_while(|(a, b)| a.key == b.key).count();
    let (old_rest, new_rest) = (&old[start..], &new[start..]);
    let end = old_rest.iter().rev().zip(new_rest.iter().rev()).take_while(|(a, b)| a.key == b.key).count();
    let (old_mid, new_mid) = (&old_rest[..old_rest.len() - end], &new_rest[..new_rest.len() - end]);
    add_run(runs, Run { old: at.0, new: at.1, len: start });
    let mid = (at.0 + start, at.1 + start);
    if !old_mid.is_empty() && !new_mid.is_empty() {
        if old_mid.len().saturating_mul(new_mid.len()) <= CELLS {
            table(old_mid, new_mid, mid, scratch, runs);
        } else if let Some(len) = STRETCHES.get(tried) {
            cut(old_mid, new_mid, mid, (*len, tried + 1), scratch, runs);
        }
    }
    add_run(runs, Run { old: mid.0 + old_mid.len(), new: mid.1 + new_mid.len(), len: end });
}

/// Cuts long rows at stretches that both have.
fn cut(
    old: &[Token],
    new: &[Token],
    at: (usize, usize),
    (len, tried): (usize, usize),
    scratch: &mut Scratch,
    runs: &mut Vec<Run>,
) {
    let keys = |row: &[Token]| -> Vec<u64> { row.windows(len).map(stretch_key).collect() };
    let mut from = (0, 0);
    for run in runs_of(&keys(old), &keys(new)) {
        let place = (at.0 + from.0, at.1 + from.1);
        between(&old[from.0..run.old], &new[from.1..run.new], place, tried, scratch, runs);
        add_run(runs, Run { old: at.0 + run.old, new: at.1 + run.new, len: run.len });
        from = (run.old + run.len, run.new + run.len);
    }
    let place = (at.0 + from.0, at.1 + from.1);
    between(&old[from.0..], &new[from.1..], place, tried, scratch, runs);
}

fn add_run(runs: &mut Vec<Run>, run: Run) {
    if run.len > 0 {
        runs.push(run);
    }
}

/// A key for a stretch of tokens.
pub(super) fn stretch_key(stretch: &[Token]) -> u64 {
    stretch.iter().fold(0x9e37_79b9_7f4a_7c15, |key: u64, token| {
        (key.rotate_left(23) ^ token.key).wrapping_mul(0xd6e8_feb8_6659_fd93)
    })
}

impl Scratch {
    /// Numbers the distinct tokens of `old` and sets the bits of their places.
    fn prepare(&mut self, old: &[Token], words: usize) {
        let size = (2 * old.len()).next_power_of_two();
        if self.table.len() < size || self.round == u32::MAX {
            self.table = vec![(0, 0, 0); size.max(self.table.len())];
            self.round = 0;
        }
        self.round += 1;
        self.masks.clear();
        let mut distinct = 0;
        for (index, token) in old.iter().enumerate() {
            let place = self.place(token.key);
            if self.table[place].2 != self.round {
                self.table[place] = (token.key, distinct, self.round);
                distinct += 1;
                self.masks.resize(self.masks.len() + words, 0);
            }
            self.masks[self.table[place].1 as usize * words + index / 64] |= 1 << (index % 64);
        }
    }

    /// Where a key is, or would be.
    fn place(&self, key: u64) -> usize {
        let wrap = self.table.len() - 1;
        #[allow(clippy::cast_possible_truncation, reason = "any bits of the key do")]
        let mut place = (key ^ (key >> 32)) as usize & wrap;
        while self.table[place].2 == self.round && self.table[place].0 != key {
            place = (place + 1) & wrap;
        }
        place
    }
}

fn table(old: &[Token], new: &[Token], at: (usize, usize), scratch: &mut Scratch, runs: &mut Vec<Run>) {
    let words = old.len().div_ceil(64);
    scratch.prepare(old, words);
    let mut rows = std::mem::take(&mut scratch.rows);
    rows.clear();
    rows.resize(new.len() * words, !0);
    for (index, token) in new.iter().enumerate() {
        let (done, row) = rows.split_at_mut(index * words);
        let row = &mut row[..words];
        if let Some(before) = index.checked_sub(1) {
            row.copy_from_slice(&done[before * words..]);
        }
        let place = scratch.place(token.key);
        if scratch.table[place].2 != scratch.round {
            continue;
        }
        let first = scratch.table[place].1 as usize * words;
        let mut carry = false;
        for (bits, mask) in row.iter_mut().zip(&scratch.masks[first..first + words]) {
            let hit = *bits & mask;
            let (sum, over) = bits.overflowing_add(hit);
            let (sum, over_too) = sum.overflowing_add(u64::from(carry));
            carry = over || over_too;
            *bits = sum | (*bits & !hit);
        }
    }
    // A bit that is not set marks where the common part grows.
    let grows = |row: usize, column: usize| rows[row * words + column / 64] >> (column % 64) & 1 == 0;
    let first = runs.len();
    let (mut column, mut row) = (old.len(), new.len());
    while column > 0 && row > 0 {
        if !grows(row - 1, column - 1) {
            column -= 1;
        } else if row > 1 && grows(row - 2, column - 1) {
            row -= 1;
        } else {
            (column, row) = (column - 1, row - 1);
            runs.push(Run { old: at.0 + column, new: at.1 + row, len: 1 });
        }
    }
    runs[first..].reverse();
    scratch.rows = rows;
}

#[cfg(test)]
mod tests {
    use super::super::token::{Sort, tokens};
    use super::*;
    use proptest::prelude::*;

    fn row(text: &str) -> Vec<Token> {
        let mut row = Vec::new();
        tokens(text, 0..text.len(), true, &mut row);
        row.retain(|token| token.sort == Sort::Word);
        row
    }

    fn quadratic(old: &[Token], new: &[Token]) -> usize {
        let mut table = vec![vec![0; new.len() + 1]; old.len() + 1];
        for i in (0..old.len()).rev() {
            for j in (0..new.len()).rev() {
                table[i][j] = if old[i].key == new[j].key {
                    table[i + 1][j + 1] + 1
                } else {
                    table[i + 1][j].max(table[i][j + 1])
                };
            }
        }
        table[0][0]
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn the_common_part_is_the_longest(old in "([a-e] ){0,160}", new in "([a-e] ){0,160}") {
            let (old, new) = (row(&old), row(&new));
            let runs = align(&old, &new, &mut Scratch::default());
            let (mut at, mut len) = ((0, 0), 0);
            for run in &runs {
                prop_assert!(run.old >= at.0 && run.new >= at.1);
                for step in 0..run.len {
                    prop_assert_eq!(old[run.old + step].key, new[run.new + step].key);
                }
                at = (run.old + run.len, run.new + run.len);
                len += run.len;
            }
            prop_assert_eq!(len, quadratic(&old, &new));
        }
    }

    #[test]
    fn long_rows_are_cut_and_still_match() {
        let text: Vec<String> = (0..6000).map(|number| format!("w{}", number * 7919 % 4001)).collect();
        let mut edited = text.clone();
        for at in (10..6000).step_by(500) {
            edited[at] = "x".into();
        }
        let (old, new) = (row(&text.join(" ")), row(&edited.join(" ")));
        let runs = align(&old, &new, &mut Scratch::default());
        assert_eq!(runs.iter().map(|run| run.len).sum::<usize>(), 6000 - 12);
    }
}
