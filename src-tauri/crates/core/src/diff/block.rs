//! An article as blocks (a field of the front matter, a paragraph, a heading, an item, a row) of tokens.
//!
//! Front matter is read by its lines, so that it need not be valid. What stands between blocks, the lines `---`
//! included, belongs to none.

use std::borrow::Cow;
use std::ops::Range;

use xxhash_rust::xxh3::xxh3_64;

use super::token::{Sort, Token, tokens};
use crate::front;
use crate::furniture;
use crate::reconcile::row;

/// A stretch of the file that is compared as one.
#[derive(Clone, Debug)]
pub(super) struct Block<'a> {
    /// Bytes of the file, without blanks around.
    pub range: Range<usize>,
    /// Where what a reader is shown begins: after the key of a field.
    pub shown: usize,
    /// Its tokens, by number in [`Side::tokens`].
    pub tokens: Range<usize>,
    /// The field of the front matter, by its own name where it was written as an alias; empty for a comment.
    pub field: Option<&'a str>,
    /// Of its text.
    hash: u64,
}

/// One of the two texts.
pub(super) struct Side<'a> {
    pub text: &'a str,
    pub tokens: Vec<Token>,
    pub blocks: Vec<Block<'a>>,
    /// The first block of the body.
    pub body: usize,
}

impl<'a> Side<'a> {
    /// A whole article.
    pub fn new(text: &'a str) -> Self {
        let (front, _) = front::split(text);
        Self::with_front(text, front)
    }

    /// A text that has no front matter, whatever it begins with.
    pub fn of_body(text: &'a str) -> Self {
        Self::with_front(text, "")
    }

    fn with_front(text: &'a str, front: &'a str) -> Self {
        let body = &text[front.len()..];
        let mut side = Self { text, tokens: Vec::with_capacity(text.len() / 4), blocks: Vec::new(), body: 0 };
        side.read_front(front);
        side.body = side.blocks.len();
        for unit in row::units(body) {
            let range = front.len() + unit.start..front.len() + unit.end;
            let block = &text[range.clone()];
            let code = block.starts_with("```") || block.starts_with("~~~");
            side.add(range.clone(), range.start, None, |into| tokens(text, range, code, into));
        }
        side.quotations();
        side
    }

    fn add(
        &mut self,
        range: Range<usize>,
        shown: usize,
        field: Option<&'a str>,
        cut: impl FnOnce(&mut Vec<Token>),
    ) {
        let first = self.tokens.len();
        cut(&mut self.tokens);
        let hash = xxh3_64(&self.text.as_bytes()[range.clone()]);
        self.blocks.push(Block { range, shown, tokens: first..self.tokens.len(), field, hash });
    }

    /// The fields, one block each with the lines that follow the key.
    fn read_front(&mut self, front: &'a str) {
        let lines: Vec<&str> = front.split_inclusive('\n').collect();
        let inner = lines.get(1..lines.len().saturating_sub(1)).unwrap_or_default();
        let mut at = lines.first().map_or(0, |line| line.len());
        let mut open: Option<(Range<usize>, usize)> = None;
        for line in inner {
            let end = at + line.trim_end().len();
            let key = key_of(line);
            let own = key.is_some() || line.starts_with('#');
            if let Some((range, _)) = open.as_mut().filter(|_| !own) {
                range.end = range.end.max(end);
            } else if !line.trim().is_empty()
                && let Some((range, key)) = open.replace((at..end, key.unwrap_or(0)))
            {
                self.add_field(range, key);
            }
            at += line.len();
        }
        if let Some((range, key)) = open {
            self.add_field(range, key);
        }
    }

    fn add_field(&mut self, range: Range<usize>, key: usize) {
        let text = self.text;
        let name = &text[range.start..range.start + key];
        let field = furniture::field_of(name).unwrap_or(name);
        let mut value = (range.start + key + usize::from(key > 0)).min(range.end);
        value += text[value..range.end].len() - text[value..range.end].trim_start().len();
        self.add(range.clone(), value, Some(field), |into| {
            if key > 0 {
                into.push(Token::new(text, range.start..range.start + key + 1, Sort::Mark));
            }
            let inner = &text[value..range.end];
            let quoted = inner.len() > 1
                && ['"', '\''].iter().any(|&mark| inner.starts_with(mark) && inner.ends_with(mark));
            let trim = usize::from(quoted);
            if quoted {
                into.push(Token::new(text, value..value + 1, Sort::Mark));
            }
            let first = into.len();
            tokens(text, value + trim..range.end - trim, false, into);
            // A value is no block of Markdown: a number with a point is not the mark of a list.
            for token in &mut into[first..] {
                if token.sort == Sort::Mark && text[token.range()].contains(|c: char| c.is_ascii_digit()) {
                    token.sort = Sort::Word;
                }
            }
            if quoted {
                into.push(Token::new(text, range.end - 1..range.end, Sort::Mark));
            }
        });
    }

    /// Marks the tokens that stand in a quotation: between the marks of one, or in a block quote.
    fn quotations(&mut self) {
        let mut unclosed = false;
        for block in &self.blocks {
            let tokens = &mut self.tokens[block.tokens.clone()];
            let text = |token: &Token| &self.text[token.range()];
            let quote = block.field.is_none() && tokens.first().is_some_and(|first| text(first) == ">");
            let told = tokens.iter().find(|token| token.sort != Sort::Mark).map(text);
            if quote && !matches!(told, Some("—" | "–")) {
                tokens.iter_mut().for_each(|token| token.quoted = token.sort != Sort::Mark);
                unclosed = false;
                continue;
            }
            let (mut depth, mut straight) = (0_usize, false);
            for at in 0..tokens.len() {
                if tokens[at].sort == Sort::Punct {
                    match &self.text[tokens[at].range()] {
                        "«" | "“" | "„" | "‘" => {
                            depth += 1;
                            continue;
                        }
                        "»" | "”" => {
                            if depth == 0 && unclosed {
                                tokens[..at].iter_mut().for_each(|token| token.quoted = true);
                            }
                            depth = depth.saturating_sub(1);
                            unclosed = false;
                            continue;
                        }
                        "’" if depth > 0 => {
                            depth -= 1;
                            continue;
                        }
                        "\"" => {
                            straight = !straight;
                            continue;
                        }
                        _ => {}
                    }
                }
                tokens[at].quoted = depth > 0 || straight;
            }
            unclosed = depth > 0;
        }
    }

    pub fn str(&self, block: usize) -> &'a str {
        &self.text[self.blocks[block].range.clone()]
    }

    pub fn tokens_of(&self, block: usize) -> &[Token] {
        &self.tokens[self.blocks[block].tokens.clone()]
    }

    pub fn hash(&self, block: usize) -> u64 {
        self.blocks[block].hash
    }

    /// What stands before a block; for the number of blocks, after the last.
    pub fn gap(&self, block: usize) -> Range<usize> {
        let start = if block == 0 { 0 } else { self.blocks[block - 1].range.end };
        let end = self.blocks.get(block).map_or(self.text.len(), |block| block.range.start);
        start..end
    }

    /// Tokens of neighbouring blocks, with a break between each two.
    pub fn stream(&self, blocks: Range<usize>) -> Cow<'_, [Token]> {
        if blocks.len() == 1 {
            return Cow::Borrowed(self.tokens_of(blocks.start));
        }
        let mut stream = Vec::new();
        for block in blocks.clone() {
            if block > blocks.start {
                stream.push(Token::new(self.text, self.gap(block), Sort::Break));
            }
            stream.extend_from_slice(self.tokens_of(block));
        }
        Cow::Owned(stream)
    }
}

/// The length of a top-level key, where a line begins with one.
fn key_of(line: &str) -> Option<usize> {
    let len = line.find(':')?;
    let name = &line[..len];
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!name.is_empty()
        && name.chars().all(plain)
        && matches!(line.as_bytes().get(len + 1), Some(b' ' | b'\n' | b'\t') | None))
    .then_some(len)
}
