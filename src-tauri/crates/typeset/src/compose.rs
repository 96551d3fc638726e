//! Makes the template's data from an article. What would break the page is mended where that is honest (heading
//! levels, nesting) and named with its line where it is not (an image without a description).

use copydesk_core::article::Article;
use copydesk_core::furniture::When;
use copydesk_core::tree::{Align, Image, ImageKind, Inline, Item, LinkKind, Node as Block, Note, TopBlock};
use jiff::civil::Date;
use typst::foundations::Bytes;

use crate::french::{self, OPAQUE};
use crate::page::{Element, Node, Page, Picture, Signed};
use crate::picture::{self, Fit, Unfit};
use crate::{Images, Options, Paper, Rule, Warning};

/// Containers nested deeper are set flat: Typst's own stack ends not far below.
const DEEPEST: usize = 10;
/// Typst takes no longer address.
const LONGEST_ADDRESS: usize = 8000;
/// Images of one article; file ids are few (16 bits for the life of the program).
const MOST_IMAGES: usize = 500;
/// An image narrower than this many pixels keeps its own size.
const NARROW: u32 = 500;

pub(crate) struct Composed {
    pub page: Page,
    pub images: Vec<Bytes>,
    pub warnings: Vec<Warning>,
}

pub(crate) fn compose(article: &Article, images: Images<'_>, options: &Options) -> Composed {
    let notes: &[Note] = article
        .document
        .blocks
        .iter()
        .find_map(|block| if let Block::Notes(notes) = &block.node { Some(notes.as_slice()) } else { None })
        .unwrap_or_default();
    let mut maker = Maker {
        article,
        read: images,
        notes,
        set: Vec::new(),
        images: Vec::new(),
        known: Vec::new(),
        warnings: Vec::new(),
        block: None,
        level: 1,
        depth: 0,
        in_note: false,
        french: is(&article.lang, "fr"),
    };
    let mut body = Vec::new();
    for block in article.body() {
        if matches!(block.node, Block::Notes(_)) {
            continue;
        }
        maker.block = Some(block);
        maker.node(&block.node, &mut body);
    }
    let page = maker.page(options, body);
    Composed { page, images: maker.images, warnings: maker.warnings }
}

fn is(lang: &str, primary: &str) -> bool {
    lang.split(['-', '_']).next().is_some_and(|first| first.eq_ignore_ascii_case(primary))
}

/// An image among those of the article: its number, and its size in pixels.
#[derive(Clone, Copy)]
struct Loaded {
    n: usize,
    width: u32,
    height: u32,
}

/// The same under the name that the template knows, with its description.
struct Set {
    name: String,
    width: u32,
    height: u32,
    alt: Option<String>,
}

struct Maker<'a> {
    article: &'a Article,
    read: Images<'a>,
    notes: &'a [Note],
    /// Notes already set at an earlier mention.
    set: Vec<u32>,
    images: Vec<Bytes>,
    known: Vec<(String, Result<Loaded, Rule>)>,
    warnings: Vec<Warning>,
    block: Option<&'a TopBlock>,
    /// Level of the last heading; the title is 1.
    level: u8,
    depth: usize,
    in_note: bool,
    french: bool,
}

impl<'a> Maker<'a> {
    fn page(&self, options: &Options, body: Vec<Node>) -> Page {
        let furniture = &self.article.furniture;
        let text = |value: &str| if self.french { french::spaced(value) } else { value.to_owned() };
        let (lang, region) = tag(&self.article.lang);
        let title = text(self.article.headline());
        let mut signed = Vec::new();
        let mut sign = |value: String, bold| {
            if !value.is_empty() {
                signed.push(Signed { text: value, bold });
            }
        };
        sign(text(&furniture.byline.value), true);
        sign(text(&furniture.dateline.value), false);
        let day = furniture.published().map(|when| match when {
            When::Day(day) => day,
            When::Moment(moment) => moment.date(),
        });
        if let Some(day) = day {
            sign(date(day.year(), day.month(), day.day(), &self.article.lang), false);
        }
        Page {
            running: shortened(&title),
            lang,
            region,
            paper: match options.paper {
                Paper::A4 => "a4",
                Paper::Letter => "us-letter",
            },
            columns: options.columns.clamp(1, 2),
            day: recorded(day),
            title,
            authors: furniture.bylines().to_vec(),
            kicker: text(&furniture.kicker.value),
            section: text(&furniture.section.value),
            standfirst: text(&furniture.standfirst.value),
            signed,
            body,
        }
    }

    fn nodes(&mut self, blocks: &'a [Block]) -> Vec<Node> {
        let mut out = Vec::new();
        for block in blocks {
            self.node(block, &mut out);
        }
        out
    }

    fn node(&mut self, block: &'a Block, out: &mut Vec<Node>) {
        let element = match block {
            Block::Paragraph(text) => Element::P { c: self.prose(text) },
            // Two texts in one item need to stay apart.
            Block::Plain(text) => {
                let c = self.prose(text);
                if out.is_empty() { Element::Plain { c } } else { Element::P { c } }
            }
            Block::Heading { level, text } => {
                self.level = (*level).clamp(2, self.level.saturating_add(1).min(6));
                Element::H { level: self.level, c: self.prose(text) }
            }
            Block::Quote { blocks, by } => {
                if self.depth >= DEEPEST {
                    for block in blocks {
                        self.node(block, out);
                    }
                    if let Some(by) = by {
                        let mut c = vec![Node::Text("— ".to_owned())];
                        c.extend(self.prose(by));
                        out.push(Node::Element(Element::P { c }));
                    }
                    return;
                }
                self.depth += 1;
                let c = self.nodes(blocks);
                self.depth -= 1;
                Element::Quote { by: by.as_ref().map(|by| self.prose(by)), c }
            }
            Block::List { start, items } => {
                if self.depth >= DEEPEST {
                    for item in items {
                        for block in &item.blocks {
                            self.node(block, out);
                        }
                    }
                    return;
                }
                let nested = self.depth > 0;
                let tasks = items.iter().all(|item| item.task.is_some());
                self.depth += 1;
                let items = items.iter().map(|item| self.item(item)).collect();
                self.depth -= 1;
                match start {
                    Some(start) => Element::Ol { nested, start: *start, items },
                    None => Element::Ul { nested, tasks, items },
                }
            }
            Block::Figure { image, caption, credit } => {
                let text = |value: &str| if self.french { french::spaced(value) } else { value.to_owned() };
                let caption = (!caption.is_empty()).then(|| vec![Node::Text(text(caption))]);
                let credit = (!credit.is_empty()).then(|| credit.clone());
                let picture = match self.image(image) {
                    Some(Set { name: image, width, height, alt }) => Picture::Image {
                        image,
                        wide: width >= NARROW,
                        width,
                        ratio: f64::from(width) / f64::from(height.max(1)),
                        alt,
                    },
                    None => Picture::Instead { instead: vec![Node::Text(instead(image))] },
                };
                Element::Figure { picture, caption, credit }
            }
            Block::Html(text) if text.is_empty() => return,
            Block::CodeBlock { text, .. } | Block::Html(text) => Element::Pre { text: text.clone() },
            Block::Table { align, rows } => {
                let mut head = None;
                let mut cells = Vec::new();
                for row in rows {
                    let row_cells: Vec<Vec<Node>> = row.cells.iter().map(|cell| self.prose(cell)).collect();
                    if row.head && head.is_none() {
                        head = Some(row_cells);
                    } else {
                        cells.extend(row_cells);
                    }
                }
                let align = align
                    .iter()
                    .map(|side| match side {
                        Align::Right => "right",
                        Align::Center => "center",
                        Align::Left | Align::None => "left",
                    })
                    .collect::<Vec<_>>();
                Element::Table { columns: align.len().max(1), align, head, cells }
            }
            Block::Rule => Element::Hr,
            Block::Notes(_) => return,
        };
        out.push(Node::Element(element));
    }

    fn item(&mut self, item: &'a Item) -> Vec<Node> {
        let mut nodes = self.nodes(&item.blocks);
        if let Some(done) = item.task {
            let mark = Node::Text(if done { "☑\u{a0}" } else { "☐\u{a0}" }.to_owned());
            match nodes.first_mut() {
                Some(Node::Element(Element::P { c } | Element::Plain { c })) => c.insert(0, mark),
                _ => nodes.insert(0, mark),
            }
        }
        nodes
    }

    /// Running text: blanks collapsed as a browser does, French spaces put in over the whole of it.
    fn prose(&mut self, text: &'a [Inline]) -> Vec<Node> {
        let mut nodes = self.inlines(text, 0);
        if self.french {
            let mut whole = String::new();
            gather(&nodes, &mut whole);
            let edits = french::edits(&whole);
            if !edits.is_empty() {
                apply(&mut nodes, &edits, &mut 0);
            }
        }
        nodes
    }

    fn inlines(&mut self, text: &'a [Inline], depth: usize) -> Vec<Node> {
        let mut out: Vec<Node> = Vec::with_capacity(text.len());
        for inline in text {
            let flat = depth >= DEEPEST;
            let element = match inline {
                Inline::Text(text) | Inline::Html(text) => {
                    push_text(&mut out, text);
                    continue;
                }
                Inline::SoftBreak => {
                    push_text(&mut out, " ");
                    continue;
                }
                Inline::Emphasis(c) | Inline::Strong(c) | Inline::Deleted(c) if flat => {
                    out.extend(self.inlines(c, depth));
                    continue;
                }
                Inline::Emphasis(c) => Element::Em { c: self.inlines(c, depth + 1) },
                Inline::Strong(c) => Element::Strong { c: self.inlines(c, depth + 1) },
                Inline::Deleted(c) => Element::Del { c: self.inlines(c, depth + 1) },
                Inline::Code(text) => Element::Code { text: text.clone() },
                Inline::Break => Element::Br,
                Inline::Link { href, kind, text, line, .. } => {
                    let line = self.block.map(|block| self.article.file_line(block, *line));
                    match kind {
                        LinkKind::Refused => self.warn(Rule::LinkRefused, line, href),
                        LinkKind::Article => self.warn(Rule::LinkToArticle, line, href),
                        LinkKind::Web | LinkKind::Anchor => {}
                    }
                    let c = self.inlines(text, depth + 1);
                    if *kind == LinkKind::Web
                        && !href.is_empty()
                        && href.len() < LONGEST_ADDRESS
                        && !c.is_empty()
                        && !flat
                    {
                        Element::A { href: href.clone(), c }
                    } else {
                        out.extend(c);
                        continue;
                    }
                }
                Inline::Image(image) => match self.image(image) {
                    Some(Set { name: image, alt, .. }) => Element::Img { image, alt },
                    None => {
                        push_text(&mut out, &instead(image));
                        continue;
                    }
                },
                Inline::NoteRef { number, .. } => match self.note(*number) {
                    Some(element) => element,
                    None => Element::Sup { c: vec![Node::Text(number.to_string())] },
                },
            };
            out.push(Node::Element(element));
        }
        out
    }

    /// A note at its first mention; within a note, a number alone, so that two notes can name each other.
    fn note(&mut self, number: u32) -> Option<Element> {
        if self.in_note {
            return None;
        }
        let note = self.notes.iter().find(|note| note.number == number)?;
        let id = format!("note-{number}");
        if self.set.contains(&number) {
            return Some(Element::Note { id, body: None, first: Some(true) });
        }
        self.set.push(number);
        let (depth, level) = (std::mem::replace(&mut self.depth, 1), self.level);
        self.in_note = true;
        let mut body = Vec::new();
        for (n, block) in note.blocks.iter().enumerate() {
            match block {
                // The number stands at the start of the text.
                Block::Paragraph(text) if n == 0 => {
                    body.push(Node::Element(Element::Plain { c: self.prose(text) }))
                }
                Block::Heading { text, .. } => body.push(Node::Element(Element::P { c: self.prose(text) })),
                block => self.node(block, &mut body),
            }
        }
        self.in_note = false;
        (self.depth, self.level) = (depth, level);
        Some(Element::Note { id, body: Some(body), first: None })
    }

    fn warn(&mut self, rule: Rule, line: Option<u32>, subject: &str) {
        self.warnings.push(Warning { rule, line, subject: subject.to_owned() });
    }

    /// An image as the template may use it; a warning where it cannot be set.
    fn image(&mut self, image: &Image) -> Option<Set> {
        let line = self.block.map(|block| self.article.file_line(block, image.line));
        match image.kind {
            ImageKind::Remote => self.warn(Rule::ImageRemote, line, &image.src),
            ImageKind::Refused => self.warn(Rule::ImageRefused, line, &image.src),
            ImageKind::Desk => {
                let Loaded { n, width, height } = match self.load(&image.src) {
                    Ok(loaded) => loaded,
                    Err(rule) => {
                        self.warn(rule, line, &image.src);
                        return None;
                    }
                };
                let alt = image.alt.trim();
                if alt.is_empty() {
                    self.warn(Rule::ImageWithoutAlt, line, &image.src);
                }
                let alt = (!alt.is_empty()).then(|| alt.to_owned());
                return Some(Set { name: format!("images/{n}"), width, height, alt });
            }
        }
        None
    }

    fn load(&mut self, src: &str) -> Result<Loaded, Rule> {
        if let Some((_, known)) = self.known.iter().find(|(known, _)| known == src) {
            return *known;
        }
        let bytes = if self.images.len() < MOST_IMAGES { (self.read)(src) } else { None };
        let loaded = match bytes.map(picture::fit) {
            Some(Ok(Fit { bytes, width, height })) => {
                self.images.push(bytes);
                Ok(Loaded { n: self.images.len() - 1, width, height })
            }
            Some(Err(Unfit::Kind)) => Err(Rule::ImageKind),
            Some(Err(Unfit::Damaged)) | None => Err(Rule::ImageMissing),
        };
        self.known.push((src.to_owned(), loaded));
        loaded
    }
}

/// What stands in the place of an image that is not set.
fn instead(image: &Image) -> String {
    let alt = image.alt.trim();
    match (alt.is_empty(), image.kind) {
        (true, _) => format!("[{}]", image.src),
        (false, ImageKind::Remote) => format!("[{alt} – {}]", image.src),
        (false, _) => format!("[{alt}]"),
    }
}

/// Adds text with runs of blanks collapsed, over the seam to the text before as well.
fn push_text(out: &mut Vec<Node>, text: &str) {
    if !matches!(out.last(), Some(Node::Text(_))) {
        out.push(Node::Text(String::new()));
    }
    let Some(Node::Text(to)) = out.last_mut() else { return };
    for c in text.chars() {
        if matches!(c, ' ' | '\n' | '\t' | '\r') {
            if !to.ends_with(' ') {
                to.push(' ');
            }
        } else {
            to.push(c);
        }
    }
}

fn gather(nodes: &[Node], whole: &mut String) {
    for node in nodes {
        match node {
            Node::Text(text) => whole.push_str(text),
            Node::Element(
                Element::Em { c } | Element::Strong { c } | Element::Del { c } | Element::A { c, .. },
            ) => gather(c, whole),
            Node::Element(Element::Br) => whole.push('\n'),
            // A mention of a note is no letter: what follows it follows the word before.
            Node::Element(Element::Note { .. } | Element::Sup { .. }) => {}
            Node::Element(_) => whole.push(OPAQUE),
        }
    }
}

/// Makes the edits of the text that [`gather`] gathered; `at` counts its bytes. None reaches over a seam.
fn apply(nodes: &mut [Node], edits: &[(std::ops::Range<usize>, &'static str)], at: &mut usize) {
    for node in nodes {
        match node {
            Node::Text(text) => {
                let (start, end) = (*at, *at + text.len());
                *at = end;
                // At a seam an addition belongs to the text before it, except at the very start.
                for (range, with) in edits.iter().rev() {
                    let here = if range.is_empty() {
                        (start < range.start || start == 0) && range.start <= end
                    } else {
                        start <= range.start && range.end <= end
                    };
                    if here {
                        text.replace_range(range.start - start..range.end - start, with);
                    }
                }
            }
            Node::Element(
                Element::Em { c } | Element::Strong { c } | Element::Del { c } | Element::A { c, .. },
            ) => apply(c, edits, at),
            Node::Element(Element::Br) => *at += 1,
            Node::Element(Element::Note { .. } | Element::Sup { .. }) => {}
            Node::Element(_) => *at += OPAQUE.len_utf8(),
        }
    }
}

/// The day of the file's own record, which PDF/A asks for. Where the article names none, the one from which computers
/// count, which nobody takes for a date of publication; never that of the run or of the file on this machine: the same
/// article gives the same bytes.
fn recorded(day: Option<Date>) -> [i16; 3] {
    day.filter(|day| day.year() > 0)
        .map_or([1970, 1, 1], |day| [day.year(), day.month().into(), day.day().into()])
}

/// Typst's language and region of a BCP 47 tag. Typst knows two or three letters, and two for a region.
fn tag(lang: &str) -> (String, Option<String>) {
    let mut parts = lang.split(['-', '_']);
    let first = parts.next().unwrap_or_default().to_ascii_lowercase();
    let known = matches!(first.len(), 2 | 3) && first.bytes().all(|b| b.is_ascii_lowercase());
    let region = parts.find(|part| part.len() == 2 && part.bytes().all(|b| b.is_ascii_alphabetic()));
    (if known { first } else { "und".to_owned() }, region.map(str::to_ascii_uppercase))
}

fn shortened(title: &str) -> String {
    const MOST: usize = 90;
    if title.chars().count() <= MOST {
        return title.to_owned();
    }
    let head: String = title.chars().take(MOST - 1).collect();
    let cut = head.rfind(' ').unwrap_or(head.len());
    format!("{}…", head[..cut].trim_end())
}

/// A date as a newspaper of that language prints it.
fn date(year: i16, month: i8, day: i8, lang: &str) -> String {
    const FR: [&str; 12] = [
        "janvier",
        "février",
        "mars",
        "avril",
        "mai",
        "juin",
        "juillet",
        "août",
        "septembre",
        "octobre",
        "novembre",
        "décembre",
    ];
    const EN: [&str; 12] = [
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ];
    let n = usize::try_from(month - 1).unwrap_or(0).min(11);
    if is(lang, "fr") {
        let day = if day == 1 { "1er".to_owned() } else { day.to_string() };
        format!("{day}\u{a0}{} {year}", FR[n])
    } else if lang.eq_ignore_ascii_case("en-US") {
        format!("{}\u{a0}{day}, {year}", EN[n])
    } else if is(lang, "en") {
        format!("{day}\u{a0}{} {year}", EN[n])
    } else {
        format!("{year:04}-{month:02}-{day:02}")
    }
}
