//! `cargo xtask test`: every check, on one target folder.
//!
//! A check that fails does not hide the others; the tests run only where everything built.

use std::process::Command;

use crate::build;
use crate::display::Display;
use crate::faults;
use crate::licence;
use crate::lint::Driver;
use crate::setup::{self, Need};
use crate::step::{self, Failure, Outcome};

const SEE: &str = "see the errors above";

/// Runs all checks and adds up what the test runners say.
pub fn run() -> Outcome {
    setup::prepare(Need::Test)?;
    let mut record = Record::default();
    record.note(step::run("format", &mut step::cargo(&["fmt", "--all", "--check"]), "run: cargo fmt --all"));
    record.note(licence::check());
    let interface = build::interface();
    let mut promises = String::new();
    let mut driver = Driver::find();
    // Programs are linked by one core: what the other has to do meanwhile is the interface's.
    let (checks, built) = std::thread::scope(|scope| {
        let checks = scope.spawn(interface_checks);
        // The window embeds the interface: without it there is nothing to test.
        let built = interface.is_ok().then(|| lint_and_build(&mut driver, &mut record));
        (checks.join().unwrap_or_else(|panic| std::panic::resume_unwind(panic)), built)
    });
    for (lines, outcome, counts) in checks {
        if counts { record.count((lines, outcome)) } else { record.note(outcome) }
    }
    if let Some(built) = built {
        if built.is_ok() {
            let display = Display::start()?;
            let mut tests = rust_tests(&display);
            Driver::watch(driver.as_ref(), &mut tests);
            record.count(step::run_read(
                "Rust and window tests",
                &mut tests,
                "screenshots of failures: tests/output",
            ));
            let mut broken = faults::tests();
            Driver::watch(driver.as_ref(), &mut broken);
            let (lines, outcome) =
                step::run_read("faults, in their short form", &mut broken, "see the rows above");
            promises = faults::table(&faults::rows(&lines));
            record.count((lines, outcome));
        }
        record.note(built);
    }
    record.note(interface);

    println!("\n{promises}\n{} passed, {} failed", record.passed, record.failed);
    match record.failures.len() {
        0 => Ok("all checks passed".to_owned()),
        _ => Err(Failure::new("checks failed", format!("\n  {}", record.failures.join("\n  ")))),
    }
}

/// What a check of the interface printed, how it ended, and whether its lines tell a number of tests.
type Check = (Vec<String>, Result<(), Failure>, bool);

/// Everything about the interface that needs no window.
fn interface_checks() -> Vec<Check> {
    let run = |title: &str, script: &str| {
        let mut npm = step::npm(&["run", "--silent", script]);
        let (lines, outcome) = step::run_beside(title, &mut npm, SEE);
        (lines, outcome, script == "test")
    };
    vec![
        run("interface: format and lint", "lint"),
        run("interface: types", "check"),
        run("interface: tests", "test"),
    ]
}

/// Lints and builds the programs and their tests. Where a lint fails they are built without, so that it does not hide
/// what the tests say: `driver` is taken away then.
fn lint_and_build(driver: &mut Option<Driver>, record: &mut Record) -> Result<(), Failure> {
    // All with `--all-targets`: the features of the tests then hold for the programs too, and Tauri is built once.
    let all = ["--locked", "--workspace", "--all-targets"];
    let build = |driver: Option<&Driver>| {
        let mut programs = step::cargo(&["build"]);
        let title = if driver.is_some() { "lint and build" } else { "the programs and their tests" };
        step::run(title, Driver::watch(driver, programs.args(all)), SEE)
    };
    let built = build(driver.as_ref());
    if driver.is_none() {
        let hint = "install it with: rustup component add clippy";
        record.note(Err(Failure::new("lint: this toolchain has no Clippy", hint)));
    } else if built.is_err() {
        record.note(built);
        *driver = None;
        return build(None);
    }
    built
}

/// cargo-nextest where it is installed, which is faster and names slow tests; else Cargo's own runner.
/// Both within a session bus of their own where there is one, so that no test reaches the person's.
fn rust_tests(display: &Display) -> Command {
    let mut command = if setup::on_path("dbus-run-session") {
        let mut bus = step::command("dbus-run-session");
        bus.arg("--").arg(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        bus
    } else {
        step::cargo(&[])
    };
    // The fault tests run by themselves: others beside them would make their races rarer. They are left out by name,
    // since without their package the others would be built a second time, with its features taken out.
    // They stand in modules; tests of a row that stand beside their part do not.
    let all = ["--locked", "--workspace", "--no-fail-fast"];
    if step::output(&mut step::cargo(&["nextest", "--version"])).is_some() {
        let others = format!("not binary({})", faults::FILE);
        command.args(["nextest", "run"]).args(all).args(["--filterset", &others]);
    } else {
        command
            .args(["test", "--all-targets"])
            .args(all)
            .args(["--", "--skip", "::row_", "--skip", "::fuzz_"]);
    }
    display.show(&mut command);
    command
}

/// What the checks said so far.
#[derive(Default)]
struct Record {
    passed: u64,
    failed: u64,
    failures: Vec<String>,
}

impl Record {
    fn note(&mut self, outcome: Result<(), Failure>) {
        if let Err(failure) = outcome {
            eprintln!("✗ {failure}");
            self.failures.push(failure.to_string());
        }
    }

    fn count(&mut self, (lines, outcome): (Vec<String>, Result<(), Failure>)) {
        let (passed, failed) = tally(&lines);
        self.passed += passed;
        self.failed += failed;
        // A runner that ran nothing has not shown anything, whatever its exit status.
        let outcome = outcome.and_then(|()| match passed {
            0 => Err(Failure::new("no test ran", "see the output above")),
            _ => Ok(()),
        });
        self.note(outcome);
    }
}

/// Tests passed and failed, from the closing lines of Vitest, cargo-nextest and Cargo's runner.
fn tally(lines: &[String]) -> (u64, u64) {
    let mut sum = (0, 0);
    for line in lines {
        let line = plain(line);
        let line = line.trim();
        let is_summary = line.starts_with("test result:")
            || line.starts_with("Summary [")
            || line.strip_prefix("Tests").is_some_and(|rest| rest.starts_with("  "));
        if is_summary {
            sum.0 += number_before(line, "passed");
            sum.1 += number_before(line, "failed") + number_before(line, "timed out");
        }
    }
    sum
}

/// `line` without the sequences that colour it.
fn plain(line: &str) -> String {
    let mut plain = String::new();
    let mut chars = line.chars();
    while let Some(c) = chars.next() {
        if c == '\u{1b}' {
            chars.by_ref().find(char::is_ascii_alphabetic);
        } else {
            plain.push(c);
        }
    }
    plain
}

/// The number that stands before `word`, 0 without one.
fn number_before(line: &str, word: &str) -> u64 {
    let before = line.split(word).next().filter(|before| before.len() < line.len());
    before.and_then(|before| before.split_whitespace().next_back()).and_then(|n| n.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_closing_lines_of_the_runners_add_up() {
        let lines = [
            "running 2 tests",
            "test tests::passed ... ok",
            "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 0 filtered out; finished in 0.12s",
            "     Summary [   0.530s] 31 tests run: 29 passed (2 slow), 1 failed, 1 timed out, 4 skipped",
            " Test Files  3 passed (3)",
            "\u{1b}[2m      Tests \u{1b}[22m \u{1b}[1m\u{1b}[31m1 failed\u{1b}[39m\u{1b}[22m | \u{1b}[32m40 passed\u{1b}[39m (41)",
        ]
        .map(str::to_owned);
        assert_eq!(tally(&lines), (12 + 29 + 40, 1 + 1 + 1));
    }

    #[test]
    fn a_runner_that_ran_nothing_is_a_failure() {
        let mut record = Record::default();
        record.count((vec!["test result: ok. 0 passed; 0 failed; 0 ignored".to_owned()], Ok(())));
        assert_eq!(record.failures.len(), 1);
        record.count((vec!["test result: ok. 1 passed; 0 failed; 0 ignored".to_owned()], Ok(())));
        assert_eq!((record.failures.len(), record.passed), (1, 1));
    }
}
