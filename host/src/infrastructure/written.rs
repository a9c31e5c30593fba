//! What is written down for one target: blocks, and the roots that they belong to.

use tollgate_core::terraform::TerraformRoot;
use tollgate_gate::JudgedDocument;

/// The documents of a recipe, with what Terraform plans of it.
#[derive(Clone, Copy)]
pub(crate) struct Written<'a> {
    pub(crate) documents: &'a [JudgedDocument],
    pub(crate) roots: &'a [TerraformRoot],
}

impl<'a> Written<'a> {
    /// The documents of one component.
    pub(super) fn own(&self, component: &str) -> Vec<&'a JudgedDocument> {
        let is_own = |judged: &&JudgedDocument| judged.component.as_deref() == Some(component);
        self.documents.iter().filter(is_own).collect()
    }

    /// The root of one component.
    pub(super) fn root(&self, component: &str) -> Option<&'a TerraformRoot> {
        self.roots.iter().find(|root| root.component == component)
    }
}
