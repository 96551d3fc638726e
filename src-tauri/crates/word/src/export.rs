//! The article and its review to a document.

use std::collections::BTreeSet;
use std::ops::Range;

use copydesk_core::review::critic::{Change, Comment, Lost, Mark, Message};
use jiff::Timestamp;

use crate::paper::{Face, PARAGRAPH, Paper, Style, sayable};
use crate::{Head, Wrong, zip};

/// A document, and what it could not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The file.
    pub bytes: Vec<u8>,
    /// Changes that are not in it, by their numbers.
    pub changes: Vec<(usize, Lost)>,
    /// Comments that are not in it as they are, by their numbers.
    pub comments: Vec<(usize, Lost)>,
}

const WORD: &str = "http://schemas.openxmlformats.org/wordprocessingml/2006/main";
const RELATIONS: &str = "http://schemas.openxmlformats.org/package/2006/relationships";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const TYPES: &str = "application/vnd.openxmlformats-officedocument.wordprocessingml";
const XML: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\" standalone=\"yes\"?>\n";

/// Writes a body with changes and comments, numbered as given.
///
/// # Errors
/// Where the body cannot be parsed.
pub fn write(head: &Head, body: &str, changes: &[Change], comments: &[Comment]) -> Result<Written, Wrong> {
    let paper = Paper::of(body).map_err(|_| Wrong::Article)?;
    let mut written = Written::default();
    let mut order: Vec<usize> = (0..changes.len()).collect();
    order.sort_by_key(|&index| (changes[index].range.start, changes[index].range.end));
    let mut kept: Vec<(Range<usize>, &Change)> = Vec::new();
    for index in order {
        let change = &changes[index];
        let letters = paper.letters(&change.range);
        // The last paragraph's mark cannot be struck in Word.
        let within = letters.end < paper.signs.len();
        let lost = if paper.bytes(&letters) != change.range || !within {
            Some(Lost::InMarks)
        } else if kept.last().is_some_and(|before| letters.start <= before.0.end) {
            Some(Lost::Overlaps)
        } else if !change.new.chars().all(sayable) {
            Some(Lost::HoldsMarks)
        } else {
            kept.push((letters, change));
            None
        };
        written.changes.extend(lost.map(|lost| (index, lost)));
    }
    let mut notes = Notes::default();
    for (letters, change) in &kept {
        notes.add(letters.clone(), true, &change.messages);
    }
    for comment in comments {
        let mut letters = paper.letters(&comment.range);
        letters.end = letters.end.min(paper.signs.len() - 1);
        letters.start = letters.start.min(letters.end);
        notes.add(if comment.range == (0..0) { 0..0 } else { letters }, false, &comment.messages);
    }
    let ranges = kept.iter().map(|change| &change.0).chain(notes.threads.iter().map(|thread| &thread.0));
    let stops = ranges.flat_map(|range| [range.start, range.end]).collect();
    let text = String::new();
    let setter = Setter { paper: &paper, kept: &kept, notes: &notes, lang: &head.lang, stops, next: 0, text };
    let document = setter.document(head);
    written.bytes = zip::write(&[
        ("[Content_Types].xml", content_types()),
        ("_rels/.rels", package_relations()),
        ("word/document.xml", document),
        ("word/styles.xml", styles(&head.lang)),
        ("word/numbering.xml", numbering()),
        ("word/comments.xml", notes.comments()),
        ("word/commentsExtended.xml", notes.extended()),
        ("word/_rels/document.xml.rels", relations(&paper.links)),
        ("docProps/core.xml", core(head)),
    ]);
    Ok(written)
}

fn escape(text: &str) -> String {
    text.chars()
        .map(|letter| if sayable(letter) { letter } else { '\u{fffd}' })
        .collect::<String>()
        .replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
        .replace('"', "&quot;")
        .replace('\n', "&#10;")
        .replace('\t', "&#9;")
}

fn signed(mark: &Mark) -> String {
    let time = mark.time.and_then(|time| Timestamp::from_second(time).ok());
    let date = time.map(|time| format!(" w:date=\"{time}\"")).unwrap_or_default();
    format!(" w:author=\"{}\"{date}", escape(&mark.author))
}

/// Letters as the content of a run.
fn content(letters: impl Iterator<Item = char>, tag: &str) -> String {
    let (mut text, mut words) = (String::new(), String::new());
    let flush = |words: &mut String, text: &mut String| {
        if !words.is_empty() {
            text.push_str(&format!("<w:{tag} xml:space=\"preserve\">{}</w:{tag}>", escape(words)));
            words.clear();
        }
    };
    for letter in letters {
        let element = match letter {
            '\n' => "<w:br/>",
            '\t' => "<w:tab/>",
            other => {
                words.push(other);
                continue;
            }
        };
        flush(&mut words, &mut text);
        text.push_str(element);
    }
    flush(&mut words, &mut text);
    text
}

/// Where a conversation is, whether it is about a change, and its numbered messages.
type NoteThread<'a> = (Range<usize>, bool, Vec<(usize, &'a Message)>);

/// The comments of a document.
#[derive(Default)]
struct Notes<'a> {
    threads: Vec<NoteThread<'a>>,
    count: usize,
}

impl<'a> Notes<'a> {
    fn add(&mut self, letters: Range<usize>, on_change: bool, messages: &'a [Message]) {
        if messages.is_empty() {
            return;
        }
        let numbered = messages.iter().enumerate().map(|(at, message)| (self.count + at, message)).collect();
        self.count += messages.len();
        self.threads.push((letters, on_change, numbered));
    }

    fn comments(&self) -> String {
        let mut text = format!(
            "{XML}<w:comments xmlns:w=\"{WORD}\" xmlns:w14=\"http://schemas.microsoft.com/office/word/2010/wordml\" xmlns:mc=\"http://schemas.openxmlformats.org/markup-compatibility/2006\" mc:Ignorable=\"w14\">"
        );
        for (number, message) in self.threads.iter().flat_map(|thread| &thread.2) {
            let initials: String =
                message.mark.author.split_whitespace().filter_map(|name| name.chars().next()).collect();
            text.push_str(&format!(
                "<w:comment w:id=\"{number}\"{} w:initials=\"{}\">",
                signed(&message.mark),
                escape(&initials)
            ));
            let last = message.text.split('\n').count() - 1;
            for (index, line) in message.text.split('\n').enumerate() {
                let name = if index == last {
                    format!(" w14:paraId=\"{}\"", name_of(*number))
                } else {
                    String::new()
                };
                text.push_str(&format!(
                    "<w:p{name}><w:pPr><w:pStyle w:val=\"CommentText\"/></w:pPr><w:r>{}</w:r></w:p>",
                    content(line.chars(), "t")
                ));
            }
            text.push_str("</w:comment>");
        }
        text + "</w:comments>"
    }

    fn extended(&self) -> String {
        let mut text = format!(
            "{XML}<w15:commentsEx xmlns:w15=\"http://schemas.microsoft.com/office/word/2012/wordml\">"
        );
        for thread in &self.threads {
            for (number, message) in &thread.2 {
                let first = thread.2[0].0;
                let parent = match *number == first {
                    true => String::new(),
                    false => format!(" w15:paraIdParent=\"{}\"", name_of(first)),
                };
                let done = u8::from(message.mark.done);
                text.push_str(&format!(
                    "<w15:commentEx w15:paraId=\"{}\"{parent} w15:done=\"{done}\"/>",
                    name_of(*number)
                ));
            }
        }
        text + "</w15:commentsEx>"
    }
}

/// The name of a comment's last paragraph: eight hexadecimal digits below 0x80000000.
fn name_of(comment: usize) -> String {
    format!("{:08X}", comment + 1)
}

/// Sets the main part.
struct Setter<'a> {
    paper: &'a Paper,
    kept: &'a [(Range<usize>, &'a Change)],
    notes: &'a Notes<'a>,
    lang: &'a str,
    /// Places where something begins or ends.
    stops: BTreeSet<usize>,
    /// Number of the next tracked change.
    next: usize,
    text: String,
}

impl Setter<'_> {
    fn document(mut self, head: &Head) -> String {
        self.text = format!("{XML}<w:document xmlns:w=\"{WORD}\" xmlns:r=\"{OFFICE}\"><w:body>");
        for (style, words) in head.paragraphs() {
            let run = self.run(words.chars(), Face::default(), "t");
            self.text.push_str(&format!("<w:p><w:pPr><w:pStyle w:val=\"{style}\"/></w:pPr>{run}</w:p>"));
        }
        for index in 0..self.paper.paragraphs.len() {
            self.paragraph(index);
        }
        self.text.push_str(
            "<w:sectPr><w:pgSz w:w=\"11906\" w:h=\"16838\"/><w:pgMar w:top=\"1418\" w:right=\"1418\" w:bottom=\"1418\" w:left=\"1418\" w:header=\"709\" w:footer=\"709\" w:gutter=\"0\"/></w:sectPr></w:body></w:document>",
        );
        self.text
    }

    fn run(&self, letters: impl Iterator<Item = char>, face: Face, tag: &str) -> String {
        let mut look = String::new();
        let mut add = |on: bool, words: &str| look.push_str(if on { words } else { "" });
        add(face.code, "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\"/>");
        add(face.strong, "<w:b/>");
        add(face.emphasis, "<w:i/>");
        add(face.struck, "<w:strike/>");
        add(face.link.is_some(), "<w:color w:val=\"0563C1\"/><w:u w:val=\"single\"/>");
        add(face.note, "<w:vertAlign w:val=\"superscript\"/>");
        if !self.lang.is_empty() {
            look.push_str(&format!("<w:lang w:val=\"{}\"/>", escape(self.lang)));
        }
        format!("<w:r><w:rPr>{look}</w:rPr>{}</w:r>", content(letters, tag))
    }

    fn tracked(&mut self, tag: &str, mark: &Mark, inner: &str) -> String {
        self.next += 1;
        format!("<w:{tag} w:id=\"{}\"{}>{inner}</w:{tag}>", 100_000 + self.next, signed(mark))
    }

    /// What stands between two letters: ends, then what is inserted, then beginnings.
    fn between(&mut self, at: usize) {
        let notes = self.notes;
        let (mut ends, mut starts, mut places) = (String::new(), String::new(), String::new());
        let (mut outer, mut close) = (String::new(), String::new());
        for (letters, on_change, messages) in &notes.threads {
            let open: String =
                messages.iter().map(|(id, _)| format!("<w:commentRangeStart w:id=\"{id}\"/>")).collect();
            let end: String = messages
                .iter()
                .map(|(id, _)| {
                    format!(
                        "<w:commentRangeEnd w:id=\"{id}\"/><w:r><w:commentReference w:id=\"{id}\"/></w:r>"
                    )
                })
                .collect();
            match (letters.start == at, letters.end == at) {
                (true, true) if *on_change => {
                    outer.push_str(&open);
                    close.push_str(&end);
                }
                (_, true) if *on_change => close.push_str(&end),
                (true, true) => places.push_str(&(open + &end)),
                (true, false) => starts.push_str(&open),
                (false, true) => ends.push_str(&end),
                _ => {}
            }
        }
        self.text.push_str(&ends);
        self.text.push_str(&places);
        self.text.push_str(&outer);
        let kept = self.kept;
        let from = kept.partition_point(|change| change.0.end < at);
        if let Some((_, change)) =
            kept.get(from).filter(|change| change.0.end == at && !change.1.new.is_empty())
        {
            let run = self.run(change.new.chars(), Face::default(), "t");
            let inserted = self.tracked("ins", &change.mark, &run);
            self.text.push_str(&inserted);
        }
        self.text.push_str(&close);
        self.text.push_str(&starts);
    }

    /// The change that strikes a letter.
    fn struck(&self, at: usize) -> Option<usize> {
        let index = self.kept.partition_point(|change| change.0.end <= at);
        self.kept.get(index).filter(|change| change.0.contains(&at)).map(|_| index)
    }

    fn paragraph(&mut self, index: usize) {
        let paragraph = &self.paper.paragraphs[index];
        let signs = &self.paper.signs;
        let mark = paragraph.end - 1;
        let style = match paragraph.style {
            Style::Body => String::new(),
            Style::Heading(level) => format!("<w:pStyle w:val=\"Heading{level}\"/>"),
            Style::Quote => "<w:pStyle w:val=\"Quote\"/>".to_owned(),
            Style::Item { numbered } => {
                let (style, list) = if numbered { ("ListNumber", 2) } else { ("ListBullet", 1) };
                format!(
                    "<w:pStyle w:val=\"{style}\"/><w:numPr><w:ilvl w:val=\"0\"/><w:numId w:val=\"{list}\"/></w:numPr>"
                )
            }
            Style::Literal => "<w:pStyle w:val=\"PlainText\"/>".to_owned(),
        };
        let gone = match self.struck(mark) {
            Some(change) => {
                let struck = self.tracked("del", &self.kept[change].1.mark, "");
                format!("<w:rPr>{struck}</w:rPr>")
            }
            None => String::new(),
        };
        self.text.push_str(&format!("<w:p><w:pPr>{style}{gone}</w:pPr>"));
        let mut at = paragraph.start;
        loop {
            self.between(at);
            if at >= mark {
                break;
            }
            let (face, struck) = (signs[at].face, self.struck(at));
            let alike = |place: &usize| signs[*place].face == face && !self.stops.contains(place);
            let end = 1 + at + (at + 1..mark).take_while(alike).count();
            let letters = signs[at..end].iter().map(|sign| sign.letter).filter(|letter| *letter != PARAGRAPH);
            let mut run = self.run(letters, face, if struck.is_some() { "delText" } else { "t" });
            if let Some(change) = struck {
                run = self.tracked("del", &self.kept[change].1.mark, &run);
            }
            if let Some(link) = face.link {
                run = format!("<w:hyperlink r:id=\"link{link}\">{run}</w:hyperlink>");
            }
            self.text.push_str(&run);
            at = end;
        }
        self.text.push_str("</w:p>");
    }
}

fn content_types() -> String {
    let part = |name: &str, kind: &str| format!("<Override PartName=\"/{name}\" ContentType=\"{kind}\"/>");
    let words = |name: &str, kind: &str| part(&format!("word/{name}.xml"), &format!("{TYPES}.{kind}+xml"));
    format!(
        "{XML}<Types xmlns=\"http://schemas.openxmlformats.org/package/2006/content-types\"><Default Extension=\"rels\" ContentType=\"application/vnd.openxmlformats-package.relationships+xml\"/><Default Extension=\"xml\" ContentType=\"application/xml\"/>{}{}{}{}{}{}</Types>",
        words("document", "document.main"),
        words("styles", "styles"),
        words("numbering", "numbering"),
        words("comments", "comments"),
        words("commentsExtended", "commentsExtended"),
        part("docProps/core.xml", "application/vnd.openxmlformats-package.core-properties+xml"),
    )
}

fn package_relations() -> String {
    format!(
        "{XML}<Relationships xmlns=\"{RELATIONS}\"><Relationship Id=\"document\" Type=\"{OFFICE}/officeDocument\" Target=\"word/document.xml\"/><Relationship Id=\"core\" Type=\"http://schemas.openxmlformats.org/package/2006/relationships/metadata/core-properties\" Target=\"docProps/core.xml\"/></Relationships>"
    )
}

fn relations(links: &[String]) -> String {
    let mut text = format!("{XML}<Relationships xmlns=\"{RELATIONS}\">");
    for part in ["styles", "numbering", "comments"] {
        text.push_str(&format!(
            "<Relationship Id=\"{part}\" Type=\"{OFFICE}/{part}\" Target=\"{part}.xml\"/>"
        ));
    }
    text.push_str("<Relationship Id=\"extended\" Type=\"http://schemas.microsoft.com/office/2011/relationships/commentsExtended\" Target=\"commentsExtended.xml\"/>");
    for (number, address) in links.iter().enumerate() {
        // Word refuses a document with an address that is no URI.
        let web = ["http://", "https://", "mailto:"].iter().any(|scheme| address.starts_with(scheme));
        let fit =
            web && address.bytes().all(|byte| byte.is_ascii_graphic() && !b"\"<>\\^`{|}".contains(&byte));
        let address = if fit { escape(address) } else { "about:blank".to_owned() };
        text.push_str(&format!(
            "<Relationship Id=\"link{number}\" Type=\"{OFFICE}/hyperlink\" Target=\"{address}\" TargetMode=\"External\"/>"
        ));
    }
    text + "</Relationships>"
}

fn core(head: &Head) -> String {
    format!(
        "{XML}<cp:coreProperties xmlns:cp=\"http://schemas.openxmlformats.org/package/2006/metadata/core-properties\" xmlns:dc=\"http://purl.org/dc/elements/1.1/\"><dc:title>{}</dc:title><dc:creator>{}</dc:creator></cp:coreProperties>",
        escape(&head.title),
        escape(&head.byline)
    )
}

fn numbering() -> String {
    let list = |id: u8, form: &str, mark: &str| {
        format!(
            "<w:abstractNum w:abstractNumId=\"{id}\"><w:multiLevelType w:val=\"singleLevel\"/><w:lvl w:ilvl=\"0\"><w:start w:val=\"1\"/><w:numFmt w:val=\"{form}\"/><w:lvlText w:val=\"{mark}\"/><w:lvlJc w:val=\"left\"/><w:pPr><w:ind w:left=\"567\" w:hanging=\"283\"/></w:pPr></w:lvl></w:abstractNum>"
        )
    };
    format!(
        "{XML}<w:numbering xmlns:w=\"{WORD}\">{}{}<w:num w:numId=\"1\"><w:abstractNumId w:val=\"0\"/></w:num><w:num w:numId=\"2\"><w:abstractNumId w:val=\"1\"/></w:num></w:numbering>",
        list(0, "bullet", "•"),
        list(1, "decimal", "%1.")
    )
}

fn styles(lang: &str) -> String {
    let lang = if lang.is_empty() { String::new() } else { format!("<w:lang w:val=\"{}\"/>", escape(lang)) };
    let mut text = format!(
        "{XML}<w:styles xmlns:w=\"{WORD}\"><w:docDefaults><w:rPrDefault><w:rPr><w:rFonts w:ascii=\"Georgia\" w:hAnsi=\"Georgia\" w:cs=\"Georgia\"/><w:sz w:val=\"22\"/>{lang}</w:rPr></w:rPrDefault><w:pPrDefault><w:pPr><w:spacing w:after=\"120\" w:line=\"276\" w:lineRule=\"auto\"/></w:pPr></w:pPrDefault></w:docDefaults><w:style w:type=\"paragraph\" w:default=\"1\" w:styleId=\"Normal\"><w:name w:val=\"Normal\"/></w:style>"
    );
    let mut style = |id: &str, name: &str, paragraph: &str, run: &str| {
        text.push_str(&format!(
            "<w:style w:type=\"paragraph\" w:styleId=\"{id}\"><w:name w:val=\"{name}\"/><w:basedOn w:val=\"Normal\"/><w:pPr>{paragraph}</w:pPr><w:rPr>{run}</w:rPr></w:style>"
        ));
    };
    style("Title", "Title", "", "<w:b/><w:sz w:val=\"44\"/>");
    style("Subtitle", "Subtitle", "", "<w:sz w:val=\"26\"/>");
    style("Signature", "Signature", "", "<w:i/>");
    for level in 1..=6_u8 {
        style(
            &format!("Heading{level}"),
            &format!("heading {level}"),
            &format!("<w:keepNext/><w:spacing w:before=\"240\"/><w:outlineLvl w:val=\"{}\"/>", level - 1),
            &format!("<w:b/><w:sz w:val=\"{}\"/>", 38 - 3 * level),
        );
    }
    style("Quote", "Quote", "<w:ind w:left=\"567\" w:right=\"567\"/>", "<w:i/>");
    style("ListBullet", "List Bullet", "", "");
    style("ListNumber", "List Number", "", "");
    style(
        "PlainText",
        "Plain Text",
        "",
        "<w:rFonts w:ascii=\"Courier New\" w:hAnsi=\"Courier New\" w:cs=\"Courier New\"/>",
    );
    style("CommentText", "annotation text", "", "<w:sz w:val=\"20\"/>");
    text + "</w:styles>"
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_touches_marks_only_is_named_and_the_rest_is_tracked() {
        let body = "Un **mot** ici.\n\n> Cité\n> — Élise\n\n- Un\n- Deux [lien](https://a.fr)\n\n| a |\n|---|\n| b |\n";
        let mark = Mark { author: "Noé & Cie".into(), time: Some(1_700_000_000), done: false };
        let change = |range: Range<usize>, new: &str| Change {
            range,
            new: new.into(),
            mark: mark.clone(),
            messages: Vec::new(),
        };
        let changes = [change(3..5, ""), change(5..8, "nom"), change(11..14, "là"), change(14..14, "!")];
        let head = Head { title: "T".into(), lang: "fr".into(), ..Head::default() };
        let written = write(&head, body, &changes, &[]).unwrap();
        assert_eq!(written.changes, [(0, Lost::InMarks), (3, Lost::Overlaps)]);
        let paper = Paper::of(body).unwrap();
        let letters: String = paper.signs.iter().map(|sign| sign.letter).collect();
        let wanted = ["Un mot ici.", "Cité — Élise", "Un", "Deux lien", "| a |\n|---|\n| b |", ""];
        assert_eq!(letters, wanted.join("\u{2029}"));
        let notes = Notes::default();
        let kept = [(paper.letters(&(5..8)), &changes[1])];
        let stops = [kept[0].0.start, kept[0].0.end].into();
        let setter = Setter {
            paper: &paper,
            kept: &kept,
            notes: &notes,
            lang: "fr",
            stops,
            next: 0,
            text: String::new(),
        };
        let text = setter.document(&head);
        let by = "w:author=\"Noé &amp; Cie\" w:date=\"2023-11-14T22:13:20Z\"";
        assert!(text.contains(&format!("<w:del w:id=\"100001\" {by}><w:r><w:rPr><w:b/>")), "{text}");
        assert!(text.contains(&format!("<w:ins w:id=\"100002\" {by}>")), "{text}");
    }
}
