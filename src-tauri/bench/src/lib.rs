//! What the benchmarks share with the tests that look at the window from outside.

pub mod screen;
