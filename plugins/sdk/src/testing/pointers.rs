//! Every place in a document.

use serde_json::Value;

/// The pointers (RFC 6901) to a value and to all that it holds, each before what is in it: for tests that change a document
/// place by place.
pub fn pointers(value: &Value) -> Vec<String> {
    let mut all = Vec::new();
    collect(value, "", &mut all);
    all
}

fn collect(value: &Value, pointer: &str, all: &mut Vec<String>) {
    all.push(pointer.to_owned());
    for (key, member) in value.as_object().into_iter().flatten() {
        collect(member, &format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), all);
    }
    for (index, element) in value.as_array().into_iter().flatten().enumerate() {
        collect(element, &format!("{pointer}/{index}"), all);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_place_is_there_once_and_leads_to_its_value() {
        let value = json!({"a/b": [1, {"~": null}], "c": {}});
        let all = pointers(&value);
        assert_eq!(all, ["", "/a~1b", "/a~1b/0", "/a~1b/1", "/a~1b/1/~0", "/c"]);
        assert!(all.iter().all(|pointer| value.pointer(pointer).is_some()));
    }
}
