//! Lists: one object that stands for several, as `kubectl` takes them apart.
//!
//! Whatever has a sequence as its `items` is a list, whatever its kind, because that is what would be applied. Items
//! without version and kind have those of the list: those of a `PodList` are Pods.

use tollgate_core::document::ObjectIdentity;

use super::document::Header;
use crate::json::{elements, write_text};

/// An item of a list.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Item {
    Object {
        identity: ObjectIdentity,
        body: Vec<u8>,
    },
    /// No object, and why.
    Invalid(&'static str),
}

/// The items of a list; nothing for what is no list.
pub(crate) fn items(list: &ObjectIdentity, header: &Header<'_>) -> Option<Vec<Item>> {
    match header.items? {
        array if array.starts_with(b"[") => Some(elements(array).map(|element| item(list, element)).collect()),
        b"null" if list.kind.ends_with("List") => Some(Vec::new()),
        _ if list.kind == "List" && list.api_version == "v1" => Some(vec![Item::Invalid("the `items` of a List are no sequence")]),
        _ => None,
    }
}

fn item(list: &ObjectIdentity, element: &[u8]) -> Item {
    if !element.starts_with(b"{") {
        return Item::Invalid("the item is no object");
    }
    let header = Header::of(element);
    if header.items.is_some_and(|items| items.starts_with(b"[")) {
        return Item::Invalid("the item is a list itself");
    }
    if let Some(identity) = header.identity() {
        return Item::Object { identity, body: element.to_vec() };
    }
    let kind = list.kind.strip_suffix("List").unwrap_or_default();
    if !header.is_bare() || kind.is_empty() {
        return Item::Invalid("the item lacks apiVersion or kind");
    }
    let (namespace, name) = header.names();
    let identity =
        ObjectIdentity { api_version: list.api_version.clone(), kind: kind.to_owned(), namespace, name: name.unwrap_or_default() };
    Item::Object { body: with_type(element, &identity), identity }
}

/// The object with the version and kind that its list implies.
fn with_type(object: &[u8], identity: &ObjectIdentity) -> Vec<u8> {
    let mut body = b"{\"apiVersion\":".to_vec();
    write_text(&mut body, &identity.api_version);
    body.extend_from_slice(b",\"kind\":");
    write_text(&mut body, &identity.kind);
    let inside = object.strip_prefix(b"{").unwrap_or_default();
    if inside != b"}" {
        body.push(b',');
    }
    body.extend_from_slice(inside);
    body
}

#[cfg(test)]
mod tests {
    use super::*;

    fn expand(json: &str) -> Option<Vec<Result<String, &'static str>>> {
        let header = Header::of(json.as_bytes());
        let items = items(&header.identity().unwrap(), &header)?;
        let show = |item| match item {
            Item::Object { body, .. } => Ok(String::from_utf8(body).unwrap()),
            Item::Invalid(why) => Err(why),
        };
        Some(items.into_iter().map(show).collect())
    }

    #[test]
    fn items_are_taken_out_one_by_one() {
        let list = r#"{"apiVersion":"v1","kind":"List","items":[{"apiVersion":"v1","kind":"Pod"},{"kind":"Pod"},1,{"apiVersion":"v1","kind":"List","items":[]}]}"#;
        let items = expand(list).unwrap();
        assert_eq!(items[0], Ok(r#"{"apiVersion":"v1","kind":"Pod"}"#.to_owned()));
        assert!(items[1..].iter().all(Result::is_err), "{items:?}");
    }

    #[test]
    fn items_of_a_typed_list_have_its_type() {
        let list = r#"{"apiVersion":"apps/v1","kind":"DeploymentList","items":[{"metadata":{"name":"a"}},{}]}"#;
        let first = r#"{"apiVersion":"apps/v1","kind":"Deployment","metadata":{"name":"a"}}"#.to_owned();
        let second = r#"{"apiVersion":"apps/v1","kind":"Deployment"}"#.to_owned();
        assert_eq!(expand(list), Some(vec![Ok(first), Ok(second)]));
    }

    #[test]
    fn a_kind_that_hides_objects_in_items_is_a_list() {
        let list = r#"{"apiVersion":"v1","kind":"ConfigMap","items":[{"apiVersion":"v1","kind":"Pod"}]}"#;
        assert_eq!(expand(list).unwrap().len(), 1);
    }

    #[test]
    fn a_kind_that_merely_ends_in_list_is_an_object() {
        assert_eq!(expand(r#"{"apiVersion":"example.com/v1","kind":"AllowList","spec":{}}"#), None);
        assert_eq!(expand(r#"{"apiVersion":"v1","kind":"List","items":null}"#), Some(vec![]));
        assert_eq!(expand(r#"{"apiVersion":"v1","kind":"List","items":{}}"#).unwrap().len(), 1);
    }
}
