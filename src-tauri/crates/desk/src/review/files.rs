//! A review that leaves as a file for others, and what comes back in one: CriticMarkup, and Word documents.

use std::path::Path;

use copydesk_core::review::critic::{self, Critic, Lost};
use copydesk_core::review::{By, Record, laying};
use copydesk_core::{front, furniture, text};
use copydesk_word::{Head, Wrong};
use jiff::Timestamp;

use super::exchange::{self, LeftOut, Reason, Signed};
use crate::error::{Problem, sentence};
use crate::store::atomic;
use crate::store::fs::RealFs;
use crate::store::settings;
use crate::wire::{Lang, Review, ReviewForm};
use crate::words;

/// So much of a remark's words is shown in a sentence, in characters.
const SHOWN: usize = 60;

/// An article as its review goes out with it, or comes back to it.
pub struct Piece<'a> {
    /// The desk's folder.
    pub desk: &'a Path,
    /// Relative to it.
    pub path: &'a str,
    /// Its front matter with the delimiters; empty where it has none, or one that is broken.
    pub front: &'a str,
    /// All that is not front matter, LF.
    pub body: &'a str,
    /// Placed on the body.
    pub review: &'a Review,
}

/// A file for others.
pub struct Sent {
    /// What it holds.
    pub bytes: Vec<u8>,
    /// What of the review is not in it, a sentence each.
    pub left_out: Vec<String>,
}

/// What a file from others holds.
pub struct Came {
    /// What is new, in order.
    pub events: Vec<Signed>,
    /// What of the file was not taken, a sentence each.
    pub left_out: Vec<String>,
}

/// Makes a file of an article with its review.
///
/// # Errors
/// The article is too long or too intricate for Word.
pub fn send(piece: &Piece<'_>, form: ReviewForm, lang: Lang) -> Result<Sent, Problem> {
    let (head, body) = (piece.front, piece.body);
    let told = |items: Vec<LeftOut>| items.iter().map(|item| left_out(piece.path, item, lang)).collect();
    if form == ReviewForm::Docx {
        let leaving = exchange::leaving(body, piece.review);
        let written = copydesk_word::write(&paper_head(piece), body, &leaving.changes, &leaving.comments)
            .map_err(|_| words::too_intricate_for_word(piece.path))?;
        let left_out = told(leaving.left_out(&written.changes, &written.comments));
        return Ok(Sent { bytes: written.bytes, left_out: set(left_out, lang) });
    }
    let (written, items) = exchange::marked(body, piece.review);
    let mut left_out: Vec<String> = told(items);
    if let Some(line) = written.literal {
        let (line, path) = (line + head.matches('\n').count(), piece.path);
        left_out.push(match lang {
            Lang::Fr => {
                format!(
                    "La ligne {line} de {path} contient déjà des marques : elles seront lues comme telles."
                )
            }
            Lang::En => format!("Line {line} of {path} holds marks already: they will be read as such."),
        });
    }
    Ok(Sent { bytes: format!("{head}{}", written.text).into_bytes(), left_out: set(left_out, lang) })
}

fn set(sentences: Vec<String>, lang: Lang) -> Vec<String> {
    sentences.iter().map(|words| sentence(words, lang)).collect()
}

/// Writes a file for others. An article is never written over: no history keeps what it held.
///
/// # Errors
/// There is an article of that name, or the system refused.
pub fn write(out: &Path, bytes: &[u8]) -> Result<(), Problem> {
    let is_article = out
        .extension()
        .is_some_and(|ending| ["md", "markdown"].iter().any(|article| ending.eq_ignore_ascii_case(article)));
    if is_article && out.symlink_metadata().is_ok() {
        return Err(words::would_overwrite(out));
    }
    // A name alone has no folder that could be synced.
    let whole = std::path::absolute(out).unwrap_or_else(|_| out.to_owned());
    atomic::put(&RealFs, &whole, bytes).map_err(|error| words::cannot_export(out, &error))
}

/// Reads what a file says about an article. `name` is the file's.
///
/// # Errors
/// It is neither a text nor a whole Word document, or one beyond the bounds.
pub fn take(
    piece: &Piece<'_>,
    record: &Record,
    me: &By,
    now: Timestamp,
    (name, bytes): (&str, &[u8]),
    lang: Lang,
) -> Result<Came, Problem> {
    let body = piece.body;
    let mut told = Vec::new();
    let (mut here, elsewhere) = if is_document(name, bytes) {
        let back = copydesk_word::read(&paper_head(piece), body, bytes)
            .map_err(|wrong| words::not_a_document(name, reason(wrong)))?;
        told.extend(back.lost.iter().map(|lost| match lang {
            Lang::Fr => format!("« {} » n’a pas de place dans le corps de l’article.", short(lost)),
            Lang::En => format!("“{}” has no place in the body of the article.", short(lost)),
        }));
        (back.critic, Critic::default())
    } else {
        let decoded = text::decode(bytes).map_err(|reason| words::not_text(name, &reason))?;
        let split = front::split(&decoded.text);
        let (front, marked) = if piece.front.is_empty() { ("", &*decoded.text) } else { split };
        told.extend(in_front(piece.front, front, lang));
        let critic = critic::read(marked);
        let above = front.matches('\n').count();
        told.extend(critic.highlights.iter().map(|line| match lang {
            Lang::Fr => format!(
                "Le surlignage de la ligne {} n’a pas de commentaire et n’a pas été repris.",
                line + above
            ),
            Lang::En => format!("The highlight in line {} has no comment and was not taken.", line + above),
        }));
        let laid = laying::lay(critic, body);
        (laid.here, laid.elsewhere)
    };
    let mut events = exchange::news(&mut here, piece.review, me, now);
    events.extend(exchange::events(&here, record, me, now));
    // What lost its words in the article keeps the place that it had in the file: it is shown without a place.
    let mut elsewhere = elsewhere;
    events.extend(exchange::news(&mut elsewhere, piece.review, me, now));
    events.extend(exchange::events(&elsewhere, record, me, now));
    Ok(Came { events, left_out: set(told, lang) })
}

/// What stands above the body on paper.
fn paper_head(piece: &Piece<'_>) -> Head {
    let furniture = furniture::resolve(piece.front, piece.body, piece.path);
    let in_body = furniture.title.source == furniture::Source::Heading;
    let house = || settings::house_lang(piece.desk).unwrap_or_default();
    Head {
        title: if in_body { String::new() } else { furniture.title.value.clone() },
        standfirst: furniture.standfirst.value.clone(),
        byline: furniture.bylines().join(", "),
        lang: if furniture.lang.value.is_empty() { house() } else { furniture.lang.value.clone() },
    }
}

/// Whether a file is to be read as a Word document: by its name, or by how it begins.
fn is_document(name: &str, bytes: &[u8]) -> bool {
    let ending = Path::new(name).extension();
    bytes.starts_with(b"PK\x03\x04") || ending.is_some_and(|ending| ending.eq_ignore_ascii_case("docx"))
}

/// A review is about the body: what a file proposes above it is named.
fn in_front(own: &str, front: &str, lang: Lang) -> Vec<String> {
    let critic = critic::read(front);
    let named = |words: &str, fr: &str, en: &str| match lang {
        Lang::Fr => format!("« {} » est dans l’en-tête : {fr}.", short(words)),
        Lang::En => format!("“{}” is in the front matter: {en}.", short(words)),
    };
    let marks = critic.changes.iter().map(|change| {
        let words = format!("{} → {}", &critic.body[change.range.clone()], change.new);
        named(&words, "une suggestion porte sur le corps", "a suggestion is about the body")
    });
    let said = critic.comments.iter().map(|comment| {
        let words = &comment.messages[0].text;
        named(words, "un commentaire porte sur le corps", "a comment is about the body")
    });
    let mut told: Vec<String> = marks.chain(said).collect();
    // Another program may write line ends and fences its own way: lines say what differs.
    if !front.is_empty() {
        let known: Vec<&str> = own.lines().map(str::trim_end).collect();
        let others = critic.body.lines().map(str::trim_end);
        let others = others.filter(|line| !line.is_empty() && *line != "---" && !known.contains(line));
        told.extend(others.map(|line| {
            named(line, "changez la titraille dans l’article", "change the furniture in the article")
        }));
    }
    told
}

fn short(words: &str) -> String {
    words.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(SHOWN).collect()
}

/// Why something of a review is not in a file, as a sentence.
fn left_out(path: &str, item: &LeftOut, lang: Lang) -> String {
    let words = short(&item.words);
    let extent = item.reason == Reason::Unsayable(Lost::Extent);
    let (fr, en) = match item.reason {
        Reason::Orphaned => ("sa place n’est pas dans le texte", "it has no place in the text"),
        Reason::Changed => {
            ("le texte sur lequel elle porte a changé", "the text that it was made on has changed")
        }
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
        (Lang::Fr, false) => format!("{path} : la remarque « {words} » n’est pas dans le fichier : {fr}."),
        (Lang::Fr, true) => {
            format!("{path} : la remarque « {words} » est à un point et non sur son passage : {fr}.")
        }
        (Lang::En, false) => format!("{path}: the remark “{words}” is not in the file: {en}."),
        (Lang::En, true) => {
            format!("{path}: the remark “{words}” stands at a place, not over its passage: {en}.")
        }
    }
}

/// Why bytes are no Word document that can be read, in French and in English.
fn reason(wrong: Wrong) -> (&'static str, &'static str) {
    match wrong {
        Wrong::NoZip => ("ce n’est pas un .docx entier", "it is no whole .docx"),
        Wrong::Damaged => ("une de ses parties est abîmée", "one of its parts is damaged"),
        Wrong::TooLarge => ("il est trop grand", "it is too large"),
        Wrong::Path => ("un nom de partie mène hors du fichier", "the name of a part leads out of the file"),
        Wrong::Locked => ("il est protégé par un mot de passe", "it is locked with a password"),
        Wrong::NoDocument => ("il ne contient pas de document Word", "it holds no Word document"),
        Wrong::Xml => ("son XML est défectueux", "its XML is broken"),
        Wrong::TooDeep => ("ses éléments sont trop imbriqués", "its elements are nested too deeply"),
        Wrong::Article => ("l’article est trop intriqué", "the article is too intricate"),
    }
}
