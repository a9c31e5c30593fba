//! Promotion gates: they judge the move of a recipe to a target.

use std::marker::PhantomData;

use crate::bindings::promotion::exports::tollgate::gate::deciding::{self, Guest};
use crate::bindings::promotion::tollgate::gate::types;
use crate::describe::{Description, Level, PluginError, Rule};
use crate::panic;
use crate::settings::{self, Settings, SettingsError};

pub mod listing;
pub mod people;

pub use deciding::{
    Action, Answer, Approval, ApprovalKind, Built, Change, Commit, Component, Evidence, Fact, Finding, Image, Judgement, Needs,
    OverrideRecord, Pair, PairDifference, Person, Plan, PolicyChange, Promotion as ProposedMove, Proof, Recipe, Rejection, Request,
    Role, Source, Stop, Subject, SubjectOfRequest, Target, Verb, Vouching, Wait, WayBack,
};

/// A plugin that judges promotions.
pub trait Promotion {
    /// What the operator can set.
    type Settings: Settings;

    /// What the plugin says of itself.
    const DESCRIPTION: Description;

    /// What it needs with these settings.
    fn needs(settings: &Self::Settings) -> Needs;

    /// Judges. Must be a pure function of what is asked and of what [`crate::host`] answers.
    ///
    /// # Errors
    /// When it can't judge; never as a way to say no.
    fn decide(settings: &Self::Settings, request: &Request) -> Result<Answer, PluginError>;
}

impl Rule {
    /// A finding of this rule about a component of the recipe.
    pub fn of_component(&'static self, component: &str, message: impl Into<String>) -> Finding {
        self.about(Subject::Component(component.to_owned()), message.into())
    }

    /// A finding of this rule about the promotion as a whole.
    pub fn of_promotion(&'static self, message: impl Into<String>) -> Finding {
        self.about(Subject::Promotion, message.into())
    }

    fn about(&'static self, subject: Subject, message: String) -> Finding {
        Finding { rule: self.id.to_owned(), message, subject, remediation: None, level: None }
    }
}

impl Finding {
    /// Says what the author should do: one imperative sentence.
    #[must_use]
    pub fn fix(mut self, remediation: impl Into<String>) -> Self {
        self.remediation = Some(remediation.into());
        self
    }

    /// Goes below the rule's own level: it is for the reader, and blocks nothing.
    #[must_use]
    pub fn as_note(mut self) -> Self {
        self.level = Some(Level::Note);
        self
    }
}

impl Commit {
    /// The beginning of its id, for people.
    pub fn short(&self) -> &str {
        self.id.get(..12).unwrap_or(&self.id)
    }
}

impl Request {
    /// The recipe that would move.
    ///
    /// # Errors
    /// For a gate that judges nothing else: when a policy revision is judged. The gate then blocks it, and says so.
    pub fn promotion(&self) -> Result<&ProposedMove, PluginError> {
        match &self.subject {
            SubjectOfRequest::Promotion(promotion) => Ok(promotion),
            SubjectOfRequest::Policy(_) => Err(PluginError::BadInput(
                "this gate judges recipes that move, and no policy revisions; take `change: policy` out of its `match`".to_owned(),
            )),
        }
    }

    /// The policy revision that would come into force.
    ///
    /// # Errors
    /// For a gate that judges nothing else: when a recipe would move. The gate then blocks it, and says so.
    pub fn policy_change(&self) -> Result<&PolicyChange, PluginError> {
        match &self.subject {
            SubjectOfRequest::Policy(change) => Ok(change),
            SubjectOfRequest::Promotion(_) => Err(PluginError::BadInput(
                "this gate judges policy revisions, and no recipes that move; write `change: policy` into its `match`".to_owned(),
            )),
        }
    }

    /// Whether a recipe would go back to where it was before. No policy revision does.
    pub const fn is_rollback(&self) -> bool {
        matches!(&self.subject, SubjectOfRequest::Promotion(promotion) if promotion.is_rollback)
    }

    /// What git tells of the change, for a gate that has said that it needs it.
    ///
    /// # Errors
    /// When git tells nothing. The gate then blocks, and says so.
    pub fn change(&self) -> Result<&Change, PluginError> {
        let missing = || PluginError::Missing("what git tells of the change: its commits and who asks for it".to_owned());
        self.change.as_ref().ok_or_else(missing)
    }
}

impl Answer {
    /// Findings that time does not change. None: it passes.
    pub fn of(findings: Vec<Finding>) -> Self {
        Self::Findings(Judgement { findings, valid_until: None })
    }

    /// That it waits for time alone, until these seconds since the Unix epoch.
    pub fn wait_until(reason: impl Into<String>, until: u64) -> Self {
        Self::Pending(Wait { reason: reason.into(), from: Vec::new(), until: Some(until) })
    }

    /// That it waits for people: teams or mail addresses.
    pub fn wait_for(reason: impl Into<String>, from: &[String]) -> Self {
        Self::Pending(Wait { reason: reason.into(), from: from.to_vec(), until: None })
    }

    /// The findings; none while it waits.
    pub fn findings(&self) -> &[Finding] {
        match self {
            Self::Findings(judgement) => &judgement.findings,
            Self::Pending(_) => &[],
        }
    }
}

impl Person {
    /// Whether this is one of those that a list of teams and mail addresses names. Addresses are the same in upper and lower
    /// case.
    pub fn is_one_of(&self, names: &[String]) -> bool {
        names.iter().any(|name| name.eq_ignore_ascii_case(&self.principal) || self.teams.contains(name))
    }
}

impl Vouching {
    /// The person, where there is one.
    pub const fn person(&self) -> Option<&Person> {
        match self {
            Self::Signed(person) | Self::Forge(person) => Some(person),
            Self::Unsigned(_) => None,
        }
    }
}

/// Puts a promotion gate behind the contract's functions.
#[doc(hidden)]
#[derive(Debug)]
pub struct PromotionExport<P>(PhantomData<P>);

impl<P: Promotion> Guest for PromotionExport<P> {
    fn describe() -> types::Description {
        panic::report();
        P::DESCRIPTION.with::<P::Settings>()
    }

    fn configure(bytes: types::Json) -> Result<Needs, Vec<SettingsError>> {
        panic::report();
        settings::configure(&bytes).map(|settings| P::needs(&settings))
    }

    fn decide(request: Request) -> Result<Answer, PluginError> {
        panic::report();
        P::decide(&settings::accepted(&request.settings)?, &request)
    }
}

/// Makes a type that implements [`Promotion`] the plugin's export.
#[macro_export]
macro_rules! export_promotion {
    ($promotion:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(unsafe_code, reason = "the contract's functions are exported under names that Rust can't check")]
        const _: () = {
            type Exported = $crate::PromotionExport<$promotion>;
    $crate::bindings::promotion::export_promotion_world!(Exported with_types_in $crate::bindings::promotion);
        };
        // Natively nothing is exported, but the type must fit all the same.
        #[cfg(not(target_arch = "wasm32"))]
        const _: $crate::Description = <$promotion as $crate::Promotion>::DESCRIPTION;
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::promotions::{policy_request, promotion_request, proposed_in};

    #[test]
    fn a_gate_for_one_subject_is_told_when_it_is_asked_about_the_other() {
        let (promotion, policy) = (promotion_request("prod"), policy_request());
        assert_eq!(promotion.promotion().unwrap().target.name, "prod-apps");
        assert_eq!(policy.policy_change().unwrap().files, ["tollgate.yaml"]);
        let refused = |error| matches!(error, PluginError::BadInput(message) if message.contains("`change: policy`"));
        assert!(refused(promotion.policy_change().unwrap_err()));
        assert!(refused(policy.promotion().unwrap_err()));
    }

    #[test]
    fn only_a_recipe_rolls_back() {
        let mut request = promotion_request("prod");
        assert!(!request.is_rollback());
        proposed_in(&mut request).is_rollback = true;
        assert!(request.is_rollback() && !policy_request().is_rollback());
    }

    #[test]
    fn a_change_that_git_tells_nothing_of_is_an_error() {
        let request = Request { change: None, ..promotion_request("prod") };
        assert!(matches!(request.change(), Err(PluginError::Missing(_))));
    }
}
