//! The rows of the promise table (docs/RELIABILITY.md) that faults are made for. Each prints one line with its figures
//! and fails where a promise was broken or no fault happened; `COPYDESK_TORTURE=1` asks for the full figures.

#![cfg(target_os = "linux")]

mod rows {
    use std::path::Path;

    mod bytes;
    mod database;
    mod errors;
    mod full;
    mod fuzz;
    mod gone;
    mod hang;
    mod hostile;
    mod kill;
    mod mount;
    mod outside;
    mod power;
    mod race;
    mod refused;
    mod shape;

    /// The program that does the work.
    pub(crate) fn program() -> &'static Path {
        Path::new(env!("CARGO_BIN_EXE_faults"))
    }
}
