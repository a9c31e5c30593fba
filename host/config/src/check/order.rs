//! `after` and `requires`: which targets must have proven a recipe before which.

use std::collections::BTreeMap;

use tollgate_core::pipeline::Environment;

use super::duration::seconds;
use crate::origin::At;
use crate::problem::ConfigProblem;
use crate::raw::pipeline::{After, Pipeline, Target};
use crate::raw::role::Role;
use crate::raw::text::Name;

/// A target as written, with its environment.
#[derive(Clone, Copy)]
struct Node<'r> {
    target: &'r Target,
    environment: &'r str,
    promotable: bool,
}

/// All targets and environments by name.
struct Graph<'r> {
    nodes: Vec<Node<'r>>,
    environments: Vec<&'r str>,
}

impl<'r> Graph<'r> {
    fn new(raw: &'r Pipeline) -> Self {
        let nodes = raw.environments.iter().flat_map(|environment| {
            let name = environment.name.as_str();
            environment.targets.iter().map(move |target| Node { target, environment: name, promotable: environment.promotable })
        });
        Self {
            nodes: nodes.collect(),
            environments: raw.environments.iter().map(|environment| environment.name.as_str()).collect(),
        }
    }

    fn node(&self, name: &str) -> Option<Node<'r>> {
        self.nodes.iter().copied().find(|node| node.target.name.as_str() == name)
    }

    fn target_names(&self) -> impl Iterator<Item = &'r str> {
        self.nodes.iter().map(|node| node.target.name.as_str())
    }

    /// The targets that a name in `after` stands for.
    fn named(&self, name: &str) -> Vec<Node<'r>> {
        if let Some(node) = self.node(name) {
            return vec![node];
        }
        self.nodes.iter().copied().filter(|node| node.environment == name && node.target.role == Role::Apps).collect()
    }
}

/// Fills in `requires` and `after` of all targets.
pub(crate) fn resolve(raw: &Pipeline, environments: &mut [Environment], at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    let graph = Graph::new(raw);
    for (index, (written, environment)) in raw.environments.iter().zip(environments.iter_mut()).enumerate() {
        let at = at.element(index);
        let shared = what_comes_before(written.after.as_ref(), &graph, &at.member("after"), problems);
        for (index, (written, target)) in written.targets.iter().zip(&mut environment.targets).enumerate() {
            let at = at.member("targets").element(index);
            target.requires = required(written, &graph, &at.member("requires"), problems);
            let own = what_comes_before(written.after.as_ref(), &graph, &at.member("after"), problems);
            let both = [shared.clone(), own];
            target.after = both.iter().flat_map(|before| before.all.clone()).collect();
            target.after_any = both.iter().map(|before| before.any.clone()).filter(|group| !group.is_empty()).collect();
            target.soak = both.iter().filter_map(|before| before.soak).max();
            deduplicate(&mut target.after);
        }
    }
    check_cycles(environments, problems);
}

/// What an `after` says.
#[derive(Clone, Debug, Default)]
struct Before {
    all: Vec<String>,
    any: Vec<String>,
    soak: Option<u64>,
}

fn what_comes_before(raw: Option<&After>, graph: &Graph<'_>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Before {
    let Some(raw) = raw else { return Before::default() };
    if raw.all.is_empty() && raw.any.is_empty() {
        problems.push(at.key_problem("`after` names nothing that must have proven the recipe").hint("add `all` or `any`"));
    }
    Before {
        all: before(&raw.all, graph, &at.member("all"), problems),
        any: before(&raw.any, graph, &at.member("any"), problems),
        soak: raw.soak.as_ref().map(|soak| seconds(soak, &at.member("soak"), problems)),
    }
}

fn deduplicate(names: &mut Vec<String>) {
    let mut seen = std::collections::BTreeSet::new();
    names.retain(|name| seen.insert(name.clone()));
}

fn before(names: &[Name], graph: &Graph<'_>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<String> {
    let mut targets = Vec::new();
    for (index, name) in names.iter().enumerate() {
        let (name, at) = (name.as_str(), at.element(index));
        let named = graph.named(name);
        if named.is_empty() {
            problems.push(nothing_before(name, graph, &at));
        }
        for node in named {
            check_promotable(&node, &at, problems);
            targets.push(node.target.name.as_str().to_owned());
        }
    }
    targets
}

fn nothing_before(name: &str, graph: &Graph<'_>, at: &At<'_>) -> ConfigProblem {
    if graph.environments.contains(&name) {
        let problem = at.problem(format!("environment `{name}` has no `apps` target that could prove a recipe"));
        return problem.hint("name one of its targets instead");
    }
    let names = graph.target_names().chain(graph.environments.iter().copied());
    at.problem(format!("there is no target or environment `{name}`")).suggest(name, names)
}

fn required(written: &Target, graph: &Graph<'_>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) -> Vec<String> {
    let mut targets = Vec::new();
    for (index, name) in written.requires.iter().enumerate() {
        let (name, at) = (name.as_str(), at.element(index));
        match graph.node(name) {
            Some(node) => {
                check_twin(&node, &at, problems);
                targets.push(name.to_owned());
            }
            None if graph.environments.contains(&name) => {
                let problem = at.problem(format!("`requires` names targets, but `{name}` is an environment"));
                problems.push(problem.hint("to wait for an environment use `after: {all: [NAME]}`"));
            }
            None => problems.push(at.problem(format!("there is no target `{name}`")).suggest(name, graph.target_names())),
        }
    }
    deduplicate(&mut targets);
    targets
}

fn check_twin(node: &Node<'_>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    if node.target.role != Role::Ops {
        let problem =
            at.problem(format!("`requires` names `ops` targets, but `{}` has the role `apps`", node.target.name.as_str()));
        problems.push(problem.hint("to wait for an `apps` target use `after: {all: [NAME]}`"));
    }
    check_promotable(node, at, problems);
}

/// What nothing is promoted from proves nothing, so waiting for it would last for ever.
fn check_promotable(node: &Node<'_>, at: &At<'_>, problems: &mut Vec<ConfigProblem>) {
    if !node.promotable {
        let name = node.target.name.as_str();
        let message = format!("`{name}` can never prove a recipe, because environment `{}` is not promotable", node.environment);
        problems.push(at.problem(message).hint(format!("remove it here, or make `{}` promotable", node.environment)));
    }
}

/// Targets that wait for each other would wait for ever.
fn check_cycles(environments: &[Environment], problems: &mut Vec<ConfigProblem>) {
    let targets: BTreeMap<&str, _> =
        environments.iter().flat_map(|environment| &environment.targets).map(|target| (target.name.as_str(), target)).collect();
    let edges: BTreeMap<&str, Vec<&str>> = targets.iter().map(|(name, target)| (*name, target.predecessors().collect())).collect();
    let mut reported = std::collections::BTreeSet::new();
    for target in environments.iter().flat_map(|environment| &environment.targets) {
        let name = target.name.as_str();
        let Some(cycle) = cycle_through(name, &edges).filter(|_| !reported.contains(name)) else { continue };
        reported.extend(cycle.iter().copied());
        let way: Vec<String> = cycle.iter().chain([&name]).map(|name| format!("`{name}`")).collect();
        let message = format!("target `{name}` waits for itself: {}", way.join(" after "));
        problems.push(ConfigProblem::new(target.location.clone(), message).hint("remove one of these from `after` or `requires`"));
    }
}

/// The shortest way from a target back to itself.
fn cycle_through<'n>(start: &'n str, edges: &BTreeMap<&'n str, Vec<&'n str>>) -> Option<Vec<&'n str>> {
    let mut ways = std::collections::VecDeque::from([vec![start]]);
    let mut seen = std::collections::BTreeSet::new();
    while let Some(way) = ways.pop_front() {
        let last = way.last().copied().unwrap_or(start);
        for next in edges.get(last).into_iter().flatten().copied() {
            if next == start {
                return Some(way);
            }
            if seen.insert(next) {
                ways.push_back(way.iter().copied().chain([next]).collect());
            }
        }
    }
    None
}
