//! Thins old revisions out, for those who do not want to keep all: after a time, the last of each day is left.
//! What a person named, signed or exported stays, and so does the newest of each article.

use jiff::Timestamp;
use rusqlite::{Connection, TransactionBehavior};

/// Removes what may go of the revisions before `until`; returns how many went.
pub(super) fn thin(database: &mut Connection, until: Timestamp) -> rusqlite::Result<usize> {
    let transaction = database.transaction_with_behavior(TransactionBehavior::Immediate)?;
    // A revision names the one before it; both may go before the next is told.
    transaction.pragma_update(None, "defer_foreign_keys", true)?;
    // The first ten characters of RFC 3339 are the day, and times compare as text.
    let gone = transaction.execute(
        "DELETE FROM revision WHERE time < ?1 AND name IS NULL
           AND NOT EXISTS (SELECT 1 FROM pin WHERE pin.revision = revision.id)
           AND EXISTS (SELECT 1 FROM revision AS later
                       WHERE later.article = revision.article AND later.id > revision.id
                         AND substr(later.time, 1, 10) = substr(revision.time, 1, 10))",
        [until.to_string()],
    )?;
    if gone > 0 {
        transaction.execute(
            "UPDATE revision SET parent =
                 (SELECT max(id) FROM revision AS older
                  WHERE older.article = revision.article AND older.id < revision.id)
             WHERE parent NOT IN (SELECT id FROM revision)",
            [],
        )?;
        // A content that another is packed against is still needed to read that one.
        let unused = "DELETE FROM content WHERE id NOT IN (SELECT content FROM revision)
                        AND id NOT IN (SELECT base FROM content WHERE base IS NOT NULL)";
        while transaction.execute(unused, [])? > 0 {}
    }
    transaction.commit()?;
    Ok(gone)
}
