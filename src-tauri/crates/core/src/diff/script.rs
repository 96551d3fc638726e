//! From two rows of tokens to edits in bytes: equal runs are found, and what lies between them takes the blanks that go
//! with it.

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
pub(super) struct Group {
    pub old: Range<usize>,
    pub new: Range<usize>,
}

impl Group {
    pub fn inserts(&self) -> bool {
        self.old.is_empty()
    }

    pub fn deletes(&self) -> bool {
        self.new.is_empty()
    }
}

/// A part of a text that is compared as one.
pub(super) struct Stretch<'a> {
    pub text: &'a str,
    pub tokens: Cow<'a, [Token]>,
    /// Bytes.
    pub range: Range<usize>,
}

/// Compares blocks that are each other's counterparts.
pub(super) fn compare<'a>(
    (old, olds): (&'a Side<'_>, Range<usize>),
    (new, news): (&'a Side<'_>, Range<usize>),
    scratch: &mut Scratch,
    script: &mut Script,
) -> Compared<'a> {
    let stretch = |side: &'a Side<'_>, blocks: Range<usize>| Stretch {
        text: side.text,
        tokens: side.stream(blocks.clone()),
        range: side.blocks[blocks.start].range.start..side.blocks[blocks.end - 1].range.end,
    };
    compare_stretches(stretch(old, olds), stretch(new, news), scratch, script)
}

/// Compares two stretches, token by token.
pub(super) fn compare_stretches<'a>(
    old: Stretch<'a>,
    new: Stretch<'a>,
    scratch: &mut Scratch,
    script: &mut Script,
) -> Compared<'a> {
    let (old_tokens, new_tokens) = (old.tokens, new.tokens);
    let runs = align(&old_tokens, &new_tokens, scratch);
    let mut walk = Walk {
        sides: [old.text, new.text],
        tokens: [&old_tokens, &new_tokens],
        ends: [old.range.end, new.range.end],
        at: [old.range.start, new.range.start],
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

pub(super) struct Walk<'a> {
    pub sides: [&'a str; 2],
    pub tokens: [&'a [Token]; 2],
    /// Where the blocks end, in bytes.
    ends: [usize; 2],
    /// Bytes that are done.
    at: [usize; 2],
    steps: Vec<Step>,
}

pub(super) const OLD: usize = 0;
pub(super) const NEW: usize = 1;

impl Walk<'_> {
    pub fn text(&self, side: usize, token: usize) -> &str {
        &self.sides[side][self.tokens[side][token].range()]
    }

    pub fn ends_sentence(&self, side: usize, token: usize) -> bool {
        let found = &self.tokens[side][token];
        found.sort == Sort::Break
            || found.sort == Sort::Punct && matches!(self.text(side, token), "." | "!" | "?" | "…" | "...")
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
