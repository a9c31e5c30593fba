//! Values that Terraform calls sensitive.

use serde_json::Value;

/// What stands for a withheld value.
pub const WITHHELD: &str = "withheld";

/// Withholds the values of a change, before and after. What is no change is withheld as a whole.
pub fn withhold_change(change: &mut Value) {
    let Value::Object(members) = change else {
        *change = WITHHELD.into();
        return;
    };
    for (value, mask) in [("before", "before_sensitive"), ("after", "after_sensitive")] {
        let mask = members.get(mask).cloned().unwrap_or(Value::Null);
        if let Some(value) = members.get_mut(value) {
            withhold(value, &mask);
        }
    }
}

/// A mask has the shape of its value, with `true` for whatever is sensitive. Where the shapes differ, nobody can say which part
/// is meant, so all of it is withheld.
pub fn withhold(value: &mut Value, mask: &Value) {
    match (value, mask) {
        (_, Value::Null | Value::Bool(false)) | (Value::Null, _) => {}
        (Value::Object(members), Value::Object(masks)) => {
            for (key, mask) in masks {
                if let Some(member) = members.get_mut(key) {
                    withhold(member, mask);
                }
            }
        }
        (Value::Array(elements), Value::Array(masks)) if elements.len() == masks.len() => {
            elements.iter_mut().zip(masks).for_each(|(element, mask)| withhold(element, mask));
        }
        (value, mask) if hides(mask) => *value = WITHHELD.into(),
        _ => {}
    }
}

/// Whether a mask hides anything.
pub fn hides(mask: &Value) -> bool {
    match mask {
        Value::Null | Value::Bool(false) => false,
        Value::Array(masks) => masks.iter().any(hides),
        Value::Object(masks) => masks.values().any(hides),
        Value::Bool(true) | Value::Number(_) | Value::String(_) => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn withheld(value: &Value, mask: &Value) -> Value {
        let mut change = json!({"before": value, "before_sensitive": mask});
        withhold_change(&mut change);
        change["before"].clone()
    }

    #[test]
    fn what_the_mask_says_is_withheld_and_the_rest_stays() {
        assert_eq!(
            withheld(&json!({"a": "x", "b": ["y", "z"]}), &json!({"a": true, "b": [false, true]})),
            json!({"a": "withheld", "b": ["y", "withheld"]})
        );
        assert_eq!(withheld(&json!({"a": "x"}), &json!(true)), json!("withheld"));
        assert_eq!(withheld(&json!({"a": "x"}), &json!({})), json!({"a": "x"}));
        assert_eq!(withheld(&json!({"a": null}), &json!({"a": true})), json!({"a": null}));
    }

    #[test]
    fn where_value_and_mask_have_other_shapes_all_is_withheld() {
        for mask in [json!({"0": true}), json!([true]), json!([false, {"x": true}, false]), json!("yes"), json!(1)] {
            assert_eq!(withheld(&json!(["x", "y"]), &mask), json!("withheld"), "{mask}");
        }
        assert_eq!(withheld(&json!(["x", "y"]), &json!([false])), json!(["x", "y"]));
        let mut odd = json!(["x"]);
        withhold_change(&mut odd);
        assert_eq!(odd, json!("withheld"));
    }

    proptest! {
        #[test]
        fn nothing_sensitive_is_left(path in prop::collection::vec(0_u8..4, 0..5), hidden in "SECRET[0-9]{3}") {
            let (mut value, mut mask) = (json!(hidden), json!(true));
            for step in path {
                (value, mask) = match step {
                    0 => (json!({"k": value, "other": 1}), json!({"k": mask})),
                    1 => (json!([0, value]), json!([false, mask])),
                    2 => (json!([value]), json!({"k": mask})),
                    _ => (json!({"k": value}), json!([mask])),
                };
            }
            prop_assert!(!withheld(&value, &mask).to_string().contains("SECRET"));
        }
    }
}
