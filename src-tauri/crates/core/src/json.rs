//! The tree as JSON: what the window makes elements from, and what the page template reads.
//!
//! Text is a string. An element is `{"t": tag, "c": [children], …}`; `c` is absent where there are none.

use serde_json::{Map, Value, json};

use crate::tree::{Align, Image, ImageKind, Inline, LinkKind, Node, Row};

/// A block.
#[must_use]
pub fn node(node: &Node) -> Value {
    match node {
        Node::Paragraph(text) => element("p", inlines(text), []),
        // Only within items, which take its text as their own: see `blocks`.
        Node::Plain(text) => element("p", inlines(text), []),
        Node::Heading { level, text } => element("h", inlines(text), [("l", json!(level))]),
        Node::Quote { blocks: inner, by: None } => element("quote", blocks(inner), []),
        Node::Quote { blocks: inner, by: Some(by) } => {
            element("quote", blocks(inner), [("by", Value::Array(inlines(by)))])
        }
        Node::Figure { image: picture, caption, credit } => {
            let mut value = image("figure", picture);
            value["caption"] = json!(caption);
            value["credit"] = json!(credit);
            value
        }
        Node::List { start, items } => {
            let items = items
                .iter()
                .map(|item| element("li", blocks(&item.blocks), [("task", json!(item.task))]))
                .collect();
            match start {
                None => element("ul", items, []),
                Some(start) => element("ol", items, [("start", json!(start))]),
            }
        }
        Node::CodeBlock { text, lang } => {
            element("pre", Vec::new(), [("text", json!(text)), ("lang", json!(lang))])
        }
        Node::Table { align, rows } => {
            let align: Vec<Value> = align.iter().map(|align| json!(align_name(*align))).collect();
            element("table", rows.iter().map(row).collect(), [("align", Value::Array(align))])
        }
        Node::Rule => element("hr", Vec::new(), []),
        Node::Html(text) => element("html", Vec::new(), [("text", json!(text))]),
        Node::Notes(notes) => {
            let notes = notes
                .iter()
                .map(|note| {
                    let attributes = [
                        ("n", json!(note.number)),
                        ("id", json!(note_id(note.number))),
                        ("refs", json!(note.mentions)),
                    ];
                    element("fn", blocks(&note.blocks), attributes)
                })
                .collect();
            element("footnotes", notes, [])
        }
    }
}

/// Blocks; the text of an item of a tight list stands among them without a paragraph.
#[must_use]
pub fn blocks(nodes: &[Node]) -> Vec<Value> {
    let mut out = Vec::with_capacity(nodes.len());
    for one in nodes {
        match one {
            Node::Plain(text) => out.extend(inlines(text)),
            _ => out.push(node(one)),
        }
    }
    out
}

/// Running text.
#[must_use]
pub fn inlines(text: &[Inline]) -> Vec<Value> {
    let mut out: Vec<Value> = Vec::with_capacity(text.len());
    for inline in text {
        let value = self::inline(inline);
        match (out.last_mut(), value) {
            (Some(Value::String(before)), Value::String(more)) => before.push_str(&more),
            (_, value) => out.push(value),
        }
    }
    out
}

fn inline(inline: &Inline) -> Value {
    match inline {
        Inline::Text(text) => json!(text),
        Inline::SoftBreak => json!("\n"),
        Inline::Emphasis(text) => element("em", inlines(text), []),
        Inline::Strong(text) => element("strong", inlines(text), []),
        Inline::Deleted(text) => element("del", inlines(text), []),
        Inline::Code(text) => element("code", vec![json!(text)], []),
        Inline::Break => element("br", Vec::new(), []),
        Inline::Link { href, kind, text, .. } => {
            let kind = match kind {
                LinkKind::Web => "web",
                LinkKind::Article => "article",
                LinkKind::Anchor => "anchor",
                LinkKind::Refused => "refused",
            };
            element("a", inlines(text), [("href", json!(href)), ("k", json!(kind))])
        }
        Inline::Image(picture) => image("img", picture),
        Inline::NoteRef { number, mention } => {
            element("fnref", Vec::new(), [("n", json!(number)), ("id", json!(mention_id(*number, *mention)))])
        }
        Inline::Html(text) => element("html", Vec::new(), [("text", json!(text))]),
    }
}

fn image(tag: &str, image: &Image) -> Value {
    let kind = match image.kind {
        ImageKind::Desk => "desk",
        ImageKind::Remote => "remote",
        ImageKind::Refused => "refused",
    };
    element(tag, Vec::new(), [("src", json!(image.src)), ("alt", json!(image.alt)), ("k", json!(kind))])
}

fn row(row: &Row) -> Value {
    let cells = row.cells.iter().map(|cell| element("td", inlines(cell), [])).collect();
    element("tr", cells, [("head", json!(row.head))])
}

fn align_name(align: Align) -> Option<&'static str> {
    match align {
        Align::None => None,
        Align::Left => Some("left"),
        Align::Center => Some("center"),
        Align::Right => Some("right"),
    }
}

/// Id of a note.
#[must_use]
pub fn note_id(number: u32) -> String {
    format!("c-fn-{number}")
}

/// Id of the mention of a note.
#[must_use]
pub fn mention_id(number: u32, mention: u32) -> String {
    if mention <= 1 { format!("c-fnref-{number}") } else { format!("c-fnref-{number}-{mention}") }
}

fn element<const N: usize>(tag: &str, children: Vec<Value>, attributes: [(&str, Value); N]) -> Value {
    let mut map = Map::new();
    map.insert("t".into(), json!(tag));
    for (name, value) in attributes {
        map.insert(name.into(), value);
    }
    if !children.is_empty() {
        map.insert("c".into(), Value::Array(children));
    }
    Value::Object(map)
}
