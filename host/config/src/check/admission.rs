//! `admission`.

use tollgate_core::pipeline::{AdmissionMode, AdmissionSpec};

use super::duration::seconds;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::admission as raw;

pub(crate) fn admission(raw: &raw::Admission, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> AdmissionSpec {
    let when_stale = match raw.when_stale {
        raw::WhenStale::Deny => AdmissionMode::Deny,
        raw::WhenStale::Warn => AdmissionMode::Warn,
    };
    let exempt = raw.exempt.iter().map(|name| name.as_str().to_owned()).collect();
    AdmissionSpec { staleness: seconds(&raw.staleness, &at.member("staleness"), problems), when_stale, exempt }
}
