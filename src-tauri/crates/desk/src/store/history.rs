//! Every revision of every article of a desk, in one SQLite database on this machine: content stored once by its
//! hash, compressed against the revision before it, checked when it is read.
//!
//! The database can always be lost: articles and drafts never depend on it. A damaged one is set aside, not removed.

use std::io;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{Connection, OptionalExtension, TransactionBehavior, params};

use super::atomic::{self, Fingerprint, fingerprint};
use super::content::{store, unpack};
use super::fs::Fs;
use super::journal::hex;
use super::schema::{Trouble, connect, is_bare, is_whole, known_version, look, verify};
use super::{retention, salvage};
use crate::env::Clock;
use crate::error::Problem;

/// Id of a revision.
pub type RevisionId = i64;

/// Where a revision came from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin {
    /// The article as it was first opened.
    Open,
    /// A save in the program.
    Save,
    /// Another program wrote it.
    Outside,
    /// A revision was put back.
    Restore,
    /// The person's side of a merge or a conflict.
    Merge,
    /// A suggestion was accepted.
    Accept,
    /// Text that came from elsewhere.
    Import,
}

impl Origin {
    fn name(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Save => "save",
            Self::Outside => "outside",
            Self::Restore => "restore",
            Self::Merge => "merge",
            Self::Accept => "accept",
            Self::Import => "import",
        }
    }
}

/// A revision without its bytes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revision {
    /// Id; they grow.
    pub id: RevisionId,
    /// RFC 3339.
    pub time: String,
    /// Who; empty where unknown.
    pub author: String,
    /// `open save outside restore merge accept import`.
    pub origin: String,
    /// Size.
    pub bytes: u64,
    /// Given by a person.
    pub name: Option<String>,
    /// Signes gained or lost against the revision before.
    pub delta: i64,
}

/// An article that is gone and has a history.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Departed {
    /// Its last path.
    pub path: String,
    /// What history knows it by: its path, or a name that no file can have where a later article has that path.
    pub key: String,
    /// Its newest revision.
    pub last: RevisionId,
    /// When that was made, RFC 3339.
    pub time: String,
}

/// The history of a desk.
pub struct History {
    path: PathBuf,
    database: Mutex<Connection>,
    clock: Arc<dyn Clock>,
    /// A damaged database that was set aside at this opening, and what came over from it.
    pub set_aside: Option<Aside>,
}

/// A damaged database out of the way.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Aside {
    /// Where it is now.
    pub file: PathBuf,
    /// Revisions that could be read and are in the new database.
    pub recovered: usize,
    /// Revisions that could not.
    pub lost: usize,
}

/// What a database looks like to somebody who changes nothing.
#[derive(Debug)]
pub enum State {
    /// There is none yet.
    Absent,
    /// Every page and every content is as it was written.
    Sound {
        /// How many revisions it holds.
        revisions: usize,
        /// An earlier version of the program wrote it: it is brought up to date when the desk is opened next.
        older: bool,
    },
    /// It is not; the first thing that is wrong.
    Damaged(String),
    /// Another fault: a newer schema, a folder without permission.
    Refused(Problem),
}

impl History {
    /// Opens or makes the database at a path. A damaged one is renamed first and named in `set_aside`.
    ///
    /// # Errors
    /// A newer schema, or a folder that cannot be written.
    pub fn open(path: &Path, clock: Arc<dyn Clock>) -> Result<Self, Problem> {
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder).map_err(|error| unusable(path, &error.to_string()))?;
        }
        match connect(path) {
            Ok(database) => {
                Ok(Self { path: path.to_owned(), database: Mutex::new(database), clock, set_aside: None })
            }
            Err(Trouble::Newer(version)) => Err(newer(path, version)),
            Err(Trouble::Damaged) => {
                let (database, aside) = anew(path)?;
                let database = Mutex::new(database);
                Ok(Self { path: path.to_owned(), database, clock, set_aside: Some(aside) })
            }
            Err(Trouble::Other(error)) => Err(unusable(path, &error.to_string())),
        }
    }

    /// Looks at every page and every content of a database, and changes nothing.
    #[must_use]
    pub fn inspect(path: &Path) -> State {
        if !path.exists() {
            return State::Absent;
        }
        match look(path) {
            Ok((_, version)) if version > known_version() => State::Refused(newer(path, version)),
            // A first opening that was cut short left no table yet.
            Ok((database, 0)) if is_bare(&database) => State::Sound { revisions: 0, older: true },
            Ok((database, version)) => match verify(&database) {
                Ok(revisions) => State::Sound { revisions, older: version < known_version() },
                Err(why) => State::Damaged(why),
            },
            Err(Trouble::Damaged) => State::Damaged("not a database".to_owned()),
            Err(Trouble::Newer(version)) => State::Refused(newer(path, version)),
            Err(Trouble::Other(error)) => State::Refused(unusable(path, &error.to_string())),
        }
    }

    /// Sets a damaged database aside and makes a new one of what can be read.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn rebuild(path: &Path) -> Result<Aside, Problem> {
        anew(path).map(|(_, aside)| aside)
    }

    /// Reads every page, on a connection of its own; a damaged database is set aside, and history goes on in a new one
    /// with what could be read.
    ///
    /// # Errors
    /// As [`History::open`].
    pub fn mend(&self) -> Result<Option<Aside>, Problem> {
        if is_whole(&self.path) {
            return Ok(None);
        }
        let mut database = self.database();
        let (new, aside) = anew(&self.path)?;
        *database = new;
        Ok(Some(aside))
    }

    fn database(&self) -> MutexGuard<'_, Connection> {
        self.database.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds a revision, unless the article's newest has the same bytes. On the medium when this returns.
    ///
    /// # Errors
    /// The database refused.
    pub fn record(
        &self,
        path: &str,
        bytes: &[u8],
        author: &str,
        origin: Origin,
    ) -> Result<Option<RevisionId>, Problem> {
        let time = self.clock.now().to_string();
        let mut database = self.database();
        record(&mut database, path, bytes, author, origin.name(), &time)
            .map_err(|error| refused(path, &error))
    }

    /// The revisions of an article, newest first.
    ///
    /// # Errors
    /// The database refused.
    pub fn list(&self, path: &str) -> Result<Vec<Revision>, Problem> {
        let database = self.database();
        let run = || -> rusqlite::Result<Vec<Revision>> {
            let mut statement = database.prepare_cached(
                "SELECT revision.id, time, author, origin, content.length, name,
                        signes - lag(signes, 1, signes) OVER (ORDER BY revision.id)
                 FROM revision JOIN article ON article.id = article JOIN content ON content.id = content
                 WHERE article.path = ?1 ORDER BY revision.id DESC",
            )?;
            statement
                .query_map([path], |row| {
                    Ok(Revision {
                        id: row.get(0)?,
                        time: row.get(1)?,
                        author: row.get(2)?,
                        origin: row.get(3)?,
                        bytes: row.get::<_, i64>(4)?.unsigned_abs(),
                        name: row.get(5)?,
                        delta: row.get(6)?,
                    })
                })?
                .collect()
        };
        run().map_err(|error| refused(path, &error))
    }

    /// The bytes of a revision.
    ///
    /// # Errors
    /// No such revision, or its bytes do not check.
    pub fn content(&self, id: RevisionId) -> Result<Vec<u8>, Problem> {
        let database = self.database();
        let name = format!("#{id}");
        let content: i64 = database
            .query_row("SELECT content FROM revision WHERE id = ?1", [id], |row| row.get(0))
            .map_err(|error| refused(&name, &error))?;
        unpack(&database, content).map_err(|error| refused(&name, &error))
    }

    /// The bytes with a fingerprint, if any revision ever had them.
    ///
    /// # Errors
    /// They do not check.
    pub fn content_of(&self, wanted: &Fingerprint) -> Result<Option<Vec<u8>>, Problem> {
        let database = self.database();
        let run = || -> rusqlite::Result<Option<Vec<u8>>> {
            let id: Option<i64> = database
                .query_row("SELECT id FROM content WHERE hash = ?1", [&wanted[..]], |row| row.get(0))
                .optional()?;
            id.map(|id| unpack(&database, id)).transpose()
        };
        run().map_err(|error| refused("", &error))
    }

    /// Whether these bytes are kept.
    #[must_use]
    pub fn has(&self, wanted: &Fingerprint) -> bool {
        self.database().query_row("SELECT 1 FROM content WHERE hash = ?1", [&wanted[..]], |_| Ok(())).is_ok()
    }

    /// Whether an article has a history.
    #[must_use]
    pub fn knows(&self, path: &str) -> bool {
        let known = "SELECT 1 FROM revision JOIN article ON article.id = article WHERE path = ?1 LIMIT 1";
        self.database().query_row(known, [path], |_| Ok(())).is_ok()
    }

    /// Whether a revision of an article has these bytes.
    #[must_use]
    pub fn holds(&self, path: &str, wanted: &Fingerprint) -> bool {
        let held = "SELECT 1 FROM revision JOIN article ON article.id = article
                    JOIN content ON content.id = content WHERE path = ?1 AND hash = ?2 LIMIT 1";
        self.database().query_row(held, params![path, &wanted[..]], |_| Ok(())).is_ok()
    }

    /// Names a revision, or takes its name away.
    ///
    /// # Errors
    /// The database refused.
    pub fn name(&self, id: RevisionId, name: Option<&str>) -> Result<(), Problem> {
        self.database()
            .execute("UPDATE revision SET name = ?2 WHERE id = ?1", params![id, name])
            .map(|_| ())
            .map_err(|error| refused(&format!("#{id}"), &error))
    }

    /// Keeps the newest revision of an article that has these bytes from being thinned out; `why` is `exported` or
    /// `signed`. Without such a revision nothing happens.
    ///
    /// # Errors
    /// The database refused.
    pub fn pin(&self, path: &str, bytes: &[u8], why: &str) -> Result<(), Problem> {
        self.database()
            .execute(
                "INSERT OR IGNORE INTO pin (revision, why)
                 SELECT max(revision.id), ?3 FROM revision
                 JOIN article ON article.id = article JOIN content ON content.id = content
                 WHERE article.path = ?1 AND content.hash = ?2 HAVING max(revision.id) IS NOT NULL",
                params![path, &fingerprint(bytes)[..], why],
            )
            .map(|_| ())
            .map_err(|error| refused(path, &error))
    }

    /// [`History::pin`], and of the article no other revision for that reason any more. Gives the revision.
    ///
    /// # Errors
    /// The database refused.
    pub fn pin_alone(&self, path: &str, bytes: &[u8], why: &str) -> Result<Option<RevisionId>, Problem> {
        let one = |sql: &str| -> rusqlite::Result<Option<RevisionId>> {
            self.database().query_row(sql, params![path, &fingerprint(bytes)[..]], |row| row.get(0))
        };
        self.database()
            .execute(
                "DELETE FROM pin WHERE why = ?2 AND revision IN (SELECT revision.id FROM revision
                 JOIN article ON article.id = article WHERE article.path = ?1)",
                params![path, why],
            )
            .map_err(|error| refused(path, &error))?;
        self.pin(path, bytes, why)?;
        one("SELECT max(revision.id) FROM revision
             JOIN article ON article.id = article JOIN content ON content.id = content
             WHERE article.path = ?1 AND content.hash = ?2")
        .map_err(|error| refused(path, &error))
    }

    /// Leaves one revision a day of those that are older than so many days; returns how many went. What was named,
    /// exported or signed stays, and the newest of each article.
    ///
    /// # Errors
    /// The database refused.
    pub fn thin(&self, days: u32) -> Result<usize, Problem> {
        let until = self.clock.now() - jiff::SignedDuration::from_hours(24 * i64::from(days));
        retention::thin(&mut self.database(), until).map_err(|error| refused("", &error))
    }

    /// Articles that have a history and, says `is_there`, no file: path, key in the history, newest revision; those
    /// that went last first, so many at most.
    ///
    /// # Errors
    /// The database refused.
    pub fn departed(
        &self,
        is_there: &dyn Fn(&str) -> bool,
        at_most: usize,
    ) -> Result<Vec<Departed>, Problem> {
        let database = self.database();
        let run = || -> rusqlite::Result<Vec<Departed>> {
            let mut statement = database.prepare_cached(
                "SELECT article.path, revision.id, revision.time FROM article
                 JOIN revision ON revision.id = (SELECT max(id) FROM revision WHERE article = article.id)
                 ORDER BY revision.id DESC",
            )?;
            let mut found = Vec::new();
            let mut rows = statement.query([])?;
            while let Some(row) = rows.next()? {
                let key: String = row.get(0)?;
                // An earlier article of a path, see `rename`.
                let earlier = key.strip_suffix('/').and_then(|key| key.rsplit_once('/'));
                let path = earlier.map_or(key.as_str(), |(path, _)| path).to_owned();
                if earlier.is_some() || !is_there(&path) {
                    found.push(Departed { path, key, last: row.get(1)?, time: row.get(2)? });
                    if found.len() == at_most {
                        break;
                    }
                }
            }
            Ok(found)
        };
        run().map_err(|error| refused("", &error))
    }

    /// An article has another path now; its revisions go along. What history held for an earlier article of that path
    /// stays, under a path that no file can have.
    ///
    /// # Errors
    /// The database refused.
    pub fn rename(&self, from: &str, to: &str) -> Result<(), Problem> {
        let mut database = self.database();
        let mut run = || -> rusqlite::Result<()> {
            let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let known = transaction
                .query_row("SELECT 1 FROM article WHERE path = ?1", [from], |_| Ok(()))
                .optional()?
                .is_some();
            if known {
                transaction
                    .execute("UPDATE article SET path = path || '/' || id || '/' WHERE path = ?1", [to])?;
                transaction.execute("UPDATE article SET path = ?2 WHERE path = ?1", [from, to])?;
            }
            transaction.commit()
        };
        run().map_err(|error| refused(from, &error))
    }

    /// Two paths are one article: the revisions of the second are the first's from here on, so that the first may take
    /// the second's path.
    ///
    /// # Errors
    /// The database refused.
    pub fn unite(&self, first: &str, second: &str) -> Result<(), Problem> {
        let mut database = self.database();
        let mut run = || -> rusqlite::Result<()> {
            let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let id = |path: &str| {
                transaction
                    .query_row("SELECT id FROM article WHERE path = ?1", [path], |row| row.get::<_, i64>(0))
                    .optional()
            };
            if let (Some(first), Some(second)) = (id(first)?, id(second)?) {
                transaction
                    .execute("UPDATE revision SET article = ?1 WHERE article = ?2", [first, second])?;
                transaction.execute("DELETE FROM article WHERE id = ?1", [second])?;
            }
            transaction.commit()
        };
        run().map_err(|error| refused(first, &error))
    }
}

/// Sets a damaged database aside and makes a new one of what can be read.
fn anew(path: &Path) -> Result<(Connection, Aside), Problem> {
    let file = set_aside(path).map_err(|error| unusable(path, &error.to_string()))?;
    let mut database = connect(path).map_err(|_| unusable(path, "a new one could not be made"))?;
    let (recovered, lost) = salvage::salvage(&file, &mut database);
    Ok((database, Aside { file, recovered, lost }))
}

pub(super) fn set_aside(path: &Path) -> io::Result<PathBuf> {
    for number in 1..1000 {
        let aside = path.with_extension(format!("damaged-{number}.db"));
        if aside.exists() {
            continue;
        }
        std::fs::rename(path, &aside)?;
        for ending in ["-wal", "-shm"] {
            let companion = PathBuf::from(format!("{}{ending}", path.display()));
            if companion.exists() {
                std::fs::rename(&companion, format!("{}{ending}", aside.display()))?;
            }
        }
        return Ok(aside);
    }
    Err(io::ErrorKind::AlreadyExists.into())
}

pub(super) fn record(
    database: &mut Connection,
    path: &str,
    bytes: &[u8],
    author: &str,
    origin: &str,
    time: &str,
) -> rusqlite::Result<Option<RevisionId>> {
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    transaction.execute("INSERT INTO article (path) VALUES (?1) ON CONFLICT DO NOTHING", [path])?;
    let article: i64 =
        transaction.query_row("SELECT id FROM article WHERE path = ?1", [path], |row| row.get(0))?;
    let newest: Option<(i64, i64, Vec<u8>)> = transaction
        .query_row(
            "SELECT revision.id, content.id, content.hash FROM revision JOIN content ON content.id = content
             WHERE article = ?1 ORDER BY revision.id DESC LIMIT 1",
            [article],
            |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
        )
        .optional()?;
    let hash = fingerprint(bytes);
    if newest.as_ref().is_some_and(|(_, _, newest)| newest[..] == hash) {
        return Ok(None);
    }
    let known: Option<i64> = transaction
        .query_row("SELECT id FROM content WHERE hash = ?1", [&hash[..]], |row| row.get(0))
        .optional()?;
    let content = match known {
        Some(content) => content,
        None => store(&transaction, bytes, &hash, newest.as_ref().map(|(_, content, _)| *content))?,
    };
    let signes = copydesk_core::counts::count(&String::from_utf8_lossy(bytes)).signes;
    transaction.execute(
        "INSERT INTO revision (article, content, parent, time, author, origin, signes) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
        params![article, content, newest.map(|(id, _, _)| id), time, author, origin, signes],
    )?;
    let id = transaction.last_insert_rowid();
    transaction.commit()?;
    Ok(Some(id))
}

/// Brings over what was kept beside the drafts while there was no history to take it; returns how many came. What cannot
/// be read stays where it is.
pub fn take_kept(fs: &dyn Fs, folder: &Path, history: &History) -> usize {
    let mut taken = 0;
    for (file, path) in kept(fs, folder) {
        let Ok(bytes) = fs.read(&file) else { continue };
        if hex(&fingerprint(&bytes)) != file.file_stem().unwrap_or_default().to_string_lossy() {
            continue;
        }
        if history.record(&path, &bytes, "", Origin::Outside).is_ok() {
            // The bytes first: a name alone is no harm.
            let _ = fs.remove(&file).and_then(|()| fs.remove(&file.with_extension("path")));
            taken += 1;
        }
    }
    taken
}

/// The files that [`keep_aside`] made, oldest first, each with its article.
#[must_use]
pub fn kept(fs: &dyn Fs, folder: &Path) -> Vec<(PathBuf, String)> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut found: Vec<(i64, PathBuf, String)> = entries
        .flatten()
        .map(|entry| entry.path())
        .filter(|file| file.extension().is_some_and(|ending| ending == "md"))
        .filter_map(|file| {
            let path = String::from_utf8(fs.read(&file.with_extension("path")).ok()?).ok()?;
            Some((fs.stat(&file).ok()?.modified_ms, file, path))
        })
        .collect();
    found.sort();
    found.into_iter().map(|(_, file, path)| (file, path)).collect()
}

/// Keeps bytes where there is no history to keep them in: a file named after their hash, with the article's name in a
/// line beside it.
///
/// # Errors
/// The system's.
pub fn keep_aside(fs: &dyn Fs, folder: &Path, path: &str, bytes: &[u8]) -> io::Result<()> {
    let hash = hex(&fingerprint(bytes));
    let file = folder.join(format!("{hash}.md"));
    if fs.stat(&file).is_err() {
        atomic::put(fs, &file, bytes)?;
        atomic::put(fs, &folder.join(format!("{hash}.path")), path.as_bytes())?;
    }
    Ok(())
}

fn unusable(path: &Path, why: &str) -> Problem {
    let path = path.display();
    Problem::new(
        "no_history",
        (
            format!("L’historique {path} n’a pas pu être ouvert ({why})."),
            "Les articles et les brouillons n’en dépendent pas ; vérifiez les droits du dossier.",
        ),
        (
            format!("The history {path} could not be opened ({why})."),
            "Articles and drafts do not depend on it; check the folder’s permissions.",
        ),
    )
}

fn newer(path: &Path, version: i64) -> Problem {
    let path = path.display();
    Problem::new(
        "newer_history",
        (
            format!("L’historique {path} vient d’un Copydesk plus récent (version {version})."),
            "Il n’est ni lu ni modifié ; mettez Copydesk à jour.",
        ),
        (
            format!("The history {path} comes from a newer Copydesk (version {version})."),
            "It is neither read nor changed; update Copydesk.",
        ),
    )
}

fn refused(path: &str, error: &rusqlite::Error) -> Problem {
    Problem::new(
        "history_refused",
        (
            format!("L’historique n’a pas répondu pour {path} ({error})."),
            "L’article et son brouillon sont intacts ; réessayez.",
        ),
        (
            format!("History did not answer for {path} ({error})."),
            "The article and its draft are intact; try again.",
        ),
    )
}

#[cfg(test)]
mod tests {
    use super::super::schema::STEPS;
    use super::*;
    use crate::env::FixedClock;
    use crate::store::fs::RealFs;

    fn open(folder: &Path) -> Result<History, Problem> {
        History::open(
            &folder.join("history.db"),
            Arc::new(FixedClock("2026-11-22T14:32:00Z".parse().unwrap())),
        )
    }

    #[test]
    fn sqlite_is_newer_than_its_wal_bug() {
        // https://sqlite.org/wal.html: a reset of the log could corrupt it until 3.51.3.
        assert!(rusqlite::version_number() >= 3_051_003, "{}", rusqlite::version());
    }

    #[test]
    fn three_hundred_revisions_come_back_and_take_little_room() {
        let folder = tempfile::tempdir().unwrap();
        let history = open(folder.path()).unwrap();
        let mut text: String = (0..120).map(|n| format!("Paragraphe {n} : {}.\n\n", n * n * 7919)).collect();
        let mut all = Vec::new();
        for n in 0..300 {
            text.push_str(&format!("Ajout {n}. "));
            let id = history.record("a.md", text.as_bytes(), "Ada", Origin::Save).unwrap().unwrap();
            all.push((id, text.clone()));
        }
        for (id, text) in &all {
            assert_eq!(history.content(*id).unwrap(), text.as_bytes());
        }
        let list = history.list("a.md").unwrap();
        assert_eq!(list.len(), 300);
        assert_eq!((list[0].id, list[0].delta, list[299].delta), (all[299].0, 11, 0));
        assert_eq!((list[0].time.as_str(), list[0].author.as_str()), ("2026-11-22T14:32:00Z", "Ada"));
        let packed: i64 = history
            .database()
            .query_row("SELECT sum(length(packed)) FROM content", [], |row| row.get(0))
            .unwrap();
        let whole: usize = all.iter().map(|(_, text)| text.len()).sum();
        assert!(usize::try_from(packed).unwrap() * 20 < whole, "{packed} of {whole}");
    }

    #[test]
    fn the_same_bytes_twice_running_make_one_revision() {
        let folder = tempfile::tempdir().unwrap();
        let history = open(folder.path()).unwrap();
        let record = |bytes: &[u8]| history.record("a.md", bytes, "", Origin::Save).unwrap();
        assert!(record(b"un").is_some());
        assert_eq!(record(b"un"), None);
        assert!(record(b"deux").is_some());
        assert!(record(b"un").is_some());
        assert!(record(b"").is_some());
        let oldest = history.list("a.md").unwrap().pop().unwrap().id;
        assert_eq!(history.content(oldest).unwrap(), b"un");
        assert!(history.has(&fingerprint(b"deux")));
        assert!(!history.has(&fingerprint(b"trois")));
        assert_eq!(history.content_of(&fingerprint(b"deux")).unwrap().unwrap(), b"deux");
    }

    #[test]
    fn revisions_follow_a_rename_and_names_stay() {
        let folder = tempfile::tempdir().unwrap();
        let history = open(folder.path()).unwrap();
        history.record("b.md", b"ancien", "", Origin::Save).unwrap();
        let id = history.record("a.md", b"un", "", Origin::Save).unwrap().unwrap();
        history.name(id, Some("Version du matin")).unwrap();
        history.rename("a.md", "b.md").unwrap();
        let list = history.list("b.md").unwrap();
        assert_eq!(list.len(), 1);
        assert_eq!(list[0].name.as_deref(), Some("Version du matin"));
        assert!(history.list("a.md").unwrap().is_empty());
        assert!(history.has(&fingerprint(b"ancien")), "nothing is forgotten");
    }

    /// A history whose clock stands at a time.
    fn at(folder: &Path, time: &str) -> History {
        History::open(&folder.join("history.db"), Arc::new(FixedClock(time.parse().unwrap()))).unwrap()
    }

    #[test]
    fn thinning_leaves_one_a_day_and_what_matters() {
        let folder = tempfile::tempdir().unwrap();
        let mut kept = Vec::new();
        let mut all = Vec::new();
        for day in 1..=3 {
            for hour in 8..14 {
                let history = at(folder.path(), &format!("2026-01-0{day}T{hour:02}:00:00Z"));
                let text = format!("Le texte du jour {day} à {hour} heures.");
                let id = history.record("a.md", text.as_bytes(), "Ada", Origin::Save).unwrap().unwrap();
                all.push((id, text.clone()));
                match (day, hour) {
                    (1, 9) => history.name(id, Some("avant relecture")).unwrap(),
                    (1, 10) => history.pin("a.md", text.as_bytes(), "exported").unwrap(),
                    (2, 9) => history.pin("a.md", text.as_bytes(), "signed").unwrap(),
                    (_, 13) => {}
                    // The last day is too young.
                    (3, _) => {}
                    _ => continue,
                }
                kept.push((id, text));
            }
        }
        let history = at(folder.path(), "2026-01-05T00:00:00Z");
        history.pin("a.md", b"bytes that no revision has", "exported").unwrap();
        assert_eq!(history.thin(2).unwrap(), all.len() - kept.len());
        assert_eq!(history.thin(2).unwrap(), 0);
        let left: Vec<RevisionId> = history.list("a.md").unwrap().iter().rev().map(|one| one.id).collect();
        assert_eq!(left, kept.iter().map(|(id, _)| *id).collect::<Vec<_>>());
        for (id, text) in &kept {
            assert_eq!(history.content(*id).unwrap(), text.as_bytes());
        }
        // And it goes on, on what is left.
        assert!(history.record("a.md", "Après.".as_bytes(), "", Origin::Save).unwrap().is_some());
        drop(history);
        let State::Sound { revisions, older: false } = History::inspect(&folder.path().join("history.db"))
        else {
            panic!("a thinned history is sound")
        };
        assert_eq!(revisions, kept.len() + 1);
    }

    #[test]
    fn a_history_of_the_first_schema_goes_on() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("history.db");
        let old = Connection::open(&path).unwrap();
        old.execute_batch(STEPS[0]).unwrap();
        old.pragma_update(None, "user_version", 1).unwrap();
        let version = |database: &Connection| {
            database.query_row("PRAGMA user_version", [], |row| row.get::<_, i64>(0)).unwrap()
        };
        // A look changes nothing.
        assert!(matches!(History::inspect(&path), State::Sound { revisions: 0, older: true }));
        assert_eq!(version(&old), 1);
        old.execute("INSERT INTO article (path) VALUES ('alt.md')", []).unwrap();
        drop(old);
        let history = open(folder.path()).unwrap();
        assert!(matches!(History::inspect(&path), State::Sound { revisions: 0, older: false }));
        // The database as it was lies beside it.
        let copy = Connection::open(super::super::schema::copy_of(&path, 1)).unwrap();
        assert_eq!(version(&copy), 1);
        let articles = copy.query_row("SELECT path FROM article", [], |row| row.get::<_, String>(0));
        assert_eq!(articles.unwrap(), "alt.md");
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 4, "and nothing else");
        assert!(history.record("a.md", b"un", "", Origin::Save).unwrap().is_some());
        history.pin("a.md", b"un", "exported").unwrap();
        assert_eq!(history.thin(0).unwrap(), 0);
    }

    #[test]
    fn a_history_that_is_made_anew_keeps_what_was_pinned() {
        let folder = tempfile::tempdir().unwrap();
        {
            let history = at(folder.path(), "2026-01-01T08:00:00Z");
            for text in ["un", "deux", "trois"] {
                history.record("a.md", text.as_bytes(), "", Origin::Save).unwrap();
            }
            history.pin("a.md", b"un", "exported").unwrap();
            history.pin("a.md", b"un", "signed").unwrap();
        }
        let aside = History::rebuild(&folder.path().join("history.db")).unwrap();
        assert_eq!((aside.recovered, aside.lost), (3, 0));
        let history = at(folder.path(), "2026-02-01T08:00:00Z");
        assert_eq!(history.thin(1).unwrap(), 1);
        let left: Vec<_> =
            history.list("a.md").unwrap().iter().map(|one| history.content(one.id).unwrap()).collect();
        assert_eq!(left, [b"trois".to_vec(), b"un".to_vec()]);
        let pins = history.database().query_row("SELECT count(*) FROM pin", [], |row| row.get::<_, i64>(0));
        assert_eq!(pins.unwrap(), 2);
    }

    #[test]
    fn what_was_kept_beside_enters_the_history() {
        let folder = tempfile::tempdir().unwrap();
        let beside = folder.path().join("kept");
        keep_aside(&RealFs, &beside, "ville/a.md", "gardé".as_bytes()).unwrap();
        keep_aside(&RealFs, &beside, "b.md", b"abime").unwrap();
        let damaged = beside.join(format!("{}.md", hex(&fingerprint(b"abime"))));
        std::fs::write(&damaged, b"autre chose").unwrap();
        let history = open(folder.path()).unwrap();
        assert_eq!(take_kept(&RealFs, &beside, &history), 1);
        let list = history.list("ville/a.md").unwrap();
        assert_eq!(history.content(list[0].id).unwrap(), "gardé".as_bytes());
        assert_eq!(kept(&RealFs, &beside).len(), 1, "what does not check stays");
        assert_eq!(take_kept(&RealFs, &beside, &history), 0);
    }

    #[test]
    fn articles_that_are_gone_are_found_also_where_another_has_their_path() {
        let folder = tempfile::tempdir().unwrap();
        let history = open(folder.path()).unwrap();
        for path in ["a.md", "b.md", "c.md"] {
            history.record(path, path.as_bytes(), "", Origin::Save).unwrap();
        }
        // `c.md` takes the path of the `b.md` that went away.
        history.rename("c.md", "b.md").unwrap();
        let gone = history.departed(&|path| path == "b.md", 10).unwrap();
        let named: Vec<_> = gone.iter().map(|one| (one.path.as_str(), one.key == one.path)).collect();
        assert_eq!(named, [("b.md", false), ("a.md", true)]);
        assert_eq!(history.content(gone[0].last).unwrap(), b"b.md");
        assert_eq!(history.departed(&|_| true, 10).unwrap().len(), 1);
    }

    #[test]
    fn a_damaged_database_is_set_aside() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("history.db"), b"this is no database at all, for sure").unwrap();
        let history = open(folder.path()).unwrap();
        let aside = history.set_aside.clone().unwrap();
        assert!(std::fs::read(&aside.file).unwrap().starts_with(b"this is no database"));
        assert!(history.record("a.md", b"un", "", Origin::Save).unwrap().is_some());
    }

    #[test]
    fn damage_that_shows_later_is_mended_while_the_history_is_open() {
        let folder = tempfile::tempdir().unwrap();
        let history = open(folder.path()).unwrap();
        for number in 0..40 {
            let text: String = (0..400).map(|n| format!("{} ", n * n * (number + 7) % 99_991)).collect();
            history.record(&format!("{number}.md"), text.as_bytes(), "", Origin::Save).unwrap();
        }
        assert_eq!(history.mend().unwrap(), None);
        history.database().execute_batch("PRAGMA wal_checkpoint(TRUNCATE)").unwrap();
        let path = folder.path().join("history.db");
        let mut bytes = std::fs::read(&path).unwrap();
        let page = bytes.len() / 4096 / 2 * 4096;
        bytes[page..page + 4096].fill(0x5a);
        std::fs::write(&path, &bytes).unwrap();
        let aside = history.mend().unwrap().unwrap();
        assert!(aside.file.exists() && aside.recovered > 0, "{aside:?}");
        assert!(history.record("new.md", b"un", "", Origin::Save).unwrap().is_some());
        assert_eq!(history.mend().unwrap(), None);
    }

    #[test]
    fn a_newer_schema_is_refused_and_not_touched() {
        let folder = tempfile::tempdir().unwrap();
        drop(open(folder.path()).unwrap());
        let path = folder.path().join("history.db");
        let database = Connection::open(&path).unwrap();
        database.pragma_update(None, "user_version", 99).unwrap();
        drop(database);
        let before = std::fs::read(&path).unwrap();
        assert_eq!(open(folder.path()).err().unwrap().code, "newer_history");
        assert_eq!(std::fs::read(&path).unwrap(), before);
    }
}
