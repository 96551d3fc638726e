//! Compiles the template over one article's data, and judges what came out.

use std::collections::BTreeSet;

use typst::foundations::{Bytes, Smart};
use typst::layout::{Frame, FrameItem};
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards};

use crate::Fault;
use crate::page::Page;
use crate::world::Desk;

/// Space below the columns of the last page is tried in this many halvings, the finest about half a line high.
const HALVINGS: u32 = 8;

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
    let (mut fits, mut too_much) = (0.0, last.frame.height().to_pt());
    for _ in 0..HALVINGS {
        if cancelled() {
            break;
        }
        let foot = f64::midpoint(fits, too_much);
        let tried = compile(page, images, foot)?;
        if tried.pages().len() == pages {
            (fits, best) = (foot, tried);
        } else {
            too_much = foot;
        }
    }
    Ok(best)
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
