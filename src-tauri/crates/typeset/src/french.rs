//! The no-break spaces of French, put in at export: Typst neither adds nor keeps them by itself.
//!
//! A blank that is there becomes one that does not break; a missing one is added where nothing else can be meant
//! (not in `12:30`, an address or an emoticon). No other character changes.

use std::ops::Range;

/// U+00A0: inside guillemets and before a colon.
const WIDE: &str = "\u{a0}";
/// U+202F: before `;`, `!`, `?` and `%`.
const THIN: &str = "\u{202f}";
/// Stands for what is not prose (code, an image) in the text that [`edits`] reads.
pub(crate) const OPAQUE: char = '\u{fffc}';

/// The replacements that French wants in running text, in order: a range of bytes and what stands there instead.
pub(crate) fn edits(text: &str) -> Vec<(Range<usize>, &'static str)> {
    let mut found: Vec<(Range<usize>, &'static str)> = Vec::new();
    for (at, mark) in text.char_indices() {
        let after = text[at + mark.len_utf8()..].chars().next();
        let edit = match mark {
            '«' => match after {
                Some(' ') => Some((at + 2..at + 3, WIDE)),
                Some(next) if !next.is_whitespace() => Some((at + 2..at + 2, WIDE)),
                _ => None,
            },
            '»' => before_mark(text, at, WIDE, |_| true),
            ':' if after.is_none_or(char::is_whitespace) => before_mark(text, at, WIDE, is_end_of_word),
            ';' | '!' | '?' if after.is_none_or(|next| next.is_whitespace() || is_closing(next)) => {
                before_mark(text, at, THIN, is_end_of_word)
            }
            '%' if after.is_none_or(|next| !next.is_alphanumeric()) => {
                before_mark(text, at, THIN, |last| last.is_ascii_digit())
            }
            _ => None,
        };
        // A blank between two marks belongs to the first.
        if let Some((range, with)) = edit
            && found.last().is_none_or(|(last, _)| last.end <= range.start && *last != range)
            && !in_address(text, at)
        {
            found.push((range, with));
        }
    }
    found
}

/// The blank before a mark, or where it is missing.
fn before_mark(
    text: &str,
    at: usize,
    with: &'static str,
    joins: impl Fn(char) -> bool,
) -> Option<(Range<usize>, &'static str)> {
    let head = &text[..at];
    if let Some(head) = head.strip_suffix(' ') {
        return head
            .chars()
            .next_back()
            .filter(|last| joins(*last) || *last == '»')
            .map(|_| (at - 1..at, with));
    }
    head.chars().next_back().filter(|last| !last.is_whitespace() && joins(*last)).map(|_| (at..at, with))
}

fn is_end_of_word(last: char) -> bool {
    last.is_alphanumeric()
        || last == OPAQUE
        || matches!(last, '»' | '”' | '’' | '"' | ')' | ']' | '…' | '.' | '%' | '€' | '$' | '£' | '°')
}

fn is_closing(next: char) -> bool {
    matches!(next, '»' | '”' | '"' | ')' | ']' | '…' | '.' | ',' | '!' | '?' | OPAQUE)
}

/// Part of a web or mail address.
fn in_address(text: &str, at: usize) -> bool {
    let from = text[..at].rfind(char::is_whitespace).map_or(0, |blank| blank + 1);
    let to = text[at..].find(char::is_whitespace).map_or(text.len(), |blank| at + blank);
    let word = text[from..to].trim_start_matches(['«', '\u{a0}', '(']);
    word.contains("://") || word.starts_with("www.") || word.starts_with("mailto:")
}

/// Text with the replacements made.
pub(crate) fn spaced(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 16);
    let mut from = 0;
    for (range, with) in edits(text) {
        out.push_str(&text[from..range.start]);
        out.push_str(with);
        from = range.end;
    }
    out.push_str(&text[from..]);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    /// `_` is U+00A0 and `~` is U+202F in what is expected.
    #[track_caller]
    fn check(text: &str, expected: &str) {
        assert_eq!(spaced(text), expected.replace('_', WIDE).replace('~', THIN), "{text}");
    }

    #[test]
    fn blanks_that_are_there_no_longer_break() {
        check("« oui », dit-il : non ; si ! quoi ? 10 %", "«_oui_», dit-il_: non~; si~! quoi~? 10~%");
    }

    #[test]
    fn missing_blanks_are_added() {
        check("«oui», dit-il: non; si! quoi? 10%", "«_oui_», dit-il_: non~; si~! quoi~? 10~%");
        check("Vraiment?! «Ah!»", "Vraiment~?! «_Ah~!_»");
    }

    #[test]
    fn what_is_right_stays() {
        for text in [
            "«\u{a0}oui\u{a0}»",
            "«\u{202f}oui\u{202f}»",
            "non\u{202f};",
            "non\u{a0}!",
            "10\u{202f}%",
            "dit\u{a0}: oui",
        ] {
            assert_eq!(spaced(text), text);
        }
    }

    #[test]
    fn what_is_no_punctuation_of_prose_stays() {
        for text in [
            "à 12:30",
            "https://exemple.fr/?q=1;a=%20!",
            "www.exemple.fr: rien",
            "mailto:a@b.fr",
            ":-)",
            "a :-) b",
            "C:\\ x",
            "%20",
            "a::b",
            "!",
            "?",
            "",
            " : ",
            "l’« »",
        ] {
            if text == "l’« »" {
                check(text, "l’«_»");
            } else {
                assert_eq!(spaced(text), text);
            }
        }
    }

    #[test]
    fn nothing_but_blanks_changes() {
        let bare = |text: &str| {
            text.chars().filter(|c| !matches!(c, ' ' | '\u{a0}' | '\u{202f}')).collect::<String>()
        };
        for text in ["«a»b!c? d:e ;", "« « x » »", "»»««", "é?!;:%", "5%-10%!", " » ", "« \u{a0}x"]
        {
            assert_eq!(bare(&spaced(text)), bare(text));
            assert_eq!(spaced(&spaced(text)), spaced(text), "{text}");
        }
    }
}
