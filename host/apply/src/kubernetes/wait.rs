//! Waiting until objects are as they are meant to be, or gone.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use serde_json::Value;
use tokio::time::{Instant, sleep};
use tollgate_core::document::ObjectIdentity;
use tollgate_core::time::Timestamp;

use super::failure::ServerError;
use super::health::{self, Health, trouble};
use super::live::{self, Live};
use super::server::{AT_ONCE, Server};
use super::surveyor::{Surplus, Surveyor, uid};
use super::wanted::Wanted;

/// How often it is looked.
const PAUSES: (Duration, Duration) = (Duration::from_millis(100), Duration::from_secs(2));

/// How long a new object is given to be seen by its controller.
const SEEN_WITHIN: Duration = Duration::from_secs(10);

/// Until when it is waited.
#[derive(Clone, Copy, Debug)]
pub(super) struct Deadline(Option<Instant>);

impl Deadline {
    /// So many seconds from now. With none, it is not waited at all.
    pub(super) fn in_seconds(seconds: u64) -> Self {
        Self((seconds > 0).then(|| Instant::now() + Duration::from_secs(seconds)))
    }

    fn is_over(self) -> bool {
        self.0.is_none_or(|end| Instant::now() >= end)
    }
}

/// Waits until all objects are current. What is not by then, or never will be, is told with its reason.
///
/// # Errors
/// When the server can't be asked.
pub(super) async fn until_current(
    surveyor: &Surveyor<'_>,
    objects: &[&Wanted],
    deadline: Deadline,
) -> Result<Vec<String>, ServerError> {
    let Surveyor { server, place, .. } = *surveyor;
    if deadline.0.is_none() {
        return Ok(Vec::new());
    }
    let begun = Instant::now();
    let mut pause = PAUSES.0;
    let mut left: Vec<&Wanted> = objects.to_vec();
    loop {
        let may_be_unseen = begun.elapsed() < SEEN_WITHIN;
        let paths = left.iter().filter_map(|wanted| wanted.path.clone()).collect();
        let live = live::at(server, &paths, &place.set_id()).await?;
        let states: Vec<(&Wanted, Health)> = stream::iter(left.iter().map(|wanted| look(surveyor, wanted, &live, may_be_unseen)))
            .buffered(AT_ONCE)
            .try_collect()
            .await?;
        left = states.iter().filter(|(_, health)| *health != Health::Current).map(|(wanted, _)| *wanted).collect();
        let is_stuck = states.iter().all(|(_, health)| matches!(health, Health::Current | Health::Failed(_)));
        if left.is_empty() {
            return Ok(Vec::new());
        }
        if is_stuck || deadline.is_over() {
            return told(server, &states, &live).await;
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

async fn look<'a>(
    surveyor: &Surveyor<'_>,
    wanted: &'a Wanted,
    live: &Live,
    may_be_unseen: bool,
) -> Result<(&'a Wanted, Health), ServerError> {
    let Some(path) = &wanted.path else { return Ok((wanted, Health::Current)) };
    let live = live.get(path);
    let health = match live {
        Some(live) if may_be_unseen && is_unseen(wanted, live) => Health::progressing("its controller has not seen it yet"),
        Some(live) => health::of(&wanted.key.identity, live, surveyor.health),
        None if vanishes(wanted) => Health::Current,
        None => Health::Failed("it is gone".to_owned()),
    };
    let waits = match (&health, live) {
        (Health::Progressing(_), Some(live)) => waits_for_a_pod(surveyor.server, &wanted.key.identity, live).await?,
        _ => false,
    };
    Ok((wanted, if waits { Health::Current } else { health }))
}

/// Whether it was made just now, and its controller has yet to say how it is with it.
fn is_unseen(wanted: &Wanted, live: &Value) -> bool {
    let made = live.pointer("/metadata/creationTimestamp").and_then(Value::as_str).and_then(|text| text.parse::<Timestamp>().ok());
    let is_new = made.is_some_and(|made| Timestamp::now().duration_since(made).as_secs() < SEEN_WITHIN.as_secs().cast_signed());
    is_new && wanted.has_status && health::is_unseen(&wanted.key.identity, live)
}

/// Whether it is a claim that gets its volume with its first pod, which comes later. The pod says whether that went well.
async fn waits_for_a_pod(server: &Server, identity: &ObjectIdentity, claim: &Value) -> Result<bool, ServerError> {
    if identity.kind != "PersistentVolumeClaim" || !identity.group().is_empty() {
        return Ok(false);
    }
    let Some(class) = claim.pointer("/spec/storageClassName").and_then(Value::as_str) else { return Ok(false) };
    let class = server.get(&format!("/apis/storage.k8s.io/v1/storageclasses/{class}")).await?;
    Ok(class.is_some_and(|class| class["volumeBindingMode"] == "WaitForFirstConsumer"))
}

/// A Job that is removed some time after it was done (`ttlSecondsAfterFinished`).
fn vanishes(wanted: &Wanted) -> bool {
    wanted.key.identity.kind == "Job" && wanted.body.pointer("/spec/ttlSecondsAfterFinished").is_some()
}

/// What is wrong with each, and what its pods say.
async fn told(server: &Server, states: &[(&Wanted, Health)], live: &Live) -> Result<Vec<String>, ServerError> {
    let mut told = Vec::new();
    for (wanted, health) in states {
        let (what, reason) = match health {
            Health::Current => continue,
            Health::Progressing(reason) => ("is not ready in time", reason.as_str()),
            Health::Failed(reason) => ("has failed", reason.as_str()),
            Health::Terminating => ("is being deleted", "somebody else deleted it"),
        };
        let identity = &wanted.key.identity;
        let pods = match wanted.path.as_ref().and_then(|path| live.get(path)) {
            Some(live) => pods_trouble(server, identity, live).await?,
            None => None,
        };
        let pods = pods.map(|pods| format!(" ({pods})")).unwrap_or_default();
        told.push(format!("{identity} {what}: {reason}{pods}"));
    }
    Ok(told)
}

/// What keeps the pods of a workload from running, in the words of the first that says something.
async fn pods_trouble(server: &Server, identity: &ObjectIdentity, live: &Value) -> Result<Option<String>, ServerError> {
    let labels = live.pointer("/spec/selector/matchLabels").and_then(Value::as_object);
    let (Some(labels), Some(namespace)) = (labels, &identity.namespace) else { return Ok(None) };
    let labels: BTreeMap<&String, &str> = labels.iter().filter_map(|(key, value)| Some((key, value.as_str()?))).collect();
    let selector: Vec<String> = labels.into_iter().map(|(key, value)| format!("{key}={value}")).collect();
    let pods = server.list(&format!("/api/v1/namespaces/{namespace}/pods"), &selector.join(",")).await?;
    let said = pods.iter().find_map(|pod| {
        let name = pod.pointer("/metadata/name").and_then(Value::as_str).unwrap_or_default();
        Some(format!("pod `{name}`: {}", trouble(pod)?))
    });
    Ok(said)
}

/// Waits until objects are gone. Those that are not by then are told, with what holds them.
///
/// # Errors
/// When the server can't be asked.
pub(super) async fn until_gone(server: &Server, objects: &[&Surplus], deadline: Deadline) -> Result<Vec<String>, ServerError> {
    let mut pause = PAUSES.0;
    loop {
        let mut left = Vec::new();
        for surplus in objects {
            let live = server.get(&surplus.path).await?.filter(|live| uid(live).as_deref() == Some(surplus.uid.as_str()));
            left.extend(live.map(|live| format!("{} is not gone in time{}", surplus.key.identity, held(&live))));
        }
        if left.is_empty() || deadline.is_over() {
            return Ok(if deadline.0.is_some() { left } else { Vec::new() });
        }
        sleep(pause).await;
        pause = (pause * 2).min(PAUSES.1);
    }
}

fn held(object: &Value) -> String {
    let finalizers = object.pointer("/metadata/finalizers").and_then(Value::as_array);
    let names: Vec<&str> = finalizers.into_iter().flatten().filter_map(Value::as_str).collect();
    if names.is_empty() { String::new() } else { format!(": it waits for `{}`", names.join("`, `")) }
}
