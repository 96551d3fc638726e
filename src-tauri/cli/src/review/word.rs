//! `copydesk review export --to docx`.

use std::path::Path;

use copydesk_core::{front, furniture};
use copydesk_desk::env::Surroundings;
use copydesk_desk::review::exchange;
use copydesk_desk::store::settings;
use copydesk_desk::wire::Lang;
use copydesk_word::Head;

use super::{Read, left_out_words, put};
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
