//! The folder itself: is it there, is it the same, does its file system report changes?

use std::fs;
use std::path::Path;

/// A folder as it stood at one moment.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Place {
    dev: u64,
    ino: u64,
    /// On a file system that does not report what other machines do.
    pub remote: bool,
}

impl Place {
    /// `None` where there is no folder that can be read.
    pub(super) fn of(folder: &Path) -> Option<Self> {
        let meta = fs::metadata(folder).ok().filter(fs::Metadata::is_dir)?;
        fs::read_dir(folder).ok()?;
        #[cfg(unix)]
        let (dev, ino) = {
            use std::os::unix::fs::MetadataExt;
            (meta.dev(), meta.ino())
        };
        #[cfg(not(unix))]
        let (dev, ino) = {
            let _ = meta;
            (0, 0)
        };
        Some(Self { dev, ino, remote: is_remote(folder) })
    }

    pub(super) fn is_same(&self, now: &Self) -> bool {
        (self.dev, self.ino) == (now.dev, now.ino)
    }

    /// An unmounted desk leaves an empty folder on another device.
    pub(super) fn is_bare_mount_point_of(&self, then: &Self, folder: &Path) -> bool {
        self.dev != then.dev && fs::read_dir(folder).is_ok_and(|mut names| names.next().is_none())
    }
}

/// File systems whose changes on other machines are not reported here (statfs(2), linux/magic.h).
#[cfg(target_os = "linux")]
pub(crate) fn is_remote(folder: &Path) -> bool {
    const REMOTE: [u32; 11] = [
        0x6969,      // NFS
        0x517B,      // SMB
        0xFF53_4D42, // CIFS
        0xFE53_4D42, // SMB2
        0x6573_5546, // FUSE: sshfs, rclone, cloud drives
        0x0102_1997, // 9P
        0x00C3_6400, // Ceph
        0x5346_414F, // AFS
        0x7375_7245, // Coda
        0x0BD0_0BD0, // Lustre
        0x786F_4256, // VirtualBox shared folder
    ];
    #[allow(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "magic numbers are 32 bits wide"
    )]
    rustix::fs::statfs(folder).is_ok_and(|fs| REMOTE.contains(&(fs.f_type as u32)))
}

#[cfg(not(target_os = "linux"))]
pub(crate) fn is_remote(_: &Path) -> bool {
    false
}
