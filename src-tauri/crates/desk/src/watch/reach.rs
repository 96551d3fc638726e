//! How far the system's watch reaches.
//!
//! On Linux each folder is watched by itself. A recursive watch would do the same behind our back, but it gives up
//! the rest of a tree at the first folder that vanishes or cannot be read, misses what is in a new folder already,
//! and spends watches and queue on `.git` and `node_modules`.

use std::ffi::OsStr;
use std::fs;
use std::path::Path;

use notify::{ErrorKind, RecommendedWatcher, RecursiveMode, Watcher};

/// Names of folders of which nothing is an article.
pub(super) fn is_left_out(name: &OsStr) -> bool {
    name.as_encoded_bytes().starts_with(b".") || name == "node_modules"
}

/// Watches a folder and all below; what is watched already stays so. What vanished meanwhile, or cannot be read, is
/// passed over: it holds nothing that could be listed.
///
/// # Errors
/// There are no watches left, or the system's watch is broken.
pub(super) fn watch_below(system: &mut RecommendedWatcher, folder: &Path) -> notify::Result<()> {
    if !cfg!(target_os = "linux") {
        return system.watch(folder, RecursiveMode::Recursive);
    }
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        match system.watch(&folder, RecursiveMode::NonRecursive) {
            Ok(()) => {}
            Err(error) if is_passing(&error.kind) => continue,
            Err(error) => return Err(error),
        }
        // Listed after it is watched: a folder that is made from here on is reported.
        let names = fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(
            names
                .filter(|name| name.file_type().is_ok_and(|kind| kind.is_dir()))
                .filter(|name| !is_left_out(&name.file_name()))
                .map(|name| name.path()),
        );
    }
    Ok(())
}

fn is_passing(error: &ErrorKind) -> bool {
    match error {
        ErrorKind::PathNotFound => true,
        ErrorKind::Io(error) => matches!(
            error.kind(),
            std::io::ErrorKind::NotFound
                | std::io::ErrorKind::NotADirectory
                | std::io::ErrorKind::PermissionDenied
        ),
        _ => false,
    }
}
