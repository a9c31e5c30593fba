//! Services.

use tollgate_sdk::Value;

use super::added::{Added, Literal};
use super::field::{Field, List, MAP, PLAIN, Shape};
use super::metadata::ROOT;
use crate::place::Place;
use Literal::{Bool, Int, Text};

pub(super) static SERVICE: Shape = Shape::new(&[("spec", Field::object(&SPEC))]).like(&ROOT);

static SPEC: Shape = Shape::new(&[
    ("type", PLAIN.is(&[Text("ClusterIP")])),
    ("selector", MAP),
    ("sessionAffinity", PLAIN.is(&[Text("None")])),
    ("sessionAffinityConfig", PLAIN.added(Added::When(is_affinity_config))),
    ("internalTrafficPolicy", PLAIN.is(&[Text("Cluster")])),
    ("externalTrafficPolicy", PLAIN.is(&[Text("Cluster")])),
    ("allocateLoadBalancerNodePorts", PLAIN.is(&[Bool(true)]).kept()),
    // The addresses and ports that the cluster gives it.
    ("clusterIP", PLAIN.added(Added::When(is_address))),
    ("clusterIPs", PLAIN.added(Added::When(are_addresses))),
    ("ipFamilies", PLAIN.added(Added::Always)),
    ("ipFamilyPolicy", PLAIN.added(Added::Always)),
    ("healthCheckNodePort", PLAIN.added(Added::Always)),
    ("ports", Field::list(&PORTS)),
]);

static PORTS: List = List { key: &[("port", ""), ("protocol", "TCP")], element: Field::object(&PORT) };
static PORT: Shape = Shape::new(&[
    ("protocol", PLAIN.is(&[Text("TCP")])),
    ("targetPort", PLAIN.added(Added::When(is_port))),
    ("nodePort", PLAIN.added(Added::When(is_node_port))),
]);

fn is_port(place: &Place<'_>, value: &Value<'_>) -> bool {
    place.above(0).member("port").found == Some(value)
}

/// A Service that is reached from outside gets a port of the nodes.
fn is_node_port(place: &Place<'_>, _: &Value<'_>) -> bool {
    let kind = place.above(2).member("type").approved.and_then(Value::as_str);
    matches!(kind, Some("NodePort" | "LoadBalancer"))
}

/// One without an address is headless, and that is not for the cluster to decide.
fn is_address(_: &Place<'_>, value: &Value<'_>) -> bool {
    value.as_str().is_some_and(|address| address != "None")
}

/// The first of them is the one that is written, or that the cluster gave.
fn are_addresses(place: &Place<'_>, value: &Value<'_>) -> bool {
    value.at(0).is_some() && value.at(0) == place.above(0).member("clusterIP").found
}

fn is_affinity_config(place: &Place<'_>, value: &Value<'_>) -> bool {
    let affinity = place.above(0).member("sessionAffinity").approved.and_then(Value::as_str);
    let three_hours = Literal::Object(&[("clientIP", Literal::Object(&[("timeoutSeconds", Int(10_800))]))]);
    affinity == Some("ClientIP") && three_hours.is(value)
}
