//! From Markdown (CommonMark with GFM's tables, strikethrough, autolinks, task lists and footnotes) to the tree.

use std::cell::Cell;

use comrak::nodes::{AstNode, ListType, NodeValue, TableAlignment};
use comrak::{Arena, Options};

use crate::counts;
use crate::link;
use crate::tree::{Align, Document, Image, Inline, Item, Line, MAX_DEPTH, Node, Note, Row, TopBlock, hash};

/// Longest body that [`parse`] takes, in bytes.
pub const MAX_PREVIEW: usize = 2_000_000;

/// Longest body that [`parse_long`] takes, in bytes: that of an article that can be edited.
pub const MAX_LENGTH: usize = 16 * 1024 * 1024;

/// What a body needs to know of its surroundings.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Context {
    /// Path of the article relative to the desk, `/` as separator.
    pub article_path: String,
}

/// Why a body is not parsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TooComplex {
    /// Longer than the limit.
    TooLong,
    /// Blocks nested over [`MAX_DEPTH`].
    TooDeep,
    /// Takes more steps than text of its length has a reason to.
    TooMuch,
}

impl std::fmt::Display for TooComplex {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            Self::TooLong => "the text is too long",
            Self::TooDeep => "the text is nested too deeply",
            Self::TooMuch => "the text is too intricate",
        })
    }
}

impl std::error::Error for TooComplex {}

/// Parses a body (LF text, no front matter) for the preview.
///
/// # Errors
/// Where the body is longer than [`MAX_PREVIEW`] or too complex.
pub fn parse(body: &str, context: &Context) -> Result<Document, TooComplex> {
    parse_up_to(MAX_PREVIEW, body, context)
}

/// Parses a body for an export, which may take its time.
///
/// # Errors
/// Where the body is longer than [`MAX_LENGTH`] or too complex.
pub fn parse_long(body: &str, context: &Context) -> Result<Document, TooComplex> {
    parse_up_to(MAX_LENGTH, body, context)
}

/// Comrak's tree of a body, within the same bounds as [`parse_long`].
pub(crate) fn syntax<'a>(arena: &'a Arena<'a>, body: &str) -> Result<&'a AstNode<'a>, TooComplex> {
    syntax_up_to(MAX_LENGTH, arena, body)
}

fn syntax_up_to<'a>(limit: usize, arena: &'a Arena<'a>, body: &str) -> Result<&'a AstNode<'a>, TooComplex> {
    if body.len() > limit {
        return Err(TooComplex::TooLong);
    }
    if body.lines().any(quotes_too_deep) {
        return Err(TooComplex::TooDeep);
    }
    // Counted steps instead of a clock: the same text gets the same answer on every machine.
    let calls = Cell::new(0_usize);
    // Comrak asks every 256 steps. Copy takes a step for some twenty bytes; each costs about a microsecond.
    let patience = if limit > MAX_PREVIEW { 16 } else { 1 };
    let budget = patience * (1_200 + body.len() / 512);
    let spent = || {
        calls.set(calls.get() + 1);
        calls.get() > budget
    };
    comrak::try_parse_document(arena, body, &options(), &spent).map_err(|_| TooComplex::TooMuch)
}

fn parse_up_to(limit: usize, body: &str, context: &Context) -> Result<Document, TooComplex> {
    let arena = Arena::new();
    let root = syntax_up_to(limit, &arena, body)?;
    let mut document = document(root, context)?;
    // Where a block ends depends on what follows it, as comrak has it; its last line with something on it does not.
    let blank: Vec<bool> = body.split('\n').map(is_blank).collect();
    for block in &mut document.blocks {
        let lines = blank.get(block.first_line as usize..block.last_line as usize).unwrap_or_default();
        block.last_line -= to_u32(lines.iter().rev().take_while(|blank| **blank).count());
    }
    Ok(document)
}

fn is_blank(line: &str) -> bool {
    line.bytes().all(|byte| matches!(byte, b' ' | b'\t'))
}

fn options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.table = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    options
}

/// True where the marks that a line starts with nest more block quotes than [`MAX_DEPTH`]. Comrak caps lists, but
/// not quotes, and each line walks through all that are open.
fn quotes_too_deep(line: &str) -> bool {
    let marks = line.bytes().take_while(|byte| {
        matches!(byte, b'>' | b' ' | b'\t' | b'-' | b'*' | b'+' | b'.' | b')' | b'0'..=b'9')
    });
    marks.filter(|byte| *byte == b'>').count() > MAX_DEPTH
}

fn document<'a>(root: &'a AstNode<'a>, context: &Context) -> Result<Document, TooComplex> {
    let mut blocks: Vec<TopBlock> = Vec::new();
    let mut notes = Vec::new();
    for child in root.children() {
        let position = child.data.borrow().sourcepos;
        let first_line = to_u32(position.start.line).max(1);
        let last_line = to_u32(position.end.line).max(first_line);
        if matches!(child.data.borrow().value, NodeValue::FootnoteDefinition(_)) {
            notes.push((child, first_line, last_line));
            continue;
        }
        let converter = Converter { context, first_line };
        if let Some(node) = converter.block(child, 1, false)? {
            blocks.push(top(node, first_line, last_line));
        }
    }
    if let Some(&(_, first, _)) = notes.first() {
        // The notes are shown last wherever they are written, and lines must not run backwards.
        let first_line = blocks.last().map_or(first, |last| first.max(last.last_line));
        let last_line = notes.iter().map(|(_, _, last)| *last).fold(first_line, u32::max);
        let converter = Converter { context, first_line };
        let mut all = Vec::with_capacity(notes.len());
        for (number, (note, _, _)) in (1..).zip(notes) {
            let mentions = match &note.data.borrow().value {
                NodeValue::FootnoteDefinition(definition) => definition.total_references,
                _ => 1,
            };
            let blocks = converter.blocks(note, 2, false)?;
            all.push(Note { number, mentions, blocks, line: converter.line(note) });
        }
        blocks.push(top(Node::Notes(all), first_line, last_line));
    }
    Ok(Document { blocks })
}

fn top(node: Node, first_line: u32, last_line: u32) -> TopBlock {
    let (hash, counts) = (hash(&node), counts::of_node(&node));
    TopBlock { node, first_line, last_line, hash, counts }
}

fn to_u32(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

struct Converter<'c> {
    context: &'c Context,
    /// First line of the top-level block.
    first_line: u32,
}

impl Converter<'_> {
    fn line<'a>(&self, node: &'a AstNode<'a>) -> Line {
        let line = i64::try_from(node.data.borrow().sourcepos.start.line).unwrap_or(i64::MAX);
        Line(i32::try_from(line - i64::from(self.first_line)).unwrap_or(0))
    }

    fn blocks<'a>(
        &self,
        parent: &'a AstNode<'a>,
        depth: usize,
        tight: bool,
    ) -> Result<Vec<Node>, TooComplex> {
        let mut nodes = Vec::new();
        for child in parent.children() {
            nodes.extend(self.block(child, depth, tight)?);
        }
        Ok(nodes)
    }

    fn block<'a>(
        &self,
        node: &'a AstNode<'a>,
        depth: usize,
        tight: bool,
    ) -> Result<Option<Node>, TooComplex> {
        if depth > MAX_DEPTH {
            return Err(TooComplex::TooDeep);
        }
        let mut data = node.data.borrow_mut();
        let value = match &mut data.value {
            // What holds text gives it away; the rest is small.
            NodeValue::CodeBlock(code) => {
                let mut text = std::mem::take(&mut code.literal);
                if text.ends_with('\n') {
                    text.pop();
                }
                let lang = code.info.split_whitespace().next().unwrap_or_default().to_owned();
                return Ok(Some(Node::CodeBlock { text, lang }));
            }
            NodeValue::HtmlBlock(html) => {
                let text = without_comments(&html.literal);
                // Where nothing is left, the node still says where the block stands.
                let text = if text.trim().is_empty() { "" } else { text.trim_end_matches('\n') };
                return Ok(Some(Node::Html(text.to_owned())));
            }
            NodeValue::Table(table) => NodeValue::Table(std::mem::take(table)),
            NodeValue::Paragraph => NodeValue::Paragraph,
            NodeValue::Heading(heading) => NodeValue::Heading(*heading),
            NodeValue::BlockQuote => NodeValue::BlockQuote,
            NodeValue::List(list) => NodeValue::List(*list),
            NodeValue::ThematicBreak => NodeValue::ThematicBreak,
            _ => return Ok(None),
        };
        drop(data);
        Ok(Some(match value {
            NodeValue::Paragraph => {
                let text = self.text_of(node);
                if tight { Node::Plain(text) } else { figure(text) }
            }
            NodeValue::Heading(heading) => Node::Heading { level: heading.level, text: self.text_of(node) },
            NodeValue::BlockQuote => quote(self.blocks(node, depth + 1, false)?),
            NodeValue::List(list) => {
                let start = (list.list_type == ListType::Ordered).then(|| to_u32(list.start));
                let mut items = Vec::new();
                for item in node.children() {
                    let task = match &item.data.borrow().value {
                        NodeValue::TaskItem(task) => Some(task.symbol.is_some()),
                        _ => None,
                    };
                    items.push(Item { task, blocks: self.blocks(item, depth + 1, list.tight)? });
                }
                Node::List { start, items }
            }
            NodeValue::Table(table) => {
                let align = table
                    .alignments
                    .iter()
                    .map(|align| match align {
                        TableAlignment::None => Align::None,
                        TableAlignment::Left => Align::Left,
                        TableAlignment::Center => Align::Center,
                        TableAlignment::Right => Align::Right,
                    })
                    .collect();
                let rows = node
                    .children()
                    .map(|row| Row {
                        head: matches!(row.data.borrow().value, NodeValue::TableRow(true)),
                        cells: row.children().map(|cell| self.text_of(cell)).collect(),
                    })
                    .collect();
                Node::Table { align, rows }
            }
            _ => Node::Rule,
        }))
    }

    fn text_of<'a>(&self, node: &'a AstNode<'a>) -> Vec<Inline> {
        self.inlines(node, 1)
    }

    fn inlines<'a>(&self, parent: &'a AstNode<'a>, depth: usize) -> Vec<Inline> {
        if depth > MAX_DEPTH {
            let text = plain_text(parent);
            return if text.is_empty() { Vec::new() } else { vec![Inline::Text(text)] };
        }
        let mut out: Vec<Inline> = Vec::new();
        // Of the blanks around a comment one is left.
        let mut after_comment = false;
        for child in parent.children() {
            let inner = || self.inlines(child, depth + 1);
            let mut data = child.data.borrow_mut();
            let inline = match &mut data.value {
                NodeValue::HtmlInline(html) if is_comment(html) => {
                    after_comment = true;
                    continue;
                }
                NodeValue::Text(text) => {
                    let mut text = std::mem::take(text);
                    if std::mem::take(&mut after_comment)
                        && (out.is_empty()
                            || matches!(out.last(), Some(Inline::Text(before)) if before.ends_with(' ')))
                    {
                        text = text.trim_start_matches(' ').to_owned().into();
                    }
                    match out.last_mut() {
                        Some(Inline::Text(before)) => {
                            before.push_str(&text);
                            continue;
                        }
                        _ if text.is_empty() => continue,
                        _ => Inline::Text(text.into_owned()),
                    }
                }
                NodeValue::Code(code) => Inline::Code(std::mem::take(&mut code.literal)),
                NodeValue::HtmlInline(html) => Inline::Html(std::mem::take(html)),
                NodeValue::SoftBreak => Inline::SoftBreak,
                NodeValue::LineBreak => Inline::Break,
                NodeValue::Emph => Inline::Emphasis(inner()),
                NodeValue::Strong => Inline::Strong(inner()),
                NodeValue::Strikethrough => Inline::Deleted(inner()),
                NodeValue::Link(link) => {
                    let link = std::mem::take(link);
                    drop(data);
                    let (kind, href) = link::classify(&self.context.article_path, &link.url);
                    Inline::Link { href, kind, title: link.title, text: inner(), line: self.line(child) }
                }
                NodeValue::Image(link) => {
                    let link = std::mem::take(link);
                    drop(data);
                    let (kind, src) = link::image(&self.context.article_path, &link.url);
                    let alt = plain_text(child);
                    Inline::Image(Image { src, kind, alt, title: link.title, line: self.line(child) })
                }
                NodeValue::FootnoteReference(reference) => {
                    Inline::NoteRef { number: reference.ix, mention: reference.ref_num }
                }
                _ => continue,
            };
            after_comment = false;
            out.push(inline);
        }
        if after_comment && let Some(Inline::Text(last)) = out.last_mut() {
            last.truncate(last.trim_end_matches(' ').len());
            if last.is_empty() {
                out.pop();
            }
        }
        out
    }
}

/// Whether a piece of inline HTML is a comment, which is for the desk and not for readers.
pub(crate) fn is_comment(html: &str) -> bool {
    html.starts_with("<!--")
}

/// HTML without its comments; one that nothing ends goes to the end.
fn without_comments(html: &str) -> String {
    let mut shown = String::with_capacity(html.len());
    let mut rest = html;
    while let Some(at) = rest.find("<!--") {
        shown.push_str(&rest[..at]);
        rest = &rest[at + 4..];
        // `<!-->` and `<!--->` are comments too.
        let empty = [">", "->"].iter().find_map(|end| rest.strip_prefix(end));
        rest = empty.or_else(|| rest.split_once("-->").map(|(_, rest)| rest)).unwrap_or_default();
    }
    shown + rest
}

/// Text of all that a node holds, without marks. Never recurses.
fn plain_text<'a>(node: &'a AstNode<'a>) -> String {
    let mut text = String::new();
    for child in node.descendants().skip(1) {
        match &child.data.borrow().value {
            NodeValue::Text(more) => text.push_str(more),
            NodeValue::Code(code) => text.push_str(&code.literal),
            NodeValue::HtmlInline(html) if !is_comment(html) => text.push_str(html),
            NodeValue::SoftBreak | NodeValue::LineBreak => text.push(' '),
            _ => {}
        }
    }
    text
}

/// An image alone in its paragraph is a figure: its title is the caption, and what follows ` © ` in it the credit.
fn figure(mut text: Vec<Inline>) -> Node {
    if !matches!(text[..], [Inline::Image(_)]) {
        return Node::Paragraph(text);
    }
    let Some(Inline::Image(mut image)) = text.pop() else { return Node::Paragraph(text) };
    let title = std::mem::take(&mut image.title);
    // A title that is nothing but a credit starts with the sign.
    let padded = format!(" {}", title.trim());
    let (caption, credit) = padded.split_once(" © ").unwrap_or((&padded, ""));
    let (caption, credit) = (caption.trim().to_owned(), credit.trim().to_owned());
    Node::Figure { image, caption, credit }
}

/// A block quote whose last paragraph starts with `— ` is a quotation with its attribution.
fn quote(mut blocks: Vec<Node>) -> Node {
    let by = match blocks.last_mut() {
        Some(Node::Paragraph(text)) => match text.first_mut() {
            Some(Inline::Text(first)) => {
                match first.strip_prefix('—').and_then(|rest| rest.strip_prefix([' ', '\u{a0}'])) {
                    Some(rest) => {
                        let rest = rest.to_owned();
                        if rest.is_empty() {
                            text.remove(0);
                        } else {
                            *first = rest;
                        }
                        Some(std::mem::take(text))
                    }
                    None => None,
                }
            }
            _ => None,
        },
        _ => None,
    };
    if by.is_some() {
        blocks.pop();
    }
    Node::Quote { blocks, by }
}

/// Parses a body again and again as it is typed: blocks that the edit cannot have touched are kept.
///
/// The result is that of [`parse`]. Where a blank line follows a block that a blank line ends, what stands below has
/// no bearing on what stands above, so only the text between two such places around the edit is parsed. Link
/// definitions and notes reach across the whole body; with them every parse is a full one.
#[derive(Debug, Default)]
pub struct Parser {
    last: Option<Last>,
}

#[derive(Debug)]
struct Last {
    body: String,
    context: Context,
    document: Document,
    /// Byte at which the first line of each block starts; empty where blocks cannot be kept.
    starts: Vec<usize>,
}

impl Parser {
    /// Parses a body for the preview, as [`parse`] does.
    ///
    /// # Errors
    /// As [`parse`].
    pub fn parse(&mut self, body: &str, context: &Context) -> Result<&Document, TooComplex> {
        let last = self.last.take();
        let kept = last.filter(|last| last.context == *context).and_then(|last| last.edited(body));
        let last = match kept {
            Some(last) => last,
            None => {
                let document = parse(body, context)?;
                let starts = if local(body) { starts(body, &document) } else { Vec::new() };
                Last { body: body.to_owned(), context: context.clone(), document, starts }
            }
        };
        Ok(&self.last.insert(last).document)
    }
}

/// True where each block means the same whatever stands elsewhere: no link definitions, no notes, and none of the
/// characters that are special at the start of a text or as line ends.
fn local(body: &str) -> bool {
    body.len() <= MAX_PREVIEW
        && !body.contains("]:")
        && !body.contains("[^")
        && !body.contains('\r')
        && !body.contains('\u{feff}')
}

fn starts(body: &str, document: &Document) -> Vec<usize> {
    let mut lines = std::iter::once(0).chain(body.match_indices('\n').map(|(at, _)| at + 1));
    let mut line = 0;
    let mut start = 0;
    let mut all = Vec::with_capacity(document.blocks.len());
    for block in &document.blocks {
        while line < block.first_line {
            start = lines.next().unwrap_or(body.len());
            line += 1;
        }
        all.push(start);
    }
    all
}

/// True where a blank line ends the block for good. Lists go on behind one, and code and HTML may.
fn ends_at_blank_line(node: &Node) -> bool {
    matches!(
        node,
        Node::Paragraph(_)
            | Node::Figure { .. }
            | Node::Heading { .. }
            | Node::Quote { .. }
            | Node::Table { .. }
            | Node::Rule
    )
}

/// True where the line that ends right before a byte is blank.
fn after_blank_line(body: &str, at: usize) -> bool {
    let Some(before) = body[..at].strip_suffix('\n') else { return false };
    let line = before.rfind('\n').map_or(before, |end| &before[end + 1..]);
    is_blank(line)
}

impl Last {
    /// The same for an edited body; `None` where all of it has to be parsed.
    fn edited(mut self, body: &str) -> Option<Self> {
        if self.starts.is_empty() || !local(body) {
            return None;
        }
        let (old, new) = (self.body.as_bytes(), body.as_bytes());
        let prefix = old.iter().zip(new).take_while(|(a, b)| a == b).count();
        let shorter = old.len().min(new.len());
        let suffix =
            old.iter().rev().zip(new.iter().rev()).take(shorter - prefix).take_while(|(a, b)| a == b).count();
        if prefix == old.len() && prefix == new.len() {
            return Some(self);
        }
        let first = (1..self.starts.len())
            .rev()
            .skip_while(|at| self.starts[*at] > prefix)
            .find(|at| self.separate(*at))
            .unwrap_or(0);
        let (from, from_line) =
            if first == 0 { (0, 1) } else { (self.starts[first], self.document.blocks[first].first_line) };
        // Where the kept end starts in the new body.
        let moved = |start: usize| (start + body.len()).checked_sub(self.body.len());
        let unchanged = self.body.len() - suffix;
        let second = (first.max(1)..self.starts.len()).find(|at| {
            self.starts[*at] >= unchanged
                && self.separate(*at)
                && moved(self.starts[*at]).is_some_and(|start| start >= from && after_blank_line(body, start))
        });
        let ends = [second, Some(self.starts.len())];
        for end in ends.into_iter().flatten() {
            let to = match self.starts.get(end) {
                Some(start) => moved(*start)?,
                None => body.len(),
            };
            let middle = &body[from..to];
            let mut parsed = parse(middle, &self.context).ok()?;
            let whole = end == self.starts.len();
            if !whole && parsed.blocks.last().is_some_and(|last| !ends_at_blank_line(&last.node)) {
                continue;
            }
            let new_starts: Vec<usize> = starts(middle, &parsed).iter().map(|start| start + from).collect();
            for block in &mut parsed.blocks {
                block.first_line += from_line - 1;
                block.last_line += from_line - 1;
            }
            if !whole {
                let line = from_line + to_u32(middle.bytes().filter(|byte| *byte == b'\n').count());
                let shift = i64::from(line) - i64::from(self.document.blocks[end].first_line);
                let shifted = |line: u32| u32::try_from(i64::from(line) + shift).unwrap_or(1);
                for block in &mut self.document.blocks[end..] {
                    block.first_line = shifted(block.first_line);
                    block.last_line = shifted(block.last_line);
                }
                for start in &mut self.starts[end..] {
                    *start = (*start + body.len()).checked_sub(self.body.len())?;
                }
            }
            self.document.blocks.splice(first..end, parsed.blocks);
            self.starts.splice(first..end, new_starts);
            self.body.clear();
            self.body.push_str(body);
            return Some(self);
        }
        None
    }

    /// True where nothing above a block reaches into it.
    fn separate(&self, at: usize) -> bool {
        ends_at_blank_line(&self.document.blocks[at - 1].node)
            && after_blank_line(&self.body, self.starts[at])
    }
}
