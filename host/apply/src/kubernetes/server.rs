//! An API server: the few requests that a target makes of it, as JSON.

use std::collections::BTreeSet;
use std::time::Duration;

use http::{Method, Request};
use kube::client::Client;
use kube::core::Status;
use serde_json::{Value, json};
use tollgate_core::pipeline::KubernetesTarget;

use super::failure::{Conflicting, ServerError};
use super::login;
use super::pace::Pace;

/// Under which name what tollgate sets is known in `managedFields`.
pub(super) const MANAGER: &str = "tollgate";

/// How many requests are under way at the same time.
pub(super) const AT_ONCE: usize = 8;

/// How long one answer may take. Webhooks may take 30 s each.
const ANSWER: Duration = Duration::from_secs(65);

const JSON: &str = "application/json";

/// Lists of what is said of objects, without the objects.
const METADATA_ALONE: &str = "application/json;as=PartialObjectMetadataList;g=meta.k8s.io;v=v1,application/json";

/// A connection to an API server.
pub(super) struct Server {
    client: Client,
    pace: Pace,
}

/// Whether the server only says what it would do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Mode {
    DryRun,
    /// The same, where what others have set is taken over.
    DryRunForced,
    Write,
    WriteForced,
}

impl Mode {
    const fn is_dry(self) -> bool {
        matches!(self, Self::DryRun | Self::DryRunForced)
    }

    const fn is_forced(self) -> bool {
        matches!(self, Self::DryRunForced | Self::WriteForced)
    }
}

/// How a request to apply ended.
#[derive(Debug)]
pub(super) enum Answer {
    /// The object as it is, or would be.
    Object(Box<Value>),
    /// Others have set fields that would be changed.
    Conflicts(Vec<Conflicting>),
    /// The server takes no such object: its status code and message.
    Refused(Box<Status>),
}

impl Server {
    /// Connects as `kubectl` does: by a kubeconfig and its context, or from within a cluster.
    ///
    /// # Errors
    /// When it is not said where the server is, or how to log in.
    pub(super) async fn connect(spec: &KubernetesTarget) -> Result<Self, ServerError> {
        let mut config = login::config(spec).await?;
        config.default_retry = true;
        config.connect_timeout = Some(Duration::from_secs(10));
        config.read_timeout = Some(ANSWER);
        let plugin = config.auth_info.exec.clone();
        let client = Client::try_from(config).map_err(|error| ServerError::of_login(error, plugin.as_ref()))?;
        Ok(Self { client, pace: Pace::of(spec.requests_per_second) })
    }

    pub(super) const fn client(&self) -> &Client {
        &self.client
    }

    /// An object; nothing where there is none, or no such kind or namespace.
    pub(super) async fn get(&self, path: &str) -> Result<Option<Value>, ServerError> {
        found(self.ask(Method::GET, path, None).await)
    }

    /// All objects of a collection that have a label.
    pub(super) async fn list(&self, path: &str, label: &str) -> Result<Vec<Value>, ServerError> {
        self.pages(path, label, JSON).await
    }

    /// The names of all objects of a collection.
    pub(super) async fn names(&self, path: &str) -> Result<BTreeSet<String>, ServerError> {
        let all = self.pages(path, "", METADATA_ALONE).await?;
        let name = |object: &Value| object.pointer("/metadata/name").and_then(Value::as_str).map(str::to_owned);
        Ok(all.iter().filter_map(name).collect())
    }

    /// A whole collection, page by page, in the form that is accepted.
    async fn pages(&self, path: &str, label: &str, accepted: &str) -> Result<Vec<Value>, ServerError> {
        let mut all = Vec::new();
        let mut next = String::new();
        loop {
            let query = form_urlencoded::Serializer::new(String::new())
                .extend_pairs([("labelSelector", label), ("limit", "500"), ("continue", next.as_str())])
                .finish();
            let answer = self.ask_for(accepted, Method::GET, &format!("{path}?{query}"), None).await;
            let Some(mut page) = found(answer)? else { return Ok(all) };
            if let Some(Value::Array(items)) = page.get_mut("items").map(Value::take) {
                all.extend(items);
            }
            next = page.pointer("/metadata/continue").and_then(Value::as_str).unwrap_or_default().to_owned();
            if next.is_empty() {
                return Ok(all);
            }
        }
    }

    /// Server-side apply. Unknown and doubled fields are refused; what others have set is taken over only where it is forced.
    pub(super) async fn apply(&self, path: &str, object: &Value, mode: Mode) -> Result<Answer, ServerError> {
        let dry = if mode.is_dry() { "&dryRun=All" } else { "" };
        let path = format!("{path}?fieldManager={MANAGER}&fieldValidation=Strict&force={}{dry}", mode.is_forced());
        let body = serde_json::to_vec(object).map_err(ServerError::Body)?;
        answer(self.ask(Method::PATCH, &path, Some(("application/apply-patch+yaml", body))).await)
    }

    /// What the server would say to a new object in a collection.
    pub(super) async fn would_create(&self, collection: &str, object: &Value) -> Result<Answer, ServerError> {
        let body = serde_json::to_vec(object).map_err(ServerError::Body)?;
        let path = format!("{collection}?fieldManager={MANAGER}&fieldValidation=Strict&dryRun=All");
        answer(self.ask(Method::POST, &path, Some(("application/json", body))).await)
    }

    /// Creates an object.
    pub(super) async fn create(&self, path: &str, object: &Value) -> Result<Value, ServerError> {
        let body = serde_json::to_vec(object).map_err(ServerError::Body)?;
        let path = format!("{path}?fieldManager={MANAGER}&fieldValidation=Strict");
        Ok(self.ask(Method::POST, &path, Some(("application/json", body))).await?)
    }

    /// Replaces an object, if its `resourceVersion` is still the one in it; nothing where it is not.
    pub(super) async fn replace(&self, path: &str, object: &Value) -> Result<Option<Value>, ServerError> {
        let body = serde_json::to_vec(object).map_err(ServerError::Body)?;
        let path = format!("{path}?fieldManager={MANAGER}&fieldValidation=Strict");
        match self.ask(Method::PUT, &path, Some(("application/json", body))).await {
            Err(kube::Error::Api(status)) if status.code == 409 || status.code == 404 => Ok(None),
            answer => Ok(Some(answer?)),
        }
    }

    /// Deletes an object, if it is still the one with this uid. What is gone already is as good as deleted.
    pub(super) async fn delete(&self, path: &str, uid: &str) -> Result<(), ServerError> {
        found(self.ask(Method::DELETE, path, Some(deletion(uid, &[])?)).await).map(drop)
    }

    /// Changes some fields of an object. What is gone already needs no change.
    pub(super) async fn patch(&self, path: &str, patch: &Value) -> Result<(), ServerError> {
        let body = serde_json::to_vec(patch).map_err(ServerError::Body)?;
        let path = format!("{path}?fieldManager={MANAGER}");
        found(self.ask(Method::PATCH, &path, Some(("application/merge-patch+json", body))).await).map(drop)
    }

    /// Why the server would not delete an object; nothing: it would.
    pub(super) async fn would_not_delete(&self, path: &str, uid: &str) -> Result<Option<String>, ServerError> {
        match self.ask(Method::DELETE, path, Some(deletion(uid, &["All"])?)).await {
            Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
            Err(kube::Error::Api(status)) if is_refusal(&status) && !ServerError::of_status(&status).is_forbidden() => {
                Ok(Some(status.message.clone()))
            }
            answer => Ok(answer.map(|_| None)?),
        }
    }

    async fn ask(&self, method: Method, path: &str, body: Option<(&str, Vec<u8>)>) -> Result<Value, kube::Error> {
        self.ask_for(JSON, method, path, body).await
    }

    async fn ask_for(
        &self,
        accepted: &str,
        method: Method,
        path: &str,
        body: Option<(&str, Vec<u8>)>,
    ) -> Result<Value, kube::Error> {
        let (kind, body) = body.unwrap_or(("application/json", Vec::new()));
        let request = Request::builder().method(method).uri(path).header(http::header::CONTENT_TYPE, kind);
        let request = request.header(http::header::ACCEPT, accepted).body(body).map_err(kube::Error::HttpError)?;
        self.pace.wait().await;
        self.client.request(request).await
    }
}

/// The options of a deletion. Where there is a body, the server does not look for options in the query, `dryRun` among them.
fn deletion(uid: &str, dry_run: &[&str]) -> Result<(&'static str, Vec<u8>), ServerError> {
    let options = json!({
        "apiVersion": "v1", "kind": "DeleteOptions",
        "preconditions": {"uid": uid}, "propagationPolicy": "Background", "dryRun": dry_run,
    });
    Ok((JSON, serde_json::to_vec(&options).map_err(ServerError::Body)?))
}

fn answer(said: Result<Value, kube::Error>) -> Result<Answer, ServerError> {
    match said {
        Ok(object) => Ok(Answer::Object(Box::new(object))),
        Err(kube::Error::Api(status)) if status.code == 409 => match Conflicting::all(&status) {
            conflicts if conflicts.is_empty() => Ok(Answer::Refused(status)),
            conflicts => Ok(Answer::Conflicts(conflicts)),
        },
        Err(kube::Error::Api(status)) if is_refusal(&status) => Ok(Answer::Refused(status)),
        Err(error) => Err(error.into()),
    }
}

/// Whether a status is about what was sent, and not about the server or who asks.
fn is_refusal(status: &Status) -> bool {
    // A field that is not in the schema is an internal error to the API server.
    let is_unknown_field = status.code == 500 && status.message.starts_with("failed to create typed patch object");
    is_unknown_field || ((400..500).contains(&status.code) && !matches!(status.code, 401 | 429))
}

fn found(answer: Result<Value, kube::Error>) -> Result<Option<Value>, ServerError> {
    match answer {
        Ok(object) => Ok(Some(object)),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(error) => Err(error.into()),
    }
}
