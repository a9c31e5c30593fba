//! What an object says of itself, taken from its JSON without parsing all of it.

use tollgate_core::document::ObjectIdentity;

use crate::json::{members, text_of};

/// The parts of an object that say what it is, as JSON.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Header<'j> {
    api_version: Option<&'j [u8]>,
    kind: Option<&'j [u8]>,
    metadata: Option<&'j [u8]>,
    pub(crate) items: Option<&'j [u8]>,
    /// Whether it has the changes of a plan.
    has_resource_changes: bool,
}

impl<'j> Header<'j> {
    /// Looks at the members of an object.
    pub(crate) fn of(object: &'j [u8]) -> Self {
        let mut header = Self::default();
        for (key, value) in members(object) {
            match key {
                b"\"apiVersion\"" => header.api_version = Some(value),
                b"\"kind\"" => header.kind = Some(value),
                b"\"metadata\"" => header.metadata = Some(value),
                b"\"items\"" => header.items = Some(value),
                b"\"resource_changes\"" => header.has_resource_changes = true,
                _ => {}
            }
        }
        header
    }

    /// Whether it claims neither version nor kind.
    pub(crate) const fn is_bare(&self) -> bool {
        self.api_version.is_none() && self.kind.is_none()
    }

    /// Whether it may be a plan of Terraform, which claims neither version nor kind.
    pub(crate) const fn may_be_plan(&self) -> bool {
        self.has_resource_changes && self.is_bare()
    }

    /// The identity of a manifest; nothing where version or kind is missing, empty or no text.
    pub(crate) fn identity(&self) -> Option<ObjectIdentity> {
        let filled = |value: Option<&[u8]>| value.and_then(text_of).filter(|text| !text.is_empty());
        let (api_version, kind) = (filled(self.api_version)?, filled(self.kind)?);
        let (namespace, name) = self.names();
        Some(ObjectIdentity { api_version, kind, namespace, name: name.unwrap_or_default() })
    }

    /// Namespace and name. An empty namespace is none.
    pub(crate) fn names(&self) -> (Option<String>, Option<String>) {
        let (mut namespace, mut name) = (None, None);
        for (key, value) in members(self.metadata.unwrap_or_default()) {
            match key {
                b"\"namespace\"" => namespace = text_of(value).filter(|text| !text.is_empty()),
                b"\"name\"" => name = text_of(value),
                _ => {}
            }
        }
        (namespace, name)
    }

    /// Which properties of a manifest are missing, for people.
    pub(crate) fn what_is_missing(&self) -> &'static str {
        let filled = |value: Option<&[u8]>| value.and_then(text_of).is_some_and(|text| !text.is_empty());
        match (filled(self.api_version), filled(self.kind)) {
            (false, false) => "neither apiVersion nor kind",
            (true, false) => "no kind",
            (false, true) => "no apiVersion",
            (true, true) => "nothing missing",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn identity(json: &str) -> Option<String> {
        Header::of(json.as_bytes()).identity().map(|identity| format!("{} {identity}", identity.api_version))
    }

    #[test]
    fn version_kind_namespace_and_name_are_found_in_any_order() {
        let json = r#"{"metadata":{"labels":{"name":"x"},"name":"a\"b","namespace":"n"},"kind":"Pod","apiVersion":"v1"}"#;
        assert_eq!(identity(json).as_deref(), Some("v1 Pod n/a\"b"));
        assert_eq!(identity(r#"{"kind":"Pod","apiVersion":"v1","metadata":{"namespace":""}}"#).as_deref(), Some("v1 Pod "));
    }

    #[test]
    fn what_lacks_version_or_kind_is_no_manifest() {
        for json in ["{}", "[]", r#"{"kind":"Pod"}"#, r#"{"apiVersion":"v1","kind":1}"#, r#"{"apiVersion":"","kind":"Pod"}"#] {
            assert_eq!(identity(json), None, "{json}");
        }
        assert_eq!(Header::of(br#"{"apiVersion":"v2"}"#).what_is_missing(), "no kind");
    }
}
