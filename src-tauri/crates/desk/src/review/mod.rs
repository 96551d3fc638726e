//! The review of an open article: where its suggestions and conversations are in the text on the screen, and what the
//! window shows of them. The record itself is `store::record`'s; what it comes to, `core::review`'s.

pub mod exchange;
pub mod files;
pub mod mention;
pub mod placing;
pub mod reading;
pub mod typed;
pub mod view;
