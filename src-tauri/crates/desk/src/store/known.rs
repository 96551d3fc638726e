//! The articles that a desk held when it was last open, so that what was renamed or moved while the program was closed
//! is followed at the next start. Losing this file loses no more than that.

use std::path::{Path, PathBuf};

use crate::library::{Known, Stat};

use super::atomic;
use super::fs::Fs;

/// Path, size, times, device, inode, birth, and the bytes' hash in hexadecimal.
type Row = (String, u64, i64, i64, u64, u64, i64, Option<String>);

fn file(local: &Path) -> PathBuf {
    local.join("known.json")
}

/// The articles that were known; none where nothing was kept or it cannot be read.
#[must_use]
pub fn read(fs: &dyn Fs, local: &Path) -> Vec<Known> {
    let rows: Vec<Row> =
        fs.read(&file(local)).ok().and_then(|bytes| serde_json::from_slice(&bytes).ok()).unwrap_or_default();
    let known = |(path, size, mtime_ns, ctime_ns, dev, ino, birth_ns, hash): Row| Known {
        path,
        stat: Stat { size, mtime_ns, ctime_ns, dev, ino, birth_ns },
        hash: hash.and_then(|hash| u128::from_str_radix(&hash, 16).ok()),
    };
    rows.into_iter().map(known).collect()
}

/// Keeps the articles that are known. What cannot be kept is no harm.
pub fn write(fs: &dyn Fs, local: &Path, known: &[Known]) {
    let rows: Vec<Row> = known
        .iter()
        .map(|Known { path, stat, hash }| {
            let hash = hash.map(|hash| format!("{hash:x}"));
            let Stat { size, mtime_ns, ctime_ns, dev, ino, birth_ns } = *stat;
            (path.clone(), size, mtime_ns, ctime_ns, dev, ino, birth_ns, hash)
        })
        .collect();
    if let Ok(bytes) = serde_json::to_vec(&rows) {
        let _ = atomic::put(fs, &file(local), &bytes);
    }
}

#[cfg(test)]
mod tests {
    use super::super::fs::RealFs;
    use super::*;

    #[test]
    fn what_is_kept_comes_back_and_damage_is_nothing() {
        let folder = tempfile::tempdir().unwrap();
        assert_eq!(read(&RealFs, folder.path()), []);
        let stat = Stat { size: 3, mtime_ns: -1, ctime_ns: 2, dev: 1, ino: u64::MAX, birth_ns: 4 };
        let known = [
            Known { path: "ville/été.md".into(), stat, hash: Some(u128::MAX) },
            Known { path: "b.md".into(), stat, hash: None },
        ];
        write(&RealFs, folder.path(), &known);
        assert_eq!(read(&RealFs, folder.path()), known);
        std::fs::write(folder.path().join("known.json"), "[[1]]").unwrap();
        assert_eq!(read(&RealFs, folder.path()), []);
    }
}
