//! What a proposal's own policies would say of it. They judge nothing: whoever proposes a weaker policy gets to see what it
//! would do, and is judged by the one in force all the same.

use tollgate_config::{Configuration, PIPELINE_FILE, UseOfLock};
use tollgate_core::evaluate::LoadPolicy;
use tollgate_core::policy::Grants;
use tollgate_core::ports::ReadRepository as _;
use tollgate_report::check::CheckReport;
use tollgate_report::failure::Failure;

use super::asking::Asking;
use super::compared;
use super::judging::{self, Judging};
use super::proposal::{Proposal, Side};
use crate::cli::check::Check;
use crate::configuration::reader::{Reader, Tree};
use crate::configuration::{Failures, local};
use crate::exit::fail;

const REVISION: &str = "the proposal's own, not in force";

/// The report of the proposal's own policies; nothing where it changes none.
pub(crate) fn report(arguments: &Check, judged_by: &Judging, proposal: &Proposal, loader: &dyn LoadPolicy) -> Option<CheckReport> {
    if !arguments.policy.is_empty() || !arguments.pack.is_empty() {
        return None;
    }
    match judge(arguments, judged_by, proposal, loader) {
        Ok(report) => report,
        Err(failures) => CheckReport::of_failures(&failures, REVISION),
    }
}

fn judge(
    arguments: &Check,
    judged_by: &Judging,
    proposal: &Proposal,
    loader: &dyn LoadPolicy,
) -> Result<Option<CheckReport>, Failures> {
    let one = |failure: Failure| vec![failure];
    let revision = proposal.revision(Side::Merge);
    let has_pipeline = proposal.repository.read(revision, PIPELINE_FILE).map_err(|error| one(fail(error)))?.is_some();
    // One that is taken away is a change, too, and reading it says that it is missing.
    if !has_pipeline && !judged_by.configuration.files.contains_key(PIPELINE_FILE) {
        return Ok(None);
    }
    let reader = Reader { tree: Tree::Commit { repository: &proposal.repository, commit: revision }, ledger: None };
    let mut configuration = local::of_tree(&reader, UseOfLock::Obey)?;
    if configuration.policy_digest == judged_by.configuration.policy_digest {
        return Ok(None);
    }
    take_grants(&mut configuration);
    let judging = judging::load(configuration, &[], loader, &reader, REVISION)?;
    let asking = Asking::new(arguments, &judging, None);
    let compared = compared::compare(&asking, proposal).map_err(one)?;
    Ok(Some(asking.report(&compared.checked, compared.beside)))
}

/// Whoever proposes a plugin could read with it what the operator grants, so it is granted nothing to read.
fn take_grants(configuration: &mut Configuration) {
    for policy in &mut configuration.pipeline.policies {
        let Grants { log, clock, .. } = policy.grants;
        policy.grants = Grants { log, clock, ..Grants::default() };
    }
}
