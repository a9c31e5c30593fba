//! Who may depend on whom: `.ci/layers.toml` against what cargo knows.

use std::collections::{BTreeMap, BTreeSet};

use camino::{Utf8Path, Utf8PathBuf};
use cargo_metadata::{Dependency, MetadataCommand, Package};
use serde::Deserialize;

use crate::lint::LintError;
use crate::workspaces::Repository;

/// Where the rules stand.
pub(crate) const PATH: &str = ".ci/layers.toml";

/// `.ci/layers.toml`
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Rules {
    /// By package of ours, the packages of ours that it may depend on. `guest-*` stands for all that begin so.
    layers: BTreeMap<String, BTreeSet<String>>,
    /// By package of others, the packages of ours that may depend on it.
    bans: BTreeMap<String, BTreeSet<String>>,
    /// By package of ours, the only packages of others that it may depend on, tests aside.
    only: BTreeMap<String, BTreeSet<String>>,
    pub(crate) licences: Licences,
}

/// Under which licences dependencies may be used.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Licences {
    /// SPDX identifiers.
    pub(crate) allow: Vec<String>,
    /// SPDX expressions of packages that don't say, or say it in words.
    pub(crate) clarify: BTreeMap<String, String>,
}

impl Rules {
    /// Reads them.
    pub(crate) fn read(root: &Utf8Path) -> Result<Self, LintError> {
        let path = root.join(PATH);
        let text = fs_err::read_to_string(&path)?;
        toml::from_str(&text).map_err(|source| LintError::Layers { path, source })
    }
}

/// Every dependency that no rule allows, and every rule for a package that does not exist.
pub(crate) fn check(repository: &Repository) -> Result<Vec<String>, LintError> {
    let rules = Rules::read(&repository.root)?;
    let mut packages = Vec::new();
    for workspace in repository.workspaces() {
        let metadata = MetadataCommand::new().manifest_path(workspace.manifest()).no_deps().exec()?;
        packages.extend(metadata.packages);
    }
    Ok(problems(&rules, &packages.iter().map(Member::new).collect::<Vec<_>>()))
}

/// A package of ours.
#[derive(Debug)]
struct Member {
    name: String,
    uses: Vec<Use>,
}

/// One of its dependencies.
#[derive(Debug)]
struct Use {
    name: String,
    is_ours: bool,
    is_for_tests: bool,
}

impl Member {
    fn new(package: &Package) -> Self {
        let uses = package.dependencies.iter().filter(|use_| !is_itself(package, use_)).map(Use::new);
        Self { name: package.name.to_string(), uses: uses.collect() }
    }
}

impl Use {
    fn new(dependency: &Dependency) -> Self {
        let is_for_tests = dependency.kind == cargo_metadata::DependencyKind::Development;
        Self { name: dependency.name.clone(), is_ours: dependency.path.is_some(), is_for_tests }
    }
}

/// A package that depends on itself turns on a feature for its tests.
fn is_itself(package: &Package, dependency: &Dependency) -> bool {
    let own: Option<Utf8PathBuf> = package.manifest_path.parent().map(Utf8Path::to_owned);
    dependency.path.is_some() && dependency.path == own
}

fn problems(rules: &Rules, members: &[Member]) -> Vec<String> {
    let mut problems: Vec<String> = members.iter().flat_map(|member| of_member(rules, member)).collect();
    let names: BTreeSet<&str> = members.iter().map(|member| member.name.as_str()).collect();
    let named =
        rules.layers.keys().chain(rules.layers.values().flatten()).chain(rules.bans.values().flatten()).chain(rules.only.keys());
    let exists = |name: &str| names.iter().any(|member| stands_for(name, member));
    let unknown: BTreeSet<&String> = named.filter(|name| !exists(name)).collect();
    problems.extend(unknown.iter().map(|name| format!("{PATH} names `{name}`, which is no package of ours")));
    problems
}

fn stands_for(rule: &str, name: &str) -> bool {
    rule.strip_suffix('*').map_or(rule == name, |start| name.starts_with(start))
}

fn of_member(rules: &Rules, member: &Member) -> Vec<String> {
    let name = &member.name;
    let Some((_, below)) = rules.layers.iter().find(|(rule, _)| stands_for(rule, name)) else {
        return vec![format!("`{name}` has no layer; add it to {PATH}")];
    };
    let mut problems = Vec::new();
    for Use { name: used, is_ours, is_for_tests } in &member.uses {
        if *is_ours && !below.contains(used) {
            problems.push(format!("`{name}` depends on `{used}`, which is not below it"));
        }
        if rules.bans.get(used).is_some_and(|allowed| !allowed.contains(name)) {
            problems.push(format!("`{name}` depends on `{used}`, which only others may know"));
        }
        let is_listed = rules.only.get(name).is_none_or(|only| only.contains(used));
        if !is_ours && !is_for_tests && !is_listed {
            problems.push(format!("`{name}` depends on `{used}`, which is not on its list"));
        }
    }
    problems
}

#[cfg(test)]
mod tests {
    use super::*;

    const RULES: &str = "
        [layers]
        core = []
        repo = ['core']
        [bans]
        git2 = ['repo']
        [only]
        core = ['serde']
        [licences]
        allow = ['MIT']
        clarify = {}
    ";

    /// A dependency by name: ours or not, for tests or not.
    type MkUse<'a> = (&'a str, bool, bool);

    fn found(members: &[(&str, &[MkUse<'_>])]) -> Vec<String> {
        let mk_use = |(name, is_ours, is_for_tests): &MkUse<'_>| Use {
            name: (*name).to_owned(),
            is_ours: *is_ours,
            is_for_tests: *is_for_tests,
        };
        let mk_member =
            |(name, uses): &(&str, &[MkUse<'_>])| Member { name: (*name).to_owned(), uses: uses.iter().map(mk_use).collect() };
        problems(&toml::from_str(RULES).unwrap(), &members.iter().map(mk_member).collect::<Vec<_>>())
    }

    #[test]
    fn what_the_rules_allow_passes() {
        let core: &[_] = &[("serde", false, false), ("proptest", false, true)];
        assert_eq!(found(&[("core", core), ("repo", &[("core", true, false), ("git2", false, false)])]), Vec::<String>::new());
    }

    #[test]
    fn upward_and_sideways_dependencies_are_named() {
        let found = found(&[("core", &[("repo", true, true)]), ("repo", &[])]);
        assert_eq!(found, ["`core` depends on `repo`, which is not below it"]);
    }

    #[test]
    fn heavy_dependencies_stay_where_they_belong() {
        let found = found(&[("core", &[("git2", false, true), ("tokio", false, false)]), ("repo", &[])]);
        assert_eq!(
            found,
            ["`core` depends on `git2`, which only others may know", "`core` depends on `tokio`, which is not on its list"]
        );
    }

    #[test]
    fn a_package_without_a_rule_and_a_rule_without_a_package_are_named() {
        let found = found(&[("core", &[]), ("new", &[])]);
        assert_eq!(
            found,
            ["`new` has no layer; add it to .ci/layers.toml", ".ci/layers.toml names `repo`, which is no package of ours"]
        );
    }

    #[test]
    fn a_star_stands_for_any_end() {
        assert!(stands_for("guest-*", "guest-panics") && stands_for("core", "core"));
        assert!(!stands_for("guest-*", "quest-panics") && !stands_for("core", "core-x"));
    }

    #[test]
    fn misspelt_rules_are_refused() {
        assert!(toml::from_str::<Rules>(&RULES.replace("[bans]", "[banns]")).is_err());
    }
}
