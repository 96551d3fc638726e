//! From two rows of tokens to edits that a person reads: equal runs are found, what lies between them is put where a
//! sentence begins or ends, and crumbs are joined.

use std::borrow::Cow;
use std::ops::Range;

use super::Script;
use super::align::{Scratch, align};
use super::block::Side;
use super::token::{Sort, Token};
use crate::text::Run;

/// What an edit is made of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stuff {
    /// Words or punctuation.
    Words,
    /// Markdown's marks and addresses alone.
    Marks,
    /// Blanks alone.
    Blank,
}

/// One edit.
#[derive(Clone, Debug)]
pub(super) struct Edit {
    /// Bytes, the blanks that go with it included.
    pub old: Range<usize>,
    pub new: Range<usize>,
    /// Numbers in the two streams.
    pub old_tokens: Range<usize>,
    pub new_tokens: Range<usize>,
    pub stuff: Stuff,
}

/// A stretch of the two texts, in order.
#[derive(Clone, Debug)]
pub(super) enum Step {
    /// Equal, but for the kind of a blank.
    Same {
        old: Range<usize>,
        new: Range<usize>,
    },
    Edit(Edit),
    /// A block ends on one of the sides.
    Break,
}

/// Two stretches of blocks, compared.
pub(super) struct Compared<'a> {
    pub old: Cow<'a, [Token]>,
    pub new: Cow<'a, [Token]>,
    pub steps: Vec<Step>,
}

/// Tokens without a counterpart, by number.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Group {
    old: Range<usize>,
    new: Range<usize>,
}

impl Group {
    fn inserts(&self) -> bool {
        self.old.is_empty()
    }

    fn deletes(&self) -> bool {
        self.new.is_empty()
    }
}

/// Compares blocks that are each other's counterparts.
pub(super) fn compare<'a>(
    (old, olds): (&'a Side<'_>, Range<usize>),
    (new, news): (&'a Side<'_>, Range<usize>),
    scratch: &mut Scratch,
    script: &mut Script,
) -> Compared<'a> {
    let (old_tokens, new_tokens) = (old.stream(olds.clone()), new.stream(news.clone()));
    let runs = align(&old_tokens, &new_tokens, scratch);
    let mut walk = Walk {
        sides: [old.text, new.text],
        tokens: [&old_tokens, &new_tokens],
        ends: [old.blocks[olds.end - 1].range.end, new.blocks[news.end - 1].range.end],
        at: [old.blocks[olds.start].range.start, new.blocks[news.start].range.start],
        steps: Vec::new(),
    };
    let mut groups = groups_of(&runs, old_tokens.len(), new_tokens.len());
    for group in &groups {
        let words = |tokens: &[Token]| tokens.iter().filter(|token| token.sort == Sort::Word).count();
        script.deleted += words(&old_tokens[group.old.clone()]);
        script.inserted += words(&new_tokens[group.new.clone()]);
    }
    walk.slide(&mut groups);
    walk.join(&mut groups);
    walk.run(&groups);
    let steps = pair_marks(walk.steps, [old.text, new.text]);
    Compared { old: old_tokens, new: new_tokens, steps }
}

/// What lies between equal runs.
fn groups_of(runs: &[Run], old_len: usize, new_len: usize) -> Vec<Group> {
    let mut groups = Vec::new();
    let mut at = (0, 0);
    let end = Run { old: old_len, new: new_len, len: 0 };
    for run in runs.iter().chain([&end]) {
        if run.old > at.0 || run.new > at.1 {
            groups.push(Group { old: at.0..run.old, new: at.1..run.new });
        }
        at = (run.old + run.len, run.new + run.len);
    }
    groups
}

struct Walk<'a> {
    sides: [&'a str; 2],
    tokens: [&'a [Token]; 2],
    /// Where the blocks end, in bytes.
    ends: [usize; 2],
    /// Bytes that are done.
    at: [usize; 2],
    steps: Vec<Step>,
}

const OLD: usize = 0;
const NEW: usize = 1;

impl Walk<'_> {
    fn text(&self, side: usize, token: usize) -> &str {
        &self.sides[side][self.tokens[side][token].range()]
    }

    fn ends_sentence(&self, side: usize, token: usize) -> bool {
        let found = &self.tokens[side][token];
        found.sort == Sort::Break
            || found.sort == Sort::Punct && matches!(self.text(side, token), "." | "!" | "?" | "…" | "...")
    }

    /// Of the places where an insertion or a deletion can stand with the same effect, the one where a sentence begins
    /// or ends, else where a clause does, else the last.
    fn slide(&self, groups: &mut [Group]) {
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

    fn all_marks(&self, group: &Group) -> bool {
        let mut tokens =
            self.tokens[OLD][group.old.clone()].iter().chain(&self.tokens[NEW][group.new.clone()]);
        tokens.all(|token| matches!(token.sort, Sort::Mark | Sort::Target))
    }

    /// Joins edits that a person would read as one, and takes in what belongs to a number.
    fn join(&self, groups: &mut Vec<Group>) {
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

    /// Steps through both texts.
    fn run(&mut self, groups: &[Group]) {
        let (mut old, mut new) = (0, 0);
        for group in groups {
            self.equal(old, new, group.old.start - old);
            self.group(group);
            (old, new) = (group.old.end, group.new.end);
        }
        self.equal(old, new, self.tokens[OLD].len() - old);
        let ends = self.ends;
        if self.gap(OLD, ends[OLD]) != self.gap(NEW, ends[NEW]) {
            self.blank(ends);
        } else {
            self.same(ends);
        }
    }

    fn gap(&self, side: usize, to: usize) -> &str {
        &self.sides[side][self.at[side]..to]
    }

    fn start(&self, side: usize, token: usize) -> usize {
        self.tokens[side].get(token).map_or(self.ends[side], |token| token.range().start)
    }

    fn same(&mut self, to: [usize; 2]) {
        let (old, new) = (self.at[OLD]..to[OLD], self.at[NEW]..to[NEW]);
        self.at = to;
        match self.steps.last_mut() {
            _ if old.is_empty() && new.is_empty() => {}
            Some(Step::Same { old: last, new: last_new }) => (last.end, last_new.end) = (to[OLD], to[NEW]),
            _ => self.steps.push(Step::Same { old, new }),
        }
    }

    /// Blanks that differ; they go with an edit that ends here.
    fn blank(&mut self, to: [usize; 2]) {
        if let Some(Step::Edit(last)) = self.steps.last_mut()
            && last.stuff != Stuff::Marks
        {
            (last.old.end, last.new.end) = (to[OLD], to[NEW]);
            self.at = to;
            return;
        }
        self.edit(self.at, to, (0..0, 0..0), Stuff::Blank);
    }

    fn edit(&mut self, from: [usize; 2], to: [usize; 2], tokens: (Range<usize>, Range<usize>), stuff: Stuff) {
        self.at = to;
        self.steps.push(Step::Edit(Edit {
            old: from[OLD]..to[OLD],
            new: from[NEW]..to[NEW],
            old_tokens: tokens.0,
            new_tokens: tokens.1,
            stuff,
        }));
    }

    fn equal(&mut self, old: usize, new: usize, len: usize) {
        for step in 0..len {
            let [from, to] = [self.tokens[OLD][old + step].range(), self.tokens[NEW][new + step].range()];
            let (before, after) = (self.gap(OLD, from.start), self.gap(NEW, to.start));
            if before != after && !soft(before, after) {
                self.blank([from.start, to.start]);
            }
            self.same([from.end, to.end]);
        }
    }

    /// A group, cut where a block ends within it.
    fn group(&mut self, group: &Group) {
        let breaks = |side: usize, range: &Range<usize>| {
            range.clone().find(|&token| self.tokens[side][token].sort == Sort::Break)
        };
        let found =
            breaks(OLD, &group.old).map(|at| (OLD, at)).or(breaks(NEW, &group.new).map(|at| (NEW, at)));
        let Some((side, at)) = found else {
            return self.whole(group);
        };
        let ranges = [&group.old, &group.new];
        let before = at - ranges[side].start;
        let rest = ranges[side].end - at - 1;
        let other = ranges[1 - side].clone();
        // Of the other side, as much as stands before the break here; all of it where nothing comes after.
        let cut = if rest == 0 { other.end } else { other.start + before.min(other.len()) };
        let (first, second) = if side == OLD {
            (
                Group { old: group.old.start..at, new: other.start..cut },
                Group { old: at + 1..group.old.end, new: cut..other.end },
            )
        } else {
            (
                Group { old: other.start..cut, new: group.new.start..at },
                Group { old: cut..other.end, new: at + 1..group.new.end },
            )
        };
        self.whole(&first);
        let mut to = self.at;
        to[side] = self.tokens[side][at].range().end;
        let next = if side == OLD { second.new.start } else { second.old.start };
        to[1 - side] = self.start(1 - side, next).max(to[1 - side]);
        self.at = to;
        self.steps.push(Step::Break);
        self.group(&second);
    }

    fn whole(&mut self, group: &Group) {
        if group.inserts() && group.deletes() {
            return;
        }
        let tokens = (group.old.clone(), group.new.clone());
        let has_mark = self.tokens[OLD][group.old.clone()]
            .iter()
            .chain(&self.tokens[NEW][group.new.clone()])
            .any(|token| token.sort == Sort::Mark);
        let replaces = !group.inserts() && !group.deletes();
        let stuff = if self.all_marks(group) && (has_mark || replaces) { Stuff::Marks } else { Stuff::Words };
        if replaces {
            let first = [self.start(OLD, group.old.start), self.start(NEW, group.new.start)];
            let (before, after) = (self.gap(OLD, first[OLD]), self.gap(NEW, first[NEW]));
            let mut from = self.at;
            if before == after || soft(before, after) {
                self.same(first);
                from = first;
            }
            let to = [
                self.tokens[OLD][group.old.end - 1].range().end,
                self.tokens[NEW][group.new.end - 1].range().end,
            ];
            return self.edit(from, to, tokens, stuff);
        }
        // One side has words and a blank before and after them; the other has one blank.
        let side = if group.inserts() { NEW } else { OLD };
        let range = if side == NEW { &group.new } else { &group.old };
        let other = 1 - side;
        let other_next = self.start(other, if other == NEW { group.new.end } else { group.old.end });
        let (first, last) = (self.start(side, range.start), self.tokens[side][range.end - 1].range().end);
        let next = self.start(side, range.end);
        let blank = self.gap(other, other_next);
        let alike = |mine: &str| mine == blank || soft(mine, blank);
        if alike(self.gap(side, first)) {
            let mut to = [0; 2];
            (to[side], to[other]) = (first, other_next);
            self.same(to);
            to[side] = next;
            self.edit(self.at, to, tokens, stuff);
        } else if alike(&self.sides[side][last..next]) {
            let mut to = self.at;
            to[side] = last;
            self.edit(self.at, to, tokens, stuff);
        } else {
            let mut to = [0; 2];
            (to[side], to[other]) = (next, other_next);
            self.edit(self.at, to, tokens, stuff);
        }
    }
}

/// Whether two blanks differ only in where a line of a paragraph ends.
fn soft(old: &str, new: &str) -> bool {
    let plain = |blank: &str| {
        blank == " " || blank.strip_prefix('\n').is_some_and(|rest| rest.bytes().all(|byte| byte == b' '))
    };
    plain(old) && plain(new)
}

/// Joins the mark that opens and the one that closes, where both were put in, taken out or replaced alike.
fn pair_marks(steps: Vec<Step>, sides: [&str; 2]) -> Vec<Step> {
    let mut paired: Vec<Step> = Vec::with_capacity(steps.len());
    for step in steps {
        if let Step::Edit(close) = &step
            && let [.., Step::Edit(open), Step::Same { .. }] = &paired[..]
            && open.stuff == Stuff::Marks
            && close.stuff == Stuff::Marks
            && belong(
                [&sides[OLD][open.old.clone()], &sides[NEW][open.new.clone()]],
                [&sides[OLD][close.old.clone()], &sides[NEW][close.new.clone()]],
            )
        {
            let both = Edit {
                old: open.old.start..close.old.end,
                new: open.new.start..close.new.end,
                old_tokens: open.old_tokens.start..close.old_tokens.end,
                new_tokens: open.new_tokens.start..close.new_tokens.end,
                stuff: Stuff::Marks,
            };
            paired.truncate(paired.len() - 2);
            paired.push(Step::Edit(both));
            continue;
        }
        paired.push(step);
    }
    paired
}

fn belong(open: [&str; 2], close: [&str; 2]) -> bool {
    let pair = |open: &str, close: &str| {
        let (open, close) = (open.trim(), close.trim());
        match open.chars().next() {
            None => close.is_empty(),
            Some('*' | '_' | '~' | '`' | '"' | '\'') => open == close,
            Some('[' | '!') => close.starts_with("]("),
            Some('<') => close.starts_with("</"),
            _ => false,
        }
    };
    pair(open[OLD], close[OLD]) && pair(open[NEW], close[NEW])
}
