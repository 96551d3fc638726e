//! The review of an article: an append-only record of events, and what it comes to.
//!
//! Every author on every installation writes a file of its own; all are read together. What the record says depends
//! on the events alone, never on the order in which files or lines are read: see [`fold`].

pub mod anchor;
mod copies;
pub mod critic;
pub mod event;
pub mod fold;
pub mod laying;
pub mod seal;

pub use anchor::{Anchor, Finder, Found};
pub use event::{By, Event, Kind, Lines, last_believed, read};
pub use fold::{Message, Record, SignOff, Stage, Suggestion, Thread, Verdict, fold, in_order};
