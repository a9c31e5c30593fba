//! Autoscalers, budgets and quotas.

use tollgate_sdk::Value;

use super::added::{Added, Literal};
use super::field::{AMOUNTS, Field, Holds, PLAIN, Shape};
use super::metadata::{ROOT, SELECTOR};
use crate::place::Place;
use Literal::{Int, List, Object, Text};

pub(super) static AUTOSCALER: Shape = Shape::new(&[("spec", Field::object(&AUTOSCALER_SPEC))]).like(&ROOT);
static AUTOSCALER_SPEC: Shape = Shape::new(&[
    ("minReplicas", PLAIN.is(&[Int(1)]).kept()),
    (
        "metrics",
        Field::sequence(&METRIC_FIELD).is(&[List(&[Object(&[
            ("type", Text("Resource")),
            (
                "resource",
                Object(&[
                    ("name", Text("cpu")),
                    ("target", Object(&[("type", Text("Utilization")), ("averageUtilization", Int(80))])),
                ]),
            ),
        ])])]),
    ),
    ("behavior", Field::object(&BEHAVIOR)),
    ("selectionStrategy", PLAIN.is(&[Text("LabelSelector")])),
]);

static METRIC_FIELD: Field = Field::object(&METRIC);
static METRIC: Shape = Shape::new(&[
    ("resource", Field::object(&MEASURED)),
    ("containerResource", Field::object(&MEASURED)),
    ("pods", Field::object(&MEASURED)),
    ("object", Field::object(&MEASURED)),
    ("external", Field::object(&MEASURED)),
]);
static MEASURED: Shape = Shape::new(&[("target", Field::object(&AIM))]);
static AIM: Shape = Shape::new(&[("value", Field::new(Holds::Amount)), ("averageValue", Field::new(Holds::Amount))]);

static BEHAVIOR: Shape = Shape::new(&[("scaleUp", Field::object(&UP)), ("scaleDown", Field::object(&DOWN))]);
const SELECT: Field = PLAIN.added(Added::When(is_max));
static UP: Shape = Shape::new(&[
    ("stabilizationWindowSeconds", PLAIN.is(&[Int(0)])),
    ("selectPolicy", SELECT),
    ("policies", PLAIN.added(Added::When(are_policies_up))),
    ("tolerance", Field::new(Holds::Amount)),
]);
static DOWN: Shape = Shape::new(&[
    ("stabilizationWindowSeconds", PLAIN.kept()),
    ("selectPolicy", SELECT),
    ("policies", PLAIN.added(Added::When(are_policies_down))),
    ("tolerance", Field::new(Holds::Amount)),
]);

/// Both directions are filled in as soon as one is written.
fn has_behavior(place: &Place<'_>) -> bool {
    place.root().approved.and_then(|root| root.get("spec")?.get("behavior")).is_some_and(|behavior| *behavior != Value::Null)
}

fn is_max(place: &Place<'_>, value: &Value<'_>) -> bool {
    has_behavior(place) && value.as_str() == Some("Max")
}

fn are_policies_up(place: &Place<'_>, value: &Value<'_>) -> bool {
    has_behavior(place) && FASTEST_UP.is(value)
}

fn are_policies_down(place: &Place<'_>, value: &Value<'_>) -> bool {
    has_behavior(place) && FASTEST_DOWN.is(value)
}

static FASTEST_UP: Literal = List(&[
    Object(&[("type", Text("Pods")), ("value", Int(4)), ("periodSeconds", Int(15))]),
    Object(&[("type", Text("Percent")), ("value", Int(100)), ("periodSeconds", Int(15))]),
]);
static FASTEST_DOWN: Literal = List(&[Object(&[("type", Text("Percent")), ("value", Int(100)), ("periodSeconds", Int(15))])]);

pub(super) static DISRUPTION_BUDGET: Shape = Shape::new(&[("spec", Field::object(&BUDGET_SPEC))]).like(&ROOT);
static BUDGET_SPEC: Shape = Shape::new(&[("selector", SELECTOR), ("minAvailable", PLAIN.kept()), ("maxUnavailable", PLAIN.kept())]);

pub(super) static RESOURCE_QUOTA: Shape = Shape::new(&[("spec", Field::object(&QUOTA_SPEC))]).like(&ROOT);
static QUOTA_SPEC: Shape = Shape::new(&[("hard", AMOUNTS)]);

pub(super) static LIMIT_RANGE: Shape = Shape::new(&[("spec", Field::object(&LIMIT_SPEC))]).like(&ROOT);
static LIMIT_SPEC: Shape = Shape::new(&[("limits", Field::sequence(&LIMIT_FIELD))]);
static LIMIT_FIELD: Field = Field::object(&LIMIT);
static LIMIT: Shape = Shape::new(&[
    ("min", AMOUNTS),
    ("max", AMOUNTS),
    ("maxLimitRequestRatio", AMOUNTS),
    ("default", Field::new(Holds::Map(&DEFAULT_LIMIT))),
    ("defaultRequest", Field::new(Holds::Map(&DEFAULT_REQUEST))),
]);
static DEFAULT_LIMIT: Field = Field::new(Holds::Amount).kept().added(Added::When(|place, value| is_as(place, value, &["max"])));
static DEFAULT_REQUEST: Field =
    Field::new(Holds::Amount).kept().added(Added::When(|place, value| is_as(place, value, &["default", "max", "min"])));

/// What is not written for containers is taken from the first of these that says something.
fn is_as(place: &Place<'_>, value: &Value<'_>, lists: &[&str]) -> bool {
    let limit = place.above(1);
    let is_of_containers = limit.member("type").approved.and_then(Value::as_str) == Some("Container");
    let mut written = lists.iter().filter_map(|list| limit.member(list).found?.get(place.name()));
    is_of_containers && written.next() == Some(value)
}
