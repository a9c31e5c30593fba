//! Where replicas share a certificate, and where the cluster is told whom to trust.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::{Method, Request};
use kube::Client;
use serde_json::{Value, json};

use super::own::{Made, SelfMade, Shared};
use crate::failure::ServeError;

/// What replicas share; nothing where there is no Secret.
pub(super) async fn read(client: &Client, own: &SelfMade) -> Result<Option<Shared>, ServeError> {
    let what = format!("Secret {}/{}", own.namespace, own.secret);
    let path = format!("/api/v1/namespaces/{}/secrets/{}", own.namespace, own.secret);
    match ask(client, Method::GET, &path, None).await {
        Ok(secret) => Ok(Some(shared(&secret))),
        Err(kube::Error::Api(status)) if status.code == 404 => Ok(None),
        Err(source) => Err(ServeError::Cluster { what, source: Box::new(source) }),
    }
}

/// What is missing or no text is empty, so it is no pair, and is made anew.
fn shared(secret: &Value) -> Shared {
    let text = |key: &str| {
        let encoded = secret.pointer("/data").and_then(|data| data.get(key)).and_then(Value::as_str).unwrap_or_default();
        STANDARD.decode(encoded).ok().and_then(|bytes| String::from_utf8(bytes).ok()).unwrap_or_default()
    };
    let version = secret.pointer("/metadata/resourceVersion").and_then(Value::as_str).unwrap_or_default().to_owned();
    Shared { made: Made { certificate: text("tls.crt"), key: text("tls.key"), authorities: text("ca.crt") }, version }
}

/// Whether it was written; not where somebody else was faster.
pub(super) async fn write(client: &Client, own: &SelfMade, before: Option<&Shared>, made: &Made) -> Result<bool, ServeError> {
    let what = format!("Secret {}/{}", own.namespace, own.secret);
    let secret = secret_of(own, made, before.map(|shared| shared.version.as_str()));
    let all = format!("/api/v1/namespaces/{}/secrets", own.namespace);
    let answer = match before {
        Some(_) => ask(client, Method::PUT, &format!("{all}/{}", own.secret), Some(("application/json", &secret))).await,
        None => ask(client, Method::POST, &all, Some(("application/json", &secret))).await,
    };
    match answer {
        Ok(_) => Ok(true),
        Err(kube::Error::Api(status)) if status.code == 409 => Ok(false),
        Err(source) => Err(ServeError::Cluster { what, source: Box::new(source) }),
    }
}

/// The Secret as it is written.
pub(super) fn secret_of(own: &SelfMade, made: &Made, version: Option<&str>) -> Value {
    let mut secret = json!({
        "apiVersion": "v1", "kind": "Secret", "type": "kubernetes.io/tls",
        "metadata": {"name": own.secret, "namespace": own.namespace},
        "stringData": {"tls.crt": made.certificate, "tls.key": made.key, "ca.crt": made.authorities},
    });
    if let Some(version) = version {
        secret["metadata"]["resourceVersion"] = json!(version);
    }
    secret
}

/// Puts the authorities into every webhook of the configuration, where they are not there yet.
pub(super) async fn trust(client: &Client, own: &SelfMade, authorities: &str) -> Result<(), ServeError> {
    let what = format!("ValidatingWebhookConfiguration {}", own.configuration);
    let path = format!("/apis/admissionregistration.k8s.io/v1/validatingwebhookconfigurations/{}", own.configuration);
    let failed = |source| ServeError::Cluster { what: what.clone(), source: Box::new(source) };
    let bundle = STANDARD.encode(authorities);
    for _ in 0..5 {
        let configuration = ask(client, Method::GET, &path, None).await.map_err(failed)?;
        let Some(patch) = patch(&configuration, &bundle) else { return Ok(()) };
        match ask(client, Method::PATCH, &path, Some(("application/json-patch+json", &patch))).await {
            Ok(_) => return Ok(()),
            // Somebody has changed the list meanwhile.
            Err(kube::Error::Api(status)) if matches!(status.code, 409 | 422) => {}
            Err(source) => return Err(failed(source)),
        }
    }
    Err(ServeError::Unfit { what, reason: "others change it all the time".to_owned() })
}

/// The JSON Patch (RFC 6902) that makes it so; nothing where it is so.
fn patch(configuration: &Value, bundle: &str) -> Option<Value> {
    let webhooks = configuration.pointer("/webhooks").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let lacks = |(_, webhook): &(usize, &Value)| webhook.pointer("/clientConfig/caBundle").and_then(Value::as_str) != Some(bundle);
    let change = |(index, webhook): (usize, &Value)| {
        [
            json!({"op": "test", "path": format!("/webhooks/{index}/name"), "value": webhook.get("name")}),
            json!({"op": "add", "path": format!("/webhooks/{index}/clientConfig/caBundle"), "value": bundle}),
        ]
    };
    let changes: Vec<Value> = webhooks.iter().enumerate().filter(lacks).flat_map(change).collect();
    (!changes.is_empty()).then_some(Value::Array(changes))
}

async fn ask(client: &Client, method: Method, path: &str, body: Option<(&str, &Value)>) -> Result<Value, kube::Error> {
    let (kind, body) = body.unwrap_or(("application/json", &Value::Null));
    let body = if body.is_null() { Vec::new() } else { serde_json::to_vec(body).map_err(kube::Error::SerdeError)? };
    let request = Request::builder().method(method).uri(path).header(http::header::CONTENT_TYPE, kind);
    client.request(request.body(body).map_err(kube::Error::HttpError)?).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_webhook_that_lacks_the_bundle_gets_it_and_is_named_in_the_patch() {
        let configuration = json!({"webhooks": [
            {"name": "a", "clientConfig": {"caBundle": "old"}},
            {"name": "b", "clientConfig": {"caBundle": "new"}},
            {"name": "c", "clientConfig": {}},
        ]});
        let patch = patch(&configuration, "new").unwrap();
        let paths: Vec<_> = patch.as_array().unwrap().iter().map(|change| change["path"].as_str().unwrap()).collect();
        let bundle = |index: u8| format!("/webhooks/{index}/clientConfig/caBundle");
        assert_eq!(paths, ["/webhooks/0/name", &bundle(0), "/webhooks/2/name", &bundle(2)]);
        assert_eq!(patch[0], json!({"op": "test", "path": "/webhooks/0/name", "value": "a"}));
    }

    #[test]
    fn nothing_is_changed_where_all_have_it_and_where_there_is_no_webhook() {
        assert_eq!(patch(&json!({"webhooks": [{"name": "b", "clientConfig": {"caBundle": "new"}}]}), "new"), None);
        assert_eq!(patch(&json!({}), "new"), None);
    }

    #[test]
    fn a_damaged_secret_is_read_as_no_pair() {
        let shared = shared(&json!({"metadata": {"resourceVersion": "7"}, "data": {"tls.crt": "!", "tls.key": 1}}));
        assert_eq!((shared.version.as_str(), shared.made.pair().is_none()), ("7", true));
    }
}
