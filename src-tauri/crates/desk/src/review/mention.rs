//! Who is named with an @: by the whole name, or by its first word.

use copydesk_core::ruler::Ruler;

use crate::wire::Passage;

/// Everybody who can be named.
pub struct People<'a> {
    /// What a person can be called, small letters, and the person; longer ones first.
    calls: Vec<(Vec<char>, &'a str)>,
}

impl<'a> People<'a> {
    /// The people that are known here.
    pub fn of(names: impl IntoIterator<Item = &'a str>) -> Self {
        let mut calls = Vec::new();
        for name in names.into_iter().map(str::trim).filter(|name| !name.is_empty()) {
            let first = name.split_whitespace().next().unwrap_or(name);
            let mut call = |called: &str| calls.push((small(called), name));
            call(name);
            if first != name {
                call(first);
            }
        }
        calls.sort_by_key(|(called, _)| std::cmp::Reverse(called.len()));
        Self { calls }
    }

    /// What stands after an @, in bytes, and who it is: several where a first name is shared. The longest name wins.
    fn at(&self, text: &str, at: usize) -> Option<(usize, Vec<&'a str>)> {
        let before = text[..at].chars().next_back();
        if before.is_some_and(char::is_alphanumeric) {
            return None;
        }
        let rest = &text[at + 1..];
        let fits = |called: &[char]| {
            let mut wanted = called.iter();
            let mut end = 0;
            for (place, letter) in rest.char_indices() {
                if wanted.len() == 0 {
                    return (!letter.is_alphanumeric()).then_some(end);
                }
                if !letter.to_lowercase().all(|letter| wanted.next() == Some(&letter)) {
                    return None;
                }
                end = place + letter.len_utf8();
            }
            (wanted.len() == 0).then_some(end)
        };
        let (end, length) = self.calls.iter().find_map(|(called, _)| Some((fits(called)?, called.len())))?;
        let alike = self.calls.iter().filter(|(called, _)| called.len() == length && fits(called).is_some());
        Some((at + 1 + end, alike.map(|(_, person)| *person).collect()))
    }

    /// Where words name somebody, with the @.
    #[must_use]
    pub fn named_in(&self, text: &str) -> Vec<Passage> {
        let ruler = Ruler::new(text);
        let unit = |byte: usize| ruler.to_units(byte).and_then(|unit| u32::try_from(unit).ok());
        text.match_indices('@')
            .filter_map(|(at, _)| Some(Passage { start: unit(at)?, end: unit(self.at(text, at)?.0)? }))
            .collect()
    }

    /// Whether words name a person.
    #[must_use]
    pub fn mentions(&self, text: &str, person: &str) -> bool {
        let is_one =
            |(at, _): (usize, &str)| self.at(text, at).is_some_and(|(_, who)| who.contains(&person.trim()));
        text.match_indices('@').any(is_one)
    }
}

fn small(name: &str) -> Vec<char> {
    name.chars().flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_named_with_an_at_and_the_longest_name_wins() {
        let people = People::of(["Élise Faure", "Élise Martin", "Noé", ""]);
        for (text, faure, martin) in [
            ("@Élise Faure, vu ?", true, false),
            ("vu, @ÉLISE MARTIN ?", false, true),
            ("(@élise)", true, true),
            ("@Élise Martineau ?", true, true),
            ("@Élisabeth", false, false),
            ("elise@exemple.fr @", false, false),
            ("a@élise", false, false),
            ("Élise", false, false),
            ("@Noé et @Élise Martin", false, true),
        ] {
            assert_eq!(people.mentions(text, "Élise Faure"), faure, "{text}");
            assert_eq!(people.mentions(text, "Élise Martin"), martin, "{text}");
        }
        assert!(!people.mentions("@", ""));
    }

    #[test]
    fn places_are_units_of_the_words() {
        let people = People::of(["Élise Faure", "Noé"]);
        let places = people.named_in("𝄞 @noé, @Élise et @Élise Faure");
        let places: Vec<(u32, u32)> = places.iter().map(|place| (place.start, place.end)).collect();
        assert_eq!(places, [(3, 7), (9, 15), (19, 31)]);
    }
}
