//! Three-way merge of an article: what it was, what a person typed, what another program wrote.
//!
//! The body is a row of sentences and of the gaps between them. Each side's changes become edits of ranges of that
//! row; edits of different ranges merge, edits that share a sentence or a gap are a conflict, the same edit on both
//! sides is taken once (diff3, as Khanna, Kunal and Pierce describe it: "A Formal Investigation of Diff3", 2007). Two
//! texts that were put into one gap both stay where their order is no question. What one side moved is known as moved,
//! and takes along what the other side did to it. Front matter merges key by key. In doubt it is a conflict, and
//! nothing of a conflict is ever written into an article: both texts are kept and a person chooses.

mod alike;
mod beside;
mod body;
mod edit;
mod fate;
mod keys;
mod moves;
pub(crate) mod row;

use std::collections::HashSet;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::front;
use crate::text::{Run, runs_of};

/// What became of two changed texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The disk is as it was.
    Same,
    /// Only the disk changed: take it.
    Reload,
    /// Both changed, apart.
    Merge {
        /// Both changes.
        text: String,
    },
    /// Both changed, touching: nothing was applied. [`merge`] gives what surrounds the hunks.
    Conflict {
        /// Where they touch, in order.
        hunks: Vec<Hunk>,
    },
    /// Both changed to the same text.
    Converged,
}

/// One place where both sides changed the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// What it was.
    pub base: String,
    /// The person's.
    pub mine: String,
    /// The disk's.
    pub theirs: String,
}

/// A stretch of a merged file. All pieces in order, with one text chosen for each conflict, are the whole file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece {
    /// Merged; no question is left.
    Agreed(String),
    /// Both sides changed it, each its own way.
    Conflict {
        /// The texts to choose from.
        hunk: Hunk,
        /// Where it is.
        place: Place,
    },
}

/// Where a conflict is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// One key of the front matter, by its name.
    Key(String),
    /// The front matter as a whole, or the whole file where only that can be read as one.
    Front,
    /// The body.
    Body {
        /// What stands between the two texts where both are kept: a blank line, a line end or a space.
        joint: String,
    },
}

impl Place {
    /// Whether both texts can stay, one after the other.
    #[must_use]
    pub fn offers_both(&self) -> bool {
        matches!(self, Self::Body { .. })
    }
}

/// A person's answer to one conflict.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The person's text.
    Mine,
    /// The disk's text.
    Theirs,
    /// The person's text, then the disk's; in the body only.
    Both,
    /// Another text.
    Edited(String),
}

/// Merges two changes of `base`, all of them whole files as LF text. Nearly linear time: what cannot be compared
/// cheaply counts as changed.
#[must_use]
pub fn reconcile(base: &str, draft: &str, disk: &str) -> Outcome {
    if disk == base {
        return Outcome::Same;
    }
    if draft == disk {
        return Outcome::Converged;
    }
    if draft == base {
        return Outcome::Reload;
    }
    let mut text = String::new();
    let mut hunks = Vec::new();
    for piece in merge(base, draft, disk) {
        match piece {
            Piece::Agreed(agreed) => text += &agreed,
            Piece::Conflict { hunk, .. } => hunks.push(hunk),
        }
    }
    if hunks.is_empty() { Outcome::Merge { text } } else { Outcome::Conflict { hunks } }
}

/// The pieces of the merged file; [`resolve`] puts them together.
#[must_use]
pub fn merge(base: &str, mine: &str, theirs: &str) -> Vec<Piece> {
    let (base_front, base_body) = front::split(base);
    let (mine_front, mine_body) = front::split(mine);
    let (theirs_front, theirs_body) = front::split(theirs);
    let mut front = keys::merge(base_front, mine_front, theirs_front);
    let body = body::merge(base_body, mine_body, theirs_body);
    // Where one side's body would be read as front matter above the other's, only the whole can be chosen.
    let sides = [Side::Mine, Side::Theirs];
    let parts = |side| (choose(&front, side), choose(&body, side));
    let stable = sides.iter().all(|above| {
        sides.iter().all(|below| {
            let (front, body) = (parts(*above).0, parts(*below).1);
            front::split(&format!("{front}{body}")) == (front.as_str(), body.as_str())
        })
    });
    if !stable {
        let hunk = Hunk { base: base.into(), mine: mine.into(), theirs: theirs.into() };
        return match one_sided(base, mine, theirs) {
            Some(text) => vec![Piece::Agreed(text.to_owned())],
            None => vec![Piece::Conflict { hunk, place: Place::Front }],
        };
    }
    for piece in body {
        push(&mut front, piece);
    }
    front
}

/// The text with an answer for each conflict, in order. `None` where there are more or fewer answers than conflicts,
/// or where [`Choice::Both`] answers a conflict in the front matter, which would not be one any more.
#[must_use]
pub fn resolve(pieces: &[Piece], choices: &[Choice]) -> Option<String> {
    let mut text = String::new();
    let mut choices = choices.iter();
    for piece in pieces {
        match piece {
            Piece::Agreed(agreed) => text += agreed,
            Piece::Conflict { hunk, place } => match (choices.next()?, place) {
                (Choice::Mine, _) => text += &hunk.mine,
                (Choice::Theirs, _) => text += &hunk.theirs,
                (Choice::Edited(edited), _) => text += edited,
                (Choice::Both, Place::Body { joint }) => text += &both(&hunk.mine, &hunk.theirs, joint),
                (Choice::Both, _) => return None,
            },
        }
    }
    choices.next().is_none().then_some(text)
}

fn both(mine: &str, theirs: &str, joint: &str) -> String {
    let (first, second) = (mine.trim_end(), theirs.trim_start());
    if second.is_empty() {
        return mine.to_owned();
    }
    if first.is_empty() {
        return theirs.to_owned();
    }
    let (after, before) = (&mine[first.len()..], &theirs[..theirs.len() - second.len()]);
    format!("{first}{}{second}", strongest([joint, after, before]))
}

/// Of several gaps the one that parts most: a blank line before a line end before a space.
fn strongest<'a>(gaps: impl IntoIterator<Item = &'a str>) -> &'a str {
    let rank = |gap: &&'a str| (gap.matches('\n').count(), gap.len(), *gap);
    gaps.into_iter().max_by_key(rank).unwrap_or_default()
}

/// One of the two texts that are merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Side {
    Mine,
    Theirs,
}

/// The text where one side is right in every conflict.
fn choose(pieces: &[Piece], side: Side) -> String {
    pieces
        .iter()
        .map(|piece| match (piece, side) {
            (Piece::Agreed(text), _) => text.as_str(),
            (Piece::Conflict { hunk, .. }, Side::Mine) => &hunk.mine,
            (Piece::Conflict { hunk, .. }, Side::Theirs) => &hunk.theirs,
        })
        .collect()
}

fn push(pieces: &mut Vec<Piece>, piece: Piece) {
    match piece {
        Piece::Agreed(text) => push_agreed(pieces, &text),
        conflict @ Piece::Conflict { .. } => pieces.push(conflict),
    }
}

fn push_agreed(pieces: &mut Vec<Piece>, text: &str) {
    match pieces.last_mut() {
        _ if text.is_empty() => {}
        Some(Piece::Agreed(agreed)) => *agreed += text,
        _ => pieces.push(Piece::Agreed(text.to_owned())),
    }
}

/// One side's answer where the other did not change, or both agree.
fn one_sided<'a>(base: &str, mine: &'a str, theirs: &'a str) -> Option<&'a str> {
    if mine == theirs || theirs == base {
        Some(mine)
    } else if mine == base {
        Some(theirs)
    } else {
        None
    }
}

/// Where one side made the other's changes, word for word, and more: the side with more.
fn contained<'a>(base: &str, mine: &'a str, theirs: &'a str) -> Option<&'a str> {
    let [old, a, b] = [base, mine, theirs].map(|text| text.split_word_bounds().collect::<Vec<_>>());
    more(&old, &a, &b).map(|side| if side == Side::Mine { mine } else { theirs })
}

/// An edit of parts: which of the old ones, and what they became.
type Change<'a> = (Range<usize>, &'a [&'a str]);

/// The side that made all of the other's changes of the parts, and more.
fn more(old: &[&str], mine: &[&str], theirs: &[&str]) -> Option<Side> {
    more_by(old, mine, theirs, |few, many| few == many)
}

/// The same of sentences and gaps, where one side may also have taken out what is around, or put more into a gap than
/// the other did; not what stood elsewhere, as the other side took that away.
fn more_sentences(old: &[&str], mine: &[&str], theirs: &[&str]) -> Option<Side> {
    let is_blank = |parts: &[&str]| parts.iter().all(|part| part.trim().is_empty());
    let known: HashSet<&&str> = old.iter().filter(|part| !part.trim().is_empty()).collect();
    let all_put = |few: &[&str], many: &[&str]| {
        let mut few = few.iter().peekable();
        let mut more = many.iter().filter(|part| few.next_if_eq(part).is_none());
        more.all(|part| !known.contains(part)) && few.peek().is_none()
    };
    more_by(old, mine, theirs, |few, many| {
        let is_inside = few.0 != many.0 && many.0.start <= few.0.start && few.0.end <= many.0.end;
        few == many
            || is_inside && is_blank(few.1) && is_blank(many.1)
            || few.0 == many.0 && few.0.is_empty() && all_put(few.1, many.1)
    })
}

/// The side with an edit for each of the other's that has it `within`.
fn more_by(
    old: &[&str],
    mine: &[&str],
    theirs: &[&str],
    within: impl Fn(&Change<'_>, &Change<'_>) -> bool,
) -> Option<Side> {
    let (a, b) = (edits_of(old, mine), edits_of(old, theirs));
    // Edits are in order, so one pass tells whether all of the fewer are among the more.
    let all_within = |few: &[Change<'_>], many: &[Change<'_>]| {
        let mut at = 0;
        few.iter().all(|edit| {
            let found = many[at..].iter().position(|other| within(edit, other));
            at += found.unwrap_or_default();
            found.is_some()
        })
    };
    if all_within(&b, &a) {
        Some(Side::Mine)
    } else if all_within(&a, &b) {
        Some(Side::Theirs)
    } else {
        None
    }
}

fn edits_of<'a>(old: &[&str], new: &'a [&'a str]) -> Vec<Change<'a>> {
    let (mut at_old, mut at_new, mut edits) = (0, 0, Vec::new());
    let end = Run { old: old.len(), new: new.len(), len: 0 };
    for run in runs_of(old, new).into_iter().chain([end]) {
        if at_old < run.old || at_new < run.new {
            edits.push((at_old..run.old, &new[at_new..run.new]));
        }
        (at_old, at_new) = (run.old + run.len, run.new + run.len);
    }
    edits
}
