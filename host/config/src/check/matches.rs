//! `match`: what a gate stands in the way of.

use tollgate_core::pipeline::{Change, ComponentSpec, Environment, GateMatch, Glob, Target};

use super::components::fixed_name;
use super::environments::role;
use super::glob::globs;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::gate as raw;
use crate::raw::text::{GlobText, OneOrMany};

/// What there is to match.
#[derive(Debug)]
pub(crate) struct Field<'p> {
    pub(crate) environments: &'p [Environment],
    pub(crate) components: &'p [ComponentSpec],
}

impl<'p> Field<'p> {
    pub(crate) fn targets(&self) -> impl Iterator<Item = &'p Target> {
        self.environments.iter().flat_map(|environment| &environment.targets)
    }

    /// The names of components, unless some are found by patterns and are not known yet.
    fn component_names(&self) -> Option<Vec<&'p str>> {
        self.components.iter().map(|component| fixed_name(component.path.as_str())).collect()
    }
}

/// Compiles a match, and refuses what it can't match anything with: a pattern without effect is a gate that stands
/// nowhere.
pub(crate) fn matches(raw: Option<&raw::Match>, field: &Field<'_>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> GateMatch {
    matches_of("gate", raw, field, at, problems)
}

/// The same for what is called something else than a gate.
pub(crate) fn matches_of(
    what: &str,
    raw: Option<&raw::Match>,
    field: &Field<'_>,
    at: &At<'_>,
    problems: &mut Vec<ConfigProblem>,
) -> GateMatch {
    let Some(raw) = raw else { return GateMatch::default() };
    let environments: Vec<&str> = field.environments.iter().map(|environment| environment.name.as_str()).collect();
    let targets: Vec<&str> = field.targets().map(|target| target.name.as_str()).collect();
    let roles = raw.role.as_ref().map(OneOrMany::entries).unwrap_or_default();
    let before = problems.len();
    let compiled = GateMatch {
        environments: named(raw.environment.as_ref(), "environment", Some(&environments), at, problems),
        targets: named(raw.target.as_ref(), "target", Some(&targets), at, problems),
        roles: roles.into_iter().map(|(_, raw)| role(*raw)).collect(),
        components: named(raw.component.as_ref(), "component", field.component_names().as_deref(), at, problems),
        change: change(raw.change),
    };
    if compiled.change == Change::Policy {
        check_policy_change(raw, at, problems);
    } else if problems.len() == before && narrows(raw) && !field.targets().any(|target| compiled.target(target)) {
        problems.push(at.key_problem(format!("{what} matches no target")).hint("no target fits all that stands under `match`"));
    }
    compiled
}

const fn change(raw: Option<raw::Change>) -> Change {
    match raw {
        Some(raw::Change::Policy) => Change::Policy,
        Some(raw::Change::Recipe) | None => Change::Recipe,
    }
}

/// Whether a match names targets in some way.
const fn narrows(raw: &raw::Match) -> bool {
    raw.environment.is_some() || raw.target.is_some() || raw.role.is_some()
}

fn check_policy_change(raw: &raw::Match, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let present = [
        ("environment", raw.environment.is_some()),
        ("target", raw.target.is_some()),
        ("role", raw.role.is_some()),
        ("component", raw.component.is_some()),
    ];
    for (key, _) in present.into_iter().filter(|(_, is_there)| *is_there) {
        let problem = at.member(key).key_problem(format!("`{key}` can't stand beside `change: policy`"));
        problems.push(problem.hint("a policy revision goes to no target"));
    }
}

/// Patterns, each of which must match one of the names, where these are known.
fn named(
    raw: Option<&OneOrMany<GlobText>>,
    what: &str,
    names: Option<&[&str]>,
    at: &At<'_>,
    problems: &mut Vec<ConfigProblem>,
) -> Vec<Glob> {
    let at = at.member(what);
    let compiled = globs(raw, &at, problems);
    for (index, text) in raw.map(OneOrMany::entries).unwrap_or_default() {
        let glob = compiled.iter().find(|glob| glob.as_str() == text.as_str());
        let (Some(glob), Some(names)) = (glob, names) else { continue };
        if !names.iter().any(|name| glob.matches(name)) {
            let problem = at.entry(index).problem(format!("`{}` matches no {what}", text.as_str()));
            problems.push(problem.suggest(text.as_str(), names.iter().copied()));
        }
    }
    compiled
}
