//! What ARCHITECTURE.md calls invariants, as far as sources and Cargo's own account of the packages can show them.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Which of our packages a package may name.
const HOUSE: [(&str, &[&str]); 9] = [
    ("copydesk-core", &[]),
    ("copydesk-typeset", &["copydesk-core"]),
    ("copydesk-desk", &["copydesk-core", "copydesk-typeset", "copydesk-word"]),
    ("copydesk-word", &["copydesk-core"]),
    ("copydesk-cli", &["copydesk-core", "copydesk-desk", "copydesk-typeset"]),
    ("copydesk", &["copydesk-core", "copydesk-desk", "copydesk-typeset"]),
    ("copydesk-bench", &["copydesk-core", "copydesk-desk", "copydesk-typeset"]),
    ("copydesk-faults", &["copydesk-core", "copydesk-desk"]),
    ("xtask", &[]),
];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn stdout_of(program: &str, args: &[&str]) -> String {
    let output = Command::new(program).args(args).current_dir(root()).output().expect(program);
    assert!(output.status.success(), "{program} {args:?}: {}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("UTF-8")
}

/// The repository's files that are text, with `/` in their paths: what git holds or would hold.
fn files() -> Vec<(String, String)> {
    let listing = stdout_of("git", &["ls-files", "-z", "--cached", "--others", "--exclude-standard"]);
    let paths: BTreeSet<&str> = listing.split('\0').filter(|path| !path.is_empty()).collect();
    let read = |path: &str| Some((path.to_owned(), std::fs::read_to_string(root().join(path)).ok()?));
    paths.into_iter().filter_map(read).collect()
}

/// A Rust source up to its tests, without comments: what the program does.
fn program_part(source: &str) -> String {
    let source = source.split("#[cfg(test)]\nmod").next().unwrap_or_default();
    source.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Every place where a file of `files` that `of_interest` picks holds one of `words`.
fn places(
    files: &[(String, String)],
    of_interest: impl Fn(&str) -> bool,
    read: impl Fn(&str) -> String,
    words: &[&str],
) -> Vec<String> {
    let mut places = Vec::new();
    for (path, text) in files.iter().filter(|(path, _)| of_interest(path)) {
        for line in read(text).lines() {
            if let Some(word) = words.iter().find(|word| line.contains(*word)) {
                places.push(format!("{path}: `{word}` in: {}", line.trim()));
            }
        }
    }
    places
}

#[test]
fn packages_depend_one_way() {
    let metadata: Value = serde_json::from_str(&stdout_of(
        env!("CARGO"),
        &["metadata", "--offline", "--no-deps", "--format-version", "1"],
    ))
    .unwrap();
    let mut ours = BTreeMap::new();
    for package in metadata["packages"].as_array().unwrap() {
        let name = |value: &Value| value["name"].as_str().unwrap_or_default().to_owned();
        let is_ordinary = |dependency: &&Value| dependency["kind"].is_null();
        let dependencies: Vec<String> =
            package["dependencies"].as_array().unwrap().iter().filter(is_ordinary).map(name).collect();
        ours.insert(name(package), dependencies);
    }
    assert_eq!(
        ours.keys().map(String::as_str).collect::<BTreeSet<_>>(),
        HOUSE.iter().map(|(name, _)| *name).collect(),
        "a package came or went: say here what it may name"
    );
    for (name, allowed) in HOUSE {
        for dependency in &ours[name] {
            assert!(
                !ours.contains_key(dependency) || allowed.contains(&dependency.as_str()),
                "{name} names {dependency}"
            );
            let is_tauri = dependency == "tauri" || dependency.starts_with("tauri-");
            assert!(!is_tauri || name == "copydesk", "{name} names {dependency}");
            let is_typst = dependency == "typst" || dependency.starts_with("typst-");
            assert!(!is_typst || name == "copydesk-typeset", "{name} names {dependency}");
        }
    }
}

#[test]
fn the_command_line_links_no_web_engine() {
    let tree = stdout_of(
        env!("CARGO"),
        &[
            "tree",
            "--offline",
            "--package",
            "copydesk-cli",
            "--edges",
            "normal",
            "--prefix",
            "none",
            "--format",
            "{p}",
        ],
    );
    let engine = ["tauri ", "wry ", "tao ", "webkit2gtk", "gtk ", "gtk-sys ", "javascriptcore"];
    let found: Vec<&str> =
        tree.lines().filter(|line| engine.iter().any(|name| line.starts_with(name))).collect();
    assert!(tree.starts_with("copydesk-cli"), "{tree}");
    assert!(found.is_empty(), "the command line reaches {found:?}");
}

#[test]
fn only_the_shell_names_tauri_and_only_typeset_names_typst() {
    let files = files();
    let is_rust = |path: &str| path.starts_with("src-tauri/") && path.ends_with(".rs");
    let shell = |path: &str| path.starts_with("src-tauri/src/") || path == "src-tauri/build.rs";
    let tauri = places(
        &files,
        |path| is_rust(path) && !shell(path),
        program_part,
        &["tauri::", "tauri_", "use tauri"],
    );
    assert_eq!(tauri, Vec::<String>::new());
    let typeset = |path: &str| path.starts_with("src-tauri/crates/typeset/");
    let typst = places(
        &files,
        |path| is_rust(path) && !typeset(path),
        program_part,
        &["typst::", "typst_", "use typst"],
    );
    assert_eq!(typst, Vec::<String>::new());
}

#[test]
fn core_has_no_input_no_output_and_no_clock() {
    let outside = [
        "std::fs",
        "std::io",
        "std::net",
        "std::env",
        "std::process",
        "std::thread",
        "std::time",
        "SystemTime",
        "Timestamp::now",
        "Zoned::now",
        "println!",
        "eprintln!",
    ];
    let core = |path: &str| path.starts_with("src-tauri/crates/core/src/");
    assert_eq!(places(&files(), core, program_part, &outside), Vec::<String>::new());
}

/// The modules that a TypeScript or Svelte source imports, also those it imports late.
fn imports(source: &str) -> Vec<&str> {
    let mut imports = Vec::new();
    for line in source.lines() {
        let line = line.trim_start();
        let starts = ["import ", "} from "].iter().any(|start| line.starts_with(start))
            || (line.starts_with("export ") && line.contains(" from "));
        let late = line.find("import(").map(|at| &line[at..]);
        let Some(rest) = late.or_else(|| starts.then_some(line)) else { continue };
        // The module is the last quoted word, or what `import(` opens with.
        let rest =
            if late.is_some() { rest } else { rest.rsplit_once(" from ").map_or(rest, |(_, rest)| rest) };
        if let Some(module) = rest.split(['"', '\'']).nth(1) {
            imports.push(module);
        }
    }
    imports
}

#[test]
fn imports_are_read() {
    let source = "import x from \"a\";\nimport \"b\";\n} from 'c';\nconst y = await import(\"d\");\nexport type { T } from \"e\";\nexport const z = f(\"f\");";
    assert_eq!(imports(source), ["a", "b", "c", "d", "e"]);
}

/// The imports in `ui/src/<folder>`, tests left out: `(path, module)`.
fn imports_below(files: &[(String, String)], folder: &str) -> Vec<(String, String)> {
    let is_source = |path: &str| {
        (path.ends_with(".ts") || path.ends_with(".svelte"))
            && !path.ends_with(".test.ts")
            && !path.ends_with(".d.ts")
    };
    files
        .iter()
        .filter(|(path, _)| path.starts_with(folder) && is_source(path))
        .flat_map(|(path, text)| {
            imports(text).into_iter().map(move |module| (path.clone(), module.to_owned()))
        })
        .collect()
}

#[test]
fn the_interface_depends_one_way() {
    let files = files();
    for (path, module) in imports_below(&files, "ui/src/") {
        let is_tauri = module.starts_with("@tauri-apps/");
        assert!(!is_tauri || path == "ui/src/host/tauri.ts", "{path} imports {module}");
    }
    for (path, module) in imports_below(&files, "ui/src/editor/") {
        // `typed` is the one word that the editor and the preview share: what was just typed, and where.
        let allowed = ["@codemirror/", "@lezer/", "./"].iter().any(|start| module.starts_with(start));
        assert!(allowed || module == "../typed", "{path} imports {module}: the editor knows CodeMirror only");
    }
    // What a folder may not reach: views -> state -> ipc -> host.
    for (folder, above) in [
        ("ui/src/host/", &["/ipc/", "/state/", "/views/"][..]),
        ("ui/src/ipc/", &["/state/", "/views/"]),
        ("ui/src/state/", &["/views/"]),
    ] {
        for (path, module) in imports_below(&files, folder) {
            // The wire's types are words that every layer may use.
            let is_wire = module.contains("/ipc/generated/");
            assert!(is_wire || !above.iter().any(|above| module.contains(above)), "{path} imports {module}");
        }
    }
}

#[test]
fn the_interface_reads_no_text_as_code_or_markup() {
    // DOMParser is not here: its document runs and loads nothing, and pasted HTML is only read in it.
    let words = [
        ".innerHTML",
        ".outerHTML",
        "insertAdjacentHTML",
        "document.write",
        " eval(",
        "new Function(",
        "{@html",
        "createContextualFragment",
        "srcdoc",
    ];
    let sources = |path: &str| {
        path.starts_with("ui/src/") && !path.ends_with(".test.ts") && !path.ends_with(".testing.ts")
    };
    assert_eq!(places(&files(), sources, str::to_owned, &words), Vec::<String>::new());
}

#[test]
fn the_repository_names_no_machine() {
    // In halves, so that this file does not hold them.
    let words = [
        ["/ro", "ot/"],
        ["/wo", "rk/"],
        ["registry.np", "mjs"],
        ["index.crates", ".io"],
        ["static.crates", ".io"],
        ["deb.deb", "ian.org"],
        ["pypi", ".org"],
    ]
    .map(|halves| halves.concat());
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    assert_eq!(places(&files(), |_| true, str::to_owned, &words), Vec::<String>::new());
}

#[test]
fn no_test_file_is_forgotten() {
    let main = std::fs::read_to_string(root().join("tests/main.rs")).unwrap();
    for entry in std::fs::read_dir(root().join("tests")).unwrap() {
        let path = entry.unwrap().path();
        let is_module = path.extension().is_some_and(|end| end == "rs") || path.join("mod.rs").is_file();
        let name = path.file_stem().unwrap().to_string_lossy().into_owned();
        assert!(
            !is_module || name == "main" || main.contains(&format!("mod {name};")),
            "tests/main.rs lacks {name}"
        );
    }
}
