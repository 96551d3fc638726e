//! Small JSON files of this machine, one for each article of a desk: what is typed into a review and not sent, where
//! suggestions were last seen. A file that cannot be read is set aside under another name, never removed.

use std::io;
use std::marker::PhantomData;
use std::path::PathBuf;
use std::sync::Arc;

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::atomic::{self, fingerprint};
use super::fs::{Fs, Rename};
use super::journal::hex;

/// Files of one kind.
pub struct Shelf<T> {
    fs: Arc<dyn Fs>,
    folder: PathBuf,
    kind: PhantomData<fn() -> T>,
}

#[derive(Serialize, Deserialize)]
struct Labelled<P, T> {
    path: P,
    #[serde(flatten)]
    what: T,
}

impl<T: Serialize + DeserializeOwned> Shelf<T> {
    /// The files in a folder, which is made with the first of them.
    #[must_use]
    pub fn open(fs: Arc<dyn Fs>, folder: PathBuf) -> Self {
        Self { fs, folder, kind: PhantomData }
    }

    fn file(&self, path: &str) -> PathBuf {
        self.folder.join(format!("{}.json", hex(&fingerprint(path.as_bytes())[..12])))
    }

    /// What is kept for an article.
    #[must_use]
    pub fn read(&self, path: &str) -> Option<T> {
        let file = self.file(path);
        let bytes = self.fs.read(&file).ok()?;
        match serde_json::from_slice::<Labelled<String, T>>(&bytes) {
            Ok(kept) => (kept.path == path).then_some(kept.what),
            Err(_) => {
                let _ = self.fs.rename(&file, &file.with_extension("damaged"), Rename::NoReplace);
                None
            }
        }
    }

    /// Keeps something for an article; it is on the medium when this returns.
    ///
    /// # Errors
    /// The system's; what was kept before is then still whole.
    pub fn write(&self, path: &str, what: &T) -> io::Result<()> {
        let bytes = serde_json::to_vec(&Labelled { path, what })?;
        atomic::put(&*self.fs, &self.file(path), &bytes)
    }

    /// Forgets what is kept for an article.
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
    /// The system's; what is kept is then still under the old path.
    pub fn rename(&self, from: &str, to: &str) -> io::Result<()> {
        let Some(what) = self.read(from) else { return Ok(()) };
        self.write(to, &what)?;
        self.remove(from)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fs::RealFs;
    use super::*;

    #[test]
    fn what_is_kept_follows_its_article_and_damage_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        let open = || {
            Shelf::<std::collections::BTreeMap<String, u32>>::open(Arc::new(RealFs), folder.path().join("x"))
        };
        let what = [("un".to_owned(), 1)].into();
        open().write("ville/été.md", &what).unwrap();
        open().rename("ville/été.md", "a.md").unwrap();
        assert_eq!((open().read("ville/été.md"), open().read("a.md")), (None, Some(what)));
        std::fs::write(open().file("a.md"), "{").unwrap();
        assert_eq!(open().read("a.md"), None);
        assert!(open().file("a.md").with_extension("damaged").exists());
        open().remove("a.md").unwrap();
    }
}
