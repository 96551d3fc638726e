//! The readers of `src-tauri/faults` under libFuzzer, a minute each.
//!
//! libFuzzer needs code that says where it has been. LLVM's pass for that is in every compiler, so no nightly one is
//! needed, and only our own two crates are built anew: this program stands before the compiler and adds the flags
//! (those of cargo-fuzz 0.13 without a sanitizer).

use std::ffi::OsString;
use std::path::Path;
use std::process::{Command, ExitCode};

use crate::step::{self, Failure};

/// The readers, as `faults/src/readers.rs` names them.
const READERS: [&str; 8] =
    ["decoding", "splice", "front matter", "rendering", "merging", "drafts", "paths", "links"];

/// Seconds for each.
const SECONDS: u32 = 60;

/// Set where this program is to stand before the compiler.
const BEFORE: &str = "COPYDESK_BEFORE_RUSTC";

/// The crates that say where they have been.
const OURS: [&str; 2] = ["copydesk_core", "copydesk_desk"];

const FLAGS: [&str; 6] = [
    "-Cpasses=sancov-module",
    "-Cllvm-args=-sanitizer-coverage-level=4",
    "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
    "-Cllvm-args=-sanitizer-coverage-pc-table",
    "-Cllvm-args=-sanitizer-coverage-trace-compares",
    "-Ccodegen-units=1",
];

/// Where Cargo started this program in place of the compiler: runs the compiler, and gives its exit status.
pub fn before_rustc() -> Option<ExitCode> {
    std::env::var_os(BEFORE)?;
    let args: Vec<OsString> = std::env::args_os().skip(1).collect();
    let (rustc, args) = args.split_first()?;
    let ours =
        args.windows(2).any(|pair| pair[0] == "--crate-name" && OURS.iter().any(|name| pair[1] == *name));
    let flags = FLAGS.iter().filter(|_| ours);
    let status = Command::new(rustc).args(args).args(flags).status();
    Some(match status {
        Ok(status) if status.success() => ExitCode::SUCCESS,
        _ => ExitCode::FAILURE,
    })
}

/// Builds the readers and gives each its minute. Gives the rows, and what was broken.
pub fn run() -> (Vec<String>, Result<(), Failure>) {
    let args = ["build", "--locked", "--workspace", "--bin", "fuzz", "--features", "copydesk-faults/fuzz"];
    let mut build = step::cargo(&args);
    if let Ok(me) = std::env::current_exe() {
        build.env("RUSTC_WORKSPACE_WRAPPER", me).env(BEFORE, "1");
    }
    if let Err(failure) = step::run("the readers, for libFuzzer", &mut build, "see the errors above") {
        return (Vec::new(), Err(failure));
    }
    let program = step::target_dir().join("debug/fuzz");
    let folder = step::target_dir().join("fuzz");
    let (mut rows, mut broken) = (Vec::new(), Vec::new());
    for name in READERS {
        let (row, failure) = one(name, &program, &folder.join(name.replace(' ', "-")));
        println!("{row}");
        rows.push(row);
        broken.extend(failure);
    }
    let outcome = if broken.is_empty() {
        Ok(())
    } else {
        Err(Failure::new(broken.join("; "), "run it again as it says above, and see what it stands on"))
    };
    (rows, outcome)
}

fn one(name: &str, program: &Path, corpus: &Path) -> (String, Option<String>) {
    let mut command = Command::new(program);
    command.arg(corpus).arg(format!("-max_total_time={SECONDS}"));
    command.args(["-max_len=4096", "-timeout=25", "-print_final_stats=1", "-verbosity=1"]);
    command.arg(format!("-dict={}", corpus.with_extension("dict").display()));
    command.arg(format!("-artifact_prefix={}-", corpus.display()));
    command.env("COPYDESK_READER", name).env("COPYDESK_CORPUS", corpus);
    let (lines, outcome) = step::run_quietly(name, &mut command, "see the output above");
    let (runs, places) =
        (number_after(&lines, "stat::number_of_executed_units:"), number_after(&lines, " cov:"));
    let row = format!("row 18 bytes by libFuzzer, {name}");
    match outcome {
        Ok(()) if runs > 0 && places > 0 => {
            (format!("{row}: kept, {runs} faults, {places} places in the code"), None)
        }
        Ok(()) => (
            format!("{row}: no fault happened"),
            Some(format!("{name}: nothing was run, or no way was seen")),
        ),
        Err(_) => {
            println!("{}", lines.join("\n"));
            let input =
                lines.iter().find_map(|line| line.split_once("Test unit written to ")).map(|(_, at)| at);
            let again = format!("COPYDESK_READER='{name}' {} {}", program.display(), input.unwrap_or(""));
            println!("  again: {again}");
            (format!("{row}: broken, {runs} faults"), Some(format!("{name}: {again}")))
        }
    }
}

/// The last number that stands after `word`; 0 where there is none.
fn number_after(lines: &[String], word: &str) -> u64 {
    let found = lines.iter().rev().find_map(|line| line.split_once(word).map(|(_, rest)| rest.trim_start()));
    let digits: String = found.unwrap_or("").chars().take_while(char::is_ascii_digit).collect();
    digits.parse().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_libfuzzer_says_is_read() {
        let lines = [
            "#2\tINITED cov: 12 ft: 13 corp: 1/1b exec/s: 0 rss: 30Mb",
            "#4096\tpulse  cov: 345 ft: 400 corp: 9/90b lim: 40 exec/s: 2048 rss: 31Mb",
            "stat::number_of_executed_units: 5120",
        ]
        .map(str::to_owned);
        assert_eq!(number_after(&lines, " cov:"), 345);
        assert_eq!(number_after(&lines, "stat::number_of_executed_units:"), 5120);
        assert_eq!(number_after(&lines, "stat::peak_rss_mb:"), 0);
    }

    #[test]
    fn the_readers_are_those_of_the_rows() {
        let file = step::root().join("src-tauri/faults/src/readers.rs");
        let text = std::fs::read_to_string(file).unwrap();
        let names: Vec<&str> =
            text.split("Reader { name: \"").skip(1).filter_map(|rest| rest.split('"').next()).collect();
        assert_eq!(names, READERS);
    }
}
