//! `terraform`: at the top, of components and of targets; and `pairs`.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_core::pipeline::PairSpec;
use tollgate_core::rendering::TargetText;
use tollgate_core::terraform::{PassedVariable, TerraformComponent, TerraformProgram, TerraformSpec, TerraformTarget};

use super::glob::glob;
use super::plan_key::plan_key;
use super::{duration, rendering};
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::pipeline::{Component, ComponentType, Pipeline};
use crate::raw::role::Role;
use crate::raw::terraform as raw;
use crate::raw::text::{GlobText, PassedText};
use crate::source::fault_of_path;

/// The placeholder that stands for a component's name.
const COMPONENT: &str = "{component}";

/// What Terraform may execute.
pub(crate) fn spec(raw: &raw::Terraform, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> TerraformSpec {
    let mut globs = |key: &str, patterns: &[GlobText]| {
        let at = at.member(key);
        let patterns = patterns.iter().enumerate();
        patterns.filter_map(|(index, pattern)| glob(pattern, &at.element(index), problems)).collect()
    };
    TerraformSpec {
        program: raw.program.map(|program| match program {
            raw::Program::Terraform => TerraformProgram::Terraform,
            raw::Program::Tofu => TerraformProgram::OpenTofu,
        }),
        providers: globs("providers", &raw.providers),
        modules: globs("modules", &raw.modules),
        data: globs("data", &raw.data),
        provisioners: raw.provisioners,
    }
}

/// What is different on purpose in the targets of a pair.
pub(crate) fn pairs(raw: &Pipeline, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> PairSpec {
    let at = at.member("pairs");
    let targets = || raw.environments.iter().flat_map(|environment| &environment.targets);
    let has_pair = targets().any(|target| target.role == Role::Apps && !target.requires.is_empty());
    if !raw.pairs.differ.is_empty() && !has_pair {
        let problem = at.member("differ").key_problem("`differ` has no effect, because no target has a twin");
        problems.push(problem.hint("an `apps` target names its Ops twin with `requires`"));
    }
    let mut differ = Vec::new();
    for (index, text) in raw.pairs.differ.iter().enumerate() {
        match text.as_str().parse() {
            Ok(pointer) => differ.push(pointer),
            Err(error) => problems.push(at.member("differ").element(index).problem(format!("{error}"))),
        }
    }
    PairSpec { differ }
}

/// How a component is planned; nothing for one that is delivered as manifests.
pub(crate) fn component(
    raw: &Component,
    has_targets: bool,
    at: &At<'_>,
    problems: &mut Vec<ConfigProblem>,
) -> Option<TerraformComponent> {
    if raw.kind != ComponentType::Terraform {
        for (key, is_said) in [("varFiles", !raw.var_files.is_empty()), ("dependsOn", !raw.depends_on.is_empty())] {
            if is_said {
                let problem = at.member(key).key_problem(format!("`{key}` is for components of type `terraform`"));
                problems.push(problem.hint("remove it, or set `type: terraform`"));
            }
        }
        return None;
    }
    for (key, is_said) in [("render", raw.render.is_some()), ("image", raw.image.is_some()), ("source", raw.source.is_some())] {
        if is_said {
            let problem = at.member(key).key_problem(format!("a component of type `terraform` has no `{key}`"));
            problems.push(problem.hint("remove it, or set `type: kubernetes`"));
        }
    }
    let files = at.member("varFiles");
    let var_files = raw.var_files.iter().enumerate().filter_map(|(index, path)| {
        let at = files.element(index);
        if !is_var_file(path.as_str()) {
            let problem = at.problem(format!("`{}` is no file of variables", path.as_str()));
            problems.push(problem.hint("such files end in `.tfvars`"));
        }
        rendering::path(path.as_str(), has_targets, &at, problems)
    });
    let var_files: Vec<TargetText> = var_files.collect();
    let depends_on = raw.depends_on.iter().map(|path| path.as_str().trim_end_matches('/').to_owned()).collect();
    Some(TerraformComponent { var_files, depends_on, location: at.location() })
}

/// Terraform reads JSON of that name as well, which nobody judges here.
fn is_var_file(path: &str) -> bool {
    path.rsplit_once('.').is_some_and(|(_, extension)| extension == "tfvars")
}

/// Whether what components come after is there, and not after them.
pub(crate) fn check_order(raw: &Pipeline, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let at = at.member("components");
    let terraform = |component: &&Component| component.kind == ComponentType::Terraform;
    for (index, component) in raw.components.iter().enumerate() {
        for (place, path) in component.depends_on.iter().enumerate() {
            let at = at.element(index).member("dependsOn").element(place);
            let name = path.as_str().trim_end_matches('/');
            let others = raw.components.iter().filter(terraform);
            let is_there = others.clone().any(|other| glob_matches(other, name));
            if fault_of_path(name).is_some() || !is_there {
                let known: Vec<String> = others.map(|other| format!("`{}`", other.path.as_str())).collect();
                let problem = at.problem(format!("`{name}` is no component of type `terraform`"));
                problems.push(problem.hint(format!("write the path of a directory that matches one of {}", known.join(", "))));
            } else if glob_matches(component, name) {
                let problem = at.problem(format!("`{name}` would come after itself"));
                problems.push(problem.hint("write components that come after others as entries of their own"));
            } else if leads_back(raw, name, component) {
                problems.push(at.problem(format!("`{name}` comes after this component itself")));
            }
        }
    }
}

fn glob_matches(component: &Component, path: &str) -> bool {
    tollgate_core::glob::Glob::new(component.path.as_str()).is_ok_and(|glob| glob.matches(path))
}

/// Whether what comes before `name` comes after `component`.
fn leads_back(raw: &Pipeline, name: &str, component: &Component) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut next = vec![name];
    while let Some(path) = next.pop() {
        if !seen.insert(path) {
            continue;
        }
        if glob_matches(component, path) {
            return true;
        }
        let before = raw.components.iter().filter(|other| glob_matches(other, path)).flat_map(|other| &other.depends_on);
        next.extend(before.map(|path| path.as_str().trim_end_matches('/')));
    }
    false
}

/// Refuses a repository in which some components go one way and some another: a target would get only a part of a recipe.
pub(crate) fn check_mixture(raw: &Pipeline, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let is_terraform = |component: &&Component| component.kind == ComponentType::Terraform;
    if raw.components.is_empty() {
        return;
    }
    let all = raw.components.iter().all(|component| is_terraform(&component));
    if let Some(index) = raw.components.iter().position(|component| is_terraform(&component)).filter(|_| !all) {
        let problem = at.member("components").element(index).member("type");
        let problem = problem.problem("components of type `terraform` and of other types can't be one recipe");
        problems.push(problem.hint("put them into repositories of their own, or leave them as manifests"));
        return;
    }
    let environments = at.member("environments");
    for (index, environment) in raw.environments.iter().enumerate() {
        let at = environments.element(index).member("targets");
        for (index, target) in environment.targets.iter().enumerate().filter(|(_, target)| target.terraform.is_some() != all) {
            let (what, need) = if all { ("is no workspace", "`terraform`") } else { ("is a workspace", "`kubernetes`") };
            let message = format!("target `{}` {what}, and the components are of another type", target.name.as_str());
            problems.push(at.element(index).problem(message).hint(format!("components of such targets have the type {need}")));
        }
    }
    check_workspaces(raw, &environments, problems);
}

/// Two targets with one workspace would overwrite each other, unless their backends are told different things.
fn check_workspaces(raw: &Pipeline, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let mut places: BTreeMap<(&str, &BTreeMap<String, _>), &str> = BTreeMap::new();
    for (index, environment) in raw.environments.iter().enumerate() {
        let at = at.element(index).member("targets");
        for (index, target) in environment.targets.iter().enumerate() {
            let Some(place) = &target.terraform else { continue };
            let at = at.element(index).member("terraform").member("workspace");
            let workspace = place.workspace.as_str();
            if let Some(other) = places.insert((workspace, &place.backend_config), target.name.as_str()) {
                problems.push(at.problem(format!("`{workspace}` is the workspace of target `{other}` already")));
            }
        }
    }
}

/// What Terraform is told for a target.
pub(crate) fn target(raw: &raw::TerraformTarget, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> TerraformTarget {
    let workspace = raw.workspace.as_str();
    if !is_workspace(workspace) {
        let problem = at.member("workspace").problem(format!("`{workspace}` can't be the name of a workspace"));
        problems.push(problem.hint("letters, digits, dots, dashes and underscores, at most 90, and not `.` or `..`"));
    }
    let backend = at.member("backendConfig");
    for (key, value) in &raw.backend_config {
        check_backend(key, value.as_str(), &backend.member(key), problems);
    }
    let environment = at.member("environment");
    let mut seconds = |key: &str, text| duration::seconds(text, &at.member(key), problems);
    let (lock_timeout, plan_timeout, apply_timeout) = (
        seconds("lockTimeout", &raw.lock_timeout),
        seconds("planTimeout", &raw.plan_timeout),
        seconds("applyTimeout", &raw.apply_timeout),
    );
    TerraformTarget {
        workspace: workspace.to_owned(),
        backend_config: raw.backend_config.iter().map(|(key, value)| (key.clone(), value.as_str().to_owned())).collect(),
        plan_environment: passed(&raw.environment.plan, &environment.member("plan"), problems),
        apply_environment: passed(&raw.environment.apply, &environment.member("apply"), problems),
        lock_timeout,
        plan_timeout,
        apply_timeout,
        parallel: usize::try_from(raw.parallel.get()).unwrap_or(usize::MAX),
        plan_key: raw.plan_key.as_ref().and_then(|key| plan_key(key, &at.member("planKey"), problems)),
    }
}

/// What Terraform takes for one in a path and in a URL.
fn is_workspace(name: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    name.chars().all(is_letter) && name.len() <= 90 && !name.starts_with('-') && !matches!(name, "" | "." | "..")
}

fn check_backend(key: &str, value: &str, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let is_key = key.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && !key.is_empty();
    if !is_key {
        problems.push(at.problem(format!("`{key}` is no argument of a backend: letters, digits and underscores")));
    }
    if value.replace(COMPONENT, "").contains(['{', '}']) {
        let problem = at.problem(format!("`{value}` holds a placeholder that does not exist"));
        problems.push(problem.hint(format!("the only one is `{COMPONENT}`")));
    }
}

/// What changes what Terraform does, rather than whom it is: that is tollgate's alone.
const RESERVED: [&str; 6] =
    ["TF_CLI_ARGS", "TF_DATA_DIR", "TF_WORKSPACE", "TF_PLUGIN_CACHE_DIR", "TF_REATTACH_PROVIDERS", "TF_LOG"];

fn passed(raw: &[PassedText], at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<PassedVariable> {
    let mut variables = Vec::new();
    for (index, text) in raw.iter().enumerate() {
        let (name, from) = text.as_str().split_once('=').unwrap_or((text.as_str(), text.as_str()));
        if let Some(reserved) = RESERVED.iter().find(|reserved| name.starts_with(*reserved)) {
            let problem =
                at.element(index).problem(format!("`{name}` is not passed on, because `{reserved}` is tollgate's to set"));
            problems.push(problem.hint("remove it"));
        }
        variables.push(PassedVariable { name: name.to_owned(), from: from.to_owned() });
    }
    variables
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn workspaces_are_what_can_be_a_part_of_a_path() {
        for name in ["default", "staging-ops", "a.b_c", "1"] {
            assert!(is_workspace(name), "{name}");
        }
        for name in ["", ".", "..", "a/b", "a b", "-a", "ü", &"a".repeat(91)] {
            assert!(!is_workspace(name), "{name}");
        }
    }

    #[test]
    fn only_files_in_the_language_are_files_of_variables() {
        assert!(is_var_file("vars/prod.tfvars"));
        for path in ["prod.tfvars.json", "prod.json", "tfvars", "prod.tfvars.tf"] {
            assert!(!is_var_file(path), "{path}");
        }
    }
}
