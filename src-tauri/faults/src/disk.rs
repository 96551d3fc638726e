//! Disks that can be full, read-only or cut from their power. All need the superuser; each goes with its owner.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::run;

/// A mounted folder.
pub struct Mount {
    at: PathBuf,
}

impl Mount {
    /// Memory that holds so many bytes.
    ///
    /// # Errors
    /// What mount said.
    pub fn memory(at: &Path, kilobytes: usize) -> Result<Self, String> {
        Self::new(at, &["-t", "tmpfs", "-o", &format!("size={kilobytes}k"), "tmpfs"])
    }

    /// A folder over itself, for reading only.
    ///
    /// # Errors
    /// What mount said.
    pub fn read_only(at: &Path) -> Result<Self, String> {
        let mount = Self::new(at, &["--bind", &at.to_string_lossy()])?;
        let ended = run::run(Command::new("mount").args(["-o", "remount,bind,ro"]).arg(at));
        if ended.status.success() { Ok(mount) } else { Err(ended.errors) }
    }

    /// An image with an ext4 file system, with the options of mount(8).
    ///
    /// # Errors
    /// What mount said.
    pub fn image(image: &Path, at: &Path, options: &str) -> Result<Self, String> {
        Self::new(at, &["-t", "ext4", "-o", options, &image.to_string_lossy()])
    }

    fn new(at: &Path, args: &[&str]) -> Result<Self, String> {
        let ended = run::run(Command::new("mount").args(args).arg(at));
        if ended.status.success() { Ok(Self { at: at.to_owned() }) } else { Err(ended.errors) }
    }

    /// Cuts the power of an ext4: whatever it has not written yet is gone, its log included.
    ///
    /// # Errors
    /// The system's.
    pub fn cut(&self) -> std::io::Result<()> {
        Ok(shut_down(&File::open(&self.at)?)?)
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        let unmount = |how: &[&str]| Command::new("umount").args(how).arg(&self.at).output();
        // Lazily where a killed program is not quite gone yet.
        if !unmount(&[]).is_ok_and(|output| output.status.success()) {
            let _ = unmount(&["--lazy"]);
        }
    }
}

/// Makes an image with an ext4 file system.
///
/// # Errors
/// What the system or mkfs said.
pub fn make_image(image: &Path, bytes: u64) -> Result<(), String> {
    File::create(image).and_then(|file| file.set_len(bytes)).map_err(|error| error.to_string())?;
    let ended = run::run(Command::new("mkfs.ext4").args(["-q", "-F"]).arg(image));
    if ended.status.success() { Ok(()) } else { Err(ended.errors) }
}

/// `FS_IOC_SHUTDOWN` without flushing the log.
#[allow(unsafe_code, reason = "no safe wrapper exists for this request; tests need it to cut the power")]
fn shut_down(root: &File) -> rustix::io::Result<()> {
    const SHUTDOWN: rustix::ioctl::Opcode = 0x8004_587d;
    const NO_LOG_FLUSH: u32 = 2;
    // SAFETY: the request reads one u32 (linux/fs.h, ext4/ioctl.c), and nothing is written back.
    unsafe { rustix::ioctl::ioctl(root, rustix::ioctl::Setter::<SHUTDOWN, u32>::new(NO_LOG_FLUSH)) }
}

/// Why no disk can be mounted here; `None` where one can.
#[must_use]
pub fn cannot_mount() -> Option<String> {
    let Ok(folder) = tempfile::tempdir() else { return Some("no temporary folder".to_owned()) };
    Mount::memory(folder.path(), 64).err().map(|error| format!("nothing can be mounted ({})", error.trim()))
}
