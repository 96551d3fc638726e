//! An article with its review as a Word document.
//!
//! Office Open XML (ECMA-376 part 1): suggestions are tracked insertions and deletions (17.13.5), conversations are
//! comments (17.13.4) with their replies and their state in `commentsExtended` (MS-DOCX 2.5.4). Pure: the same
//! article and review give the same bytes.

mod export;

mod paper;
mod zip;

pub use export::{Written, write};

/// What stands above a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    /// The headline; empty where the body has it.
    pub title: String,
    /// The standfirst; may be empty.
    pub standfirst: String,
    /// The byline; may be empty.
    pub byline: String,
    /// BCP 47 tag.
    pub lang: String,
}

impl Head {
    /// Its paragraphs with the identifiers of Word's built-in styles.
    fn paragraphs(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [("Title", &self.title), ("Subtitle", &self.standfirst), ("Signature", &self.byline)]
            .into_iter()
            .filter(|(_, words)| !words.trim().is_empty())
            .map(|(style, words)| (style, words.as_str()))
    }
}

/// Why a document is not made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The article is too long or too intricate.
    Article,
}
