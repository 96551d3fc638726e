//! The sample desk that comes with the program: copied for the person, never over anything.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

/// Name of the copy's folder; the next ones bear a number.
const NAME: &str = "Copydesk";
/// Most copies side by side.
const COPIES: usize = 100;

/// Copies the sample into a new folder among the documents, which is made where it is missing. Answers the copy's folder.
///
/// # Errors
/// The system's, or there are a hundred copies.
pub fn copy(sample: &Path, documents: &Path) -> io::Result<PathBuf> {
    fs::create_dir_all(documents)?;
    for number in 1..=COPIES {
        let name = if number == 1 { NAME.to_owned() } else { format!("{NAME} {number}") };
        let folder = documents.join(name);
        match fs::create_dir(&folder) {
            Ok(()) => {
                copy_into(sample, &folder)?;
                return Ok(folder);
            }
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
        }
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

fn copy_into(from: &Path, to: &Path) -> io::Result<()> {
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let (kind, target) = (entry.file_type()?, to.join(entry.file_name()));
        if kind.is_dir() {
            fs::create_dir(&target)?;
            copy_into(&entry.path(), &target)?;
        } else if kind.is_file() {
            // Installed files may be for reading only; a copy of the bytes is the person's own.
            fs::write(target, fs::read(entry.path())?)?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_whole_and_lands_on_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let at = |path: &str| folder.path().join(path);
        fs::create_dir_all(at("sample/.copydesk")).unwrap();
        fs::write(at("sample/a.md"), "A").unwrap();
        fs::write(at("sample/.copydesk/house.toml"), "lang = 'fr'").unwrap();
        fs::create_dir_all(at("Documents/Copydesk")).unwrap();
        fs::write(at("Documents/Copydesk/a.md"), "à moi").unwrap();
        let copied = copy(&at("sample"), &at("Documents")).unwrap();
        assert_eq!(copied, at("Documents/Copydesk 2"));
        assert_eq!(fs::read_to_string(copied.join("a.md")).unwrap(), "A");
        assert!(copied.join(".copydesk/house.toml").is_file());
        assert_eq!(fs::read_to_string(at("Documents/Copydesk/a.md")).unwrap(), "à moi");
    }
}
