//! The licences and sources of everything the program is made of, held against deny.toml; THIRD-PARTY.md; and the
//! licences' own texts for the installers.
//!
//! Reads the same deny.toml as cargo-deny, so that either can be used. This check is our own because cargo-deny has
//! to be compiled first on a bare machine, which takes longer than all our tests; it does not look for advisories,
//! whose database is not in a package registry.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::assets::{self, ASSETS, Asset, DATA};
use crate::step::{self, Failure, Outcome};

/// The platform whose packages are looked at: the one that installers are made for.
const PLATFORM: &str = "x86_64-unknown-linux-gnu";

const NOTICES: &str = "THIRD-PARTY.md";

/// A package with its licence as an SPDX expression.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Package {
    name: String,
    version: String,
    licence: String,
    source: String,
    /// Part of the program, not of its tests or tools.
    shipped: bool,
    /// Where it lies on this machine.
    folder: PathBuf,
}

/// Checks that every package has an allowed licence and an allowed source, and that THIRD-PARTY.md names them all.
pub fn check() -> Result<(), Failure> {
    step::say("licences and sources");
    let policy = Policy::read()?;
    let crates = crates()?;
    let npm = npm_packages()?;
    let mut findings = policy.findings(&crates);
    // Tools that only run while building are not shipped and may have any licence.
    findings.extend(policy.findings(npm.iter().filter(|package| package.shipped)));
    findings.extend(assets::findings(&step::root()));
    for Asset { name, licence, .. } in ASSETS {
        if !is_allowed(licence, &policy.licences) {
            findings.push(format!("{name}: the licence `{licence}` is not allowed"));
        }
    }
    if !findings.is_empty() {
        return Err(Failure::new(
            format!("licences and sources:\n  {}", findings.join("\n  ")),
            "choose another package, or add to deny.toml with the reason",
        ));
    }
    match std::fs::read_to_string(step::root().join(NOTICES)) {
        Ok(text) if text == notices(&crates, &npm) => Ok(()),
        _ => Err(Failure::new(format!("{NOTICES} is not up to date"), "run: cargo xtask notices")),
    }
}

/// `cargo xtask notices`.
pub fn write_notices() -> Outcome {
    let file = step::root().join(NOTICES);
    let text = notices(&crates()?, &npm_packages()?);
    std::fs::write(&file, text)
        .map_err(|error| Failure::new(format!("{NOTICES}: {error}"), "make the file writable"))?;
    Ok(format!("{NOTICES} is written"))
}

/// What deny.toml allows.
struct Policy {
    licences: BTreeSet<String>,
    registries: BTreeSet<String>,
}

impl Policy {
    fn read() -> Result<Self, Failure> {
        let bad = |what: String| Failure::new(format!("deny.toml: {what}"), "restore the file from git");
        let text = std::fs::read_to_string(step::root().join("deny.toml"))
            .map_err(|error| bad(error.to_string()))?;
        Self::parse(&text).map_err(bad)
    }

    fn parse(text: &str) -> Result<Self, String> {
        let table: toml::Table = text.parse().map_err(|error: toml::de::Error| error.to_string())?;
        let strings = |section: &str, key: &str| -> Result<BTreeSet<String>, String> {
            let list =
                table.get(section).and_then(|section| section.get(key)).and_then(toml::Value::as_array);
            let list = list.ok_or_else(|| format!("no list `{key}` in [{section}]"))?;
            Ok(list.iter().filter_map(toml::Value::as_str).map(str::to_owned).collect())
        };
        Ok(Self {
            licences: strings("licenses", "allow")?,
            registries: strings("sources", "allow-registry")?,
        })
    }

    fn findings<'a>(&self, packages: impl IntoIterator<Item = &'a Package>) -> Vec<String> {
        let mut findings = Vec::new();
        for Package { name, version, licence, source, .. } in packages {
            if !is_allowed(licence, &self.licences) {
                findings.push(format!("{name} {version}: the licence `{licence}` is not allowed"));
            }
            let registry = source.strip_prefix("registry+").unwrap_or(source);
            if !source.is_empty() && !self.registries.contains(registry) {
                findings.push(format!("{name} {version}: the source `{source}` is not allowed"));
            }
        }
        findings
    }
}

/// Is an SPDX expression met by allowed licences? `OR` needs one side, `AND` both; `/` is Cargo's old `OR`.
/// An empty or unreadable expression is not met.
fn is_allowed(expression: &str, allowed: &BTreeSet<String>) -> bool {
    let spaced = expression.replace('/', " OR ").replace('(', " ( ").replace(')', " ) ");
    let words: Vec<&str> = spaced.split_whitespace().collect();
    let mut rest = words.as_slice();
    let met = any(&mut rest, allowed);
    met == Some(true) && rest.is_empty()
}

fn any(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let mut met = all(words, allowed)?;
    while let ["OR", rest @ ..] = *words {
        *words = rest;
        met |= all(words, allowed)?;
    }
    Some(met)
}

fn all(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    let mut met = one(words, allowed)?;
    while let ["AND", rest @ ..] = *words {
        *words = rest;
        met &= one(words, allowed)?;
    }
    Some(met)
}

fn one(words: &mut &[&str], allowed: &BTreeSet<String>) -> Option<bool> {
    match *words {
        ["(", rest @ ..] => {
            *words = rest;
            let met = any(words, allowed)?;
            let [")", rest @ ..] = *words else { return None };
            *words = rest;
            Some(met)
        }
        [licence, "WITH", exception, rest @ ..] => {
            *words = rest;
            Some(allowed.contains(&format!("{licence} WITH {exception}")))
        }
        [licence, rest @ ..] => {
            *words = rest;
            Some(allowed.contains(*licence))
        }
        [] => None,
    }
}

/// The crates of the workspace's graph, without our own.
fn crates() -> Result<Vec<Package>, Failure> {
    let mut command =
        step::cargo(&["metadata", "--locked", "--format-version", "1", "--filter-platform", PLATFORM]);
    let failed = |what: &str| Failure::new(format!("cargo metadata: {what}"), "run it by hand and see why");
    let text = step::output(&mut command).ok_or_else(|| failed("it failed"))?;
    let metadata: Value = serde_json::from_str(&text).map_err(|error| failed(&error.to_string()))?;
    Ok(crates_of(&metadata))
}

fn crates_of(metadata: &Value) -> Vec<Package> {
    let shipped = shipped(metadata);
    let mut packages: Vec<Package> = list(&metadata["packages"])
        .filter(|package| package["source"].is_string())
        .map(|package| Package {
            name: text(&package["name"]),
            version: text(&package["version"]),
            licence: text(&package["license"]),
            source: text(&package["source"]),
            shipped: shipped.contains(&text(&package["id"])),
            folder: Path::new(&text(&package["manifest_path"]))
                .parent()
                .map(Path::to_owned)
                .unwrap_or_default(),
        })
        .collect();
    packages.sort();
    packages
}

/// Ids of what the programs reach by ordinary dependencies.
fn shipped(metadata: &Value) -> BTreeSet<String> {
    let mut edges: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for node in list(&metadata["resolve"]["nodes"]) {
        let ordinary = |dep: &&Value| list(&dep["dep_kinds"]).any(|kind| kind["kind"].is_null());
        let targets = list(&node["deps"]).filter(ordinary).map(|dep| text(&dep["pkg"])).collect();
        edges.insert(text(&node["id"]), targets);
    }
    let is_program =
        |package: &&Value| matches!(text(&package["name"]).as_str(), "copydesk" | "copydesk-cli");
    let mut open: Vec<String> =
        list(&metadata["packages"]).filter(is_program).map(|package| text(&package["id"])).collect();
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id.clone()) {
            open.extend(edges.get(&id).into_iter().flatten().cloned());
        }
    }
    seen
}

/// The packages of the interface, from npm's lock file.
fn npm_packages() -> Result<Vec<Package>, Failure> {
    let bad =
        |what: String| Failure::new(format!("ui/package-lock.json: {what}"), "restore the file from git");
    let text = std::fs::read_to_string(step::root().join("ui/package-lock.json"))
        .map_err(|error| bad(error.to_string()))?;
    let lock: Value = serde_json::from_str(&text).map_err(|error| bad(error.to_string()))?;
    Ok(npm_packages_of(&lock))
}

fn npm_packages_of(lock: &Value) -> Vec<Package> {
    let entries = lock["packages"].as_object().into_iter().flatten();
    let mut packages: Vec<Package> = entries
        .filter_map(|(path, package)| {
            let (_, name) = path.rsplit_once("node_modules/")?;
            let is_dev = package["dev"].as_bool().unwrap_or(false)
                || package["devOptional"].as_bool().unwrap_or(false);
            Some(Package {
                name: name.to_owned(),
                version: text(&package["version"]),
                licence: text(&package["license"]),
                source: String::new(),
                shipped: !is_dev,
                folder: step::root().join("ui").join(path),
            })
        })
        .collect();
    packages.sort();
    packages.dedup();
    packages
}

/// THIRD-PARTY.md: the same packages give the same bytes.
fn notices(crates: &[Package], npm: &[Package]) -> String {
    let mut text = "# Third-party notices\n\n\
        Copydesk is made with the work of others. The installers hold the texts of all their licences; in the \
        sources they come with the packages, those of the fonts beside the fonts. Written by `cargo xtask notices`.\n"
        .to_owned();
    text.push_str("\n## Fonts\n\n| font | used for | licence |\n| --- | --- | --- |\n");
    for Asset { name, part, licence, .. } in ASSETS {
        let _ = writeln!(text, "| {name} | {part} | {licence} |");
    }
    text.push_str("\n## Data within packages\n\n| data | package | terms |\n| --- | --- | --- |\n");
    for (what, package, terms) in DATA {
        let _ = writeln!(text, "| {what} | {package} | {terms} |");
    }
    for (title, packages) in [("Rust", crates), ("Interface", npm)] {
        let _ = write!(text, "\n## {title}\n\n| package | version | licence |\n| --- | --- | --- |\n");
        for Package { name, version, licence, .. } in packages.iter().filter(|package| package.shipped) {
            let _ = writeln!(text, "| {name} | {version} | {licence} |");
        }
    }
    text
}

/// The texts of all licences of what ships, each once, with the packages that come under it.
pub fn texts() -> Result<String, Failure> {
    let mut packages = crates()?;
    packages.extend(npm_packages()?);
    let mut by_text: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for Package { name, version, folder, .. } in packages.iter().filter(|package| package.shipped) {
        for text in texts_in(folder) {
            by_text.entry(text).or_default().insert(format!("{name} {version}"));
        }
    }
    for Asset { name, text: file, .. } in ASSETS {
        let text = std::fs::read_to_string(step::root().join(file))
            .map_err(|error| Failure::new(format!("{file}: {error}"), "run npm ci in ui"))?;
        by_text.entry(text.trim().to_owned()).or_default().insert(name.to_owned());
    }
    let mut all = String::from("The licences of what others made and Copydesk holds.\n");
    for (text, names) in by_text {
        let names: Vec<String> = names.into_iter().collect();
        let _ = write!(all, "\n{}\n\n{}\n\n{text}\n", "=".repeat(80), names.join(", "));
    }
    Ok(all)
}

/// The texts of the licences in a package's folder.
fn texts_in(folder: &Path) -> Vec<String> {
    const NAMES: [&str; 6] = ["LICENSE", "LICENCE", "COPYING", "COPYRIGHT", "NOTICE", "UNLICENSE"];
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut files: Vec<PathBuf> = entries
        .filter(|entry| {
            let name = entry.file_name().to_string_lossy().to_ascii_uppercase();
            NAMES.iter().any(|start| name.starts_with(start))
        })
        .map(|entry| entry.path())
        .collect();
    files.sort();
    let read = |file: &PathBuf| std::fs::read_to_string(file).ok();
    files.iter().filter_map(read).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty()).collect()
}

fn list(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn policy() -> Policy {
        Policy::parse("[licenses]\nallow = [\"MIT\", \"Apache-2.0\"]\n[sources]\nallow-registry = [\"https://r.example\"]\n")
            .unwrap()
    }

    #[test]
    fn expressions_are_met_as_spdx_says() {
        let allowed = policy().licences;
        for (expression, met) in [
            ("MIT", true),
            ("GPL-3.0", false),
            ("GPL-3.0 OR MIT", true),
            ("MIT/GPL-3.0", true),
            ("MIT AND GPL-3.0", false),
            ("(MIT OR GPL-3.0) AND Apache-2.0", true),
            ("MIT OR (GPL-3.0 AND Apache-2.0)", true),
            ("GPL-3.0 OR Apache-2.0 AND MPL-2.0", false),
            ("Apache-2.0 WITH LLVM-exception", false),
            ("Apache-2.0 WITH LLVM-exception OR MIT", true),
            ("", false),
            ("MIT OR", false),
            ("(MIT", false),
            ("MIT)", false),
        ] {
            assert_eq!(is_allowed(expression, &allowed), met, "{expression:?}");
        }
    }

    #[test]
    fn findings_name_the_package_and_what_is_wrong() {
        let package = |licence: &str, source: &str| Package {
            name: "p".into(),
            version: "1.0.0".into(),
            licence: licence.into(),
            source: source.into(),
            shipped: true,
            folder: PathBuf::new(),
        };
        let packages = [
            package("MIT", "registry+https://r.example"),
            package("GPL-3.0", "registry+https://r.example"),
            package("MIT", "git+https://elsewhere.example"),
        ];
        assert_eq!(
            policy().findings(&packages),
            [
                "p 1.0.0: the licence `GPL-3.0` is not allowed",
                "p 1.0.0: the source `git+https://elsewhere.example` is not allowed"
            ]
        );
    }

    #[test]
    fn notices_hold_what_ships_and_nothing_else() {
        let metadata = serde_json::json!({
            "packages": [
                {"id": "w", "name": "copydesk", "version": "0.1.0", "license": "MIT", "source": null},
                {"id": "a", "name": "a", "version": "1.0.0", "license": "MIT", "source": "registry+r"},
                {"id": "b", "name": "b", "version": "2.0.0", "license": "ISC", "source": "registry+r"},
                {"id": "t", "name": "t", "version": "3.0.0", "license": "MIT", "source": "registry+r"},
            ],
            "resolve": {"nodes": [
                {"id": "w", "deps": [
                    {"pkg": "a", "dep_kinds": [{"kind": null}]},
                    {"pkg": "t", "dep_kinds": [{"kind": "dev"}]},
                ]},
                {"id": "a", "deps": [{"pkg": "b", "dep_kinds": [{"kind": "build"}, {"kind": null}]}]},
                {"id": "b", "deps": []},
                {"id": "t", "deps": []},
            ]},
        });
        let lock = serde_json::json!({"packages": {
            "": {"name": "ui"},
            "node_modules/@x/y": {"version": "5.0.0", "license": "OFL-1.1"},
            "node_modules/tool": {"version": "6.0.0", "license": "MIT", "dev": true},
        }});
        let text = notices(&crates_of(&metadata), &npm_packages_of(&lock));
        let (fonts, packages) = text.split_once("## Rust").unwrap();
        assert!(fonts.contains("| DejaVu Sans Mono | pages | Bitstream-Vera |"), "{fonts}");
        assert!(fonts.contains("| hypher |"), "{fonts}");
        let rows: Vec<&str> =
            packages.lines().filter(|line| line.ends_with("|") && !line.contains("---")).collect();
        assert_eq!(
            rows,
            [
                "| package | version | licence |",
                "| a | 1.0.0 | MIT |",
                "| b | 2.0.0 | ISC |",
                "| package | version | licence |",
                "| @x/y | 5.0.0 | OFL-1.1 |"
            ]
        );
    }

    #[test]
    fn the_texts_of_a_package_are_found_by_their_names() {
        let folder = tempfile::tempdir().unwrap();
        for (name, text) in [
            ("LICENSE-MIT", "Permission.\n"),
            ("license.md", "Other.\n"),
            ("README.md", "No."),
            ("NOTICE", " \n"),
        ] {
            std::fs::write(folder.path().join(name), text).unwrap();
        }
        assert_eq!(texts_in(folder.path()), ["Permission.", "Other."]);
    }
}
