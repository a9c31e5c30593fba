//! What would move where, in a case of a promotion gate.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::role::Role;
use super::text::{MomentText, Name, PlainPointerText, Text};

/// Where the recipe would go.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CaseTarget")]
pub(crate) struct Target {
    /// Its name.
    #[schemars(extend("examples" = ["prod-apps"]))]
    pub(crate) name: Name,
    /// Its environment.
    #[schemars(extend("examples" = ["prod"]))]
    pub(crate) environment: Name,
    /// What it is for.
    #[schemars(extend("examples" = ["apps"]))]
    pub(crate) role: Role,
    /// Whether what runs there proves something.
    #[schemars(extend("examples" = [false]))]
    pub(crate) promotable: bool,
    /// Targets that must have proven the recipe before.
    #[schemars(extend("examples" = [["preprod-ops", "preprod-apps"]]))]
    pub(crate) after: Vec<Name>,
    /// Groups of targets: of each group, one must have proven it.
    #[schemars(extend("examples" = [[["eu-apps", "us-apps"]]]))]
    pub(crate) after_any: Vec<Vec<Name>>,
}

impl Default for Target {
    fn default() -> Self {
        Self {
            name: Name("prod-apps".to_owned()),
            environment: Name("prod".to_owned()),
            role: Role::Apps,
            promotable: true,
            after: Vec::new(),
            after_any: Vec::new(),
        }
    }
}

/// One component of a recipe.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CaseComponent")]
pub(crate) struct Component {
    /// Git hash of its directory, in full or as a word.
    #[schemars(extend("examples" = ["changed"]))]
    pub(crate) tree: Option<Text>,
    /// Its images.
    #[schemars(extend("examples" = [[{"reference": "registry.example.com/cart:1"}]]))]
    pub(crate) images: Vec<Image>,
    /// The branch that its own images must be built from.
    #[schemars(extend("examples" = ["master"]))]
    pub(crate) branch: Option<Text>,
}

/// An image.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseImage")]
pub(crate) struct Image {
    /// As written in the manifests.
    #[schemars(extend("examples" = ["registry.example.com/cart:4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a4f2a"]))]
    pub(crate) reference: Text,
    /// Its digest, in full or as a word; without, one of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["rebuilt"]))]
    pub(crate) digest: Option<Text>,
    /// Built by somebody else.
    #[serde(default)]
    #[schemars(extend("examples" = [true]))]
    pub(crate) third_party: bool,
}

/// What the plan would do. Counts that are left out are those of the actions.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CasePlan")]
pub(crate) struct Plan {
    /// How many objects it creates.
    #[schemars(extend("examples" = [1]))]
    pub(crate) creates: Option<u32>,
    /// How many objects it changes.
    #[schemars(extend("examples" = [1]))]
    pub(crate) changes: Option<u32>,
    /// How many objects it deletes.
    #[schemars(extend("examples" = [1]))]
    pub(crate) deletes: Option<u32>,
    /// How many objects stay as they are.
    #[schemars(extend("examples" = [9]))]
    pub(crate) unchanged: u32,
    /// What happens to single objects.
    #[schemars(extend("examples" = [[{"verb": "delete", "kind": "Namespace", "name": "shop"}]]))]
    pub(crate) actions: Vec<Action>,
}

/// What happens to an object.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "CaseVerb")]
pub(crate) enum Verb {
    Create,
    Change,
    Delete,
}

/// What would happen to one object.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseAction")]
pub(crate) struct Action {
    /// What happens.
    #[schemars(extend("examples" = ["delete"]))]
    pub(crate) verb: Verb,
    /// The object's kind.
    #[schemars(extend("examples" = ["Namespace"]))]
    pub(crate) kind: Text,
    /// The object's name.
    #[schemars(extend("examples" = ["shop"]))]
    pub(crate) name: Text,
    /// The object's namespace, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["shop"]))]
    pub(crate) namespace: Option<Text>,
    /// The object's version; without, `v1`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["apps/v1"]))]
    pub(crate) api_version: Option<Text>,
    /// The component; without, the first one of the recipe.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["cart"]))]
    pub(crate) component: Option<Name>,
}

/// The record that an image was built.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseBuilt")]
pub(crate) struct Built {
    /// The service.
    #[schemars(extend("examples" = ["cart"]))]
    pub(crate) service: Name,
    /// The image.
    #[schemars(extend("examples" = ["registry.example.com/cart:1"]))]
    pub(crate) reference: Text,
    /// Its digest, in full or as a word; without, the one of an image without digest.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["rebuilt"]))]
    pub(crate) digest: Option<Text>,
    /// The branch; without, `master`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["master"]))]
    pub(crate) branch: Option<Text>,
}

/// The record that a recipe succeeded on a target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CaseProof")]
pub(crate) struct Proof {
    /// The target.
    #[schemars(extend("examples" = ["preprod-apps"]))]
    pub(crate) target: Name,
    /// Its environment; without, the target's name up to its last dash.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["prod"]))]
    pub(crate) environment: Option<Name>,
    /// Whether the environment is one that things are promoted from; it is, unless this says `false`.
    #[serde(default = "yes")]
    #[schemars(extend("examples" = [false]))]
    pub(crate) promotable: bool,
    /// The recipe; without, the one that would move.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"cart": {"tree": "before"}}]))]
    pub(crate) recipe: Option<BTreeMap<Name, Component>>,
    /// Name of the promotion; without, `P-7`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["P-7"]))]
    pub(crate) promotion: Option<Text>,
    /// When it succeeded; without, a day before the case's time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["-2d"]))]
    pub(crate) since: Option<MomentText>,
    /// `false` once it was rolled back or failed there later.
    #[serde(default = "yes")]
    #[schemars(extend("examples" = [false]))]
    pub(crate) standing: bool,
}

const fn yes() -> bool {
    true
}

/// What a rollback would go back to.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CaseWayBack")]
pub(crate) struct WayBack {
    /// Id of the recipe, in full or as a word.
    #[schemars(extend("examples" = ["before"]))]
    pub(crate) recipe: Option<Text>,
    /// Name of its promotion; without, `P-6`.
    #[schemars(extend("examples" = ["P-7"]))]
    pub(crate) promotion: Option<Text>,
    /// References of its images that are no longer to be had.
    #[schemars(extend("examples" = [["registry.example.com/cart:1"]]))]
    pub(crate) missing_images: Vec<Text>,
}

/// An Ops target that shadows an Apps target, and how the two differ.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[schemars(rename = "CasePair")]
pub(crate) struct Pair {
    /// The target that shadows; without, `prod-ops`.
    #[schemars(extend("examples" = ["prod-ops"]))]
    pub(crate) ops: Option<Name>,
    /// The target that is shadowed; without, `prod-apps`.
    #[schemars(extend("examples" = ["prod-apps"]))]
    pub(crate) apps: Option<Name>,
    /// Values that are others in Ops than in Apps.
    #[schemars(extend("examples" = [[{"path": "/variables/size", "ops": 1, "apps": 3}]]))]
    pub(crate) differences: Vec<PairDifference>,
    /// What could not be compared, and why.
    #[schemars(extend("examples" = [["`cluster` of `prod-ops` can't be planned"]]))]
    pub(crate) unseen: Vec<Text>,
}

/// A value that is another one in Ops than in Apps.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(rename = "CasePairDifference")]
pub(crate) struct PairDifference {
    /// Its component; without, that of the case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["network"]))]
    pub(crate) component: Option<Name>,
    /// Where it is.
    #[schemars(extend("examples" = ["/variables/size"]))]
    pub(crate) path: PlainPointerText,
    /// What it is in Ops; without, it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [1]))]
    pub(crate) ops: Option<Value>,
    /// What it is in Apps; without, it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [3]))]
    pub(crate) apps: Option<Value>,
    /// The entry of `pairs.differ` by which it is meant to differ.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["/variables/size"]))]
    pub(crate) on_purpose: Option<Text>,
}
