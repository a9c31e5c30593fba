//! Plans: what applying a recipe to a target would do.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::NotCanonical;
use crate::digest::Digest;
use crate::document::Location;
use crate::pointer::Pointer;
use crate::render::ObjectKey;
use crate::terraform::KnownState;

/// What happens to one object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Verb {
    Create,
    Change,
    Delete,
}

/// One value that is set or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldChange {
    pub path: Pointer,
    /// Nothing: it is not there before.
    pub before: Option<PlannedValue>,
    /// Nothing: it is not there after.
    pub after: Option<PlannedValue>,
}

/// A value in a plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum PlannedValue {
    Plain(Value),
    /// HMAC-SHA-256 (RFC 2104) of the canonical JSON under the target's plan key: equal values can be told, nothing else.
    Secret(Digest),
    /// A secret value without a plan key. A plan that holds one has no digest.
    Withheld,
}

/// What happens to one object, in full.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    pub verb: Verb,
    pub object: ObjectKey,
    /// The target's own id of the live object, for changes and deletes, where the target has such ids.
    pub live_uid: Option<String>,
    /// Digest of what is sent; nothing for deletes, or where it holds secret values (then the changes tell).
    pub sends: Option<Digest>,
    /// Sorted by path.
    pub changes: Vec<FieldChange>,
    /// Fields that somebody else has set and that are taken over, because the target says so.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub takes: Vec<Taken>,
    /// What the target would make of it beside what is sent: shown, and neither approved nor kept.
    #[serde(skip)]
    pub by_server: Vec<FieldChange>,
}

/// A field that is taken from whoever has set it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Taken {
    /// As the target names it: `.spec.replicas`.
    pub field: String,
    /// Who has set it, by the name under which it did.
    pub from: String,
}

/// Something at the target that stands in the way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Conflict {
    /// Where: a path, a field, an owner.
    pub at: String,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What applying a recipe to a target would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    pub target: String,
    /// Id of the recipe.
    pub recipe: Digest,
    /// Sorted by object.
    pub actions: Vec<Action>,
    pub unchanged: u32,
    /// With one of these the plan can't be approved.
    pub conflicts: Vec<Conflict>,
    /// Where components are planned one by one: what is known of each.
    #[serde(default, skip_serializing_if = "PlannedComponents::is_silent")]
    pub components: PlannedComponents,
}

/// What is known of the components of a plan, at a target that plans each by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PlannedComponents {
    /// Those that are planned once those before them are as planned. Sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub deferred: Vec<String>,
    /// Those that were not planned again, because neither they nor their state at the target have changed. Sorted.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untouched: Vec<String>,
    /// Of those that were planned: the state that the plan starts from.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub states: BTreeMap<String, KnownState>,
    /// Of those that were planned: states that somebody else has written since they were left. Sorted by component.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub written_by_others: Vec<WrittenByOthers>,
    /// What Terraform says of each planned component, for policies to judge. Kept like other documents.
    #[serde(skip)]
    pub shown: Vec<ShownPlan>,
    /// What is wrong with configurations, so that there is no plan for them. With one of these the plan can't be approved.
    #[serde(skip)]
    pub refused: Vec<Refused>,
}

impl PlannedComponents {
    /// Whether there is nothing to keep.
    pub fn is_silent(&self) -> bool {
        self.deferred.is_empty() && self.untouched.is_empty() && self.states.is_empty() && self.written_by_others.is_empty()
    }
}

/// A state that somebody else has written since tollgate left it: by hand, perhaps only a part of a plan (`-target`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WrittenByOthers {
    pub component: String,
    pub left: KnownState,
    /// Nothing: it is gone.
    pub now: Option<KnownState>,
}

impl fmt::Display for WrittenByOthers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "its state was left at serial {}, and ", self.left.serial)?;
        match &self.now {
            None => f.write_str("there is none any more")?,
            Some(now) if now.lineage != self.left.lineage => write!(f, "another one is there, at serial {}", now.serial)?,
            Some(now) => write!(f, "it is at serial {}", now.serial)?,
        }
        f.write_str(": somebody else wrote it")
    }
}

/// What Terraform says that a plan for one component does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ShownPlan {
    pub component: String,
    /// In its JSON form, sensitive values withheld.
    pub json: Value,
}

/// Something wrong with the configuration of one component.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    pub component: String,
    pub location: Option<Location>,
    /// What is wrong, and what to do.
    pub message: String,
}

/// What a plan would do.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlanSummary {
    pub digest: Digest,
    pub creates: u32,
    pub changes: u32,
    pub deletes: u32,
    pub unchanged: u32,
    pub actions: Vec<PlannedAction>,
}

/// What would happen to one object.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PlannedAction {
    pub verb: Verb,
    pub component: String,
    pub api_version: String,
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
}

/// Why a plan has no digest.
#[derive(Debug, thiserror::Error)]
pub enum NoDigest {
    #[error(
        "the plan for `{target}` holds values of `{object}`, so it needs the target's plan key; set `planKey` of the target, and give the variable or file that it names"
    )]
    SecretWithoutKey { target: String, object: Box<ObjectKey> },
    #[error("the plan for `{target}` has no canonical form")]
    NotCanonical {
        target: String,
        #[source]
        source: NotCanonical,
    },
}

impl Plan {
    /// A plan that does nothing.
    pub fn empty(target: &str, recipe: Digest) -> Self {
        Self {
            target: target.to_owned(),
            recipe,
            actions: Vec::new(),
            unchanged: 0,
            conflicts: Vec::new(),
            components: PlannedComponents::default(),
        }
    }

    /// The digest over all actions. Equal digests mean that the very same would be done.
    ///
    /// # Errors
    /// When the plan holds secret values and the target has no plan key.
    pub fn digest(&self) -> Result<Digest, NoDigest> {
        if let Some(action) = self.actions.iter().find(|action| action.withholds()) {
            return Err(NoDigest::SecretWithoutKey { target: self.target.clone(), object: Box::new(action.object.clone()) });
        }
        Digest::of_canonical(&self.actions).map_err(|source| NoDigest::NotCanonical { target: self.target.clone(), source })
    }

    /// How many actions have a verb.
    pub fn count(&self, verb: Verb) -> u32 {
        let count = self.actions.iter().filter(|action| action.verb == verb).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// The counts and actions, for gates and reports.
    ///
    /// # Errors
    /// As for [`Plan::digest`].
    pub fn summary(&self) -> Result<PlanSummary, NoDigest> {
        Ok(PlanSummary {
            digest: self.digest()?,
            creates: self.count(Verb::Create),
            changes: self.count(Verb::Change),
            deletes: self.count(Verb::Delete),
            unchanged: self.unchanged,
            actions: self.actions.iter().map(Action::planned).collect(),
        })
    }
}

impl Action {
    fn planned(&self) -> PlannedAction {
        let identity = &self.object.identity;
        PlannedAction {
            verb: self.verb,
            component: self.object.component.clone(),
            api_version: identity.api_version.clone(),
            kind: identity.kind.clone(),
            namespace: identity.namespace.clone(),
            name: identity.name.clone(),
        }
    }

    fn withholds(&self) -> bool {
        let withheld = |value: &Option<PlannedValue>| matches!(value, Some(PlannedValue::Withheld));
        self.changes.iter().any(|change| withheld(&change.before) || withheld(&change.after))
    }
}
