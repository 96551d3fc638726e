//! Drafts: what a person typed and no save has put on the disk, one plain file for each article and window, outside the
//! desk and outside the database. A person can read one with any editor: a few header lines, then the text.
//!
//! Two windows may have one article open, though one is the rule. Each writes files of its own, and removes those and
//! what it took over from an earlier run, as long as that is what it took over.
//!
//! A file that does not check is set aside under another name, never removed.

use std::collections::HashMap;
use std::collections::hash_map::RandomState;
use std::hash::{BuildHasher, Hasher};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

use super::atomic::{self, Fingerprint, fingerprint};
use super::fs::{Fs, Rename, Stat};

const MAGIC: &str = "Copydesk draft 1";

/// Unsaved text of an article.
#[derive(Clone, Debug, PartialEq)]
pub struct Draft {
    /// Path in the desk.
    pub path: String,
    /// Hash of the bytes that it was typed over.
    pub base: Fingerprint,
    /// The whole file as LF text.
    pub text: String,
    /// The front matter was edited as text.
    pub raw: bool,
    /// Caret, UTF-16 units in the body.
    pub caret: u32,
    /// First visible line.
    pub scroll: f64,
    /// When it was written, milliseconds since 1970.
    pub saved_ms: i64,
}

/// The drafts of one desk.
pub struct Journal {
    fs: Arc<dyn Fs>,
    folder: PathBuf,
    /// What the files of this window end with, before `.draft`.
    tag: String,
    /// Hashes of the files that were taken over, by name.
    taken: Mutex<HashMap<PathBuf, Fingerprint>>,
}

impl Journal {
    /// The drafts in a folder, which is made with the first draft.
    #[must_use]
    pub fn open(fs: Arc<dyn Fs>, folder: PathBuf) -> Self {
        // Seeded anew by the system for each state: no other window has it.
        let tag = format!("{:08x}", RandomState::new().build_hasher().finish() as u32);
        Self { fs, folder, tag, taken: Mutex::default() }
    }

    /// Puts a draft in the place of the article's last one; it is on the medium when this returns.
    ///
    /// # Errors
    /// The system's; the last draft is then still whole.
    pub fn write(&self, draft: &Draft) -> io::Result<()> {
        atomic::put(&*self.fs, &self.file(&draft.path), encode(draft).as_bytes())
    }

    /// The newest draft of an article.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Draft> {
        self.files(path).into_iter().map(|(_, draft)| draft).max_by_key(|draft| draft.saved_ms)
    }

    /// The drafts of an article, newest first, for whoever answers for their texts from here on: [`Journal::remove`]
    /// removes them too.
    #[must_use]
    pub fn take(&self, path: &str) -> Vec<Draft> {
        let mut files = self.files(path);
        files.sort_by_key(|(_, draft)| std::cmp::Reverse(draft.saved_ms));
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        let take = |(file, draft): (PathBuf, Draft)| {
            taken.insert(file, fingerprint(encode(&draft).as_bytes()));
            draft
        };
        files.into_iter().map(take).collect()
    }

    /// What the disk says of an article's newest draft, if it has one.
    #[must_use]
    pub fn stat(&self, path: &str) -> Option<Stat> {
        let newest = self.files(path).into_iter().max_by_key(|(_, draft)| draft.saved_ms)?;
        self.fs.stat(&newest.0).ok()
    }

    /// All drafts, by path, the newest of a path last.
    #[must_use]
    pub fn list(&self) -> Vec<Draft> {
        let mut drafts: Vec<Draft> =
            self.names().into_iter().filter_map(|file| self.read_file(&file)).collect();
        drafts.sort_by(|a, b| (&a.path, a.saved_ms).cmp(&(&b.path, b.saved_ms)));
        drafts
    }

    /// Removes the draft of an article: its text is on the disk, or the person said so. One that another window wrote
    /// stays, unless it was taken over and is as it was then.
    ///
    /// # Errors
    /// The system's.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        let own = self.file(path);
        let mut result = Ok(());
        for file in self.files_of(path) {
            let taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner).remove(&file);
            let is_as_taken = || {
                let bytes = self.fs.read(&file).ok();
                taken.is_some_and(|taken| bytes.is_some_and(|bytes| fingerprint(&bytes) == taken))
            };
            if file == own || is_as_taken() {
                match self.fs.remove(&file) {
                    Err(error) if error.kind() != io::ErrorKind::NotFound => result = Err(error),
                    _ => {}
                }
            }
        }
        result
    }

    /// The article has another path now; the drafts of all windows go along.
    ///
    /// # Errors
    /// The system's; a draft is then still under the old path.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        for (file, draft) in self.files(from) {
            let moved = self.named(to, &self.ending(from, &file));
            let bytes = encode(&Draft { path: to.to_owned(), ..draft });
            atomic::put(&*self.fs, &moved, bytes.as_bytes())?;
            let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
            if taken.remove(&file).is_some() {
                taken.insert(moved, fingerprint(bytes.as_bytes()));
            }
            drop(taken);
            self.fs.remove(&file)?;
        }
        Ok(())
    }

    fn names(&self) -> Vec<PathBuf> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let files = entries.flatten().map(|entry| entry.path());
        files.filter(|path| path.extension().is_some_and(|ending| ending == "draft")).collect()
    }

    /// The files that bear an article's name.
    fn files_of(&self, path: &str) -> Vec<PathBuf> {
        let stem = stem(path);
        let mut files = self.names();
        files.retain(|file| {
            let name = file.file_name().unwrap_or_default().to_string_lossy();
            name.strip_prefix(&stem).is_some_and(|rest| rest.starts_with('.'))
        });
        files
    }

    /// The article's drafts and where they are.
    fn files(&self, path: &str) -> Vec<(PathBuf, Draft)> {
        let read = |file: PathBuf| {
            let draft = self.read_file(&file)?;
            (draft.path == path).then_some((file, draft))
        };
        self.files_of(path).into_iter().filter_map(read).collect()
    }

    /// What follows the article's name in a file's.
    fn ending(&self, path: &str, file: &Path) -> String {
        let name = file.file_name().unwrap_or_default().to_string_lossy();
        name.strip_prefix(&stem(path)).unwrap_or(".draft").to_owned()
    }

    fn named(&self, path: &str, ending: &str) -> PathBuf {
        self.folder.join(format!("{}{ending}", stem(path)))
    }

    fn file(&self, path: &str) -> PathBuf {
        self.named(path, &format!(".{}.draft", self.tag))
    }

    fn read_file(&self, file: &Path) -> Option<Draft> {
        let bytes = self.fs.read(file).ok()?;
        let draft = decode(&bytes);
        if draft.is_none() {
            // Whatever is in it may be somebody's words: it stays, under a name that says what it is.
            for number in 1..1000 {
                let ending = if number == 1 { "damaged".to_owned() } else { format!("{number}.damaged") };
                match self.fs.rename(file, &file.with_extension(ending), Rename::NoReplace) {
                    Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                    _ => break,
                }
            }
        }
        draft
    }
}

/// How the names of an article's drafts begin.
fn stem(path: &str) -> String {
    let name = path.rsplit('/').next().unwrap_or(path);
    let readable: String = name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(40).collect();
    format!("{readable}-{}", hex(&fingerprint(path.as_bytes())[..8]))
}

/// Lower-case hexadecimal digits.
#[must_use]
pub fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write as _;
    bytes.iter().fold(String::with_capacity(bytes.len() * 2), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

fn unhex(text: &str) -> Option<Fingerprint> {
    let mut bytes = [0; 32];
    if text.len() != 64 || !text.is_ascii() {
        return None;
    }
    for (byte, pair) in bytes.iter_mut().zip(text.as_bytes().chunks(2)) {
        *byte = u8::from_str_radix(std::str::from_utf8(pair).ok()?, 16).ok()?;
    }
    Some(bytes)
}

fn encode(draft: &Draft) -> String {
    // The path is data: a JSON string keeps its line ends out of the header.
    let path = serde_json::Value::from(draft.path.as_str());
    let head = format!(
        "{MAGIC}\npath: {path}\nbase: {}\nraw: {}\ncaret: {}\nscroll: {}\nsaved: {}\nbytes: {}\n",
        hex(&draft.base),
        draft.raw,
        draft.caret,
        draft.scroll,
        draft.saved_ms,
        draft.text.len(),
    );
    let check = hex(&fingerprint(format!("{head}{}", draft.text).as_bytes()));
    format!("{head}check: {check}\n\n{}", draft.text)
}

fn decode(bytes: &[u8]) -> Option<Draft> {
    let text = std::str::from_utf8(bytes).ok()?;
    let (head, body) = text.split_once("\n\n")?;
    let (head, check) = head.rsplit_once("\ncheck: ")?;
    let head = format!("{head}\n");
    if unhex(check)? != fingerprint(format!("{head}{body}").as_bytes()) {
        return None;
    }
    let mut lines = head.lines();
    if lines.next()? != MAGIC {
        return None;
    }
    let mut value = |key: &str| lines.next()?.strip_prefix(key)?.strip_prefix(": ");
    Some(Draft {
        path: serde_json::from_str(value("path")?).ok()?,
        base: unhex(value("base")?)?,
        raw: value("raw")?.parse().ok()?,
        caret: value("caret")?.parse().ok()?,
        scroll: value("scroll")?.parse().ok()?,
        saved_ms: value("saved")?.parse().ok()?,
        text: body.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fs::RealFs;
    use proptest::prelude::*;

    fn draft(path: &str, text: &str) -> Draft {
        Draft {
            path: path.into(),
            base: fingerprint(b"base"),
            text: text.into(),
            raw: false,
            caret: 7,
            scroll: 2.5,
            saved_ms: 1,
        }
    }

    #[test]
    fn drafts_come_back_move_and_go() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(Arc::new(RealFs), folder.path().join("drafts"));
        assert_eq!(journal.list(), []);
        journal.write(&draft("ville/été.md", "un\n\ndeux")).unwrap();
        journal.write(&draft("ville/été.md", "trois")).unwrap();
        assert_eq!(journal.read("ville/été.md").unwrap().text, "trois");
        journal.rename("ville/été.md", "ville/automne.md").unwrap();
        assert_eq!(journal.read("ville/été.md"), None);
        assert_eq!(journal.list().len(), 1);
        journal.remove("ville/automne.md").unwrap();
        journal.remove("ville/automne.md").unwrap();
        assert_eq!(journal.list(), []);
    }

    #[test]
    fn a_damaged_draft_is_set_aside_and_not_believed() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(Arc::new(RealFs), folder.path().to_owned());
        journal.write(&draft("a.md", "mes mots")).unwrap();
        let file = journal.file("a.md");
        // The second must not take the place of the first.
        for (name, byte) in [("damaged", 1), ("2.damaged", 2)] {
            journal.write(&draft("a.md", "mes mots")).unwrap();
            let mut bytes = std::fs::read(&file).unwrap();
            let last = bytes.len() - 1;
            bytes[last] ^= byte;
            std::fs::write(&file, &bytes).unwrap();
            assert_eq!(journal.read("a.md"), None);
            assert_eq!(std::fs::read(file.with_extension(name)).unwrap(), bytes);
        }
    }

    #[test]
    fn no_window_takes_the_draft_of_another() {
        let folder = tempfile::tempdir().unwrap();
        let window = || Journal::open(Arc::new(RealFs), folder.path().to_owned());
        let (first, second) = (window(), window());
        first.write(&draft("a.md", "de la première")).unwrap();
        second.write(&Draft { saved_ms: 2, ..draft("a.md", "de la seconde") }).unwrap();
        assert_eq!(first.list().len(), 2);
        second.remove("a.md").unwrap();
        assert_eq!(second.read("a.md").unwrap().text, "de la première");
        // One that was taken over goes with its text, unless its writer went on.
        let third = window();
        assert_eq!(third.take("a.md").len(), 1);
        first.write(&draft("a.md", "de la première, plus loin")).unwrap();
        third.remove("a.md").unwrap();
        assert_eq!(third.take("a.md").len(), 1);
        third.rename("a.md", "b.md").unwrap();
        third.remove("b.md").unwrap();
        assert_eq!(third.list(), []);
    }

    #[test]
    fn a_draft_of_an_earlier_version_is_found() {
        let folder = tempfile::tempdir().unwrap();
        let journal = Journal::open(Arc::new(RealFs), folder.path().to_owned());
        std::fs::write(journal.named("a.md", ".draft"), encode(&draft("a.md", "mots"))).unwrap();
        assert_eq!(journal.take("a.md")[0].text, "mots");
        journal.remove("a.md").unwrap();
        assert_eq!(journal.list(), []);
    }

    proptest! {
        #[test]
        fn every_text_comes_back(path in "\\PC{1,20}", text in any::<String>(), raw in any::<bool>()) {
            let draft = Draft { raw, ..draft(&path, &text) };
            prop_assert_eq!(decode(encode(&draft).as_bytes()), Some(draft));
        }

        #[test]
        fn any_bytes_are_looked_at_without_a_panic(bytes in any::<Vec<u8>>()) {
            decode(&bytes);
        }
    }
}
