//! `cargo xtask teeth`: takes one protection out at a time and wants its fault test to turn red. A fault test that has
//! never failed proves nothing.

use std::fs;
use std::path::{Path, PathBuf};

use crate::setup::{self, Need};
use crate::step::{self, Failure, Outcome};

/// A protection, and the test that must miss it.
struct Tooth {
    /// Value of `cfg(chaos_mutant)`.
    mutant: &'static str,
    package: &'static str,
    /// The file of tests in that package.
    file: &'static str,
    test: &'static str,
}

const TEETH: [Tooth; 6] = [
    Tooth {
        mutant: "no_fsync",
        package: "copydesk-faults",
        file: "faults-rows",
        test: "rows::power::row_2_power_cuts",
    },
    Tooth {
        mutant: "no_dirfsync",
        package: "copydesk-faults",
        file: "faults-rows",
        test: "rows::power::row_2_power_cuts",
    },
    Tooth {
        mutant: "no_exchange",
        package: "copydesk-faults",
        file: "faults-rows",
        test: "rows::race::row_7_fast_writer",
    },
    Tooth {
        mutant: "mtime_only",
        package: "copydesk-faults",
        file: "faults-rows",
        test: "rows::outside::row_6_changed_outside",
    },
    Tooth {
        mutant: "no_rescan",
        package: "copydesk-faults",
        file: "faults-rows",
        test: "rows::outside::row_11_checkout",
    },
    Tooth {
        mutant: "no_depth_gate",
        package: "copydesk-core",
        file: "render",
        test: "depth_and_length_have_their_limits",
    },
];

/// Runs each test of a mutant; all must fail.
pub fn run(names: &[&str]) -> Outcome {
    setup::prepare(Need::Test)?;
    let mut toothless = Vec::new();
    let wanted = TEETH.iter().filter(|tooth| names.is_empty() || names.contains(&tooth.mutant));
    let mut red = 0;
    for tooth in wanted {
        let wrapper = wrapper(tooth.mutant)
            .map_err(|error| Failure::new(format!("a wrapper of rustc: {error}"), "make room in target"))?;
        let cargo = |more: &[&str]| {
            let mut cargo =
                step::cargo(&["test", "--locked", "--package", tooth.package, "--test", tooth.file]);
            // Only our own packages are built anew: the wrapper's path is part of their names in target.
            cargo.args(more).env("RUSTC_WORKSPACE_WRAPPER", &wrapper).env("COPYDESK_TEETH", "1");
            // Built once for one test: what speeds a second build up only takes room.
            cargo.env("CARGO_INCREMENTAL", "0");
            cargo
        };
        step::run(&format!("{}: build", tooth.mutant), &mut cargo(&["--no-run"]), "a mutant must build")?;
        let title = format!("{}: {} must fail", tooth.mutant, tooth.test);
        let mut test = cargo(&["--", "--exact", "--nocapture"]);
        test.arg(tooth.test);
        let (lines, outcome) = step::run_read(&title, &mut test, "that is wanted");
        // A test that is not there passes, with nothing run: that is no tooth either.
        let ran = lines.iter().any(|line| line.contains("running 1 test"));
        if ran && outcome.is_err() && !lines.iter().any(|line| line.contains(": not run: ")) {
            red += 1;
        } else {
            toothless.push(tooth.mutant);
        }
    }
    if toothless.is_empty() {
        Ok(format!("{red} protections were taken out, and each was missed"))
    } else {
        Err(Failure::new("nothing missed a protection", toothless.join(", ")))
    }
}

/// A program that calls rustc with the protection taken out.
fn wrapper(mutant: &str) -> std::io::Result<PathBuf> {
    let folder = step::target_dir().join("teeth");
    fs::create_dir_all(&folder)?;
    let file = folder.join(mutant);
    let script = format!("#!/bin/sh\nexec \"$@\" --cfg 'chaos_mutant=\"{mutant}\"'\n");
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

    /// The window's layers stand one behind the other: with one of them out, nothing gets through all the same, so
    /// that no test can miss it alone.
    const LAYERS: [&str; 3] = ["no_csp", "no_navigation_gate", "open_network"];

    /// What the sources let be taken out is what is taken out here.
    #[test]
    fn every_protection_has_its_tooth() {
        let manifest = fs::read_to_string(step::root().join("Cargo.toml")).unwrap();
        let (_, values) = manifest.split_once("values(").unwrap();
        let (values, _) = values.split_once(')').unwrap();
        let mut declared: Vec<&str> = values.split(',').map(|value| value.trim().trim_matches('"')).collect();
        let mut taken: Vec<&str> = TEETH.iter().map(|tooth| tooth.mutant).chain(LAYERS).collect();
        declared.sort_unstable();
        taken.sort_unstable();
        assert_eq!(declared, taken);
    }
}
