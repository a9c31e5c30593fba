//! The promotion graph: which reference moves which target, what must have proven a recipe before, and which gates stand on
//! the way. One typed graph, and a form of it for each reader.

mod canvas;
mod dot;
mod edges;
mod mermaid;
mod svg;
mod text;

use serde::Serialize;
use tollgate_core::pipeline::{Environment, Pipeline, Role, Target, Trigger};
use tollgate_core::policy::Enforcement;

/// The version of the JSON.
pub const VERSION: u32 = 1;

/// The answer of `graph`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GraphReport {
    /// Changes when a member changes its meaning.
    pub version: u32,
    /// The revision that it is of, in words.
    pub policy_revision: String,
    /// In the order of the configuration.
    pub environments: Vec<EnvironmentNode>,
    pub notices: Vec<String>,
}

/// An environment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct EnvironmentNode {
    pub name: String,
    /// False: nothing is promoted from it.
    pub promotable: bool,
    pub targets: Vec<TargetNode>,
}

/// A target, and all that leads to it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct TargetNode {
    pub name: String,
    pub role: Role,
    /// What moves a recipe here.
    pub on: Vec<TriggerNode>,
    /// Ops twins that must have proven the recipe.
    pub requires: Vec<String>,
    /// Targets that must all have proven the recipe.
    pub after: Vec<String>,
    /// Groups of targets: of each, one must have proven the recipe.
    pub after_any: Vec<Vec<String>>,
    /// How long the recipe must have stood there, in seconds.
    pub soak: Option<u64>,
    /// The gates on the way.
    pub gates: Vec<GateNode>,
    /// Where it is configured.
    pub file: String,
    /// From 1.
    pub line: u32,
}

/// What moves a recipe.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "camelCase", tag = "kind", content = "pattern")]
pub enum TriggerNode {
    Branch(String),
    Tag(String),
    Manual,
}

/// A gate on the way to a target.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct GateNode {
    pub name: String,
    pub enforcement: Enforcement,
    /// Nobody wrote it: it comes from another key, or from the design itself.
    pub implied: bool,
}

impl GraphReport {
    /// The graph of a pipeline.
    pub fn new(pipeline: &Pipeline, policy_revision: &str, notices: &[String]) -> Self {
        let environment = |environment: &Environment| EnvironmentNode {
            name: environment.name.clone(),
            promotable: environment.promotable,
            targets: environment.targets.iter().map(|target| TargetNode::new(target, pipeline)).collect(),
        };
        Self {
            version: VERSION,
            policy_revision: policy_revision.to_owned(),
            environments: pipeline.environments.iter().map(environment).collect(),
            notices: notices.to_vec(),
        }
    }

    fn targets(&self) -> impl Iterator<Item = (&EnvironmentNode, &TargetNode)> {
        self.environments.iter().flat_map(|environment| environment.targets.iter().map(move |target| (environment, target)))
    }

    /// All that moves anything, each once, in the order of the configuration.
    fn triggers(&self) -> Vec<&TriggerNode> {
        let mut triggers: Vec<&TriggerNode> = Vec::new();
        for trigger in self.targets().flat_map(|(_, target)| &target.on) {
            if !triggers.contains(&trigger) {
                triggers.push(trigger);
            }
        }
        triggers
    }
}

impl TargetNode {
    fn new(target: &Target, pipeline: &Pipeline) -> Self {
        let gate = |gate: &tollgate_core::pipeline::Gate| GateNode {
            name: gate.name.clone(),
            enforcement: gate.enforcement,
            implied: gate.is_implied,
        };
        Self {
            name: target.name.clone(),
            role: target.role,
            on: target.on.iter().map(TriggerNode::from).collect(),
            requires: target.requires.clone(),
            after: target.after.clone(),
            after_any: target.after_any.clone(),
            soak: target.soak,
            gates: pipeline.gates_to(target).map(gate).collect(),
            file: target.location.file.clone(),
            line: target.location.span.line,
        }
    }

    const fn role_word(&self) -> &'static str {
        match self.role {
            Role::Ops => "ops",
            Role::Apps => "apps",
        }
    }

    /// Everything about it that is no edge, a line each: for nodes of drawings.
    fn lines(&self) -> Vec<String> {
        let soak = self.soak.map(|seconds| format!("soak {}", length(seconds)));
        let gates = self.gates.iter().map(|gate| format!("gate {}", gate.phrase()));
        std::iter::once(format!("{} ({})", self.name, self.role_word())).chain(soak).chain(gates).collect()
    }
}

impl From<&Trigger> for TriggerNode {
    fn from(trigger: &Trigger) -> Self {
        match trigger {
            Trigger::Branch(glob) => Self::Branch(glob.as_str().to_owned()),
            Trigger::Tag(glob) => Self::Tag(glob.as_str().to_owned()),
            Trigger::Manual => Self::Manual,
        }
    }
}

impl TriggerNode {
    fn phrase(&self) -> String {
        match self {
            Self::Branch(pattern) => format!("branch {pattern}"),
            Self::Tag(pattern) => format!("tag {pattern}"),
            Self::Manual => "a commit, by hand".to_owned(),
        }
    }
}

impl GateNode {
    /// Its name, and its enforcement where that is not the usual one.
    fn phrase(&self) -> String {
        match self.enforcement {
            Enforcement::Overridable => self.name.clone(),
            Enforcement::Advisory => format!("{} (advisory)", self.name),
            Enforcement::Mandatory => format!("{} (mandatory)", self.name),
        }
    }
}

/// A length of time in the largest units that say it exactly: `90m` is `1h30m`.
fn length(seconds: u64) -> String {
    let mut rest = seconds;
    let mut text = String::new();
    for (unit, word) in [(86_400, "d"), (3_600, "h"), (60, "m"), (1, "s")] {
        // A day says `24h` in configurations, and two days read better as such.
        let count = if word == "d" && rest < 2 * unit { 0 } else { rest / unit };
        if count > 0 {
            text.push_str(&format!("{count}{word}"));
            rest -= count * unit;
        }
    }
    if text.is_empty() { "0s".to_owned() } else { text }
}

#[cfg(test)]
mod tests;
