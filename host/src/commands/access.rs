//! `tollgate access`: what an account has to be allowed in a cluster, as manifests. Writes nothing there.

mod manifests;

use std::collections::BTreeSet;

use tollgate_core::history::History;
use tollgate_core::pipeline::Target;
use tollgate_core::ports::{NeedAccess, ReadLedger as _};
use tollgate_core::recipe::Provenance;
use tollgate_core::render::Rendered;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::deciding::Destination;
use super::failed::of_finding;
use super::recorded::recorded;
use super::selection::select;
use crate::cli::deliver::Access as Arguments;
use crate::configuration::Failures;
use crate::delivery::decide::DecideError;
use crate::delivery::recipe::Candidate;
use crate::delivery::render::render;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Delivery};

pub(crate) fn run(invocation: &Invocation, arguments: &Arguments) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let subjects = manifests::subjects(arguments).map_err(one)?;
    let delivery = wiring::delivery(invocation)?;
    let selected = select(&delivery, &arguments.to.reference, &arguments.to.to)?;
    let history = delivery.ledger.history().map_err(fail).map_err(one)?;
    let mut text = String::new();
    for (target, cluster) in clusters(&delivery, &selected.targets, &arguments.to.to).map_err(one)? {
        let destination = Destination::new(&delivery, target).map_err(one)?;
        let mut recipes = vec![proposed(&destination, &selected.provenance, &history)?];
        let unread = add_approved(&mut recipes, &destination, &history);
        let mut access = cluster.access(&recipes).map_err(fail).map_err(one)?;
        access.left_out.extend(unread);
        for what in &access.left_out {
            output::tell(&format!("left out: {what}\n"));
        }
        text.push_str(&manifests::text(&target.name, &access, &subjects).map_err(one)?);
    }
    output::print(&text).map_err(one)?;
    Ok(ExitCode::Approved)
}

/// A target, and who says what it needs.
type Cluster<'a> = (&'a Target, Box<dyn NeedAccess>);

/// The targets that are clusters. One that is named must be one.
fn clusters<'a>(delivery: &Delivery, targets: &[&'a Target], named: &[String]) -> Result<Vec<Cluster<'a>>, Failure> {
    let mut clusters = Vec::new();
    for target in targets {
        match wiring::cluster(delivery, target) {
            Some(cluster) => clusters.push((*target, cluster)),
            None if named.contains(&target.name) => return Err(no_cluster(&format!("target `{}` is no cluster", target.name))),
            None => {}
        }
    }
    if clusters.is_empty() {
        return Err(no_cluster("none of the targets that the reference moves is a cluster"));
    }
    Ok(clusters)
}

fn no_cluster(message: &str) -> Failure {
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
    failure.with_hint("only targets with `kubernetes` of tollgate.yaml have accounts that it could grant something to")
}

/// What the reference would bring.
fn proposed(destination: &Destination<'_>, provenance: &Provenance, history: &History) -> Result<Rendered, Failures> {
    let candidate = destination.candidate(provenance, history.gist()).map_err(|failure| vec![failure])?;
    if candidate.recipe.is_none() {
        return Err(candidate.findings.iter().map(of_finding).collect());
    }
    rendered(&candidate).map_err(|failure| vec![failure])
}

fn rendered(candidate: &Candidate) -> Result<Rendered, Failure> {
    let recipe = candidate.recipe.clone().unwrap_or_default();
    render(candidate, &recipe).map_err(|error| fail(DecideError::from(error)))
}

/// Every recipe that was begun there: what it brought may have to be deleted, and people may go back to it. Returns those that
/// can't be read any more.
fn add_approved(recipes: &mut Vec<Rendered>, destination: &Destination<'_>, history: &History) -> Vec<String> {
    let mut seen = BTreeSet::new();
    let mut unread = Vec::new();
    let begun = history.promotions_to(&destination.target.name).into_iter().filter(|promotion| promotion.running.is_some());
    for promotion in begun.filter(|promotion| seen.insert(promotion.recipe())) {
        match recorded(destination, &promotion, history).and_then(|candidate| rendered(&candidate)) {
            Ok(rendered) => recipes.push(rendered),
            Err(failure) => unread.push(format!("the recipe of {}: {}", promotion.id, failure.message)),
        }
    }
    unread
}
