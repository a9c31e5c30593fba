//! Which kind has which shape.

use super::admission::WEBHOOK_CONFIGURATION;
use super::field::{Field, Shape};
use super::metadata::ROOT;
use super::pod::{POD, TEMPLATE};
use super::{apps, batch, cluster, networking, scaling, service, storage};

/// What the API server makes of objects of a kind. One that it does not know it keeps as it is.
pub(crate) fn of(group: &str, kind: &str) -> &'static Field {
    let known = KINDS.iter().find(|(of_group, of_kind, _)| (*of_group, *of_kind) == (group, kind));
    match known {
        Some((.., field)) => field,
        None if is_built_in(group) => &BUILT_IN,
        None => &CUSTOM,
    }
}

/// Groups of Kubernetes itself have no dot in their name, or end in `.k8s.io`, as do many that are defined by others.
fn is_built_in(group: &str) -> bool {
    !group.contains('.') || GROUPS.contains(&group)
}

const GROUPS: [&str; 11] = [
    ADMISSION,
    "apiextensions.k8s.io",
    "apiregistration.k8s.io",
    "certificates.k8s.io",
    "flowcontrol.apiserver.k8s.io",
    "networking.k8s.io",
    "node.k8s.io",
    RBAC,
    "resource.k8s.io",
    "scheduling.k8s.io",
    "storage.k8s.io",
];

static BUILT_IN: Field = Field::object(&ROOT);
static CUSTOM: Field = Field::object(&cluster::CUSTOM);

static POD_TEMPLATE: Shape = Shape::new(&[("template", Field::object(&TEMPLATE))]).like(&ROOT);

const RBAC: &str = "rbac.authorization.k8s.io";
const ADMISSION: &str = "admissionregistration.k8s.io";

/// Group, kind and shape.
static KINDS: [(&str, &str, Field); 37] = [
    ("", "ConfigMap", Field::object(&cluster::CONFIG_MAP)),
    ("", "LimitRange", Field::object(&scaling::LIMIT_RANGE)),
    ("", "Namespace", Field::object(&cluster::NAMESPACE)),
    ("", "PersistentVolume", Field::object(&storage::PERSISTENT_VOLUME)),
    ("", "PersistentVolumeClaim", Field::object(&storage::PERSISTENT_VOLUME_CLAIM)),
    ("", "Pod", Field::object(&POD)),
    ("", "PodTemplate", Field::object(&POD_TEMPLATE)),
    ("", "ReplicationController", Field::object(&apps::REPLICATION_CONTROLLER)),
    ("", "ResourceQuota", Field::object(&scaling::RESOURCE_QUOTA)),
    ("", "Secret", Field::object(&cluster::SECRET)),
    ("", "Service", Field::object(&service::SERVICE)),
    ("", "ServiceAccount", Field::object(&cluster::SERVICE_ACCOUNT)),
    ("apps", "DaemonSet", Field::object(&apps::DAEMON_SET)),
    ("apps", "Deployment", Field::object(&apps::DEPLOYMENT)),
    ("apps", "ReplicaSet", Field::object(&apps::REPLICA_SET)),
    ("apps", "StatefulSet", Field::object(&apps::STATEFUL_SET)),
    ("batch", "CronJob", Field::object(&batch::CRON_JOB)),
    ("batch", "Job", Field::object(&batch::JOB)),
    ("autoscaling", "HorizontalPodAutoscaler", Field::object(&scaling::AUTOSCALER)),
    ("policy", "PodDisruptionBudget", Field::object(&scaling::DISRUPTION_BUDGET)),
    ("networking.k8s.io", "Ingress", Field::object(&networking::INGRESS)),
    ("networking.k8s.io", "IngressClass", Field::object(&networking::INGRESS_CLASS)),
    ("networking.k8s.io", "NetworkPolicy", Field::object(&networking::NETWORK_POLICY)),
    ("storage.k8s.io", "CSIDriver", Field::object(&storage::CSI_DRIVER)),
    ("storage.k8s.io", "StorageClass", Field::object(&storage::STORAGE_CLASS)),
    ("scheduling.k8s.io", "PriorityClass", Field::object(&cluster::PRIORITY_CLASS)),
    ("node.k8s.io", "RuntimeClass", Field::object(&cluster::RUNTIME_CLASS)),
    (RBAC, "Role", Field::object(&cluster::ROLE)),
    (RBAC, "ClusterRole", Field::object(&cluster::ROLE)),
    (RBAC, "RoleBinding", Field::object(&cluster::BINDING)),
    (RBAC, "ClusterRoleBinding", Field::object(&cluster::BINDING)),
    (ADMISSION, "MutatingWebhookConfiguration", Field::object(&WEBHOOK_CONFIGURATION)),
    (ADMISSION, "ValidatingWebhookConfiguration", Field::object(&WEBHOOK_CONFIGURATION)),
    (ADMISSION, "ValidatingAdmissionPolicy", Field::object(&cluster::ADMISSION_POLICY)),
    (ADMISSION, "ValidatingAdmissionPolicyBinding", Field::object(&cluster::ADMISSION_POLICY_BINDING)),
    ("apiextensions.k8s.io", "CustomResourceDefinition", Field::object(&cluster::DEFINITION)),
    ("apiregistration.k8s.io", "APIService", Field::object(&cluster::API_SERVICE)),
];
