//! What the program promised: one line for each step that it acknowledged, on the medium before the next step.

use std::fs::{File, OpenOptions};
use std::io::{self, Write};
use std::path::Path;

/// A step's outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ack {
    /// `begin`, then `saved`, `drafted`, `recorded`, `created`, `exported`, `opened`, or `unsaved` and `failed`.
    pub word: String,
    /// Which step.
    pub number: usize,
    /// Hash that the step ended with, in hexadecimal digits: what the program believes the disk to hold.
    pub hash: String,
    /// What it said.
    pub note: String,
}

/// The file that steps are acknowledged in.
pub struct Log(File);

impl Log {
    /// Opens it, or makes it.
    ///
    /// # Errors
    /// The system's.
    pub fn open(path: &Path) -> io::Result<Self> {
        OpenOptions::new().create(true).append(true).open(path).map(Self)
    }

    /// Adds a step; it is on the medium when this returns.
    ///
    /// # Errors
    /// The system's.
    pub fn say(&mut self, word: &str, number: usize, hash: &str, note: &str) -> io::Result<()> {
        // One write: a line is there whole or not at all.
        let note = note.replace('\n', " ");
        let hash = if hash.is_empty() { "-" } else { hash };
        self.0.write_all(format!("{word} {number} {hash} {note}\n").as_bytes())?;
        self.0.sync_data()
    }
}

/// The whole lines of a log, oldest first; nothing where there is no log.
#[must_use]
pub fn read(path: &Path) -> Vec<Ack> {
    let text = std::fs::read_to_string(path).unwrap_or_default();
    text.split_inclusive('\n')
        .filter_map(|line| {
            let mut parts = line.strip_suffix('\n')?.splitn(4, ' ');
            Some(Ack {
                word: parts.next()?.to_owned(),
                number: parts.next()?.parse().ok()?,
                hash: parts.next()?.to_owned(),
                note: parts.next()?.to_owned(),
            })
        })
        .collect()
}
