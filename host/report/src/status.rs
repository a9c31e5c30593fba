//! What runs where, and what stands open.

mod attention;

use serde::Serialize;
use tollgate_core::digest::Digest;
use tollgate_core::entry::PromotionId;
use tollgate_core::history::PolicyInForce;
use tollgate_core::image::ImageReference;
use tollgate_core::time::Timestamp;

use crate::clean;
use crate::gate::WaitReport;
use crate::style::{Style, Tone};
use crate::table;
use crate::text::{join, summary};

pub use attention::{OverrideStatus, StopStatus};

/// The answer of `status`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct StatusReport {
    pub version: u32,
    /// Null before any trust was set up.
    pub policy: Option<PolicyStatus>,
    /// In the order of the configuration.
    pub targets: Vec<TargetStatus>,
    /// Attempts that began and have no outcome.
    pub open: Vec<OpenAttempt>,
    /// The last attempt at each target, where it failed: what runs there is older, or something in between.
    pub failed: Vec<FailedAttempt>,
    /// Promotions that something has yet to say yes to.
    pub waiting: Vec<WaitingPromotion>,
    /// Freezes and holds that stand.
    pub stops: Vec<StopStatus>,
    /// Overrides that pass something, or that somebody has yet to look at.
    pub overrides: Vec<OverrideStatus>,
    pub notices: Vec<String>,
}

/// Whose policies judge.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct PolicyStatus {
    pub commit: String,
    pub digest: Digest,
    pub since: Timestamp,
    /// False: no gate judged this change of policy; the command alone was the yes.
    pub gated: bool,
    /// A commit whose policies differ and are not accepted yet.
    pub waiting: Option<String>,
}

/// One target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetStatus {
    pub environment: String,
    pub target: String,
    /// What succeeded there last; null where nothing ever did.
    pub runs: Option<Running>,
    /// What the target itself says, where that differs from the ledger; a sentence.
    pub drift: Option<String>,
}

/// What runs at a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Running {
    pub recipe: Digest,
    pub promotion: PromotionId,
    pub since: Timestamp,
    pub components: Vec<ComponentStatus>,
}

/// One component at a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ComponentStatus {
    pub component: String,
    /// As written, with tags.
    pub images: Vec<String>,
}

/// An attempt without outcome.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct OpenAttempt {
    pub target: String,
    pub promotion: PromotionId,
    pub attempt: u64,
    pub since: Timestamp,
    /// Host and process.
    pub worker: String,
    /// What to type.
    pub command: String,
}

/// An attempt that did not get to its end.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FailedAttempt {
    pub target: String,
    pub promotion: PromotionId,
    pub recipe: Option<Digest>,
    pub at: Timestamp,
    /// Why, in a sentence.
    pub message: String,
}

/// A promotion that waits.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WaitingPromotion {
    pub target: String,
    pub promotion: PromotionId,
    pub waits: Vec<WaitReport>,
}

impl From<PolicyInForce> for PolicyStatus {
    fn from(policy: PolicyInForce) -> Self {
        Self { commit: policy.commit, digest: policy.digest, since: policy.since, gated: policy.gated, waiting: None }
    }
}

impl StatusReport {
    /// The status for people: what runs first, what needs somebody last.
    pub fn to_text(&self, style: Style) -> String {
        let header = ["environment", "target", "component", "recipe", "since", "image"];
        let open = self.open.iter().map(OpenAttempt::sentence);
        let waiting = self.waiting.iter().map(WaitingPromotion::sentence);
        let failed = self.failed.iter().map(FailedAttempt::sentence);
        let drift = self.targets.iter().filter_map(|target| Some(format!("{}: {}", target.target, target.drift.as_ref()?)));
        let blocks = [
            table::with_header(&header, self.targets.iter().flat_map(TargetStatus::rows), style),
            self.policy_text(style),
            summary::notices(&self.notices, style),
            summary::list("the target says something else than the ledger", drift, style),
            summary::list("failed last", failed, style),
            summary::list("stopped", self.stops.iter().map(StopStatus::sentence), style),
            summary::list("break-glass", self.overrides.iter().map(OverrideStatus::sentence), style),
            summary::list("waiting", waiting, style),
            summary::list("ran without outcome", open, style),
        ];
        join(&blocks)
    }

    fn policy_text(&self, style: Style) -> String {
        let Some(policy) = &self.policy else {
            return style.paint(Tone::Caution, "trust is not initialised: run `tollgate init --trust COMMIT`");
        };
        let ungated = if policy.gated { "" } else { ", gates: none" };
        let in_force = format!("policy of commit {} in force since {}{ungated}", clean::line(&policy.commit), policy.since);
        let waiting = policy.waiting.as_deref().map(clean::line);
        let waiting = waiting.map(|commit| format!("\ncommit {commit} has another policy: run `tollgate policy accept {commit}`"));
        format!("{in_force}{}", waiting.unwrap_or_default())
    }
}

impl TargetStatus {
    fn rows(&self) -> Vec<Vec<String>> {
        let target = [self.environment.clone(), self.target.clone()];
        let row = |rest: [String; 4]| [target.as_slice(), rest.as_slice()].concat();
        let Some(runs) = &self.runs else {
            return vec![row(["nothing yet", "", "", ""].map(str::to_owned))];
        };
        let recipe = || runs.recipe.short();
        let component = |component: &ComponentStatus| {
            row([
                component.component.clone(),
                recipe(),
                runs.since.to_string(),
                component.images.iter().map(|image| short_image(image)).collect::<Vec<_>>().join("\n"),
            ])
        };
        if runs.components.is_empty() {
            return vec![row(["no components".to_owned(), recipe(), runs.since.to_string(), String::new()])];
        }
        runs.components.iter().map(component).collect()
    }
}

/// With the first digits of a tag that is a commit.
fn short_image(image: &str) -> String {
    let parsed: Option<ImageReference> = image.parse().ok();
    let commit = parsed.as_ref().and_then(ImageReference::commit).and_then(|commit| Some((commit, commit.get(..12)?)));
    commit.map_or_else(|| image.to_owned(), |(commit, short)| image.replace(commit, short))
}

impl OpenAttempt {
    fn sentence(&self) -> String {
        let Self { target, promotion, attempt, since, worker, command } = self;
        format!("{target}: attempt {attempt} of {promotion}, begun {since} by {worker}; run `{command}`")
    }
}

impl FailedAttempt {
    fn sentence(&self) -> String {
        let Self { target, promotion, at, message, .. } = self;
        format!("{target}: {promotion} failed {at}: {}; `tollgate explain {promotion}` says more", clean::line(message))
    }
}

impl WaitingPromotion {
    fn sentence(&self) -> String {
        let waits: Vec<String> = self.waits.iter().map(WaitReport::sentence).collect();
        let Self { target, promotion, .. } = self;
        if waits.is_empty() {
            return format!("{target}: {promotion} waits; `tollgate explain {promotion}` says for what");
        }
        format!("{target}: {promotion} waits for {}", waits.join("; "))
    }
}

#[cfg(test)]
mod tests;
