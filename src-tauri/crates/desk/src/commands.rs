//! Every command that the window may call, declared once: the table feeds the dispatcher, the tests and the
//! TypeScript bindings. What a command does is in [`crate::app`].

use serde::Deserialize;
use ts_rs::{Config, TS};

use crate::app::App;
use crate::error::Problem;
use crate::wire::{
    ArticleItem, ArticleState, ArticleView, Boot, ConflictAnswer, DeletedItem, DeskOpened, DeskReviewItem,
    DiffView, ExportOptions, Exported, Library, LinksMended, Pages, Passage, Placed, Preview, Proposal,
    Pushed, Resolved, Review, ReviewCame, ReviewForm, ReviewSent, RevisionItem, RevisionText, Settings,
    TemplateItem, UnsentItem, Update, VersionRef, Versions,
};

macro_rules! commands {
    ($($name:ident ( $($arg:ident : $kind:ty),* ) -> $answer:ty;)*) => {
        /// Runs a command by its name, with its arguments and its answer as JSON.
        ///
        /// # Errors
        /// What the command could not do, an unknown name, or arguments of another shape.
        pub fn dispatch(app: &App, name: &str, args: serde_json::Value) -> Result<String, Problem> {
            match name {
                $(stringify!($name) => {
                    #[derive(Deserialize)]
                    struct Args { $($arg: $kind),* }
                    #[allow(unused_variables, reason = "commands without arguments")]
                    let args: Args = serde_json::from_value(args).map_err(|error| bad_call(name, &error.to_string()))?;
                    let answer: $answer = app.$name($(args.$arg),*)?;
                    Ok(serde_json::to_string(&answer).expect("wire types are plain data"))
                })*
                _ => Err(bad_call(name, "no such command")),
            }
        }

        /// The TypeScript map of commands: arguments and answer of each.
        fn command_map(config: &Config) -> String {
            let mut map = String::from("export type Commands = {\n");
            $(
                map.push_str(concat!("  ", stringify!($name), ": { args: {"));
                $(
                    map.push_str(concat!(" ", stringify!($arg), ": "));
                    map.push_str(&<$kind as TS>::name(config));
                    map.push(';');
                )*
                map.push_str(" }; answer: ");
                map.push_str(&answer_name::<$answer>(config));
                map.push_str(" };\n");
            )*
            map.push_str("};\n");
            map
        }
    };
}

commands! {
    boot() -> Boot;
    open_desk(path: String) -> DeskOpened;
    choose_desk() -> Option<DeskOpened>;
    open_sample() -> DeskOpened;
    library(since: f64) -> Library;
    open_article(path: String) -> ArticleView;
    close_article(path: String) -> ();
    push(path: String, version: u32, updates: Vec<Update>) -> Pushed;
    pull(path: String, version: u32) -> Pushed;
    set_field(path: String, key: String, value: String) -> ArticleState;
    leave_raw(path: String) -> ArticleState;
    preview(path: String, version: u32, known: u32) -> Preview;
    save(path: String) -> ArticleState;
    resolve_conflict(path: String, choice: String) -> Resolved;
    resolve_hunks(path: String, edition: u32, answers: Vec<ConflictAnswer>) -> Resolved;
    save_elsewhere(path: String) -> Option<String>;
    keep_deleted(path: String) -> ArticleState;
    discard_draft(path: String) -> ();
    templates() -> Vec<TemplateItem>;
    new_article(template: String, title: String, folder: Option<String>) -> ArticleView;
    rename_article(path: String, name: String) -> ArticleItem;
    duplicate_article(path: String) -> ArticleItem;
    answer_rename(from: String, to: String, follow: bool) -> ();
    mend_links() -> LinksMended;
    leave_links() -> ();
    undo_mended_links() -> LinksMended;
    trash_article(path: String) -> ();
    deleted_articles() -> Vec<DeletedItem>;
    recover_article(key: String) -> ArticleView;
    history(path: String) -> Vec<RevisionItem>;
    revision(path: String, id: u32) -> RevisionText;
    restore_revision(path: String, id: u32) -> ArticleState;
    name_revision(path: String, id: u32, name: String) -> RevisionItem;
    versions(path: String, all: bool) -> Versions;
    diff(path: String, old: VersionRef, new: VersionRef) -> DiffView;
    mark_read(path: String, version: VersionRef, seen: String) -> ();
    desk_review() -> Vec<DeskReviewItem>;
    review(path: String) -> Review;
    suggest(path: String, version: u32, proposals: Vec<Proposal>, gone: Vec<String>, settled: bool) -> Review;
    decide(path: String, ids: Vec<String>, accept: bool) -> Review;
    undecide(path: String, ids: Vec<String>) -> Review;
    note_suggestion(path: String, id: String, note: String) -> Review;
    comment(path: String, version: u32, passage: Option<Passage>, text: String, off_record: bool) -> Review;
    reply(path: String, thread: String, text: String) -> Review;
    edit_message(path: String, message: String, text: String) -> Review;
    resolve_thread(path: String, thread: String, resolved: bool) -> Review;
    keep_off_record(path: String, thread: String, off: bool) -> Review;
    attach(path: String, id: String, version: u32, passage: Passage) -> Review;
    detach(path: String, id: String) -> Review;
    keep_unsent(path: String, item: UnsentItem, version: Option<u32>) -> ();
    set_stage(path: String, stage: String, reason: String) -> ArticleState;
    sign_off(path: String, role: String) -> Review;
    withdraw_sign_off(path: String, id: String) -> Review;
    choose_review_path(path: String, form: ReviewForm) -> Option<String>;
    export_review(path: String, form: ReviewForm, out: String) -> ReviewSent;
    import_review(path: String, name: String, data: String) -> ReviewCame;
    add_image(path: String, name: String, data: String) -> Placed;
    suggest_export_path(path: String, options: ExportOptions) -> String;
    choose_export_path(path: String, options: ExportOptions) -> Option<String>;
    export_article(
        path: String, options: ExportOptions, out: String, job: u32, past: Option<String>
    ) -> Exported;
    cancel_export(job: u32) -> ();
    open_exported(out: String) -> ();
    reveal_exported(out: String) -> ();
    pages(path: String, version: u32, options: ExportOptions) -> Pages;
    set_settings(settings: Settings) -> Settings;
    set_place(path: String, caret: u32, scroll: f64) -> ();
    set_suggesting(suggesting: bool) -> ();
    painted() -> String;
    focused() -> ();
    farewell() -> ();
    open_link(href: String) -> ();
}

fn bad_call(name: &str, why: &str) -> Problem {
    Problem::new(
        "bad_call",
        (format!("L’appel « {name} » n’a pas été compris ({why})."), "Relancez Copydesk."),
        (format!("The call “{name}” was not understood ({why})."), "Start Copydesk again."),
    )
}

/// `()` crosses as `null`.
fn answer_name<T: TS>(config: &Config) -> String {
    let name = T::name(config);
    if name == "[]" { "null".to_owned() } else { name }
}

/// The generated TypeScript: every wire type, then the map of commands. A test compares it with the committed file.
#[must_use]
pub fn typescript() -> String {
    let config = Config::new().with_large_int("number");
    let mut out = String::from(
        "// Generated from src-tauri/crates/desk/src/{wire,commands}.rs; `COPYDESK_BLESS=1 cargo test bindings` writes it anew.\n\n",
    );
    macro_rules! types {
        ($($kind:ident)*) => {
            $(
                if let Some(docs) = <crate::wire::$kind as TS>::docs() {
                    out.push_str(&docs);
                }
                out.push_str("export ");
                out.push_str(&<crate::wire::$kind as TS>::decl(&config));
                out.push_str("\n\n");
            )*
        };
    }
    types! {
        Lang Problem Settings Theme Aids WindowBox Boot DeskInfo DeskOpened TemplateItem Weaker RecentDesk WatchState ArticleItem Library SaveState
        Furniture Field ArticleView ArticleState Conflict ConflictHunk ConflictAnswer Resolved Update Pushed Block Preview Counts RevisionItem
        RevisionText DeletedItem ExportFormat Paper ExportOptions Exported Pages Placed
        ChangeClass ChangeKind VersionRef VersionItem Versions DiffSpan DiffSplice DiffChange ClassCount RunMark DiffRun RowMark DiffRow DiffView
        Passage Standing Verdict SuggestionItem MessageItem ThreadItem SignOffItem StageItem UnsentItem Review Proposal ReviewForm ReviewSent ReviewCame
        DeskReviewItem RenameOffer BrokenLinks LinksMended Event
    }
    out.push_str("/** Every command of the desk. */\n");
    out.push_str(&command_map(&config));
    out
}
