//! `AdmissionReview` of admission.k8s.io/v1: the form in which clusters ask and are answered.
//!
//! The objects are taken as the bytes that came, so that policies see all of what the cluster sent and nothing is paid for
//! reading it twice.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tollgate_core::admission::{AdmissionAnswer, AdmissionRequest, Operation, Requester, Ruling};

const API_VERSION: &str = "admission.k8s.io/v1";
const KIND: &str = "AdmissionReview";

/// Why something is no question.
#[derive(Debug, thiserror::Error)]
pub enum NotAReview {
    #[error("the body is no AdmissionReview: {0}")]
    Malformed(#[from] serde_json::Error),
    #[error(
        "the body is `{kind}` of `{api_version}`, and only `AdmissionReview` of `{API_VERSION}` is answered; set `admissionReviewVersions: [v1]`"
    )]
    Other { api_version: String, kind: String },
    #[error("the AdmissionReview has no `request`")]
    Empty,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Review<'a> {
    #[serde(default)]
    api_version: String,
    #[serde(default)]
    kind: String,
    #[serde(borrow, default)]
    request: Option<Request<'a>>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Request<'a> {
    uid: String,
    kind: GroupVersionKind,
    resource: GroupVersionResource,
    #[serde(default)]
    sub_resource: Option<String>,
    #[serde(default)]
    name: Option<String>,
    #[serde(default)]
    namespace: Option<String>,
    operation: Operation,
    user_info: Requester,
    #[serde(borrow, default)]
    object: Option<&'a RawValue>,
    #[serde(borrow, default)]
    old_object: Option<&'a RawValue>,
    #[serde(default)]
    dry_run: Option<bool>,
}

#[derive(Deserialize)]
struct GroupVersionKind {
    #[serde(default)]
    group: String,
    version: String,
    kind: String,
}

#[derive(Deserialize)]
struct GroupVersionResource {
    resource: String,
}

/// The question in a body.
///
/// # Errors
/// When it is none, or of a version that is not answered.
pub fn parse(body: &[u8]) -> Result<AdmissionRequest, NotAReview> {
    let review: Review<'_> = serde_json::from_slice(body)?;
    if review.api_version != API_VERSION || review.kind != KIND {
        return Err(NotAReview::Other { api_version: review.api_version, kind: review.kind });
    }
    let request = review.request.ok_or(NotAReview::Empty)?;
    let GroupVersionKind { group, version, kind } = request.kind;
    let bytes = |object: Option<&RawValue>| object.map(|object| Arc::from(object.get().as_bytes()));
    Ok(AdmissionRequest {
        uid: request.uid,
        operation: request.operation,
        api_version: if group.is_empty() { version } else { format!("{group}/{version}") },
        kind,
        resource: request.resource.resource,
        sub_resource: request.sub_resource.filter(|name| !name.is_empty()),
        namespace: request.namespace.filter(|name| !name.is_empty()),
        name: request.name.unwrap_or_default(),
        requester: request.user_info,
        dry_run: request.dry_run.unwrap_or_default(),
        object: bytes(request.object),
        old_object: bytes(request.old_object),
    })
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Answered<'a> {
    api_version: &'static str,
    kind: &'static str,
    response: Response<'a>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Response<'a> {
    uid: &'a str,
    allowed: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<Status<'a>>,
    #[serde(skip_serializing_if = "<[_]>::is_empty")]
    warnings: &'a [String],
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    audit_annotations: &'a BTreeMap<&'static str, String>,
}

#[derive(Serialize)]
struct Status<'a> {
    code: u16,
    reason: &'static str,
    message: &'a str,
}

/// The body of an answer to the question with this uid.
pub fn response(uid: &str, answer: &AdmissionAnswer) -> Vec<u8> {
    let message = answer.message.as_str();
    let status = match answer.ruling {
        Ruling::Allowed => None,
        Ruling::Denied => Some(Status { code: 403, reason: "Forbidden", message }),
        Ruling::Error => Some(Status { code: 500, reason: "InternalError", message }),
    };
    let response = Response {
        uid,
        allowed: answer.ruling == Ruling::Allowed,
        status,
        warnings: &answer.warnings,
        audit_annotations: &answer.audit,
    };
    // Strings and numbers always have JSON.
    serde_json::to_vec(&Answered { api_version: API_VERSION, kind: KIND, response }).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn mk_review(request: &Value) -> Vec<u8> {
        serde_json::to_vec(&json!({"apiVersion": API_VERSION, "kind": KIND, "request": request})).unwrap()
    }

    fn mk_request() -> Value {
        json!({
            "uid": "705ab4f5", "kind": {"group": "apps", "version": "v1", "kind": "Deployment"},
            "resource": {"group": "apps", "version": "v1", "resource": "deployments"}, "subResource": "scale",
            "requestKind": {"group": "apps", "version": "v1", "kind": "Deployment"}, "name": "cart", "namespace": "shop",
            "operation": "UPDATE", "userInfo": {"username": "dev@example.com", "groups": ["system:authenticated"], "extra": {}},
            "object": {"kind": "Deployment", "spec": {"replicas": 1.0}}, "oldObject": null, "dryRun": true, "options": {},
        })
    }

    #[test]
    fn a_review_is_read_with_its_object_as_it_came() {
        let body = String::from_utf8(mk_review(&mk_request())).unwrap().replace("1.0", "1.00");
        let request = parse(body.as_bytes()).unwrap();
        assert_eq!((request.uid.as_str(), request.operation), ("705ab4f5", Operation::Update));
        assert_eq!((request.api_version.as_str(), request.resource.as_str()), ("apps/v1", "deployments"));
        assert_eq!(request.object.as_deref(), Some(&br#"{"kind":"Deployment","spec":{"replicas":1.00}}"#[..]));
        assert_eq!((request.old_object.as_deref(), request.dry_run), (None, true));
        assert_eq!(request.subject(), "Deployment shop/cart (scale)");
        assert_eq!(request.requester.groups, ["system:authenticated"]);
    }

    #[test]
    fn the_core_group_has_no_name_and_empty_fields_are_nothing() {
        let mut request = mk_request();
        request["kind"] = json!({"group": "", "version": "v1", "kind": "Namespace"});
        request["namespace"] = json!("");
        request["subResource"] = json!("");
        request["object"] = Value::Null;
        let request = parse(&mk_review(&request)).unwrap();
        assert_eq!((request.api_version.as_str(), request.namespace, request.sub_resource), ("v1", None, None));
        assert_eq!(request.object, None);
    }

    #[test]
    fn what_is_no_review_of_this_version_is_refused_by_name() {
        let said = |body: &[u8]| parse(body).unwrap_err().to_string();
        assert!(said(b"{").starts_with("the body is no AdmissionReview"));
        assert!(said(b"[]").starts_with("the body is"));
        let old = json!({"apiVersion": "admission.k8s.io/v1beta1", "kind": KIND, "request": mk_request()});
        assert!(said(&serde_json::to_vec(&old).unwrap()).contains("`admission.k8s.io/v1beta1`"));
        assert!(said(&serde_json::to_vec(&json!({"apiVersion": API_VERSION, "kind": KIND})).unwrap()).contains("no `request`"));
        let mut unknown = mk_request();
        unknown["operation"] = json!("RENAME");
        assert!(said(&mk_review(&unknown)).contains("RENAME"));
    }

    #[test]
    fn a_denial_says_why_and_a_yes_has_no_status() {
        let denied = AdmissionAnswer {
            warnings: vec!["careful".to_owned()],
            audit: BTreeMap::from([("ruling", "denied".to_owned())]),
            ..AdmissionAnswer::unasked(Ruling::Denied, "no".to_owned())
        };
        let said: Value = serde_json::from_slice(&response("u", &denied)).unwrap();
        let expected = json!({"uid": "u", "allowed": false, "status": {"code": 403, "reason": "Forbidden", "message": "no"},
            "warnings": ["careful"], "auditAnnotations": {"ruling": "denied"}});
        assert_eq!(said["response"], expected);
        let allowed = AdmissionAnswer::unasked(Ruling::Allowed, String::new());
        let said: Value = serde_json::from_slice(&response("u", &allowed)).unwrap();
        assert_eq!(said["response"], json!({"uid": "u", "allowed": true}));
        let error = AdmissionAnswer::unasked(Ruling::Error, "broken".to_owned());
        let said: Value = serde_json::from_slice(&response("u", &error)).unwrap();
        assert_eq!((&said["response"]["allowed"], &said["response"]["status"]["code"]), (&json!(false), &json!(500)));
    }

    #[test]
    fn the_debug_form_of_a_request_shows_no_object() {
        let mut request = mk_request();
        request["object"] = json!({"data": {"password": "aHVudGVyMg=="}});
        assert!(!format!("{:?}", parse(&mk_review(&request)).unwrap()).contains("aHVudGVyMg"));
    }
}
