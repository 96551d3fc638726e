//! What the template reads: the article as plain data, with everything mended that can be mended honestly.

use serde::Serialize;

/// One article for the template; `template.typ` names the same keys.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub(crate) struct Page {
    pub lang: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// Typst's name of the paper.
    pub paper: &'static str,
    pub columns: u8,
    /// Year, month, day for the file's own record.
    pub day: [i16; 3],
    pub title: String,
    /// The title as the later pages' header shows it, cut to a line.
    pub running: String,
    pub authors: Vec<String>,
    pub kicker: String,
    pub section: String,
    pub standfirst: String,
    /// Byline, dateline, date, in that order.
    pub signed: Vec<Signed>,
    pub body: Vec<Node>,
}

/// The page with the space to leave below the columns of the last page, in points.
#[derive(Serialize)]
pub(crate) struct Footed<'a> {
    #[serde(flatten)]
    pub page: &'a Page,
    pub foot: f64,
}

/// A part of the line below the standfirst.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(crate) struct Signed {
    pub text: String,
    pub bold: bool,
}

/// Text, or an element with the template's name of its kind.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Node {
    Text(String),
    Element(Element),
}

/// The elements that the template knows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "t", rename_all = "lowercase")]
pub(crate) enum Element {
    P {
        c: Vec<Node>,
    },
    Plain {
        c: Vec<Node>,
    },
    H {
        level: u8,
        c: Vec<Node>,
    },
    Em {
        c: Vec<Node>,
    },
    Strong {
        c: Vec<Node>,
    },
    Del {
        c: Vec<Node>,
    },
    Sup {
        c: Vec<Node>,
    },
    Code {
        text: String,
    },
    Br,
    A {
        href: String,
        c: Vec<Node>,
    },
    Pre {
        text: String,
    },
    Quote {
        #[serde(skip_serializing_if = "Option::is_none")]
        by: Option<Vec<Node>>,
        c: Vec<Node>,
    },
    Ul {
        nested: bool,
        /// Each item is done or not, and says so itself.
        tasks: bool,
        items: Vec<Vec<Node>>,
    },
    Ol {
        nested: bool,
        start: u32,
        items: Vec<Vec<Node>>,
    },
    /// `body` at the first reference; later ones point to it.
    Note {
        id: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        body: Option<Vec<Node>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        first: Option<bool>,
    },
    Figure {
        #[serde(flatten)]
        picture: Picture,
        #[serde(skip_serializing_if = "Option::is_none")]
        caption: Option<Vec<Node>>,
        #[serde(skip_serializing_if = "Option::is_none")]
        credit: Option<String>,
    },
    Img {
        image: String,
        #[serde(skip_serializing_if = "Option::is_none")]
        alt: Option<String>,
    },
    Table {
        columns: usize,
        align: Vec<&'static str>,
        head: Option<Vec<Vec<Node>>>,
        cells: Vec<Vec<Node>>,
    },
    Hr,
}

/// An image file of the world, or what stands in its place.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(untagged)]
pub(crate) enum Picture {
    Image {
        image: String,
        /// Wide enough for the whole column.
        wide: bool,
        /// Pixels.
        width: u32,
        /// Width over height.
        ratio: f64,
        #[serde(skip_serializing_if = "Option::is_none")]
        alt: Option<String>,
    },
    Instead {
        instead: Vec<Node>,
    },
}
