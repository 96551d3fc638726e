//! Saves, drafts and history under faults. The program of this package does the work of the real store without a
//! window and says what it promised; the tests kill it, fail its calls, fill its disks and cut its power, and then
//! look at what is left.
//!
//! It holds no code of the product: what is proved here is `copydesk-desk` as it ships.

pub mod ack;
pub mod chance;
pub mod counted;
#[cfg(target_os = "linux")]
pub mod disk;
pub mod lab;
pub mod mutate;
pub mod readers;
pub mod row;
pub mod run;
#[cfg(target_os = "linux")]
pub mod strace;
pub mod text;
