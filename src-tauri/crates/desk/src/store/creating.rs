//! What is being created: a note in the desk's local folder, for as long as it takes. Where the program ends in between,
//! the next start finds the text in the note and finishes what was begun.

use std::path::{Path, PathBuf};
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::atomic::{self, fingerprint};
use super::fs::Fs;
use super::journal::hex;
use super::sweep;

/// An article that somebody asked for.
#[derive(Serialize, Deserialize)]
struct Note {
    /// Relative to the desk; empty for the desk itself.
    folder: String,
    /// Name without its ending.
    stem: String,
    text: String,
}

fn folder(local: &Path) -> PathBuf {
    local.join("creating")
}

/// Notes that an article is about to be created. `None` where no note can be written: then an interrupted creation is
/// only named.
pub fn begin(fs: &dyn Fs, local: &Path, within: &str, stem: &str, text: &str) -> Option<PathBuf> {
    let note = Note { folder: within.into(), stem: stem.into(), text: text.into() };
    let bytes = serde_json::to_vec(&note).ok()?;
    let file = folder(local).join(format!("{}.json", hex(&fingerprint(&bytes)[..12])));
    atomic::put(fs, &file, &bytes).ok().map(|()| file)
}

/// Finishes the creations that were cut short at least so long ago, and removes what they left; gives the paths of the
/// articles that were made. What was done but for its note is left as it is.
pub fn finish(fs: &dyn Fs, desk: &Path, local: &Path, min_age: Duration) -> Vec<String> {
    let mut made = Vec::new();
    for entry in std::fs::read_dir(folder(local)).into_iter().flatten().flatten() {
        let file = entry.path();
        if file.extension().is_none_or(|ending| ending != "json") || !sweep::is_old(&file, min_age) {
            continue;
        }
        let note = fs.read(&file).ok().and_then(|bytes| serde_json::from_slice::<Note>(&bytes).ok());
        let Some(Note { folder, stem, text }) = note else { continue };
        // The temporary file is there until the article has its name.
        let begun: Vec<PathBuf> = atomic::leftovers(&desk.join(&folder))
            .into_iter()
            .filter(|temp| fs.read(temp).is_ok_and(|bytes| text.as_bytes().starts_with(&bytes)))
            .collect();
        if !begun.is_empty() {
            match atomic::create_unused(fs, desk, &folder, &stem, "md", text.as_bytes()) {
                Ok(path) => made.push(path),
                // The note stays, and the next start tries again.
                Err(_) => continue,
            }
        }
        // What cannot be removed is named by the sweep.
        begun.iter().for_each(|temp| drop(fs.remove(temp)));
        let _ = fs.remove(&file);
    }
    made
}

#[cfg(test)]
mod tests {
    use super::super::fs::RealFs;
    use super::*;

    const TEXT: &str = "---\ntitle: Été\n---\n";

    struct Room {
        folder: tempfile::TempDir,
    }

    impl Room {
        fn new() -> Self {
            let folder = tempfile::tempdir().unwrap();
            std::fs::create_dir_all(folder.path().join("desk/ville")).unwrap();
            Self { folder }
        }

        fn at(&self, name: &str) -> PathBuf {
            self.folder.path().join(name)
        }

        fn begin(&self) -> PathBuf {
            begin(&RealFs, &self.at("local"), "ville", "ete", TEXT).unwrap()
        }

        fn finish(&self, age: Duration) -> Vec<String> {
            finish(&RealFs, &self.at("desk"), &self.at("local"), age)
        }
    }

    #[test]
    fn a_creation_that_was_cut_short_is_finished_once() {
        for begun in [TEXT, &TEXT[..9], ""] {
            let room = Room::new();
            let note = room.begin();
            let temp = room.at("desk/ville/.copydesk-1.tmp");
            std::fs::write(&temp, begun).unwrap();
            assert_eq!(room.finish(sweep::YOUNG), Vec::<String>::new(), "another window may be at it");
            assert_eq!(room.finish(Duration::ZERO), ["ville/ete.md"]);
            assert_eq!(std::fs::read_to_string(room.at("desk/ville/ete.md")).unwrap(), TEXT);
            assert!(!temp.exists() && !note.exists());
            assert_eq!(room.finish(Duration::ZERO), Vec::<String>::new());
        }
    }

    #[test]
    fn what_was_done_is_not_done_again_and_nothing_of_others_goes() {
        let room = Room::new();
        let note = room.begin();
        let others = room.at("desk/ville/.copydesk-2.tmp");
        std::fs::write(&others, "d’un autre").unwrap();
        assert_eq!(room.finish(Duration::ZERO), Vec::<String>::new());
        assert!(!note.exists() && others.exists() && !room.at("desk/ville/ete.md").exists());
        // A name that is taken by now is not replaced.
        room.begin();
        std::fs::write(room.at("desk/ville/.copydesk-3.tmp"), TEXT).unwrap();
        std::fs::write(room.at("desk/ville/ete.md"), "là").unwrap();
        assert_eq!(room.finish(Duration::ZERO), ["ville/ete-2.md"]);
        std::fs::write(room.at("local/creating/x.json"), "{").unwrap();
        assert_eq!(room.finish(Duration::ZERO), Vec::<String>::new());
    }
}
