//! What the disk says of a file.

use std::fs::{self, Metadata};
use std::io;
use std::path::{Component, Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use unicode_normalization::UnicodeNormalization;

/// Metadata that changes when a file does. Times are nanoseconds since 1970.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stat {
    /// Bytes.
    pub size: u64,
    /// Last change of the content, as the file claims.
    pub mtime_ns: i64,
    /// Last change of content or metadata, as the kernel knows (0 where it does not say).
    pub ctime_ns: i64,
    /// Device (0 where unknown).
    pub dev: u64,
    /// Inode (0 where unknown).
    pub ino: u64,
    /// Birth (0 where unknown). Inodes are used again at once; an inode with its birth is one file.
    pub birth_ns: i64,
}

impl Stat {
    fn of(meta: &Metadata) -> Self {
        #[cfg(unix)]
        let (ctime_ns, dev, ino) = {
            use std::os::unix::fs::MetadataExt;
            (
                meta.ctime().saturating_mul(1_000_000_000).saturating_add(meta.ctime_nsec()),
                meta.dev(),
                meta.ino(),
            )
        };
        #[cfg(not(unix))]
        let (ctime_ns, dev, ino) = (0, 0, 0);
        if cfg!(chaos_mutant = "mtime_only") {
            return Self { mtime_ns: meta.modified().map(nanoseconds).unwrap_or(0), ..Self::default() };
        }
        Self {
            size: meta.len(),
            mtime_ns: meta.modified().map(nanoseconds).unwrap_or(0),
            ctime_ns,
            dev,
            ino,
            birth_ns: meta.created().map(nanoseconds).unwrap_or(0),
        }
    }

    /// Milliseconds since 1970.
    #[must_use]
    pub fn modified_ms(&self) -> i64 {
        self.mtime_ns.div_euclid(1_000_000)
    }

    /// The file system tells births.
    pub(super) fn born(&self) -> bool {
        self.birth_ns != 0
    }

    /// The same inode, and nothing says that it was used anew.
    pub(super) fn is_same_file(&self, other: &Self) -> bool {
        self.ino != 0 && (self.dev, self.ino, self.birth_ns) == (other.dev, other.ino, other.birth_ns)
    }

    pub(super) fn is_same_content(&self, other: &Self) -> bool {
        (self.size, self.mtime_ns) == (other.size, other.mtime_ns)
    }

    /// Time since the last change of the content.
    pub(super) fn age(&self) -> Duration {
        let then = UNIX_EPOCH + Duration::from_nanos(u64::try_from(self.mtime_ns).unwrap_or(0));
        SystemTime::now().duration_since(then).unwrap_or_default()
    }
}

fn nanoseconds(time: SystemTime) -> i64 {
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => i64::try_from(after.as_nanos()).unwrap_or(i64::MAX),
        Err(before) => i64::try_from(before.duration().as_nanos()).map_or(i64::MIN, |nanos| -nanos),
    }
}

/// A file that may be an article.
#[derive(Clone, Debug)]
pub(super) struct Found {
    /// Identity.
    pub path: String,
    /// Name on the disk, relative to the desk.
    pub real: PathBuf,
    pub stat: Stat,
    pub link: bool,
    /// A link to a file outside the desk.
    pub outside: bool,
}

/// Does the name end in `.md` or `.markdown`, whatever the case?
#[must_use]
pub fn is_article_name(name: &Path) -> bool {
    name.extension().is_some_and(|end| end.eq_ignore_ascii_case("md") || end.eq_ignore_ascii_case("markdown"))
}

/// The identity of a path relative to the desk: `/` as separator, NFC, what is no UTF-8 replaced.
#[must_use]
pub fn identity(rel: &Path) -> String {
    let mut path = String::new();
    for part in rel.components() {
        if let Component::Normal(name) = part {
            if !path.is_empty() {
                path.push('/');
            }
            path.extend(name.to_string_lossy().nfc());
        }
    }
    path
}

/// Is a path the folder, or below it? The empty folder is the desk.
pub(super) fn is_below(path: &str, folder: &str) -> bool {
    folder.is_empty()
        || path.strip_prefix(folder).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// A regular file with an article's name, or a link to a regular file; nothing else is ever opened.
pub(super) fn probe(root: &Path, rel: &Path) -> Option<Found> {
    if !is_article_name(rel) {
        return None;
    }
    let file = root.join(rel);
    let own = fs::symlink_metadata(&file).ok()?;
    let link = own.file_type().is_symlink();
    let meta = if link { fs::metadata(&file).ok()? } else { own };
    if !meta.is_file() {
        return None;
    }
    let outside = link && !file.canonicalize().is_ok_and(|target| target.starts_with(root));
    Some(Found { path: identity(rel), real: rel.to_owned(), stat: Stat::of(&meta), link, outside })
}

/// Is the name truly not there? Other errors say nothing of the file.
pub(super) fn is_gone(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

/// The device of a folder, where it is one that can be read.
pub(super) fn device(folder: &Path) -> Option<u64> {
    let meta = fs::metadata(folder).ok().filter(Metadata::is_dir)?;
    fs::read_dir(folder).ok()?;
    Some(Stat::of(&meta).dev)
}

pub(super) fn is_empty(folder: &Path) -> bool {
    fs::read_dir(folder).is_ok_and(|mut names| names.next().is_none())
}
