//! Three-way merge of an article: what it was, what a person typed, what another program wrote.
//!
//! The body is a row of sentences and of the gaps between them. Each side's changes become edits of ranges of that
//! row; edits of different ranges merge, edits that share a sentence or a gap are a conflict, the same edit on both
//! sides is taken once. Front matter merges key by key. In doubt it is a conflict, and nothing of a conflict is ever
//! written into an article: both texts are kept and a person chooses.

use std::collections::HashMap;
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use crate::front::{self, Front};
use crate::text::runs_of;

/// What became of two changed texts.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The disk is as it was.
    Same,
    /// Only the disk changed: take it.
    Reload,
    /// Both changed, apart.
    Merge {
        /// Both changes.
        text: String,
    },
    /// Both changed, touching: nothing was applied.
    Conflict {
        /// Where they touch, in order.
        hunks: Vec<Hunk>,
    },
    /// Both changed to the same text.
    Converged,
}

/// One place where both sides changed the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Hunk {
    /// What it was.
    pub base: String,
    /// The person's.
    pub mine: String,
    /// The disk's.
    pub theirs: String,
}

/// Merges two changes of `base`, all of them whole files as LF text. Nearly linear time: what cannot be compared
/// cheaply counts as changed.
#[must_use]
pub fn reconcile(base: &str, draft: &str, disk: &str) -> Outcome {
    if disk == base {
        return Outcome::Same;
    }
    if draft == disk {
        return Outcome::Converged;
    }
    if draft == base {
        return Outcome::Reload;
    }
    let (base_front, base_body) = front::split(base);
    let (draft_front, draft_body) = front::split(draft);
    let (disk_front, disk_body) = front::split(disk);
    let mut hunks = Vec::new();
    let front = merge_front(base_front, draft_front, disk_front).unwrap_or_else(|hunk| {
        hunks.push(hunk);
        String::new()
    });
    let body = merge_body(base_body, draft_body, disk_body).unwrap_or_else(|touching| {
        hunks.extend(touching);
        String::new()
    });
    let text = front.clone() + &body;
    if hunks.is_empty() && front::split(&text) != (front.as_str(), body.as_str()) {
        // One side's body would be read as front matter above the other's.
        hunks.push(Hunk { base: base.into(), mine: draft.into(), theirs: disk.into() });
    }
    if hunks.is_empty() { Outcome::Merge { text } } else { Outcome::Conflict { hunks } }
}

/// One side's answer where the other did not change, or both agree.
fn one_sided<'a>(base: &str, mine: &'a str, theirs: &'a str) -> Option<&'a str> {
    if mine == theirs || theirs == base {
        Some(mine)
    } else if mine == base {
        Some(theirs)
    } else {
        None
    }
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

fn merge_front(base: &str, mine: &str, theirs: &str) -> Result<String, Hunk> {
    if let Some(front) = one_sided(base, mine, theirs) {
        return Ok(front.to_owned());
    }
    merge_keys(base, mine, theirs).ok_or_else(|| Hunk {
        base: base.into(),
        mine: mine.into(),
        theirs: theirs.into(),
    })
}

fn merge_keys(base: &str, mine: &str, theirs: &str) -> Option<String> {
    let (old, a, b) = (block(base)?, block(mine)?, block(theirs)?);
    let open = one_sided(old.open, a.open, b.open)?;
    let close = one_sided(old.close, a.close, b.close)?;
    let head = one_sided(&old.head, &a.head, &b.head)?;
    let mut text = format!("{open}{head}");
    let find = |block: &Block<'_>, key: &str| -> Option<String> {
        block.chunks.iter().find(|(name, _)| name == key).map(|(_, chunk)| chunk.clone())
    };
    let known = |key: &str| old.chunks.iter().any(|(name, _)| name == key);
    // Each side's keys in the order of the base, with its new keys after the known key that they follow.
    let added = |block: &Block<'_>| -> Option<HashMap<Option<String>, Vec<Chunk>>> {
        let mut order = old.chunks.iter().map(|(key, _)| key);
        let mut after = None;
        let mut added: HashMap<_, Vec<_>> = HashMap::new();
        for (key, chunk) in &block.chunks {
            if known(key) {
                // A side that moved keys is left to a person.
                order.find(|name| *name == key)?;
                after = Some(key.clone());
            } else {
                added.entry(after.clone()).or_default().push((key.clone(), chunk.clone()));
            }
        }
        Some(added)
    };
    let (mut mine_added, mut theirs_added) = (added(&a)?, added(&b)?);
    let places = std::iter::once(None).chain(old.chunks.iter().map(|(key, _)| Some(key.clone())));
    for place in places {
        if let Some(key) = &place {
            let (was, is_mine, is_theirs) = (find(&old, key), find(&a, key), find(&b, key));
            if is_mine == is_theirs || is_theirs == was {
                text += &is_mine.unwrap_or_default();
            } else if is_mine == was {
                text += &is_theirs.unwrap_or_default();
            } else {
                return None;
            }
        }
        let mut first = mine_added.remove(&place).unwrap_or_default();
        let mut second = theirs_added.remove(&place).unwrap_or_default();
        // The same order whichever side is which.
        if second.first().map(|(key, _)| key) < first.first().map(|(key, _)| key) {
            std::mem::swap(&mut first, &mut second);
        }
        for (key, chunk) in &first {
            // A key that both added: the same, or a conflict.
            if second.iter().any(|(name, other)| name == key && other != chunk) {
                return None;
            }
            text += chunk;
        }
        for (_, chunk) in second.iter().filter(|(key, _)| first.iter().all(|(name, _)| name != key)) {
            text += chunk;
        }
    }
    text += close;
    // Read it again: every key has the value of a side that changed it, and no key is there twice.
    let (Front::Keys(merged), true) = (front::read(&text), front::split(&text).0 == text) else {
        return None;
    };
    let sides = [base, mine, theirs].map(|front| match front::read(front) {
        Front::Keys(keys) => keys,
        _ => front::Keys::default(),
    });
    let holds = sides.iter().flat_map(front::Keys::entries).all(|entry| {
        let [was, is_mine, is_theirs] = [0, 1, 2].map(|side: usize| sides[side].get(&entry.key));
        let now = merged.get(&entry.key);
        if is_mine == was { now == is_theirs } else { now == is_mine }
    });
    holds.then_some(text)
}

/// A change of one side: elements `range` of the base become `text`.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Edit {
    range: Range<usize>,
    text: String,
}

/// Merges bodies; the places where they touch otherwise.
fn merge_body(base: &str, mine: &str, theirs: &str) -> Result<String, Vec<Hunk>> {
    if let Some(body) = one_sided(base, mine, theirs) {
        return Ok(body.to_owned());
    }
    let row = row(base);
    let a = edits(&row, mine);
    let b = edits(&row, theirs);
    let (mut text, mut hunks) = (String::new(), Vec::new());
    let (mut at, mut next_a, mut next_b) = (0, 0, 0);
    loop {
        // The next cluster: edits that overlap one another, from both sides.
        let start = match (a.get(next_a), b.get(next_b)) {
            (None, None) => break,
            (Some(edit), None) | (None, Some(edit)) => edit.range.start,
            (Some(x), Some(y)) => x.range.start.min(y.range.start),
        };
        let (from_a, from_b, mut end) = (next_a, next_b, start);
        loop {
            let open = |edit: &Edit| edit.range.start < end || edit.range.start == start;
            if let Some(edit) = a.get(next_a).filter(|edit| open(edit)) {
                end = end.max(edit.range.end);
                next_a += 1;
            } else if let Some(edit) = b.get(next_b).filter(|edit| open(edit)) {
                end = end.max(edit.range.end);
                next_b += 1;
            } else {
                break;
            }
        }
        text += &row[at..start].concat();
        let was = row[start..end].concat();
        let is_mine = applied(&row, start..end, &a[from_a..next_a]);
        let is_theirs = applied(&row, start..end, &b[from_b..next_b]);
        match one_sided(&was, &is_mine, &is_theirs)
            .map(str::to_owned)
            .or_else(|| contained(&was, &is_mine, &is_theirs))
        {
            Some(merged) => text += &merged,
            None => hunks.push(Hunk { base: was, mine: is_mine, theirs: is_theirs }),
        }
        at = end;
    }
    text += &row[at..].concat();
    if hunks.is_empty() { Ok(text) } else { Err(hunks) }
}

fn applied(row: &[&str], range: Range<usize>, edits: &[Edit]) -> String {
    let mut text = String::new();
    let mut at = range.start;
    for edit in edits {
        text += &row[at..edit.range.start].concat();
        text += &edit.text;
        at = edit.range.end;
    }
    text + &row[at..range.end].concat()
}

/// Where one side made the other's changes, word for word, and more: the side with more.
fn contained(base: &str, mine: &str, theirs: &str) -> Option<String> {
    let words = |text: &'_ str| -> Vec<String> { text.split_word_bounds().map(str::to_owned).collect() };
    let old = words(base);
    let edits = |new: &str| -> Vec<(Range<usize>, String)> {
        let new = words(new);
        let (mut at_old, mut at_new, mut edits) = (0, 0, Vec::new());
        let end = crate::text::Run { old: old.len(), new: new.len(), len: 0 };
        for run in runs_of(&old, &new).into_iter().chain([end]) {
            if at_old < run.old || at_new < run.new {
                edits.push((at_old..run.old, new[at_new..run.new].concat()));
            }
            (at_old, at_new) = (run.old + run.len, run.new + run.len);
        }
        edits
    };
    let (a, b) = (edits(mine), edits(theirs));
    if b.iter().all(|edit| a.contains(edit)) {
        Some(mine.to_owned())
    } else if a.iter().all(|edit| b.contains(edit)) {
        Some(theirs.to_owned())
    } else {
        None
    }
}

/// The changes of one side. In the row, gaps have even places and sentences odd ones.
fn edits(base: &[&str], side: &str) -> Vec<Edit> {
    let side = row(side);
    let sentences =
        |row: &[&str]| -> Vec<String> { row.iter().skip(1).step_by(2).map(|s| (*s).to_owned()).collect() };
    let (old, new) = (sentences(base), sentences(&side));
    let mut edits = Vec::new();
    let (mut at_old, mut at_new) = (0, 0);
    let end = crate::text::Run { old: old.len(), new: new.len(), len: 0 };
    let gap = |edits: &mut Vec<Edit>, gap_old: usize, gap_new: usize| {
        if base[2 * gap_old] != side[2 * gap_new] {
            edits.push(Edit { range: 2 * gap_old..2 * gap_old + 1, text: side[2 * gap_new].to_owned() });
        }
    };
    for run in runs_of(&old, &new).into_iter().chain([end]) {
        let (olds, news) = (at_old..run.old, at_new..run.new);
        let changed = side[2 * news.start..=2 * news.end].concat();
        if olds.len() == news.len() {
            // As many sentences as before. Which became which is a guess that could bring deleted words back, so
            // they are one edit; the gaps around it are apart.
            gap(&mut edits, olds.start, news.start);
            if !olds.is_empty() {
                let text = side[2 * news.start + 1..2 * news.end].concat();
                edits.push(Edit { range: 2 * olds.start + 1..2 * olds.end, text });
                gap(&mut edits, olds.end, news.end);
            }
        } else if news.is_empty() {
            // What was taken out took one of the gaps around it along.
            let (before, after) = (base[2 * olds.start], base[2 * olds.end]);
            if changed == before {
                edits.push(Edit { range: 2 * olds.start + 1..2 * olds.end + 1, text: String::new() });
            } else if changed == after {
                edits.push(Edit { range: 2 * olds.start..2 * olds.end, text: String::new() });
            } else {
                edits.push(Edit { range: 2 * olds.start..2 * olds.end + 1, text: changed });
            }
        } else {
            // More or fewer sentences: where exactly they came in is unknown, so the gaps around belong to it.
            edits.push(Edit { range: 2 * olds.start..2 * olds.end + 1, text: changed });
        }
        for step in 1..run.len {
            gap(&mut edits, run.old + step, run.new + step);
        }
        (at_old, at_new) = (run.old + run.len, run.new + run.len);
    }
    edits
}

/// Splits a body into gap, sentence, gap, …, gap. Gaps are blanks and line ends; a fenced block, a heading, a row of
/// a table, a line of a quotation count as a sentence each.
fn row(body: &str) -> Vec<&str> {
    let mut row = Vec::new();
    let mut at = 0;
    for unit in units(body) {
        for sentence in sentences(&body[unit.clone()]) {
            let (start, end) = (unit.start + sentence.start, unit.start + sentence.end);
            row.push(&body[at..start]);
            row.push(&body[start..end]);
            at = end;
        }
    }
    row.push(&body[at..]);
    row
}

/// Stretches of lines that sentences do not cross, without blanks around; fenced blocks are one each.
fn units(body: &str) -> Vec<Range<usize>> {
    let mut units: Vec<Range<usize>> = Vec::new();
    let mut fence: Option<(u8, usize)> = None;
    // Whether the next line goes on with the last unit.
    let mut goes_on = false;
    let mut start = 0;
    for line in body.split_inclusive('\n') {
        let end = start + line.trim_end().len();
        let inner = line.trim();
        let mark = inner.bytes().next().unwrap_or(0);
        let marks = inner.bytes().take_while(|&byte| byte == mark).count();
        if let Some((open, count)) = fence {
            if let Some(unit) = units.last_mut() {
                unit.end = unit.end.max(end);
            }
            if mark == open && marks >= count && inner.len() == marks {
                fence = None;
            }
            goes_on = false;
        } else if inner.is_empty() {
            goes_on = false;
        } else if matches!(mark, b'`' | b'~') && marks >= 3 {
            units.push(start..end);
            fence = Some((mark, marks));
        } else {
            let digits = inner.bytes().take_while(u8::is_ascii_digit).count();
            let numbered = digits > 0 && inner[digits..].starts_with([')', '.']) && digits < 10;
            let own = matches!(mark, b'#' | b'>' | b'|') || inner.starts_with("![");
            let item =
                numbered || inner.starts_with("- ") || inner.starts_with("* ") || inner.starts_with("+ ");
            match units.last_mut() {
                Some(unit) if goes_on && !own && !item => unit.end = end,
                _ => units.push(start + (line.len() - line.trim_start().len())..end),
            }
            goes_on = !own;
        }
        start += line.len();
    }
    units
}

/// Sentences within a unit, without the blanks between them: UAX #29's, put together where French or English copy goes
/// on (abbreviations, initials, what follows a quotation).
fn sentences(unit: &str) -> Vec<Range<usize>> {
    if unit.starts_with("```") || unit.starts_with("~~~") {
        return std::iter::once(0..unit.len()).collect();
    }
    // A line end within a paragraph is a blank, of the same length.
    let flat = unit.replace('\n', " ");
    let mut sentences: Vec<Range<usize>> = Vec::new();
    for (start, piece) in flat.split_sentence_bound_indices() {
        let text = piece.trim();
        if text.is_empty() {
            continue;
        }
        let start = start + (piece.len() - piece.trim_start().len());
        let end = start + text.len();
        match sentences.last_mut() {
            Some(last) if !ends(&flat[last.clone()]) || goes_on(text) => last.end = end,
            _ => sentences.push(start..end),
        }
    }
    sentences
}

/// Abbreviations that end in a point and end no sentence, in French and English copy.
const ABBREVIATIONS: [&str; 32] = [
    "m", "mm", "mr", "mrs", "ms", "dr", "pr", "prof", "st", "ste", "sr", "jr", "no", "nos", "art", "al", "p",
    "pp", "vol", "chap", "cf", "env", "av", "apr", "bd", "gen", "gov", "sen", "rep", "lt", "col", "vs",
];

fn ends(sentence: &str) -> bool {
    let Some(before) = sentence.strip_suffix('.') else { return true };
    let word = before.rsplit(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
    let initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    !(initial || ABBREVIATIONS.contains(&word.to_lowercase().as_str()))
}

fn goes_on(sentence: &str) -> bool {
    let first = sentence.chars().next().unwrap_or(' ');
    first.is_lowercase()
        || matches!(first, '»' | '”' | '’' | ')' | ']' | ',' | ';' | ':' | '!' | '?' | '.' | '…')
}
