//! CriticMarkup, in and out, with author and time as the Commentator plug-in for Obsidian writes them: a JSON object
//! and `@@` right after the opening mark (`author`, `time` in seconds since 1970, `done`; one-letter keys are read).
//!
//! Marks are literal in code. There is no nesting and no escaping: what cannot be said is named, and left out.

use std::ops::Range;

use serde_json::{Map, Value};

/// Who wrote it, and when.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mark {
    /// Empty where it is not said.
    pub author: String,
    /// Seconds since 1970.
    pub time: Option<i64>,
    /// Settled.
    pub done: bool,
}

/// Words about a place or a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Message {
    /// Who, when.
    pub mark: Mark,
    /// The words.
    pub text: String,
}

/// A proposed change of the plain body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// The bytes it replaces; empty for an insertion.
    pub range: Range<usize>,
    /// What is to stand there; empty for a deletion.
    pub new: String,
    /// Who, when.
    pub mark: Mark,
    /// What is said about it.
    pub messages: Vec<Message>,
}

/// A conversation about a passage of the plain body.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Comment {
    /// Where, in bytes; empty for a place between two characters.
    pub range: Range<usize>,
    /// In their order; never empty.
    pub messages: Vec<Message>,
}

/// A body and what its marks said.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Critic {
    /// The body without marks, every change rejected.
    pub body: String,
    /// In order.
    pub changes: Vec<Change>,
    /// In order.
    pub comments: Vec<Comment>,
    /// Lines of the marked text, from 1, with a highlight that nobody commented on.
    pub highlights: Vec<usize>,
}

/// Why something was left out, or what of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// It lies in code, where marks are literal.
    InCode,
    /// It overlaps a change that was written.
    Overlaps,
    /// Its words hold marks of their own.
    HoldsMarks,
    /// It begins, ends or lies in Markdown's own marks, which a document does not show.
    InMarks,
    /// Written, but at a place instead of over its passage, which overlaps a change.
    Extent,
}

/// A marked text, and what it could not say.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Written {
    /// The body with marks.
    pub text: String,
    /// Changes, by their numbers.
    pub changes: Vec<(usize, Lost)>,
    /// Comments, by their numbers.
    pub comments: Vec<(usize, Lost)>,
    /// The body itself holds what reads like marks, at this line, from 1.
    pub literal: Option<usize>,
}

/// The five forms: opening mark, closing mark.
const FORMS: [(&str, &str); 5] =
    [("{++", "++}"), ("{--", "--}"), ("{~~", "~~}"), ("{>>", "<<}"), ("{==", "==}")];
const ARROW: &str = "~>";

/// Reads a marked body.
#[must_use]
pub fn read(text: &str) -> Critic {
    let code = code(text);
    let mut critic = Critic::default();
    let mut at = 0;
    // What the last mark was, for comments that follow it without a gap.
    let mut last = Last::Nothing;
    while let Some(token) = next(text, at, &code) {
        if token.start > at {
            last = Last::Nothing;
        }
        critic.body.push_str(&text[at..token.start]);
        let here = critic.body.len();
        let (mark, inner) = mark_of(token.inner);
        match token.form {
            0 => {
                let new = inner.to_owned();
                critic.changes.push(Change { range: here..here, new, mark, messages: Vec::new() });
                last = Last::Change;
            }
            1 | 2 => {
                let (old, new) = match inner.split_once(ARROW) {
                    Some(halves) if token.form == 2 => halves,
                    _ => (inner, ""),
                };
                critic.body.push_str(old);
                let range = here..critic.body.len();
                critic.changes.push(Change { range, new: new.to_owned(), mark, messages: Vec::new() });
                last = Last::Change;
            }
            3 => {
                let message = Message { mark, text: inner.to_owned() };
                match last {
                    Last::Change => {
                        critic
                            .changes
                            .last_mut()
                            .into_iter()
                            .for_each(|change| change.messages.push(message.clone()));
                    }
                    Last::Comment => {
                        let begun = critic.comments.last_mut().into_iter();
                        begun.for_each(|comment| comment.messages.push(message.clone()));
                    }
                    Last::Highlight(ref range) => {
                        critic.highlights.pop();
                        critic.comments.push(Comment { range: range.clone(), messages: vec![message] });
                        last = Last::Comment;
                    }
                    Last::Nothing => {
                        critic.comments.push(Comment { range: here..here, messages: vec![message] });
                        last = Last::Comment;
                    }
                }
            }
            _ => {
                critic.body.push_str(inner);
                critic.highlights.push(line_of(text, token.start));
                last = Last::Highlight(here..critic.body.len());
            }
        }
        at = token.end;
    }
    critic.body.push_str(&text[at..]);
    critic
}

enum Last {
    Nothing,
    Change,
    Comment,
    Highlight(Range<usize>),
}

/// Writes marks into a body. Changes and comments are numbered as given.
#[must_use]
pub fn write(body: &str, changes: &[Change], comments: &[Comment]) -> Written {
    let code = code(body);
    let mut written = Written {
        literal: next(body, 0, &code).map(|token| line_of(body, token.start)),
        ..Written::default()
    };
    let mut order: Vec<usize> = (0..changes.len()).collect();
    order.sort_by_key(|&index| (changes[index].range.start, changes[index].range.end));
    let mut kept: Vec<usize> = Vec::new();
    for index in order {
        let change = &changes[index];
        let lost = if in_code(&change.range, body, &code) {
            Some(Lost::InCode)
        } else if kept.last().is_some_and(|&before| touches(&changes[before].range, &change.range)) {
            Some(Lost::Overlaps)
        } else if holds_marks(&body[change.range.clone()])
            || holds_marks(&change.new)
            || change.messages.iter().any(|message| holds_marks(&message.text))
        {
            Some(Lost::HoldsMarks)
        } else {
            kept.push(index);
            None
        };
        written.changes.extend(lost.map(|lost| (index, lost)));
    }
    // What goes in, by place: first what closes there, then comments, then what opens.
    let mut pieces: Vec<(usize, usize, String)> = Vec::new();
    for &index in &kept {
        let change = &changes[index];
        let old = &body[change.range.clone()];
        let mut piece = match (old.is_empty(), change.new.is_empty()) {
            (true, _) => marked(0, &change.mark, &change.new),
            (false, true) => marked(1, &change.mark, old),
            (false, false) => marked(2, &change.mark, &format!("{old}{ARROW}{}", change.new)),
        };
        change.messages.iter().for_each(|message| piece.push_str(&marked(3, &message.mark, &message.text)));
        pieces.push((change.range.start, change.range.end, piece));
    }
    let mut taken: Vec<Range<usize>> = kept.iter().map(|&index| changes[index].range.clone()).collect();
    for (index, comment) in comments.iter().enumerate() {
        if in_code(&comment.range, body, &code) {
            written.comments.push((index, Lost::InCode));
            continue;
        }
        let passage = &body[comment.range.clone()];
        if holds_marks(passage) || comment.messages.iter().any(|message| holds_marks(&message.text)) {
            written.comments.push((index, Lost::HoldsMarks));
            continue;
        }
        let said: String =
            comment.messages.iter().map(|message| marked(3, &message.mark, &message.text)).collect();
        if taken.iter().any(|range| touches(range, &comment.range)) {
            let place = place_beside(comment.range.start, &taken, body);
            match place {
                Some(place) => {
                    written.comments.push((index, Lost::Extent));
                    taken.push(place..place);
                    pieces.push((place, place, said));
                }
                None => written.comments.push((index, Lost::Overlaps)),
            }
        } else {
            taken.push(comment.range.clone());
            let opened =
                if passage.is_empty() { String::new() } else { marked(4, &Mark::default(), passage) };
            pieces.push((comment.range.start, comment.range.end, opened + &said));
        }
    }
    pieces.sort_by_key(|piece| (piece.0, piece.1));
    let mut at = 0;
    for (start, end, piece) in pieces {
        written.text.push_str(&body[at..start]);
        written.text.push_str(&piece);
        at = end;
    }
    written.text.push_str(&body[at..]);
    written
}

/// The nearest place after `from` that touches nothing taken, so that a comment there is read as one of its own.
fn place_beside(from: usize, taken: &[Range<usize>], body: &str) -> Option<usize> {
    let line = body[from..].find('\n').map_or(body.len(), |at| from + at);
    (from..=line)
        .filter(|&at| body.is_char_boundary(at))
        .find(|&at| !taken.iter().any(|range| touches(range, &(at..at))))
}

/// Whether two ranges share a byte or a border: marks that touch would be read as one conversation.
fn touches(a: &Range<usize>, b: &Range<usize>) -> bool {
    a.start <= b.end && b.start <= a.end
}

/// Whether marks there would be literal, or would keep a fenced block from being one.
fn in_code(range: &Range<usize>, body: &str, code: &[Range<usize>]) -> bool {
    let fenced = |at: usize| at == 0 || body.as_bytes()[at - 1] == b'\n';
    code.iter().any(|code| {
        let before = range.end > code.start || (range.end == code.start && fenced(code.start));
        before && range.start < code.end
    })
}

/// Whether words cannot stand between marks.
fn holds_marks(text: &str) -> bool {
    FORMS.iter().any(|(open, close)| text.contains(open) || text.contains(close))
        || text.contains(ARROW)
        || mark_of(text).1.len() != text.len()
        // A mark of the text's own end and ours would melt into another.
        || text.ends_with(['+', '-', '~', '<', '=', '{'])
        || text.contains('`')
        || text.contains("~~~")
}

fn marked(form: usize, mark: &Mark, text: &str) -> String {
    let (open, close) = FORMS[form];
    let mut keys = Map::new();
    if !mark.author.is_empty() {
        keys.insert("author".into(), mark.author.clone().into());
    }
    if let Some(time) = mark.time {
        keys.insert("time".into(), time.into());
    }
    if mark.done {
        keys.insert("done".into(), true.into());
    }
    if keys.is_empty() {
        return format!("{open}{text}{close}");
    }
    // The text that ends the head must not stand within it.
    let head = Value::Object(keys).to_string().replace("@@", "\\u0040@").replace("<<}", "\\u003c<}");
    format!("{open}{head}@@{text}{close}")
}

/// The head and the words after it.
fn mark_of(inner: &str) -> (Mark, &str) {
    let parsed = inner.split_once("@@").filter(|(head, _)| head.starts_with('{'));
    let Some((head, rest)) = parsed else { return (Mark::default(), inner) };
    let Ok(Value::Object(keys)) = serde_json::from_str::<Value>(head) else {
        return (Mark::default(), inner);
    };
    let key = |long: &str, short: &str| keys.get(long).or_else(|| keys.get(short));
    let mark = Mark {
        author: key("author", "a").and_then(Value::as_str).unwrap_or_default().to_owned(),
        time: key("time", "t").and_then(Value::as_i64),
        done: key("done", "d").and_then(Value::as_bool).unwrap_or_default(),
    };
    (mark, rest)
}

struct Token<'a> {
    form: usize,
    start: usize,
    end: usize,
    inner: &'a str,
}

/// The next mark at or after `from` that is closed and not in code.
fn next<'a>(text: &'a str, from: usize, code: &[Range<usize>]) -> Option<Token<'a>> {
    let mut at = from;
    while let Some(found) = text[at..].find('{') {
        let start = at + found;
        at = start + 1;
        if code.iter().any(|code| code.contains(&start)) {
            continue;
        }
        for (form, (open, close)) in FORMS.iter().enumerate() {
            let Some(rest) = text[start..].strip_prefix(open) else { continue };
            let Some(len) = rest.find(close) else { continue };
            let end = start + open.len() + len + close.len();
            return Some(Token { form, start, end, inner: &rest[..len] });
        }
    }
    None
}

fn line_of(text: &str, at: usize) -> usize {
    text[..at].matches('\n').count() + 1
}

/// Where code is: fenced blocks and code spans (CommonMark 0.31.2, sections 4.5 and 6.1), as far as lines tell.
fn code(text: &str) -> Vec<Range<usize>> {
    let mut ranges = Vec::new();
    let mut fence: Option<(char, usize, usize)> = None;
    let (mut at, mut paragraph) = (0, 0);
    for line in text.split_inclusive('\n') {
        let bare = line.trim_start_matches(' ');
        let letter = bare.chars().next().filter(|letter| matches!(letter, '`' | '~'));
        let run = letter.map_or(0, |letter| bare.chars().take_while(|other| *other == letter).count());
        let rest = bare[run.min(bare.len())..].trim();
        match (fence, letter) {
            (Some((open, len, start)), _) => {
                if letter == Some(open) && run >= len && rest.is_empty() {
                    ranges.push(start..at + line.len());
                    fence = None;
                }
                paragraph = at + line.len();
            }
            (None, Some(letter))
                if run >= 3 && (letter == '~' || !rest.contains('`')) && !bare.starts_with("~~}") =>
            {
                spans(text, paragraph..at, &mut ranges);
                fence = Some((letter, run, at));
            }
            _ if line.trim().is_empty() => {
                spans(text, paragraph..at, &mut ranges);
                paragraph = at + line.len();
            }
            _ => {}
        }
        at += line.len();
    }
    match fence {
        // What is added at the end is still within.
        Some((_, _, start)) => ranges.push(start..text.len() + 1),
        None => spans(text, paragraph..text.len(), &mut ranges),
    }
    ranges
}

/// Code spans of a paragraph.
fn spans(text: &str, paragraph: Range<usize>, ranges: &mut Vec<Range<usize>>) {
    let bytes = &text.as_bytes()[..paragraph.end];
    let run_at = |at: usize| bytes[at..].iter().take_while(|&&byte| byte == b'`').count();
    let mut at = paragraph.start;
    while at < paragraph.end {
        let run = run_at(at);
        if run == 0 {
            at += 1;
            continue;
        }
        let mut close = at + run;
        while close < paragraph.end {
            match run_at(close) {
                0 => close += 1,
                other if other == run => break,
                other => close += other,
            }
        }
        if close < paragraph.end {
            ranges.push(at..close + run);
            at = close + run;
        } else {
            at += run;
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn mark(author: &str, time: i64) -> Mark {
        Mark { author: author.into(), time: Some(time), done: false }
    }

    fn message(text: &str) -> Message {
        Message { mark: mark("Noé @@ <<} \"Petit\"", 1_700_000_000), text: text.into() }
    }

    #[test]
    fn the_five_forms_are_read() {
        let text = "Un {++{\"author\":\"Élise\",\"time\":12}@@petit ++}mot{-- de trop--}, {~~{\"a\":\"N\",\"d\":true}@@dit~>écrit~~} {==la ville==}{>>Laquelle ?<<}{>>Brest.<<}. Fin{>>Ouf<<}\n\n{==seul==} `{++code++}` {++ouvert";
        let critic = read(text);
        assert_eq!(critic.body, "Un mot de trop, dit la ville. Fin\n\nseul `{++code++}` {++ouvert");
        let changes: Vec<(&str, &str)> = critic
            .changes
            .iter()
            .map(|change| (&critic.body[change.range.clone()], change.new.as_str()))
            .collect();
        assert_eq!(changes, [("", "petit "), (" de trop", ""), ("dit", "écrit")]);
        assert_eq!(critic.changes[0].mark, Mark { author: "Élise".into(), time: Some(12), done: false });
        assert_eq!(critic.changes[2].mark, Mark { author: "N".into(), time: None, done: true });
        let said: Vec<(&str, usize)> = critic
            .comments
            .iter()
            .map(|comment| (&critic.body[comment.range.clone()], comment.messages.len()))
            .collect();
        assert_eq!(said, [("la ville", 2), ("", 1)]);
        assert_eq!(critic.highlights, [3]);
    }

    #[test]
    fn strikethrough_beside_a_substitution_stays() {
        let text = "~~barré~~ {~~a~>b~~} ~~encore~~";
        assert_eq!(read(text).body, "~~barré~~ a ~~encore~~");
    }

    #[test]
    fn what_cannot_be_said_is_named() {
        let body = "Du `code` ici, et {++ là.\n";
        let change = |range: Range<usize>, new: &str| Change {
            range,
            new: new.into(),
            mark: Mark::default(),
            messages: Vec::new(),
        };
        let changes =
            [change(4..6, "x"), change(10..13, "là"), change(11..12, "y"), change(0..2, "un ++} mot")];
        let comments = [
            Comment { range: 11..14, messages: vec![message("?")] },
            Comment { range: 15..17, messages: vec![message("fin <<} fin")] },
        ];
        let written = write(body, &changes, &comments);
        assert_eq!(written.changes, [(3, Lost::HoldsMarks), (0, Lost::InCode), (2, Lost::Overlaps)]);
        assert_eq!(written.comments, [(0, Lost::Extent), (1, Lost::HoldsMarks)]);
        assert_eq!(written.literal, None);
        assert_eq!(write("{++a++}", &[], &[]).literal, Some(1));
    }

    /// Changes and comments that do not touch, over a text.
    fn reviewed() -> impl Strategy<Value = (String, Vec<Change>, Vec<Comment>)> {
        let step = (2..9usize, 0..6usize, "[a-zéœ ,.\n{}~+<>=-]{0,8}", 0..3u8);
        ("[a-zéœ «» ,.\n~*_>-]{0,120}", prop::collection::vec(step, 0..12)).prop_map(|(body, steps)| {
            let (mut changes, mut comments, mut at) = (Vec::new(), Vec::new(), 0);
            for (gap, len, words, kind) in steps {
                let start = body.ceil_char_boundary((at + gap).min(body.len()));
                let end = body.ceil_char_boundary((start + len).min(body.len()));
                if start <= at || (start == end && words.is_empty()) {
                    continue;
                }
                at = end;
                let messages = vec![message(&words)];
                match kind {
                    0 => comments.push(Comment { range: start..end, messages }),
                    1 => {
                        changes.push(Change { range: start..end, new: words, mark: mark("É", 1), messages })
                    }
                    _ => changes.push(Change {
                        range: start..end,
                        new: words,
                        mark: Mark::default(),
                        messages: Vec::new(),
                    }),
                }
            }
            (body, changes, comments)
        })
    }

    proptest! {
        #[test]
        fn what_is_written_is_read_again((body, changes, comments) in reviewed()) {
            let written = write(&body, &changes, &comments);
            prop_assume!(written.literal.is_none());
            let without = |lost: &[(usize, Lost)], index: usize| !lost.iter().any(|(at, _)| *at == index);
            let keep = |lost: &[(usize, Lost)], count: usize| -> Vec<usize> {
                (0..count).filter(|index| without(lost, *index)).collect()
            };
            let critic = read(&written.text);
            prop_assert_eq!(&critic.body, &body, "{}", written.text);
            let kept: Vec<Change> =
                keep(&written.changes, changes.len()).into_iter().map(|index| changes[index].clone()).collect();
            prop_assert_eq!(critic.changes, kept, "{}", written.text);
            let extents = written.comments.iter().filter(|(_, lost)| *lost == Lost::Extent).count();
            let kept = keep(&written.comments, comments.len()).len() + extents;
            prop_assert_eq!(critic.comments.len(), kept, "{}", written.text);
        }

        #[test]
        fn any_text_is_read_without_a_panic(text in "[a-b{}+~<>=`@\\-\n ]{0,60}") {
            let critic = read(&text);
            for change in &critic.changes {
                prop_assert!(critic.body.get(change.range.clone()).is_some());
            }
        }
    }
}
