//! Gates with their verdicts, as reports show them.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use tollgate_core::decision::GateVerdict;
use tollgate_core::policy::Enforcement;
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::{Verdict, Wait};

use crate::finding::Enforcements;

/// A gate with its answer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct GateReport {
    pub name: String,
    #[schemars(schema_with = "crate::words::enforcement")]
    pub enforcement: Enforcement,
    /// `pass`, `warn`, `fail`, `pending`, `error` or `not-applicable`.
    pub verdict: String,
    /// Why it could not judge; only with the verdict `error`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// What it waits for; only with the verdict `pending`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub wait: Option<WaitReport>,
    /// Entry of the override by which it is passed whatever it says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub passed_by: Option<u64>,
}

/// What something waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct WaitReport {
    /// A sentence.
    pub reason: String,
    /// Teams or principals who can give it; empty when only time can.
    pub from: Vec<String>,
    /// When the answer may change by itself, as RFC 3339.
    #[schemars(with = "Option<String>")]
    pub until: Option<Timestamp>,
}

impl From<&Wait> for WaitReport {
    fn from(wait: &Wait) -> Self {
        Self { reason: wait.reason.clone(), from: wait.from.clone(), until: wait.until }
    }
}

impl WaitReport {
    /// For people: the reason, who can end it, when it may end by itself.
    pub(crate) fn sentence(&self) -> String {
        let from = if self.from.is_empty() { String::new() } else { format!(", from {}", self.from.join(", ")) };
        let until = self.until.map(|until| format!(", until {until}")).unwrap_or_default();
        format!("{}{from}{until}", self.reason)
    }
}

impl From<&GateVerdict> for GateReport {
    fn from(gate: &GateVerdict) -> Self {
        let (message, wait) = match &gate.verdict {
            Verdict::Error { message } => (Some(message.clone()), None),
            Verdict::Pending(wait) => (None, Some(wait.into())),
            _ => (None, None),
        };
        Self {
            name: gate.name.clone(),
            enforcement: gate.enforcement,
            verdict: gate.verdict.word().to_owned(),
            message,
            wait,
            passed_by: gate.passed_by.map(|pass| pass.entry),
        }
    }
}

/// By policy, the strictest enforcement: as given, and else of the gate that has the policy's name.
pub(crate) fn enforcements(gates: &[GateVerdict], given: &Enforcements) -> Enforcements {
    let mut enforcements: BTreeMap<String, Enforcement> = gates.iter().map(|gate| (gate.name.clone(), gate.enforcement)).collect();
    enforcements.extend(given.clone());
    enforcements
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    pub(crate) fn mk_gate(name: &str, enforcement: Enforcement, verdict: Verdict) -> GateVerdict {
        GateVerdict::new(name, enforcement, verdict)
    }

    pub(crate) fn mk_wait() -> Verdict {
        let until = Some("2026-12-24T06:00:00Z".parse().unwrap());
        Verdict::Pending(Wait { reason: "soak of 24h".to_owned(), from: vec!["platform".to_owned()], until })
    }

    #[test]
    fn an_error_has_a_message_and_a_wait_has_a_reason() {
        let error = mk_gate("a", Enforcement::Mandatory, Verdict::Error { message: "trap".to_owned() });
        assert_eq!(GateReport::from(&error).message.as_deref(), Some("trap"));
        let report = GateReport::from(&mk_gate("a", Enforcement::Mandatory, mk_wait()));
        assert_eq!(report.wait.unwrap().sentence(), "soak of 24h, from platform, until 2026-12-24T06:00:00Z");
        assert_eq!(report.verdict, "pending");
    }

    #[test]
    fn what_the_host_knows_of_a_policy_beats_the_name_of_a_gate() {
        let gates = [mk_gate("a", Enforcement::Advisory, Verdict::Pass), mk_gate("b", Enforcement::Advisory, Verdict::Pass)];
        let given = Enforcements::from([("a".to_owned(), Enforcement::Mandatory)]);
        let all = enforcements(&gates, &given);
        assert_eq!((all["a"], all["b"]), (Enforcement::Mandatory, Enforcement::Advisory));
    }
}
