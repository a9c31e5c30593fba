//! Volumes of pods.

use tollgate_sdk::Value;

use super::added::{Added, Literal};
use super::container::{FIELD_REFERENCE, RESOURCE_REFERENCE, is_pull_policy_of};
use super::field::{Field, Holds, List, PLAIN, Shape};
use super::storage::CLAIM;
use crate::place::Place;
use Literal::{Bool, Int, List as Sequence, Object, Text};

/// Volumes of a template.
pub(crate) static VOLUMES: List = List { key: &[("name", "")], element: Field::object(&VOLUME) };
/// Volumes of a pod by itself.
pub(crate) static POD_VOLUMES: List = List { key: &[("name", "")], element: Field::object(&VOLUME).added(Added::When(is_token)) };

static VOLUME: Shape = Shape::new(&[
    ("emptyDir", Field::object(&EMPTY_DIR).kept().added(Added::When(is_without_source))),
    ("secret", Field::object(&FILES)),
    ("configMap", Field::object(&FILES)),
    ("projected", Field::object(&PROJECTED)),
    ("downwardAPI", Field::object(&DOWNWARD)),
    ("hostPath", Field::object(&HOST_PATH)),
    ("ephemeral", Field::object(&EPHEMERAL)),
    ("image", Field::object(&IMAGE)),
    ("iscsi", Field::object(&ISCSI)),
    ("rbd", Field::object(&RBD)),
    ("azureDisk", Field::object(&AZURE_DISK)),
    ("scaleIO", Field::object(&SCALE_IO)),
]);

static EMPTY_DIR: Shape = Shape::new(&[("sizeLimit", Field::new(Holds::Amount).kept())]);
const MODE: Field = PLAIN.is(&[Int(0o644)]).kept();
static FILES: Shape = Shape::new(&[("defaultMode", MODE)]);
static PROJECTED: Shape = Shape::new(&[("defaultMode", MODE), ("sources", Field::sequence(&SOURCE_FIELD))]);
static SOURCE_FIELD: Field = Field::object(&SOURCE);
static SOURCE: Shape = Shape::new(&[("serviceAccountToken", Field::object(&TOKEN)), ("downwardAPI", Field::object(&DOWNWARD))]);
static TOKEN: Shape = Shape::new(&[("expirationSeconds", PLAIN.is(&[Int(3600)]))]);
static DOWNWARD: Shape = Shape::new(&[("defaultMode", MODE), ("items", Field::sequence(&ITEM_FIELD))]);
static ITEM_FIELD: Field = Field::object(&ITEM);
static ITEM: Shape =
    Shape::new(&[("fieldRef", Field::object(&FIELD_REFERENCE)), ("resourceFieldRef", Field::object(&RESOURCE_REFERENCE))]);
static HOST_PATH: Shape = Shape::new(&[("type", PLAIN.is(&[Text("")]))]);
static EPHEMERAL: Shape = Shape::new(&[("volumeClaimTemplate", Field::object(&CLAIM))]);
static IMAGE: Shape = Shape::new(&[("pullPolicy", PLAIN.added(Added::When(is_pull_policy)))]);
static ISCSI: Shape = Shape::new(&[("iscsiInterface", PLAIN.is(&[Text("default")]))]);
static RBD: Shape = Shape::new(&[
    ("pool", PLAIN.is(&[Text("rbd")])),
    ("user", PLAIN.is(&[Text("admin")])),
    ("keyring", PLAIN.is(&[Text("/etc/ceph/keyring")])),
]);
static AZURE_DISK: Shape = Shape::new(&[
    ("cachingMode", PLAIN.is(&[Text("ReadWrite")])),
    ("kind", PLAIN.is(&[Text("Shared")])),
    ("fsType", PLAIN.is(&[Text("ext4")])),
    ("readOnly", PLAIN.is(&[Bool(false)])),
]);
static SCALE_IO: Shape = Shape::new(&[("storageMode", PLAIN.is(&[Text("ThinProvisioned")])), ("fsType", PLAIN.is(&[Text("xfs")]))]);

/// A volume that says nothing but its name is an empty directory.
fn is_without_source(place: &Place<'_>, value: &Value<'_>) -> bool {
    let written = place.above(0).approved;
    let has_source = matches!(written, Some(Value::Object(members)) if members.iter().any(|(name, _)| name != "name"));
    written.is_some() && !has_source && *value == Value::Object(Vec::new())
}

fn is_pull_policy(place: &Place<'_>, policy: &Value<'_>) -> bool {
    is_pull_policy_of(place.above(0).member("reference").found, place, policy)
}

/// The token of its service account, as admission puts it into every pod.
fn is_token(_: &Place<'_>, volume: &Value<'_>) -> bool {
    let has_name = volume.get("name").and_then(Value::as_str).is_some_and(|name| name.starts_with("kube-api-access-"));
    let has_no_more = matches!(volume, Value::Object(members) if members.len() == 2);
    has_name && has_no_more && volume.get("projected").is_some_and(|projected| TOKEN_FILES.is(projected))
}

static TOKEN_FILES: Literal = Object(&[
    ("defaultMode", Int(0o644)),
    (
        "sources",
        Sequence(&[
            Object(&[("serviceAccountToken", Object(&[("expirationSeconds", Int(3607)), ("path", Text("token"))]))]),
            Object(&[(
                "configMap",
                Object(&[
                    ("name", Text("kube-root-ca.crt")),
                    ("items", Sequence(&[Object(&[("key", Text("ca.crt")), ("path", Text("ca.crt"))])])),
                ]),
            )]),
            Object(&[(
                "downwardAPI",
                Object(&[(
                    "items",
                    Sequence(&[Object(&[
                        ("path", Text("namespace")),
                        ("fieldRef", Object(&[("apiVersion", Text("v1")), ("fieldPath", Text("metadata.namespace"))])),
                    ])]),
                )]),
            )]),
        ]),
    ),
]);
