//! What may talk to what.

use tollgate_sdk::Value;

use super::added::{Added, Literal};
use super::field::{Field, MAP, PLAIN, Shape};
use super::metadata::{ROOT, SELECTOR};
use crate::place::Place;
use Literal::Text;

pub(super) static INGRESS: Shape = Shape::new(&[("spec", Field::object(&INGRESS_SPEC))]).like(&ROOT);
/// The default class is the cluster's choice, once.
static INGRESS_SPEC: Shape = Shape::new(&[("ingressClassName", PLAIN.added(Added::AtCreation))]);

pub(super) static INGRESS_CLASS: Shape = Shape::new(&[("spec", Field::object(&CLASS_SPEC))]).like(&ROOT);
static CLASS_SPEC: Shape = Shape::new(&[("parameters", Field::object(&PARAMETERS))]);
static PARAMETERS: Shape = Shape::new(&[("scope", PLAIN.is(&[Text("Cluster")]))]);

pub(super) static NETWORK_POLICY: Shape = Shape::new(&[("spec", Field::object(&POLICY_SPEC))]).like(&ROOT);
static POLICY_SPEC: Shape = Shape::new(&[
    // An empty one selects all, and so does none.
    ("podSelector", Field::object(&POD_SELECTOR)),
    ("policyTypes", PLAIN.added(Added::When(are_policy_types))),
    ("ingress", Field::sequence(&RULE_FIELD)),
    ("egress", Field::sequence(&RULE_FIELD)),
]);
static POD_SELECTOR: Shape = Shape::new(&[("matchLabels", MAP)]);
static RULE_FIELD: Field = Field::object(&RULE);
static RULE: Shape = Shape::new(&[
    ("ports", Field::sequence(&PORT_FIELD)),
    ("from", Field::sequence(&PEER_FIELD)),
    ("to", Field::sequence(&PEER_FIELD)),
]);
static PORT_FIELD: Field = Field::object(&PORT);
static PORT: Shape = Shape::new(&[("protocol", PLAIN.is(&[Text("TCP")]))]);
static PEER_FIELD: Field = Field::object(&PEER);
static PEER: Shape = Shape::new(&[("podSelector", SELECTOR), ("namespaceSelector", SELECTOR)]);

/// A policy is about what comes in, and about what goes out only if it says something of that.
fn are_policy_types(place: &Place<'_>, value: &Value<'_>) -> bool {
    let egress = place.above(0).member("egress").approved;
    let has_egress = matches!(egress, Some(Value::Array(rules)) if !rules.is_empty());
    let types = if has_egress { Literal::List(&[Text("Ingress"), Text("Egress")]) } else { Literal::List(&[Text("Ingress")]) };
    types.is(value)
}
