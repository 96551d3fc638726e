//! YAML front matter: reading it within bounds, and changing one key without touching the rest.
//!
//! Reading is serde-saphyr's, with a budget. Writing is a splice of our own over the lines of one top-level key,
//! because every YAML writer reformats what it did not change, and the splicing editors at hand accept invalid
//! YAML and change quotes. Each edit is read again and compared: the key must be what was asked and every other key
//! what it was, else the edit is refused and nothing changes.
//!
//! Text is LF (see [`crate::text`]).

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_saphyr::Spanned;

/// Longest front matter that is read, in bytes, delimiters included.
const MAX_BYTES: usize = 64 * 1024;
/// Deepest nesting that is read.
const MAX_DEPTH: usize = 32;
/// Most values that are read.
const MAX_NODES: usize = 10_000;
/// Most aliases that are followed.
const MAX_ALIASES: usize = 64;

/// A value in the front matter. Numbers, dates and truth values keep their spelling.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Value {
    /// `~`, `null`, or nothing.
    Null,
    /// A number or a truth value, as spelled; to write: any scalar that stands without quotes where it can (a date).
    Plain(String),
    /// Text.
    Text(String),
    /// A sequence.
    List(Vec<Value>),
    /// A mapping, in order.
    Map(Vec<(String, Value)>),
}

impl Value {
    /// The text of a scalar; `None` for null, lists and mappings.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        match self {
            Self::Plain(text) | Self::Text(text) => Some(text),
            _ => None,
        }
    }

    /// Equal but for the difference between text and a plain scalar of the same spelling.
    fn reads_as(&self, asked: &Self) -> bool {
        match (self, asked) {
            (Self::List(a), Self::List(b)) => {
                a.len() == b.len() && a.iter().zip(b).all(|(a, b)| a.reads_as(b))
            }
            (Self::Plain(a) | Self::Text(a), Self::Plain(b)) | (Self::Text(a), Self::Text(b)) => a == b,
            _ => self == asked,
        }
    }
}

/// The keys of a front matter, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Keys {
    entries: Vec<Entry>,
}

/// One top-level key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Its name.
    pub key: String,
    /// Its value.
    pub value: Value,
    /// Its line in the file, from 1.
    pub line: usize,
}

impl Keys {
    /// The value of a key.
    #[must_use]
    pub fn get(&self, key: &str) -> Option<&Value> {
        self.entries.iter().find(|entry| entry.key == key).map(|entry| &entry.value)
    }

    /// All keys, in order.
    #[must_use]
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }
}

/// What a front matter holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Front {
    /// There is none.
    Absent,
    /// It can be read.
    Keys(Keys),
    /// It cannot, and is edited as text.
    Broken {
        /// Line of the file, from 1, where reading stopped.
        line: usize,
        /// Why, in English, without the line.
        message: String,
    },
}

/// Why a key cannot be set by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CannotSet {
    /// The front matter is broken.
    Broken,
    /// The way it is written (flow mapping, anchors, merge keys…) does not allow one key to be changed alone.
    NotAlone,
    /// No such field, or a value that it cannot take.
    NotAField,
}

impl fmt::Display for CannotSet {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(match self {
            Self::Broken => "the front matter cannot be read",
            Self::NotAlone => "the key cannot be changed without touching others",
            Self::NotAField => "no such field",
        })
    }
}

impl std::error::Error for CannotSet {}

/// Front matter (with its delimiters and their line ends; empty where there is none) and body.
///
/// It starts with a line `---` at the very start and ends with a line `---` or `...`; blanks after the marks are
/// allowed. Without a closing line there is no front matter.
#[must_use]
pub fn split(text: &str) -> (&str, &str) {
    let mut lines = text.split_inclusive('\n');
    let Some(first) = lines.next().filter(|line| line.ends_with('\n') && mark(line) == "---") else {
        return ("", text);
    };
    let mut at = first.len();
    for line in lines {
        at += line.len();
        if matches!(mark(line), "---" | "...") {
            return text.split_at(at);
        }
    }
    ("", text)
}

fn mark(line: &str) -> &str {
    line.trim_end_matches(['\n', ' ', '\t'])
}

/// The lines between the delimiters.
fn inside(front: &str) -> Option<&str> {
    let start = front.find('\n')? + 1;
    let end = front.trim_end_matches('\n').rfind('\n')? + 1;
    front.get(start..end)
}

/// Reads a front matter as [`split`] gives it.
#[must_use]
pub fn read(front: &str) -> Front {
    if front.is_empty() {
        return Front::Absent;
    }
    let Some(yaml) = inside(front) else {
        return Front::Broken { line: 1, message: "no closing line".into() };
    };
    if front.len() > MAX_BYTES {
        return Front::Broken { line: 1, message: format!("longer than {} KiB", MAX_BYTES / 1024) };
    }
    if yaml.lines().all(|line| line.trim().is_empty() || line.trim_start().starts_with('#')) {
        return Front::Keys(Keys::default());
    }
    let options = serde_saphyr::options! {
        budget: serde_saphyr::budget! {
            max_depth: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_aliases: MAX_ALIASES,
            max_anchors: MAX_ALIASES,
            max_documents: 1,
        },
        duplicate_keys: serde_saphyr::DuplicateKeyPolicy::Error,
        strict_booleans: false,
        with_snippet: false,
    };
    match serde_saphyr::from_str_with_options::<Raw>(yaml, options) {
        Ok(Raw::Map(pairs)) => Front::Keys(Keys {
            entries: pairs
                .into_iter()
                .map(|(key, value)| Entry {
                    line: line_of(&key) + 1,
                    key: key.value,
                    value: value.value.finish(yaml, &value.defined),
                })
                .collect(),
        }),
        Ok(_) => Front::Broken { line: 2, message: "not a list of keys and values".into() },
        Err(error) => {
            let error = error.without_snippet();
            let line = error.location().map_or(0, |location| usize::try_from(location.line()).unwrap_or(0));
            Front::Broken { line: line.max(1) + 1, message: plain_message(&error.to_string()) }
        }
    }
}

fn line_of<T>(spanned: &Spanned<T>) -> usize {
    usize::try_from(spanned.referenced.line()).unwrap_or(0)
}

/// The reader's message in one line, without the position, which is told apart.
fn plain_message(message: &str) -> String {
    let line = message.lines().next().unwrap_or_default();
    let line = line.strip_prefix("error: ").unwrap_or(line);
    let cut = line.rfind(" at line ").or_else(|| line.find("; line ")).unwrap_or(line.len());
    let start = if line.starts_with("line ") { line.find(": ").map_or(0, |at| at + 2) } else { 0 };
    line.get(start..cut).unwrap_or(line).trim().to_owned()
}

/// A value as the reader gives it. Numbers and truth values are spans of the source, to keep their spelling.
enum Raw {
    Null,
    Spelled,
    Text(String),
    List(Vec<Spanned<Raw>>),
    Map(Vec<(Spanned<String>, Spanned<Raw>)>),
}

impl Raw {
    fn finish(self, yaml: &str, place: &serde_saphyr::Location) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Text(text) => Value::Text(text),
            Self::Spelled => {
                let span = place.span();
                let spelled = span.byte_offset().zip(span.byte_len()).and_then(|(start, len)| {
                    let start = usize::try_from(start).ok()?;
                    yaml.get(start..start + usize::try_from(len).ok()?)
                });
                Value::Plain(spelled.unwrap_or_default().trim().trim_matches(['"', '\'']).to_owned())
            }
            Self::List(items) => {
                Value::List(items.into_iter().map(|item| item.value.finish(yaml, &item.defined)).collect())
            }
            Self::Map(pairs) => Value::Map(
                pairs
                    .into_iter()
                    .map(|(key, item)| (key.value, item.value.finish(yaml, &item.defined)))
                    .collect(),
            ),
        }
    }
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Any;
        impl<'de> Visitor<'de> for Any {
            type Value = Raw;
            fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
                out.write_str("a value")
            }
            fn visit_unit<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }
            fn visit_none<E>(self) -> Result<Raw, E> {
                Ok(Raw::Null)
            }
            fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
                Raw::deserialize(deserializer)
            }
            fn visit_bool<E>(self, _: bool) -> Result<Raw, E> {
                Ok(Raw::Spelled)
            }
            fn visit_i64<E>(self, _: i64) -> Result<Raw, E> {
                Ok(Raw::Spelled)
            }
            fn visit_u64<E>(self, _: u64) -> Result<Raw, E> {
                Ok(Raw::Spelled)
            }
            fn visit_f64<E>(self, _: f64) -> Result<Raw, E> {
                Ok(Raw::Spelled)
            }
            fn visit_str<E>(self, text: &str) -> Result<Raw, E> {
                Ok(Raw::Text(text.to_owned()))
            }
            fn visit_string<E>(self, text: String) -> Result<Raw, E> {
                Ok(Raw::Text(text))
            }
            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
                let mut items = Vec::new();
                while let Some(item) = seq.next_element()? {
                    items.push(item);
                }
                Ok(Raw::List(items))
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
                let mut pairs = Vec::new();
                while let Some(pair) = map.next_entry()? {
                    pairs.push(pair);
                }
                Ok(Raw::Map(pairs))
            }
        }
        deserializer.deserialize_any(Any)
    }
}

/// How a scalar is written.
#[derive(Clone, Copy, PartialEq)]
enum Style {
    Plain,
    Single,
    Double,
    Literal,
    Folded,
}

/// The value of one key as it stands in the source.
struct Written<'a> {
    /// Blanks between the colon and the value.
    gap: &'a str,
    /// From the value's first character to its last; may span lines.
    value: &'a str,
    /// A comment on the value's line (for blocks and block lists: on the key's), with the blanks before it.
    comment: &'a str,
    style: Style,
}

/// Sets one key, and touches its lines only; `None` removes it. See the head of this module.
///
/// A key that is not there is added at the end; without a block, one is made. Removing the last key removes the
/// block too, unless it holds comments.
///
/// # Errors
/// [`CannotSet`]; nothing changed then.
pub fn set(front: &str, key: &str, value: Option<&Value>) -> Result<String, CannotSet> {
    let before = match read(front) {
        Front::Broken { .. } => return Err(CannotSet::Broken),
        Front::Absent => Keys::default(),
        Front::Keys(keys) => keys,
    };
    let edited = splice(front, &before, key, value)?;
    // What was asked, and nothing else?
    let after = match read(&edited) {
        Front::Broken { .. } => return Err(CannotSet::NotAlone),
        Front::Absent => Keys::default(),
        Front::Keys(keys) => keys,
    };
    if split(&edited).0 != edited {
        return Err(CannotSet::NotAlone);
    }
    let holds = match (after.get(key), value) {
        (None, None) => true,
        (Some(now), Some(asked)) => now.reads_as(asked),
        _ => false,
    };
    let others = |keys: &Keys| -> Vec<(String, Value)> {
        keys.entries
            .iter()
            .filter(|entry| entry.key != key)
            .map(|e| (e.key.clone(), e.value.clone()))
            .collect()
    };
    if holds && others(&before) == others(&after) { Ok(edited) } else { Err(CannotSet::NotAlone) }
}

/// Takes a key's value away. Its line stays as `key:`, with its place, its comment and its quotes, so that a value that is
/// typed anew stands where the old one stood. A last line that would come back just so is removed.
///
/// # Errors
/// [`CannotSet`]; nothing changed then.
pub fn clear(front: &str, key: &str) -> Result<String, CannotSet> {
    let keys = match read(front) {
        Front::Broken { .. } => return Err(CannotSet::Broken),
        Front::Absent => return Ok(front.to_owned()),
        Front::Keys(keys) => keys,
    };
    let Some(entry) = keys.entries.iter().find(|entry| entry.key == key) else { return Ok(front.to_owned()) };
    let lines: Vec<&str> = front.split_inclusive('\n').collect();
    let (head, rest) =
        lines.get(entry.line - 1).and_then(|line| after_key(line)).ok_or(CannotSet::NotAlone)?;
    let quoted = rest.trim_start().starts_with(['"', '\'']);
    let last = entry.line + 1 == lines.len();
    let block_is_bare = keys.entries.len() > 1 || (lines.len() == 3 && lines.concat().ends_with("\n---\n"));
    let scalar = entry.value.text().is_some_and(|text| rest == format!(" {text}\n"));
    let spelled = head == format!("{}{key}:", keys.entries.first().map_or("", |_| indent_of(head)));
    if last && block_is_bare && scalar && spelled && !quoted {
        return set(front, key, None);
    }
    let empty = match entry.value {
        Value::List(_) => Value::List(Vec::new()),
        _ if quoted => Value::Text(String::new()),
        _ => Value::Null,
    };
    set(front, key, Some(&empty))
}

fn splice(front: &str, keys: &Keys, key: &str, value: Option<&Value>) -> Result<String, CannotSet> {
    let lines: Vec<&str> = front.split_inclusive('\n').collect();
    let closing = lines.len().saturating_sub(1);
    let found = keys.entries.iter().position(|entry| entry.key == key);
    let Some(index) = found else {
        let Some(value) = value else { return Ok(front.to_owned()) };
        let indent = keys
            .entries
            .first()
            .and_then(|entry| lines.get(entry.line - 1))
            .map_or("", |line| indent_of(line));
        let text = emit(value, Style::Plain, indent)?;
        let gap = if text.is_empty() { "" } else { " " };
        let new = format!("{indent}{}:{gap}{text}\n", emit_text(key, Style::Plain, false, true));
        return Ok(if front.is_empty() {
            format!("---\n{new}---\n")
        } else {
            format!("{}{new}{}", lines[..closing].concat(), lines[closing])
        });
    };
    let first = keys.entries[index].line - 1;
    let next = keys.entries.get(index + 1).map_or(closing, |entry| entry.line - 1);
    if first >= next || next > closing {
        return Err(CannotSet::NotAlone);
    }
    let (head, rest) = after_key(lines[first]).ok_or(CannotSet::NotAlone)?;
    // The value ends with its last line that is neither blank nor, outside a block scalar, a comment.
    let block_scalar = rest.trim_start().starts_with(['|', '>']);
    let indent = indent_of(lines[first]);
    let last = (first + 1..next)
        .rev()
        .find(|&line| {
            let text = lines[line].trim();
            let inner = indent_of(lines[line]).len() > indent.len();
            !text.is_empty() && (!text.starts_with('#') || (block_scalar && inner))
        })
        .unwrap_or(first);
    let source = format!("{rest}{}", lines[first + 1..=last].concat());
    let source = source.strip_suffix('\n').unwrap_or(&source);
    let above = lines[..first].concat();
    let below = lines[last + 1..].concat();
    let Some(value) = value else {
        let only = keys.entries.len() == 1;
        let bare = lines[1..first].iter().chain(&lines[last + 1..closing]).all(|line| line.trim().is_empty());
        return Ok(if only && bare { String::new() } else { above + &below });
    };
    let written = written(source);
    if let Some(list) = list_in_place(&written, value, &keys.entries[index].value, indent)? {
        return Ok(format!("{above}{head}{list}\n{below}"));
    }
    let text = emit(value, written.style, indent)?;
    let gap = match (written.gap, text.as_str()) {
        (_, "") => "",
        ("", _) => " ",
        (gap, _) => gap,
    };
    // A comment stands on the first line of a block, after anything else.
    let (line, more) = text.split_once('\n').map_or((text.as_str(), None), |(line, more)| (line, Some(more)));
    let more = more.map(|more| format!("\n{more}")).unwrap_or_default();
    Ok(format!("{above}{head}{gap}{line}{}{more}\n{below}", written.comment))
}

fn indent_of(line: &str) -> &str {
    &line[..line.len() - line.trim_start_matches(' ').len()]
}

/// The key with its colon, and what follows, of a line `key: value`.
fn after_key(line: &str) -> Option<(&str, &str)> {
    let start = indent_of(line).len();
    let text = &line[start..];
    let key = match text.chars().next()? {
        '"' | '\'' => start + quoted_end(text)?,
        '?' | '{' | '[' | '&' | '*' | '!' => return None,
        _ => {
            let mut at = 0;
            loop {
                at += text[at..].find(':')?;
                if text[at + 1..].starts_with([' ', '\t', '\n']) || text[at + 1..].is_empty() {
                    break start + at;
                }
                at += 1;
            }
        }
    };
    let colon = key + line[key..].find(':')? + 1;
    line[key..colon - 1].trim().is_empty().then(|| line.split_at(colon))
}

/// Length of a quoted scalar at the start of `text`, quotes included.
fn quoted_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = *bytes.first()?;
    let mut at = 1;
    while at < bytes.len() {
        if bytes[at] == b'\\' && quote == b'"' {
            at += 1;
        } else if bytes[at] == quote {
            if quote == b'\'' && bytes.get(at + 1) == Some(&quote) {
                at += 1;
            } else {
                return Some(at + 1);
            }
        }
        at += 1;
    }
    None
}

/// Length of a flow collection at the start of `text`, brackets included.
fn flow_end(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    let (mut at, mut depth) = (0, 0usize);
    while at < bytes.len() {
        match bytes[at] {
            b'[' | b'{' => depth += 1,
            b']' | b'}' => {
                depth = depth.checked_sub(1)?;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            // A quote opens a scalar only where one may begin.
            b'"' | b'\''
                if at > 0 && matches!(bytes[at - 1], b'[' | b'{' | b',' | b' ' | b'\t' | b'\n' | b':') =>
            {
                at += quoted_end(&text[at..])? - 1;
            }
            b'#' if at > 0 && matches!(bytes[at - 1], b' ' | b'\t' | b'\n') => {
                at += text[at..].find('\n')?;
            }
            _ => {}
        }
        at += 1;
    }
    None
}

/// Where a comment starts in a line, blanks before it included; the line's length where there is none.
fn comment_start(line: &str) -> usize {
    let bytes = line.as_bytes();
    let mark =
        (0..bytes.len()).find(|&at| bytes[at] == b'#' && (at == 0 || matches!(bytes[at - 1], b' ' | b'\t')));
    mark.map_or(line.len(), |at| line[..at].trim_end_matches([' ', '\t']).len())
}

/// Takes apart what follows a key's colon.
fn written(source: &str) -> Written<'_> {
    let blanks = source.len() - source.trim_start_matches([' ', '\t']).len();
    let (gap, text) = source.split_at(blanks);
    let line = text.lines().next().unwrap_or_default();
    let (end, style) = match text.chars().next() {
        None | Some('\n' | '#') => {
            // A block list or mapping, or nothing.
            let start = comment_start(&source[..blanks + line.len()]);
            let (gap, comment) = source[..blanks + line.len()].split_at(start);
            return Written { gap, value: &source[blanks + line.len()..], comment, style: Style::Plain };
        }
        Some(mark @ ('|' | '>')) => {
            let style = if mark == '|' { Style::Literal } else { Style::Folded };
            let header = comment_start(line);
            return Written { gap, value: &text[line.len()..], comment: &line[header..], style };
        }
        Some('"') => (quoted_end(text), Style::Double),
        Some('\'') => (quoted_end(text), Style::Single),
        Some('[' | '{') => (flow_end(text), Style::Plain),
        Some(_) => {
            let last = text.rfind('\n').map_or(0, |at| at + 1);
            (Some(last + comment_start(&text[last..])), Style::Plain)
        }
    };
    let (value, comment) = text.split_at(end.unwrap_or(text.len()));
    Written { gap, value, comment: comment.trim_end(), style }
}

/// A list written over a list of the same form: a block list keeps the lines of the items that stay.
fn list_in_place(
    written: &Written<'_>,
    value: &Value,
    old: &Value,
    indent: &str,
) -> Result<Option<String>, CannotSet> {
    let (Value::List(new), Value::List(old)) = (value, old) else { return Ok(None) };
    let lines: Vec<&str> = written.value.lines().filter(|line| !line.trim().is_empty()).collect();
    let items: Vec<&str> = lines.iter().copied().filter(|line| line.trim_start().starts_with("- ")).collect();
    if !written.value.starts_with('\n') || new.is_empty() || items.len() != old.len() {
        return Ok(None);
    }
    let dash = items.first().map_or(format!("{indent}  "), |line| indent_of(line).to_owned());
    // One line an item, and comments between them: those lines can stay.
    let simple = lines.iter().all(|line| {
        let text = line.trim_start();
        text.starts_with('#') || (text.starts_with("- ") && indent_of(line) == dash)
    });
    let mut left: Vec<Option<(&Value, &str)>> = old.iter().zip(items).map(Some).collect();
    let mut text = written.comment.to_owned();
    for item in new {
        let same = left.iter_mut().find(|slot| slot.is_some_and(|(value, _)| value.reads_as(item)));
        match same.and_then(Option::take).filter(|_| simple) {
            Some((_, line)) => text += &format!("\n{line}"),
            None => text += &format!("\n{dash}- {}", emit_item(item, false)?),
        }
    }
    Ok(Some(text))
}

/// A value as it stands after `key: `; lines after the first are indented below `indent`.
fn emit(value: &Value, style: Style, indent: &str) -> Result<String, CannotSet> {
    Ok(match value {
        Value::Null => String::new(),
        Value::Plain(text) => emit_text(text, style, true, false),
        Value::Text(text) => {
            let block = matches!(style, Style::Literal | Style::Folded) && fits_block(text);
            if block && (style == Style::Literal || text.contains('\n')) {
                let body: String = text
                    .lines()
                    .map(|line| match line {
                        "" => "\n".to_owned(),
                        line => format!("\n{indent}  {line}"),
                    })
                    .collect();
                format!("|-{body}")
            } else if block {
                format!(">-\n{indent}  {text}")
            } else {
                emit_text(text, style, false, false)
            }
        }
        Value::List(items) => {
            let items = items.iter().map(|item| emit_item(item, true)).collect::<Result<Vec<_>, _>>()?;
            format!("[{}]", items.join(", "))
        }
        Value::Map(_) => return Err(CannotSet::NotAlone),
    })
}

/// Text that a block scalar holds as it is: printable, no blanks at the ends, no empty or indented first line.
fn fits_block(text: &str) -> bool {
    !text.is_empty()
        && text == text.trim()
        && !text.lines().any(|line| line.starts_with([' ', '\t']) || line.ends_with([' ', '\t']))
        && !text.chars().any(|c| c != '\n' && needs_escape(c))
}

fn emit_item(item: &Value, flow: bool) -> Result<String, CannotSet> {
    match item {
        Value::Plain(text) => Ok(emit_text(text, Style::Plain, true, flow)),
        Value::Text(text) => Ok(emit_text(text, Style::Plain, false, flow)),
        Value::Null => Ok("~".into()),
        Value::List(_) | Value::Map(_) => Err(CannotSet::NotAlone),
    }
}

/// A scalar in one line, in the style it had where that holds it.
fn emit_text(text: &str, style: Style, typed: bool, flow: bool) -> String {
    let escaped = text.chars().any(needs_escape);
    let bare = plain_holds(text)
        && (typed || !reads_as_other(text))
        && !(flow && text.contains([',', '[', ']', '{', '}']));
    match style {
        _ if escaped => double(text),
        Style::Double => double(text),
        Style::Plain | Style::Literal | Style::Folded if bare => text.to_owned(),
        _ if text.contains('\'') && !text.contains(['"', '\\']) && style != Style::Single => double(text),
        _ => format!("'{}'", text.replace('\'', "''")),
    }
}

fn double(text: &str) -> String {
    let mut quoted = String::from("\"");
    for c in text.chars() {
        match c {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            c if needs_escape(c) && u32::from(c) < 0x100 => {
                quoted.push_str(&format!("\\x{:02X}", u32::from(c)))
            }
            c if needs_escape(c) => quoted.push_str(&format!("\\u{:04X}", u32::from(c))),
            c => quoted.push(c),
        }
    }
    quoted.push('"');
    quoted
}

/// Characters that only an escape can carry, or that a reader might take for a line end.
fn needs_escape(c: char) -> bool {
    c.is_control() || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// Text that stands without quotes, whatever type it then has.
fn plain_holds(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return false };
    let dash = first == '-' && !text[1..].starts_with(|c: char| c.is_ascii_digit() || c == '.');
    !dash
        && !matches!(
            first,
            '?' | ':' | ',' | '[' | ']' | '{' | '}' | '#' | '&' | '*' | '!' | '|' | '>' | '\'' | '"'
        )
        && !matches!(first, '%' | '@' | '`' | '=' | '<')
        && text.trim() == text
        && !text.contains(": ")
        && !text.ends_with(':')
        && !text.contains(" #")
        && !text.starts_with("...")
}

/// Text that some reader takes for a number, a date, a truth value or nothing.
fn reads_as_other(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let word = text.to_ascii_lowercase();
    matches!(word.as_str(), "~" | "null" | "true" | "false" | "yes" | "no" | "on" | "off" | "y" | "n")
        || ((first.is_ascii_digit() || matches!(first, '+' | '-' | '.'))
            && word.chars().all(|c| {
                c.is_ascii_hexdigit()
                    || matches!(c, '+' | '-' | '.' | ':' | '_' | 'x' | 'o' | 't' | 'z' | 'i' | 'n')
            }))
}
