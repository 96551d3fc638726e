//! A whole article, read for an export.

use std::ops::RangeInclusive;

use crate::front;
use crate::furniture::{self, Furniture};
use crate::markdown::{self, Context, TooComplex};
use crate::tree::{Document, Line, Node, TopBlock};

/// What exports read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Article {
    /// The keys, resolved.
    pub furniture: Furniture,
    /// The whole body; see [`Article::body`].
    pub document: Document,
    /// Path relative to the desk, `/` as separator.
    pub path: String,
    /// BCP 47 tag of the text: the article's own where it is one, else the desk's.
    pub lang: String,
    /// Lines of the file above the body.
    pub lines_above: u32,
}

impl Article {
    /// Reads an article from its whole text (LF). `lang` is the desk's language.
    ///
    /// # Errors
    /// Where the body is too long or too complex to parse.
    pub fn read(text: &str, path: &str, lang: &str) -> Result<Self, TooComplex> {
        let (front, body) = front::split(text);
        let furniture = furniture::resolve(front, body, path);
        let own = &furniture.lang;
        let lang = if own.value.is_empty() || own.invalid.is_some() { lang } else { &own.value };
        let lang = lang.to_owned();
        let document = markdown::parse_long(body, &Context { article_path: path.to_owned() })?;
        let lines_above = u32::try_from(front.matches('\n').count()).unwrap_or(u32::MAX);
        Ok(Self { furniture, document, path: path.to_owned(), lang, lines_above })
    }

    /// The title to publish: where the heading that serves as one is still empty, the file's name.
    #[must_use]
    pub fn headline(&self) -> &str {
        let title = self.furniture.title.value.trim();
        let name = self.path.rsplit('/').next().unwrap_or_default();
        if title.is_empty() { name.rsplit_once('.').map_or(name, |(stem, _)| stem) } else { title }
    }

    /// The blocks to publish: without the heading that served as the title.
    pub fn body(&self) -> impl Iterator<Item = &TopBlock> {
        published(&self.document, self.furniture.title_lines.as_ref())
    }

    /// Line of the file where something within a block is written, from 1.
    #[must_use]
    pub fn file_line(&self, block: &TopBlock, within: Line) -> u32 {
        block.line(within).saturating_add(self.lines_above)
    }
}

/// The blocks of a body without the heading on `title_lines`, which served as the title.
pub(crate) fn published<'a>(
    document: &'a Document,
    title_lines: Option<&RangeInclusive<usize>>,
) -> impl Iterator<Item = &'a TopBlock> {
    let title = title_lines.map(|lines| *lines.start());
    document.blocks.iter().filter(move |block| {
        !(matches!(block.node, Node::Heading { level: 1, .. })
            && title.is_some()
            && title == usize::try_from(block.first_line).ok())
    })
}
