//! Random bytes into every function that reads what others wrote: no panic, and the laws that hold for any bytes.
//! `cargo xtask torture fuzz` gives each of them to libFuzzer for a minute.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use copydesk_faults::chance::Chance;
use copydesk_faults::mutate;
use copydesk_faults::readers::{self, Reader};

/// How long each function is given bytes.
const TIME: Duration = Duration::from_millis(700);

/// Runs a function on random bytes for a while, in a stack as small as a thread's.
fn run(name: &str) {
    let Reader { name, seeds, words, start } = readers::named(name).expect("it is one of them");
    let thread = std::thread::Builder::new().stack_size(2 * 1024 * 1024);
    let runner = thread.spawn(move || {
        let mut read = start();
        let since = Instant::now();
        let mut runs = 0_u64;
        while since.elapsed() < TIME {
            let bytes = mutate::next(&mut Chance::new(runs), seeds, words);
            if catch_unwind(AssertUnwindSafe(|| read(&bytes))).is_err() {
                return Err(format!("{} after {runs} inputs", bytes.escape_ascii()));
            }
            runs += 1;
        }
        Ok(runs)
    });
    match runner.expect("a thread can be started").join().expect("no overflow") {
        Ok(runs) => println!("row 18 random bytes, {name}: kept, {runs} faults"),
        Err(input) => {
            println!("row 18 random bytes, {name}: broken");
            panic!("{name}: {input}");
        }
    }
}

#[test]
fn fuzz_decode() {
    run("decoding");
}

#[test]
fn fuzz_splice() {
    run("splice");
}

#[test]
fn fuzz_front_matter() {
    run("front matter");
}

#[test]
fn fuzz_render() {
    run("rendering");
}

#[test]
fn fuzz_merge() {
    run("merging");
}

#[test]
fn fuzz_drafts() {
    run("drafts");
}

#[test]
fn fuzz_paths() {
    run("paths");
}

#[test]
fn fuzz_links() {
    run("links");
}
