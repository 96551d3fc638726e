//! Many positions in one text, from bytes to UTF-16 units and back, without counting from its beginning each time.

use crate::text::utf16_len;

/// Distance of the counted places, in bytes.
const STEP: usize = 512;

/// Measures one text.
pub struct Ruler<'a> {
    text: &'a str,
    /// UTF-16 units before the first character at or after every [`STEP`]th byte, and that byte.
    marks: Vec<(usize, usize)>,
}

impl<'a> Ruler<'a> {
    /// Measures a text once.
    #[must_use]
    pub fn new(text: &'a str) -> Self {
        let mut marks = vec![(0, 0)];
        let (mut units, mut byte) = (0, 0);
        while byte < text.len() {
            let next = text.ceil_char_boundary((byte + STEP).min(text.len()));
            units += utf16_len(&text[byte..next]);
            byte = next;
            marks.push((byte, units));
        }
        Self { text, marks }
    }

    /// The UTF-16 offset of a byte; `None` past the end or inside a character.
    #[must_use]
    pub fn to_units(&self, byte: usize) -> Option<usize> {
        let (from, units) = self.marks[self.marks.partition_point(|mark| mark.0 <= byte) - 1];
        self.text.get(from..byte).map(|part| units + utf16_len(part))
    }

    /// The byte of a UTF-16 offset; `None` past the end or inside a surrogate pair.
    #[must_use]
    pub fn to_byte(&self, unit: usize) -> Option<usize> {
        let (from, units) = self.marks[self.marks.partition_point(|mark| mark.1 <= unit) - 1];
        crate::text::advance(self.text.as_bytes(), from, unit - units)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::text::{byte_to_utf16, utf16_to_byte};

    proptest! {
        #[test]
        fn it_counts_as_counting_from_the_beginning_does(
            text in "[aé𝄞œ\n]{0,1500}",
            at in 0..6000usize,
        ) {
            let ruler = Ruler::new(&text);
            prop_assert_eq!(ruler.to_units(at), byte_to_utf16(&text, at));
            prop_assert_eq!(ruler.to_byte(at), utf16_to_byte(&text, at));
        }
    }
}
