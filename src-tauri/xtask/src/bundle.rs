//! `cargo xtask bundle`: the installers.

use crate::build;
use crate::setup::{self, Need};
use crate::step::{self, Outcome};

/// Builds the release programs and packs them with the Tauri command line, a package of the interface's folder.
pub fn run() -> Outcome {
    setup::prepare(Need::Build)?;
    build::interface()?;
    let folder = build::programs("release")?;
    // The bundler takes the folder with tauri.conf.json; npm's working folder is the interface's.
    let mut bundler = step::npm(&["exec", "--offline", "--", "tauri", "bundle"]);
    bundler.env("TAURI_APP_PATH", step::root());
    step::run("the installers", &mut bundler, "see the errors above")?;
    Ok(format!("the installers are in {}", folder.join("bundle").display()))
}
