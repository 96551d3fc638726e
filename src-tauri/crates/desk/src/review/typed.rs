//! What a person typed into a review and no event holds yet: proposals that are still growing, words in a box. Kept in
//! plain files of this machine, so that a kill loses none of it.

use copydesk_core::review::Anchor;
use serde::{Deserialize, Serialize};

use crate::wire::UnsentItem;

/// A proposal as last typed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposed {
    /// The suggestion's name.
    pub id: String,
    /// Where, and what it is made on.
    pub anchor: Anchor,
    /// What is to stand there.
    pub new: String,
}

/// The person's open proposals, all that have a place.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Proposals {
    /// As last typed.
    pub list: Vec<Proposed>,
    /// Suggestions of the record that they took back.
    pub gone: Vec<String>,
}

/// What is typed about one article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Proposals that the record does not have as they are; `None` where it has them all.
    pub proposals: Option<Proposals>,
    /// Words in boxes.
    pub unsent: Vec<UnsentItem>,
}

impl Typed {
    /// Nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.proposals.is_none() && self.unsent.is_empty()
    }

    /// Takes what is in a box now; empty words empty it.
    pub fn keep(&mut self, item: UnsentItem) {
        self.unsent.retain(|known| known.key != item.key);
        if !item.text.is_empty() {
            self.unsent.push(item);
        }
    }
}
