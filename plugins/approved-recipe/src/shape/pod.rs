//! Pods, and the templates of pods.

use tollgate_sdk::Value;

use super::added::{Added, Literal};
use super::container::{CONTAINERS, EPHEMERAL_CONTAINERS, POD_CONTAINERS};
use super::field::{AMOUNTS, BY_NAME, Field, List, MAP, PLAIN, Shape};
use super::metadata::{ROOT, SELECTOR, TEMPLATE_METADATA};
use super::resources::RESOURCES;
use super::volume::{POD_VOLUMES, VOLUMES};
use crate::place::Place;
use Literal::{Bool, Int, Object, Text};

/// The template of a pod.
pub(crate) static TEMPLATE: Shape =
    Shape::new(&[("metadata", Field::object(&TEMPLATE_METADATA)), ("spec", Field::object(&TEMPLATE_SPEC))]);

/// A pod by itself, to which admission adds more than to templates.
pub(crate) static POD: Shape = Shape::new(&[("spec", Field::object(&POD_SPEC))]).like(&ROOT);

static POD_SPEC: Shape = Shape::new(&[
    ("containers", Field::list(&POD_CONTAINERS)),
    ("initContainers", Field::list(&POD_CONTAINERS)),
    ("volumes", Field::list(&POD_VOLUMES)),
    ("tolerations", Field::list(&POD_TOLERATIONS)),
    ("serviceAccountName", PLAIN.added(Added::When(is_default_account))),
    ("serviceAccount", PLAIN.added(Added::When(is_default_account))),
    ("imagePullSecrets", Field::list(&POD_PULL_SECRETS)),
    // Only the scheduler sets it, and after that nobody can.
    ("nodeName", PLAIN.added(Added::Later)),
    ("priority", PLAIN.added(Added::When(is_priority))),
    ("preemptionPolicy", PLAIN.added(Added::When(is_preemption))),
    ("overhead", AMOUNTS.added(Added::When(is_of_runtime_class))),
])
.like(&TEMPLATE_SPEC);

static TEMPLATE_SPEC: Shape = Shape::new(&[
    ("restartPolicy", PLAIN.is(&[Text("Always")])),
    ("terminationGracePeriodSeconds", PLAIN.is(&[Int(30)]).kept()),
    ("dnsPolicy", PLAIN.is(&[Text("ClusterFirst")])),
    ("schedulerName", PLAIN.is(&[Text("default-scheduler")])),
    ("enableServiceLinks", PLAIN.is(&[Bool(true)]).kept()),
    ("serviceAccount", PLAIN.added(Added::When(is_account_name))),
    ("serviceAccountName", PLAIN.added(Added::When(is_account))),
    ("automountServiceAccountToken", PLAIN.kept()),
    ("hostUsers", PLAIN.kept()),
    ("activeDeadlineSeconds", PLAIN.kept()),
    ("nodeSelector", MAP),
    ("overhead", AMOUNTS),
    ("resources", Field::object(&RESOURCES)),
    ("securityContext", Field::object(&SECURITY_CONTEXT)),
    ("affinity", Field::object(&AFFINITY)),
    ("containers", Field::list(&CONTAINERS)),
    ("initContainers", Field::list(&CONTAINERS)),
    ("ephemeralContainers", Field::list(&EPHEMERAL_CONTAINERS)),
    ("volumes", Field::list(&VOLUMES)),
    ("tolerations", Field::list(&TOLERATIONS)),
    ("imagePullSecrets", Field::list(&BY_NAME)),
    ("hostAliases", Field::list(&BY_IP)),
    ("schedulingGates", Field::list(&BY_NAME)),
    ("readinessGates", Field::list(&READINESS_GATES)),
    ("resourceClaims", Field::list(&BY_NAME)),
    ("topologySpreadConstraints", Field::list(&SPREADS)),
]);

static SECURITY_CONTEXT: Shape = Shape::new(&[
    ("runAsUser", PLAIN.kept()),
    ("runAsGroup", PLAIN.kept()),
    ("runAsNonRoot", PLAIN.kept()),
    ("fsGroup", PLAIN.kept()),
    ("sysctls", Field::list(&BY_NAME)),
]);

static AFFINITY: Shape =
    Shape::new(&[("podAffinity", Field::object(&POD_AFFINITY)), ("podAntiAffinity", Field::object(&POD_AFFINITY))]);

static POD_AFFINITY: Shape = Shape::new(&[
    ("requiredDuringSchedulingIgnoredDuringExecution", Field::sequence(&AFFINITY_TERM)),
    ("preferredDuringSchedulingIgnoredDuringExecution", Field::sequence(&WEIGHTED_TERM)),
]);

static WEIGHTED_TERM: Field = Field::object(&WEIGHTED);
static WEIGHTED: Shape = Shape::new(&[("podAffinityTerm", Field::object(&TERM))]);
static AFFINITY_TERM: Field = Field::object(&TERM);
static TERM: Shape = Shape::new(&[("labelSelector", SELECTOR), ("namespaceSelector", SELECTOR)]);

static BY_IP: List = List { key: &[("ip", "")], element: PLAIN };
static READINESS_GATES: List = List { key: &[("conditionType", "")], element: PLAIN };
static SPREADS: List = List { key: &[("topologyKey", ""), ("whenUnsatisfiable", "")], element: Field::object(&SPREAD) };
static SPREAD: Shape = Shape::new(&[("labelSelector", SELECTOR)]);

const TOLERATION_KEY: &[(&str, &str)] = &[("key", ""), ("operator", "Equal"), ("value", ""), ("effect", "")];
static TOLERATIONS: List = List { key: TOLERATION_KEY, element: Field::object(&TOLERATION) };
static POD_TOLERATIONS: List =
    List { key: TOLERATION_KEY, element: Field::object(&TOLERATION).is(&[Object(NOT_READY), Object(UNREACHABLE)]) };
static TOLERATION: Shape = Shape::new(&[("operator", PLAIN.is(&[Text("Equal")])), ("tolerationSeconds", PLAIN.kept())]);

/// What admission gives to every pod that says nothing of its own.
const NOT_READY: &[(&str, Literal)] = &[
    ("key", Text("node.kubernetes.io/not-ready")),
    ("operator", Text("Exists")),
    ("effect", Text("NoExecute")),
    ("tolerationSeconds", Int(300)),
];
const UNREACHABLE: &[(&str, Literal)] = &[
    ("key", Text("node.kubernetes.io/unreachable")),
    ("operator", Text("Exists")),
    ("effect", Text("NoExecute")),
    ("tolerationSeconds", Int(300)),
];

/// A pod without pull secrets gets those of its service account.
static POD_PULL_SECRETS: List = List { key: &[("name", "")], element: PLAIN.added(Added::When(is_of_account)) };

fn is_of_account(place: &Place<'_>, _: &Value<'_>) -> bool {
    !matches!(place.above(0).approved, Some(Value::Array(secrets)) if !secrets.is_empty())
}

/// The deprecated name of the service account says the same as the new one.
fn is_account_name(place: &Place<'_>, value: &Value<'_>) -> bool {
    place.above(0).member("serviceAccountName").approved == Some(value)
}

fn is_account(place: &Place<'_>, value: &Value<'_>) -> bool {
    place.above(0).member("serviceAccount").approved == Some(value)
}

fn is_default_account(place: &Place<'_>, value: &Value<'_>) -> bool {
    let written = |name| place.above(0).member(name).approved.filter(|value| **value != Value::Null);
    match written("serviceAccountName").or_else(|| written("serviceAccount")) {
        Some(written) => written == value,
        None => value.as_str() == Some("default"),
    }
}

/// A priority class decides on the priority; without one it is 0.
fn is_priority(place: &Place<'_>, value: &Value<'_>) -> bool {
    place.above(0).member("priorityClassName").approved.is_some() || *value == Value::Integer(0)
}

fn is_preemption(place: &Place<'_>, value: &Value<'_>) -> bool {
    place.above(0).member("priorityClassName").approved.is_some() || value.as_str() == Some("PreemptLowerPriority")
}

fn is_of_runtime_class(place: &Place<'_>, _: &Value<'_>) -> bool {
    place.above(0).member("runtimeClassName").approved.is_some()
}
