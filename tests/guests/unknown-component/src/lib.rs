//! A promotion gate that blames a component which is not in the recipe.

#[path = "../../gate.rs"]
#[allow(dead_code, unused_imports, reason = "each gate uses some of it")]
mod gate;

struct Sinner;

impl gate::Guest for Sinner {
    fn describe() -> gate::Description {
        gate::honest_description()
    }

    fn configure(_settings: Vec<u8>) -> Result<gate::Needs, Vec<gate::SettingsError>> {
        Ok(gate::Needs::empty())
    }

    fn decide(_request: gate::Request) -> Result<gate::Answer, gate::PluginError> {
        let subject = gate::Subject::Component("basket".to_owned());
        let findings = vec![gate::honest_finding(subject, "it was the basket")];
        Ok(gate::Answer::Findings(gate::Judgement { findings, valid_until: None }))
    }
}

gate::export!(Sinner with_types_in gate);
