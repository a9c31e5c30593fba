//! Accounts, roles, configuration, namespaces and what extends the API.

use tollgate_sdk::Value;

use super::added::{Added, Literal};
use super::field::{EXACTLY, Field, Holds, List as Elements, MAP, PLAIN, Shape};
use super::metadata::{ROOT, SELECTOR};
use crate::place::Place;
use Literal::{Bool, Int, List, Object, Text};

/// An object of a kind that the API server keeps as it is.
pub(super) static CUSTOM: Shape = Shape::new(&[]).like(&ROOT).open();

pub(super) static NAMESPACE: Shape = Shape::new(&[("spec", Field::object(&NAMESPACE_SPEC))]).like(&ROOT);
static NAMESPACE_SPEC: Shape = Shape::new(&[("finalizers", PLAIN.is(&[List(&[Text("kubernetes")])]))]);

pub(super) static CONFIG_MAP: Shape = Shape::new(&[("data", MAP), ("binaryData", MAP)]).like(&ROOT);

/// The values of a Secret are withheld; its keys are compared by themselves.
pub(super) static SECRET: Shape = Shape::new(&[
    ("type", PLAIN.is(&[Text("Opaque")])),
    ("data", Field::new(Holds::Unseen)),
    ("stringData", Field::new(Holds::Unseen)),
])
.like(&ROOT);

pub(super) static SERVICE_ACCOUNT: Shape =
    Shape::new(&[("secrets", PLAIN.added(Added::Later)), ("automountServiceAccountToken", PLAIN.kept())]).like(&ROOT);

pub(super) static ROLE: Shape = Shape::new(&[("rules", PLAIN.added(Added::When(is_aggregated)))]).like(&ROOT);
pub(super) static BINDING: Shape =
    Shape::new(&[("roleRef", Field::object(&ROLE_REFERENCE)), ("subjects", Field::sequence(&SUBJECT_FIELD))]).like(&ROOT);
const GROUP: &str = "rbac.authorization.k8s.io";
static ROLE_REFERENCE: Shape = Shape::new(&[("apiGroup", PLAIN.is(&[Text(GROUP)]))]);
static SUBJECT_FIELD: Field = Field::object(&SUBJECT);
static SUBJECT: Shape = Shape::new(&[("apiGroup", PLAIN.added(Added::When(is_group_of_subject)))]);

pub(super) static PRIORITY_CLASS: Shape =
    Shape::new(&[("preemptionPolicy", PLAIN.is(&[Text("PreemptLowerPriority")]))]).like(&ROOT);

pub(super) static RUNTIME_CLASS: Shape = Shape::new(&[("overhead", Field::object(&OVERHEAD))]).like(&ROOT);
static OVERHEAD: Shape = Shape::new(&[("podFixed", super::field::AMOUNTS)]);

pub(super) static API_SERVICE: Shape = Shape::new(&[("spec", Field::object(&API_SPEC))]).like(&ROOT);
static API_SPEC: Shape = Shape::new(&[("service", Field::object(&SERVICE_REFERENCE))]);
/// A Service that the API server calls.
pub(super) static SERVICE_REFERENCE: Shape = Shape::new(&[("port", PLAIN.is(&[Int(443)]))]);

pub(super) static DEFINITION: Shape = Shape::new(&[("spec", Field::object(&DEFINITION_SPEC))]).like(&ROOT);
static DEFINITION_SPEC: Shape = Shape::new(&[
    ("conversion", Field::object(&CONVERSION)),
    ("names", Field::object(&NAMES)),
    ("preserveUnknownFields", PLAIN.is(&[Bool(false)])),
    ("versions", Field::list(&VERSIONS)),
]);
static CONVERSION: Shape = Shape::new(&[("strategy", PLAIN.is(&[Text("None")])), ("webhook", Field::object(&WEBHOOK))]);
static WEBHOOK: Shape = Shape::new(&[("clientConfig", Field::object(&CLIENT))]);
/// How the API server reaches a webhook.
pub(super) static CLIENT: Shape = Shape::new(&[("service", Field::object(&SERVICE_REFERENCE))]);
static NAMES: Shape =
    Shape::new(&[("listKind", PLAIN.added(Added::When(is_list_kind))), ("singular", PLAIN.added(Added::When(is_singular)))]);
static VERSIONS: Elements = Elements { key: &[("name", "")], element: Field::object(&VERSION) };
/// What the schema says of a field counts, also where it is empty.
static VERSION: Shape = Shape::new(&[("schema", Field::new(Holds::Map(&EXACTLY)))]);

/// A role that is made of others gets its rules from a controller.
fn is_aggregated(place: &Place<'_>, _: &Value<'_>) -> bool {
    place.above(0).member("aggregationRule").approved.is_some_and(|rule| *rule != Value::Null)
}

fn is_group_of_subject(place: &Place<'_>, value: &Value<'_>) -> bool {
    let kind = place.above(0).member("kind").approved.and_then(Value::as_str);
    matches!(kind, Some("User" | "Group")) && value.as_str() == Some(GROUP)
}

fn kind_of_definition<'v>(place: &Place<'v>) -> Option<&'v str> {
    place.above(0).member("kind").approved.and_then(Value::as_str)
}

fn is_list_kind(place: &Place<'_>, value: &Value<'_>) -> bool {
    value.as_str().and_then(|text| text.strip_suffix("List")).is_some_and(|kind| Some(kind) == kind_of_definition(place))
}

fn is_singular(place: &Place<'_>, value: &Value<'_>) -> bool {
    kind_of_definition(place).is_some_and(|kind| value.as_str() == Some(&kind.to_lowercase()))
}

/// A policy of the API server itself.
pub(super) static ADMISSION_POLICY: Shape = Shape::new(&[("spec", Field::object(&POLICY_SPEC))]).like(&ROOT);
static POLICY_SPEC: Shape =
    Shape::new(&[("failurePolicy", PLAIN.is(&[Text("Fail")])), ("matchConstraints", Field::object(&CONSTRAINTS))]);
pub(super) static ADMISSION_POLICY_BINDING: Shape = Shape::new(&[("spec", Field::object(&BINDING_SPEC))]).like(&ROOT);
static BINDING_SPEC: Shape = Shape::new(&[("matchResources", Field::object(&CONSTRAINTS))]);
static CONSTRAINTS: Shape = Shape::new(&[
    ("matchPolicy", PLAIN.is(&[Text("Equivalent")])),
    ("namespaceSelector", SELECTOR.is(&[Object(&[])])),
    ("objectSelector", SELECTOR.is(&[Object(&[])])),
    ("resourceRules", Field::sequence(&RULE_FIELD)),
    ("excludeResourceRules", Field::sequence(&RULE_FIELD)),
]);
/// What a webhook or a policy is asked about.
pub(super) static RULE_FIELD: Field = Field::object(&RULE);
static RULE: Shape = Shape::new(&[("scope", PLAIN.is(&[Text("*")]))]);
