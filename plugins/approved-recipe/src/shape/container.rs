//! Containers.

use tollgate_sdk::Value;
use tollgate_sdk::image::ImageReference;

use super::added::{Added, Literal};
use super::field::{Field, Holds, List, PLAIN, Shape};
use super::resources::RESOURCES;
use crate::place::Place;
use Literal::{Int, Text};

/// Containers of a template.
pub(crate) static CONTAINERS: List = List { key: &[("name", "")], element: Field::object(&CONTAINER) };
/// Containers of a pod by itself.
pub(crate) static POD_CONTAINERS: List = List { key: &[("name", "")], element: Field::object(&POD_CONTAINER) };
/// Containers that get into a pod that runs.
pub(crate) static EPHEMERAL_CONTAINERS: List = List { key: &[("name", "")], element: Field::object(&CONTAINER) };

static POD_CONTAINER: Shape =
    Shape::new(&[("resources", Field::object(&POD_RESOURCES)), ("volumeMounts", Field::list(&POD_MOUNTS))]).like(&CONTAINER);

static CONTAINER: Shape = Shape::new(&[
    ("imagePullPolicy", PLAIN.added(Added::When(is_pull_policy))),
    ("terminationMessagePath", PLAIN.is(&[Text("/dev/termination-log")])),
    ("terminationMessagePolicy", PLAIN.is(&[Text("File")])),
    ("resources", Field::object(&RESOURCES)),
    ("securityContext", Field::object(&SECURITY_CONTEXT)),
    ("livenessProbe", Field::object(&PROBE)),
    ("readinessProbe", Field::object(&PROBE)),
    ("startupProbe", Field::object(&PROBE)),
    ("lifecycle", Field::object(&LIFECYCLE)),
    ("env", Field::list(&ENVIRONMENT)),
    ("ports", Field::list(&PORTS)),
    ("volumeMounts", Field::list(&MOUNTS)),
    ("volumeDevices", Field::list(&DEVICES)),
    ("resizePolicy", Field::list(&RESIZE_POLICIES)),
]);

static SECURITY_CONTEXT: Shape = Shape::new(&[
    ("procMount", PLAIN.is(&[Text("Default")])),
    ("allowPrivilegeEscalation", PLAIN.kept()),
    ("readOnlyRootFilesystem", PLAIN.kept()),
    ("runAsNonRoot", PLAIN.kept()),
    ("runAsUser", PLAIN.kept()),
    ("runAsGroup", PLAIN.kept()),
]);

static PROBE: Shape = Shape::new(&[
    ("timeoutSeconds", PLAIN.is(&[Int(1)])),
    ("periodSeconds", PLAIN.is(&[Int(10)])),
    ("successThreshold", PLAIN.is(&[Int(1)])),
    ("failureThreshold", PLAIN.is(&[Int(3)])),
    ("terminationGracePeriodSeconds", PLAIN.kept()),
    ("httpGet", Field::object(&HTTP_GET)),
    ("grpc", Field::object(&GRPC)),
]);
static HTTP_GET: Shape = Shape::new(&[("path", PLAIN.is(&[Text("/")])), ("scheme", PLAIN.is(&[Text("HTTP")]))]);
static GRPC: Shape = Shape::new(&[("service", PLAIN.is(&[Text("")]))]);
static LIFECYCLE: Shape = Shape::new(&[("postStart", Field::object(&HANDLER)), ("preStop", Field::object(&HANDLER))]);
static HANDLER: Shape = Shape::new(&[("httpGet", Field::object(&HTTP_GET))]);

static ENVIRONMENT: List = List { key: &[("name", "")], element: Field::object(&VARIABLE) };
static VARIABLE: Shape = Shape::new(&[("valueFrom", Field::object(&VALUE_SOURCE))]);
static VALUE_SOURCE: Shape =
    Shape::new(&[("fieldRef", Field::object(&FIELD_REFERENCE)), ("resourceFieldRef", Field::object(&RESOURCE_REFERENCE))]);
/// A field of the pod itself.
pub(crate) static FIELD_REFERENCE: Shape = Shape::new(&[("apiVersion", PLAIN.is(&[Text("v1")]))]);
/// A resource of a container of the pod itself.
pub(crate) static RESOURCE_REFERENCE: Shape = Shape::new(&[("divisor", Field::new(Holds::Amount).is(&[Text("0"), Int(0)]))]);

static PORTS: List = List { key: &[("containerPort", ""), ("protocol", "TCP")], element: Field::object(&PORT) };
static PORT: Shape = Shape::new(&[("protocol", PLAIN.is(&[Text("TCP")])), ("hostPort", PLAIN.added(Added::When(is_port_of_host)))]);

static MOUNTS: List = List { key: &[("mountPath", "")], element: PLAIN };
static POD_MOUNTS: List = List { key: &[("mountPath", "")], element: PLAIN.added(Added::When(is_token_mount)) };
static DEVICES: List = List { key: &[("devicePath", "")], element: PLAIN };
static RESIZE_POLICIES: List = List {
    key: &[("resourceName", "")],
    element: PLAIN.added(Added::When(|_, value| value.get("restartPolicy").and_then(Value::as_str) == Some("NotRequired"))),
};

static POD_RESOURCES: Shape = Shape::new(&[("requests", Field::new(Holds::Map(&REQUEST)))]).like(&RESOURCES);
static REQUEST: Field = Field::new(Holds::Amount).kept().added(Added::When(is_limit));

/// Whether an image is pulled as its tag says, or as the tag said that the object had before: the API server fills the policy in once,
/// and leaves it when the image becomes another one.
pub(crate) fn is_pull_policy_of(image: Option<&Value<'_>>, place: &Place<'_>, policy: &Value<'_>) -> bool {
    let is_one = matches!(policy.as_str(), Some("Always" | "IfNotPresent"));
    if is_one && place.moment.is_update && place.old() == Some(policy) {
        return true;
    }
    let Some(Ok(image)) = image.and_then(Value::as_str).map(ImageReference::parse) else { return false };
    let is_latest = matches!((image.tag(), image.digest()), (Some("latest"), _) | (None, None));
    policy.as_str() == Some(if is_latest { "Always" } else { "IfNotPresent" })
}

fn is_pull_policy(place: &Place<'_>, policy: &Value<'_>) -> bool {
    is_pull_policy_of(place.above(0).member("image").found, place, policy)
}

/// On the network of the host, a port of a container is one of the host.
fn is_port_of_host(place: &Place<'_>, value: &Value<'_>) -> bool {
    // The port, the list of ports, the container, the list of containers, the pod.
    let on_host = place.above(4).member("hostNetwork").approved == Some(&Value::Bool(true));
    on_host && place.above(0).member("containerPort").found == Some(value)
}

/// A pod requests what it is limited to, where it says nothing of its own.
fn is_limit(place: &Place<'_>, value: &Value<'_>) -> bool {
    place.above(1).member("limits").found.and_then(|limits| limits.get(place.name())) == Some(value)
}

/// Where a pod finds the token of its service account.
fn is_token_mount(_: &Place<'_>, mount: &Value<'_>) -> bool {
    let text = |name| mount.get(name).and_then(Value::as_str).unwrap_or_default();
    let is_read_only = mount.get("readOnly") == Some(&Value::Bool(true));
    let has_no_more = matches!(mount, Value::Object(members) if members.len() == 3);
    text("name").starts_with("kube-api-access-")
        && text("mountPath") == "/var/run/secrets/kubernetes.io/serviceaccount"
        && is_read_only
        && has_no_more
}
