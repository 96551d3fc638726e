//! What went wrong, in words: one sentence that says what was attempted on which file, then a way out,
//! in both languages. Domain code returns [`Problem`]; the edge picks the language.
//!
//! A code exists so that the interface may act on it; the words are for people.

use std::fmt;

use crate::wire::{self, Lang};

/// Something that could not be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Stable name, `snake_case`.
    pub code: &'static str,
    /// Sentence and way out, in French.
    pub fr: (String, String),
    /// Sentence and way out, in English.
    pub en: (String, String),
}

impl Problem {
    /// A problem in both languages: `(sentence, way out)`.
    pub fn new(
        code: &'static str,
        fr: (impl Into<String>, impl Into<String>),
        en: (impl Into<String>, impl Into<String>),
    ) -> Self {
        let french = |words: String| visible(spaced(&words));
        Self {
            code,
            fr: (french(fr.0.into()), french(fr.1.into())),
            en: (visible(en.0.into()), visible(en.1.into())),
        }
    }

    /// The sentence and the way out in one language.
    #[must_use]
    pub fn words(&self, lang: Lang) -> &(String, String) {
        match lang {
            Lang::Fr => &self.fr,
            Lang::En => &self.en,
        }
    }

    /// As it crosses to the window.
    #[must_use]
    pub fn wire(&self, lang: Lang) -> wire::Problem {
        let (message, hint) = self.words(lang).clone();
        wire::Problem { code: self.code.to_owned(), message, hint }
    }
}

/// A sentence that is no problem, as it is set in a language.
#[must_use]
pub fn sentence(words: &str, lang: Lang) -> String {
    visible(if lang == Lang::Fr { spaced(words) } else { words.to_owned() })
}

/// French as it is set: no line breaks inside « » or before a colon or a semicolon. Done here for all sentences, so that
/// whoever writes one may type plain spaces.
fn spaced(text: &str) -> String {
    let mut text = text.to_owned();
    for (plain, set) in [
        ("« ", "«\u{a0}"),
        (" »", "\u{a0}»"),
        (" :", "\u{a0}:"),
        (" ;", "\u{a0};"),
        (" !", "\u{a0}!"),
        (" ?", "\u{a0}?"),
    ] {
        if text.contains(plain) {
            text = text.replace(plain, set);
        }
    }
    text
}

/// Names, paths and addresses come from whoever sent the desk. What turns the direction of a line, takes no room or
/// drives a terminal is written as its number, so that a sentence reads as it is meant.
fn visible(words: String) -> String {
    if !words.contains(tricky) {
        return words;
    }
    let mut out = String::with_capacity(words.len());
    for c in words.chars() {
        match c {
            '\n' | '\t' => out.push(' '),
            c if tricky(c) => out.push_str(&format!("⟨U+{:04X}⟩", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}

/// Joiners are left: emoji and several scripts are written with them.
fn tricky(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{fffb}' | '\u{e0000}'..='\u{e0fff}')
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.en.0, self.en.1)
    }
}

impl std::error::Error for Problem {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn french_sentences_hold_no_space_that_breaks() {
        let problem = Problem::new(
            "x",
            ("L’article « a » n’a pas été lu : il manque ; pourquoi ?", "Non ! Voilà."),
            ("“a” : x", "Why ?"),
        );
        let (sentence, hint) = problem.words(Lang::Fr);
        assert_eq!(
            sentence,
            "L’article «\u{a0}a\u{a0}» n’a pas été lu\u{a0}: il manque\u{a0}; pourquoi\u{a0}?"
        );
        assert_eq!(hint, "Non\u{a0}! Voilà.");
        assert_eq!(problem.words(Lang::En), &("“a” : x".to_owned(), "Why ?".to_owned()));
    }
}
