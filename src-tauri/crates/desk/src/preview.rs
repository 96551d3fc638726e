//! From a text to what changed in its preview: one parse, keyed blocks, and only the blocks between the common
//! start and end of the last rendering and this one.

use std::collections::HashMap;

use copydesk_core::blocks;
use copydesk_core::json;
use copydesk_core::markdown::{Context, Parser, TooComplex};

use crate::error::Problem;
use crate::session::Snapshot;
use crate::wire::{self, Lang};

/// The rendering that the window holds.
#[derive(Default)]
pub struct Rendering {
    id: u32,
    keys: Vec<(u64, u32)>,
    parser: Parser,
}

/// Renders a snapshot against the rendering that the window names (`known`, 0 for none).
pub fn render(last: &mut Rendering, snapshot: &Snapshot, known: u32, lang: Lang) -> wire::Preview {
    let (front, body) = if snapshot.raw {
        copydesk_core::front::split(&snapshot.body)
    } else {
        (snapshot.front.as_str(), snapshot.body.as_str())
    };
    // Where the front matter is edited as text, lines of the editor count it too.
    let above = if snapshot.raw {
        let front = snapshot.body.len() - body.len();
        snapshot.body[..front].matches('\n').count()
    } else {
        0
    };
    let context = Context { article_path: snapshot.path.clone() };
    let id = last.id.wrapping_add(1).max(1);
    let document = match last.parser.parse(body, &context) {
        Ok(document) => document,
        Err(reason) => {
            (last.id, last.keys) = (id, Vec::new());
            return wire::Preview {
                version: snapshot.version,
                rendering: id,
                keep_start: 0,
                keep_end: 0,
                blocks: Vec::new(),
                lines: Vec::new(),
                counts: copydesk_core::counts::of_text(body).into(),
                refused: Some(too_complex(&snapshot.path, &reason).wire(lang)),
            };
        }
    };
    let mut seen: HashMap<u64, u32> = HashMap::with_capacity(document.blocks.len());
    let keys: Vec<(u64, u32)> = document
        .blocks
        .iter()
        .map(|block| {
            let nth = seen.entry(block.hash).and_modify(|n| *n += 1).or_insert(0);
            (block.hash, *nth)
        })
        .collect();
    let (keep_start, keep_end) = if known == last.id { blocks::patch(&last.keys, &keys) } else { (0, 0) };
    let changed = keep_start..keys.len() - keep_end;
    let blocks = document.blocks[changed.clone()]
        .iter()
        .zip(&keys[changed])
        .map(|(block, (hash, nth))| wire::Block {
            key: format!("{hash:x}.{nth}"),
            node: json::node(&block.node),
        })
        .collect();
    let preview = wire::Preview {
        version: snapshot.version,
        rendering: id,
        keep_start: to_u32(keep_start),
        keep_end: to_u32(keep_end),
        blocks,
        lines: document.blocks.iter().map(|block| to_u32(block.first_line as usize + above)).collect(),
        counts: copydesk_core::counts::of_body(front, body, document).into(),
        refused: None,
    };
    (last.id, last.keys) = (id, keys);
    preview
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

impl From<copydesk_core::counts::Counts> for wire::Counts {
    fn from(counts: copydesk_core::counts::Counts) -> Self {
        Self { signes: counts.signes, words: counts.words }
    }
}

fn too_complex(path: &str, reason: &TooComplex) -> Problem {
    match reason {
        TooComplex::TooLong => Problem::new(
            "too_long",
            (
                format!("L’aperçu de {path} n’est pas montré : le texte dépasse 2 Mo."),
                "L’article s’écrit et s’enregistre comme les autres.",
            ),
            (
                format!("The preview of {path} is not shown: the text is over 2 MB."),
                "The article can be written and saved like any other.",
            ),
        ),
        _ => Problem::new(
            "too_deep",
            (
                format!("L’aperçu de {path} n’est pas montré : le texte est trop imbriqué."),
                "Réduisez les citations ou les listes emboîtées.",
            ),
            (
                format!("The preview of {path} is not shown: the text is nested too deeply."),
                "Use fewer nested quotations or lists.",
            ),
        ),
    }
}
