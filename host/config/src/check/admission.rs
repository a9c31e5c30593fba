//! `admission`.

use tollgate_core::broken_glass::BreakGlassTerms;
use tollgate_core::overrides::OverrideTerms;
use tollgate_core::pipeline::{AdmissionMode, AdmissionSpec, Gate};
use tollgate_core::policy::Enforcement;

use super::duration::seconds;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::admission as raw;

/// What the terms of break-glass rest on.
pub(crate) struct Ground<'a> {
    pub(crate) gates: &'a [Gate],
    pub(crate) overrides: Option<&'a OverrideTerms>,
}

pub(crate) fn admission(
    raw: &raw::Admission,
    ground: &Ground<'_>,
    at: &At<'_>,
    problems: &mut Vec<ConfigProblem>,
) -> AdmissionSpec {
    let when_stale = match raw.when_stale {
        raw::WhenStale::Deny => AdmissionMode::Deny,
        raw::WhenStale::Warn => AdmissionMode::Warn,
    };
    let exempt = raw.exempt.iter().map(|name| name.as_str().to_owned()).collect();
    let staleness = seconds(&raw.staleness, &at.member("staleness"), problems);
    let break_glass = raw.break_glass.as_ref().and_then(|raw| break_glass(raw, ground, &at.member("breakGlass"), problems));
    AdmissionSpec { staleness, when_stale, exempt, break_glass }
}

fn break_glass(
    raw: &raw::BreakGlass,
    ground: &Ground<'_>,
    at: &At<'_>,
    problems: &mut Vec<ConfigProblem>,
) -> Option<BreakGlassTerms> {
    if raw.users.is_empty() && raw.groups.is_empty() {
        problems.push(at.key_problem("nobody may break this glass").hint("name `users` or `groups`, as the cluster has them"));
    }
    for (index, name) in raw.gates.iter().enumerate() {
        let named = ground.gates.iter().find(|gate| gate.name == name.as_str());
        let at = at.member("gates").element(index);
        match named {
            None => {
                let problem = at.problem(format!("there is no gate `{}`", name.as_str()));
                problems.push(problem.suggest(name.as_str(), ground.gates.iter().map(|gate| gate.name.as_str())));
            }
            Some(gate) if gate.enforcement == Enforcement::Mandatory => {
                problems.push(at.problem(format!("the gate `{}` is mandatory, so nothing passes what it says", gate.name)));
            }
            Some(_) => {}
        }
    }
    let max_duration = seconds(&raw.max_duration, &at.member("maxDuration"), problems);
    let Some(overrides) = ground.overrides else {
        let problem = at.key_problem("glass that is broken owes a review, and there are no `overrides` that say by when");
        problems.push(problem.hint("add `overrides` to tollgate.yaml"));
        return None;
    };
    let mut gates: Vec<String> = raw.gates.iter().map(|name| name.as_str().to_owned()).collect();
    gates.sort();
    gates.dedup();
    let texts = |texts: &[crate::raw::text::Text]| texts.iter().map(|text| text.as_str().to_owned()).collect();
    Some(BreakGlassTerms {
        users: texts(&raw.users),
        groups: texts(&raw.groups),
        gates,
        max_duration,
        review_within: overrides.review_within,
        needs_ticket: overrides.needs_ticket,
    })
}
