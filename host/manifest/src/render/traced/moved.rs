//! Pointers into what was rendered, as pointers into what was written.

use serde_json::Value;
use tollgate_core::pointer::Pointer;

/// Where a value of the rendered object stands in the written one. Rendering puts elements into lists and sorts them, so that
/// positions mean nothing: an element is the one of the same name, else an equal one. Where there is none, the way ends at the
/// list.
pub(super) fn pointer(rendered: &Value, written: &Value, pointer: &Pointer) -> Pointer {
    let (mut rendered, mut written) = (Some(rendered), Some(written));
    let mut moved = Pointer::root();
    for token in pointer.tokens() {
        if let (Some(Value::Array(after)), Some(Value::Array(before))) = (rendered, written) {
            let element = token.parse::<usize>().ok().and_then(|index| after.get(index));
            let Some(position) = element.and_then(|element| position(before, element)) else { return moved };
            moved = moved.element(position);
            (rendered, written) = (element, before.get(position));
        } else {
            moved = moved.member(&token);
            rendered = rendered.and_then(|value| value.get(&token));
            written = written.and_then(|value| value.get(&token));
        }
    }
    moved
}

fn position(list: &[Value], element: &Value) -> Option<usize> {
    let name = |value: &Value| value.get("name").and_then(Value::as_str).map(str::to_owned);
    match name(element) {
        Some(wanted) => list.iter().position(|other| name(other).as_ref() == Some(&wanted)),
        None => list.iter().position(|other| other == element),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn moved(rendered: &Value, written: &Value, text: &str) -> String {
        pointer(rendered, written, &text.parse().unwrap()).as_str().to_owned()
    }

    #[test]
    fn elements_are_found_by_their_names() {
        let written = json!({"spec": {"containers": [{"name": "cart", "image": "cart"}]}});
        let rendered = json!({"spec": {"containers": [{"name": "proxy"}, {"name": "cart", "image": "cart:1"}]}});
        assert_eq!(moved(&rendered, &written, "/spec/containers/1/image"), "/spec/containers/0/image");
        assert_eq!(moved(&rendered, &written, "/spec/containers/0/image"), "/spec/containers");
        assert_eq!(moved(&rendered, &written, "/spec/replicas"), "/spec/replicas");
    }

    #[test]
    fn elements_without_names_are_found_by_what_they_are() {
        let (written, rendered) = (json!({"args": ["a", "b"]}), json!({"args": ["x", "b"]}));
        assert_eq!(moved(&rendered, &written, "/args/1"), "/args/1");
        assert_eq!(moved(&rendered, &written, "/args/0"), "/args");
    }

    #[test]
    fn what_is_in_no_list_keeps_its_pointer() {
        assert_eq!(moved(&json!({}), &json!([]), "/a~1b/c"), "/a~1b/c");
    }

    proptest! {
        #[test]
        fn in_an_object_that_rendering_left_alone_nothing_moves(names in prop::collection::btree_set("[a-z]{1,3}", 1..5), index in 0..5_usize) {
            let list: Vec<Value> = names.iter().map(|name| json!({"name": name})).collect();
            let object = json!({"list": list});
            let index = index % names.len();
            prop_assert_eq!(moved(&object, &object, &format!("/list/{index}/name")), format!("/list/{index}/name"));
        }
    }
}
