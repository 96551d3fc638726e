//! Figures and the table that they are printed in.

use std::time::Duration;

/// Several runs of one thing, in milliseconds (or whatever the unit says).
#[derive(Clone, Debug, Default)]
pub struct Figure {
    runs: Vec<f64>,
}

impl Figure {
    /// Adds a run.
    pub fn add(&mut self, value: f64) {
        self.runs.push(value);
    }

    /// Adds a run's time in milliseconds.
    pub fn add_time(&mut self, took: Duration) {
        self.add(took.as_secs_f64() * 1000.0);
    }

    /// The value below which `part` (0 to 1) of the runs lie; NaN without runs.
    #[must_use]
    pub fn quantile(&self, part: f64) -> f64 {
        let mut sorted = self.runs.clone();
        sorted.sort_by(f64::total_cmp);
        if sorted.is_empty() {
            return f64::NAN;
        }
        #[allow(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "an index"
        )]
        let index = ((sorted.len() - 1) as f64 * part).round() as usize;
        sorted[index]
    }

    /// The median.
    #[must_use]
    pub fn median(&self) -> f64 {
        self.quantile(0.5)
    }
}

struct Row {
    job: String,
    ours: String,
    against: String,
    ratio: Option<f64>,
    target: Option<f64>,
}

/// The table of a run.
#[derive(Default)]
pub struct Table {
    rows: Vec<Row>,
}

impl Table {
    /// A figure beside another: the ratio ours / theirs is to be at most `target`.
    pub fn compare(
        &mut self,
        job: &str,
        unit: &str,
        ours: &Figure,
        peer: &str,
        theirs: &Figure,
        target: f64,
    ) {
        self.push(Row {
            job: job.to_owned(),
            ours: format!("{:.1} {unit}", ours.median()),
            against: format!("{peer} {:.1} {unit}", theirs.median()),
            ratio: Some(ours.median() / theirs.median()),
            target: Some(target),
        });
    }

    /// A figure by itself, with a bound where there is one.
    pub fn state(&mut self, job: &str, unit: &str, value: f64, bound: Option<f64>) {
        self.push(Row {
            job: job.to_owned(),
            ours: format!("{value:.1} {unit}"),
            against: bound.map_or_else(String::new, |bound| format!("bound {bound} {unit}")),
            ratio: bound.map(|bound| value / bound),
            target: bound.map(|_| 1.0),
        });
    }

    /// Something that could not be measured, and why.
    pub fn missing(&mut self, job: &str, why: &str) {
        self.push(Row {
            job: job.to_owned(),
            ours: "not measured".to_owned(),
            against: why.to_owned(),
            ratio: None,
            target: None,
        });
    }

    /// As Markdown.
    #[must_use]
    pub fn markdown(&self) -> String {
        let mut text =
            String::from("| job | Copydesk | beside | ratio | target | |\n|---|---|---|---|---|---|\n");
        for row in &self.rows {
            text.push_str(&row.markdown());
        }
        text
    }

    /// Says each row as it comes, so that a run that does not end has told something.
    fn push(&mut self, row: Row) {
        eprint!("{}", row.markdown());
        self.rows.push(row);
    }
}

impl Row {
    fn markdown(&self) -> String {
        let ratio = self.ratio.map_or_else(String::new, |ratio| format!("{ratio:.2}"));
        let target = self.target.map_or_else(String::new, |target| format!("≤ {target:.2}"));
        let verdict = match (self.ratio, self.target) {
            (Some(ratio), Some(target)) if ratio <= target => "met",
            (Some(_), Some(_)) => "missed",
            _ => "",
        };
        format!("| {} | {} | {} | {ratio} | {target} | {verdict} |\n", self.job, self.ours, self.against)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_are_of_the_sorted_runs() {
        let mut figure = Figure::default();
        for value in [5.0, 1.0, 3.0] {
            figure.add(value);
        }
        assert!((figure.median() - 3.0).abs() < f64::EPSILON);
        assert!((figure.quantile(1.0) - 5.0).abs() < f64::EPSILON);
    }

    #[test]
    fn a_loss_is_called_one() {
        let (mut slow, mut fast) = (Figure::default(), Figure::default());
        slow.add(20.0);
        fast.add(10.0);
        let mut table = Table::default();
        table.compare("job", "ms", &slow, "peer", &fast, 1.0);
        table.compare("job", "ms", &fast, "peer", &slow, 1.0);
        assert!(table.markdown().contains("| 2.00 | ≤ 1.00 | missed |"));
        assert!(table.markdown().contains("| 0.50 | ≤ 1.00 | met |"));
    }
}
