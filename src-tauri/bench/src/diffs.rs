//! The prose diff beside wdiff, git and diff-match-patch, on the same files: time, and size of the edit script in words.

use std::error::Error;
use std::fmt::Write as _;
use std::fs;
use std::hint::black_box;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Instant;

use copydesk_core::diff;
use copydesk_core::diff::Language;
use copydesk_desk::differences::{self, OnScreen, Side};
use copydesk_desk::wire::{VersionItem, VersionRef};

use crate::table::{Figure, Table};

/// The same numbers each time (Knuth's MMIX generator).
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap_or(0) % sides.max(1)
    }
}

/// What the articles are made of.
struct Stock {
    sentences: Vec<String>,
    words: Vec<String>,
    dice: Dice,
}

fn sample(folder: &Path, into: &mut Vec<String>) -> std::io::Result<()> {
    let mut paths: Vec<PathBuf> = fs::read_dir(folder)?.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    for path in paths {
        if path.is_dir() {
            sample(&path, into)?;
        } else if path.extension().is_some_and(|ending| ending == "md") {
            let text = fs::read_to_string(path)?;
            let (_, body) = copydesk_core::front::split(&text);
            let prose = body.split("\n\n").filter(|part| part.starts_with(char::is_alphabetic));
            into.extend(prose.flat_map(|part| part.split_inclusive(". ")).map(|part| part.trim().to_owned()));
        }
    }
    Ok(())
}

impl Stock {
    fn read() -> std::io::Result<Self> {
        let mut sentences = Vec::new();
        sample(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../../articles"), &mut sentences)?;
        let words = sentences.iter().flat_map(|part| part.split_whitespace()).map(str::to_owned).collect();
        Ok(Self { sentences, words, dice: Dice(3) })
    }

    /// Paragraphs of about so many words, of the sample articles' sentences.
    fn article(&mut self, words: usize, paragraph: usize) -> Vec<Vec<String>> {
        let mut text: Vec<Vec<String>> = vec![Vec::new()];
        let mut count = 0;
        while count < words {
            if text.last().is_some_and(|last| last.len() >= paragraph) {
                text.push(Vec::new());
            }
            let at = self.dice.roll(self.sentences.len());
            let sentence: Vec<String> = self.sentences[at].split_whitespace().map(str::to_owned).collect();
            count += sentence.len();
            if let Some(last) = text.last_mut() {
                last.extend(sentence);
            }
        }
        text
    }

    fn word(&mut self) -> String {
        let at = self.dice.roll(self.words.len());
        self.words[at].clone()
    }

    /// Words put in, taken out and replaced.
    fn edited(&mut self, text: &[Vec<String>], edits: usize) -> Vec<Vec<String>> {
        let mut text = text.to_vec();
        for _ in 0..edits {
            let paragraph = self.dice.roll(text.len());
            let at = self.dice.roll(text[paragraph].len());
            let word = self.word();
            match self.dice.roll(4) {
                0 => text[paragraph].insert(at, word),
                1 if text[paragraph].len() > 1 => drop(text[paragraph].remove(at)),
                _ => text[paragraph][at] = word,
            }
        }
        text
    }
}

fn whole(text: &[Vec<String>]) -> String {
    let mut all = text.iter().map(|words| words.join(" ")).collect::<Vec<_>>().join("\n\n");
    all.push('\n');
    all
}

fn timed(rounds: usize, mut job: impl FnMut()) -> Figure {
    let mut figure = Figure::default();
    for _ in 0..rounds {
        let start = Instant::now();
        job();
        figure.add_time(start.elapsed());
    }
    figure
}

fn side(text: &str) -> Side {
    let item = VersionItem {
        version: VersionRef::Draft,
        label: String::new(),
        author: String::new(),
        time: String::new(),
    };
    Side {
        item,
        text: text.to_owned(),
        seen: String::new(),
        on_screen: Some(OnScreen { body: 0, version: 0 }),
    }
}

/// Everything that the window needs of two versions.
fn shown(old: &str, new: &str, rounds: usize) -> Figure {
    let (old, new) = (side(old), side(new));
    timed(rounds, || drop(black_box(differences::view(black_box(&old), &new, Language::Unknown))))
}

/// Words between the marks of wdiff and of git.
fn marked_words(text: &str) -> usize {
    let mut words = 0;
    for (open, close) in [("[-", "-]"), ("{+", "+}")] {
        for part in text.split(open).skip(1) {
            let inner = part.split(close).next().unwrap_or_default();
            words += inner.split_whitespace().filter(|word| word.contains(char::is_alphanumeric)).count();
        }
    }
    words
}

/// `diff-match-patch` by characters and by words: two times in ms, and the words of its script.
const NODE: &str = r#"
const fs = require("fs"), Dmp = require("diff-match-patch");
const [old, now] = [process.argv[1], process.argv[2]].map((file) => fs.readFileSync(file, "utf8"));
const dmp = new Dmp();
dmp.Diff_Timeout = 0;
const time = (job) => {
  const runs = [];
  for (let run = 0; run < 5; run++) {
    const start = performance.now();
    job();
    runs.push(performance.now() - start);
  }
  return runs.sort((a, b) => a - b)[2];
};
const words = () => {
  const known = new Map();
  const code = (text) => text.split(/(?<=\s)/).map((word) => {
    if (!known.has(word)) known.set(word, known.size + 1);
    return String.fromCharCode(known.get(word));
  }).join("");
  const found = dmp.diff_main(code(old), code(now), false);
  return found.filter(([kind]) => kind !== 0).reduce((sum, [, text]) => sum + text.length, 0);
};
console.log([time(() => dmp.diff_main(old, now)), time(words), words()].join(" "));
"#;

/// Measures the diff in process, then its peers on the same files.
///
/// # Errors
/// The sample articles or the work folder could not be used.
pub fn measure(work: &Path, table: &mut Table) -> Result<(), Box<dyn Error>> {
    let mut stock = Stock::read()?;
    let article = stock.article(5000, 70);
    let (old, new) = (whole(&article), whole(&stock.edited(&article, 200)));
    let alone = timed(101, || {
        black_box(diff::script(black_box(&old), &new));
    });
    table.state("diff alone, 5,000 words, 200 edits", "ms", alone.median(), Some(1.0));
    let all = shown(&old, &new, 101);
    table.state("diff, classes and view, 5,000 words, 200 edits", "ms", all.median(), Some(4.0));
    let article = stock.article(5000, 500);
    let figure = shown(&whole(&article), &whole(&stock.edited(&article, 200)), 101);
    table.state("the same, paragraphs of 500 words on one line", "ms", figure.median(), Some(4.0));
    let figure = shown(&old, &other_words(&mut stock), 31);
    table.state("the same, every word another", "ms", figure.median(), Some(20.0));
    let article = stock.article(100_000, 70);
    let figure = shown(&whole(&article), &whole(&stock.edited(&article, 4000)), 9);
    table.state("diff, classes and view, 100,000 words, 4,000 edits", "ms", figure.median(), Some(150.0));
    let (before, after) = (work.join("diff-old.md"), work.join("diff-new.md"));
    fs::write(&before, &old)?;
    fs::write(&after, &new)?;
    let found = diff::script(&old, &new);
    let smallest = peers(&before, &after, &all, table);
    let target = smallest.map(|least| 1.05 * as_figure(least));
    table.state("edit script", "words", as_figure(found.deleted + found.inserted), target);
    Ok(())
}

fn other_words(stock: &mut Stock) -> String {
    let mut text = String::new();
    for word in 0..5000 {
        let end = if word % 70 == 69 { "\n\n" } else { " " };
        let _ = write!(text, "{}{end}", stock.word());
    }
    text
}

/// Times of the peers, and the words of the smallest of their edit scripts.
fn peers(before: &Path, after: &Path, all: &Figure, table: &mut Table) -> Option<usize> {
    const JOB: &str = "diff, classes and view, 5,000 words, 200 edits";
    let mut sizes = Vec::new();
    let programs: [(&str, &str, &[&str]); 2] = [
        ("wdiff", "wdiff", &[]),
        ("git diff --word-diff", "git", &["diff", "--no-index", "--word-diff", "--unified=0"]),
    ];
    for (name, program, args) in programs {
        let (mut figure, mut said) = (Figure::default(), Vec::new());
        for _ in 0..31 {
            let start = Instant::now();
            let Ok(output) = Command::new(program).args(args).args([before, after]).output() else { break };
            figure.add_time(start.elapsed());
            said = output.stdout;
        }
        if said.is_empty() {
            table.missing(&format!("diff beside {name}"), "no such program");
            continue;
        }
        table.compare(&format!("{JOB}, beside a whole process"), "ms", all, name, &figure, 1.0);
        sizes.push((name, marked_words(&String::from_utf8_lossy(&said))));
    }
    let output = Command::new("node").args(["-e", NODE]).args([before, after]).output();
    let said = output.map(|output| String::from_utf8_lossy(&output.stdout).into_owned()).unwrap_or_default();
    let mut numbers = said.split_whitespace();
    let mut time = || numbers.next().and_then(|part| part.parse::<f64>().ok());
    if let (Some(by_characters), Some(by_words)) = (time(), time()) {
        for (name, ms) in [("diff-match-patch", by_characters), ("diff-match-patch by words", by_words)] {
            let mut figure = Figure::default();
            figure.add(ms);
            table.compare(JOB, "ms", all, name, &figure, 1.0);
        }
        sizes
            .extend(numbers.next().and_then(|part| part.parse().ok()).map(|size| ("diff-match-patch", size)));
    } else {
        table.missing("diff beside diff-match-patch", "node does not find the module (NODE_PATH)");
    }
    for (name, size) in &sizes {
        table.state(&format!("edit script of {name}, by words"), "words", as_figure(*size), None);
    }
    sizes.into_iter().map(|(_, size)| size).min()
}

#[allow(clippy::cast_precision_loss, reason = "a count of words")]
fn as_figure(count: usize) -> f64 {
    count as f64
}
