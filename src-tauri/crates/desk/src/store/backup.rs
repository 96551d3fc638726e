//! The history and the drafts of a desk in one file, to keep or to take to another machine: a SQLite database like the
//! history's own, with the drafts in a table beside.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags, params};

use super::atomic;
use super::fs::{Fs, Rename};
use super::history::set_aside;
use super::schema::{connect, verify};

/// What a backup holds, or brought.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Summary {
    /// Revisions.
    pub revisions: usize,
    /// Drafts.
    pub drafts: usize,
    /// The history that was there before a restore, under its new name.
    pub replaced: Option<PathBuf>,
    /// Drafts of a backup that differ from the desk's own: these stay, those lie beside under `.from-backup`.
    pub beside: usize,
}

/// Writes the backup of the desk whose local folder this is to a file that does not exist yet, and reads it back.
///
/// # Errors
/// The file exists, a fault of the disk, or a history that is damaged.
pub fn write(fs: &dyn Fs, local: &Path, to: &Path) -> io::Result<Summary> {
    if to.symlink_metadata().is_ok() {
        return Err(io::ErrorKind::AlreadyExists.into());
    }
    let folder = to.parent().filter(|parent| !parent.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let work = Scratch::new(folder)?;
    let source =
        connect(&local.join("history.db")).map_err(|_| io::Error::other("the history is damaged"))?;
    source.execute("VACUUM INTO ?1", [work.file().display().to_string()]).map_err(io::Error::other)?;
    let copy = Connection::open(work.file()).map_err(io::Error::other)?;
    put_drafts(&copy, &local.join("drafts")).map_err(io::Error::other)?;
    let summary = check(&copy)?;
    drop(copy);
    fs::File::open(work.file())?.sync_all()?;
    fs.rename(&work.file(), to, Rename::NoReplace)?;
    fs.sync_folder(folder)?;
    Ok(summary)
}

/// Puts a backup into the local folder of a desk. The history that was there is set aside; drafts that are there stay.
///
/// # Errors
/// Not a whole backup (nothing was changed then), or a fault of the disk.
pub fn restore(fs: &dyn Fs, from: &Path, local: &Path) -> io::Result<Summary> {
    fs::create_dir_all(local)?;
    let backup =
        Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY).map_err(io::Error::other)?;
    let mut summary = check(&backup)?;
    let work = Scratch::new(local)?;
    backup.execute("VACUUM INTO ?1", [work.file().display().to_string()]).map_err(io::Error::other)?;
    let copy = Connection::open(work.file()).map_err(io::Error::other)?;
    copy.execute_batch("DROP TABLE draft").map_err(io::Error::other)?;
    verify(&copy).map_err(io::Error::other)?;
    drop(copy);
    fs::File::open(work.file())?.sync_all()?;
    let history = local.join("history.db");
    if history.exists() {
        summary.replaced = Some(set_aside(&history)?);
    }
    fs.rename(&work.file(), &history, Rename::NoReplace)?;
    // Whatever window wrote it, a draft that is here is the one that is shown.
    let folder = local.join("drafts");
    let here = fs::read_dir(&folder).into_iter().flatten().flatten();
    let here: Vec<PathBuf> = here.map(|entry| entry.path()).filter(|file| is_draft(file)).collect();
    for (name, bytes) in drafts(&backup).map_err(io::Error::other)? {
        let file = folder.join(&name);
        let of_article: Vec<_> = here.iter().filter(|there| article_of(there) == article_of(&file)).collect();
        if of_article.is_empty() {
            atomic::put(fs, &file, &bytes)?;
        } else if !of_article.iter().any(|there| fs::read(there).is_ok_and(|there| there == bytes)) {
            atomic::put(fs, &file.with_extension("draft.from-backup"), &bytes)?;
            summary.beside += 1;
        }
    }
    fs.sync_folder(local)?;
    Ok(summary)
}

fn is_draft(file: &Path) -> bool {
    file.extension().is_some_and(|ending| ending == "draft")
}

/// What the names of all drafts of an article begin with.
fn article_of(file: &Path) -> String {
    let name = file.file_name().unwrap_or_default().to_string_lossy();
    name.split('.').next().unwrap_or_default().to_owned()
}

fn put_drafts(copy: &Connection, folder: &Path) -> rusqlite::Result<()> {
    copy.execute_batch("CREATE TABLE draft (name TEXT PRIMARY KEY, bytes BLOB NOT NULL)")?;
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        if name.ends_with(".draft")
            && let Ok(bytes) = fs::read(entry.path())
        {
            copy.execute("INSERT INTO draft (name, bytes) VALUES (?1, ?2)", params![name, bytes])?;
        }
    }
    Ok(())
}

fn drafts(backup: &Connection) -> rusqlite::Result<Vec<(String, Vec<u8>)>> {
    backup
        .prepare("SELECT name, bytes FROM draft")?
        .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?
        // A name is a file's, whatever the backup says.
        .filter(|row| {
            row.as_ref().map_or(true, |(name, _): &(String, _)| {
                atomic::is_plain(name) && !name.contains('/') && name.ends_with(".draft")
            })
        })
        .collect()
}

fn check(backup: &Connection) -> io::Result<Summary> {
    let revisions = verify(backup).map_err(io::Error::other)?;
    let drafts = drafts(backup).map_err(io::Error::other)?.len();
    Ok(Summary { revisions, drafts, ..Summary::default() })
}

/// A folder of its own for the unfinished file and its companions; it goes with the value.
struct Scratch(PathBuf);

impl Scratch {
    fn new(folder: &Path) -> io::Result<Self> {
        for number in 0..1000 {
            let path = folder.join(format!(".copydesk-backup-{}-{number}", std::process::id()));
            match fs::create_dir(&path) {
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                made => return made.map(|()| Self(path)),
            }
        }
        Err(io::ErrorKind::AlreadyExists.into())
    }

    fn file(&self) -> PathBuf {
        self.0.join("backup.db")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::env::FixedClock;
    use crate::store::fs::RealFs;
    use crate::store::history::{History, Origin, State};
    use crate::store::journal::{Draft, Journal};

    fn history(local: &Path) -> History {
        let clock = Arc::new(FixedClock("2026-11-22T14:32:00Z".parse().unwrap()));
        History::open(&local.join("history.db"), clock).unwrap()
    }

    fn draft(path: &str, text: &str) -> Draft {
        Draft {
            path: path.into(),
            base: [1; 32],
            text: text.into(),
            raw: false,
            caret: 0,
            scroll: 1.0,
            saved_ms: 0,
        }
    }

    #[test]
    fn another_machine_has_every_revision_and_draft() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        let kept = history(&here);
        for n in 0..40 {
            kept.record("a.md", format!("Texte {n}").as_bytes(), "Ada", Origin::Save).unwrap();
        }
        let journal = |local: &Path| Journal::open(Arc::new(RealFs), local.join("drafts"));
        journal(&here).write(&draft("a.md", "tapé ici")).unwrap();
        let file = folder.path().join("desk.backup");
        let written = write(&RealFs, &here, &file).unwrap();
        assert_eq!((written.revisions, written.drafts), (40, 1));
        // Never over a file that is there.
        assert!(write(&RealFs, &here, &file).is_err());

        history(&there).record("b.md", b"autre", "Bo", Origin::Save).unwrap();
        journal(&there).write(&draft("a.md", "tape la")).unwrap();
        let read = restore(&RealFs, &file, &there).unwrap();
        assert_eq!((read.revisions, read.beside), (40, 1));
        assert!(read.replaced.is_some_and(|file| file.exists()));
        let list = history(&there).list("a.md").unwrap();
        assert_eq!(list.len(), 40);
        assert_eq!(history(&there).content(list[0].id).unwrap(), b"Texte 39");
        assert_eq!(journal(&there).read("a.md").unwrap().text, "tape la");
        assert!(
            fs::read_dir(folder.path())
                .unwrap()
                .flatten()
                .all(|entry| { !entry.file_name().to_string_lossy().starts_with(".copydesk-backup") })
        );
    }

    #[test]
    fn a_torn_backup_changes_nothing() {
        let folder = tempfile::tempdir().unwrap();
        let (here, there) = (folder.path().join("here"), folder.path().join("there"));
        for n in 0..50 {
            let text = format!("{n} ").repeat(2000);
            history(&here).record("a.md", text.as_bytes(), "Ada", Origin::Save).unwrap();
        }
        let file = folder.path().join("desk.backup");
        write(&RealFs, &here, &file).unwrap();
        let mut bytes = fs::read(&file).unwrap();
        let middle = bytes.len() / 2;
        bytes[middle..middle + 600].fill(0x55);
        fs::write(&file, bytes).unwrap();
        history(&there).record("b.md", b"autre", "Bo", Origin::Save).unwrap();
        assert!(restore(&RealFs, &file, &there).is_err());
        assert_eq!(history(&there).list("b.md").unwrap().len(), 1);
    }

    #[test]
    fn what_can_be_read_of_a_damaged_history_comes_over() {
        let folder = tempfile::tempdir().unwrap();
        let local = folder.path().join("here");
        for n in 0..200 {
            let text = format!("{n} {}", "mot ".repeat(n));
            history(&local).record(&format!("{}.md", n % 7), text.as_bytes(), "Ada", Origin::Save).unwrap();
        }
        let file = local.join("history.db");
        {
            let database = Connection::open(&file).unwrap();
            database.pragma_update(None, "journal_mode", "DELETE").unwrap();
        }
        let mut bytes = fs::read(&file).unwrap();
        let at = bytes.len() * 3 / 4;
        bytes[at..at + 4096].fill(0xAA);
        fs::write(&file, bytes).unwrap();
        assert!(matches!(History::inspect(&file), State::Damaged(_)));
        let aside = History::rebuild(&file).unwrap();
        assert!(aside.recovered > 100, "{aside:?}");
        assert!(aside.file.exists());
        assert!(
            matches!(History::inspect(&file), State::Sound { revisions, .. } if revisions == aside.recovered)
        );
    }
}
