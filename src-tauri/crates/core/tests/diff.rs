//! The prose diff: it says what changed, whole words, and nothing that did not change.

use std::ops::Range;

use copydesk_core::diff::{Change, Diff, Kind, Language, Mark, Piece, class_of, diff};
use proptest::prelude::*;

fn squash(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

fn flat(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

fn text_of(pieces: &[Piece], text: &str) -> String {
    pieces.iter().map(|piece| &text[piece.range.clone()]).collect()
}

/// What must be true of any difference.
fn hold(old: &str, new: &str) -> Diff {
    let found = diff(old, new, Language::Unknown);
    assert_eq!(found.changes.is_empty(), old == new, "{old:?} {new:?}");
    for change in &found.changes {
        // Slicing panics outside of the text and within characters.
        let (before, after) = (&old[change.old.clone()], &new[change.new.clone()]);
        assert!(!before.is_empty() || !after.is_empty(), "an empty change");
    }
    let edits = |change: &&Change| !matches!(change.kind, Kind::Move | Kind::Split | Kind::Join);
    for side in [|change: &Change| change.old.clone(), |change: &Change| change.new.clone()] {
        let mut ranges: Vec<Range<usize>> = found.changes.iter().filter(edits).map(side).collect();
        ranges.retain(|range| !range.is_empty());
        ranges.sort_by_key(|range| range.start);
        for pair in ranges.windows(2) {
            assert!(pair[0].end <= pair[1].start, "two changes of one place: {pair:?} in {old:?} {new:?}");
        }
    }
    for row in &found.rows {
        for column in row.old.iter().chain(&row.new) {
            for pair in column.windows(2) {
                assert_eq!(pair[0].range.end, pair[1].range.start, "a column has no holes");
            }
        }
        if let (Some(before), Some(after)) = (&row.old, &row.new) {
            // The changes, applied to the old row, give the new one.
            let mut applied = String::new();
            for piece in before {
                match piece.mark {
                    Mark::Same => applied.push_str(&old[piece.range.clone()]),
                    Mark::Format => {
                        let number = piece.change.expect("a marked run has a change");
                        applied.push_str(&new[found.changes[number].new.clone()]);
                    }
                    _ => {}
                }
            }
            let kept: String = after
                .iter()
                .filter(|piece| piece.mark != Mark::Insert)
                .map(|piece| &new[piece.range.clone()])
                .collect();
            assert_eq!(flat(&applied), flat(&kept), "{old:?} {new:?}");
            let inline: String = row
                .inline
                .iter()
                .filter(|piece| piece.mark != Mark::Delete)
                .map(|piece| &new[piece.range.clone()])
                .collect();
            assert_eq!(inline, text_of(after, new));
        }
    }
    // Nothing is left out: the rows are the text.
    if !old.starts_with("---") && !new.starts_with("---") {
        let mut rows: Vec<&Piece> = found.rows.iter().flat_map(|row| row.old.iter().flatten()).collect();
        rows.sort_by_key(|piece| piece.range.start);
        let whole: String = rows.iter().map(|piece| &old[piece.range.clone()]).collect();
        assert_eq!(squash(&whole), squash(old));
        let rows: Vec<Piece> = found.rows.iter().flat_map(|row| row.new.iter().flatten()).cloned().collect();
        assert_eq!(squash(&text_of(&rows, new)), squash(new));
    }
    found
}

fn word() -> impl Strategy<Value = String> {
    prop_oneof![
        6 => "[a-e]{1,3}",
        1 => Just("« oui »".to_owned()),
        1 => Just("**fort**".to_owned()),
        1 => Just("[lien](https://a.b/c)".to_owned()),
        1 => Just("13\u{202f}000".to_owned()),
        1 => Just("fin.".to_owned()),
        1 => Just("é’a,".to_owned()),
    ]
}

fn paragraph() -> impl Strategy<Value = String> {
    (
        prop_oneof![8 => Just(""), 1 => Just("## "), 1 => Just("> "), 1 => Just("- ")],
        prop::collection::vec(word(), 1..12),
    )
        .prop_map(|(head, words)| format!("{head}{}", words.join(" ")))
}

fn article() -> impl Strategy<Value = String> {
    prop::collection::vec(paragraph(), 0..6).prop_map(|blocks| blocks.join("\n\n"))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_two_articles(old in article(), new in article()) {
        hold(&old, &new);
    }

    #[test]
    fn an_article_with_its_blocks_in_another_order(blocks in prop::collection::vec(paragraph(), 1..6), seed in 0usize..720) {
        let mut order: Vec<String> = blocks.clone();
        let len = order.len();
        order.rotate_left(seed % len);
        order.swap(seed / 7 % len, seed / 49 % len);
        hold(&blocks.join("\n\n"), &order.join("\n\n"));
    }

    #[test]
    fn any_text(old in "(---\n)?[ -~\n«»’é€\u{a0}あ\u{301}]{0,80}", new in "(---\n)?[ -~\n«»’é€\u{a0}あ\u{301}]{0,80}") {
        hold(&old, &new);
    }

    #[test]
    fn any_fields(old in "---\n([a-c]: [a-z ]{0,8}\n){0,4}---\n[a-c ]{0,8}", new in "---\n([a-c]: [a-z ]{0,8}\n){0,4}---\n[a-c ]{0,8}") {
        hold(&old, &new);
    }

    #[test]
    fn any_replacement_has_a_class(body in "[ -~\n«é]{0,60}", start in 0usize..80, len in 0usize..20, new in "[ -~\n]{0,10}") {
        let _ = class_of(&body, start..start + len, &new);
    }
}
