//! What changed between two lists of keyed blocks.

/// Blocks that stay: how many from the start, and how many from the end. The two never overlap in either list.
#[must_use]
pub fn patch<K: PartialEq>(old: &[K], new: &[K]) -> (usize, usize) {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    (start, end)
}
