//! Where copies of a quote begin in a text that is searched for many quotes.

use std::cell::{Cell, OnceCell};
use std::ops::ControlFlow;

use memchr::memmem;

/// From so many quotes on, the places of the text are sorted by what they begin with.
const MANY: usize = 24;
/// A longer text is not sorted (bytes): that takes sixteen times its length in memory.
const LONG: usize = 4 << 20;
/// What more places begin with is looked for in the text itself, from its start.
const COMMON: usize = 512;

/// Finds the copies of quotes in one text.
pub(super) struct Copies<'a> {
    text: &'a str,
    asked: Cell<usize>,
    /// Each place where a character begins, by the bytes that follow, then by place.
    sorted: OnceCell<Vec<(u64, u32)>>,
}

/// The first eight bytes as a number; what is shorter ends with zeros, or, as an upper bound, with ones.
fn key(bytes: &[u8], rest: u8) -> u64 {
    let mut first = [rest; 8];
    let len = bytes.len().min(8);
    first[..len].copy_from_slice(&bytes[..len]);
    u64::from_be_bytes(first)
}

impl<'a> Copies<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, asked: Cell::new(0), sorted: OnceCell::new() }
    }

    /// Where copies of a quote begin, overlapping ones too, in order.
    pub fn of<'q>(&self, quote: &'q str) -> Found<'a, 'q> {
        let Some(places) = self.places(quote) else { return self.search(quote) };
        let mut places: Vec<u32> =
            places.iter().map(|place| place.1).filter(|at| self.is_at(quote, *at)).collect();
        places.sort_unstable();
        Found::Sorted(places.into_iter())
    }

    /// Gives the places of all copies to a closure, in any order, until it has enough.
    pub fn each(&self, quote: &str, mut look: impl FnMut(usize) -> ControlFlow<()>) {
        let Some(places) = self.places(quote) else {
            let _ = self.search(quote).try_for_each(look);
            return;
        };
        let there = places.iter().map(|place| place.1).filter(|at| self.is_at(quote, *at));
        let _ = there.map(|at| at as usize).try_for_each(&mut look);
    }

    fn is_at(&self, quote: &str, at: u32) -> bool {
        self.text.as_bytes()[at as usize..].starts_with(quote.as_bytes())
    }

    /// The places that begin as a quote does, up to eight bytes of it; `None` where they are not sorted, or too many.
    fn places(&self, quote: &str) -> Option<&[(u64, u32)]> {
        self.asked.set(self.asked.get() + 1);
        if self.asked.get() <= MANY || self.text.len() > LONG || quote.is_empty() {
            return None;
        }
        let sorted = self.sorted.get_or_init(|| self.sort());
        let (low, high) = (key(quote.as_bytes(), 0), key(quote.as_bytes(), u8::MAX));
        let from = sorted.partition_point(|place| place.0 < low);
        let len = sorted[from..].partition_point(|place| place.0 <= high);
        (len <= COMMON).then(|| &sorted[from..from + len])
    }

    fn search<'q>(&self, quote: &'q str) -> Found<'a, 'q> {
        let step = quote.chars().next().map_or(1, char::len_utf8);
        let finder = Box::new(memmem::Finder::new(quote.as_bytes()));
        Found::Searched { text: self.text.as_bytes(), finder, from: 0, step }
    }

    fn sort(&self) -> Vec<(u64, u32)> {
        let bytes = self.text.as_bytes();
        let places = self.text.char_indices().map(|(at, _)| at);
        let mut sorted: Vec<(u64, u32)> =
            places.map(|at| (key(&bytes[at..], 0), u32::try_from(at).unwrap_or(u32::MAX))).collect();
        sorted.sort_unstable();
        sorted
    }
}

/// Places, in order.
pub(super) enum Found<'a, 'q> {
    Sorted(std::vec::IntoIter<u32>),
    Searched { text: &'a [u8], finder: Box<memmem::Finder<'q>>, from: usize, step: usize },
}

impl Iterator for Found<'_, '_> {
    type Item = usize;

    fn next(&mut self) -> Option<usize> {
        match self {
            Self::Sorted(places) => places.next().map(|at| at as usize),
            Self::Searched { text, finder, from, step } => {
                let at = *from + finder.find(text.get(*from..)?)?;
                *from = at + *step;
                Some(at)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_first_quote_and_the_hundredth_have_the_same_copies(
            text in "[ab é\u{0}\u{10ffff}]{0,400}", quote in "[ab é\u{0}\u{10ffff}]{1,12}", copies in 0usize..4
        ) {
            let text = format!("{text}{}", quote.repeat(copies));
            let first: Vec<usize> = Copies::new(&text).of(&quote).collect();
            let later = Copies::new(&text);
            later.asked.set(MANY);
            prop_assert_eq!(&first, &later.of(&quote).collect::<Vec<_>>());
            let mut any = Vec::new();
            later.each(&quote, |at| {
                any.push(at);
                ControlFlow::Continue(())
            });
            any.sort_unstable();
            prop_assert_eq!(first, any);
            prop_assert!(later.sorted.get().is_some());
        }
    }
}
