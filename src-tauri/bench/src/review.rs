//! The review of an article with 1,000 suggestions and 500 comments: reading its record, folding it, finding its places.

use std::collections::BTreeSet;
use std::hint::black_box;
use std::time::Instant;

use copydesk_core::review::{By, Event, Finder, Kind, event, fold};
use copydesk_desk::review::placing::{Places, Placing};
use copydesk_desk::review::typed::Typed;
use copydesk_desk::review::view::{self, Classes, Sources};
use copydesk_desk::wire::Lang;
use copydesk_desk::words;

use crate::copy;
use crate::table::{Figure, Table};

const SUGGESTIONS: usize = 1000;
const COMMENTS: usize = 500;

/// How many suggestions and comments the record of a busy article has.
pub const BUSY: &str = "1,000 suggestions and 500 comments";

/// The record of a busy article, bound to `path`: places spread over its body.
pub fn record(path: &str, body: &str) -> String {
    let finder = Finder::new(body);
    let by = By { name: "Élise Faure".into(), installation: "00ff00ff00ff00ff".into() };
    let starts: Vec<usize> = body.match_indices(' ').map(|(at, _)| at + 1).collect();
    let count = SUGGESTIONS + COMMENTS;
    let events = (0..count).map(|index| {
        let start = starts[index * starts.len() / count];
        let end = body[start..].find([' ', '\n']).map_or(body.len(), |len| start + len);
        let anchor = finder.anchor(start..end);
        let kind = if index % 3 == 2 {
            Kind::Comment {
                thread: format!("t{index}"),
                anchor: Some(anchor),
                text: "Quelle source ?".into(),
                off_record: false,
            }
        } else {
            Kind::Suggest { suggestion: format!("s{index}"), anchor, new: "autrement".into() }
        };
        Event {
            id: format!("{:026}", index + 1),
            n: index as u64 + 2,
            by: by.clone(),
            at: "2026-11-22T14:32:00Z".into(),
            kind,
        }
    });
    let bound = Event {
        id: format!("{:026}", 0),
        n: 1,
        by: by.clone(),
        at: "2026-11-22T14:32:00Z".into(),
        kind: Kind::Path { path: Some(path.to_owned()) },
    };
    std::iter::once(bound).chain(events).map(|event| event.line()).collect()
}

/// Measures the review's parts.
pub fn measure(table: &mut Table) {
    let article = copy::article(5000);
    let (_, body) = copydesk_core::front::split(&article);
    let file = record("article.md", body);
    let outside = body.replacen("ville", "cité", 20);
    let (mut folding, mut first, mut again) = (Figure::default(), Figure::default(), Figure::default());
    for _ in 0..20 {
        let start = Instant::now();
        let record = fold(event::read(black_box(file.as_bytes())).events);
        folding.add_time(start.elapsed());
        let typed = Typed::default();
        let suggestions = view::suggestions(&record, &typed, None, "");
        let mut classes = Classes::default();
        let mut placing = Placing::new(0, body.to_owned(), Places::default());
        let mut show = |placing: &mut Placing, body: &str| {
            placing.settle(&view::wanted(&suggestions, &record));
            let sources = Sources {
                record: &record,
                suggestions: &suggestions,
                typed: &typed,
                placing,
                body,
                me: None,
                seal: None,
                people: BTreeSet::new(),
                troubles: &[],
            };
            black_box(view::review(&sources, &mut classes, &words::review_trouble, Lang::Fr));
        };
        let start = Instant::now();
        show(&mut placing, body);
        first.add_time(start.elapsed());
        // Somebody edits the file in twenty places.
        let start = Instant::now();
        placing.follow(1, &outside, None);
        show(&mut placing, &outside);
        again.add_time(start.elapsed());
    }
    let what = format!("{SUGGESTIONS} suggestions and {COMMENTS} comments on 5,000 words");
    table.state(&format!("record of {what}: read and folded"), "ms", folding.median(), Some(20.0));
    table.state(&format!("{what}: placed, classed, for the window"), "ms", first.median(), None);
    table.state(&format!("{what}: found again after an outside edit"), "ms", again.median(), None);
}
