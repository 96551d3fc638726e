//! The three-way merge: labelled cases, properties of generated articles, and the tools that people merge with.

use std::cell::Cell;
use std::collections::HashMap;
use std::fmt::Write as _;
use std::path::Path;
use std::process::Command;

use copydesk_core::front::{self, Front};
use copydesk_core::reconcile::{Choice, Hunk, Outcome, Piece, Place, merge, reconcile, resolve};
use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};

/// `cargo xtask torture` asks for more of everything.
fn torture() -> bool {
    std::env::var_os("COPYDESK_TORTURE").is_some_and(|value| value == "1")
}

/// Runs a property over `cases` cases, the same ones every time; over ten times as many in torture.
fn check<S: Strategy>(cases: u32, strategy: &S, property: impl Fn(S::Value) -> Result<(), TestCaseError>) {
    let cases = if torture() { 10 * cases } else { cases };
    let config = Config { cases, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    if let Err(failure) = runner.run(strategy, property) {
        panic!("{failure}");
    }
}

fn hunks(pieces: &[Piece]) -> Vec<&Hunk> {
    pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Agreed(_) => None,
            Piece::Conflict { hunk, .. } => Some(hunk),
        })
        .collect()
}

/// The text with the same answer everywhere.
fn all(pieces: &[Piece], choice: &Choice) -> String {
    resolve(pieces, &vec![choice.clone(); hunks(pieces).len()]).expect("an answer for each hunk")
}

/// The text where nothing is in conflict.
fn clean(pieces: &[Piece]) -> Option<String> {
    resolve(pieces, &[])
}

// ------------------------------------------------------------------------------------------------------------------
// Generated articles.

/// A small generator (SplitMix64), so that an article depends on its seed alone.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((z ^ (z >> 31)) % sides.max(1) as u64).expect("small")
    }

    fn pick<'a>(&mut self, from: &[&'a str]) -> &'a str {
        from[self.roll(from.len())]
    }
}

const FRENCH: &[&str] = &[
    "le",
    "conseil",
    "de",
    "la",
    "ville",
    "a",
    "voté",
    "un",
    "plan",
    "pour",
    "les",
    "quais",
    "selon",
    "une",
    "étude",
    "que",
    "l’opposition",
    "n’a",
    "pas",
    "lue",
    "« presque »",
    "M. Dupont",
    "à",
    "18",
    "heures",
    "millions",
    "d’euros",
    "avant",
    "l’hiver",
    "malgré",
    "des",
    "réserves",
    "sur",
    "son",
    "coût",
    "*réel*",
];
const ENGLISH: &[&str] = &[
    "the",
    "council",
    "of",
    "this",
    "city",
    "has",
    "passed",
    "a",
    "plan",
    "for",
    "its",
    "docks",
    "after",
    "one",
    "study",
    "that",
    "nobody",
    "had",
    "not",
    "read",
    "“almost”",
    "Mr. Smith",
    "at",
    "18",
    "o’clock",
    "million",
    "pounds",
    "before",
    "winter",
    "despite",
    "some",
    "doubts",
    "about",
    "[costs](https://a.b/c)",
];

#[derive(Clone, Copy, Debug, PartialEq)]
enum Kind {
    Prose,
    Heading,
    List,
    Quote,
    Table,
    Fence,
    Note,
}

#[derive(Clone, Debug)]
struct Sentence {
    /// The same in all versions of a text.
    id: usize,
    words: Vec<String>,
}

#[derive(Clone, Debug)]
struct Block {
    kind: Kind,
    sentences: Vec<Sentence>,
}

#[derive(Clone, Debug)]
struct Text {
    keys: Vec<(String, String)>,
    blocks: Vec<Block>,
}

/// Makes articles and edits them. Some words are nowhere else, so that it can be seen where they went.
struct Desk {
    dice: Dice,
    words: &'static [&'static str],
    count: usize,
}

impl Desk {
    fn new(seed: u64) -> Self {
        let words = if seed.is_multiple_of(2) { FRENCH } else { ENGLISH };
        Self { dice: Dice(seed), words, count: 0 }
    }

    fn rare(&mut self, by: &str) -> String {
        self.count += 1;
        format!("Nom{}{by}x", self.count)
    }

    fn sentence(&mut self, by: &str) -> Sentence {
        let mut words = vec![self.rare(by)];
        for _ in 0..3 + self.dice.roll(9) {
            words.push(self.dice.pick(self.words).to_owned());
        }
        words.push(self.rare(by));
        self.count += 1;
        Sentence { id: self.count, words }
    }

    fn block(&mut self, by: &str) -> Block {
        let kind = match self.dice.roll(16) {
            0 | 1 => Kind::Heading,
            2 => Kind::List,
            3 => Kind::Quote,
            4 => Kind::Table,
            5 => Kind::Fence,
            6 => Kind::Note,
            _ => Kind::Prose,
        };
        let sentences = match kind {
            Kind::Heading | Kind::Fence | Kind::Note => 1,
            Kind::Prose => 1 + self.dice.roll(4),
            Kind::List | Kind::Quote | Kind::Table => 2 + self.dice.roll(3),
        };
        Block { kind, sentences: (0..sentences).map(|_| self.sentence(by)).collect() }
    }

    fn text(&mut self, blocks: usize) -> Text {
        let keys = if self.dice.roll(3) == 0 { 0 } else { 2 + self.dice.roll(3) };
        let keys = ["title", "kicker", "tags", "byline"][..keys.min(4)].iter();
        Text {
            keys: keys.map(|key| ((*key).to_owned(), self.rare("b"))).collect(),
            blocks: (0..blocks).map(|_| self.block("b")).collect(),
        }
    }

    /// Some sentence that `ours` allows, as block and place in it.
    fn place(&mut self, text: &Text, ours: &dyn Fn(usize) -> bool) -> Option<(usize, usize)> {
        let mut places = Vec::new();
        for (at, block) in text.blocks.iter().enumerate() {
            places
                .extend((0..block.sentences.len()).filter(|&s| ours(block.sentences[s].id)).map(|s| (at, s)));
        }
        (!places.is_empty()).then(|| places[self.dice.roll(places.len())])
    }

    /// Edits a word of a sentence.
    fn edit_word(&mut self, sentence: &mut Sentence, by: &str) {
        // The first word stays: with a small letter at its start the sentence would go on with the one before.
        let at = 1 + self.dice.roll(sentence.words.len() - 1);
        match self.dice.roll(3) {
            0 => sentence.words.insert(at, self.rare(by)),
            1 if sentence.words.len() > 4 => drop(sentence.words.remove(at)),
            _ => sentence.words[at] = self.rare(by),
        }
    }

    fn take_out(text: &mut Text, (block, at): (usize, usize)) -> Sentence {
        let sentence = text.blocks[block].sentences.remove(at);
        if text.blocks[block].sentences.is_empty() {
            text.blocks.remove(block);
        }
        sentence
    }

    /// Any edit anywhere.
    fn edit(&mut self, text: &mut Text, by: &str) {
        let anywhere = self.dice.roll(text.blocks.len() + 1);
        let Some((block, at)) = self.place(text, &|_| true) else {
            let block = self.block(by);
            return text.blocks.push(block);
        };
        let prose = text.blocks[block].kind == Kind::Prose;
        match self.dice.roll(14) {
            0 => {
                let sentence = self.sentence(by);
                text.blocks[block].sentences[at] = sentence;
            }
            1 if prose => {
                let sentence = self.sentence(by);
                text.blocks[block].sentences.insert(at, sentence);
            }
            2 => drop(Self::take_out(text, (block, at))),
            3 => {
                let block = self.block(by);
                text.blocks.insert(anywhere, block);
            }
            4 => drop(text.blocks.remove(block)),
            5 | 6 => self.move_block(text, block),
            7 if prose => self.move_sentence(text, (block, at)),
            8 if prose && at > 0 => {
                let sentences = text.blocks[block].sentences.split_off(at);
                text.blocks.insert(block + 1, Block { kind: Kind::Prose, sentences });
            }
            9 if prose && block > 0 && text.blocks[block - 1].kind == Kind::Prose => {
                let joined = text.blocks.remove(block);
                text.blocks[block - 1].sentences.extend(joined.sentences);
            }
            10 => self.edit_key(text, by),
            _ => self.edit_word(&mut text.blocks[block].sentences[at], by),
        }
    }

    /// Whether both sides have put it in: moved by one of them, it would rightly stand in two places.
    fn is_shared(sentence: &Sentence) -> bool {
        sentence.words.iter().any(|word| word.ends_with("cx"))
    }

    fn move_block(&mut self, text: &mut Text, block: usize) {
        if text.blocks[block].sentences.iter().any(Self::is_shared) {
            return;
        }
        let moved = text.blocks.remove(block);
        let to = self.dice.roll(text.blocks.len() + 1);
        text.blocks.insert(to, moved);
    }

    fn move_sentence(&mut self, text: &mut Text, from: (usize, usize)) {
        if Self::is_shared(&text.blocks[from.0].sentences[from.1]) {
            return;
        }
        let sentence = Self::take_out(text, from);
        let prose: Vec<usize> =
            (0..text.blocks.len()).filter(|&at| text.blocks[at].kind == Kind::Prose).collect();
        if prose.is_empty() {
            return text.blocks.push(Block { kind: Kind::Prose, sentences: vec![sentence] });
        }
        let block = prose[self.dice.roll(prose.len())];
        let at = self.dice.roll(text.blocks[block].sentences.len() + 1);
        text.blocks[block].sentences.insert(at, sentence);
    }

    fn edit_key(&mut self, text: &mut Text, by: &str) {
        let at = self.dice.roll(text.keys.len() + 1);
        let value = self.rare(by);
        match text.keys.get_mut(at) {
            Some(key) => key.1 = value,
            None => text.keys.push((format!("key-{by}-{}", self.count), value)),
        }
    }
}

fn shown(text: &Text) -> String {
    let mut out = String::new();
    if !text.keys.is_empty() {
        out += "---\n";
        for (key, value) in &text.keys {
            if key == "tags" {
                let _ = writeln!(out, "{key}: [un, {value}]");
            } else {
                let _ = writeln!(out, "{key}: {value}");
            }
        }
        out += "---\n";
    }
    for (number, block) in text.blocks.iter().enumerate() {
        out += if number > 0 { "\n" } else { "" };
        let lines: Vec<String> = block.sentences.iter().map(|sentence| sentence.words.join(" ")).collect();
        match block.kind {
            Kind::Prose => {
                let sentences: Vec<String> = lines.iter().map(|line| format!("{line}.")).collect();
                let _ = writeln!(out, "{}", sentences.join(" "));
            }
            Kind::Heading => lines.iter().for_each(|line| out += &format!("## {line}\n")),
            Kind::List => lines.iter().for_each(|line| out += &format!("- {line}\n")),
            Kind::Quote => lines.iter().for_each(|line| out += &format!("> {line}.\n")),
            Kind::Table => lines.iter().for_each(|line| out += &format!("| {line} | 12 |\n")),
            Kind::Fence => lines.iter().for_each(|line| out += &format!("```\n{line}\n```\n")),
            Kind::Note => lines.iter().for_each(|line| out += &format!("[^1]: {line}.\n")),
        }
    }
    out
}

/// Base, mine and theirs.
type Three = [String; 3];

/// Texts where both sides edited anything, and some edits are on both.
fn three(seed: u64, edits: [usize; 3]) -> Three {
    let mut desk = Desk::new(seed);
    let blocks = 1 + desk.dice.roll(8);
    let base = desk.text(blocks);
    let mut both = base.clone();
    (0..edits[0]).for_each(|_| desk.edit(&mut both, "c"));
    let (mut mine, mut theirs) = (both.clone(), both);
    (0..edits[1]).for_each(|_| desk.edit(&mut mine, "m"));
    (0..edits[2]).for_each(|_| desk.edit(&mut theirs, "t"));
    [&base, &mine, &theirs].map(shown)
}

fn threes() -> impl Strategy<Value = (u64, [usize; 3])> {
    (any::<u64>(), [0..2_usize, 0..5, 0..5])
}

/// Texts where the sides edited different sentences; one side also moved some.
fn apart(seed: u64, edits: [usize; 2]) -> Three {
    let mut desk = Desk::new(seed);
    let blocks = 2 + desk.dice.roll(7);
    let base = desk.text(blocks);
    let mut sides = [base.clone(), base.clone()];
    for side in [0, 1] {
        let by = ["m", "t"][side];
        let ours = move |id: usize| id % 2 == side;
        for _ in 0..edits[side] {
            let text = &mut sides[side];
            let Some((block, at)) = desk.place(text, &ours) else { continue };
            // Where one side moves, the other does not delete what might be moved.
            let moves = seed % 4 < 2;
            match desk.dice.roll(5) {
                0 if side == 0 || !moves => drop(Desk::take_out(text, (block, at))),
                // Only one side moves: two moves to one place are a question of their own.
                1 if moves && side == 0 => desk.move_block(text, block),
                _ => desk.edit_word(&mut text.blocks[block].sentences[at], by),
            }
        }
        if let Some(key) = sides[side].keys.get_mut(side) {
            key.1 = desk.rare(by);
        }
    }
    [&base, &sides[0], &sides[1]].map(shown)
}

/// How often each of the words that are nowhere else stands in a text.
fn rare_words(text: &str) -> HashMap<&str, usize> {
    let mut words = HashMap::new();
    for word in text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.starts_with("Nom")) {
        *words.entry(word).or_insert(0) += 1;
    }
    words
}

/// The words that a merged text lost, doubled or brought back. `around`: what both put in, the sides may have changed
/// further.
fn wrong_words(
    [base, mine, theirs]: &Three,
    merged: &str,
    chosen: Option<&Choice>,
    around: bool,
) -> Vec<String> {
    let [b, m, t, now] = [base, mine, theirs, merged].map(|text| rare_words(text));
    let mut wrong = Vec::new();
    for word in b.keys().chain(m.keys()).chain(t.keys()) {
        let [b, m, t, now] = [&b, &m, &t, &now].map(|words| words.get(word).copied().unwrap_or(0));
        let due = if b > 0 { m.min(t) } else { m.max(t) };
        // In a hunk the chosen side's words stand, whatever the other did.
        let right = match chosen {
            // What both put in may have come to stand in two places, where its neighbours moved.
            _ if b == 0 && m == 1 && t == 1 && around => now == 1 || now == 2,
            None => now == due,
            Some(Choice::Mine) => now == due || now == m,
            Some(_) => now == due || now == t,
        };
        if !right {
            wrong.push(format!("{word}: {now} times, not {due} (base {b}, mine {m}, theirs {t})"));
        }
    }
    wrong
}

fn swapped(pieces: &[Piece]) -> Vec<Hunk> {
    let swap =
        |hunk: &&Hunk| Hunk { base: hunk.base.clone(), mine: hunk.theirs.clone(), theirs: hunk.mine.clone() };
    hunks(pieces).iter().map(swap).collect()
}

fn reads(text: &str) -> bool {
    let (front, body) = front::split(text);
    !matches!(front::read(front), Front::Broken { .. }) && front::split(body).0.is_empty()
}

#[test]
fn no_word_is_lost_doubled_or_brought_back() {
    check(4000, &threes(), |(seed, edits)| {
        let three = three(seed, edits);
        let [base, mine, theirs] = &three;
        let pieces = merge(base, mine, theirs);
        if let Some(text) = clean(&pieces) {
            let wrong = wrong_words(&three, &text, None, true);
            prop_assert!(wrong.is_empty(), "{wrong:#?}\n{three:#?}\n{text}");
        }
        for choice in [Choice::Mine, Choice::Theirs] {
            let text = all(&pieces, &choice);
            let wrong = wrong_words(&three, &text, Some(&choice), true);
            prop_assert!(wrong.is_empty(), "{choice:?} {wrong:#?}\n{three:#?}\n{pieces:#?}");
            prop_assert!(reads(&text), "{text}");
        }
        Ok(())
    });
}

#[test]
fn laws_of_merging() {
    check(2000, &threes(), |(seed, edits)| {
        let [base, mine, theirs] = three(seed, edits);
        prop_assert_eq!(clean(&merge(&base, &mine, &base)), Some(mine.clone()));
        prop_assert_eq!(clean(&merge(&base, &base, &theirs)), Some(theirs.clone()));
        prop_assert_eq!(clean(&merge(&base, &mine, &mine)), Some(mine.clone()));
        let (here, there) = (merge(&base, &mine, &theirs), merge(&base, &theirs, &mine));
        prop_assert_eq!(hunks(&here).into_iter().cloned().collect::<Vec<_>>(), swapped(&there));
        prop_assert_eq!(all(&here, &Choice::Mine), all(&there, &Choice::Theirs));
        // What `reconcile` says is what the pieces say.
        match reconcile(&base, &mine, &theirs) {
            Outcome::Merge { text } => prop_assert_eq!(Some(text), clean(&here)),
            Outcome::Conflict { hunks: found } => {
                prop_assert_eq!(found.iter().collect::<Vec<_>>(), hunks(&here));
            }
            _ => prop_assert!(clean(&here).is_some()),
        }
        Ok(())
    });
}

#[test]
fn different_sentences_never_conflict() {
    check(3000, &(any::<u64>(), [0..5_usize, 0..5]), |(seed, edits)| {
        let three = apart(seed, edits);
        let [base, mine, theirs] = &three;
        let pieces = merge(base, mine, theirs);
        let Some(text) = clean(&pieces) else {
            return Err(TestCaseError::fail(format!("{three:#?}\n{pieces:#?}")));
        };
        let wrong = wrong_words(&three, &text, None, false);
        prop_assert!(wrong.is_empty(), "{wrong:#?}\n{three:#?}\n{text}");
        Ok(())
    });
}

/// One side did what the other did, and more: also to the same sentences, so that some of it has to ask. It is never
/// lost, and what merges is the side that did more.
#[test]
fn what_both_did_alike_is_taken_once() {
    let (clean_ones, all_ones) = (Cell::new(0_u32), Cell::new(0_u32));
    check(1000, &(any::<u64>(), 1..3_usize, 0..3_usize), |(seed, both, more)| {
        let three = three(seed, [both, 0, more]);
        let pieces = merge(&three[0], &three[1], &three[2]);
        all_ones.set(all_ones.get() + 1);
        if let Some(text) = clean(&pieces) {
            clean_ones.set(clean_ones.get() + 1);
            let wrong = wrong_words(&three, &text, None, true);
            prop_assert!(wrong.is_empty(), "{wrong:#?}\n{three:#?}\n{text}");
        }
        Ok(())
    });
    println!("one side did the same and more: {} of {} merged", clean_ones.get(), all_ones.get());
    assert!(clean_ones.get() * 100 >= all_ones.get() * 80, "{clean_ones:?} of {all_ones:?}");
}

#[test]
fn keeps_what_diffy_keeps() {
    check(1000, &threes(), |(seed, edits)| {
        let [base, mine, theirs] = three(seed, edits);
        let ours = clean(&merge(&base, &mine, &theirs));
        if let (Some(ours), Ok(diffy)) = (ours, diffy::merge(&base, &mine, &theirs)) {
            let [base_words, mine_words, theirs_words, kept] =
                [&base, &mine, &theirs, &ours].map(|text| rare_words(text));
            // Line by line, what one side took out of a sentence comes back with the other side's line elsewhere.
            let taken_out = |word: &str| {
                base_words.contains_key(word)
                    && !(mine_words.contains_key(word) && theirs_words.contains_key(word))
            };
            for word in rare_words(&diffy).keys().filter(|word| !taken_out(word)) {
                prop_assert!(kept.contains_key(word), "{word}\n{base}\n{mine}\n{theirs}\n{ours}");
            }
        }
        Ok(())
    });
}

// ------------------------------------------------------------------------------------------------------------------
// Labelled cases.

/// The cases of a file: label, base, mine, theirs, and what is expected after the mark `end`.
fn cases<'a>(file: &'a str, end: &str) -> Vec<[&'a str; 5]> {
    let part = |text: &'a str, mark: &str| -> (&'a str, &'a str) {
        // A text that is empty leaves its mark right below the one before.
        text.split_once(&format!("\n%% {mark}\n")).unwrap_or_else(|| panic!("no {mark} in {text}"))
    };
    file.split("\n%% case ")
        .skip(1)
        .map(|case| {
            let (head, rest) = part(case, "mine");
            let (label, base) = head.split_once('\n').unwrap_or((head, ""));
            let (mine, rest) = part(rest, "theirs");
            let (theirs, expected) = part(rest, end);
            [label, base, mine, theirs, expected.trim_end_matches('\n')]
        })
        .collect()
}

/// The pieces as the data files write them.
fn written(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Agreed(text) => text.clone(),
            Piece::Conflict { hunk, .. } => format!("⟦{}¦{}¦{}⟧", hunk.base, hunk.mine, hunk.theirs),
        })
        .collect()
}

fn exchanged(pieces: Vec<Piece>) -> Vec<Piece> {
    let exchange = |piece| match piece {
        Piece::Conflict { hunk, place } => {
            Piece::Conflict { hunk: Hunk { base: hunk.base, mine: hunk.theirs, theirs: hunk.mine }, place }
        }
        agreed @ Piece::Agreed(_) => agreed,
    };
    pieces.into_iter().map(exchange).collect()
}

#[test]
fn labelled_cases() {
    let merges = cases(include_str!("data/merge/merges.txt"), "merged");
    let conflicts = cases(include_str!("data/merge/conflicts.txt"), "conflict");
    assert!(merges.len() >= 30 && conflicts.len() >= 30, "{} and {}", merges.len(), conflicts.len());
    let mut wrong = String::new();
    for [label, base, mine, theirs, expected] in merges.into_iter().chain(conflicts) {
        let here = written(&merge(base, mine, theirs));
        let there = written(&exchanged(merge(base, theirs, mine)));
        for found in [here, there] {
            if found != expected {
                let _ = writeln!(wrong, "== {label}\n{found}\n-- not\n{expected}");
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong}");
}

// ------------------------------------------------------------------------------------------------------------------
// Answers.

#[test]
fn each_hunk_is_answered_by_itself() {
    let base = "---\ntitle: A\nlang: en\n---\nOne cat. Two dogs.\n\nThree birds.\n";
    let mine = "---\ntitle: B\nlang: en\n---\nOne big cat. Two dogs.\n\nThree red birds.\n\nFour.\n";
    let theirs = "---\ntitle: C\nlang: en\n---\nOne old cat. Two dogs.\n\nThree blue birds.\n\nFive.\n";
    let pieces = merge(base, mine, theirs);
    let places: Vec<bool> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Piece::Conflict { place, .. } => Some(place.offers_both()),
            Piece::Agreed(_) => None,
        })
        .collect();
    assert_eq!(places, [false, true, true, true]);
    assert!(matches!(&pieces[1], Piece::Conflict { place: Place::Key(key), .. } if key == "title"));
    let answers = [Choice::Theirs, Choice::Both, Choice::Both, Choice::Both];
    assert_eq!(
        resolve(&pieces, &answers).as_deref(),
        Some(
            "---\ntitle: C\nlang: en\n---\nOne big cat. One old cat. Two dogs.\n\nThree red birds.\n\n\
             Three blue birds.\n\nFour.\n\nFive.\n"
        )
    );
    let edited = Choice::Edited("title: D\n".into());
    let answers = [edited, Choice::Mine, Choice::Theirs, Choice::Mine];
    assert_eq!(
        resolve(&pieces, &answers).as_deref(),
        Some("---\ntitle: D\nlang: en\n---\nOne big cat. Two dogs.\n\nThree blue birds.\n\nFour.\n")
    );
    // One answer too few, one too many, and both values for one key.
    assert_eq!(resolve(&pieces, &answers[..3]), None);
    assert_eq!(resolve(&pieces, &[answers.to_vec(), vec![Choice::Mine]].concat()), None);
    assert_eq!(resolve(&pieces, &vec![Choice::Both; 4]), None);
}

// ------------------------------------------------------------------------------------------------------------------
// The tools that people merge with.

/// Runs a tool that merges three files and says how many conflicts it wrote.
fn conflicts_of(tool: &str, arguments: &[&str], folder: &Path) -> usize {
    let output =
        Command::new(tool).args(arguments).args(["mine", "base", "theirs"]).current_dir(folder).output();
    let output = output.unwrap_or_else(|error| {
        panic!("`{tool}` could not be started ({error}); the comparison needs git and diffutils, which `cargo xtask test` installs")
    });
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.code().is_some_and(|code| code < 128), "{tool}: {output:?}");
    text.lines().filter(|line| line.starts_with("<<<<<<<")).count()
}

#[test]
fn at_most_half_the_conflicts_of_git_and_diff3() {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("merge-tools-{}", std::process::id()));
    std::fs::create_dir_all(&folder).expect("a folder for the tools");
    let (mut ours, mut git, mut diff3) = (0, 0, 0);
    let cases = if torture() { 5_000 } else { 300 };
    for seed in 0..cases {
        let mut dice = Dice(seed);
        let [base, mine, theirs] =
            three(dice.roll(1 << 30) as u64, [dice.roll(2), dice.roll(5), dice.roll(5)]);
        for (name, text) in [("base", &base), ("mine", &mine), ("theirs", &theirs)] {
            std::fs::write(folder.join(name), text).expect("a file for the tools");
        }
        ours += hunks(&merge(&base, &mine, &theirs)).len();
        git += conflicts_of("git", &["merge-file", "-p"], &folder);
        diff3 += conflicts_of("diff3", &["-m"], &folder);
    }
    std::fs::remove_dir_all(&folder).expect("the tools' folder removed");
    let kept = if git > 0 && diff3 > 0 && 2 * ours <= git.min(diff3) { "kept" } else { "broken" };
    println!("row 7 merge: {kept}, {cases} cases, {ours} conflicts, git merge-file {git}, diff3 {diff3}");
    assert!(git > 0 && diff3 > 0, "the tools found no conflict at all: git {git}, diff3 {diff3}");
    assert!(2 * ours <= git.min(diff3), "{ours} conflicts, git merge-file {git}, diff3 {diff3}");
}
