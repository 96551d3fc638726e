//! A change that is put back is gone, and no other with it.

use copydesk_core::diff::{Change, Kind, Language, diff, put_back};

use super::known::edited_articles;

/// The newer text with one change put back.
fn without(old: &str, new: &str, number: usize) -> Option<String> {
    let found = diff(old, new, Language::Unknown);
    let splices = put_back(old, new, &found, number)?;
    let mut text = new.to_owned();
    for (range, words) in splices.into_iter().rev() {
        text.replace_range(range, &words);
    }
    Some(text)
}

/// What a change says, wherever it stands.
fn said(change: &Change, old: &str, new: &str) -> String {
    if change.kind == Kind::Move {
        // How it reads now is for the changes within it to say.
        return format!("Move {:?}", old[change.old.clone()].trim());
    }
    format!("{:?} {:?} {:?}", change.kind, &old[change.old.clone()], &new[change.new.clone()])
}

#[test]
fn each_change_of_an_edited_article_can_be_put_back_alone() {
    let (mut count, mut clean) = (0, 0);
    for (old, new) in edited_articles(60) {
        let found = diff(&old, &new, Language::Unknown);
        let all: Vec<String> = found.changes.iter().map(|change| said(change, &old, &new)).collect();
        for (number, change) in found.changes.iter().enumerate() {
            if change.field.is_some() {
                assert_eq!(put_back(&old, &new, &found, number), None);
                continue;
            }
            let text = without(&old, &new, number).expect("a change of the body");
            let left = diff(&old, &text, Language::Unknown);
            let mut wanted = all.clone();
            wanted.remove(number);
            let mut left: Vec<String> = left.changes.iter().map(|change| said(change, &old, &text)).collect();
            wanted.sort();
            left.sort();
            count += 1;
            if wanted == left {
                clean += 1;
            } else {
                println!("{}\n  wanted {wanted:?}\n  left {left:?}", all[number]);
            }
        }
    }
    println!("{clean} of {count} changes go back alone");
    assert!(count >= 1000, "{count}");
    assert!(1000 * clean >= 995 * count, "{clean} of {count}");
}

#[test]
fn all_changes_put_back_one_after_the_other_give_the_old_text() {
    for (old, mut new) in edited_articles(6) {
        let most = diff(&old, &new, Language::Unknown).changes.len();
        for _ in 0..most {
            if let Some(text) = without(&old, &new, 0) {
                new = text;
            }
        }
        assert_eq!(new, old);
    }
}

#[test]
fn blocks_go_back_with_the_blank_lines_that_part_them() {
    let back = |old: &str, new: &str| without(old, new, 0).expect("a change");
    let three = "Un premier paragraphe.\n\nUn deuxième, du port.\n\nUn troisième pour finir.\n";
    for gone in ["Un premier paragraphe.\n\n", "Un deuxième, du port.\n\n"] {
        assert_eq!(back(three, &three.replace(gone, "")), three);
    }
    let without_last = "Un premier paragraphe.\n\nUn deuxième, du port.\n";
    assert_eq!(back(three, without_last), three);
    assert_eq!(back(without_last, three), without_last);
    assert_eq!(back("Un port.\n", "Un port.\n\nEt ses grues du large.\n"), "Un port.\n");
    assert_eq!(
        back("- un port\n- deux grues\n- trois quais\n", "- un port\n- trois quais\n"),
        "- un port\n- deux grues\n- trois quais\n"
    );
    assert_eq!(back("Tout.\n", ""), "Tout.\n");
    // The line end is nobody’s words.
    assert_eq!(back("", "Tout.\n"), "\n");
    // Without a final line end, which nobody asked for.
    assert_eq!(back("Un port.\n\nDeux grues.", "Un port."), "Un port.\n\nDeux grues.");
}

#[test]
fn a_number_without_a_change_is_nothing() {
    let found = diff("a\n", "b\n", Language::Unknown);
    assert_eq!(put_back("a\n", "b\n", &found, 7), None);
}

#[test]
fn what_was_moved_goes_back_with_the_words_that_were_edited_in_it() {
    let old = "Le port dort sous la pluie froide. Les grues attendent un cargo du nord.\n\nLa capitainerie ouvre à huit heures.\n";
    let new = "Les grues attendent un cargo du nord.\n\nLa capitainerie ouvre à huit heures. Le port dort sous la neige froide.\n";
    let found = diff(old, new, Language::Unknown);
    let number = found.changes.iter().position(|change| change.kind == Kind::Move).expect("a move");
    assert_eq!(without(old, new, number).as_deref(), Some(old.replace("pluie", "neige").as_str()));
    let number = found.changes.iter().position(|change| change.kind == Kind::Replace).expect("a word");
    assert_eq!(without(old, new, number).as_deref(), Some(new.replace("neige", "pluie").as_str()));

    let (one, two, three) =
        ("Le port dort sous la pluie froide.", "Un chien passe.", "La grue attend un cargo.");
    let old = [one, two, three].join("\n\n");
    let new = [two, three, &one.replace("pluie", "neige")].join("\n\n");
    let found = diff(&old, &new, Language::Unknown);
    let number = found.changes.iter().position(|change| change.kind == Kind::Move).expect("a move");
    assert_eq!(without(&old, &new, number), Some(old.replace("pluie", "neige")));
}
