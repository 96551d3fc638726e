//! A reader under libFuzzer, built and started by `cargo xtask torture fuzz`. Which one is in COPYDESK_READER; what it is
//! to begin with is put into the folder COPYDESK_CORPUS.

#![no_main]
#![allow(unsafe_code, reason = "libFuzzer calls by C names")]

use std::cell::RefCell;
use std::fs;
use std::path::PathBuf;

use copydesk_faults::readers::{self, Read, Reader};
use libfuzzer_sys::fuzz_target;

thread_local! {
    static READ: RefCell<Read> = RefCell::new((reader().start)());
}

fn reader() -> &'static Reader {
    let name = std::env::var("COPYDESK_READER").expect("COPYDESK_READER names a reader");
    readers::named(&name).expect("there is a reader of that name")
}

/// Writes the seeds, and the words as a dictionary beside them, before libFuzzer looks for either.
fn lay_out() {
    let Some(folder) = std::env::var_os("COPYDESK_CORPUS").map(PathBuf::from) else { return };
    fs::create_dir_all(&folder).expect("the corpus can be made");
    let Reader { seeds, words, .. } = reader();
    for (number, seed) in seeds.iter().enumerate() {
        fs::write(folder.join(format!("seed-{number}")), seed).expect("a seed can be written");
    }
    let hex = |word: &&[u8]| word.iter().map(|byte| format!("\\x{byte:02x}")).collect::<String>();
    let words: Vec<String> = words.iter().map(|word| format!("\"{}\"\n", hex(word))).collect();
    fs::write(folder.with_extension("dict"), words.concat()).expect("the dictionary can be written");
}

fuzz_target!(
    init: lay_out(),
    |bytes: &[u8]| READ.with_borrow_mut(|read| read(bytes))
);
