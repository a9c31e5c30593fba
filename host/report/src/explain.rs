//! What stands in the way, why, when that may change, and who could change it.

use serde::Serialize;
use tollgate_core::decision::{Decision, GateRecord, GateVerdict};
use tollgate_core::entry::Decided;
use tollgate_core::finding::{Finding, Level};
use tollgate_core::policy::Enforcement;
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::{Verdict, Wait};

use crate::clean;
use crate::finding::{Enforcements, FindingReport};
use crate::gate;
use crate::style::{Style, Tone};
use crate::text::{join, summary};

/// The answer of `explain`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ExplainReport {
    pub version: u32,
    /// What was asked about: a promotion, a target, a rule.
    pub subject: String,
    /// Where it stands, in a sentence.
    pub state: String,
    /// The first is what to look at first.
    pub blockers: Vec<Blocker>,
    /// Further lines: provenance, what runs, help of a rule.
    pub details: Vec<String>,
    pub notices: Vec<String>,
}

/// One thing that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Blocker {
    /// The rule or the gate.
    pub what: String,
    /// A sentence or more.
    pub why: Vec<String>,
    /// When it may change by itself.
    pub until: Option<Timestamp>,
    /// Who could change it, or how.
    pub by: String,
}

/// What blocks a decision: first what nobody can let through, then what a fix or an override can, then what only waits.
pub fn blockers(decision: &Decision, given: &Enforcements) -> Vec<Blocker> {
    let enforcements = gate::enforcements(decision.gates(), given);
    let is_hosts_own =
        |finding: &&Finding| FindingReport::new(finding, &Enforcements::new()).is_hosts_own() && finding.level == Level::Deny;
    let structural = decision.findings().iter().filter(is_hosts_own).map(|finding| of_finding(finding, &enforcements));
    let mut gates: Vec<&GateVerdict> = decision.gates().iter().filter(|gate| blocks(gate)).collect();
    gates.sort_by_key(|gate| (rank(&gate.verdict), std::cmp::Reverse(gate.enforcement)));
    structural.chain(gates.into_iter().filter_map(|gate| of_gate(gate, decision, &enforcements))).collect()
}

fn blocks(gate: &GateVerdict) -> bool {
    gate.enforcement != Enforcement::Advisory && gate.passed_by.is_none()
}

/// What blocked a decision that the ledger recorded: its findings, and its gates by their words.
pub fn recorded_blockers(decided: &Decided, findings: &[Finding], given: &Enforcements) -> Vec<Blocker> {
    let mut waits = decided.waits.iter().cloned();
    let asked = decided.gates.iter().filter(|gate| gate.passed_by.is_none());
    let gates = asked.map(|gate| recorded_gate(gate, &mut waits)).collect();
    let is_hosts_own = |finding: &&Finding| FindingReport::new(finding, given).is_hosts_own();
    let (structural, judged) = findings.iter().partition::<Vec<&Finding>, _>(is_hosts_own);
    let owned = |findings: Vec<&Finding>| findings.into_iter().cloned().collect();
    blockers(&Decision::fold(gates, owned(structural), owned(judged)), given)
}

/// A gate as it was recorded. The waits of a record are those of the gates that block, in their order.
fn recorded_gate(gate: &GateRecord, waits: &mut impl Iterator<Item = Wait>) -> GateVerdict {
    let unknown = || Verdict::Error { message: "the record of the promotion has no more to say".to_owned() };
    let verdict = match gate.verdict.as_str() {
        "pass" => Verdict::Pass,
        "warn" => Verdict::Warn,
        "fail" => Verdict::Fail,
        "not-applicable" => Verdict::NotApplicable,
        "pending" if gate.enforcement != Enforcement::Advisory => waits.next().map_or_else(unknown, Verdict::Pending),
        _ => unknown(),
    };
    GateVerdict::new(&gate.name, gate.enforcement, verdict)
}

const fn rank(verdict: &Verdict) -> u8 {
    match verdict {
        Verdict::Fail => 0,
        Verdict::Error { .. } => 1,
        _ => 2,
    }
}

fn of_finding(finding: &Finding, enforcements: &Enforcements) -> Blocker {
    let report = FindingReport::new(finding, enforcements);
    Blocker { what: report.rule.clone(), why: vec![sentence(&report)], until: None, by: report.way_through() }
}

fn sentence(finding: &FindingReport) -> String {
    let place = finding.location().map(|location| format!(" ({}:{})", location.file, location.span.line)).unwrap_or_default();
    let fix = finding.remediation.as_ref().map(|fix| format!("; {fix}")).unwrap_or_default();
    format!("{}{place}{fix}", finding.message)
}

fn of_gate(gate: &GateVerdict, decision: &Decision, enforcements: &Enforcements) -> Option<Blocker> {
    let what = format!("gate {}", gate.name);
    match &gate.verdict {
        Verdict::Fail => {
            let of_gate = decision
                .findings()
                .iter()
                .filter(|finding| finding.policy == gate.name && finding.level == Level::Deny && finding.waiver.is_none());
            let why: Vec<String> = of_gate.map(|finding| sentence(&FindingReport::new(finding, enforcements))).collect();
            let why = if why.is_empty() { vec!["a policy of this gate says no; see the findings".to_owned()] } else { why };
            Some(Blocker { what, why, until: None, by: way_through(gate.enforcement).to_owned() })
        }
        Verdict::Error { message } => {
            let by = "whoever can make the plugin judge: fix the policy, or try again".to_owned();
            Some(Blocker { what, why: vec![format!("could not judge: {message}")], until: None, by })
        }
        Verdict::Pending(wait) => {
            let by = if wait.from.is_empty() { "nobody: only time can".to_owned() } else { wait.from.join(", ") };
            Some(Blocker { what, why: vec![wait.reason.clone()], until: wait.until, by })
        }
        Verdict::Pass | Verdict::Warn | Verdict::NotApplicable => None,
    }
}

const fn way_through(enforcement: Enforcement) -> &'static str {
    match enforcement {
        Enforcement::Mandatory => "nobody can let it through, only a fix helps",
        Enforcement::Overridable | Enforcement::Advisory => "a break-glass override of the gate can let it through",
    }
}

impl ExplainReport {
    /// The explanation for people, the first blocker on top.
    pub fn to_text(&self, style: Style) -> String {
        let title = format!("{}: {}", clean::line(&self.subject), clean::line(&self.state));
        let mut blocks = vec![style.paint(Tone::Heading, title)];
        blocks.extend((1..).zip(&self.blockers).map(|(number, blocker)| blocker.to_text(number, style)));
        blocks.push(summary::list("details", self.details.iter().cloned(), style));
        blocks.push(summary::notices(&self.notices, style));
        join(&blocks)
    }
}

impl Blocker {
    fn to_text(&self, number: usize, style: Style) -> String {
        let title = style.paint(Tone::Bad, format!("{number}. {}", clean::line(&self.what)));
        let why: String = self.why.iter().map(|why| format!("   why: {}\n", clean::line(why))).collect();
        let when = self.until.map_or_else(|| "when somebody changes it".to_owned(), |until| format!("at {until}, by itself"));
        format!("{title}\n{why}   may change: {when}\n   by: {}", clean::line(&self.by))
    }
}

#[cfg(test)]
mod tests;
