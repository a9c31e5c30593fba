//! Promotion gates: the world that judges the move of a recipe to a target.

use tollgate_core::deciding::{GateAnswer, GateFinding, GateNeeds, GateRequest};
use tollgate_core::evaluate::{DecidePromotion, Evaluation, EvaluationError, LoadError};
use tollgate_core::policy::Description;
use tollgate_core::recipe::Recipe;
use tollgate_core::time::Timestamp;
use tollgate_core::verdict::Wait;

use crate::answer::{OutputMeter, invalid, quoted};
use crate::bindings::promotion::PromotionIndices;
use crate::bindings::promotion::exports::tollgate::gate::deciding as wit;
use crate::bindings::validator::tollgate::gate::types;
use crate::description;
use crate::findings;
use crate::phase::Phase;
use crate::plugin::{self, Call, Plugin};
use crate::promotion_request;

/// A configured promotion gate.
pub(crate) struct Promotion {
    plugin: Plugin,
    indices: PromotionIndices,
    description: Description,
    needs: GateNeeds,
}

impl Promotion {
    /// Asks the plugin for its description, and configures it.
    ///
    /// # Errors
    /// When its functions are not those of the contract, it fails, or it refuses its settings.
    pub(crate) fn load(plugin: Plugin) -> Result<Self, LoadError> {
        let indices = PromotionIndices::new(plugin.pre()).map_err(|_| LoadError::NoWorld)?;
        let description = describe(&plugin, &indices)?;
        let needs = configure(&plugin, &indices)?;
        Ok(Self { plugin, indices, description, needs })
    }

    fn ask(&self, crossing: &wit::Request, call: &Call) -> Evaluation<Result<wit::Answer, types::PluginError>> {
        self.plugin.call(call, |store, instance| {
            let world = self.indices.load(&mut *store, instance)?;
            world.tollgate_gate_deciding().call_decide(store, crossing)
        })
    }

    fn accept(
        &self,
        answer: Result<wit::Answer, types::PluginError>,
        recipe: Option<&Recipe>,
    ) -> Result<GateAnswer, EvaluationError> {
        match answer.map_err(description::plugin_error)? {
            wit::Answer::Findings(judgement) => {
                let findings = checked(judgement.findings, &self.description, recipe)?;
                Ok(GateAnswer::Findings { findings, valid_until: judgement.valid_until.map(instant).transpose()? })
            }
            wit::Answer::Pending(waiting) => wait(waiting).map(GateAnswer::Pending),
        }
    }
}

impl DecidePromotion for Promotion {
    fn description(&self) -> &Description {
        &self.description
    }

    fn needs(&self) -> GateNeeds {
        self.needs
    }

    fn uses_clock(&self) -> bool {
        self.plugin.uses_clock()
    }

    fn decide(&self, request: &GateRequest) -> Evaluation<GateAnswer> {
        let crossing = match promotion_request::crossing(request, &self.plugin.settings) {
            Ok(crossing) => crossing,
            Err(error) => return plugin::not_asked(EvaluationError::Plugin { reason: error.to_string() }),
        };
        let input = (self.plugin.settings.len() + serde_json::to_vec(request).unwrap_or_default().len()) as u64;
        let call = Call { phase: Phase::Judge, input, evaluation_time: request.evaluation_time };
        plugin::accept(self.ask(&crossing, &call), |answer| self.accept(answer, request.subject.recipe()))
    }
}

fn describe(plugin: &Plugin, indices: &PromotionIndices) -> Result<Description, LoadError> {
    let answer = plugin.load_call(Phase::Describe, |store, instance| {
        let Ok(world) = indices.load(&mut *store, instance) else { return Ok(None) };
        world.tollgate_gate_deciding().call_describe(store).map(Some)
    })?;
    let described = answer.ok_or(LoadError::NoWorld)?;
    description::description(described).map_err(|source| Phase::Describe.failed(source))
}

fn configure(plugin: &Plugin, indices: &PromotionIndices) -> Result<GateNeeds, LoadError> {
    let answer = plugin.load_call(Phase::Configure, |store, instance| {
        let world = indices.load(&mut *store, instance)?;
        world.tollgate_gate_deciding().call_configure(store, &plugin.settings)
    })?;
    let needs = answer.map_err(description::refused_settings)?;
    Ok(needs_of(needs))
}

fn needs_of(flags: wit::Needs) -> GateNeeds {
    GateNeeds {
        built: flags.contains(wit::Needs::BUILT),
        proofs: flags.contains(wit::Needs::PROOFS),
        actions: flags.contains(wit::Needs::ACTIONS),
        way_back: flags.contains(wit::Needs::WAY_BACK),
        pair: flags.contains(wit::Needs::PAIR),
        change: flags.contains(wit::Needs::CHANGE),
        approvals: flags.contains(wit::Needs::APPROVALS),
        stops: flags.contains(wit::Needs::STOPS),
        overrides: flags.contains(wit::Needs::OVERRIDES),
        evidence: flags.contains(wit::Needs::EVIDENCE),
        facts: flags.contains(wit::Needs::FACTS),
    }
}

/// Takes over a promotion gate's findings.
fn checked(
    found: Vec<wit::Finding>,
    description: &Description,
    recipe: Option<&Recipe>,
) -> Result<Vec<GateFinding>, EvaluationError> {
    OutputMeter::findings(found.len())?;
    let mut meter = OutputMeter::default();
    for finding in &found {
        meter.add([finding.rule.as_str(), finding.message.as_str()]);
        meter.add(finding.remediation.as_deref());
    }
    meter.finish()?;
    found.into_iter().map(|finding| one(finding, description, recipe)).collect()
}

fn one(finding: wit::Finding, description: &Description, recipe: Option<&Recipe>) -> Result<GateFinding, EvaluationError> {
    let level = findings::lowered(&finding.rule, finding.level, description)?;
    let component = match finding.subject {
        wit::Subject::Promotion => None,
        wit::Subject::Component(name) if recipe.is_some_and(|recipe| recipe.component(&name).is_some()) => Some(name),
        wit::Subject::Component(name) => {
            return Err(invalid(format!("a finding names component {}, which is not in the recipe", quoted(&name))));
        }
    };
    let wit::Finding { rule, message, remediation, .. } = finding;
    Ok(GateFinding { rule, message, component, remediation, level })
}

fn wait(wait: wit::Wait) -> Result<Wait, EvaluationError> {
    let mut meter = OutputMeter::default();
    meter.add([wait.reason.as_str()]);
    meter.add(wait.from.iter().map(String::as_str));
    meter.finish()?;
    let until = wait.until.map(instant).transpose()?;
    Ok(Wait { reason: wait.reason, from: wait.from, until })
}

fn instant(seconds: u64) -> Result<Timestamp, EvaluationError> {
    let known = i64::try_from(seconds).ok().and_then(|seconds| Timestamp::from_second(seconds).ok());
    known.ok_or_else(|| invalid(format!("{seconds} is no time that a calendar knows")))
}

#[cfg(test)]
mod tests {
    use tollgate_core::finding::{Level, Severity};
    use tollgate_core::policy::Rule;
    use tollgate_core::recipe::RecipeComponent;

    use super::*;

    fn mk_finding(subject: wit::Subject) -> wit::Finding {
        wit::Finding { rule: "digest-differs".to_owned(), message: "rebuilt".to_owned(), subject, remediation: None, level: None }
    }

    fn check(found: Vec<wit::Finding>) -> Result<Vec<GateFinding>, EvaluationError> {
        let rule = Rule {
            id: "digest-differs".to_owned(),
            title: String::new(),
            help: String::new(),
            level: Level::Deny,
            severity: Severity::High,
            controls: Vec::new(),
        };
        let (name, version) = ("same-image".to_owned(), "0.1.0".to_owned());
        let description = Description { name, version, rules: vec![rule], settings_schema: serde_json::Value::Bool(true) };
        let component = RecipeComponent {
            component: "cart".to_owned(),
            path: "services/cart".to_owned(),
            tree: String::new(),
            images: Vec::new(),
            renderers: Vec::new(),
            render: None,
            terraform: None,
        };
        checked(found, &description, Some(&Recipe::new(vec![component]).unwrap()))
    }

    #[test]
    fn findings_about_the_promotion_and_its_components_are_taken_over() {
        let taken =
            check(vec![mk_finding(wit::Subject::Promotion), mk_finding(wit::Subject::Component("cart".to_owned()))]).unwrap();
        assert_eq!(taken[0].component, None);
        assert_eq!(taken[1].component.as_deref(), Some("cart"));
    }

    #[test]
    fn an_unknown_component_or_rule_is_refused() {
        assert!(check(vec![mk_finding(wit::Subject::Component("basket".to_owned()))]).is_err());
        let unknown = wit::Finding { rule: "other".to_owned(), ..mk_finding(wit::Subject::Promotion) };
        assert!(check(vec![unknown]).is_err());
    }

    #[test]
    fn a_time_out_of_the_calendar_is_refused() {
        let mk_wait = |until| wit::Wait { reason: "soak".to_owned(), from: Vec::new(), until };
        assert_eq!(wait(mk_wait(Some(60))).unwrap().until, Some(Timestamp::from_second(60).unwrap()));
        assert!(wait(mk_wait(Some(u64::MAX))).is_err());
        assert_eq!(wait(mk_wait(None)).unwrap().until, None);
    }
}
