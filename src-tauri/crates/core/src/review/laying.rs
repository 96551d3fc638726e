//! Marks that were made on one text, laid on another: what still stands there word for word is placed there.

use std::ops::Range;

use similar::{Algorithm, DiffOp, capture_diff_slices};

use super::critic::{Change, Critic, Mark};

/// Most words whose differences are looked for in one stretch: the work grows with their product.
const WORDS: usize = 8_000;

/// Marks of one text on another.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Laid {
    /// What has its place in the other text, and what differs there without a mark.
    pub here: Critic,
    /// What has not: its places are those of its own text.
    pub elsewhere: Critic,
}

/// Lays marks on `body`.
#[must_use]
pub fn lay(marked: Critic, body: &str) -> Laid {
    let Critic { body: own, changes, comments, highlights } = marked;
    let (same, silent) = align(body, &own);
    let mut laid = Laid {
        here: Critic { body: body.to_owned(), highlights, ..Critic::default() },
        elsewhere: Critic::default(),
    };
    let place = |range: &Range<usize>| {
        // Between two stretches the one before has the place.
        let (from, to) = same.iter().find(|(_, to)| to.start <= range.start && range.end <= to.end)?;
        Some(from.start + range.start - to.start..from.start + range.end - to.start)
    };
    for change in changes {
        match place(&change.range) {
            Some(range) => laid.here.changes.push(Change { range, ..change }),
            None => laid.elsewhere.changes.push(change),
        }
    }
    for mut comment in comments {
        let whole = comment.range == (0..0);
        match place(&comment.range).or(whole.then_some(0..0)) {
            Some(range) => {
                comment.range = range;
                laid.here.comments.push(comment);
            }
            None => laid.elsewhere.comments.push(comment),
        }
    }
    for (range, new) in silent {
        laid.here.changes.push(Change { range, new, mark: Mark::default(), messages: Vec::new() });
    }
    laid.here.changes.sort_by_key(|change| (change.range.start, change.range.end));
    laid.elsewhere.body = own;
    laid
}

/// Stretches that stand in both texts, and what stands in the other instead of what.
type Aligned = (Vec<(Range<usize>, Range<usize>)>, Vec<(Range<usize>, String)>);

fn align(known: &str, sent: &str) -> Aligned {
    let (old, new) = (words(known), words(sent));
    let of = |text: &'_ str, words: &[Range<usize>]| -> Vec<String> {
        words.iter().map(|word| text[word.clone()].to_owned()).collect()
    };
    let (old_words, new_words) = (of(known, &old), of(sent, &new));
    let head = old_words.iter().zip(&new_words).take_while(|(a, b)| a == b).count();
    let back = old_words[head..].iter().rev().zip(new_words[head..].iter().rev());
    let tail = back.take_while(|(a, b)| a == b).count();
    let (old_middle, new_middle) =
        (&old_words[head..old_words.len() - tail], &new_words[head..new_words.len() - tail]);
    let mut ops = vec![DiffOp::Equal { old_index: 0, new_index: 0, len: head }];
    let (old_len, new_len) = (old_middle.len(), new_middle.len());
    if old_len.max(new_len) > WORDS {
        ops.push(DiffOp::Replace { old_index: head, old_len, new_index: head, new_len });
    } else {
        ops.extend(capture_diff_slices(Algorithm::Myers, old_middle, new_middle).into_iter().map(|op| {
            let (old, new) = (op.old_range(), op.new_range());
            let (old_index, new_index) = (head + old.start, head + new.start);
            match op {
                DiffOp::Equal { len, .. } => DiffOp::Equal { old_index, new_index, len },
                _ => DiffOp::Replace { old_index, old_len: old.len(), new_index, new_len: new.len() },
            }
        }));
    }
    let (old_index, new_index) = (old_words.len() - tail, new_words.len() - tail);
    ops.push(DiffOp::Equal { old_index, new_index, len: tail });
    let bytes = |words: &[Range<usize>], range: Range<usize>, all: usize| {
        let at = |index: usize| words.get(index).map_or(all, |word| word.start);
        at(range.start)..at(range.end)
    };
    let (mut same, mut silent) = (Vec::new(), Vec::new());
    for op in ops {
        let from = bytes(&old, op.old_range(), known.len());
        let to = bytes(&new, op.new_range(), sent.len());
        if matches!(op, DiffOp::Equal { .. }) {
            same.push((from, to));
        } else if !(from.is_empty() && to.is_empty()) {
            silent.push((from, sent[to].to_owned()));
        }
    }
    (joined(same), silent)
}

/// Stretches that touch in both texts are one.
fn joined(stretches: Vec<(Range<usize>, Range<usize>)>) -> Vec<(Range<usize>, Range<usize>)> {
    let mut out: Vec<(Range<usize>, Range<usize>)> = Vec::new();
    for (from, to) in stretches {
        match out.last_mut().filter(|last| last.0.end == from.start && last.1.end == to.start) {
            Some(last) => (last.0.end, last.1.end) = (from.end, to.end),
            None => out.push((from, to)),
        }
    }
    out
}

/// Words and what is between them, one range each: together they are the text.
fn words(text: &str) -> Vec<Range<usize>> {
    let mut words: Vec<Range<usize>> = Vec::new();
    let mut before = false;
    for (at, letter) in text.char_indices() {
        let is_word = letter.is_alphanumeric();
        match words.last_mut().filter(|_| is_word && before) {
            Some(word) => word.end = at + letter.len_utf8(),
            None => words.push(at..at + letter.len_utf8()),
        }
        before = is_word;
    }
    words
}

#[cfg(test)]
mod tests {
    use super::super::critic;
    use super::*;

    fn shape(critic: &Critic) -> Vec<(&str, &str)> {
        critic.changes.iter().map(|change| (&critic.body[change.range.clone()], &*change.new)).collect()
    }

    #[test]
    fn the_same_text_takes_all_marks_as_they_are() {
        let body = "Le câble relie Brest à Boston.\n";
        let marked = critic::read("Le câble relie {==Brest==}{>>?<<} à {~~Boston~>Cork~~}.\n");
        let laid = lay(marked.clone(), body);
        assert_eq!(laid.here, marked);
        assert!(laid.elsewhere.changes.is_empty() && laid.elsewhere.comments.is_empty());
    }

    #[test]
    fn what_differs_without_a_mark_is_a_change_and_what_is_gone_keeps_its_own_place() {
        let body = "Le vieux câble relie Brest à Boston, et il tient.\n";
        let marked = critic::read(
            "Le câble relie {++bien ++}Brest à {~~New York~>Cork~~}{>>sûr ?<<}, et il {--tient--}.\n",
        );
        let laid = lay(marked, body);
        assert_eq!(shape(&laid.here), [("vieux ", ""), ("", "bien "), ("Boston", "New York"), ("tient", "")]);
        assert_eq!(shape(&laid.elsewhere), [("New York", "Cork")]);
        assert_eq!(laid.elsewhere.changes[0].messages[0].text, "sûr ?");
    }

    #[test]
    fn a_comment_on_words_that_are_gone_is_not_lost() {
        let laid = lay(critic::read("Un {==mot==}{>>Lequel ?<<} de trop.\n"), "Autre chose.\n");
        let all = laid.here.comments.len() + laid.elsewhere.comments.len();
        assert_eq!((all, laid.elsewhere.comments[0].messages[0].text.as_str()), (1, "Lequel ?"));
    }
}
