//! What a gate answers.

use tollgate_core::document::Location;
use tollgate_core::time::Timestamp;

use super::reading::Reading;
use crate::origin::At;
use crate::raw::gate_case::GateCaseFile;
use crate::raw::text::Text;

/// A finding that a case must have.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ExpectedFinding {
    /// Id of the rule.
    pub rule: String,
    /// Nothing: it is about the promotion as a whole.
    pub component: Option<String>,
    /// A part of what it says.
    pub message: Option<String>,
    /// Where it is written.
    pub location: Location,
}

/// What a case waits for, as far as it says so.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ExpectedWait {
    /// A part of the reason.
    pub reason: Option<String>,
    /// Who can give it, all of them.
    pub from: Option<Vec<String>>,
    pub until: Option<Timestamp>,
}

fn owned(text: &Text) -> String {
    text.as_str().to_owned()
}

pub(super) fn findings(case: &GateCaseFile, at: &At<'_>) -> Vec<ExpectedFinding> {
    let expected = case.expect.iter().enumerate().map(|(index, raw)| ExpectedFinding {
        rule: owned(&raw.rule),
        component: raw.component.as_ref().map(owned),
        message: raw.message.as_ref().map(owned),
        location: at.member("expect").element(index).location(),
    });
    expected.collect()
}

pub(super) fn wait(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> Option<ExpectedWait> {
    let waits = case.waits.as_ref()?;
    Some(ExpectedWait {
        reason: waits.reason.as_ref().map(owned),
        from: waits.from.as_ref().map(|from| from.iter().map(owned).collect()),
        until: reading.moment_of(waits.until.as_ref(), &at.member("waits").member("until")),
    })
}
