//! Changes that took a sentence out and those that put it in elsewhere, made into one.

use std::collections::HashMap;

use super::super::script::{Compared, Edit, NEW, OLD, compare_stretches};
use super::super::sentence::{self, Loose};
use super::super::{Class, Kind, Mark, Piece, Script};
use super::{Builder, Part};

impl Builder<'_> {
    /// Keeps in mind what took out or put in whole sentences.
    pub(super) fn note_sentence(&mut self, compared: &Compared<'_>, edit: &Edit, kind: Kind, change: usize) {
        let (place, text, stream, tokens, range) = match kind {
            Kind::Delete => (OLD, self.old.text, &compared.old, &edit.old_tokens, &edit.old),
            Kind::Insert => (NEW, self.new.text, &compared.new, &edit.new_tokens, &edit.new),
            _ => return,
        };
        if sentence::is_whole(text, stream, tokens) {
            self.loose[place].push(Loose { change, range: range.clone() });
        }
    }

    /// Sentences that were taken out here and put in there were moved.
    pub(super) fn moved_sentences(&mut self) {
        let [gone, come] = std::mem::take(&mut self.loose);
        let pairs = sentence::moved((self.old, &gone), (self.new, &come));
        if pairs.is_empty() {
            return;
        }
        let mut inner: HashMap<usize, Vec<Part>> = HashMap::new();
        let mut one_now: HashMap<usize, usize> = HashMap::new();
        for (from, to) in pairs {
            let (left, here) = (&gone[from], &come[to]);
            let (old, new) =
                (sentence::stretch(self.old, &left.range), sentence::stretch(self.new, &here.range));
            let compared = compare_stretches(old, new, &mut self.scratch, &mut Script::default());
            let parts = self.entered(&compared, None, false);
            let change = &mut self.changes[left.change];
            (change.kind, change.class, change.new) = (Kind::Move, Class::Words, here.range.clone());
            one_now.insert(here.change, left.change);
            if parts.iter().any(|part| matches!(part, Part::Edit { .. })) {
                inner.insert(left.change, parts);
            }
        }
        let number = self.join_changes(&one_now);
        let inner = inner.into_iter().map(|(change, parts)| (number[change], renumbered(parts, &number)));
        let inner: HashMap<usize, Vec<Part>> = inner.collect();
        for row in self.rows.iter_mut().filter(|_| !inner.is_empty()) {
            for column in row.old.iter_mut().chain(&mut row.new).chain([&mut row.inline]) {
                *column = std::mem::take(column).into_iter().flat_map(|piece| cut(piece, &inner)).collect();
            }
        }
    }

    /// What was put in is the same change as what was taken out.
    fn join_changes(&mut self, one_now: &HashMap<usize, usize>) -> Vec<usize> {
        let mut count = 0;
        let mut number: Vec<usize> = Vec::with_capacity(self.changes.len());
        for at in 0..self.changes.len() {
            number.push(count);
            count += usize::from(!one_now.contains_key(&at));
        }
        for (come, gone) in one_now {
            number[*come] = number[*gone];
        }
        let mut at = 0;
        self.changes.retain(|_| {
            at += 1;
            !one_now.contains_key(&(at - 1))
        });
        self.renumber(&number);
        number
    }
}

fn renumbered(mut parts: Vec<Part>, number: &[usize]) -> Vec<Part> {
    for part in &mut parts {
        if let Part::Edit { change, .. } = part {
            *change = number[*change];
        }
    }
    parts
}

/// A piece of a moved sentence, cut where the sentence was edited.
fn cut(piece: Piece, inner: &HashMap<usize, Vec<Part>>) -> Vec<Piece> {
    let Some(parts) = piece.change.and_then(|change| inner.get(&change)) else { return vec![piece] };
    let mut pieces = Vec::new();
    let mut at = piece.range.start;
    for part in parts {
        let Part::Edit { old, new, change, .. } = part else { continue };
        let range = if piece.mark == Mark::Delete { old } else { new };
        let range = range.start.max(at)..range.end.min(piece.range.end);
        if range.start < range.end {
            let before = Piece { range: at..range.start, ..piece };
            at = range.end;
            pieces.extend([before, Piece { range, mark: piece.mark, change: Some(*change) }]);
        }
    }
    pieces.push(Piece { range: at..piece.range.end, ..piece });
    pieces.retain(|piece| !piece.range.is_empty());
    pieces
}
