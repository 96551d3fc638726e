//! `cargo xtask bundle`: the installers.

use std::path::{Path, PathBuf};

use serde_json::json;

use crate::build;
use crate::licence;
use crate::setup::{self, Need};
use crate::step::{self, Failure, Outcome};

/// Builds both programs and packs them with the Tauri command line, a package of the interface's folder.
pub fn run(profile: &str) -> Outcome {
    setup::prepare(Need::Build)?;
    build::interface()?;
    let folder = build::programs(profile, &[])?;
    step::say("the licences of what others made");
    let texts = folder.join("THIRD-PARTY-LICENCES.txt");
    std::fs::write(&texts, licence::texts()?)
        .map_err(|error| Failure::new(format!("{}: {error}", texts.display()), "make the folder writable"))?;
    let config = config(&step::root(), &folder.join("copydesk"), &texts).to_string();
    let mut bundler = step::npm(&["exec", "--offline", "--", "tauri", "bundle", "--config", &config]);
    if profile == "dev" {
        bundler.arg("--debug");
    }
    // The bundler looks for tauri.conf.json; npm's working folder is the interface's.
    bundler.env("TAURI_APP_PATH", step::root()).env("CI", "true");
    step::run("the installers", &mut bundler, "see the errors above")?;
    Ok(format!("the installers are in {}", folder.join("bundle").display()))
}

/// What is added to tauri.conf.json: the command line beside the window, and the licences.
fn config(root: &Path, cli: &Path, texts: &Path) -> serde_json::Value {
    let doc = |name: &str| format!("/usr/share/doc/copydesk/{name}");
    let own = |name: &str| -> PathBuf { root.join(name) };
    let files = json!({
        "/usr/bin/copydesk": cli,
        (doc("copyright")): own("LICENSE-MIT"),
        (doc("LICENSE-MIT")): own("LICENSE-MIT"),
        (doc("LICENSE-APACHE")): own("LICENSE-APACHE"),
        (doc("THIRD-PARTY.md")): own("THIRD-PARTY.md"),
        (doc("THIRD-PARTY-LICENCES.txt")): texts,
        (doc("CHANGELOG.md")): own("CHANGELOG.md"),
    });
    json!({ "bundle": { "linux": { "deb": { "files": files }, "rpm": { "files": files } } } })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_installers_hold_the_command_line_and_the_licences() {
        let config = config(Path::new("/r"), Path::new("/t/copydesk"), Path::new("/t/texts"));
        for kind in ["deb", "rpm"] {
            let files = &config["bundle"]["linux"][kind]["files"];
            assert_eq!(files["/usr/bin/copydesk"], "/t/copydesk");
            assert_eq!(files["/usr/share/doc/copydesk/THIRD-PARTY-LICENCES.txt"], "/t/texts");
            assert_eq!(files["/usr/share/doc/copydesk/LICENSE-APACHE"], "/r/LICENSE-APACHE");
        }
    }
}
