//! `tollgate drift`: is what runs what was let through?

use tollgate_core::history::History;
use tollgate_core::pipeline::Target;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::render::Rendered;
use tollgate_report::drift::{DriftReport, TargetDrift};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::Outcome;
use super::deciding::Destination;
use super::recorded::recorded;
use crate::cli::Format;
use crate::cli::deliver::Drift as Arguments;
use crate::delivery::drift::{DriftError, drift};
use crate::delivery::render::render;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Delivery};

pub(crate) fn run(invocation: &Invocation, arguments: &Arguments) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let delivery = wiring::delivery(invocation)?;
    let history = delivery.ledger.history().map_err(fail).map_err(one)?;
    let targets = named(&delivery, &arguments.targets).map_err(one)?;
    let targets =
        targets.into_iter().map(|target| of_target(&delivery, &history, target)).collect::<Result<_, _>>().map_err(one)?;
    let report = DriftReport { version: 1, targets, notices: delivery.notices.clone() };
    let text = match arguments.output {
        Format::Json => output::json(&report).map_err(one)?,
        Format::Text => report.to_text(invocation.style()),
    };
    output::print(&text).map_err(one)?;
    Ok(report.exit())
}

/// The targets of these names; all where none is named.
pub(super) fn named<'a>(delivery: &'a Delivery, names: &[String]) -> Result<Vec<&'a Target>, Failure> {
    let pipeline = &delivery.in_force.configuration.pipeline;
    if names.is_empty() {
        return Ok(pipeline.targets().collect());
    }
    let find = |name: &String| {
        pipeline.target(name).ok_or_else(|| {
            let known: Vec<String> = pipeline.targets().map(|target| format!("`{}`", target.name)).collect();
            let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no target `{name}`"));
            failure.with_hint(format!("there are {}", known.join(", ")))
        })
    };
    names.iter().map(find).collect()
}

/// Compares one target with its record.
pub(super) fn of_target(delivery: &Delivery, history: &History, target: &Target) -> Result<TargetDrift, Failure> {
    let destination = Destination::new(delivery, target)?;
    let found = drift(destination.adapter.as_ref(), history, &target.name, || recorded_manifests(&destination, history));
    let found = found.map_err(|error| match error {
        DriftError::Target(error) => fail(error),
        DriftError::Recipe(failure) => failure,
    })?;
    Ok(TargetDrift {
        environment: target.environment.clone(),
        target: target.name.clone(),
        recorded: found.recorded,
        recipe: found.recipe,
        says: found.says,
        differences: found.differences,
    })
}

/// The manifests of what the ledger says that a target runs, made again.
fn recorded_manifests(destination: &Destination<'_>, history: &History) -> Result<Rendered, Failure> {
    let Some(promotion) = history.current(&destination.target.name) else { return Ok(Rendered::default()) };
    let candidate = recorded(destination, &promotion, history)?;
    let recipe = candidate.recipe.clone().unwrap_or_default();
    render(&candidate, &recipe).map_err(|error| fail(crate::delivery::decide::DecideError::from(error)))
}
