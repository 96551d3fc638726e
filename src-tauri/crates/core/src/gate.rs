//! What stands between an article and its export: dated facts in, the gates that are shut out.

use jiff::{Timestamp, Zoned};

use crate::furniture::Furniture;

/// Why an article is not to leave the desk yet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// Not before this moment; `None` where the embargo cannot be read.
    Embargo(Option<Zoned>),
    /// A lawyer has to look at it.
    Legal,
    /// It is held or was taken off: `hold`, `spiked` or `killed`.
    Stage(String),
    /// What would be published is not what this role signed.
    Seal(String),
}

impl Gate {
    /// Its name for scripts.
    #[must_use]
    pub fn name(&self) -> &'static str {
        match self {
            Self::Embargo(_) => "embargo",
            Self::Legal => "legal",
            Self::Stage(_) => "stage",
            Self::Seal(_) => "seal",
        }
    }
}

/// The gates that are shut at a moment. `broken_seals` are the roles whose last sign-off does not hold.
#[must_use]
pub fn shut(furniture: &Furniture, now: Timestamp, broken_seals: &[String]) -> Vec<Gate> {
    let mut shut = Vec::new();
    if !furniture.embargo.value.is_empty() {
        let until = furniture.embargo_until();
        // In doubt nothing goes out.
        if until.as_ref().is_none_or(|until| until.timestamp() > now) {
            shut.push(Gate::Embargo(until));
        }
    }
    if furniture.legal.value == "needs_check" {
        shut.push(Gate::Legal);
    }
    let stage = &furniture.stage.value;
    if ["hold", "spiked", "killed"].contains(&stage.as_str()) {
        shut.push(Gate::Stage(stage.clone()));
    }
    shut.extend(broken_seals.iter().cloned().map(Gate::Seal));
    shut
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::furniture::resolve;

    fn names(front: &str, now: &str, seals: &[String]) -> Vec<&'static str> {
        let furniture = resolve(&format!("---\n{front}\n---\n"), "", "a.md");
        shut(&furniture, now.parse().expect("a moment"), seals).iter().map(Gate::name).collect()
    }

    #[test]
    fn each_gate_is_shut_by_its_own_key() {
        let noon = "2026-03-01T12:00:00Z";
        for (front, shut) in [
            ("title: T", vec![]),
            ("stage: draft\nlegal: approved", vec![]),
            ("stage: published\nlegal: not_needed\nembargo: 2026-03-01T12:00:00Z", vec![]),
            // The offset counts: this is 12:30 in UTC.
            ("embargo: 2026-03-01T13:30:00+01:00", vec!["embargo"]),
            ("embargo: 2026-03-01T12:30:00+01:00", vec![]),
            ("embargo: demain", vec!["embargo"]),
            ("embargo: 2026-03-01T10:00:00", vec!["embargo"]),
            ("legal: needs_check\nstage: hold", vec!["legal", "stage"]),
            ("stage: spiked", vec!["stage"]),
            ("stage: killed", vec!["stage"]),
        ] {
            assert_eq!(names(front, noon, &[]), shut, "{front}");
        }
        assert_eq!(names("title: T", noon, &["legal".into()]), ["seal"]);
    }
}
