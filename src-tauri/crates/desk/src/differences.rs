//! How two versions of an article differ, as the window shows it.

use std::ops::Range;

use copydesk_core::diff::{self, Change, Diff, Fate, Kind, Language, Mark, Piece, Row};
use copydesk_core::furniture;
use copydesk_core::ruler::Ruler;

use crate::wire::{
    ChangeKind, ClassCount, DiffChange, DiffRow, DiffRun, DiffSpan, DiffSplice, DiffView, RowMark, RunMark,
    VersionItem,
};

/// A few words beside a change are at most so many bytes.
const NEAR: usize = 32;

/// A version to compare.
pub struct Side {
    /// What it is called.
    pub item: VersionItem,
    /// Its whole text, LF.
    pub text: String,
    /// Hash of its text as it was before it was made comparable.
    pub seen: String,
    /// Where it stands on the screen, if its text is the one there.
    pub on_screen: Option<OnScreen>,
}

/// Where a text stands on the screen.
#[derive(Clone, Copy)]
pub struct OnScreen {
    /// Where its body begins, in bytes.
    pub body: usize,
    /// Version of that body.
    pub version: u32,
}

/// Compares two versions; `language` is that of articles that name none.
#[must_use]
pub fn view(old: &Side, new: &Side, language: Language) -> DiffView {
    let found = diff::diff(&old.text, &new.text, language);
    let rulers =
        [old, new].map(|side| side.on_screen.map(|shown| (shown.body, Ruler::new(&side.text[shown.body..]))));
    let changes = found
        .changes
        .iter()
        .enumerate()
        .map(|(number, change)| {
            let (put_back, value) = match &rulers[1] {
                Some(screen) => back(&found, number, [old, new], screen),
                None => (Vec::new(), None),
            };
            DiffChange { put_back, value, ..self::change(change, [old, new], &rulers) }
        })
        .collect();
    DiffView {
        old: old.item.clone(),
        new: new.item.clone(),
        seen: new.seen.clone(),
        version: new.on_screen.map(|shown| shown.version),
        changes,
        counts: counts(&found),
        rows: found.rows.iter().map(|row| self::row(row, &old.text, &new.text)).collect(),
    }
}

/// What puts a change back: edits of the body on the screen, or the value that a field held.
fn back(
    found: &Diff,
    number: usize,
    [old, new]: [&Side; 2],
    (body, ruler): &(usize, Ruler<'_>),
) -> (Vec<DiffSplice>, Option<String>) {
    if let Some(field) = &found.changes[number].field {
        // A stage is an event with a name and a reason: it is changed where that is asked.
        let known = field != "stage" && furniture::field_of(field) == Some(field);
        return (Vec::new(), known.then(|| furniture::value_of(&old.text, field)));
    }
    let units =
        |byte: usize| ruler.to_units(byte.checked_sub(*body)?).and_then(|unit| u32::try_from(unit).ok());
    let splice = |(range, text): (Range<usize>, String)| {
        Some(DiffSplice { start: units(range.start)?, end: units(range.end)?, text })
    };
    let splices = diff::put_back(&old.text, &new.text, found, number).unwrap_or_default();
    (splices.into_iter().map(splice).collect::<Option<_>>().unwrap_or_default(), None)
}

/// How many changes each class has.
#[must_use]
pub fn counts(found: &Diff) -> Vec<ClassCount> {
    found
        .counts()
        .into_iter()
        .map(|(class, count)| ClassCount {
            class: class.into(),
            count: u32::try_from(count).unwrap_or(u32::MAX),
        })
        .collect()
}

fn change(change: &Change, sides: [&Side; 2], rulers: &[Option<(usize, Ruler<'_>)>; 2]) -> DiffChange {
    let span = |side: usize, range: &Range<usize>| {
        (!range.is_empty()).then(|| {
            let (start, end) = match &rulers[side] {
                Some((body, ruler)) if change.field.is_none() && range.start >= *body => {
                    let units =
                        |byte: usize| ruler.to_units(byte - body).and_then(|unit| u32::try_from(unit).ok());
                    (units(range.start), units(range.end))
                }
                _ => (None, None),
            };
            DiffSpan { text: sides[side].text[range.clone()].to_owned(), start, end }
        })
    };
    // The words beside it are the newer version's, where it is still there.
    let (side, range) = if change.new.is_empty() { (0, &change.old) } else { (1, &change.new) };
    DiffChange {
        class: change.class.into(),
        kind: kind(change.kind),
        field: change.field.clone(),
        old: span(0, &change.old),
        new: span(1, &change.new),
        before: before(&sides[side].text[..range.start]).to_owned(),
        after: after(&sides[side].text[range.end..]).to_owned(),
        put_back: Vec::new(),
        value: None,
    }
}

fn kind(kind: Kind) -> ChangeKind {
    match kind {
        Kind::Insert => ChangeKind::Insert,
        Kind::Delete => ChangeKind::Delete,
        Kind::Replace => ChangeKind::Replace,
        Kind::Move => ChangeKind::Move,
        Kind::Split => ChangeKind::Split,
        Kind::Join => ChangeKind::Join,
        Kind::Format => ChangeKind::Format,
    }
}

/// The last words of a line.
fn before(text: &str) -> &str {
    let line = &text[text.rfind('\n').map_or(0, |at| at + 1)..];
    if line.len() <= NEAR {
        return line;
    }
    let part = &line[line.ceil_char_boundary(line.len() - NEAR)..];
    part.find(' ').map_or(part, |at| &part[at + 1..])
}

/// The first words of a line.
fn after(text: &str) -> &str {
    let line = &text[..text.find('\n').unwrap_or(text.len())];
    if line.len() <= NEAR {
        return line;
    }
    let part = &line[..line.floor_char_boundary(NEAR)];
    part.rfind(' ').map_or(part, |at| &part[..at])
}

fn row(row: &Row, old: &str, new: &str) -> DiffRow {
    let column = |pieces: &[Piece], is_old: bool| -> Vec<DiffRun> {
        pieces
            .iter()
            .map(|piece| {
                let text = if is_old || piece.mark == Mark::Delete { old } else { new };
                run(piece, text)
            })
            .collect()
    };
    DiffRow {
        field: row.field.clone(),
        mark: match row.fate {
            Fate::Kept => RowMark::Kept,
            Fate::Insert => RowMark::Insert,
            Fate::Delete => RowMark::Delete,
            Fate::MovedFrom => RowMark::MovedFrom,
            Fate::MovedTo => RowMark::MovedTo,
            Fate::Split => RowMark::Split,
            Fate::Join => RowMark::Join,
        },
        change: row.change.map(number),
        old: row.old.as_ref().map(|pieces| column(pieces, true)),
        new: row.new.as_ref().map(|pieces| column(pieces, false)),
        // What left from here is in the old text alone.
        inline: column(&row.inline, matches!(row.fate, Fate::MovedFrom | Fate::Delete)),
    }
}

fn run(piece: &Piece, text: &str) -> DiffRun {
    DiffRun {
        text: text[piece.range.clone()].to_owned(),
        mark: match piece.mark {
            Mark::Same => RunMark::Same,
            Mark::Insert => RunMark::Insert,
            Mark::Delete => RunMark::Delete,
            Mark::Format => RunMark::Format,
        },
        change: piece.change.map(number),
    }
}

fn number(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use crate::wire::{ChangeClass, VersionRef};

    use super::*;

    fn side(text: &str, body: Option<usize>) -> Side {
        let on_screen = body.map(|body| OnScreen { body, version: 3 });
        let item = VersionItem {
            version: VersionRef::Disk,
            label: String::new(),
            author: String::new(),
            time: String::new(),
        };
        Side { item, text: text.to_owned(), seen: String::new(), on_screen }
    }

    #[test]
    fn places_are_those_of_the_body_on_the_screen_and_words_stand_beside_a_change() {
        let front = "---\ntitle: Le vieux port\n---\n";
        let old = side(&format!("{front}Un 𝄞 été long, et le pont est resté ouvert toute la nuit.\n"), None);
        let text = format!(
            "{}Un 𝄞 été long, et le pont est resté fermé toute la nuit.\n",
            front.replace("vieux", "nouveau")
        );
        let new = side(&text, Some(front.len() + 2));
        let view = view(&old, &new, Language::Unknown);
        let body = &view.changes[1];
        assert_eq!((body.class, body.kind), (ChangeClass::Words, ChangeKind::Replace));
        assert_eq!(body.old.as_ref().unwrap().start, None);
        let span = body.new.as_ref().unwrap();
        let units: Vec<u16> = text[front.len() + 2..].encode_utf16().collect();
        let here = &units[span.start.unwrap() as usize..span.end.unwrap() as usize];
        assert_eq!(String::from_utf16(here).unwrap(), "fermé");
        assert_eq!(
            (body.before.as_str(), body.after.as_str()),
            ("long, et le pont est resté ", " toute la nuit.")
        );
        let back =
            [DiffSplice { start: span.start.unwrap(), end: span.end.unwrap(), text: "ouvert".to_owned() }];
        assert_eq!((body.put_back.as_slice(), view.version), (back.as_slice(), Some(3)));
        let field = &view.changes[0];
        assert_eq!((field.value.as_deref(), field.put_back.len()), (Some("Le vieux port"), 0));
        assert_eq!((field.field.as_deref(), field.new.as_ref().unwrap().start), (Some("title"), None));
        let counts: Vec<u32> = view.counts.iter().map(|count| count.count).collect();
        assert_eq!(counts, [1, 1]);
        assert_eq!(view.rows.len(), 2);
    }

    #[test]
    fn what_moved_is_shown_with_the_words_of_its_side() {
        let old = side(
            "Le premier parle du port et des grues.\n\nLe deuxième raconte la vie à terre.\n\nLe troisième conclut sur la digue du large.\n",
            None,
        );
        let new = side(
            "Le deuxième raconte la vie en mer.\n\nLe troisième conclut sur la digue du large.\n\nLe premier parle du port et des quais.\n",
            None,
        );
        let view = view(&old, &new, Language::Unknown);
        let all = |runs: &[DiffRun]| runs.iter().map(|run| run.text.as_str()).collect::<String>();
        let from = view.rows.iter().find(|row| row.mark == RowMark::MovedFrom).unwrap();
        assert_eq!(all(&from.inline), "Le premier parle du port et des grues.");
        let to = view.rows.iter().find(|row| row.mark == RowMark::MovedTo).unwrap();
        assert_eq!(all(to.new.as_ref().unwrap()), "Le premier parle du port et des quais.");
        assert_eq!((from.change, to.old.is_none()), (to.change, true));
    }
}
