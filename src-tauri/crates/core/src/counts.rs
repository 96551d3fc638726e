//! Signes and words of what a reader sees.
//!
//! A *signe* is an extended grapheme cluster, blanks included; words are those of UAX #29. A soft line break counts 1,
//! a paragraph break 0, and so does a hard line break, which shows no character. Link text counts, its address does
//! not; captions and credits count, alternative text does not; notes are counted apart from the body.

use unicode_segmentation::UnicodeSegmentation;

use crate::article::published;
use crate::furniture;
use crate::tree::{Document, Inline, Node, TopBlock};

/// Lengths of a text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Counts {
    /// Extended grapheme clusters.
    pub signes: u32,
    /// Words.
    pub words: u32,
}

impl std::ops::AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.signes = self.signes.saturating_add(other.signes);
        self.words = self.words.saturating_add(other.words);
    }
}

impl std::iter::Sum for Counts {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        let mut sum = Self::default();
        for one in all {
            sum += one;
        }
        sum
    }
}

/// Lengths of a piece of visible text, line feeds included.
#[must_use]
pub fn count(text: &str) -> Counts {
    plain(text).unwrap_or_else(|| Counts {
        signes: saturate(text.graphemes(true).count()),
        words: saturate(text.unicode_words().count()),
    })
}

/// Lengths of a source text that is not parsed, marks included: a line end counts 1, a blank line 0.
#[must_use]
pub fn of_text(text: &str) -> Counts {
    text.split("\n\n").map(|paragraph| count(paragraph.trim_matches('\n'))).sum()
}

/// Lengths of a text's blocks, without its notes.
#[must_use]
pub fn of_document(document: &Document) -> Counts {
    of_blocks(&document.blocks)
}

/// Lengths of blocks, without the notes among them.
pub fn of_blocks<'a>(blocks: impl IntoIterator<Item = &'a TopBlock>) -> Counts {
    blocks.into_iter().filter(|block| !is_notes(&block.node)).map(|block| block.counts).sum()
}

/// Lengths of an article's body: without its notes, and without the heading that serves as title. `document` is the
/// tree of `body`.
#[must_use]
pub fn of_body(front: &str, body: &str, document: &Document) -> Counts {
    // Most articles name their title in the front matter and have no such heading: nothing is read again for them.
    let may_be_title = |block: &TopBlock| matches!(block.node, Node::Heading { level: 1, .. });
    let title =
        document.blocks.iter().any(may_be_title).then(|| furniture::title_lines(front, body)).flatten();
    of_blocks(published(document, title.as_ref()))
}

/// Lengths of the notes.
#[must_use]
pub fn of_notes(document: &Document) -> Counts {
    document.blocks.iter().filter(|block| is_notes(&block.node)).map(|block| block.counts).sum()
}

fn is_notes(node: &Node) -> bool {
    matches!(node, Node::Notes(_))
}

/// Lengths of a block's visible text.
#[must_use]
pub fn of_node(node: &Node) -> Counts {
    let mut counter = Counter::default();
    counter.node(node);
    counter.sum
}

#[derive(Default)]
struct Counter {
    sum: Counts,
    /// The running text so far: clusters and words may span emphasis.
    run: String,
}

impl Counter {
    fn end(&mut self) {
        if !self.run.is_empty() {
            self.sum += count(&self.run);
            self.run.clear();
        }
    }

    fn alone(&mut self, text: &str) {
        self.sum += count(text);
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Paragraph(text) | Node::Plain(text) | Node::Heading { text, .. } => {
                self.inlines(text);
                self.end();
            }
            Node::Quote { blocks, by } => {
                self.nodes(blocks);
                if let Some(by) = by {
                    self.run.push_str("— ");
                    self.inlines(by);
                    self.end();
                }
            }
            Node::Figure { caption, credit, .. } => {
                self.alone(caption);
                self.alone(credit);
            }
            Node::List { items, .. } => {
                for item in items {
                    self.nodes(&item.blocks);
                }
            }
            Node::CodeBlock { text, .. } | Node::Html(text) => self.alone(text),
            Node::Table { rows, .. } => {
                for cell in rows.iter().flat_map(|row| &row.cells) {
                    self.inlines(cell);
                    self.end();
                }
            }
            Node::Rule => {}
            Node::Notes(notes) => {
                for note in notes {
                    self.nodes(&note.blocks);
                }
            }
        }
    }

    fn inlines(&mut self, inlines: &[Inline]) {
        for inline in inlines {
            match inline {
                Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => self.run.push_str(text),
                Inline::Emphasis(text)
                | Inline::Strong(text)
                | Inline::Deleted(text)
                | Inline::Link { text, .. } => self.inlines(text),
                Inline::SoftBreak => self.run.push(' '),
                Inline::Break => self.end(),
                Inline::Image(_) | Inline::NoteRef { .. } => {}
            }
        }
    }
}

fn saturate(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Word break classes of the characters that ordinary copy is made of.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    /// A boundary on both sides.
    Other,
    Letter,
    Digit,
    /// Joins two letters.
    InWord,
    /// Joins two digits.
    InNumber,
    /// Joins two letters or two digits.
    InBoth,
    /// `_` and the narrow no-break space: joins all of these.
    Joiner,
}

/// Class of a character that is a cluster of its own whatever stands beside it, and that no rule beyond those of
/// [`plain`] concerns; `None` for all others.
fn class(c: char) -> Option<Class> {
    Some(match c {
        'a'..='z' | 'A'..='Z' => Class::Letter,
        '0'..='9' => Class::Digit,
        ':' => Class::InWord,
        ',' | ';' => Class::InNumber,
        '.' | '\'' | '’' | '‘' => Class::InBoth,
        '_' | '\u{202f}' => Class::Joiner,
        ' '..='~' | '\n' | '\t' => Class::Other,
        '×' | '÷' => Class::Other,
        '\u{c0}'..='\u{24f}' => Class::Letter,
        '\u{a0}' | '«' | '»' | '–' | '—' | '…' | '“' | '”' | '€' | '£' | '°' | '©' | '•' => {
            Class::Other
        }
        _ => return None,
    })
}

/// Both lengths in one pass, for text of ordinary characters only.
fn plain(text: &str) -> Option<Counts> {
    let mut counts = Counts::default();
    let mut before = Class::Other;
    // The segment under way holds a letter or a digit, so it is a word and has been counted.
    let mut counted = false;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        let now = class(c)?;
        counts.signes = counts.signes.saturating_add(1);
        let mut reaches =
            |wanted: Class| before == wanted && chars.peek().is_some_and(|next| class(*next) == Some(wanted));
        match now {
            Class::Letter | Class::Digit => {
                if !matches!(before, Class::Letter | Class::Digit | Class::Joiner) {
                    counted = false;
                }
                if !counted {
                    counts.words = counts.words.saturating_add(1);
                    counted = true;
                }
                before = now;
            }
            Class::Joiner => {
                if !matches!(before, Class::Letter | Class::Digit | Class::Joiner) {
                    counted = false;
                }
                before = now;
            }
            Class::InWord if reaches(Class::Letter) => {}
            Class::InNumber if reaches(Class::Digit) => {}
            Class::InBoth if reaches(Class::Letter) || reaches(Class::Digit) => {}
            _ => {
                before = Class::Other;
                counted = false;
            }
        }
    }
    Some(counts)
}
