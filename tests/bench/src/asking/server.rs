//! An API server, and what is in it.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde_json::{Value, json};

use super::AskError;
use super::agent::{Asker, Question};
use super::objects::KINDS;

/// Where an API server is, and who asks.
pub(super) struct Server {
    pub(super) url: String,
    token: String,
}

impl Server {
    pub(super) fn of(kubeconfig: &Utf8Path) -> Result<Self, AskError> {
        let config: Value = serde_yaml::from_slice(&fs_err::read(kubeconfig)?)?;
        let text = |pointer: &str| config.pointer(pointer).and_then(Value::as_str).map(str::to_owned);
        let found = text("/clusters/0/cluster/server").zip(text("/users/0/user/token"));
        let (url, token) = found.ok_or_else(|| AskError::Kubeconfig(kubeconfig.to_string()))?;
        Ok(Self { url, token })
    }

    pub(super) fn asker(&self) -> Asker {
        Asker::new(Some(&self.token))
    }

    /// Asks one question.
    pub(super) fn ask(&self, method: &str, path: &str, kind: &str, body: &[u8]) -> Result<Vec<u8>, AskError> {
        let url = format!("{}{path}", self.url);
        let answer = self.asker().ask(&Question { method, url: &url, kind, body });
        answer.map_err(|first| AskError::Unanswered { count: 1, first })
    }
}

/// The collections of what is applied here.
fn collections(namespace: &str) -> impl Iterator<Item = String> {
    KINDS.into_iter().map(move |(kind, plural)| {
        let root = if kind == "Deployment" { "/apis/apps/v1" } else { "/api/v1" };
        format!("{root}/namespaces/{namespace}/{plural}")
    })
}

/// Says in JSON how many objects of a namespace have a text in them.
pub(crate) fn count(kubeconfig: &Utf8Path, namespace: &str, mark: &str) -> Result<Value, AskError> {
    let server = Server::of(kubeconfig)?;
    let mut count = 0;
    for collection in collections(namespace) {
        let list: Value = serde_json::from_slice(&server.ask("GET", &collection, "application/json", b"")?)?;
        let items = list["items"].as_array().into_iter().flatten();
        count += items.filter(|item| item.to_string().contains(mark)).count();
    }
    Ok(json!({"objects": count}))
}

/// Says in JSON how many requests an API server has answered so far, by verb; those that were to change nothing by themselves.
pub(crate) fn requests(kubeconfig: &Utf8Path) -> Result<Value, AskError> {
    let said = Server::of(kubeconfig)?.ask("GET", "/metrics", "text/plain", b"")?;
    Ok(json!(by_verb(&String::from_utf8_lossy(&said))))
}

fn by_verb(metrics: &str) -> BTreeMap<String, u64> {
    let mut verbs = BTreeMap::new();
    for line in metrics.lines().filter_map(|line| line.strip_prefix("apiserver_request_total{")) {
        let Some((labels, count)) = line.rsplit_once("} ") else { continue };
        let label =
            |name: &str| labels.split(&format!("{name}=\"")).nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default();
        let dry = if label("dry_run").is_empty() { "" } else { ", dry run" };
        let count: u64 = count.parse().unwrap_or_default();
        *verbs.entry(format!("{}{dry}", label("verb"))).or_default() += count;
    }
    verbs
}

/// Removes everything that anybody has applied in a namespace, so that it costs nobody after that.
pub(crate) fn remove(kubeconfig: &Utf8Path, namespace: &str) -> Result<(), AskError> {
    let server = Server::of(kubeconfig)?;
    let releases = format!("/api/v1/namespaces/{namespace}/secrets");
    for collection in collections(namespace).chain([releases]) {
        server.ask("DELETE", &collection, "application/json", b"")?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_counted_by_verb_and_dry_runs_by_themselves() {
        let metrics = "# TYPE apiserver_request_total counter\n\
             apiserver_request_total{code=\"200\",dry_run=\"\",resource=\"pods\",verb=\"GET\"} 7\n\
             apiserver_request_total{code=\"404\",dry_run=\"\",resource=\"pods\",verb=\"GET\"} 2\n\
             apiserver_request_total{code=\"200\",dry_run=\"All\",resource=\"pods\",verb=\"APPLY\"} 3\n\
             apiserver_request_duration_seconds_sum{verb=\"GET\"} 1.5\n";
        assert_eq!(by_verb(metrics), [("APPLY, dry run".to_owned(), 3), ("GET".to_owned(), 9)].into());
    }
}
