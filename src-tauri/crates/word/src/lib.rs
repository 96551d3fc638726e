//! An article with its review as a Word document, and what an editor did to it there.
//!
//! Office Open XML (ECMA-376 part 1): suggestions are tracked insertions and deletions (17.13.5), conversations are
//! comments (17.13.4) with their replies and their state in `commentsExtended` (MS-DOCX 2.5.4). Pure: the same
//! article and review give the same bytes. A document comes from anyone: its size, parts and depth are bounded, a DTD is
//! refused.

mod export;
mod import;

mod paper;
mod zip;

pub use export::{Written, write};
pub use import::{Read, read};

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

/// Why bytes are not read as a Word document, or none is made.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// No zip archive, or one that is cut short.
    NoZip,
    /// A part is damaged.
    Damaged,
    /// Larger, unpacked, than a document of words is.
    TooLarge,
    /// A part's name leads out of the archive.
    Path,
    /// It asks for a password.
    Locked,
    /// It has no `word/document.xml`.
    NoDocument,
    /// Its XML is broken, or has a DTD.
    Xml,
    /// Its elements are nested too deeply.
    TooDeep,
    /// The article is too long or too intricate.
    Article,
}

#[cfg(test)]
mod tests;
