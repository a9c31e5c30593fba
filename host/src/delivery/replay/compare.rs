//! Then and now, side by side.

use std::collections::BTreeSet;

use serde::Serialize;
use tollgate_core::canonical::{self, NotCanonical};
use tollgate_core::deciding::{GateRequest, GateSubject};
use tollgate_core::decision::{Decision, GateRecord};
use tollgate_core::document::Span;
use tollgate_core::entry::{Decided, Entry};
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::{Gate, Target};

use super::kept::Asked;
use super::sources::Sources;
use super::{Difference, ReplayError, Replayed};
use crate::delivery::evidence;
use crate::delivery::ledger_side::LedgerSide;
use crate::delivery::way::seconds;

/// What approvals of the ledger name as their source; those of git and of the forge name tags, merges and requests.
const OF_LEDGER: &str = "entry ";

/// What was compared so far.
pub(super) struct Comparison<'a> {
    sources: &'a Sources,
    /// Policies that were not asked again.
    unseen: &'a BTreeSet<String>,
    replayed: Replayed,
}

impl<'a> Comparison<'a> {
    pub(super) fn new(sources: &'a Sources, unseen: &'a BTreeSet<String>) -> Self {
        let mut replayed = Replayed::default();
        for (file, commit) in &sources.lost {
            replayed.taken.push(format!("lines in `{file}`: it can't be read at commit {commit}"));
        }
        for policy in unseen {
            replayed.taken.push(format!("policy `{policy}`: it saw Secret values, which the ledger does not keep"));
        }
        Self { sources, unseen, replayed }
    }

    pub(super) fn took_findings(&mut self, findings: &[Finding]) {
        let rules: BTreeSet<&str> = findings.iter().map(|finding| finding.rule.as_str()).collect();
        let taken = rules.iter().map(|rule| format!("findings `{rule}`: what files and registries said is not in the ledger"));
        self.replayed.taken.extend(taken);
    }

    /// The question of then, as far as it follows from the ledger.
    pub(super) fn question(&mut self, entry: &Entry, then: &GateRequest, side: &LedgerSide<'_>) -> Result<(), ReplayError> {
        let of_ledger: Vec<_> = then.approvals.iter().filter(|approval| approval.source.starts_with(OF_LEDGER)).cloned().collect();
        // Approvals are told with what voids them, and a policy that was not asked again may have said what voids one.
        if self.unseen.is_empty() {
            self.same("approvals of the ledger", &of_ledger, &side.approvals()?)?;
        }
        self.same("rejections", &then.rejections, &side.rejections())?;
        self.same("freezes and holds", &then.stops, &side.stops())?;
        self.same("overrides that were used", &then.overrides, &side.overrides())?;
        self.same("the time of the question", &then.evaluation_time, &seconds(entry.at))?;
        if let GateSubject::Promotion(proposed) = &then.subject {
            self.same("records of builds", &proposed.built, &side.built())?;
            self.same("evidence", &then.evidence, &evidence::held(side)?)?;
            self.same("proofs of recipes", &proposed.proofs, &side.proofs()?)?;
            self.same("the recipe of the question", &proposed.recipe, side.recipe)?;
        }
        Ok(())
    }

    /// That recipe and plan are those that the entry names.
    pub(super) fn plan(&mut self, entry: &Entry, question: &Asked) -> Result<(), ReplayError> {
        self.same("the id of the recipe", &entry.subject.recipe, &Some(question.id))?;
        self.same("the digest of the plan", &entry.subject.plan, &Some(question.plan.digest()?))?;
        Ok(())
    }

    pub(super) fn movement(&mut self, decided: &Decided, question: Option<&Asked>) {
        let again = question.is_some_and(|question| question.recorded.movement.is_back());
        if question.is_some() && decided.is_rollback != again {
            self.differs("whether it goes back", &decided.is_rollback, &again);
        }
    }

    /// What the entry says of where it goes and what asked for it, which other readers go by: as the policy and the question
    /// have it.
    pub(super) fn circumstances(&mut self, then: &Decided, target: &Target, question: Option<&Asked>) -> Result<(), NotCanonical> {
        self.same("the environment", &then.environment, &target.environment)?;
        self.same("whether it is promotable", &then.promotable, &target.promotable)?;
        let Some(change) = question.and_then(|question| question.recorded.request.change.as_ref()) else { return Ok(()) };
        self.same("the reference", &then.provenance.reference.to_string(), &change.reference)?;
        self.same("the commit", &then.provenance.commit, &change.commit)?;
        self.same("who asked for it", &then.requester, &change.requester.as_ref().map(|person| person.principal.clone()))
    }

    /// The decision itself.
    pub(super) fn decision(
        &mut self,
        gates: &[&Gate],
        then: &Decided,
        findings: &[Finding],
        again: &Decision,
    ) -> Result<(), NotCanonical> {
        let hidden: BTreeSet<&str> = gates.iter().filter(|gate| self.is_hidden(gate)).map(|gate| gate.name.as_str()).collect();
        let seen = |records: &[GateRecord]| -> Vec<GateRecord> {
            records.iter().filter(|gate| !hidden.contains(gate.name.as_str())).cloned().collect()
        };
        self.same("verdicts of the gates", &seen(&then.gates), &seen(&again.records()))?;
        self.findings(findings, again.findings())?;
        if hidden.is_empty() {
            self.same("the decision", &then.decision, &again.word())?;
            self.same("until when it holds", &then.valid_until, &again.valid_until())?;
            self.same("what it waits for", &then.waits, &again.waits())?;
            self.same("overrides by which gates were passed", &then.overrides, &again.overrides())?;
        }
        Ok(())
    }

    fn is_hidden(&self, gate: &Gate) -> bool {
        gate.requirement.policies().iter().any(|policy| self.unseen.contains(*policy))
    }

    /// Findings are told one by one: there may be many, and one that differs.
    fn findings(&mut self, then: &[Finding], again: &[Finding]) -> Result<(), NotCanonical> {
        let (then, again) = (self.comparable(then), self.comparable(again));
        if canonical::to_vec(&then)? == canonical::to_vec(&again)? {
            return Ok(());
        }
        let only = |some: &[Finding], others: &[Finding]| -> Vec<String> {
            some.iter()
                .filter(|finding| !others.contains(finding))
                .map(|finding| format!("{}: {}", finding.rule, finding.message))
                .collect()
        };
        let (recorded, now) = (only(&then, &again), only(&again, &then));
        let or_order = |list: Vec<String>| if list.is_empty() { "nothing more".to_owned() } else { list.join("; ") };
        self.replayed.differences.push(Difference {
            what: "findings".to_owned(),
            recorded: or_order(recorded),
            again: or_order(now),
        });
        Ok(())
    }

    /// Without what can't be made again.
    fn comparable(&self, findings: &[Finding]) -> Vec<Finding> {
        let asked = findings.iter().filter(|finding| !self.unseen.contains(&finding.policy));
        let without_lost_lines = |finding: &Finding| {
            let mut finding = finding.clone();
            if let Some(location) = finding.location.as_mut().filter(|location| !self.sources.has_lines(&location.file)) {
                location.span = Span::START;
            }
            finding
        };
        let mut comparable: Vec<Finding> = asked.map(without_lost_lines).collect();
        comparable.sort_by(Finding::report_order);
        comparable
    }

    fn same<T: Serialize + PartialEq>(&mut self, what: &str, then: &T, again: &T) -> Result<(), NotCanonical> {
        if then != again {
            self.replayed.differences.push(Difference { what: what.to_owned(), recorded: text(then)?, again: text(again)? });
        }
        Ok(())
    }

    fn differs(&mut self, what: &str, then: &bool, again: &bool) {
        let word = |value: &bool| if *value { "yes" } else { "no" }.to_owned();
        self.replayed.differences.push(Difference { what: what.to_owned(), recorded: word(then), again: word(again) });
    }

    pub(super) fn into_replayed(self) -> Replayed {
        self.replayed
    }
}

fn text<T: Serialize>(value: &T) -> Result<String, NotCanonical> {
    Ok(String::from_utf8_lossy(&canonical::to_vec(value)?).into_owned())
}
