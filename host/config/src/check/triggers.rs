//! Triggers: what a reference moves must be plain from the file.

use tollgate_core::pipeline::Glob;

use super::common_name::common_name;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::pipeline as raw;
use crate::raw::text::{GlobText, OneOrMany};

/// A pattern of references that move a target.
struct Written<'r> {
    kind: &'static str,
    glob: Glob,
    target: &'r str,
    environment: &'r raw::Environment,
    at: At<'r>,
}

/// Refuses patterns of two environments that one reference fits by accident: `v*` and `v*-rc` would let a tag for one move the
/// other as well. The same pattern at both moves both, and is meant to.
pub(crate) fn check<'r>(raw: &'r raw::Pipeline, at: &At<'r>, problems: &mut Vec<ConfigProblem>) {
    let mut all: Vec<Written<'r>> = Vec::new();
    for (index, environment) in raw.environments.iter().enumerate() {
        let at = at.element(index).member("targets");
        let found = environment.targets.iter().enumerate();
        let found: Vec<Written<'r>> =
            found.flat_map(|(index, target)| written(environment, target, &at.element(index).member("on"))).collect();
        problems.extend(found.iter().filter_map(|one| all.iter().find_map(|other| ambiguous(other, one))));
        all.extend(found);
    }
}

fn written<'r>(environment: &'r raw::Environment, target: &'r raw::Target, at: &At<'r>) -> Vec<Written<'r>> {
    let raw::On::References(references) = &target.on else { return Vec::new() };
    let of = |kind: &'static str, patterns: Option<&'r OneOrMany<GlobText>>| {
        let at = at.member(kind);
        let entries = patterns.map(OneOrMany::entries).unwrap_or_default();
        let entry = move |(index, text): (Option<usize>, &'r GlobText)| {
            // One that can't be read is refused elsewhere.
            let glob = Glob::new(text.as_str()).ok()?;
            Some(Written { kind, glob, target: target.name.as_str(), environment, at: at.entry(index) })
        };
        entries.into_iter().filter_map(entry).collect::<Vec<_>>()
    };
    let branches = of("branch", references.branch.as_ref());
    branches.into_iter().chain(of("tag", references.tag.as_ref())).collect()
}

fn ambiguous(first: &Written<'_>, second: &Written<'_>) -> Option<ConfigProblem> {
    let is_meant = first.glob == second.glob && first.environment.promotable == second.environment.promotable;
    if first.kind != second.kind || is_meant {
        return None;
    }
    let name = common_name(&first.glob, &second.glob)?;
    let message = format!(
        "ambiguous trigger: {} `{name}` would move `{}` by `{}` and `{}` by `{}`",
        first.kind,
        first.target,
        first.glob.as_str(),
        second.target,
        second.glob.as_str()
    );
    let dead_end = [first, second].into_iter().find(|written| !written.environment.promotable);
    let hint = match dead_end {
        Some(written) => {
            format!("nothing is promoted from `{}`, so what moves it must move nothing else", written.environment.name.as_str())
        }
        None => "let no reference fit both, or write the same pattern at both where it is to move both".to_owned(),
    };
    Some(second.at.problem(message).hint(hint))
}
