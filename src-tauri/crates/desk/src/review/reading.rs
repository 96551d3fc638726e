//! The review of an article that no window has open: for the command line.

use std::path::Path;
use std::sync::Arc;

use copydesk_core::front;
use copydesk_core::review::seal;

use super::placing::{Places, Placing};
use super::typed::Typed;
use super::view::{self, Classes, Sources};
use crate::store::fs::Fs;
use crate::store::images;
use crate::store::record::{Records, Reviewed};
use crate::store::shelf::Shelf;
use crate::wire::{Lang, Review};
use crate::words;

/// A review, and what it was placed on.
pub struct Reading {
    /// Places are UTF-16 units of the body.
    pub review: Review,
    /// The record that it was made from.
    pub reviewed: Arc<Reviewed>,
    /// The records of the desk.
    pub records: Records,
}

/// Reads the review of an article; `text` is the article's (LF), `local` this machine's folder of the desk.
#[must_use]
pub fn read(fs: &Arc<dyn Fs>, desk: &Path, local: &Path, path: &str, text: &str, lang: Lang) -> Reading {
    let records = Records::open(Arc::clone(fs), desk);
    records.refresh();
    let reviewed = records.of(path);
    let (_, body) = front::split(text);
    let typed = Typed::default();
    let suggestions = view::suggestions(&reviewed.record, &typed, &[], "");
    let places = Shelf::<Places>::open(Arc::clone(fs), local.join("review/places")).read(path);
    let mut placing = Placing::new(0, body.to_owned(), places.unwrap_or_default());
    placing.settle(&view::wanted(&suggestions, &reviewed.record, &typed));
    let image = |src: &str| images::read_image(desk, src).ok().map(|image| seal::hash_of(&image.bytes));
    let seal = seal::text_of(text, path, &image).ok().map(|signed| seal::hash(&signed));
    let sources = Sources {
        record: &reviewed.record,
        suggestions: &suggestions,
        typed: &typed,
        placing: &placing,
        body,
        me: &[],
        seal: seal.as_deref(),
        people: records.people(),
        troubles: &reviewed.troubles,
    };
    let review = view::review(&sources, &mut Classes::default(), &words::review_trouble, lang);
    Reading { review, reviewed, records }
}
