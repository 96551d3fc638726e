//! The gates of an export in words, and the record of who opened them.

use std::io;

use copydesk_core::gate::{self, Gate};
use copydesk_core::review::{By, Kind, Record, SignOff};
use copydesk_core::{front, furniture};
use jiff::Timestamp;

use crate::error::Problem;
use crate::review::view;
use crate::store::record::Records;
use crate::store::ulid;

/// Sign-offs that count and do not hold, the last one first. `now` is the hash of what would be published.
#[must_use]
pub fn broken_seals<'a>(record: &'a Record, now: Option<&str>) -> Vec<&'a SignOff> {
    let standing = view::standing(record);
    standing.into_iter().rev().filter(|known| Some(known.hash.as_str()) != now).collect()
}

/// The gates of a whole text (LF) that are shut.
#[must_use]
pub fn shut(text: &str, path: &str, now: Timestamp, broken_seals: &[String]) -> Vec<Gate> {
    let (front, body) = front::split(text);
    gate::shut(&furniture::resolve(front, body, path), now, broken_seals)
}

/// What is said of an article that gates hold back.
#[must_use]
pub fn refused(path: &str, gates: &[Gate]) -> Problem {
    let (fr, en): (Vec<String>, Vec<String>) = gates.iter().map(said).unzip();
    Problem::new(
        "gate",
        (
            format!("L’article {path} n’a pas été exporté : il {}.", fr.join(", il ")),
            "Levez l’obstacle, ou passez outre en disant pourquoi.",
        ),
        (
            format!("The article {path} was not exported: it {}.", en.join(", it ")),
            "Clear the way, or override it and say why.",
        ),
    )
}

fn said(gate: &Gate) -> (String, String) {
    match gate {
        Gate::Embargo(Some(until)) => {
            let until = until.strftime("%Y-%m-%d, %H:%M (UTC%:z)");
            (format!("est sous embargo jusqu’au {until}"), format!("is under embargo until {until}"))
        }
        Gate::Embargo(None) => (
            "est sous un embargo illisible (il faut date, heure et décalage)".to_owned(),
            "is under an embargo that cannot be read (it takes date, time and offset)".to_owned(),
        ),
        Gate::Legal => ("attend la relecture juridique".to_owned(), "waits for the legal check".to_owned()),
        Gate::Stage(stage) => match stage.as_str() {
            "hold" => ("est suspendu".to_owned(), "is on hold".to_owned()),
            "spiked" => ("est au panier".to_owned(), "is spiked".to_owned()),
            _ => ("est annulé".to_owned(), "is killed".to_owned()),
        },
        Gate::Seal(role) => {
            let (fr, en) = match role.as_str() {
                "desk" => ("chef de desk", "desk editor"),
                "sub_editor" => ("secrétariat de rédaction", "sub-editor"),
                _ => ("juridique", "legal"),
            };
            (
                format!("a changé depuis son bon à tirer ({fr})"),
                format!("has changed since it was signed off ({en})"),
            )
        }
    }
}

/// Writes down, in the article's review, that somebody exported it past gates, and why: a conversation off the record,
/// settled at once.
///
/// # Errors
/// The system's; then nothing is to be exported.
pub fn record(
    records: &Records,
    path: &str,
    gates: &[Gate],
    reason: &str,
    by: &By,
    now: Timestamp,
) -> io::Result<()> {
    let names: Vec<&str> = gates.iter().map(Gate::name).collect();
    let thread = ulid::new(now);
    let text = format!("Export ({}): {reason}", names.join(", "));
    let begun = Kind::Comment { thread: thread.clone(), anchor: None, text, off_record: true };
    records.append(path, by, now, vec![begun, Kind::Resolve { thread }]).map(drop)
}
