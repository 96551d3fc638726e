//! What a person typed into a review and no event holds yet: proposals that are still growing, words in a box. Kept in
//! plain files of this machine, so that a kill loses none of it.

use copydesk_core::review::Anchor;
use serde::{Deserialize, Serialize};

use super::placing::Placing;
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

/// What is in a box.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unsent {
    /// Which box.
    pub key: String,
    /// The words.
    pub text: String,
    /// Where a new comment is to stand.
    #[serde(default)]
    pub anchor: Option<Anchor>,
    /// It is to stay off the record.
    #[serde(default)]
    pub off_record: bool,
}

impl Unsent {
    /// The name of its place.
    #[must_use]
    pub fn id(&self) -> String {
        format!("unsent:{}", self.key)
    }

    /// As the window shows it.
    #[must_use]
    pub fn item(&self, placing: &Placing) -> UnsentItem {
        UnsentItem {
            key: self.key.clone(),
            text: self.text.clone(),
            passage: self.anchor.as_ref().and_then(|_| placing.place(&self.id()).0),
            quote: self.anchor.as_ref().map(|anchor| anchor.quote.clone()).unwrap_or_default(),
            off_record: self.off_record,
        }
    }
}

/// What is typed about one article.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Typed {
    /// Proposals that the record does not have as they are; `None` where it has them all.
    pub proposals: Option<Proposals>,
    /// Words in boxes.
    pub unsent: Vec<Unsent>,
}

impl Typed {
    /// Nothing waits.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.proposals.is_none() && self.unsent.is_empty()
    }

    /// Takes what is in a box now; a box without words, place and mark is none.
    pub fn keep(&mut self, item: Unsent) {
        self.unsent.retain(|known| known.key != item.key);
        if !item.text.is_empty() || item.anchor.is_some() || item.off_record {
            self.unsent.push(item);
        }
    }
}
