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
        Self { code, fr: (spaced(&fr.0.into()), spaced(&fr.1.into())), en: (en.0.into(), en.1.into()) }
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
