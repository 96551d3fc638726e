//! One fault at one system call, by strace: first a run is recorded, then it is run again for each of its calls.
//!
//! Only the main thread is traced: it does all the work of a step here.

use std::collections::HashMap;
use std::path::Path;
use std::process::Command;

use crate::run;

/// The calls that change the disk, make a change durable, or let go of a file.
const CALLS: &str = "openat,write,pwrite64,writev,fsync,fdatasync,rename,renameat,renameat2,link,linkat,unlink,\
                     unlinkat,close,ftruncate,fallocate,fchmod,fchown,fsetxattr,mkdir";

/// The `nth` call of a kind in a run, from 1.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Point {
    /// The call.
    pub call: String,
    /// Which of its kind.
    pub nth: usize,
}

/// What happens at a point.
#[derive(Clone, Copy)]
pub enum Fault<'a> {
    /// The program is killed before the call.
    Kill,
    /// The call fails with this error.
    Error(&'a str),
}

/// Whether programs can be traced here.
#[must_use]
pub fn available() -> bool {
    run::works("strace", &["-o", "/dev/null", "-e", "inject=fsync:error=EIO:when=9", "true"])
}

/// The points of a run between the line `begin` and the line that acknowledges the step.
///
/// # Panics
/// Where the run fails or does not say these lines.
#[must_use]
pub fn points(command: &Command, log: &Path) -> Vec<Point> {
    let trace = format!("trace={CALLS}");
    let mut traced = Command::new("strace");
    traced.arg("-o").arg(log).args(["-s", "16", "-e", "signal=none", "-e", &trace]);
    let ended = run::run(append(&mut traced, command));
    assert!(ended.status.success(), "{}", ended.errors);
    let text = String::from_utf8_lossy(&std::fs::read(log).expect("strace wrote its log")).into_owned();
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let (mut points, mut begun) = (Vec::new(), false);
    for line in text.lines() {
        let Some((call, rest)) = line.split_once('(') else { continue };
        let nth = counts.entry(call).or_default();
        *nth += 1;
        if begun {
            points.push(Point { call: call.to_owned(), nth: *nth });
        }
        let says = |word: &str| call == "write" && rest.contains(&format!("\"{word} "));
        begun |= says("begin");
        if begun && !says("begin") && rest.contains(", \"") && ENDS.iter().any(|word| says(word)) {
            return points;
        }
    }
    panic!("the run never said that its step was done");
}

/// The words that end a step.
const ENDS: [&str; 6] = ["saved", "created", "drafted", "recorded", "exported", "opened"];

/// Runs a program with one fault; returns whether it happened.
///
/// # Panics
/// Where strace wrote no log.
#[must_use]
pub fn run_with(command: &Command, point: &Point, fault: Fault<'_>, log: &Path) -> bool {
    let Point { call, nth } = point;
    let what = match fault {
        Fault::Kill => "signal=KILL".to_owned(),
        Fault::Error(name) => format!("error={name}"),
    };
    let mut traced = Command::new("strace");
    traced.arg("-o").arg(log).args(["-e", &format!("trace={call}")]);
    traced.args(["-e", &format!("inject={call}:{what}:when={nth}")]);
    let ended = run::run(append(&mut traced, command));
    let text = String::from_utf8_lossy(&std::fs::read(log).expect("strace wrote its log")).into_owned();
    match fault {
        Fault::Kill => ended.was_killed(),
        Fault::Error(_) => text.contains("(INJECTED)"),
    }
}

fn append<'a>(traced: &'a mut Command, command: &Command) -> &'a mut Command {
    traced.arg("--").arg(command.get_program()).args(command.get_args())
}
