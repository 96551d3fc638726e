//! `copydesk diff`.

use std::fmt::Write as _;
use std::io::IsTerminal;
use std::ops::Range;
use std::path::Path;

use copydesk_core::diff::{self, Change, Class, Diff, Fate, Kind, Language, Mark, Row};
use copydesk_core::review::seal;
use copydesk_core::text;
use copydesk_desk::env::Surroundings;
use copydesk_desk::export;
use copydesk_desk::store::images;
use copydesk_desk::store::settings;
use copydesk_desk::wire::Lang;
use copydesk_desk::words;
use serde_json::{Value, json};

use crate::article::{self, Named, Version};
use crate::call::DiffArgs;
use crate::export::print;
use crate::words::Failure;

/// One of the two texts.
struct Side {
    /// With LF ends.
    text: String,
    /// Bytes of the file before its text: the byte-order mark.
    mark: usize,
    /// Places of the text where the file has a CR more.
    returns: Vec<usize>,
    /// Where each line begins.
    lines: Vec<usize>,
}

impl Side {
    /// Reads a version; `sealed` as a sign-off holds it: what was signed is compared with what would be published, not with
    /// stage or deadline.
    fn read(here: &Surroundings, named: &Named, sealed: bool) -> Result<Self, Failure> {
        let lang = here.lang(None);
        let bytes = article::bytes(here, named)?;
        let decoded = text::decode(&bytes)
            .map_err(|reason| Failure::of(&words::not_text(&named.shown, &reason), lang))?;
        if sealed && named.version != Some(Version::Signed) {
            let image = |src: &str| {
                images::read_image(&named.desk, src).ok().map(|image| seal::hash_of(&image.bytes))
            };
            let signed = seal::text_of(&decoded.text, &named.path, &image)
                .map_err(|reason| Failure::of(&export::too_complex(&named.shown, reason), lang))?;
            return Ok(Self::new(seal::as_article(&signed), 0, &[]));
        }
        let mark = if decoded.bom { 3 } else { 0 };
        Ok(Self::new(decoded.text, mark, &bytes[mark..]))
    }

    fn new(text: String, mark: usize, file: &[u8]) -> Self {
        let mut returns = Vec::new();
        for (at, pair) in file.windows(2).enumerate() {
            if pair == b"\r\n" {
                returns.push(at - returns.len());
            }
        }
        let ends = text.match_indices('\n').map(|(at, _)| at + 1);
        let lines = std::iter::once(0).chain(ends).collect();
        Self { text, mark, returns, lines }
    }

    /// The byte of the file at a place of the text.
    fn byte(&self, at: usize) -> usize {
        self.mark + at + self.returns.partition_point(|end| *end < at)
    }

    /// Line and column of a place, from 1.
    fn line(&self, at: usize) -> (usize, usize) {
        let line = self.lines.partition_point(|start| *start <= at);
        (line, self.text[self.lines[line - 1]..at].chars().count() + 1)
    }

    fn json(&self, range: &Range<usize>) -> Value {
        if range.is_empty() {
            return Value::Null;
        }
        let ((line, column), (end_line, end_column)) = (self.line(range.start), self.line(range.end));
        json!({
            "start": self.byte(range.start), "end": self.byte(range.end), "text": &self.text[range.clone()],
            "line": line, "column": column, "end_line": end_line, "end_column": end_column,
        })
    }
}

/// Compares two files or two revisions.
pub fn run(here: &Surroundings, args: &DiffArgs) -> Result<(), Failure> {
    let find = |written: &Path| article::find(here, written, args.desk.as_deref());
    let named = [find(&args.old)?, find(&args.new)?];
    let sealed = named.iter().any(|named| named.version == Some(Version::Signed));
    let (old, new) = (Side::read(here, &named[0], sealed)?, Side::read(here, &named[1], sealed)?);
    let house = || settings::house_lang(&named[1].desk);
    let language = args.lang.clone().or_else(house).map_or(Language::Unknown, |tag| Language::of_tag(&tag));
    let found = diff::diff(&old.text, &new.text, language);
    if args.json {
        return print(format!("{}\n", as_json(&found, &old, &new)).as_bytes());
    }
    let colours =
        std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none_or(|value| value.is_empty());
    print(as_text(&found, [&old, &new], colours, here.lang(None)).as_bytes())
}

fn as_json(found: &Diff, old: &Side, new: &Side) -> Value {
    let change = |change: &Change| {
        json!({
            "class": change.class.name(), "kind": change.kind.name(), "field": change.field,
            "old": old.json(&change.old), "new": new.json(&change.new),
        })
    };
    let mut counts = serde_json::Map::new();
    for (class, count) in found.counts() {
        counts.insert(class.name().to_owned(), count.into());
    }
    json!({ "changes": found.changes.iter().map(change).collect::<Vec<_>>(), "counts": counts })
}

fn as_text(found: &Diff, sides: [&Side; 2], colours: bool, lang: Lang) -> String {
    if found.changes.is_empty() {
        return match lang {
            Lang::Fr => "Aucune différence.\n".to_owned(),
            Lang::En => "No difference.\n".to_owned(),
        };
    }
    let pens = Pens::new(colours);
    let mut out = String::new();
    let counts: Vec<String> =
        found.counts().iter().map(|(class, count)| format!("{} {count}", class_name(*class, lang))).collect();
    let _ = writeln!(out, "{}{}{}", pens.strong, counts.join(", "), pens.end);
    let mut told = vec![false; found.changes.len()];
    for row in &found.rows {
        let mut here: Vec<usize> = row.inline.iter().filter_map(|piece| piece.change).collect();
        here.extend(row.change);
        here.sort_unstable();
        here.dedup();
        if here.is_empty() {
            continue;
        }
        here.iter().for_each(|&number| told[number] = true);
        write_row(&mut out, row, &here, found, sides, &pens, lang);
    }
    // Blanks alone, between two paragraphs or at the end.
    for (number, change) in found.changes.iter().enumerate().filter(|(number, _)| !told[*number]) {
        let (line, _) = sides[1].line(change.new.start);
        let label = if found.changes[number].kind == Kind::Format { words_of(lang).blanks } else { "" };
        let _ = writeln!(out, "\n{}{} {line}: {label}{}", pens.dim, words_of(lang).line, pens.end);
    }
    out
}

fn write_row(
    out: &mut String,
    row: &Row,
    here: &[usize],
    found: &Diff,
    sides: [&Side; 2],
    pens: &Pens,
    lang: Lang,
) {
    let words = words_of(lang);
    let gone = matches!(row.fate, Fate::Delete | Fate::MovedFrom);
    // What is still there says in which line it is now.
    let place = row.inline.iter().find(|piece| piece.mark != Mark::Delete).or(row.inline.first());
    let mut head = match (&row.field, place) {
        (Some(field), _) => printable(field),
        (None, Some(piece)) => {
            let side = sides[usize::from(!gone && piece.mark != Mark::Delete)];
            format!("{} {}", words.line, side.line(piece.range.start).0)
        }
        (None, None) => String::new(),
    };
    let fate = match row.fate {
        Fate::MovedFrom => words.moved_from,
        Fate::MovedTo => words.moved_to,
        Fate::Split => words.split,
        Fate::Join => words.join,
        Fate::Kept | Fate::Insert | Fate::Delete => "",
    };
    let mut classes: Vec<Class> = here.iter().map(|&number| found.changes[number].class).collect();
    classes.dedup();
    let classes: Vec<&str> = classes.iter().map(|class| class_name(*class, lang)).collect();
    for part in [fate, &classes.join(", ")] {
        if !part.is_empty() {
            let _ = write!(head, " · {part}");
        }
    }
    let _ = writeln!(out, "\n{}{head}{}", pens.dim, pens.end);
    for piece in &row.inline {
        let side = sides[usize::from(!gone && piece.mark != Mark::Delete)];
        let text = printable(&side.text[piece.range.clone()]);
        let (open, close) = match piece.mark {
            Mark::Same => ("", ""),
            Mark::Delete => pens.delete,
            Mark::Insert => pens.insert,
            Mark::Format => pens.format,
        };
        let _ = write!(out, "{open}{text}{close}");
    }
    out.push('\n');
}

/// How what changed is set: colours on a terminal, brackets elsewhere.
struct Pens {
    strong: &'static str,
    dim: &'static str,
    end: &'static str,
    delete: (&'static str, &'static str),
    insert: (&'static str, &'static str),
    format: (&'static str, &'static str),
}

impl Pens {
    fn new(colours: bool) -> Self {
        if colours {
            Self {
                strong: "\u{1b}[1m",
                dim: "\u{1b}[2m",
                end: "\u{1b}[0m",
                delete: ("\u{1b}[9;31m", "\u{1b}[0m"),
                insert: ("\u{1b}[4;32m", "\u{1b}[0m"),
                format: ("\u{1b}[36m", "\u{1b}[0m"),
            }
        } else {
            Self {
                strong: "",
                dim: "",
                end: "",
                delete: ("[-", "-]"),
                insert: ("{+", "+}"),
                format: ("[~", "~]"),
            }
        }
    }
}

/// Text that a terminal shows and does not obey.
fn printable(text: &str) -> String {
    let harmless = |c: char| !c.is_control() || matches!(c, '\n' | '\t');
    text.chars().map(|c| if harmless(c) { c } else { '\u{fffd}' }).collect()
}

struct Words {
    line: &'static str,
    moved_from: &'static str,
    moved_to: &'static str,
    split: &'static str,
    join: &'static str,
    blanks: &'static str,
}

fn words_of(lang: Lang) -> Words {
    match lang {
        Lang::Fr => Words {
            line: "ligne",
            moved_from: "déplacé d’ici",
            moved_to: "déplacé ici",
            split: "divisé",
            join: "réuni",
            blanks: "blancs",
        },
        Lang::En => Words {
            line: "line",
            moved_from: "moved from here",
            moved_to: "moved here",
            split: "split",
            join: "joined",
            blanks: "blanks",
        },
    }
}

fn class_name(class: Class, lang: Lang) -> &'static str {
    let (fr, en) = match class {
        Class::Quote => ("citation", "quotation"),
        Class::Figure => ("chiffre", "figure"),
        Class::Name => ("nom propre", "name"),
        Class::Negation => ("négation", "negation"),
        Class::Attribution => ("attribution", "attribution"),
        Class::Link => ("lien", "link"),
        Class::Furniture => ("titraille", "furniture"),
        Class::Words => ("mots", "words"),
        Class::Typography => ("typographie", "typography"),
    };
    match lang {
        Lang::Fr => fr,
        Lang::En => en,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_bytes_of_the_file() {
        let file = "\u{feff}un\r\ndeux\ntrois\r\n";
        let side = Side::new("un\ndeux\ntrois\n".into(), 3, &file.as_bytes()[3..]);
        for word in ["un", "deux", "trois"] {
            assert_eq!(side.byte(side.text.find(word).unwrap()), file.find(word).unwrap());
        }
        assert_eq!(side.byte(side.text.len()), file.len());
        assert_eq!(side.line(3), (2, 1));
        assert_eq!(side.line(9), (3, 2));
    }

    #[test]
    fn a_terminal_does_not_obey_a_text() {
        assert_eq!(printable("a\u{1b}[31mé\n\u{9b}b"), "a\u{fffd}[31mé\n\u{fffd}b");
    }
}
