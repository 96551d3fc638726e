//! Compiles the template over one article's data, and judges what came out.

use std::collections::BTreeSet;

use typst::foundations::{Bytes, Smart};
use typst::layout::{Frame, FrameItem, Point};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::Fault;
use crate::page::Page;
use crate::world::Desk;

/// The space below the columns of the last page is found to about half a line, in points.
const CLOSE: f64 = 7.0;
/// Settings that are tried for it.
const TRIES: u32 = 9;

/// Sets the pages. In two columns, the last page's columns end at about one height, as on a newspaper page.
pub(crate) fn set(
    page: &Page,
    images: &[Bytes],
    cancelled: &dyn Fn() -> bool,
) -> Result<PagedDocument, Fault> {
    let mut best = compile(page, images, 0.0)?;
    if page.columns != 2 {
        return Ok(best);
    }
    let pages = best.pages().len();
    let Some(last) = best.pages().last() else { return Ok(best) };
    let mut search = Search::new(last.frame.height().to_pt(), free(&last.frame));
    for _ in 0..TRIES {
        let Some(foot) = search.next().filter(|_| !cancelled()) else { break };
        let tried = compile(page, images, foot)?;
        let fits = tried.pages().len() == pages;
        search.note(foot, fits);
        if fits {
            best = tried;
        }
    }
    Ok(best)
}

/// Looks for the greatest space that costs no further page, from a guess outwards.
struct Search {
    fits: f64,
    too_much: f64,
    height: f64,
    guess: f64,
    step: f64,
}

impl Search {
    fn new(height: f64, guess: f64) -> Self {
        Self { fits: 0.0, too_much: height, height, guess: guess.clamp(0.0, height), step: CLOSE }
    }

    fn next(&self) -> Option<f64> {
        (self.too_much - self.fits > CLOSE).then_some(
            if self.guess > self.fits && self.guess < self.too_much {
                self.guess
            } else {
                f64::midpoint(self.fits, self.too_much)
            },
        )
    }

    fn note(&mut self, foot: f64, fits: bool) {
        if fits {
            self.fits = foot;
            self.guess = foot + self.step;
        } else {
            self.too_much = foot;
            // A line's height first: the guess is seldom further off.
            self.guess = foot - 2.0 * self.step;
        }
        // Between two bounds that were tried, halving is quicker.
        if self.fits > 0.0 && self.too_much < self.height {
            self.guess = -1.0;
        }
        self.step *= 2.0;
    }
}

/// About half of what the last page's second column leaves free: where both would end at one height.
fn free(frame: &Frame) -> f64 {
    let (middle, height) = (frame.width().to_pt() / 2.0, frame.height().to_pt());
    let mut ends = Ends { middle, left: 0.0, right: 0.0, notes: height, foot: height - FOOTER };
    ends.look(frame, Point::zero());
    let notes = (ends.foot - ends.notes).max(0.0);
    (ends.left.max(ends.right) - (ends.left + ends.right + notes) / 2.0).max(0.0)
}

/// Height of the margin with the page number, in points: below it no column reaches.
const FOOTER: f64 = 62.0;

/// Smaller letters than these, in points, are of footnotes, which stand at the foot of their column whatever its text.
const NOTE: f64 = 8.0;

/// How far down the columns reach.
struct Ends {
    middle: f64,
    left: f64,
    right: f64,
    /// Where the first footnote starts.
    notes: f64,
    foot: f64,
}

impl Ends {
    fn look(&mut self, frame: &Frame, at: Point) {
        for (pos, item) in frame.items() {
            let at = at + *pos;
            let bottom = match item {
                FrameItem::Group(group) => {
                    self.look(&group.frame, at);
                    continue;
                }
                FrameItem::Text(text) if text.size.to_pt() < NOTE => {
                    // The mark of a note is as small, and higher up.
                    if at.y.to_pt() < self.foot && at.y.to_pt() > self.left.max(self.right) {
                        self.notes = self.notes.min(at.y.to_pt());
                    }
                    continue;
                }
                // A text stands on its base line.
                FrameItem::Text(_) => at.y.to_pt(),
                FrameItem::Image(_, size, _) => (at.y + size.y).to_pt(),
                _ => continue,
            };
            if bottom < self.foot {
                let column = if at.x.to_pt() < self.middle { &mut self.left } else { &mut self.right };
                *column = column.max(bottom);
            }
        }
    }
}

fn compile(page: &Page, images: &[Bytes], foot: f64) -> Result<PagedDocument, Fault> {
    let data =
        serde_json::to_vec(&crate::page::Footed { page, foot }).map_err(|error| Fault(error.to_string()))?;
    let desk = Desk::new(data, images.to_vec());
    typst::compile::<PagedDocument>(&desk).output.map_err(|errors| fault(&errors))
}

fn fault(errors: &[typst::diag::SourceDiagnostic]) -> Fault {
    Fault(errors.iter().map(|error| error.message.as_str()).collect::<Vec<_>>().join("; "))
}

/// The bytes of a PDF: the same pages give the same bytes, since no time goes in.
/// `conforming`: PDF/A-2a and PDF/UA-1, or the first reason why it cannot be.
pub(crate) fn pdf(document: &PagedDocument, conforming: bool) -> Result<Vec<u8>, Fault> {
    let standards = if conforming {
        PdfStandards::new(&[PdfStandard::A_2a, PdfStandard::Ua_1])
            .map_err(|error| Fault(error.message().to_string()))?
    } else {
        PdfStandards::default()
    };
    let options = PdfOptions {
        ident: Smart::Auto,
        creator: Smart::Custom(Some("Copydesk".to_owned())),
        timestamp: None,
        page_ranges: None,
        standards,
        tagged: true,
        pretty: false,
    };
    typst_pdf::pdf(document, &options).map_err(|errors| fault(&errors))
}

/// The characters that none of our fonts draws.
pub(crate) fn undrawn(document: &PagedDocument) -> BTreeSet<char> {
    let mut found = BTreeSet::new();
    for page in document.pages() {
        search(&page.frame, &mut found);
    }
    found
}

fn search(frame: &Frame, found: &mut BTreeSet<char>) {
    for (_, item) in frame.items() {
        match item {
            FrameItem::Group(group) => search(&group.frame, found),
            FrameItem::Text(text) => {
                for glyph in text.glyphs.iter().filter(|glyph| glyph.id == 0) {
                    found.extend(text.text[glyph.range()].chars());
                }
            }
            _ => {}
        }
    }
}

/// A page as a PNG.
pub(crate) fn picture(page: &typst_layout::Page, pixels_per_pt: f64) -> Result<crate::PagePicture, Fault> {
    let options = typst_render::RenderOptions { pixel_per_pt: pixels_per_pt.into(), render_bleed: false };
    let pixmap = typst_render::render(page, &options);
    let bytes = pixmap.encode_png().map_err(|error| Fault(error.to_string()))?;
    Ok(crate::PagePicture { bytes, width: pixmap.width(), height: pixmap.height() })
}
