//! What ships besides packages: fonts, and data that lies within packages under licences of its own.

use std::path::Path;

/// Folder of the faces that pages are set with; each subfolder is one face with its licence.
pub const FONTS: &str = "src-tauri/crates/typeset/fonts";

/// Something that ships and is no package.
pub struct Asset {
    /// What it is.
    pub name: &'static str,
    /// Where it is used.
    pub part: &'static str,
    /// SPDX expression.
    pub licence: &'static str,
    /// Its licence's text, in the repository or among the interface's packages.
    pub text: &'static str,
}

/// All fonts that ship.
pub const ASSETS: [Asset; 6] = [
    Asset {
        name: "Source Serif 4",
        part: "pages",
        licence: "OFL-1.1",
        text: "src-tauri/crates/typeset/fonts/source-serif-4/LICENSE.md",
    },
    Asset {
        name: "Libertinus Serif",
        part: "pages",
        licence: "OFL-1.1",
        text: "src-tauri/crates/typeset/fonts/libertinus/OFL.txt",
    },
    Asset {
        name: "DejaVu Sans Mono",
        part: "pages",
        licence: "Bitstream-Vera",
        text: "src-tauri/crates/typeset/fonts/dejavu/LICENSE.txt",
    },
    Asset {
        name: "Noto Emoji",
        part: "pages",
        licence: "OFL-1.1",
        text: "src-tauri/crates/typeset/fonts/noto-emoji/OFL.txt",
    },
    Asset {
        name: "Inter",
        part: "interface",
        licence: "OFL-1.1",
        text: "ui/node_modules/@fontsource-variable/inter/LICENSE",
    },
    Asset {
        name: "Source Serif 4",
        part: "interface",
        licence: "OFL-1.1",
        text: "ui/node_modules/@fontsource-variable/source-serif-4/LICENSE",
    },
];

/// Data within packages: what, in which package, under which terms (the packages' own words).
pub const DATA: [(&str, &str, &str); 3] = [
    ("hyphenation patterns of TeX", "hypher", "permissive, each file its own: MIT, BSD-3, MPL or LPPL"),
    (
        "syntax definitions for code on pages",
        "two-face",
        "MIT and other permissive ones, named in its acknowledgements",
    ),
    (
        "colour profiles, tables of Unicode and of MathML",
        "typst-assets",
        "Apache-2.0; CC0-1.0 (profiles); Unicode-3.0; W3C document licence",
    ),
];

/// What is wrong with the assets: a face that is not named here, a licence without its text.
pub fn findings(root: &Path) -> Vec<String> {
    let mut findings = Vec::new();
    for Asset { name, text, .. } in ASSETS {
        if std::fs::read_to_string(root.join(text)).map_or(true, |text| text.trim().is_empty()) {
            findings.push(format!("{name}: its licence {text} is missing"));
        }
    }
    for entry in std::fs::read_dir(root.join(FONTS)).into_iter().flatten().flatten() {
        let folder = format!("{FONTS}/{}/", entry.file_name().to_string_lossy());
        if !ASSETS.iter().any(|asset| asset.text.starts_with(&folder)) {
            findings.push(format!("{folder} is not named in src-tauri/xtask/src/assets.rs"));
        }
    }
    findings
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_face_without_its_licence_is_found() {
        let root = tempfile::tempdir().unwrap();
        for Asset { text, .. } in ASSETS {
            std::fs::create_dir_all(root.path().join(text).parent().unwrap()).unwrap();
            std::fs::write(root.path().join(text), "Permission is granted.").unwrap();
        }
        assert_eq!(findings(root.path()), Vec::<String>::new());
        std::fs::write(root.path().join(ASSETS[2].text), " ").unwrap();
        std::fs::create_dir(root.path().join(FONTS).join("new")).unwrap();
        let found = findings(root.path());
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].starts_with("DejaVu Sans Mono") && found[1].contains("fonts/new/"), "{found:?}");
    }
}
