//! Anchors over random edits: a quote that survived and can be told from its copies is found again, and none is put
//! on another copy. The edits are made by a generator that knows where the quote really is.

use copydesk_core::review::{Anchor, Finder, Found};

/// How many edit sequences.
const CASES: u64 = 10_000;
/// How many untouched code points next to a quote tell it apart, where no other copy has them.
const TELLING: usize = 16;

/// A small generator of numbers (splitmix64): the cases are the same on every machine.
struct Chance(u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    fn below(&mut self, end: usize) -> usize {
        usize::try_from(self.next() % end.max(1) as u64).unwrap()
    }
}

const WORDS: [&str; 48] = [
    "le",
    "la",
    "les",
    "de",
    "des",
    "un",
    "une",
    "et",
    "à",
    "en",
    "que",
    "qui",
    "pour",
    "dans",
    "sur",
    "par",
    "maire",
    "Londres",
    "ministre",
    "projet",
    "millions",
    "d’euros",
    "annoncé",
    "selon",
    "groupe",
    "l’été",
    "énergie",
    "centre",
    "données",
    "2026",
    "40",
    "chantier",
    "ouvre",
    "ferme",
    "usine",
    "région",
    "Bretagne",
    "câble",
    "port",
    "habitants",
    "vote",
    "budget",
    "école",
    "quartier",
    "pont",
    "tramway",
    "grève",
    "accord",
];

fn sentence(chance: &mut Chance) -> String {
    let mut words: Vec<&str> = (0..4 + chance.below(12)).map(|_| WORDS[chance.below(WORDS.len())]).collect();
    if chance.below(4) == 0 {
        words.push("« vraiment »");
    }
    format!("{}.", words.join(" "))
}

/// Paragraphs of sentences; some sentences and paragraphs stand several times.
fn text(chance: &mut Chance) -> Vec<char> {
    let mut paragraphs: Vec<String> = Vec::new();
    for _ in 0..2 + chance.below(7) {
        if chance.below(8) == 0 && !paragraphs.is_empty() {
            paragraphs.push(paragraphs[chance.below(paragraphs.len())].clone());
            continue;
        }
        let sentences: Vec<String> = (0..1 + chance.below(4)).map(|_| sentence(chance)).collect();
        paragraphs.push(sentences.join(" "));
    }
    paragraphs.join("\n\n").chars().collect()
}

/// A text in which every code point knows whether it is the quote's, and whether it stood there from the start.
struct Followed {
    chars: Vec<char>,
    /// Number of the code point in the first text; `None` where it was put in later.
    from: Vec<Option<usize>>,
}

impl Followed {
    fn edit(&mut self, chance: &mut Chance) {
        let len = self.chars.len();
        let at = chance.below(len + 1);
        let word_start = |from: usize| (0..from).rev().find(|&i| self.chars[i] == ' ').map_or(0, |i| i + 1);
        match chance.below(4) {
            0 => {
                let at = word_start(at.min(len.saturating_sub(1)));
                let put: Vec<char> = format!("{} ", WORDS[chance.below(WORDS.len())]).chars().collect();
                self.splice(at, at, &put);
            }
            1 => {
                let start = word_start(at.min(len.saturating_sub(1)));
                self.splice(start, (start + chance.below(60)).min(len), &[]);
            }
            2 => {
                let start = word_start(at.min(len.saturating_sub(1)));
                let put: Vec<char> = sentence(chance).chars().collect();
                self.splice(start, (start + chance.below(20)).min(len), &put);
            }
            _ => self.move_paragraph(chance),
        }
    }

    fn splice(&mut self, start: usize, end: usize, put: &[char]) {
        self.chars.splice(start..end, put.iter().copied());
        self.from.splice(start..end, put.iter().map(|_| None));
    }

    fn move_paragraph(&mut self, chance: &mut Chance) {
        let breaks: Vec<usize> =
            self.chars.windows(2).enumerate().filter(|(_, w)| *w == ['\n', '\n']).map(|(i, _)| i).collect();
        if breaks.len() < 2 {
            return;
        }
        let index = chance.below(breaks.len() - 1);
        let (start, end) = (breaks[index], breaks[index + 1]);
        let chars: Vec<char> = self.chars.drain(start..end).collect();
        let from: Vec<Option<usize>> = self.from.drain(start..end).collect();
        let to = if chance.below(2) == 0 { self.chars.len() } else { start };
        self.chars.splice(to..to, chars);
        self.from.splice(to..to, from);
    }

    /// Where the code points `start..end` of the first text stand in one piece, with nothing between them.
    fn place(&self, start: usize, end: usize) -> Option<usize> {
        let at = self.from.iter().position(|from| *from == Some(start))?;
        let whole = (start..end).zip(at..).all(|(was, is)| self.from.get(is) == Some(&Some(was)));
        whole.then_some(at)
    }

    /// Whether a place has its own first neighbours on one side: one of them next to it, or most of them near.
    fn at_home(&self, quote: &std::ops::Range<usize>, at: usize) -> bool {
        let end = at + quote.len();
        let before = quote.start.saturating_sub(TELLING)..quote.start;
        let own = |from: &&Option<usize>| from.is_some_and(|was| before.contains(&was));
        let near = self.from[at.saturating_sub(TELLING)..at].iter().filter(own).count();
        let next = quote.start > 0 && at > 0 && self.from[at - 1] == Some(quote.start - 1);
        next || near > TELLING / 2 || self.from.get(end) == Some(&Some(quote.end))
    }

    /// Whether untouched neighbours stand on one side, and no other copy of the quote has or had them.
    fn told_apart(&self, first: &str, start: usize, end: usize, at: usize) -> bool {
        let len = end - start;
        let left = start >= TELLING
            && (1..=TELLING).all(|back| at >= back && self.from[at - back] == Some(start - back));
        let right = (0..TELLING).all(|on| self.from.get(at + len + on) == Some(&Some(end + on)));
        let side = |from: usize, to: usize| {
            let wanted = &self.chars[from..to];
            let text: String = wanted.iter().collect();
            first.matches(&text).count() == 1
                && self.chars.windows(to - from).filter(|window| *window == wanted).count() == 1
        };
        (left && side(at - TELLING, at + len)) || (right && side(at, at + len + TELLING))
    }
}

#[test]
fn survivors_are_found_and_no_wrong_copy_is_taken() {
    let (mut told, mut found, mut wrong, mut placed) = (0u32, 0u32, Vec::new(), 0u32);
    for seed in 0..CASES {
        let mut chance = Chance(seed);
        let chars = text(&mut chance);
        let first: String = chars.iter().collect();
        let start = chance.below(chars.len());
        let end = (start + 1 + chance.below(60)).min(chars.len());
        let bytes = |at: usize| chars[..at].iter().map(|c| c.len_utf8()).sum::<usize>();
        let anchor = Anchor::of(&first, bytes(start)..bytes(end));
        let mut followed = Followed { from: (0..chars.len()).map(Some).collect(), chars };
        for _ in 0..1 + chance.below(8) {
            followed.edit(&mut chance);
        }
        let now: String = followed.chars.iter().collect();
        let place = followed.place(start, end);
        let answer = Finder::new(&now).find(&anchor);
        if let Some(at) = place
            && followed.told_apart(&first, start, end, at)
        {
            told += 1;
            let byte: usize = followed.chars[..at].iter().map(|c| c.len_utf8()).sum();
            found += u32::from(answer == Found::At(byte..byte + anchor.quote.len()));
        }
        if let Found::At(range) = answer {
            placed += 1;
            let at = now[..range.start].chars().count();
            // With all its neighbours or a whole side of them there and nowhere else, no reader could say that it is another copy;
            // among its own neighbours it is where it was, whichever of two like words was taken out.
            let left = format!("{}{}", anchor.prefix, anchor.quote);
            let right = format!("{}{}", anchor.quote, anchor.suffix);
            let same = |side: &str, from: usize| {
                now.as_bytes()[from..].starts_with(side.as_bytes()) && now.matches(side).count() == 1
            };
            let both = format!("{left}{}", anchor.suffix);
            let before = range.start.checked_sub(anchor.prefix.len());
            let same = same(&right, range.start)
                || before.is_some_and(|from| same(&left, from) || same(&both, from));
            if place != Some(at) && !same && !followed.at_home(&(start..end), at) {
                wrong.push(seed);
            }
        }
    }
    println!(
        "anchors: {found} of {told} found again, {} on a wrong copy, {placed} placed in all",
        wrong.len()
    );
    assert!(told > 2_000, "too few cases: {told}");
    assert!(f64::from(found) >= 0.995 * f64::from(told), "{found} of {told}");
    assert_eq!(wrong, Vec::<u64>::new());
}
