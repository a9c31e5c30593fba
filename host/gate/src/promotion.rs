//! Asking promotion gates about a promotion.

use tollgate_core::deciding::{GateAnswer, GateFinding, GateRequest};
use tollgate_core::evaluate::LoadedPolicy;
use tollgate_core::finding::{Finding, RuleId, Subject};
use tollgate_core::recipe::Recipe;

use crate::judgement::{Attributed, Judgements, PolicyFailure, PolicyJudgement};
use crate::policies::{ConfiguredPolicy, Policies};

/// Asks every promotion policy one question. No answer keeps another from being given.
pub fn judge_promotion(policies: &Policies, request: &GateRequest) -> Judgements {
    let mut all = Judgements::default();
    for policy in policies.iter() {
        if let Some(judgement) = judge(policy, request) {
            all.by_policy.insert(policy.spec.name.clone(), judgement);
        }
    }
    all
}

fn judge(policy: &ConfiguredPolicy, request: &GateRequest) -> Option<PolicyJudgement> {
    let LoadedPolicy::Promotion(plugin) = &policy.loaded else { return None };
    let evaluation = plugin.decide(&request.only(plugin.needs()));
    let mut judgement =
        PolicyJudgement { log: evaluation.log, fuel: evaluation.fuel, memory: evaluation.memory, ..PolicyJudgement::default() };
    judgement.asked.insert(None, 1);
    for component in request.subject.recipe().into_iter().flat_map(Recipe::components) {
        judgement.asked.insert(Some(component.component.clone()), 1);
    }
    match evaluation.outcome {
        Ok(GateAnswer::Findings { findings, valid_until }) => {
            judgement.findings = findings.iter().filter_map(|finding| resolve(policy, finding)).collect();
            judgement.valid_until = valid_until;
        }
        Ok(GateAnswer::Pending(wait)) => judgement.wait = Some(wait),
        Err(error) => {
            let value = PolicyFailure { policy: policy.spec.name.clone(), file: None, document: None, error };
            judgement.failures.push(Attributed { component: None, value });
        }
    }
    Some(judgement)
}

fn resolve(policy: &ConfiguredPolicy, raw: &GateFinding) -> Option<Attributed<Finding>> {
    let rule = policy.rule(&raw.rule, raw.level)?;
    let value = Finding {
        policy: policy.spec.name.clone(),
        rule: RuleId::new(&policy.spec.name, &raw.rule),
        level: rule.level,
        severity: rule.severity,
        message: raw.message.clone(),
        subject: raw.component.clone().map_or(Subject::Promotion, Subject::Component),
        location: None,
        remediation: raw.remediation.clone(),
        controls: rule.controls.to_vec(),
        status: None,
        waiver: None,
    };
    Some(Attributed { component: raw.component.clone(), value })
}
