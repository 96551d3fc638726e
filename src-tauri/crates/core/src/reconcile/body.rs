//! Bodies, merged sentence by sentence.
//!
//! Edits of the two sides that overlap form a cluster, and each cluster is merged or is a conflict. An edit of one
//! side inside what the other moved goes along with the move. Where a move and the other side's edits cannot be told
//! apart, everything from the old place to the new one is one cluster, so that no choice of texts loses or doubles
//! what was moved.

use std::collections::HashSet;
use std::ops::Range;

use super::alike::{balanced, is_moved_as};
use super::edit::{Changes, Edit, changes, hull};
use super::fate::{Fate, Placed, placed};
use super::moves::Move;
use super::row::{rank, row};
use super::{
    Hunk, Piece, Place, Side, choose, contained, more_sentences, one_sided, push, push_agreed, strongest,
};

/// Clusters grow until no move is cut; after so many rounds the whole body is one.
const ROUNDS: usize = 8;

/// At most this many pairs of sentences that came in beside each other are compared word by word.
const LOOKS: usize = 64;

/// Merges bodies.
pub(super) fn merge(base: &str, mine: &str, theirs: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(body) = one_sided(base, mine, theirs) {
        push_agreed(&mut pieces, body);
        return pieces;
    }
    let rows = [row(mine), row(theirs)];
    let was = row(base);
    let changes = [changes(&was, &rows[0]), changes(&was, &rows[1])];
    let placed = [placed(&changes[0], &changes[1]), placed(&changes[1], &changes[0])];
    let bodies = Bodies { base: was, rows, changes, placed };
    let found = bodies.merge();
    let rows = [&*bodies.base, &*bodies.rows[0], &*bodies.rows[1]];
    let is_balanced = match found.as_slice() {
        [Piece::Agreed(text)] => balanced(rows, text, None),
        // What both hold is there whichever of them is chosen.
        _ => [Side::Mine, Side::Theirs]
            .into_iter()
            .all(|side| balanced(rows, &choose(&found, side), Some(side))),
    };
    // Words that came back or got lost: likeness misled, and a person has to look.
    if is_balanced { found } else { bodies.one_question() }
}

/// Three bodies as rows, and what was done. Index 0 is mine, 1 is theirs.
pub(super) struct Bodies<'a> {
    pub base: Vec<&'a str>,
    pub rows: [Vec<&'a str>; 2],
    pub changes: [Changes; 2],
    pub placed: [Vec<Placed>; 2],
}

/// Edits that overlap one another, by their numbers.
struct Cluster {
    range: Range<usize>,
    edits: [Vec<usize>; 2],
    /// A move holds it together: only the texts of the whole range can be chosen.
    whole: bool,
}

impl Cluster {
    /// Takes in the cluster that begins where this one ends.
    fn join(&mut self, next: Self) {
        self.range.end = next.range.end;
        self.whole |= next.whole;
        for (edits, more) in self.edits.iter_mut().zip(next.edits) {
            edits.extend(more);
        }
    }
}

/// Whether some sentence is in both lists, or nearly.
pub(super) fn same_put(one: &[&str], other: &[&str]) -> bool {
    let known: HashSet<&&str> = one.iter().collect();
    let few = one.len().saturating_mul(other.len()) <= LOOKS;
    other.iter().any(|sentence| {
        known.contains(sentence) || few && one.iter().any(|known| is_moved_as(known, sentence))
    })
}

/// What became of a cluster.
struct Solved {
    /// The elements of the base that `pieces` stand for.
    range: Range<usize>,
    pieces: Vec<Piece>,
}

impl Bodies<'_> {
    /// Everything from the first edit to the last as one conflict.
    fn one_question(&self) -> Vec<Piece> {
        let edits = self.changes.iter().flat_map(|changes| &changes.edits);
        let all = edits.map(|edit| edit.range.clone()).reduce(|one, other| hull(&one, &other));
        let range = all.unwrap_or_default();
        let [mine, theirs] = [0, 1].map(|side| {
            let edits: Vec<&Edit> = self.changes[side].edits.iter().collect();
            self.applied(side, &range, &edits)
        });
        let was = self.base[range.clone()].concat();
        let mut pieces = Vec::new();
        push_agreed(&mut pieces, &self.base[..range.start].concat());
        for piece in conflict(&was, &mine, &theirs, self.joint(&range, &mine, &theirs)) {
            push(&mut pieces, piece);
        }
        push_agreed(&mut pieces, &self.base[range.end..].concat());
        pieces
    }

    fn merge(&self) -> Vec<Piece> {
        let whole =
            |placed: &&Placed| matches!(placed.fate, Fate::Tangled | Fate::Moved { same_place: false });
        let mut wholes: Vec<Range<usize>> =
            self.placed.iter().flatten().filter(whole).map(|placed| placed.whole.clone()).collect();
        for _ in 0..ROUNDS {
            let clusters = self.clusters(&wholes);
            let mut cut = Vec::new();
            let pieces = self.solve_all(&clusters, &mut cut);
            if cut.is_empty() {
                return pieces;
            }
            wholes.extend(cut);
        }
        let all = 0..self.base.len();
        self.solve_all(&self.clusters(&[all]), &mut Vec::new())
    }

    fn clusters(&self, wholes: &[Range<usize>]) -> Vec<Cluster> {
        // Side 2 are the ranges that must not be cut.
        let mut items: Vec<(&Range<usize>, usize, usize)> =
            wholes.iter().enumerate().map(|(number, range)| (range, 2, number)).collect();
        for side in [0, 1] {
            // What the other side moved takes these edits along.
            let mut carried = vec![false; self.changes[side].edits.len()];
            for placed in &self.placed[1 - side] {
                if let Fate::Edited(edits) = &placed.fate {
                    carried[edits.clone()].fill(true);
                }
            }
            let edits = self.changes[side].edits.iter().enumerate().filter(|(number, _)| !carried[*number]);
            items.extend(edits.map(|(number, edit)| (&edit.range, side, number)));
        }
        items.sort_by_key(|(range, side, _)| (range.start, *side));
        let mut clusters: Vec<Cluster> = Vec::new();
        for (range, side, number) in items {
            let cluster = match clusters.last_mut() {
                Some(last) if range.start < last.range.end => last,
                _ => {
                    clusters.push(Cluster {
                        range: range.clone(),
                        edits: [Vec::new(), Vec::new()],
                        whole: false,
                    });
                    clusters.last_mut().expect("just pushed")
                }
            };
            cluster.range = hull(&cluster.range, range);
            match cluster.edits.get_mut(side) {
                Some(edits) => edits.push(number),
                None => cluster.whole = true,
            }
        }
        let mut clusters = self.with_twins(clusters);
        for cluster in clusters.iter_mut().filter(|cluster| cluster.whole) {
            cluster.edits = [0, 1].map(|side| self.changes[side].touching(&cluster.range).collect());
        }
        self.with_neighbours(clusters)
    }

    /// Where both sides put in the same sentence right beside each other, it is one question.
    fn with_twins(&self, clusters: Vec<Cluster>) -> Vec<Cluster> {
        let put = |cluster: &Cluster, side: usize| -> Vec<&str> {
            let edits = self.list(side, &cluster.edits[side]);
            let rows = edits.iter().filter(|edit| !edit.is_blank()).map(|edit| edit.new.clone());
            let odd = |row: Range<usize>| row.filter(|at| at % 2 == 1).map(|at| self.rows[side][at]);
            rows.flat_map(odd).collect()
        };
        let mut joined: Vec<Cluster> = Vec::new();
        for cluster in clusters {
            match joined.last_mut() {
                Some(last)
                    if last.range.end == cluster.range.start
                        && [0, 1]
                            .iter()
                            .any(|&side| same_put(&put(last, side), &put(&cluster, 1 - side))) =>
                {
                    last.join(cluster);
                }
                _ => joined.push(cluster),
            }
        }
        joined
    }

    /// Where both sides took out sentences that share a gap, what was taken out right before and after belongs to it:
    /// one gap is left of all.
    fn with_neighbours(&self, clusters: Vec<Cluster>) -> Vec<Cluster> {
        let blank = |cluster: &Cluster| {
            let edits = [0, 1].map(|side| self.list(side, &cluster.edits[side]));
            !cluster.whole && edits.iter().flatten().all(|edit| edit.is_blank())
        };
        let shared = |cluster: &Cluster| cluster.edits.iter().all(|edits| !edits.is_empty());
        let mut chains: Vec<Vec<Cluster>> = Vec::new();
        for cluster in clusters {
            match chains.last_mut() {
                Some(chain)
                    if chain.last().is_some_and(|last| {
                        last.range.end == cluster.range.start && blank(last) && blank(&cluster)
                    }) =>
                {
                    chain.push(cluster);
                }
                _ => chains.push(vec![cluster]),
            }
        }
        let join = |chain: Vec<Cluster>| -> Vec<Cluster> {
            if !chain.iter().any(shared) {
                return chain;
            }
            let joined = chain.into_iter().reduce(|mut one, other| {
                one.join(other);
                one
            });
            joined.into_iter().collect()
        };
        chains.into_iter().flat_map(join).collect()
    }

    /// The pieces of the body. Moves that a conflict would cut go to `cut`.
    fn solve_all(&self, clusters: &[Cluster], cut: &mut Vec<Range<usize>>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = 0;
        for (number, cluster) in clusters.iter().enumerate() {
            let until = clusters.get(number + 1).map_or(self.base.len(), |next| next.range.start);
            let solved = self.solve(cluster, at..until, cut);
            push_agreed(&mut pieces, &self.base[at..solved.range.start].concat());
            for piece in solved.pieces {
                push(&mut pieces, piece);
            }
            at = solved.range.end;
        }
        push_agreed(&mut pieces, &self.base[at..].concat());
        pieces
    }

    /// `free` is what no other cluster has.
    fn solve(&self, cluster: &Cluster, free: Range<usize>, cut: &mut Vec<Range<usize>>) -> Solved {
        let here = |pieces| Solved { range: cluster.range.clone(), pieces };
        let lists = [0, 1].map(|side| self.list(side, &cluster.edits[side]));
        if !cluster.whole {
            if lists.iter().any(Vec::is_empty) {
                let side = usize::from(lists[0].is_empty());
                return here(self.brought(side, lists[side][0], lists[side][0].new.clone()));
            }
            let found = self.gap_again(&lists, free).or_else(|| {
                let found = self.same_move(&lists).or_else(|| self.past_what_left(&lists));
                found.or_else(|| self.in_one_gap(&lists)).map(here)
            });
            if let Some(found) = found {
                return found;
            }
        }
        let was = self.base[cluster.range.clone()].concat();
        let [mine, theirs] = [0, 1].map(|side| self.applied(side, &cluster.range, &lists[side]));
        // Word for word, a move looks like words that went and others that came.
        let moves =
            |side: usize| lists[side].iter().any(|edit| !edit.away.is_empty() || !edit.here.is_empty());
        let laden = |side: usize| lists[side].iter().any(|edit| self.is_laden(side, edit));
        let found = if !cluster.whole && (laden(0) || laden(1)) {
            None
        } else {
            let words = || if moves(0) || moves(1) { None } else { contained(&was, &mine, &theirs) };
            let sentences = || {
                let [a, b] = [0, 1].map(|side| self.elements(side, &cluster.range, &lists[side]));
                let side = more_sentences(&self.base[cluster.range.clone()], &a, &b)?;
                let torn = [0, 1].iter().any(|&side| self.is_torn(side, &lists[side], &cluster.range));
                (!torn).then_some(if side == Side::Mine { &*mine } else { &*theirs })
            };
            one_sided(&was, &mine, &theirs).or_else(words).or_else(sentences)
        };
        if let Some(text) = found {
            return here(vec![Piece::Agreed(text.to_owned())]);
        }
        for side in [0, 1] {
            for number in lists[side].iter().flat_map(|edit| edit.away.iter().chain(&edit.here)) {
                let placed = &self.placed[side][*number];
                let safe = placed.fate == Fate::Moved { same_place: true };
                let whole = &placed.whole;
                if !safe && (whole.start < cluster.range.start || cluster.range.end < whole.end) {
                    cut.push(whole.clone());
                }
            }
        }
        here(conflict(&was, &mine, &theirs, self.joint(&cluster.range, &mine, &theirs)))
    }

    fn list(&self, side: usize, numbers: &[usize]) -> Vec<&Edit> {
        numbers.iter().map(|&number| &self.changes[side].edits[number]).collect()
    }

    pub fn text(&self, side: usize, new: &Range<usize>) -> String {
        self.rows[side][new.clone()].concat()
    }

    /// A range as one side has it, element by element.
    fn elements(&self, side: usize, range: &Range<usize>, edits: &[&Edit]) -> Vec<&str> {
        let mut elements = Vec::new();
        let mut at = range.start;
        for edit in edits {
            elements.extend(&self.base[at..edit.range.start]);
            elements.extend(&self.rows[side][edit.new.clone()]);
            at = edit.range.end;
        }
        elements.extend(&self.base[at..range.end]);
        elements
    }

    fn applied(&self, side: usize, range: &Range<usize>, edits: &[&Edit]) -> String {
        self.elements(side, range, edits).concat()
    }

    /// Whether the edit brings a move that the other side changed.
    pub fn is_laden(&self, side: usize, edit: &Edit) -> bool {
        edit.here.iter().any(|&number| match &self.placed[side][number].fate {
            Fate::Edited(edits) => !edits.is_empty(),
            Fate::Deleted => true,
            _ => false,
        })
    }

    /// Whether a move goes into the range or out of it, and the other side did not do the same.
    fn is_torn(&self, side: usize, edits: &[&Edit], range: &Range<usize>) -> bool {
        edits.iter().flat_map(|edit| edit.away.iter().chain(&edit.here)).any(|&number| {
            let Placed { fate, whole } = &self.placed[side][number];
            *fate != Fate::Moved { same_place: true } && hull(whole, range) != *range
        })
    }

    /// A part of an edit's text, where moved sentences have the other side's edits in them. Those that the other side
    /// deleted are a question here, at the new place: both sides took them from the old one.
    pub fn brought(&self, side: usize, edit: &Edit, new: Range<usize>) -> Vec<Piece> {
        let mut pieces = Vec::new();
        let mut at = new.start;
        let mut moves: Vec<usize> = edit.here.clone();
        moves.sort_by_key(|&number| self.changes[side].moves[number].new.start);
        for number in moves {
            let (block, fate) = (&self.changes[side].moves[number], &self.placed[side][number].fate);
            let edits: Vec<&Edit> = match fate {
                Fate::Edited(edits) => self.changes[1 - side].edits[edits.clone()].iter().collect(),
                Fate::Deleted => {
                    push_agreed(&mut pieces, &self.text(side, &(at..block.new_row().start)));
                    // The gap after goes along, so that one gap is left without the block.
                    at = (block.new_row().end + 1).min(new.end);
                    let gap = self.text(side, &(block.new_row().end..at));
                    let moved = self.text(side, &(block.new_row().start..at));
                    let (mine, theirs) = if side == 0 { (moved.as_str(), "") } else { ("", moved.as_str()) };
                    let was = self.base[block.old_row()].concat();
                    for piece in conflict(&format!("{was}{gap}"), mine, theirs, gap) {
                        push(&mut pieces, piece);
                    }
                    continue;
                }
                _ => continue,
            };
            push_agreed(&mut pieces, &self.text(side, &(at..block.new_row().start)));
            let (moved, other) =
                (self.text(side, &block.new_row()), self.applied(1 - side, &block.old_row(), &edits));
            let (mine, theirs) = if side == 0 { (&moved, &other) } else { (&other, &moved) };
            for piece in self.within(block, mine, theirs) {
                push(&mut pieces, piece);
            }
            at = block.new_row().end;
        }
        push_agreed(&mut pieces, &self.text(side, &(at..new.end)));
        pieces
    }

    /// What both sides made of moved sentences.
    fn within(&self, block: &Move, mine: &str, theirs: &str) -> Vec<Piece> {
        let was = self.base[block.old_row()].concat();
        // All of the base: there is nothing smaller to look at.
        let all = block.old_row().len() + 2 >= self.base.len();
        match one_sided(&was, mine, theirs) {
            None if all => conflict(&was, mine, theirs, "\n\n".to_owned()),
            _ => merge(&was, mine, theirs),
        }
    }

    /// Where both sides only took sentences out, or changed gaps: one gap is left of all that met.
    fn gap_again(&self, lists: &[Vec<&Edit>; 2], free: Range<usize>) -> Option<Solved> {
        let all = || lists.iter().flatten();
        if !all().all(|edit| edit.is_blank()) {
            return None;
        }
        let start = all().map(|edit| edit.range.start).min()?;
        let end = all().map(|edit| edit.range.end).max()?;
        let range = start - start % 2..end + 1 - end % 2;
        if range.start < free.start || range.end > free.end {
            return None;
        }
        // What each gap at the ends became.
        let mut gaps: Vec<(usize, String)> = Vec::new();
        for side in [0, 1] {
            for edit in lists[side].iter().filter(|edit| !edit.new.is_empty()) {
                gaps.push((edit.range.end - 1, self.text(side, &edit.new)));
            }
        }
        if range.len() == 1 {
            let same = gaps.windows(2).all(|pair| rank(&pair[0].1) == rank(&pair[1].1));
            let gap = strongest(gaps.iter().map(|(_, gap)| gap.as_str())).to_owned();
            return same.then(|| Solved { range, pieces: vec![Piece::Agreed(gap)] });
        }
        for end in [range.start, range.end - 1] {
            if !gaps.iter().any(|(at, _)| *at == end) {
                gaps.push((end, self.base[end].to_owned()));
            }
        }
        // At the ends of the text, that end's gap; the other one parted what is not there any more.
        let edge = if range.end == self.base.len() {
            Some(range.end - 1)
        } else if range.start == 0 {
            Some(0)
        } else {
            None
        };
        let left = gaps.iter().filter(|(at, _)| edge.is_none_or(|edge| *at == edge));
        let gap = strongest(left.map(|(_, gap)| gap.as_str())).to_owned();
        Some(Solved { range, pieces: vec![Piece::Agreed(gap)] })
    }

    /// Both moved the same to the same place, and at least one of them edited it.
    fn same_move(&self, lists: &[Vec<&Edit>; 2]) -> Option<Vec<Piece>> {
        let ([a], [b]) = (lists[0].as_slice(), lists[1].as_slice()) else { return None };
        let ([one], [other]) = (a.here.as_slice(), b.here.as_slice()) else { return None };
        let (one, other) = (&self.changes[0].moves[*one], &self.changes[1].moves[*other]);
        if one.old != other.old || a.range != b.range || a.range.len() != 1 {
            return None;
        }
        let around = |side: usize, edit: &Edit, block: Range<usize>| {
            (self.text(side, &(edit.new.start..block.start)), self.text(side, &(block.end..edit.new.end)))
        };
        let (before, after) = around(0, a, one.new_row());
        if (&before, &after) != (&around(1, b, other.new_row()).0, &around(1, b, other.new_row()).1) {
            return None;
        }
        let mut pieces = Vec::new();
        push_agreed(&mut pieces, &before);
        for piece in self.within(one, &self.text(0, &one.new_row()), &self.text(1, &other.new_row())) {
            push(&mut pieces, piece);
        }
        push_agreed(&mut pieces, &after);
        Some(pieces)
    }

    /// One side took sentences away, by a move or for good, with the gap where the other put some: these stay where
    /// they are. Neither touched a sentence of the other, and which of its two gaps a sentence takes along is chance.
    fn past_what_left(&self, lists: &[Vec<&Edit>; 2]) -> Option<Vec<Piece>> {
        for side in [0, 1] {
            let ([away], [put]) = (lists[side].as_slice(), lists[1 - side].as_slice()) else { return None };
            let carried = |&number: &usize| matches!(self.placed[side][number].fate, Fate::Edited(_));
            let arrives = |&number: &usize| {
                matches!(self.placed[1 - side][number].fate, Fate::Left | Fate::Edited(_) | Fate::Deleted)
            };
            if away.new.is_empty()
                && away.range.len() > 1
                && away.away.iter().all(carried)
                && put.is_insertion()
                && put.here.iter().all(arrives)
            {
                // The gap that goes with what left is the first or the last element of its edit.
                let (sentences, gap) = if away.range.start == put.range.start {
                    (put.new.start..put.new.end - 1, put.new.end - 1..put.new.end)
                } else {
                    (put.new.start + 1..put.new.end, put.new.start..put.new.start + 1)
                };
                // A sentence put right beside one that is no more, in its own paragraph, may speak of it.
                if away.away.is_empty() && !self.text(1 - side, &gap).contains('\n') {
                    return None;
                }
                return Some(self.brought(1 - side, put, sentences));
            }
        }
        None
    }

    /// What parts two texts that are both kept in this range.
    fn joint(&self, range: &Range<usize>, mine: &str, theirs: &str) -> String {
        let gap = if range.start.is_multiple_of(2) {
            // The range begins with a gap, and each text with its own.
            strongest([mine, theirs].map(|text| &text[..text.len() - text.trim_start().len()]))
        } else {
            let around = [range.start - 1, range.end - range.end % 2];
            let inner = around.iter().filter(|&&at| at > 0 && at + 1 < self.base.len());
            inner
                .map(|&at| self.base[at])
                .min_by_key(|gap| (gap.matches('\n').count(), gap.len()))
                .unwrap_or("")
        };
        if gap.is_empty() { "\n\n".to_owned() } else { gap.to_owned() }
    }
}

/// A conflict, without the blanks that all three texts have around.
fn conflict(base: &str, mine: &str, theirs: &str, joint: String) -> Vec<Piece> {
    let blanks = |texts: [&str; 3]| {
        let first = texts[0].char_indices();
        let shared = first
            .take_while(|(at, c)| c.is_whitespace() && texts.iter().all(|text| text[*at..].starts_with(*c)));
        shared.last().map_or(0, |(at, c)| at + c.len_utf8())
    };
    let start = blanks([base, mine, theirs]);
    let texts = [base, mine, theirs].map(|text| &text[start..]);
    let mirrored = texts.map(|text| text.chars().rev().collect::<String>());
    let end = blanks([&mirrored[0], &mirrored[1], &mirrored[2]]);
    let [was, is_mine, is_theirs] = texts.map(|text| text[..text.len() - end].to_owned());
    let hunk = Hunk { base: was, mine: is_mine, theirs: is_theirs };
    let mut pieces = Vec::new();
    push_agreed(&mut pieces, &base[..start]);
    pieces.push(Piece::Conflict { hunk, place: Place::Body { joint } });
    push_agreed(&mut pieces, &base[base.len() - end..]);
    pieces
}
