//! What the window needs to show how two versions differ. It never compares by itself.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What a change touches, by risk: the first that fits, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangeClass {
    /// Words inside a quotation.
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

impl From<copydesk_core::diff::Class> for ChangeClass {
    fn from(class: copydesk_core::diff::Class) -> Self {
        use copydesk_core::diff::Class;
        match class {
            Class::Quote => Self::Quote,
            Class::Figure => Self::Figure,
            Class::Name => Self::Name,
            Class::Negation => Self::Negation,
            Class::Attribution => Self::Attribution,
            Class::Link => Self::Link,
            Class::Furniture => Self::Furniture,
            Class::Words => Self::Words,
            Class::Typography => Self::Typography,
        }
    }
}

/// What was done.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ChangeKind {
    /// Put in.
    Insert,
    /// Taken out.
    Delete,
    /// One for another.
    Replace,
    /// Elsewhere now.
    Move,
    /// One paragraph became several.
    Split,
    /// Several paragraphs became one.
    Join,
    /// Marks alone.
    Format,
}

/// A version that can be compared with another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum VersionRef {
    /// A revision of the history.
    Revision {
        /// Its number.
        id: u32,
    },
    /// The one that this person read last.
    Read,
    /// What a sign-off covers.
    Signed {
        /// The sign-off; the last one where absent.
        id: Option<String>,
    },
    /// The last one that bore the stage "published".
    Published,
    /// The file.
    Disk,
    /// What is on the screen.
    Draft,
    /// Another article of the desk.
    File {
        /// Which, as it is on the screen or on the disk.
        path: String,
    },
    /// The file in a commit, where the desk is in a Git work tree.
    Commit {
        /// What `git rev-parse` understands.
        name: String,
    },
}

/// A version to choose from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct VersionItem {
    /// Which.
    pub version: VersionRef,
    /// Its name, where it has one: of the revision, of who signed, the commit's first line.
    pub label: String,
    /// Who.
    pub author: String,
    /// When, RFC 3339; empty for what is on the screen.
    pub time: String,
}

/// Label of what was read last where the person wrote it and nobody changed it since: there is nothing to see in it.
pub const OWN: &str = "own";

/// What can be compared of an article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Versions {
    /// Newest first.
    pub items: Vec<VersionItem>,
    /// There are older ones that were not asked for.
    pub more: bool,
}

/// A part of a version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffSpan {
    /// The words.
    pub text: String,
    /// Where it begins in the body, UTF-16 units; `None` in a field, or where that version is not the one on screen.
    pub start: Option<u32>,
    /// Where it ends.
    pub end: Option<u32>,
}

/// An edit of the body on the screen: places are UTF-16 units.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffSplice {
    /// Where what goes begins.
    pub start: u32,
    /// Where it ends.
    pub end: u32,
    /// What comes in its place.
    pub text: String,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffChange {
    /// What it touches.
    pub class: ChangeClass,
    /// What was done.
    pub kind: ChangeKind,
    /// The field of the furniture; `None` in the body.
    pub field: Option<String>,
    /// As it was.
    pub old: Option<DiffSpan>,
    /// As it is.
    pub new: Option<DiffSpan>,
    /// A few words before it.
    pub before: String,
    /// A few words after it.
    pub after: String,
    /// The edits that give the body on the screen its old words again, in order; empty where that version is not the
    /// one on the screen, or where the change is not of the body.
    pub put_back: Vec<DiffSplice>,
    /// What the field held, where the version on the screen can be given it again.
    pub value: Option<String>,
}

/// How many changes a class has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ClassCount {
    /// The class.
    pub class: ChangeClass,
    /// How many.
    pub count: u32,
}

/// How a run of text is marked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RunMark {
    /// In both.
    Same,
    /// In the new one alone.
    Insert,
    /// In the old one alone.
    Delete,
    /// In both, with other marks.
    Format,
}

/// A run of text in a row.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffRun {
    /// The words.
    pub text: String,
    /// How it is marked.
    pub mark: RunMark,
    /// The change it belongs to, by its number in [`DiffView::changes`].
    pub change: Option<u32>,
}

/// What became of a paragraph.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum RowMark {
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
    /// Made of several.
    Join,
}

/// A field or a paragraph, old beside new.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DiffRow {
    /// The field of the furniture; `None` in the body.
    pub field: Option<String>,
    /// What became of it.
    pub mark: RowMark,
    /// The change that the row itself is (a move, a split), by its number.
    pub change: Option<u32>,
    /// As it was, in runs `same`, `delete`, `format`; `None` where it was not there.
    pub old: Option<Vec<DiffRun>>,
    /// As it is, in runs `same`, `insert`, `format`; `None` where it is not there any more.
    pub new: Option<Vec<DiffRun>>,
    /// Both in one text, for the view in the text.
    pub inline: Vec<DiffRun>,
}

/// Two versions and how they differ.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DiffView {
    /// The older one.
    pub old: VersionItem,
    /// The newer one.
    pub new: VersionItem,
    /// Hash of the newer one's text: who read it says which text that was.
    pub seen: String,
    /// Version of the body on the screen that the places of the newer one belong to; `None` where it is another text.
    pub version: Option<u32>,
    /// By risk, then by place.
    pub changes: Vec<DiffChange>,
    /// Of each class that has some, by risk.
    pub counts: Vec<ClassCount>,
    /// The furniture, then the body, in the order of the text.
    pub rows: Vec<DiffRow>,
}
