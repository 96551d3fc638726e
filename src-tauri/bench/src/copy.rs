//! Articles to measure with: plain French paragraphs of a known number of words, the same every time.

const WORDS: [&str; 40] = [
    "la",
    "ville",
    "annonce",
    "un",
    "plan",
    "pour",
    "les",
    "quais",
    "du",
    "port",
    "et",
    "ses",
    "grues",
    "avant",
    "l’hiver",
    "selon",
    "une",
    "étude",
    "que",
    "le",
    "conseil",
    "doit",
    "voter",
    "ce",
    "mardi",
    "malgré",
    "des",
    "réserves",
    "sur",
    "son",
    "coût",
    "estimé",
    "à",
    "douze",
    "millions",
    "d’euros",
    "par",
    "trois",
    "experts",
    "indépendants",
];

/// An article of about `words` words: a title, then paragraphs of 80 words.
#[must_use]
pub fn article(words: usize) -> String {
    let mut text = String::from("---\ntitle: Le port attend son plan\nlang: fr\n---\n\n");
    let mut state: u32 = 12345;
    for word in 0..words {
        // A linear congruential generator (Numerical Recipes): the copy must not repeat, nor change between runs.
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        let pick = WORDS[(state >> 16) as usize % WORDS.len()];
        if word % 80 == 0 {
            text.push_str(if word == 0 { "" } else { ".\n\n" });
            text.push_str("Ici, ");
        } else {
            text.push(' ');
        }
        text.push_str(pick);
    }
    text.push_str(".\n");
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn an_article_has_about_its_words() {
        let text = super::article(1000);
        let words = text.split_whitespace().count();
        assert!((1000..1060).contains(&words), "{words}");
        assert_eq!(text, super::article(1000));
    }
}
