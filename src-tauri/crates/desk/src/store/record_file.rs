//! One file of a record, read within bounds: what is past them stays in the file, and how much it is is said.

use std::io::{self, Read, Seek, SeekFrom};
use std::path::Path;

use copydesk_core::review::{Lines, event};

use super::fs::Fs;

/// So much of a file is read at most (bytes): some hundred times what a busy article's review holds.
pub(super) const MOST: u64 = 32 << 20;
/// Of a longer file, one part in so many is read from its beginning, where an article's record is named.
const BEGINNING: u64 = 32;

/// What was read of a file.
pub(super) struct Content {
    pub lines: Lines,
    /// Its last line has its end.
    pub whole: bool,
    /// Bytes in its middle that were not looked at.
    pub skipped: u64,
}

/// Reads a file of `size` bytes, or, of more than `most`, whole lines of its beginning and of its end, where the newest
/// events are.
pub(super) fn read(fs: &dyn Fs, path: &Path, size: u64, most: u64) -> io::Result<Content> {
    if size <= most {
        let bytes = fs.read(path)?;
        let whole = bytes.is_empty() || bytes.ends_with(b"\n");
        return Ok(Content { lines: event::read(&bytes), whole, skipped: 0 });
    }
    let mut file = fs.hold(path)?;
    let beginning = most / BEGINNING;
    let mut first = Vec::new();
    (&mut file).take(beginning).read_to_end(&mut first)?;
    first.truncate(first.iter().rposition(|&byte| byte == b'\n').map_or(0, |at| at + 1));
    file.seek(SeekFrom::Start(size - (most - beginning)))?;
    let mut last = Vec::new();
    file.take(most - beginning).read_to_end(&mut last)?;
    let cut = last.iter().position(|&byte| byte == b'\n').map_or(last.len(), |at| at + 1);
    let mut lines = event::read(&first);
    let rest = event::read(&last[cut..]);
    lines.events.extend(rest.events);
    lines.unknown += rest.unknown;
    lines.damaged += rest.damaged;
    lines.torn = rest.torn;
    let kept = (first.len() + last.len() - cut) as u64;
    Ok(Content { lines, whole: last.ends_with(b"\n"), skipped: size.saturating_sub(kept) })
}
