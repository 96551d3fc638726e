//! `cargo xtask torture`: the full figures of every promise that faults are made for, one lane after the other.

use std::process::Command;
use std::time::{Duration, Instant};

use crate::build;
use crate::display::Display;
use crate::faults;
use crate::fuzz;
use crate::setup::{self, Need};
use crate::step::{self, Failure, Outcome};

/// All lanes together; one that is begun is ended.
const LIMIT: Duration = Duration::from_secs(60 * 60);

/// A group of tests that runs by itself.
struct Lane {
    name: &'static str,
    title: &'static str,
    work: Work,
    /// The real window, which needs a display.
    window: bool,
}

/// What a lane runs.
enum Work {
    /// Tests, as Cargo is told.
    Tests(&'static [&'static str]),
    /// The readers of what others wrote: see fuzz.rs.
    LibFuzzer,
}

const LANES: [Lane; 5] = [
    Lane {
        name: "store",
        title: "kills, failed calls, full disks, power cuts, races, damaged databases, odd bytes",
        // As in `cargo xtask test`: by itself the package would need another build of what it shares with the others.
        work: Work::Tests(&[
            "test",
            "--locked",
            "--workspace",
            "--test",
            faults::FILE,
            "--no-fail-fast",
            "--",
            "--nocapture",
            "row_",
        ]),
        window: false,
    },
    Lane {
        name: "core",
        title: "bytes, merges and rendering by properties",
        work: Work::Tests(&[
            "test",
            "--locked",
            "--package",
            "copydesk-core",
            "--no-fail-fast",
            "--",
            "--nocapture",
        ]),
        window: false,
    },
    Lane {
        name: "watch",
        title: "changes from outside, many at once",
        work: Work::Tests(&[
            "test",
            "--locked",
            "--package",
            "copydesk-desk",
            "--no-fail-fast",
            "--",
            "--nocapture",
        ]),
        window: false,
    },
    Lane {
        name: "fuzz",
        title: "libFuzzer's bytes into every function that reads what others wrote",
        work: Work::LibFuzzer,
        window: false,
    },
    Lane {
        name: "window",
        title: "the page of the real window killed, and the program told to end, while somebody types",
        work: Work::Tests(&[
            "test",
            "--locked",
            "--package",
            "copydesk",
            "--test",
            "copydesk-tests",
            "--",
            "--nocapture",
            "window::page",
            "window::ending",
            "window::hostile::heavy",
        ]),
        window: true,
    },
];

/// Runs the lanes with these names, or all of them.
pub fn run(names: &[&str]) -> Outcome {
    if let Some(name) = names.iter().find(|name| LANES.iter().all(|lane| lane.name != **name)) {
        let known: Vec<&str> = LANES.iter().map(|lane| lane.name).collect();
        return Err(Failure::new(
            format!("there is no lane {name}"),
            format!("take of {}", known.join(", ")),
        ));
    }
    let wanted: Vec<&Lane> =
        LANES.iter().filter(|lane| names.is_empty() || names.contains(&lane.name)).collect();
    setup::prepare(Need::Test)?;
    let window = wanted.iter().any(|lane| lane.window);
    if window {
        build::interface()?;
    }
    let display = if window { Some(Display::start()?) } else { None };
    let begun = Instant::now();
    let (mut rows, mut failures, mut times) = (Vec::new(), Vec::new(), String::new());
    for lane in wanted {
        let start = Instant::now();
        if begun.elapsed() > LIMIT {
            failures.push(format!("{}: no time was left", lane.name));
            continue;
        }
        let (lines, passed, outcome) = match lane.work {
            Work::Tests(tests) => {
                let mut command = command(tests, display.as_ref());
                let (lines, outcome) = step::run_read(lane.title, &mut command, "see the rows above");
                let passed = lines.iter().map(|line| passed(line)).sum::<u64>();
                (lines, passed, outcome)
            }
            Work::LibFuzzer => {
                step::say(lane.title);
                let (rows, outcome) = fuzz::run();
                let kept = faults::rows(&rows).iter().filter(|row| row.outcome == "kept").count();
                (rows, kept as u64, outcome)
            }
        };
        rows.extend(faults::rows(&lines));
        let took = start.elapsed().as_secs();
        times += &format!("\n{}: {passed} tests passed, {} min {} s", lane.name, took / 60, took % 60);
        if let Err(failure) = outcome {
            failures.push(failure.to_string());
        } else if passed == 0 {
            failures.push(format!("{}: no test ran", lane.name));
        }
    }
    println!("\n{}{times}\n", faults::table(&rows));
    if failures.is_empty() {
        Ok("every promise was kept; put the figures into docs/RELIABILITY.md".to_owned())
    } else {
        Err(Failure::new("promises were broken", format!("\n  {}", failures.join("\n  "))))
    }
}

fn command(tests: &[&str], display: Option<&Display>) -> Command {
    let mut command = step::cargo(tests);
    command.env("COPYDESK_TORTURE", "1");
    if let Some(display) = display {
        display.show(&mut command);
    }
    command
}

/// How many tests the closing line of a runner says have passed.
fn passed(line: &str) -> u64 {
    let Some((_, said)) = line.split_once("test result: ") else { return 0 };
    said.split_once(" passed").and_then(|(before, _)| before.rsplit(' ').next()?.parse().ok()).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lanes_have_names_of_their_own_and_a_wrong_one_is_refused() {
        let mut names: Vec<&str> = LANES.iter().map(|lane| lane.name).collect();
        names.dedup();
        assert_eq!(names.len(), LANES.len());
        assert!(run(&["sea"]).unwrap_err().to_string().contains("there is no lane sea"));
    }

    #[test]
    fn the_runner_is_read() {
        assert_eq!(passed("test result: ok. 12 passed; 0 failed"), 12);
        assert_eq!(passed("test result: FAILED. 3 passed; 1 failed"), 3);
        assert_eq!(passed("running 3 tests"), 0);
    }
}
