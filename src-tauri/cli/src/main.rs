//! The command line of Copydesk: exports, differences, history, reviews, and the way to the window. It needs no display.

mod article;
mod call;
mod diff;
mod doctor;
mod export;
mod history;
mod review;
mod words;
mod wrong;

use std::process::ExitCode;

use clap::Parser;
use copydesk_desk::env::Surroundings;
use copydesk_desk::wire::Lang;

use crate::call::{Call, Command, HistoryCommand, ReviewCommand};
use crate::words::Failure;

fn main() -> ExitCode {
    let call = match Call::try_parse() {
        Ok(call) => call,
        // `--help` and `--version` come this way too.
        Err(asked) if !asked.use_stderr() => {
            let _ = asked.print();
            return ExitCode::SUCCESS;
        }
        Err(error) => {
            let lang = Surroundings::from_process().map_or(Lang::En, |here| here.lang(None));
            let args: Vec<String> =
                std::env::args_os().skip(1).map(|arg| arg.to_string_lossy().into_owned()).collect();
            eprintln!("copydesk: {}", wrong::sentence(&error, &args, lang));
            return ExitCode::from(2);
        }
    };
    match run(call) {
        Ok(status) => status,
        Err(failure) => {
            eprintln!("copydesk: {}", failure.sentence);
            ExitCode::from(failure.status)
        }
    }
}

fn run(call: Call) -> Result<ExitCode, Failure> {
    let here = Surroundings::from_process().map_err(Failure::call)?;
    match call.command {
        None => call::open_window(call.target.as_deref(), here.lang(None))?,
        Some(Command::Export(args)) => return export::run(&here, &args),
        Some(Command::Diff(args)) => diff::run(&here, &args)?,
        Some(Command::Doctor(args)) => {
            return Ok(ExitCode::from(u8::from(doctor::run(&here, &args)?)));
        }
        Some(Command::Review(args)) => match args.command {
            None => review::show(&here, &args)?,
            Some(ReviewCommand::Export(args)) => review::export(&here, &args)?,
            Some(ReviewCommand::Import(args)) => review::import(&here, &args)?,
        },
        Some(Command::History(args)) => match args.command {
            None => history::list(&here, &args)?,
            Some(HistoryCommand::Show(args)) => history::show(&here, &args)?,
            Some(HistoryCommand::Restore(args)) => history::restore(&here, &args)?,
        },
    }
    Ok(ExitCode::SUCCESS)
}
