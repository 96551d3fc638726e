//! A document that came back: what was tracked in it, what was said, and what was changed without being tracked.

use std::collections::HashMap;
use std::ops::Range;

use copydesk_core::review::critic::{Change, Comment, Critic, Mark, Message};
use jiff::Timestamp;
use roxmltree::{Document, Node, ParsingOptions};
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::paper::{PARAGRAPH, Paper};
use crate::zip::Archive;
use crate::{Head, Wrong};

/// Most XML nodes of a part.
const NODES: u32 = 1_000_000;
/// Deepest nesting of elements.
const DEPTH: usize = 256;
/// Most letters of a document.
const LETTERS: usize = 16 * 1024 * 1024;
/// Most tracked changes, and most conversations.
const REMARKS: usize = 20_000;
/// Most words whose differences are looked for in one stretch: the work grows with their product.
const WORDS: usize = 8_000;

/// What a document says about a body.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Read {
    /// Changes and comments, placed in the body.
    pub critic: Critic,
    /// The words of what has no place in it.
    pub lost: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum State {
    Kept,
    Inserted(usize),
    Deleted(usize),
}

/// The letters of a document, in order, and who did what to them.
#[derive(Default)]
struct Letters {
    all: Vec<(char, State)>,
    marks: Vec<Mark>,
    /// Where comments begin and end in `all`.
    comments: HashMap<String, (usize, Option<usize>)>,
    /// Where the head of the article ends in `all`.
    head: usize,
}

/// Reads a document that was made of a body, or of one like it.
///
/// # Errors
/// Where the bytes are no Word document, or one beyond the bounds.
pub fn read(head: &Head, body: &str, bytes: &[u8]) -> Result<Read, Wrong> {
    let archive = Archive::read(bytes)?;
    let main = archive.part("word/document.xml")?.ok_or(Wrong::NoDocument)?;
    let letters = Letters::of(&parse(&main)?, head)?;
    let last = match archive.part("docProps/core.xml")? {
        Some(core) => modifier(&parse(&core)?),
        None => Mark::default(),
    };
    let said = match archive.part("word/comments.xml")? {
        Some(comments) => {
            let extended = archive.part("word/commentsExtended.xml")?;
            conversations(&comments, extended.as_deref())?
        }
        None => Vec::new(),
    };
    let paper = Paper::of(body).map_err(|_| Wrong::Article)?;
    if said.len() > REMARKS || letters.marks.len() > 4 * REMARKS {
        return Err(Wrong::TooLarge);
    }
    Ok(Matched::new(body, &paper, letters, head).read(said, &last))
}

fn parse(text: &str) -> Result<Document<'_>, Wrong> {
    // Counted before it is parsed, so that the parser never goes down that far.
    let mut depth = 0_usize;
    for (at, _) in text.match_indices('<') {
        match text.as_bytes().get(at + 1) {
            Some(b'/') => depth = depth.saturating_sub(1),
            Some(b'?' | b'!') | None => {}
            Some(_) => {
                // No tag holds another: looked for no further than that.
                let rest = &text[at + 1..];
                let end = rest.find(['<', '>']).filter(|&end| rest.as_bytes()[end] == b'>');
                let end = end.ok_or(Wrong::Xml)?;
                depth += usize::from(!rest[..end].ends_with('/'));
            }
        }
        if depth > DEPTH {
            return Err(Wrong::TooDeep);
        }
    }
    let options = ParsingOptions { allow_dtd: false, nodes_limit: NODES, ..ParsingOptions::default() };
    Document::parse_with_options(text, options).map_err(|_| Wrong::Xml)
}

/// An attribute by its local name.
fn named<'a>(node: Node<'a, '_>, name: &str) -> Option<&'a str> {
    node.attributes().find(|attribute| attribute.name() == name).map(|attribute| attribute.value())
}

fn mark_of(node: Node<'_, '_>) -> Mark {
    let time = named(node, "date").and_then(|date| {
        let utc = || format!("{date}Z").parse::<Timestamp>();
        date.parse::<Timestamp>().or_else(|_| utc()).ok().map(Timestamp::as_second)
    });
    Mark { author: named(node, "author").unwrap_or_default().to_owned(), time, done: false }
}

fn modifier(core: &Document<'_>) -> Mark {
    let text = |name: &str| {
        let found = core.descendants().find(|node| node.tag_name().name() == name);
        found.and_then(|node| node.text()).unwrap_or_default().trim()
    };
    let time = text("modified").parse::<Timestamp>().ok().map(Timestamp::as_second);
    Mark { author: text("lastModifiedBy").to_owned(), time, done: false }
}

/// Conversations: the number of the comment that began each, and what was said.
fn conversations(comments: &str, extended: Option<&str>) -> Result<Vec<(String, Vec<Message>)>, Wrong> {
    let mut parents: HashMap<String, (Option<String>, bool)> = HashMap::new();
    if let Some(extended) = extended {
        for node in parse(extended)?.descendants().filter(|node| node.tag_name().name() == "commentEx") {
            let Some(name) = named(node, "paraId") else { continue };
            let done = named(node, "done").is_some_and(|done| done == "1" || done == "true");
            parents.insert(name.to_owned(), (named(node, "paraIdParent").map(str::to_owned), done));
        }
    }
    let mut said: Vec<(String, Vec<Message>)> = Vec::new();
    let mut begun: HashMap<String, usize> = HashMap::new();
    let document = parse(comments)?;
    for node in document.descendants().filter(|node| node.tag_name().name() == "comment") {
        let paragraphs = || node.descendants().filter(|inner| inner.tag_name().name() == "p");
        let mut lines = Vec::new();
        for paragraph in paragraphs() {
            let mut line = String::new();
            for piece in paragraph.descendants() {
                match piece.tag_name().name() {
                    "t" => line.push_str(piece.text().unwrap_or_default()),
                    "tab" => line.push('\t'),
                    "br" | "cr" => line.push('\n'),
                    _ => {}
                }
            }
            lines.push(line);
        }
        let name =
            paragraphs().next_back().and_then(|paragraph| named(paragraph, "paraId")).unwrap_or_default();
        let (parent, done) = parents.get(name).cloned().unwrap_or_default();
        let message = Message { mark: Mark { done, ..mark_of(node) }, text: lines.join("\n") };
        if let Some(&thread) = parent.and_then(|parent| begun.get(&parent)) {
            said[thread].1.push(message);
            begun.insert(name.to_owned(), thread);
            continue;
        }
        begun.insert(name.to_owned(), said.len());
        said.push((named(node, "id").unwrap_or_default().to_owned(), vec![message]));
    }
    Ok(said)
}

impl Letters {
    fn of(document: &Document<'_>, head: &Head) -> Result<Self, Wrong> {
        let mut letters = Self::default();
        let mut in_head = true;
        let paragraphs = document.descendants().filter(|node| node.tag_name().name() == "p");
        for paragraph in paragraphs.filter(|node| !hidden(*node)) {
            let look = paragraph.children().find(|node| node.tag_name().name() == "pPr");
            let style = look.and_then(|look| look.children().find(|node| node.tag_name().name() == "pStyle"));
            let style = style.and_then(|style| named(style, "val")).unwrap_or_default();
            let start = letters.all.len();
            letters.walk(paragraph, State::Kept)?;
            let mut state = State::Kept;
            for node in look.into_iter().flat_map(|look| look.children()) {
                if node.tag_name().name() == "rPr" {
                    state = node.children().fold(state, |state, node| letters.state(node, state));
                }
            }
            letters.all.push((PARAGRAPH, state));
            let words: String = letters.all[start..letters.all.len() - 1].iter().map(|sign| sign.0).collect();
            let is_head = matches!(style, "Title" | "Subtitle" | "Signature")
                || head.paragraphs().any(|(_, known)| known == words);
            in_head &= is_head && head.paragraphs().next().is_some();
            if in_head {
                letters.head = letters.all.len();
            }
        }
        // The last paragraph's end is the document's.
        letters.all.pop();
        letters.head = letters.head.min(letters.all.len());
        Ok(letters)
    }

    fn state(&mut self, node: Node<'_, '_>, outer: State) -> State {
        let inserted = match node.tag_name().name() {
            "ins" | "moveTo" => true,
            "del" | "moveFrom" => false,
            _ => return outer,
        };
        let index = self.marks.len();
        self.marks.push(mark_of(node));
        match (outer, inserted) {
            // What was inserted and struck again was never in the article.
            (State::Inserted(_), false) | (_, true) => State::Inserted(index),
            _ => State::Deleted(index),
        }
    }

    fn walk(&mut self, node: Node<'_, '_>, state: State) -> Result<(), Wrong> {
        for child in node.children().filter(Node::is_element) {
            let letter = match child.tag_name().name() {
                "pPr" | "rPr" | "p" | "txbxContent" | "Fallback" => continue,
                // Struck by one within what another inserted.
                "del" | "moveFrom" if matches!(state, State::Inserted(_)) => continue,
                "ins" | "moveTo" | "del" | "moveFrom" => {
                    let inner = self.state(child, state);
                    self.walk(child, inner)?;
                    continue;
                }
                "commentRangeStart" => {
                    let id = named(child, "id").unwrap_or_default().to_owned();
                    self.comments.entry(id).or_insert((self.all.len(), None));
                    continue;
                }
                "commentRangeEnd" => {
                    let here = self.all.len();
                    if let Some(range) = self.comments.get_mut(named(child, "id").unwrap_or_default()) {
                        range.1 = Some(here);
                    }
                    continue;
                }
                "commentReference" => {
                    let (id, here) = (named(child, "id").unwrap_or_default(), self.all.len());
                    let range = self.comments.entry(id.to_owned()).or_insert((here, Some(here)));
                    range.1 = range.1.or(Some(here));
                    continue;
                }
                "t" | "delText" => {
                    let text = child.text().unwrap_or_default();
                    if self.all.len() + text.len() > LETTERS {
                        return Err(Wrong::TooLarge);
                    }
                    self.all.extend(text.chars().map(|letter| (letter, state)));
                    continue;
                }
                "tab" => '\t',
                "br" | "cr" => '\n',
                "noBreakHyphen" => '\u{2011}',
                "softHyphen" => '\u{ad}',
                _ => {
                    self.walk(child, state)?;
                    continue;
                }
            };
            self.all.push((letter, state));
        }
        Ok(())
    }
}

/// Whether a paragraph stands beside the running text, or twice.
fn hidden(node: Node<'_, '_>) -> bool {
    node.ancestors().any(|above| matches!(above.tag_name().name(), "txbxContent" | "Fallback"))
}

/// A document laid beside the article.
struct Matched<'a> {
    body: &'a str,
    paper: &'a Paper,
    letters: Letters,
    /// For each letter of `letters.all`, how many letters of the document as it was sent stand before it.
    before: Vec<usize>,
    /// For each letter of the document as it was sent, its letter on paper.
    places: Vec<Option<usize>>,
    critic: Critic,
    lost: Vec<String>,
    /// What was changed without being tracked: letters on paper, and what stands there now.
    silent: Vec<(Range<usize>, String)>,
}

impl<'a> Matched<'a> {
    fn new(body: &'a str, paper: &'a Paper, letters: Letters, head: &Head) -> Self {
        let sent: Vec<char> = letters.all[letters.head..]
            .iter()
            .filter(|sign| !matches!(sign.1, State::Inserted(_)))
            .map(|sign| sign.0)
            .collect();
        let mut before = Vec::with_capacity(letters.all.len() + 1);
        let mut count = 0;
        for (index, sign) in letters.all.iter().enumerate() {
            before.push(count);
            count += usize::from(index >= letters.head && !matches!(sign.1, State::Inserted(_)));
        }
        before.push(count);
        let known: Vec<char> = paper.signs[..paper.signs.len() - 1].iter().map(|sign| sign.letter).collect();
        let (places, silent) = align(&known, &sent);
        let mut lost = Vec::new();
        let words: Vec<String> = letters.all[..letters.head]
            .split(|sign| sign.0 == PARAGRAPH && sign.1 == State::Kept)
            .map(|line| {
                line.iter().filter(|sign| !matches!(sign.1, State::Deleted(_))).map(|sign| sign.0).collect()
            })
            .filter(|line: &String| !line.is_empty())
            .collect();
        let same = |line: &&String| !head.paragraphs().any(|(_, known)| known == line.as_str());
        lost.extend(words.iter().filter(same).cloned());
        let critic = Critic { body: body.to_owned(), ..Critic::default() };
        Self { body, paper, letters, before, places, critic, lost, silent }
    }

    /// Where the place before a letter of the document is on paper.
    fn boundary(&self, index: usize) -> Option<usize> {
        let sent = self.before[index];
        if sent == 0 && index >= self.letters.head {
            return Some(0);
        }
        let before = sent.checked_sub(1).and_then(|before| self.places[before]).map(|place| place + 1);
        before.or_else(|| self.places.get(sent).copied().flatten())
    }

    /// Where letters of the document are on paper; `None` where they are not all there, side by side.
    fn on_paper(&self, range: &Range<usize>) -> Option<Range<usize>> {
        let sent = self.before[range.start]..self.before[range.end];
        if sent.is_empty() {
            return self.boundary(range.start).map(|place| place..place);
        }
        let start = self.places[sent.start]?;
        let together = sent.clone().all(|at| self.places[at] == Some(start + at - sent.start));
        together.then(|| start..start + sent.len())
    }

    fn read(mut self, said: Vec<(String, Vec<Message>)>, last: &Mark) -> Read {
        let spans = self.changes();
        for (range, new) in std::mem::take(&mut self.silent) {
            let range = self.paper.bytes(&range);
            let new = source(&new);
            if self.body[range.clone()] != new {
                self.critic.changes.push(Change { range, new, mark: last.clone(), messages: Vec::new() });
            }
        }
        for (id, messages) in said {
            let span = match self.letters.comments.get(&id) {
                Some(&(start, end)) => start..end.unwrap_or(start).max(start),
                None => 0..0,
            };
            let on_change = spans.iter().find(|(change, index)| {
                *change == span && self.critic.changes[*index].mark.author == messages[0].mark.author
            });
            if let Some(&(_, index)) = on_change {
                self.critic.changes[index].messages.extend(messages);
                continue;
            }
            let start = self.boundary(span.start);
            let range = match (start, self.boundary(span.end)) {
                (Some(start), Some(end)) if start < end => self.paper.bytes(&(start..end)),
                (Some(place), _) | (None, Some(place)) if place > 0 => self.paper.bytes(&(place..place)),
                // About the head or about what is not there: about the article as a whole.
                _ => 0..0,
            };
            self.critic.comments.push(Comment { range, messages });
        }
        self.critic.changes.sort_by_key(|change| (change.range.start, change.range.end));
        Read { critic: self.critic, lost: self.lost }
    }

    /// Takes the tracked changes; answers where in the document each was.
    fn changes(&mut self) -> Vec<(Range<usize>, usize)> {
        let mut spans = Vec::new();
        let all = &self.letters.all;
        let mark_at = |at: usize| match all[at].1 {
            State::Inserted(mark) | State::Deleted(mark) => Some(&self.letters.marks[mark]),
            State::Kept => None,
        };
        let mut at = self.letters.head;
        while at < all.len() {
            let Some(mark) = mark_at(at) else {
                at += 1;
                continue;
            };
            let alike = |other: &Mark| other.author == mark.author;
            let end = at + (at..all.len()).take_while(|&at| mark_at(at).is_some_and(alike)).count();
            let inserted = |sign: &&(char, State)| matches!(sign.1, State::Inserted(_));
            let new: String = all[at..end].iter().filter(inserted).map(|sign| sign.0).collect();
            let span = at..end;
            match self.on_paper(&span) {
                Some(range) => {
                    let (range, new) = (self.paper.bytes(&range), source(&new));
                    spans.push((span, self.critic.changes.len()));
                    self.critic.changes.push(Change { range, new, mark: mark.clone(), messages: Vec::new() });
                }
                None => self.lost.push(all[at..end].iter().map(|sign| sign.0).collect()),
            }
            at = end;
        }
        spans
    }
}

/// Letters as Markdown: the end of a paragraph is an empty line.
fn source(letters: &str) -> String {
    letters.replace(PARAGRAPH, "\n\n")
}

/// Letter by letter where a document stands in another, and what is there instead of what.
type Aligned = (Vec<Option<usize>>, Vec<(Range<usize>, String)>);

fn align(known: &[char], sent: &[char]) -> Aligned {
    let mut places = vec![None; sent.len()];
    let mut silent = Vec::new();
    let head = known.iter().zip(sent).take_while(|(a, b)| a == b).count();
    let tail = known[head..].iter().rev().zip(sent[head..].iter().rev()).take_while(|(a, b)| a == b).count();
    (0..head).for_each(|at| places[at] = Some(at));
    (1..=tail).for_each(|back| places[sent.len() - back] = Some(known.len() - back));
    let (old, new) = (words(known, head..known.len() - tail), words(sent, head..sent.len() - tail));
    let of = |text: &[char], words: &[Range<usize>]| -> Vec<String> {
        words.iter().map(|word| text[word.clone()].iter().collect()).collect()
    };
    let ops = if old.len().max(new.len()) > WORDS {
        vec![DiffOp::Replace { old_index: 0, old_len: old.len(), new_index: 0, new_len: new.len() }]
    } else {
        capture_diff_slices(Algorithm::Myers, &of(known, &old), &of(sent, &new))
    };
    let letters = |words: &[Range<usize>], range: Range<usize>, from: usize| {
        let start =
            words.get(range.start).map_or(words.last().map_or(from, |last| last.end), |word| word.start);
        let end = if range.is_empty() { start } else { words[range.end - 1].end };
        start..end
    };
    for op in ops {
        let (from, to) = (letters(&old, op.old_range(), head), letters(&new, op.new_range(), head));
        if matches!(op, DiffOp::Equal { .. }) {
            from.zip(to).for_each(|(from, to)| places[to] = Some(from));
        } else if !(from.is_empty() && to.is_empty()) {
            silent.push((from, sent[to].iter().collect()));
        }
    }
    (places, silent)
}

/// Words and what is between them, one range each.
fn words(text: &[char], within: Range<usize>) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    for at in within {
        let joins = at > 0 && text[at].is_alphanumeric() && text[at - 1].is_alphanumeric();
        match words.last_mut().filter(|_| joins) {
            Some(word) => word.end = at + 1,
            None => words.push(at..at + 1),
        }
    }
    words
}
