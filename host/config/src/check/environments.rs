//! `environments` and their targets.

use std::collections::BTreeMap;

use tollgate_core::pipeline::{DirectoryTarget, Environment, PlanKey, Role, Target, TargetKind, Trigger};

use super::glob::globs;
use super::names::Names;
use super::order;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::pipeline as raw;
use crate::raw::role::Role as RawRole;

/// All environments, with what comes before what resolved to names of targets.
pub(crate) fn environments(raw: &raw::Pipeline, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<Environment> {
    let at = at.member("environments");
    let mut names = Names::default();
    let mut environments = Vec::new();
    for (index, environment) in raw.environments.iter().enumerate() {
        let at = at.element(index);
        names.give(environment.name.as_str(), "an environment", &at.member("name"), problems);
        for (index, target) in environment.targets.iter().enumerate() {
            let at = at.member("targets").element(index).member("name");
            names.give(target.name.as_str(), "a target", &at, problems);
        }
        environments.push(self::environment(environment, &at, problems));
    }
    check_directories(raw, &at, problems);
    order::resolve(raw, &mut environments, &at, problems);
    environments
}

fn environment(raw: &raw::Environment, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Environment {
    let at = at.member("targets");
    let targets = raw.targets.iter().enumerate();
    let targets = targets.map(|(index, target)| self::target(target, raw, &at.element(index), problems)).collect();
    Environment { name: raw.name.as_str().to_owned(), promotable: raw.promotable, targets }
}

fn target(raw: &raw::Target, environment: &raw::Environment, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Target {
    Target {
        name: raw.name.as_str().to_owned(),
        environment: environment.name.as_str().to_owned(),
        role: role(raw.role),
        promotable: environment.promotable,
        on: triggers(&raw.on, &at.member("on"), problems),
        requires: Vec::new(),
        after: Vec::new(),
        after_any: Vec::new(),
        soak: None,
        kind: TargetKind::Directory(directory(&raw.directory, &at.member("directory"), problems)),
        location: at.location(),
    }
}

pub(crate) const fn role(raw: RawRole) -> Role {
    match raw {
        RawRole::Ops => Role::Ops,
        RawRole::Apps => Role::Apps,
    }
}

fn triggers(raw: &raw::On, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<Trigger> {
    match raw {
        raw::On::Word(raw::Manual::Manual) => vec![Trigger::Manual],
        raw::On::References(references) => {
            let branches = globs(references.branch.as_ref(), &at.member("branch"), problems);
            let tags = globs(references.tag.as_ref(), &at.member("tag"), problems);
            branches.into_iter().map(Trigger::Branch).chain(tags.into_iter().map(Trigger::Tag)).collect()
        }
    }
}

fn directory(raw: &raw::Directory, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> DirectoryTarget {
    let plan_key = raw.plan_key.as_ref().and_then(|key| plan_key(key, &at.member("planKey"), problems));
    DirectoryTarget { path: raw.path.as_str().to_owned(), plan_key }
}

fn plan_key(raw: &raw::PlanKey, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Option<PlanKey> {
    let variable = || raw.env.as_ref().map(|variable| PlanKey::Environment(variable.as_str().to_owned()));
    let Some(path) = &raw.file else { return variable() };
    if !path.as_str().starts_with('/') {
        let message = format!("`file` must be an absolute path, not `{}`", path.as_str());
        problems.push(at.member("file").problem(message).hint("the key belongs to the operator, not to the repository"));
    }
    Some(PlanKey::File(path.as_str().to_owned()))
}

/// Two targets that write to one directory would overwrite each other.
fn check_directories(raw: &raw::Pipeline, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (index, environment) in raw.environments.iter().enumerate() {
        let at = at.element(index).member("targets");
        for (index, target) in environment.targets.iter().enumerate() {
            let path = target.directory.path.as_str();
            let normal = path.trim_start_matches("./").trim_end_matches('/');
            if let Some(other) = seen.insert(normal, target.name.as_str()) {
                let at = at.element(index).member("directory").member("path");
                problems.push(at.problem(format!("`{path}` is the directory of target `{other}` already")));
            }
        }
    }
}
