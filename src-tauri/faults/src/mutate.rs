//! Random bytes with a likeness to what is read: seeds that are cut, joined, repeated and sprinkled with words that
//! mean something to the reader. The same seed gives the same bytes.

use crate::chance::Chance;

/// Longest input, bytes.
const LONGEST: usize = 4096;

/// Makes the next input out of seeds and words.
pub fn next(chance: &mut Chance, seeds: &[&[u8]], words: &[&[u8]]) -> Vec<u8> {
    let mut bytes = chance.pick(seeds).to_vec();
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len() + 1);
        match chance.below(8) {
            0 if !bytes.is_empty() => {
                let at = at.min(bytes.len() - 1);
                bytes[at] ^= 1 << chance.below(8);
            }
            1 => bytes.truncate(at),
            2 => {
                let byte = chance.below(256).to_le_bytes()[0];
                bytes.splice(at..at, std::iter::repeat_n(byte, 1 + chance.below(40)));
            }
            3 => {
                let other = *chance.pick(seeds);
                let from = chance.below(other.len() + 1);
                bytes.splice(at.., other[from..].iter().copied());
            }
            4 => {
                let to = at + chance.below(bytes.len() - at + 1);
                let part = bytes[at..to].to_vec();
                let times = 1 + chance.below(6);
                bytes.splice(at..at, part.iter().copied().cycle().take(part.len() * times));
            }
            5 => {
                let to = at + chance.below(bytes.len() - at + 1);
                bytes.drain(at..to);
            }
            _ => {
                let word = *chance.pick(words);
                bytes.splice(at..at, word.iter().copied());
            }
        }
        bytes.truncate(LONGEST);
    }
    bytes
}
