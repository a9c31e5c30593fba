//! Where targets are written: each has a place of its own.

use tollgate_core::pipeline::{DirectoryTarget, ForcedFields, GitTarget, Glob, KubernetesTarget, LedgerSpec, TargetKind};

use super::plan_key::plan_key;
use crate::check::{duration, health, terraform};
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::pipeline as raw;
use crate::raw::text::{OneOrMany, Text};
use crate::source::fault_of_path;

/// What a target applies to. Where that is not said, it is refused, and what is returned counts for nothing.
pub(crate) fn kind(raw: &raw::Target, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> TargetKind {
    let said = [raw.directory.is_some(), raw.git.is_some(), raw.kubernetes.is_some(), raw.terraform.is_some()];
    let keys =
        ["directory", "git", "kubernetes", "terraform"].into_iter().zip(said).filter(|(_, is_said)| *is_said).map(|(key, _)| key);
    match *keys.collect::<Vec<_>>() {
        [] => {
            let problem = at.problem(format!("target `{}` does not say what it applies to", raw.name.as_str()));
            problems.push(problem.hint("add `directory`, `git`, `kubernetes` or `terraform`"));
        }
        [_] => {}
        [first, second, ..] => {
            let problem = at.member(second).key_problem(format!("a target has only one of `{first}` and `{second}`"));
            problems.push(problem.hint("make two targets of it"));
        }
    }
    match (&raw.directory, &raw.git, &raw.kubernetes, &raw.terraform) {
        (None, Some(git), ..) => TargetKind::Git(self::git(git, &at.member("git"), problems)),
        (None, None, None, Some(place)) => TargetKind::Terraform(terraform::target(place, &at.member("terraform"), problems)),
        (None, None, Some(kubernetes), _) => {
            TargetKind::Kubernetes(self::kubernetes(kubernetes, &at.member("kubernetes"), problems))
        }
        (directory, ..) => TargetKind::Directory(self::directory(directory.as_ref(), &at.member("directory"), problems)),
    }
}

fn kubernetes(raw: &raw::Kubernetes, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> KubernetesTarget {
    if let Some(path) = raw.kubeconfig.as_ref().filter(|path| !path.as_str().starts_with('/')) {
        let message = format!("`kubeconfig` must be an absolute path, not `{}`", path.as_str());
        let problem = at.member("kubeconfig").problem(message);
        problems.push(problem.hint("it belongs to the operator, not to the repository; or set `KUBECONFIG`, and `context` here"));
    }
    KubernetesTarget {
        kubeconfig: raw.kubeconfig.as_ref().map(|path| path.as_str().to_owned()),
        context: raw.context.as_ref().map(|context| context.as_str().to_owned()),
        namespace: raw.namespace.as_str().to_owned(),
        adopt: raw.adopt,
        force: forced(&raw.force_conflicts, &at.member("forceConflicts"), problems),
        health: health::rules(&raw.health, &at.member("health"), problems),
        confirm_deletes: raw.confirm_deletes.iter().map(|kind| kind.as_str().to_owned()).collect(),
        requests_per_second: raw.requests_per_second,
        wait: duration::seconds_or_none(&raw.wait, &at.member("wait"), problems),
        plan_key: raw.plan_key.as_ref().and_then(|key| plan_key(key, &at.member("planKey"), problems)),
    }
}

fn forced(raw: &[raw::ForcedFields], at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<ForcedFields> {
    raw.iter().enumerate().map(|(index, raw)| forced_fields(raw, &at.element(index), problems)).collect()
}

fn forced_fields(raw: &raw::ForcedFields, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> ForcedFields {
    for (index, field) in raw.fields.iter().enumerate().filter(|(_, field)| !is_field(field.as_str())) {
        let problem = at.member("fields").element(index).problem(format!("`{}` is no path of a field", field.as_str()));
        problems.push(problem.hint("write it as the conflict names it, such as `.spec.replicas`"));
    }
    let owned = |text: &Text| text.as_str().to_owned();
    ForcedFields {
        kind: owned(&raw.kind),
        name: raw.name.as_ref().map(owned),
        namespace: raw.namespace.as_ref().map(owned),
        fields: raw.fields.iter().map(owned).collect(),
    }
}

/// `.spec.replicas`; not `.`, which would be all of the object.
fn is_field(path: &str) -> bool {
    path.strip_prefix('.').is_some_and(|rest| rest.starts_with(char::is_alphabetic)) && !path.ends_with('.')
}

fn directory(raw: Option<&raw::Directory>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> DirectoryTarget {
    let key = raw.and_then(|raw| raw.plan_key.as_ref());
    DirectoryTarget {
        path: raw.map(|raw| raw.path.as_str().to_owned()).unwrap_or_default(),
        plan_key: key.and_then(|key| plan_key(key, &at.member("planKey"), problems)),
    }
}

fn git(raw: &raw::Git, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> GitTarget {
    if !is_branch(raw.branch.as_str()) {
        problems.push(at.member("branch").problem(format!("`{}` can't be the name of a branch", raw.branch.as_str())));
    }
    if let Some(path) = &raw.path
        && let Some(fault) = fault_of_path(path.as_str())
    {
        let fault = fault.replace("the repository's root", "the root of the branch");
        problems.push(at.member("path").problem(format!("`path` {fault}, not `{}`", path.as_str())));
    }
    GitTarget {
        remote: raw.remote.as_str().to_owned(),
        branch: raw.branch.as_str().to_owned(),
        path: raw.path.as_ref().map(|path| path.as_str().to_owned()),
        plan_key: raw.plan_key.as_ref().and_then(|key| plan_key(key, &at.member("planKey"), problems)),
    }
}

/// The rules of git-check-ref-format(1).
fn is_branch(name: &str) -> bool {
    let is_forbidden = |character: char| character.is_control() || " ~^:?*[\\".contains(character);
    let is_step = |step: &str| {
        !step.is_empty() && !step.starts_with('.') && !step.ends_with('.') && !step.to_ascii_lowercase().ends_with(".lock")
    };
    !name.chars().any(is_forbidden)
        && !name.contains("..")
        && !name.contains("@{")
        && !name.starts_with('-')
        && name != "@"
        && name.split('/').all(is_step)
}

/// Something that is written to.
struct Place<'r> {
    target: &'r str,
    what: What<'r>,
    at: At<'r>,
}

enum What<'r> {
    Directory(&'r str),
    Branch(&'r raw::Git),
}

/// Refuses places that are written by more than one: two targets, or a target and the ledger, would overwrite each other; and a
/// branch whose commits would move a target once more.
pub(crate) fn check<'r>(raw: &'r raw::Pipeline, at: &At<'r>, problems: &mut Vec<ConfigProblem>) {
    let places = places(raw, at);
    for (index, place) in places.iter().enumerate() {
        let taken = places.iter().take(index).find(|other| overlap(&place.what, &other.what));
        match (&place.what, taken) {
            (What::Directory(path), Some(other)) => {
                let message = format!("`{path}` is the directory of target `{}` already", other.target);
                problems.push(place.at.member("path").problem(message));
            }
            (What::Branch(git), Some(other)) => {
                let message = format!("branch `{}` is that of target `{}` already", git.branch.as_str(), other.target);
                let problem = place.at.member("branch").problem(message);
                problems.push(problem.hint("give each a branch, or a `path` that lies in no other's"));
            }
            (What::Branch(git), None) => problems.extend(also_used(raw, git, &place.at)),
            (What::Directory(_), None) => {}
        }
    }
}

fn places<'r>(raw: &'r raw::Pipeline, at: &At<'r>) -> Vec<Place<'r>> {
    let mut places = Vec::new();
    for (index, environment) in raw.environments.iter().enumerate() {
        let at = at.element(index).member("targets");
        for (index, target) in environment.targets.iter().enumerate() {
            let at = at.element(index);
            let place = |key: &str, what| Place { target: target.name.as_str(), what, at: at.member(key) };
            places.extend(target.directory.as_ref().map(|directory| place("directory", What::Directory(directory.path.as_str()))));
            places.extend(target.git.as_ref().map(|git| place("git", What::Branch(git))));
        }
    }
    places
}

fn overlap(one: &What<'_>, other: &What<'_>) -> bool {
    let normal = |path: &'_ str| path.trim_start_matches("./").trim_end_matches('/').to_owned();
    match (one, other) {
        (What::Directory(one), What::Directory(other)) => normal(one) == normal(other),
        (What::Branch(one), What::Branch(other)) => {
            let path = |git: &raw::Git| git.path.as_ref().map(|path| path.as_str().to_owned()).unwrap_or_default();
            one.remote == other.remote && one.branch == other.branch && nested(&path(one), &path(other))
        }
        _ => false,
    }
}

/// Whether one path is the other, or lies within it.
fn nested(one: &str, other: &str) -> bool {
    let holds = |outer: &str, inner: &str| outer.is_empty() || inner == outer || inner.starts_with(&format!("{outer}/"));
    holds(one, other) || holds(other, one)
}

/// What else the branch is used for.
fn also_used(raw: &raw::Pipeline, git: &raw::Git, at: &At<'_>) -> Option<ConfigProblem> {
    let branch = git.branch.as_str();
    let problem = |message: String| Some(at.member("branch").problem(message).hint("choose another branch"));
    if git.branch == raw.ledger.branch && git.remote == raw.ledger.remote {
        return problem(format!("branch `{branch}` is that of the ledger"));
    }
    // References that move targets are looked up where the repository comes from.
    if git.remote.as_str() != LedgerSpec::default().remote {
        return None;
    }
    let moved = raw.environments.iter().flat_map(|environment| &environment.targets).find(|target| is_moved_by(target, branch))?;
    problem(format!("each commit on branch `{branch}` would move target `{}`", moved.name.as_str()))
}

fn is_moved_by(target: &raw::Target, branch: &str) -> bool {
    let raw::On::References(references) = &target.on else { return false };
    let patterns = references.branch.as_ref().map(OneOrMany::entries).unwrap_or_default();
    patterns.into_iter().any(|(_, pattern)| Glob::new(pattern.as_str()).is_ok_and(|glob| glob.matches(branch)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn branches_are_what_git_takes_for_one() {
        for name in ["deploy/prod", "prod", "a.b", "a-b_c@d", "ü"] {
            assert!(is_branch(name), "{name}");
        }
        for name in ["", "a..b", "a b", "a.lock", "a/.b", "/a", "a/", "a//b", "-a", "@", "a@{b", "a^", "a:b", "a*", "a\\b", "a."] {
            assert!(!is_branch(name), "{name}");
        }
    }

    #[test]
    fn a_path_within_another_is_not_of_its_own() {
        assert!(nested("", "a") && nested("a", "a") && nested("a/b", "a"));
        assert!(!nested("a", "ab") && !nested("a/b", "a/c"));
    }
}
