//! A body as a row of sentences and of the gaps between them.
//!
//! What counts as a sentence decides what merges and what is a conflict, so it is said in one place. The row loses
//! nothing: its parts put together are the body. It does not read Markdown as a tree; lines are enough for it.

use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

/// Splits a body into gap, sentence, gap, …, gap. Gaps are blanks and line ends; a fenced block, a heading, a row of
/// a table, a line of a quotation count as a sentence each. Gaps have even places and sentences odd ones.
pub(super) fn row(body: &str) -> Vec<&str> {
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

/// How much a gap parts: nothing, a line end, a blank line.
pub(super) fn rank(gap: &str) -> usize {
    gap.matches('\n').count().min(2)
}

/// Stretches of lines that sentences do not cross, without blanks around; fenced blocks are one each.
pub(crate) fn units(body: &str) -> Vec<Range<usize>> {
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
pub(crate) const ABBREVIATIONS: [&str; 32] = [
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
