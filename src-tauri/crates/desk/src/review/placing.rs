//! Where things are in the text on the screen: mapped through what is typed in the program, found again by their
//! anchors after what changed outside it.

use std::collections::HashMap;
use std::ops::Range;

use copydesk_core::changes::ChangeSet;
use copydesk_core::review::{Anchor, Finder, Found};
use copydesk_core::ruler::Ruler;
use serde::{Deserialize, Serialize};

use crate::session::DESK;
use crate::wire::{Passage, Standing};

/// Something that has a place.
pub struct Wanted {
    /// Its name.
    pub id: String,
    /// Where it was made, and the words that are to stand there.
    pub anchor: Anchor,
}

/// Where something is, UTF-16 units.
#[derive(Clone, Debug, PartialEq)]
struct Spot {
    /// What it was placed from: another anchor is placed anew.
    made: Anchor,
    /// `None` where it has no place.
    range: Option<Range<u32>>,
    /// With what was put in at its borders since.
    outer: Option<Range<u32>>,
    standing: Standing,
}

/// The places of one open article.
#[derive(Debug, Default)]
pub struct Placing {
    version: u32,
    body: String,
    spots: HashMap<String, Spot>,
    /// Anchors made on the last text that this program saw, from an earlier sitting.
    remembered: Places,
}

/// Places from one sitting to the next: fresh anchors, by name, with the anchor of the record that each stands for.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Places {
    places: HashMap<String, (Anchor, Anchor)>,
}

impl Placing {
    /// The places on a body that was just opened.
    #[must_use]
    pub fn new(version: u32, body: String, remembered: Places) -> Self {
        Self { version, body, spots: HashMap::new(), remembered }
    }

    /// The version of the body that places are counted in.
    #[must_use]
    pub fn version(&self) -> u32 {
        self.version
    }

    /// Follows the text. `updates` lead from [`Placing::version`] to `version`; `None` where they are forgotten.
    pub fn follow(&mut self, version: u32, body: &str, updates: Option<Vec<(String, ChangeSet)>>) {
        match updates {
            Some(updates) => updates.iter().for_each(|(client, changes)| self.take(client, changes)),
            None => self.find_again(body),
        }
        self.version = version;
        if self.body != body {
            body.clone_into(&mut self.body);
        }
    }

    fn take(&mut self, client: &str, changes: &ChangeSet) {
        let Ok(after) = changes.apply(&self.body) else { return };
        if client == DESK {
            // From outside, or from history: what moved where is a guess that quotes make better than positions.
            self.find_again(&after);
            return;
        }
        let map = |range: &Range<u32>, start: i32, end: i32| {
            let end = units(changes.map_pos(range.end as usize, end));
            units(changes.map_pos(range.start as usize, start)).min(end)..end
        };
        for spot in self.spots.values_mut() {
            // A place between two characters stays before what is put in there; a passage does not grow.
            spot.range = spot.range.as_ref().map(|range| match range.is_empty() {
                true => map(range, -1, -1),
                false => map(range, 1, -1),
            });
            spot.outer = spot.outer.as_ref().map(|range| map(range, -1, 1));
        }
        self.body = after;
    }

    /// The text changed under the places: each is looked for by a fresh anchor.
    fn find_again(&mut self, after: &str) {
        if self.spots.is_empty() || self.body == after {
            after.clone_into(&mut self.body);
            return;
        }
        let fresh = self.fresh();
        self.remembered = fresh;
        self.spots.clear();
        after.clone_into(&mut self.body);
    }

    /// Gives everything that is wanted a place on the present body, and forgets what is not wanted any more.
    pub fn settle(&mut self, wanted: &[Wanted]) {
        let body = std::mem::take(&mut self.body);
        let mut looking = Looking { body: &body, ruler: Ruler::new(&body), finder: None };
        let mut spots = HashMap::with_capacity(wanted.len());
        for Wanted { id, anchor } in wanted {
            let known = self.spots.remove(id);
            let remembered = self.remembered.places.get(id).filter(|(made, _)| made == anchor);
            let spot = match known {
                Some(mut spot) if spot.made == *anchor => {
                    looking.check(&mut spot);
                    spot
                }
                // Just accepted: the new words stand where the old ones were.
                Some(spot) if anchor.hash.is_empty() && looking.says(spot.outer.as_ref(), &anchor.quote) => {
                    let range = spot.outer;
                    Spot { made: anchor.clone(), outer: range.clone(), range, standing: Standing::Placed }
                }
                _ => looking.find(anchor, remembered.map(|(_, now)| now)),
            };
            spots.insert(id.clone(), spot);
        }
        self.spots = spots;
        self.body = body;
    }

    /// Where something is, and how it stands there.
    #[must_use]
    pub fn place(&self, id: &str) -> (Option<Passage>, Standing) {
        match self.spots.get(id) {
            Some(Spot { range: Some(range), standing, .. }) if *standing != Standing::Orphaned => {
                (Some(Passage { start: range.start, end: range.end }), *standing)
            }
            _ => (None, Standing::Orphaned),
        }
    }

    /// What to remember for the next sitting.
    #[must_use]
    pub fn fresh(&self) -> Places {
        let ruler = Ruler::new(&self.body);
        let mut finder = None;
        let places = self.spots.iter().filter_map(|(id, spot)| {
            let now = match &spot.range {
                Some(range) if !range.is_empty() || spot.made.quote.is_empty() => {
                    let start = ruler.to_byte(range.start as usize)?;
                    let end = ruler.to_byte(range.end as usize)?;
                    finder.get_or_insert_with(|| Finder::new(&self.body)).anchor(start..end)
                }
                // It is nowhere: where it was last seen says more.
                _ => self.remembered.places.get(id).map(|(_, now)| now.clone())?,
            };
            Some((id.clone(), (spot.made.clone(), now)))
        });
        Places { places: places.collect() }
    }
}

fn units(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}

/// Looks for places in one body.
struct Looking<'a> {
    body: &'a str,
    ruler: Ruler<'a>,
    finder: Option<Finder<'a>>,
}

impl<'a> Looking<'a> {
    fn finder(&mut self) -> &Finder<'a> {
        self.finder.get_or_insert_with(|| Finder::new(self.body))
    }

    fn text(&self, range: &Range<u32>) -> Option<&'a str> {
        let start = self.ruler.to_byte(range.start as usize)?;
        self.body.get(start..self.ruler.to_byte(range.end as usize)?)
    }

    fn says(&self, range: Option<&Range<u32>>, words: &str) -> bool {
        range.and_then(|range| self.text(range)) == Some(words)
    }

    /// How a mapped spot stands now.
    fn check(&mut self, spot: &mut Spot) {
        let Some(range) = &spot.range else {
            // It had no place: it may have come back.
            *spot = self.find(&spot.made.clone(), None);
            return;
        };
        let now = self.text(range);
        if now == Some(&spot.made.quote) {
            spot.standing = Standing::Placed;
        } else if now.is_none_or(str::is_empty) && !spot.made.quote.is_empty() {
            // All of it was taken out; it may have been cut to stand elsewhere.
            let outer = spot.outer.clone();
            *spot = match self.find(&spot.made.clone(), None) {
                found @ Spot { standing: Standing::Placed, .. } => found,
                _ => Spot { made: spot.made.clone(), range: None, outer, standing: Standing::Orphaned },
            };
        } else {
            spot.standing = Standing::Changed;
        }
    }

    fn find(&mut self, made: &Anchor, remembered: Option<&Anchor>) -> Spot {
        let found = match remembered.map(|now| self.finder().find(now)) {
            Some(found @ (Found::At(_) | Found::Changed(_))) => found,
            _ => self.finder().find(made),
        };
        let to_units = |range: Range<usize>| {
            Some(units(self.ruler.to_units(range.start)?)..units(self.ruler.to_units(range.end)?))
        };
        let (range, standing) = match found {
            Found::At(range) if self.body[range.clone()] == made.quote => (to_units(range), Standing::Placed),
            Found::At(range) => (to_units(range), Standing::Changed),
            Found::Changed(range) => (to_units(range), Standing::Changed),
            Found::Orphaned => (None, Standing::Orphaned),
        };
        Spot { made: made.clone(), outer: range.clone(), range, standing }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str = "Le câble relie Brest à Boston.\n\nIl a coûté 40 millions d’euros, dit Élise Faure.\n";

    fn wanted(body: &str, quote: &str) -> Anchor {
        let at = body.find(quote).unwrap();
        Anchor::of(body, at..at + quote.len())
    }

    fn placed(body: &str, anchor: &Anchor) -> Placing {
        let mut placing = Placing::new(0, body.to_owned(), Places::default());
        placing.settle(&[Wanted { id: "x".into(), anchor: anchor.clone() }]);
        placing
    }

    fn follow(placing: &mut Placing, anchor: &Anchor, client: &str, edits: &[(&str, &str)]) -> String {
        let mut body = placing.body.clone();
        let mut updates = Vec::new();
        for (old, new) in edits {
            let after = body.replacen(old, new, 1);
            updates.push((client.to_owned(), ChangeSet::between(&body, &after)));
            body = after;
        }
        let version = placing.version() + u32::try_from(edits.len()).unwrap();
        placing.follow(version, &body, Some(updates));
        placing.settle(&[Wanted { id: "x".into(), anchor: anchor.clone() }]);
        let (passage, standing) = placing.place("x");
        let words = passage.map(|passage| {
            let ruler = Ruler::new(&body);
            let byte = |unit: u32| ruler.to_byte(unit as usize).unwrap();
            body[byte(passage.start)..byte(passage.end)].to_owned()
        });
        format!("{standing:?} {}", words.unwrap_or_default())
    }

    #[test]
    fn what_is_typed_maps_a_place() {
        let anchor = wanted(BODY, "40 millions");
        let mut placing = placed(BODY, &anchor);
        assert_eq!(follow(&mut placing, &anchor, "me", &[("Le ", "Long, le ")]), "Placed 40 millions");
        assert_eq!(follow(&mut placing, &anchor, "me", &[("40 mil", "45 mil")]), "Changed 45 millions");
        assert_eq!(follow(&mut placing, &anchor, "me", &[("45 millions", "")]), "Orphaned ");
        assert_eq!(
            follow(&mut placing, &anchor, "me", &[("coûté ", "coûté 40 millions")]),
            "Placed 40 millions"
        );
    }

    #[test]
    fn what_changes_outside_is_found_again() {
        let anchor = wanted(BODY, "Élise Faure");
        let mut placing = placed(BODY, &anchor);
        let edits = [("Le câble relie Brest à Boston.\n\n", ""), ("40", "45")];
        assert_eq!(follow(&mut placing, &anchor, DESK, &edits), "Placed Élise Faure");
    }

    #[test]
    fn a_cut_passage_is_found_where_it_is_pasted() {
        let anchor = wanted(BODY, "Il a coûté 40 millions d’euros");
        let mut placing = placed(BODY, &anchor);
        let edits = [
            ("Il a coûté 40 millions d’euros", ""),
            ("Le câble", "Il a coûté 40 millions d’euros. Le câble"),
        ];
        assert_eq!(follow(&mut placing, &anchor, "me", &edits), "Placed Il a coûté 40 millions d’euros");
    }

    #[test]
    fn an_accepted_change_stands_where_it_was_made() {
        for (quote, new) in [("Boston", "Cork"), ("Boston", "")] {
            let anchor = wanted(BODY, quote);
            let mut placing = placed(BODY, &anchor);
            let mut after = anchor.clone();
            new.clone_into(&mut after.quote);
            after.hash.clear();
            assert_eq!(follow(&mut placing, &after, "me", &[(quote, new)]), format!("Placed {new}"));
        }
        let at = BODY.find(" à Boston").unwrap();
        let anchor = Anchor::of(BODY, at..at);
        let mut placing = placed(BODY, &anchor);
        let after = Anchor { quote: " et Roscoff".into(), hash: String::new(), ..anchor };
        assert_eq!(
            follow(&mut placing, &after, "me", &[(" à Boston", " et Roscoff à Boston")]),
            "Placed  et Roscoff"
        );
    }

    #[test]
    fn a_place_outlives_the_sitting() {
        // Twins: only what was seen last tells them apart.
        let body = "Un mot.\n\nUn mot.\n";
        let anchor = Anchor::of(body, 12..15);
        let mut placing = placed(body, &anchor);
        assert_eq!(
            follow(&mut placing, &anchor, "me", &[("Un mot.\n\n", "Deux mots bien à part.\n\n")]),
            "Placed mot"
        );
        let now = placing.body.clone();
        let mut next = Placing::new(0, now.clone(), placing.fresh());
        next.settle(&[Wanted { id: "x".into(), anchor: anchor.clone() }]);
        assert_eq!(next.place("x").1, Standing::Placed);
        let mut without = Placing::new(0, now, Places::default());
        without.settle(&[Wanted { id: "x".into(), anchor }]);
        assert_eq!(without.place("x").1, Standing::Orphaned);
    }
}
