//! Waivers, as reports show them: what became of each.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_core::waiver::{Uses, Waiver, WaiverState};

use crate::finding::WaiverReport;

/// A waiver, and what became of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct WaiverUse {
    /// `<policy>/<rule>`
    pub rule: String,
    /// The object, in words.
    pub subject: String,
    #[serde(flatten)]
    pub waiver: WaiverReport,
    /// `expired`: it holds no more, and what it accepted counts again. `unused`: nothing that it is about was found.
    #[schemars(schema_with = "crate::words::waiver_state")]
    pub state: WaiverState,
    /// How many findings it accepts; of an expired one, how many are back.
    pub findings: u64,
}

/// What became of waivers. One that accepts nothing is left out unless everything was looked at.
pub fn uses(waivers: &[Waiver], uses: &Uses, all_judged: bool) -> Vec<WaiverUse> {
    let told = waivers.iter().zip(uses).filter(|(_, (state, _))| all_judged || *state != WaiverState::Unused);
    let of = |(waiver, (state, findings)): (&Waiver, &(WaiverState, u64))| WaiverUse {
        rule: waiver.rule.as_str().to_owned(),
        subject: waiver.subject.to_string(),
        waiver: (&waiver.terms).into(),
        state: *state,
        findings: *findings,
    };
    told.map(of).collect()
}
