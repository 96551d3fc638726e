//! Bytes of a file and the LF text that people edit.
//!
//! An editor holds LF text only. The bytes of the file are kept apart and spliced when saving, so that a line
//! nobody touched keeps its bytes, its own line ending, and the file its byte-order mark.
//!
//! Line ends are CR LF, CR and LF, as in CodeMirror. NUL, NEL, U+2028 are characters like any other.

use std::collections::HashMap;
use std::hash::Hash;

const BOM: &[u8] = &[0xef, 0xbb, 0xbf];

/// The text of a file, ready to edit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// LF text without byte-order mark.
    pub text: String,
    /// The file begins with a UTF-8 byte-order mark.
    pub bom: bool,
    /// The file holds more than one kind of line end.
    pub mixed_eol: bool,
    /// The file holds CR LF line ends.
    pub crlf: bool,
}

/// Why bytes are not text that can be edited.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotText {
    /// Not UTF-8.
    InvalidUtf8 {
        /// First byte that cannot be read, from 0.
        offset: usize,
    },
    /// A UTF-16 byte-order mark.
    Utf16 {
        /// Byte order.
        big_endian: bool,
    },
    /// A UTF-32 byte-order mark.
    Utf32,
}

/// Reads a file as text.
///
/// # Errors
/// [`NotText`] for UTF-16 and UTF-32 (by their byte-order marks) and for anything that is not UTF-8.
pub fn decode(bytes: &[u8]) -> Result<Decoded, NotText> {
    if bytes.starts_with(&[0xff, 0xfe, 0, 0]) || bytes.starts_with(&[0, 0, 0xfe, 0xff]) {
        return Err(NotText::Utf32);
    }
    if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
        return Err(NotText::Utf16 { big_endian: bytes[0] == 0xfe });
    }
    let bom = bytes.starts_with(BOM);
    let start = if bom { BOM.len() } else { 0 };
    let raw = std::str::from_utf8(&bytes[start..])
        .map_err(|error| NotText::InvalidUtf8 { offset: start + error.valid_up_to() })?;
    let ends = Ends::of(raw);
    Ok(Decoded { text: normalise(raw), bom, mixed_eol: ends.kinds() > 1, crlf: ends.crlf })
}

/// LF text: CR LF and CR become LF.
#[must_use]
pub fn normalise(raw: &str) -> String {
    if !raw.as_bytes().contains(&b'\r') {
        return raw.to_owned();
    }
    let mut text = String::with_capacity(raw.len());
    let mut rest = raw;
    while let Some(at) = rest.find('\r') {
        text.push_str(&rest[..at]);
        text.push('\n');
        rest = &rest[at + 1..];
        rest = rest.strip_prefix('\n').unwrap_or(rest);
    }
    text.push_str(rest);
    text
}

/// Bytes for an edited text: what stands in `original` and was not edited keeps its bytes.
///
/// Unchanged lines keep their own line ends; a changed line keeps the line end of the line that it replaces; an
/// inserted line takes its neighbour's. A byte-order mark stays; whether the last line ends follows `text`. An
/// original without any line end gives LF, and so does one that is not UTF-8 (such a file is read-only: nothing
/// of it can be kept). Where several equal lines differ in their line ends only and some of them were removed,
/// which ones is unknown, and either answer may be given.
#[must_use]
pub fn encode(original: &[u8], text: &str) -> Vec<u8> {
    let bom = original.starts_with(BOM);
    let old = std::str::from_utf8(&original[if bom { BOM.len() } else { 0 }..]).unwrap_or_default();
    let owned;
    let text = if text.as_bytes().contains(&b'\r') {
        owned = normalise(text);
        &owned
    } else {
        text
    };
    let mut bytes = Vec::with_capacity(text.len() + text.len() / 32 + BOM.len());
    // A text that begins with the mark's character needs a mark before it to be read back.
    if bom || text.starts_with('\u{feff}') {
        bytes.extend_from_slice(BOM);
    }
    let ends = Ends::of(old);
    if ends.kinds() <= 1 {
        // One kind of line end: every line has it, whichever lines were edited.
        let end: &[u8] = if ends.crlf {
            b"\r\n"
        } else if ends.cr {
            b"\r"
        } else {
            b"\n"
        };
        if end == b"\n" {
            bytes.extend_from_slice(text.as_bytes());
        } else {
            for (index, line) in text.split('\n').enumerate() {
                if index > 0 {
                    bytes.extend_from_slice(end);
                }
                bytes.extend_from_slice(line.as_bytes());
            }
        }
    } else {
        splice_mixed(old, text, &mut bytes);
    }
    bytes
}

/// [`encode`] for a file with several kinds of line ends.
fn splice_mixed(old: &str, text: &str, bytes: &mut Vec<u8>) {
    let old = lines_with_ends(old);
    let new: Vec<&str> = text.split('\n').collect();
    let old_lines: Vec<&str> = old.iter().map(|(line, _)| *line).collect();
    let runs = runs_of(&old_lines, &new);

    // The line end of each old line; the last has none.
    let old_ends: Vec<&str> = old.iter().map(|(_, end)| *end).collect();
    let mut ends = vec![""; new.len()];
    let (mut at_old, mut at_new) = (0, 0);
    for run in &runs {
        // Replaced lines pass their ends on, in order.
        for (to, from) in (at_new..run.new).zip(at_old..run.old) {
            ends[to] = old_ends[from];
        }
        ends[run.new..run.new + run.len].copy_from_slice(&old_ends[run.old..run.old + run.len]);
        (at_old, at_new) = (run.old + run.len, run.new + run.len);
    }
    for (to, from) in (at_new..new.len()).zip(at_old..old.len()) {
        ends[to] = old_ends[from];
    }

    // Inserted lines, and lines that were last and are not any more: the neighbour above, else the first below.
    let first = ends.iter().copied().find(|end| !end.is_empty());
    let mut above = first.unwrap_or(old_ends[0]);
    let last = new.len() - 1;
    for (index, line) in new.iter().enumerate() {
        bytes.extend_from_slice(line.as_bytes());
        if index < last {
            // An empty line that came to stand below a CR must not melt into it as CR LF.
            let melts = line.is_empty() && index > 0 && above == "\r" && ends[index] == "\n";
            if !ends[index].is_empty() && !melts {
                above = ends[index];
            }
            bytes.extend_from_slice(above.as_bytes());
        }
    }
}

/// The kinds of line ends in a text.
#[derive(Default)]
struct Ends {
    crlf: bool,
    cr: bool,
    lf: bool,
}

impl Ends {
    fn of(raw: &str) -> Self {
        let bytes = raw.as_bytes();
        let mut ends = Self::default();
        if !bytes.contains(&b'\r') {
            ends.lf = bytes.contains(&b'\n');
            return ends;
        }
        let mut before = 0;
        for (index, &byte) in bytes.iter().enumerate() {
            if byte == b'\n' {
                if before == b'\r' {
                    ends.crlf = true;
                } else {
                    ends.lf = true;
                }
            } else if byte == b'\r' && bytes.get(index + 1) != Some(&b'\n') {
                ends.cr = true;
            }
            before = byte;
        }
        ends
    }

    fn kinds(&self) -> u8 {
        u8::from(self.crlf) + u8::from(self.cr) + u8::from(self.lf)
    }
}

/// Lines and the line end of each; the last has none.
fn lines_with_ends(raw: &str) -> Vec<(&str, &str)> {
    let mut lines = Vec::new();
    let mut rest = raw;
    while let Some(at) = rest.find(['\r', '\n']) {
        let width = if rest[at..].starts_with("\r\n") { 2 } else { 1 };
        lines.push((&rest[..at], &rest[at..at + width]));
        rest = &rest[at + width..];
    }
    lines.push((rest, ""));
    lines
}

/// The byte of the file that a byte of its LF text stands at; the file's length past the end.
#[must_use]
pub fn file_byte(original: &[u8], text_byte: usize) -> usize {
    let mut at = if original.starts_with(BOM) { BOM.len() } else { 0 };
    for _ in 0..text_byte {
        at += if original[at.min(original.len())..].starts_with(b"\r\n") { 2 } else { 1 };
    }
    at.min(original.len())
}

/// Length in UTF-16 units, CodeMirror's measure.
#[must_use]
pub fn utf16_len(text: &str) -> usize {
    units(text.as_bytes())
}

/// UTF-16 units of valid UTF-8: one for each character, one more for those of four bytes.
fn units(bytes: &[u8]) -> usize {
    // Sums of bytes in short chunks, which the compiler turns into vector code.
    bytes
        .chunks(64)
        .map(|chunk| {
            let sum: u8 =
                chunk.iter().map(|&byte| u8::from((byte as i8) >= -0x40) + u8::from(byte >= 0xf0)).sum();
            usize::from(sum)
        })
        .sum()
}

/// Byte offset of a UTF-16 offset; `None` past the end or inside a surrogate pair.
#[must_use]
pub fn utf16_to_byte(text: &str, offset: usize) -> Option<usize> {
    advance(text.as_bytes(), 0, offset)
}

/// UTF-16 offset of a byte offset; `None` past the end or inside a character.
#[must_use]
pub fn byte_to_utf16(text: &str, offset: usize) -> Option<usize> {
    text.get(..offset).map(utf16_len)
}

/// The byte that lies `count` UTF-16 units after byte `from`, a character boundary.
pub(crate) fn advance(bytes: &[u8], from: usize, count: usize) -> Option<usize> {
    let mut at = from;
    let mut left = count;
    while left > 0 {
        // A chunk of `left` bytes holds at most `left` units, but where its last byte begins a surrogate pair.
        let step = left.min(bytes.len() - at);
        if step == 0 {
            return None;
        }
        left = left.checked_sub(units(&bytes[at..at + step]))?;
        at += step;
    }
    while bytes.get(at).is_some_and(|&byte| (byte as i8) < -0x40) {
        at += 1;
    }
    Some(at)
}

/// A run of equal items in two sequences.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Run {
    pub old: usize,
    pub new: usize,
    pub len: usize,
}

/// Gaps above this product of lengths are not searched for equal items.
const GAP: usize = 1 << 20;
/// Sum of the products of all gaps that are searched.
const ALL_GAPS: usize = 1 << 23;

/// Equal runs of two sequences, in order, in nearly linear time whatever the input.
///
/// Equal ends first, then items that occur once on each side as anchors, then Myers' algorithm in the gaps that
/// are small enough; a gap that is not counts as replaced.
pub(crate) fn runs_of<T: Eq + Hash>(old: &[T], new: &[T]) -> Vec<Run> {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    let mut runs = Vec::new();
    add_run(&mut runs, Run { old: 0, new: 0, len: start });
    let (old_mid, new_mid) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    if !old_mid.is_empty() && !new_mid.is_empty() {
        let mut ids = HashMap::new();
        let old_ids = number(&mut ids, old_mid);
        let new_ids = number(&mut ids, new_mid);
        let mut budget = ALL_GAPS;
        let (mut at_old, mut at_new) = (0, 0);
        for (anchor_old, anchor_new) in anchors(&old_ids, &new_ids, ids.len()) {
            if anchor_old < at_old || anchor_new < at_new {
                continue;
            }
            gap(&old_ids[at_old..anchor_old], &new_ids[at_new..anchor_new], &mut budget, |run| {
                add_run(
                    &mut runs,
                    Run { old: start + at_old + run.old, new: start + at_new + run.new, len: run.len },
                );
            });
            add_run(&mut runs, Run { old: start + anchor_old, new: start + anchor_new, len: 1 });
            (at_old, at_new) = (anchor_old + 1, anchor_new + 1);
        }
        gap(&old_ids[at_old..], &new_ids[at_new..], &mut budget, |run| {
            add_run(
                &mut runs,
                Run { old: start + at_old + run.old, new: start + at_new + run.new, len: run.len },
            );
        });
    }
    add_run(&mut runs, Run { old: old.len() - end, new: new.len() - end, len: end });
    runs
}

fn add_run(runs: &mut Vec<Run>, run: Run) {
    if run.len == 0 {
        return;
    }
    match runs.last_mut() {
        Some(last) if last.old + last.len == run.old && last.new + last.len == run.new => last.len += run.len,
        _ => runs.push(run),
    }
}

/// Equal items get equal numbers.
fn number<'a, T: Eq + Hash>(ids: &mut HashMap<&'a T, usize>, items: &'a [T]) -> Vec<usize> {
    items
        .iter()
        .map(|item| {
            let next = ids.len();
            *ids.entry(item).or_insert(next)
        })
        .collect()
}

/// The longest rising chain of items that occur once on each side.
fn anchors(old: &[usize], new: &[usize], ids: usize) -> Vec<(usize, usize)> {
    // Per id: how often on each side, and where in the new one.
    let mut seen = vec![(0u32, 0u32, 0usize); ids];
    for &id in old {
        seen[id].0 += 1;
    }
    for (index, &id) in new.iter().enumerate() {
        seen[id].1 += 1;
        seen[id].2 = index;
    }
    let pairs: Vec<(usize, usize)> = old
        .iter()
        .enumerate()
        .filter(|&(_, &id)| seen[id].0 == 1 && seen[id].1 == 1)
        .map(|(index, &id)| (index, seen[id].2))
        .collect();
    // Patience: `tops[k]` is the pair that ends the best chain of length k + 1.
    let mut tops: Vec<usize> = Vec::new();
    let mut before = vec![usize::MAX; pairs.len()];
    for (index, pair) in pairs.iter().enumerate() {
        let pile = tops.partition_point(|&top| pairs[top].1 < pair.1);
        if pile > 0 {
            before[index] = tops[pile - 1];
        }
        if pile == tops.len() {
            tops.push(index);
        } else {
            tops[pile] = index;
        }
    }
    let mut chain = Vec::with_capacity(tops.len());
    let mut at = tops.last().copied().unwrap_or(usize::MAX);
    while at != usize::MAX {
        chain.push(pairs[at]);
        at = before[at];
    }
    chain.reverse();
    chain
}

/// Equal runs between two anchors.
fn gap(old: &[usize], new: &[usize], budget: &mut usize, mut add: impl FnMut(Run)) {
    let start = old.iter().zip(new).take_while(|(a, b)| a == b).count();
    let end = old[start..].iter().rev().zip(new[start..].iter().rev()).take_while(|(a, b)| a == b).count();
    add(Run { old: 0, new: 0, len: start });
    let (old_mid, new_mid) = (&old[start..old.len() - end], &new[start..new.len() - end]);
    let cost = old_mid.len().saturating_mul(new_mid.len());
    if cost > 0 && cost <= GAP && cost <= *budget {
        *budget -= cost;
        for op in similar::capture_diff_slices(similar::Algorithm::Myers, old_mid, new_mid) {
            if let similar::DiffOp::Equal { old_index, new_index, len } = op {
                add(Run { old: start + old_index, new: start + new_index, len });
            }
        }
    }
    add(Run { old: old.len() - end, new: new.len() - end, len: end });
}
