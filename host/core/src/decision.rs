//! Decisions: the fold of all verdicts for one recipe and one target.

use serde::{Deserialize, Serialize};

use crate::finding::{Finding, Level};
use crate::pass::{Pass, Passes};
use crate::policy::Enforcement;
use crate::time::Timestamp;
use crate::verdict::{Verdict, Wait};

/// What was decided.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum DecisionWord {
    Approved,
    /// Nothing said no, and something has yet to say yes: a person, the time, or a gate that could not judge.
    Pending,
    Denied,
}

/// A gate with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateVerdict {
    pub name: String,
    pub enforcement: Enforcement,
    #[serde(flatten)]
    pub verdict: Verdict,
    /// Until when the verdict holds; nothing: time does not change it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The override by which it is passed whatever it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_by: Option<Pass>,
}

impl GateVerdict {
    /// A verdict that no time and no override changes.
    pub fn new(name: &str, enforcement: Enforcement, verdict: Verdict) -> Self {
        Self { name: name.to_owned(), enforcement, verdict, until: None, passed_by: None }
    }

    const fn blocks(&self) -> bool {
        !matches!(self.enforcement, Enforcement::Advisory) && self.passed_by.is_none()
    }

    /// Lets overrides pass it, where they may: what an overridable gate says, and where it is a recovery, the `error` of any
    /// gate and nothing else. The `fail` of a mandatory gate passes for nobody.
    pub fn pass(&mut self, passes: &Passes) {
        let of_gate = passes.get(&self.name).map_or(&[][..], Vec::as_slice);
        let may = |pass: &&Pass| match (self.enforcement, &self.verdict) {
            (Enforcement::Overridable, Verdict::Error { .. }) => true,
            (Enforcement::Overridable, Verdict::Fail | Verdict::Pending(_)) => !pass.recover,
            (Enforcement::Mandatory, Verdict::Error { .. }) => pass.recover,
            _ => false,
        };
        self.passed_by = of_gate.iter().find(may).copied();
    }
}

/// A gate's verdict, as recorded.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateRecord {
    pub name: String,
    pub enforcement: Enforcement,
    /// The word for its verdict.
    pub verdict: String,
    /// Entry of the override by which it was passed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_by: Option<u64>,
}

/// The fold of all verdicts. Only [`Decision::fold`] makes one.
#[derive(Clone, Debug)]
pub struct Decision {
    word: DecisionWord,
    gates: Vec<GateVerdict>,
    findings: Vec<Finding>,
}

impl Decision {
    /// Folds what the gates answered and what the host itself found.
    ///
    /// `structural` are the host's own findings (`source/…`, `recipe/…`, `structure/…`): a `deny` among them denies, and
    /// no enforcement or override softens it. `judged` are the findings of the policies; the gates' verdicts count them.
    /// No gates at all is a pending decision: nobody has said yes.
    pub fn fold(gates: Vec<GateVerdict>, structural: Vec<Finding>, judged: Vec<Finding>) -> Self {
        let word = decide(&gates, &structural);
        let mut findings = structural;
        findings.extend(judged);
        findings.sort_by(Finding::report_order);
        Self { word, gates, findings }
    }

    /// What was decided.
    pub const fn word(&self) -> DecisionWord {
        self.word
    }

    /// In the order of the configuration.
    pub fn gates(&self) -> &[GateVerdict] {
        &self.gates
    }

    /// In report order.
    pub fn findings(&self) -> &[Finding] {
        &self.findings
    }

    /// The gates that gave no verdict although theirs counts.
    pub fn errors(&self) -> impl Iterator<Item = &GateVerdict> {
        self.gates.iter().filter(|gate| gate.blocks() && matches!(gate.verdict, Verdict::Error { .. }))
    }

    /// What it waits for.
    pub fn waits(&self) -> Vec<Wait> {
        let waits = self.gates.iter().filter(|gate| gate.blocks()).filter_map(|gate| match &gate.verdict {
            Verdict::Pending(wait) => Some(wait.clone()),
            _ => None,
        });
        waits.collect()
    }

    /// The overrides by which gates are passed, by their entries.
    pub fn overrides(&self) -> Vec<u64> {
        let mut entries: Vec<u64> = self.gates.iter().filter_map(|gate| Some(gate.passed_by?.entry)).collect();
        entries.sort_unstable();
        entries.dedup();
        entries
    }

    /// The earliest time at which one of its verdicts may change: a wait is over, a waiver or an override holds no more, or
    /// the gate itself said so.
    pub fn valid_until(&self) -> Option<Timestamp> {
        let waits = self.gates.iter().filter_map(|gate| if let Verdict::Pending(wait) = &gate.verdict { wait.until } else { None });
        let waivers = self.findings.iter().filter_map(|finding| finding.waiver.as_ref()?.end());
        let own = self.gates.iter().filter_map(|gate| gate.until);
        let passes = self.gates.iter().filter_map(|gate| Some(gate.passed_by?.until));
        waits.chain(waivers).chain(own).chain(passes).min()
    }

    /// The gates as the ledger records them.
    pub fn records(&self) -> Vec<GateRecord> {
        let record = |gate: &GateVerdict| GateRecord {
            name: gate.name.clone(),
            enforcement: gate.enforcement,
            verdict: gate.verdict.word().to_owned(),
            passed_by: gate.passed_by.map(|pass| pass.entry),
        };
        self.gates.iter().map(record).collect()
    }
}

fn decide(gates: &[GateVerdict], structural: &[Finding]) -> DecisionWord {
    let blocking = || gates.iter().filter(|gate| gate.blocks());
    let denies = |finding: &Finding| finding.level == Level::Deny;
    let is_open = |gate: &GateVerdict| matches!(gate.verdict, Verdict::Pending(_) | Verdict::Error { .. });
    if structural.iter().any(denies) || blocking().any(|gate| matches!(gate.verdict, Verdict::Fail)) {
        DecisionWord::Denied
    } else if gates.is_empty() || blocking().any(is_open) {
        DecisionWord::Pending
    } else {
        DecisionWord::Approved
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::{RuleId, Severity, Subject};
    use proptest::prelude::*;

    fn mk_gate(enforcement: Enforcement, verdict: Verdict) -> GateVerdict {
        GateVerdict::new("g", enforcement, verdict)
    }

    fn mk_finding(level: Level) -> Finding {
        Finding {
            policy: "structure".to_owned(),
            rule: RuleId::new("structure", "after"),
            level,
            severity: Severity::High,
            message: String::new(),
            subject: Subject::Promotion,
            location: None,
            remediation: None,
            controls: Vec::new(),
            status: None,
            waiver: None,
        }
    }

    fn word(gates: Vec<GateVerdict>) -> DecisionWord {
        Decision::fold(gates, Vec::new(), Vec::new()).word()
    }

    fn error() -> Verdict {
        Verdict::Error { message: "trap".to_owned() }
    }

    #[test]
    fn no_gate_at_all_is_not_a_yes() {
        assert_eq!(word(Vec::new()), DecisionWord::Pending);
    }

    #[test]
    fn an_advisory_gate_never_blocks() {
        for verdict in [Verdict::Fail, error()] {
            assert_eq!(word(vec![mk_gate(Enforcement::Advisory, verdict)]), DecisionWord::Approved);
        }
    }

    #[test]
    fn a_structural_denial_counts_whatever_the_gates_say() {
        let gates = vec![mk_gate(Enforcement::Mandatory, Verdict::Pass)];
        let decision = Decision::fold(gates, vec![mk_finding(Level::Deny)], Vec::new());
        assert_eq!(decision.word(), DecisionWord::Denied);
    }

    fn any_verdict() -> impl Strategy<Value = Verdict> {
        let wait = Wait { reason: "time".to_owned(), from: Vec::new(), until: None };
        prop_oneof![
            Just(Verdict::Pass),
            Just(Verdict::Warn),
            Just(Verdict::Fail),
            Just(Verdict::Pending(wait)),
            Just(error()),
            Just(Verdict::NotApplicable)
        ]
    }

    fn any_gate() -> impl Strategy<Value = GateVerdict> {
        let enforcement = prop_oneof![Just(Enforcement::Advisory), Just(Enforcement::Overridable), Just(Enforcement::Mandatory)];
        (enforcement, any_verdict()).prop_map(|(enforcement, verdict)| mk_gate(enforcement, verdict))
    }

    fn mk_passes(recover: bool) -> Passes {
        let until = Timestamp::from_second(1_800_000_000).unwrap();
        Passes::from([("g".to_owned(), vec![Pass { entry: 7, recover, until }])])
    }

    fn passed(enforcement: Enforcement, verdict: Verdict, recover: bool) -> Decision {
        let mut gate = mk_gate(enforcement, verdict);
        gate.pass(&mk_passes(recover));
        Decision::fold(vec![gate], Vec::new(), Vec::new())
    }

    #[test]
    fn an_override_passes_an_overridable_gate_and_is_named() {
        let decision = passed(Enforcement::Overridable, Verdict::Fail, false);
        assert_eq!((decision.word(), decision.overrides()), (DecisionWord::Approved, vec![7]));
        assert_eq!(decision.valid_until().unwrap().as_second(), 1_800_000_000);
    }

    #[test]
    fn no_override_passes_the_fail_of_a_mandatory_gate() {
        for recover in [false, true] {
            assert_eq!(passed(Enforcement::Mandatory, Verdict::Fail, recover).word(), DecisionWord::Denied);
        }
    }

    #[test]
    fn only_a_recovery_passes_the_error_of_a_mandatory_gate_and_it_passes_nothing_but_errors() {
        assert_eq!(passed(Enforcement::Mandatory, error(), true).word(), DecisionWord::Approved);
        assert_eq!(passed(Enforcement::Overridable, error(), true).word(), DecisionWord::Approved);
        assert_eq!(passed(Enforcement::Mandatory, error(), false).word(), DecisionWord::Pending);
        assert_eq!(passed(Enforcement::Overridable, Verdict::Fail, true).word(), DecisionWord::Denied);
    }

    #[test]
    fn an_override_of_a_gate_that_passes_anyway_is_not_used() {
        assert_eq!(passed(Enforcement::Overridable, Verdict::Pass, false).overrides(), Vec::<u64>::new());
    }

    proptest! {
        /// unknown-blocks: whatever is not a clear yes of every blocking gate is not approved.
        #[test]
        fn approved_means_that_every_blocking_gate_let_it_pass(gates in prop::collection::vec(any_gate(), 0..6)) {
            let lets_pass = |gate: &GateVerdict| {
                gate.enforcement == Enforcement::Advisory || matches!(gate.verdict, Verdict::Pass | Verdict::Warn | Verdict::NotApplicable)
            };
            let all_pass = !gates.is_empty() && gates.iter().all(lets_pass);
            prop_assert_eq!(word(gates) == DecisionWord::Approved, all_pass);
        }
    }
}
