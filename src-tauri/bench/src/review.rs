//! The review of an article with 1,000 suggestions and 500 comments: reading its record, folding it, finding its places;
//! and the review of a desk of 10,000 articles.

use std::collections::BTreeSet;
use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant, SystemTime};

use copydesk_core::review::{By, Event, Finder, Kind, event, fold};
use copydesk_desk::env::SystemClock;
use copydesk_desk::host::Silent;
use copydesk_desk::newsroom::{Newsroom, Opening, Person};
use copydesk_desk::review::placing::{Places, Placing};
use copydesk_desk::review::typed::Typed;
use copydesk_desk::review::view::{self, Classes, Sources};
use copydesk_desk::store::atomic::fingerprint;
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::history::Origin;
use copydesk_desk::store::journal::hex;
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
        let suggestions = view::suggestions(&record, &typed, &[], "");
        let mut classes = Classes::default();
        let mut placing = Placing::new(0, body.to_owned(), Places::default());
        let mut show = |placing: &mut Placing, body: &str| {
            placing.settle(&view::wanted(&suggestions, &record, &typed));
            let sources = Sources {
                record: &record,
                suggestions: &suggestions,
                typed: &typed,
                placing,
                body,
                me: &[],
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

/// Articles of the desk, how many of them have a review, and how many were edited since they were read.
const ARTICLES: usize = 10_000;
const REVIEWED: usize = 500;
const EDITED: usize = 50;

/// Measures the review of a whole desk, every article of which was read once.
///
/// # Errors
/// The work folder could not be used.
pub fn desk(work: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let (root, local) = (work.join("review/desk"), work.join("review/local"));
    let _ = fs::remove_dir_all(work.join("review"));
    fs::create_dir_all(&root)?;
    fs::create_dir_all(&local)?;
    let mut marks = String::from("{");
    let text = copy::article(400);
    let old = SystemTime::now() - Duration::from_secs(3600);
    let newsroom = open(&root, &local)?;
    for number in 0..ARTICLES {
        let name = format!("article-{number}.md");
        let text = format!("{text}\nArticle {number}.\n");
        let (comma, hash) = (if number > 0 { "," } else { "" }, hex(&fingerprint(text.as_bytes())));
        write!(
            marks,
            r#"{comma}"{name}":{{"hash":"{hash}","revision":null,"time":"2026-11-22T10:00:00Z"}}"#
        )?;
        let path = root.join(&name);
        if number < EDITED {
            newsroom.history()?.record(&name, text.as_bytes(), "Ada", Origin::Save)?;
            fs::write(&path, text.replacen("ville", "rade", 3))?;
        } else {
            fs::write(&path, text)?;
        }
        fs::File::options().append(true).open(&path)?.set_modified(old)?;
        if number % (ARTICLES / REVIEWED) == 0 {
            let folder = root.join(format!(".copydesk/review/01JD8Z3W0V5Q4N6T7R9S{number:06}"));
            fs::create_dir_all(&folder)?;
            let by = By { name: "Ada".into(), installation: "bench".into() };
            let event = |n: u64, kind| Event {
                id: format!("{number:020}{n:06}"),
                n,
                by: by.clone(),
                at: String::new(),
                kind,
            };
            let comment =
                Kind::Comment { thread: "t".into(), anchor: None, text: "@Ada".into(), off_record: false };
            let lines = [event(1, Kind::Path { path: Some(name) }), event(2, comment)];
            fs::write(folder.join("ada-bench.jsonl"), lines.map(|event| event.line()).concat())?;
        }
    }
    marks.push('}');
    fs::write(local.join("read.json"), marks)?;
    drop(newsroom);
    let (mut never, mut later, mut again) = (Figure::default(), Figure::default(), Figure::default());
    for round in 0..6 {
        let newsroom = open(&root, &local)?;
        newsroom.library.scan(&|| {});
        for (turn, figure) in
            [if round == 0 { &mut never } else { &mut later }, &mut again].into_iter().enumerate()
        {
            let start = Instant::now();
            let items = black_box(newsroom.desk_review());
            figure.add_time(start.elapsed());
            if items.iter().filter(|item| !item.unread.is_empty()).count() != EDITED {
                return Err(format!("round {round}, turn {turn}: not the articles that were edited").into());
            }
        }
    }
    let what = "review of a desk of 10,000 articles, 500 with a record";
    table.state(&format!("{what}: the first answer ever"), "ms", never.median(), None);
    table.state(&format!("{what}: the first answer after a start"), "ms", later.median(), Some(300.0));
    table.state(&format!("{what}: later answers"), "ms", again.median(), Some(300.0));
    Ok(())
}

fn open(root: &Path, local: &Path) -> Result<Arc<Newsroom>, Box<dyn Error>> {
    Ok(Newsroom::open(Opening {
        root: root.to_owned(),
        local: local.to_owned(),
        fs: Arc::new(RealFs),
        clock: Arc::new(SystemClock),
        host: Arc::new(Silent),
        person: Person { lang: Lang::En, author: "Ada".to_owned(), confirmed: true, former: Vec::new() },
        keep_days: None,
        installation: "bench".to_owned(),
    })?)
}
