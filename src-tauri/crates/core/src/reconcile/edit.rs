//! What one side did to the row: its edits, and which of them belong to a move.
//!
//! An edit replaces elements of the base's row. Sentences that were edited in place are edits of their own; what is
//! left between them was put in, taken out, or replaced as a group.

use std::ops::Range;

use super::alike::Pair;
use super::moves::{Move, Search, runs};
use crate::text::Run;

/// A change of one side: elements `range` of the base's row become elements `new` of the side's row.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    pub range: Range<usize>,
    pub new: Range<usize>,
    /// Moves that take sentences out of `range`.
    pub away: Vec<usize>,
    /// Moves that bring sentences into `new`.
    pub here: Vec<usize>,
}

impl Edit {
    /// Nothing but a gap, or nothing at all, is left.
    pub fn is_blank(&self) -> bool {
        self.new.is_empty() || (self.new.len() == 1 && self.new.start.is_multiple_of(2))
    }

    /// Sentences came into a gap.
    pub fn is_insertion(&self) -> bool {
        self.range.len() == 1 && self.range.start.is_multiple_of(2) && !self.is_blank()
    }
}

/// All that one side did, in order.
pub(super) struct Changes {
    pub edits: Vec<Edit>,
    pub moves: Vec<Move>,
}

impl Changes {
    /// The numbers of the edits that overlap a range of the base's row.
    pub fn touching(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.edits.partition_point(|edit| edit.range.end <= range.start);
        let end = self.edits.partition_point(|edit| edit.range.start < range.end);
        start..end.max(start)
    }
}

/// Compares a side with the base, both as rows.
pub(super) fn changes(base: &[&str], side: &[&str]) -> Changes {
    let (old, new) = (sentences(base), sentences(side));
    let runs = runs(&old, &new);
    let mut search = Search::new(&old, &new, &runs);
    search.find_equal();
    search.find_alike(false);
    // Between equal sentences, the same ones edited.
    let mut pairs: Vec<Vec<Pair>> = Vec::new();
    let end = Run { old: old.len(), new: new.len(), len: 0 };
    let (mut at_old, mut at_new) = (0, 0);
    for run in runs.iter().chain([&end]) {
        let found = search.pairs(at_old..run.old, at_new..run.new);
        (at_old, at_new) = (run.old + run.len, run.new + run.len);
        pairs.push(found);
    }
    search.find_alike(true);
    let moves = search.into_moves();
    let mut writer = Writer {
        base,
        side,
        edits: Vec::new(),
        moved_old: marks(old.len(), moves.iter().map(|one| &one.old)),
        moved_new: marks(new.len(), moves.iter().map(|one| &one.new)),
    };
    let (mut at_old, mut at_new) = (0, 0);
    for (run, pairs) in runs.iter().chain([&end]).zip(pairs) {
        for (olds, news) in pairs {
            writer.hole(at_old..olds.start, at_new..news.start);
            (at_old, at_new) = (olds.end, news.end);
            writer.replace(olds, news);
        }
        writer.hole(at_old..run.old, at_new..run.new);
        for step in 1..run.len {
            writer.gap(run.old + step, run.new + step);
        }
        (at_old, at_new) = (run.old + run.len, run.new + run.len);
    }
    let mut edits = writer.edits;
    for edit in &mut edits {
        edit.away = within(&edit.range, &writer.moved_old);
        edit.here = within(&edit.new, &writer.moved_new);
    }
    Changes { edits, moves }
}

fn sentences<'a>(row: &[&'a str]) -> Vec<&'a str> {
    row.iter().skip(1).step_by(2).copied().collect()
}

/// For each sentence the move that it belongs to.
fn marks<'a>(len: usize, ranges: impl Iterator<Item = &'a Range<usize>>) -> Vec<Option<usize>> {
    let mut marks = vec![None; len];
    for (number, range) in ranges.enumerate() {
        marks[range.clone()].fill(Some(number));
    }
    marks
}

/// The moves of the sentences in a range of a row.
fn within(range: &Range<usize>, marks: &[Option<usize>]) -> Vec<usize> {
    let mut moves: Vec<usize> = marks[range.start / 2..range.end / 2].iter().flatten().copied().collect();
    moves.dedup();
    moves
}

/// Writes the edits of one side, in order.
struct Writer<'a> {
    base: &'a [&'a str],
    side: &'a [&'a str],
    edits: Vec<Edit>,
    moved_old: Vec<Option<usize>>,
    moved_new: Vec<Option<usize>>,
}

impl Writer<'_> {
    fn push(&mut self, range: Range<usize>, new: Range<usize>) {
        self.edits.push(Edit { range, new, away: Vec::new(), here: Vec::new() });
    }

    /// A gap between two sentences that both texts have.
    fn gap(&mut self, old: usize, new: usize) {
        if self.base[2 * old] != self.side[2 * new] {
            self.push(2 * old..2 * old + 1, 2 * new..2 * new + 1);
        }
    }

    fn replace(&mut self, olds: Range<usize>, news: Range<usize>) {
        self.push(2 * olds.start + 1..2 * olds.end, 2 * news.start + 1..2 * news.end);
    }

    /// Sentences without a counterpart, with the gaps around them.
    fn hole(&mut self, olds: Range<usize>, news: Range<usize>) {
        let moved = |marks: &[Option<usize>]| !marks.is_empty() && marks.iter().all(Option::is_some);
        if !olds.is_empty()
            && !news.is_empty()
            && (moved(&self.moved_old[olds.clone()]) || moved(&self.moved_new[news.clone()]))
        {
            // What came has nothing to do with what went: it came into the gap before.
            self.push(2 * olds.start..2 * olds.start + 1, 2 * news.start..2 * news.end + 1);
            self.cut_out(olds, 1);
        } else if olds.len() == news.len() {
            // As many sentences as before. Which became which is a guess that could bring deleted words back, so
            // they are one edit; the gaps around it are apart.
            self.gap(olds.start, news.start);
            if !olds.is_empty() {
                self.replace(olds.clone(), news.clone());
                self.gap(olds.end, news.end);
            }
        } else if news.is_empty() {
            self.removed(olds, news.start);
        } else {
            // More or fewer sentences: where exactly they came in is unknown, so the gaps around belong to it.
            self.push(2 * olds.start..2 * olds.end + 1, 2 * news.start..2 * news.end + 1);
        }
    }

    /// What was taken out took one of the gaps around it along.
    fn removed(&mut self, olds: Range<usize>, new: usize) {
        let (before, after, left) = (self.base[2 * olds.start], self.base[2 * olds.end], self.side[2 * new]);
        if left != before && left != after {
            if self.moved_old[olds.clone()].iter().any(Option::is_some) {
                // What moved is an edit of its own, or the other side's words could not follow it.
                self.cut_out(olds.clone(), 0);
                self.push(2 * olds.end..2 * olds.end + 1, 2 * new..2 * new + 1);
                return;
            }
            self.push(2 * olds.start..2 * olds.end + 1, 2 * new..2 * new + 1);
            return;
        }
        self.cut_out(olds, usize::from(left == before));
    }

    /// Takes sentences out with the gap before (`shift` 0) or after (1) them. Each paragraph and each move is an edit
    /// of its own.
    fn cut_out(&mut self, olds: Range<usize>, shift: usize) {
        let mut start = olds.start;
        for end in olds.start + 1..=olds.end {
            let parts = end == olds.end
                || self.moved_old[end - 1] != self.moved_old[end]
                || (self.moved_old[end].is_none() && self.base[2 * end].matches('\n').count() > 1);
            if parts {
                self.push(2 * start + shift..2 * end + shift, 0..0);
                start = end;
            }
        }
    }
}

/// The smallest range that holds both.
pub(super) fn hull(one: &Range<usize>, other: &Range<usize>) -> Range<usize> {
    one.start.min(other.start)..one.end.max(other.end)
}
