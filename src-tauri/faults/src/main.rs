//! `faults`: the work of the real store, step by step and without a window. Each step is announced (`begin`)
//! and acknowledged in a log, so that whoever kills this program knows what it had promised.

mod work;

use std::path::PathBuf;
use std::process::ExitCode;

use clap::{Args, Parser, Subcommand};
use copydesk_faults::ack::Log;
use copydesk_faults::{lab, text};

#[derive(Parser)]
#[command(about = "Does the work of Copydesk's store without a window, for the fault tests.")]
struct Cli {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Subcommand)]
enum Verb {
    /// Saves an article, version after version.
    Save(Job),
    /// Makes new articles.
    Create(Job),
    /// Writes drafts of an article.
    Draft(Job),
    /// Types versions as a person does, key after key, while drafts are written as they fall due.
    Type(Job),
    /// Records revisions.
    History(Job),
    /// Opens the history, which makes its tables.
    Migrate(Job),
    /// Exports the article.
    Export(Job),
    /// Saves over whatever the disk holds by now, opening the article anew each time.
    Race(Job),
    /// Opens everything and reads it, as a start does.
    Check(Job),
}

/// One piece of work.
#[derive(Args)]
struct Job {
    /// The desk's folder.
    #[arg(long)]
    desk: PathBuf,
    /// Drafts and history.
    #[arg(long)]
    local: PathBuf,
    /// Where steps are acknowledged.
    #[arg(long)]
    ack: PathBuf,
    /// The article's path in the desk.
    #[arg(long, default_value = lab::ARTICLE)]
    article: String,
    /// Number of the first version.
    #[arg(long, default_value_t = 1)]
    first: usize,
    /// How many versions.
    #[arg(long, default_value_t = 1)]
    times: usize,
    /// Size of each, bytes.
    #[arg(long, default_value_t = text::SIZE)]
    size: usize,
    /// Whose versions they are.
    #[arg(long, default_value = "nous")]
    writer: String,
    /// Only the article's own file: no draft, no history.
    #[arg(long)]
    bare: bool,
}

type Step = fn(&Job, &mut Log) -> Result<(), String>;

fn main() -> ExitCode {
    let verb = Cli::parse().verb;
    let (job, step): (&Job, Step) = match &verb {
        Verb::Save(job) if job.bare => (job, work::save_bare),
        Verb::Save(job) => (job, work::save),
        Verb::Create(job) => (job, work::create),
        Verb::Draft(job) => (job, work::draft),
        Verb::Type(job) => (job, work::type_on),
        Verb::History(job) => (job, work::record),
        Verb::Migrate(job) => (job, work::migrate),
        Verb::Export(job) => (job, work::export),
        Verb::Race(job) => (job, work::race),
        Verb::Check(job) => (job, work::check),
    };
    let done = Log::open(&job.ack).map_err(|error| error.to_string()).and_then(|mut log| step(job, &mut log));
    match done {
        Ok(()) => ExitCode::SUCCESS,
        Err(why) => {
            eprintln!("{why}");
            ExitCode::FAILURE
        }
    }
}
