//! What showing an image would cost, from its bytes and before anything is decoded. A hundred kilobytes can ask for
//! gigabytes of pixels, and a drawing of two for a thousand million elements.

use std::collections::HashMap;

use roxmltree::{Document, Node, NodeId, ParsingOptions};

use super::Kind;

/// Most pixels of an image, as the exporter of pages has it.
const MOST_PIXELS: usize = 100_000_000;
/// Most elements of a drawing, those that it shows again counted again.
const MOST_ELEMENTS: u64 = 200_000;
/// Deepest nesting of a drawing, through what it shows again too.
const DEEPEST: u32 = 100;

/// Whether an image can be shown. A broken drawing cannot.
#[must_use]
pub fn is_bearable(bytes: &[u8], kind: Kind) -> bool {
    match kind {
        Kind::Svg => drawing(bytes).is_some(),
        // A header that says no size is left to the decoder, which has no more to go by.
        _ => imagesize::blob_size(bytes).map_or(true, |size| {
            size.width.checked_mul(size.height).is_some_and(|pixels| pixels <= MOST_PIXELS)
        }),
    }
}

/// How many elements an element comes to, and how deep they nest.
#[derive(Clone, Copy)]
struct Weight {
    elements: u64,
    depth: u32,
}

/// The weight of a drawing; `None` where it is too much, or not well-formed.
fn drawing(bytes: &[u8]) -> Option<Weight> {
    // Drawings of another encoding have their marks in ASCII all the same.
    let text = String::from_utf8_lossy(bytes);
    if nests_too_deep(&text) {
        return None;
    }
    let nodes_limit = u32::try_from(MOST_ELEMENTS * 4).unwrap_or(u32::MAX);
    let options = ParsingOptions { allow_dtd: true, nodes_limit, ..ParsingOptions::default() };
    let document = Document::parse_with_options(&text, options).ok()?;
    let named = document
        .descendants()
        .filter_map(|node| Some((node.attribute("id")?, node)))
        .collect::<HashMap<&str, Node<'_, '_>>>();
    Scale { named, known: HashMap::new() }.weigh(document.root_element(), 0)
}

/// A count of brackets, so that no parser has to go down first. Comments and texts may only make it larger.
fn nests_too_deep(text: &str) -> bool {
    let mut depth = 0_i64;
    let mut rest = text;
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        let end = rest.find('>').unwrap_or(rest.len());
        match rest.as_bytes().first() {
            Some(b'/') => depth -= 1,
            Some(b'!' | b'?') | None => {}
            Some(_) if rest[..end].ends_with('/') => {}
            Some(_) => depth += 1,
        }
        if depth > i64::from(DEEPEST) {
            return true;
        }
    }
    false
}

struct Scale<'a, 'input> {
    named: HashMap<&'a str, Node<'a, 'input>>,
    /// `None` while an element is weighed: one that holds itself has no weight.
    known: HashMap<NodeId, Option<Weight>>,
}

impl<'a, 'input> Scale<'a, 'input> {
    fn weigh(&mut self, node: Node<'a, 'input>, above: u32) -> Option<Weight> {
        if let Some(known) = self.known.get(&node.id()) {
            return *known;
        }
        if above > DEEPEST {
            return None;
        }
        self.known.insert(node.id(), None);
        let mut weight = Weight { elements: 1, depth: 1 };
        let shown_again: Vec<Node<'a, 'input>> = node
            .attributes()
            .flat_map(|a| names(a.value()))
            .filter_map(|name| self.named.get(name).copied())
            .collect();
        for below in node.children().filter(Node::is_element).chain(shown_again) {
            let more = self.weigh(below, above + 1)?;
            weight.elements += more.elements;
            weight.depth = weight.depth.max(more.depth + 1);
            if weight.elements > MOST_ELEMENTS || weight.depth > DEEPEST {
                return None;
            }
        }
        self.known.insert(node.id(), Some(weight));
        Some(weight)
    }
}

/// The elements that an attribute names: `#a`, or `url(#a)` any number of times.
fn names(value: &str) -> Vec<&str> {
    if let Some(name) = value.trim().strip_prefix('#') {
        return vec![name];
    }
    value
        .split("url(")
        .skip(1)
        .filter_map(|part| part.split_once(')')?.0.trim_matches(['"', '\'', ' ']).strip_prefix('#'))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn svg(inside: &str) -> bool {
        let text = format!(
            "<svg xmlns='http://www.w3.org/2000/svg' xmlns:xlink='http://www.w3.org/1999/xlink'>{inside}</svg>"
        );
        is_bearable(text.as_bytes(), Kind::Svg)
    }

    #[test]
    fn pixels_are_counted_before_they_are_made() {
        let png = |width: u32, height: u32| {
            let mut bytes = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR".to_vec();
            bytes.extend(width.to_be_bytes());
            bytes.extend(height.to_be_bytes());
            bytes.extend([1, 0, 0, 0, 0]);
            is_bearable(&bytes, Kind::Png)
        };
        assert!(png(10_000, 10_000));
        assert!(!png(10_001, 10_000));
        assert!(!png(u32::MAX, u32::MAX));
    }

    #[test]
    fn a_drawing_weighs_what_it_shows_again() {
        assert!(svg("<defs><path id='a'/></defs>"));
        // As programs that draw charts write each letter.
        assert!(svg(&format!("<defs><path id='a'/></defs>{}", "<use xlink:href='#a'/>".repeat(5_000))));
        let doubled = |levels: usize| {
            let level = |n: usize| format!("<g id='a{n}'><use href='#a{0}'/><use href='#a{0}'/></g>", n - 1);
            format!("<g id='a0'/>{}", (1..=levels).map(level).collect::<String>())
        };
        assert!(svg(&doubled(5)));
        assert!(!svg(&doubled(30)));
        assert!(!svg(&doubled(30)
            .replace("<use href='#", "<rect fill='url(#")
            .replace("'/></g>", ")'/></g>")
            .replace("'/><rect", ")'/><rect")));
        assert!(!svg("<g id='a'><use href='#a'/></g>"));
    }

    #[test]
    fn a_drawing_that_is_too_deep_or_no_drawing_is_none() {
        assert!(svg(&format!("{}{}", "<g>".repeat(90), "</g>".repeat(90))));
        assert!(!svg(&format!("{}{}", "<g>".repeat(100_000), "</g>".repeat(100_000))));
        assert!(!svg("<g>"));
        let laughs: String =
            (1..10).map(|n| format!("<!ENTITY a{n} '{}'>", format!("&a{};", n - 1).repeat(10))).collect();
        let text = format!(
            "<!DOCTYPE svg [<!ENTITY a0 'x'>{laughs}]><svg xmlns='http://www.w3.org/2000/svg'><text>&a9;</text></svg>"
        );
        assert!(!is_bearable(text.as_bytes(), Kind::Svg));
        assert!(is_bearable(b"<svg><text>\xe9t\xe9</text></svg>", Kind::Svg));
    }
}
