//! A block of a configuration, as its document has it.

use serde_json::Value;
use tollgate_core::document::Location;
use tollgate_core::finding::{Finding, Subject};
use tollgate_core::pointer::Pointer;
use tollgate_core::ports::LocateValue;
use tollgate_gate::JudgedDocument;

/// Name of the policy that such findings carry.
const POLICY: &str = "terraform";

/// A document with its body.
pub(super) struct Block<'d> {
    judged: &'d JudgedDocument,
    pub(super) body: Value,
}

impl<'d> Block<'d> {
    /// All documents of a kind. What is no JSON, which documents always are, is none of them.
    pub(super) fn of_kind<'a>(documents: &'a [&'d JudgedDocument], kind: &'a str) -> impl Iterator<Item = Self> + 'a {
        let of_kind = documents.iter().filter(move |judged| judged.document.identity.kind == kind);
        of_kind.filter_map(|judged| Some(Self { judged, body: serde_json::from_slice(&judged.document.body).ok()? }))
    }

    /// The file that it stands in, relative to the repository's root.
    pub(super) fn file(&self) -> &'d str {
        &self.judged.document.source.path
    }

    pub(super) fn name(&self) -> &'d str {
        &self.judged.document.identity.name
    }

    /// A label: `aws_s3_bucket` of `resource "aws_s3_bucket" "logs"`.
    pub(super) fn label(&self, index: usize) -> &str {
        self.body.get("labels").and_then(|labels| labels.get(index)).and_then(Value::as_str).unwrap_or_default()
    }

    /// A value, by its pointer from the block.
    pub(super) fn at(&self, pointer: &str) -> Option<&Value> {
        self.body.pointer(pointer)
    }

    /// A finding at a value of it.
    pub(super) fn finding(&self, rule: &str, pointer: &Pointer, message: String, fix: &str, locate: &dyn LocateValue) -> Finding {
        let document = &self.judged.document;
        let span = locate.locate_in(document, std::slice::from_ref(pointer)).pop();
        let location = span.map(|span| Location { file: document.source.path.clone(), span });
        let subject = Subject::Document { document: document.reference(), pointer: pointer.clone() };
        Finding::of_host((POLICY, rule), subject, location, message, fix)
    }
}

/// A finding about a file as such.
pub(super) fn of_file(rule: &str, path: &str, message: String, fix: &str) -> Finding {
    let location = Location { file: path.to_owned(), span: tollgate_core::document::Span::START };
    Finding::of_host((POLICY, rule), Subject::File, Some(location), message, fix)
}

/// A finding about a component as a whole.
pub(super) fn of_component(rule: &str, component: &str, at: Option<Location>, message: String, fix: &str) -> Finding {
    Finding::of_host((POLICY, rule), Subject::Component(component.to_owned()), at, message, fix)
}

/// A finding about a target.
pub(super) fn of_target(rule: &str, target: &str, message: String, fix: &str) -> Finding {
    Finding::of_host((POLICY, rule), Subject::Target(target.to_owned()), None, message, fix)
}
