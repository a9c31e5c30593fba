//! `tollgate init` without trust: looks at a repository and writes a tollgate.yaml that its manifests pass.

mod found;
mod layout;
mod text;

use std::collections::BTreeSet;
use std::io::{IsTerminal as _, Write as _};

use tollgate_config::PIPELINE_FILE;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use self::found::Found;
use super::Outcome;
use super::asking::{Asking, Beside};
use super::judging;
use crate::cli::check::Check;
use crate::cli::trust::Init;
use crate::configuration::{Failures, local};
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(super) fn run(invocation: &Invocation, arguments: &Init) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let root = wiring::repository(invocation).ok().and_then(|clone| clone.root().map(ToOwned::to_owned));
    let root = root.unwrap_or_else(|| invocation.directory.clone());
    if let Some(there) = local::root_above(&root) {
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("`{there}/{PIPELINE_FILE}` exists already"));
        return Err(one(failure.with_hint("edit it; `tollgate init --trust COMMIT` puts a committed one in force")));
    }
    let found = Found::look(&root).map_err(one)?;
    let components = layout::components(&found.manifests);
    if components.is_empty() {
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("no directory below `{root}` holds manifests"));
        return Err(one(failure.with_hint("components are directories of Kubernetes manifests: put each service's into one")));
    }
    let failing = failing(invocation, &found)?;
    let text = text::pipeline(&components, &found.ignored(&components), &failing);
    output::print(&format!("{}\n{text}\n", text::summary(&found))).map_err(one)?;
    if !arguments.yes && !confirmed().map_err(one)? {
        output::tell("nothing is written\n");
        return Ok(ExitCode::Approved);
    }
    output::write_file(&root.join(PIPELINE_FILE), text.as_bytes()).map_err(one)?;
    output::print(&text::next(&found, &failing)).map_err(one)?;
    Ok(ExitCode::Approved)
}

/// The gates that would deny today.
fn failing(invocation: &Invocation, found: &Found) -> Result<BTreeSet<String>, Failures> {
    let loader = wiring::late_loader(invocation, None).map_err(|failure| vec![failure])?;
    let arguments = Check { pack: vec!["builtin:recommended".to_owned()], ..Check::default() };
    let judging = judging::choose(invocation, &arguments, None, &loader)?;
    let asking = Asking::new(&arguments, &judging, None);
    let report = asking.report(&asking.all(vec![found.readable()]), Beside::default());
    Ok(report.gates.into_iter().filter(|gate| gate.verdict == "fail").map(|gate| gate.name).collect())
}

/// Asks on a terminal; elsewhere somebody has to have said so.
fn confirmed() -> Result<bool, Failure> {
    if !std::io::stdin().is_terminal() {
        let failure = Failure::of_message(ExitCode::Usage, "there is no terminal to ask on");
        return Err(failure.with_hint("say `--yes` to have tollgate.yaml written"));
    }
    output::tell("write tollgate.yaml? [Y/n] ");
    let _ = std::io::stderr().flush();
    let mut answer = String::new();
    std::io::stdin().read_line(&mut answer).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
    Ok(matches!(answer.trim().to_lowercase().as_str(), "" | "y" | "yes"))
}
