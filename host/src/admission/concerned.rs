//! Which object a question is about, and whether there is anything to judge.

use std::sync::Arc;

use tollgate_core::admission::{AdmissionRequest, Operation};
use tollgate_core::document::SourceFile;
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::AdmissionSpec;
use tollgate_gate::JudgedDocument;

use crate::sources::{FileToRead, read_file};

/// The one subresource that brings something to run.
const EPHEMERAL_CONTAINERS: &str = "ephemeralcontainers";

/// Why a question is not judged; nothing: it is.
pub(super) fn unjudged(request: &AdmissionRequest, spec: &AdmissionSpec) -> Option<String> {
    if let Some(namespace) = request.namespace.as_ref().filter(|namespace| spec.exempt.contains(namespace)) {
        return Some(format!("namespace {namespace} is exempt"));
    }
    match (&request.sub_resource, request.operation) {
        (_, Operation::Connect) => Some("CONNECT brings no object".to_owned()),
        (Some(name), _) if name != EPHEMERAL_CONTAINERS => Some(format!("subresource {name} is not judged")),
        _ => None,
    }
}

/// The object that is judged: the one that comes, or the one that goes.
pub(super) fn bytes(request: &AdmissionRequest) -> Option<&Arc<[u8]>> {
    match request.operation {
        Operation::Delete => request.old_object.as_ref(),
        Operation::Create | Operation::Update | Operation::Connect => request.object.as_ref(),
    }
}

/// What is wrong with an object that can't be judged.
#[derive(Debug)]
pub(super) enum Unreadable {
    /// The cluster sent none, or something that is none.
    NoObject,
    /// As a file of it would be refused.
    Findings(Vec<Finding>),
}

/// Reads the object as a file of it would be read, so that it is judged alike.
pub(super) fn document(request: &AdmissionRequest) -> Result<JudgedDocument, Unreadable> {
    let bytes = bytes(request).ok_or(Unreadable::NoObject)?.to_vec();
    let source = Arc::new(SourceFile { path: format!("{}.json", request.subject().replace(' ', "/")), bytes });
    let mut read = read_file(&FileToRead { source, component: None });
    if !read.findings.is_empty() {
        return Err(Unreadable::Findings(read.findings));
    }
    match (read.documents.pop(), read.documents.is_empty()) {
        (Some(document), true) => Ok(document),
        _ => Err(Unreadable::NoObject),
    }
}
