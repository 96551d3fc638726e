//! The class of a change: by the words that are not on both sides, in the order of risk.

use std::cell::OnceCell;
use std::collections::HashSet;

use xxhash_rust::xxh3::xxh3_64;

use super::block::Side;
use super::key::ByKey;
use super::lexicon::{Lexicon, List};
use super::script::{Compared, Edit, Stuff};
use super::token::{Sort, Token};
use super::{Class, Language};
use crate::reconcile::row::ABBREVIATIONS;

/// Words that are read to tell a language, at most.
const TOLD_BY: usize = 400;
/// So many words more of one than of the other tell it at once.
const CLEAR: usize = 12;
/// Bytes of the article around a change that tell its language, and how its names are written.
const FOR_LANGUAGE: usize = 2 << 10;
const FOR_NAMES: usize = 8 << 10;

/// Tells classes of the changes between two texts.
pub(super) struct Classifier<'a> {
    sides: [&'a Side<'a>; 2],
    /// The article, where the sides are a part of it.
    around: Option<&'a Article<'a>>,
    language: OnceCell<Language>,
    given: Language,
    seen: OnceCell<Seen>,
}

/// What the beginning of an article tells about changes in any part of it.
pub(super) struct Article<'a> {
    text: &'a str,
    language: OnceCell<Language>,
    seen: OnceCell<Seen>,
}

impl<'a> Article<'a> {
    pub fn new(text: &'a str) -> Self {
        Self { text, language: OnceCell::new(), seen: OnceCell::new() }
    }

    fn language(&self) -> Language {
        *self.language.get_or_init(|| guess(&Side::of_body(window(self.text, FOR_LANGUAGE))))
    }

    fn seen(&self) -> &Seen {
        self.seen.get_or_init(|| {
            let mut seen = Seen::default();
            seen.add(&Side::of_body(window(self.text, FOR_NAMES)));
            seen
        })
    }
}

/// How words are written elsewhere in the article.
#[derive(Default)]
struct Seen {
    /// With a capital within a sentence.
    capital: HashSet<u64, ByKey>,
    /// With a small letter.
    small: HashSet<u64, ByKey>,
}

impl Seen {
    fn add(&mut self, side: &Side<'_>) {
        for block in 0..side.blocks.len() {
            let mut before = Sort::Break;
            for token in side.tokens_of(block) {
                if token.sort == Sort::Word {
                    if !is_capital(&side.text[token.range()]) {
                        self.small.insert(token.key);
                    } else if before == Sort::Word {
                        self.capital.insert(token.key);
                    }
                }
                before = token.sort;
            }
        }
    }
}

/// One side of an edit.
#[derive(Clone, Copy)]
struct Around<'a> {
    text: &'a str,
    tokens: &'a [Token],
}

/// A word, or its part before or after an apostrophe.
struct Part<'a> {
    text: &'a str,
    /// As compared: in lower case, with an ASCII apostrophe.
    folded: String,
    token: usize,
    /// Not the first part of its word.
    inner: bool,
}

impl<'a> Around<'a> {
    fn word(&self, token: usize) -> &'a str {
        &self.text[self.tokens[token].range()]
    }

    fn parts(&self, tokens: std::ops::Range<usize>) -> Vec<Part<'a>> {
        let mut parts = Vec::new();
        for token in tokens {
            let word = self.word(token);
            match self.tokens[token].sort {
                Sort::Word => {
                    let mut inner = false;
                    for piece in split(word) {
                        parts.push(Part { text: piece, folded: fold(piece), token, inner });
                        inner = true;
                    }
                }
                Sort::Punct if self.is_unit(token) => {
                    parts.push(Part { text: word, folded: word.to_owned(), token, inner: false });
                }
                _ => {}
            }
        }
        parts
    }

    /// Signs that are a part of an amount.
    fn is_unit(&self, token: usize) -> bool {
        match self.word(token) {
            "%" | "‰" | "€" | "$" | "£" | "¥" | "°" => true,
            "-" | "−" | "+" => {
                let end = self.tokens[token].range().end;
                let start = self.tokens[token].range().start;
                let glued = token > 0 && self.tokens[token - 1].range().end == start;
                !glued && self.text[end..].starts_with(|c: char| c.is_ascii_digit())
            }
            _ => false,
        }
    }

    /// Whether a sentence begins with a token.
    fn begins_sentence(&self, token: usize) -> bool {
        for before in (0..token).rev() {
            let text = self.word(before);
            match self.tokens[before].sort {
                Sort::Break => return true,
                Sort::Mark => {}
                Sort::Word | Sort::Target => return false,
                Sort::Punct => match text {
                    "«" | "“" | "„" | "‘" | "\"" | "(" | "[" | "¿" | "¡" | "»" | "”" => {}
                    "." => {
                        let Some(word) = before.checked_sub(1).map(|at| self.word(at)) else { return true };
                        let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
                        return !(initial || ABBREVIATIONS.contains(&word.to_lowercase().as_str()));
                    }
                    "!" | "?" | "…" | "..." | ":" | "—" | "–" => return true,
                    _ => return false,
                },
            }
        }
        true
    }

    /// Whether the words of the block have capitals as in an English headline.
    fn has_title_case(&self) -> bool {
        let words = self.tokens.iter().skip(1).take(80).filter(|token| token.sort == Sort::Word);
        let long = words.map(|token| &self.text[token.range()]).filter(|word| word.chars().count() > 3);
        let (count, capitals) = long
            .fold((0, 0), |(count, capitals), word| (count + 1, capitals + usize::from(is_capital(word))));
        count >= 3 && 100 * capitals > 60 * count
    }
}

/// `l’eau` is `l’` and `eau`, `don’t` is `do` and `n’t`, `Orla’s` is `Orla` and `’s`.
fn split(word: &str) -> impl Iterator<Item = &str> {
    let at = word.find(['\'', '’']).and_then(|at| {
        let width = word[at..].chars().next().map_or(1, char::len_utf8);
        let (head, tail) = (&word[..at], &word[at + width..]);
        let lower = tail.to_lowercase();
        if lower == "t" && head.to_lowercase().ends_with('n') {
            Some(at - 1)
        } else if matches!(lower.as_str(), "s" | "ll" | "d" | "re" | "ve" | "m") {
            Some(at)
        } else if head.chars().count() <= 2
            || matches!(head.to_lowercase().as_str(), "lorsqu" | "puisqu" | "jusqu" | "quoiqu" | "quelqu")
        {
            Some(at + width)
        } else {
            None
        }
    });
    let (head, tail) = at.map_or((word, ""), |at| word.split_at(at));
    [head, tail].into_iter().filter(|piece| !piece.is_empty())
}

fn fold(word: &str) -> String {
    let mut folded = String::with_capacity(word.len());
    let short = word.chars().nth(1).is_none();
    for (at, c) in word.chars().enumerate() {
        // A word of one letter (*à*, *a*) is another without its accent, unless it is a capital.
        let c = if at == 0 && !short { c.to_uppercase().next().unwrap_or(c) } else { c };
        match c {
            '’' => folded.push('\''),
            'œ' | 'Œ' => folded.push_str("oe"),
            'æ' | 'Æ' => folded.push_str("ae"),
            // Capitals may go without their accents.
            'É' | 'È' | 'Ê' if at == 0 => folded.push('e'),
            'À' | 'Â' if at == 0 => folded.push('a'),
            'Ç' if at == 0 => folded.push('c'),
            'Î' if at == 0 => folded.push('i'),
            'Ô' if at == 0 => folded.push('o'),
            _ => folded.extend(c.to_lowercase()),
        }
    }
    folded
}

/// *XIXe*, *IIe*, *Ier*: a century, a reign or a rank in Roman figures.
fn is_roman_ordinal(word: &str) -> bool {
    let figures = word.bytes().take_while(|byte| b"IVXLCDM".contains(byte)).count();
    // *Ce*, *De*, *Le* and *Me* are words.
    let clear = figures > 1 || word.starts_with(['I', 'V', 'X']);
    figures > 0 && clear && matches!(&word[figures..], "e" | "er" | "re" | "ème" | "ᵉ")
}

fn is_capital(word: &str) -> bool {
    word.chars().next().is_some_and(char::is_uppercase)
}

impl<'a> Classifier<'a> {
    pub fn new(old: &'a Side<'a>, new: &'a Side<'a>, language: Language) -> Self {
        Self {
            sides: [old, new],
            around: None,
            language: OnceCell::new(),
            given: language,
            seen: OnceCell::new(),
        }
    }

    /// The sides are a part of this.
    pub fn within(self, article: &'a Article<'a>) -> Self {
        Self { around: Some(article), ..self }
    }

    fn language(&self) -> Language {
        *self.language.get_or_init(|| {
            let named = [super::language_of(self.sides[1].text), super::language_of(self.sides[0].text)];
            let known = |language: &Language| *language != Language::Unknown;
            let given = named.into_iter().chain([self.given]).find(known);
            given.unwrap_or_else(|| self.around.map_or_else(|| guess(self.sides[1]), Article::language))
        })
    }

    /// Whether the article has a word with a capital within a sentence, or with a small letter.
    fn is_seen(&self, words: fn(&Seen) -> &HashSet<u64, ByKey>, word: &str) -> bool {
        let key = xxh3_64(word.as_bytes());
        let here = self.seen.get_or_init(|| {
            let mut seen = Seen::default();
            self.sides.iter().for_each(|side| seen.add(side));
            seen
        });
        words(here).contains(&key) || self.around.is_some_and(|article| words(article.seen()).contains(&key))
    }

    /// The class of an edit. `furniture` says that it lies in a field, or in the heading that is the title.
    pub fn class(&self, compared: &Compared<'_>, edit: &Edit, furniture: bool) -> Class {
        let old = Around { text: self.sides[0].text, tokens: &compared.old };
        let new = Around { text: self.sides[1].text, tokens: &compared.new };
        let of = [(old, edit.old_tokens.clone()), (new, edit.new_tokens.clone())];
        let targets = |(side, tokens): &(Around<'_>, std::ops::Range<usize>)| -> Vec<u64> {
            let tokens = side.tokens[tokens.clone()].iter();
            tokens.filter(|token| token.sort == Sort::Target).map(|token| token.key).collect()
        };
        let link = targets(&of[0]) != targets(&of[1]);
        if edit.stuff == Stuff::Marks {
            return if link { Class::Link } else { Class::Typography };
        }
        let parts = [old.parts(of[0].1.clone()), new.parts(of[1].1.clone())];
        if same_words(&parts) {
            let marks = |(side, tokens): &(Around<'_>, std::ops::Range<usize>)| {
                let quote = |&token: &usize| matches!(side.word(token), "«" | "»" | "“" | "”" | "\"");
                tokens.clone().filter(quote).count()
            };
            return if marks(&of[0]) != marks(&of[1]) {
                Class::Quote
            } else if link {
                Class::Link
            } else {
                Class::Typography
            };
        }
        let changed = changed(&parts);
        let any = |test: &dyn Fn(&Around<'_>, &Part<'_>) -> bool| {
            [old, new].iter().zip(&changed).any(|(side, parts)| parts.iter().any(|part| test(side, part)))
        };
        if any(&|side, part| side.tokens[part.token].quoted) {
            Class::Quote
        } else if any(&|side, part| self.is_figure(side, part)) {
            Class::Figure
        } else if any(&|side, part| self.is_name(side, part)) {
            Class::Name
        } else if any(&|side, part| self.is_negation(side, part)) {
            Class::Negation
        } else if any(&|side, part| self.is_attribution(side, part)) {
            Class::Attribution
        } else if link {
            Class::Link
        } else if furniture {
            Class::Furniture
        } else {
            Class::Words
        }
    }

    fn is_number(&self, word: &str) -> bool {
        word.bytes().any(|byte| byte.is_ascii_digit())
            || is_roman_ordinal(word)
            || Lexicon::get().has(List::Figure, self.language(), &word.replace('’', "'"))
    }

    /// Whether the part and a neighbour are two words that a list has as one: *sans doute*.
    fn in_phrase(&self, list: List, side: &Around<'_>, part: &Part<'_>) -> bool {
        let word = |token: Option<usize>| {
            token
                .filter(|&at| side.tokens.get(at).is_some_and(|token| token.sort == Sort::Word))
                .map(|at| side.word(at).replace('’', "'"))
        };
        let here = side.word(part.token).replace('’', "'");
        let has = |phrase: String| Lexicon::get().has_phrase(list, self.language(), &phrase);
        word(part.token.checked_sub(1)).is_some_and(|before| has(format!("{before}_{here}")))
            || word(Some(part.token + 1)).is_some_and(|after| has(format!("{here}_{after}")))
    }

    fn is_figure(&self, side: &Around<'_>, part: &Part<'_>) -> bool {
        if side.tokens[part.token].sort == Sort::Punct || self.is_number(part.text) {
            return true;
        }
        Lexicon::get().has(List::Qualifier, self.language(), &part.folded)
            && (part.token + 1..side.tokens.len().min(part.token + 3))
                .any(|after| side.tokens[after].sort == Sort::Word && self.is_number(side.word(after)))
    }

    fn is_name(&self, side: &Around<'_>, part: &Part<'_>) -> bool {
        let has = |list| Lexicon::get().has(list, self.language(), &plain(part));
        if !is_capital(part.text) {
            return false;
        }
        if has(List::Known) || has(List::Honorific) {
            return true;
        }
        if has(List::Common) {
            return false;
        }
        let capitals = part.text.chars().filter(|c| c.is_uppercase()).count();
        if capitals > 1 && !side.text[side.tokens[part.token].range()].contains('-') {
            return true;
        }
        if part.inner || !side.begins_sentence(part.token) {
            return !side.has_title_case() || self.is_seen(|seen| &seen.capital, part.text);
        }
        let word = side.word(part.token);
        if self.is_seen(|seen| &seen.capital, word) {
            return true;
        }
        if self.is_seen(|seen| &seen.small, &word.to_lowercase()) || side.has_title_case() {
            return false;
        }
        let Some(next) = side.tokens.get(part.token + 1).filter(|token| token.sort == Sort::Word) else {
            return false;
        };
        let next = &side.text[next.range()];
        let has = |list| Lexicon::get().has(list, self.language(), next);
        is_capital(next) && !has(List::Common)
            || has(List::Particle) && is_capital(next)
            || (has(List::Verb) || has(List::Attribution)) && !word.ends_with('s')
    }

    /// By the part, or by the word that it is a part of (*d’après*).
    fn is_attribution(&self, side: &Around<'_>, part: &Part<'_>) -> bool {
        let has = |word: &str| Lexicon::get().has(List::Attribution, self.language(), word);
        has(&plain(part))
            || has(&side.word(part.token).replace('’', "'"))
            || self.in_phrase(List::Attribution, side, part)
    }

    fn is_negation(&self, side: &Around<'_>, part: &Part<'_>) -> bool {
        let has = |list| Lexicon::get().has(list, self.language(), &part.folded);
        if has(List::Negation) {
            return !self.in_phrase(List::Attribution, side, part);
        }
        // *presque rien*.
        let next = side.tokens.get(part.token + 1).filter(|token| token.sort == Sort::Word);
        let negates = |token: &Token| {
            Lexicon::get().has(List::Negation, self.language(), &fold(&side.text[token.range()]))
        };
        if has(List::Qualifier) && next.is_some_and(negates) {
            return true;
        }
        // *ne … plus*, *ne … que*.
        has(List::AfterNe)
            && (part.token.saturating_sub(5)..part.token).any(|before| {
                matches!(split(side.word(before)).next().map(fold).as_deref(), Some("ne" | "n'"))
            })
    }
}

/// The language by its small words.
fn guess(side: &Side<'_>) -> Language {
    let lexicon = Lexicon::get();
    let words = side.tokens.iter().filter(|token| token.sort == Sort::Word).take(TOLD_BY);
    let (mut french, mut english) = (0, 0);
    for word in words.map(|token| &side.text[token.range()]) {
        for part in split(word) {
            let part = fold(part);
            french += usize::from(lexicon.has(List::Language, Language::French, &part));
            english += usize::from(lexicon.has(List::Language, Language::English, &part));
        }
        if french.abs_diff(english) >= CLEAR {
            break;
        }
    }
    if french > 2 * english {
        Language::French
    } else if english > 2 * french {
        Language::English
    } else {
        Language::Unknown
    }
}

/// As written, with an ASCII apostrophe.
fn plain(part: &Part<'_>) -> String {
    part.text.replace('’', "'")
}

fn same_words(parts: &[Vec<Part<'_>>; 2]) -> bool {
    let [old, new] = parts;
    let same =
        |a: &Part<'_>, b: &Part<'_>| a.folded == b.folded || a.text.to_lowercase() == b.text.to_lowercase();
    if old.len() == new.len() && old.iter().zip(new).all(|(a, b)| same(a, b)) {
        return true;
    }
    // A number whose thousands were set apart.
    let digits = |parts: &[Part<'_>]| -> Option<String> {
        let all = !parts.is_empty()
            && parts.iter().all(|part| part.folded.bytes().all(|byte| byte.is_ascii_digit()));
        all.then(|| parts.iter().map(|part| part.folded.as_str()).collect())
    };
    digits(old).is_some_and(|old| digits(new).is_some_and(|new| old == new))
}

/// The parts that the other side has not; all, where only their order is another.
fn changed<'p, 'a>(parts: &'p [Vec<Part<'a>>; 2]) -> [Vec<&'p Part<'a>>; 2] {
    let sorted = |side: &'p [Part<'a>]| -> Vec<&'p Part<'a>> {
        let mut all: Vec<_> = side.iter().collect();
        all.sort_by(|a, b| a.folded.cmp(&b.folded));
        all
    };
    let (old, new) = (sorted(&parts[0]), sorted(&parts[1]));
    let (mut gone, mut come) = (Vec::new(), Vec::new());
    let (mut i, mut j) = (0, 0);
    while i < old.len() || j < new.len() {
        match (old.get(i), new.get(j)) {
            (Some(a), Some(b)) if a.folded == b.folded => (i, j) = (i + 1, j + 1),
            (Some(a), Some(b)) if a.folded < b.folded => {
                gone.push(*a);
                i += 1;
            }
            (Some(a), None) => {
                gone.push(*a);
                i += 1;
            }
            (_, Some(b)) => {
                come.push(*b);
                j += 1;
            }
            (None, None) => break,
        }
    }
    if gone.is_empty() && come.is_empty() { [old, new] } else { [gone, come] }
}

/// The beginning of an article.
fn window(text: &str, len: usize) -> &str {
    &text[..text.floor_char_boundary(len)]
}
