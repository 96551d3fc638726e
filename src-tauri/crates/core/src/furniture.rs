//! The furniture (titraille) of an article: its keys resolved, with aliases, where each came from, and what is wrong
//! with it; and how an edit of a field goes back to where the field was read.

use comrak::nodes::{AstNode, NodeValue};
use jiff::Zoned;
use jiff::civil::Date;
use jiff::fmt::temporal::Pieces;
use jiff::tz::TimeZone;
use std::ops::RangeInclusive;

use crate::changes::ChangeSet;
pub use crate::front::CannotSet;
use crate::front::{self, Front, Keys, Value};
use crate::markdown;
use crate::text::{byte_to_utf16, utf16_len};

/// Where a field's text came from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// This key of the front matter (the field's own name or an alias).
    Key(&'static str),
    /// The first `# heading` of the body.
    Heading,
    /// The name of the file.
    FileName,
    /// The value that holds where nothing is said (the stage).
    Default,
    /// Nowhere: the field is empty.
    #[default]
    Absent,
}

/// Why a value is not one that the key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Invalid {
    /// Neither `YYYY-MM-DD` nor RFC 3339.
    NotADate,
    /// Not RFC 3339.
    NotATime,
    /// A time without its offset.
    NoOffset,
    /// Not a whole number.
    NotANumber,
    /// No such stage.
    UnknownStage,
    /// No such legal state.
    UnknownLegal,
    /// Not a BCP 47 tag.
    NotALanguage,
    /// A list or a mapping where text belongs.
    NotText,
}

impl Invalid {
    /// The code on the wire.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotADate => "not_a_date",
            Self::NotATime => "not_a_time",
            Self::NoOffset => "no_offset",
            Self::NotANumber => "not_a_number",
            Self::UnknownStage => "unknown_stage",
            Self::UnknownLegal => "unknown_legal",
            Self::NotALanguage => "not_a_language",
            Self::NotText => "not_text",
        }
    }
}

/// One field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Field {
    /// Its text; empty where absent. A list is joined by `, `.
    pub value: String,
    /// Where it came from.
    pub source: Source,
    /// What is wrong with it.
    pub invalid: Option<Invalid>,
    /// The items, where the field holds a list or takes one.
    items: Vec<String>,
    name: &'static str,
}

impl Field {
    /// True where another source than the field's own key gives the text.
    #[must_use]
    pub fn derived(&self) -> bool {
        match self.source {
            Source::Key(key) => key != self.name,
            Source::Absent => false,
            _ => true,
        }
    }
}

/// A publication date: a day, or a moment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum When {
    /// A day.
    Day(Date),
    /// A moment, in the offset that was written.
    Moment(Zoned),
}

/// The furniture of an article.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[allow(missing_docs)] // The fields are the keys of the contract's table.
pub struct Furniture {
    pub title: Field,
    pub kicker: Field,
    pub standfirst: Field,
    pub byline: Field,
    pub slug: Field,
    pub section: Field,
    pub dateline: Field,
    pub date: Field,
    pub lang: Field,
    pub stage: Field,
    pub assignee: Field,
    pub deadline: Field,
    pub embargo: Field,
    pub legal: Field,
    pub length: Field,
    pub tags: Field,
    /// Lines of the body, from 1, of the `# heading` that serves as title, which exports do not repeat.
    pub title_lines: Option<RangeInclusive<usize>>,
}

/// The edit of a field: new front matter, or a change of the body, or neither where nothing changes.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FurnitureEdit {
    /// The whole front matter, delimiters included.
    pub front: Option<String>,
    /// The change of the body (the heading that serves as title).
    pub body: Option<ChangeSet>,
}

/// The stages of an article.
pub const STAGES: [&str; 7] = ["draft", "review", "approved", "published", "hold", "spiked", "killed"];
/// What `legal` may be.
pub const LEGAL: [&str; 3] = ["not_needed", "needs_check", "approved"];

/// What a field takes.
#[derive(Clone, Copy, PartialEq)]
enum Kind {
    Line,
    Paragraph,
    Names,
    Tags,
    Day,
    Time,
    Lang,
    Stage,
    Legal,
    Number,
}

/// The fields: the keys that are read (the first is the field's own), and what they take.
const FIELDS: [(&[&str], Kind); 16] = [
    (&["title"], Kind::Line),
    (&["kicker"], Kind::Line),
    (&["standfirst", "description", "summary", "chapo"], Kind::Paragraph),
    (&["byline", "author", "authors"], Kind::Names),
    (&["slug"], Kind::Line),
    (&["section"], Kind::Line),
    (&["dateline"], Kind::Line),
    (&["date"], Kind::Day),
    (&["lang"], Kind::Lang),
    (&["stage"], Kind::Stage),
    (&["assignee"], Kind::Line),
    (&["deadline"], Kind::Time),
    (&["embargo"], Kind::Time),
    (&["legal"], Kind::Legal),
    (&["length"], Kind::Number),
    (&["tags"], Kind::Tags),
];

/// The field that a key of the front matter is read for, by its own name; `None` for other keys.
#[must_use]
pub fn field_of(key: &str) -> Option<&'static str> {
    FIELDS.iter().find(|(names, _)| names.contains(&key)).map(|(names, _)| names[0])
}

/// What the front matter of a whole text holds for a field, by the field's own name; empty where it holds nothing.
#[must_use]
pub fn value_of(text: &str, name: &str) -> String {
    let Front::Keys(keys) = front::read(front::split(text).0) else { return String::new() };
    let found = FIELDS.iter().find(|(names, _)| names[0] == name);
    found.map(|&(names, kind)| field(&keys, names, kind).value).unwrap_or_default()
}

/// Resolves the furniture. `file_name` may be a path; its last part without the extension is the last resort for the
/// title. Front matter that cannot be read counts as none.
#[must_use]
pub fn resolve(front: &str, body: &str, file_name: &str) -> Furniture {
    let keys = match front::read(front) {
        Front::Keys(keys) => keys,
        _ => Keys::default(),
    };
    let fields = FIELDS.map(|(names, kind)| field(&keys, names, kind));
    let [
        mut title,
        kicker,
        standfirst,
        byline,
        slug,
        section,
        dateline,
        date,
        lang,
        stage,
        assignee,
        deadline,
        embargo,
        legal,
        length,
        tags,
    ] = fields;
    let mut title_lines = None;
    if title.value.is_empty() {
        let heading = heading(body);
        let name = file_name.rsplit(['/', '\\']).next().unwrap_or_default();
        let stem = name.rsplit_once('.').map_or(name, |(stem, _)| if stem.is_empty() { name } else { stem });
        match heading {
            Some(heading) => {
                title_lines = Some(heading.lines.clone());
                title.source = Source::Heading;
                title.value = heading.title;
            }
            None => {
                title.source = Source::FileName;
                title.value = stem.to_owned();
            }
        }
    }
    Furniture {
        title,
        kicker,
        standfirst,
        byline,
        slug,
        section,
        dateline,
        date,
        lang,
        stage,
        assignee,
        deadline,
        embargo,
        legal,
        length,
        tags,
        title_lines,
    }
}

impl Furniture {
    /// Who signs, one name each. Text with commas is one signature: only a list makes several.
    #[must_use]
    pub fn bylines(&self) -> &[String] {
        &self.byline.items
    }

    /// The tags.
    #[must_use]
    pub fn tag_list(&self) -> &[String] {
        &self.tags.items
    }

    /// The publication date, where it is one.
    #[must_use]
    pub fn published(&self) -> Option<When> {
        when(&self.date.value).ok()
    }

    /// Until when the article is not to be published, where that can be read.
    #[must_use]
    pub fn embargo_until(&self) -> Option<Zoned> {
        moment(&self.embargo.value).ok()
    }

    /// Until when the article is to be filed, where that can be read.
    #[must_use]
    pub fn deadline_at(&self) -> Option<Zoned> {
        moment(&self.deadline.value).ok()
    }

    /// The commissioned length in signes, where it is a number.
    #[must_use]
    pub fn length_signes(&self) -> Option<u32> {
        self.length.value.parse().ok()
    }
}

fn field(keys: &Keys, names: &'static [&'static str], kind: Kind) -> Field {
    let name = names[0];
    let present = || names.iter().filter_map(|name| Some((*name, keys.get(name)?)));
    // The first that says something, else the first that is there.
    let found = present()
        .find(|(_, value)| !items_of(value).0.concat().trim().is_empty())
        .or_else(|| present().next());
    let Some((key, value)) = found else {
        return match kind {
            Kind::Stage => {
                Field { value: STAGES[0].into(), source: Source::Default, name, ..Field::default() }
            }
            _ => Field { name, ..Field::default() },
        };
    };
    let (items, readable) = items_of(value);
    let items: Vec<String> =
        items.iter().map(|item| tidy(item, kind)).filter(|item| !item.is_empty()).collect();
    let value_text = items.join(", ");
    let list = matches!(value, Value::List(_));
    let takes_list = matches!(kind, Kind::Names | Kind::Tags);
    let invalid = if !readable || (list && !takes_list) {
        Some(Invalid::NotText)
    } else if value_text.is_empty() {
        None
    } else {
        check(&value_text, kind)
    };
    let items = if kind == Kind::Tags && !list {
        value_text.split(',').map(str::trim).filter(|tag| !tag.is_empty()).map(str::to_owned).collect()
    } else {
        items
    };
    Field { value: value_text, source: Source::Key(key), invalid, items, name }
}

/// The texts in a value, and whether all of it was text. In a list, a mapping with a `name` counts as that name.
fn items_of(value: &Value) -> (Vec<&str>, bool) {
    match value {
        Value::Null => (Vec::new(), true),
        Value::Plain(text) | Value::Text(text) => (vec![text], true),
        Value::List(list) => {
            let texts: Vec<&str> = list
                .iter()
                .filter_map(|item| match item {
                    Value::Map(pairs) => {
                        pairs.iter().find(|(key, _)| key == "name").and_then(|(_, name)| name.text())
                    }
                    item => item.text(),
                })
                .collect();
            let all = texts.len() == list.len();
            (texts, all)
        }
        Value::Map(_) => (Vec::new(), false),
    }
}

/// A field's text in one line; paragraphs keep their inner line ends.
fn tidy(text: &str, kind: Kind) -> String {
    let text = text.trim();
    if kind == Kind::Paragraph || !text.contains('\n') {
        return text.to_owned();
    }
    text.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join(" ")
}

fn check(value: &str, kind: Kind) -> Option<Invalid> {
    match kind {
        Kind::Line | Kind::Paragraph | Kind::Names | Kind::Tags => None,
        Kind::Day => when(value).err(),
        Kind::Time => moment(value).err(),
        Kind::Lang => (!is_language(value)).then_some(Invalid::NotALanguage),
        Kind::Stage => (!STAGES.contains(&value)).then_some(Invalid::UnknownStage),
        Kind::Legal => (!LEGAL.contains(&value)).then_some(Invalid::UnknownLegal),
        Kind::Number => {
            let digits = value.bytes().all(|byte| byte.is_ascii_digit());
            (!digits || value.parse::<u32>().is_err()).then_some(Invalid::NotANumber)
        }
    }
}

/// A `date`.
fn when(value: &str) -> Result<When, Invalid> {
    if value.len() == 10 {
        return value.parse().map(When::Day).map_err(|_| Invalid::NotADate);
    }
    match moment(value) {
        Ok(moment) => Ok(When::Moment(moment)),
        Err(Invalid::NoOffset) => Err(Invalid::NoOffset),
        Err(_) => Err(Invalid::NotADate),
    }
}

/// An RFC 3339 moment.
fn moment(value: &str) -> Result<Zoned, Invalid> {
    // The reader takes more of ISO 8601 than RFC 3339 has: basic forms, weeks, zone names.
    let bytes = value.as_bytes();
    let form = bytes.len() >= 16
        && [(4, b'-'), (7, b'-'), (13, b':')].iter().all(|&(at, mark)| bytes[at] == mark)
        && matches!(bytes[10], b'T' | b't' | b' ')
        && !value.contains('[');
    let pieces = Pieces::parse(value).ok().filter(|_| form).ok_or(Invalid::NotATime)?;
    let time = pieces.time().ok_or(Invalid::NotATime)?;
    let offset = pieces.to_numeric_offset().ok_or(Invalid::NoOffset)?;
    if bytes.get(16) != Some(&b':') {
        return Err(Invalid::NotATime);
    }
    pieces.date().to_datetime(time).to_zoned(TimeZone::fixed(offset)).map_err(|_| Invalid::NotATime)
}

/// The shape of a BCP 47 tag: `fr`, `fr-CA`, `zh-Hant-TW`.
fn is_language(value: &str) -> bool {
    let mut parts = value.split('-');
    let first = parts.next().unwrap_or_default();
    (2..=8).contains(&first.len())
        && first.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts.all(|part| {
            (1..=8).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_alphanumeric())
        })
}

/// The heading that serves as title.
struct Heading {
    /// What a reader sees.
    title: String,
    /// Lines of the body, from 1.
    lines: RangeInclusive<usize>,
    /// Bytes of its text in the body, without marks.
    text: std::ops::Range<usize>,
}

/// Lines of the body, from 1, of the heading that serves as title.
#[must_use]
pub fn title_lines(front: &str, body: &str) -> Option<RangeInclusive<usize>> {
    resolve(front, body, "").title_lines
}

/// The first `# heading` of the body that stands by itself (not in a quote, a list, a comment or code).
///
/// Most bodies have none, or have it above everything: lines tell as much. Where something stands before it that could
/// hold it, or where it names what is defined elsewhere, the tree decides.
fn heading(body: &str) -> Option<Heading> {
    let found = written_heading(body)?;
    let before = body[..found.text.start].trim_end_matches([' ', '\t', '#']);
    let doubtful = before.lines().any(may_hold_lines);
    let names = body[found.text.clone()].contains('[');
    if !doubtful && !names {
        return Some(found);
    }
    // What stands below a heading has no bearing on where it stands.
    let end = body[found.text.end..].find('\n').map_or(body.len(), |at| found.text.end + at + 1);
    let above = if names { body } else { &body[..end] };
    match read_heading(above) {
        Some(read) if read.lines == found.lines => Some(read),
        // The first that lines show is not one.
        _ => read_heading(body),
    }
}

/// Whether a line may begin something that goes on over headings: HTML, an item, code, a note, a quotation.
fn may_hold_lines(line: &str) -> bool {
    line.starts_with(|c: char| c == '\t' || "<-*+`~>[".contains(c) || c.is_ascii_digit())
        || (line.starts_with(' ') && !line.trim().is_empty())
}

/// The first heading of level 1 with a `#` among the blocks of the body; `None` too where it cannot be parsed.
fn read_heading(body: &str) -> Option<Heading> {
    let arena = comrak::Arena::new();
    let root = markdown::syntax(&arena, body).ok()?;
    let node = root.children().find(|node| {
        matches!(&node.data().value, NodeValue::Heading(heading) if heading.level == 1 && !heading.setext)
    })?;
    let line = node.data().sourcepos.start.line;
    let start = body.split_inclusive('\n').take(line.checked_sub(1)?).map(str::len).sum::<usize>();
    let text = heading_text(body[start..].split('\n').next().unwrap_or_default());
    let title = shown(node);
    Some(Heading { title, lines: line..=line, text: start + text.start..start + text.end })
}

/// Bytes of a heading's line that are its text.
fn heading_text(line: &str) -> std::ops::Range<usize> {
    let mark = line.find('#').map_or(0, |at| at + 1);
    let content = line[mark..].trim();
    // A closing sequence of marks, set off by a blank, is no text.
    let bare = content.trim_end_matches('#');
    let content = if bare.is_empty() || bare.ends_with([' ', '\t']) { bare.trim_end() } else { content };
    if content.is_empty() {
        return mark..mark;
    }
    let from = mark + line[mark..].len() - line[mark..].trim_start().len();
    from..from + content.len()
}

/// The first line with one `#` that no fence holds.
fn written_heading(body: &str) -> Option<Heading> {
    let mut fence: Option<(char, usize)> = None;
    let mut start = 0;
    for (index, line) in body.split_inclusive('\n').enumerate() {
        let text = line.trim_end_matches('\n');
        let inner = text.trim_start_matches(' ');
        let indent = text.len() - inner.len();
        let mark = inner.chars().next().unwrap_or(' ');
        let marks = inner.len() - inner.trim_start_matches(mark).len();
        match fence {
            Some((open, count))
                if indent < 4 && mark == open && marks >= count && inner[marks..].trim().is_empty() =>
            {
                fence = None;
            }
            Some(_) => {}
            None if indent >= 4 => {}
            None if matches!(mark, '`' | '~')
                && marks >= 3
                && !(mark == '`' && inner[marks..].contains('`')) =>
            {
                fence = Some((mark, marks));
            }
            None if mark == '#'
                && marks == 1
                && inner[1..].chars().next().is_none_or(|c| matches!(c, ' ' | '\t')) =>
            {
                let within = heading_text(text);
                return Some(Heading {
                    title: visible(&text[within.clone()]),
                    lines: index + 1..=index + 1,
                    text: start + within.start..start + within.end,
                });
            }
            None => {}
        }
        start += line.len();
    }
    None
}

/// What a reader sees of a line of Markdown.
fn visible(line: &str) -> String {
    let mut options = comrak::Options::default();
    options.extension.strikethrough = true;
    let arena = comrak::Arena::new();
    shown(comrak::parse_document(&arena, &format!("# {line}\n"), &options))
}

/// What a reader sees of a piece of the tree, in one line.
fn shown<'a>(node: &'a AstNode<'a>) -> String {
    let mut text = String::new();
    for node in node.descendants() {
        match &node.data().value {
            NodeValue::Text(piece) => text.push_str(piece),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::HtmlInline(html) if !markdown::is_comment(html) => text.push_str(html),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            _ => {}
        }
    }
    text.trim().to_owned()
}

/// Markdown in one line that shows `title`: as it is where that does, with marks escaped where not.
fn as_heading(title: &str) -> String {
    let closing = title.ends_with('#');
    // A note of that name may stand in the body.
    let note = title.contains("[^");
    if visible(title) == title && !closing && !note {
        return title.to_owned();
    }
    let mut line = String::new();
    for c in title.chars() {
        if c.is_ascii_punctuation()
            && matches!(c, '\\' | '*' | '_' | '`' | '[' | ']' | '<' | '&' | '#' | '~' | '!')
        {
            line.push('\\');
        }
        line.push(c);
    }
    line
}

/// Edits a field, named by its own key, where it was read: its key, the alias, or the heading. A list stays a list;
/// an empty value leaves the key without one (see [`front::clear`]; of a heading, without its text).
///
/// # Errors
/// [`CannotSet`]: no such field, front matter that cannot be read, or a value that cannot be changed alone.
pub fn set(front: &str, body: &str, key: &str, value: &str) -> Result<FurnitureEdit, CannotSet> {
    let (names, kind) = *FIELDS.iter().find(|(names, _)| names[0] == key).ok_or(CannotSet::NotAField)?;
    let keys = match front::read(front) {
        Front::Keys(keys) => keys,
        Front::Absent => Keys::default(),
        Front::Broken { .. } => return Err(CannotSet::Broken),
    };
    let value = tidy(value, kind);
    let now = field(&keys, names, kind);
    if key == "title"
        && now.value.is_empty()
        && let Some(heading) = heading(body)
    {
        return Ok(retitle(body, &heading, &value));
    }
    let (target, old) = match now.source {
        Source::Key(name) => (name, keys.get(name)),
        _ => (key, None),
    };
    if value == now.value && (old.is_some() || value.is_empty()) && !(value.is_empty() && old.is_some()) {
        return Ok(FurnitureEdit::default());
    }
    if let Some(old) = old
        && !value.is_empty()
        && (matches!(old, Value::Map(_))
            || matches!(old, Value::List(items) if items.iter().any(|item| item.text().is_none())))
    {
        // Writing it would drop what the field does not show.
        return Err(CannotSet::NotAlone);
    }
    let list = matches!(old, Some(Value::List(_))) || kind == Kind::Tags;
    let new = if value.is_empty() {
        None
    } else if list && matches!(kind, Kind::Names | Kind::Tags) {
        Some(Value::List(items_in(&value, &now.items).into_iter().map(Value::Text).collect()))
    } else if matches!(kind, Kind::Day | Kind::Time | Kind::Number) && check(&value, kind).is_none() {
        Some(Value::Plain(value))
    } else {
        Some(Value::Text(value))
    };
    let mut edited = match &new {
        Some(new) => front::set(front, target, Some(new))?,
        None => front::clear(front, target)?,
    };
    if edited.is_empty() && !front::split(body).0.is_empty() {
        // Without a block above it, the body's own first lines would be read as one.
        edited = "---\n---\n".into();
    }
    Ok(FurnitureEdit { front: (edited != front).then_some(edited), body: None })
}

fn retitle(body: &str, heading: &Heading, title: &str) -> FurnitureEdit {
    if heading.title == title {
        return FurnitureEdit::default();
    }
    let line = as_heading(title);
    let gap = if heading.text.is_empty() && !line.is_empty() { " " } else { "" };
    let old = &body[heading.text.clone()];
    let from = byte_to_utf16(body, heading.text.start).unwrap_or(0);
    let len = utf16_len(body);
    // Between the old and the new text, so that the caret and what others type stay where they are.
    let inner = ChangeSet::between(old, &line);
    let change = if gap.is_empty() {
        inner.within(from, len)
    } else {
        ChangeSet::insert(len, from, &format!("{gap}{line}")).unwrap_or_else(|_| ChangeSet::unchanged(len))
    };
    FurnitureEdit { front: None, body: Some(change) }
}

/// The items of a list typed in one line. An item that was there and holds a comma stays one.
fn items_in(line: &str, before: &[String]) -> Vec<String> {
    let mut items = Vec::new();
    let mut rest = line.trim();
    while !rest.is_empty() {
        let known = before.iter().filter(|item| item.contains(',')).find_map(|item| {
            let after = rest.strip_prefix(item.as_str())?.trim_start();
            (after.is_empty() || after.starts_with(',')).then_some((item.as_str(), after))
        });
        let (item, after) = known.unwrap_or_else(|| rest.split_at(rest.find(',').unwrap_or(rest.len())));
        if !item.trim().is_empty() {
            items.push(item.trim().to_owned());
        }
        rest = after.trim_start_matches(|c: char| c == ',' || c.is_whitespace());
    }
    items
}
