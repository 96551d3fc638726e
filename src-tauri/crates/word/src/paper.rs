//! A body as a reader of paper sees it: paragraphs of letters, each with the bytes of the source it stands for.
//!
//! Marks that our own reading does not take as comrak does are shown as they are written: a letter too many is seen by
//! the reader, a wrong place is not.

use std::ops::Range;

use copydesk_core::markdown::{self, Context, TooComplex};
use copydesk_core::tree::{Inline, Node};

/// What stands for the end of a paragraph in running letters.
pub const PARAGRAPH: char = '\u{2029}';
/// A line end within a paragraph that stays one.
const BREAK: char = '\u{2028}';
/// How far a closing mark is looked for, in letters.
const REACH: usize = 4_000;
/// How deep emphasis nests before its marks are shown.
const DEPTH: usize = 12;

/// How a letter looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Face {
    /// Emphasis.
    pub emphasis: bool,
    /// Strong.
    pub strong: bool,
    /// Struck out.
    pub struck: bool,
    /// Code.
    pub code: bool,
    /// The mention of a note.
    pub note: bool,
    /// The link it belongs to.
    pub link: Option<usize>,
}

/// A letter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sign {
    /// As it is read.
    pub letter: char,
    /// The bytes of the body.
    pub range: Range<usize>,
    /// Its look.
    pub face: Face,
}

/// What a paragraph is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// Running text.
    Body,
    /// 1 to 6.
    Heading(u8),
    /// Quoted.
    Quote,
    /// Of a list.
    Item {
        /// With a number.
        numbered: bool,
    },
    /// Source as it stands.
    Literal,
}

/// A paragraph; its last letter is [`PARAGRAPH`].
#[derive(Clone, Debug)]
pub struct Paragraph {
    /// What it is.
    pub style: Style,
    /// Where its letters begin in [`Paper::signs`].
    pub start: usize,
    /// Where they end, its mark included.
    pub end: usize,
}

/// A body on paper.
#[derive(Clone, Debug, Default)]
pub struct Paper {
    /// In order, without gaps.
    pub paragraphs: Vec<Paragraph>,
    /// All letters.
    pub signs: Vec<Sign>,
    /// Addresses of links, by number.
    pub links: Vec<String>,
}

/// Whether XML 1.0 has a form for a character (production 2), line ends as they are kept by a reader.
pub fn sayable(letter: char) -> bool {
    matches!(letter, '\t' | '\n' | ' '..='\u{d7ff}' | '\u{e000}'..='\u{fffd}' | '\u{10000}'..)
        && !matches!(letter, PARAGRAPH | BREAK | '\u{ad}' | '\u{2011}')
}

impl Paper {
    /// Lays a body out.
    ///
    /// # Errors
    /// Where the body is too long or too intricate to be parsed.
    pub fn of(body: &str) -> Result<Self, TooComplex> {
        let document = markdown::parse_long(body, &Context::default())?;
        let lines = lines(body);
        let mut paper = Self::default();
        let mut line = 0;
        for block in &document.blocks {
            if matches!(block.node, Node::Notes(_)) {
                continue;
            }
            let first = (block.first_line.saturating_sub(1) as usize).clamp(line, lines.len());
            let last = (block.last_line as usize).clamp(first, lines.len());
            paper.literal(body, &lines[line..first]);
            let (signs, paragraphs, links) = (paper.signs.len(), paper.paragraphs.len(), paper.links.len());
            paper.block(body, &block.node, &lines[first..last]);
            let mut wanted = String::new();
            gather(&block.node, &mut wanted, 0);
            let read = paper.signs[signs..].iter().filter(|sign| !sign.face.note).map(|sign| sign.letter);
            let visible = |letter: &char| !letter.is_whitespace();
            if !read.filter(visible).eq(wanted.chars().map(shown).filter(visible)) {
                paper.signs.truncate(signs);
                paper.paragraphs.truncate(paragraphs);
                paper.links.truncate(links);
                paper.literal(body, &lines[first..last]);
            }
            line = last;
        }
        paper.literal(body, &lines[line..]);
        paper.close(body.len());
        Ok(paper)
    }

    /// The marks of paragraphs stand for all that lies between their last letter and the next.
    fn close(&mut self, len: usize) {
        if self.paragraphs.is_empty() {
            self.push(Style::Body, Vec::new());
        }
        for index in 0..self.paragraphs.len() {
            let mark = self.paragraphs[index].end - 1;
            let start = mark.checked_sub(1).map_or(0, |before| self.signs[before].range.end);
            let end = self.signs.get(mark + 1).map_or(len, |next| next.range.start);
            self.signs[mark].range = start..end.max(start);
        }
    }

    fn push(&mut self, style: Style, signs: Vec<Sign>) {
        let start = self.signs.len();
        self.signs.extend(signs);
        self.signs.push(Sign { letter: PARAGRAPH, range: 0..0, face: Face::default() });
        self.paragraphs.push(Paragraph { style, start, end: self.signs.len() });
    }

    fn literal(&mut self, body: &str, lines: &[Range<usize>]) {
        let blank = |line: &Range<usize>| body[line.clone()].trim().is_empty();
        for group in lines.split(blank).filter(|group| !group.is_empty()) {
            let range = group[0].start..group[group.len() - 1].end;
            let start = range.start;
            let signs = body[range]
                .char_indices()
                .map(|(at, letter)| Sign {
                    letter: shown(letter),
                    range: start + at..start + at + letter.len_utf8(),
                    face: Face::default(),
                })
                .collect();
            self.push(Style::Literal, signs);
        }
    }

    fn block(&mut self, body: &str, node: &Node, lines: &[Range<usize>]) {
        match node {
            Node::Paragraph(_) => self.running(body, Style::Body, lines),
            Node::Heading { level, .. } => {
                let Some(line) = lines.first() else { return };
                let text = &body[line.clone()];
                let inner = text.trim_start().trim_start_matches('#').trim_start();
                let start = line.end - inner.len();
                let mut end = inner.trim_end();
                let bare = end.trim_end_matches('#');
                if bare.ends_with(' ') {
                    end = bare.trim_end();
                }
                let text = start..start + end.len();
                self.running(body, Style::Heading(*level), std::slice::from_ref(&text));
            }
            Node::Quote { .. } => {
                let strip = |line: &Range<usize>| {
                    let rest = body[line.clone()].trim_start();
                    let rest = rest.strip_prefix('>').unwrap_or(rest).trim_start();
                    line.end - rest.len()..line.end
                };
                let inner: Vec<Range<usize>> = lines.iter().map(strip).collect();
                for group in inner.split(|line| line.is_empty()).filter(|group| !group.is_empty()) {
                    self.running(body, Style::Quote, group);
                }
            }
            Node::List { .. } => {
                let mut group: (Style, Vec<Range<usize>>) = (Style::Body, Vec::new());
                for line in lines {
                    let rest = body[line.clone()].trim_start();
                    let (style, rest) = item(rest).map_or((None, rest), |(style, rest)| (Some(style), rest));
                    if style.is_some() || rest.is_empty() {
                        self.running(body, group.0, &group.1);
                        group = (style.unwrap_or(group.0), Vec::new());
                    }
                    if !rest.is_empty() {
                        group.1.push(line.end - rest.len()..line.end);
                    }
                }
                self.running(body, group.0, &group.1);
            }
            _ => self.literal(body, lines),
        }
    }

    fn running(&mut self, body: &str, style: Style, lines: &[Range<usize>]) {
        let mut raw: Vec<(char, Range<usize>)> = Vec::new();
        for (index, line) in lines.iter().enumerate() {
            let text = &body[line.clone()];
            let start = line.start + text.len() - text.trim_start().len();
            if let Some(before) = index.checked_sub(1) {
                let end = raw.last().map_or(start, |last| last.1.end);
                let hard = body[end..lines[before].end.max(end)].len() > 1;
                raw.push((if hard { BREAK } else { '\n' }, end..start));
            }
            let trimmed = body[start..line.end.max(start)].trim_end();
            raw.extend(
                trimmed
                    .char_indices()
                    .map(|(at, letter)| (letter, start + at..start + at + letter.len_utf8())),
            );
        }
        let mut signs = Vec::new();
        self.lex(&raw, Face::default(), 0, &mut signs);
        if !signs.is_empty() {
            self.push(style, signs);
        }
    }

    fn lex(&mut self, raw: &[(char, Range<usize>)], face: Face, depth: usize, signs: &mut Vec<Sign>) {
        let mut at = 0;
        let letter = |at: usize| raw.get(at).map(|sign| sign.0);
        let run = |at: usize, of: char| raw[at..].iter().take_while(|sign| sign.0 == of).count();
        while let Some(here) = letter(at) {
            let plain = |sign: &(char, Range<usize>), face: Face| Sign {
                letter: if sign.0 == '\n' { ' ' } else { shown(sign.0) },
                range: sign.1.clone(),
                face,
            };
            if here == '\\' && letter(at + 1).is_some_and(|next| next.is_ascii_punctuation()) {
                let range = raw[at].1.start..raw[at + 1].1.end;
                signs.push(Sign { letter: raw[at + 1].0, range, face });
                at += 2;
                continue;
            }
            if here == '`' {
                let len = run(at, '`');
                let mut close = at + len;
                while close < raw.len().min(at + REACH) && run(close, '`') != len {
                    close += run(close, '`').max(1);
                }
                if run(close.min(raw.len()), '`') == len {
                    let face = Face { code: true, ..face };
                    signs.extend(raw[at + len..close].iter().map(|sign| plain(sign, face)));
                    at = close + len;
                } else {
                    signs.extend(raw[at..at + len].iter().map(|sign| plain(sign, face)));
                    at += len;
                }
                continue;
            }
            let reach = &raw[at..raw.len().min(at + REACH)];
            if here == '[' && letter(at + 1) == Some('^') {
                if let Some(end) = reach.iter().position(|sign| sign.0 == ']') {
                    let face = Face { note: true, ..face };
                    signs.extend(raw[at..=at + end].iter().map(|sign| plain(sign, face)));
                    at += end + 1;
                    continue;
                }
            } else if here == '[' && face.link.is_none() && depth < DEPTH {
                let middle = reach.windows(2).position(|pair| pair[0].0 == ']' && pair[1].0 == '(');
                let end = middle.and_then(|middle| {
                    reach[middle..].iter().position(|sign| sign.0 == ')').map(|end| (middle, middle + end))
                });
                if let Some((middle, end)) = end {
                    let address: String = reach[middle + 2..end].iter().map(|sign| sign.0).collect();
                    let address = address.split_whitespace().next().unwrap_or_default().to_owned();
                    let face = Face { link: Some(self.links.len()), ..face };
                    self.links.push(address);
                    self.lex(&raw[at + 1..at + middle], face, depth + 1, signs);
                    at += end + 1;
                    continue;
                }
            }
            if matches!(here, '*' | '_' | '~') && depth < DEPTH {
                let len = run(at, here).min(2);
                let within = here == '_' && at > 0 && raw[at - 1].0.is_alphanumeric();
                let opens = letter(at + len).is_some_and(|next| !next.is_whitespace() && next != here);
                let close = (at + len + 1..raw.len().min(at + REACH)).find(|&close| {
                    raw[close].0 == here
                        && raw[close - 1].0 != here
                        && !raw[close - 1].0.is_whitespace()
                        && run(close, here) == len
                });
                if let Some(close) = close.filter(|_| opens && !within && (here != '~' || len == 2)) {
                    let face = match (here, len) {
                        ('~', _) => Face { struck: true, ..face },
                        (_, 2) => Face { strong: true, ..face },
                        _ => Face { emphasis: true, ..face },
                    };
                    self.lex(&raw[at + len..close], face, depth + 1, signs);
                    at = close + len;
                    continue;
                }
                let len = run(at, here);
                signs.extend(raw[at..at + len].iter().map(|sign| plain(sign, face)));
                at += len;
                continue;
            }
            signs.push(plain(&raw[at], face));
            at += 1;
        }
    }

    /// The letters that lie within bytes of the body.
    #[must_use]
    pub fn letters(&self, range: &Range<usize>) -> Range<usize> {
        let start = self.signs.partition_point(|sign| sign.range.start < range.start);
        let end = self.signs.partition_point(|sign| sign.range.end <= range.end);
        if range.is_empty() { end..end } else { start..end.max(start) }
    }

    /// The bytes that letters stand for; for none, the place right after the letter before.
    #[must_use]
    pub fn bytes(&self, letters: &Range<usize>) -> Range<usize> {
        if letters.is_empty() {
            let place = match letters.start.checked_sub(1).and_then(|before| self.signs.get(before)) {
                Some(before) => before.range.end,
                None => self.signs.first().map_or(0, |first| first.range.start),
            };
            return place..place;
        }
        self.signs[letters.start].range.start..self.signs[letters.end - 1].range.end
    }
}

fn shown(letter: char) -> char {
    match letter {
        BREAK => '\n',
        letter if sayable(letter) => letter,
        _ => '\u{fffd}',
    }
}

/// Lines without their ends.
fn lines(body: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    body.split('\n')
        .map(|line| {
            let range = at..at + line.len();
            at = range.end + 1;
            range
        })
        .collect()
}

/// What a line of a list begins, and what follows its mark.
fn item(line: &str) -> Option<(Style, &str)> {
    let number = line.trim_start_matches(|letter: char| letter.is_ascii_digit());
    let numbered = number.len() < line.len();
    let rest = match numbered {
        true => number.strip_prefix(['.', ')'])?,
        false => line.strip_prefix(['-', '*', '+'])?,
    };
    rest.starts_with(' ').then(|| (Style::Item { numbered }, rest.trim_start()))
}

fn gather(node: &Node, text: &mut String, depth: usize) {
    let mut all = |nodes: &[Node]| {
        if depth < 200 {
            nodes.iter().for_each(|node| gather(node, text, depth + 1));
        }
    };
    match node {
        Node::Paragraph(inlines) | Node::Plain(inlines) | Node::Heading { text: inlines, .. } => {
            words(inlines, text);
        }
        Node::Quote { blocks, by } => {
            all(blocks);
            if let Some(by) = by {
                text.push('—');
                words(by, text);
            }
        }
        Node::List { items, .. } => items.iter().for_each(|item| {
            // A box is no letter: such a list is shown as it is written.
            if item.task.is_some() {
                text.push('\u{fffc}');
            }
            item.blocks.iter().for_each(|node| gather(node, text, depth + 1));
        }),
        Node::Figure { .. } | Node::CodeBlock { .. } | Node::Table { .. } | Node::Rule | Node::Html(_) => {
            text.push('\u{fffc}');
        }
        Node::Notes(_) => {}
    }
}

fn words(inlines: &[Inline], text: &mut String) {
    for inline in inlines {
        match inline {
            Inline::Text(words) | Inline::Code(words) | Inline::Html(words) => text.push_str(words),
            Inline::Emphasis(inner)
            | Inline::Strong(inner)
            | Inline::Deleted(inner)
            | Inline::Link { text: inner, .. } => words(inner, text),
            Inline::Image(_) => text.push('\u{fffc}'),
            Inline::SoftBreak | Inline::Break | Inline::NoteRef { .. } => {}
        }
    }
}
