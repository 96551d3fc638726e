//! Which sentences are the same ones, edited: those that share most of their words.

use std::collections::{HashMap, HashSet};
use std::ops::Range;

use unicode_segmentation::UnicodeSegmentation;

use super::Side;
use super::edit::hull;

/// Between two equal sentences, at most this many pairs are compared for likeness; more count as replaced.
pub(super) const PAIRS: usize = 1 << 10;
/// How often words are followed from sentence to sentence before all of a hole counts as one.
const ROUNDS: usize = 8;
/// A sentence that was edited as it moved has this share of words in common with what it was, in hundredths.
pub(super) const MOVED: usize = 65;
/// Sentences are one and the same, edited, from this share of common words on, in hundredths.
const ALIKE: usize = 50;

/// At most this many words that do not add up are looked for, sentence by sentence.
const ODD: usize = 64;

/// Words of a sentence, sorted.
pub(super) fn words(sentence: &str) -> Vec<&str> {
    let mut words: Vec<&str> = sentence.unicode_words().collect();
    words.sort_unstable();
    words
}

/// Whether a sentence in the same place is the other one, edited.
pub(super) fn alike(old: &str, new: &str) -> bool {
    likeness(&words(old), &words(new)) >= ALIKE
}

/// Whether a sentence that stands elsewhere is the other one, perhaps edited.
pub(super) fn is_moved_as(old: &str, new: &str) -> bool {
    old == new || likeness(&words(old), &words(new)) >= MOVED
}

/// The share of common words, in hundredths.
pub(super) fn likeness(old: &[&str], new: &[&str]) -> usize {
    (200 * common(old, new)).checked_div(old.len() + new.len()).unwrap_or(0)
}

/// How many words two sentences have in common.
fn common(old: &[&str], new: &[&str]) -> usize {
    let (mut at_old, mut at_new, mut common) = (0, 0, 0);
    while let (Some(a), Some(b)) = (old.get(at_old), new.get(at_new)) {
        common += usize::from(a == b);
        (at_old, at_new) = (at_old + usize::from(a <= b), at_new + usize::from(b <= a));
    }
    common
}

/// Whether a word tells one sentence from another; "le" and "of" wander without anybody moving them.
fn tells(word: &str) -> bool {
    word.chars().count() > 3 || word.contains(|c: char| c.is_ascii_digit())
}

/// Telling words that the others do not have.
pub(super) fn telling<'a>(words: &[&'a str], others: &[&str]) -> Vec<&'a str> {
    words
        .iter()
        .filter(|word| tells(word))
        .filter(|word| others.binary_search(word).is_err())
        .copied()
        .collect()
}

/// Sentences `.0` of the base and `.1` of the side that are the same ones, edited.
pub(super) type Pair = (Range<usize>, Range<usize>);

/// Pairs of edited sentences, given the words of each. Where words went from one sentence to another (split and joined
/// sentences), all of them are one pair, or what the other side deleted could return.
pub(super) fn pairs(old_words: &[Vec<&str>], new_words: &[Vec<&str>]) -> Vec<Pair> {
    let mut pairs: Vec<Pair> =
        alignment(old_words, new_words).into_iter().map(|(old, new)| (old..old + 1, new..new + 1)).collect();
    // What each sentence lost or gained; without a counterpart, all of its words.
    let (mut lost, mut gained) = (old_words.to_vec(), new_words.to_vec());
    for (olds, news) in &pairs {
        lost[olds.start] = telling(&old_words[olds.start], &new_words[news.start]);
        gained[news.start] = telling(&new_words[news.start], &old_words[olds.start]);
    }
    let (lost_at, gained_at) = (places(&lost), places(&gained));
    for _ in 0..ROUNDS {
        let before = pairs.clone();
        for (olds, news) in &mut pairs {
            let (old, new) = (olds.clone(), news.clone());
            gained[new].iter().for_each(|words| reach(olds, words, &lost_at));
            lost[old].iter().for_each(|words| reach(news, words, &gained_at));
        }
        pairs = joined(pairs);
        if pairs == before {
            return pairs;
        }
    }
    vec![(0..old_words.len(), 0..new_words.len())]
}

/// Pairs that overlap are one.
fn joined(pairs: Vec<Pair>) -> Vec<Pair> {
    let mut apart: Vec<Pair> = Vec::new();
    for mut pair in pairs {
        while let Some(last) = apart.pop_if(|last| last.0.end > pair.0.start || last.1.end > pair.1.start) {
            pair = (hull(&last.0, &pair.0), hull(&last.1, &pair.1));
        }
        apart.push(pair);
    }
    apart
}

/// Whether each telling word is in the merged text as often as the base and the two sides account for; `rows` are
/// those of the base, mine and theirs. Where conflicts are left and one side was `chosen` in all of them, that side's
/// words may stand whatever the other did.
pub(super) fn balanced(rows: [&[&str]; 3], merged: &str, chosen: Option<Side>) -> bool {
    let mut counts: HashMap<&str, [usize; 4]> = HashMap::new();
    let texts = rows.map(<[&str]>::concat);
    for (number, text) in texts.iter().map(String::as_str).chain([merged]).enumerate() {
        for word in text.unicode_words().filter(|word| tells(word)) {
            counts.entry(word).or_default()[number] += 1;
        }
    }
    let [base, mine, theirs] = rows;
    let gone = [left_over(base, mine), left_over(base, theirs)];
    let came = [left_over(mine, base), left_over(theirs, base)];
    let odd = counts.into_iter().filter(|&(word, [base, mine, theirs, merged])| {
        // Both changes one after the other, or both the same change.
        let (both, same) = (mine + theirs, mine.min(theirs));
        // Of a word that stands in several sentences both sides may have taken out, or put in, one and the same.
        let repeated = base.max(mine).max(theirs) > 1;
        let shared = |sides: &[HashMap<&str, usize>; 2]| {
            let counts = sides.each_ref().map(|words| words.get(word).copied().unwrap_or(0));
            if repeated { counts[0].min(counts[1]) } else { 0 }
        };
        let least = both.saturating_sub(base + shared(&came)).min(same);
        let most = (both + shared(&gone)).saturating_sub(base).max(same);
        let more = match chosen {
            None => 0,
            Some(Side::Mine) => mine,
            Some(Side::Theirs) => theirs,
        };
        !(least..=most.max(more)).contains(&merged)
    });
    let odd: Vec<(&str, [usize; 4])> = odd.take(ODD + 1).collect();
    if odd.is_empty() || odd.len() > ODD {
        return odd.is_empty();
    }
    let sentences = rows.map(|row| row.iter().skip(1).step_by(2).copied().collect::<HashSet<&str>>());
    odd.iter().all(|&(word, [was, mine, theirs, merged])| {
        let once = was == 1 && merged == 1 && mine + theirs == 1;
        once && is_another(word, &sentences, if mine == 1 { 1 } else { 2 })
    })
}

/// Whether a word that both sides took out with its sentence, and that `side` put into another sentence, is not the
/// one that went: its sentence is not there any more, not even edited, and the other one is new. `sentences` are those
/// of the base, mine and theirs.
fn is_another(word: &str, sentences: &[HashSet<&str>; 3], side: usize) -> bool {
    let base = &sentences[0];
    let [old, new] = [base, &sentences[side]].map(|row| {
        let having = row.iter().filter(|sentence| sentence.contains(word)).map(|sentence| words(sentence));
        having.filter(|words| words.binary_search(&word).is_ok()).last().unwrap_or_default()
    });
    let apart = |one: &[&str], sentence: &str| {
        let other = words(sentence);
        other.is_empty() || 2 * common(one, &other) < one.len().min(other.len())
    };
    let known = |word: &&str| base.iter().any(|sentence| sentence.contains(word));
    telling(&new, &old).iter().any(|word| !known(word))
        && base.iter().all(|sentence| apart(&new, sentence))
        && sentences[1..].iter().flat_map(|row| row.difference(base)).all(|sentence| apart(&old, sentence))
}

/// How often each telling word stands in the sentences of a row that another row does not have.
fn left_over<'a>(row: &[&'a str], other: &[&str]) -> HashMap<&'a str, usize> {
    let mut known: HashMap<&str, usize> = HashMap::new();
    for sentence in other.iter().skip(1).step_by(2) {
        *known.entry(sentence).or_default() += 1;
    }
    let mut words = HashMap::new();
    for sentence in row.iter().skip(1).step_by(2) {
        match known.get_mut(sentence) {
            Some(count) if *count > 0 => *count -= 1,
            _ => {
                for word in sentence.unicode_words().filter(|word| tells(word)) {
                    *words.entry(word).or_default() += 1;
                }
            }
        }
    }
    words
}

/// From the first to the last sentence that has each word.
fn places<'a>(words: &[Vec<&'a str>]) -> HashMap<&'a str, Range<usize>> {
    let mut places: HashMap<&str, Range<usize>> = HashMap::new();
    for (index, words) in words.iter().enumerate() {
        for &word in words {
            places.entry(word).or_insert(index..index).end = index + 1;
        }
    }
    places
}

/// Widens a range to the sentences that have one of the words.
fn reach(range: &mut Range<usize>, words: &[&str], places: &HashMap<&str, Range<usize>>) {
    for place in words.iter().filter_map(|word| places.get(word)) {
        *range = hull(range, place);
    }
}

/// The pairs of like sentences, in order, that have most in common.
fn alignment(old: &[Vec<&str>], new: &[Vec<&str>]) -> Vec<(usize, usize)> {
    let like = |i: usize, j: usize| Some(likeness(&old[i], &new[j])).filter(|share| *share >= ALIKE);
    let width = new.len() + 1;
    if old.len().saturating_mul(new.len()) > PAIRS {
        // Too many to compare each with each: one by one where the count is the same.
        let same = old.len() == new.len();
        return (0..old.len()).filter(|&i| same && like(i, i).is_some()).map(|i| (i, i)).collect();
    }
    // `best[i * width + j]`: the most that sentences from `i` and from `j` on have in common.
    let mut best = vec![0; (old.len() + 1) * width];
    let mut likes = vec![None; (old.len() + 1) * width];
    for i in (0..old.len()).rev() {
        for j in (0..new.len()).rev() {
            let (at, next) = (i * width + j, (i + 1) * width + j + 1);
            likes[at] = like(i, j);
            best[at] = best[next - 1].max(best[at + 1]).max(likes[at].map_or(0, |share| share + best[next]));
        }
    }
    let (mut i, mut j, mut pairs) = (0, 0, Vec::new());
    while i < old.len() && j < new.len() {
        let (at, next) = (i * width + j, (i + 1) * width + j + 1);
        if likes[at].is_some_and(|share| share + best[next] == best[at]) {
            pairs.push((i, j));
            (i, j) = (i + 1, j + 1);
        } else if best[next - 1] >= best[at + 1] {
            i += 1;
        } else {
            j += 1;
        }
    }
    pairs
}
