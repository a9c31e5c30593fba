//! When objects of custom kinds are healthy.

use cel::Program;
use tollgate_core::pipeline::HealthRule;

use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::pipeline as raw;
use crate::raw::text::Text;

pub(crate) fn rules(raw: &[raw::HealthRule], at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<HealthRule> {
    raw.iter().enumerate().map(|(index, raw)| rule(raw, &at.element(index), problems)).collect()
}

fn rule(raw: &raw::HealthRule, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> HealthRule {
    let mut expression = |key: &str, text: &Text| {
        if let Some(fault) = fault(text.as_str()) {
            problems.push(at.member(key).problem(format!("`{key}` is no expression in CEL: {fault}")));
        }
        text.as_str().to_owned()
    };
    HealthRule {
        api_version: raw.api_version.as_str().to_owned(),
        kind: raw.kind.as_str().to_owned(),
        current: expression("current", &raw.current),
        in_progress: raw.in_progress.as_ref().map(|text| expression("inProgress", text)),
        failed: raw.failed.as_ref().map(|text| expression("failed", text)),
    }
}

/// What is wrong with an expression, in one line.
fn fault(text: &str) -> Option<String> {
    let error = Program::compile(text).err()?;
    Some(error.to_string().lines().next().unwrap_or_default().to_owned())
}
