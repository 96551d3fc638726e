//! `cargo xtask`: set-up, run, test, torture, teeth, build, bench, bundle. Needs no system library itself, so that it can install them.
//!
//! Each step says itself as it starts (`▸`), its output is shown as it comes, and the last line is one clear
//! sentence (`✓` or `✗`).

mod assets;
mod bench;
mod build;
mod bundle;
mod display;
mod faults;
mod fuzz;
mod licence;
mod lint;
mod run;
mod setup;
mod stamp;
mod step;
mod teeth;
mod test;
mod torture;

use std::process::ExitCode;

const USAGE: &str = "\
cargo xtask run [FOLDER] [--dev]   set up, build, open the window on FOLDER (default: articles/)
cargo xtask test                   set up, then every check
cargo xtask torture [LANE…]        the fault tests with their full figures: store, core, watch, fuzz, window
cargo xtask teeth [PROTECTION…]    takes one protection out at a time: its test must fail; a layer
                                   of the window: all attacks must still be stopped
cargo xtask build                  the release programs `copydesk` and `copydesk-window`
cargo xtask bench [GROUP…]         measure beside the peers: parts, diff, store, process,
                                   window, or of it start, typing, rest (default: all)
cargo xtask bundle [--dev]         the installers (deb, rpm), with --dev of the debug build
cargo xtask notices                write THIRD-PARTY.md anew";

fn main() -> ExitCode {
    if let Some(code) = fuzz::before_rustc() {
        return code;
    }
    let args: Vec<String> = std::env::args().skip(1).collect();
    let args: Vec<&str> = args.iter().map(String::as_str).collect();
    let outcome = match args.as_slice() {
        ["run", rest @ ..] => run::Options::parse(rest).and_then(|options| run::run(&options)),
        ["test"] => test::run(),
        ["torture", lanes @ ..] => torture::run(lanes),
        ["teeth", names @ ..] => teeth::run(names),
        ["build"] => build::release(),
        ["bench", groups @ ..] => bench::run(groups),
        ["bundle"] => bundle::run("release"),
        ["bundle", "--dev"] => bundle::run("dev"),
        ["notices"] => licence::write_notices(),
        [] | ["help" | "--help" | "-h"] => {
            println!("{USAGE}");
            return ExitCode::SUCCESS;
        }
        other => Err(step::Failure::new(
            format!("`cargo xtask {}` is not a task", other.join(" ")),
            format!("use one of these:\n{USAGE}"),
        )),
    };
    match outcome {
        Ok(line) => {
            println!("✓ {line}");
            ExitCode::SUCCESS
        }
        Err(failure) => {
            eprintln!("✗ {failure}");
            ExitCode::FAILURE
        }
    }
}
