//! What crosses between the window and the desk: plain data, converted at the edge.
//! Domain types never appear here, and nothing here decides anything.
//!
//! Positions in text are UTF-16 units in LF text; lines count from 1; times are RFC 3339 strings.

mod diff;
mod review;

use serde::{Deserialize, Serialize};
use ts_rs::TS;

pub use diff::*;
pub use review::*;

/// Interface languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Lang {
    /// French.
    Fr,
    /// English.
    En,
}

/// A message to the person: what was attempted on which file, then what to do.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Problem {
    /// Stable name; the interface acts on a few of them.
    pub code: String,
    /// One sentence that names the file.
    pub message: String,
    /// One sentence that says what to do; may be empty.
    pub hint: String,
}

/// What the person may set. Unknown keys of the file are kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Settings {
    /// The person's display name; empty until known.
    pub author: String,
    /// The person said that this is their name; until then it is what the machine calls them, and is not kept.
    pub author_confirmed: bool,
    /// `None` follows the system.
    pub lang: Option<Lang>,
    /// Size of the whole interface in hundredths, 50 to 300.
    pub zoom: u32,
    /// `system`, `light`, `dark`.
    pub theme: Theme,
    /// Size of the copy in CSS pixels, 12 to 32.
    pub text_size: u32,
    /// Typographic help while typing.
    pub aids: Aids,
    /// Save after a second of rest and when the window loses the focus.
    pub autosave: bool,
    /// After so many days the history keeps one revision a day; `None` keeps all.
    pub keep_days: Option<u32>,
    /// Faint marks for no-break spaces.
    pub show_invisibles: bool,
    /// Dim all but the paragraph.
    pub focus_mode: bool,
    /// Keep the line of the caret centred.
    pub typewriter_mode: bool,
    /// Width of the column of articles, CSS pixels.
    pub list_width: u32,
    /// Width of the side column, CSS pixels.
    pub side_width: u32,
    /// The column of articles is folded away.
    pub list_folded: bool,
    /// The side column is folded away.
    pub side_folded: bool,
    /// The side tab last shown: `preview`, `page`, `history`.
    pub side_tab: String,
    /// Size and position of the window.
    pub window: Option<WindowBox>,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            author: String::new(),
            author_confirmed: false,
            lang: None,
            zoom: 100,
            theme: Theme::System,
            text_size: 18,
            aids: Aids::default(),
            autosave: true,
            keep_days: None,
            show_invisibles: false,
            focus_mode: false,
            typewriter_mode: false,
            list_width: 272,
            side_width: 404,
            list_folded: false,
            side_folded: false,
            side_tab: "preview".into(),
            window: None,
        }
    }
}

/// Theme of the interface.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Theme {
    /// As the system says.
    System,
    /// Paper.
    Light,
    /// Night.
    Dark,
}

/// Typing aids, each undone by one Backspace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct Aids {
    /// « » (or “ ”) from a typed ".
    pub quotes: bool,
    /// ’ from '.
    pub apostrophe: bool,
    /// No-break spaces before ; : ! ? » and after «.
    pub spaces: bool,
    /// … from three dots.
    pub ellipsis: bool,
    /// — from two hyphens.
    pub dash: bool,
}

impl Default for Aids {
    fn default() -> Self {
        Self { quotes: true, apostrophe: true, spaces: true, ellipsis: true, dash: true }
    }
}

/// Outer box of the window, in logical pixels.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct WindowBox {
    /// Left edge.
    pub x: f64,
    /// Top edge.
    pub y: f64,
    /// Width.
    pub width: f64,
    /// Height.
    pub height: f64,
    /// Fills the screen.
    pub maximized: bool,
}

/// Everything the first paint needs, so that it needs no question.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct Boot {
    /// The program's version.
    pub version: String,
    /// The person's settings.
    pub settings: Settings,
    /// The system's language, in force where the settings name none.
    pub lang: Lang,
    /// The open desk; `None` where there is none or it went away.
    pub desk: Option<DeskInfo>,
    /// Desks opened before, newest first.
    pub recents: Vec<RecentDesk>,
    /// The article that was open last.
    pub article: Option<ArticleView>,
    /// A sample desk came with the program and can be opened as a copy.
    pub sample: bool,
    /// What went wrong on the way.
    pub problems: Vec<Problem>,
    /// A clock that stands still (`COPYDESK_NOW`), milliseconds since 1970; `None` where time passes.
    pub fixed_now_ms: Option<f64>,
}

/// A desk, which is a folder.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DeskInfo {
    /// Absolute path.
    pub path: String,
    /// Name to show: the folder's.
    pub name: String,
    /// Default language of articles (`house.toml`), BCP 47.
    pub article_lang: String,
    /// How changes are noticed.
    pub watch: WatchState,
    /// Why saves are less safe here than elsewhere, as far as it is known.
    pub weaker: Option<Weaker>,
    /// What is typed on this desk is proposed.
    pub suggesting: bool,
}

/// A desk that was opened, and the article to begin with: the one that was open last there, else its first.
#[derive(Clone, Debug, Serialize, Deserialize, TS)]
pub struct DeskOpened {
    /// The desk.
    pub desk: DeskInfo,
    /// Its article.
    pub article: Option<ArticleView>,
}

/// What a new article can start with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct TemplateItem {
    /// Its name: `news`, `brief`, `interview`, `blank`, or a file's in `.copydesk/templates/`.
    pub name: String,
    /// The team made it.
    pub team: bool,
}

/// What a file system does not promise.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Weaker {
    /// Another machine holds the files: what is on the medium is its word, and changes are seen with a delay.
    Network,
    /// Two names cannot be exchanged at one moment: what another program writes in that moment can be replaced.
    NoExchange,
}

/// A desk opened before.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RecentDesk {
    /// Absolute path.
    pub path: String,
    /// Name to show.
    pub name: String,
}

/// How outside changes are noticed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum WatchState {
    /// Not yet.
    Starting,
    /// The system tells us at once.
    Active,
    /// We look every few seconds (network folder, or no watches left).
    Polling,
    /// The folder went away.
    Gone,
}

/// One line of the list of articles.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ArticleItem {
    /// Relative to the desk, `/` as separator.
    pub path: String,
    /// Headline, else first heading, else file name.
    pub title: String,
    /// Rubrique.
    pub section: String,
    /// Signature, joined by commas.
    pub byline: String,
    /// Slug.
    pub slug: String,
    /// Stage as in the front matter; `draft` where absent.
    pub stage: String,
    /// Language tag, empty where the default holds.
    pub lang: String,
    /// Signes of the body; `None` until counted.
    pub signes: Option<u32>,
    /// Modification time, milliseconds since 1970 (whole number).
    pub modified_ms: f64,
    /// Embargo that still holds, RFC 3339.
    pub embargo: Option<String>,
    /// `legal: needs_check`.
    pub legal_hold: bool,
    /// Deadline, RFC 3339.
    pub deadline: Option<String>,
    /// Somebody's unsaved text waits in a draft.
    pub unsaved: bool,
    /// Both the draft and the disk changed, touching.
    pub conflict: bool,
    /// Cannot be edited (odd encoding, too large, outside the desk).
    pub read_only: bool,
}

/// The list, or what changed in it since a generation.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Library {
    /// To ask for changes from here on.
    pub generation: f64,
    /// The first scan is over.
    pub complete: bool,
    /// New and changed articles, any order.
    pub changed: Vec<ArticleItem>,
    /// Paths that are gone.
    pub removed: Vec<String>,
}

/// State of an article's save, always true.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum SaveState {
    /// The disk holds this text.
    Saved,
    /// The draft holds text that the article does not.
    Dirty,
    /// On its way.
    Saving,
    /// The disk changed in the same place; nothing is lost, the person chooses.
    Conflict,
    /// The last save failed; the draft is safe.
    Error,
}

/// The furniture (titraille) and the other keys of an article.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Furniture {
    /// Headline.
    pub title: Field,
    /// Surtitre.
    pub kicker: Field,
    /// Chapô.
    pub standfirst: Field,
    /// Signature; a list is joined by `, `.
    pub byline: Field,
    /// Short label and the export's file name.
    pub slug: Field,
    /// Rubrique.
    pub section: Field,
    /// Where it was filed.
    pub dateline: Field,
    /// Publication date.
    pub date: Field,
    /// BCP 47 tag.
    pub lang: Field,
    /// Stage.
    pub stage: Field,
    /// Who has it.
    pub assignee: Field,
    /// Until when.
    pub deadline: Field,
    /// Not before.
    pub embargo: Field,
    /// `not_needed`, `needs_check`, `approved`.
    pub legal: Field,
    /// Commissioned length in signes, as digits.
    pub length: Field,
    /// Tags, joined by `, `.
    pub tags: Field,
}

/// One key as text, with what is wrong with it.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, TS)]
pub struct Field {
    /// Text; empty where absent.
    pub value: String,
    /// Signes of the text.
    pub signes: u32,
    /// Why the value is not one that the key takes; a code: `not_a_date`, `not_a_time`, `no_offset`,
    /// `not_a_number`, `unknown_stage`, `unknown_legal`, `not_a_language`, `not_text`.
    pub invalid: Option<String>,
    /// True where another source than the key gives it (the `#` heading, an alias, the file name).
    pub derived: bool,
}

/// An article as the window opens it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ArticleView {
    /// Where it stands.
    pub state: ArticleState,
    /// The body as LF text (the whole file where `state.raw`).
    pub body: String,
    /// Caret, UTF-16 units in the body.
    pub caret: u32,
    /// First visible line, fractional, from 1.
    pub scroll: f64,
    /// Text came back from a draft that no save had put on the disk.
    pub restored: bool,
    /// What came back was merged with what others wrote meanwhile: the revision that holds it as it was typed.
    pub undo: Option<u32>,
}

/// What the window knows of an open article besides its body.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ArticleState {
    /// Relative to the desk.
    pub path: String,
    /// Number of updates since the article was opened (the authority's version).
    pub version: u32,
    /// Front matter cannot be read, so the whole file is edited as text.
    pub raw: bool,
    /// Why the front matter cannot be read, and other standing remarks.
    pub remarks: Vec<Problem>,
    /// The furniture.
    pub furniture: Furniture,
    /// State of the save.
    pub save: SaveState,
    /// When the disk last took our text, RFC 3339.
    pub saved_at: Option<String>,
    /// Why the last save failed.
    pub problem: Option<Problem>,
    /// Why the article cannot be edited.
    pub read_only: Option<Problem>,
    /// Both versions, where they touch.
    pub conflict: Option<Conflict>,
    /// The file is gone from the disk; the text is in the draft.
    pub deleted: bool,
}

/// Both sides of a conflict: whole texts, and where they touch.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Conflict {
    /// What the person typed (whole file, LF).
    pub mine: String,
    /// What the disk holds (whole file, LF).
    pub theirs: String,
    /// The places, in order; none where only the whole can be chosen.
    pub hunks: Vec<ConflictHunk>,
    /// Which of the person's texts the places were found in; an answer names it.
    pub edition: u32,
}

/// One place where both sides changed the text.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct ConflictHunk {
    /// What it was.
    pub base: String,
    /// The person's.
    pub mine: String,
    /// The disk's.
    pub theirs: String,
    /// The key of the front matter that it is; a place in the body otherwise.
    pub key: Option<String>,
    /// Both texts can stay, one after the other.
    pub both: bool,
}

/// A person's answer to one place of a conflict.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase", tag = "choice")]
pub enum ConflictAnswer {
    /// The person's text.
    Mine,
    /// The disk's.
    Theirs,
    /// The person's, then the disk's.
    Both,
    /// Another text.
    Edited {
        /// It.
        text: String,
    },
}

/// How a conflict ended.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Resolved {
    /// The article now.
    pub state: ArticleState,
    /// The revision that holds the person's text from before, to go back to.
    pub undo: Option<u32>,
}

/// One update of the body: who made it, and a change set in CodeMirror's JSON form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Update {
    /// Id of the client that made it; `desk` for outside changes and fields.
    pub client: String,
    /// CodeMirror's `ChangeSet.toJSON()`: lengths kept, and `[deleted, "line", …]`.
    #[ts(type = "unknown")]
    pub changes: serde_json::Value,
}

/// Answer to a push.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Pushed {
    /// False: the article moved on meanwhile; take `updates`, rebase, push again.
    pub accepted: bool,
    /// The authority's version now.
    pub version: u32,
    /// Updates since the version that the client named (its own, where accepted).
    pub updates: Vec<Update>,
}

/// One node of a rendered block: text, or `{t: tag, …}`. The window makes elements from it and never parses HTML.
pub type Node = serde_json::Value;

/// One top-level block of the preview.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Block {
    /// Key: the same content gives the same key, made unique by its place among equals.
    pub key: String,
    /// The typed tree.
    #[ts(type = "unknown")]
    pub node: Node,
}

/// What changed in the preview between two renderings.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Preview {
    /// Version of the article that was rendered.
    pub version: u32,
    /// Id of this rendering, to name in the next request.
    pub rendering: u32,
    /// Blocks kept from the start of the named rendering (0 where it is not known any more).
    pub keep_start: u32,
    /// Blocks kept from its end.
    pub keep_end: u32,
    /// The blocks between.
    pub blocks: Vec<Block>,
    /// First body line of each block, all of them (not only the changed), from 1.
    pub lines: Vec<u32>,
    /// Counts of the body.
    pub counts: Counts,
    /// Set where the text was too deep or too long to render; `blocks` is then empty.
    pub refused: Option<Problem>,
}

/// Lengths of a text as its reader sees it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Counts {
    /// Extended grapheme clusters, spaces included.
    pub signes: u32,
    /// Words by UAX #29.
    pub words: u32,
}

/// One revision in the History tab.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RevisionItem {
    /// Id.
    pub id: u32,
    /// When, RFC 3339.
    pub time: String,
    /// Who.
    pub author: String,
    /// `save outside restore merge accept import open`.
    pub origin: String,
    /// Size of the bytes.
    pub bytes: u32,
    /// Given by a person.
    pub name: Option<String>,
    /// Signes gained or lost against the revision before, in the whole file.
    pub delta: i32,
}

/// The text of a revision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct RevisionText {
    /// The line of the list.
    pub item: RevisionItem,
    /// Whole file as LF text; invalid UTF-8 is shown as U+FFFD.
    pub text: String,
    /// The text now, to compare with.
    pub current: String,
}

/// An article that is gone and can be written anew.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct DeletedItem {
    /// What to ask for it by.
    pub key: String,
    /// Its last path.
    pub path: String,
    /// Its title.
    pub title: String,
    /// When its newest revision was made, RFC 3339.
    pub time: String,
}

/// Formats of an export.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum ExportFormat {
    /// One HTML file.
    Html,
    /// Pages.
    Pdf,
}

/// Paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "snake_case")]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// How to export.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct ExportOptions {
    /// Format.
    pub format: ExportFormat,
    /// PDF: paper.
    #[serde(default)]
    pub paper: Paper,
    /// PDF: 1 or 2 columns.
    pub columns: u8,
    /// HTML: copy images beside the file instead of embedding them.
    #[serde(default)]
    pub images_beside: bool,
}

/// A finished export.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Exported {
    /// The article.
    pub article: String,
    /// `html` or `pdf`.
    pub format: String,
    /// Absolute path of the file.
    pub out: String,
    /// Its size.
    pub bytes: f64,
    /// Its hash.
    pub sha256: String,
    /// What was not exported, as short names.
    pub left_out: Vec<String>,
    /// Sentences, each with its line where there is one.
    pub warnings: Vec<String>,
}

/// Typeset pages of the article as it stands, as pictures.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
pub struct Pages {
    /// Version that was set.
    pub version: u32,
    /// Address of each page's picture for an `img` element, relative to `preview-img://localhost/`.
    pub pages: Vec<String>,
    /// Width over height.
    pub ratio: f64,
    /// As in an export.
    pub warnings: Vec<String>,
}

/// An image that now lies beside its article.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Placed {
    /// Link target, relative to the article, percent-encoded.
    pub src: String,
    /// A first alternative text: the file's name in words.
    pub alt: String,
}

/// An article is gone and a new one is alike: they may be one, renamed and edited.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct RenameOffer {
    /// Path of the article that is gone.
    pub from: String,
    /// Path of the one that is alike.
    pub to: String,
}

/// Links that lost what they led to when articles moved.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct BrokenLinks {
    /// Former path of an article that moved.
    pub from: String,
    /// Its path now.
    pub to: String,
    /// How many articles moved.
    pub moves: u32,
    /// How many links can be mended.
    pub links: u32,
    /// In how many articles.
    pub articles: u32,
}

/// Links that were mended, or put back.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LinksMended {
    /// How many.
    pub links: u32,
    /// In how many articles.
    pub articles: u32,
    /// Articles that could not be changed now: in conflict, read-only, or changed since.
    pub left: Vec<String>,
}

/// What the desk tells the window on its own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Event {
    /// The list changed; ask for it.
    LibraryChanged {
        /// Newest generation.
        generation: f64,
    },
    /// An open article changed; where `state.version` is newer than the window's, pull.
    ArticleChanged {
        /// All but the body.
        state: Box<ArticleState>,
        /// What to tell the person: `reloaded`, `merged`, or nothing.
        news: Option<String>,
        /// The revision that holds the person's text from before a merge, to go back to.
        undo: Option<u32>,
    },
    /// An open article was renamed or moved, here or outside.
    ArticleMoved {
        /// Old path.
        from: String,
        /// New path.
        to: String,
    },
    /// All renames that are offered now; what was offered before and is not among them is not offered any more.
    RenameOffers {
        /// Each to be answered with `answer_rename`.
        offers: Vec<RenameOffer>,
    },
    /// Links that can be mended with `mend_links`, or none any more.
    LinksOffer {
        /// Which.
        offer: Option<BrokenLinks>,
    },
    /// A revision was added.
    HistoryChanged {
        /// The article.
        path: String,
    },
    /// The review of an article changed, here or through somebody else's record.
    ReviewChanged {
        /// The article.
        path: String,
    },
    /// How changes are noticed.
    WatchChanged {
        /// Now.
        watch: WatchState,
    },
    /// Saves are less safe here than elsewhere.
    SavesWeaker {
        /// Why.
        weaker: Weaker,
    },
    /// An export goes on.
    ExportProgress {
        /// Which.
        job: u32,
        /// `reading`, `setting`, `writing`.
        step: String,
    },
    /// Something to say that belongs to no request.
    Notice {
        /// What.
        problem: Problem,
    },
    /// The window is about to close: hand over what was typed, then call `farewell`.
    Closing,
    /// Another start asked this window to show an article of the open desk.
    OpenArticle {
        /// Which.
        path: String,
    },
}
