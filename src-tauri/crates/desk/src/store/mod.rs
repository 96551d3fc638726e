//! Everything that touches the disk: articles, drafts, history, images, settings.

pub mod atomic;
pub mod fs;
pub mod history;
pub mod images;
pub mod journal;
pub mod settings;
