//! The prose diff: how two texts of an article differ, said as an editor would say it.
//!
//! Blocks (fields, paragraphs, headings, items) are aligned first, words within them after; what was moved, split or
//! joined is named so; each change has a class by the risk that it carries.

mod align;
mod back;
mod block;
mod class;
mod join;
mod key;
mod lexicon;
mod plan;
mod rows;
mod script;
mod sentence;
mod token;

use std::ops::Range;

use crate::front;
use block::Side;
use class::{Article, Classifier};

pub use back::{Splice, put_back};

/// What a change touches, by risk: the first that fits, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Words inside a quotation, or the marks that make one.
    Quote,
    /// A figure, an amount, a date or a unit.
    Figure,
    /// A proper name.
    Name,
    /// A negation or a restriction.
    Negation,
    /// Who says it, and how sure it is.
    Attribution,
    /// Where a link leads.
    Link,
    /// Title, standfirst and the other fields.
    Furniture,
    /// Other words.
    Words,
    /// Typography and Markdown marks alone.
    Typography,
}

impl Class {
    /// All, by risk.
    pub const ALL: [Self; 9] = [
        Self::Quote,
        Self::Figure,
        Self::Name,
        Self::Negation,
        Self::Attribution,
        Self::Link,
        Self::Furniture,
        Self::Words,
        Self::Typography,
    ];

    /// Its name in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Quote => "quote",
            Self::Figure => "figure",
            Self::Name => "name",
            Self::Negation => "negation",
            Self::Attribution => "attribution",
            Self::Link => "link",
            Self::Furniture => "furniture",
            Self::Words => "words",
            Self::Typography => "typography",
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Put in.
    Insert,
    /// Taken out.
    Delete,
    /// One for another.
    Replace,
    /// Elsewhere now: a paragraph, or sentences within one (their ranges with the blanks that go with them).
    Move,
    /// One paragraph became several.
    Split,
    /// Several paragraphs became one.
    Join,
    /// Marks alone.
    Format,
}

impl Kind {
    /// Its name in the contract.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Insert => "insert",
            Self::Delete => "delete",
            Self::Replace => "replace",
            Self::Move => "move",
            Self::Split => "split",
            Self::Join => "join",
            Self::Format => "format",
        }
    }
}

/// A language whose lists are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// French.
    French,
    /// English.
    English,
    /// Either may be.
    Unknown,
}

impl Language {
    /// The language of a BCP 47 tag.
    #[must_use]
    pub fn of_tag(tag: &str) -> Self {
        match tag.trim().to_lowercase().get(..2) {
            Some("fr") => Self::French,
            Some("en") => Self::English,
            _ => Self::Unknown,
        }
    }
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// What it touches.
    pub class: Class,
    /// What was done.
    pub kind: Kind,
    /// The field of the furniture, by its own name (another key by the key); `None` in the body.
    pub field: Option<String>,
    /// Bytes of the old text; empty, at its place, where something was put in.
    pub old: Range<usize>,
    /// Bytes of the new text; empty, at its place, where something was taken out.
    pub new: Range<usize>,
}

/// How a run of text is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mark {
    /// In both.
    Same,
    /// In the new one alone.
    Insert,
    /// In the old one alone.
    Delete,
    /// In both, with other marks.
    Format,
}

/// A run of text in a row: bytes of the old text or of the new one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Bytes; of the old text in [`Row::old`] and for [`Mark::Delete`], else of the new one.
    pub range: Range<usize>,
    /// How it is marked.
    pub mark: Mark,
    /// The change it belongs to, by its number in [`Diff::changes`].
    pub change: Option<usize>,
}

/// What became of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// In the same place, perhaps edited.
    Kept,
    /// New.
    Insert,
    /// Gone.
    Delete,
    /// Left from here; it stands elsewhere now.
    MovedFrom,
    /// Came here from elsewhere.
    MovedTo,
    /// One of those that one became.
    Split,
    /// One of those that became one.
    Join,
}

/// A field or a paragraph, old beside new.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// The field of the furniture; `None` in the body.
    pub field: Option<String>,
    /// What became of it.
    pub fate: Fate,
    /// The change that the row itself is, by its number in [`Diff::changes`].
    pub change: Option<usize>,
    /// As it was, in runs `Same`, `Delete`, `Format`; `None` where it was not there.
    pub old: Option<Vec<Piece>>,
    /// As it is, in runs `Same`, `Insert`, `Format`; `None` where it is not there any more.
    pub new: Option<Vec<Piece>>,
    /// Both in one text.
    pub inline: Vec<Piece>,
}

/// The size of the edit script in words, before runs are joined for reading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Script {
    /// Words of the old text that have no counterpart; those of a sentence that was moved out of a paragraph count.
    pub deleted: usize,
    /// Words of the new text that have none.
    pub inserted: usize,
}

/// How two texts differ.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Diff {
    /// By class, then by place in the new text.
    pub changes: Vec<Change>,
    /// The furniture, then the body, in the order of the text.
    pub rows: Vec<Row>,
    /// How much was edited.
    pub script: Script,
}

impl Diff {
    /// How many changes each class has, by risk; those that have none are left out.
    #[must_use]
    pub fn counts(&self) -> Vec<(Class, usize)> {
        self.changes.chunk_by(|a, b| a.class == b.class).map(|same| (same[0].class, same.len())).collect()
    }
}

/// Longest text that is compared, in bytes; of a longer one only this much is read.
pub const MAX_LENGTH: usize = 1 << 30;

/// How `new` differs from `old`, two whole texts (front matter and body) with LF ends. The front matter's `lang`
/// names the language, else `language` does, else the words tell.
#[must_use]
pub fn diff(old: &str, new: &str, language: Language) -> Diff {
    let (old, new) = (clip(old), clip(new));
    let (old, new) = (Side::new(old), Side::new(new));
    let plan = plan::plan(&old, &new);
    let classifier = Classifier::new(&old, &new, language);
    rows::build(&old, &new, &plan, &classifier)
}

/// Bytes on each side of a replacement that are read for its class.
const PART: usize = 4 << 10;

/// How much was edited between two whole texts, without saying what and where.
#[must_use]
pub fn script(old: &str, new: &str) -> Script {
    let (old, new) = (Side::new(clip(old)), Side::new(clip(new)));
    let plan = plan::plan(&old, &new);
    rows::script(&old, &new, &plan)
}

/// Tells the classes of replacements in one body.
pub struct Classes<'a> {
    body: &'a str,
    article: Article<'a>,
}

impl<'a> Classes<'a> {
    /// For a body; what is learnt of it for one replacement serves for the others.
    #[must_use]
    pub fn of(body: &'a str) -> Self {
        Self { body, article: Article::new(clip(body)) }
    }

    /// The class of one replacement: `range` (bytes) by `new`. A range that is not one of the body gives
    /// [`Class::Words`].
    #[must_use]
    pub fn class(&self, range: Range<usize>, new: &str) -> Class {
        let body = self.body;
        let Some(taken) = body.get(range.clone()) else { return Class::Words };
        if taken == new {
            return Class::Typography;
        }
        // The lines around it, up to blank ones, are enough to know what it stands in; of a line without end, a part is.
        let start = body[..range.start].rfind("\n\n").map_or(0, |at| at + 2);
        let end = body[range.end..].find("\n\n").map_or(body.len(), |at| range.end + at);
        let near = body.floor_char_boundary(range.start.saturating_sub(PART));
        let start = start
            .max(body[near..range.start].find(' ').filter(|_| near > 0).map_or(near, |at| near + at + 1));
        let far = body.ceil_char_boundary((range.end + PART).min(body.len()));
        let far =
            body[range.end..far].rfind(' ').filter(|_| far < body.len()).map_or(far, |at| range.end + at);
        let end = end.min(far);
        let old = &body[start..end];
        let edited = format!("{}{new}{}", &body[start..range.start], &body[range.end..end]);
        let (before, after) = (Side::of_body(clip(old)), Side::of_body(clip(&edited)));
        let plan = plan::plan(&before, &after);
        let classifier = Classifier::new(&before, &after, Language::Unknown).within(&self.article);
        let found = rows::build(&before, &after, &plan, &classifier);
        found.changes.first().map_or(Class::Typography, |change| change.class)
    }
}

/// The class of one replacement in a body, as [`Classes::class`] tells it.
#[must_use]
pub fn class_of(body: &str, range: Range<usize>, new: &str) -> Class {
    Classes::of(body).class(range, new)
}

fn clip(text: &str) -> &str {
    let mut end = text.len().min(MAX_LENGTH);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// The language of a text whose front matter names one.
fn language_of(text: &str) -> Language {
    let (front, _) = front::split(text);
    front
        .lines()
        .find_map(|line| line.strip_prefix("lang:"))
        .map_or(Language::Unknown, |tag| Language::of_tag(tag.trim().trim_matches(['"', '\''])))
}
