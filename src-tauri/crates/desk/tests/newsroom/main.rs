//! What becomes of a person's words in an open desk: opened, drafted, saved, moved, thrown away, with others at work
//! beside and with calls of the file system that fail.

#![cfg(unix)]

mod closing;
mod opening;
mod outside;
mod room;
mod saving;
