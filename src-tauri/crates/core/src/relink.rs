//! Links of articles that were moved: which targets no longer lead where they did, and the body with these targets
//! written anew. Every other byte stays. Absolute, remote and anchor-only links are never touched, nor is code.
//!
//! Where a target stands in the source is guessed from the marks before it and proved by parsing: a guess counts only
//! where another target in its place becomes a link's address, and the result only where its tree is the former one
//! but for those addresses.

use std::collections::BTreeMap;
use std::ops::Range;

use comrak::Arena;
use comrak::nodes::{AstNode, NodeValue};

use crate::link;
use crate::markdown;

/// Articles that have another path: from the former path to the present one, both relative to the desk.
pub type Moves = BTreeMap<String, String>;

/// A body with its links mended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mended {
    /// The new body.
    pub body: String,
    /// How many targets were written anew.
    pub links: usize,
}

/// Writes the targets of a body anew that lost what they led to when articles moved. `before` and `now` are the paths
/// of the article that holds the body. `None` where there is nothing to mend, or the text is too complex to be sure.
#[must_use]
pub fn mend(
    body: &str,
    before: &str,
    now: &str,
    moves: &Moves,
    is_there: &dyn Fn(&str) -> bool,
) -> Option<Mended> {
    let wanted = |url: &str, image: bool| target(url, image, before, now, moves, is_there);
    // An entity may stand for anything; all else is read as it will be.
    let maybe = |written: &str| {
        let plain = unescaped(written);
        written.contains('&') || wanted(&plain, true).or_else(|| wanted(&plain, false)).is_some()
    };
    let guesses: Vec<Range<usize>> =
        guesses(body).into_iter().filter(|range| maybe(&body[range.clone()])).collect();
    if guesses.is_empty() {
        return None;
    }
    let arena = Arena::new();
    let root = markdown::syntax(&arena, body).ok()?;
    let here = addresses(root);
    let found = prove(body, &guesses, &here)?;
    let splices: Vec<(Range<usize>, String)> = found
        .into_iter()
        .filter_map(|(range, at)| {
            let (path, rest) = wanted(&here[at].url, here[at].image)?;
            let as_written = body[range.clone()].ends_with(&rest);
            Some((range, path + &if as_written { rest } else { escaped(&rest) }))
        })
        .collect();
    if splices.is_empty() {
        return None;
    }
    let new = spliced(body, splices.iter().map(|(range, target)| (range.clone(), target.as_str())));
    let other = Arena::new();
    let is_same = same_but_for_addresses(root, markdown::syntax(&other, &new).ok()?, &|url, image| {
        wanted(url, image).map_or_else(|| url.to_owned(), |(path, rest)| path + &rest)
    });
    is_same.then_some(Mended { body: new, links: splices.len() })
}

/// What a target has to become, and what follows the path in it as it was; `None` where it may stay.
fn target(
    url: &str,
    image: bool,
    before: &str,
    now: &str,
    moves: &Moves,
    is_there: &dyn Fn(&str) -> bool,
) -> Option<(String, String)> {
    let cut = if image { url.len() } else { url.find(['#', '?']).unwrap_or(url.len()) };
    let (path, rest) = url.split_at(cut);
    let led = link::desk_path(before, path)?;
    let leads = link::desk_path(now, path);
    let wanted = moves.get(&led).unwrap_or(&led);
    let stays = leads.is_some_and(|leads| leads == *wanted || is_there(&leads));
    if stays || !is_there(wanted) {
        return None;
    }
    let new = relative(now, wanted);
    (link::desk_path(now, &new).as_ref() == Some(wanted)).then(|| (new, rest.to_owned()))
}

/// How an article names a file of the desk.
fn relative(article: &str, file: &str) -> String {
    let folder: Vec<&str> =
        article.rsplit_once('/').map_or(Vec::new(), |(folder, _)| folder.split('/').collect());
    let parts: Vec<&str> = file.split('/').collect();
    let shared = folder.iter().zip(&parts[..parts.len() - 1]).take_while(|(a, b)| a == b).count();
    let up = std::iter::repeat_n("..".to_owned(), folder.len() - shared);
    up.chain(parts[shared..].iter().map(|part| encoded(part))).collect::<Vec<_>>().join("/")
}

fn encoded(name: &str) -> String {
    let mut out = String::new();
    for c in name.chars() {
        let plain = if c.is_ascii() {
            c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_' | '~' | '+' | ',' | '=' | '@')
        } else {
            !c.is_whitespace() && !c.is_control()
        };
        if plain {
            out.push(c);
        } else {
            let mut buffer = [0; 4];
            for byte in c.encode_utf8(&mut buffer).bytes() {
                out.push_str(&format!("%{byte:02X}"));
            }
        }
    }
    out
}

/// An address as it may be written between brackets of either kind.
fn escaped(address: &str) -> String {
    let mut out = String::new();
    for c in address.chars() {
        if matches!(c, '\\' | '(' | ')' | '<' | '>' | '&') {
            out.push('\\');
        }
        out.push(c);
    }
    out
}

/// A target without its backslashes.
fn unescaped(written: &str) -> String {
    let mut out = String::new();
    let mut rest = written.chars().peekable();
    while let Some(c) = rest.next() {
        match rest.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => out.extend(rest.next()),
            _ => out.push(c),
        }
    }
    out
}

/// Where targets of links, images and reference definitions may stand, in order.
fn guesses(body: &str) -> Vec<Range<usize>> {
    let starts = body.match_indices(']').filter_map(|(at, _)| match body.as_bytes().get(at + 1) {
        Some(b'(') => Some(at + 2),
        Some(b':') => {
            let line = body[..at].rfind('\n').map_or(0, |end| end + 1);
            let (marks, label) = body[line..at].split_once('[')?;
            let marked = marks.bytes().all(|mark| matches!(mark, b' ' | b'\t' | b'>'));
            // A note is no definition of a link.
            (marked && !label.starts_with('^')).then_some(at + 2)
        }
        _ => None,
    });
    let mut found: Vec<Range<usize>> = Vec::new();
    for range in starts.filter_map(|start| written(body, start)) {
        if found.last().is_none_or(|last| last.end <= range.start) {
            found.push(range);
        }
    }
    found
}

/// The target that is written from a place on, without its angle brackets: CommonMark 6.3.
fn written(body: &str, from: usize) -> Option<Range<usize>> {
    let bytes = body.as_bytes();
    let blanks = |mut at: usize| {
        while matches!(bytes.get(at), Some(b' ' | b'\t')) {
            at += 1;
        }
        at
    };
    let mut start = blanks(from);
    if bytes.get(start) == Some(&b'\n') {
        start = blanks(start + 1);
    }
    let angled = bytes.get(start) == Some(&b'<');
    start += usize::from(angled);
    let mut end = start;
    let mut open = 0_usize;
    while let Some(&byte) = bytes.get(end) {
        match byte {
            b'\\' if bytes.get(end + 1).is_some_and(u8::is_ascii_punctuation) => end += 1,
            b'>' if angled => break,
            b'\n' | b'<' if angled => return None,
            _ if angled => {}
            _ if byte == b' ' || byte.is_ascii_control() => break,
            b'(' => open += 1,
            b')' if open == 0 => break,
            b')' => open -= 1,
            _ => {}
        }
        end += 1;
    }
    (start < end && open == 0 && (!angled || bytes.get(end) == Some(&b'>'))).then_some(start..end)
}

/// An address in a tree.
struct Address {
    url: String,
    image: bool,
}

/// The addresses of a tree, in order.
fn addresses<'a>(root: &'a AstNode<'a>) -> Vec<Address> {
    let nodes = root.descendants().filter_map(|node| match &node.data.borrow().value {
        NodeValue::Link(link) => Some(Address { url: link.url.clone(), image: false }),
        NodeValue::Image(link) => Some(Address { url: link.url.clone(), image: true }),
        _ => None,
    });
    nodes.collect()
}

/// The guesses that are addresses, each with the first address of the tree that it is.
fn prove(body: &str, guesses: &[Range<usize>], here: &[Address]) -> Option<Vec<(Range<usize>, usize)>> {
    let mut mark = "target".to_owned();
    while body.contains(&mark) {
        mark.push('t');
    }
    let marks: Vec<String> = (0..guesses.len()).map(|number| format!("{mark}{number}")).collect();
    let marked = spliced(body, guesses.iter().cloned().zip(marks.iter().map(String::as_str)));
    let arena = Arena::new();
    let there = addresses(markdown::syntax(&arena, &marked).ok()?);
    if here.len() != there.len() {
        return None;
    }
    let place = |mark: &String| there.iter().position(|address| address.url == *mark);
    let proved = guesses.iter().zip(&marks).filter_map(|(range, mark)| Some((range.clone(), place(mark)?)));
    Some(proved.collect())
}

fn spliced<'t>(body: &str, splices: impl Iterator<Item = (Range<usize>, &'t str)>) -> String {
    let mut out = String::with_capacity(body.len());
    let mut done = 0;
    for (range, text) in splices {
        out.push_str(&body[done..range.start]);
        out.push_str(text);
        done = range.end;
    }
    out + &body[done..]
}

fn same_but_for_addresses<'a, 'b>(
    old: &'a AstNode<'a>,
    new: &'b AstNode<'b>,
    wanted: &dyn Fn(&str, bool) -> String,
) -> bool {
    let mut rest = new.descendants();
    let same = old.descendants().all(|old| {
        let Some(new) = rest.next() else { return false };
        match (&old.data.borrow().value, &new.data.borrow().value) {
            (NodeValue::Link(a), NodeValue::Link(b)) => a.title == b.title && wanted(&a.url, false) == b.url,
            (NodeValue::Image(a), NodeValue::Image(b)) => a.title == b.title && wanted(&a.url, true) == b.url,
            (a, b) => a == b,
        }
    });
    same && rest.next().is_none()
}

#[cfg(test)]
mod tests {
    use super::*;

    const FILES: [&str; 7] = [
        "ville/vue du port.png",
        "ville/quai.md",
        "images/été (1).jpg",
        "sport/local/port.md",
        "index.md",
        "sport/local/ici.md",
        "ville/ici.md",
    ];

    fn is_there(path: &str) -> bool {
        FILES.contains(&path)
    }

    fn moves() -> Moves {
        Moves::from([("ville/port.md".to_owned(), "sport/local/port.md".to_owned())])
    }

    /// The article that moved.
    fn moved(body: &str) -> Option<(String, usize)> {
        let mended = mend(body, "ville/port.md", "sport/local/port.md", &moves(), &is_there)?;
        Some((mended.body, mended.links))
    }

    /// An article that stays where it is.
    fn other(body: &str) -> Option<(String, usize)> {
        let mended = mend(body, "index.md", "index.md", &moves(), &is_there)?;
        Some((mended.body, mended.links))
    }

    #[test]
    fn targets_of_the_moved_article_lead_where_they_led() {
        let body = "Le [quai](quai.md#est \"Le quai\") et ![vue](<vue du port.png>), [bis](vue%20du%20port.png).\n\n\
            > ![été](../images/été%20(1).jpg)\n\n[voir][q] et [q].\n\n[q]:\n  <quai.md>  'Titre'\n";
        let wanted = "Le [quai](../../ville/quai.md#est \"Le quai\") et ![vue](<../../ville/vue%20du%20port.png>), \
            [bis](../../ville/vue%20du%20port.png).\n\n> ![été](../../images/été%20%281%29.jpg)\n\n\
            [voir][q] et [q].\n\n[q]:\n  <../../ville/quai.md>  'Titre'\n";
        assert_eq!(moved(body), Some((wanted.to_owned(), 5)));
        // Once is enough.
        assert_eq!(mend(wanted, "sport/local/port.md", "sport/local/port.md", &moves(), &is_there), None);
    }

    #[test]
    fn links_to_the_moved_article_follow_it() {
        let body = "Un [port](ville/port.md?a#b), un [autre](./ville/port.md) et [x](ville/quai.md).";
        let wanted =
            "Un [port](sport/local/port.md?a#b), un [autre](sport/local/port.md) et [x](ville/quai.md).";
        assert_eq!(other(body), Some((wanted.to_owned(), 2)));
        assert_eq!(moved("[moi](port.md)"), None, "it leads to itself as before");
        assert_eq!(moved("[moi](../ville/port.md)"), Some(("[moi](port.md)".to_owned(), 1)));
    }

    #[test]
    fn what_is_not_a_broken_relative_link_stays() {
        for body in [
            "",
            "[a](https://ville.example/quai.md) <https://x.example/quai.md> [b](#quai) [c](/ville/quai.md)",
            "`[a](quai.md)` et\n\n    [a](quai.md)\n\n```\n[a](quai.md)\n[q]: quai.md\n```\n",
            "\\[a](quai.md) et <!-- [a](quai.md) -->",
            "[^1]: quai.md est cité[^1].",
            // Nothing stands there, before or after.
            "[a](disparu.md) [b](../../../quai.md)",
            // Something stands there by now.
            "[a](ici.md)",
            // A definition that nothing uses, and one in the middle of a paragraph.
            "[q]: quai.md\n",
            "Du texte\n[q]: quai.md *gras*\n",
            "mailto [a](mailto:quai.md) [b](javascript:quai.md)",
        ] {
            assert_eq!(moved(body), None, "{body:?}");
        }
    }

    #[test]
    fn code_beside_a_link_and_marks_in_the_text_stay() {
        let body =
            "target0 `[a](quai.md)` [a](quai.md) [b](quai\\.md) [c](qu&#97;i.md#\\)&copy;) ![d]( quai.md )\r";
        let wanted = "target0 `[a](quai.md)` [a](../../ville/quai.md) [b](../../ville/quai.md) \
            [c](../../ville/quai.md#\\)©) ![d]( ../../ville/quai.md )\r";
        assert_eq!(moved(body), Some((wanted.to_owned(), 4)));
    }

    proptest::proptest! {
        #[test]
        fn only_targets_change(body in "([\\[\\]()<>`!:#^\\\\ \n*a]|quai\\.md|ville/port\\.md|\\]\\(|\\]: ){0,40}") {
            for (before, now) in [("ville/port.md", "sport/local/port.md"), ("index.md", "index.md")] {
                let Some(mended) = mend(&body, before, now, &moves(), &is_there) else { continue };
                let (new, old) = match now {
                    "index.md" => ("sport/local/port.md", "ville/port.md"),
                    _ => ("../../ville/quai.md", "quai.md"),
                };
                proptest::prop_assert_eq!(mended.body.matches(new).count(), mended.links);
                proptest::prop_assert_eq!(mended.body.replace(new, old), &body[..]);
                proptest::prop_assert_eq!(mend(&mended.body, now, now, &moves(), &is_there), None);
            }
        }
    }
}
