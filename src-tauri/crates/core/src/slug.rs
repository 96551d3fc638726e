//! Short labels and file names from headlines.

use unicode_normalization::UnicodeNormalization;

/// Longest slug, in characters.
pub const MAX: usize = 80;

/// A label of `a` to `z`, `0` to `9` and inner hyphens, 1 to [`MAX`] characters: accents go, ligatures open
/// (œ gives oe), all else becomes a hyphen. Never empty (`article` then), never a name that Windows reserves.
#[must_use]
pub fn slugify(title: &str) -> String {
    let mut slug = String::new();
    'letters: for letter in title.nfkd().flat_map(char::to_lowercase) {
        let buffer = &mut [0; 4];
        let plain = match letter {
            'œ' => "oe",
            'æ' => "ae",
            'ß' => "ss",
            'ø' => "o",
            'ð' | 'đ' => "d",
            'þ' => "th",
            'ł' => "l",
            'ı' => "i",
            'a'..='z' | '0'..='9' => letter.encode_utf8(buffer),
            // Accents that NFKD set apart, and soft hyphens, are no break in a word.
            '\u{300}'..='\u{36f}' | '\u{ad}' => "",
            _ => "-",
        };
        for c in plain.chars() {
            if c == '-' && (slug.is_empty() || slug.ends_with('-')) {
                continue;
            }
            if slug.len() == MAX {
                // A cut word is dropped, unless nothing would be left.
                if c != '-'
                    && let Some(at) = slug.rfind('-')
                {
                    slug.truncate(at);
                }
                break 'letters;
            }
            slug.push(c);
        }
    }
    let slug = slug.trim_end_matches('-');
    let reserved = matches!(slug, "con" | "prn" | "aux" | "nul")
        || (slug.len() == 4
            && (slug.starts_with("com") || slug.starts_with("lpt"))
            && slug.ends_with(|c: char| c.is_ascii_digit()));
    match slug {
        "" => "article".into(),
        _ if reserved => format!("{slug}-article"),
        _ => slug.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn headlines() {
        for (title, slug) in [
            ("L’œuvre d’Élysée : 1 000 € !", "l-oeuvre-d-elysee-1-000"),
            ("Cœur, ÆGIR & Łódź", "coeur-aegir-lodz"),
            ("  --a--  ", "a"),
            ("", "article"),
            ("日本語", "article"),
            ("CON", "con-article"),
            ("Com1", "com1-article"),
            ("lpt", "lpt"),
            ("n° 5, nº 6", "n-5-no-6"),
            ("co\u{ad}opération", "cooperation"),
        ] {
            assert_eq!(slugify(title), slug, "{title}");
        }
        assert_eq!(slugify(&"mot ".repeat(40)), "mot-".repeat(20).trim_end_matches('-'));
        assert_eq!(slugify(&format!("{} suite", "a".repeat(78))), "a".repeat(78));
        assert_eq!(slugify(&"a".repeat(200)), "a".repeat(80));
    }

    proptest! {
        #[test]
        fn form(title in any::<String>()) {
            let slug = slugify(&title);
            prop_assert!((1..=MAX).contains(&slug.len()));
            prop_assert!(slug.bytes().all(|b| matches!(b, b'a'..=b'z' | b'0'..=b'9' | b'-')));
            prop_assert!(!slug.starts_with('-') && !slug.ends_with('-') && !slug.contains("--"));
            prop_assert_eq!(slugify(&slug), slug);
        }
    }
}
