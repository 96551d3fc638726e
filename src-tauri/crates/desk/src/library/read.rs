//! What the list reads of an article's content.

use std::fs::File;
use std::io::{self, Read};
use std::path::Path;

use copydesk_core::{counts, front, furniture, markdown, text};
use xxhash_rust::xxh3::xxh3_128;

use super::{Head, Stat, doubt};

/// The furniture is looked for in this many bytes.
const START: u64 = 64 * 1024;
/// Larger files are listed, and opened read-only.
const TOO_LARGE: u64 = 16 * 1024 * 1024;

/// What was read of an article.
pub(super) struct Reading {
    pub head: Head,
    /// `None` where not all of it was read.
    pub hash: Option<u128>,
    pub signes: Option<u32>,
    /// Not text, or too large.
    pub read_only: bool,
    /// It was written a moment before it was read.
    pub fresh: bool,
}

/// Reads the furniture; `None` where the file cannot be read now.
pub(super) fn start(file: &Path, path: &str, stat: &Stat) -> Option<Reading> {
    let fresh = doubt::is_fresh(stat);
    let bytes = bytes(file, START).ok()?;
    let all = stat.size <= START;
    let not_text = all && text::decode(&bytes).is_err();
    let text = String::from_utf8_lossy(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(&bytes));
    let head = head(if not_text { "" } else { &text }, path);
    let hash = all.then(|| xxh3_128(&bytes));
    Some(Reading { head, hash, signes: None, read_only: not_text || stat.size > TOO_LARGE, fresh })
}

/// Reads everything, and counts; `None` where the file cannot be read now.
pub(super) fn whole(file: &Path, path: &str, stat: &Stat) -> Option<Reading> {
    if stat.size > TOO_LARGE {
        return start(file, path, stat);
    }
    let fresh = doubt::is_fresh(stat);
    let bytes = bytes(file, TOO_LARGE + 1).ok()?;
    let hash = Some(xxh3_128(&bytes));
    let Ok(decoded) = text::decode(&bytes) else {
        return Some(Reading { head: head("", path), hash, signes: None, read_only: true, fresh });
    };
    // The same window as at first, so that an article's line never depends on which reading came last.
    let mut window = usize::try_from(START).unwrap_or(usize::MAX).min(decoded.text.len());
    while !decoded.text.is_char_boundary(window) {
        window -= 1;
    }
    let head = head(&decoded.text[..window], path);
    let (keys, body) = front::split(&decoded.text);
    let context = markdown::Context { article_path: path.to_owned() };
    let counts = match markdown::parse(body, &context) {
        Ok(document) => counts::of_body(keys, body, &document),
        // As the preview counts what it does not show.
        Err(_) => counts::of_text(body),
    };
    Some(Reading { head, hash, signes: Some(counts.signes), read_only: false, fresh })
}

fn bytes(file: &Path, limit: u64) -> io::Result<Vec<u8>> {
    let file = open(file)?;
    // It was a file a moment ago; a pipe in its place would hand out text of somebody's choosing.
    if !file.metadata()?.is_file() {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let mut bytes = Vec::new();
    file.take(limit).read_to_end(&mut bytes)?;
    Ok(bytes)
}

/// Opens a file, and does not wait for the other end of a pipe.
fn open(file: &Path) -> io::Result<File> {
    let mut options = File::options();
    options.read(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt;
        options.custom_flags(rustix::fs::OFlags::NONBLOCK.bits().cast_signed());
    }
    options.open(file)
}

/// The furniture of a text (its start is enough).
pub(super) fn head(text: &str, path: &str) -> Head {
    let text = text::normalise(text);
    let (keys, body) = front::split(&text);
    let furniture = furniture::resolve(keys, body, path);
    let some = |text: String| Some(text).filter(|text| !text.is_empty());
    Head {
        title: furniture.title.value,
        section: furniture.section.value,
        byline: furniture.byline.value,
        slug: furniture.slug.value,
        stage: some(furniture.stage.value).unwrap_or_else(|| "draft".into()),
        lang: furniture.lang.value,
        embargo: some(furniture.embargo.value),
        legal: furniture.legal.value,
        deadline: some(furniture.deadline.value),
    }
}
