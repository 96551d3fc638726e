//! How alike two texts are. A file that is only similar to one that is gone may be the same article, renamed and
//! edited: that is offered to a person, never assumed.

use std::collections::HashMap;

/// From this part of the words on, two texts are alike, in percent.
pub const ALIKE: usize = 60;
/// Longer texts are not compared: the work grows with the square of what differs.
const MANY: usize = 20_000;

/// The one text that is alike enough to a text that is gone; `None` where there is none, or more than one.
#[must_use]
pub fn candidate<'a, N>(gone: &str, texts: impl IntoIterator<Item = (N, &'a str)>) -> Option<N> {
    let mut alike = texts.into_iter().filter(|(_, text)| is_alike(gone, text)).map(|(name, _)| name);
    let first = alike.next()?;
    alike.next().is_none().then_some(first)
}

/// Are two texts surely not alike? Of long ones nobody knows.
#[must_use]
pub fn is_other(a: &str, b: &str) -> bool {
    let long = |text: &str| text.split_whitespace().nth(MANY).is_some();
    !long(a) && !long(b) && !is_alike(a, b)
}

/// Do two texts share at least [`ALIKE`] percent of their words, in the same order?
#[must_use]
pub fn is_alike(a: &str, b: &str) -> bool {
    let mut numbers = HashMap::new();
    let mut words = |text| -> Vec<usize> {
        str::split_whitespace(text)
            .map(|word| {
                let next = numbers.len();
                *numbers.entry(word.to_owned()).or_insert(next)
            })
            .collect()
    };
    let (a, b) = (words(a), words(b));
    let all = a.len() + b.len();
    if all == 0 || a.len() > MANY || b.len() > MANY {
        return false;
    }
    // Words in common in any order: never fewer than in the same order, and quickly counted.
    let mut seen = vec![0_i64; numbers.len()];
    a.iter().for_each(|word| seen[*word] += 1);
    b.iter().for_each(|word| seen[*word] -= 1);
    let apart: i64 = seen.iter().map(|count| count.abs()).sum();
    // What differs may be at most the rest: the search ends there.
    let most = all * (100 - ALIKE) / 100;
    usize::try_from(apart).is_ok_and(|apart| apart <= most) && differs_by_at_most(&a, &b, most)
}

/// Can one sequence be turned into the other with this many insertions and deletions? (Myers, "An O(ND) difference
/// algorithm", 1986, the greedy search.)
fn differs_by_at_most(a: &[usize], b: &[usize], most: usize) -> bool {
    if a.len().abs_diff(b.len()) > most {
        return false;
    }
    // For each diagonal (how many more of `a` than of `b` were taken) how far along `a` one gets.
    let middle = most + 1;
    let mut reach = vec![0_usize; 2 * middle + 1];
    for edits in 0..=most {
        for at in (middle - edits..=middle + edits).step_by(2) {
            let down = at == middle - edits || (at != middle + edits && reach[at - 1] < reach[at + 1]);
            let mut taken = if down { reach[at + 1] } else { reach[at - 1] + 1 };
            // Outside of the table: such a path leads nowhere.
            let Some(other) = (taken + middle).checked_sub(at) else { continue };
            let mut other = other;
            while taken < a.len() && other < b.len() && a[taken] == b[other] {
                taken += 1;
                other += 1;
            }
            reach[at] = taken;
            if taken >= a.len() && other >= b.len() {
                return true;
            }
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    const PIECE: &str = "Le conseil municipal a voté mardi soir la rénovation du vieux port, malgré les \
        réserves de l'opposition sur le coût des travaux et leur calendrier.";

    #[test]
    fn an_edited_text_is_alike_and_another_one_is_not() {
        let edited = PIECE.replace("mardi soir", "jeudi").replace("vieux port", "quai nord");
        let other = "La fanfare du quartier a joué dimanche devant la mairie, sous la pluie, pour les enfants \
            et leurs parents venus en nombre.";
        assert!(is_alike(PIECE, PIECE));
        assert!(is_alike(PIECE, &edited));
        assert!(is_alike(PIECE, &format!("Un chapeau de plus, pour voir.\n\n{PIECE}")));
        assert!(!is_alike(PIECE, other));
        assert!(!is_alike(PIECE, ""));
        assert!(!is_alike("", ""));
        // The order counts.
        let backwards: Vec<&str> = PIECE.split_whitespace().rev().collect();
        assert!(!is_alike(PIECE, &backwards.join(" ")));
    }

    #[test]
    fn six_words_of_ten_are_the_limit() {
        let text = |words: usize, other: usize| -> String {
            let own = (0..words).map(|n| format!("w{n} "));
            own.chain((0..other).map(|n| format!("x{n} "))).collect()
        };
        assert!(is_alike(&text(10, 0), &text(6, 4)));
        assert!(!is_alike(&text(10, 0), &text(5, 5)));
        assert!(is_alike(&text(6, 0), &text(6, 8)));
        assert!(!is_alike(&text(6, 0), &text(6, 9)));
    }

    #[test]
    fn only_a_single_candidate_is_offered() {
        let edited = PIECE.replace("mardi", "jeudi");
        let other = "Tout autre chose, sans un mot commun.";
        let one = [("a.md", other), ("b.md", edited.as_str())];
        assert_eq!(candidate(PIECE, one), Some("b.md"));
        assert_eq!(candidate(PIECE, [("a.md", PIECE), ("b.md", edited.as_str())]), None);
        assert_eq!(candidate(PIECE, [("a.md", other)]), None);
        assert_eq!(candidate::<&str>(PIECE, []), None);
    }
}
