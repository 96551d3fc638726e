//! What became of the articles of an earlier run.

use std::collections::{BTreeMap, HashMap};

use super::{Change, Stat};

/// What is kept of an article from one run to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Known {
    /// Identity.
    pub path: String,
    /// What the disk said of it.
    pub stat: Stat,
    /// Of its bytes (XXH3, 128 bits); `None` where they were not read.
    pub hash: Option<u128>,
}

/// Changes that turn the former list into the present one. A path that is gone is tied to a new one by its inode and
/// birth, else by its bytes where no other article has them; all else is a removal and a creation.
pub(super) fn compare(former: &[Known], now: &[Known]) -> Vec<Change> {
    let then: HashMap<&str, &Known> = former.iter().map(|known| (known.path.as_str(), known)).collect();
    let mut gone: BTreeMap<&str, &Known> = then.iter().map(|(path, known)| (*path, *known)).collect();
    let mut new = Vec::new();
    let mut changes = Vec::new();
    for known in now {
        match gone.remove(known.path.as_str()) {
            Some(old) if is_changed(old, known) => {
                changes.push(Change::Changed { path: known.path.clone() });
            }
            Some(_) => {}
            None => new.push(known),
        }
    }
    let by_file: HashMap<(u64, u64), &str> =
        gone.iter().map(|(path, known)| ((known.stat.dev, known.stat.ino), *path)).collect();
    new.retain(|known| {
        let from = by_file.get(&(known.stat.dev, known.stat.ino)).and_then(|path| gone.get(path)).copied();
        let Some(from) = from.filter(|from| is_same_file(from, known)) else { return true };
        gone.remove(from.path.as_str());
        follow(&mut changes, from, known);
        false
    });
    let alone = |all: &mut dyn Iterator<Item = &Known>| {
        let mut count: HashMap<u128, usize> = HashMap::new();
        all.filter(|known| known.stat.size > 0)
            .filter_map(|known| known.hash)
            .for_each(|hash| *count.entry(hash).or_default() += 1);
        count
    };
    let (leaving, coming) = (alone(&mut gone.values().copied()), alone(&mut new.iter().copied()));
    let by_bytes: HashMap<u128, &str> =
        gone.iter().filter_map(|(path, known)| Some((known.hash?, *path))).collect();
    for known in new {
        let tied = known.hash.filter(|hash| leaving.get(hash) == Some(&1) && coming.get(hash) == Some(&1));
        match tied.and_then(|hash| by_bytes.get(&hash)).and_then(|path| gone.remove(path)) {
            Some(from) => follow(&mut changes, from, known),
            None => changes.push(Change::Created { path: known.path.clone() }),
        }
    }
    changes.extend(gone.into_values().map(|known| Change::Removed { path: known.path.clone() }));
    changes
}

fn follow(changes: &mut Vec<Change>, from: &Known, to: &Known) {
    changes.push(Change::Renamed { from: from.path.clone(), to: to.path.clone() });
    if is_changed(from, to) {
        changes.push(Change::Changed { path: to.path.clone() });
    }
}

fn is_changed(then: &Known, now: &Known) -> bool {
    match (then.hash, now.hash) {
        (Some(then), Some(now)) => then != now,
        _ => !then.stat.is_same_content(&now.stat),
    }
}

fn is_same_file(then: &Known, now: &Known) -> bool {
    then.stat.is_same_file(&now.stat) && (then.stat.born() || then.hash.is_some() && then.hash == now.hash)
}
