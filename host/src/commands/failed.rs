//! What kept policies from judging, question by question; and denials that end a command.

use tollgate_core::finding::Finding;
use tollgate_core::pipeline::Pipeline;
use tollgate_core::policy::Enforcement;
use tollgate_gate::{Judgements, PolicyFailure};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::judging::enforcements;
use crate::configuration::Failures;

/// What kept policies from judging: failures where a gate that blocks asks the policy, else notices. What only an advisory
/// gate asks is told, and blocks nothing.
pub(crate) fn of_policies(judgements: &Judgements, pipeline: &Pipeline) -> (Failures, Vec<String>) {
    let enforcements = enforcements(pipeline);
    let is_advisory = |failure: &&PolicyFailure| enforcements.get(&failure.policy) == Some(&Enforcement::Advisory);
    let (advisory, blocking): (Vec<&PolicyFailure>, Vec<&PolicyFailure>) = judgements.failures().partition(is_advisory);
    let failure = |failure: &&PolicyFailure| Failure {
        causes: vec![failure.error.to_string()],
        ..Failure::of_message(ExitCode::PluginFailed, sentence(failure))
    };
    let notice = |failure: &&PolicyFailure| format!("{}: {}", sentence(failure), failure.error);
    (blocking.iter().map(failure).collect(), advisory.iter().map(notice).collect())
}

fn sentence(failure: &PolicyFailure) -> String {
    match (&failure.document, &failure.file) {
        (Some(document), Some(file)) => format!("policy `{}` could not judge `{document}` in `{file}`", failure.policy),
        _ => format!("policy `{}` could not judge", failure.policy),
    }
}

/// A denial that ends a command, at its place.
pub(crate) fn of_finding(finding: &Finding) -> Failure {
    let failure = Failure::of_message(ExitCode::Denied, format!("{}: {}", finding.rule, finding.message));
    let failure = finding.location.iter().fold(failure, Failure::at);
    finding.remediation.iter().cloned().fold(failure, Failure::with_hint)
}
