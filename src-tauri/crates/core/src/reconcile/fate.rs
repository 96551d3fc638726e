//! What the other side did to what one side moved.

use std::ops::Range;

use super::edit::{Changes, Edit, hull};
use super::moves::Move;

/// What the other side did to what one side moved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Fate {
    /// Nothing.
    Left,
    /// It edited inside: its edits with these numbers go to the new place.
    Edited(Range<usize>),
    /// It deleted all of it.
    Deleted,
    /// It moved the same.
    Moved {
        /// And to the same place.
        same_place: bool,
    },
    /// Something that cannot be carried to the new place.
    Tangled,
}

/// A move and its fate.
#[derive(Debug)]
pub(super) struct Placed {
    pub fate: Fate,
    /// The elements of the base that stay in one hunk, if some of them get into one.
    pub whole: Range<usize>,
}

/// The fates of one side's moves.
pub(super) fn placed(changes: &Changes, other: &Changes) -> Vec<Placed> {
    let (mine, theirs) = (ends(changes), ends(other));
    let fate = |(block, ends): (&Move, &Ends)| {
        let touching = other.touching(&ends.source);
        let edits = &other.edits[touching.clone()];
        let twin = edits.iter().flat_map(|edit| &edit.away).next();
        if let Some(&twin) = twin {
            let same = other.moves[twin].old == block.old && ends.pure && theirs[twin].pure;
            let target = &theirs[twin].target;
            let whole = hull(&ends.target, target);
            return if same {
                Placed { fate: Fate::Moved { same_place: ends.target == *target }, whole }
            } else {
                Placed { fate: Fate::Tangled, whole: hull(&ends.source, &whole) }
            };
        }
        let fate = match edits {
            [] => Fate::Left,
            edits if ends.pure => touched(block, edits, touching.start),
            _ => Fate::Tangled,
        };
        Placed { fate, whole: hull(&ends.source, &ends.target) }
    };
    changes.moves.iter().zip(&mine).map(fate).collect()
}

/// The fate of a move that the other side's `edits`, numbered from `first`, touch.
fn touched(block: &Move, edits: &[Edit], first: usize) -> Fate {
    let row = block.old_row();
    let inside = |edit: &Edit| row.start <= edit.range.start && edit.range.end <= row.end;
    let gone = |at: usize| edits.iter().any(|edit| edit.is_blank() && edit.range.contains(&at));
    if row.clone().step_by(2).all(gone) {
        return Fate::Deleted;
    }
    let carried: Vec<usize> = (0..edits.len()).filter(|&number| inside(&edits[number])).collect();
    let stays = edits.iter().filter(|edit| !inside(edit));
    // One of the gaps around went with the move, and the other side may have used that gap, or taken it out with what
    // stood beyond.
    let beyond = |edit: &Edit| edit.range.end <= row.start || row.end <= edit.range.start;
    let only_gaps = stays.clone().all(|edit| beyond(edit) && (edit.range.len() == 1 || edit.is_blank()));
    if !only_gaps || carried.iter().any(|&number| !edits[number].here.is_empty()) {
        return Fate::Tangled;
    }
    match (carried.first(), carried.last()) {
        (Some(start), Some(end)) => Fate::Edited(first + start..first + end + 1),
        _ => Fate::Edited(first..first),
    }
}

/// Where a move begins and ends, in elements of the base.
#[derive(Clone, Debug, Default)]
struct Ends {
    /// The edits that take it away.
    source: Range<usize>,
    /// The edits that bring it.
    target: Range<usize>,
    /// One edit takes away just this, and one gap takes it in.
    pure: bool,
}

fn ends(changes: &Changes) -> Vec<Ends> {
    let mut sources = vec![Vec::new(); changes.moves.len()];
    let mut targets = vec![Vec::new(); changes.moves.len()];
    for edit in &changes.edits {
        edit.away.iter().for_each(|&number| sources[number].push(edit));
        edit.here.iter().for_each(|&number| targets[number].push(edit));
    }
    let over = |edits: &[&Edit]| {
        let ranges = edits.iter().map(|edit| edit.range.clone());
        ranges.reduce(|one, other| hull(&one, &other)).unwrap_or_default()
    };
    let ends = |((block, sources), targets): ((&Move, &Vec<&Edit>), &Vec<&Edit>)| Ends {
        source: over(sources),
        target: over(targets),
        pure: matches!(sources.as_slice(), [edit] if edit.is_blank() && edit.range.len() / 2 == block.old.len())
            && matches!(targets.as_slice(), [edit] if edit.is_insertion()),
    };
    changes.moves.iter().zip(&sources).zip(&targets).map(ends).collect()
}
