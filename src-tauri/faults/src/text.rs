//! Texts that can be told apart: each names itself at both ends, and every line between follows from the name.

use std::fmt::Write as _;

/// The size of most texts here, bytes at least.
pub const SIZE: usize = 9_000;

/// Version `number` of a writer, at least `size` bytes.
#[must_use]
pub fn version(writer: &str, number: usize, size: usize) -> String {
    let mut text = format!("# {writer} {number} {size}\n\n");
    let mut line = 0;
    while text.len() < size {
        let _ = writeln!(text, "Ligne {line} de {writer} {number}, été {}.", line * 7919 + number);
        line += 1;
    }
    let _ = writeln!(text, "\nFin {writer} {number}.");
    text
}

/// Whose text these bytes are, and which; `None` unless they are whole.
#[must_use]
pub fn recognise(bytes: &[u8]) -> Option<(String, usize)> {
    let text = std::str::from_utf8(bytes).ok()?;
    let mut words = text.lines().next()?.strip_prefix("# ")?.split(' ');
    let (writer, number, size) =
        (words.next()?, words.next()?.parse().ok()?, words.next()?.parse::<usize>().ok()?);
    // A size that the bytes do not bear out is not worth making a text of.
    (size <= bytes.len() + 1024 && version(writer, number, size) == text).then(|| (writer.to_owned(), number))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_whole_text_is_known_and_a_damaged_one_is_not() {
        let whole = version("nous", 7, 500);
        assert_eq!(recognise(whole.as_bytes()), Some(("nous".to_owned(), 7)));
        assert_eq!(recognise(&whole.as_bytes()[..whole.len() - 1]), None);
        assert_eq!(recognise(&vec![0; whole.len()]), None);
        assert_eq!(recognise(b""), None);
    }
}
