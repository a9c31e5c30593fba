use serde_json::json;

use crate::languages::testing::{findings, value};

#[test]
fn data_is_that_of_toml_in_the_order_of_the_file() {
    let text = "z = 1\na = [1_000, 0x10, +2.50]\nt = 1979-05-27 07:32:00\n[x.y]\nk = 'v'\n";
    let content = value("x/a.toml", text, "/content");
    assert_eq!(content, json!({"z": 1, "a": [1000, 16, 2.5], "t": "1979-05-27T07:32:00", "x": {"y": {"k": "v"}}}));
    let body = crate::languages::testing::reading("a.toml", "z = 1\na = 2\n").documents[0].body.to_vec();
    assert!(String::from_utf8(body).unwrap().ends_with(r#""content":{"z":1,"a":2}}"#));
}

#[test]
fn what_is_no_toml_is_found_at_its_place() {
    assert_eq!(findings("a.toml", "a = 1\nb = \n"), [("not-toml", 2, 5)]);
    assert_eq!(findings("a.toml", "a = 1\n[b]\na = 2\na = 3\n"), [("duplicate-key", 4, 1)]);
    assert_eq!(findings("a.toml", "a = inf\nb = -nan\n"), [("non-finite", 1, 5), ("non-finite", 2, 5)]);
    assert_eq!(findings("a.toml", "a = 9223372036854775808\n"), [("not-toml", 1, 5)]);
}

#[test]
fn nesting_has_a_limit() {
    let found = findings("a.toml", &format!("a = {}1{}", "[".repeat(1000), "]".repeat(1000)));
    assert!(!found.is_empty() && found.iter().all(|finding| finding.0 == "not-toml"), "{found:?}");
}
