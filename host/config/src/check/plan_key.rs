//! `planKey` of targets.

use tollgate_core::pipeline::PlanKey;

use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::plan_key as raw;

/// Where the operator keeps the key. A file belongs to the operator's machine, so its path is absolute.
pub(super) fn plan_key(raw: &raw::PlanKey, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Option<PlanKey> {
    let variable = || raw.env.as_ref().map(|variable| PlanKey::Environment(variable.as_str().to_owned()));
    let Some(path) = &raw.file else { return variable() };
    if !path.as_str().starts_with('/') {
        let message = format!("`file` must be an absolute path, not `{}`", path.as_str());
        problems.push(at.member("file").problem(message).hint("the key belongs to the operator, not to the repository"));
    }
    Some(PlanKey::File(path.as_str().to_owned()))
}
