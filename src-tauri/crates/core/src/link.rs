//! Where links and images of an article may lead. Everything that is not plainly allowed is refused.

use url::Url;

use crate::tree::{ImageKind, LinkKind};

/// Longest address that is followed, in bytes.
const MAX_ADDRESS: usize = 8_192;

/// Extensions of articles.
const ARTICLES: [&str; 2] = [".md", ".markdown"];

/// The address to hand to the system's browser or mail program, in ASCII; `None` for all but plain `http`, `https`
/// and `mailto` addresses.
#[must_use]
pub fn outside(href: &str) -> Option<String> {
    // Browsers drop tabs and line ends and trim blanks; an address that needs that is a trick.
    if href.len() > MAX_ADDRESS || href.chars().any(hidden) {
        return None;
    }
    let (scheme, rest) = href.split_once(':')?;
    let scheme = scheme.to_ascii_lowercase();
    let plain = match scheme.as_str() {
        // `http:example.org` and `https:///x` are mended by browsers in ways a reader does not see.
        "http" | "https" => rest.strip_prefix("//").is_some_and(|rest| !rest.starts_with(['/', '\\'])),
        "mailto" => !rest.is_empty() && !rest.starts_with('/'),
        _ => false,
    };
    if !plain {
        return None;
    }
    let url = Url::parse(href).ok()?;
    // A name before an @ is only ever there to look like another host.
    if !url.username().is_empty() || url.password().is_some() {
        return None;
    }
    let address = String::from(url);
    (address.len() <= MAX_ADDRESS && address.is_ascii() && address.starts_with(&scheme)).then_some(address)
}

/// Where a link of the article leads, with the address to keep: see [`LinkKind`].
#[must_use]
pub fn classify(article: &str, href: &str) -> (LinkKind, String) {
    if let Some(anchor) = href.strip_prefix('#') {
        if !anchor.is_empty() && href.len() <= MAX_ADDRESS && !href.chars().any(hidden) {
            return (LinkKind::Anchor, href.to_owned());
        }
    } else if let Some(url) = outside(href) {
        return (LinkKind::Web, url);
    } else {
        let path = href.split_once(['#', '?']).map_or(href, |(path, _)| path);
        if let Some(path) = desk_path(article, path) {
            let lower = path.to_ascii_lowercase();
            if ARTICLES.iter().any(|extension| lower.ends_with(extension)) {
                return (LinkKind::Article, path);
            }
        }
    }
    (LinkKind::Refused, href.to_owned())
}

/// Where an image of the article is, with the source to keep: see [`ImageKind`].
#[must_use]
pub fn image(article: &str, src: &str) -> (ImageKind, String) {
    match outside(src) {
        Some(url) if url.starts_with("http") => (ImageKind::Remote, url),
        _ => match desk_path(article, src) {
            Some(path) => (ImageKind::Desk, path),
            None => (ImageKind::Refused, src.to_owned()),
        },
    }
}

/// The path relative to the desk that a relative reference in an article means: decoded, `/` as separator, without
/// `.` and `..`. `None` for absolute references, schemes, backslashes, control characters, empty parts and whatever
/// leads out of the desk or into hidden folders. `article` is the article's path relative to the desk.
#[must_use]
pub fn desk_path(article: &str, src: &str) -> Option<String> {
    if src.is_empty() || src.len() > MAX_ADDRESS {
        return None;
    }
    let decoded = decode(src)?;
    // A second layer of encoding is a name that holds a percent sign, and stays one.
    // Odd blanks are fine here: screenshots are named with them.
    if decoded.contains(char::is_control) || decoded.contains(['\\', ':']) || decoded.starts_with('/') {
        return None;
    }
    let mut parts: Vec<&str> = match article.rsplit_once('/') {
        Some((folder, _)) => folder.split('/').collect(),
        None => Vec::new(),
    };
    let mut name = "";
    for part in decoded.split('/') {
        match part {
            "." => {}
            ".." => {
                parts.pop()?;
            }
            // Windows drops trailing dots and blanks, which would make another name of it.
            _ if part.is_empty() || part.starts_with('.') || part.ends_with(['.', ' ']) => return None,
            _ => parts.push(part),
        }
        name = part;
    }
    (!matches!(name, "." | "..")).then(|| parts.join("/"))
}

/// Percent-encoding undone once, as browsers do it: a `%` that starts no code stays. `None` where no UTF-8 comes out.
fn decode(text: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((&byte, after)) = rest.split_first() {
        let digit = |at: usize| after.get(at).and_then(|digit| char::from(*digit).to_digit(16));
        rest = match (byte, digit(0), digit(1)) {
            (b'%', Some(high), Some(low)) => {
                bytes.push(u8::try_from(high * 16 + low).ok()?);
                &after[2..]
            }
            _ => {
                bytes.push(byte);
                after
            }
        };
    }
    String::from_utf8(bytes).ok()
}

/// Blanks, controls and characters that change how their neighbours look: none belongs into an address.
fn hidden(c: char) -> bool {
    c.is_control()
        || c.is_whitespace()
        || matches!(c, '\u{ad}' | '\u{61c}' | '\u{180e}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{fff9}'..='\u{ffff}' | '\u{e0000}'..='\u{e0fff}')
}
