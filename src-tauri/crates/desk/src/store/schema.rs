//! The database of a history as SQLite has it: its schema and the steps that lead there, how it is opened, and whether
//! it is whole.

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use rusqlite::{Connection, TransactionBehavior};

use super::content::unpack;

/// Schema steps; `user_version` counts those that were taken.
pub(super) const STEPS: [&str; 2] = [
    "
    CREATE TABLE article (
        id INTEGER PRIMARY KEY,
        path TEXT NOT NULL UNIQUE
    );
    -- packed: zstd; against the unpacked content `base` where there is one, as its dictionary.
    CREATE TABLE content (
        id INTEGER PRIMARY KEY,
        hash BLOB NOT NULL UNIQUE,
        length INTEGER NOT NULL,
        base INTEGER REFERENCES content (id),
        depth INTEGER NOT NULL,
        packed BLOB NOT NULL
    );
    CREATE TABLE revision (
        id INTEGER PRIMARY KEY AUTOINCREMENT,
        article INTEGER NOT NULL REFERENCES article (id),
        content INTEGER NOT NULL REFERENCES content (id),
        parent INTEGER REFERENCES revision (id),
        time TEXT NOT NULL,
        author TEXT NOT NULL,
        origin TEXT NOT NULL,
        signes INTEGER NOT NULL,
        name TEXT
    );
    CREATE INDEX revision_of_article ON revision (article, id);
",
    "
    -- Why a revision must stay when old ones are thinned out: it was exported, or signed.
    CREATE TABLE pin (
        revision INTEGER NOT NULL REFERENCES revision (id) ON DELETE CASCADE,
        why TEXT NOT NULL,
        PRIMARY KEY (revision, why)
    ) WITHOUT ROWID;
",
];
/// How long another process that has the database is waited for.
const PATIENCE: Duration = Duration::from_secs(5);
/// Between two tries.
const REST: Duration = Duration::from_millis(10);
/// Why a database cannot be used.
pub(super) enum Trouble {
    Newer(i64),
    Damaged,
    Other(rusqlite::Error),
}

impl From<rusqlite::Error> for Trouble {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode::{DatabaseCorrupt, NotADatabase};
        match error.sqlite_error_code() {
            Some(DatabaseCorrupt | NotADatabase) => Self::Damaged,
            _ => Self::Other(error),
        }
    }
}

/// Checks every page and every content; the number of revisions, or what is wrong.
pub(super) fn verify(database: &Connection) -> Result<usize, String> {
    let run = || -> rusqlite::Result<Result<usize, String>> {
        let pages: String = database.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0))?;
        if pages != "ok" {
            return Ok(Err(pages));
        }
        let mut statement = database.prepare("SELECT id FROM content ORDER BY id")?;
        let ids = statement.query_map([], |row| row.get(0))?.collect::<rusqlite::Result<Vec<i64>>>()?;
        for id in ids {
            unpack(database, id)?;
        }
        let revisions: i64 = database.query_row("SELECT count(*) FROM revision", [], |row| row.get(0))?;
        Ok(Ok(usize::try_from(revisions).unwrap_or(0)))
    };
    run().unwrap_or_else(|error| Err(error.to_string()))
}

/// Whether the pages and the indexes fit together; contents are checked when they are read.
pub(super) fn is_whole(path: &Path) -> bool {
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    let run = || {
        let database = Connection::open_with_flags(path, flags)?;
        database.query_row("PRAGMA quick_check(1)", [], |row| row.get::<_, String>(0))
    };
    match run().map_err(Trouble::from) {
        Ok(answer) => answer == "ok",
        Err(Trouble::Damaged) => false,
        // A fault of the moment says nothing about the pages.
        Err(_) => true,
    }
}

/// Turns a database to its write-ahead log, which takes the file for a moment. SQLite does not wait for another process
/// that does so at the same time; this does.
fn turn_to_log(database: &Connection) -> rusqlite::Result<()> {
    let end = Instant::now() + PATIENCE;
    loop {
        match database.pragma_update(None, "journal_mode", "WAL") {
            Err(error) if is_busy(&error) && Instant::now() < end => std::thread::sleep(REST),
            result => return result,
        }
    }
}

fn is_busy(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::ErrorCode;
    matches!(error.sqlite_error_code(), Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked))
}

pub(super) fn known_version() -> i64 {
    i64::try_from(STEPS.len()).expect("a few steps")
}

/// A database and its version, to be read and not written: no step is taken. Where a writer was cut short, SQLite has
/// to finish what it left before anything can be read; that needs to write.
pub(super) fn look(path: &Path) -> Result<(Connection, i64), Trouble> {
    use rusqlite::OpenFlags;
    let open = |flags| {
        let database = Connection::open_with_flags(path, flags | OpenFlags::SQLITE_OPEN_NO_MUTEX)?;
        database.busy_timeout(PATIENCE)?;
        let version = database.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        Ok((database, version))
    };
    match open(OpenFlags::SQLITE_OPEN_READ_ONLY) {
        Err(error) if is_read_only(&error) => open(OpenFlags::SQLITE_OPEN_READ_WRITE),
        result => result,
    }
    .map_err(|error: rusqlite::Error| error.into())
}

pub(super) fn is_bare(database: &Connection) -> bool {
    database.query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get::<_, i64>(0)) == Ok(0)
}

fn is_read_only(error: &rusqlite::Error) -> bool {
    use rusqlite::ffi::ErrorCode;
    matches!(error.sqlite_error_code(), Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen))
}

/// Where a history is copied to before steps are taken from a version of its schema.
pub(super) fn copy_of(path: &Path, version: i64) -> PathBuf {
    path.with_extension(format!("version-{version}.db"))
}

/// Copies a database as it is before its schema changes. A copy of an attempt that was cut short gives way.
fn copy_before(database: &Connection, path: &Path, version: i64) -> Result<(), Trouble> {
    let copy = copy_of(path, version);
    let begun = copy.with_extension("db-begun");
    let _ = std::fs::remove_file(&begun);
    database.execute("VACUUM INTO ?1", [begun.to_string_lossy()])?;
    std::fs::File::open(&begun)
        .and_then(|file| file.sync_all())
        .and_then(|()| std::fs::rename(&begun, &copy))
        .map_err(|error| {
            let why = Some(error.to_string());
            Trouble::Other(rusqlite::Error::SqliteFailure(
                rusqlite::ffi::Error::new(rusqlite::ffi::SQLITE_CANTOPEN),
                why,
            ))
        })
}

/// Opens a database for reading and writing, and takes the steps that it lacks.
pub(super) fn connect(path: &Path) -> Result<Connection, Trouble> {
    let mut database = Connection::open(path)?;
    database.busy_timeout(PATIENCE)?;
    let version: i64 = database.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let known = known_version();
    if version > known {
        return Err(Trouble::Newer(version));
    }
    // FULL: an acknowledged revision survives a power cut. WAL: readers never wait for the writer.
    turn_to_log(&database)?;
    database.pragma_update(None, "synchronous", "FULL")?;
    database.pragma_update(None, "foreign_keys", true)?;
    if (1..known).contains(&version) {
        copy_before(&database, path, version)?;
    }
    for step in version..known {
        let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
        // Another process may have taken the step while this one waited.
        let now: i64 = transaction.query_row("PRAGMA user_version", [], |row| row.get(0))?;
        if now == step {
            transaction.execute_batch(STEPS[usize::try_from(step).expect("counted above")])?;
            transaction.pragma_update(None, "user_version", step + 1)?;
        }
        transaction.commit()?;
    }
    // Reads the schema and the last pages: a damaged file shows itself here and not in the middle of a save.
    database.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
    database.query_row("SELECT max(id) FROM revision", [], |_| Ok(()))?;
    Ok(database)
}
