//! `copydesk review export --to docx`, and the import of what came back.

use std::path::Path;
use std::sync::Arc;

use copydesk_core::review::By;
use copydesk_core::{front, furniture};
use copydesk_desk::env::Surroundings;
use copydesk_desk::review::exchange;
use copydesk_desk::store::fs::RealFs;
use copydesk_desk::store::settings::{self, Store};
use copydesk_desk::wire::Lang;
use copydesk_desk::words;
use copydesk_word::{Head, Wrong};

use super::{Read, left_out_words, put, taken};
use crate::article;
use crate::words::Failure;

/// What stands above the body on paper.
fn head_of(read: &Read) -> Head {
    let (front, body) = front::split(&read.text);
    let furniture = furniture::resolve(front, body, &read.named.path);
    let in_body = furniture.title.source == furniture::Source::Heading;
    let house = || settings::house_lang(&read.named.desk).unwrap_or_default();
    Head {
        title: if in_body { String::new() } else { furniture.title.value.clone() },
        standfirst: furniture.standfirst.value.clone(),
        byline: furniture.bylines().join(", "),
        lang: if furniture.lang.value.is_empty() { house() } else { furniture.lang.value.clone() },
    }
}

/// Writes an article with its review as a Word document.
pub fn export(here: &Surroundings, read: &Read, out: &Path) -> Result<(), Failure> {
    let lang = here.lang(None);
    let (_, body) = front::split(&read.text);
    let leaving = exchange::leaving(body, &read.reading.review);
    let shown = &read.named.shown;
    let written =
        copydesk_word::write(&head_of(read), body, &leaving.changes, &leaving.comments).map_err(|_| {
            Failure::call(match lang {
                Lang::Fr => {
                    format!("{shown} est trop long ou trop imbriqué pour Word. Exportez-le en CriticMarkup.")
                }
                Lang::En => {
                    format!("{shown} is too long or too intricate for Word. Export it as CriticMarkup.")
                }
            })
        })?;
    for item in leaving.left_out(&written.changes, &written.comments) {
        eprintln!("copydesk: {}", left_out_words(shown, &item, lang));
    }
    put(out, &written.bytes, lang)
}

/// Whether a file is to be read as a Word document: by its name, or by how it begins.
pub fn is_document(path: &Path, bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
        || path.extension().is_some_and(|extension| extension.eq_ignore_ascii_case("docx"))
}

/// Takes what was done to a Word document as a review of an article.
pub fn import(here: &Surroundings, read: &Read, shown: &str, bytes: &[u8]) -> Result<(), Failure> {
    let lang = here.lang(None);
    let (_, body) = front::split(&read.text);
    let mut back = copydesk_word::read(&head_of(read), body, bytes)
        .map_err(|wrong| Failure::call(wrong_words(shown, wrong, lang)))?;
    let (store, _) = Store::open(Arc::new(RealFs), &here.data_dir);
    let me = By { name: article::author(here, &store), installation: store.installation() };
    let now = here.clock.now();
    let mut events = exchange::news(&mut back.critic, &read.reading.review, &me, now);
    events.extend(exchange::events(&back.critic, &read.reading.reviewed.record, &me, now));
    let count = events.len();
    read.reading
        .records
        .import(&read.named.path, events)
        .map_err(|error| Failure::of(&words::cannot_record(&read.named.shown, &error), lang))?;
    for words in &back.lost {
        let words: String = words.chars().take(60).collect();
        match lang {
            Lang::Fr => {
                eprintln!("copydesk: {shown} : « {words} » n’a pas de place dans le corps de l’article.")
            }
            Lang::En => eprintln!("copydesk: {shown}: “{words}” has no place in the body of the article."),
        }
    }
    taken(count, read, lang);
    Ok(())
}

fn wrong_words(shown: &str, wrong: Wrong, lang: Lang) -> String {
    let (fr, en) = match wrong {
        Wrong::NoZip => ("ce n’est pas un .docx entier", "it is no whole .docx"),
        Wrong::Damaged => ("une de ses parties est abîmée", "one of its parts is damaged"),
        Wrong::TooLarge => ("il est trop grand", "it is too large"),
        Wrong::Path => ("un nom de partie mène hors du fichier", "the name of a part leads out of the file"),
        Wrong::Locked => ("il est protégé par un mot de passe", "it is locked with a password"),
        Wrong::NoDocument => ("il ne contient pas de document Word", "it holds no Word document"),
        Wrong::Xml => ("son XML est défectueux", "its XML is broken"),
        Wrong::TooDeep => ("ses éléments sont trop imbriqués", "its elements are nested too deeply"),
        Wrong::Article => ("l’article est trop intriqué", "the article is too intricate"),
    };
    match lang {
        Lang::Fr => format!("{shown} n’a pas pu être lu : {fr}. Enregistrez-le de nouveau depuis Word."),
        Lang::En => format!("{shown} could not be read: {en}. Save it again from Word."),
    }
}
