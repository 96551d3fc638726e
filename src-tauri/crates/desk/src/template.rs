//! What a new article starts with: news, brief, interview or nothing, in French or English, or a file of the same
//! name in the desk's `.copydesk/templates/`.

use crate::wire::Lang;

/// The names that are always there.
pub const NAMES: [&str; 4] = ["news", "brief", "interview", "blank"];

/// A new article's text, LF, before the title and the byline are set by key. Unknown names give the blank one.
#[must_use]
pub fn text(name: &str, lang: Lang) -> &'static str {
    match (name, lang) {
        ("news", Lang::Fr) => {
            "---\ntitle:\nkicker:\nstandfirst:\nbyline:\nsection:\nstage: draft\nlang: fr\n---\n\n"
        }
        ("news", Lang::En) => {
            "---\ntitle:\nkicker:\nstandfirst:\nbyline:\nsection:\nstage: draft\nlang: en\n---\n\n"
        }
        ("brief", Lang::Fr) => {
            "---\ntitle:\nbyline:\nsection: Brèves\nstage: draft\nlang: fr\nlength: 800\n---\n\n"
        }
        ("brief", Lang::En) => {
            "---\ntitle:\nbyline:\nsection: Briefs\nstage: draft\nlang: en\nlength: 800\n---\n\n"
        }
        ("interview", Lang::Fr) => {
            "---\ntitle:\nkicker: Entretien\nstandfirst:\nbyline:\nsection:\nstage: draft\nlang: fr\n---\n\n\
             **Première question\u{a0}?**\n\n«\u{a0}Réponse.\u{a0}»\n\n**Deuxième question\u{a0}?**\n\n\
             «\u{a0}Réponse.\u{a0}»\n"
        }
        ("interview", Lang::En) => {
            "---\ntitle:\nkicker: Interview\nstandfirst:\nbyline:\nsection:\nstage: draft\nlang: en\n---\n\n\
             **First question?**\n\n“Answer.”\n\n**Second question?**\n\n“Answer.”\n"
        }
        _ => "",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use copydesk_core::front::{self, Front};

    #[test]
    fn every_template_has_a_front_matter_that_reads() {
        for name in NAMES {
            for lang in [Lang::Fr, Lang::En] {
                let (head, _) = front::split(text(name, lang));
                assert!(!matches!(front::read(head), Front::Broken { .. }), "{name}");
                assert_eq!(head.is_empty(), name == "blank");
            }
        }
    }
}
