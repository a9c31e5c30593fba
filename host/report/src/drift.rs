//! What targets run beside what the ledger says that they run.

use serde::Serialize;
use tollgate_core::digest::Digest;
use tollgate_core::entry::PromotionId;

use crate::clean;
use crate::exit_code::ExitCode;
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{join, summary};

/// The answer of `drift`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DriftReport {
    pub version: u32,
    /// In the order of the configuration.
    pub targets: Vec<TargetDrift>,
    pub notices: Vec<String>,
}

/// One target, as the ledger has it and as it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetDrift {
    pub environment: String,
    pub target: String,
    /// The promotion that succeeded there last; null where none ever did.
    pub recorded: Option<PromotionId>,
    pub recipe: Option<Digest>,
    /// The promotion that the target itself names.
    pub says: Option<String>,
    /// What is there and was not let through, or was and is not there; sentences.
    pub differences: Vec<String>,
}

impl TargetDrift {
    pub(crate) const fn result(&self) -> &'static str {
        match (&self.recorded, self.differences.is_empty()) {
            (_, false) => "differs",
            (Some(_), true) => "as recorded",
            (None, true) => "nothing yet",
        }
    }

    pub(crate) fn sentences(&self) -> impl Iterator<Item = String> {
        self.differences.iter().map(|difference| clean::line(&format!("{}: {difference}", self.target)))
    }

    pub(crate) fn says(&self) -> String {
        clean::line(self.says.as_deref().unwrap_or_default())
    }
}

/// 14 where a target is not what was let through.
pub(crate) fn exit<'a>(targets: impl IntoIterator<Item = &'a TargetDrift>) -> ExitCode {
    let differs = targets.into_iter().any(|target| !target.differences.is_empty());
    if differs { ExitCode::NotApplied } else { ExitCode::Approved }
}

pub(crate) fn verdict<'a>(targets: impl IntoIterator<Item = &'a TargetDrift>, style: Style) -> String {
    let targets: Vec<&TargetDrift> = targets.into_iter().collect();
    match targets.iter().filter(|target| !target.differences.is_empty()).count() {
        0 => style.paint(Tone::Good, "every target is what the ledger says"),
        count => style.paint(Tone::Bad, format!("{count} of {} targets are not what the ledger says", targets.len())),
    }
}

impl DriftReport {
    /// 14 where a target is not what was let through.
    pub fn exit(&self) -> ExitCode {
        exit(&self.targets)
    }

    /// For people: differences first.
    pub fn to_text(&self, style: Style) -> String {
        let row = |target: &TargetDrift| {
            let recorded = target.recorded.as_ref().map(ToString::to_string).unwrap_or_default();
            vec![target.environment.clone(), target.target.clone(), recorded, target.says(), target.result().to_owned()]
        };
        let header = ["environment", "target", "ledger", "target says", "result"];
        let blocks = [
            summary::list("not as let through", self.targets.iter().flat_map(TargetDrift::sentences), style),
            table::with_header(&header, self.targets.iter().map(row), style),
            verdict(&self.targets, style),
            summary::notices(&self.notices, style),
        ];
        join(&blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_target(recorded: Option<u64>, differences: &[&str]) -> TargetDrift {
        TargetDrift {
            environment: "prod".to_owned(),
            target: "prod-apps".to_owned(),
            recorded: recorded.map(PromotionId::of_decision),
            recipe: None,
            says: recorded.map(|index| format!("P-{index}")),
            differences: differences.iter().map(|text| (*text).to_owned()).collect(),
        }
    }

    #[test]
    fn a_target_that_differs_is_14_and_its_differences_come_first() {
        let targets = vec![mk_target(Some(3), &["`Deployment cart` was changed\u{1b}[31m"]), mk_target(None, &[])];
        let report = DriftReport { version: 1, targets, notices: Vec::new() };
        assert_eq!(report.exit(), ExitCode::NotApplied);
        let text = report.to_text(Style::plain(100));
        assert!(text.starts_with("not as let through\n  prod-apps: `Deployment cart` was changed"), "{text}");
        assert!(text.contains("1 of 2 targets are not what the ledger says") && !text.contains('\u{1b}'), "{text}");
    }

    #[test]
    fn targets_as_recorded_and_empty_ones_are_well() {
        let report = DriftReport { version: 1, targets: vec![mk_target(Some(3), &[]), mk_target(None, &[])], notices: Vec::new() };
        assert_eq!(report.exit(), ExitCode::Approved);
        let text = report.to_text(Style::plain(100));
        assert!(text.contains("as recorded") && text.contains("nothing yet") && text.contains("every target is"), "{text}");
    }
}
