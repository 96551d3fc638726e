//! `copydesk review`.

use std::path::Path;
use std::sync::Arc;

use copydesk_core::review::By;
use copydesk_core::review::critic::{self, Lost};
use copydesk_core::ruler::Ruler;
use copydesk_core::{front, furniture, text};
use copydesk_desk::env::Surroundings;
use copydesk_desk::review::exchange::{self, LeftOut, Reason};
use copydesk_desk::review::reading::{self, Reading};
use copydesk_desk::store::atomic;
use copydesk_desk::store::fs::{Fs, RealFs};
use copydesk_desk::store::settings::{self, Store};
use copydesk_desk::wire::{Lang, Passage, Review, Standing, Verdict};
use copydesk_desk::words;
use serde_json::{Value, json};

use crate::article::{self, Named};
use crate::call::{Marks, ReviewArgs, ReviewExportArgs, ReviewImportArgs};
use crate::export::print;
use crate::words::Failure;

mod word;

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
        .filter(|seal| !seal.withdrawn)
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
    for seal in review.sign_offs.iter().filter(|seal| !seal.withdrawn) {
        let holds = if seal.holds { word("tient", "holds") } else { word("rompu", "broken") };
        line(format!("✓ {} {}: {holds}", seal.role, seal.author));
    }
    lines
}

/// Writes an article with its review as marks.
pub fn export(here: &Surroundings, args: &ReviewExportArgs) -> Result<(), Failure> {
    let lang = here.lang(None);
    let read = read(here, &args.article, args.desk.as_deref())?;
    if args.to == Marks::Docx {
        return word::export(here, &read, &args.out);
    }
    let (head, body) = front::split(&read.text);
    let (written, left_out) = exchange::marked(body, &read.reading.review);
    for item in &left_out {
        eprintln!("copydesk: {}", left_out_words(&read.named.shown, item, lang));
    }
    if let Some(line) = written.literal {
        let line = line + head.matches('\n').count();
        let shown = &read.named.shown;
        eprintln!(
            "copydesk: {}",
            match lang {
                Lang::Fr => format!(
                    "La ligne {line} de {shown} contient déjà des marques : elles seront lues comme telles."
                ),
                Lang::En => format!("Line {line} of {shown} holds marks already: they will be read as such."),
            }
        );
    }
    let marked = format!("{head}{}", written.text);
    put(&args.out, marked.as_bytes(), lang)
}

fn put(out: &Path, bytes: &[u8], lang: Lang) -> Result<(), Failure> {
    if out == Path::new("-") {
        return print(bytes);
    }
    // A name alone has no folder that could be synced.
    atomic::put(&RealFs, &Path::new(".").join(out), bytes).map_err(|error| {
        let out = out.display();
        Failure::fault(match lang {
            Lang::Fr => format!("{out} n’a pas pu être écrit ({error}). Choisissez un autre --out."),
            Lang::En => format!("{out} could not be written ({error}). Choose another --out."),
        })
    })
}

fn left_out_words(shown: &str, item: &LeftOut, lang: Lang) -> String {
    let words: String = item.words.chars().take(60).collect();
    let extent = item.reason == Reason::Unsayable(Lost::Extent);
    let (fr, en) = match item.reason {
        Reason::Orphaned => ("sa place n’est pas dans le texte", "it has no place in the text"),
        Reason::Unsayable(Lost::InCode) => {
            ("les marques restent lettre morte dans du code", "marks are literal in code")
        }
        Reason::Unsayable(Lost::Overlaps) => ("elle en recouvre une autre", "it overlaps another"),
        Reason::Unsayable(Lost::HoldsMarks) => ("ses mots contiennent des marques", "its words hold marks"),
        Reason::Unsayable(Lost::InMarks) => {
            ("elle touche des marques de Markdown", "it touches marks of Markdown")
        }
        Reason::Unsayable(Lost::Extent) => {
            ("son passage recouvre une suggestion", "its passage overlaps a suggestion")
        }
    };
    match (lang, extent) {
        (Lang::Fr, false) => format!("{shown} : la remarque « {words} » n’est pas dans le fichier : {fr}."),
        (Lang::Fr, true) => {
            format!("{shown} : la remarque « {words} » est à un point et non sur son passage : {fr}.")
        }
        (Lang::En, false) => format!("{shown}: the remark “{words}” is not in the file: {en}."),
        (Lang::En, true) => {
            format!("{shown}: the remark “{words}” stands at a place, not over its passage: {en}.")
        }
    }
}

/// Takes the marks of a file as a review of an article.
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
    if word::is_document(&args.marked, &bytes) {
        return word::import(here, &read, &shown, &bytes);
    }
    let decoded =
        text::decode(&bytes).map_err(|reason| Failure::of(&words::not_text(&shown, &reason), lang))?;
    let (store, _) = Store::open(Arc::new(RealFs), &here.data_dir);
    let me = By { name: article::author(here, &store), installation: store.installation() };
    let critic = critic::read(front::split(&decoded.text).1);
    let events = exchange::events(&critic, &read.reading.reviewed.record, &me, here.clock.now());
    let count = events.len();
    read.reading
        .records
        .import(&read.named.path, events)
        .map_err(|error| Failure::of(&words::cannot_record(&read.named.shown, &error), lang))?;
    for line in &critic.highlights {
        eprintln!(
            "copydesk: {}",
            match lang {
                Lang::Fr => format!(
                    "Le surlignage de la ligne {line} de {shown} n’a pas de commentaire et n’a pas été repris."
                ),
                Lang::En =>
                    format!("The highlight in line {line} of {shown} has no comment and was not taken."),
            }
        );
    }
    taken(count, &read, lang);
    Ok(())
}

fn taken(count: usize, read: &Read, lang: Lang) {
    match lang {
        Lang::Fr => eprintln!("{count} événements ajoutés à la relecture de {}.", read.named.shown),
        Lang::En => eprintln!("{count} events added to the review of {}.", read.named.shown),
    }
}
