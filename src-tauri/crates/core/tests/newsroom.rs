//! The sample newsroom is what it says it is: pieces of several kinds at their length, and a first draft whose faults
//! are all there for the checks to find.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use copydesk_core::article::Article;
use copydesk_core::counts;
use copydesk_core::tree::{Image, ImageKind, Inline, Node};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../articles")
}

fn pieces() -> Vec<Article> {
    let mut found = Vec::new();
    let mut open = vec![root()];
    while let Some(folder) = open.pop() {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                open.push(path);
            } else if path.extension().is_some_and(|end| end == "md") {
                let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
                found.push(Article::read(&std::fs::read_to_string(&path).unwrap(), &name, "fr").unwrap());
            }
        }
    }
    found
}

/// Every image of the body, with whether it is a figure.
fn images(piece: &Article) -> Vec<&Image> {
    fn inlines<'a>(text: &'a [Inline], found: &mut Vec<&'a Image>) {
        for inline in text {
            match inline {
                Inline::Image(image) => found.push(image),
                Inline::Emphasis(text) | Inline::Strong(text) | Inline::Link { text, .. } => {
                    inlines(text, found)
                }
                _ => {}
            }
        }
    }
    let mut found = Vec::new();
    for block in &piece.document.blocks {
        match &block.node {
            Node::Figure { image, .. } => found.push(image),
            Node::Paragraph(text) => inlines(text, &mut found),
            _ => {}
        }
    }
    found
}

fn has(piece: &Article, wanted: impl Fn(&Node) -> bool) -> bool {
    piece.document.blocks.iter().any(|block| wanted(&block.node))
}

#[test]
fn the_pieces_are_of_several_kinds() {
    let pieces = pieces();
    assert!(pieces.len() >= 8);
    let values = |of: fn(&Article) -> &str| pieces.iter().map(of).collect::<BTreeSet<_>>();
    assert!(values(|piece| &piece.furniture.section.value).len() >= 5);
    let stages = values(|piece| &piece.furniture.stage.value);
    for stage in ["draft", "review", "approved", "published", "hold", "spiked", "killed"] {
        assert!(stages.contains(stage), "{stage} in {stages:?}");
    }
    // Besides the welcome, which is there in both languages.
    let pieces_in = |lang: &str| pieces.iter().filter(|piece| piece.lang == lang).count() - 1;
    let english = pieces_in("en");
    assert!(english == 1 && pieces_in("fr") > english);
    assert!(pieces.iter().any(|piece| piece.furniture.kicker.value == "Entretien"));
    let with = |wanted: fn(&Node) -> bool| pieces.iter().filter(|piece| has(piece, wanted)).count();
    assert!(with(|node| matches!(node, Node::Table { .. })) >= 3);
    assert!(with(|node| matches!(node, Node::Notes(_))) >= 3);
    assert!(with(|node| matches!(node, Node::Quote { by: Some(_), .. })) >= 5);
    assert!(with(|node| matches!(node, Node::Figure { .. })) >= 5);
}

#[test]
fn every_piece_is_complete_and_at_its_length() {
    for piece in pieces() {
        let (path, furniture) = (&piece.path, &piece.furniture);
        for (key, value) in [
            ("title", &furniture.title.value),
            ("byline", &furniture.byline.value),
            ("section", &furniture.section.value),
            ("slug", &furniture.slug.value),
            ("date", &furniture.date.value),
        ] {
            assert!(!value.is_empty(), "{path} has no {key}");
        }
        for image in images(&piece) {
            assert_eq!(image.kind, ImageKind::Desk, "{path}: {}", image.src);
            assert!(root().join(&image.src).is_file() && image.alt.len() > 20, "{path}: {}", image.src);
        }
        let signes = counts::of_document(&piece.document).signes;
        assert!(signes >= 700, "{path} is short: {signes}");
        if let Ok(length) = furniture.length.value.parse::<u32>() {
            assert!(signes.abs_diff(length) * 10 <= length, "{path}: {signes} signes of {length}");
        }
    }
}

#[test]
fn the_first_draft_has_its_faults() {
    let path = root().join("economie/centres-de-donnees-royaume-uni.md");
    let text = std::fs::read_to_string(path).unwrap();
    let piece = Article::read(&text, "a.md", "fr").unwrap();
    let signes = counts::of_document(&piece.document).signes;
    assert!((3_300..=3_700).contains(&signes), "{signes}");
    let crossheads =
        piece.document.blocks.iter().filter(|block| matches!(block.node, Node::Heading { level: 2, .. }));
    assert_eq!(crossheads.count(), 2);
    let opening = piece.document.blocks.iter().take_while(|block| matches!(block.node, Node::Paragraph(_)));
    assert_eq!(opening.count(), 2);
    for (what, is_there) in [
        ("both apostrophes", text.contains('\'') && text.contains('’')),
        ("a blank after an opening bracket", text.contains("( ")),
        ("plain spaces inside quotation marks", text.contains("« ") && text.contains(" »")),
        ("one name spelt two ways", text.contains("Marla Okonjo") && text.contains("Marla Okonyo")),
        ("a capital that French would not use", text.contains("a indiqué Jeudi")),
        ("amounts in pounds and in euros", text.contains("de livres") && text.contains("d’euros")),
        ("a prime minister quoted", text.contains("a déclaré le premier ministre")),
    ] {
        assert!(is_there, "{what}");
    }
}
