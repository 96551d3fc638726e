//! Which files of a desk's folder are left out.

use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use ignore::gitignore::{Gitignore, GitignoreBuilder};

/// Names what is left out, in gitignore's syntax; valid for its folder and all below.
pub(super) const IGNORE_FILE: &str = ".copydeskignore";

/// Hidden names, `node_modules`, and what the ignore files name.
pub(super) struct Rules {
    root: PathBuf,
    /// Ignore file of each folder that was asked about; `None` where it has none.
    files: RwLock<HashMap<PathBuf, Option<Arc<Gitignore>>>>,
}

impl Rules {
    pub(super) fn new(root: PathBuf) -> Self {
        Self { root, files: RwLock::default() }
    }

    /// Ignore files may have changed.
    pub(super) fn forget(&self) {
        self.files.write().unwrap_or_else(PoisonError::into_inner).clear();
    }

    /// Is a path (relative to the desk) part of it, with all folders above?
    pub(super) fn admits(&self, rel: &Path, folder: bool) -> bool {
        let mut parts: Vec<&Path> = rel.ancestors().filter(|part| !part.as_os_str().is_empty()).collect();
        parts.reverse();
        let last = parts.len();
        parts.iter().enumerate().all(|(at, part)| self.admits_name(part, folder || at + 1 < last))
    }

    /// The same where the folders above are known to be part of it.
    pub(super) fn admits_name(&self, rel: &Path, folder: bool) -> bool {
        let Some(name) = rel.file_name() else { return true };
        if name.as_encoded_bytes().starts_with(b".") || (folder && name == "node_modules") {
            return false;
        }
        let file = self.root.join(rel);
        for above in rel.ancestors().skip(1) {
            if let Some(rules) = self.of(above) {
                let answer = rules.matched(&file, folder);
                if !answer.is_none() {
                    return answer.is_whitelist();
                }
            }
        }
        true
    }

    fn of(&self, folder: &Path) -> Option<Arc<Gitignore>> {
        if let Some(known) = self.files.read().unwrap_or_else(PoisonError::into_inner).get(folder) {
            return known.clone();
        }
        let base = self.root.join(folder);
        let file = base.join(IGNORE_FILE);
        let rules = file.is_file().then(|| {
            let mut builder = GitignoreBuilder::new(base);
            // A line that is no pattern is left out; the others hold.
            let _ = builder.add(file);
            builder.build().map(Arc::new).ok()
        });
        let rules = rules.flatten();
        self.files.write().unwrap_or_else(PoisonError::into_inner).insert(folder.to_owned(), rules.clone());
        rules
    }
}
