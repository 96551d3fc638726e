//! Changes and rows from a plan: what became of each block, and what was edited within it.

mod moved;

use std::collections::HashMap;
use std::ops::Range;

use super::align::Scratch;
use super::block::Side;
use super::class::Classifier;
use super::plan::Plan;
use super::script::{Compared, Edit, Step, Stuff, compare};
use super::sentence::Loose;
use super::token::{Sort, Token};
use super::{Change, Class, Diff, Fate, Kind, Mark, Piece, Row, Script};

pub(super) fn build(old: &Side<'_>, new: &Side<'_>, plan: &Plan, classifier: &Classifier<'_>) -> Diff {
    let mut builder = Builder {
        old,
        new,
        classifier,
        to: plan.moves.iter().copied().collect(),
        from: plan.moves.iter().map(|&(old, new)| (new, old)).collect(),
        moved: HashMap::new(),
        scratch: Scratch::default(),
        script: Script::default(),
        changes: Vec::new(),
        loose: [Vec::new(), Vec::new()],
        rows: Vec::new(),
        at: (0, 0),
        adjacent: false,
    };
    let fields = plan.pairs.iter().filter(|pair| pair.0.start < old.body);
    let body = plan.pairs.iter().filter(|pair| pair.0.start >= old.body);
    for pair in fields {
        builder.pair(pair.0.clone(), pair.1.clone());
    }
    builder.between(old.body, new.body);
    builder.adjacent = false;
    for pair in body {
        builder.pair(pair.0.clone(), pair.1.clone());
    }
    builder.between(old.blocks.len(), new.blocks.len());
    builder.finish()
}

/// The size of the edit script alone.
pub(super) fn script(old: &Side<'_>, new: &Side<'_>, plan: &Plan) -> Script {
    let (mut script, mut scratch) = (Script::default(), Scratch::default());
    let mut found = (vec![false; old.blocks.len()], vec![false; new.blocks.len()]);
    let moves = plan.moves.iter().map(|&(old, new)| (old..old + 1, new..new + 1));
    for (olds, news) in plan.pairs.iter().cloned().chain(moves) {
        found.0[olds.clone()].fill(true);
        found.1[news.clone()].fill(true);
        if olds.len() > 1 || news.len() > 1 || old.str(olds.start) != new.str(news.start) {
            compare((old, olds), (new, news), &mut scratch, &mut script);
        }
    }
    let alone = |side: &Side<'_>, found: &[bool]| -> usize {
        let blocks = (0..found.len()).filter(|&block| !found[block]);
        blocks.map(|block| words(side.tokens_of(block))).sum()
    };
    script.deleted += alone(old, &found.0);
    script.inserted += alone(new, &found.1);
    script
}

fn words(tokens: &[Token]) -> usize {
    tokens.iter().filter(|token| token.sort == Sort::Word).count()
}

struct Builder<'a> {
    old: &'a Side<'a>,
    new: &'a Side<'a>,
    classifier: &'a Classifier<'a>,
    /// Of moved blocks.
    to: HashMap<usize, usize>,
    from: HashMap<usize, usize>,
    /// The comparison of a moved block, by its old number, and the number of its change.
    moved: HashMap<usize, (Vec<Part>, usize)>,
    scratch: Scratch,
    script: Script,
    changes: Vec<Change>,
    /// Whole sentences that were taken out of paragraphs, and those that were put into them.
    loose: [Vec<Loose>; 2],
    rows: Vec<Row>,
    /// Blocks that are done.
    at: (usize, usize),
    /// The last blocks stand in place on both sides.
    adjacent: bool,
}

/// A stretch of a row.
#[derive(Clone)]
enum Part {
    Same(Range<usize>, Range<usize>),
    Edit { old: Range<usize>, new: Range<usize>, change: usize, stuff: Stuff },
    Break,
}

impl Builder<'_> {
    fn field(side: &Side<'_>, block: usize) -> Option<String> {
        side.blocks[block].field.map(str::to_owned)
    }

    /// What a reader is shown of a block; the key of a field without a value.
    fn shown(side: &Side<'_>, block: usize) -> Range<usize> {
        let block = &side.blocks[block];
        if block.shown < block.range.end { block.shown..block.range.end } else { block.range.clone() }
    }

    fn place(side: &Side<'_>, block: usize) -> Range<usize> {
        let at = if block < side.blocks.len() { side.blocks[block].range.start } else { side.text.len() };
        at..at
    }

    fn change(&mut self, change: Change) -> usize {
        self.changes.push(change);
        self.changes.len() - 1
    }

    /// Blocks that stand on one side only, up to these.
    fn between(&mut self, old: usize, new: usize) {
        if self.at != (old, new) {
            self.adjacent = false;
        }
        for block in self.at.0..old {
            self.at.0 = block + 1;
            if self.to.contains_key(&block) {
                self.moved_from(block);
            } else {
                self.alone(block, true);
            }
        }
        for block in self.at.1..new {
            self.at.1 = block + 1;
            if let Some(&from) = self.from.get(&block) {
                self.moved_to(from, block);
            } else {
                self.alone(block, false);
            }
        }
    }

    fn alone(&mut self, block: usize, gone: bool) {
        let side = if gone { self.old } else { self.new };
        let range = Self::shown(side, block);
        let field = Self::field(side, block);
        let tokens = side.blocks[block].tokens.clone();
        let edit = Edit {
            old: 0..0,
            new: 0..0,
            old_tokens: if gone { 0..tokens.len() } else { 0..0 },
            new_tokens: if gone { 0..0 } else { 0..tokens.len() },
            stuff: Stuff::Words,
        };
        let words = words(side.tokens_of(block));
        let none = std::borrow::Cow::Borrowed([].as_slice());
        let all = std::borrow::Cow::Borrowed(side.tokens_of(block));
        let (mark, fate, kind, old, new, compared) = if gone {
            self.script.deleted += words;
            let compared = Compared { old: all, new: none, steps: Vec::new() };
            (
                Mark::Delete,
                Fate::Delete,
                Kind::Delete,
                range.clone(),
                Self::place(self.new, self.at.1),
                compared,
            )
        } else {
            self.script.inserted += words;
            let compared = Compared { old: none, new: all, steps: Vec::new() };
            (
                Mark::Insert,
                Fate::Insert,
                Kind::Insert,
                Self::place(self.old, self.at.0),
                range.clone(),
                compared,
            )
        };
        let class = self.classifier.class(&compared, &edit, field.is_some());
        let change = self.change(Change { class, kind, field: field.clone(), old, new });
        let pieces = vec![Piece { range, mark, change: Some(change) }];
        let (old, new) = if gone { (Some(pieces.clone()), None) } else { (None, Some(pieces.clone())) };
        self.rows.push(Row { field, fate, change: None, old, new, inline: pieces });
    }

    /// The parts of a moved block and the number of its change, made where it is met first.
    fn moved(&mut self, old: usize, new: usize) -> (Vec<Part>, usize) {
        if let Some(found) = self.moved.remove(&old) {
            return found;
        }
        let field = Self::field(self.new, new);
        let class = if field.is_some() { Class::Typography } else { Class::Words };
        let (from, to) = (Self::shown(self.old, old), Self::shown(self.new, new));
        let number = self.change(Change { class, kind: Kind::Move, field, old: from, new: to });
        let parts = self.parts(old..old + 1, new..new + 1);
        self.moved.insert(old, (parts.clone(), number));
        (parts, number)
    }

    fn moved_from(&mut self, block: usize) {
        let (parts, change) = self.moved(block, self.to[&block]);
        let pieces = self.columns(&parts, (block, self.to[&block])).0;
        let field = Self::field(self.old, block);
        let inline = pieces.clone();
        self.rows.push(Row {
            field,
            fate: Fate::MovedFrom,
            change: Some(change),
            old: Some(pieces),
            new: None,
            inline,
        });
    }

    fn moved_to(&mut self, from: usize, block: usize) {
        let (parts, change) = self.moved(from, block);
        let (_, pieces, inline) = self.columns(&parts, (from, block));
        let field = Self::field(self.new, block);
        self.rows.push(Row {
            field,
            fate: Fate::MovedTo,
            change: Some(change),
            old: None,
            new: Some(pieces),
            inline,
        });
    }

    fn pair(&mut self, olds: Range<usize>, news: Range<usize>) {
        self.between(olds.start, news.start);
        let mut blanks = None;
        if self.adjacent {
            let (old, new) = (self.old.gap(olds.start), self.new.gap(news.start));
            if self.old.text[old.clone()] != self.new.text[new.clone()] {
                blanks = Some(self.change(Change {
                    class: Class::Typography,
                    kind: Kind::Format,
                    field: None,
                    old,
                    new,
                }));
            }
        }
        self.at = (olds.end, news.end);
        self.adjacent = true;
        let field = Self::field(self.new, news.start);
        let before = self.changes.len();
        let (fate, own) = if news.len() > 1 {
            (Fate::Split, Some(Kind::Split))
        } else if olds.len() > 1 {
            (Fate::Join, Some(Kind::Join))
        } else {
            (Fate::Kept, None)
        };
        let (from, to) = (
            self.old.blocks[olds.start].shown..self.old.blocks[olds.end - 1].range.end,
            self.new.blocks[news.start].shown..self.new.blocks[news.end - 1].range.end,
        );
        let whole =
            |class, kind| Change { class, kind, field: field.clone(), old: from.clone(), new: to.clone() };
        let mut change = own.map(|kind| self.change(whole(Class::Typography, kind)));
        let parts = self.parts(olds.clone(), news.clone());
        let hidden = parts.iter().find_map(|part| match part {
            Part::Edit { old, new, change, .. } if old.end <= from.start && new.end <= to.start => {
                Some(*change)
            }
            _ => None,
        });
        if self.changes.len() == before && self.old.text[from.clone()] != self.new.text[to.clone()] {
            change = Some(self.change(whole(Class::Typography, Kind::Format)));
        }
        let change = change.or(hidden).or(blanks);
        for (index, part) in parts.split(|part| matches!(part, Part::Break)).enumerate() {
            let (old, new, inline) = self.columns(part, (olds.start, news.start));
            let change = change.filter(|_| index == 0 || own.is_some());
            self.rows.push(Row {
                field: field.clone(),
                fate,
                change,
                old: Some(old),
                new: Some(new),
                inline,
            });
        }
    }

    /// Compares blocks and enters their changes.
    fn parts(&mut self, olds: Range<usize>, news: Range<usize>) -> Vec<Part> {
        let (old, new) = (self.old, self.new);
        let single = olds.len() == 1 && news.len() == 1;
        if single && old.str(olds.start) == new.str(news.start) {
            let (from, to) = (old.blocks[olds.start].range.clone(), new.blocks[news.start].range.clone());
            return vec![Part::Same(from, to)];
        }
        let field = Self::field(new, news.start);
        let furniture = field.is_some() || self.is_title(news.start);
        let compared = compare((old, olds), (new, news), &mut self.scratch, &mut self.script);
        self.entered(&compared, field.as_ref(), furniture)
    }

    /// Enters the changes of a comparison.
    fn entered(&mut self, compared: &Compared<'_>, field: Option<&String>, furniture: bool) -> Vec<Part> {
        let mut parts = Vec::with_capacity(compared.steps.len());
        for step in &compared.steps {
            parts.push(match step {
                Step::Same { old, new } => Part::Same(old.clone(), new.clone()),
                Step::Break => Part::Break,
                Step::Edit(edit) => {
                    let class = self.classifier.class(compared, edit, furniture);
                    let kind = match (edit.stuff, edit.old.is_empty(), edit.new.is_empty()) {
                        (Stuff::Marks, _, _) => Kind::Format,
                        (_, true, _) => Kind::Insert,
                        (_, _, true) => Kind::Delete,
                        _ => Kind::Replace,
                    };
                    let (old, new) = (edit.old.clone(), edit.new.clone());
                    let field = field.cloned();
                    let change =
                        self.change(Change { class, kind, field, old: old.clone(), new: new.clone() });
                    if !furniture && edit.stuff == Stuff::Words {
                        self.note_sentence(compared, edit, kind, change);
                    }
                    Part::Edit { old, new, change, stuff: edit.stuff }
                }
            });
        }
        parts
    }

    fn renumber(&mut self, number: &[usize]) {
        for row in &mut self.rows {
            let columns = row.old.iter_mut().chain(row.new.iter_mut()).chain([&mut row.inline]);
            for piece in columns.flatten() {
                piece.change = piece.change.map(|at| number[at]);
            }
            row.change = row.change.map(|at| number[at]);
        }
    }

    /// The heading that serves as title.
    fn is_title(&self, block: usize) -> bool {
        block == self.new.body
            && self.new.str(block).starts_with("# ")
            && !self.new.blocks[..block].iter().any(|field| field.field == Some("title"))
    }

    /// The runs of the two columns and of the view in the text.
    fn columns(&self, parts: &[Part], (old, new): (usize, usize)) -> (Vec<Piece>, Vec<Piece>, Vec<Piece>) {
        let (from, to) = (self.old.blocks[old].shown, self.new.blocks[new].shown);
        let (mut olds, mut news, mut inline) = (Vec::new(), Vec::new(), Vec::new());
        let add = |column: &mut Vec<Piece>, range: &Range<usize>, first: usize, mark, change| {
            let range = range.start.max(first)..range.end;
            if range.start < range.end {
                column.push(Piece { range, mark, change });
            }
        };
        for part in parts {
            match part {
                Part::Same(old, new) => {
                    add(&mut olds, old, from, Mark::Same, None);
                    add(&mut news, new, to, Mark::Same, None);
                    add(&mut inline, new, to, Mark::Same, None);
                }
                Part::Edit { old, new, change, stuff } => {
                    let change = Some(*change);
                    // An address shows as one for another; other marks as words with other marks.
                    let marks = *stuff == Stuff::Marks && !old.is_empty() && !new.is_empty();
                    let (gone, come) =
                        if marks { (Mark::Format, Mark::Format) } else { (Mark::Delete, Mark::Insert) };
                    add(&mut olds, old, from, gone, change);
                    add(&mut news, new, to, come, change);
                    if !marks {
                        add(&mut inline, old, from, gone, change);
                    }
                    add(&mut inline, new, to, come, change);
                }
                Part::Break => {}
            }
        }
        (olds, news, inline)
    }

    fn finish(mut self) -> Diff {
        self.moved_sentences();
        if self.changes.is_empty() && self.old.text != self.new.text {
            let (old, new) = differing(self.old.text, self.new.text);
            self.change(Change { class: Class::Typography, kind: Kind::Format, field: None, old, new });
        }
        let mut order: Vec<usize> = (0..self.changes.len()).collect();
        let key = |at: &usize| {
            let change = &self.changes[*at];
            (change.class, change.new.start, change.old.start, *at)
        };
        order.sort_by_key(key);
        let mut number = vec![0; order.len()];
        for (place, &at) in order.iter().enumerate() {
            number[at] = place;
        }
        self.renumber(&number);
        let mut changes: Vec<Option<Change>> = self.changes.into_iter().map(Some).collect();
        let changes = order.iter().filter_map(|&at| changes[at].take()).collect();
        Diff { changes, rows: self.rows, script: self.script }
    }
}

/// Where two texts differ: without their equal beginning and end.
fn differing(old: &str, new: &str) -> (Range<usize>, Range<usize>) {
    let mut start = old.bytes().zip(new.bytes()).take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(start) || !new.is_char_boundary(start) {
        start -= 1;
    }
    let mut end =
        old[start..].bytes().rev().zip(new[start..].bytes().rev()).take_while(|(a, b)| a == b).count();
    while !old.is_char_boundary(old.len() - end) || !new.is_char_boundary(new.len() - end) {
        end -= 1;
    }
    (start..old.len() - end, start..new.len() - end)
}
