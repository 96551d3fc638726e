//! What the window needs of an article's review: suggestions, comments, stages, sign-offs; and of the whole desk's.

use serde::{Deserialize, Serialize};
use ts_rs::TS;

use super::diff::{ChangeClass, ClassCount};

/// A part of the body on the screen, UTF-16 units.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Passage {
    /// Where it begins.
    pub start: u32,
    /// Where it ends; the same as `start` for a place between two characters.
    pub end: u32,
}

/// How a suggestion or a comment stands to the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Standing {
    /// At its place.
    Placed,
    /// At its place, but the text there is not the one it was made on.
    Changed,
    /// Its place fits nowhere, or in several places alike.
    Orphaned,
}

/// What became of a suggestion.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Nobody has decided.
    Open,
    /// Applied.
    Accepted,
    /// Not applied.
    Rejected,
    /// Taken back by its author.
    Withdrawn,
}

/// A change that somebody proposes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SuggestionItem {
    /// Stable name.
    pub id: String,
    /// Who.
    pub author: String,
    /// This person on this installation; only these may be edited.
    pub mine: bool,
    /// When, RFC 3339.
    pub time: String,
    /// Why; may be empty.
    pub note: String,
    /// What it touches.
    pub class: ChangeClass,
    /// Where; `None` when orphaned.
    pub passage: Option<Passage>,
    /// The text it was made on; empty for an insertion.
    pub old: String,
    /// What is to stand there; empty for a deletion.
    pub new: String,
    /// How it stands to the text.
    pub standing: Standing,
    /// Somebody gave it another place than the one that it was made on.
    pub attached: bool,
    /// What became of it.
    pub verdict: Verdict,
    /// Who decided; empty while open.
    pub decided_by: String,
    /// Accepted, and its text was edited since, or it is no longer there.
    pub edited_since: bool,
    /// Others that propose something for the same place.
    pub rivals: Vec<String>,
}

/// One message of a thread.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct MessageItem {
    /// Stable name.
    pub id: String,
    /// Who.
    pub author: String,
    /// This person on this installation; only these may be edited.
    pub mine: bool,
    /// When, RFC 3339.
    pub time: String,
    /// The words, plain text.
    pub text: String,
    /// Edited after it was sent.
    pub edited: bool,
    /// Where the words name somebody, with the @; places are those of the words.
    pub mentions: Vec<Passage>,
}

/// A conversation about a passage or about the whole article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ThreadItem {
    /// Stable name.
    pub id: String,
    /// Where; `None` when orphaned or about the whole article.
    pub passage: Option<Passage>,
    /// The words it was made on; empty when about the whole article.
    pub quote: String,
    /// How it stands to the text.
    pub standing: Standing,
    /// Somebody gave it another place than the one that it was made on.
    pub attached: bool,
    /// Settled.
    pub resolved: bool,
    /// Never leaves the desk.
    pub off_record: bool,
    /// Names this person with an @.
    pub mentions_me: bool,
    /// In their order; the first is the comment.
    pub messages: Vec<MessageItem>,
}

/// A sign-off (bon à tirer).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct SignOffItem {
    /// Stable name.
    pub id: String,
    /// `desk`, `sub_editor`, `legal`.
    pub role: String,
    /// Who.
    pub author: String,
    /// When, RFC 3339.
    pub time: String,
    /// What would be published is exactly what was signed.
    pub holds: bool,
    /// Withdrawn by its author.
    pub withdrawn: bool,
    /// This person on this installation; only these may be withdrawn.
    pub mine: bool,
    /// The last word of its role.
    pub counts: bool,
}

/// A change of stage.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct StageItem {
    /// The stage from then on.
    pub stage: String,
    /// Who.
    pub author: String,
    /// When, RFC 3339.
    pub time: String,
    /// Why; may be empty.
    pub reason: String,
}

/// What was typed into a box of the review and not sent yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct UnsentItem {
    /// Which box: `new`, `whole`, `reply:<thread>`, `edit:<message>`, `note:<suggestion>`.
    pub key: String,
    /// The words.
    pub text: String,
    /// Where a new comment is to stand; `None` also where that place is not in the text any more.
    pub passage: Option<Passage>,
    /// The words that a new comment is about; empty where it is about none.
    pub quote: String,
    /// A new comment that is to stay off the record.
    pub off_record: bool,
}

/// The review of one article, placed on the body that is on the screen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Review {
    /// The version of the body that passages are counted in.
    pub version: u32,
    /// All suggestions, open ones by risk first.
    pub suggestions: Vec<SuggestionItem>,
    /// All threads, by place.
    pub threads: Vec<ThreadItem>,
    /// Sign-offs, newest first.
    pub sign_offs: Vec<SignOffItem>,
    /// Changes of stage, newest first.
    pub stages: Vec<StageItem>,
    /// Not sent yet.
    pub unsent: Vec<UnsentItem>,
    /// Who can be mentioned: everybody seen on this desk.
    pub people: Vec<String>,
    /// What could not be read of the record.
    pub problems: Vec<super::Problem>,
}

/// A proposal of the editor in suggest mode, against the body that the session holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Proposal {
    /// Made by the window when it begins, kept while it grows.
    pub id: String,
    /// Where.
    pub passage: Passage,
    /// What is to stand there.
    pub new: String,
}

/// A file that a review goes out in, or comes back in.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ReviewForm {
    /// Marks in the text, with author and time as Commentator writes them.
    Criticmarkup,
    /// A Word document, with tracked changes and comments.
    Docx,
}

/// A review that went out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ReviewSent {
    /// The file.
    pub out: String,
    /// What of the review is not in it, a sentence each.
    pub left_out: Vec<String>,
}

/// A file that came back.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ReviewCame {
    /// The review with what is new.
    pub review: Review,
    /// How much was new.
    pub taken: u32,
    /// What of the file was not taken, a sentence each.
    pub left_out: Vec<String>,
}

/// A line of the review of the whole desk.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct DeskReviewItem {
    /// The article.
    pub path: String,
    /// Its title.
    pub title: String,
    /// Its stage.
    pub stage: String,
    /// Deadline, RFC 3339.
    pub deadline: Option<String>,
    /// Changes that this person has not read, by risk; empty where all is read.
    pub unread: Vec<ClassCount>,
    /// Never read by this person.
    pub never_read: bool,
    /// Open suggestions.
    pub suggestions: u32,
    /// Unresolved threads that name this person.
    pub mentions: u32,
    /// Unresolved threads.
    pub threads: u32,
    /// The highest risk among what is unread and what is proposed.
    pub risk: Option<ChangeClass>,
    /// Roles whose sign-off does not hold any more, the last one first.
    pub broken_seals: Vec<String>,
    /// The last of these sign-offs.
    pub broken_seal: Option<String>,
}
