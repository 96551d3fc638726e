//! What lies between equal runs, as a person reads it: put where a sentence begins or ends, crumbs joined, numbers whole.

use std::ops::Range;

use super::script::{Group, NEW, OLD, Walk};
use super::token::Sort;

impl Walk<'_> {
    /// Of the places where an insertion or a deletion can stand with the same effect, the one where a sentence begins
    /// or ends, else where a clause does, else the last.
    pub(super) fn slide(&self, groups: &mut [Group]) {
        for at in 0..groups.len() {
            let group = groups[at].clone();
            let side = match (group.inserts(), group.deletes()) {
                (true, _) => NEW,
                (_, true) => OLD,
                _ => continue,
            };
            let range = if side == NEW { group.new.clone() } else { group.old.clone() };
            let tokens = self.tokens[side];
            let floor = at
                .checked_sub(1)
                .map_or(0, |last| if side == NEW { groups[last].new.end } else { groups[last].old.end });
            let ceiling = groups
                .get(at + 1)
                .map_or(tokens.len(), |next| if side == NEW { next.new.start } else { next.old.start });
            let moves = |steps: usize, back: bool| {
                if back {
                    range.start > floor + steps
                        && tokens[range.start - steps - 1].key == tokens[range.end - steps - 1].key
                } else {
                    range.end + steps < ceiling
                        && tokens[range.start + steps].key == tokens[range.end + steps].key
                }
            };
            let back = (0..).take_while(|&steps| moves(steps, true)).count();
            let forth = (0..).take_while(|&steps| moves(steps, false)).count();
            let score = |start: usize, end: usize| {
                let clause = |token: usize| matches!(self.text(side, token), "," | ";" | ":" | "—" | "–");
                let start = if start == 0 || self.ends_sentence(side, start - 1) {
                    4
                } else {
                    u8::from(clause(start - 1) || clause(start))
                };
                start + if end == tokens.len() || self.ends_sentence(side, end - 1) { 3 } else { 0 }
            };
            let places = range.start - back..=range.start + forth;
            let Some(best) = places.max_by_key(|&start| (score(start, start + range.len()), start)) else {
                continue;
            };
            let shift = |place: usize| place + best - range.start;
            let group = &mut groups[at];
            group.old = shift(group.old.start)..shift(group.old.end);
            group.new = shift(group.new.start)..shift(group.new.end);
        }
    }

    pub fn all_marks(&self, group: &Group) -> bool {
        let mut tokens =
            self.tokens[OLD][group.old.clone()].iter().chain(&self.tokens[NEW][group.new.clone()]);
        tokens.all(|token| matches!(token.sort, Sort::Mark | Sort::Target))
    }

    /// Joins edits that a person would read as one, and takes in what belongs to a number.
    pub(super) fn join(&self, groups: &mut Vec<Group>) {
        let mut joined: Vec<Group> = Vec::with_capacity(groups.len());
        for mut group in groups.drain(..) {
            self.whole_number(&mut group, joined.last());
            while let Some(last) = joined.last() {
                if !self.reads_as_one(last, &group) {
                    break;
                }
                group = Group { old: last.old.start..group.old.end, new: last.new.start..group.new.end };
                joined.pop();
            }
            joined.push(group);
        }
        if self.unlike(&joined)
            && let (Some(first), Some(last)) = (joined.first(), joined.last())
        {
            joined = vec![Group { old: first.old.start..last.old.end, new: first.new.start..last.new.end }];
        }
        *groups = joined;
    }

    /// Whether two stretches have so little in common that nobody wants to see what.
    fn unlike(&self, groups: &[Group]) -> bool {
        if groups.len() < 3 {
            return false;
        }
        let words = |side: usize| self.tokens[side].iter().filter(|token| token.sort == Sort::Word).count();
        let gone = |side: usize, range: &Range<usize>| {
            self.tokens[side][range.clone()].iter().filter(|token| token.sort == Sort::Word).count()
        };
        let (olds, news) = (words(OLD), words(NEW));
        let lost: usize = groups.iter().map(|group| gone(OLD, &group.old)).sum();
        let most = olds.max(news);
        let has_break = |side: usize| self.tokens[side].iter().any(|token| token.sort == Sort::Break);
        most >= 4 && 100 * (olds - lost) < 22 * most && !has_break(OLD) && !has_break(NEW)
    }

    /// Takes in the neighbours within a number: `13 000`.
    fn whole_number(&self, group: &mut Group, last: Option<&Group>) {
        let floor = last.map_or((0, 0), |last| (last.old.end, last.new.end));
        let digits =
            |side: usize, token: usize| self.text(side, token).bytes().all(|byte| byte.is_ascii_digit());
        let within = |side: usize, first: usize| {
            let tokens = self.tokens[side];
            if first + 1 >= tokens.len() || !digits(side, first) || !digits(side, first + 1) {
                return false;
            }
            let gap = &self.sides[side][tokens[first].range().end..tokens[first + 1].range().start];
            matches!(gap, "\u{202f}" | "\u{a0}") || gap == " " && tokens[first + 1].range().len() == 3
        };
        while group.old.start > floor.0
            && group.new.start > floor.1
            && (!group.inserts() && within(OLD, group.old.start - 1)
                || !group.deletes() && within(NEW, group.new.start - 1))
        {
            group.old.start -= 1;
            group.new.start -= 1;
        }
        while group.old.end < self.tokens[OLD].len()
            && group.new.end < self.tokens[NEW].len()
            && self.tokens[OLD][group.old.end].key == self.tokens[NEW][group.new.end].key
            && (!group.inserts() && within(OLD, group.old.end - 1)
                || !group.deletes() && within(NEW, group.new.end - 1))
        {
            group.old.end += 1;
            group.new.end += 1;
        }
    }

    fn reads_as_one(&self, last: &Group, next: &Group) -> bool {
        // A number that was taken in may reach the next group.
        if last.old.end > next.old.start || last.new.end > next.new.start {
            return true;
        }
        let between = last.old.end..next.old.start;
        let words = |side: usize, range: &Range<usize>| {
            let tokens = &self.tokens[side][range.clone()];
            let words = tokens.iter().filter(|token| token.sort == Sort::Word);
            words.fold((0, 0), |(count, bytes), token| (count + 1, bytes + token.range().len()))
        };
        if between.clone().any(|token| {
            self.ends_sentence(OLD, token)
                || self.tokens[OLD][token].sort != Sort::Word && self.text(OLD, token) != "-"
        }) || self.all_marks(last)
            || self.all_marks(next)
        {
            return false;
        }
        let size = |group: &Group| words(OLD, &group.old).max(words(NEW, &group.new));
        let ((few, bytes), (before, after)) = (words(OLD, &between), (size(last), size(next)));
        if few == 0 {
            return true;
        }
        let crossed = last.inserts() && next.deletes() || last.deletes() && next.inserts();
        few <= 3 && bytes <= before.1.min(after.1) && before.0 + after.0 >= 4 * few
            || few == 1 && crossed && before.0.max(after.0) <= 3
    }
}
