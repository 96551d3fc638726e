//! Running a program for a bounded time.

use std::io::Read;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// No step here takes this long; what does hangs.
const LIMIT: Duration = Duration::from_secs(60);

/// How a program ended.
pub struct Ended {
    /// Its status.
    pub status: ExitStatus,
    /// What it said on the error stream.
    pub errors: String,
}

impl Ended {
    /// Whether it was killed before its end.
    #[cfg(unix)]
    #[must_use]
    pub fn was_killed(&self) -> bool {
        use std::os::unix::process::ExitStatusExt;
        self.status.signal() == Some(9)
    }
}

/// A program that is ended with its owner.
pub struct Running(Child);

impl Running {
    /// Starts it, silent but for the error stream.
    ///
    /// # Panics
    /// Where it cannot be started.
    #[must_use]
    pub fn start(command: &mut Command) -> Self {
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::piped());
        Self(command.spawn().unwrap_or_else(|error| panic!("{command:?}: {error}")))
    }

    /// Kills it where it still runs, and waits for its end.
    ///
    /// # Panics
    /// Where the system does not let it be waited for.
    pub fn kill(mut self) -> Ended {
        let _ = self.0.kill();
        self.end()
    }

    /// Whether it has ended.
    ///
    /// # Panics
    /// Where the system does not let it be waited for.
    pub fn is_done(&mut self) -> bool {
        self.0.try_wait().expect("a child can be waited for").is_some()
    }

    /// Waits for its end, for a bounded time.
    ///
    /// # Panics
    /// Where it does not end.
    pub fn wait(self) -> Ended {
        self.wait_for(LIMIT)
    }

    /// The same, as long as it takes to do a thing a thousand times.
    ///
    /// # Panics
    /// Where it does not end.
    pub fn wait_long(self) -> Ended {
        self.wait_for(10 * LIMIT)
    }

    fn wait_for(mut self, limit: Duration) -> Ended {
        let start = Instant::now();
        while !self.is_done() {
            assert!(start.elapsed() < limit, "a program hangs");
            std::thread::sleep(Duration::from_millis(2));
        }
        self.end()
    }

    fn end(&mut self) -> Ended {
        let status = self.0.wait().expect("a child can be waited for");
        let mut errors = Vec::new();
        if let Some(mut stream) = self.0.stderr.take() {
            let _ = stream.read_to_end(&mut errors);
        }
        Ended { status, errors: String::from_utf8_lossy(&errors).into_owned() }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

/// Runs a program to its end.
///
/// # Panics
/// Where it cannot be started or does not end.
pub fn run(command: &mut Command) -> Ended {
    Running::start(command).wait()
}

/// Whether a program can be found and does what is asked of it.
#[must_use]
pub fn works(program: &str, args: &[&str]) -> bool {
    Command::new(program)
        .args(args)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
