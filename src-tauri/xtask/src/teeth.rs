//! `cargo xtask teeth`: takes one protection out at a time and wants its fault test to turn red. A fault test that has
//! never failed proves nothing. Of the window's layers of defence, which stand one behind the other, it wants the
//! opposite too: with any one of them out, no attack gets through.

use std::fs;
use std::path::{Path, PathBuf};

use crate::build;
use crate::display::Display;
use crate::setup::{self, Need};
use crate::step::{self, Failure, Outcome};

/// A protection, and the tests that show what it is worth.
struct Tooth {
    /// Value of `cfg(chaos_mutant)`.
    mutant: &'static str,
    /// The file of tests.
    file: &'static str,
    /// A test by its name, or the beginning of the names of several.
    test: &'static str,
    /// Whether they must fail without it; else they must pass.
    missed: bool,
}

/// The file of the tests of the real window.
const WINDOW: &str = "copydesk-tests";

/// All attacks as they come: in articles, pasted, and in every view.
const ATTACKS: &str = "window::hostile::all_attacks";

const TEETH: [Tooth; 10] = [
    Tooth { mutant: "no_fsync", file: "faults-rows", test: "rows::power::row_2_power_cuts", missed: true },
    Tooth { mutant: "no_dirfsync", file: "faults-rows", test: "rows::power::row_2_power_cuts", missed: true },
    Tooth { mutant: "no_exchange", file: "faults-rows", test: "rows::race::row_7_fast_writer", missed: true },
    Tooth {
        mutant: "mtime_only",
        file: "faults-rows",
        test: "rows::outside::row_6_changed_outside",
        missed: true,
    },
    Tooth { mutant: "no_rescan", file: "faults-rows", test: "rows::outside::row_11_checkout", missed: true },
    Tooth {
        mutant: "no_depth_gate",
        file: "render",
        test: "depth_and_length_have_their_limits",
        missed: true,
    },
    Tooth {
        mutant: "no_csp",
        file: WINDOW,
        test: "window::hostile::the_policy_alone_stops_all_attacks",
        missed: true,
    },
    Tooth { mutant: "no_csp", file: WINDOW, test: ATTACKS, missed: false },
    Tooth { mutant: "no_navigation_gate", file: WINDOW, test: ATTACKS, missed: false },
    Tooth { mutant: "open_network", file: WINDOW, test: ATTACKS, missed: false },
];

/// Runs the tests of each mutant.
pub fn run(names: &[&str]) -> Outcome {
    setup::prepare(Need::Test)?;
    let wanted: Vec<&Tooth> =
        TEETH.iter().filter(|tooth| names.is_empty() || names.contains(&tooth.mutant)).collect();
    let window = wanted.iter().any(|tooth| tooth.file == WINDOW);
    if window {
        build::interface()?;
    }
    let display = if window { Some(Display::start()?) } else { None };
    let (mut wrong, mut missed, mut spared) = (Vec::new(), 0, 0);
    for tooth in wanted {
        let wrapper = wrapper(tooth.mutant)
            .map_err(|error| Failure::new(format!("a wrapper of rustc: {error}"), "make room in target"))?;
        let cargo = |more: &[&str]| {
            // Of the whole workspace, so that what is not ours is the same as in every other build.
            let mut cargo = step::cargo(&["test", "--locked", "--workspace", "--test", tooth.file]);
            // Only our own packages are built anew: the wrapper's path is part of their names in target.
            cargo.args(more).env("RUSTC_WORKSPACE_WRAPPER", &wrapper).env("COPYDESK_TEETH", "1");
            // Built once for one test: what speeds a second build up only takes room.
            cargo.env("CARGO_INCREMENTAL", "0");
            if let Some(display) = &display {
                display.show(&mut cargo);
            }
            cargo
        };
        step::run(&format!("{}: build", tooth.mutant), &mut cargo(&["--no-run"]), "a mutant must build")?;
        let must = if tooth.missed { "must fail" } else { "must pass" };
        let title = format!("{}: {} {must}", tooth.mutant, tooth.test);
        let (lines, outcome) = step::run_read(&title, &mut cargo(&["--", "--nocapture", tooth.test]), must);
        // A test that is not there passes, with nothing run, and one that cannot be run says so: neither shows anything.
        let ran = lines.iter().any(|line| line.starts_with("running ") && !line.starts_with("running 0 "))
            && !lines.iter().any(|line| line.contains(": not run: "));
        if !ran || outcome.is_err() != tooth.missed {
            wrong.push(title);
        } else if tooth.missed {
            missed += 1;
        } else {
            spared += 1;
        }
    }
    if wrong.is_empty() {
        Ok(format!("{missed} protections were taken out and missed, {spared} layers and not missed"))
    } else {
        Err(Failure::new("not as wanted", wrong.join(", ")))
    }
}

/// A program that calls rustc with the protection taken out.
fn wrapper(mutant: &str) -> std::io::Result<PathBuf> {
    let folder = step::target_dir().join("teeth");
    fs::create_dir_all(&folder)?;
    let file = folder.join(mutant);
    // Not sh: Debian's drops the variables that name programs with a hyphen.
    let script = format!("#!/usr/bin/env bash\nexec \"$@\" --cfg 'chaos_mutant=\"{mutant}\"'\n");
    // Written once: a newer file would have everything built anew.
    if fs::read_to_string(&file).ok().as_deref() != Some(&script) {
        fs::write(&file, script)?;
        make_executable(&file)?;
    }
    Ok(file)
}

#[cfg(unix)]
fn make_executable(file: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt;
    fs::set_permissions(file, fs::Permissions::from_mode(0o755))
}

#[cfg(not(unix))]
fn make_executable(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the sources let be taken out is what is taken out here.
    #[test]
    fn every_protection_has_its_tooth() {
        let manifest = fs::read_to_string(step::root().join("Cargo.toml")).unwrap();
        let (_, values) = manifest.split_once("values(").unwrap();
        let (values, _) = values.split_once(')').unwrap();
        let mut declared: Vec<&str> = values.split(',').map(|value| value.trim().trim_matches('"')).collect();
        let mut taken: Vec<&str> = TEETH.iter().map(|tooth| tooth.mutant).collect();
        declared.sort_unstable();
        taken.sort_unstable();
        taken.dedup();
        assert_eq!(declared, taken);
    }
}
