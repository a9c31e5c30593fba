//! Whose policies judge, and with which bytes.

pub(crate) mod builtin;
pub(crate) mod in_force;
pub(crate) mod local;
pub(crate) mod plugins;
pub(crate) mod reader;

use tollgate_config::{ConfigProblem, Configuration, ConfigurationError};
use tollgate_core::document::Location;
use tollgate_gate::{PolicyProblem, PolicyProblemKind};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::exit::fail;

/// Failures of a command, all at once.
pub(crate) type Failures = Vec<Failure>;

/// What is wrong with a configuration, each at its place.
pub(crate) fn failures_of(error: ConfigurationError) -> Failures {
    match error {
        ConfigurationError::Invalid(problems) => problems.iter().map(failure_of_problem).collect(),
        ConfigurationError::Source(source) => vec![fail(source)],
        error @ ConfigurationError::Missing { .. } => vec![Failure::new(ExitCode::InvalidConfiguration, &error)],
    }
}

/// One problem, at its place.
pub(crate) fn failure_of_problem(problem: &ConfigProblem) -> Failure {
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, problem.message.clone()).at(&problem.location);
    match &problem.hint {
        Some(hint) => failure.with_hint(hint.clone()),
        None => failure,
    }
}

/// A policy that can't be loaded, at the place where it is configured; settings that the plugin refuses, and levels of rules
/// that it does not have, each at theirs.
pub(crate) fn failures_of_policy(problem: &PolicyProblem, configuration: &Configuration) -> Failures {
    use tollgate_core::evaluate::LoadError;
    let spec = &problem.spec;
    if let PolicyProblemKind::Load(LoadError::Settings { errors }) = problem.source.as_ref() {
        let failure = |error: &tollgate_core::policy::SettingsError| {
            let place = nearest(&spec.setting_locations, &error.pointer).unwrap_or(&spec.location);
            let message = format!("policy `{}`: setting `{}`: {}", spec.name, error.pointer, error.message);
            Failure::of_message(ExitCode::InvalidConfiguration, message).at(place)
        };
        return errors.iter().map(failure).collect();
    }
    let level = match problem.source.as_ref() {
        PolicyProblemKind::UnknownRule { rule, .. } => configuration.level_locations.get(&(spec.name.clone(), rule.clone())),
        _ => None,
    };
    vec![Failure::new(ExitCode::InvalidConfiguration, problem).at(level.unwrap_or(&spec.location))]
}

fn nearest<'a>(
    locations: &'a std::collections::BTreeMap<tollgate_core::pointer::Pointer, Location>,
    pointer: &tollgate_core::pointer::Pointer,
) -> Option<&'a Location> {
    let mut pointer = Some(pointer.clone());
    while let Some(here) = pointer {
        if let Some(location) = locations.get(&here) {
            return Some(location);
        }
        pointer = here.parent();
    }
    None
}

#[cfg(test)]
mod tests;
