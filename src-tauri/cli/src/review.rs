//! `copydesk review`.

use std::path::Path;
use std::sync::Arc;

use copydesk_core::review::By;
use copydesk_core::ruler::Ruler;
use copydesk_core::{front, furniture, text};
use copydesk_desk::env::Surroundings;
use copydesk_desk::review::files::{self, Piece};
use copydesk_desk::review::reading::{self, Reading};
use copydesk_desk::store::fs::{Fs, RealFs};
use copydesk_desk::store::settings::{self, Store};
use copydesk_desk::wire::{Lang, Passage, Review, ReviewForm, Standing, Verdict};
use copydesk_desk::words;
use serde_json::{Value, json};

use crate::article::{self, Named};
use crate::call::{Marks, ReviewArgs, ReviewExportArgs, ReviewImportArgs};
use crate::export::print;
use crate::words::Failure;

/// An article with its review.
struct Read {
    named: Named,
    bytes: Vec<u8>,
    text: String,
    reading: Reading,
}

fn read(here: &Surroundings, written: &Path, desk: Option<&Path>) -> Result<Read, Failure> {
    let lang = here.lang(None);
    let named = article::find(here, written, desk)?;
    let bytes = article::bytes(here, &named)?;
    let text = text::decode(&bytes)
        .map_err(|reason| Failure::of(&words::not_text(&named.shown, &reason), lang))?
        .text;
    let fs: Arc<dyn Fs> = Arc::new(RealFs);
    let local = here.data_dir.join("desks").join(settings::desk_id(&named.desk));
    let reading = reading::read(&fs, &named.desk, &local, &named.path, &text, lang);
    for problem in &reading.review.problems {
        eprintln!("copydesk: {} {}", problem.message, problem.hint);
    }
    Ok(Read { named, bytes, text, reading })
}

/// Shows a review.
pub fn show(here: &Surroundings, args: &ReviewArgs) -> Result<(), Failure> {
    let Some(written) = &args.article else { return Ok(()) };
    let read = read(here, written, args.desk.as_deref())?;
    if args.json {
        return print(format!("{}\n", as_json(&read)).as_bytes());
    }
    print(as_lines(&read.reading.review, here.lang(None)).as_bytes())
}

/// Where a passage is in the file: bytes, line and column.
fn place(read: &Read, ruler: &Ruler<'_>, above: usize, passage: Option<Passage>) -> Value {
    let byte = |unit: u32| ruler.to_byte(unit as usize).map(|byte| above + byte);
    let range = passage.and_then(|passage| Some((byte(passage.start)?, byte(passage.end)?)));
    let Some((start, end)) = range else {
        return json!({"start": null, "end": null, "line": null, "column": null});
    };
    let before = &read.text[..start];
    let line = before.rsplit('\n').next().unwrap_or_default();
    json!({
        "start": text::file_byte(&read.bytes, start), "end": text::file_byte(&read.bytes, end),
        "line": before.matches('\n').count() + 1, "column": line.chars().count() + 1,
    })
}

fn as_json(read: &Read) -> Value {
    let (head, body) = front::split(&read.text);
    let (ruler, above) = (Ruler::new(body), head.len());
    let review = &read.reading.review;
    let with_place = |mut item: Value, passage: Option<Passage>| {
        if let (Value::Object(item), Value::Object(place)) = (&mut item, place(read, &ruler, above, passage))
        {
            item.extend(place);
        }
        item
    };
    let suggestions: Vec<Value> = review
        .suggestions
        .iter()
        .map(|item| {
            let value = json!({
                "id": item.id, "author": item.author, "time": item.time, "class": item.class, "old": item.old,
                "new": item.new, "note": item.note, "state": item.verdict, "standing": item.standing,
                "decided_by": item.decided_by, "rivals": item.rivals,
            });
            with_place(value, item.passage)
        })
        .collect();
    let comments: Vec<Value> = review
        .threads
        .iter()
        .map(|thread| {
            let messages: Vec<Value> = thread
                .messages
                .iter()
                .map(|message| json!({"author": message.author, "time": message.time, "text": message.text}))
                .collect();
            let value = json!({
                "id": thread.id, "quote": thread.quote, "resolved": thread.resolved, "off_record": thread.off_record,
                "standing": thread.standing, "messages": messages,
            });
            with_place(value, thread.passage)
        })
        .collect();
    let signoffs: Vec<Value> = review
        .sign_offs
        .iter()
        .filter(|seal| seal.counts)
        .map(|seal| json!({"role": seal.role, "by": seal.author, "time": seal.time, "holds": seal.holds}))
        .collect();
    json!({
        "article": read.named.path,
        "stage": furniture::resolve(head, body, &read.named.path).stage.value,
        "suggestions": suggestions, "comments": comments, "signoffs": signoffs,
    })
}

fn as_lines(review: &Review, lang: Lang) -> String {
    let mut lines = String::new();
    let mut line = |words: String| {
        lines.push_str(&words.replace('\n', " "));
        lines.push('\n');
    };
    let word = |fr: &'static str, en: &'static str| if lang == Lang::Fr { fr } else { en };
    for item in &review.suggestions {
        let state = match (item.verdict, item.standing) {
            (Verdict::Open, Standing::Placed) => word("ouverte", "open"),
            (Verdict::Open, Standing::Changed) => word("ouverte, texte changé", "open, text changed"),
            (Verdict::Open, Standing::Orphaned) => word("ouverte, orpheline", "open, orphaned"),
            (Verdict::Accepted, _) => word("acceptée", "accepted"),
            (Verdict::Rejected, _) => word("refusée", "rejected"),
            (Verdict::Withdrawn, _) => word("retirée", "withdrawn"),
        };
        line(format!("± {}: “{}” → “{}” ({state})", item.author, item.old, item.new));
    }
    for thread in &review.threads {
        let mut about =
            vec![if thread.resolved { word("réglée", "resolved") } else { word("ouverte", "open") }];
        if thread.off_record {
            about.push(word("confidentielle", "off the record"));
        }
        if thread.standing == Standing::Orphaned {
            about.push(word("orpheline", "orphaned"));
        }
        let on = if thread.quote.is_empty() { String::new() } else { format!("“{}” ", thread.quote) };
        for (index, message) in thread.messages.iter().enumerate() {
            match index {
                0 => line(format!("» {on}({}) {}: {}", about.join(", "), message.author, message.text)),
                _ => line(format!("  {}: {}", message.author, message.text)),
            }
        }
    }
    for seal in review.sign_offs.iter().filter(|seal| seal.counts) {
        let holds = if seal.holds { word("tient", "holds") } else { word("rompu", "broken") };
        line(format!("✓ {} {}: {holds}", seal.role, seal.author));
    }
    lines
}

/// Writes an article with its review as a file for others.
pub fn export(here: &Surroundings, args: &ReviewExportArgs) -> Result<(), Failure> {
    let lang = here.lang(None);
    let read = read(here, &args.article, args.desk.as_deref())?;
    let form = match args.to {
        Marks::Criticmarkup => ReviewForm::Criticmarkup,
        Marks::Docx => ReviewForm::Docx,
    };
    let sent = files::send(&piece(&read), form, lang).map_err(|problem| Failure::of(&problem, lang))?;
    tell(&sent.left_out);
    put(&args.out, &sent.bytes, lang)
}

fn piece(read: &Read) -> Piece<'_> {
    let (front, body) = front::split(&read.text);
    Piece { desk: &read.named.desk, path: &read.named.path, front, body, review: &read.reading.review }
}

fn tell(sentences: &[String]) {
    for sentence in sentences {
        eprintln!("copydesk: {sentence}");
    }
}

fn put(out: &Path, bytes: &[u8], lang: Lang) -> Result<(), Failure> {
    if out == Path::new("-") {
        return print(bytes);
    }
    files::write(out, bytes).map_err(|problem| Failure::of(&problem, lang))
}

/// Takes what others say in a file as a review of an article.
pub fn import(here: &Surroundings, args: &ReviewImportArgs) -> Result<(), Failure> {
    let lang = here.lang(None);
    let read = read(here, &args.into, args.desk.as_deref())?;
    let shown = args.marked.display().to_string();
    let bytes = std::fs::read(&args.marked).map_err(|error| {
        Failure::call(match lang {
            Lang::Fr => format!("{shown} n’a pas pu être lu ({error}). Vérifiez le chemin."),
            Lang::En => format!("{shown} could not be read ({error}). Check the path."),
        })
    })?;
    let (store, _) = Store::open(Arc::new(RealFs), &here.data_dir);
    let me = By { name: article::author(here, &store), installation: store.command_line() };
    let record = &read.reading.reviewed.record;
    let came = files::take(&piece(&read), record, &me, here.clock.now(), (&shown, &bytes), lang)
        .map_err(|problem| Failure::of(&problem, lang))?;
    let count = came.events.len();
    read.reading
        .records
        .import(&read.named.path, came.events)
        .map_err(|error| Failure::of(&words::cannot_record(&read.named.shown, &error), lang))?;
    tell(&came.left_out);
    match lang {
        Lang::Fr => eprintln!("{count} événements ajoutés à la relecture de {}.", read.named.shown),
        Lang::En => eprintln!("{count} events added to the review of {}.", read.named.shown),
    }
    Ok(())
}
