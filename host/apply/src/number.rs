//! Numbers that canonical JSON can't tell apart.

use serde_json::Value;
use tollgate_core::pointer::Pointer;

/// The largest integer that every JSON reader keeps exactly (RFC 8785 appendix D, RFC 7493 §2.2).
const MAX_EXACT: u64 = (1 << 53) - 1;

/// Finds an integer that is beyond what canonical JSON keeps exactly, so that two of them could have one digest.
pub(crate) fn find_inexact(value: &Value) -> Option<Pointer> {
    find(value, &Pointer::root())
}

fn find(value: &Value, at: &Pointer) -> Option<Pointer> {
    match value {
        Value::Number(number) => {
            let magnitude = number.as_u64().or_else(|| number.as_i64().map(i64::unsigned_abs))?;
            (magnitude > MAX_EXACT).then(|| at.clone())
        }
        Value::Array(elements) => elements.iter().enumerate().find_map(|(index, element)| find(element, &at.element(index))),
        Value::Object(members) => members.iter().find_map(|(key, member)| find(member, &at.member(key))),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use tollgate_core::digest::Digest;

    #[test]
    fn integers_beyond_two_to_the_53_are_found_wherever_they_are() {
        let body = json!({"a": [1, {"b": 9_007_199_254_740_993_u64}]});
        assert_eq!(find_inexact(&body).unwrap().as_str(), "/a/1/b");
        assert_eq!(find_inexact(&json!(i64::MIN)).unwrap(), Pointer::root());
        for exact in [json!(9_007_199_254_740_991_u64), json!(-9_007_199_254_740_991_i64), json!(0.1), json!("9007199254740993")] {
            assert_eq!(find_inexact(&exact), None);
        }
    }

    #[test]
    fn that_is_where_two_numbers_begin_to_have_one_digest() {
        let digest = |number: u64| Digest::of_canonical(&json!(number)).unwrap();
        assert_eq!(digest(9_007_199_254_740_992), digest(9_007_199_254_740_993));
        assert_ne!(digest(9_007_199_254_740_990), digest(9_007_199_254_740_991));
    }
}
