//! Workloads that end.

use tollgate_sdk::Value;

use super::added::{Added, Literal};
use super::field::{Field, PLAIN, Shape};
use super::metadata::{ROOT, TEMPLATE_METADATA};
use super::pod::TEMPLATE;
use crate::place::Place;
use Literal::{Bool, Int, Text};

pub(super) static JOB: Shape = Shape::new(&[("spec", Field::object(&JOB_SPEC))]).like(&ROOT);
static JOB_SPEC: Shape = Shape::new(&[
    ("backoffLimit", PLAIN.added(Added::When(is_backoff_limit)).kept()),
    ("completions", PLAIN.added(Added::When(is_one_alone)).kept()),
    ("parallelism", PLAIN.is(&[Int(1)]).kept()),
    ("completionMode", PLAIN.is(&[Text("NonIndexed")])),
    ("suspend", PLAIN.is(&[Bool(false)])),
    ("podReplacementPolicy", PLAIN.is(&[Text("TerminatingOrFailed"), Text("Failed")])),
    ("manualSelector", PLAIN.is(&[Bool(false)])),
    ("ttlSecondsAfterFinished", PLAIN.kept()),
    // Made of the job's uid, so it is not known before.
    ("selector", PLAIN.added(Added::When(is_generated)).kept()),
    ("template", Field::object(&TEMPLATE)),
]);

pub(super) static CRON_JOB: Shape = Shape::new(&[("spec", Field::object(&CRON_JOB_SPEC))]).like(&ROOT);
static CRON_JOB_SPEC: Shape = Shape::new(&[
    ("concurrencyPolicy", PLAIN.is(&[Text("Allow")])),
    ("suspend", PLAIN.is(&[Bool(false)])),
    ("successfulJobsHistoryLimit", PLAIN.is(&[Int(3)]).kept()),
    ("failedJobsHistoryLimit", PLAIN.is(&[Int(1)]).kept()),
    ("startingDeadlineSeconds", PLAIN.kept()),
    ("jobTemplate", Field::object(&JOB_TEMPLATE)),
]);
static JOB_TEMPLATE: Shape = Shape::new(&[("metadata", Field::object(&TEMPLATE_METADATA)), ("spec", Field::object(&JOB_SPEC))]);

fn is_backoff_limit(place: &Place<'_>, value: &Value<'_>) -> bool {
    let by_index = place.above(0).member("backoffLimitPerIndex").approved.is_some();
    *value == Value::Integer(if by_index { i32::MAX.into() } else { 6 })
}

/// Only where neither is written, one pod that succeeds is enough.
fn is_one_alone(place: &Place<'_>, value: &Value<'_>) -> bool {
    place.above(0).member("parallelism").approved.is_none() && *value == Value::Integer(1)
}

/// A selector of nothing but the job's own uid.
fn is_generated(place: &Place<'_>, selector: &Value<'_>) -> bool {
    let labels = match selector {
        Value::Object(members) if members.len() == 1 => selector.get("matchLabels"),
        _ => None,
    };
    let uid = place.root().found.and_then(|root| root.get("metadata")?.get("uid"));
    let is_own = |name: &str| matches!(name, "controller-uid" | "batch.kubernetes.io/controller-uid");
    match labels {
        Some(Value::Object(labels)) => uid.is_some() && labels.iter().all(|(name, value)| is_own(name) && Some(value) == uid),
        _ => false,
    }
}
