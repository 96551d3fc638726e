//! Drawings (SVG), flattened before Typst sees them: every letter an outline of our own faces, every image inside the
//! file or gone. So a drawing loads nothing, whatever it names, no reference of it can stop the page, and a letter that
//! no face has costs the PDF nothing.

use std::sync::{Arc, LazyLock};

use typst::foundations::Bytes;
use usvg::{ImageHrefResolver, Options, Tree, WriteOptions, fontdb};

use crate::picture::Fit;
use crate::world::FACES;

/// Longest side in the drawing's units: what lies above is a mistake, and its effects would take gigabytes.
const LONGEST: f32 = 20_000.0;

static FONTS: LazyLock<Arc<fontdb::Database>> = LazyLock::new(|| {
    let mut fonts = fontdb::Database::new();
    for face in FACES {
        fonts.load_font_source(fontdb::Source::Binary(Arc::new(face)));
    }
    let serif = fonts.faces().next().map(|face| face.families[0].0.clone()).unwrap_or_default();
    for set in [
        fontdb::Database::set_serif_family,
        fontdb::Database::set_sans_serif_family,
        fontdb::Database::set_cursive_family,
        fontdb::Database::set_fantasy_family,
    ] {
        set(&mut fonts, &serif);
    }
    fonts.set_monospace_family("DejaVu Sans Mono");
    Arc::new(fonts)
});

/// The drawing as one that stands alone; `None` where it is none.
pub(crate) fn flatten(bytes: &[u8]) -> Option<Fit> {
    let options = Options {
        font_family: "serif".to_owned(),
        fontdb: Arc::clone(&FONTS),
        resources_dir: None,
        image_href_resolver: ImageHrefResolver {
            resolve_data: ImageHrefResolver::default_data_resolver(),
            // An address, whatever it is.
            resolve_string: Box::new(|_, _| None),
        },
        ..Options::default()
    };
    let tree = Tree::from_data(bytes, &options).ok()?;
    let (width, height) = (tree.size().width(), tree.size().height());
    if width > LONGEST || height > LONGEST {
        return None;
    }
    let flat = tree.to_string(&WriteOptions { preserve_text: false, ..WriteOptions::default() });
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss)] // Between 0 and LONGEST.
    let pixels = |length: f32| length.ceil() as u32;
    Some(Fit { bytes: Bytes::from_string(flat), width: pixels(width), height: pixels(height) })
}
