//! What an interrupted save left behind: temporary files whose bytes are kept elsewhere go, all others stay and are
//! named. A file that another Copydesk may still be writing is too young to be looked at.

use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

use super::atomic::{self, fingerprint};
use super::fs::Fs;
use super::history::History;
use super::journal::Draft;

/// A save that still runs is younger than this.
pub const YOUNG: Duration = Duration::from_secs(60);

/// A temporary file that nobody finished.
#[derive(Debug, PartialEq, Eq)]
pub struct Leftover {
    /// Where it is.
    pub path: PathBuf,
    /// Its bytes are kept elsewhere.
    pub spare: bool,
}

/// What a sweep did.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Swept {
    /// Files that were removed.
    pub removed: usize,
    /// Files whose bytes are nowhere else, or that cannot be read or removed.
    pub kept: Vec<PathBuf>,
}

/// Looks for leftovers that are old enough, in a folder and those below it; links are left out, and so are hidden
/// folders but the desk's own. `known` says whether bytes are kept elsewhere.
pub fn find(fs: &dyn Fs, root: &Path, known: &dyn Fn(&[u8]) -> bool, min_age: Duration) -> Vec<Leftover> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        for path in atomic::leftovers(&folder) {
            if is_old(&path, min_age) {
                let spare = fs.read(&path).is_ok_and(|bytes| {
                    let written = written(&bytes);
                    written.is_empty() || known(written) || written.len() < bytes.len() && known(&bytes)
                });
                found.push(Leftover { path, spare });
            }
        }
        let below = std::fs::read_dir(&folder).into_iter().flatten().flatten();
        folders.extend(
            below
                .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
                .filter(|entry| {
                    let name = entry.file_name();
                    name == ".copydesk" || !name.to_string_lossy().starts_with('.')
                })
                .map(|entry| entry.path()),
        );
    }
    found.sort_by(|a, b| a.path.cmp(&b.path));
    found
}

/// What was written of a file: a power cut may leave it as long as it was to be, with zeros where no byte came to the
/// medium.
fn written(bytes: &[u8]) -> &[u8] {
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    &bytes[..end]
}

/// Removes what interrupted work left in a desk and in its local folder, where nothing is lost by it.
pub fn sweep(
    fs: &dyn Fs,
    desk: &Path,
    local: &Path,
    drafts: &[Draft],
    history: Option<&History>,
    min_age: Duration,
) -> Swept {
    let known = |bytes: &[u8]| is_kept(drafts, history, bytes);
    let mut found = find(fs, desk, &known, min_age);
    // What was begun here was never promised: the draft or the settings before it are whole.
    found.extend(find(fs, local, &|_| true, min_age));
    let mut swept = Swept::default();
    for Leftover { path, spare } in found {
        if spare && fs.remove(&path).is_ok() {
            swept.removed += 1;
        } else {
            swept.kept.push(path);
        }
    }
    swept
}

/// Whether bytes are in history, or the beginning of a draft.
#[must_use]
pub fn is_kept(drafts: &[Draft], history: Option<&History>, bytes: &[u8]) -> bool {
    history.is_some_and(|history| history.has(&fingerprint(bytes))) || is_part_of_a_draft(drafts, bytes)
}

/// Whether a file was written at least so long ago.
pub(super) fn is_old(path: &Path, min_age: Duration) -> bool {
    let modified = std::fs::symlink_metadata(path).and_then(|metadata| metadata.modified());
    // A clock that went back makes a file young, which is the safe side.
    min_age.is_zero()
        || modified
            .is_ok_and(|modified| SystemTime::now().duration_since(modified).is_ok_and(|age| age >= min_age))
}

/// Whether bytes are the beginning of a draft's text: a temporary file that was being written is its article's draft,
/// cut short, but for byte-order mark and line ends.
fn is_part_of_a_draft(drafts: &[Draft], bytes: &[u8]) -> bool {
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
        let (desk, local) = (tempfile::tempdir().unwrap(), tempfile::tempdir().unwrap());
        let at = |name: &str| desk.path().join(name);
        for folder in [at("ville"), at(".git"), local.path().join("drafts")] {
            std::fs::create_dir(folder).unwrap();
        }
        for (name, bytes) in [
            (".copydesk-1.tmp", "connu"),
            ("ville/.copydesk-2.tmp", ""),
            ("ville/.copydesk-3.tmp", "inconnu"),
            ("ville/a.md", "connu"),
            (".git/.copydesk-5.tmp", ""),
            (".copydesk-6.tmp", "con\0\0\0"),
            (".copydesk-7.tmp", "\0\0\0"),
        ] {
            std::fs::write(at(name), bytes).unwrap();
        }
        std::fs::write(local.path().join("drafts/.copydesk-4.tmp"), "un brouillon").unwrap();
        let swept = |age| sweep(&RealFs, desk.path(), local.path(), &[draft("connu et plus")], None, age);
        assert_eq!(swept(YOUNG), Swept::default());
        assert_eq!(swept(Duration::ZERO), Swept { removed: 5, kept: vec![at("ville/.copydesk-3.tmp")] });
        assert!(at("ville/a.md").exists() && at(".git/.copydesk-5.tmp").exists());
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
