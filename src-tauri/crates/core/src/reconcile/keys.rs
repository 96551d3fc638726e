//! Front matter, merged key by key.
//!
//! A key with its lines up to the next key is the unit: other keys of the two sides merge, one key that both changed
//! is a conflict of that key. Where the lines cannot be told apart by key (broken YAML, keys in another order, the
//! front matter taken out by one side), the front matter is one conflict as a whole.

use std::collections::HashMap;

use super::{Hunk, Piece, Place, Side, choose, contained, one_sided, push_agreed};
use crate::front::{self, Front};

/// Merges front matters as [`front::split`] gives them.
pub(super) fn merge(base: &str, mine: &str, theirs: &str) -> Vec<Piece> {
    let mut pieces = Vec::new();
    if let Some(front) = one_sided(base, mine, theirs) {
        push_agreed(&mut pieces, front);
        return pieces;
    }
    by_key(base, mine, theirs).unwrap_or_else(|| {
        let hunk = Hunk { base: base.into(), mine: mine.into(), theirs: theirs.into() };
        vec![Piece::Conflict { hunk, place: Place::Front }]
    })
}

/// A key, and its lines up to the next key.
type Chunk = (String, String);

/// A front matter as its lines: what stands above the first key, then each key with all up to the next.
struct Block<'a> {
    open: &'a str,
    head: String,
    chunks: Vec<Chunk>,
    close: &'a str,
}

impl Block<'_> {
    fn find(&self, key: &str) -> &str {
        self.chunks.iter().find(|(name, _)| name == key).map_or("", |(_, chunk)| chunk)
    }
}

fn block(front: &str) -> Option<Block<'_>> {
    let keys = match front::read(front) {
        Front::Absent => {
            return Some(Block { open: "---\n", head: String::new(), chunks: Vec::new(), close: "---\n" });
        }
        Front::Keys(keys) => keys,
        Front::Broken { .. } => return None,
    };
    let lines: Vec<&str> = front.split_inclusive('\n').collect();
    let closing = lines.len().checked_sub(1)?;
    let mut starts: Vec<usize> = keys.entries().iter().map(|entry| entry.line - 1).collect();
    starts.push(closing);
    if starts[0] == 0 || starts.windows(2).any(|pair| pair[0] >= pair[1]) {
        return None;
    }
    Some(Block {
        open: lines[0],
        head: lines[1..starts[0]].concat(),
        chunks: keys
            .entries()
            .iter()
            .zip(starts.windows(2))
            .map(|(entry, range)| (entry.key.clone(), lines[range[0]..range[1]].concat()))
            .collect(),
        close: lines[closing],
    })
}

/// The new keys of one side, by the known key that they follow. `None` where it moved keys: that is left to a person.
fn added(old: &Block<'_>, side: &Block<'_>) -> Option<HashMap<Option<String>, Vec<Chunk>>> {
    let mut order = old.chunks.iter().map(|(key, _)| key);
    let mut after = None;
    let mut added: HashMap<_, Vec<_>> = HashMap::new();
    for (key, chunk) in &side.chunks {
        if old.chunks.iter().any(|(name, _)| name == key) {
            order.find(|name| *name == key)?;
            after = Some(key.clone());
        } else {
            added.entry(after.clone()).or_default().push((key.clone(), chunk.clone()));
        }
    }
    Some(added)
}

fn by_key(base: &str, mine: &str, theirs: &str) -> Option<Vec<Piece>> {
    let (old, a, b) = (block(base)?, block(mine)?, block(theirs)?);
    let mut pieces = Vec::new();
    push_agreed(&mut pieces, one_sided(old.open, a.open, b.open)?);
    push_agreed(&mut pieces, one_sided(&old.head, &a.head, &b.head)?);
    let (mut mine_added, mut theirs_added) = (added(&old, &a)?, added(&old, &b)?);
    let places = std::iter::once(None).chain(old.chunks.iter().map(|(key, _)| Some(key.clone())));
    for place in places {
        if let Some(key) = &place {
            push_key(&mut pieces, key, old.find(key), a.find(key), b.find(key));
        }
        let mut first = mine_added.remove(&place).unwrap_or_default();
        let mut second = theirs_added.remove(&place).unwrap_or_default();
        // The same order whichever side is which.
        if second.first().map(|(key, _)| key) < first.first().map(|(key, _)| key) {
            std::mem::swap(&mut first, &mut second);
        }
        let once = second.iter().filter(|(key, _)| first.iter().all(|(name, _)| name != key));
        for (key, chunk) in first.iter().chain(once) {
            let (is_mine, is_theirs) = (a.find(key), b.find(key));
            if is_mine.is_empty() || is_theirs.is_empty() {
                push_agreed(&mut pieces, chunk);
            } else {
                push_key(&mut pieces, key, "", is_mine, is_theirs);
            }
        }
    }
    push_agreed(&mut pieces, one_sided(old.close, a.close, b.close)?);
    let conflict = pieces.iter().any(|piece| matches!(piece, Piece::Conflict { .. }));
    // A hunk of one key cannot offer "no front matter at all".
    if conflict && [base, mine, theirs].contains(&"") {
        return None;
    }
    (holds(&pieces, Side::Mine, [base, mine, theirs]) && holds(&pieces, Side::Theirs, [base, mine, theirs]))
        .then_some(pieces)
}

fn push_key(pieces: &mut Vec<Piece>, key: &str, base: &str, mine: &str, theirs: &str) {
    if let Some(chunk) = one_sided(base, mine, theirs).or_else(|| contained(base, mine, theirs)) {
        push_agreed(pieces, chunk);
    } else {
        let hunk = Hunk { base: base.into(), mine: mine.into(), theirs: theirs.into() };
        pieces.push(Piece::Conflict { hunk, place: Place::Key(key.into()) });
    }
}

/// Reads the merged text again: every key has the value of a side that changed it, and no key is there twice.
fn holds(pieces: &[Piece], side: Side, [base, mine, theirs]: [&str; 3]) -> bool {
    let text = choose(pieces, side);
    let (Front::Keys(merged), true) = (front::read(&text), front::split(&text).0 == text) else {
        return false;
    };
    let sides = [base, mine, theirs].map(|front| match front::read(front) {
        Front::Keys(keys) => keys,
        _ => front::Keys::default(),
    });
    sides.iter().flat_map(front::Keys::entries).all(|entry| {
        let [was, is_mine, is_theirs] = [0, 1, 2].map(|side: usize| sides[side].get(&entry.key));
        let now = merged.get(&entry.key);
        if is_mine == was {
            now == is_theirs
        } else if is_theirs == was {
            now == is_mine
        } else {
            now == is_mine || now == is_theirs
        }
    })
}
