//! The population of changes, beside what each target runs.

use serde::Serialize;

use crate::drift::{TargetDrift, exit, verdict};
use crate::exit_code::ExitCode;
use crate::style::Style;
use crate::table;
use crate::text::{join, summary};

/// The answer of `audit reconcile`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReconcileReport {
    pub version: u32,
    /// In the order of the configuration; then those that only the ledger knows.
    pub targets: Vec<ReconciledTarget>,
    pub notices: Vec<String>,
}

/// One target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ReconciledTarget {
    #[serde(flatten)]
    pub drift: TargetDrift,
    pub population: Population,
}

/// How many promotions to a target there ever were, by what came of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Population {
    pub succeeded: u64,
    pub failed: u64,
    pub errored: u64,
    pub aborted: u64,
    pub denied: u64,
    /// Not decided, or not applied yet.
    pub waiting: u64,
    /// Begun, and without an end.
    pub running: u64,
}

impl Population {
    const fn all(&self) -> u64 {
        self.succeeded + self.failed + self.errored + self.aborted + self.denied + self.waiting + self.running
    }
}

impl ReconcileReport {
    /// 14 where a target is not what was let through.
    pub fn exit(&self) -> ExitCode {
        exit(self.targets.iter().map(|target| &target.drift))
    }

    /// For people: what can't be reconciled first.
    pub fn to_text(&self, style: Style) -> String {
        let row = |target: &ReconciledTarget| {
            let Population { succeeded, failed, errored, aborted, denied, waiting, running } = target.population;
            let recorded = target.drift.recorded.as_ref().map(ToString::to_string).unwrap_or_default();
            let counts = [target.population.all(), succeeded, failed + errored, aborted, denied, waiting + running];
            let mut cells = vec![target.drift.target.clone()];
            cells.extend(counts.map(|count| count.to_string()));
            cells.extend([recorded, target.drift.says(), target.drift.result().to_owned()]);
            cells
        };
        let header =
            ["target", "promotions", "succeeded", "failed", "aborted", "denied", "open", "ledger", "target says", "result"];
        let blocks = [
            summary::list("without a record", self.targets.iter().flat_map(|target| target.drift.sentences()), style),
            table::with_header(&header, self.targets.iter().map(row), style),
            verdict(self.targets.iter().map(|target| &target.drift), style),
            summary::notices(&self.notices, style),
        ];
        join(&blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_promotion_is_counted_once_and_a_target_without_a_record_is_named() {
        let drift = TargetDrift {
            environment: "prod".to_owned(),
            target: "prod-apps".to_owned(),
            recorded: None,
            recipe: None,
            says: Some("P-9".to_owned()),
            differences: vec!["it names P-9, of which the ledger knows no success".to_owned()],
        };
        let population = Population { succeeded: 1, failed: 2, errored: 4, aborted: 8, denied: 16, waiting: 32, running: 64 };
        let report = ReconcileReport { version: 1, targets: vec![ReconciledTarget { drift, population }], notices: Vec::new() };
        assert_eq!(report.exit(), ExitCode::NotApplied);
        let text = report.to_text(Style::plain(140));
        assert!(text.starts_with("without a record\n  prod-apps: it names P-9"), "{text}");
        let line = text.lines().find(|line| line.trim_start().starts_with("prod-apps ")).unwrap();
        let cells: Vec<&str> = line.split_whitespace().collect();
        assert_eq!(cells[1..7], ["127", "1", "6", "8", "16", "96"], "{text}");
    }
}
