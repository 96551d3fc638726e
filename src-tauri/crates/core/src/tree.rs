//! The typed tree of a body: the one form that the preview, the HTML page and the typeset page are made from.
//!
//! No variant carries markup. HTML in the source is a node of its own whose text is shown, so no output can run it.

use std::hash::{Hash, Hasher};

use crate::counts::Counts;

/// Deepest nesting of blocks, and of inlines within one block. Deeper blocks are refused; deeper inlines become text.
pub const MAX_DEPTH: usize = if cfg!(chaos_mutant = "no_depth_gate") { 1 << 30 } else { 100 };

/// A body, parsed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Document {
    /// Top-level blocks in order; the notes, where there are any, are the last one.
    pub blocks: Vec<TopBlock>,
}

/// One top-level block with what is known of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TopBlock {
    /// Its content.
    pub node: Node,
    /// First line in the body, from 1.
    pub first_line: u32,
    /// Last line in the body.
    pub last_line: u32,
    /// Hash of the content; where it stands plays no part.
    pub hash: u64,
    /// Lengths of the visible text.
    pub counts: Counts,
}

impl TopBlock {
    /// Body line of something within this block.
    #[must_use]
    pub fn line(&self, within: Line) -> u32 {
        u32::try_from(i64::from(self.first_line) + i64::from(within.0)).unwrap_or(1)
    }
}

/// Lines below the first line of the top-level block. No part of the content, so it is left out of hashes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Line(pub i32);

impl Hash for Line {
    fn hash<H: Hasher>(&self, _: &mut H) {}
}

/// A block.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Node {
    /// A paragraph.
    Paragraph(Vec<Inline>),
    /// The text of an item of a tight list, which is no paragraph of its own.
    Plain(Vec<Inline>),
    /// A heading as written: `#` is level 1.
    Heading {
        /// 1 to 6.
        level: u8,
        /// Its text.
        text: Vec<Inline>,
    },
    /// A block quote.
    Quote {
        /// What is quoted, without the attribution.
        blocks: Vec<Node>,
        /// Who said it, without the dash before.
        by: Option<Vec<Inline>>,
    },
    /// An image alone in its paragraph.
    Figure {
        /// The image; its title went into caption and credit.
        image: Image,
        /// Caption; may be empty.
        caption: String,
        /// Credit; may be empty.
        credit: String,
    },
    /// A list.
    List {
        /// First number of a numbered list; `None` for bullets.
        start: Option<u32>,
        /// The items.
        items: Vec<Item>,
    },
    /// Code as it stands, without its last line feed.
    CodeBlock {
        /// The code.
        text: String,
        /// First word after the fence; may be empty.
        lang: String,
    },
    /// A table.
    Table {
        /// One for each column.
        align: Vec<Align>,
        /// The rows, headings first.
        rows: Vec<Row>,
    },
    /// A thematic break.
    Rule,
    /// HTML in the source, to be shown as text, without its comments; nothing may be left.
    Html(String),
    /// The notes of the whole body.
    Notes(Vec<Note>),
}

/// One item of a list.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Item {
    /// A task: done or not.
    pub task: Option<bool>,
    /// Its blocks.
    pub blocks: Vec<Node>,
}

/// Alignment of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Align {
    /// Nothing said.
    None,
    /// Left.
    Left,
    /// Centre.
    Center,
    /// Right.
    Right,
}

/// One row of a table.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Row {
    /// Headings of the columns.
    pub head: bool,
    /// The cells.
    pub cells: Vec<Vec<Inline>>,
}

/// One note, in the order of the first mentions.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Note {
    /// From 1.
    pub number: u32,
    /// How often the text mentions it.
    pub mentions: u32,
    /// Its blocks.
    pub blocks: Vec<Node>,
    /// Where it is written.
    pub line: Line,
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Inline {
    /// Text; two never stand side by side.
    Text(String),
    /// Emphasis.
    Emphasis(Vec<Inline>),
    /// Strong emphasis.
    Strong(Vec<Inline>),
    /// Struck out.
    Deleted(Vec<Inline>),
    /// Code.
    Code(String),
    /// A line end that reads as a blank.
    SoftBreak,
    /// A line end that stays.
    Break,
    /// A link.
    Link {
        /// What may be followed: see [`LinkKind`].
        href: String,
        /// Where it leads.
        kind: LinkKind,
        /// Text for the pointer; may be empty.
        title: String,
        /// Its text.
        text: Vec<Inline>,
        /// Where it is written.
        line: Line,
    },
    /// An image within running text.
    Image(Image),
    /// The mention of a note.
    NoteRef {
        /// The note's number.
        number: u32,
        /// Which mention of the note this is, from 1.
        mention: u32,
    },
    /// HTML in the source, to be shown as text; never a comment.
    Html(String),
}

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum LinkKind {
    /// `http`, `https` or `mailto`; the address is the whole URL, in ASCII.
    Web,
    /// An article of the desk; the address is its path relative to the desk.
    Article,
    /// A place in this article; the address is `#…` as written.
    Anchor,
    /// Nowhere; the address is as written, to be shown and never followed.
    Refused,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Image {
    /// See [`ImageKind`].
    pub src: String,
    /// Where it is.
    pub kind: ImageKind,
    /// Alternative text.
    pub alt: String,
    /// Text for the pointer; may be empty.
    pub title: String,
    /// Where it is written.
    pub line: Line,
}

/// Where an image is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ImageKind {
    /// In the desk; the source is a path relative to the desk, decoded, `/` as separator.
    Desk,
    /// On the web; never loaded. The source is the whole URL.
    Remote,
    /// Neither; the source is as written, never followed.
    Refused,
}

/// Hash of a block's content: XXH3 over its structure. The same within one run of the program.
#[must_use]
pub fn hash(node: &Node) -> u64 {
    let mut hasher = xxhash_rust::xxh3::Xxh3Default::new();
    node.hash(&mut hasher);
    hasher.digest()
}
