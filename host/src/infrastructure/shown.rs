//! What Terraform says that a plan does, as documents for policies.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::plan::{Plan, ShownPlan};
use tollgate_gate::JudgedDocument;

use super::configuration::parent;
use super::written::Written;
use crate::sources::{Documents, FileToRead, Files, read_documents};

/// The documents of a plan. A change stands where the block stands that it comes from; where that is not known, in a file of its
/// own, which is written nowhere.
pub(crate) fn documents(plan: &Plan, written: Written<'_>) -> Documents {
    let file = |shown: &ShownPlan| {
        let bytes = serde_json::to_vec_pretty(&shown.json).unwrap_or_default();
        let path = format!("plan of {} for {}", shown.component, plan.target);
        FileToRead { source: Arc::new(SourceFile { path, bytes }), component: Some(shown.component.clone()) }
    };
    let files = plan.components.shown.iter().map(file).collect();
    let mut documents = read_documents(vec![Files { files, ..Files::default() }]);
    for judged in &mut documents.documents {
        place(judged, written);
    }
    documents
}

/// Puts a change where its block stands.
fn place(judged: &mut JudgedDocument, written: Written<'_>) {
    let Some(block) = block_of(judged, written) else { return };
    judged.document.source = Arc::clone(&block.document.source);
    judged.document.place = block.document.place.clone();
}

/// The block that a change comes from; nothing where there is none in the repository, or more than one that may be it.
fn block_of<'w>(judged: &JudgedDocument, written: Written<'w>) -> Option<&'w JudgedDocument> {
    let change: Value = serde_json::from_slice(&judged.document.body).ok()?;
    let text = |key: &str| change.get(key).and_then(Value::as_str);
    let kind = if text("mode")? == "data" { "data" } else { "resource" };
    let name = format!("{}.{}", text("type")?, text("name")?);
    let component = judged.component.as_deref()?;
    let root = written.root(component)?;
    let is_root = text("module_address").is_none();
    let mut blocks = written.own(component).into_iter().filter(|written| {
        let identity = &written.document.identity;
        let is_in_root = parent(&written.document.source.path) == root.path;
        identity.kind == kind && identity.name == name && is_in_root == is_root
    });
    let block = blocks.next()?;
    blocks.next().is_none().then_some(block)
}
