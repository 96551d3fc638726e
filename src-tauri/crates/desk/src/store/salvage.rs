//! Brings over from a damaged history what can still be read, row by row.

use std::path::Path;

use rusqlite::{Connection, OpenFlags, params};

use super::content::unpack;
use super::history::record;

/// Reads each revision of the database `from` that lets itself be read into `into`. Returns how many came over, and
/// how many are known to have been there and did not.
pub fn salvage(from: &Path, into: &mut Connection) -> (usize, usize) {
    let Ok(old) = Connection::open_with_flags(from, OpenFlags::SQLITE_OPEN_READ_ONLY) else { return (0, 0) };
    // Numbers first, one by one: a query over all rows would end at the first bad page.
    let Ok(last) = old.query_row("SELECT max(id) FROM revision", [], |row| row.get::<_, Option<i64>>(0))
    else {
        return (0, 0);
    };
    let (mut recovered, mut lost) = (0, 0);
    for id in 1..=last.unwrap_or(0) {
        match bring_over(&old, id, into) {
            Ok(()) => recovered += 1,
            // Numbers are never given twice, and none is left out but by a save that did not end.
            Err(rusqlite::Error::QueryReturnedNoRows) => {}
            Err(_) => lost += 1,
        }
    }
    (recovered, lost)
}

fn bring_over(old: &Connection, id: i64, into: &mut Connection) -> rusqlite::Result<()> {
    type Row = (String, i64, String, String, String, Option<String>);
    let (path, content, time, author, origin, name): Row = old.query_row(
        "SELECT path, content, time, author, origin, name
         FROM revision JOIN article ON article.id = article WHERE revision.id = ?1",
        [id],
        |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?, row.get(4)?, row.get(5)?)),
    )?;
    let bytes = unpack(old, content)?;
    let new = record(into, &path, &bytes, &author, &origin, &time)?;
    if let Some(new) = new
        && name.is_some()
    {
        into.execute("UPDATE revision SET name = ?2 WHERE id = ?1", params![new, name])?;
    }
    // Where the one between could not be read, this one is the same as the one before it.
    let new = match new {
        Some(new) => new,
        None => into.query_row(
            "SELECT max(revision.id) FROM revision JOIN article ON article.id = article WHERE path = ?1",
            [&path],
            |row| row.get(0),
        )?,
    };
    // An older schema has no pins; what cannot be read of them does not take the revision away.
    for why in pins(old, id).unwrap_or_default() {
        into.execute("INSERT OR IGNORE INTO pin (revision, why) VALUES (?1, ?2)", params![new, why])?;
    }
    Ok(())
}

/// Why a revision has to stay.
fn pins(old: &Connection, id: i64) -> rusqlite::Result<Vec<String>> {
    old.prepare_cached("SELECT why FROM pin WHERE revision = ?1")?
        .query_map([id], |row| row.get(0))?
        .collect()
}
