//! Contents of a history: each stored once by its hash, compressed against the one before it, checked when it is read.

use rusqlite::{Connection, params};

use super::atomic::{Fingerprint, fingerprint};

/// A content is an article's bytes; a longer one was never stored, bytes.
const LONGEST: usize = 1 << 30;
/// A content that stands alone is stored after this many that lean on one another: reading one unpacks at most these.
const CHAIN: i64 = 16;
const LEVEL: i32 = 6;

/// Stores a content; its id. `before` is the content that it most likely resembles.
pub(super) fn store(
    database: &Connection,
    bytes: &[u8],
    hash: &Fingerprint,
    before: Option<i64>,
) -> rusqlite::Result<i64> {
    // Against the revision before, unless the chain is long enough or that one cannot be read.
    let against = before.and_then(|before| {
        let depth: i64 =
            database.query_row("SELECT depth FROM content WHERE id = ?1", [before], |row| row.get(0)).ok()?;
        let text = unpack(database, before).ok()?;
        (depth + 1 < CHAIN && !text.is_empty()).then_some((before, depth + 1, text))
    });
    let (base, depth, dictionary) = match &against {
        Some((base, depth, text)) => (Some(*base), *depth, &text[..]),
        None => (None, 0, &[][..]),
    };
    let packed = zstd::bulk::Compressor::with_dictionary(LEVEL, dictionary)
        .and_then(|mut compressor| compressor.compress(bytes))
        .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
    database.execute(
        "INSERT INTO content (hash, length, base, depth, packed) VALUES (?1, ?2, ?3, ?4, ?5)",
        params![&hash[..], i64::try_from(bytes.len()).unwrap_or(i64::MAX), base, depth, packed],
    )?;
    Ok(database.last_insert_rowid())
}

/// A content by its id.
pub(super) fn unpack(database: &Connection, id: i64) -> rusqlite::Result<Vec<u8>> {
    let mut statement =
        database.prepare_cached("SELECT hash, length, base, packed FROM content WHERE id = ?1")?;
    // From the content down to the one that stands alone, then up again.
    let mut chain: Vec<(Vec<u8>, usize, Vec<u8>)> = Vec::new();
    let mut next = Some(id);
    while let Some(id) = next {
        let limit = usize::try_from(CHAIN).unwrap_or(usize::MAX);
        if chain.len() > limit {
            return Err(damaged("a chain of contents does not end"));
        }
        next = statement.query_row([id], |row| {
            let length: i64 = row.get(1)?;
            chain.push((row.get(0)?, usize::try_from(length).unwrap_or(0), row.get(3)?));
            row.get(2)
        })?;
    }
    let mut text = Vec::new();
    for (hash, length, packed) in chain.into_iter().rev() {
        if length > LONGEST {
            return Err(damaged("a content has an impossible length"));
        }
        text = zstd::bulk::Decompressor::with_dictionary(&text)
            .and_then(|mut decompressor| decompressor.decompress(&packed, length))
            .map_err(|error| rusqlite::Error::ToSqlConversionFailure(Box::new(error)))?;
        if fingerprint(&text)[..] != hash[..] {
            return Err(damaged("a content does not have its hash"));
        }
    }
    Ok(text)
}

fn damaged(why: &str) -> rusqlite::Error {
    rusqlite::Error::ToSqlConversionFailure(why.into())
}
