//! Volumes and claims.

use super::added::{Added, Literal};
use super::field::{AMOUNTS, Field, MAP, PLAIN, Shape};
use super::metadata::{ROOT, SELECTOR, TEMPLATE_METADATA};
use super::resources::RESOURCES;
use Literal::{Bool, Text};

pub(super) static PERSISTENT_VOLUME_CLAIM: Shape = Shape::new(&[("spec", Field::object(&CLAIM_SPEC))]).like(&ROOT);

/// The template of a claim.
pub(crate) static CLAIM: Shape =
    Shape::new(&[("metadata", Field::object(&TEMPLATE_METADATA)), ("spec", Field::object(&TEMPLATE_SPEC))]);

static TEMPLATE_SPEC: Shape = Shape::new(&[
    ("volumeMode", PLAIN.is(&[Text("Filesystem")])),
    ("resources", Field::object(&RESOURCES)),
    ("selector", SELECTOR),
    // An empty one asks for no class, none for the default one.
    ("storageClassName", PLAIN.kept()),
]);

static CLAIM_SPEC: Shape = Shape::new(&[
    ("storageClassName", PLAIN.kept().added(Added::AtCreation)),
    ("volumeName", PLAIN.added(Added::Later)),
    // What is written as one is in both.
    ("dataSource", PLAIN.added(Added::When(|place, value| place.above(0).member("dataSourceRef").approved == Some(value)))),
    ("dataSourceRef", PLAIN.added(Added::When(|place, value| place.above(0).member("dataSource").approved == Some(value)))),
])
.like(&TEMPLATE_SPEC);

pub(super) static PERSISTENT_VOLUME: Shape = Shape::new(&[("spec", Field::object(&VOLUME_SPEC))]).like(&ROOT);
static VOLUME_SPEC: Shape = Shape::new(&[
    ("capacity", AMOUNTS),
    ("volumeMode", PLAIN.is(&[Text("Filesystem")])),
    ("persistentVolumeReclaimPolicy", PLAIN.is(&[Text("Retain")])),
    ("storageClassName", PLAIN),
    ("claimRef", PLAIN.added(Added::Later)),
]);

pub(super) static STORAGE_CLASS: Shape = Shape::new(&[
    ("parameters", MAP),
    ("reclaimPolicy", PLAIN.is(&[Text("Delete")])),
    ("volumeBindingMode", PLAIN.is(&[Text("Immediate")])),
])
.like(&ROOT);

pub(super) static CSI_DRIVER: Shape = Shape::new(&[("spec", Field::object(&DRIVER_SPEC))]).like(&ROOT);
static DRIVER_SPEC: Shape = Shape::new(&[
    ("attachRequired", PLAIN.is(&[Bool(true)]).kept()),
    ("podInfoOnMount", PLAIN.is(&[Bool(false)])),
    ("storageCapacity", PLAIN.is(&[Bool(false)])),
    ("requiresRepublish", PLAIN.is(&[Bool(false)])),
    ("seLinuxMount", PLAIN.is(&[Bool(false)])),
    ("fsGroupPolicy", PLAIN.is(&[Text("ReadWriteOnceWithFSType")])),
    ("volumeLifecycleModes", PLAIN.is(&[Literal::List(&[Text("Persistent")])])),
]);
