use serde_json::json;
use tollgate_core::pointer::Pointer;

use super::values::differences;

fn told(one: &serde_json::Value, other: &serde_json::Value) -> Vec<String> {
    differences(&Pointer::root(), Some(one), Some(other)).iter().map(|difference| difference.path.to_string()).collect()
}

#[test]
fn values_differ_where_their_leaves_do() {
    assert_eq!(told(&json!({"a": 1, "b": {"c": [1, 2]}, "d": null}), &json!({"a": 1, "b": {"c": [1, 3]}})), ["/b/c/1"]);
    assert_eq!(told(&json!({"a": [1]}), &json!({"a": [1, 2]})), ["/a"]);
    assert_eq!(told(&json!({"a": 1}), &json!({"b": 1})), ["/a", "/b"]);
    assert!(told(&json!([{"x": null}]), &json!([{}])).is_empty());
}
