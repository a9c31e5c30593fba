//! Break-glass in a cluster: whoever may do so says in an annotation of an object why it must pass now, and until when.
//!
//! An override of the ledger needs the ledger; this needs nothing but the cluster. It is written to the ledger afterwards, and owes
//! a review like any override.

use std::collections::BTreeSet;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pointer::Pointer;
use crate::requester::Requester;
use crate::time::Timestamp;

/// What all annotations about it begin with.
pub const PREFIX: &str = "tollgate.dev/break-glass";
/// The annotation that says why.
pub const REASON: &str = PREFIX;
/// The annotation that says until when, as RFC 3339 has it.
pub const UNTIL: &str = "tollgate.dev/break-glass-until";
/// The annotation that names a ticket.
pub const TICKET: &str = "tollgate.dev/break-glass-ticket";

/// Kubernetes' own controllers that make objects of the templates of others, as the cluster names them. Whatever else runs in their
/// namespace may take its templates from anybody.
const CONTROLLERS: [&str; 8] = [
    "system:kube-controller-manager",
    "system:serviceaccount:kube-system:cronjob-controller",
    "system:serviceaccount:kube-system:daemon-set-controller",
    "system:serviceaccount:kube-system:deployment-controller",
    "system:serviceaccount:kube-system:job-controller",
    "system:serviceaccount:kube-system:replicaset-controller",
    "system:serviceaccount:kube-system:replication-controller",
    "system:serviceaccount:kube-system:statefulset-controller",
];

/// The kinds of Kubernetes whose objects hold such templates, by group, and what is made of them. A cluster has to be asked about all
/// of them, so that nobody's annotation gets into one unseen.
pub const TEMPLATED: [(&str, &str); 9] = [
    ("", "Pod"),
    ("", "PodTemplate"),
    ("", "ReplicationController"),
    ("apps", "DaemonSet"),
    ("apps", "Deployment"),
    ("apps", "ReplicaSet"),
    ("apps", "StatefulSet"),
    ("batch", "CronJob"),
    ("batch", "Job"),
];

/// `admission.breakGlass` of tollgate.yaml: on which terms an annotation lets an object pass.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BreakGlassTerms {
    /// As the cluster names them.
    pub users: Vec<String>,
    pub groups: Vec<String>,
    /// Names of the gates that it passes.
    pub gates: Vec<String>,
    /// In seconds.
    pub max_duration: u64,
    /// When it must have been reviewed, in seconds from its use.
    pub review_within: u64,
    pub needs_ticket: bool,
}

/// What the annotations of an object say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Glass {
    pub reason: String,
    pub ticket: Option<String>,
    pub until: Timestamp,
}

/// Glass by which something passed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct BrokenGlass {
    pub glass: Glass,
    /// The gates that were passed, sorted.
    pub gates: Vec<String>,
    /// When somebody else must have looked at it.
    pub review_by: Timestamp,
    pub used: InCluster,
}

/// Where an override was broken that is no promotion's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InCluster {
    /// Who asked the cluster, by its own word.
    pub user: String,
    /// For people: `Deployment shop/cart`.
    pub object: String,
    /// The cluster's name for the question.
    pub decision: String,
}

/// Why an annotation passes nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum GlassError {
    #[error("`{0}` may not break glass; who may stands in `admission.breakGlass` of tollgate.yaml")]
    NotYours(String),
    #[error("it says no reason; write one into `{REASON}`")]
    NoReason,
    #[error("it does not say until when; write `{UNTIL}: {0}`, or earlier")]
    NoUntil(Timestamp),
    #[error("`{UNTIL}: {0}` is no time as RFC 3339 has it")]
    NotATime(String),
    #[error("it ended at {0}")]
    Over(Timestamp),
    #[error("it lasts until {until}, and no longer than until {latest} is allowed")]
    TooLong { until: Timestamp, latest: Timestamp },
    #[error("it names no ticket; write one into `{TICKET}`")]
    NoTicket,
}

impl BreakGlassTerms {
    /// What an annotation of the object says; nothing where it has none. Which gates that passes is still to be seen.
    ///
    /// # Errors
    /// Why the annotation passes nothing.
    pub fn glass(&self, object: &Value, requester: &Requester, now: Timestamp) -> Result<Option<Glass>, GlassError> {
        let Some(reason) = annotation(object, REASON) else { return Ok(None) };
        if !self.may(requester) && !is_made_by_controller(object, requester) {
            return Err(GlassError::NotYours(requester.username.clone()));
        }
        if reason.trim().is_empty() {
            return Err(GlassError::NoReason);
        }
        let until = self.until(annotation(object, UNTIL), now)?;
        let ticket = annotation(object, TICKET).filter(|ticket| !ticket.trim().is_empty()).map(ToOwned::to_owned);
        if self.needs_ticket && ticket.is_none() {
            return Err(GlassError::NoTicket);
        }
        Ok(Some(Glass { reason: reason.to_owned(), ticket, until }))
    }

    fn until(&self, text: Option<&str>, now: Timestamp) -> Result<Timestamp, GlassError> {
        let latest = after(now, self.max_duration);
        let text = text.ok_or(GlassError::NoUntil(latest))?;
        let until: Timestamp = text.parse().map_err(|_| GlassError::NotATime(text.to_owned()))?;
        if until <= now {
            return Err(GlassError::Over(until));
        }
        if until > latest {
            return Err(GlassError::TooLong { until, latest });
        }
        Ok(until)
    }

    /// Whether somebody may break glass.
    pub fn may(&self, requester: &Requester) -> bool {
        self.users.contains(&requester.username) || requester.groups.iter().any(|group| self.groups.contains(group))
    }

    /// Whether somebody writes annotations about it who may not. They pass on what stands in templates, so none may slip in.
    pub fn is_forged(&self, object: &Value, old: Option<&Value>, requester: &Requester) -> bool {
        if self.may(requester) || is_made_by_controller(object, requester) {
            return false;
        }
        let before = old.map(marks).unwrap_or_default();
        marks(object).iter().any(|mark| !before.contains(mark))
    }
}

/// Seconds after a time; the end of the calendar where it ends before.
pub fn after(now: Timestamp, seconds: u64) -> Timestamp {
    let length = i64::try_from(seconds).unwrap_or(i64::MAX);
    now.checked_add(SignedDuration::from_secs(length)).unwrap_or(Timestamp::MAX)
}

fn annotation<'v>(object: &'v Value, key: &str) -> Option<&'v str> {
    object.get("metadata")?.get("annotations")?.get(key)?.as_str()
}

/// What a controller of Kubernetes makes for an owner has the annotations that its template has.
fn is_made_by_controller(object: &Value, requester: &Requester) -> bool {
    let owners = object.pointer("/metadata/ownerReferences").and_then(Value::as_array);
    let is_owned = owners.is_some_and(|owners| owners.iter().any(|owner| owner["controller"] == Value::Bool(true)));
    is_owned && CONTROLLERS.contains(&requester.username.as_str())
}

/// All annotations about it with their places, also those of templates, wherever they stand.
fn marks(object: &Value) -> BTreeSet<(Pointer, String)> {
    let mut found = BTreeSet::new();
    collect(object, &Pointer::root(), &mut found);
    found
}

fn collect(value: &Value, at: &Pointer, found: &mut BTreeSet<(Pointer, String)>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let at = at.member(key);
                if key.starts_with(PREFIX) {
                    found.insert((at.clone(), value.to_string()));
                }
                collect(value, &at, found);
            }
        }
        Value::Array(elements) => {
            elements.iter().enumerate().for_each(|(index, element)| collect(element, &at.element(index), found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests;
