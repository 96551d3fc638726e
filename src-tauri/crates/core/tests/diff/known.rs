//! Known edits of the sample articles come back: each at its place, none in two.

use std::ops::Range;
use std::path::Path;

use copydesk_core::diff::{Change, Kind, Language, diff};

/// The same numbers each time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides.max(1)
    }
}

#[derive(Clone, Copy, Debug, PartialEq)]
enum Edit {
    Replace,
    Insert,
    Delete,
    Sentence,
    Move,
    Split,
    Join,
    Case,
    Punctuation,
    /// A sentence stands elsewhere in its paragraph.
    Within,
    /// The same, with another word in it.
    WithinEdited,
    /// A sentence ends the next paragraph.
    Away,
}

const EDITS: [Edit; 12] = [
    Edit::Replace,
    Edit::Insert,
    Edit::Delete,
    Edit::Sentence,
    Edit::Move,
    Edit::Split,
    Edit::Join,
    Edit::Case,
    Edit::Punctuation,
    Edit::Within,
    Edit::WithinEdited,
    Edit::Away,
];

/// What was done to a paragraph: bytes of it, and what came instead.
struct Known {
    edit: Edit,
    paragraph: usize,
    old: Range<usize>,
    new: String,
}

fn articles(folder: &Path, into: &mut Vec<String>) {
    let mut entries: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    entries.sort();
    for path in entries {
        if path.is_dir() {
            articles(&path, into);
        } else if path.extension().is_some_and(|ending| ending == "md") {
            into.push(std::fs::read_to_string(path).unwrap());
        }
    }
}

/// Words of a paragraph that stand between blanks, without marks: their bytes.
fn words(paragraph: &str) -> Vec<Range<usize>> {
    let mut words = Vec::new();
    let mut at = 0;
    for word in paragraph.split(' ') {
        if word.chars().count() > 1 && word.chars().all(char::is_alphabetic) {
            words.push(at..at + word.len());
        }
        at += word.len() + 1;
    }
    words
}

/// A row of words that follow each other.
fn row(paragraph: &str, dice: &mut Dice, most: usize) -> Option<Range<usize>> {
    let words = words(paragraph);
    if words.is_empty() {
        return None;
    }
    let first = dice.roll(words.len());
    let mut last = first;
    for _ in 0..dice.roll(most) {
        if words.get(last + 1).is_some_and(|next| next.start == words[last].end + 1) {
            last += 1;
        }
    }
    Some(words[first].start..words[last].end)
}

/// Where a sentence ends within a paragraph: after the point.
fn ends(paragraph: &str) -> Vec<usize> {
    let mut ends = Vec::new();
    for (at, _) in paragraph.match_indices(". ") {
        let before = paragraph[..at].rsplit(' ').next().unwrap_or_default();
        let next = paragraph[at + 2..].chars().next();
        if before.chars().count() > 3
            && before.chars().all(char::is_alphabetic)
            && next.is_some_and(char::is_uppercase)
        {
            ends.push(at + 1);
        }
    }
    ends
}

/// A paragraph with a sentence of it elsewhere: the sentence, how it reads there, and the paragraph.
fn within(text: &str, dice: &mut Dice, other: Option<&str>) -> Option<(Range<usize>, String, String)> {
    let sentences = sentences(text);
    let from = dice.roll(sentences.len());
    let to = dice.roll(sentences.len());
    let sentence = sentences.get(from)?.clone();
    let len = |range: &Range<usize>| words(&text[range.clone()]).len();
    let between = &sentences[from.min(to)..=from.max(to)];
    // What it went past is longer: else that would be what moved.
    let past: usize = between.iter().map(len).sum::<usize>() - len(&sentence);
    if from == to || len(&sentence) < 7 || 3 * past < 4 * len(&sentence) {
        return None;
    }
    let mut new = text[sentence.clone()].to_owned();
    if let Some(other) = other {
        let word = words(&new).get(3)?.clone();
        new.replace_range(word, other);
    }
    let mut order: Vec<&str> = sentences.iter().map(|range| &text[range.clone()]).collect();
    order.remove(from);
    order.insert(to, &new);
    let paragraph = order.join(" ");
    Some((sentence, new, paragraph))
}

/// The sentences of a paragraph that ends with a point.
fn sentences(text: &str) -> Vec<Range<usize>> {
    if !text.ends_with('.') {
        return Vec::new();
    }
    let mut start = 0;
    let mut found = Vec::new();
    for end in ends(text).into_iter().chain([text.len()]) {
        found.push(start..end);
        start = end + 1;
    }
    found
}

/// A sentence, and the paragraph without it.
fn away(text: &str, dice: &mut Dice) -> Option<(Range<usize>, String)> {
    let sentences = sentences(text);
    let from = dice.roll(sentences.len());
    let sentence = sentences.get(from)?.clone();
    if sentences.len() < 3 || words(&text[sentence.clone()]).len() < 5 {
        return None;
    }
    let mut order: Vec<&str> = sentences.iter().map(|range| &text[range.clone()]).collect();
    order.remove(from);
    Some((sentence, order.join(" ")))
}

fn edit(
    kind: Edit,
    text: &str,
    next: Option<&str>,
    dice: &mut Dice,
    strange: &[String],
) -> Option<(Range<usize>, String)> {
    let some = |dice: &mut Dice| {
        let count = 1 + dice.roll(3);
        (0..count).map(|_| strange[dice.roll(strange.len())].clone()).collect::<Vec<_>>().join(" ")
    };
    match kind {
        Edit::Replace => {
            let old = row(text, dice, 5)?;
            // Words in a row from elsewhere, so that small words may be in both.
            let first = dice.roll(strange.len() - 5);
            let new = strange[first..=first + dice.roll(4)].join(" ");
            let (mut gone, mut come) = (text[old.clone()].split(' '), new.split(' '));
            let same_edge =
                gone.clone().next() == come.clone().next() || gone.next_back() == come.next_back();
            (!same_edge).then_some((old, new))
        }
        Edit::Insert => {
            let after = row(text, dice, 1)?.end;
            Some((after..after, format!(" {}", some(dice))))
        }
        Edit::Delete => {
            let old = row(text, dice, 4)?;
            (old.end < text.len() && text.as_bytes()[old.end] == b' ')
                .then(|| (old.start..old.end + 1, String::new()))
        }
        Edit::Sentence => {
            let ends = ends(text);
            let end = *ends.get(dice.roll(ends.len()))?;
            if dice.roll(2) == 0 {
                return Some((end..end, format!(" Puis {} {}.", some(dice), some(dice))));
            }
            let start = ends.iter().rev().find(|&&other| other < end).map_or(0, |start| start + 1);
            Some((start..end + 1, String::new()))
        }
        Edit::Move => Some((0..text.len(), text.to_owned())),
        Edit::Split => {
            let ends = ends(text);
            let end = *ends.get(dice.roll(ends.len()))?;
            Some((end..end + 1, "\n\n".to_owned()))
        }
        Edit::Join => next.map(|next| (0..text.len() + 2 + next.len(), format!("{text} {next}"))),
        Edit::Within | Edit::WithinEdited | Edit::Away => None,
        Edit::Case => {
            let words = words(text);
            let word = words.get(dice.roll(words.len()))?.clone();
            let first = text[word.clone()].chars().next()?;
            let turned: String = if first.is_uppercase() {
                first.to_lowercase().collect()
            } else {
                first.to_uppercase().collect()
            };
            let new = format!("{turned}{}", &text[word.start + first.len_utf8()..word.end]);
            (new != text[word.clone()]).then_some((word, new))
        }
        Edit::Punctuation => {
            let places: Vec<usize> = text.match_indices(", ").map(|(at, _)| at).collect();
            let at = *places.get(dice.roll(places.len()))?;
            Some((at..at + 1, if dice.roll(2) == 0 { " –" } else { "" }.to_owned()))
        }
    }
}

/// A paragraph of plain prose.
fn is_prose(text: &str) -> bool {
    text.chars().next().is_some_and(|c| c.is_alphabetic() || c == '«')
        && text.split(' ').count() >= 12
        && !text.contains(['\n', '|'])
}

fn apply(
    paragraphs: &[&str],
    dice: &mut Dice,
    strange: &[String],
    turn: usize,
) -> Option<(String, Vec<Known>)> {
    let prose: Vec<usize> = (1..paragraphs.len()).filter(|&at| is_prose(paragraphs[at])).collect();
    let mut texts: Vec<Option<String>> = paragraphs.iter().map(|text| Some((*text).to_owned())).collect();
    let mut known: Vec<Known> = Vec::new();
    let mut moved = None;
    // Every third paragraph, so that what is joined or moved has neighbours that are not edited.
    for (place, &at) in prose.iter().enumerate().filter(|(place, _)| place % 3 == turn % 3) {
        let kind = EDITS[(dice.roll(EDITS.len()) + place) % EDITS.len()];
        if kind == Edit::Move && (moved.is_some() || paragraphs.len() < 6) {
            continue;
        }
        let next = prose.contains(&(at + 1)).then(|| paragraphs[at + 1]);
        if let Edit::Within | Edit::WithinEdited = kind {
            let other = strange[dice.roll(strange.len())].as_str();
            let other = (kind == Edit::WithinEdited).then_some(other);
            let Some((old, new, paragraph)) = within(paragraphs[at], dice, other) else { continue };
            texts[at] = Some(paragraph);
            known.push(Known { edit: kind, paragraph: at, old, new });
            continue;
        }
        if kind == Edit::Away {
            let Some(next) = next else { continue };
            let Some((old, paragraph)) = away(paragraphs[at], dice) else { continue };
            let new = paragraphs[at][old.clone()].to_owned();
            texts[at] = Some(paragraph);
            texts[at + 1] = Some(format!("{next} {new}"));
            known.push(Known { edit: kind, paragraph: at, old, new });
            continue;
        }
        let Some((old, new)) = edit(kind, paragraphs[at], next, dice, strange) else { continue };
        match kind {
            Edit::Move => moved = Some(at),
            Edit::Join => {
                texts[at] = Some(new.clone());
                texts[at + 1] = None;
            }
            _ => {
                let mut text = paragraphs[at].to_owned();
                text.replace_range(old.clone(), &new);
                texts[at] = Some(text);
            }
        }
        known.push(Known { edit: kind, paragraph: at, old, new });
    }
    if let Some(at) = moved {
        let text = texts.remove(at);
        let far = (at + texts.len() / 2) % texts.len();
        // Not before the front matter.
        texts.insert(far.max(1), text);
        if far.max(1).abs_diff(at) < 2 {
            return None;
        }
    }
    Some((texts.into_iter().flatten().collect::<Vec<_>>().join("\n\n"), known))
}

/// Whether a change says what was done.
fn says(known: &Known, at: usize, found: &[&Change], old: &str, new: &str) -> bool {
    let expected = at + known.old.start..at + known.old.end;
    let moves = |change: &Change| {
        change.kind == Kind::Move
            && old[change.old.clone()].trim() == &old[expected.clone()]
            && new[change.new.clone()].trim() == known.new
    };
    if known.edit == Edit::WithinEdited {
        let [one, two] = found else { return false };
        let inner = |change: &Change| {
            change.kind == Kind::Replace
                && expected.start <= change.old.start
                && change.old.end <= expected.end
                && change.old.len() < 40
        };
        return moves(one) && inner(two) || moves(two) && inner(one);
    }
    let [change] = found else { return false };
    let (gone, come) = (&old[change.old.clone()], &new[change.new.clone()]);
    // Beside a word that was put in or taken out twice over, either place is the place.
    let near = change.old.start <= expected.end + 12 && expected.start <= change.old.end + 12;
    let about = |found: &str, wanted: usize| found.trim().len() <= wanted + 14;
    match known.edit {
        Edit::Move => change.kind == Kind::Move && change.old == expected && come == known.new,
        Edit::Within | Edit::WithinEdited | Edit::Away => moves(change),
        Edit::Split => change.kind == Kind::Split && change.old.contains(&expected.start),
        Edit::Join => change.kind == Kind::Join && change.old == expected && come == known.new,
        Edit::Case => change.kind == Kind::Replace && change.old == expected && come == known.new,
        Edit::Insert => change.kind == Kind::Insert && near && come.trim() == known.new.trim(),
        Edit::Sentence if !known.new.is_empty() => {
            change.kind == Kind::Insert && near && come.trim() == known.new.trim()
        }
        Edit::Sentence | Edit::Delete => {
            change.kind == Kind::Delete && near && gone.trim().len() == known.old.len() - 1
        }
        Edit::Replace => {
            change.kind == Kind::Replace
                && change.old.start <= expected.start
                && change.old.end >= expected.end
                && come.contains(&known.new)
                && about(gone, known.old.len())
        }
        Edit::Punctuation => near && about(gone, 1) && about(come, known.new.len()),
    }
}

/// The sample articles, and words of them to put into others.
fn samples() -> (Vec<String>, Vec<String>) {
    let mut all = Vec::new();
    articles(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../articles"), &mut all);
    let strange = all
        .iter()
        .flat_map(|text| text.split_whitespace())
        .filter(|word| word.chars().all(char::is_alphabetic))
        .map(str::to_owned)
        .collect();
    (all, strange)
}

/// The sample articles beside edited ones, so many turns of them.
pub(super) fn edited_articles(turns: usize) -> Vec<(String, String)> {
    let (all, strange) = samples();
    let mut dice = Dice(11);
    let mut pairs = Vec::new();
    for turn in 0..turns {
        for text in &all {
            let paragraphs: Vec<&str> = text.split("\n\n").collect();
            let edited = apply(&paragraphs, &mut dice, &strange, turn);
            pairs.extend(edited.map(|(edited, _)| (text.clone(), edited)));
        }
    }
    pairs
}

#[test]
fn known_edits_come_back_at_their_place_and_whole() {
    let (all, strange) = samples();
    let mut dice = Dice(7);
    let (mut right, mut torn, mut count) = ([0; EDITS.len()], 0, [0; EDITS.len()]);
    for turn in 0..240 {
        for text in &all {
            let paragraphs: Vec<&str> = text.split("\n\n").collect();
            let Some((edited, known)) = apply(&paragraphs, &mut dice, &strange, turn) else { continue };
            let found = diff(text, &edited, Language::Unknown);
            for one in &known {
                let start: usize = paragraphs[..one.paragraph].iter().map(|text| text.len() + 2).sum();
                let len =
                    if one.edit == Edit::Join { one.old.len() } else { paragraphs[one.paragraph].len() };
                let here = |change: &&Change| change.old.start <= start + len && change.old.end >= start;
                let inside: Vec<&Change> = found
                    .changes
                    .iter()
                    .filter(here)
                    .filter(|change| change.old.start < start + len || change.old.end > start)
                    .collect();
                let place = EDITS.iter().position(|edit| *edit == one.edit).unwrap();
                count[place] += 1;
                if says(one, start, &inside, text, &edited) {
                    right[place] += 1;
                } else {
                    torn += usize::from(inside.len() > 1);
                    let said: Vec<_> = inside
                        .iter()
                        .map(|change| (change.kind, &text[change.old.clone()], &edited[change.new.clone()]))
                        .collect();
                    println!(
                        "{:?} {:?} -> {:?}: {said:?}",
                        one.edit,
                        paragraphs[one.paragraph].get(one.old.clone()),
                        one.new
                    );
                }
            }
        }
    }
    let (all_right, all_count): (usize, usize) = (right.iter().sum(), count.iter().sum());
    for (edit, (right, count)) in EDITS.iter().zip(right.iter().zip(&count)) {
        println!("{edit:?}: {right} of {count}");
    }
    println!("{all_right} of {all_count} known edits are reported at their place, {torn} torn");
    assert!(all_count >= 1000, "{all_count}");
    assert!(count.iter().all(|&count| count >= 40), "{count:?}");
    assert!(1000 * all_right >= 995 * all_count, "{all_right} of {all_count}");
}
