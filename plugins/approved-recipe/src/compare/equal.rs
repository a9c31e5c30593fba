//! When two values are the same.

use tollgate_sdk::{Quantity, Value};

/// Whether two values are the same: numbers by what they are, objects whatever their order.
pub(crate) fn same(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (one, other) {
        (Value::Integer(integer), Value::Float(float)) | (Value::Float(float), Value::Integer(integer)) => is_as(*integer, *float),
        (Value::Array(elements), Value::Array(others)) => {
            elements.len() == others.len() && elements.iter().zip(others).all(|(one, other)| same(one, other))
        }
        (Value::Object(members), Value::Object(others)) => {
            let mut members = members.iter();
            members.len() == others.len() && members.all(|(name, value)| other.get(name).is_some_and(|other| same(value, other)))
        }
        _ => one == other,
    }
}

/// Whether a float is this integer, and not just near it.
fn is_as(integer: i64, float: f64) -> bool {
    #[expect(clippy::cast_precision_loss, reason = "past 2^53 the way back shows what was lost")]
    let same = integer as f64 == float;
    #[expect(clippy::cast_possible_truncation, reason = "it saturates, and then is not the same any more")]
    let back = float as i64;
    same && back == integer
}

/// Whether two quantities are as much. What is none is the same only as itself.
pub(super) fn same_amount(one: &Value<'_>, other: &Value<'_>) -> bool {
    match (amount(one), amount(other)) {
        (Some(one), Some(other)) => one == other,
        _ => same(one, other),
    }
}

fn amount(value: &Value<'_>) -> Option<Quantity> {
    match value {
        Value::Text(text) => text.trim().parse().ok(),
        Value::Integer(number) => Some(Quantity::from(*number)),
        Value::Float(number) => number.to_string().parse().ok(),
        _ => None,
    }
}

/// Whether two `apiVersion`s are of one group: the API server converts between them.
pub(super) fn same_group(one: &Value<'_>, other: &Value<'_>) -> bool {
    let group = |value: &Value<'_>| value.as_str().map(|text| text.rsplit_once('/').map_or("", |(group, _)| group).to_owned());
    group(one).is_some() && group(one) == group(other)
}

/// Whether a value says as little as none: `null`, and, where the API server drops them, `false`, `0` and what is empty.
pub(super) fn is_nothing(value: &Value<'_>, is_kept: bool) -> bool {
    match value {
        Value::Null => true,
        _ if is_kept => false,
        Value::Bool(flag) => !flag,
        Value::Integer(number) => *number == 0,
        Value::Float(number) => *number == 0.0,
        Value::Text(text) => text.is_empty(),
        Value::Array(elements) => elements.is_empty(),
        Value::Object(members) => members.is_empty(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Value<'_> {
        Value::read(json.as_bytes()).unwrap()
    }

    #[test]
    fn numbers_are_compared_by_value_and_objects_without_order() {
        for (one, other) in [("1", "1.0"), (r#"{"a": 1, "b": [2]}"#, r#"{"b": [2.0], "a": 1}"#), ("null", "null")] {
            assert!(same(&read(one), &read(other)) && same(&read(other), &read(one)), "{one} {other}");
        }
        for (one, other) in [("1", "1.5"), ("1", "\"1\""), ("[1]", "[1, 2]"), (r#"{"a": 1}"#, r#"{"b": 1}"#), ("true", "1")] {
            assert!(!same(&read(one), &read(other)) && !same(&read(other), &read(one)), "{one} {other}");
        }
    }

    #[test]
    fn a_float_that_is_only_near_is_not_the_same() {
        assert!(!same(&Value::Integer(9_007_199_254_740_993), &Value::Float(9_007_199_254_740_992.0)));
    }

    #[test]
    fn quantities_are_compared_by_how_much_they_are() {
        for (one, other) in [("\"1Gi\"", "\"1024Mi\""), ("1", "\"1000m\""), ("0.5", "\"500m\""), ("\"lots\"", "\"lots\"")] {
            assert!(same_amount(&read(one), &read(other)), "{one} {other}");
        }
        for (one, other) in [("\"1G\"", "\"1Gi\""), ("\"lots\"", "\"more\""), ("1", "true")] {
            assert!(!same_amount(&read(one), &read(other)), "{one} {other}");
        }
    }

    #[test]
    fn versions_of_one_group_are_the_same() {
        for (one, other, expected) in
            [("apps/v1", "apps/v1beta1", true), ("v1", "v2", true), ("apps/v1", "v1", false), ("apps/v1", "batch/v1", false)]
        {
            assert_eq!(same_group(&Value::Text(one.into()), &Value::Text(other.into())), expected, "{one} {other}");
        }
        assert!(!same_group(&Value::Null, &Value::Null));
    }

    #[test]
    fn what_is_kept_says_something_even_where_it_is_empty() {
        for json in ["false", "0", "0.0", "\"\"", "[]", "{}"] {
            assert!(is_nothing(&read(json), false) && !is_nothing(&read(json), true), "{json}");
        }
        assert!(is_nothing(&Value::Null, true));
        assert!(!is_nothing(&read("\"a\""), false) && !is_nothing(&read("[null]"), false));
    }
}
