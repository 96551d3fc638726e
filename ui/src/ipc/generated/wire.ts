// Generated from src-tauri/crates/desk/src/{wire,commands}.rs; `COPYDESK_BLESS=1 cargo test bindings` writes it anew.

/**
 * Interface languages.
 */
export type Lang = "fr" | "en";

/**
 * A message to the person: what was attempted on which file, then what to do.
 */
export type Problem = { 
/**
 * Stable name; the interface acts on a few of them.
 */
code: string, 
/**
 * One sentence that names the file.
 */
message: string, 
/**
 * One sentence that says what to do; may be empty.
 */
hint: string, };

/**
 * What the person may set. Unknown keys of the file are kept.
 */
export type Settings = { 
/**
 * The person's display name; empty until known.
 */
author: string, 
/**
 * The person said that this is their name; until then it is what the machine calls them, and is not kept.
 */
author_confirmed: boolean, 
/**
 * `None` follows the system.
 */
lang: Lang | null, 
/**
 * Size of the whole interface in hundredths, 50 to 300.
 */
zoom: number, 
/**
 * `system`, `light`, `dark`.
 */
theme: Theme, 
/**
 * Size of the copy in CSS pixels, 12 to 32.
 */
text_size: number, 
/**
 * Typographic help while typing.
 */
aids: Aids, 
/**
 * Save after a second of rest and when the window loses the focus.
 */
autosave: boolean, 
/**
 * After so many days the history keeps one revision a day; `None` keeps all.
 */
keep_days: number | null, 
/**
 * Faint marks for no-break spaces.
 */
show_invisibles: boolean, 
/**
 * Dim all but the paragraph.
 */
focus_mode: boolean, 
/**
 * Keep the line of the caret centred.
 */
typewriter_mode: boolean, 
/**
 * Width of the column of articles, CSS pixels.
 */
list_width: number, 
/**
 * Width of the side column, CSS pixels.
 */
side_width: number, 
/**
 * The column of articles is folded away.
 */
list_folded: boolean, 
/**
 * The side column is folded away.
 */
side_folded: boolean, 
/**
 * The side tab last shown: `preview`, `page`, `history`.
 */
side_tab: string, 
/**
 * Size and position of the window.
 */
window: WindowBox | null, };

/**
 * Theme of the interface.
 */
export type Theme = "system" | "light" | "dark";

/**
 * Typing aids, each undone by one Backspace.
 */
export type Aids = { 
/**
 * « » (or “ ”) from a typed ".
 */
quotes: boolean, 
/**
 * ’ from '.
 */
apostrophe: boolean, 
/**
 * No-break spaces before ; : ! ? » and after «.
 */
spaces: boolean, 
/**
 * … from three dots.
 */
ellipsis: boolean, 
/**
 * — from two hyphens.
 */
dash: boolean, };

/**
 * Outer box of the window, in logical pixels.
 */
export type WindowBox = { 
/**
 * Left edge.
 */
x: number, 
/**
 * Top edge.
 */
y: number, 
/**
 * Width.
 */
width: number, 
/**
 * Height.
 */
height: number, 
/**
 * Fills the screen.
 */
maximized: boolean, };

/**
 * Everything the first paint needs, so that it needs no question.
 */
export type Boot = { 
/**
 * The program's version.
 */
version: string, 
/**
 * The person's settings.
 */
settings: Settings, 
/**
 * The system's language, in force where the settings name none.
 */
lang: Lang, 
/**
 * The open desk; `None` where there is none or it went away.
 */
desk: DeskInfo | null, 
/**
 * Desks opened before, newest first.
 */
recents: Array<RecentDesk>, 
/**
 * The article that was open last.
 */
article: ArticleView | null, 
/**
 * A sample desk came with the program and can be opened as a copy.
 */
sample: boolean, 
/**
 * What went wrong on the way.
 */
problems: Array<Problem>, 
/**
 * A clock that stands still (`COPYDESK_NOW`), milliseconds since 1970; `None` where time passes.
 */
fixed_now_ms: number | null, };

/**
 * A desk, which is a folder.
 */
export type DeskInfo = { 
/**
 * Absolute path.
 */
path: string, 
/**
 * Name to show: the folder's.
 */
name: string, 
/**
 * Default language of articles (`house.toml`), BCP 47.
 */
article_lang: string, 
/**
 * How changes are noticed.
 */
watch: WatchState, 
/**
 * Why saves are less safe here than elsewhere, as far as it is known.
 */
weaker: Weaker | null, 
/**
 * What is typed on this desk is proposed.
 */
suggesting: boolean, };

/**
 * A desk that was opened, and the article to begin with: the one that was open last there, else its first.
 */
export type DeskOpened = { 
/**
 * The desk.
 */
desk: DeskInfo, 
/**
 * Its article.
 */
article: ArticleView | null, };

/**
 * What a new article can start with.
 */
export type TemplateItem = { 
/**
 * Its name: `news`, `brief`, `interview`, `blank`, or a file's in `.copydesk/templates/`.
 */
name: string, 
/**
 * The team made it.
 */
team: boolean, };

/**
 * What a file system does not promise.
 */
export type Weaker = "network" | "no_exchange";

/**
 * A desk opened before.
 */
export type RecentDesk = { 
/**
 * Absolute path.
 */
path: string, 
/**
 * Name to show.
 */
name: string, };

/**
 * How outside changes are noticed.
 */
export type WatchState = "starting" | "active" | "polling" | "gone";

/**
 * One line of the list of articles.
 */
export type ArticleItem = { 
/**
 * Relative to the desk, `/` as separator.
 */
path: string, 
/**
 * Headline, else first heading, else file name.
 */
title: string, 
/**
 * Rubrique.
 */
section: string, 
/**
 * Signature, joined by commas.
 */
byline: string, 
/**
 * Slug.
 */
slug: string, 
/**
 * Stage as in the front matter; `draft` where absent.
 */
stage: string, 
/**
 * Language tag, empty where the default holds.
 */
lang: string, 
/**
 * Signes of the body; `None` until counted.
 */
signes: number | null, 
/**
 * Modification time, milliseconds since 1970 (whole number).
 */
modified_ms: number, 
/**
 * Embargo that still holds, RFC 3339.
 */
embargo: string | null, 
/**
 * `legal: needs_check`.
 */
legal_hold: boolean, 
/**
 * Deadline, RFC 3339.
 */
deadline: string | null, 
/**
 * Somebody's unsaved text waits in a draft.
 */
unsaved: boolean, 
/**
 * Both the draft and the disk changed, touching.
 */
conflict: boolean, 
/**
 * Cannot be edited (odd encoding, too large, outside the desk).
 */
read_only: boolean, };

/**
 * The list, or what changed in it since a generation.
 */
export type Library = { 
/**
 * To ask for changes from here on.
 */
generation: number, 
/**
 * The first scan is over.
 */
complete: boolean, 
/**
 * New and changed articles, any order.
 */
changed: Array<ArticleItem>, 
/**
 * Paths that are gone.
 */
removed: Array<string>, };

/**
 * State of an article's save, always true.
 */
export type SaveState = "saved" | "dirty" | "saving" | "conflict" | "error";

/**
 * The furniture (titraille) and the other keys of an article.
 */
export type Furniture = { 
/**
 * Headline.
 */
title: Field, 
/**
 * Surtitre.
 */
kicker: Field, 
/**
 * Chapô.
 */
standfirst: Field, 
/**
 * Signature; a list is joined by `, `.
 */
byline: Field, 
/**
 * Short label and the export's file name.
 */
slug: Field, 
/**
 * Rubrique.
 */
section: Field, 
/**
 * Where it was filed.
 */
dateline: Field, 
/**
 * Publication date.
 */
date: Field, 
/**
 * BCP 47 tag.
 */
lang: Field, 
/**
 * Stage.
 */
stage: Field, 
/**
 * Who has it.
 */
assignee: Field, 
/**
 * Until when.
 */
deadline: Field, 
/**
 * Not before.
 */
embargo: Field, 
/**
 * `not_needed`, `needs_check`, `approved`.
 */
legal: Field, 
/**
 * Commissioned length in signes, as digits.
 */
length: Field, 
/**
 * Tags, joined by `, `.
 */
tags: Field, };

/**
 * One key as text, with what is wrong with it.
 */
export type Field = { 
/**
 * Text; empty where absent.
 */
value: string, 
/**
 * Signes of the text.
 */
signes: number, 
/**
 * Why the value is not one that the key takes; a code: `not_a_date`, `not_a_time`, `no_offset`,
 * `not_a_number`, `unknown_stage`, `unknown_legal`, `not_a_language`, `not_text`.
 */
invalid: string | null, 
/**
 * True where another source than the key gives it (the `#` heading, an alias, the file name).
 */
derived: boolean, };

/**
 * An article as the window opens it.
 */
export type ArticleView = { 
/**
 * Where it stands.
 */
state: ArticleState, 
/**
 * The body as LF text (the whole file where `state.raw`).
 */
body: string, 
/**
 * Caret, UTF-16 units in the body.
 */
caret: number, 
/**
 * First visible line, fractional, from 1.
 */
scroll: number, 
/**
 * Text came back from a draft that no save had put on the disk.
 */
restored: boolean, 
/**
 * What came back was merged with what others wrote meanwhile: the revision that holds it as it was typed.
 */
undo: number | null, };

/**
 * What the window knows of an open article besides its body.
 */
export type ArticleState = { 
/**
 * Relative to the desk.
 */
path: string, 
/**
 * Number of updates since the article was opened (the authority's version).
 */
version: number, 
/**
 * Front matter cannot be read, so the whole file is edited as text.
 */
raw: boolean, 
/**
 * Why the front matter cannot be read, and other standing remarks.
 */
remarks: Array<Problem>, 
/**
 * The furniture.
 */
furniture: Furniture, 
/**
 * State of the save.
 */
save: SaveState, 
/**
 * When the disk last took our text, RFC 3339.
 */
saved_at: string | null, 
/**
 * Why the last save failed.
 */
problem: Problem | null, 
/**
 * Why the article cannot be edited.
 */
read_only: Problem | null, 
/**
 * Both versions, where they touch.
 */
conflict: Conflict | null, 
/**
 * The file is gone from the disk; the text is in the draft.
 */
deleted: boolean, };

/**
 * Both sides of a conflict: whole texts, and where they touch.
 */
export type Conflict = { 
/**
 * What the person typed (whole file, LF).
 */
mine: string, 
/**
 * What the disk holds (whole file, LF).
 */
theirs: string, 
/**
 * The places, in order; none where only the whole can be chosen.
 */
hunks: Array<ConflictHunk>, 
/**
 * Which of the person's texts the places were found in; an answer names it.
 */
edition: number, };

/**
 * One place where both sides changed the text.
 */
export type ConflictHunk = { 
/**
 * What it was.
 */
base: string, 
/**
 * The person's.
 */
mine: string, 
/**
 * The disk's.
 */
theirs: string, 
/**
 * The key of the front matter that it is; a place in the body otherwise.
 */
key: string | null, 
/**
 * Both texts can stay, one after the other.
 */
both: boolean, };

/**
 * A person's answer to one place of a conflict.
 */
export type ConflictAnswer = { "choice": "mine" } | { "choice": "theirs" } | { "choice": "both" } | { "choice": "edited", 
/**
 * It.
 */
text: string, };

/**
 * How a conflict ended.
 */
export type Resolved = { 
/**
 * The article now.
 */
state: ArticleState, 
/**
 * The revision that holds the person's text from before, to go back to.
 */
undo: number | null, };

/**
 * One update of the body: who made it, and a change set in CodeMirror's JSON form.
 */
export type Update = { 
/**
 * Id of the client that made it; `desk` for outside changes and fields.
 */
client: string, 
/**
 * CodeMirror's `ChangeSet.toJSON()`: lengths kept, and `[deleted, "line", …]`.
 */
changes: unknown, };

/**
 * Answer to a push.
 */
export type Pushed = { 
/**
 * False: the article moved on meanwhile; take `updates`, rebase, push again.
 */
accepted: boolean, 
/**
 * The authority's version now.
 */
version: number, 
/**
 * Updates since the version that the client named (its own, where accepted).
 */
updates: Array<Update>, };

/**
 * One top-level block of the preview.
 */
export type Block = { 
/**
 * Key: the same content gives the same key, made unique by its place among equals.
 */
key: string, 
/**
 * The typed tree.
 */
node: unknown, };

/**
 * What changed in the preview between two renderings.
 */
export type Preview = { 
/**
 * Version of the article that was rendered.
 */
version: number, 
/**
 * Id of this rendering, to name in the next request.
 */
rendering: number, 
/**
 * Blocks kept from the start of the named rendering (0 where it is not known any more).
 */
keep_start: number, 
/**
 * Blocks kept from its end.
 */
keep_end: number, 
/**
 * The blocks between.
 */
blocks: Array<Block>, 
/**
 * First body line of each block, all of them (not only the changed), from 1.
 */
lines: Array<number>, 
/**
 * Counts of the body.
 */
counts: Counts, 
/**
 * Set where the text was too deep or too long to render; `blocks` is then empty.
 */
refused: Problem | null, };

/**
 * Lengths of a text as its reader sees it.
 */
export type Counts = { 
/**
 * Extended grapheme clusters, spaces included.
 */
signes: number, 
/**
 * Words by UAX #29.
 */
words: number, };

/**
 * One revision in the History tab.
 */
export type RevisionItem = { 
/**
 * Id.
 */
id: number, 
/**
 * When, RFC 3339.
 */
time: string, 
/**
 * Who.
 */
author: string, 
/**
 * `save outside restore merge accept import open`.
 */
origin: string, 
/**
 * Size of the bytes.
 */
bytes: number, 
/**
 * Given by a person.
 */
name: string | null, 
/**
 * Signes gained or lost against the revision before, in the whole file.
 */
delta: number, };

/**
 * The text of a revision.
 */
export type RevisionText = { 
/**
 * The line of the list.
 */
item: RevisionItem, 
/**
 * Whole file as LF text; invalid UTF-8 is shown as U+FFFD.
 */
text: string, 
/**
 * The text now, to compare with.
 */
current: string, };

/**
 * An article that is gone and can be written anew.
 */
export type DeletedItem = { 
/**
 * What to ask for it by.
 */
key: string, 
/**
 * Its last path.
 */
path: string, 
/**
 * Its title.
 */
title: string, 
/**
 * When its newest revision was made, RFC 3339.
 */
time: string, };

/**
 * Formats of an export.
 */
export type ExportFormat = "html" | "pdf";

/**
 * Paper.
 */
export type Paper = "a4" | "letter";

/**
 * How to export.
 */
export type ExportOptions = { 
/**
 * Format.
 */
format: ExportFormat, 
/**
 * PDF: paper.
 */
paper: Paper, 
/**
 * PDF: 1 or 2 columns.
 */
columns: number, 
/**
 * HTML: copy images beside the file instead of embedding them.
 */
images_beside: boolean, };

/**
 * A finished export.
 */
export type Exported = { 
/**
 * The article.
 */
article: string, 
/**
 * `html` or `pdf`.
 */
format: string, 
/**
 * Absolute path of the file.
 */
out: string, 
/**
 * Its size.
 */
bytes: number, 
/**
 * Its hash.
 */
sha256: string, 
/**
 * What was not exported, as short names.
 */
left_out: Array<string>, 
/**
 * Sentences, each with its line where there is one.
 */
warnings: Array<string>, };

/**
 * Typeset pages of the article as it stands, as pictures.
 */
export type Pages = { 
/**
 * Version that was set.
 */
version: number, 
/**
 * Address of each page's picture for an `img` element, relative to `preview-img://localhost/`.
 */
pages: Array<string>, 
/**
 * Width over height.
 */
ratio: number, 
/**
 * As in an export.
 */
warnings: Array<string>, };

/**
 * An image that now lies beside its article.
 */
export type Placed = { 
/**
 * Link target, relative to the article, percent-encoded.
 */
src: string, 
/**
 * A first alternative text: the file's name in words.
 */
alt: string, };

/**
 * What a change touches, by risk: the first that fits, in this order.
 */
export type ChangeClass = "quote" | "figure" | "name" | "negation" | "attribution" | "link" | "furniture" | "words" | "typography";

/**
 * What was done.
 */
export type ChangeKind = "insert" | "delete" | "replace" | "move" | "split" | "join" | "format";

/**
 * A version that can be compared with another.
 */
export type VersionRef = { "is": "revision", 
/**
 * Its number.
 */
id: number, } | { "is": "read" } | { "is": "signed", 
/**
 * The sign-off; the last one where absent.
 */
id: string | null, } | { "is": "published" } | { "is": "disk" } | { "is": "draft" } | { "is": "file", 
/**
 * Which, as it is on the screen or on the disk.
 */
path: string, } | { "is": "commit", 
/**
 * What `git rev-parse` understands.
 */
name: string, };

/**
 * A version to choose from.
 */
export type VersionItem = { 
/**
 * Which.
 */
version: VersionRef, 
/**
 * Its name, where it has one: of the revision, of who signed, the commit's first line.
 */
label: string, 
/**
 * Who.
 */
author: string, 
/**
 * When, RFC 3339; empty for what is on the screen.
 */
time: string, };

/**
 * What can be compared of an article.
 */
export type Versions = { 
/**
 * Newest first.
 */
items: Array<VersionItem>, 
/**
 * There are older ones that were not asked for.
 */
more: boolean, };

/**
 * A part of a version.
 */
export type DiffSpan = { 
/**
 * The words.
 */
text: string, 
/**
 * Where it begins in the body, UTF-16 units; `None` in a field, or where that version is not the one on screen.
 */
start: number | null, 
/**
 * Where it ends.
 */
end: number | null, };

/**
 * An edit of the body on the screen: places are UTF-16 units.
 */
export type DiffSplice = { 
/**
 * Where what goes begins.
 */
start: number, 
/**
 * Where it ends.
 */
end: number, 
/**
 * What comes in its place.
 */
text: string, };

/**
 * One change.
 */
export type DiffChange = { 
/**
 * What it touches.
 */
class: ChangeClass, 
/**
 * What was done.
 */
kind: ChangeKind, 
/**
 * The field of the furniture; `None` in the body.
 */
field: string | null, 
/**
 * As it was.
 */
old: DiffSpan | null, 
/**
 * As it is.
 */
new: DiffSpan | null, 
/**
 * A few words before it.
 */
before: string, 
/**
 * A few words after it.
 */
after: string, 
/**
 * The edits that give the body on the screen its old words again, in order; empty where that version is not the
 * one on the screen, or where the change is not of the body.
 */
put_back: Array<DiffSplice>, 
/**
 * What the field held, where the version on the screen can be given it again.
 */
value: string | null, };

/**
 * How many changes a class has.
 */
export type ClassCount = { 
/**
 * The class.
 */
class: ChangeClass, 
/**
 * How many.
 */
count: number, };

/**
 * How a run of text is marked.
 */
export type RunMark = "same" | "insert" | "delete" | "format";

/**
 * A run of text in a row.
 */
export type DiffRun = { 
/**
 * The words.
 */
text: string, 
/**
 * How it is marked.
 */
mark: RunMark, 
/**
 * The change it belongs to, by its number in [`DiffView::changes`].
 */
change: number | null, };

/**
 * What became of a paragraph.
 */
export type RowMark = "kept" | "insert" | "delete" | "moved_from" | "moved_to" | "split" | "join";

/**
 * A field or a paragraph, old beside new.
 */
export type DiffRow = { 
/**
 * The field of the furniture; `None` in the body.
 */
field: string | null, 
/**
 * What became of it.
 */
mark: RowMark, 
/**
 * The change that the row itself is (a move, a split), by its number.
 */
change: number | null, 
/**
 * As it was, in runs `same`, `delete`, `format`; `None` where it was not there.
 */
old: Array<DiffRun> | null, 
/**
 * As it is, in runs `same`, `insert`, `format`; `None` where it is not there any more.
 */
new: Array<DiffRun> | null, 
/**
 * Both in one text, for the view in the text.
 */
inline: Array<DiffRun>, };

/**
 * Two versions and how they differ.
 */
export type DiffView = { 
/**
 * The older one.
 */
old: VersionItem, 
/**
 * The newer one.
 */
new: VersionItem, 
/**
 * Hash of the newer one's text: who read it says which text that was.
 */
seen: string, 
/**
 * Version of the body on the screen that the places of the newer one belong to; `None` where it is another text.
 */
version: number | null, 
/**
 * By risk, then by place.
 */
changes: Array<DiffChange>, 
/**
 * Of each class that has some, by risk.
 */
counts: Array<ClassCount>, 
/**
 * The furniture, then the body, in the order of the text.
 */
rows: Array<DiffRow>, };

/**
 * A part of the body on the screen, UTF-16 units.
 */
export type Passage = { 
/**
 * Where it begins.
 */
start: number, 
/**
 * Where it ends; the same as `start` for a place between two characters.
 */
end: number, };

/**
 * How a suggestion or a comment stands to the text.
 */
export type Standing = "placed" | "changed" | "orphaned";

/**
 * What became of a suggestion.
 */
export type Verdict = "open" | "accepted" | "rejected" | "withdrawn";

/**
 * A change that somebody proposes.
 */
export type SuggestionItem = { 
/**
 * Stable name.
 */
id: string, 
/**
 * Who.
 */
author: string, 
/**
 * This person on this installation; only these may be edited.
 */
mine: boolean, 
/**
 * When, RFC 3339.
 */
time: string, 
/**
 * Why; may be empty.
 */
note: string, 
/**
 * What it touches.
 */
class: ChangeClass, 
/**
 * Where; `None` when orphaned.
 */
passage: Passage | null, 
/**
 * The text it was made on; empty for an insertion.
 */
old: string, 
/**
 * What is to stand there; empty for a deletion.
 */
new: string, 
/**
 * How it stands to the text.
 */
standing: Standing, 
/**
 * Somebody gave it another place than the one that it was made on.
 */
attached: boolean, 
/**
 * What became of it.
 */
verdict: Verdict, 
/**
 * Who decided; empty while open.
 */
decided_by: string, 
/**
 * Accepted, and its text was edited since, or it is no longer there.
 */
edited_since: boolean, 
/**
 * Others that propose something for the same place.
 */
rivals: Array<string>, };

/**
 * One message of a thread.
 */
export type MessageItem = { 
/**
 * Stable name.
 */
id: string, 
/**
 * Who.
 */
author: string, 
/**
 * This person on this installation; only these may be edited.
 */
mine: boolean, 
/**
 * When, RFC 3339.
 */
time: string, 
/**
 * The words, plain text.
 */
text: string, 
/**
 * Edited after it was sent.
 */
edited: boolean, 
/**
 * Where the words name somebody, with the @; places are those of the words.
 */
mentions: Array<Passage>, };

/**
 * A conversation about a passage or about the whole article.
 */
export type ThreadItem = { 
/**
 * Stable name.
 */
id: string, 
/**
 * Where; `None` when orphaned or about the whole article.
 */
passage: Passage | null, 
/**
 * The words it was made on; empty when about the whole article.
 */
quote: string, 
/**
 * How it stands to the text.
 */
standing: Standing, 
/**
 * Somebody gave it another place than the one that it was made on.
 */
attached: boolean, 
/**
 * Settled.
 */
resolved: boolean, 
/**
 * Never leaves the desk.
 */
off_record: boolean, 
/**
 * Names this person with an @.
 */
mentions_me: boolean, 
/**
 * In their order; the first is the comment.
 */
messages: Array<MessageItem>, };

/**
 * A sign-off (bon à tirer).
 */
export type SignOffItem = { 
/**
 * Stable name.
 */
id: string, 
/**
 * `desk`, `sub_editor`, `legal`.
 */
role: string, 
/**
 * Who.
 */
author: string, 
/**
 * When, RFC 3339.
 */
time: string, 
/**
 * What would be published is exactly what was signed.
 */
holds: boolean, 
/**
 * Withdrawn by its author.
 */
withdrawn: boolean, 
/**
 * This person on this installation; only these may be withdrawn.
 */
mine: boolean, 
/**
 * The last word of its role.
 */
counts: boolean, };

/**
 * A change of stage.
 */
export type StageItem = { 
/**
 * The stage from then on.
 */
stage: string, 
/**
 * Who.
 */
author: string, 
/**
 * When, RFC 3339.
 */
time: string, 
/**
 * Why; may be empty.
 */
reason: string, };

/**
 * What was typed into a box of the review and not sent yet.
 */
export type UnsentItem = { 
/**
 * Which box: `new`, `whole`, `reply:<thread>`, `edit:<message>`, `note:<suggestion>`.
 */
key: string, 
/**
 * The words.
 */
text: string, 
/**
 * Where a new comment is to stand; `None` also where that place is not in the text any more.
 */
passage: Passage | null, 
/**
 * The words that a new comment is about; empty where it is about none.
 */
quote: string, 
/**
 * A new comment that is to stay off the record.
 */
off_record: boolean, };

/**
 * The review of one article, placed on the body that is on the screen.
 */
export type Review = { 
/**
 * The version of the body that passages are counted in.
 */
version: number, 
/**
 * All suggestions, open ones by risk first.
 */
suggestions: Array<SuggestionItem>, 
/**
 * All threads, by place.
 */
threads: Array<ThreadItem>, 
/**
 * Sign-offs, newest first.
 */
sign_offs: Array<SignOffItem>, 
/**
 * Changes of stage, newest first.
 */
stages: Array<StageItem>, 
/**
 * Not sent yet.
 */
unsent: Array<UnsentItem>, 
/**
 * Who can be mentioned: everybody seen on this desk.
 */
people: Array<string>, 
/**
 * What could not be read of the record.
 */
problems: Array<Problem>, };

/**
 * A proposal of the editor in suggest mode, against the body that the session holds.
 */
export type Proposal = { 
/**
 * Made by the window when it begins, kept while it grows.
 */
id: string, 
/**
 * Where.
 */
passage: Passage, 
/**
 * What is to stand there.
 */
new: string, };

/**
 * A file that a review goes out in, or comes back in.
 */
export type ReviewForm = "criticmarkup" | "docx";

/**
 * A review that went out.
 */
export type ReviewSent = { 
/**
 * The file.
 */
out: string, 
/**
 * What of the review is not in it, a sentence each.
 */
left_out: Array<string>, };

/**
 * A file that came back.
 */
export type ReviewCame = { 
/**
 * The review with what is new.
 */
review: Review, 
/**
 * How much was new.
 */
taken: number, 
/**
 * What of the file was not taken, a sentence each.
 */
left_out: Array<string>, };

/**
 * A line of the review of the whole desk.
 */
export type DeskReviewItem = { 
/**
 * The article.
 */
path: string, 
/**
 * Its title.
 */
title: string, 
/**
 * Its stage.
 */
stage: string, 
/**
 * Deadline, RFC 3339.
 */
deadline: string | null, 
/**
 * Changes that this person has not read, by risk; empty where all is read.
 */
unread: Array<ClassCount>, 
/**
 * Never read by this person.
 */
never_read: boolean, 
/**
 * Open suggestions.
 */
suggestions: number, 
/**
 * Unresolved threads that name this person.
 */
mentions: number, 
/**
 * Unresolved threads.
 */
threads: number, 
/**
 * The highest risk among what is unread and what is proposed.
 */
risk: ChangeClass | null, 
/**
 * Roles whose sign-off does not hold any more, the last one first.
 */
broken_seals: Array<string>, 
/**
 * The last of these sign-offs.
 */
broken_seal: string | null, };

/**
 * An article is gone and a new one is alike: they may be one, renamed and edited.
 */
export type RenameOffer = { 
/**
 * Path of the article that is gone.
 */
from: string, 
/**
 * Path of the one that is alike.
 */
to: string, };

/**
 * Links that lost what they led to when articles moved.
 */
export type BrokenLinks = { 
/**
 * Former path of an article that moved.
 */
from: string, 
/**
 * Its path now.
 */
to: string, 
/**
 * How many articles moved.
 */
moves: number, 
/**
 * How many links can be mended.
 */
links: number, 
/**
 * In how many articles.
 */
articles: number, };

/**
 * Links that were mended, or put back.
 */
export type LinksMended = { 
/**
 * How many.
 */
links: number, 
/**
 * In how many articles.
 */
articles: number, 
/**
 * Articles that could not be changed now: in conflict, read-only, or changed since.
 */
left: Array<string>, };

/**
 * What the desk tells the window on its own.
 */
export type Event = { "kind": "library_changed", 
/**
 * Newest generation.
 */
generation: number, } | { "kind": "article_changed", 
/**
 * All but the body.
 */
state: ArticleState, 
/**
 * What to tell the person: `reloaded`, `merged`, or nothing.
 */
news: string | null, 
/**
 * The revision that holds the person's text from before a merge, to go back to.
 */
undo: number | null, } | { "kind": "article_moved", 
/**
 * Old path.
 */
from: string, 
/**
 * New path.
 */
to: string, } | { "kind": "rename_offers", 
/**
 * Each to be answered with `answer_rename`.
 */
offers: Array<RenameOffer>, } | { "kind": "links_offer", 
/**
 * Which.
 */
offer: BrokenLinks | null, } | { "kind": "history_changed", 
/**
 * The article.
 */
path: string, } | { "kind": "review_changed", 
/**
 * The article.
 */
path: string, } | { "kind": "watch_changed", 
/**
 * Now.
 */
watch: WatchState, } | { "kind": "saves_weaker", 
/**
 * Why.
 */
weaker: Weaker, } | { "kind": "export_progress", 
/**
 * Which.
 */
job: number, 
/**
 * `reading`, `setting`, `writing`.
 */
step: string, } | { "kind": "notice", 
/**
 * What.
 */
problem: Problem, } | { "kind": "closing" } | { "kind": "open_article", 
/**
 * Which.
 */
path: string, };

/** Every command of the desk. */
export type Commands = {
  boot: { args: { }; answer: Boot };
  open_desk: { args: { path: string; }; answer: DeskOpened };
  choose_desk: { args: { }; answer: DeskOpened | null };
  open_sample: { args: { }; answer: DeskOpened };
  library: { args: { since: number; }; answer: Library };
  open_article: { args: { path: string; }; answer: ArticleView };
  close_article: { args: { path: string; }; answer: null };
  push: { args: { path: string; version: number; updates: Array<Update>; }; answer: Pushed };
  pull: { args: { path: string; version: number; }; answer: Pushed };
  set_field: { args: { path: string; key: string; value: string; }; answer: ArticleState };
  leave_raw: { args: { path: string; }; answer: ArticleState };
  preview: { args: { path: string; version: number; known: number; }; answer: Preview };
  save: { args: { path: string; }; answer: ArticleState };
  resolve_conflict: { args: { path: string; choice: string; }; answer: Resolved };
  resolve_hunks: { args: { path: string; edition: number; answers: Array<ConflictAnswer>; }; answer: Resolved };
  save_elsewhere: { args: { path: string; }; answer: string | null };
  keep_deleted: { args: { path: string; }; answer: ArticleState };
  discard_draft: { args: { path: string; }; answer: null };
  templates: { args: { }; answer: Array<TemplateItem> };
  new_article: { args: { template: string; title: string; folder: string | null; }; answer: ArticleView };
  rename_article: { args: { path: string; name: string; }; answer: ArticleItem };
  duplicate_article: { args: { path: string; }; answer: ArticleItem };
  answer_rename: { args: { from: string; to: string; follow: boolean; }; answer: null };
  mend_links: { args: { }; answer: LinksMended };
  leave_links: { args: { }; answer: null };
  undo_mended_links: { args: { }; answer: LinksMended };
  trash_article: { args: { path: string; }; answer: null };
  deleted_articles: { args: { }; answer: Array<DeletedItem> };
  recover_article: { args: { key: string; }; answer: ArticleView };
  history: { args: { path: string; }; answer: Array<RevisionItem> };
  revision: { args: { path: string; id: number; }; answer: RevisionText };
  restore_revision: { args: { path: string; id: number; }; answer: ArticleState };
  name_revision: { args: { path: string; id: number; name: string; }; answer: RevisionItem };
  versions: { args: { path: string; all: boolean; }; answer: Versions };
  diff: { args: { path: string; old: VersionRef; new: VersionRef; }; answer: DiffView };
  mark_read: { args: { path: string; version: VersionRef; seen: string; }; answer: null };
  desk_review: { args: { }; answer: Array<DeskReviewItem> };
  review: { args: { path: string; }; answer: Review };
  suggest: { args: { path: string; version: number; proposals: Array<Proposal>; gone: Array<string>; settled: boolean; }; answer: Review };
  decide: { args: { path: string; ids: Array<string>; accept: boolean; }; answer: Review };
  undecide: { args: { path: string; ids: Array<string>; }; answer: Review };
  note_suggestion: { args: { path: string; id: string; note: string; }; answer: Review };
  comment: { args: { path: string; version: number; passage: Passage | null; text: string; off_record: boolean; }; answer: Review };
  reply: { args: { path: string; thread: string; text: string; }; answer: Review };
  edit_message: { args: { path: string; message: string; text: string; }; answer: Review };
  resolve_thread: { args: { path: string; thread: string; resolved: boolean; }; answer: Review };
  keep_off_record: { args: { path: string; thread: string; off: boolean; }; answer: Review };
  attach: { args: { path: string; id: string; version: number; passage: Passage; }; answer: Review };
  detach: { args: { path: string; id: string; }; answer: Review };
  keep_unsent: { args: { path: string; item: UnsentItem; version: number | null; }; answer: null };
  set_stage: { args: { path: string; stage: string; reason: string; }; answer: ArticleState };
  sign_off: { args: { path: string; role: string; }; answer: Review };
  withdraw_sign_off: { args: { path: string; id: string; }; answer: Review };
  choose_review_path: { args: { path: string; form: ReviewForm; }; answer: string | null };
  export_review: { args: { path: string; form: ReviewForm; out: string; }; answer: ReviewSent };
  import_review: { args: { path: string; name: string; data: string; }; answer: ReviewCame };
  add_image: { args: { path: string; name: string; data: string; }; answer: Placed };
  suggest_export_path: { args: { path: string; options: ExportOptions; }; answer: string };
  choose_export_path: { args: { path: string; options: ExportOptions; }; answer: string | null };
  export_article: { args: { path: string; options: ExportOptions; out: string; job: number; past: string | null; }; answer: Exported };
  cancel_export: { args: { job: number; }; answer: null };
  open_exported: { args: { out: string; }; answer: null };
  reveal_exported: { args: { out: string; }; answer: null };
  pages: { args: { path: string; version: number; options: ExportOptions; }; answer: Pages };
  set_settings: { args: { settings: Settings; }; answer: Settings };
  set_place: { args: { path: string; caret: number; scroll: number; }; answer: null };
  set_suggesting: { args: { suggesting: boolean; }; answer: null };
  painted: { args: { }; answer: string };
  focused: { args: { }; answer: null };
  farewell: { args: { }; answer: null };
  open_link: { args: { href: string; }; answer: null };
};
