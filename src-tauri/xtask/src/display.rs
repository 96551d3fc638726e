//! A private virtual display for the tests of the real window.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Stdio};

use crate::step::{self, Failure};

/// A running Xvfb; it ends with this value.
pub struct Display {
    server: Child,
    /// Such as `:99`.
    name: String,
}

impl Display {
    /// Starts Xvfb on a number that the server chooses itself, so that no two ever meet.
    pub fn start() -> Result<Self, Failure> {
        step::say("a virtual display");
        let hint = "check that Xvfb is installed and that /tmp can be written";
        let mut server = step::command("Xvfb")
            .args(["-displayfd", "1", "-screen", "0", "1440x900x24", "-nolisten", "tcp"])
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .map_err(|error| Failure::new(format!("Xvfb: {error}"), hint))?;
        let mut number = String::new();
        if let Some(stdout) = server.stdout.take() {
            let _ = BufReader::new(stdout).read_line(&mut number);
        }
        let display = Self { server, name: format!(":{}", number.trim()) };
        if number.trim().is_empty() {
            return Err(Failure::new("Xvfb did not start", hint));
        }
        Ok(display)
    }

    /// What `command` opens appears here.
    pub fn show<'a>(&self, command: &'a mut Command) -> &'a mut Command {
        command.env("DISPLAY", &self.name).env_remove("WAYLAND_DISPLAY").env("GDK_BACKEND", "x11")
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}
