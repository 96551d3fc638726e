//! The fault tests: one row of the promise table each, printed as a table.

use std::fmt::Write as _;
use std::process::Command;

use crate::step;

/// What a fault test said at its end.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// Its number in docs/RELIABILITY.md, and what it is about.
    pub name: String,
    /// `kept`, `broken`, `not run`, `no fault happened`.
    pub outcome: String,
    /// The figures.
    pub figures: String,
}

/// The tests that break things, in a file of their own.
pub const FILE: &str = "faults-rows";

/// The tests that break things, which say their rows as they end.
pub fn tests() -> Command {
    // As one of the workspace: by itself the package would need another build of what it shares with the others.
    step::cargo(&["test", "--locked", "--workspace", "--test", FILE, "--no-fail-fast", "--", "--nocapture"])
}

/// The rows among the lines of a test run.
pub fn rows(lines: &[String]) -> Vec<Row> {
    let mut rows: Vec<Row> = lines.iter().filter_map(|line| row(line)).collect();
    // `10` after `9`, `1a` before `1b`.
    rows.sort_by_key(|row| {
        let digits = row.name.chars().take_while(char::is_ascii_digit).count();
        (row.name[..digits].parse::<u32>().unwrap_or(0), row.name.clone())
    });
    rows
}

fn row(line: &str) -> Option<Row> {
    // With one thread the runner leaves the test's own name in front.
    let line = line.split_once(" ... ").map_or(line, |(_, said)| said);
    let (name, said) = line.strip_prefix("row ")?.split_once(": ")?;
    let outcomes = ["kept", "broken", "not run", "no fault happened"];
    let outcome = outcomes.iter().find(|outcome| said.starts_with(**outcome))?;
    let figures = said[outcome.len()..].trim_start_matches([',', ':', ' ']);
    Some(Row { name: name.to_owned(), outcome: (*outcome).to_owned(), figures: figures.to_owned() })
}

/// The rows as a table in Markdown.
pub fn table(rows: &[Row]) -> String {
    let mut text = String::from("| row | promise | figures |\n| --- | --- | --- |\n");
    for Row { name, outcome, figures } in rows {
        let _ = writeln!(text, "| {name} | {outcome} | {figures} |");
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rows_are_found_among_other_lines_and_sorted() {
        let lines = [
            "test rows::race::row_9 ... ok",
            "row 24 damaged history: broken, 60 faults, 1 lost, 0 torn",
            "test rows::kill::row_1a_save ... row 1a save: kept, 55 faults, 0 lost",
            "row 4 no permission: not run: another user cannot be taken on",
            "row 9 killed holder: kept, 3 faults",
            "row by row: it goes on",
        ]
        .map(str::to_owned);
        let rows = rows(&lines);
        let shown: Vec<(&str, &str)> = rows.iter().map(|row| (&row.name[..], &row.outcome[..])).collect();
        assert_eq!(
            shown,
            [
                ("1a save", "kept"),
                ("4 no permission", "not run"),
                ("9 killed holder", "kept"),
                ("24 damaged history", "broken")
            ]
        );
        assert_eq!(rows[1].figures, "another user cannot be taken on");
        assert!(table(&rows).contains("| 1a save | kept | 55 faults, 0 lost |"));
    }
}
