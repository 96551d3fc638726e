//! Sentences that stand elsewhere now: of what was taken out of paragraphs and what was put into them, whole sentences
//! that are the same ones, perhaps edited.

use std::collections::HashMap;
use std::ops::Range;

use super::align::{Scratch, align};
use super::block::Side;
use super::key::ByKey;
use super::script::Stretch;
use super::token::{Sort, Token};

/// Shorter sentences are put in and taken out: *He said so.* stands in many places.
const WORDS: usize = 4;
/// At most this many pairs are compared word by word.
const PAIRS: usize = 400;
/// Two sentences are the same one from this share of common words on, in hundredths of the longer one.
const ALIKE: usize = 60;
/// Shortest sentence that is known again although it was edited, in words.
const EDITED: usize = 6;

/// A change that took out or put in whole sentences.
pub(super) struct Loose {
    /// Its number.
    pub change: usize,
    /// Its bytes, the blanks that go with them included.
    pub range: Range<usize>,
}

/// Whether tokens are whole sentences of a stream, and enough to be known again.
pub(super) fn is_whole(text: &str, stream: &[Token], tokens: &Range<usize>) -> bool {
    let ends = |at: usize| ends_sentence(text, stream, at);
    words(&stream[tokens.clone()]).take(WORDS).count() == WORDS
        && (tokens.start == 0 || ends(tokens.start - 1))
        && (tokens.end == stream.len() || ends(tokens.end - 1))
}

/// Whether a sentence ends with a token, with the quotation mark after its point if there is one.
fn ends_sentence(text: &str, stream: &[Token], at: usize) -> bool {
    let is = |at: usize, marks: &[&str]| {
        stream[at].sort == Sort::Punct && marks.contains(&&text[stream[at].range()])
    };
    let point = |at: usize| stream[at].sort == Sort::Break || is(at, &[".", "!", "?", "…", "..."]);
    point(at) || at > 0 && is(at, &["»", "”", "\"", ")"]) && point(at - 1)
}

fn words(tokens: &[Token]) -> impl Iterator<Item = u64> {
    tokens.iter().filter(|token| token.sort == Sort::Word).map(|token| token.key)
}

/// The tokens of a range.
pub(super) fn tokens_in<'a>(side: &'a Side<'_>, range: &Range<usize>) -> &'a [Token] {
    let from = side.tokens.partition_point(|token| token.range().start < range.start);
    let to = side.tokens.partition_point(|token| token.range().start < range.end);
    &side.tokens[from..to]
}

/// A range without the blanks around it.
pub(super) fn stretch<'a>(side: &'a Side<'_>, range: &Range<usize>) -> Stretch<'a> {
    let tokens = tokens_in(side, range);
    let start = tokens.first().map_or(range.start, |token| token.range().start);
    let end = tokens.last().map_or(range.end, |token| token.range().end);
    Stretch { text: side.text, tokens: tokens.into(), range: start..end }
}

/// Pairs of what was taken out and what was put in that are the same sentences, by number in the two lists.
pub(super) fn moved(old: (&Side<'_>, &[Loose]), new: (&Side<'_>, &[Loose])) -> Vec<(usize, usize)> {
    let (gone, come) = (rows(old), rows(new));
    let mut same: HashMap<u64, Vec<usize>, ByKey> = HashMap::default();
    for (at, row) in come.iter().enumerate().rev() {
        same.entry(super::align::stretch_key(row)).or_default().push(at);
    }
    let mut taken = vec![false; come.len()];
    let mut found = Vec::new();
    let mut left = Vec::new();
    for (at, row) in gone.iter().enumerate() {
        match same.get_mut(&super::align::stretch_key(row)).and_then(Vec::pop) {
            Some(to) => {
                taken[to] = true;
                found.push((at, to));
            }
            None => left.push(at),
        }
    }
    let free: Vec<usize> = (0..come.len()).filter(|&at| !taken[at]).collect();
    if left.len() * free.len() <= PAIRS {
        let mut near: Vec<(usize, usize, usize)> = Vec::new();
        let mut scratch = Scratch::default();
        for &from in &left {
            near.extend(free.iter().filter_map(|&to| {
                let share = likeness(gone[from], come[to], &mut scratch);
                (share >= ALIKE).then_some((share, from, to))
            }));
        }
        near.sort_by_key(|&(share, from, to)| (std::cmp::Reverse(share), from, to));
        let mut gone_taken = vec![false; gone.len()];
        for (_, from, to) in near {
            if !gone_taken[from] && !taken[to] {
                (gone_taken[from], taken[to]) = (true, true);
                found.push((from, to));
            }
        }
    }
    found
}

fn rows<'a>((side, loose): (&'a Side<'_>, &[Loose])) -> Vec<&'a [Token]> {
    loose.iter().map(|one| tokens_in(side, &one.range)).collect()
}

/// The share of words that two sentences have in the same order.
fn likeness(old: &[Token], new: &[Token], scratch: &mut Scratch) -> usize {
    let (few, many) = (words(old).count(), words(new).count());
    let (few, many) = (few.min(many), few.max(many));
    if few < EDITED || 100 * few < ALIKE * many {
        return 0;
    }
    let runs = align(old, new, scratch);
    let common: usize = runs.iter().map(|run| words(&old[run.old..run.old + run.len]).count()).sum();
    100 * common / many
}
