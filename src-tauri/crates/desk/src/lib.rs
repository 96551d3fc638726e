//! The application without a window: desks, sessions, saves, drafts, history, watching, exports, commands.

pub mod env;
pub mod error;
pub mod export;
pub mod library;
pub mod store;
pub mod watch;
pub mod wire;
