//! Building the interface and the programs.

use std::path::PathBuf;

use crate::setup::{self, Need};
use crate::stamp;
use crate::step::{self, Failure, Outcome};

/// The packages with the programs `copydesk` and `copydesk-window`.
pub const PROGRAMS: [&str; 4] = ["--package", "copydesk", "--package", "copydesk-cli"];

/// Builds the interface into `ui/dist`, unless it was built from these very files.
pub fn interface() -> Result<(), Failure> {
    let ui = step::root().join("ui");
    let unreadable =
        |error: std::io::Error| Failure::new(format!("ui: {error}"), "check the folder's permissions");
    let hash = stamp::of(&ui, &["dist", "node_modules"]).map_err(unreadable)?;
    // Not in dist: what is there is embedded in the program.
    let file = ui.join("node_modules/.copydesk-dist");
    if stamp::holds(&file, &hash) && ui.join("dist/index.html").is_file() {
        return Ok(());
    }
    step::run("the interface", &mut step::npm(&["run", "--silent", "build"]), "see the errors above")?;
    std::fs::write(&file, hash).map_err(unreadable)
}

/// Builds both programs with Cargo's `profile`, other packages along with them, and names the folder they are in.
/// What is built by a call of its own has features of its own, and Typst is compiled once more.
pub fn programs(profile: &str, along: &[&str]) -> Result<PathBuf, Failure> {
    let mut cargo = step::cargo(&["build", "--locked", "--profile", profile]);
    cargo.args(PROGRAMS).args(along.iter().flat_map(|package| ["--package", package]));
    step::run(&format!("the programs ({profile})"), &mut cargo, "see the errors above")?;
    Ok(step::target_dir().join(folder_of(profile)))
}

/// Cargo's folder of a profile: `dev` is the one whose folder has another name.
fn folder_of(profile: &str) -> &str {
    if profile == "dev" { "debug" } else { profile }
}

/// `cargo xtask build`.
pub fn release() -> Outcome {
    setup::prepare(Need::Build)?;
    interface()?;
    let folder = programs("release", &[])?;
    Ok(format!("copydesk and copydesk-window are in {}", folder.display()))
}

#[cfg(test)]
mod tests {
    #[test]
    fn profiles_have_their_folders() {
        assert_eq!(super::folder_of("dev"), "debug");
        assert_eq!(super::folder_of("release"), "release");
    }
}
