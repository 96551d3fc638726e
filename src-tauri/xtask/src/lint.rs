//! Lints and the build in one: Clippy's driver is the compiler with more rules, so what it builds has been checked.
//!
//! `cargo clippy` checks everything a first time and builds nothing: from nothing that was a quarter of the whole test.

use std::path::PathBuf;
use std::process::Command;

use crate::step;

/// Clippy's driver, where the toolchain has it.
pub struct Driver(PathBuf);

impl Driver {
    /// Looks for it beside the compiler.
    pub fn find() -> Option<Self> {
        let sysroot = step::output(step::command("rustc").args(["--print", "sysroot"]))?;
        let file = format!("clippy-driver{}", std::env::consts::EXE_SUFFIX);
        Some(Self(PathBuf::from(sysroot).join("bin").join(file))).filter(|driver| driver.0.is_file())
    }

    /// Has the workspace's own packages built by it; each lint that is on is an error.
    pub fn watch<'a>(driver: Option<&Self>, cargo: &'a mut Command) -> &'a mut Command {
        match driver {
            // The form in which `cargo clippy` hands the arguments on.
            Some(Self(path)) => {
                cargo.env("RUSTC_WORKSPACE_WRAPPER", path).env("CLIPPY_ARGS", "-Dwarnings__CLIPPY_HACKERY__")
            }
            None => cargo,
        }
    }
}
