//! `environments` and their targets.

use tollgate_core::pipeline::{Environment, Role, Target, Trigger};

use super::glob::globs;
use super::names::Names;
use super::{order, places, triggers};
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
    places::check(raw, &at, problems);
    triggers::check(raw, &at, problems);
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
        kind: places::kind(raw, at, problems),
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
