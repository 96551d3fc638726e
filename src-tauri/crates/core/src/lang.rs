//! The language of a text that names none.

use unicode_segmentation::UnicodeSegmentation;

/// So many words tell.
const WORDS: usize = 2_000;

const FRENCH: [&str; 24] = [
    "au", "aux", "avec", "ce", "cette", "dans", "des", "du", "elle", "est", "et", "il", "la", "le", "les",
    "mais", "ne", "par", "pas", "pour", "que", "qui", "une", "ont",
];
const ENGLISH: [&str; 24] = [
    "and", "are", "but", "by", "for", "from", "had", "has", "have", "he", "his", "in", "is", "it", "not",
    "of", "she", "that", "the", "they", "to", "was", "were", "with",
];

/// `fr` or `en`, by the small words that only one of the two has; `und` where they do not tell.
#[must_use]
pub fn guess(text: &str) -> &'static str {
    let (mut french, mut english) = (0, 0);
    for word in text.unicode_words().take(WORDS) {
        let word = word.to_lowercase();
        french += usize::from(FRENCH.contains(&word.as_str()));
        english += usize::from(ENGLISH.contains(&word.as_str()));
    }
    match french.cmp(&english) {
        std::cmp::Ordering::Greater => "fr",
        std::cmp::Ordering::Less => "en",
        std::cmp::Ordering::Equal => "und",
    }
}

#[cfg(test)]
mod tests {
    use super::guess;

    #[test]
    fn small_words_tell() {
        for (text, lang) in [
            ("---\ntitle: Budget\n---\nLe conseil a voté le plan.\n", "fr"),
            ("The council passed the plan, said *Le Monde*.\n", "en"),
            ("LES QUAIS", "fr"),
            ("Budget 2026", "und"),
            ("", "und"),
        ] {
            assert_eq!(guess(text), lang, "{text}");
        }
    }
}
