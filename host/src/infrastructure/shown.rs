//! What Terraform says that a plan does, as documents for policies.

use std::sync::Arc;

use tollgate_core::document::SourceFile;
use tollgate_core::plan::{Plan, ShownPlan};

use crate::sources::{Documents, FileToRead, Files, read_documents};

/// The documents of a plan: those of each component in a file of its own, which is written nowhere.
pub(crate) fn documents(plan: &Plan) -> Documents {
    let file = |shown: &ShownPlan| {
        let bytes = serde_json::to_vec_pretty(&shown.json).unwrap_or_default();
        let path = format!("plan of {} for {}", shown.component, plan.target);
        FileToRead { source: Arc::new(SourceFile { path, bytes }), component: Some(shown.component.clone()) }
    };
    let files = plan.components.shown.iter().map(file).collect();
    read_documents(vec![Files { files, ..Files::default() }])
}
