//! Changes of a text, as CodeMirror makes them, and the authority that puts them in order.
//!
//! [`ChangeSet`] follows `ChangeSet` of `@codemirror/state` section by section, so that what the window computes
//! and what is computed here are the same; positions and lengths are UTF-16 units of LF text. [`Authority`] is
//! the other side of `@codemirror/collab`.

use std::collections::VecDeque;
use std::fmt;

use serde_json::Value;
use unicode_segmentation::UnicodeSegmentation;

use crate::text::{Run, advance, runs_of, utf16_len};

/// Why changes cannot be read, applied or combined.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum BadChange {
    /// Not the JSON form of a change set.
    Json,
    /// Made for a text of another length.
    Length {
        /// UTF-16 units that the change set is for.
        expected: usize,
        /// UTF-16 units there are.
        found: usize,
    },
    /// Cuts a character in two (a surrogate pair).
    Character,
    /// A range is out of order or outside the text.
    Range,
}

impl fmt::Display for BadChange {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Json => write!(out, "not a change set"),
            Self::Length { expected, found } => {
                write!(out, "changes for a text of {expected} units, but it has {found}")
            }
            Self::Character => write!(out, "changes cut a character in two"),
            Self::Range => write!(out, "ranges out of order or outside the text"),
        }
    }
}

impl std::error::Error for BadChange {}

/// One stretch of a change set: `len` units are kept, or replaced.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Section {
    len: usize,
    insert: Option<Insert>,
}

#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Insert {
    text: String,
    units: usize,
}

impl Section {
    /// Units after the change.
    fn new_len(&self) -> usize {
        self.insert.as_ref().map_or(self.len, |insert| insert.units)
    }
}

/// A change of a whole text of a known length.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChangeSet {
    sections: Vec<Section>,
}

/// What a section puts in place, borrowed.
#[derive(Clone, Copy)]
enum Put<'a> {
    Keep,
    Text(&'a str, usize),
}

impl ChangeSet {
    /// No change of a text of this length.
    #[must_use]
    pub fn unchanged(len: usize) -> Self {
        let mut set = Self::default();
        set.add(len, Put::Keep, false);
        set
    }

    /// Replaces ranges `(from, to, text)` of a text of `len` units. The ranges are in order and do not overlap.
    ///
    /// # Errors
    /// [`BadChange::Range`] where they are not, or reach outside.
    pub fn replace(len: usize, ranges: &[(usize, usize, &str)]) -> Result<Self, BadChange> {
        let mut set = Self::default();
        let mut at = 0;
        for &(from, to, text) in ranges {
            if from < at || to < from || to > len {
                return Err(BadChange::Range);
            }
            set.add(from - at, Put::Keep, false);
            set.add(to - from, Put::Text(text, utf16_len(text)), false);
            at = to;
        }
        set.add(len - at, Put::Keep, false);
        Ok(set)
    }

    /// Inserts `text` at `at` in a text of `len` units.
    ///
    /// # Errors
    /// [`BadChange::Range`] past the end.
    pub fn insert(len: usize, at: usize, text: &str) -> Result<Self, BadChange> {
        Self::replace(len, &[(at, at, text)])
    }

    /// CodeMirror's `addSection` and `addInsert` in one.
    fn add(&mut self, len: usize, put: Put<'_>, join: bool) {
        let empty = match put {
            Put::Keep => true,
            Put::Text(_, units) => units == 0,
        };
        if len == 0 && empty {
            return;
        }
        if let Some(last) = self.sections.last_mut() {
            match (&mut last.insert, put) {
                (None, Put::Keep) => {
                    last.len += len;
                    return;
                }
                (Some(insert), Put::Text(text, units))
                    if join || (units == 0 && insert.units == 0) || (len == 0 && last.len == 0) =>
                {
                    last.len += len;
                    insert.text.push_str(text);
                    insert.units += units;
                    return;
                }
                _ => {}
            }
        }
        let insert = match put {
            Put::Keep => None,
            Put::Text(text, units) => Some(Insert { text: text.to_owned(), units }),
        };
        self.sections.push(Section { len, insert });
    }

    /// Reads CodeMirror's JSON form: `n` keeps n units, `[n]` deletes them, `[n, "line", …]` replaces them.
    ///
    /// # Errors
    /// [`BadChange::Json`] for anything else, lengths that are not whole numbers below 2³², and lines that hold
    /// line ends.
    pub fn from_json(json: &Value) -> Result<Self, BadChange> {
        fn length(value: &Value) -> Result<usize, BadChange> {
            value
                .as_u64()
                .and_then(|number| u32::try_from(number).ok())
                .map(|number| number as usize)
                .ok_or(BadChange::Json)
        }
        let mut set = Self::default();
        for part in json.as_array().ok_or(BadChange::Json)? {
            match part.as_array().map(Vec::as_slice) {
                None => set.add(length(part)?, Put::Keep, false),
                Some([]) => return Err(BadChange::Json),
                Some([len, lines @ ..]) => {
                    let mut text = String::new();
                    for (index, line) in lines.iter().enumerate() {
                        let line = line.as_str().ok_or(BadChange::Json)?;
                        if line.contains(['\n', '\r']) {
                            return Err(BadChange::Json);
                        }
                        if index > 0 {
                            text.push('\n');
                        }
                        text.push_str(line);
                    }
                    set.add(length(len)?, Put::Text(&text, utf16_len(&text)), false);
                }
            }
        }
        Ok(set)
    }

    /// CodeMirror's JSON form.
    #[must_use]
    pub fn to_json(&self) -> Value {
        self.sections
            .iter()
            .map(|section| match &section.insert {
                None => Value::from(section.len),
                Some(insert) if insert.units == 0 => Value::from(vec![section.len]),
                Some(insert) => std::iter::once(Value::from(section.len))
                    .chain(insert.text.split('\n').map(Value::from))
                    .collect(),
            })
            .collect()
    }

    /// UTF-16 units of the text before.
    #[must_use]
    pub fn len_before(&self) -> usize {
        self.sections.iter().map(|section| section.len).sum()
    }

    /// UTF-16 units of the text after.
    #[must_use]
    pub fn len_after(&self) -> usize {
        self.sections.iter().map(Section::new_len).sum()
    }

    /// Nothing changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.sections.iter().all(|section| section.insert.is_none())
    }

    /// The text after the changes.
    ///
    /// # Errors
    /// [`BadChange::Length`] for a text of another length, [`BadChange::Character`] for a cut inside a character.
    pub fn apply(&self, text: &str) -> Result<String, BadChange> {
        let grown: usize =
            self.sections.iter().filter_map(|section| section.insert.as_ref()).map(|i| i.text.len()).sum();
        let mut result = String::with_capacity(text.len() + grown);
        self.walk(text, |old, insert| result.push_str(insert.unwrap_or(old)))?;
        Ok(result)
    }

    /// Calls `f(old text, replacement)` for each section; the text is read once.
    fn walk(&self, text: &str, mut f: impl FnMut(&str, Option<&str>)) -> Result<(), BadChange> {
        let bytes = text.as_bytes();
        let misfit = || {
            let (expected, found) = (self.len_before(), utf16_len(text));
            if expected == found { BadChange::Character } else { BadChange::Length { expected, found } }
        };
        let mut at = 0;
        for section in &self.sections {
            let end = advance(bytes, at, section.len).ok_or_else(misfit)?;
            f(&text[at..end], section.insert.as_ref().map(|insert| insert.text.as_str()));
            at = end;
        }
        if at == bytes.len() { Ok(()) } else { Err(misfit()) }
    }

    /// The changes that lead back, given the text before.
    ///
    /// # Errors
    /// As [`ChangeSet::apply`].
    pub fn invert(&self, before: &str) -> Result<Self, BadChange> {
        let mut sections = Vec::with_capacity(self.sections.len());
        let mut parts = self.sections.iter();
        self.walk(before, |old, _| {
            if let Some(section) = parts.next() {
                let insert =
                    section.insert.as_ref().map(|_| Insert { text: old.to_owned(), units: section.len });
                sections.push(Section { len: section.new_len(), insert });
            }
        })?;
        Ok(Self { sections })
    }

    /// This change, then `other`, as one.
    ///
    /// # Errors
    /// [`BadChange::Length`] where `other` is not for the text that this gives; [`BadChange::Character`] where it
    /// cuts a character that this inserts.
    pub fn compose(&self, other: &Self) -> Result<Self, BadChange> {
        if self.len_after() != other.len_before() {
            return Err(BadChange::Length { expected: other.len_before(), found: self.len_after() });
        }
        if self.is_empty() {
            return Ok(other.clone());
        }
        if other.is_empty() {
            return Ok(self.clone());
        }
        let mut set = Self::default();
        let (mut a, mut b) = (Reader::new(self), Reader::new(other));
        let mut open = false;
        loop {
            if a.done() && b.done() {
                return Ok(set);
            } else if a.is_deletion() {
                set.add(a.len, Put::Text("", 0), open);
                a.next();
            } else if b.len == 0 && !b.done() {
                set.add(0, b.put(), open);
                b.next();
            } else if a.done() || b.done() {
                return Err(BadChange::Length { expected: other.len_before(), found: self.len_after() });
            } else {
                let len = a.after().min(b.len);
                let count = set.sections.len();
                // What A still has to delete, and what B still has to insert, goes with the first piece of each.
                let deleted = if a.off > 0 { 0 } else { a.len };
                let inserted = if b.off > 0 { Put::Text("", 0) } else { b.put() };
                match (a.keeps(), b.keeps()) {
                    (true, true) => set.add(len, Put::Keep, open),
                    (true, false) => set.add(len, inserted, open),
                    (false, true) => {
                        let piece = a.piece(len)?;
                        set.add(deleted, Put::Text(piece, len), open);
                    }
                    (false, false) => {
                        // A cut through a character must show even where the piece is thrown away.
                        a.piece(len)?;
                        set.add(deleted, inserted, open);
                    }
                }
                open = ((!a.keeps() && a.after() > len) || (!b.keeps() && b.len > len))
                    && (open || set.sections.len() > count);
                a.forward_after(len);
                b.forward(len);
            }
        }
    }

    /// This change as it applies after `other`, both made for the same text. `before` decides where both insert at
    /// one place: true puts this one first.
    ///
    /// `a.compose(b.map(a, false))` and `b.compose(a.map(b, true))` give the same text.
    ///
    /// # Errors
    /// [`BadChange::Length`] where the two are for texts of different lengths.
    pub fn map(&self, other: &Self, before: bool) -> Result<Self, BadChange> {
        let misfit = || BadChange::Length { expected: self.len_before(), found: other.len_before() };
        if self.len_before() != other.len_before() {
            return Err(misfit());
        }
        if other.is_empty() {
            return Ok(self.clone());
        }
        let mut set = Self::default();
        let (mut a, mut b) = (Reader::new(self), Reader::new(other));
        // The section of A (its number from 1) whose text has been inserted already.
        let mut inserted = 0;
        loop {
            if (a.done() && b.len > 0) || (b.done() && a.len > 0) {
                return Err(misfit());
            } else if a.keeps() && b.keeps() {
                let len = a.len.min(b.len);
                set.add(len, Put::Keep, false);
                a.forward(len);
                b.forward(len);
            } else if b.replaces()
                && (!a.replaces()
                    || inserted == a.next
                    || (a.off == 0 && (b.len < a.len || (b.len == a.len && !before))))
            {
                let mut len = b.len;
                set.add(b.units(), Put::Keep, false);
                while len > 0 {
                    if a.done() {
                        return Err(misfit());
                    }
                    let piece = a.len.min(len);
                    if a.replaces() && inserted < a.next && a.len <= piece {
                        set.add(0, a.put(), false);
                        inserted = a.next;
                    }
                    a.forward(piece);
                    len -= piece;
                }
                b.next();
            } else if a.replaces() {
                let mut len = 0;
                let mut left = a.len;
                while left > 0 {
                    if b.keeps() {
                        let piece = left.min(b.len);
                        len += piece;
                        left -= piece;
                        b.forward(piece);
                    } else if b.is_deletion() && b.len < left {
                        left -= b.len;
                        b.next();
                    } else {
                        break;
                    }
                }
                set.add(len, if inserted < a.next { a.put() } else { Put::Text("", 0) }, false);
                inserted = a.next;
                a.forward(a.len - left);
            } else if a.done() && b.done() {
                return Ok(set);
            } else {
                return Err(misfit());
            }
        }
    }

    /// Where a position goes. `assoc` below 0 keeps it before text inserted there, else after. A position past the
    /// end goes to the end.
    #[must_use]
    pub fn map_pos(&self, pos: usize, assoc: i32) -> usize {
        let (mut before, mut after) = (0, 0);
        for section in &self.sections {
            let end = before + section.len;
            match &section.insert {
                None => {
                    if end > pos {
                        return after + (pos - before);
                    }
                    after += section.len;
                }
                Some(insert) => {
                    if end > pos || (end == pos && assoc < 0 && section.len == 0) {
                        return if pos == before || assoc < 0 { after } else { after + insert.units };
                    }
                    after += insert.units;
                }
            }
            before = end;
        }
        after
    }

    /// This change as one of a longer text: of `len` units, where the text of this one begins at `from`.
    pub(crate) fn within(&self, from: usize, len: usize) -> Self {
        let mut set = Self::unchanged(from);
        for section in &self.sections {
            match &section.insert {
                None => set.add(section.len, Put::Keep, false),
                Some(insert) => set.add(section.len, Put::Text(&insert.text, insert.units), false),
            }
        }
        set.add(len.saturating_sub(from + self.len_before()), Put::Keep, false);
        set
    }

    /// A small change from one text to another: what is equal at both ends stays, then equal lines, then equal
    /// words within changed lines. Nearly linear time, whatever the texts.
    #[must_use]
    pub fn between(old: &str, new: &str) -> Self {
        let mut set = Self::default();
        let mut edit = Edit { set: &mut set, words_left: WORDS };
        edit.trimmed(old, new, Grain::Lines);
        set
    }
}

/// Bytes of changed lines that [`ChangeSet::between`] compares word by word.
const WORDS: usize = 1 << 20;

#[derive(Clone, Copy, PartialEq)]
enum Grain {
    Lines,
    Words,
    Nothing,
}

struct Edit<'a> {
    set: &'a mut ChangeSet,
    words_left: usize,
}

impl Edit<'_> {
    fn keep(&mut self, text: &str) {
        self.set.add(utf16_len(text), Put::Keep, false);
    }

    /// Adds the change from `old` to `new`: equal ends are kept, the rest is compared with the given grain.
    fn trimmed(&mut self, old: &str, new: &str, grain: Grain) {
        let (start, end) = common_ends(old, new);
        self.keep(&old[..start]);
        let (old_mid, new_mid) = (&old[start..old.len() - end], &new[start..new.len() - end]);
        let small = old_mid.len() + new_mid.len() <= self.words_left;
        match grain {
            _ if old_mid.is_empty() || new_mid.is_empty() => self.replace(old_mid, new_mid),
            Grain::Lines => {
                let old_lines: Vec<&str> = old_mid.split_inclusive('\n').collect();
                let new_lines: Vec<&str> = new_mid.split_inclusive('\n').collect();
                self.items(&old_lines, &new_lines, runs_of(&old_lines, &new_lines), Grain::Words);
            }
            Grain::Words if small => {
                self.words_left -= old_mid.len() + new_mid.len();
                let old_words: Vec<&str> = old_mid.split_word_bounds().collect();
                let new_words: Vec<&str> = new_mid.split_word_bounds().collect();
                let mut runs = runs_of(&old_words, &new_words);
                // A lone space between two changed words is no anchor: one change reads better than two.
                runs.retain(|run| {
                    let words = &old_words[run.old..run.old + run.len];
                    words.iter().any(|word| word.contains('\n') || !word.trim().is_empty())
                });
                self.items(&old_words, &new_words, runs, Grain::Nothing);
            }
            Grain::Words | Grain::Nothing => self.replace(old_mid, new_mid),
        }
        self.keep(&old[old.len() - end..]);
    }

    fn replace(&mut self, old: &str, new: &str) {
        self.set.add(utf16_len(old), Put::Text(new, utf16_len(new)), false);
    }

    fn items(&mut self, old: &[&str], new: &[&str], runs: Vec<Run>, finer: Grain) {
        let (mut at_old, mut at_new) = (0, 0);
        for run in runs {
            self.trimmed(&old[at_old..run.old].concat(), &new[at_new..run.new].concat(), finer);
            self.keep(&old[run.old..run.old + run.len].concat());
            (at_old, at_new) = (run.old + run.len, run.new + run.len);
        }
        self.trimmed(&old[at_old..].concat(), &new[at_new..].concat(), finer);
    }
}

/// Bytes that two texts have in common at the start and, beyond that, at the end; both whole characters.
pub(crate) fn common_ends(old: &str, new: &str) -> (usize, usize) {
    let (a, b) = (old.as_bytes(), new.as_bytes());
    let mut start = a.iter().zip(b).take_while(|(x, y)| x == y).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let mut end = a[start..].iter().rev().zip(b[start..].iter().rev()).take_while(|(x, y)| x == y).count();
    while !old.is_char_boundary(old.len() - end) || !new.is_char_boundary(new.len() - end) {
        end -= 1;
    }
    (start, end)
}

/// CodeMirror's `SectionIter`: reads a change set piece by piece.
struct Reader<'a> {
    sections: &'a [Section],
    /// Number of the section after the one being read.
    next: usize,
    /// Units of the section (before) that are left.
    len: usize,
    /// Units of its replacement that are left; `None` keeps.
    insert: Option<usize>,
    /// Units of the section that were read.
    off: usize,
    /// Bytes of its replacement that were read.
    byte: usize,
    at_end: bool,
}

impl<'a> Reader<'a> {
    fn new(set: &'a ChangeSet) -> Self {
        let mut reader =
            Self { sections: &set.sections, next: 0, len: 0, insert: None, off: 0, byte: 0, at_end: false };
        reader.next();
        reader
    }

    fn next(&mut self) {
        (self.off, self.byte) = (0, 0);
        if let Some(section) = self.sections.get(self.next) {
            self.len = section.len;
            self.insert = section.insert.as_ref().map(|insert| insert.units);
            self.next += 1;
        } else {
            self.len = 0;
            self.insert = None;
            self.at_end = true;
        }
    }

    fn done(&self) -> bool {
        self.at_end
    }

    fn keeps(&self) -> bool {
        !self.at_end && self.insert.is_none()
    }

    fn replaces(&self) -> bool {
        self.insert.is_some()
    }

    fn is_deletion(&self) -> bool {
        self.insert == Some(0)
    }

    fn units(&self) -> usize {
        self.insert.unwrap_or(0)
    }

    /// Units left of what the section leaves behind.
    fn after(&self) -> usize {
        self.insert.unwrap_or(self.len)
    }

    fn source(&self) -> Option<&'a Insert> {
        self.sections.get(self.next.wrapping_sub(1)).filter(|_| !self.at_end)?.insert.as_ref()
    }

    /// The whole replacement.
    fn put(&self) -> Put<'a> {
        match self.source() {
            Some(insert) => Put::Text(&insert.text, insert.units),
            None => Put::Keep,
        }
    }

    /// The next `len` units of the replacement.
    fn piece(&self, len: usize) -> Result<&'a str, BadChange> {
        let text = self.source().map_or("", |insert| insert.text.as_str());
        let end = advance(text.as_bytes(), self.byte, len).ok_or(BadChange::Character)?;
        Ok(&text[self.byte..end])
    }

    fn forward(&mut self, len: usize) {
        if len == self.len {
            self.next();
        } else {
            self.len -= len;
            self.off += len;
        }
    }

    /// Moves on by `len` units of what the section leaves behind.
    fn forward_after(&mut self, len: usize) {
        match self.insert {
            None => self.forward(len),
            Some(units) if units == len => self.next(),
            Some(units) => {
                self.byte += self.piece(len).map_or(0, str::len);
                self.insert = Some(units - len);
                self.off += len;
            }
        }
    }
}

/// Updates that an [`Authority`] remembers; a client that is further behind opens the text again.
pub const REMEMBERED: usize = 10_000;

/// Puts the changes of several clients in one order: the authority of `@codemirror/collab`.
///
/// A version is the number of updates since the text was opened. A client sends updates made on the version that
/// it holds; where that is not the authority's, it first takes what it missed, rebases, and sends again.
#[derive(Clone, Debug, Default)]
pub struct Authority {
    version: u32,
    body: String,
    /// The newest updates: who made each, and what.
    log: VecDeque<(String, ChangeSet)>,
}

/// What became of an update that a client sent.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Offer {
    /// Taken.
    Accepted,
    /// The text moved on: take these, rebase, send again.
    Behind(Vec<(String, ChangeSet)>),
    /// Too far behind, or ahead: open the text again.
    Reopen,
}

impl Authority {
    /// A text at version 0.
    #[must_use]
    pub fn new(body: String) -> Self {
        Self { version: 0, body, log: VecDeque::new() }
    }

    /// Number of updates so far.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// The text now.
    #[must_use]
    pub fn body(&self) -> &str {
        &self.body
    }

    /// Takes updates (client, changes) made on the present version; all of them or none.
    ///
    /// # Errors
    /// [`BadChange`] where one does not fit; then nothing changed.
    pub fn push(&mut self, updates: Vec<(String, ChangeSet)>) -> Result<(), BadChange> {
        let mut body: Option<String> = None;
        for (_, changes) in &updates {
            body = Some(changes.apply(body.as_deref().unwrap_or(&self.body))?);
        }
        if let Some(body) = body {
            self.body = body;
        }
        for update in updates {
            self.version += 1;
            self.log.push_back(update);
        }
        while self.log.len() > REMEMBERED {
            self.log.pop_front();
        }
        Ok(())
    }

    /// Takes updates made on `version`, if that is the present one.
    ///
    /// # Errors
    /// As [`Authority::push`].
    pub fn offer(&mut self, version: u32, updates: Vec<(String, ChangeSet)>) -> Result<Offer, BadChange> {
        if version == self.version {
            self.push(updates)?;
            return Ok(Offer::Accepted);
        }
        Ok(self.since(version).map_or(Offer::Reopen, Offer::Behind))
    }

    /// The updates after `version`; `None` where they are forgotten or not made yet.
    #[must_use]
    pub fn since(&self, version: u32) -> Option<Vec<(String, ChangeSet)>> {
        let missed = self.version.checked_sub(version)? as usize;
        let from = self.log.len().checked_sub(missed)?;
        Some(self.log.range(from..).cloned().collect())
    }
}
