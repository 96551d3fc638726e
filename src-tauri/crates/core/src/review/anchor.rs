//! Places in a text that changes: position, exact quote and neighbours (W3C Web Annotation Data Model, sections
//! 4.2.4 and 4.2.5: TextQuoteSelector, TextPositionSelector), with the hash of the text they were made on.
//!
//! A place is found again only where its quote stands with enough of its neighbours, and nowhere else nearly as well:
//! what fits several places alike is orphaned, never guessed.

use std::ops::{ControlFlow, Range};

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use unicode_segmentation::UnicodeSegmentation;

use super::copies::{self, Copies};

/// How much of each neighbour is kept, in code points.
const NEAR: usize = 32;
/// How many code points of neighbours must agree before a copy of the quote is believed to be the one.
const ENOUGH: usize = 16;
/// How many of these must stand right next to it: words alone may stand around anything.
const TOUCHING: usize = 8;
/// By how many the best copy must agree better than the next.
const CLEARLY: usize = 8;
/// A copy that fitted so well is a twin: it is told apart by all its neighbours or not at all.
const ALIKE: usize = 40;
/// A quote of so many code points that stood once and stands once is believed without neighbours.
const LONG: usize = 20;
/// Words of so many code points tell places apart; shorter ones are everywhere.
const TELLING: usize = 4;
/// Copies beyond these are not weighed one by one: nothing tells so many apart.
const COPIES: usize = 4096;
/// How far apart the neighbours of a changed passage may stand, in bytes beyond three times its length.
const STRETCH: usize = 200;

/// A place in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Anchor {
    /// Where it began, in code points of the LF body.
    pub start: u32,
    /// Where it ended; the same for a place between two characters.
    pub end: u32,
    /// The text it was made on: the first 16 hexadecimal digits of the SHA-256 of the body.
    pub hash: String,
    /// The exact words; empty for a place between two characters.
    pub quote: String,
    /// Up to 32 code points before.
    pub prefix: String,
    /// Up to 32 code points after.
    pub suffix: String,
    /// How well the neighbours fitted the next best copy of the quote in that text, in code points; `None` where it
    /// stood once. A copy that fits no better later may be that other one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rival: Option<u32>,
}

/// Where an anchor's place is in another text, in bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Here, word for word.
    At(Range<usize>),
    /// Here by its neighbours; the words are others now.
    Changed(Range<usize>),
    /// Nowhere, or in several places alike.
    Orphaned,
}

impl Anchor {
    /// The anchor of a passage; `range` in bytes. A range that does not fit the text is clamped to it.
    #[must_use]
    pub fn of(body: &str, range: Range<usize>) -> Self {
        Finder::new(body).anchor(range)
    }
}

impl Anchor {
    /// The same place, for what was made on other words.
    #[must_use]
    pub fn about(self, quote: &str) -> Self {
        if self.quote == quote {
            return self;
        }
        Self { quote: quote.to_owned(), rival: None, ..self }
    }
}

/// The hash that anchors carry for a body.
#[must_use]
pub fn hash(body: &str) -> String {
    Sha256::digest(body).iter().take(8).map(|byte| format!("{byte:02x}")).collect()
}

/// Finds anchors in one text.
pub struct Finder<'a> {
    body: &'a str,
    hash: String,
    /// Code points before every [`STEP`]th byte.
    counts: Vec<usize>,
    copies: Copies<'a>,
}

/// Distance of the counted places, in bytes.
const STEP: usize = 512;

fn points(bytes: &[u8]) -> usize {
    bytes.iter().filter(|&&byte| !(0x80..0xc0).contains(&byte)).count()
}

impl<'a> Finder<'a> {
    /// Looks at a body once, to find many anchors in it.
    #[must_use]
    pub fn new(body: &'a str) -> Self {
        let mut counts = vec![0];
        for chunk in body.as_bytes().chunks(STEP) {
            counts.push(counts[counts.len() - 1] + points(chunk));
        }
        Self { body, hash: hash(body), counts, copies: Copies::new(body) }
    }

    /// The hash of the text.
    #[must_use]
    pub fn hash(&self) -> &str {
        &self.hash
    }

    /// The code point at a byte.
    fn point_of(&self, byte: usize) -> usize {
        let step = byte / STEP;
        self.counts[step] + points(&self.body.as_bytes()[step * STEP..byte])
    }

    /// The byte of a code point; `None` past the end.
    fn byte_of(&self, point: usize) -> Option<usize> {
        let step = self.counts.partition_point(|&count| count <= point) - 1;
        let mut left = point - self.counts[step];
        let mut byte = (step * STEP).min(self.body.len());
        // A step may begin within a character: its rest belongs to the step before.
        while !self.body.is_char_boundary(byte) {
            byte += 1;
        }
        while left > 0 {
            byte += self.body[byte..].chars().next()?.len_utf8();
            left -= 1;
        }
        Some(byte)
    }

    /// The anchor of a passage; `range` in bytes. A range that does not fit the text is clamped to it.
    #[must_use]
    pub fn anchor(&self, range: Range<usize>) -> Anchor {
        let body = self.body;
        let start = body.floor_char_boundary(range.start.min(body.len()));
        let end = body.floor_char_boundary(range.end.min(body.len())).max(start);
        let quote = &body[start..end];
        let before = body[..start].char_indices().rev().nth(NEAR - 1).map_or(0, |(at, _)| at);
        let after = body[end..].char_indices().nth(NEAR).map_or(body.len(), |(at, _)| end + at);
        let point = |byte| u32::try_from(self.point_of(byte)).unwrap_or(u32::MAX);
        let mut anchor = Anchor {
            start: point(start),
            end: point(end),
            hash: self.hash.clone(),
            quote: quote.to_owned(),
            prefix: body[before..start].to_owned(),
            suffix: body[end..after].to_owned(),
            rival: None,
        };
        if !quote.is_empty() {
            let (mut best, mut count) = (None, 0);
            self.copies.each(quote, |at| {
                count += 1;
                if at != start {
                    best = best.max(Some(self.agreement(&anchor, at)));
                }
                if count < COPIES { ControlFlow::Continue(()) } else { ControlFlow::Break(()) }
            });
            anchor.rival = best.map(|weight| u32::try_from(weight).unwrap_or(u32::MAX));
        }
        anchor
    }

    /// Where copies of a quote begin, overlapping ones too.
    fn copies<'q>(&self, quote: &'q str) -> copies::Found<'a, 'q> {
        self.copies.of(quote)
    }

    /// Where the anchor's place is in this text.
    #[must_use]
    pub fn find(&self, anchor: &Anchor) -> Found {
        if let Some(range) = self.same_text(anchor) {
            let same = self.body[range.clone()] == anchor.quote;
            return if same { Found::At(range) } else { Found::Changed(range) };
        }
        if anchor.quote.is_empty() {
            return self.between(anchor);
        }
        match self.copy(anchor) {
            Copy::One(at) => Found::At(at..at + anchor.quote.len()),
            Copy::Several => Found::Orphaned,
            Copy::None => self.between(anchor),
        }
    }

    /// The position itself, where the text is the one that the anchor was made on. Other words than the quote stand
    /// there where somebody gave it that place.
    fn same_text(&self, anchor: &Anchor) -> Option<Range<usize>> {
        if anchor.hash != self.hash || anchor.start > anchor.end {
            return None;
        }
        Some(self.byte_of(anchor.start as usize)?..self.byte_of(anchor.end as usize)?)
    }

    /// The copy of the quote that its neighbours point at.
    fn copy(&self, anchor: &Anchor) -> Copy {
        let (mut best, mut next, mut count) = (None::<(usize, usize)>, 0, 0);
        // In any order: of two that fit alike neither is chosen.
        self.copies.each(&anchor.quote, |at| {
            count += 1;
            if count > COPIES {
                return ControlFlow::Break(());
            }
            let weight = self.agreement(anchor, at);
            match best {
                Some((_, most)) if weight <= most => next = next.max(weight),
                _ => {
                    next = best.map_or(next, |(_, most)| most);
                    best = Some((at, weight));
                }
            }
            ControlFlow::Continue(())
        });
        if count > COPIES {
            return Copy::Several;
        }
        match best {
            None => Copy::None,
            Some((at, weight))
                if weight >= needed(anchor)
                    && (count == 1 || weight >= next + CLEARLY)
                    && (!had_twin(anchor) || self.is_whole(anchor, at)) =>
            {
                Copy::One(at)
            }
            Some((at, _)) if count == 1 && anchor.rival.is_none() && is_long(&anchor.quote) => Copy::One(at),
            // It stands here and there, and nothing says which.
            Some(_) if count > 1 => Copy::Several,
            Some(_) => Copy::None,
        }
    }

    /// Whether a copy has all the neighbours.
    fn is_whole(&self, anchor: &Anchor, at: usize) -> bool {
        self.body[..at].ends_with(&anchor.prefix)
            && self.body[at + anchor.quote.len()..].starts_with(&anchor.suffix)
    }

    /// How many code points of the anchor's neighbours stand around a copy: those next to it, one by one, and beyond
    /// them the telling words that both have in the same order. The edges of the text agree like a character.
    fn agreement(&self, anchor: &Anchor, at: usize) -> usize {
        let end = at + anchor.quote.len();
        let before = &self.body[..at];
        let after = &self.body[end..];
        let left = common_end(before, &anchor.prefix);
        let right = common_start(after, &anchor.suffix);
        let rest = &anchor.prefix[..anchor.prefix.len() - left];
        let edges = usize::from(at == 0 && anchor.start == 0)
            + usize::from(after.is_empty() && anchor.suffix.is_empty());
        let touching = points(&anchor.prefix.as_bytes()[rest.len()..])
            + points(&anchor.suffix.as_bytes()[..right])
            + edges;
        // So many bytes are enough code points, whatever they are.
        let around = anchor.prefix.len() + anchor.suffix.len() >= 4 * TOUCHING;
        if touching < TOUCHING && (around || touching < all(anchor)) {
            return touching;
        }
        let there = tail(&before[..at - left], NEAR + NEAR / 2);
        let beyond = common_words(rest, there, true);
        let rest = &anchor.suffix[right..];
        let there = head(&after[right..], NEAR + NEAR / 2);
        touching + beyond + common_words(rest, there, false)
    }

    /// The place between the anchor's neighbours, where both still stand in order and near each other.
    fn between(&self, anchor: &Anchor) -> Found {
        let furthest = anchor.quote.len() * 3 + STRETCH;
        for near in [NEAR, 24, ENOUGH, 10] {
            let prefix = tail(&anchor.prefix, near);
            let suffix = head(&anchor.suffix, near);
            let ends: Vec<usize> = if prefix.is_empty() {
                vec![0]
            } else {
                self.copies(prefix).take(COPIES).map(|at| at + prefix.len()).collect()
            };
            let starts: Vec<usize> = if suffix.is_empty() {
                vec![self.body.len()]
            } else {
                self.copies(suffix).take(COPIES).collect()
            };
            if prefix.chars().count() + suffix.chars().count() < ENOUGH {
                return Found::Orphaned;
            }
            let mut places = ends.iter().flat_map(|&end| {
                let first = starts.partition_point(|&start| start < end);
                starts[first..]
                    .iter()
                    .take_while(move |&&start| start - end <= furthest)
                    .map(move |&start| end..start)
            });
            match (places.next(), places.next()) {
                (Some(place), None) if anchor.quote.is_empty() && place.is_empty() => {
                    return Found::At(place);
                }
                (Some(place), None) => return Found::Changed(place),
                (Some(_), Some(_)) => return Found::Orphaned,
                (None, _) => {}
            }
        }
        self.beside(anchor)
    }

    /// The place beside one whole neighbour that stands once, where the other is gone: for places between characters.
    fn beside(&self, anchor: &Anchor) -> Found {
        if !anchor.quote.is_empty() {
            return Found::Orphaned;
        }
        let once = |text: &str| {
            let mut copies = self.copies(text);
            (text.chars().count() == NEAR)
                .then(|| copies.next().filter(|_| copies.next().is_none()))
                .flatten()
        };
        match (once(&anchor.prefix), once(&anchor.suffix)) {
            (Some(at), None) => {
                let at = at + anchor.prefix.len();
                Found::At(at..at)
            }
            (None, Some(at)) => Found::At(at..at),
            _ => Found::Orphaned,
        }
    }
}

enum Copy {
    One(usize),
    Several,
    None,
}

/// All that can agree around an anchor: less than usual in a very short text.
fn all(anchor: &Anchor) -> usize {
    let around = anchor.prefix.chars().count() + anchor.suffix.chars().count();
    around + usize::from(anchor.start == 0) + usize::from(anchor.suffix.is_empty())
}

/// How well a copy must fit to be believed.
fn needed(anchor: &Anchor) -> usize {
    let enough = ENOUGH.min(all(anchor));
    anchor.rival.map_or(enough, |rival| enough.max((rival as usize).saturating_add(CLEARLY).min(all(anchor))))
}

/// Whether another copy fitted so well that only all neighbours together tell them apart.
fn had_twin(anchor: &Anchor) -> bool {
    anchor.rival.is_some_and(|rival| rival as usize >= ALIKE)
}

fn is_long(quote: &str) -> bool {
    quote.chars().count() >= LONG && quote.unicode_words().count() >= 4
}

/// The bytes of the whole characters with which both texts begin.
fn common_start(a: &str, b: &str) -> usize {
    if a.as_bytes().first() != b.as_bytes().first() {
        return 0;
    }
    let same = a.bytes().zip(b.bytes()).take_while(|(a, b)| a == b).count();
    b.floor_char_boundary(same)
}

/// The bytes of the whole characters with which both texts end.
fn common_end(a: &str, b: &str) -> usize {
    if a.as_bytes().last() != b.as_bytes().last() {
        return 0;
    }
    let same = a.bytes().rev().zip(b.bytes().rev()).take_while(|(a, b)| a == b).count();
    b.len() - b.ceil_char_boundary(b.len() - same)
}

/// The last `count` code points.
fn tail(text: &str, count: usize) -> &str {
    let from = text.char_indices().rev().nth(count.saturating_sub(1)).map_or(0, |(at, _)| at);
    &text[from..]
}

/// The first `count` code points.
fn head(text: &str, count: usize) -> &str {
    text.char_indices().nth(count).map_or(text, |(at, _)| &text[..at])
}

/// Code points of the telling words of `ours` that `theirs` has too, in order, from the side that is nearest.
fn common_words(ours: &str, theirs: &str, backwards: bool) -> usize {
    fn telling(text: &str, backwards: bool) -> Vec<&str> {
        let words = text.unicode_words().filter(|word| word.chars().count() >= TELLING);
        let mut words: Vec<&str> = words.collect();
        if backwards {
            words.reverse();
        }
        words
    }
    // Of a copy that has all the neighbours, nothing is left to compare.
    if ours.is_empty() {
        return 0;
    }
    let ours = telling(ours, backwards);
    if ours.is_empty() {
        return 0;
    }
    let theirs = telling(theirs, backwards);
    let (mut from, mut sum) = (0, 0);
    for word in ours {
        if let Some(at) = theirs[from..].iter().position(|&other| other == word) {
            from += at + 1;
            sum += word.chars().count();
        }
    }
    sum
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const TEXT: &str = "Le câble relie Brest à Boston.\n\nIl a coûté 40 millions d’euros, dit Élise Faure.\n\nLe câble relie aussi Cork.\n";

    fn anchor_at(text: &str, quote: &str, nth: usize) -> Anchor {
        let at = text.match_indices(quote).nth(nth).unwrap().0;
        Anchor::of(text, at..at + quote.len())
    }

    fn found<'a>(text: &'a str, anchor: &Anchor) -> Option<(usize, &'a str)> {
        match Finder::new(text).find(anchor) {
            Found::At(range) => Some((range.start, &text[range])),
            _ => None,
        }
    }

    #[test]
    fn positions_are_code_points() {
        let anchor = anchor_at(TEXT, "Brest", 0);
        assert_eq!((anchor.start, anchor.end), (15, 20));
        assert_eq!(anchor.prefix, "Le câble relie ");
        let long = format!("{}œ𝄞fin", "é".repeat(2000));
        let anchor = anchor_at(&long, "fin", 0);
        assert_eq!((anchor.start, anchor.end), (2002, 2005));
        assert_eq!(found(&long, &anchor), Some((4006, "fin")));
    }

    #[test]
    fn a_copy_is_told_by_its_neighbours() {
        let second = anchor_at(TEXT, "Le câble", 1);
        let edited = TEXT.replace("Brest", "Roscoff").replace("40", "45");
        assert_eq!(found(&edited, &second).unwrap().0, edited.rfind("Le câble").unwrap());
        // The paragraph was moved to the front.
        let moved =
            format!("Le câble relie aussi Cork.\n\n{TEXT}").replace("\n\nLe câble relie aussi Cork.\n", "\n");
        assert!(found(&moved, &anchor_at(TEXT, "câble relie aussi Cork", 0)).is_some());
    }

    #[test]
    fn what_fits_alike_is_orphaned() {
        let text = "Un deux trois.\n\nUn deux trois.\n\nUn deux trois.\n\nUn deux trois.\n\nUn deux trois.\n";
        let anchor = anchor_at(text, "deux", 2);
        let other = format!("{text}\nEt quatre.\n");
        assert_eq!(Finder::new(&other).find(&anchor), Found::Orphaned);
    }

    #[test]
    fn a_wrong_copy_is_never_taken() {
        let anchor = anchor_at(TEXT, "Le câble", 0);
        let gone = TEXT.replacen("Le câble relie Brest à Boston.\n\n", "", 1);
        assert_eq!(found(&gone, &anchor), None);
    }

    #[test]
    fn changed_words_are_placed_by_their_neighbours() {
        let anchor = anchor_at(TEXT, "40 millions", 0);
        let edited = TEXT.replace("40 millions", "45,5 millions");
        match Finder::new(&edited).find(&anchor) {
            Found::Changed(range) => assert_eq!(&edited[range], "45,5 millions"),
            other => panic!("{other:?}"),
        }
        assert_eq!(Finder::new("Tout autre chose.").find(&anchor), Found::Orphaned);
    }

    #[test]
    fn a_place_between_characters_is_found() {
        let at = TEXT.find(" d’euros").unwrap();
        let anchor = Anchor::of(TEXT, at..at);
        let edited = TEXT.replace("relie Brest", "relie donc Brest");
        let place = edited.find(" d’euros").unwrap();
        assert_eq!(Finder::new(&edited).find(&anchor), Found::At(place..place));
        let other_end = TEXT.replace(" d’euros, dit Élise Faure", " de livres, a dit quelqu’un d’autre");
        let place = other_end.find(" de livres").unwrap();
        assert_eq!(Finder::new(&other_end).find(&anchor), Found::At(place..place));
    }

    #[test]
    fn what_was_made_on_other_words_stands_where_it_was_put() {
        let anchor = anchor_at(TEXT, "Brest", 0).about("Roscoff");
        let at = TEXT.find("Brest").unwrap();
        assert_eq!(Finder::new(TEXT).find(&anchor), Found::Changed(at..at + 5));
        let edited = format!("Un mot.\n\n{TEXT}");
        let at = edited.find("Brest").unwrap();
        assert_eq!(Finder::new(&edited).find(&anchor), Found::Changed(at..at + 5));
    }

    proptest! {
        #[test]
        fn any_anchor_in_any_text(body in any::<String>(), other in any::<String>(), a in 0..200usize, b in 0..200usize) {
            let anchor = Anchor::of(&body, a..b);
            if let Found::At(range) = Finder::new(&body).find(&anchor) {
                prop_assert_eq!(&body[range], &anchor.quote);
            }
            match Finder::new(&other).find(&anchor) {
                Found::At(range) => prop_assert_eq!(&other[range], &anchor.quote),
                Found::Changed(range) => prop_assert!(other.get(range).is_some()),
                Found::Orphaned => {}
            }
        }
    }
}
