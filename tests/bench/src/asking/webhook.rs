//! A webhook under load, asked as an API server asks.

use std::sync::atomic::{AtomicUsize, Ordering};

use camino::Utf8Path;
use serde_json::{Value, json};

use super::AskError;
use super::agent::{Asker, Question};
use super::load::{self, Answers, Pace};
use super::objects::{self, Object};

/// How the load is made.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) connections: usize,
    pub(crate) seconds: u64,
    /// Questions a second; nothing for as many as are answered.
    pub(crate) rate: Option<f64>,
}

impl Load {
    fn pace(self) -> Pace {
        let time = std::time::Duration::from_secs(self.seconds);
        self.rate.map_or(Pace::Saturating(time), |rate| Pace::Even { rate, time })
    }
}

/// Asks about the objects of a directory in turns, and says in JSON how many were answered and how fast, and what was said first
/// where somebody could not judge.
pub(crate) fn ask(url: &str, directory: &Utf8Path, load: Load) -> Result<Value, AskError> {
    let reviews: Vec<Vec<u8>> = objects::read(directory)?.iter().map(review).collect::<Result<_, _>>()?;
    let denied = AtomicUsize::new(0);
    let answers = load::run(load.connections, load.pace(), || {
        let asker = Asker::new(None);
        let (reviews, denied) = (&reviews, &denied);
        move |number: usize| {
            let body = &reviews[number % reviews.len()];
            let said = asker.ask(&Question { method: "POST", url, kind: "application/json", body })?;
            denied.fetch_add(usize::from(!is_allowed(&said)?), Ordering::Relaxed);
            Ok(())
        }
    });
    Ok(told(&answers, denied.into_inner()))
}

fn told(answers: &Answers, denied: usize) -> Value {
    let milliseconds = |permille| answers.permille(permille).as_secs_f64() * 1_000.0;
    json!({
        "answered": answers.latencies.len(), "unanswered": answers.unanswered.len(), "first": answers.unanswered.first(), "denied": denied, "seconds": answers.whole.as_secs_f64(),
        "p50": milliseconds(500), "p99": milliseconds(990), "longest": milliseconds(1_000),
    })
}

/// Whether an object may pass. The error is what was said by who could not judge.
fn is_allowed(said: &[u8]) -> Result<bool, String> {
    let review: Value = serde_json::from_slice(said).map_err(|error| error.to_string())?;
    let response = &review["response"];
    match (response["allowed"].as_bool(), response["status"]["code"].as_u64()) {
        (Some(true), _) => Ok(true),
        // Not every server gives a denial a code; an API server makes it 403.
        (Some(false), None | Some(400..500)) => Ok(false),
        _ => Err(response.to_string()),
    }
}

/// What an API server sends before it creates an object.
fn review(object: &Object) -> Result<Vec<u8>, AskError> {
    let Object { body, group, version, plural } = object;
    let kind = json!({"group": group, "version": version, "kind": body["kind"]});
    let resource = json!({"group": group, "version": version, "resource": plural});
    let mut placed = body.clone();
    placed["metadata"]["namespace"] = "shop".into();
    let request = json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "operation": "CREATE", "dryRun": false,
        "kind": kind, "requestKind": kind, "resource": resource, "requestResource": resource,
        "name": object.name(), "namespace": "shop", "object": placed, "oldObject": null,
        "userInfo": {"username": "dev@example.com", "groups": ["system:authenticated"]},
        "options": {"apiVersion": "meta.k8s.io/v1", "kind": "CreateOptions"},
    });
    Ok(serde_json::to_vec(&json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request}))?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_could_not_judge_has_not_answered() {
        let said = |response: Value| is_allowed(json!({"response": response}).to_string().as_bytes());
        assert_eq!(said(json!({"allowed": true})), Ok(true));
        assert_eq!(said(json!({"allowed": false, "status": {"code": 403}})), Ok(false));
        assert_eq!(said(json!({"allowed": false, "status": {"message": "no"}})), Ok(false));
        assert!(said(json!({"allowed": false, "status": {"code": 500}})).is_err());
        assert!(said(Value::Null).is_err());
        assert!(is_allowed(b"too much").is_err());
    }
}
