//! What a sign-off (bon à tirer) covers: exactly what would be published, as one text, and its hash.
//!
//! The text is a line of JSON with the resolved furniture and the images' hashes (keys sorted, no blanks, what is
//! absent left out), then the body with LF ends and no blank lines at its end. Date, stage, assignee, embargo, legal,
//! tags and length may change under a seal.

use std::collections::BTreeMap;

use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::article::Article;
use crate::front::{self, Value};
use crate::furniture::{Field, Source};
use crate::markdown::TooComplex;
use crate::tree::{ImageKind, Inline, Node};

/// Stands for an image that cannot be read.
const MISSING: &str = "missing";

/// What would be published of an article's whole text (LF). `image` gives the [`hash_of`] an image of the desk.
///
/// # Errors
/// The body is too long or too complex to parse.
pub fn text_of(text: &str, path: &str, image: &dyn Fn(&str) -> Option<String>) -> Result<String, TooComplex> {
    let article = Article::read(text, path, "")?;
    let furniture = &article.furniture;
    let mut keys: BTreeMap<&str, Json> = BTreeMap::new();
    let fields: [(&str, &Field); 6] = [
        ("kicker", &furniture.kicker),
        ("title", &furniture.title),
        ("standfirst", &furniture.standfirst),
        ("section", &furniture.section),
        ("dateline", &furniture.dateline),
        ("lang", &furniture.lang),
    ];
    for (key, field) in fields {
        if field.source != Source::Absent && !field.value.is_empty() {
            keys.insert(key, field.value.clone().into());
        }
    }
    if !furniture.bylines().is_empty() {
        keys.insert("byline", furniture.bylines().into());
    }
    let mut sources = Vec::new();
    article.document.blocks.iter().for_each(|block| images(&block.node, &mut sources));
    if !sources.is_empty() {
        let hashes = sources.iter().map(|src| image(src).unwrap_or_else(|| MISSING.to_owned()));
        keys.insert("images", hashes.collect::<Vec<String>>().into());
    }
    let head = serde_json::to_string(&keys).unwrap_or_default();
    let (_, body) = front::split(text);
    Ok(format!("{head}\n{}", trimmed(body)))
}

/// The hash of a signed text: SHA-256 in hexadecimal.
#[must_use]
pub fn hash(signed: &str) -> String {
    hash_of(signed.as_bytes())
}

/// A signed text as an article, to compare it with another.
#[must_use]
pub fn as_article(signed: &str) -> String {
    let (head, body) = signed.split_once('\n').unwrap_or((signed, ""));
    let keys: BTreeMap<String, Json> = serde_json::from_str(head).unwrap_or_default();
    let mut front = String::new();
    for (key, value) in &keys {
        let value = match value {
            Json::String(text) => Value::Text(text.clone()),
            Json::Array(items) => Value::List(
                items.iter().filter_map(Json::as_str).map(|item| Value::Text(item.to_owned())).collect(),
            ),
            _ => continue,
        };
        if let Ok(with) = front::set(&front, key, Some(&value)) {
            front = with;
        }
    }
    front + body
}

/// A body without the blank lines at its end.
fn trimmed(body: &str) -> &str {
    let (mut end, mut at) = (0, 0);
    for line in body.split_inclusive('\n') {
        at += line.len();
        if !line.trim_matches([' ', '\t', '\n']).is_empty() {
            end = at - usize::from(line.ends_with('\n'));
        }
    }
    &body[..end]
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn hash_of(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// The images of the desk that a block shows, in order.
fn images(node: &Node, found: &mut Vec<String>) {
    match node {
        Node::Paragraph(text) | Node::Plain(text) | Node::Heading { text, .. } => images_in(text, found),
        Node::Quote { blocks, by } => {
            blocks.iter().for_each(|block| images(block, found));
            images_in(by.as_deref().unwrap_or_default(), found);
        }
        Node::Figure { image, .. } => add(image, found),
        Node::List { items, .. } => {
            items.iter().flat_map(|item| &item.blocks).for_each(|block| images(block, found));
        }
        Node::Table { rows, .. } => {
            rows.iter().flat_map(|row| &row.cells).for_each(|cell| images_in(cell, found));
        }
        Node::Notes(notes) => {
            notes.iter().flat_map(|note| &note.blocks).for_each(|block| images(block, found));
        }
        Node::CodeBlock { .. } | Node::Rule | Node::Html(_) => {}
    }
}

fn images_in(text: &[Inline], found: &mut Vec<String>) {
    for inline in text {
        match inline {
            Inline::Emphasis(inner) | Inline::Strong(inner) | Inline::Deleted(inner) => {
                images_in(inner, found)
            }
            Inline::Link { text, .. } => images_in(text, found),
            Inline::Image(image) => add(image, found),
            _ => {}
        }
    }
}

fn add(image: &crate::tree::Image, found: &mut Vec<String>) {
    if image.kind == ImageKind::Desk {
        found.push(image.src.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blank_lines_at_the_end_are_no_part_of_it() {
        for (body, expected) in [
            ("", ""),
            ("\n", ""),
            (" \n\t\n", ""),
            ("a", "a"),
            ("a\n", "a"),
            ("a\n\n \n", "a"),
            ("a\n\nb \n", "a\n\nb "),
            ("a\n ", "a"),
        ] {
            assert_eq!(trimmed(body), expected, "{body:?}");
        }
    }

    #[test]
    fn a_signed_text_is_an_article_again() {
        let text = "---\ntitle: Le câble\nstage: draft\nbyline: [Élise Faure, Noé Petit]\n---\nUn mot.\n";
        let signed = text_of(text, "a.md", &|_| None).unwrap();
        let article = as_article(&signed);
        assert_eq!(text_of(&article, "a.md", &|_| None).unwrap(), signed);
        assert!(!article.contains("stage"), "{article}");
    }
}
