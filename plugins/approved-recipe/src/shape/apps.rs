//! Workloads that run until they are told otherwise.

use super::added::Literal;
use super::field::{Field, PLAIN, Shape};
use super::metadata::{ROOT, SELECTOR};
use super::pod::TEMPLATE;
use super::storage::CLAIM;
use Literal::{Int, Object, Text};

const REPLICAS: Field = PLAIN.is(&[Int(1)]).kept();
const HISTORY: Field = PLAIN.is(&[Int(10)]).kept();
const TEMPLATE_OF_PODS: Field = Field::object(&TEMPLATE);

pub(super) static DEPLOYMENT: Shape = Shape::new(&[("spec", Field::object(&DEPLOYMENT_SPEC))]).like(&ROOT);
static DEPLOYMENT_SPEC: Shape = Shape::new(&[
    ("replicas", REPLICAS),
    ("revisionHistoryLimit", HISTORY),
    ("progressDeadlineSeconds", PLAIN.is(&[Int(600)])),
    ("selector", SELECTOR),
    ("strategy", Field::object(&STRATEGY)),
    ("template", TEMPLATE_OF_PODS),
]);
static STRATEGY: Shape = Shape::new(&[("type", PLAIN.is(&[Text("RollingUpdate")])), ("rollingUpdate", Field::object(&ROLLING))]);
static ROLLING: Shape =
    Shape::new(&[("maxSurge", PLAIN.is(&[Text("25%")]).kept()), ("maxUnavailable", PLAIN.is(&[Text("25%")]).kept())]);

pub(super) static REPLICA_SET: Shape = Shape::new(&[("spec", Field::object(&REPLICA_SET_SPEC))]).like(&ROOT);
static REPLICA_SET_SPEC: Shape = Shape::new(&[("replicas", REPLICAS), ("selector", SELECTOR), ("template", TEMPLATE_OF_PODS)]);

pub(super) static REPLICATION_CONTROLLER: Shape = Shape::new(&[("spec", Field::object(&REPLICATION_CONTROLLER_SPEC))]).like(&ROOT);
static REPLICATION_CONTROLLER_SPEC: Shape = Shape::new(&[("replicas", REPLICAS), ("template", TEMPLATE_OF_PODS)]);

pub(super) static STATEFUL_SET: Shape = Shape::new(&[("spec", Field::object(&STATEFUL_SET_SPEC))]).like(&ROOT);
static STATEFUL_SET_SPEC: Shape = Shape::new(&[
    ("replicas", REPLICAS),
    ("revisionHistoryLimit", HISTORY),
    ("selector", SELECTOR),
    ("podManagementPolicy", PLAIN.is(&[Text("OrderedReady")])),
    ("updateStrategy", Field::object(&STATEFUL_STRATEGY)),
    ("persistentVolumeClaimRetentionPolicy", Field::object(&RETENTION)),
    ("volumeClaimTemplates", Field::sequence(&CLAIM_TEMPLATE)),
    ("template", TEMPLATE_OF_PODS),
]);
static STATEFUL_STRATEGY: Shape =
    Shape::new(&[("type", PLAIN.is(&[Text("RollingUpdate")])), ("rollingUpdate", Field::object(&PARTITIONED))]);
static PARTITIONED: Shape = Shape::new(&[("partition", PLAIN.is(&[Int(0)])), ("maxUnavailable", PLAIN.is(&[Int(1)]))]);
static RETENTION: Shape = Shape::new(&[("whenDeleted", PLAIN.is(&[Text("Retain")])), ("whenScaled", PLAIN.is(&[Text("Retain")]))]);
static CLAIM_TEMPLATE: Field = Field::object(&CLAIM_OF_SET);
static CLAIM_OF_SET: Shape = Shape::new(&[
    ("apiVersion", PLAIN.is(&[Text("v1")])),
    ("kind", PLAIN.is(&[Text("PersistentVolumeClaim")])),
    ("status", PLAIN.is(&[Object(&[("phase", Text("Pending"))])])),
])
.like(&CLAIM);

pub(super) static DAEMON_SET: Shape = Shape::new(&[("spec", Field::object(&DAEMON_SET_SPEC))]).like(&ROOT);
static DAEMON_SET_SPEC: Shape = Shape::new(&[
    ("revisionHistoryLimit", HISTORY),
    ("selector", SELECTOR),
    ("updateStrategy", Field::object(&DAEMON_STRATEGY)),
    ("template", TEMPLATE_OF_PODS),
]);
static DAEMON_STRATEGY: Shape =
    Shape::new(&[("type", PLAIN.is(&[Text("RollingUpdate")])), ("rollingUpdate", Field::object(&DAEMON_ROLLING))]);
static DAEMON_ROLLING: Shape = Shape::new(&[("maxUnavailable", PLAIN.is(&[Int(1)]).kept()), ("maxSurge", PLAIN.is(&[Int(0)]))]);
