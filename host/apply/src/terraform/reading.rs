//! What the program printed, read without running it: so that it can be tried with anything that it might print.

use serde_json::Value;
use tollgate_core::plan::Action;

use super::answer::object;
use super::changes::{changes, shown};
use super::diagnostic::Diagnostic;

/// What a plan of a component does, and what of it may be seen, from what `show -json` printed. Sensitive values are withheld in both.
///
/// # Errors
/// Says what of it is not understood.
pub fn read_plan(component: &str, output: &[u8]) -> Result<(Vec<Action>, Value), &'static str> {
    let plan = serde_json::from_slice(object(output)).map_err(|_| "it is no JSON")?;
    let actions = changes(component, &plan, None)?.actions;
    Ok((actions, shown(&plan)))
}

/// What went wrong, with its place in the repository where it has one, from lines of JSON. `root` is the component's directory.
pub fn read_diagnostics(root: &str, output: &[u8]) -> Vec<String> {
    let lines = output.split(|byte| *byte == b'\n');
    lines.filter_map(Diagnostic::of_line).map(|diagnostic| diagnostic.told(root)).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    /// JSON as deep as plans are, of words that plans have.
    fn any_json() -> impl Strategy<Value = Value> {
        let word = prop::sample::select(vec!["create", "delete", "no-op", "1.2", "lab_file", "lab_file.a", "hunter22"]);
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            word.prop_map(Value::from)
        ];
        let keys =
            ["address", "type", "module_address", "change", "actions", "before", "after", "after_unknown", "after_sensitive"];
        leaf.prop_recursive(4, 32, 4, move |inner| {
            let key = prop::sample::select(keys.to_vec()).prop_map(str::to_owned);
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                prop::collection::btree_map(key, inner, 0..6).prop_map(|members| json!(members)),
            ]
        })
    }

    proptest! {
        #[test]
        fn whatever_is_printed_is_a_plan_or_is_not_understood(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _either = read_plan("network", &bytes);
            read_diagnostics("components/network", &bytes);
        }

        #[test]
        fn whatever_a_change_holds_it_is_understood_or_not(changes in prop::collection::vec(any_json(), 0..4), outputs in any_json()) {
            let plan = json!({"format_version": "1.2", "resource_changes": changes, "output_changes": outputs});
            if let Ok((actions, _)) = read_plan("network", plan.to_string().as_bytes()) {
                prop_assert!(actions.iter().all(|action| action.object.component == "network"));
            }
        }

        #[test]
        fn what_is_sensitive_is_in_no_part_of_what_was_read(value in any_json(), unknown in any_json()) {
            let change = json!({"actions": ["create"], "before": null, "after": {"secret": {"hunter22": value}, "name": "a"},
                "after_unknown": unknown, "before_sensitive": false, "after_sensitive": {"secret": true}});
            let resource = json!({"address": "lab_file.a", "type": "lab_file", "mode": "managed", "change": change});
            let plan = json!({"format_version": "1.2", "resource_changes": [resource]});
            if let Ok((actions, shown)) = read_plan("network", plan.to_string().as_bytes()) {
                let changed = json!(actions[0].changes).to_string();
                prop_assert!(!changed.contains("hunter22"), "{changed}");
                let after = shown["resource_changes"][0]["change"]["after"].to_string();
                prop_assert!(!after.contains("hunter22"), "{after}");
            }
        }
    }
}
