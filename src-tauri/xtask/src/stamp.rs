//! Knowing whether a step's inputs changed since it last succeeded: a hash of names and bytes, kept in a file.
//! Bytes and not times, since a fresh clone and a branch switch change every time and no byte.

use std::collections::hash_map::DefaultHasher;
use std::hash::Hasher;
use std::io;
use std::path::{Path, PathBuf};

/// The hash of the files below `folder` (or of the file), but for the folders in `leave_out`, which are relative.
pub fn of(folder: &Path, leave_out: &[&str]) -> io::Result<String> {
    let mut files = Vec::new();
    collect(folder, folder, leave_out, &mut files)?;
    files.sort();
    // The default hasher's keys are fixed, and a new algorithm in a new Rust costs one build more.
    let mut hasher = DefaultHasher::new();
    for file in &files {
        hasher.write(file.strip_prefix(folder).unwrap_or(file).as_os_str().as_encoded_bytes());
        let bytes = std::fs::read(file)?;
        hasher.write_usize(bytes.len());
        hasher.write(&bytes);
    }
    Ok(format!("{:016x}", hasher.finish()))
}

fn collect(base: &Path, path: &Path, leave_out: &[&str], files: &mut Vec<PathBuf>) -> io::Result<()> {
    if path.is_dir() {
        for entry in std::fs::read_dir(path)? {
            let path = entry?.path();
            if !leave_out.iter().any(|name| base.join(name) == path) {
                collect(base, &path, leave_out, files)?;
            }
        }
    } else {
        files.push(path.to_path_buf());
    }
    Ok(())
}

/// Does the stamp in `file` say `hash`?
pub fn holds(file: &Path, hash: &str) -> bool {
    std::fs::read_to_string(file).is_ok_and(|text| text == hash)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stamp_follows_bytes_and_names_and_nothing_else() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path();
        std::fs::create_dir_all(path.join("src")).unwrap();
        std::fs::create_dir_all(path.join("dist")).unwrap();
        std::fs::write(path.join("src/a.ts"), "a").unwrap();
        let first = of(path, &["dist"]).unwrap();

        std::fs::write(path.join("src/a.ts"), "a").unwrap();
        std::fs::write(path.join("dist/out.js"), "built").unwrap();
        assert_eq!(of(path, &["dist"]).unwrap(), first, "the same bytes written again");

        std::fs::write(path.join("src/a.ts"), "b").unwrap();
        assert_ne!(of(path, &["dist"]).unwrap(), first, "another byte");

        std::fs::rename(path.join("src/a.ts"), path.join("src/b.ts")).unwrap();
        std::fs::write(path.join("src/b.ts"), "a").unwrap();
        assert_ne!(of(path, &["dist"]).unwrap(), first, "another name");
    }

    #[test]
    fn a_missing_stamp_holds_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("stamp");
        assert!(!holds(&file, "00"));
        std::fs::write(&file, "00").unwrap();
        assert!(holds(&file, "00"));
        assert!(!holds(&file, "01"));
    }
}
