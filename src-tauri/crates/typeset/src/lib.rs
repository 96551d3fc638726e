//! Sets an article on pages with Typst: PDF and page images. The only crate that names Typst.
//!
//! An article's text reaches the template as data and is never read as markup. The same article gives the same bytes:
//! nothing here reads a clock, a disk or an environment.

mod compose;
mod french;
mod page;
mod picture;
mod press;
mod vector;
mod world;

use std::fmt;

use copydesk_core::article::Article;

/// Paper.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// How to set an article.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Options {
    /// Paper.
    pub paper: Paper,
    /// 1 or 2.
    pub columns: u8,
}

/// Gives the bytes of an image by its path relative to the desk; `None` where it cannot be had.
pub type Images<'a> = &'a dyn Fn(&str) -> Option<Vec<u8>>;

/// What is being done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Making the pages.
    Setting,
    /// Making the bytes.
    Writing,
}

/// What a PDF keeps to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conformance {
    /// PDF/A-2a and PDF/UA-1.
    A2aUa1,
    /// Neither; tagged all the same. The warnings say why.
    Plain,
}

/// What could not be set as the standards or the article want it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What.
    pub rule: Rule,
    /// Line of the file, from 1; of a character, the first one is for the caller to find.
    pub line: Option<u32>,
    /// The address, the character, or the exporter's own words.
    pub subject: String,
}

/// What a warning is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Rule {
    /// An image has no alternative text (PDF/UA); the PDF is plain.
    ImageWithoutAlt,
    /// No font of ours draws a character (PDF/A and PDF/UA); the PDF is plain.
    NoGlyph,
    /// The exporter refused the standards for another reason; the PDF is plain.
    Standard,
    /// The image is not there, or cannot be read; its alternative text stands instead.
    ImageMissing,
    /// The image is of a kind that is not set on pages (AVIF); its alternative text stands instead.
    ImageKind,
    /// The image is on the web, and nothing is fetched; its alternative text stands instead.
    ImageRemote,
    /// The image's address leads out of the desk; its alternative text stands instead.
    ImageRefused,
    /// The address of a link cannot be followed; its text stands alone.
    LinkRefused,
    /// A link leads to an article of the desk, which a reader does not have; its text stands alone.
    LinkToArticle,
}

impl Rule {
    /// True where the rule costs the PDF its conformance.
    #[must_use]
    pub fn makes_plain(self) -> bool {
        matches!(self, Self::ImageWithoutAlt | Self::NoGlyph | Self::Standard)
    }
}

/// A finished PDF.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pdf {
    /// The file.
    pub bytes: Vec<u8>,
    /// How many pages.
    pub pages: usize,
    /// What it keeps to.
    pub conformance: Conformance,
    /// In the order of the text; characters and the exporter's own remarks last.
    pub warnings: Vec<Warning>,
}

/// One page as a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PagePicture {
    /// PNG.
    pub bytes: Vec<u8>,
    /// Pixels.
    pub width: u32,
    /// Pixels.
    pub height: u32,
}

/// Why nothing came out.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NotSet {
    /// The person stopped it.
    Cancelled,
    /// A fault of the program: the typesetter's words.
    Fault(Fault),
}

/// A fault of the program, in the typesetter's words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault(pub String);

impl From<Fault> for NotSet {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl fmt::Display for NotSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Cancelled => f.write_str("cancelled"),
            Self::Fault(fault) => f.write_str(&fault.0),
        }
    }
}

impl std::error::Error for NotSet {}

/// Sets an article and writes it as PDF/A-2a and PDF/UA-1, or as a plain tagged PDF with warnings that say why.
/// `cancelled` is asked between steps.
///
/// # Errors
/// Stopped by the person, or a fault of the program; never because of a standard.
pub fn pdf(
    article: &Article,
    images: Images<'_>,
    options: &Options,
    progress: &mut dyn FnMut(Step),
    cancelled: &dyn Fn() -> bool,
) -> Result<Pdf, NotSet> {
    let stop = || if cancelled() { Err(NotSet::Cancelled) } else { Ok(()) };
    stop()?;
    progress(Step::Setting);
    let composed = compose::compose(article, images, options);
    stop()?;
    let document = press::set(&composed.page, &composed.images, cancelled)?;
    stop()?;
    progress(Step::Writing);
    let mut warnings = composed.warnings;
    warn_of_characters(&document, &mut warnings);
    let conforming = if warnings.iter().any(|warning| warning.rule.makes_plain()) {
        None
    } else {
        match press::pdf(&document, true) {
            Ok(bytes) => Some(bytes),
            Err(Fault(subject)) => {
                warnings.push(Warning { rule: Rule::Standard, line: None, subject });
                None
            }
        }
    };
    let (bytes, conformance) = match conforming {
        Some(bytes) => (bytes, Conformance::A2aUa1),
        None => (press::pdf(&document, false)?, Conformance::Plain),
    };
    stop()?;
    Ok(Pdf { bytes, pages: document.pages().len(), conformance, warnings })
}

fn warn_of_characters(document: &typst_layout::PagedDocument, warnings: &mut Vec<Warning>) {
    for c in press::undrawn(document) {
        warnings.push(Warning { rule: Rule::NoGlyph, line: None, subject: c.to_string() });
    }
}

/// Sets an article and draws its pages, at a number of pixels for a point (1/72 in), with the warnings of an export.
///
/// # Errors
/// Stopped by the person, or a fault of the program.
pub fn pages(
    article: &Article,
    images: Images<'_>,
    options: &Options,
    pixels_per_pt: f64,
    cancelled: &dyn Fn() -> bool,
) -> Result<(Vec<PagePicture>, Vec<Warning>), NotSet> {
    let composed = compose::compose(article, images, options);
    let document = press::set(&composed.page, &composed.images, cancelled)?;
    let mut warnings = composed.warnings;
    warn_of_characters(&document, &mut warnings);
    let mut pictures = Vec::new();
    for page in document.pages() {
        if cancelled() {
            return Err(NotSet::Cancelled);
        }
        pictures.push(press::picture(page, pixels_per_pt)?);
    }
    Ok((pictures, warnings))
}

/// Frees what Typst remembers of articles set long ago. To be called after an export.
pub fn evict() {
    typst::comemo::evict(10);
}
