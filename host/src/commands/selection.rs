//! What moves where: a reference, resolved at the remote, and the targets that it moves.

use tollgate_core::pipeline::{Pipeline, Target};
use tollgate_core::ports::{ReadRepository as _, ResolvedReference};
use tollgate_core::recipe::Provenance;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::configuration::Failures;
use crate::exit::fail;
use crate::wiring::Delivery;

/// A reference and its targets, in the order in which they depend on each other.
pub(crate) struct Selected<'a> {
    pub(crate) provenance: Provenance,
    pub(crate) targets: Vec<&'a Target>,
}

/// Resolves the reference, and finds the targets: those whose `on` matches, or those that `--to` names. A named target
/// that the reference does not move is kept, so that it is denied, and the denial written down.
pub(crate) fn select<'a>(delivery: &'a Delivery, reference: &str, to: &[String]) -> Result<Selected<'a>, Failures> {
    let resolved = delivery.repository.resolve_at_remote(reference).map_err(|error| vec![fail(error)])?;
    let ResolvedReference { reference, commit } = resolved;
    let pipeline = &delivery.in_force.configuration.pipeline;
    let targets: Vec<&Target> = if to.is_empty() {
        in_order(pipeline).into_iter().filter(|target| target.on.iter().any(|trigger| trigger.matches(&reference))).collect()
    } else {
        let unknown = to.iter().filter(|name| pipeline.target(name).is_none());
        let failures: Failures = unknown.map(|name| unknown_target(pipeline, name)).collect();
        if !failures.is_empty() {
            return Err(failures);
        }
        in_order(pipeline).into_iter().filter(|target| to.contains(&target.name)).collect()
    };
    if targets.is_empty() {
        let message = format!("{reference} moves no target: no `on` of tollgate.yaml matches it");
        return Err(vec![Failure::of_message(ExitCode::InvalidConfiguration, message)]);
    }
    Ok(Selected { provenance: Provenance { reference, commit }, targets })
}

/// A target that the configuration does not have.
pub(crate) fn unknown_target(pipeline: &Pipeline, name: &str) -> Failure {
    let known: Vec<String> = pipeline.targets().map(|target| format!("`{}`", target.name)).collect();
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no target `{name}`"));
    failure.with_hint(format!("there are {}", known.join(", ")))
}

/// All targets, each after those that must have proven the recipe before it. The configuration has no cycles.
fn in_order(pipeline: &Pipeline) -> Vec<&Target> {
    let mut ordered: Vec<&Target> = Vec::new();
    let mut waiting: Vec<&Target> = pipeline.targets().collect();
    while !waiting.is_empty() {
        let is_placed = |name: &str| ordered.iter().any(|target| target.name == name) || pipeline.target(name).is_none();
        let (ready, rest): (Vec<&Target>, Vec<&Target>) = waiting.iter().partition(|target| target.predecessors().all(is_placed));
        if ready.is_empty() {
            ordered.extend(rest);
            return ordered;
        }
        ordered.extend(ready);
        waiting = rest;
    }
    ordered
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::tests::world::mk_pipeline;

    fn names(targets: &[&Target]) -> Vec<String> {
        targets.iter().map(|target| target.name.clone()).collect()
    }

    #[test]
    fn targets_come_after_those_that_must_have_proven_the_recipe_before() {
        let mut pipeline = mk_pipeline();
        pipeline.environments.reverse();
        assert_eq!(names(&in_order(&pipeline)), ["preprod-apps", "staging-apps", "prod-apps"]);
    }

    #[test]
    fn every_target_is_there_once_even_where_they_wait_for_each_other_or_for_nobody() {
        let mut pipeline = mk_pipeline();
        pipeline.environments[0].targets[0].requires = vec!["nowhere".to_owned()];
        pipeline.environments[1].targets[0].after = vec!["prod-apps".to_owned()];
        assert_eq!(names(&in_order(&pipeline)), ["staging-apps", "preprod-apps", "prod-apps"]);
    }

    #[test]
    fn an_unknown_target_is_refused_with_those_that_there_are() {
        let failure = unknown_target(&mk_pipeline(), "pord-apps");
        assert_eq!(failure.exit, ExitCode::InvalidConfiguration);
        assert_eq!(failure.hint.as_deref(), Some("there are `staging-apps`, `preprod-apps`, `prod-apps`"));
    }
}
