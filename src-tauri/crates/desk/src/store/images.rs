//! Images: reading those of a desk, confined to it, and putting pasted ones beside their article.

mod gauge;

use std::io::{self, Read};
use std::path::Path;

use copydesk_core::slug::slugify;

use super::atomic::{self, is_plain};
use super::fs::Fs;
use crate::error::Problem;

/// Images above this size are not shown.
const TOO_LARGE: u64 = 20 * 1024 * 1024;

/// Kinds of images, known by their first bytes and never by their name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// PNG.
    Png,
    /// JPEG.
    Jpeg,
    /// GIF.
    Gif,
    /// WebP.
    Webp,
    /// AVIF.
    Avif,
    /// SVG: shown only as an image, where no script of it runs.
    Svg,
}

impl Kind {
    /// The kind that the first bytes say.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Option<Self> {
        let starts = |magic: &[u8]| bytes.starts_with(magic);
        if starts(b"\x89PNG\r\n\x1a\n") {
            Some(Self::Png)
        } else if starts(b"\xff\xd8\xff") {
            Some(Self::Jpeg)
        } else if starts(b"GIF87a") || starts(b"GIF89a") {
            Some(Self::Gif)
        } else if starts(b"RIFF") && bytes.get(8..12) == Some(b"WEBP") {
            Some(Self::Webp)
        } else if bytes.get(4..8) == Some(b"ftyp") && matches!(bytes.get(8..12), Some(b"avif" | b"avis")) {
            Some(Self::Avif)
        } else if looks_like_svg(bytes) {
            Some(Self::Svg)
        } else {
            None
        }
    }

    /// The media type (IANA).
    #[must_use]
    pub fn media(self) -> &'static str {
        match self {
            Self::Png => "image/png",
            Self::Jpeg => "image/jpeg",
            Self::Gif => "image/gif",
            Self::Webp => "image/webp",
            Self::Avif => "image/avif",
            Self::Svg => "image/svg+xml",
        }
    }

    /// The usual ending of a file's name.
    #[must_use]
    pub fn ending(self) -> &'static str {
        match self {
            Self::Png => "png",
            Self::Jpeg => "jpg",
            Self::Gif => "gif",
            Self::Webp => "webp",
            Self::Avif => "avif",
            Self::Svg => "svg",
        }
    }
}

fn looks_like_svg(bytes: &[u8]) -> bool {
    let head = &bytes[..bytes.len().min(1024)];
    let head = String::from_utf8_lossy(head);
    let head = head.trim_start_matches('\u{feff}').trim_start();
    head.starts_with("<svg")
        || ((head.starts_with("<?xml") || head.starts_with("<!--")) && head.contains("<svg"))
}

/// An image's bytes and kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Image {
    /// The bytes.
    pub bytes: Vec<u8>,
    /// What they are.
    pub kind: Kind,
}

/// Why an image is not shown.
#[derive(Debug)]
pub enum ImageRefused {
    /// The path leaves the desk, or is no path.
    Outside,
    /// Nothing is there.
    Missing,
    /// A folder, a pipe, a device.
    NotAFile,
    /// Over 20 MB, or so many pixels or elements that showing it would take gigabytes or minutes.
    TooLarge,
    /// Not one of the kinds.
    UnknownKind,
    /// The system's answer.
    Other(io::Error),
}

/// Reads an image by its path in the desk. No link and no `..` leads outside, nothing hidden is shown.
///
/// # Errors
/// Why it is not shown.
pub fn read_image(desk: &Path, rel: &str) -> Result<Image, ImageRefused> {
    let hidden = rel.split('/').any(|part| part.starts_with('.'));
    if !is_plain(rel) || hidden || rel.contains(['\\', '\0']) {
        return Err(ImageRefused::Outside);
    }
    let mut file = open_beneath(desk, rel)?;
    let metadata = file.metadata().map_err(ImageRefused::Other)?;
    if !metadata.is_file() {
        return Err(ImageRefused::NotAFile);
    }
    if metadata.len() > TOO_LARGE {
        return Err(ImageRefused::TooLarge);
    }
    let mut bytes = Vec::new();
    (&mut file).take(TOO_LARGE + 1).read_to_end(&mut bytes).map_err(ImageRefused::Other)?;
    if bytes.len() as u64 > TOO_LARGE {
        return Err(ImageRefused::TooLarge);
    }
    let kind = Kind::of(&bytes).ok_or(ImageRefused::UnknownKind)?;
    if !gauge::is_bearable(&bytes, kind) {
        return Err(ImageRefused::TooLarge);
    }
    Ok(Image { bytes, kind })
}

/// Whether a regular file holds exactly these bytes; what is larger, a pipe or a device is never read.
#[must_use]
pub fn holds(file: &Path, bytes: &[u8]) -> bool {
    std::fs::metadata(file).is_ok_and(|meta| meta.is_file() && meta.len() == bytes.len() as u64)
        && std::fs::read(file).is_ok_and(|held| held == bytes)
}

/// The kernel itself keeps the path inside (openat2 with `RESOLVE_BENEATH`), so that no race of links can lead out.
#[cfg(target_os = "linux")]
fn open_beneath(desk: &Path, rel: &str) -> Result<std::fs::File, ImageRefused> {
    use rustix::fs::{CWD, Mode, OFlags, ResolveFlags, openat, openat2};
    use rustix::io::Errno;
    let folder = openat(CWD, desk, OFlags::PATH | OFlags::DIRECTORY | OFlags::CLOEXEC, Mode::empty())
        .map_err(|error| ImageRefused::Other(error.into()))?;
    openat2(
        &folder,
        rel,
        OFlags::RDONLY | OFlags::NONBLOCK | OFlags::CLOEXEC | OFlags::NOCTTY,
        Mode::empty(),
        ResolveFlags::BENEATH | ResolveFlags::NO_MAGICLINKS,
    )
    .map(std::fs::File::from)
    .map_err(|error| match error {
        Errno::XDEV | Errno::LOOP => ImageRefused::Outside,
        Errno::NOENT | Errno::NOTDIR => ImageRefused::Missing,
        Errno::NXIO => ImageRefused::NotAFile,
        error => ImageRefused::Other(error.into()),
    })
}

#[cfg(not(target_os = "linux"))]
fn open_beneath(desk: &Path, rel: &str) -> Result<std::fs::File, ImageRefused> {
    let missing = |error: io::Error| match error.kind() {
        io::ErrorKind::NotFound => ImageRefused::Missing,
        _ => ImageRefused::Other(error),
    };
    let root = desk.canonicalize().map_err(missing)?;
    let path = root.join(rel).canonicalize().map_err(missing)?;
    if !path.starts_with(&root) {
        return Err(ImageRefused::Outside);
    }
    if !path.is_file() {
        return Err(ImageRefused::NotAFile);
    }
    std::fs::File::open(path).map_err(ImageRefused::Other)
}

/// Puts an image into `images/` beside its article, under a name made from the one suggested. The same bytes under
/// the same name are one file; other bytes never replace any. Gives the link's target, relative to the article.
///
/// # Errors
/// The bytes are no image, or the system refused.
pub fn add_image(
    fs: &dyn Fs,
    desk: &Path,
    article: &str,
    name: &str,
    bytes: &[u8],
) -> Result<String, Problem> {
    let kind = Kind::of(bytes)
        .filter(|_| bytes.len() as u64 <= TOO_LARGE)
        .ok_or_else(|| crate::words::bad_image(name))?;
    let stem = slugify(name.rsplit_once('.').map_or(name, |(stem, _)| stem));
    let folder = match article.rsplit_once('/') {
        Some((folder, _)) => format!("{folder}/images"),
        None => "images".to_owned(),
    };
    for number in 1..10_000 {
        let file = if number == 1 {
            format!("{stem}.{}", kind.ending())
        } else {
            format!("{stem}-{number}.{}", kind.ending())
        };
        let rel = format!("{folder}/{file}");
        match atomic::create(fs, desk, &rel, bytes) {
            Ok(()) => return Ok(format!("images/{file}")),
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                if fs.read(&desk.join(&rel)).is_ok_and(|held| held == bytes) {
                    return Ok(format!("images/{file}"));
                }
            }
            Err(error) => return Err(crate::words::cannot_create(&file, &error)),
        }
    }
    Err(crate::words::cannot_create(name, &io::ErrorKind::AlreadyExists.into()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::fs::RealFs;

    const PNG: &[u8] = b"\x89PNG\r\n\x1a\nrest";

    #[test]
    fn kinds_are_known_by_their_bytes() {
        let mut webp = b"RIFF....WEBP".to_vec();
        webp.extend([0; 8]);
        for (bytes, kind) in [
            (PNG, Some(Kind::Png)),
            (b"\xff\xd8\xff\xe0", Some(Kind::Jpeg)),
            (b"GIF89a", Some(Kind::Gif)),
            (&webp, Some(Kind::Webp)),
            (b"\0\0\0\x20ftypavif", Some(Kind::Avif)),
            (b"<?xml version=\"1.0\"?><svg/>", Some(Kind::Svg)),
            (b"<html><svg></svg></html>", None),
            (b"", None),
            (b"root:x:0:0", None),
        ] {
            assert_eq!(Kind::of(bytes), kind);
        }
    }

    #[test]
    #[cfg(target_os = "linux")]
    fn no_path_leads_outside_and_no_pipe_holds_the_program_up() {
        let folder = tempfile::tempdir().unwrap();
        let desk = folder.path().join("desk");
        std::fs::create_dir(&desk).unwrap();
        std::fs::write(folder.path().join("secret.png"), PNG).unwrap();
        std::fs::write(desk.join("own.png"), PNG).unwrap();
        std::fs::write(desk.join("text.png"), "not an image").unwrap();
        std::os::unix::fs::symlink("../secret.png", desk.join("out.png")).unwrap();
        std::os::unix::fs::symlink("loop.png", desk.join("loop.png")).unwrap();
        std::os::unix::fs::symlink("own.png", desk.join("inside.png")).unwrap();
        rustix::fs::mknodat(
            rustix::fs::CWD,
            desk.join("pipe.png"),
            rustix::fs::FileType::Fifo,
            rustix::fs::Mode::RUSR,
            0,
        )
        .unwrap();
        assert_eq!(read_image(&desk, "own.png").unwrap().kind, Kind::Png);
        assert_eq!(read_image(&desk, "inside.png").unwrap().kind, Kind::Png);
        for path in [
            "out.png",
            "loop.png",
            "../secret.png",
            "/etc/passwd",
            "",
            "a\\b",
            "a\0b",
            "own.png/../../secret.png",
        ] {
            assert!(matches!(read_image(&desk, path), Err(ImageRefused::Outside)), "{path:?}");
        }
        assert!(matches!(read_image(&desk, "pipe.png"), Err(ImageRefused::NotAFile)));
        assert!(matches!(read_image(&desk, "."), Err(ImageRefused::Outside)));
        assert!(matches!(read_image(&desk, "text.png"), Err(ImageRefused::UnknownKind)));
        assert!(matches!(read_image(&desk, "none.png"), Err(ImageRefused::Missing)));
    }

    #[test]
    fn a_pasted_image_never_replaces_another() {
        let folder = tempfile::tempdir().unwrap();
        let desk = folder.path();
        let other = b"\x89PNG\r\n\x1a\nother";
        let add = |bytes: &[u8]| add_image(&RealFs, desk, "ville/a.md", "Été.PNG", bytes).unwrap();
        assert_eq!(add(PNG), "images/ete.png");
        assert_eq!(add(PNG), "images/ete.png");
        assert_eq!(add(other), "images/ete-2.png");
        assert_eq!(std::fs::read(desk.join("ville/images/ete.png")).unwrap(), PNG);
        assert!(add_image(&RealFs, desk, "a.md", "x.png", b"no image").is_err());
    }
}
