//! What a policy revision asks less of than the one in force (no-self-approval, §12.5 of the design).
//!
//! Where it can't be told whether a difference is weaker, it counts as weaker: a changed setting, another plugin, a narrower or
//! another match.

use std::collections::{BTreeMap, BTreeSet};

use crate::broken_glass::BreakGlassTerms;
use crate::finding::Level;
use crate::forge::ForgeSpec;
use crate::pipeline::{
    AdmissionMode, ComponentSpec, Gate, GateMatch, Glob, KubernetesTarget, Pipeline, PolicySpec, Requirement, Target, TargetKind,
};
use crate::policy::Enforcement;
use crate::terraform::{TerraformSpec, TerraformTarget};
use crate::waiver::Waiver;

/// Each difference as a sentence about the newer revision, sorted by what it is about.
pub fn weakened(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let mut sentences = gates(before, after);
    sentences.extend(policies(before, after));
    sentences.extend(targets(before, after));
    sentences.extend(people(before, after));
    sentences.extend(overrides(before, after));
    sentences.extend(waivers(before, after));
    sentences.extend(components(before, after));
    sentences.extend(places(before, after));
    sentences.extend(admission(before, after));
    sentences.extend(terraform(&before.terraform, &after.terraform));
    sentences.extend(pairs(before, after));
    sentences
}

fn gates(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let find = |name: &str| after.gates.iter().find(|gate| gate.name == name);
    let mut sentences = Vec::new();
    for gate in &before.gates {
        match find(&gate.name) {
            None => sentences.push(format!("gate `{}` is gone", gate.name)),
            Some(now) => sentences.extend(gate_differences(gate, now)),
        }
    }
    sentences
}

fn gate_differences(before: &Gate, after: &Gate) -> Vec<String> {
    let name = &before.name;
    let mut sentences = Vec::new();
    if rank(after.enforcement) < rank(before.enforcement) {
        let (was, is) = (before.enforcement.word(), after.enforcement.word());
        sentences.push(format!("gate `{name}` was {was} and is {is}"));
    }
    if leniency(after.admission.mode) > leniency(before.admission.mode) || before.admission.deletes && !after.admission.deletes {
        sentences.push(format!("gate `{name}` asks less of what runs in a cluster"));
    }
    if !asks_as_much(&before.requirement, &after.requirement) {
        sentences.push(format!("gate `{name}` asks other policies"));
    }
    if !matches_as_much(&before.matches, &after.matches) {
        sentences.push(format!("gate `{name}` stands in the way of less"));
    }
    sentences
}

const fn rank(enforcement: Enforcement) -> u8 {
    match enforcement {
        Enforcement::Advisory => 0,
        Enforcement::Overridable => 1,
        Enforcement::Mandatory => 2,
    }
}

const fn leniency(mode: AdmissionMode) -> u8 {
    match mode {
        AdmissionMode::Deny => 0,
        AdmissionMode::Warn => 1,
        AdmissionMode::Off => 2,
    }
}

fn admission(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let (was, is) = (&before.admission, &after.admission);
    let mut sentences: Vec<String> = is
        .exempt
        .iter()
        .filter(|name| !was.exempt.contains(name))
        .map(|name| format!("nothing is asked about namespace `{name}`"))
        .collect();
    if is.staleness > was.staleness || leniency(is.when_stale) > leniency(was.when_stale) {
        sentences.push("clusters are answered by an older ledger".to_owned());
    }
    if breaks_more(was.break_glass.as_ref(), is.break_glass.as_ref()) {
        sentences.push("an annotation lets more pass in a cluster, for longer, or by more people".to_owned());
    }
    sentences
}

fn breaks_more(was: Option<&BreakGlassTerms>, is: Option<&BreakGlassTerms>) -> bool {
    let Some(is) = is else { return false };
    let within = |was: &[String], is: &[String]| is.iter().all(|name| was.contains(name));
    !was.is_some_and(|was| {
        let names = within(&was.users, &is.users) && within(&was.groups, &is.groups) && within(&was.gates, &is.gates);
        names && is.max_duration <= was.max_duration
    })
}

/// The same, or all of it and more.
fn asks_as_much(before: &Requirement, after: &Requirement) -> bool {
    match after {
        Requirement::All(members) => before == after || members.contains(before) || is_part(before, members),
        _ => before == after,
    }
}

fn is_part(before: &Requirement, members: &[Requirement]) -> bool {
    matches!(before, Requirement::All(asked) if asked.iter().all(|one| members.contains(one)))
}

/// Every list of globs is the same, longer, or empty, which is everything.
fn matches_as_much(before: &GateMatch, after: &GateMatch) -> bool {
    let globs =
        |before: &[Glob], after: &[Glob]| after.is_empty() || !before.is_empty() && before.iter().all(|glob| after.contains(glob));
    before.change == after.change
        && globs(&before.environments, &after.environments)
        && globs(&before.targets, &after.targets)
        && globs(&before.components, &after.components)
        && (after.roles.is_empty() || !before.roles.is_empty() && before.roles.iter().all(|role| after.roles.contains(role)))
}

/// Policies that a gate of the revision in force asks.
fn policies(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let asked: BTreeSet<&str> = before.gates.iter().flat_map(|gate| gate.requirement.policies()).collect();
    let asked = before.policies.iter().filter(|policy| asked.contains(policy.name.as_str()));
    let mut sentences = Vec::new();
    for policy in asked {
        match after.policies.iter().find(|now| now.name == policy.name) {
            None => sentences.push(format!("policy `{}` is gone", policy.name)),
            Some(now) => sentences.extend(policy_differences(policy, now)),
        }
    }
    sentences
}

fn policy_differences(before: &PolicySpec, after: &PolicySpec) -> Vec<String> {
    let name = &before.name;
    let mut sentences = Vec::new();
    if before.plugin != after.plugin {
        sentences.push(format!("policy `{name}` is `{}` and was `{}`", after.plugin, before.plugin));
    }
    if before.settings != after.settings {
        sentences.push(format!("policy `{name}` has other settings"));
    }
    if before.grants != after.grants {
        sentences.push(format!("policy `{name}` has other grants"));
    }
    let rules: BTreeSet<&String> = before.levels.keys().chain(after.levels.keys()).collect();
    for rule in rules {
        let (was, is) = (before.levels.get(rule), after.levels.get(rule));
        if was != is && is != Some(&Some(Level::Deny)) {
            sentences.push(format!("rule `{name}/{rule}` is {}", level(is)));
        }
    }
    sentences
}

fn level(level: Option<&Option<Level>>) -> &'static str {
    match level {
        Some(None) => "off",
        Some(Some(Level::Note)) => "a note",
        Some(Some(Level::Warn)) => "a warning",
        Some(Some(Level::Deny)) => "a denial",
        None => "what its plugin says",
    }
}

fn targets(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let known: BTreeMap<&str, &Target> = before.targets().map(|target| (target.name.as_str(), target)).collect();
    let mut sentences = Vec::new();
    for target in after.targets() {
        match known.get(target.name.as_str()) {
            Some(was) => sentences.extend(target_differences(was, target)),
            // It may be another way to a place that is there already.
            None => sentences.push(format!("target `{}` is new", target.name)),
        }
    }
    let kept: BTreeSet<&str> = after.targets().map(|target| target.name.as_str()).collect();
    let gone = known.keys().filter(|name| !kept.contains(**name));
    sentences.extend(gone.map(|name| format!("target `{name}` is gone")));
    sentences
}

fn target_differences(before: &Target, after: &Target) -> Vec<String> {
    let name = &after.name;
    let has_all = |before: &[String], after: &[String]| before.iter().all(|one| after.contains(one));
    let mut sentences = Vec::new();
    if !has_all(&before.requires, &after.requires) || !has_all(&before.after, &after.after) {
        sentences.push(format!("target `{name}` comes after less"));
    }
    if !before.after_any.iter().all(|group| after.after_any.contains(group)) {
        sentences.push(format!("target `{name}` comes after other groups"));
    }
    if after.on.iter().any(|trigger| !before.on.contains(trigger)) {
        sentences.push(format!("target `{name}` is moved by more"));
    }
    if after.soak < before.soak {
        sentences.push(format!("target `{name}` soaks for less"));
    }
    if after.promotable && !before.promotable {
        sentences.push(format!("environment `{}` is promotable", after.environment));
    }
    if (&after.environment, after.role, place(after)) != (&before.environment, before.role, place(before)) {
        sentences.push(format!("target `{name}` is another place"));
    }
    if let (TargetKind::Kubernetes(before), TargetKind::Kubernetes(after)) = (&before.kind, &after.kind) {
        sentences.extend(cluster_differences(name, before, after));
    }
    sentences
}

/// Where a target is, whatever is done there.
fn place(target: &Target) -> TargetKind {
    match &target.kind {
        TargetKind::Kubernetes(cluster) => {
            let (adopt, force, confirm_deletes, health) = (false, Vec::new(), Vec::new(), Vec::new());
            let requests_per_second = None;
            TargetKind::Kubernetes(KubernetesTarget {
                adopt,
                force,
                confirm_deletes,
                health,
                requests_per_second,
                ..cluster.clone()
            })
        }
        TargetKind::Terraform(place) => TargetKind::Terraform(TerraformTarget {
            lock_timeout: 0,
            plan_timeout: 0,
            apply_timeout: 0,
            parallel: 0,
            ..place.clone()
        }),
        other => other.clone(),
    }
}

/// What may run of what somebody else wrote.
fn terraform(before: &TerraformSpec, after: &TerraformSpec) -> Vec<String> {
    let mut sentences = Vec::new();
    let mut more = |what: &str, before: &[Glob], after: &[Glob]| {
        let new = after.iter().filter(|glob| !before.contains(glob));
        sentences.extend(new.map(|glob| format!("Terraform may run {what} `{}`", glob.as_str())));
    };
    more("providers", &before.providers, &after.providers);
    more("modules", &before.modules, &after.modules);
    more("data sources", &before.data, &after.data);
    if after.provisioners && !before.provisioners {
        sentences.push("Terraform may run provisioners".to_owned());
    }
    sentences
}

/// What may be different in the targets of a pair.
fn pairs(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let new = after.pairs.differ.iter().filter(|pointer| !before.pairs.differ.contains(pointer));
    new.map(|pointer| format!("pairs may differ at `{pointer}`")).collect()
}

fn cluster_differences(name: &str, before: &KubernetesTarget, after: &KubernetesTarget) -> Vec<String> {
    let mut sentences = Vec::new();
    if after.adopt && !before.adopt {
        sentences.push(format!("target `{name}` takes over what is there already"));
    }
    let forced = after.force.iter().filter(|forced| !before.force.contains(forced));
    sentences.extend(forced.map(|forced| format!("target `{name}` takes fields of `{}` from others", forced.kind)));
    let other = after.health.iter().filter(|rule| !before.health.contains(rule));
    sentences.extend(other.map(|rule| format!("target `{name}` tells otherwise when a `{}` is healthy", rule.kind)));
    let unconfirmed = before.confirm_deletes.iter().filter(|kind| !after.confirm_deletes.contains(kind));
    sentences.extend(unconfirmed.map(|kind| format!("target `{name}` deletes `{kind}` without being told to")));
    sentences
}

fn people(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let (was, is) = (&before.people, &after.people);
    let keys = |file: &Option<crate::people::SignersFile>| file.as_ref().map(|file| file.text.clone());
    let mut sentences = Vec::new();
    if keys(&was.signers) != keys(&is.signers) || keys(&was.openpgp) != keys(&is.openpgp) {
        sentences.push("other keys may sign".to_owned());
    }
    for (team, members) in &is.teams {
        let known = was.teams.get(team).map_or(&[][..], Vec::as_slice);
        let joined = members.iter().filter(|member| !known.contains(member));
        sentences.extend(joined.map(|member| format!("`{member}` joins the team `{team}`")));
    }
    let freed = was.automation.iter().filter(|machine| !is.automation.contains(machine));
    sentences.extend(freed.map(|machine| format!("`{machine}` is no machine account any more")));
    let forges = is.forges.iter().filter(|forge| !was.forges.contains(forge));
    sentences.extend(forges.map(|forge| format!("`{forge}` vouches as a forge")));
    sentences.extend(reviews(was.forge.as_ref(), is.forge.as_ref()));
    sentences
}

/// Whose reviews on a forge count. Who is asked for them decides as much as who gives them.
fn reviews(before: Option<&ForgeSpec>, after: Option<&ForgeSpec>) -> Vec<String> {
    let Some(after) = after else { return Vec::new() };
    let place = |spec: &ForgeSpec| (spec.kind, spec.api.clone(), spec.repository.clone());
    let mut sentences = Vec::new();
    if before.map(place) != Some(place(after)) {
        sentences.push(format!("reviews of `{}` at `{}` count", after.repository, after.api));
    }
    let is_new = |(login, principal): &(&String, &String)| before.and_then(|was| was.principal(login)) != Some(principal.as_str());
    let accounts = after.accounts.iter().filter(is_new);
    sentences.extend(accounts.map(|(login, principal)| format!("the account `{login}` is `{principal}`")));
    sentences
}

fn overrides(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    match (&before.overrides, &after.overrides) {
        (None, Some(_)) => vec!["break-glass is there".to_owned()],
        (Some(was), Some(is)) if was != is => vec!["break-glass is there on other terms".to_owned()],
        _ => Vec::new(),
    }
}

fn waivers(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let is_new = |waiver: &&Waiver| !before.waivers.iter().any(|known| is_same_waiver(known, waiver));
    let mut sentences: Vec<String> =
        after.waivers.iter().filter(is_new).map(|waiver| format!("a waiver accepts `{}`", waiver.rule)).collect();
    if after.inline_waivers && !before.inline_waivers {
        sentences.push("waivers in annotations count".to_owned());
    }
    sentences
}

/// Wherever it is written.
fn is_same_waiver(one: &Waiver, other: &Waiver) -> bool {
    let terms = |waiver: &Waiver| (waiver.terms.reason.clone(), waiver.terms.approver.clone(), waiver.terms.expires);
    (&one.rule, &one.subject, terms(one)) == (&other.rule, &other.subject, terms(other))
}

fn components(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let mut sentences = Vec::new();
    let ignored = after.ignore.iter().filter(|glob| !before.ignore.contains(glob));
    sentences.extend(ignored.map(|glob| format!("files `{}` are ignored", glob.as_str())));
    for component in &before.components {
        let path = component.path.as_str();
        let now = after.components.iter().find(|now| now.path == component.path);
        let is_same = now.is_some_and(|now| {
            (&now.own_images, &now.image_pointers, &now.source)
                == (&component.own_images, &component.image_pointers, &component.source)
        });
        if !is_same {
            sentences.push(format!("images of `{path}` may come from elsewhere"));
        }
        let render = |spec: &ComponentSpec| spec.render.as_ref().map(|render| render.how.clone());
        if now.is_some_and(|now| render(now) != render(component)) {
            sentences.push(format!("`{path}` is rendered in another way"));
        }
    }
    sentences
}

/// Where the truth is looked for.
fn places(before: &Pipeline, after: &Pipeline) -> Vec<String> {
    let languages = before.languages.iter().filter(|language| !after.languages.contains(language));
    let mut sentences: Vec<String> = languages.map(|language| format!("files of `{}` are not judged", language.as_str())).collect();
    if before.registry != after.registry {
        sentences.push("tags are resolved elsewhere".to_owned());
    }
    if before.ledger != after.ledger {
        sentences.push("the ledger is elsewhere".to_owned());
    }
    sentences
}

#[cfg(test)]
mod tests;
