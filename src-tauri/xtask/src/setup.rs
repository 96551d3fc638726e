//! What has to be on the machine: system libraries, Node, the interface's packages.
//! Debian and Ubuntu are set up; elsewhere what is missing is named. Downloads nothing outside package managers.

use std::path::Path;

use crate::stamp;
use crate::step::{self, Failure};

/// What a task needs of the machine.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Building the programs.
    Build,
    /// Building them and testing the real window.
    Test,
    /// All of that, and the programs that the benchmarks measure beside.
    Bench,
}

/// Debian's names of what the build needs.
const BUILD: [&str; 5] =
    ["build-essential", "pkg-config", "libgtk-3-dev", "libwebkit2gtk-4.1-dev", "librsvg2-dev"];

/// And of what the tests need besides: the driver and the display of the real window, a session bus for it, the
/// programs that read the exported PDFs, and those that make faults and changes from outside.
const TEST: [&str; 10] = [
    "webkit2gtk-driver",
    "xvfb",
    "dbus-daemon",
    "poppler-utils",
    "qpdf",
    "git",
    "strace",
    "e2fsprogs",
    "rsync",
    "vim",
];

/// And what the benchmarks measure beside (MiniBrowser comes with WebKitGTK).
const BENCH: [&str; 4] = ["ghostwriter", "pandoc", "wdiff", "weasyprint"];

/// The oldest Node of each line that the interface's tools accept; all later lines are.
const NODE: [(u32, u32); 3] = [(20, 19), (22, 13), (23, 0)];

/// Installs or names whatever is missing.
pub fn prepare(need: Need) -> Result<(), Failure> {
    // What nothing here can mend comes first, before anything is fetched.
    node()?;
    system(need)?;
    if need != Need::Build {
        components()?;
    }
    interface_packages(&step::root().join("ui"))
}

fn packages(need: Need) -> Vec<&'static str> {
    let tests: &[&str] = if need == Need::Build { &[] } else { &TEST };
    let peers: &[&str] = if need == Need::Bench { &BENCH } else { &[] };
    BUILD.iter().chain(tests).chain(peers).copied().collect()
}

fn system(need: Need) -> Result<(), Failure> {
    step::say("system libraries");
    let system = System::of_this_machine();
    let wanted = packages(need);
    let System::Debian = system else {
        return system.check(need);
    };
    let mut query = step::command("dpkg-query");
    query.args(["--show", "--showformat", "${Package} ${db:Status-Status}\n"]).args(&wanted);
    // dpkg-query fails when one package is unknown, and lists the others all the same.
    let listing = query.output().map(|output| String::from_utf8_lossy(&output.stdout).into_owned());
    let missing = missing(&wanted, &listing.unwrap_or_default());
    if missing.is_empty() {
        return Ok(());
    }
    let root = step::output(step::command("id").arg("-u")).is_some_and(|id| id == "0");
    let Some(words) = apt(root, on_path("sudo")) else {
        return Err(Failure::new(
            "system packages are missing, and there is no sudo to install them with",
            format!("as root: apt-get install {}", missing.join(" ")),
        ));
    };
    let by_hand = format!("install by hand: sudo apt-get install {}", missing.join(" "));
    let apt = |args: &[&str]| {
        let mut command = step::command(words[0]);
        command.args(&words[1..]).args(["DEBIAN_FRONTEND=noninteractive", "apt-get", "--yes"]).args(args);
        command
    };
    // A list of packages that is not the newest, or a source that does not answer, is no reason to stop.
    if let Err(failure) = step::run("apt-get update", &mut apt(&["update"]), "trying with what is known") {
        println!("  {failure}");
    }
    let mut install = apt(&["install", "--no-install-recommends"]);
    step::run(&format!("apt-get install {}", missing.join(" ")), install.args(&missing), &by_hand)
}

/// What stands before apt-get: nothing of effect for root, sudo for others; `None` where there is none.
fn apt(root: bool, sudo: bool) -> Option<&'static [&'static str]> {
    match (root, sudo) {
        (true, _) => Some(&["env"]),
        (false, true) => Some(&["sudo", "env"]),
        (false, false) => None,
    }
}

/// The checks' own parts of Rust, which rustup's smallest profile leaves out.
fn components() -> Result<(), Failure> {
    let absent: Vec<&str> = [("fmt", "rustfmt"), ("clippy", "clippy")]
        .into_iter()
        .filter(|(command, _)| step::output(&mut step::cargo(&[command, "--version"])).is_none())
        .map(|(_, component)| component)
        .collect();
    if absent.is_empty() {
        return Ok(());
    }
    let mut rustup = step::command("rustup");
    let add = format!("rustup component add {}", absent.join(" "));
    step::run(&add, rustup.args(["component", "add"]).args(&absent), &format!("run by hand: {add}"))
}

/// Those of `wanted` that a listing of `package status` lines does not call installed.
fn missing<'a>(wanted: &[&'a str], listing: &str) -> Vec<&'a str> {
    let installed: Vec<&str> = listing.lines().filter_map(|line| line.strip_suffix(" installed")).collect();
    wanted.iter().copied().filter(|name| !installed.contains(name)).collect()
}

/// Kinds of systems, by how their packages are had.
#[derive(Debug, PartialEq, Eq)]
enum System {
    Debian,
    Fedora,
    Arch,
    OtherLinux,
    MacOs,
    Windows,
}

impl System {
    fn of_this_machine() -> Self {
        match std::env::consts::OS {
            "macos" => Self::MacOs,
            "windows" => Self::Windows,
            _ => Self::of_linux(&std::fs::read_to_string("/etc/os-release").unwrap_or_default()),
        }
    }

    /// By the text of `/etc/os-release`: `ID`, then what it says it is like (os-release(5)).
    fn of_linux(os_release: &str) -> Self {
        let value = |key: &str| {
            os_release.lines().find_map(|line| line.strip_prefix(key)?.strip_prefix('=')).unwrap_or_default()
        };
        let names = format!("{} {}", value("ID"), value("ID_LIKE")).replace(['"', '\''], " ");
        let is = |name: &str| names.split_whitespace().any(|word| word == name);
        if is("debian") || is("ubuntu") {
            Self::Debian
        } else if is("fedora") || is("rhel") {
            Self::Fedora
        } else if is("arch") {
            Self::Arch
        } else {
            Self::OtherLinux
        }
    }

    /// Where nothing can be installed for the person: looks for what the build links, and names it with the way to it.
    fn check(&self, need: Need) -> Result<(), Failure> {
        match self {
            // The web engine and the linker come with the system's own tools, which Rust asks for itself.
            Self::MacOs | Self::Windows => {}
            Self::Debian | Self::Fedora | Self::Arch | Self::OtherLinux => {
                let has = |library: &str| {
                    step::output(step::command("pkg-config").args(["--exists", library])).is_some()
                };
                let libraries = ["gtk+-3.0", "webkit2gtk-4.1", "librsvg-2.0"];
                let absent: Vec<&str> = libraries.into_iter().filter(|library| !has(library)).collect();
                if !absent.is_empty() {
                    return Err(Failure::new(format!("missing: {}", absent.join(", ")), self.way(need)));
                }
            }
        }
        let programs = ["WebKitWebDriver", "Xvfb", "qpdf", "pdftotext"];
        let absent: Vec<&str> = programs.into_iter().filter(|program| !on_path(program)).collect();
        if need == Need::Test && !absent.is_empty() {
            return Err(Failure::new(
                format!("missing for the tests: {}", absent.join(", ")),
                self.way(need),
            ));
        }
        Ok(())
    }

    /// How to get what `need` needs.
    fn way(&self, need: Need) -> String {
        let test = need == Need::Test;
        let line =
            |build: &str, tests: &str| if test { format!("{build} {tests}") } else { build.to_owned() };
        match self {
            Self::Debian => line(&format!("sudo apt-get install {}", BUILD.join(" ")), &TEST.join(" ")),
            Self::Fedora => line(
                "sudo dnf install gcc gcc-c++ make pkgconf-pkg-config gtk3-devel webkit2gtk4.1-devel librsvg2-devel",
                "webkit2gtk-driver xorg-x11-server-Xvfb dbus-daemon poppler-utils qpdf git",
            ),
            Self::Arch => line(
                "sudo pacman -S --needed base-devel gtk3 webkit2gtk-4.1 librsvg",
                "xorg-server-xvfb dbus poppler qpdf git",
            ),
            Self::OtherLinux => line(
                "install a C compiler, pkg-config and the development files of GTK 3, WebKitGTK 4.1 and librsvg",
                "and WebKitWebDriver, Xvfb, dbus, poppler-utils, qpdf and git",
            ),
            Self::MacOs => line(
                "xcode-select --install",
                "; the tests of the real window need Linux: run them in a Debian machine",
            ),
            Self::Windows => line(
                "install the Visual Studio Build Tools (\"Desktop development with C++\") and the WebView2 runtime",
                "; the tests of the real window need Linux: run them in a Debian machine",
            ),
        }
    }
}

/// Is `program` in a folder of the PATH?
pub fn on_path(program: &str) -> bool {
    std::env::var_os("PATH")
        .is_some_and(|path| std::env::split_paths(&path).any(|dir| dir.join(program).is_file()))
}

fn node() -> Result<(), Failure> {
    step::say("Node");
    let get = format!(
        "install Node {}.{}, {}.{} or later with npm (nodejs.org, or your system's packages) and open a new terminal",
        NODE[0].0, NODE[0].1, NODE[1].0, NODE[1].1
    );
    let Some(version) = step::output(step::command("node").arg("--version")) else {
        return Err(Failure::new("Node is missing", get));
    };
    if !is_new_enough(&version) {
        // Their modules load each other in a way that came with these versions.
        let why = format!("Node {version} is one that the interface's tools (Vite, ESLint) do not run on");
        return Err(Failure::new(why, get));
    }
    if step::output(&mut step::npm(&["--version"])).is_none() {
        return Err(Failure::new("npm is missing", get));
    }
    Ok(())
}

fn is_new_enough(version: &str) -> bool {
    let mut parts = version.trim_start_matches('v').split('.').map_while(|part| part.parse::<u32>().ok());
    let (line, minor) = (parts.next().unwrap_or(0), parts.next().unwrap_or(0));
    let newest = NODE[NODE.len() - 1].0;
    NODE.iter().any(|(major, least)| *major == line && minor >= *least) || line > newest
}

fn interface_packages(ui: &Path) -> Result<(), Failure> {
    // In node_modules, so that deleting that folder forgets the stamp too.
    let file = ui.join("node_modules/.copydesk-packages");
    let hash = stamp::of(&ui.join("package-lock.json"), &[]).map_err(|error| {
        Failure::new(format!("ui/package-lock.json: {error}"), "restore the file from git")
    })?;
    if stamp::holds(&file, &hash) {
        return Ok(());
    }
    step::run(
        "npm ci",
        &mut step::npm(&["ci", "--no-audit", "--no-fund"]),
        "check the connection to the package registry and run it again",
    )?;
    std::fs::write(&file, hash)
        .map_err(|error| Failure::new(format!("{}: {error}", file.display()), "make the folder writable"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_system_is_known_by_its_release_file() {
        for (text, system) in [
            ("PRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\nID=debian\n", System::Debian),
            ("ID=ubuntu\nID_LIKE=debian\n", System::Debian),
            ("ID=linuxmint\nID_LIKE=\"ubuntu debian\"\n", System::Debian),
            ("ID=fedora\n", System::Fedora),
            ("ID=\"rocky\"\nID_LIKE=\"rhel centos fedora\"\n", System::Fedora),
            ("ID=endeavouros\nID_LIKE='arch'\n", System::Arch),
            ("ID=nixos\n", System::OtherLinux),
            ("VARIANT_ID=debian\n", System::OtherLinux),
            ("", System::OtherLinux),
        ] {
            assert_eq!(System::of_linux(text), system, "{text:?}");
        }
    }

    #[test]
    fn missing_is_what_is_not_installed() {
        let listing = "pkg-config installed\nxvfb config-files\nqpdf not-installed\n";
        assert_eq!(missing(&["pkg-config", "xvfb", "qpdf", "git"], listing), ["xvfb", "qpdf", "git"]);
        assert!(missing(&["pkg-config"], listing).is_empty());
        assert_eq!(missing(&["pkg"], listing), ["pkg"], "a name is compared whole");
    }

    #[test]
    fn dpkg_query_answers_as_expected() {
        if !on_path("dpkg-query") {
            return;
        }
        let mut query = step::command("dpkg-query");
        query.args([
            "--show",
            "--showformat",
            "${Package} ${db:Status-Status}\n",
            "dpkg",
            "copydesk-no-such-package",
        ]);
        let listing = String::from_utf8(query.output().unwrap().stdout).unwrap();
        assert_eq!(missing(&["dpkg", "copydesk-no-such-package"], &listing), ["copydesk-no-such-package"]);
    }

    #[test]
    fn every_system_is_told_a_way() {
        use System::{Arch, Debian, Fedora, MacOs, OtherLinux, Windows};
        for system in [Debian, Fedora, Arch, OtherLinux, MacOs, Windows] {
            let (build, test) = (system.way(Need::Build), system.way(Need::Test));
            assert!(!build.is_empty() && test.starts_with(&build) && test.len() > build.len(), "{system:?}");
        }
    }

    #[test]
    fn nobody_is_sent_to_a_sudo_that_is_not_there() {
        assert_eq!(apt(true, false), Some(&["env"][..]));
        assert_eq!(apt(false, true), Some(&["sudo", "env"][..]));
        assert_eq!(apt(false, false), None);
    }

    #[test]
    fn node_is_compared_by_number() {
        for (version, enough) in [
            ("v20.20.2", true),
            ("v20.19.0", true),
            ("v21.7.0", false),
            ("v22.12.0", false),
            ("v22.13.0", true),
            ("v24.0.0", true),
            ("v20.9.0", false),
            ("v18.20.4", false),
            ("", false),
        ] {
            assert_eq!(is_new_enough(version), enough, "{version}");
        }
    }
}
