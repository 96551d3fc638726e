//! One change put back: the edits of the newer text that give a passage its old words again.

use std::ops::Range;

use super::{Change, Diff, Fate, Kind, Mark, Piece};

/// A range of the newer text, in bytes, and what comes in its place.
pub type Splice = (Range<usize>, String);

/// The edits of `new` after which the change with this number is not there any more; in order, apart from each other.
/// `None` for a field of the furniture, whose value is set as a whole, and for a number that names no change.
/// `diff` is what [`diff`](super::diff) said of these two texts.
#[must_use]
pub fn put_back(old: &str, new: &str, diff: &Diff, number: usize) -> Option<Vec<Splice>> {
    let change = diff.changes.get(number).filter(|change| change.field.is_none())?;
    let (was, is) = (old.get(change.old.clone())?, new.get(change.new.clone())?);
    match change.kind {
        Kind::Move => moved(old, new, diff, change, number),
        Kind::Insert if is_block(new, &change.new) => Some(vec![(with_gap(new, &change.new), String::new())]),
        Kind::Delete if is_block(old, &change.old) && is_line_start(new, change.new.start) => {
            Some(vec![inserted(old, &change.old, was, new, change.new.start)])
        }
        _ => Some(vec![(change.new.start..change.new.start + is.len(), was.to_owned())]),
    }
}

/// A block goes back, as it reads now, to where it stood: before the first one after it that is still there.
fn moved(old: &str, new: &str, diff: &Diff, change: &Change, number: usize) -> Option<Vec<Splice>> {
    if let Some(place) = left_from(diff, number) {
        return sentence(old, new, change, place);
    }
    let left = diff.rows.iter().position(|row| row.change == Some(number) && row.fate == Fate::MovedFrom)?;
    let next = diff.rows[left..].iter().find_map(|row| row.new.as_ref()?.first().map(|piece| &piece.range));
    let place = next.map_or(new.len(), |range| line_start(new, range.start));
    let gone = with_gap(new, &change.new);
    let back = inserted(old, &change.old, &new[change.new.clone()], new, place);
    if gone.start < place && place < gone.end {
        return None;
    }
    let mut both = vec![(gone, String::new()), back];
    both.sort_by_key(|(range, _)| range.start);
    Some(both)
}

/// Where, in the newer text, a moved sentence was: after what stands before it in its row.
fn left_from(diff: &Diff, number: usize) -> Option<usize> {
    let is_left = |piece: &Piece| piece.change == Some(number) && piece.mark == Mark::Delete;
    let row = diff.rows.iter().find(|row| row.inline.iter().any(is_left))?;
    let at = row.inline.iter().position(is_left)?;
    let stands = |piece: &&Piece| piece.mark != Mark::Delete;
    let before = row.inline[..at].iter().rfind(stands).map(|piece| piece.range.end);
    before.or_else(|| row.inline[at..].iter().find(stands).map(|piece| piece.range.start))
}

/// A sentence goes back as it reads now: what was edited in it are changes of their own.
fn sentence(old: &str, new: &str, change: &Change, place: usize) -> Option<Vec<Splice>> {
    let (was, is) = (&old[change.old.clone()], new[change.new.clone()].trim());
    let words = was.trim();
    let start = was.len() - was.trim_start().len();
    if change.new.start < place && place < change.new.end {
        return None;
    }
    let back = format!("{}{is}{}", &was[..start], &was[start + words.len()..]);
    let mut both = vec![(change.new.clone(), String::new()), (place..place, back)];
    both.sort_by_key(|(range, _)| (range.start, range.end));
    Some(both)
}

fn line_start(text: &str, at: usize) -> usize {
    text[..at].rfind('\n').map_or(0, |line| line + 1)
}

fn is_line_start(text: &str, at: usize) -> bool {
    at == line_start(text, at) || at == text.len()
}

/// Whether a range is whole lines.
fn is_block(text: &str, range: &Range<usize>) -> bool {
    let end =
        text[range.end..].starts_with('\n') || range.end == text.len() || text[range.clone()].ends_with('\n');
    is_line_start(text, range.start) && end
}

/// A block with the line ends that part it from the next one, or, of the last one, from the one before.
fn with_gap(text: &str, block: &Range<usize>) -> Range<usize> {
    let after = text[block.end..].len() - text[block.end..].trim_start_matches('\n').len();
    if block.end + after < text.len() {
        return block.start..block.end + after;
    }
    let before = text[..block.start].len() - text[..block.start].trim_end_matches('\n').len();
    block.start - before..block.end
}

/// The words of a block of the old text put into the new one at the start of a line, parted from its neighbours as the
/// block was.
fn inserted(old: &str, block: &Range<usize>, words: &str, new: &str, place: usize) -> Splice {
    let ends = |text: &str| text.len() - text.trim_start_matches('\n').len();
    let gap = ends(&old[block.end..]);
    if place < new.len() {
        // The last block of the old text has no next one: a blank line parts it from what follows now.
        let gap = if block.end + gap < old.len() { gap } else { 2 };
        return (place..place, format!("{words}{}", "\n".repeat(gap)));
    }
    let body = new.trim_end_matches('\n');
    if body.is_empty() {
        return (0..new.len(), format!("{words}{}", &old[block.end..block.end + gap]));
    }
    let before = old[..block.start].len() - old[..block.start].trim_end_matches('\n').len();
    (body.len()..new.len(), format!("{}{words}{}", "\n".repeat(before.max(1)), &new[body.len()..]))
}
