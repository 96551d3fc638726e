//! Names that sort by the time they were made and never meet (ULID, github.com/ulid/spec): 48 bits of milliseconds,
//! 80 bits of chance, in Crockford's base 32.

use jiff::Timestamp;

const DIGITS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
/// Characters of a name.
const LEN: usize = 26;

/// A new name.
#[must_use]
pub fn new(now: Timestamp) -> String {
    let mut chance = [0_u8; 16];
    // Without the system's source of chance the hasher's keys are as good as none that were seen before.
    if getrandom::fill(&mut chance[6..]).is_err() {
        use std::hash::{BuildHasher, Hasher};
        let state = std::collections::hash_map::RandomState::new().build_hasher().finish();
        chance[6..14].copy_from_slice(&state.to_be_bytes());
    }
    write(u64::try_from(now.as_millisecond()).unwrap_or_default(), chance)
}

fn write(ms: u64, mut bytes: [u8; 16]) -> String {
    bytes[..6].copy_from_slice(&ms.to_be_bytes()[2..]);
    let mut rest = u128::from_be_bytes(bytes);
    let mut digits = [0_u8; LEN];
    for digit in digits.iter_mut().rev() {
        *digit = DIGITS[(rest & 31) as usize];
        rest >>= 5;
    }
    digits.iter().map(|&digit| char::from(digit)).collect()
}

/// Whether a folder's name is one of these.
#[must_use]
pub fn is_one(name: &str) -> bool {
    name.len() == LEN && name.bytes().all(|byte| DIGITS.contains(&byte)) && name.as_bytes()[0] <= b'7'
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_specifications_example_and_its_limits() {
        // The specification's greatest name, and its example's time.
        assert_eq!(write((1 << 48) - 1, [0xff; 16]), "7ZZZZZZZZZZZZZZZZZZZZZZZZZ");
        assert!(write(1_469_918_176_385, [0; 16]).starts_with("01ARYZ6S41"));
        assert!(is_one(&new(Timestamp::UNIX_EPOCH)));
        assert_ne!(new(Timestamp::UNIX_EPOCH), new(Timestamp::UNIX_EPOCH));
        for name in
            ["", "01ARYZ6S41TSV4RRFFQ69G5FA", "01ARYZ6S41TSV4RRFFQ69G5FAI", "81ARYZ6S41TSV4RRFFQ69G5FAV"]
        {
            assert!(!is_one(name), "{name}");
        }
    }
}
