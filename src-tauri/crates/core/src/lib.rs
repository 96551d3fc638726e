//! The article, pure: text, front matter, Markdown, rendering, counts, merges.
//!
//! Nothing here reads a file, a clock or the environment, and every function accepts any text.

pub mod article;
pub mod blocks;
pub mod changes;
pub mod counts;
pub mod diff;
pub mod front;
pub mod furniture;
pub mod gate;
pub mod html;
pub mod json;
pub mod lang;
pub mod link;
pub mod markdown;
pub mod reconcile;
pub mod relink;
pub mod review;
pub mod ruler;
pub mod slug;
pub mod text;
pub mod tree;
