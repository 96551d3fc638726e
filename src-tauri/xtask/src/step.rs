//! Running one step: saying it, showing its output as it comes, and wording its failure.

use std::fmt;
use std::io::{BufRead, BufReader, IsTerminal, Write};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::sync::Mutex;
use std::time::Instant;

/// What went wrong, and what to do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Failure {
    what: String,
    hint: String,
}

impl Failure {
    /// A failure with its hint.
    pub fn new(what: impl Into<String>, hint: impl Into<String>) -> Self {
        Self { what: what.into(), hint: hint.into() }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.what, self.hint)
    }
}

/// A task's last line, or why there is none.
pub type Outcome = Result<String, Failure>;

/// The repository's folder, which every task runs in.
pub fn root() -> PathBuf {
    // Cargo gives the folder at run time. The value at compile time would name another clone where clones share
    // a target folder.
    let package = std::env::var_os("CARGO_MANIFEST_DIR")
        .map_or_else(|| PathBuf::from("src-tauri/xtask"), PathBuf::from);
    package.ancestors().nth(2).map_or_else(|| PathBuf::from("."), Path::to_path_buf)
}

/// Where Cargo puts what it builds.
pub fn target_dir() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(|| root().join("target"), |dir| root().join(dir))
}

/// The command `program` in the repository's folder, without what `cargo run` adds to the environment.
pub fn command(program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") || text == "CARGO_BIN_NAME" {
            command.env_remove(&name);
        }
    }
    command
}

/// Cargo itself, the one that runs this task.
pub fn cargo(args: &[&str]) -> Command {
    let mut cargo = command(&std::env::var("CARGO").unwrap_or_else(|_| "cargo".to_owned()));
    cargo.args(args);
    cargo
}

/// npm in the folder of the interface.
pub fn npm(args: &[&str]) -> Command {
    // On Windows npm is a script, which has to be named in full.
    let mut npm = command(if cfg!(windows) { "npm.cmd" } else { "npm" });
    npm.current_dir(root().join("ui")).args(args);
    npm
}

/// Says what starts now.
pub fn say(title: &str) {
    println!("▸ {title}…");
    let _ = std::io::stdout().flush();
}

/// Says `title` and runs `command` with its output shown as it is.
pub fn run(title: &str, command: &mut Command, hint: &str) -> Result<(), Failure> {
    say(title);
    let since = Instant::now();
    let outcome = match command.status() {
        Ok(status) => ended(title, status, hint),
        Err(error) => return Err(cannot_start(title, command, &error)),
    };
    say_time(since);
    outcome
}

/// The same, and gives the lines of both streams back beside showing them.
pub fn run_read(title: &str, command: &mut Command, hint: &str) -> (Vec<String>, Result<(), Failure>) {
    say(title);
    let since = Instant::now();
    if std::io::stdout().is_terminal() {
        command.env("CARGO_TERM_COLOR", "always").env("FORCE_COLOR", "1");
    }
    let mut child = match command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn() {
        Ok(child) => child,
        Err(error) => return (Vec::new(), Err(cannot_start(title, command, &error))),
    };
    let lines = Mutex::new(Vec::new());
    std::thread::scope(|scope| {
        if let Some(stdout) = child.stdout.take() {
            scope.spawn(|| copy_lines(stdout, std::io::stdout(), &lines));
        }
        if let Some(stderr) = child.stderr.take() {
            scope.spawn(|| copy_lines(stderr, std::io::stderr(), &lines));
        }
    });
    let outcome = match child.wait() {
        Ok(status) => ended(title, status, hint),
        Err(error) => Err(Failure::new(format!("{title}: {error}"), hint)),
    };
    say_time(since);
    (lines.into_inner().unwrap_or_default(), outcome)
}

/// Runs `command` without a word, and gives its lines back.
pub fn run_quietly(title: &str, command: &mut Command, hint: &str) -> (Vec<String>, Result<(), Failure>) {
    let output = match command.stdin(Stdio::null()).output() {
        Ok(output) => output,
        Err(error) => return (Vec::new(), Err(cannot_start(title, command, &error))),
    };
    let text =
        [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
    (text.lines().map(str::to_owned).collect(), ended(title, output.status, hint))
}

/// Runs `command` while another step runs, and says everything about it at its end, in one piece. Gives its lines back.
pub fn run_beside(title: &str, command: &mut Command, hint: &str) -> (Vec<String>, Result<(), Failure>) {
    let since = Instant::now();
    let (lines, outcome) = run_quietly(title, command, hint);
    println!("▸ {title}…\n{}\n  {} s, beside the others", lines.join("\n"), since.elapsed().as_secs());
    (lines, outcome)
}

/// Says how long a step took, where it is worth a line.
fn say_time(since: Instant) {
    let seconds = since.elapsed().as_secs();
    if seconds > 0 {
        println!("  {seconds} s");
    }
}

/// What `command` prints, trimmed; `None` where it cannot be run or fails.
pub fn output(command: &mut Command) -> Option<String> {
    let output = command.stderr(Stdio::null()).output().ok().filter(|output| output.status.success())?;
    Some(String::from_utf8_lossy(&output.stdout).trim().to_owned())
}

fn copy_lines(from: impl std::io::Read, mut to: impl Write, lines: &Mutex<Vec<String>>) {
    for line in BufReader::new(from).split(b'\n').map_while(Result::ok) {
        let line = String::from_utf8_lossy(&line).into_owned();
        let _ = writeln!(to, "{line}");
        if let Ok(mut lines) = lines.lock() {
            lines.push(line);
        }
    }
}

/// How a step came out by the status of its program.
fn ended(title: &str, status: ExitStatus, hint: &str) -> Result<(), Failure> {
    if status.success() { Ok(()) } else { Err(Failure::new(format!("{title}: {status}"), hint)) }
}

fn cannot_start(title: &str, command: &Command, error: &std::io::Error) -> Failure {
    Failure::new(
        format!("{title}: {} cannot be started ({error})", command.get_program().to_string_lossy()),
        "install it, or put it on the PATH",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_and_how_to_mend_it() {
        let failure = run("a step", &mut Command::new("copydesk-no-such-program"), "").unwrap_err();
        let text = failure.to_string();
        assert!(text.starts_with("a step: copydesk-no-such-program cannot be started"), "{text}");
        assert!(text.ends_with("install it, or put it on the PATH"), "{text}");
    }

    #[test]
    fn both_streams_are_read_and_a_failing_status_is_a_failure() {
        if !cfg!(unix) {
            return;
        }
        let mut script = Command::new("sh");
        script.args(["-c", "echo out; echo err >&2; exit 3"]);
        for run in [run_read, run_beside] {
            let (mut lines, outcome) = run("a script", &mut script, "look above");
            lines.sort();
            assert_eq!(lines, ["err", "out"]);
            assert!(outcome.unwrap_err().to_string().contains('3'));
        }
    }
}
