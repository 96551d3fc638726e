//! Drafts: what a person typed and no save has put on the disk, one plain file for each article, outside the desk and
//! outside the database. A person can read one with any editor: a few header lines, then the text.
//!
//! A file that does not check is set aside under another name, never removed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

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
}

impl Journal {
    /// The drafts in a folder, which is made with the first draft.
    #[must_use]
    pub fn open(fs: Arc<dyn Fs>, folder: PathBuf) -> Self {
        Self { fs, folder }
    }

    /// Puts a draft in the place of the article's last one; it is on the medium when this returns.
    ///
    /// # Errors
    /// The system's; the last draft is then still whole.
    pub fn write(&self, draft: &Draft) -> io::Result<()> {
        atomic::put(&*self.fs, &self.file(&draft.path), encode(draft).as_bytes())
    }

    /// The draft of an article.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<Draft> {
        self.read_file(&self.file(path)).filter(|draft| draft.path == path)
    }

    /// What the disk says of an article's draft, if it has one.
    #[must_use]
    pub fn stat(&self, path: &str) -> Option<Stat> {
        self.fs.stat(&self.file(path)).ok()
    }

    /// All drafts.
    #[must_use]
    pub fn list(&self) -> Vec<Draft> {
        let Ok(entries) = std::fs::read_dir(&self.folder) else { return Vec::new() };
        let mut drafts: Vec<Draft> = entries
            .flatten()
            .map(|entry| entry.path())
            .filter(|path| path.extension().is_some_and(|ending| ending == "draft"))
            .filter_map(|path| self.read_file(&path))
            .collect();
        drafts.sort_by(|a, b| a.path.cmp(&b.path));
        drafts
    }

    /// Removes the draft of an article: its text is on the disk, or the person said so.
    ///
    /// # Errors
    /// The system's.
    pub fn remove(&self, path: &str) -> io::Result<()> {
        match self.fs.remove(&self.file(path)) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
            result => result,
        }
    }

    /// The article has another path now.
    ///
    /// # Errors
    /// The system's; the draft is then still under the old path.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let Some(draft) = self.read(from) else { return Ok(()) };
        self.write(&Draft { path: to.to_owned(), ..draft })?;
        self.remove(from)
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

    fn file(&self, path: &str) -> PathBuf {
        let name = path.rsplit('/').next().unwrap_or(path);
        let readable: String =
            name.chars().map(|c| if c.is_alphanumeric() { c } else { '-' }).take(40).collect();
        let hash = hex(&fingerprint(path.as_bytes())[..8]);
        self.folder.join(format!("{readable}-{hash}.draft"))
    }
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
