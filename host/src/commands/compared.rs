//! A proposal, judged beside its base: which findings are new, which were there before, which are gone.

use std::collections::BTreeSet;

use tollgate_core::finding::{Finding, Status};
use tollgate_gate::{Baseline, Judgements};
use tollgate_report::check::{CheckReport, ProposalReport};
use tollgate_report::failure::Failure;

use super::asking::{Asking, Beside};
use super::checked::Checked;
use super::proposal::{Extent, Proposal, Side};

/// A proposal, judged and compared.
pub(crate) struct Compared {
    /// Of the merge. Its findings know whether the base has them.
    pub(crate) checked: Checked,
    /// Findings that no gate counts are those of the base that are gone and, with `--only-new`, those that are still there.
    pub(crate) beside: Beside,
}

/// Judges both sides of a proposal.
pub(crate) fn compare(asking: &Asking<'_>, proposal: &Proposal) -> Result<Compared, Failure> {
    let extent = if asking.arguments.whole { Extent::Whole } else { Extent::Changed };
    let mut checked = judge(asking, proposal, Side::Merge, extent)?;
    let base = judge(asking, proposal, Side::Base, extent)?;
    let mut baseline = Baseline::of(base.judgements.findings().into_iter().chain(base.files.findings));
    baseline.compare(checked.judgements.findings_mut().chain(&mut checked.files.findings));
    let waived = asking.waive(&mut checked);
    let mut shown = baseline.into_fixed();
    if asking.arguments.only_new {
        let is_old = |finding: &Finding| finding.status == Some(Status::Unchanged);
        shown.extend(checked.judgements.take(is_old));
        shown.extend(checked.files.findings.extract_if(.., |finding| is_old(finding)));
    }
    let mut notices = unjudged(&base.judgements);
    if checked.documents == 0 && base.documents == 0 && checked.files.findings.is_empty() {
        notices.push("the proposal touches no document".to_owned());
    }
    Ok(Compared { checked, beside: Beside { shown, notices, waived, ..Beside::default() } })
}

/// Documents are judged one by one as far as they are changed; together, all of them are.
fn judge(asking: &Asking<'_>, proposal: &Proposal, side: Side, extent: Extent) -> Result<Checked, Failure> {
    let pipeline = &asking.judging.configuration.pipeline;
    let files = |extent| proposal.files(side, extent, pipeline);
    let touched = proposal.changed_files() > 0;
    match extent {
        Extent::Whole => Ok(asking.all(files(Extent::Whole)?)),
        Extent::Changed => {
            let mut checked = asking.each(files(Extent::Changed)?);
            if touched && asking.judges_sets() {
                let set = asking.together(files(Extent::Whole)?);
                checked.judgements.absorb(set.judgements);
                // The set has all files, so these are among them.
                checked.files.findings = set.files.findings;
                checked.together = set.files.files;
                checked.rendered = set.rendered;
                checked.judgements.unite_rendered();
            }
            Ok(checked)
        }
    }
}

/// What could not be judged in the base has no findings there, so that all of the proposal's look new.
fn unjudged(base: &Judgements) -> Vec<String> {
    let policies: BTreeSet<&str> = base.failures().map(|failure| failure.policy.as_str()).collect();
    let notice = |policy: &str| format!("policy `{policy}` could not judge all of the base, so its findings may look new");
    policies.into_iter().map(notice).collect()
}

/// What the report says of the proposal itself.
pub(crate) fn proposal_report(asking: &Asking<'_>, proposal: &Proposal, own_policies: Option<CheckReport>) -> ProposalReport {
    ProposalReport {
        base: proposal.merge.base.clone(),
        head: proposal.merge.head.clone(),
        changed_files: proposal.changed_files(),
        whole: asking.arguments.whole,
        only_new: asking.arguments.only_new,
        own_policies: own_policies.map(Box::new),
    }
}
