//! Whether what a look at the disk found of an open article is what somebody wanted to write: a file that is gone, empty,
//! cut short or written a moment ago may be between two steps of a program that saves it. A later look decides.

use std::time::{Duration, Instant};

use crate::store::atomic::Fingerprint;

/// What was written is believed after this rest.
const FRESH: Duration = Duration::from_millis(100);
/// A file stays empty or short this long between a writer's truncation and its last byte.
const SHORT: Duration = Duration::from_millis(500);
/// A name stays away this long between a program's deletion and its new file.
const GONE: Duration = Duration::from_secs(1);
/// A writer that never rests: after this long, what is there is taken.
const RESTLESS: Duration = Duration::from_secs(1);
/// How much of an article's end tells that a shorter one is whole.
const TAIL: usize = 32;

/// What a look found.
#[derive(Clone, Copy)]
pub struct Found<'a> {
    /// The bytes and their hash; `None` where the file is gone.
    pub bytes: Option<(&'a [u8], Fingerprint)>,
    /// Since the file was written, as it says itself.
    pub age: Duration,
    /// The watch has let it settle already.
    pub settled: bool,
}

/// What a session does not believe yet.
#[derive(Default)]
pub struct Doubt(Option<Held>);

struct Held {
    what: Option<Fingerprint>,
    /// Since when it is the same.
    same: Instant,
    /// Since when there is a doubt.
    since: Instant,
    last: Instant,
}

impl Doubt {
    /// Whether what was found over a base may be believed now.
    pub fn believes(&mut self, base: &[u8], found: Found, now: Instant) -> bool {
        let rest = match found.bytes {
            None if found.settled => Duration::ZERO,
            None => GONE,
            Some((bytes, _)) if is_short(base, bytes) => SHORT,
            Some(_) if found.settled => Duration::ZERO,
            Some(_) => FRESH,
        };
        let what = found.bytes.map(|(_, fingerprint)| fingerprint);
        // A doubt that nobody came back to says nothing of a later one.
        let before = self.0.take().filter(|held| now.duration_since(held.last) < RESTLESS);
        let since = before.as_ref().map_or(now, |held| held.since);
        let same = before.filter(|held| held.what == what).map_or(now, |held| held.same);
        let rested = found.bytes.is_some() && found.age >= rest;
        if rested || now.duration_since(same) >= rest || now.duration_since(since) >= RESTLESS {
            return true;
        }
        self.0 = Some(Held { what, same, since, last: now });
        false
    }

    /// The disk is as it was.
    pub fn forget(&mut self) {
        self.0 = None;
    }
}

/// Empty, or shorter than it was and without its end: a writer may be in the middle of it.
fn is_short(base: &[u8], bytes: &[u8]) -> bool {
    let tail = &base[base.len().saturating_sub(TAIL.min(base.len() / 2))..];
    bytes.len() < base.len() && (bytes.is_empty() || !bytes.ends_with(tail))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::atomic::fingerprint;

    const BASE: &[u8] = b"Une phrase. Une autre. La fin.\n";

    fn found(bytes: Option<&'static [u8]>, age: u64, settled: bool) -> Found<'static> {
        let age = Duration::from_millis(age);
        Found { bytes: bytes.map(|bytes| (bytes, fingerprint(bytes))), age, settled }
    }

    #[test]
    fn what_is_short_is_no_file_yet() {
        assert!(is_short(BASE, b"") && is_short(BASE, b"Une phrase. Une"));
        assert!(!is_short(BASE, b"Une autre. La fin.\n"), "a sentence was taken out");
        assert!(!is_short(BASE, b"Une phrase. Une autre. La fin. Et plus.\n"));
        assert!(!is_short(b"", b""));
    }

    #[test]
    fn a_doubt_ends_by_age_by_two_looks_or_by_patience() {
        let now = Instant::now();
        let later = |ms| now + Duration::from_millis(ms);
        let whole: &[u8] = b"Une phrase. Une quatrieme. La fin.\n";
        assert!(Doubt::default().believes(BASE, found(Some(whole), 100, false), now));
        assert!(Doubt::default().believes(BASE, found(Some(whole), 0, true), now));
        assert!(!Doubt::default().believes(BASE, found(Some(b""), 100, true), now));
        assert!(!Doubt::default().believes(BASE, found(None, 0, false), now));
        assert!(Doubt::default().believes(BASE, found(None, 0, true), now));
        // A clock that is wrong: two looks agree.
        let mut doubt = Doubt::default();
        assert!(!doubt.believes(BASE, found(Some(whole), 0, false), now));
        assert!(!doubt.believes(BASE, found(Some(whole), 0, false), later(60)));
        assert!(doubt.believes(BASE, found(Some(whole), 0, false), later(120)));
        // A writer that goes on and on.
        let mut doubt = Doubt::default();
        let pieces: [&'static [u8]; 4] = [b"", b"Une", b"Une ph", b"Une phr"];
        for (at, piece) in pieces.into_iter().enumerate() {
            assert!(!doubt.believes(BASE, found(Some(piece), 0, false), later(300 * at as u64)));
        }
        assert!(doubt.believes(BASE, found(Some(b"Une phras"), 0, false), later(1100)));
    }

    #[test]
    fn an_old_doubt_says_nothing_of_a_new_one() {
        let now = Instant::now();
        let mut doubt = Doubt::default();
        assert!(!doubt.believes(BASE, found(Some(b""), 0, false), now));
        assert!(!doubt.believes(BASE, found(Some(b"Une"), 0, false), now + Duration::from_secs(60)));
    }
}
