//! What can be asked for, and starting the window.

use std::path::{Path, PathBuf};

use clap::{Args, Parser, Subcommand, ValueEnum};
use copydesk_desk::wire::{ExportFormat, Lang, Paper};

use crate::words::Failure;

/// Columns of a page where nobody chose: two, as a newspaper's page has, and as in the window.
const COLUMNS: u8 = 2;

/// Write, check and set articles that live as plain Markdown files.
#[derive(Parser)]
#[command(name = "copydesk", version, args_conflicts_with_subcommands = true)]
pub struct Call {
    /// A folder or an article to open in the window
    #[arg(value_name = "FOLDER|ARTICLE")]
    pub target: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<Command>,
}

/// The commands.
#[derive(Subcommand)]
pub enum Command {
    /// Export articles as HTML or PDF
    Export(ExportArgs),
    /// Compare two articles or two revisions, by what a change touches
    Diff(DiffArgs),
    /// List, show and restore the revisions of an article
    History(HistoryArgs),
    /// Show the review of an article: suggestions, comments, sign-offs; exchange it as CriticMarkup or for Word
    Review(ReviewArgs),
    /// Look a desk over: articles, history, drafts, leftovers; mend what is safe, back up, restore
    Doctor(DoctorArgs),
}

/// `copydesk export`.
#[derive(Args)]
pub struct ExportArgs {
    /// Articles, or revisions written ARTICLE@ID
    #[arg(required = true, value_name = "ARTICLE")]
    pub articles: Vec<PathBuf>,
    /// Format
    #[arg(long, value_enum)]
    pub to: Format,
    /// File to write, a folder for several articles, - for standard output; else beside the article
    #[arg(long, value_name = "PATH")]
    pub out: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Paper of the pages
    #[arg(long, value_enum, default_value = "a4")]
    pub paper: Sheet,
    /// Columns of a PDF
    #[arg(long, default_value_t = COLUMNS, value_parser = clap::value_parser!(u8).range(1..=2))]
    pub columns: u8,
    /// HTML: images in the file, or copied beside it
    #[arg(long, value_enum, default_value = "embed")]
    pub images: ImagesAt,
    /// Export past a gate (embargo, legal check, stage, broken sign-off), for this reason; it is kept in the review
    #[arg(long = "override", value_name = "REASON", requires = "by", value_parser = said)]
    pub reason: Option<String>,
    /// Who overrides
    #[arg(long, value_name = "NAME", requires = "reason", value_parser = said)]
    pub by: Option<String>,
    /// Desk folder; else the one that the article lies in
    #[arg(long, value_name = "FOLDER")]
    pub desk: Option<PathBuf>,
}

/// Words, not blanks.
fn said(words: &str) -> Result<String, String> {
    let words = words.trim();
    if words.is_empty() { Err("empty".to_owned()) } else { Ok(words.to_owned()) }
}

/// `--to`.
#[derive(Clone, Copy, ValueEnum)]
pub enum Format {
    /// One HTML file
    Html,
    /// Pages
    Pdf,
}

impl From<Format> for ExportFormat {
    fn from(format: Format) -> Self {
        match format {
            Format::Html => Self::Html,
            Format::Pdf => Self::Pdf,
        }
    }
}

/// `--paper`.
#[derive(Clone, Copy, ValueEnum)]
pub enum Sheet {
    /// 210 × 297 mm
    A4,
    /// 8.5 × 11 in
    Letter,
}

impl From<Sheet> for Paper {
    fn from(sheet: Sheet) -> Self {
        match sheet {
            Sheet::A4 => Self::A4,
            Sheet::Letter => Self::Letter,
        }
    }
}

/// `--images`.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum ImagesAt {
    /// In the file
    Embed,
    /// Copied beside it
    Beside,
}

/// `copydesk diff`.
#[derive(Args)]
pub struct DiffArgs {
    /// The older article, or a version of one: ARTICLE@ID, @read, @signed, @published, @draft, @git:REF
    pub old: PathBuf,
    /// The newer one
    pub new: PathBuf,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Language of the articles, where their front matter names none: fr or en; else the house's
    #[arg(long, value_name = "LANG")]
    pub lang: Option<String>,
    /// Desk folder; else the one that the articles lie in
    #[arg(long, value_name = "FOLDER")]
    pub desk: Option<PathBuf>,
}

/// `copydesk history`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct HistoryArgs {
    /// The article
    #[arg(required = true)]
    pub article: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Desk folder; else the one that the article lies in
    #[arg(long, value_name = "FOLDER")]
    pub desk: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<HistoryCommand>,
}

/// `copydesk review`.
#[derive(Args)]
#[command(args_conflicts_with_subcommands = true)]
pub struct ReviewArgs {
    /// The article
    #[arg(required = true)]
    pub article: Option<PathBuf>,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Desk folder; else the one that the article lies in
    #[arg(long, value_name = "FOLDER")]
    pub desk: Option<PathBuf>,
    #[command(subcommand)]
    pub command: Option<ReviewCommand>,
}

/// What to do with a review.
#[derive(Subcommand)]
pub enum ReviewCommand {
    /// Write the article with its open suggestions and comments as marks or for Word; never what is off the record
    Export(ReviewExportArgs),
    /// Take the marks of a file, or what was tracked in a Word document, as suggestions and comments on an article, which is not touched
    Import(ReviewImportArgs),
}

/// `copydesk review export`.
#[derive(Args)]
pub struct ReviewExportArgs {
    /// The article
    pub article: PathBuf,
    /// Form of the file
    #[arg(long, value_enum)]
    pub to: Marks,
    /// File to write, - for standard output
    #[arg(long, value_name = "PATH", default_value = "-")]
    pub out: PathBuf,
    /// Desk folder; else the one that the article lies in
    #[arg(long, value_name = "FOLDER")]
    pub desk: Option<PathBuf>,
}

/// `copydesk review import`.
#[derive(Args)]
pub struct ReviewImportArgs {
    /// The file with the marks, or the Word document (.docx)
    pub marked: PathBuf,
    /// The article that they are about
    #[arg(long, value_name = "ARTICLE")]
    pub into: PathBuf,
    /// Desk folder; else the one that the article lies in
    #[arg(long, value_name = "FOLDER")]
    pub desk: Option<PathBuf>,
}

/// `--to` of a review.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Marks {
    /// CriticMarkup, with author and time as Commentator writes them
    Criticmarkup,
    /// A Word document, with tracked changes and comments
    Docx,
}

/// `copydesk doctor`.
#[derive(Args)]
pub struct DoctorArgs {
    /// Desk folder; else the one that the current folder lies in
    #[arg(long, value_name = "FOLDER")]
    pub desk: Option<PathBuf>,
    /// Mend what can be mended without a loss
    #[arg(long)]
    pub fix: bool,
    /// Print one JSON document on standard output
    #[arg(long)]
    pub json: bool,
    /// Write the history and the drafts of the desk to a new file
    #[arg(long, value_name = "FILE", conflicts_with_all = ["fix", "restore"])]
    pub backup: Option<PathBuf>,
    /// Bring back the history and the drafts of a backup; the history from before is kept beside
    #[arg(long, value_name = "FILE", conflicts_with = "fix")]
    pub restore: Option<PathBuf>,
}

/// What to do with a revision.
#[derive(Subcommand)]
pub enum HistoryCommand {
    /// Print the bytes of a revision
    Show(RevisionArgs),
    /// Put a revision back; what is replaced becomes a revision first
    Restore(RevisionArgs),
}

/// A revision of an article.
#[derive(Args)]
pub struct RevisionArgs {
    /// The article, even one that is gone
    pub article: PathBuf,
    /// Number of the revision
    pub revision: String,
    /// Desk folder; else the one that the article lies in
    #[arg(long, value_name = "FOLDER")]
    pub desk: Option<PathBuf>,
}

/// Starts the window that stands beside this program.
pub fn open_window(target: Option<&Path>, lang: Lang) -> Result<(), Failure> {
    if let Some(target) = target.filter(|target| !target.exists()) {
        return Err(Failure::call(match lang {
            Lang::Fr => format!(
                "{} n’existe pas. Donnez un dossier, un article, ou une commande (copydesk --help).",
                target.display()
            ),
            Lang::En => format!(
                "{} does not exist. Give a folder, an article, or a command (copydesk --help).",
                target.display()
            ),
        }));
    }
    let window = std::env::current_exe()
        .unwrap_or_default()
        .with_file_name(format!("copydesk-window{}", std::env::consts::EXE_SUFFIX));
    let mut command = std::process::Command::new(&window);
    command.args(target);
    #[cfg(unix)]
    let error = std::os::unix::process::CommandExt::exec(&mut command);
    #[cfg(not(unix))]
    let error = match command.status() {
        Ok(_) => return Ok(()),
        Err(error) => error,
    };
    let window = window.display();
    Err(Failure::fault(match lang {
        Lang::Fr => format!(
            "La fenêtre {window} n’a pas démarré ({error}). Placez copydesk-window à côté de copydesk, ou lancez «\u{a0}cargo xtask build\u{a0}»."
        ),
        Lang::En => format!(
            "The window {window} did not start ({error}). Put copydesk-window beside copydesk, or run cargo xtask build."
        ),
    }))
}
