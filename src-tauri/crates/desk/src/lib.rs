//! The application without a window: desks, sessions, saves, drafts, history, watching, exports, commands.

pub mod app;
pub mod commands;
pub mod differences;
pub mod doctor;
mod doubt;
pub mod env;
pub mod error;
pub mod export;
pub mod gates;
pub mod host;
pub mod instance;
pub mod library;
pub mod newsroom;
pub mod preview;
pub mod published;
pub mod review;
pub mod scribe;
pub mod session;
pub mod store;
pub mod template;
pub mod watch;
pub mod wire;
pub mod words;
