//! Metadata, of objects and of the templates of others, and what selects by it.

use tollgate_sdk::Value;

use super::added::Added;
use super::field::{Field, Holds, MAP, PLAIN, Shape};
use crate::place::Place;

const ALWAYS: Field = PLAIN.added(Added::Always);

/// What every object has.
pub(crate) static ROOT: Shape = Shape::new(&[
    ("apiVersion", Field::new(Holds::Version)),
    ("kind", PLAIN),
    ("metadata", Field::object(&METADATA)),
    ("status", Field::new(Holds::Unseen)),
]);

static METADATA: Shape = Shape::new(&[
    ("namespace", ALWAYS),
    ("uid", ALWAYS),
    ("resourceVersion", ALWAYS),
    ("generation", ALWAYS),
    ("creationTimestamp", ALWAYS),
    ("deletionTimestamp", ALWAYS),
    ("deletionGracePeriodSeconds", ALWAYS),
    ("managedFields", ALWAYS),
    ("selfLink", ALWAYS),
    // They come and go while an object is deleted.
    ("finalizers", Field::new(Holds::Unseen)),
    ("labels", Field::object(&LABELS)),
    ("annotations", Field::object(&ANNOTATIONS)),
]);

static LABELS: Shape = Shape::new(&[
    ("applyset.kubernetes.io/*", ALWAYS),
    ("kubernetes.io/metadata.name", PLAIN.added(Added::When(is_own_name))),
    ("batch.kubernetes.io/*", ALWAYS),
    ("controller-uid", ALWAYS),
    ("job-name", ALWAYS),
    ("*", PLAIN.kept().added(Added::When(is_of_template))),
]);

static ANNOTATIONS: Shape = Shape::new(&[
    ("config.k8s.io/owning-inventory", ALWAYS),
    ("applyset.kubernetes.io/*", ALWAYS),
    ("deployment.kubernetes.io/*", ALWAYS),
    ("deprecated.daemonset.template.generation", ALWAYS),
    ("kubectl.kubernetes.io/last-applied-configuration", ALWAYS),
    ("kubernetes.io/change-cause", ALWAYS),
    ("autoscaling.alpha.kubernetes.io/*", ALWAYS),
    ("batch.kubernetes.io/*", ALWAYS),
    ("pv.kubernetes.io/*", ALWAYS),
    ("volume.kubernetes.io/*", ALWAYS),
    ("volume.beta.kubernetes.io/*", ALWAYS),
    ("kubernetes.io/service-account.uid", PLAIN.added(Added::Later)),
    ("control-plane.alpha.kubernetes.io/leader", ALWAYS),
    ("endpoints.kubernetes.io/*", ALWAYS),
    (BREAK_GLASS, ALWAYS),
])
.open();

/// Who may write it, the host says; it stays behind when what it let pass is set back.
const BREAK_GLASS: &str = "tollgate.dev/break-glass*";

/// Of a pod's template.
pub(crate) static TEMPLATE_METADATA: Shape =
    Shape::new(&[("labels", Field::object(&TEMPLATE_LABELS)), ("annotations", Field::object(&TEMPLATE_ANNOTATIONS))]);

static TEMPLATE_ANNOTATIONS: Shape = Shape::new(&[(BREAK_GLASS, ALWAYS)]).open();

/// The labels by which a Job knows its pods.
static TEMPLATE_LABELS: Shape = Shape::new(&[
    ("batch.kubernetes.io/controller-uid", ALWAYS),
    ("batch.kubernetes.io/job-name", ALWAYS),
    ("controller-uid", ALWAYS),
    ("job-name", ALWAYS),
])
.open();

/// A selector of labels: an empty one selects all; none selects nothing, or is not asked.
pub(crate) const SELECTOR: Field = Field::object(&LABEL_SELECTOR).kept();
static LABEL_SELECTOR: Shape = Shape::new(&[("matchLabels", MAP)]);

fn is_own_name(place: &Place<'_>, value: &Value<'_>) -> bool {
    place.root().found.and_then(|root| root.get("metadata")?.get("name")) == Some(value)
}

/// A Job or a ReplicationController without labels gets those of its template.
fn is_of_template(place: &Place<'_>, value: &Value<'_>) -> bool {
    let root = place.root();
    let kind = root.found.and_then(|root| root.get("kind")).and_then(Value::as_str);
    let label = || root.approved?.get("spec")?.get("template")?.get("metadata")?.get("labels")?.get(place.name());
    matches!(kind, Some("Job" | "ReplicationController")) && place.above(0).approved.is_none() && label() == Some(value)
}
