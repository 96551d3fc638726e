//! The events of a record and the lines they are written in (JSON Lines, one event each).

use serde::{Deserialize, Serialize};

use super::Anchor;

/// The greatest counter that is believed: what a JSON number holds exactly (RFC 8259, section 6).
const GREATEST: u64 = (1 << 53) - 1;

/// Counters that are further apart are not a gap that files not seen yet would close.
const LEAP: u64 = 1 << 20;

/// The greatest counter that one may count on from: what leaps ahead of all others is read and not followed, else one
/// damaged line would take everybody's next event to where none is believed any more.
#[must_use]
pub fn last_believed(counters: impl IntoIterator<Item = u64>) -> u64 {
    let mut counters: Vec<u64> = counters.into_iter().collect();
    counters.sort_unstable();
    let mut last = 0;
    for n in counters {
        if n - last > LEAP {
            break;
        }
        last = n;
    }
    last
}

/// Who did it.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct By {
    /// The name that is shown.
    pub name: String,
    /// The installation's random id.
    pub installation: String,
}

/// Something that happened in a review.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    /// ULID; the same event read twice counts once.
    pub id: String,
    /// One more than the greatest that its author had seen.
    pub n: u64,
    /// Who.
    pub by: By,
    /// When, RFC 3339: shown, never decided by.
    pub at: String,
    /// What.
    #[serde(flatten)]
    pub kind: Kind,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Kind {
    /// The record belongs to this article from here on; to none where absent.
    Path {
        /// Relative to the desk.
        path: Option<String>,
    },
    /// A change is proposed.
    Suggest {
        /// The suggestion's name.
        suggestion: String,
        /// Where, and the text it was made on.
        anchor: Anchor,
        /// What is to stand there.
        new: String,
    },
    /// Its author changed the proposal.
    Revise {
        /// Which.
        suggestion: String,
        /// Where it is now.
        anchor: Anchor,
        /// What is to stand there now.
        new: String,
    },
    /// Its author took it back.
    Withdraw {
        /// Which.
        suggestion: String,
    },
    /// Why it is proposed.
    Note {
        /// Which.
        suggestion: String,
        /// The words; empty takes the note away.
        text: String,
    },
    /// Applied to the text.
    Accept {
        /// Which.
        suggestions: Vec<String>,
    },
    /// Not to be applied.
    Reject {
        /// Which.
        suggestions: Vec<String>,
    },
    /// The verdict is taken back; for an accepted one, its text with it.
    Reopen {
        /// Which.
        suggestions: Vec<String>,
    },
    /// A conversation begins.
    Comment {
        /// The conversation's name.
        thread: String,
        /// Where; about the whole article where absent.
        anchor: Option<Anchor>,
        /// The first message; its name is the event's id.
        text: String,
        /// Never leaves the desk.
        #[serde(default)]
        off_record: bool,
    },
    /// A message is added; its name is the event's id.
    Reply {
        /// To which conversation.
        thread: String,
        /// The words.
        text: String,
    },
    /// Its author changed a message.
    Edit {
        /// Which.
        message: String,
        /// The words now.
        text: String,
    },
    /// A conversation is settled.
    Resolve {
        /// Which.
        thread: String,
    },
    /// It is not settled after all.
    ReopenThread {
        /// Which.
        thread: String,
    },
    /// A conversation may leave the desk, or not.
    OffRecord {
        /// Which.
        thread: String,
        /// Never leaves.
        off: bool,
    },
    /// A suggestion or a conversation that had lost its place has one again.
    Attach {
        /// Which.
        target: String,
        /// Where.
        anchor: Anchor,
    },
    /// The article's stage changed.
    Stage {
        /// From then on.
        stage: String,
        /// Why; may be empty.
        #[serde(default)]
        reason: String,
    },
    /// Signed off.
    Sign {
        /// The sign-off's name.
        sign_off: String,
        /// `desk`, `sub_editor`, `legal`.
        role: String,
        /// SHA-256 of `text`, in hexadecimal.
        hash: String,
        /// Exactly what would be published: see [`super::seal`].
        text: String,
    },
    /// Its author took a sign-off back.
    Unsign {
        /// Which.
        sign_off: String,
    },
}

impl Event {
    /// The event as a line, with its line end.
    #[must_use]
    pub fn line(&self) -> String {
        let mut line = serde_json::to_string(self).unwrap_or_default();
        line.push('\n');
        line
    }
}

/// What a file of the record held.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lines {
    /// The events that were understood.
    pub events: Vec<Event>,
    /// Lines of a kind that this version does not know: kept in the file and skipped.
    pub unknown: usize,
    /// Lines that are no events.
    pub damaged: usize,
    /// The last line has no end and cannot be read: a write was cut short.
    pub torn: bool,
}

/// A longer line is no event (bytes): what is signed off is an article, not a library.
const LONGEST: usize = 16 << 20;

/// Reads a file of the record. Any bytes are accepted.
#[must_use]
pub fn read(bytes: &[u8]) -> Lines {
    let mut lines = Lines::default();
    let whole = bytes.ends_with(b"\n");
    let count = bytes.split(|&byte| byte == b'\n').count();
    for (index, line) in bytes.split(|&byte| byte == b'\n').enumerate() {
        let line = line.trim_ascii();
        if line.is_empty() {
            continue;
        }
        if line.len() > LONGEST || !line.starts_with(b"{") {
            if index + 1 == count && !whole {
                lines.torn = true;
            } else {
                lines.damaged += 1;
            }
            continue;
        }
        match serde_json::from_slice::<Event>(line) {
            Ok(event) if event.n <= GREATEST => lines.events.push(event),
            _ if index + 1 == count && !whole => lines.torn = true,
            _ if is_of_unknown_kind(line) => lines.unknown += 1,
            _ => lines.damaged += 1,
        }
    }
    lines
}

/// Whether a line has what every event has, and a kind that is not ours.
fn is_of_unknown_kind(line: &[u8]) -> bool {
    const KINDS: [&str; 18] = [
        "path",
        "suggest",
        "revise",
        "withdraw",
        "note",
        "accept",
        "reject",
        "reopen",
        "comment",
        "reply",
        "edit",
        "resolve",
        "reopen_thread",
        "off_record",
        "attach",
        "stage",
        "sign",
        "unsign",
    ];
    #[derive(Deserialize)]
    struct Outline {
        #[serde(rename = "id")]
        _id: String,
        n: u64,
        kind: String,
    }
    serde_json::from_slice::<Outline>(line)
        .is_ok_and(|outline| outline.n <= GREATEST && !KINDS.contains(&outline.kind.as_str()))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn reply(id: &str, n: u64) -> Event {
        let by = By { name: "Élise Faure".into(), installation: "0f".into() };
        let kind = Kind::Reply { thread: "t".into(), text: "Deux\nlignes «\u{a0}citées\u{a0}»".into() };
        Event { id: id.into(), n, by, at: "2026-11-22T14:32:00Z".into(), kind }
    }

    #[test]
    fn an_event_is_one_line_and_comes_back() {
        let event = reply("01J", 3);
        assert_eq!(event.line().matches('\n').count(), 1);
        assert_eq!(read(event.line().as_bytes()).events, [event]);
    }

    #[test]
    fn what_cannot_be_read_is_counted_and_the_rest_stays() {
        let mut bytes = reply("a", 1).line().into_bytes();
        bytes.extend_from_slice(b"{\"id\":\"x\",\"n\":2,\"by\":{},\"kind\":\"applause\",\"loud\":true}\n");
        bytes.extend_from_slice(b"<<<<<<< HEAD\n\n\xff\xfe\n");
        bytes.extend_from_slice(reply("b", GREATEST + 1).line().as_bytes());
        bytes.extend_from_slice(reply("c", 2).line().as_bytes());
        bytes.extend_from_slice(b"{\"id\":\"d\",\"n\":");
        let lines = read(&bytes);
        let ids: Vec<&str> = lines.events.iter().map(|event| event.id.as_str()).collect();
        assert_eq!((ids, lines.unknown, lines.damaged, lines.torn), (vec!["a", "c"], 1, 3, true));
    }

    #[test]
    fn a_last_line_without_an_end_counts_where_it_can_be_read() {
        let bytes = reply("a", 1).line();
        let lines = read(bytes.trim_end().as_bytes());
        assert_eq!((lines.events.len(), lines.torn), (1, false));
    }

    #[test]
    fn a_counter_that_leaps_is_not_followed() {
        assert_eq!(last_believed([]), 0);
        assert_eq!(last_believed([7, GREATEST, 3]), 7);
        // Files that are not there yet leave a gap.
        assert_eq!(last_believed([2, 40_000]), 40_000);
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_without_a_panic(bytes in any::<Vec<u8>>()) {
            let _ = read(&bytes);
        }
    }
}
