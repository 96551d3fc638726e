//! The lists of words that tell a change's class, from `data/words.txt`.

use std::collections::HashMap;
use std::sync::OnceLock;

use super::Language;

/// What a list says of its words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum List {
    /// A number in words, a date, a unit.
    Figure,
    /// Negates or restricts.
    Negation,
    /// Does so after *ne*.
    AfterNe,
    /// Says who says it, or how sure it is.
    Attribution,
    /// A name comes after it.
    Honorific,
    /// Begins sentences and is no name.
    Common,
    /// A name.
    Known,
    /// Tells the language.
    Language,
    /// Before a figure, changes it.
    Qualifier,
    /// Comes after a subject.
    Verb,
    /// Stands within a name.
    Particle,
}

const LISTS: [(&str, List); 11] = [
    ("figure", List::Figure),
    ("negation", List::Negation),
    ("negation after-ne", List::AfterNe),
    ("attribution", List::Attribution),
    ("honorific", List::Honorific),
    ("common", List::Common),
    ("known", List::Known),
    ("language", List::Language),
    ("qualifier", List::Qualifier),
    ("verb", List::Verb),
    ("particle", List::Particle),
];

/// A bit for each list and language.
type Bits = u32;

fn bits(list: List, language: Language) -> Bits {
    let shift = 2 * list as u32;
    match language {
        Language::French => 1 << shift,
        Language::English => 2 << shift,
        Language::Unknown => 3 << shift,
    }
}

/// The lists.
pub(super) struct Lexicon {
    /// As written.
    exact: HashMap<&'static str, Bits>,
    /// In lower case.
    lower: HashMap<&'static str, Bits>,
    stems: HashMap<&'static str, Bits>,
    endings: Vec<(&'static str, Bits)>,
    but: HashMap<&'static str, Bits>,
}

/// Shortest beginning in the lists, in characters, and the longest.
const STEMS: [usize; 5] = [4, 5, 6, 7, 8];

impl Lexicon {
    /// The lists, read once.
    pub fn get() -> &'static Self {
        static LEXICON: OnceLock<Lexicon> = OnceLock::new();
        LEXICON.get_or_init(|| Self::read(include_str!("data/words.txt")))
    }

    fn read(text: &'static str) -> Self {
        let mut lexicon = Self {
            exact: HashMap::new(),
            lower: HashMap::new(),
            stems: HashMap::new(),
            endings: Vec::new(),
            but: HashMap::new(),
        };
        let mut here = 0;
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                let (name, language) = match head.rsplit_once(' ') {
                    Some((name, "fr")) => (name, Language::French),
                    Some((name, "en")) => (name, Language::English),
                    _ => (head, Language::Unknown),
                };
                here =
                    LISTS.iter().find(|(list, _)| *list == name).map_or(0, |(_, list)| bits(*list, language));
                continue;
            }
            for word in line.split_whitespace() {
                if let Some(word) = word.strip_prefix('=') {
                    *lexicon.exact.entry(word).or_default() |= here;
                } else if let Some(word) = word.strip_prefix('!') {
                    *lexicon.but.entry(word).or_default() |= here;
                } else if let Some(ending) = word.strip_prefix('-') {
                    lexicon.endings.push((ending, here));
                } else if let Some(stem) = word.strip_suffix('*') {
                    *lexicon.stems.entry(stem).or_default() |= here;
                } else {
                    *lexicon.lower.entry(word).or_default() |= here;
                }
            }
        }
        lexicon
    }

    /// Whether two words, with a low line between them, are on a list of a language as one.
    pub fn has_phrase(&self, list: List, language: Language, phrase: &str) -> bool {
        self.lower.get(phrase.to_lowercase().as_str()).is_some_and(|found| found & bits(list, language) > 0)
    }

    /// Whether a word is on a list of a language; its apostrophes are ASCII.
    pub fn has(&self, list: List, language: Language, word: &str) -> bool {
        let want = bits(list, language);
        let of = |map: &HashMap<&str, Bits>, word: &str| map.get(word).is_some_and(|bits| bits & want > 0);
        if of(&self.exact, word) {
            return true;
        }
        let lower = word.to_lowercase();
        if of(&self.lower, &lower) {
            return true;
        }
        let stem = || {
            STEMS.into_iter().any(|len| {
                lower
                    .char_indices()
                    .nth(len - 1)
                    .is_some_and(|(at, c)| of(&self.stems, &lower[..at + c.len_utf8()]))
            })
        };
        let ending = || self.endings.iter().any(|(ending, bits)| bits & want > 0 && lower.ends_with(ending));
        (stem() || ending()) && !of(&self.but, &lower)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_section_has_a_list_and_every_stem_is_looked_up() {
        for line in include_str!("data/words.txt").lines() {
            if let Some(head) = line.strip_prefix('[').and_then(|line| line.strip_suffix(']')) {
                let name = head.trim_end_matches(" fr").trim_end_matches(" en");
                assert!(LISTS.iter().any(|(list, _)| *list == name), "{head}");
            }
        }
        for stem in Lexicon::get().stems.keys() {
            assert!(STEMS.contains(&stem.chars().count()), "{stem}");
        }
    }

    #[test]
    fn words_stems_endings_and_exceptions() {
        let has = |list, language, word| Lexicon::get().has(list, language, word);
        assert!(has(List::Attribution, Language::French, "reconnaissait"));
        assert!(has(List::Attribution, Language::French, "parlerait"));
        assert!(!has(List::Attribution, Language::French, "tirait"));
        assert!(!has(List::Attribution, Language::French, "opérait"));
        assert!(has(List::Figure, Language::English, "May"));
        assert!(!has(List::Figure, Language::English, "may"));
        assert!(has(List::Attribution, Language::Unknown, "may"));
        assert!(!has(List::Attribution, Language::French, "may"));
        assert!(has(List::Negation, Language::French, "N'"));
    }
}
