//! What an interrupted save left behind: temporary files whose bytes are kept elsewhere go, all others stay and are
//! named. A file that another Copydesk may still be writing is too young to be looked at.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::atomic;
use super::fs::Fs;
use super::journal::Draft;

/// What a sweep did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that were removed.
    pub removed: usize,
    /// Files whose bytes are nowhere else, or that cannot be read or removed.
    pub kept: Vec<PathBuf>,
}

/// Sweeps a folder and those below it; links and hidden folders are left out. `known` says whether bytes are kept
/// elsewhere.
pub fn sweep(fs: &dyn Fs, root: &Path, known: &dyn Fn(&[u8]) -> bool, min_age: Duration) -> Swept {
    let mut swept = Swept::default();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in atomic::leftovers(&folder) {
            if !is_old(&path, min_age) {
                continue;
            }
            let spare = fs.read(&path).is_ok_and(|bytes| bytes.is_empty() || known(&bytes));
            if spare && fs.remove(&path).is_ok() {
                swept.removed += 1;
            } else {
                swept.kept.push(path);
            }
        }
        let below = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(
            below
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .filter(|entry| !entry.file_name().to_string_lossy().starts_with('.'))
                .map(|entry| entry.path()),
        );
    }
    swept.kept.sort();
    swept
}

fn is_old(path: &Path, min_age: Duration) -> bool {
    let modified = std::fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    // A clock that went back makes a file young, which is the safe side.
    min_age.is_zero()
        || modified
            .is_ok_and(|modified| SystemTime::now().duration_since(modified).is_ok_and(|age| age >= min_age))
}

/// Whether bytes are the beginning of a draft's text: a temporary file that was being written is its article's draft,
/// cut short, but for byte-order mark and line ends.
#[must_use]
pub fn is_part_of_a_draft(drafts: &[Draft], bytes: &[u8]) -> bool {
    let bytes = bytes.strip_prefix("\u{feff}".as_bytes()).unwrap_or(bytes);
    let mut plain = Vec::with_capacity(bytes.len());
    for (at, byte) in bytes.iter().enumerate() {
        match byte {
            // The last byte of what was cut short may be half of a CR LF.
            b'\r' if bytes.get(at + 1) == Some(&b'\n') || at + 1 == bytes.len() => {}
            b'\r' => plain.push(b'\n'),
            byte => plain.push(*byte),
        }
    }
    drafts.iter().any(|draft| draft.text.as_bytes().starts_with(&plain))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fs::RealFs;

    fn draft(text: &str) -> Draft {
        Draft {
            path: "a.md".into(),
            base: atomic::fingerprint(b""),
            text: text.into(),
            raw: false,
            caret: 0,
            scroll: 1.0,
            saved_ms: 0,
        }
    }

    #[test]
    fn only_what_is_kept_elsewhere_goes() {
        let desk = tempfile::tempdir().unwrap();
        let at = |name: &str| desk.path().join(name);
        std::fs::create_dir(at("ville")).unwrap();
        for (name, bytes) in [
            (".copydesk-1.tmp", "connu"),
            ("ville/.copydesk-2.tmp", ""),
            ("ville/.copydesk-3.tmp", "inconnu"),
            ("ville/a.md", "connu"),
        ] {
            std::fs::write(at(name), bytes).unwrap();
        }
        let known = |bytes: &[u8]| bytes == b"connu";
        let young = sweep(&RealFs, desk.path(), &known, Duration::from_secs(600));
        assert_eq!(young, Swept::default());
        let swept = sweep(&RealFs, desk.path(), &known, Duration::ZERO);
        assert_eq!(swept, Swept { removed: 2, kept: vec![at("ville/.copydesk-3.tmp")] });
        assert!(at("ville/a.md").exists());
    }

    #[test]
    fn a_draft_cut_short_is_known_by_its_beginning() {
        let drafts = [draft("été\nun\ndeux\n")];
        for (bytes, known) in [
            ("\u{feff}été\r\nun\r\nde", true),
            ("été\r\nun\r", true),
            ("été\run\rdeux\r", true),
            ("été\n\nun", false),
            ("été\nun\ndeux\ntrois", false),
        ] {
            assert_eq!(is_part_of_a_draft(&drafts, bytes.as_bytes()), known, "{bytes:?}");
        }
        assert!(is_part_of_a_draft(&drafts, &"été".as_bytes()[..1]), "half a character");
    }
}
