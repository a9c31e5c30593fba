//! Whether machine and remote are set up to be trusted.

use serde::Serialize;

use crate::style::{Style, Tone};
use crate::table;
use crate::text::{join, summary};

/// The answer of `audit doctor`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct DoctorReport {
    pub version: u32,
    pub checks: Vec<Check>,
}

/// One thing that was looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Check {
    pub name: String,
    pub result: CheckResult,
    /// What was found.
    pub found: String,
    /// What to do; null where all is well.
    pub advice: Option<String>,
}

/// What came of a check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum CheckResult {
    Ok,
    /// It may be well, or matters only to some.
    Warn,
    Fail,
}

impl CheckResult {
    const fn word(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Warn => "warn",
            Self::Fail => "fail",
        }
    }
}

impl DoctorReport {
    /// Whether something must be mended.
    pub fn fails(&self) -> bool {
        self.checks.iter().any(|check| check.result == CheckResult::Fail)
    }

    /// For people.
    pub fn to_text(&self, style: Style) -> String {
        let row = |check: &Check| vec![check.result.word().to_owned(), check.name.clone(), check.found.clone()];
        let advice = |check: &Check| Some(format!("{}: {}", check.name, check.advice.as_ref()?));
        let verdict = if self.fails() {
            style.paint(Tone::Bad, "something must be mended")
        } else {
            style.paint(Tone::Good, "nothing must be mended")
        };
        let blocks = [
            table::plain(self.checks.iter().map(row), style),
            summary::list("what to do", self.checks.iter().filter_map(advice), style),
            verdict,
        ];
        join(&blocks)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_to_do_is_listed_and_only_a_failure_must_be_mended() {
        let check = |result, advice: Option<&str>| Check {
            name: format!("{result:?}"),
            result,
            found: "found".to_owned(),
            advice: advice.map(ToOwned::to_owned),
        };
        let mut report =
            DoctorReport { version: 1, checks: vec![check(CheckResult::Ok, None), check(CheckResult::Warn, Some("look"))] };
        assert!(!report.fails());
        report.checks.push(check(CheckResult::Fail, Some("mend")));
        let text = report.to_text(Style::plain(80));
        assert!(report.fails() && text.ends_with("what to do\n  Warn: look\n  Fail: mend\n\nsomething must be mended\n"), "{text}");
    }
}
