//! Words, punctuation and Markdown marks of a text, with their places.
//!
//! Words are UAX #29's. Plain Latin copy is cut by a scanner of our own, which a test holds to unicode-segmentation's
//! answer and which is several times as fast; any other stretch goes to that crate. What is no token (blanks, line
//! ends) is a gap; so is the narrow no-break space, which UAX #29 has join words, but which French copy puts before a
//! question mark and between thousands. Marks are told by their look alone: this does not parse Markdown.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;
use xxhash_rust::xxh3::xxh3_64;

/// What a token is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    /// Has a letter or a digit.
    Word,
    /// Punctuation and symbols.
    Punct,
    /// Markdown's.
    Mark,
    /// Where a link leads.
    Target,
    /// What stands between two blocks; only where one became several or several one.
    Break,
}

/// A token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Token {
    /// First byte in the text.
    pub start: u32,
    /// The byte after its last.
    pub end: u32,
    /// What it is.
    pub sort: Sort,
    /// Stands in a quotation; [`super::block::Side`] knows.
    pub quoted: bool,
    /// Equal texts have equal keys.
    pub key: u64,
}

impl Token {
    pub fn new(text: &str, range: Range<usize>, sort: Sort) -> Self {
        let key = xxh3_64(&text.as_bytes()[range.clone()]) ^ ((sort == Sort::Break) as u64);
        Self { start: to_u32(range.start), end: to_u32(range.end), sort, quoted: false, key }
    }

    pub fn range(&self) -> Range<usize> {
        self.start as usize..self.end as usize
    }
}

/// Longer texts are not cut; see [`super::MAX_LENGTH`].
fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Longest address of a link that is looked for, in bytes.
const MAX_TARGET: usize = 2048;
/// Longest HTML tag that counts as one mark, in bytes.
const MAX_TAG: usize = 256;

#[derive(Clone, Copy, PartialEq)]
enum Class {
    Letter,
    Digit,
    /// Joins letters, joins digits (UAX #29's `MidNumLet`): `.`, `'`, `’`.
    MidBoth,
    /// Joins letters: `:`, `·`.
    MidLetter,
    /// Joins digits: `,`, `;`.
    MidDigit,
    Underscore,
    Blank,
    Punct,
    /// Left to unicode-segmentation.
    Other,
}

/// The class of the character at a byte, and its length.
fn class_at(text: &str, at: usize) -> (Class, usize) {
    let byte = text.as_bytes()[at];
    if byte < 0x80 {
        return (ASCII[byte as usize], 1);
    }
    let Some(c) = text[at..].chars().next() else { return (Class::Other, 1) };
    let class = match c {
        '×' | '÷' | '«' | '»' | '°' | '§' | '©' | '®' | '±' | '¡' | '¿' | '£' | '¥' | '¢' | '¬' | '¶'
        | '¦' | '¹' | '²' | '³' | '¼' | '½' | '¾' | '´' | '¨' | '¯' | '¸' => Class::Punct,
        '·' | '\u{2027}' => Class::MidLetter,
        'ª' | 'µ' | 'º' | 'À'..='ɏ' | 'Ḁ'..='ỿ' => Class::Letter,
        '’' | '‘' => Class::MidBoth,
        '\u{a0}' | '\u{2002}'..='\u{200a}' | '\u{202f}' | '\u{2028}' | '\u{2029}' | '\u{85}' => Class::Blank,
        '‐'..='―' | '“' | '”' | '„' | '†' | '‡' | '•' | '…' | '‰' | '‹' | '›' | '€' | '−' => {
            Class::Punct
        }
        _ => Class::Other,
    };
    (class, c.len_utf8())
}

const ASCII: [Class; 128] = {
    let mut table = [Class::Punct; 128];
    let mut at = 0;
    while at < 128 {
        table[at] = match at as u8 {
            b'a'..=b'z' | b'A'..=b'Z' => Class::Letter,
            b'0'..=b'9' => Class::Digit,
            b'.' | b'\'' => Class::MidBoth,
            b':' => Class::MidLetter,
            b',' | b';' => Class::MidDigit,
            b'_' => Class::Underscore,
            b' ' | b'\t' | b'\n' | b'\r' | 0x0b | 0x0c => Class::Blank,
            0..=31 | 127 => Class::Other,
            _ => Class::Punct,
        };
        at += 1;
    }
    table
};

/// Appends the tokens of a block, `range` of the text. `code` has no marks but those of its fence.
pub(super) fn tokens(text: &str, range: Range<usize>, code: bool, into: &mut Vec<Token>) {
    let mut cutter =
        Cutter { text, end: range.end, into, open: Vec::new(), link_end: usize::MAX, marks: !code };
    let mut at = range.start;
    if code {
        at = cutter.fence(at);
    } else {
        at = cutter.prefix(at);
    }
    while at < cutter.end {
        at = cutter.step(at);
    }
}

struct Cutter<'a> {
    text: &'a str,
    end: usize,
    into: &'a mut Vec<Token>,
    /// Opening brackets that may turn out to be a link's, by number of token.
    open: Vec<usize>,
    /// The bracket that closes the link we are in.
    link_end: usize,
    marks: bool,
}

impl Cutter<'_> {
    fn push(&mut self, range: Range<usize>, sort: Sort) -> usize {
        let end = range.end;
        self.into.push(Token::new(self.text, range, sort));
        end
    }

    fn byte(&self, at: usize) -> u8 {
        if at < self.end { self.text.as_bytes()[at] } else { 0 }
    }

    /// The opening line's marks of fenced code.
    fn fence(&mut self, at: usize) -> usize {
        let mark = self.byte(at);
        let end = at + self.text[at..self.end].bytes().take_while(|&byte| byte == mark).count();
        self.push(at..end, Sort::Mark)
    }

    /// The marks that a block begins with: `>`, `##`, `-`, `1.`, `[^1]:`, a line of nothing but marks.
    fn prefix(&mut self, mut at: usize) -> usize {
        let block = &self.text[at..self.end];
        let ruler = |byte: u8| matches!(byte, b'-' | b'|' | b':' | b' ' | b'*' | b'_' | b'=');
        if block.len() >= 3 && block.bytes().all(ruler) {
            return self.push(at..self.end, Sort::Mark);
        }
        loop {
            while matches!(self.byte(at), b' ' | b'\t') {
                at += 1;
            }
            let rest = &self.text[at..self.end];
            let marks = |mark: u8| rest.bytes().take_while(|&byte| byte == mark).count();
            let blank_after = |len: usize| matches!(self.byte(at + len), b' ' | b'\t' | 0 | b'\n');
            let digits = rest.bytes().take_while(u8::is_ascii_digit).count();
            let len = if rest.starts_with('>') {
                1
            } else if (1..=6).contains(&marks(b'#')) && blank_after(marks(b'#')) {
                marks(b'#')
            } else if rest.starts_with(['-', '*', '+']) && blank_after(1) {
                1
            } else if (1..10).contains(&digits)
                && rest[digits..].starts_with(['.', ')'])
                && blank_after(digits + 1)
            {
                digits + 1
            } else if ["[ ] ", "[x] ", "[X] "].iter().any(|task| rest.starts_with(task)) {
                3
            } else if rest.starts_with('[') {
                let close = rest.bytes().take(MAX_TAG).position(|byte| matches!(byte, b']' | b'\n'));
                match close {
                    Some(close) if rest[close..].starts_with("]:") => close + 2,
                    _ => 0,
                }
            } else {
                0
            };
            if len == 0 {
                return at;
            }
            at = self.push(at..at + len, Sort::Mark);
        }
    }

    /// One token, or one blank.
    fn step(&mut self, at: usize) -> usize {
        let (class, len) = class_at(self.text, at);
        match class {
            Class::Letter | Class::Digit => self.word(at),
            Class::Blank => {
                // A line of a quotation goes on with its mark, which is part of the gap.
                let mut next = at + len;
                if len == 1 && self.text.as_bytes()[at] == b'\n' && self.marks {
                    while matches!(self.byte(next), b' ' | b'\t') {
                        next += 1;
                    }
                }
                next
            }
            Class::Other => self.segments(at),
            Class::Underscore => self.underscore(at),
            _ => self.punct(at, len),
        }
    }

    fn word(&mut self, start: usize) -> usize {
        let (mut at, mut last) = (start, Class::Letter);
        while at < self.end {
            let (class, len) = class_at(self.text, at);
            let next = |after: usize| {
                if after < self.end { class_at(self.text, after).0 } else { Class::Blank }
            };
            match class {
                Class::Letter | Class::Digit => last = class,
                Class::MidBoth | Class::MidLetter | Class::MidDigit => {
                    let follows = next(at + len);
                    if follows == Class::Other {
                        return self.segments(start);
                    }
                    let joins = follows == last
                        && match class {
                            Class::MidLetter => last == Class::Letter,
                            Class::MidDigit => last == Class::Digit,
                            _ => true,
                        };
                    if !joins {
                        break;
                    }
                }
                Class::Underscore => {
                    let marks = self.text[at..self.end].bytes().take_while(|&byte| byte == b'_').count();
                    match next(at + marks) {
                        Class::Letter | Class::Digit => at += marks - 1,
                        Class::Other => return self.segments(start),
                        _ => break,
                    }
                }
                Class::Other => return self.segments(start),
                Class::Blank | Class::Punct => break,
            }
            at += len;
        }
        if self.text[at..self.end].starts_with("://") && self.text[start..at].starts_with("http") {
            return self.address(start);
        }
        self.push(start..at, Sort::Word)
    }

    /// A bare address in the text.
    fn address(&mut self, start: usize) -> usize {
        let rest = &self.text[start..self.end];
        let stop = |c: char| c.is_whitespace() || matches!(c, '<' | '>' | '"' | '»' | '”' | ')' | ']' | '|');
        let len = rest.find(stop).unwrap_or(rest.len());
        let len =
            rest[..len].trim_end_matches(['.', ',', ';', ':', '!', '?', '…', '’', '\'', '*', '_']).len();
        self.push(start..start + len, Sort::Target)
    }

    /// Up to the next blank, cut by unicode-segmentation.
    fn segments(&mut self, start: usize) -> usize {
        let rest = &self.text[start..self.end];
        let len = rest.find([' ', '\n', '\t', '\r', '\u{202f}']).unwrap_or(rest.len());
        for (at, piece) in rest[..len].split_word_bound_indices() {
            if piece.chars().all(char::is_whitespace) {
                continue;
            }
            let sort = if piece.chars().any(char::is_alphanumeric) {
                Sort::Word
            } else if matches!(piece, "*" | "_" | "`" | "|" | "~") && self.marks {
                Sort::Mark
            } else {
                Sort::Punct
            };
            self.push(start + at..start + at + piece.len(), sort);
        }
        start + len
    }

    fn underscore(&mut self, at: usize) -> usize {
        let len = self.text[at..self.end].bytes().take_while(|&byte| byte == b'_').count();
        self.push(at..at + len, if self.marks { Sort::Mark } else { Sort::Punct })
    }

    fn punct(&mut self, at: usize, len: usize) -> usize {
        let rest = &self.text[at..self.end];
        let byte = rest.as_bytes()[0];
        if rest.starts_with("...") {
            return self.push(at..at + 3, Sort::Punct);
        }
        if !self.marks {
            return self.push(at..at + len, Sort::Punct);
        }
        if at == self.link_end {
            self.link_end = usize::MAX;
            return self.push(at..at + 1, Sort::Mark);
        }
        match byte {
            b'*' | b'`' | b'~' => {
                let run = rest.bytes().take_while(|&other| other == byte).count();
                // One tilde is a tilde.
                let sort = if byte == b'~' && run != 2 { Sort::Punct } else { Sort::Mark };
                self.push(at..at + run, sort)
            }
            b'|' => self.push(at..at + 1, Sort::Mark),
            b'\\' => self.push(at..at + 1, Sort::Mark),
            b'!' if rest.starts_with("![") => {
                self.open.push(self.into.len());
                self.push(at..at + 2, Sort::Punct)
            }
            b'[' => self.bracket(at),
            b']' => self.close(at),
            b'<' => self.tag(at),
            _ => self.push(at..at + len, Sort::Punct),
        }
    }

    fn bracket(&mut self, at: usize) -> usize {
        if self.text[at..self.end].starts_with("[^") {
            let note = self.text[at..self.end].bytes().take(64).position(|byte| matches!(byte, b']' | b' '));
            if let Some(len) = note.filter(|len| self.byte(at + len) == b']') {
                return self.push(at..at + len + 1, Sort::Mark);
            }
        }
        self.open.push(self.into.len());
        self.push(at..at + 1, Sort::Punct)
    }

    /// `](address)`: marks around the address; a title after it is text.
    fn close(&mut self, at: usize) -> usize {
        let open = self.open.pop();
        let found = open.filter(|_| self.byte(at + 1) == b'(').and_then(|_| self.parenthesis(at + 1));
        let (Some(open), Some(end)) = (open, found) else { return self.push(at..at + 1, Sort::Punct) };
        self.into[open].sort = Sort::Mark;
        self.push(at..at + 2, Sort::Mark);
        let inner = &self.text[at + 2..end];
        let from = at + 2 + (inner.len() - inner.trim_start().len());
        let inner = &self.text[from..end];
        let len = if inner.starts_with('<') {
            inner.find('>').map_or(inner.len(), |close| close + 1)
        } else {
            inner.find(|c: char| c.is_ascii_whitespace()).unwrap_or(inner.len())
        };
        if len > 0 {
            self.push(from..from + len, Sort::Target);
        }
        self.link_end = end;
        from + len
    }

    /// The bracket that closes the one at `at`.
    fn parenthesis(&self, at: usize) -> Option<usize> {
        let mut depth = 0_usize;
        for (offset, byte) in self.text[at..self.end].bytes().enumerate().take(MAX_TARGET) {
            match byte {
                b'(' => depth += 1,
                b')' if depth == 1 => return Some(at + offset),
                b')' => depth -= 1,
                _ => {}
            }
        }
        None
    }

    /// `<br>`, `</i>`, `<https://…>`.
    fn tag(&mut self, at: usize) -> usize {
        let rest = &self.text[at..self.end];
        let looks = rest
            .as_bytes()
            .get(1)
            .is_some_and(|&byte| byte.is_ascii_alphabetic() || matches!(byte, b'/' | b'!'));
        let close = rest.bytes().take(MAX_TAG).position(|byte| matches!(byte, b'>' | b'\n'));
        match close {
            Some(close) if looks && self.byte(at + close) == b'>' => {
                let address = rest[..close].contains("://") || rest[..close].contains('@');
                self.push(at..at + close + 1, if address { Sort::Target } else { Sort::Mark })
            }
            _ => self.push(at..at + 1, Sort::Punct),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn cut(text: &str) -> Vec<(&str, Sort)> {
        let mut found = Vec::new();
        tokens(text, 0..text.len(), false, &mut found);
        found.iter().map(|token| (&text[token.range()], token.sort)).collect()
    }

    fn texts(text: &str, sort: Sort) -> Vec<&str> {
        cut(text).into_iter().filter(|(_, found)| *found == sort).map(|(text, _)| text).collect()
    }

    #[test]
    fn words_and_punctuation() {
        assert_eq!(
            texts("L’été, 13 000 à 9.40pm : « a-t-il » 3,5 %.", Sort::Word),
            ["L’été", "13", "000", "à", "9.40pm", "a", "t", "il", "3,5"]
        );
        assert_eq!(texts("Bien… « oui » !", Sort::Punct), ["…", "«", "»", "!"]);
    }

    #[test]
    fn marks_and_addresses() {
        let text = "## Un **mot** et [un lien](https://a.b/c \"titre\")[^1].";
        assert_eq!(texts(text, Sort::Mark), ["##", "**", "**", "[", "](", ")", "[^1]"]);
        assert_eq!(texts(text, Sort::Target), ["https://a.b/c"]);
        assert_eq!(texts(text, Sort::Word), ["Un", "mot", "et", "un", "lien", "titre"]);
        assert_eq!(texts("voir https://a.b/c.", Sort::Target), ["https://a.b/c"]);
        assert_eq!(texts("1. _mot_ snake_case", Sort::Mark), ["1.", "_", "_"]);
        assert_eq!(texts("| --- | ---: |", Sort::Mark), ["| --- | ---: |"]);
    }

    proptest! {
        #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

        /// Our scanner and unicode-segmentation cut words alike, where no mark comes between.
        #[test]
        fn words_are_those_of_uax_29(
            text in "[a-zA-Zéœà0-9’'.,;:·\u{301}\u{200d} \u{a0}«»—€%あ中אب-]{0,24}"
        ) {
            let ours = texts(&text, Sort::Word);
            // Markdown's marks at the start are no words.
            prop_assume!(!cut(&text).iter().any(|(_, sort)| *sort == Sort::Mark));
            let theirs: Vec<&str> = text
                .split_word_bounds()
                .filter(|piece| piece.chars().any(char::is_alphanumeric))
                .collect();
            prop_assert_eq!(ours, theirs);
        }
    }
}
