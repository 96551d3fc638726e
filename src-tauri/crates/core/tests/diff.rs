//! The prose diff: it says what changed, whole words, and nothing that did not change.

use std::ops::Range;

use copydesk_core::diff::{Change, Diff, Kind, Language, Mark, Piece, class_of, diff, script};
use proptest::prelude::*;

#[path = "diff/back.rs"]
mod back;
#[path = "diff/known.rs"]
mod known;

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
    assert_eq!(found.script, script(old, new));
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
    #![proptest_config(ProptestConfig { cases: 1000, failure_persistence: None, ..ProptestConfig::default() })]

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

/// `{old=>new}` in a text, as two texts; the escapes of Rust for what one does not see.
fn two(marked: &str) -> (String, String) {
    let marked = marked.replace("\\u{a0}", "\u{a0}").replace("\\u{202f}", "\u{202f}").replace("\\n", "\n");
    let (mut old, mut new) = (String::new(), String::new());
    let mut rest = marked.as_str();
    while let Some((before, after)) = rest.split_once('{') {
        let (gone, after) = after.split_once("=>").expect("an arrow");
        let (come, after) = after.split_once('}').expect("a closing brace");
        old.extend([before, gone]);
        new.extend([before, come]);
        rest = after;
    }
    (old + rest, new + rest)
}

/// How many classes of a file of labelled edits are right within the article, how many by themselves, and of how many.
fn right(edits: &str) -> [usize; 3] {
    let (mut right, mut alone, mut all) = (0, 0, 0);
    for line in edits.lines().filter(|line| !line.starts_with('#') && !line.is_empty()) {
        let mut parts = line.splitn(3, ' ');
        let (class, language) = (parts.next().unwrap(), parts.next().unwrap());
        let (old, new) = two(parts.next().unwrap());
        let field = ["title: ", "standfirst: ", "kicker: ", "section: ", "stage: ", "slug: "]
            .iter()
            .any(|key| old.starts_with(key));
        let article = |text: &str| {
            if field {
                format!("---\nlang: {language}\n{text}\n---\nUn texte.\n")
            } else {
                format!("---\nlang: {language}\n---\n{text}\n")
            }
        };
        let found = hold(&article(&old), &article(&new));
        let got = found.changes[0].class.name();
        all += 1;
        if got == class {
            right += 1;
        } else {
            println!("{class} but {got}: {line}");
        }
        if !field {
            let start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
            let start =
                (0..=start).rev().find(|&at| old.is_char_boundary(at) && new.is_char_boundary(at)).unwrap();
            let got = class_of(&old, start..old.len(), &new[start..]).name();
            alone += usize::from(got == class);
            if got != class {
                println!("by itself {class} but {got}: {line}");
            }
        } else {
            alone += 1;
        }
    }
    println!("{right} of {all} classes are right, {alone} of {all} by themselves");
    [right, alone, all]
}

#[test]
fn classes_are_those_that_an_editor_gives() {
    let [right, alone, all] = right(include_str!("diff/classes.txt"));
    assert!(all >= 200);
    assert!(100 * right >= 97 * all, "{right} of {all}");
    assert!(100 * alone >= 97 * all, "{alone} of {all} by themselves");
}

#[test]
fn classes_of_edits_that_were_held_out() {
    let unseen = [include_str!("diff/unseen.txt"), include_str!("diff/unseen2.txt")].join("\n");
    let [right, alone, all] = right(&unseen);
    assert!(all >= 180);
    assert!(100 * right >= 95 * all, "{right} of {all}");
    assert!(100 * alone >= 95 * all, "{alone} of {all} by themselves");
}

#[test]
fn one_replacement_in_a_line_without_end_has_its_class() {
    let body = "Un pont à 40 millions, selon Élise Faure. ".repeat(500);
    let at = body[..body.floor_char_boundary(body.len() / 2)].rfind(". ").map_or(0, |at| at + 2);
    let amount = at + body[at..].find("40").unwrap();
    assert_eq!(class_of(&body, amount..amount + 2, "45").name(), "figure");
    assert_eq!(class_of(&body, 0..body.len(), "").name(), "figure");
    assert_eq!(class_of(&body, amount + 3..amount + 3, "petits ").name(), "words");
    assert_eq!(class_of(&body, body.len() + 1..body.len() + 2, "x").name(), "words");
}

/// A change as one line.
fn line(change: &Change, old: &str, new: &str) -> String {
    let field = change.field.as_ref().map(|field| format!(" [{field}]")).unwrap_or_default();
    let part = |text: &str| if text.is_empty() { "nothing".to_owned() } else { format!("{text:?}") };
    let (gone, come) = (part(&old[change.old.clone()]), part(&new[change.new.clone()]));
    format!("{} {}{field}: {gone} -> {come}", change.class.name(), change.kind.name())
}

/// The cases are written anew, to be read before they are kept, with `COPYDESK_BLESS=1`.
#[test]
fn cases() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/diff/cases.txt");
    let cases = std::fs::read_to_string(path).unwrap();
    let mut written = String::new();
    for case in cases.split("=== ").filter(|case| !case.is_empty()) {
        let (name, rest) = case.split_once('\n').unwrap();
        let (old, rest) = rest.split_once("--- new\n").unwrap();
        let (new, _) = rest.split_once("--- changes\n").unwrap();
        let found = hold(old, new);
        written.push_str(&format!("=== {name}\n{old}--- new\n{new}--- changes\n"));
        for change in &found.changes {
            written.push_str(&line(change, old, new));
            written.push('\n');
        }
    }
    if std::env::var_os("COPYDESK_BLESS").is_some() {
        std::fs::write(path, &written).unwrap();
    } else {
        assert_eq!(written, cases);
    }
}
