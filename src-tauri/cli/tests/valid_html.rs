//! Exported pages before a validator of HTML (html-validate, a development dependency of the interface): the sample
//! newsroom, the examples of the CommonMark specification, and the texts that mean harm.

use std::path::{Path, PathBuf};
use std::process::Command;

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

fn articles(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            articles(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let place = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &place);
        } else {
            std::fs::copy(&path, &place).unwrap();
        }
    }
}

/// Exports `articles` into `pages`, with an empty data folder.
fn export(articles: &[PathBuf], pages: &Path, more: &[&str]) {
    let out = Command::new(env!("CARGO_BIN_EXE_copydesk"))
        .args(["export", "--to", "html", "--out"])
        .arg(pages)
        .args(more)
        .args(articles)
        .env("COPYDESK_DATA_DIR", pages.join("data"))
        .output()
        .unwrap();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
}

/// What the validator says of every page in a folder; empty where all are valid.
fn findings(pages: &Path) -> String {
    let config = pages.join("config.json");
    std::fs::write(&config, r#"{"root": true, "extends": ["html-validate:standard"]}"#).unwrap();
    let validator = root().join("ui/node_modules/html-validate/bin/html-validate.mjs");
    assert!(validator.is_file(), "html-validate is missing: run `npm ci` in ui");
    let out = Command::new("node")
        .arg(validator)
        .args(["--config", "config.json", "--formatter", "text", "*.html"])
        .current_dir(pages)
        .output()
        .expect("node");
    let said = String::from_utf8_lossy(&out.stdout).into_owned();
    if out.status.success() { String::new() } else { said + &String::from_utf8_lossy(&out.stderr) }
}

/// The number of pages in a folder.
fn count(pages: &Path) -> usize {
    std::fs::read_dir(pages)
        .unwrap()
        .filter(|entry| entry.as_ref().unwrap().path().extension().is_some_and(|end| end == "html"))
        .count()
}

#[test]
fn the_sample_newsroom_is_valid() {
    let pages = tempfile::tempdir().unwrap();
    // A copy: some of its articles have gates, and who overrides them is written down in the desk.
    let desk = tempfile::tempdir().unwrap();
    copy(&root().join("articles"), desk.path());
    let mut all = Vec::new();
    articles(desk.path(), &mut all);
    let over = ["--override", "a test", "--by", "Ada"];
    export(&all, pages.path(), &over);
    assert!(count(pages.path()) >= 8);
    assert_eq!(findings(pages.path()), "");
    // On letter paper with its images beside it, a page is another one.
    export(&all, pages.path(), &[&over[..], &["--paper", "letter", "--images", "beside"]].concat());
    assert_eq!(findings(pages.path()), "");
}

#[test]
fn every_example_of_the_specification_and_every_attack_is_valid() {
    let spec = std::fs::read_to_string(root().join("ui/node_modules/commonmark-spec/spec.txt"))
        .expect("the specification: run `npm ci` in ui");
    let start = format!("{} example\n", "`".repeat(32));
    let examples =
        spec.split(&start).skip(1).map(|example| example.split_once("\n.\n").unwrap().0.replace('→', "\t"));
    let data = root().join("src-tauri/crates/core/tests/render");
    let read = |name: &str| std::fs::read_to_string(data.join(name)).unwrap();
    let (gfm, attacks) = (read("gfm.txt"), read("attacks.txt"));
    let folder = tempfile::tempdir().unwrap();
    let mut all = Vec::new();
    for (n, text) in examples
        .chain(gfm.split("----\n").map(str::to_owned))
        .chain(attacks.lines().map(str::to_owned))
        .enumerate()
    {
        let file = folder.path().join(format!("{n}.md"));
        std::fs::write(&file, text + "\n").unwrap();
        all.push(file);
    }
    let pages = folder.path().join("pages");
    export(&all, &pages, &[]);
    assert_eq!(count(&pages), all.len());
    assert_eq!(findings(&pages), "");
}

#[test]
fn the_validator_finds_what_is_wrong() {
    let pages = tempfile::tempdir().unwrap();
    std::fs::write(
        pages.path().join("a.html"),
        "<!DOCTYPE html><html><body><p><div></div></p></body></html>",
    )
    .unwrap();
    assert!(findings(pages.path()).contains("close-order"));
}
