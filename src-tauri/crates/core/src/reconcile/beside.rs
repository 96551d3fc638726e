//! What both sides did at one gap: where both can stay there, and in which order.
//!
//! Two texts in one gap are a question of order. There is none where they hang on different paragraphs, where one of
//! them was moved there, or where both sides put the same sentences there and so say where the others belong.

use std::collections::HashSet;

use super::body::{Bodies, same_put};
use super::edit::Edit;
use super::fate::Fate;
use super::row::rank;
use super::{Piece, push, push_agreed, strongest};
use crate::text::runs_of;

/// What a text that was put into a gap goes on with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Hangs {
    /// The paragraph above.
    Above,
    /// Nothing: it has paragraphs of its own.
    Alone,
    /// The paragraph below.
    Below,
}

/// Whether what one side moved comes to its place, as far as the other is concerned.
fn arrives(fate: &Fate) -> bool {
    matches!(fate, Fate::Left | Fate::Edited(_))
}

/// How much the gap that parts most does, in a row from gap to gap.
fn parting(row: &[&str]) -> usize {
    row.iter().step_by(2).map(|gap| rank(gap)).max().unwrap_or(0)
}

impl Bodies<'_> {
    /// Both sides changed one gap, and nothing else.
    pub fn in_one_gap(&self, lists: &[Vec<&Edit>; 2]) -> Option<Vec<Piece>> {
        let ([a], [b]) = (lists[0].as_slice(), lists[1].as_slice()) else { return None };
        if a.range != b.range {
            return None;
        }
        let fates = [(0, a), (1, b)]
            .into_iter()
            .flat_map(|(side, edit)| edit.here.iter().map(move |&number| &self.placed[side][number].fate));
        let fates: Vec<&Fate> = fates.collect();
        let arrive = fates.iter().all(|fate| arrives(fate));
        if !a.is_insertion() || !b.is_insertion() {
            let one = || self.beside_a_changed_gap(0, a, b);
            let other = || self.beside_a_changed_gap(1, b, a);
            return if arrive { one().or_else(other) } else { None };
        }
        let side_by_side = if arrive { self.side_by_side(a, b) } else { None };
        side_by_side.or_else(|| {
            let same = fates.iter().all(|fate| arrives(fate) || **fate == Fate::Moved { same_place: true });
            if same { self.around_the_same(a, b) } else { None }
        })
    }

    /// The sentences that an edit puts into a gap.
    fn put(&self, side: usize, edit: &Edit) -> Vec<&str> {
        self.rows[side][edit.new.clone()].iter().skip(1).step_by(2).copied().collect()
    }

    fn lead(&self, side: usize, edit: &Edit) -> &str {
        self.rows[side][edit.new.start]
    }

    fn trail(&self, side: usize, edit: &Edit) -> &str {
        self.rows[side][edit.new.end - 1]
    }

    /// `None` where that cannot be said: the paragraph was split as well.
    fn hangs(&self, side: usize, edit: &Edit) -> Option<Hangs> {
        let was = rank(self.base[edit.range.start]);
        let (first, last) = (edit.range.start == 0, edit.range.end == self.base.len());
        let [lead, trail] = [self.lead(side, edit), self.trail(side, edit)].map(rank);
        let inner = edit.new.start + 2..edit.new.end - 1;
        let is_one = inner.step_by(2).all(|at| rank(self.rows[side][at]) == 0);
        if lead == 0 && !first {
            (is_one && (last || was > 0) && trail == was).then_some(Hangs::Above)
        } else if trail == 0 && !last {
            (is_one && (first || was > 0) && lead == was).then_some(Hangs::Below)
        } else {
            Some(Hangs::Alone)
        }
    }

    /// One side made the gap another, and the other put something there. Where that parts the paragraph as well, both
    /// did. Where paragraphs were joined and it hangs on one of these, it goes on with that one, and the gap on its
    /// other side is the one that was changed.
    fn beside_a_changed_gap(&self, side: usize, gap: &Edit, put: &Edit) -> Option<Vec<Piece>> {
        if gap.range.len() != 1 || gap.new.len() != 1 || !gap.is_blank() || !put.is_insertion() {
            return None;
        }
        let changed = self.text(side, &gap.new);
        let is_inner = put.range.start > 0 && put.range.end < self.base.len();
        if is_inner && rank(&changed) > rank(self.base[put.range.start]) {
            let is_parted = parting(&self.rows[1 - side][put.new.clone()]) >= rank(&changed);
            return is_parted.then(|| self.brought(1 - side, put, put.new.clone()));
        }
        let mut pieces = Vec::new();
        match self.hangs(1 - side, put)? {
            Hangs::Above => {
                pieces = self.brought(1 - side, put, put.new.start..put.new.end - 1);
                push_agreed(&mut pieces, &changed);
            }
            Hangs::Below => {
                push_agreed(&mut pieces, &changed);
                for piece in self.brought(1 - side, put, put.new.start + 1..put.new.end) {
                    push(&mut pieces, piece);
                }
            }
            Hangs::Alone => return None,
        }
        Some(pieces)
    }

    /// Into one gap both put sentences, one of them by a move, or each on a paragraph of its own: both stay.
    fn side_by_side(&self, a: &Edit, b: &Edit) -> Option<Vec<Piece>> {
        let moves = [a, b].map(|edit| !edit.here.is_empty());
        let apart = || match (self.hangs(0, a), self.hangs(1, b)) {
            (Some(one), Some(other)) => one != other,
            _ => false,
        };
        if !(self.only_moves(0, a) || self.only_moves(1, b) || apart()) {
            return None;
        }
        // What both put there is not to stand there twice.
        let (ours, others) = (self.put(0, a), self.put(1, b));
        let known: HashSet<&&str> = ours.iter().collect();
        if others.iter().any(|sentence| known.contains(sentence))
            || !(moves[0] || moves[1]) && same_put(&ours, &others)
        {
            return None;
        }
        let origin = |side: usize, edit: &Edit| {
            edit.here.iter().map(|&number| self.changes[side].moves[number].old.start).min()
        };
        // What goes on in the paragraph above comes first, what goes on in the one below last; else what was moved,
        // in the old order. The same whichever side is which.
        let key = |side: usize, edit: &Edit| {
            let place = (rank(self.lead(side, edit)), 2 - rank(self.trail(side, edit)));
            (place, !moves[side], origin(side, edit))
        };
        let order = if key(0, a) <= key(1, b) { [(0, a), (1, b)] } else { [(1, b), (0, a)] };
        let [(one, first), (other, second)] = order;
        let mut pieces = self.brought(one, first, first.new.start..first.new.end - 1);
        push_agreed(&mut pieces, strongest([self.trail(one, first), self.lead(other, second)]));
        for piece in self.brought(other, second, second.new.start + 1..second.new.end) {
            push(&mut pieces, piece);
        }
        Some(pieces)
    }

    fn only_moves(&self, side: usize, edit: &Edit) -> bool {
        let moved: usize = edit.here.iter().map(|&number| self.changes[side].moves[number].new.len()).sum();
        moved > 0 && moved == edit.new.len() / 2
    }

    /// Into one gap both put the same sentences, and at most one side puts others before, after or between any two of
    /// these: all stay, as the shared ones say where the others belong.
    fn around_the_same(&self, a: &Edit, b: &Edit) -> Option<Vec<Piece>> {
        if self.is_laden(0, a) || self.is_laden(1, b) {
            return None;
        }
        let (ours, others) = (self.put(0, a), self.put(1, b));
        let runs = runs_of(&ours, &others);
        if runs.is_empty() {
            return None;
        }
        let shared = runs.iter().flat_map(|run| (0..run.len).map(|step| (run.old + step, run.new + step)));
        let (mut at, mut text) = ((0, 0), String::new());
        let mut own: [Vec<&str>; 2] = [Vec::new(), Vec::new()];
        for until in shared.chain([(ours.len(), others.len())]) {
            // From one shared sentence to the next, with the gaps around.
            let row = |side: usize, edit: &Edit, from: usize, to: usize| {
                &self.rows[side][edit.new.start + 2 * from..=edit.new.start + 2 * to]
            };
            let rows = [row(0, a, at.0, until.0), row(1, b, at.1, until.1)];
            let side = usize::from(rows[1].len() > rows[0].len());
            let (few, many) = (rows[1 - side], rows[side]);
            if few.len() > 1 || (many.len() == 1 && few != many) || parting(few) != parting(many) {
                return None;
            }
            own[side].extend(many.iter().skip(1).step_by(2));
            text += &many.concat();
            text += ours.get(until.0).copied().unwrap_or_default();
            at = (until.0 + 1, until.1 + 1);
        }
        if same_put(&own[0], &own[1]) {
            return None;
        }
        Some(vec![Piece::Agreed(text)])
    }
}
