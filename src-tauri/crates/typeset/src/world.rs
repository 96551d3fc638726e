//! The world in which an article is set: one template, one file of data, the article's images and our own fonts.
//! Nothing else can be read: no disk, no network, no packages, no clock.

use std::sync::LazyLock;

use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};

const TEMPLATE: &str = include_str!("template.typ");

/// In the order in which they stand in for each other; the template names them in the same order.
pub(crate) const FACES: [&[u8]; 5] = [
    include_bytes!("../fonts/source-serif-4/SourceSerif4Variable-Roman.ttf"),
    include_bytes!("../fonts/source-serif-4/SourceSerif4Variable-Italic.ttf"),
    include_bytes!("../fonts/libertinus/LibertinusSerif-Regular.otf"),
    include_bytes!("../fonts/dejavu/DejaVuSansMono.ttf"),
    include_bytes!("../fonts/noto-emoji/NotoEmoji_400Regular.ttf"),
];

/// What every article shares; made at the first one, so that nothing else pays for it.
struct House {
    library: LazyHash<Library>,
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
    template: Source,
    data: FileId,
}

static HOUSE: LazyLock<House> = LazyLock::new(|| {
    let fonts: Vec<Font> = FACES.iter().flat_map(|face| Font::iter(Bytes::new(*face))).collect();
    House {
        library: LazyHash::new(Library::default()),
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
        template: Source::new(file("main.typ"), TEMPLATE.to_owned()),
        data: file("article.json"),
    }
});

/// A file id is interned and never freed, so names are few: two constant ones and numbered images.
fn file(name: &str) -> FileId {
    let path = VirtualPath::new(name).expect("names of virtual files are plain");
    RootedPath::new(VirtualRoot::Project, path).intern()
}

/// One article with its images.
pub(crate) struct Desk {
    data: Bytes,
    /// Image `n` is the file `images/n`.
    images: Vec<(FileId, Bytes)>,
}

impl Desk {
    /// `data` is what the template reads, as JSON.
    pub(crate) fn new(data: Vec<u8>, images: Vec<Bytes>) -> Self {
        let images =
            images.into_iter().enumerate().map(|(n, bytes)| (file(&format!("images/{n}")), bytes)).collect();
        Self { data: Bytes::new(data), images }
    }
}

impl World for Desk {
    fn library(&self) -> &LazyHash<Library> {
        &HOUSE.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &HOUSE.book
    }

    fn main(&self) -> FileId {
        HOUSE.template.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == HOUSE.template.id() { Ok(HOUSE.template.clone()) } else { Err(FileError::AccessDenied) }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        if id == HOUSE.data {
            return Ok(self.data.clone());
        }
        self.images
            .iter()
            .find(|(image, _)| *image == id)
            .map(|(_, bytes)| bytes.clone())
            .ok_or(FileError::AccessDenied)
    }

    fn font(&self, index: usize) -> Option<Font> {
        HOUSE.fonts.get(index).cloned()
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        None
    }
}
