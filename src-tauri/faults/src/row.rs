//! What a row of the promise table says at its end: one line with its figures.

/// Whether the full figures are wanted (`COPYDESK_TORTURE=1`, set by `cargo xtask torture`).
#[must_use]
pub fn torture() -> bool {
    std::env::var_os("COPYDESK_TORTURE").is_some_and(|value| value == "1")
}

/// Whether a protection was taken out (`COPYDESK_TEETH=1`, set by `cargo xtask teeth`): the first broken promise ends
/// the search.
#[must_use]
pub fn teeth() -> bool {
    std::env::var_os("COPYDESK_TEETH").is_some_and(|value| value == "1")
}

/// The short figure, or the full one.
#[must_use]
pub fn figure(short: usize, full: usize) -> usize {
    if torture() { full } else { short }
}

/// The count of a row.
#[derive(Default)]
pub struct Row {
    /// `1a save`.
    pub name: &'static str,
    /// Faults that were executed.
    pub faults: usize,
    /// Promised texts that are nowhere, with what is known of each.
    pub lost: Vec<String>,
    /// Files that are neither old nor new.
    pub torn: Vec<String>,
    /// Temporary files that an interrupted step left, all of them explained.
    pub left_over: usize,
    /// Temporary files whose bytes are nowhere else, and everything else that broke the promise.
    pub unexplained: Vec<String>,
    /// More figures, in words.
    pub more: String,
}

impl Row {
    /// Starts a row.
    #[must_use]
    pub fn new(name: &'static str) -> Self {
        Self { name, ..Self::default() }
    }

    /// Whether a promise was broken.
    #[must_use]
    pub fn is_broken(&self) -> bool {
        !(self.lost.is_empty() && self.torn.is_empty() && self.unexplained.is_empty())
    }

    /// Prints the figures, and fails where a promise was broken or no fault happened.
    ///
    /// # Panics
    /// That is how a test says so.
    pub fn end(self) {
        let (lost, torn, unexplained) = (self.lost.len(), self.torn.len(), self.unexplained.len());
        let outcome = match (lost + torn + unexplained, self.faults) {
            (0, 0) => "no fault happened",
            (0, _) => "kept",
            _ => "broken",
        };
        let more = if self.more.is_empty() { String::new() } else { format!(", {}", self.more) };
        println!(
            "row {}: {outcome}, {} faults, {lost} lost, {torn} torn, {} left over, {unexplained} unexplained{more}",
            self.name, self.faults, self.left_over,
        );
        let all: Vec<&String> = [&self.lost, &self.torn, &self.unexplained].into_iter().flatten().collect();
        let shown: Vec<&&String> = all.iter().take(8).collect();
        assert!(all.is_empty(), "row {}: {} broken: {shown:#?}", self.name, all.len());
        assert!(self.faults > 0, "row {}: no fault was executed", self.name);
    }
}

/// Says that a row cannot run here; with `CI=true` that is a failure.
///
/// # Panics
/// Where `CI` is `true`.
pub fn not_run(name: &str, why: &str) {
    println!("row {name}: not run: {why}");
    assert!(std::env::var("CI").as_deref() != Ok("true"), "row {name} has to run in CI: {why}");
}
