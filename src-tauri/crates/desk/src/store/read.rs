//! What this person read last of each article of a desk: one JSON file of this machine.

use std::collections::BTreeMap;
use std::io;
use std::path::PathBuf;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use serde::{Deserialize, Serialize};

use super::atomic::{self, Fingerprint};
use super::fs::{Fs, Rename, Stat};

/// The version that was read last.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Read {
    /// SHA-256 of its bytes, in hexadecimal.
    pub hash: String,
    /// The revision that holds them, where history has one.
    pub revision: Option<i64>,
    /// When it was read, RFC 3339.
    pub time: String,
    /// What the disk said of the article's file when it was last seen to hold these bytes: while it says the same, the
    /// file need not be read to know that nothing is new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub stat: Option<Stat>,
    /// The person wrote it: they know it without having read it again.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub own: bool,
}

impl Read {
    /// The hash as bytes; `None` where it is none.
    #[must_use]
    pub fn fingerprint(&self) -> Option<Fingerprint> {
        let digits: Vec<u8> = self
            .hash
            .chars()
            .filter_map(|digit| digit.to_digit(16))
            .filter_map(|digit| u8::try_from(digit).ok())
            .collect();
        let bytes: Vec<u8> = digits.chunks_exact(2).map(|pair| pair[0] << 4 | pair[1]).collect();
        bytes.try_into().ok().filter(|_| self.hash.len() == 64)
    }
}

/// The versions that were read, by article.
pub struct ReadMarks {
    fs: Arc<dyn Fs>,
    file: PathBuf,
    held: Mutex<Option<BTreeMap<String, Read>>>,
    /// Something was noticed that the file does not hold yet.
    noticed: AtomicBool,
}

impl ReadMarks {
    /// The marks in a file, which is made with the first of them. Nothing is read yet.
    #[must_use]
    pub fn open(fs: Arc<dyn Fs>, file: PathBuf) -> Self {
        Self { fs, file, held: Mutex::default(), noticed: AtomicBool::new(false) }
    }

    /// A file that cannot be understood is set aside under another name, never removed.
    fn held(&self) -> MutexGuard<'_, Option<BTreeMap<String, Read>>> {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.is_none() {
            let marks = match self.fs.read(&self.file) {
                Ok(bytes) => serde_json::from_slice(&bytes).unwrap_or_else(|_| {
                    let aside = self.file.with_extension("damaged");
                    let _ = self.fs.rename(&self.file, &aside, Rename::NoReplace);
                    BTreeMap::new()
                }),
                Err(_) => BTreeMap::new(),
            };
            *held = Some(marks);
        }
        held
    }

    /// What was read last of an article.
    #[must_use]
    pub fn of(&self, path: &str) -> Option<Read> {
        self.held().as_ref().and_then(|marks| marks.get(path).cloned())
    }

    /// Keeps what was read; it is on the medium when this returns.
    ///
    /// # Errors
    /// The system's; what was kept before is then still whole.
    pub fn set(&self, path: &str, read: Read) -> io::Result<()> {
        self.change(|marks| {
            marks.insert(path.to_owned(), read);
        })
    }

    /// The article has another path now.
    ///
    /// # Errors
    /// The system's.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        if self.of(from).is_none() {
            return Ok(());
        }
        self.change(|marks| {
            if let Some(read) = marks.remove(from) {
                marks.insert(to.to_owned(), read);
            }
        })
    }

    /// The article's file was seen to hold what was read; kept with the next mark, or by [`ReadMarks::keep_noticed`].
    pub fn notice(&self, path: &str, hash: &str, stat: Stat) {
        let mut held = self.held();
        let mark = held.as_mut().and_then(|marks| marks.get_mut(path));
        if let Some(mark) = mark.filter(|mark| mark.hash == hash && mark.stat != Some(stat)) {
            mark.stat = Some(stat);
            self.noticed.store(true, Ordering::Relaxed);
        }
    }

    /// Writes down what was noticed, if anything was.
    ///
    /// # Errors
    /// The system's; then more is read the next time, and nothing is lost.
    pub fn keep_noticed(&self) -> io::Result<()> {
        if self.noticed.swap(false, Ordering::Relaxed) { self.change(|_| {}) } else { Ok(()) }
    }

    fn change(&self, edit: impl FnOnce(&mut BTreeMap<String, Read>)) -> io::Result<()> {
        let mut held = self.held();
        let mut marks = held.clone().unwrap_or_default();
        edit(&mut marks);
        atomic::put(&*self.fs, &self.file, &serde_json::to_vec(&marks)?)?;
        *held = Some(marks);
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::super::fs::RealFs;
    use super::*;

    #[test]
    fn what_was_read_follows_its_article_and_damage_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("read.json");
        let open = || ReadMarks::open(Arc::new(RealFs), file.clone());
        let read = Read {
            hash: "0a".repeat(32),
            revision: Some(3),
            time: "2026-11-23T10:00:00Z".into(),
            stat: None,
            own: false,
        };
        open().set("ville/été.md", read.clone()).unwrap();
        open().rename("ville/été.md", "a.md").unwrap();
        assert_eq!((open().of("ville/été.md"), open().of("a.md")), (None, Some(read.clone())));
        assert_eq!(read.fingerprint(), Some([10; 32]));
        std::fs::write(&file, "{").unwrap();
        assert_eq!(open().of("a.md"), None);
        assert!(file.with_extension("damaged").exists());
    }

    #[test]
    fn what_was_noticed_of_a_file_is_kept_for_the_version_that_was_read_alone() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("read.json");
        let open = || ReadMarks::open(Arc::new(RealFs), file.clone());
        let read = |hash: &str| Read {
            hash: hash.repeat(32),
            revision: None,
            time: String::new(),
            stat: None,
            own: false,
        };
        open().set("a.md", read("0a")).unwrap();
        let stat = RealFs.stat(&file).unwrap();
        let marks = open();
        marks.notice("a.md", &"0b".repeat(32), stat);
        marks.notice("b.md", &"0a".repeat(32), stat);
        marks.keep_noticed().unwrap();
        assert_eq!(open().of("a.md"), Some(read("0a")));
        marks.notice("a.md", &"0a".repeat(32), stat);
        assert_eq!(open().of("a.md"), Some(read("0a")));
        marks.keep_noticed().unwrap();
        assert_eq!(open().of("a.md"), Some(Read { stat: Some(stat), ..read("0a") }));
        // Another version that is read is another file to look at.
        marks.set("a.md", read("0c")).unwrap();
        assert_eq!(open().of("a.md"), Some(read("0c")));
    }
}
