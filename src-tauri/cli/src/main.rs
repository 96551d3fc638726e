//! The command line of Copydesk: exports, history, and the way to the window. It needs no display.

mod article;
mod call;
mod doctor;
mod export;
mod history;
mod words;

use std::process::ExitCode;

use clap::Parser;

use crate::call::{Call, Command, HistoryCommand};
use crate::words::Failure;

fn main() -> ExitCode {
    let call = match Call::try_parse() {
        Ok(call) => call,
        Err(error) => {
            let _ = error.print();
            return if error.use_stderr() { ExitCode::from(2) } else { ExitCode::SUCCESS };
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
    let here = copydesk_desk::env::Surroundings::from_process().map_err(Failure::call)?;
    match call.command {
        None => call::open_window(call.target.as_deref(), here.lang(None))?,
        Some(Command::Export(args)) => export::run(&here, &args)?,
        Some(Command::Doctor(args)) => {
            return Ok(ExitCode::from(u8::from(doctor::run(&here, &args)?)));
        }
        Some(Command::History(args)) => match args.command {
            None => history::list(&here, &args)?,
            Some(HistoryCommand::Show { article, revision }) => history::show(&here, &article, &revision)?,
            Some(HistoryCommand::Restore { article, revision }) => {
                history::restore(&here, &article, &revision)?;
            }
        },
    }
    Ok(ExitCode::SUCCESS)
}
