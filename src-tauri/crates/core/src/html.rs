//! One self-contained HTML page from an article.
//!
//! The writer escapes every text; no markup can come out of an article but that of the tags below.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use sha2::{Digest as _, Sha256};

use crate::article::Article;
use crate::counts;
use crate::furniture::When;
use crate::json::{mention_id, note_id};
use crate::tree::{Align, Image, ImageKind, Inline, LinkKind, Node, Note, Row, TopBlock};

/// The style sheet that the preview and the page share.
pub const STYLE: &str = include_str!("../../../../ui/src/style/article.css");

/// Media types of images that a page may hold.
const MEDIA: [&str; 6] =
    ["image/png", "image/jpeg", "image/gif", "image/webp", "image/avif", "image/svg+xml"];

/// Where the bytes of an image come to lie.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ImageData {
    /// In the page.
    Embedded {
        /// The file.
        bytes: Vec<u8>,
        /// `image/png`, `image/jpeg`, `image/gif`, `image/webp`, `image/avif` or `image/svg+xml`.
        media: String,
    },
    /// In a file beside the page.
    Beside {
        /// Path relative to the page, `/` as separator, not encoded.
        path: String,
    },
}

/// Paper of the printed page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Paper {
    /// 210 × 297 mm.
    #[default]
    A4,
    /// 8.5 × 11 in.
    Letter,
}

/// How to make the page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Options {
    /// Paper of the print style sheet.
    pub paper: Paper,
}

/// A finished page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct HtmlPage {
    /// The whole file.
    pub html: String,
    /// What could not be carried over, in the order of the text.
    pub warnings: Vec<Warning>,
}

/// Something of the article that the page does not hold as written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Warning {
    /// What.
    pub kind: WarningKind,
    /// Line of the file, from 1.
    pub line: u32,
    /// Address or path that it is about.
    pub subject: String,
}

/// Kinds of [`Warning`].
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WarningKind {
    /// The image is not there, or is none; its alternative text stands instead.
    ImageMissing,
    /// The image is on the web, and nothing is fetched; its alternative text stands instead.
    ImageRemote,
    /// The image's address leads out of the desk; its alternative text stands instead.
    ImageRefused,
    /// The link's address may not be followed; its text stands alone.
    LinkRefused,
    /// The link leads to another article of the desk; its text stands alone.
    LinkToArticle,
}

/// Makes the page. `images` gives what a path relative to the desk holds, `None` where it holds no image. The same
/// article and images give the same bytes.
#[must_use]
pub fn page(article: &Article, images: &dyn Fn(&str) -> Option<ImageData>, options: &Options) -> HtmlPage {
    let mut writer = Writer {
        out: String::with_capacity(16 * 1024),
        warnings: Vec::new(),
        article,
        images,
        block: None,
        level: 1,
        anchors: anchors(article),
        next_anchor: 0,
        in_link: false,
        french: is_french(&article.lang),
    };
    writer.page(options);
    HtmlPage { html: writer.out, warnings: writer.warnings }
}

fn is_french(lang: &str) -> bool {
    lang.split(['-', '_']).next().is_some_and(|language| language.eq_ignore_ascii_case("fr"))
}

/// Ids of the headings of the published body, in order.
fn anchors(article: &Article) -> Vec<String> {
    let mut anchorizer = comrak::Anchorizer::new();
    let mut ids = Vec::new();
    for block in article.body() {
        headings(&block.node, &mut |text| {
            // Words without letters still need an id of their own.
            let id = anchorizer.anchorize(if text.trim().is_empty() { "h" } else { text });
            ids.push(anchor_id(&id));
        });
    }
    ids
}

fn headings(node: &Node, visit: &mut dyn FnMut(&str)) {
    match node {
        Node::Heading { text, .. } => visit(&plain(text)),
        Node::Quote { blocks, .. } => blocks.iter().for_each(|node| headings(node, visit)),
        Node::List { items, .. } => {
            items.iter().flat_map(|item| &item.blocks).for_each(|node| headings(node, visit));
        }
        Node::Notes(notes) => {
            notes.iter().flat_map(|note| &note.blocks).for_each(|node| headings(node, visit));
        }
        _ => {}
    }
}

/// The id that an anchor means; ids hold no blanks.
fn anchor_id(anchor: &str) -> String {
    let mut id = String::from("c-");
    id.extend(anchor.chars().filter(|c| !c.is_whitespace() && !c.is_control()).flat_map(char::to_lowercase));
    id
}

/// Visible text without marks.
fn plain(text: &[Inline]) -> String {
    fn into(text: &[Inline], out: &mut String) {
        for inline in text {
            match inline {
                Inline::Text(text) | Inline::Code(text) | Inline::Html(text) => out.push_str(text),
                Inline::Emphasis(text)
                | Inline::Strong(text)
                | Inline::Deleted(text)
                | Inline::Link { text, .. } => into(text, out),
                Inline::SoftBreak | Inline::Break => out.push(' '),
                Inline::Image(_) | Inline::NoteRef { .. } => {}
            }
        }
    }
    let mut out = String::new();
    into(text, &mut out);
    out
}

struct Writer<'a> {
    out: String,
    warnings: Vec<Warning>,
    article: &'a Article,
    images: &'a dyn Fn(&str) -> Option<ImageData>,
    block: Option<&'a TopBlock>,
    /// Level of the last heading written.
    level: u8,
    anchors: Vec<String>,
    next_anchor: usize,
    /// Links within links, which the mention of a note can bring about, are none.
    in_link: bool,
    french: bool,
}

impl<'a> Writer<'a> {
    fn page(&mut self, options: &Options) {
        let article = self.article;
        let lang = &article.lang;
        self.out.push_str("<!DOCTYPE html>\n<html");
        if !lang.is_empty() {
            self.attribute("lang", lang);
        }
        self.out.push_str(">\n");
        self.head(options);
        self.out.push_str("<body>\n<article class=\"article\">\n");
        self.furniture();
        for block in article.body() {
            self.block = Some(block);
            self.node(&block.node);
        }
        self.out.push_str("</article>\n</body>\n</html>\n");
    }

    fn head(&mut self, options: &Options) {
        let furniture = &self.article.furniture;
        let mut style = STYLE.to_owned();
        if options.paper == Paper::Letter {
            style.push_str("@page { size: letter; }\n");
        }
        // The style sheet is ours; this only makes sure that it can never end its element.
        let style = style.replace("</", "<\\/");
        let hash = STANDARD.encode(Sha256::digest(style.as_bytes()));
        self.out.push_str("<head>\n<meta charset=\"utf-8\">\n");
        let policy = format!(
            "default-src 'none'; img-src 'self' data:; style-src 'sha256-{hash}'; base-uri 'none'; form-action 'none'"
        );
        self.out.push_str("<meta http-equiv=\"Content-Security-Policy\"");
        self.attribute("content", &policy);
        self.out
            .push_str(">\n<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n<title>");
        self.text(self.article.headline());
        self.out.push_str("</title>\n");
        let date = furniture.published().map(|when| machine_date(&when)).unwrap_or_default();
        self.meta("name", "description", &furniture.standfirst.value);
        for author in furniture.bylines() {
            self.meta("name", "author", author);
        }
        self.meta("property", "og:type", "article");
        self.meta("property", "og:title", self.article.headline());
        self.meta("property", "og:description", &furniture.standfirst.value);
        self.meta("property", "og:locale", &locale(&self.article.lang));
        self.meta("property", "article:published_time", &date);
        for author in furniture.bylines() {
            self.meta("property", "article:author", author);
        }
        self.meta("property", "article:section", &furniture.section.value);
        for tag in furniture.tag_list() {
            self.meta("property", "article:tag", tag);
        }
        self.out.push_str("<script type=\"application/ld+json\">");
        // In a script element only `<` can do harm; JSON may write it as a code.
        self.out.push_str(&self.linked_data(&date).to_string().replace('<', "\\u003c"));
        self.out.push_str("</script>\n<style>");
        self.out.push_str(&style);
        self.out.push_str("</style>\n</head>\n");
    }

    fn meta(&mut self, kind: &str, name: &str, content: &str) {
        if !content.is_empty() {
            let _ = write!(self.out, "<meta {kind}=\"{name}\"");
            self.attribute("content", content);
            self.out.push_str(">\n");
        }
    }

    fn linked_data(&self, date: &str) -> Value {
        let furniture = &self.article.furniture;
        let mut data = Map::new();
        data.insert("@context".into(), json!("https://schema.org"));
        data.insert("@type".into(), json!("NewsArticle"));
        let mut put = |name: &str, text: &str| {
            if !text.is_empty() {
                data.insert(name.into(), json!(text));
            }
        };
        put("headline", self.article.headline());
        put("description", &furniture.standfirst.value);
        put("datePublished", date);
        put("dateline", &furniture.dateline.value);
        put("articleSection", &furniture.section.value);
        put("inLanguage", &self.article.lang);
        if !furniture.bylines().is_empty() {
            let authors: Vec<Value> =
                furniture.bylines().iter().map(|name| json!({"@type": "Person", "name": name})).collect();
            data.insert("author".into(), Value::Array(authors));
        }
        if !furniture.tag_list().is_empty() {
            data.insert("keywords".into(), json!(furniture.tag_list()));
        }
        let words = counts::of_blocks(self.article.body()).words;
        data.insert("wordCount".into(), json!(words));
        Value::Object(data)
    }

    fn furniture(&mut self) {
        let furniture = &self.article.furniture;
        self.out.push_str("<header>\n");
        self.line_of("p", "kicker", &furniture.kicker.value);
        self.out.push_str("<h1>");
        self.text(self.article.headline());
        self.out.push_str("</h1>\n");
        self.line_of("p", "standfirst", &furniture.standfirst.value);
        let when = furniture.published();
        let byline = &furniture.byline.value;
        let dateline = &furniture.dateline.value;
        if when.is_some() || !byline.is_empty() || !dateline.is_empty() {
            self.out.push_str("<p class=\"byline\">");
            let mut before = "";
            for (class, text) in [("author", byline), ("dateline", dateline)] {
                if !text.is_empty() {
                    let _ = write!(self.out, "{before}<span class=\"{class}\">");
                    self.text(text);
                    self.out.push_str("</span>");
                    before = " · ";
                }
            }
            if let Some(when) = when {
                self.out.push_str(before);
                self.out.push_str("<time");
                self.attribute("datetime", &machine_date(&when));
                self.out.push('>');
                let shown = shown_date(&when, self.french);
                self.text(&shown);
                self.out.push_str("</time>");
            }
            self.out.push_str("</p>\n");
        }
        self.out.push_str("</header>\n");
    }

    fn line_of(&mut self, tag: &str, class: &str, text: &str) {
        if !text.is_empty() {
            let _ = write!(self.out, "<{tag} class=\"{class}\">");
            self.text(text);
            let _ = writeln!(self.out, "</{tag}>");
        }
    }

    fn nodes(&mut self, nodes: &[Node]) {
        for node in nodes {
            self.node(node);
        }
    }

    fn node(&mut self, node: &Node) {
        match node {
            Node::Paragraph(text) => self.wrapped("p", text),
            Node::Plain(text) => {
                self.inlines(text);
                self.out.push('\n');
            }
            Node::Heading { level, text } => self.heading(*level, text),
            Node::Quote { blocks, by } => {
                if by.is_some() {
                    self.out.push_str("<figure class=\"quote\">\n");
                }
                self.out.push_str("<blockquote>\n");
                self.nodes(blocks);
                self.out.push_str("</blockquote>\n");
                if let Some(by) = by {
                    self.out.push_str("<figcaption>— ");
                    self.inlines(by);
                    self.out.push_str("</figcaption>\n</figure>\n");
                }
            }
            Node::Figure { image, caption, credit } => {
                self.out.push_str("<figure>\n");
                self.image(image);
                self.out.push('\n');
                if !caption.is_empty() || !credit.is_empty() {
                    self.out.push_str("<figcaption>");
                    self.text(caption);
                    if !credit.is_empty() {
                        if !caption.is_empty() {
                            self.out.push(' ');
                        }
                        self.out.push_str("<small class=\"credit\">© ");
                        self.text(credit);
                        self.out.push_str("</small>");
                    }
                    self.out.push_str("</figcaption>\n");
                }
                self.out.push_str("</figure>\n");
            }
            Node::List { start, items } => {
                match start {
                    None => self.out.push_str("<ul"),
                    Some(1) => self.out.push_str("<ol"),
                    Some(start) => {
                        let _ = write!(self.out, "<ol start=\"{start}\"");
                    }
                }
                if items.iter().any(|item| item.task.is_some()) {
                    self.out.push_str(" class=\"tasks\"");
                }
                self.out.push_str(">\n");
                for item in items {
                    self.out.push_str("<li>");
                    match item.task {
                        Some(true) => self.out.push_str("<span class=\"task\">☑</span> "),
                        Some(false) => self.out.push_str("<span class=\"task\">☐</span> "),
                        None => {}
                    }
                    self.nodes(&item.blocks);
                    self.out.push_str("</li>\n");
                }
                self.out.push_str(if start.is_some() { "</ol>\n" } else { "</ul>\n" });
            }
            Node::CodeBlock { text, .. } => {
                self.out.push_str("<pre><code>");
                self.text(text);
                self.out.push_str("</code></pre>\n");
            }
            Node::Table { align, rows } => self.table(align, rows),
            Node::Rule => self.out.push_str("<hr>\n"),
            Node::Html(text) if text.is_empty() => {}
            Node::Html(text) => {
                self.out.push_str("<pre class=\"source\">");
                // A line feed right after the tag would be dropped.
                if text.starts_with('\n') {
                    self.out.push('\n');
                }
                self.text(text);
                self.out.push_str("</pre>\n");
            }
            Node::Notes(notes) => self.notes(notes),
        }
    }

    fn wrapped(&mut self, tag: &str, text: &[Inline]) {
        let _ = write!(self.out, "<{tag}>");
        self.inlines(text);
        let _ = writeln!(self.out, "</{tag}>");
    }

    /// The title is level 1, so crossheads start at 2; a level that was left out is closed up.
    fn heading(&mut self, level: u8, text: &[Inline]) {
        let level = level.clamp(2, 6).min(self.level + 1);
        self.level = level;
        let _ = write!(self.out, "<h{level}");
        if let Some(id) = self.anchors.get(self.next_anchor).cloned() {
            self.attribute("id", &id);
        }
        self.next_anchor += 1;
        self.out.push('>');
        self.inlines(text);
        let _ = writeln!(self.out, "</h{level}>");
    }

    fn table(&mut self, align: &[Align], rows: &[Row]) {
        self.out.push_str("<table>\n");
        let heads = rows.iter().take_while(|row| row.head).count();
        for (group, rows) in [("thead", &rows[..heads]), ("tbody", &rows[heads..])] {
            if rows.is_empty() {
                continue;
            }
            let _ = writeln!(self.out, "<{group}>");
            for row in rows {
                self.out.push_str("<tr>\n");
                for (at, cell) in row.cells.iter().enumerate() {
                    let tag = if row.head { "th" } else { "td" };
                    let _ = write!(self.out, "<{tag}");
                    if row.head {
                        self.out.push_str(" scope=\"col\"");
                    }
                    match align.get(at) {
                        Some(Align::Left) => self.out.push_str(" class=\"left\""),
                        Some(Align::Center) => self.out.push_str(" class=\"center\""),
                        Some(Align::Right) => self.out.push_str(" class=\"right\""),
                        _ => {}
                    }
                    self.out.push('>');
                    self.inlines(cell);
                    let _ = writeln!(self.out, "</{tag}>");
                }
                self.out.push_str("</tr>\n");
            }
            let _ = writeln!(self.out, "</{group}>");
        }
        self.out.push_str("</table>\n");
    }

    fn notes(&mut self, notes: &[Note]) {
        self.out.push_str("<section class=\"notes\" aria-label=\"Notes\">\n<ol>\n");
        for note in notes {
            let _ = writeln!(self.out, "<li id=\"{}\">", note_id(note.number));
            self.nodes(&note.blocks);
            let label = if self.french { "Retour au texte" } else { "Back to the text" };
            self.out.push_str("<p class=\"back\">");
            for mention in 1..=note.mentions.max(1) {
                if mention > 1 {
                    self.out.push(' ');
                }
                let _ = write!(
                    self.out,
                    "<a href=\"#{}\" aria-label=\"{label}\">↩</a>",
                    mention_id(note.number, mention)
                );
            }
            self.out.push_str("</p>\n</li>\n");
        }
        self.out.push_str("</ol>\n</section>\n");
    }

    fn inlines(&mut self, text: &[Inline]) {
        for inline in text {
            match inline {
                Inline::Text(text) => self.text(text),
                Inline::Emphasis(text) => self.marked("em", text),
                Inline::Strong(text) => self.marked("strong", text),
                Inline::Deleted(text) => self.marked("del", text),
                Inline::Code(text) => {
                    self.out.push_str("<code>");
                    self.text(text);
                    self.out.push_str("</code>");
                }
                Inline::SoftBreak => self.out.push('\n'),
                Inline::Break => self.out.push_str("<br>\n"),
                Inline::Link { text, .. } if self.in_link => self.inlines(text),
                Inline::Link { href, kind, title, text, line } => {
                    let href = match kind {
                        LinkKind::Web => encoded_address(href),
                        LinkKind::Anchor => {
                            format!("#{}", encoded(&anchor_id(&decoded(&href[1..])), b"%#[]"))
                        }
                        LinkKind::Article | LinkKind::Refused => {
                            let kind = match kind {
                                LinkKind::Article => WarningKind::LinkToArticle,
                                _ => WarningKind::LinkRefused,
                            };
                            self.warn(kind, *line, href);
                            self.inlines(text);
                            continue;
                        }
                    };
                    self.out.push_str("<a");
                    self.attribute("href", &href);
                    if *kind == LinkKind::Web {
                        self.out.push_str(" rel=\"noopener noreferrer\"");
                    }
                    if !title.is_empty() {
                        self.attribute("title", title);
                    }
                    self.out.push('>');
                    self.in_link = true;
                    self.inlines(text);
                    self.in_link = false;
                    self.out.push_str("</a>");
                }
                Inline::Image(image) => self.image(image),
                Inline::NoteRef { number, mention } => {
                    let (note, mention) = (note_id(*number), mention_id(*number, *mention));
                    let _ = if self.in_link {
                        write!(self.out, "<sup class=\"mention\" id=\"{mention}\">{number}</sup>")
                    } else {
                        write!(
                            self.out,
                            "<sup class=\"mention\"><a href=\"#{note}\" id=\"{mention}\">{number}</a></sup>"
                        )
                    };
                }
                Inline::Html(text) => self.text(text),
            }
        }
    }

    fn marked(&mut self, tag: &str, text: &[Inline]) {
        let _ = write!(self.out, "<{tag}>");
        self.inlines(text);
        let _ = write!(self.out, "</{tag}>");
    }

    fn image(&mut self, image: &Image) {
        let src = match image.kind {
            ImageKind::Desk => match (self.images)(&image.src) {
                Some(ImageData::Embedded { bytes, media }) if MEDIA.contains(&media.as_str()) => {
                    Ok(format!("data:{media};base64,{}", STANDARD.encode(bytes)))
                }
                Some(ImageData::Beside { path }) => Ok(encoded_path(&path)),
                _ => Err(WarningKind::ImageMissing),
            },
            ImageKind::Remote => Err(WarningKind::ImageRemote),
            ImageKind::Refused => Err(WarningKind::ImageRefused),
        };
        match src {
            Ok(src) => {
                self.out.push_str("<img");
                self.attribute("src", &src);
                self.attribute("alt", &image.alt);
                if !image.title.is_empty() {
                    self.attribute("title", &image.title);
                }
                self.out.push('>');
            }
            Err(kind) => {
                self.warn(kind, image.line, &image.src);
                self.out.push_str("<span class=\"no-image\">");
                self.text(&image.alt);
                self.out.push_str("</span>");
            }
        }
    }

    fn warn(&mut self, kind: WarningKind, line: crate::tree::Line, subject: &str) {
        let line = self.block.map_or(1, |block| self.article.file_line(block, line));
        self.warnings.push(Warning { kind, line, subject: subject.to_owned() });
    }

    fn attribute(&mut self, name: &str, value: &str) {
        let _ = write!(self.out, " {name}=\"");
        self.text(value);
        self.out.push('"');
    }

    /// Text of elements and of quoted attributes alike.
    fn text(&mut self, text: &str) {
        let mut from = 0;
        for (at, byte) in text.bytes().enumerate() {
            let code = match byte {
                b'&' => "&amp;",
                b'<' => "&lt;",
                b'>' => "&gt;",
                b'"' => "&quot;",
                b'\t' | b'\n' => continue,
                // No control character is valid in HTML.
                0..=0x1f | 0x7f => "\u{fffd}",
                _ => continue,
            };
            self.out.push_str(&text[from..at]);
            self.out.push_str(code);
            from = at + 1;
        }
        self.out.push_str(&text[from..]);
    }
}

/// Percent-encoding of an anchor undone, where it gives text.
fn decoded(anchor: &str) -> String {
    let form = anchor.replace('+', "%2B");
    url::form_urlencoded::parse(form.as_bytes())
        .next()
        .map_or_else(|| anchor.to_owned(), |(name, _)| name.into_owned())
}

/// An address as HTML allows it: the URL Standard's parser lets more stand than its writer may use.
fn encoded_address(address: &str) -> String {
    // The brackets of a numeric host belong there; after the host they do not.
    let host = address.find("://").map_or(0, |at| at + 3);
    let path = address[host..].find(['/', '?', '#']).map_or(address.len(), |at| host + at);
    address[..path].to_owned() + &encoded(&address[path..], b"[]")
}

/// Percent-encodes what no part of a URL may hold, and the bytes of `more` (ASCII).
fn encoded(part: &str, more: &[u8]) -> String {
    let mut out = String::with_capacity(part.len());
    for c in part.chars() {
        match u8::try_from(c) {
            Ok(byte) if byte.is_ascii() && (b" \"<>\\^`{|}".contains(&byte) || more.contains(&byte)) => {
                let _ = write!(out, "%{byte:02X}");
            }
            _ => out.push(c),
        }
    }
    out
}

/// A relative path as a reference: it can be taken neither for a scheme nor for a host.
fn encoded_path(path: &str) -> String {
    let mut out = String::from("./");
    for byte in path.trim_start_matches('/').bytes() {
        match byte {
            b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | b'-' | b'_' | b'.' | b'~' | b'/' => {
                out.push(char::from(byte));
            }
            _ => {
                let _ = write!(out, "%{byte:02X}");
            }
        }
    }
    out
}

/// `fr-FR` as Open Graph writes it; empty without a region, which it asks for.
fn locale(lang: &str) -> String {
    let mut parts = lang.split('-');
    match (parts.next(), parts.find(|part| part.len() == 2)) {
        (Some(language), Some(region)) => format!("{}_{}", language.to_lowercase(), region.to_uppercase()),
        _ => String::new(),
    }
}

fn machine_date(when: &When) -> String {
    match when {
        When::Day(day) => day.to_string(),
        When::Moment(moment) => moment.strftime("%Y-%m-%dT%H:%M:%S%:z").to_string(),
    }
}

fn shown_date(when: &When, french: bool) -> String {
    match when {
        When::Day(day) => shown_day(*day, french),
        When::Moment(moment) => {
            let day = shown_day(moment.date(), french);
            let (hour, minute) = (moment.hour(), moment.minute());
            if french {
                format!("{day}, {hour}\u{a0}h\u{a0}{minute:02}")
            } else {
                format!("{day}, {hour:02}:{minute:02}")
            }
        }
    }
}

fn shown_day(day: Date, french: bool) -> String {
    const FRENCH: [&str; 12] = [
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
    const ENGLISH: [&str; 12] = [
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
    let month = usize::from(day.month().unsigned_abs()).saturating_sub(1);
    let (day_of, year) = (day.day(), day.year());
    if french {
        let day_of = if day_of == 1 { "1er".to_owned() } else { day_of.to_string() };
        format!("{day_of}\u{a0}{} {year}", FRENCH.get(month).unwrap_or(&""))
    } else {
        format!("{day_of}\u{a0}{} {year}", ENGLISH.get(month).unwrap_or(&""))
    }
}
