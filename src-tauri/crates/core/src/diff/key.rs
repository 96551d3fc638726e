//! Maps and sets whose keys are hashes already.

use std::hash::{BuildHasherDefault, Hasher};

/// A key as it is.
#[derive(Default)]
pub(super) struct Key(u64);

impl Hasher for Key {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        bytes.iter().for_each(|byte| self.0 = self.0.rotate_left(8) ^ u64::from(*byte));
    }

    fn write_u64(&mut self, key: u64) {
        self.0 = key;
    }
}

/// Takes a key for its own hash.
pub(super) type ByKey = BuildHasherDefault<Key>;
