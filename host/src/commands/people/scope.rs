//! What is stopped or started.

use tollgate_core::act::Scope;
use tollgate_core::pipeline::Pipeline;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::people::ScopeArguments;
use crate::commands::selection::unknown_target;

/// The scope that the command line names; nothing where it names none. A target or environment must be there: a freeze of
/// something that does not exist would look like one and stop nothing.
pub(super) fn scope(arguments: &ScopeArguments, pipeline: &Pipeline) -> Result<Option<Scope>, Failure> {
    let ScopeArguments { all, environment, target, component } = arguments;
    if let Some(name) = environment {
        return known_environment(pipeline, name).map(|()| Some(Scope::Environment(name.clone())));
    }
    if let Some(name) = target {
        return match pipeline.target(name) {
            Some(_) => Ok(Some(Scope::Target(name.clone()))),
            None => Err(unknown_target(pipeline, name)),
        };
    }
    Ok(component.clone().map(Scope::Component).or(all.then_some(Scope::All)))
}

fn known_environment(pipeline: &Pipeline, name: &str) -> Result<(), Failure> {
    let known: Vec<String> = pipeline.environments.iter().map(|environment| format!("`{}`", environment.name)).collect();
    if pipeline.environments.iter().any(|environment| environment.name == name) {
        return Ok(());
    }
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no environment `{name}`"));
    Err(failure.with_hint(format!("environments are {}", known.join(", "))))
}
