//! The machine's file system, counting the races that a save ran into, or without a call that some file systems lack.

use std::collections::HashSet;
use std::fs::File;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

use copydesk_desk::store::fs::{Fs, RealFs, Rename, Stat};

/// Counts exchanges that were taken back: another program wrote between the last look and the exchange.
#[derive(Default)]
pub struct Counted {
    exchanged: Mutex<HashSet<PathBuf>>,
    late: AtomicUsize,
    /// Names cannot be exchanged, as on NFS.
    lacking: bool,
}

impl Counted {
    /// A file system that cannot exchange two names.
    #[must_use]
    pub fn without_exchange() -> Self {
        Self { lacking: true, ..Self::default() }
    }

    /// How often it happened.
    #[must_use]
    pub fn late(&self) -> usize {
        self.late.load(Ordering::Relaxed)
    }
}

impl Fs for Counted {
    fn rename(&self, from: &Path, to: &Path, how: Rename) -> io::Result<()> {
        if self.lacking && how != Rename::Replace {
            return Err(io::ErrorKind::Unsupported.into());
        }
        let again = how == Rename::Exchange
            && !self.exchanged.lock().unwrap_or_else(PoisonError::into_inner).insert(from.to_owned());
        self.late.fetch_add(usize::from(again), Ordering::Relaxed);
        RealFs.rename(from, to, how)
    }

    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        RealFs.read(path)
    }

    fn hold(&self, path: &Path) -> io::Result<File> {
        RealFs.hold(path)
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        RealFs.stat(path)
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        RealFs.real_path(path)
    }

    fn write_new(&self, path: &Path, bytes: &[u8], like: Option<&Path>) -> io::Result<()> {
        RealFs.write_new(path, bytes, like)
    }

    fn write_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        RealFs.write_in_place(path, bytes)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        RealFs.append(path, bytes)
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        RealFs.remove(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        RealFs.sync_folder(path)
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        RealFs.make_folder(path)
    }

    fn may_write(&self, path: &Path) -> bool {
        RealFs.may_write(path)
    }
}
