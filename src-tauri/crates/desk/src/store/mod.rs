//! Everything that touches the disk: articles, drafts, history, images, settings.

pub mod atomic;
pub mod backup;
mod content;
pub mod creating;
pub mod fs;
pub mod git;
pub mod history;
pub mod images;
pub mod journal;
pub mod known;
pub mod read;
pub mod record;
mod record_file;
mod retention;
mod salvage;
pub mod sample;
mod schema;
pub mod settings;
pub mod shelf;
pub mod sweep;
pub mod ulid;
pub mod writers;
