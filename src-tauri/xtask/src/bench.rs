//! `cargo xtask bench`: the release programs beside their peers, on a display of their own, in one table.

use crate::build;
use crate::display::Display;
use crate::setup::{self, Need};
use crate::step::{self, Outcome};

/// Builds everything and measures the groups (`parts`, `store`, `process`, `window`); none means all.
pub fn run(groups: &[&str]) -> Outcome {
    setup::prepare(Need::Bench)?;
    build::interface()?;
    let programs = build::programs("release", &["copydesk-bench"])?;
    let see = "see the errors above";
    step::run("the page to compare with", &mut step::npm(&["run", "--silent", "build:peer"]), see)?;
    let display = Display::start()?;
    let work = step::target_dir().join("bench");
    // A bus of its own: what a desktop would give the windows, without reaching the person's.
    let mut command = step::command("dbus-run-session");
    command
        .arg("--")
        .arg(programs.join("copydesk-bench"))
        .arg(&programs)
        .arg(step::root().join("ui/bench/dist/peer.js"))
        .arg(&work)
        .args(groups);
    step::run("measuring; leave the machine alone", display.show(&mut command), see)?;
    Ok("put the table into docs/BENCHMARKS.md, losses included".to_owned())
}
