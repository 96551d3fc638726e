//! The file system at about the level of system calls, so that tests can record and fail each of them.

use std::fs::{File, OpenOptions};
use std::io::{self, Read, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

/// What is known of a file without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stat {
    /// Device.
    pub dev: u64,
    /// Inode.
    pub ino: u64,
    /// Number of names.
    pub links: u64,
    /// Size, bytes.
    pub size: u64,
    /// Modification time, milliseconds since 1970.
    pub modified_ms: i64,
    /// A regular file.
    pub is_file: bool,
}

/// How two names change places.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rename {
    /// The target is replaced.
    Replace,
    /// The target must not exist.
    NoReplace,
    /// Both exist, and change places at one moment.
    Exchange,
}

/// The calls that saving, drafting and creating make.
pub trait Fs: Send + Sync {
    /// Reads a whole regular file.
    ///
    /// # Errors
    /// The system's.
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// Opens a file for reading, to look at it again when it has no name any more.
    ///
    /// # Errors
    /// The system's.
    fn hold(&self, path: &Path) -> io::Result<File>;
    /// Looks at what a path names, following links.
    ///
    /// # Errors
    /// The system's.
    fn stat(&self, path: &Path) -> io::Result<Stat>;
    /// The path with every link followed.
    ///
    /// # Errors
    /// The system's; too many links.
    fn real_path(&self, path: &Path) -> io::Result<PathBuf>;
    /// Writes bytes into a file that must not exist, with the mode, owner and extended attributes of `like`, and waits
    /// until they are on the medium.
    ///
    /// # Errors
    /// The system's; `PermissionDenied` also where the owner cannot be kept. The caller removes what was begun.
    fn write_new(&self, path: &Path, bytes: &[u8], like: Option<&Path>) -> io::Result<()>;
    /// Writes bytes over a file in place and waits until they are on the medium.
    ///
    /// # Errors
    /// The system's; the file may hold part of the bytes, but not for want of room where the system can say so first.
    fn write_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Adds bytes at the end of a file, which is made if it is not there, in one write, and waits until they are on the
    /// medium.
    ///
    /// # Errors
    /// The system's; the file may hold the first part of the bytes.
    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()>;
    /// Gives a file another name, in the way that is asked for.
    ///
    /// # Errors
    /// The system's; `Unsupported` where the file system does not know the way.
    fn rename(&self, from: &Path, to: &Path, how: Rename) -> io::Result<()>;
    /// Removes a name.
    ///
    /// # Errors
    /// The system's.
    fn remove(&self, path: &Path) -> io::Result<()>;
    /// Waits until a folder's names are on the medium.
    ///
    /// # Errors
    /// The system's.
    fn sync_folder(&self, path: &Path) -> io::Result<()>;
    /// Makes a folder and those above it, and waits until their names are on the medium.
    ///
    /// # Errors
    /// The system's.
    fn make_folder(&self, path: &Path) -> io::Result<()>;
    /// Whether this process may write a path.
    fn may_write(&self, path: &Path) -> bool;
}

/// The machine's own.
pub struct RealFs;

impl Fs for RealFs {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        let mut options = OpenOptions::new();
        options.read(true);
        #[cfg(unix)]
        {
            use std::os::unix::fs::OpenOptionsExt;
            // A FIFO that bears an article's name must not hold the program up.
            options.custom_flags(nonblock());
        }
        let mut file = options.open(path)?;
        if !file.metadata()?.is_file() {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, "not a regular file"));
        }
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        Ok(bytes)
    }

    fn hold(&self, path: &Path) -> io::Result<File> {
        File::open(path)
    }

    fn stat(&self, path: &Path) -> io::Result<Stat> {
        std::fs::metadata(path).map(|metadata| stat_of(&metadata))
    }

    fn real_path(&self, path: &Path) -> io::Result<PathBuf> {
        path.canonicalize()
    }

    fn write_new(&self, path: &Path, bytes: &[u8], like: Option<&Path>) -> io::Result<()> {
        let mut options = OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        if like.is_some() {
            use std::os::unix::fs::OpenOptionsExt;
            // A private article must not be readable by others while its mode is not set yet.
            options.mode(0o600);
        }
        let mut file = options.open(path)?;
        file.write_all(bytes)?;
        if let Some(like) = like {
            take_after(&file, like)?;
        }
        sync(&file)
    }

    fn write_in_place(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().write(true).open(path)?;
        make_room(&file, bytes.len() as u64)?;
        file.write_all(bytes)?;
        file.set_len(bytes.len() as u64)?;
        sync(&file)
    }

    fn append(&self, path: &Path, bytes: &[u8]) -> io::Result<()> {
        let mut file = OpenOptions::new().append(true).create(true).open(path)?;
        file.write_all(bytes)?;
        sync(&file)
    }

    #[cfg(any(target_os = "linux", target_os = "macos"))]
    fn rename(&self, from: &Path, to: &Path, how: Rename) -> io::Result<()> {
        use rustix::fs::{CWD, RenameFlags, renameat_with};
        let flags = match how {
            Rename::Replace => return std::fs::rename(from, to),
            Rename::NoReplace => RenameFlags::NOREPLACE,
            Rename::Exchange if cfg!(chaos_mutant = "no_exchange") => {
                return Err(io::ErrorKind::Unsupported.into());
            }
            Rename::Exchange => RenameFlags::EXCHANGE,
        };
        renameat_with(CWD, from, CWD, to, flags).map_err(|error| match error {
            rustix::io::Errno::INVAL | rustix::io::Errno::NOSYS | rustix::io::Errno::OPNOTSUPP => {
                io::Error::new(io::ErrorKind::Unsupported, error)
            }
            error => error.into(),
        })
    }

    #[cfg(not(any(target_os = "linux", target_os = "macos")))]
    fn rename(&self, from: &Path, to: &Path, how: Rename) -> io::Result<()> {
        match how {
            Rename::Replace => std::fs::rename(from, to),
            Rename::NoReplace | Rename::Exchange => Err(io::ErrorKind::Unsupported.into()),
        }
    }

    fn remove(&self, path: &Path) -> io::Result<()> {
        std::fs::remove_file(path)
    }

    fn sync_folder(&self, path: &Path) -> io::Result<()> {
        // On Windows a folder cannot be opened for that; NTFS journals its names.
        if cfg!(any(windows, chaos_mutant = "no_dirfsync")) {
            return Ok(());
        }
        File::open(path)?.sync_all()
    }

    fn make_folder(&self, path: &Path) -> io::Result<()> {
        if path.is_dir() {
            return Ok(());
        }
        let Some(above) = path.parent() else { return Err(io::ErrorKind::NotFound.into()) };
        self.make_folder(above)?;
        match std::fs::create_dir(path) {
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists && path.is_dir() => Ok(()),
            Err(error) => Err(error),
            Ok(()) => self.sync_folder(above),
        }
    }

    #[cfg(unix)]
    fn may_write(&self, path: &Path) -> bool {
        rustix::fs::access(path, rustix::fs::Access::WRITE_OK).is_ok()
    }

    #[cfg(not(unix))]
    fn may_write(&self, path: &Path) -> bool {
        std::fs::metadata(path).is_ok_and(|metadata| !metadata.permissions().readonly())
    }
}

/// Asks for the room that a longer text needs, before a byte of the shorter one is touched.
#[cfg(target_os = "linux")]
fn make_room(file: &File, length: u64) -> io::Result<()> {
    use rustix::io::Errno;
    match rustix::fs::fallocate(file, rustix::fs::FallocateFlags::KEEP_SIZE, 0, length.max(1)) {
        // Not every file system can say.
        Ok(()) | Err(Errno::OPNOTSUPP | Errno::NOSYS | Errno::INVAL) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(target_os = "linux"))]
fn make_room(_: &File, _: u64) -> io::Result<()> {
    Ok(())
}

/// Waits until a file's bytes are on the medium.
fn sync(file: &File) -> io::Result<()> {
    if cfg!(chaos_mutant = "no_fsync") { Ok(()) } else { file.sync_all() }
}

#[cfg(unix)]
fn nonblock() -> i32 {
    rustix::fs::OFlags::NONBLOCK.bits().cast_signed()
}

#[cfg(unix)]
fn stat_of(metadata: &std::fs::Metadata) -> Stat {
    use std::os::unix::fs::MetadataExt;
    Stat {
        dev: metadata.dev(),
        ino: metadata.ino(),
        links: metadata.nlink(),
        size: metadata.size(),
        modified_ms: metadata.mtime() * 1000 + metadata.mtime_nsec() / 1_000_000,
        is_file: metadata.is_file(),
    }
}

#[cfg(not(unix))]
fn stat_of(metadata: &std::fs::Metadata) -> Stat {
    let modified_ms = metadata
        .modified()
        .ok()
        .and_then(|time| time.duration_since(std::time::UNIX_EPOCH).ok())
        .and_then(|since| i64::try_from(since.as_millis()).ok())
        .unwrap_or_default();
    Stat { dev: 0, ino: 0, links: 1, size: metadata.len(), modified_ms, is_file: metadata.is_file() }
}

/// Mode, owner and extended attributes of an existing file. Where this process may not give a file to its owner and
/// group, it says so: the article stays its owner's.
#[cfg(target_os = "linux")]
fn take_after(file: &File, like: &Path) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt, PermissionsExt};
    let metadata = std::fs::metadata(like)?;
    let own = file.metadata()?;
    if (own.uid(), own.gid()) != (metadata.uid(), metadata.gid()) {
        // Only the superuser gives files away; others, to a group of theirs.
        std::os::unix::fs::fchown(file, Some(metadata.uid()), Some(metadata.gid()))
            .map_err(|error| io::Error::new(io::ErrorKind::PermissionDenied, error))?;
    }
    file.set_permissions(std::fs::Permissions::from_mode(metadata.mode() & 0o7777))?;
    let mut names = vec![0_u8; 64 * 1024];
    let Ok(length) = rustix::fs::listxattr(like, &mut names[..]) else { return Ok(()) };
    for name in names[..length].split(|byte| *byte == 0).filter(|name| !name.is_empty()) {
        let Ok(name) = std::ffi::CString::new(name) else { continue };
        let mut value = vec![0_u8; 64 * 1024];
        if let Ok(length) = rustix::fs::getxattr(like, &name, &mut value[..]) {
            // Some names belong to the system (security.*): what it refuses it sets itself.
            let _ = rustix::fs::fsetxattr(file, &name, &value[..length], rustix::fs::XattrFlags::empty());
        }
    }
    Ok(())
}

#[cfg(not(target_os = "linux"))]
fn take_after(file: &File, like: &Path) -> io::Result<()> {
    file.set_permissions(std::fs::metadata(like)?.permissions())
}
