//! Which revision of an article was published: the one with which its stage last became "published". What was edited
//! since is not out yet.

use std::collections::HashMap;

use copydesk_core::{front, furniture, text};

use crate::error::Problem;
use crate::store::history::{History, Revision, RevisionId};

/// What is known of revisions: whether they bear the stage.
pub type Known = HashMap<RevisionId, bool>;

/// The revision of an article that was published last, among all that there are. `known` saves looking twice: a
/// revision never changes.
///
/// # Errors
/// The database refused.
pub fn find(history: &History, path: &str, known: &mut Known) -> Result<Option<Revision>, Problem> {
    let mut found = None;
    for revision in history.list(path)? {
        let bears = match known.get(&revision.id) {
            Some(bears) => *bears,
            None => {
                // One that cannot be read any more says nothing.
                let Ok(bytes) = history.content(revision.id) else { continue };
                *known.entry(revision.id).or_insert(is_published(&bytes, path))
            }
        };
        if bears {
            found = Some(revision);
        } else if found.is_some() {
            break;
        }
    }
    Ok(found)
}

fn is_published(bytes: &[u8], path: &str) -> bool {
    // Most never were: nothing needs to be parsed to say so.
    let word = b"published";
    if !bytes.windows(word.len()).any(|part| part == word) {
        return false;
    }
    let Ok(decoded) = text::decode(bytes) else { return false };
    let (front, body) = front::split(&decoded.text);
    furniture::resolve(front, body, path).stage.value == "published"
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use super::*;
    use crate::env::FixedClock;
    use crate::store::history::Origin;

    #[test]
    fn however_long_ago() {
        let folder = tempfile::tempdir().unwrap();
        let clock = Arc::new(FixedClock("2026-11-22T14:32:00Z".parse().unwrap()));
        let history = History::open(&folder.path().join("history.db"), clock).unwrap();
        let save = |text: &str| history.record("a.md", text.as_bytes(), "Ada", Origin::Save).unwrap();
        let mut known = Known::new();
        save("---\nstage: draft\n---\nÀ publier (published).\n");
        assert_eq!(find(&history, "a.md", &mut known).unwrap(), None);
        let out = save("---\nstage: published\n---\nDehors.\n");
        save("---\nstage: published\n---\nDehors, corrigé.\n");
        for turn in 0..300 {
            save(&format!("---\nstage: draft\n---\nTour {turn}.\n"));
        }
        let found = find(&history, "a.md", &mut known).unwrap().unwrap();
        assert_eq!(Some(found.id), out);
        assert_eq!(find(&history, "a.md", &mut known).unwrap(), Some(found));
    }
}
