//! Which object of a source file a rendered one is.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::{Document, ObjectIdentity, Place, SourceFile};
use tollgate_core::pointer::Pointer;

use crate::limits::ReadLimits;
use crate::read::read;

/// The objects of a source file, read once.
#[derive(Default)]
pub(crate) struct Origins {
    read: std::collections::BTreeMap<String, Vec<Document>>,
}

impl Origins {
    /// Where in a file the object stands that became this one; where nobody knows, where the first one stands.
    pub(crate) fn place(&mut self, source: &Arc<SourceFile>, identity: &ObjectIdentity) -> Place {
        let objects = self.read.entry(source.path.clone()).or_insert_with(|| read(source, &ReadLimits::default()).documents);
        place_in(objects, identity).unwrap_or_else(start)
    }
}

/// The start of a file.
pub(crate) fn start() -> Place {
    Place { index: 0, stream: 0, base: Pointer::root() }
}

/// The object of the same kind and name; else the one of the same kind whose name is the longest part of the rendered one, to
/// which kustomize may add something before and behind; else the first of the kind, or the first.
pub(crate) fn place_in(objects: &[Document], identity: &ObjectIdentity) -> Option<Place> {
    let same_kind = |other: &&Document| other.identity.kind == identity.kind;
    let is_it = |other: &&Document| other.identity.name == identity.name && other.identity.namespace == identity.namespace;
    let of_kind = || objects.iter().filter(same_kind);
    let part =
        || of_kind().filter(|other| identity.name.contains(&other.identity.name)).max_by_key(|other| other.identity.name.len());
    let found = of_kind().find(is_it).or_else(part).or_else(|| of_kind().next()).or_else(|| objects.first());
    found.map(|document| document.place.clone())
}

/// What was rendered, and the object at a place of a file that it was rendered from; nothing where there is none of its kind.
pub(super) fn object_at(source: &SourceFile, place: &Place, body: &[u8]) -> Option<(Value, Value)> {
    let source = Arc::new(SourceFile { path: source.path.clone(), bytes: source.bytes.clone() });
    let objects = read(&source, &ReadLimits::default()).documents;
    let object = objects.iter().find(|object| (object.place.stream, &object.place.base) == (place.stream, &place.base))?;
    let written: Value = serde_json::from_slice(&object.body).ok()?;
    let rendered: Value = serde_json::from_slice(body).ok()?;
    (rendered.get("kind") == written.get("kind")).then_some((rendered, written))
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "apiVersion: v1\nkind: Service\nmetadata: {name: cart}\n---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart}\n\
        ---\napiVersion: v1\nkind: ConfigMap\nmetadata: {name: cart-db}\n";

    fn index(kind: &str, name: &str) -> u32 {
        let source = Arc::new(SourceFile { path: "a.yaml".to_owned(), bytes: TEXT.as_bytes().to_vec() });
        let identity =
            ObjectIdentity { api_version: "v1".to_owned(), kind: kind.to_owned(), namespace: None, name: name.to_owned() };
        Origins::default().place(&source, &identity).index
    }

    #[test]
    fn the_object_of_the_same_kind_and_name_is_the_origin() {
        assert_eq!([index("Service", "cart"), index("ConfigMap", "cart"), index("ConfigMap", "cart-db")], [0, 1, 2]);
    }

    #[test]
    fn names_may_have_something_before_and_behind_them() {
        assert_eq!([index("ConfigMap", "prod-cart-x7f"), index("ConfigMap", "prod-cart-db-x7f")], [1, 2]);
    }

    #[test]
    fn where_nobody_knows_it_is_the_first_one() {
        assert_eq!([index("ConfigMap", "other"), index("Job", "other")], [1, 0]);
    }
}
