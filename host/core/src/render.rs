//! Rendered documents: what a recipe is at one target, with every image pinned.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::canonical::NotCanonical;
use crate::digest::Digest;
use crate::document::ObjectIdentity;
use crate::terraform::TerraformRoot;

/// An object as it would be sent to a target.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RenderedDocument {
    pub component: String,
    /// Path of the source file, relative to the repository's root.
    pub path: String,
    pub identity: ObjectIdentity,
    /// With Secret values, if it has any: never shown, logged or stored as it is.
    pub body: Value,
}

impl RenderedDocument {
    /// Whether it carries values that must not be seen.
    pub fn is_secret(&self) -> bool {
        self.identity.is_secret()
    }

    /// Names the object at its target.
    pub fn key(&self) -> ObjectKey {
        ObjectKey { component: self.component.clone(), identity: self.identity.clone() }
    }
}

/// Names an object at a target: what it is, and the component that brings it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct ObjectKey {
    pub component: String,
    #[serde(flatten)]
    pub identity: ObjectIdentity,
}

impl std::fmt::Display for ObjectKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} of {}", self.identity, self.component)
    }
}

/// All documents of a recipe for one target.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rendered {
    documents: Vec<RenderedDocument>,
    roots: Vec<TerraformRoot>,
}

impl Rendered {
    /// Sorts documents by path; those of one file keep their order. What is no Kubernetes object is left out here, on the
    /// only way to a target: it is judged and never applied.
    pub fn new(mut documents: Vec<RenderedDocument>) -> Self {
        documents.retain(|document| document.identity.is_kubernetes());
        documents.sort_by(|a, b| (&a.component, &a.path).cmp(&(&b.component, &b.path)));
        Self { documents, roots: Vec::new() }
    }

    /// The same with what Terraform plans.
    #[must_use]
    pub fn with_roots(self, mut roots: Vec<TerraformRoot>) -> Self {
        roots.sort_by(|a, b| a.component.cmp(&b.component));
        Self { roots, ..self }
    }

    /// What Terraform plans, sorted by component.
    pub fn roots(&self) -> &[TerraformRoot] {
        &self.roots
    }

    /// Sorted by component and path.
    pub fn documents(&self) -> &[RenderedDocument] {
        &self.documents
    }

    /// Objects that more than one document describes. Kubernetes knows an object by group, kind, namespace and name,
    /// whatever its version, so that is how they are compared here.
    pub fn duplicates(&self) -> Vec<(&RenderedDocument, &RenderedDocument)> {
        let mut seen = std::collections::HashMap::new();
        let mut duplicates = Vec::new();
        for document in &self.documents {
            let identity = &document.identity;
            let key = (identity.group(), &identity.kind, &identity.namespace, &identity.name);
            if identity.name.is_empty() {
                continue;
            }
            if let Some(first) = seen.insert(key, document) {
                duplicates.push((first, document));
            }
        }
        duplicates
    }
}

/// Digests what is sent for one object.
///
/// # Errors
/// When the body has no canonical JSON.
pub fn digest_of_body(body: &Value) -> Result<Digest, NotCanonical> {
    Digest::of_canonical(body)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_kubernetes_object_is_never_rendered() {
        let mk = |api_version: &str, kind: &str| RenderedDocument {
            component: "cart".to_owned(),
            path: "cart/a".to_owned(),
            identity: ObjectIdentity {
                api_version: api_version.to_owned(),
                kind: kind.to_owned(),
                namespace: None,
                name: "a".to_owned(),
            },
            body: Value::Null,
        };
        let own = [mk("terraform.tollgate/v1", "resource"), mk("dotenv.tollgate/v1", "Dotenv"), mk("toml.tollgate/v1", "Toml")];
        let rendered = Rendered::new([vec![mk("v1", "ConfigMap")], own.to_vec()].concat());
        let kinds: Vec<&str> = rendered.documents().iter().map(|document| document.identity.kind.as_str()).collect();
        assert_eq!(kinds, ["ConfigMap"]);
    }
}
