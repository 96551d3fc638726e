//! A file system in memory, mounted by FUSE, that stalls or errors when it is told to: what a network folder does.

use std::collections::BTreeMap;
use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Condvar, Mutex};
use std::time::{Duration, SystemTime};

use fuser::{
    BackgroundSession, BsdFileFlags, Config, Errno, FileAttr, FileHandle, FileType, Filesystem, FopenFlags,
    Generation, INodeNo, LockOwner, OpenFlags, RenameFlags, ReplyAttr, ReplyCreate, ReplyData,
    ReplyDirectory, ReplyEmpty, ReplyEntry, ReplyOpen, ReplyWrite, Request, TimeOrNow, WriteFlags,
};

/// Nothing is remembered by the kernel: each question comes here.
const TTL: Duration = Duration::ZERO;
/// As many requests may wait at once and others still be answered.
const THREADS: usize = 16;

/// How it behaves.
#[derive(Clone, Copy)]
pub enum Mood {
    Well,
    /// No answer until the mood changes.
    Hangs,
    Refuses(Errno),
}

/// The switch: a mood that begins after so many more requests.
pub struct Switch {
    mood: Mutex<(Mood, usize)>,
    changed: Condvar,
    /// Requests that hung or were refused.
    pub struck: AtomicUsize,
}

impl Switch {
    /// Sets the mood; those who wait are answered by it.
    pub fn set(&self, mood: Mood, after: usize) {
        *self.mood.lock().unwrap() = (mood, after);
        self.changed.notify_all();
    }

    /// What a request meets.
    fn pass(&self) -> Result<(), Errno> {
        let mut mood = self.mood.lock().unwrap();
        if mood.1 > 0 {
            mood.1 -= 1;
            return Ok(());
        }
        if !matches!(mood.0, Mood::Well) {
            self.struck.fetch_add(1, Ordering::Relaxed);
        }
        loop {
            match mood.0 {
                Mood::Well => return Ok(()),
                Mood::Refuses(errno) => return Err(errno),
                Mood::Hangs => mood = self.changed.wait(mood).unwrap(),
            }
        }
    }
}

/// The mounted folder.
pub struct Mounted {
    pub switch: Arc<Switch>,
    at: PathBuf,
    session: Option<BackgroundSession>,
}

impl Mounted {
    /// Mounts an empty folder.
    pub fn at(folder: &Path) -> std::io::Result<Self> {
        let switch = Arc::new(Switch {
            mood: Mutex::new((Mood::Well, 0)),
            changed: Condvar::new(),
            struck: AtomicUsize::new(0),
        });
        let mut config = Config::default();
        config.n_threads = Some(THREADS);
        let memory = Memory { switch: Arc::clone(&switch), files: Mutex::default() };
        let session = fuser::spawn_mount(memory, folder, &config)?;
        Ok(Self { switch, at: folder.to_owned(), session: Some(session) })
    }
}

impl Drop for Mounted {
    fn drop(&mut self) {
        self.switch.set(Mood::Well, 0);
        // Lazily: a thread of the desk may still look at something in it.
        let _ = Command::new("umount").arg("--lazy").arg(&self.at).stderr(Stdio::null()).status();
        drop(self.session.take());
    }
}

#[derive(Clone)]
struct File {
    bytes: Vec<u8>,
    mode: u16,
    modified: SystemTime,
}

/// One folder of files.
#[derive(Default)]
struct Files {
    names: BTreeMap<OsString, u64>,
    files: BTreeMap<u64, File>,
    last: u64,
}

struct Memory {
    switch: Arc<Switch>,
    files: Mutex<Files>,
}

fn attributes(ino: u64, file: Option<&File>) -> FileAttr {
    let time = file.map_or(SystemTime::UNIX_EPOCH, |file| file.modified);
    let size = file.map_or(0, |file| file.bytes.len() as u64);
    FileAttr {
        ino: INodeNo(ino),
        size,
        blocks: size.div_ceil(512),
        atime: time,
        mtime: time,
        ctime: time,
        crtime: SystemTime::UNIX_EPOCH,
        kind: if file.is_some() { FileType::RegularFile } else { FileType::Directory },
        perm: file.map_or(0o755, |file| file.mode),
        nlink: 1,
        uid: rustix::process::getuid().as_raw(),
        gid: rustix::process::getgid().as_raw(),
        rdev: 0,
        blksize: 4096,
        flags: 0,
    }
}

impl Memory {
    fn attributes(&self, ino: INodeNo) -> Result<FileAttr, Errno> {
        self.switch.pass()?;
        let files = self.files.lock().unwrap();
        match (ino, files.files.get(&ino.0)) {
            (INodeNo::ROOT, _) => Ok(attributes(ino.0, None)),
            (_, Some(file)) => Ok(attributes(ino.0, Some(file))),
            _ => Err(Errno::ESTALE),
        }
    }

    fn found(&self, name: &OsStr) -> Result<FileAttr, Errno> {
        self.switch.pass()?;
        let files = self.files.lock().unwrap();
        let ino = *files.names.get(name).ok_or(Errno::ENOENT)?;
        Ok(attributes(ino, files.files.get(&ino)))
    }

    fn with<T>(&self, ino: INodeNo, work: impl FnOnce(&mut File) -> T) -> Result<T, Errno> {
        self.switch.pass()?;
        self.files.lock().unwrap().files.get_mut(&ino.0).map(work).ok_or(Errno::ESTALE)
    }

    fn rename(&self, from: &OsStr, to: &OsStr, flags: RenameFlags) -> Result<(), Errno> {
        self.switch.pass()?;
        if flags.contains(RenameFlags::RENAME_EXCHANGE) {
            return Err(Errno::EINVAL);
        }
        let mut files = self.files.lock().unwrap();
        if flags.contains(RenameFlags::RENAME_NOREPLACE) && files.names.contains_key(to) {
            return Err(Errno::EEXIST);
        }
        let ino = files.names.remove(from).ok_or(Errno::ENOENT)?;
        files.names.insert(to.to_owned(), ino);
        Ok(())
    }
}

/// Answers with nothing, or with the error.
fn end(outcome: Result<(), Errno>, reply: ReplyEmpty) {
    match outcome {
        Ok(()) => reply.ok(),
        Err(errno) => reply.error(errno),
    }
}

impl Filesystem for Memory {
    fn lookup(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEntry) {
        match self.found(name) {
            Ok(found) => reply.entry(&TTL, &found, Generation(0)),
            Err(errno) => reply.error(errno),
        }
    }

    fn getattr(&self, _: &Request, ino: INodeNo, _: Option<FileHandle>, reply: ReplyAttr) {
        match self.attributes(ino) {
            Ok(found) => reply.attr(&TTL, &found),
            Err(errno) => reply.error(errno),
        }
    }

    fn setattr(
        &self,
        _: &Request,
        ino: INodeNo,
        mode: Option<u32>,
        _: Option<u32>,
        _: Option<u32>,
        size: Option<u64>,
        _: Option<TimeOrNow>,
        mtime: Option<TimeOrNow>,
        _: Option<SystemTime>,
        _: Option<FileHandle>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<SystemTime>,
        _: Option<BsdFileFlags>,
        reply: ReplyAttr,
    ) {
        let done = self.with(ino, |file| {
            if let Some(size) = size {
                file.bytes.resize(usize::try_from(size).unwrap_or(0), 0);
                file.modified = SystemTime::now();
            }
            if let Some(mode) = mode {
                file.mode = u16::try_from(mode & 0o7777).unwrap_or(0o644);
            }
            match mtime {
                Some(TimeOrNow::SpecificTime(time)) => file.modified = time,
                Some(TimeOrNow::Now) => file.modified = SystemTime::now(),
                None => {}
            }
            attributes(ino.0, Some(file))
        });
        match done {
            Ok(found) => reply.attr(&TTL, &found),
            Err(errno) => reply.error(errno),
        }
    }

    fn open(&self, _: &Request, _: INodeNo, _: OpenFlags, reply: ReplyOpen) {
        match self.switch.pass() {
            // The kernel keeps no pages: each read comes here.
            Ok(()) => reply.opened(FileHandle(0), FopenFlags::FOPEN_DIRECT_IO),
            Err(errno) => reply.error(errno),
        }
    }

    fn read(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        size: u32,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyData,
    ) {
        let from = usize::try_from(offset).unwrap_or(usize::MAX);
        let read = self.with(ino, |file| {
            let from = from.min(file.bytes.len());
            let to = from.saturating_add(size as usize).min(file.bytes.len());
            file.bytes[from..to].to_vec()
        });
        match read {
            Ok(bytes) => reply.data(&bytes),
            Err(errno) => reply.error(errno),
        }
    }

    fn write(
        &self,
        _: &Request,
        ino: INodeNo,
        _: FileHandle,
        offset: u64,
        data: &[u8],
        _: WriteFlags,
        _: OpenFlags,
        _: Option<LockOwner>,
        reply: ReplyWrite,
    ) {
        let from = usize::try_from(offset).unwrap_or(0);
        let written = self.with(ino, |file| {
            let to = from + data.len();
            if file.bytes.len() < to {
                file.bytes.resize(to, 0);
            }
            file.bytes[from..to].copy_from_slice(data);
            file.modified = SystemTime::now();
        });
        match written {
            Ok(()) => reply.written(u32::try_from(data.len()).unwrap_or(0)),
            Err(errno) => reply.error(errno),
        }
    }

    fn create(&self, _: &Request, _: INodeNo, name: &OsStr, mode: u32, _: u32, _: i32, reply: ReplyCreate) {
        if let Err(errno) = self.switch.pass() {
            return reply.error(errno);
        }
        let mut files = self.files.lock().unwrap();
        files.last = files.last.max(1) + 1;
        let ino = files.last;
        let mode = u16::try_from(mode & 0o7777).unwrap_or(0o644);
        let file = File { bytes: Vec::new(), mode, modified: SystemTime::now() };
        let found = attributes(ino, Some(&file));
        files.files.insert(ino, file);
        files.names.insert(name.to_owned(), ino);
        reply.created(&TTL, &found, Generation(0), FileHandle(0), FopenFlags::FOPEN_DIRECT_IO);
    }

    fn unlink(&self, _: &Request, _: INodeNo, name: &OsStr, reply: ReplyEmpty) {
        let done = self
            .switch
            .pass()
            .and_then(|()| self.files.lock().unwrap().names.remove(name).map(|_| ()).ok_or(Errno::ENOENT));
        end(done, reply);
    }

    fn rename(
        &self,
        _: &Request,
        _: INodeNo,
        name: &OsStr,
        _: INodeNo,
        new: &OsStr,
        flags: RenameFlags,
        reply: ReplyEmpty,
    ) {
        end(Memory::rename(self, name, new, flags), reply);
    }

    fn fsync(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        end(self.switch.pass(), reply);
    }

    fn fsyncdir(&self, _: &Request, _: INodeNo, _: FileHandle, _: bool, reply: ReplyEmpty) {
        end(self.switch.pass(), reply);
    }

    fn readdir(&self, _: &Request, ino: INodeNo, _: FileHandle, offset: u64, mut reply: ReplyDirectory) {
        if let Err(errno) = self.switch.pass() {
            return reply.error(errno);
        }
        let files = self.files.lock().unwrap();
        let folder = [".", ".."].map(|name| (ino.0, FileType::Directory, OsString::from(name)));
        let names = files.names.iter().map(|(name, ino)| (*ino, FileType::RegularFile, name.clone()));
        let all = folder.into_iter().chain(names).enumerate();
        for (at, (ino, kind, name)) in all.skip(usize::try_from(offset).unwrap_or(0)) {
            if reply.add(INodeNo(ino), at as u64 + 1, kind, name) {
                break;
            }
        }
        reply.ok();
    }
}
