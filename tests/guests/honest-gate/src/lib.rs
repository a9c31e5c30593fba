//! A promotion gate that keeps the contract: components that nothing proves are denied, and there is a time to wait for.

#[path = "../../gate.rs"]
#[allow(dead_code, unused_imports, reason = "each gate uses some of it")]
mod gate;

use gate::tollgate::gate::clock;

struct HonestGate;

/// Before this time, in seconds since the Unix epoch, the gate waits.
const OPENS: u64 = 1_600_000_000;

impl gate::Guest for HonestGate {
    fn describe() -> gate::Description {
        gate::honest_description()
    }

    fn configure(settings: Vec<u8>) -> Result<gate::Needs, Vec<gate::SettingsError>> {
        if settings != b"{}" {
            let message = "settings are not known here".to_owned();
            return Err(vec![gate::SettingsError { pointer: String::new(), message }]);
        }
        Ok(gate::Needs::PROOFS)
    }

    fn decide(request: gate::Request) -> Result<gate::Answer, gate::PluginError> {
        let gate::SubjectOfRequest::Promotion(promotion) = request.subject else {
            return Err(gate::PluginError::BadInput("only promotions are judged here".to_owned()));
        };
        if clock::evaluation_time() < OPENS {
            let reason = format!("`{}` opens later", promotion.target.name);
            return Ok(gate::Answer::Pending(gate::Wait { reason, from: Vec::new(), until: Some(OPENS) }));
        }
        let proven = |name: &str| promotion.proofs.iter().any(|proof| proof.recipe.components.iter().any(|c| c.name == name));
        let unproven = promotion.recipe.components.iter().filter(|component| !proven(&component.name));
        let finding = |name: &str| {
            let subject = gate::Subject::Component(name.to_owned());
            gate::honest_finding(subject, format!("`{name}` is not proven ({} built)", promotion.built.len()))
        };
        let findings = unproven.map(|component| finding(&component.name)).collect();
        Ok(gate::Answer::Findings(gate::Judgement { findings, valid_until: None }))
    }
}

gate::export!(HonestGate with_types_in gate);
