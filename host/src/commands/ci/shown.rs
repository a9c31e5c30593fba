//! What people see on the forge: a status beside the commit, and one comment on the request. Nothing that is decided rests on it,
//! so what can't be written is told to whoever reads the job's log, and changes nothing else.

use tollgate_core::forge::{CommitStatus, StatusState};
use tollgate_core::ports::{ForgeError, ReadRepository as _, WriteForge};
use tollgate_report::check::CheckReport;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::format::markdown::MARKER;
use tollgate_report::gate::GateReport;
use tollgate_report::promotion::TargetReport;

use crate::ci::Place;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

/// The forge that the job belongs to, with a token for it.
pub(super) struct Shown<'a> {
    invocation: &'a Invocation,
    place: &'a Place,
    forge: Box<dyn WriteForge>,
}

impl<'a> Shown<'a> {
    /// Nothing where the job was given no token: then nobody wants to see anything there.
    pub(super) fn open(invocation: &'a Invocation, place: &'a Place) -> Option<Self> {
        Some(Self { invocation, place, forge: wiring::forge_writer(&place.spec())? })
    }

    /// A status beside the commit, and the comment on the request.
    pub(super) fn of_check(&self, revision: &str, report: &CheckReport, comment: &dyn Fn() -> Result<String, Failure>) {
        let gates = blocking(&report.gates);
        self.status(revision, "tollgate/check", report.exit, &sentence(word(report.exit), &gates, None));
        let Some(number) = self.place.request else { return };
        match comment() {
            Ok(text) => told("the comment", self.forge.write_comment(number, MARKER, &text)),
            Err(failure) => output::tell(&format!("the comment can't be made: {}\n", failure.message)),
        }
    }

    /// A comment on the request, in the place of the one of before that has this marker.
    pub(super) fn comment(&self, marker: &str, text: &str) {
        if let Some(number) = self.place.request {
            told("the comment", self.forge.write_comment(number, marker, text));
        }
    }

    /// A status for each of these targets, also for one about which nothing could be decided.
    pub(super) fn of_promotion(&self, reference: &str, targets: &[String], reports: &[TargetReport]) {
        for name in targets {
            let report = reports.iter().find(|report| report.target == *name);
            let exit = report.map_or(ExitCode::Unexpected, TargetReport::exit);
            let description = report.map_or_else(|| word(exit).to_owned(), of_target);
            self.status(reference, &format!("tollgate/{name}"), exit, &description);
        }
    }

    fn status(&self, revision: &str, context: &str, exit: ExitCode, description: &str) {
        let commit = match self.commit(revision) {
            Ok(commit) => commit,
            Err(failure) => return output::tell(&format!("the status `{context}` is not set: {}\n", failure.message)),
        };
        let status = CommitStatus::new(context.to_owned(), state(exit), description, self.place.url.clone());
        told(&format!("the status `{context}`"), self.forge.set_status(&commit, &status));
    }

    fn commit(&self, revision: &str) -> Result<String, Failure> {
        let repository = wiring::repository(self.invocation)?;
        if revision.starts_with("refs/heads/") || revision.starts_with("refs/tags/") {
            return repository.resolve_at_remote(revision).map(|resolved| resolved.commit).map_err(fail);
        }
        repository.commit(revision).map_err(fail)
    }
}

/// Says loudly what was not written.
fn told(what: &str, written: Result<(), ForgeError>) {
    let Err(error) = written else { return };
    let mut text = format!("{what} is not on the forge, which changes nothing of what was decided: {error}");
    let mut source = std::error::Error::source(&error);
    while let Some(cause) = source {
        text += &format!(": {cause}");
        source = cause.source();
    }
    output::tell(&format!("{text}\n"));
}

const fn state(exit: ExitCode) -> StatusState {
    match exit {
        ExitCode::Approved | ExitCode::Changes => StatusState::Success,
        ExitCode::Pending => StatusState::Pending,
        ExitCode::Denied => StatusState::Failure,
        _ => StatusState::Error,
    }
}

const fn word(exit: ExitCode) -> &'static str {
    match exit {
        ExitCode::Approved | ExitCode::Changes => "approved",
        ExitCode::Pending => "pending",
        ExitCode::Denied => "denied",
        _ => "could not be judged; the job's log says why",
    }
}

fn of_target(target: &TargetReport) -> String {
    let promotion = target.promotion.as_ref().map(ToString::to_string);
    sentence(&target.state, &blocking(&target.gates), promotion.as_deref())
}

/// `pending: four-eyes, soak (P-17)`. Names alone: what a finding says may be longer than a status, and is in the report.
fn sentence(word: &str, gates: &[&str], promotion: Option<&str>) -> String {
    let gates = if gates.is_empty() { String::new() } else { format!(": {}", gates.join(", ")) };
    let promotion = promotion.map(|promotion| format!(" ({promotion})")).unwrap_or_default();
    format!("{word}{promotion}{gates}")
}

/// The gates that did not say yes.
fn blocking(gates: &[GateReport]) -> Vec<&str> {
    let says_no = |gate: &&GateReport| !matches!(gate.verdict.as_str(), "pass" | "warn" | "not-applicable");
    gates.iter().filter(says_no).map(|gate| gate.name.as_str()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_status_names_what_blocks_and_by_which_promotion() {
        assert_eq!(sentence("approved", &[], None), "approved");
        assert_eq!(sentence("pending", &["four-eyes", "soak"], Some("P-17")), "pending (P-17): four-eyes, soak");
    }

    #[test]
    fn whatever_is_no_verdict_is_an_error_and_never_well() {
        for exit in [ExitCode::PluginFailed, ExitCode::LedgerUnavailable, ExitCode::NotApplied, ExitCode::Unexpected] {
            assert_eq!(state(exit), StatusState::Error, "{exit:?}");
        }
        assert_eq!(state(ExitCode::Pending), StatusState::Pending);
        assert_eq!(state(ExitCode::Denied), StatusState::Failure);
        assert_eq!(state(ExitCode::Approved), StatusState::Success);
    }
}
