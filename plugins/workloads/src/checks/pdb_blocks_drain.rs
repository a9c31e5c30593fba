//! Budgets that let no pod go.

use tollgate_sdk::{Level, Node, Rule, Severity, Value};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report, Unknown};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "pdb-blocks-drain",
        title: "Budget lets a pod go",
        help: include_str!("../../rules/pdb-blocks-drain.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::PodDisruptionBudget], judge)],
};

/// A number of pods, or so many of a hundred.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Amount {
    Pods(i64),
    Percent(u32),
}

fn judge(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let spec = report.walk(&object.root, &["spec"])?;
    let unavailable = amount(&report.walk(&spec, &["maxUnavailable"])?, report)?;
    let available = amount(&report.walk(&spec, &["minAvailable"])?, report)?;
    let key = match (unavailable, available) {
        (Some(Amount::Pods(0) | Amount::Percent(0)), _) => "maxUnavailable",
        (_, Some(Amount::Percent(100..))) => "minAvailable",
        _ => return Ok(()),
    };
    let message = format!("{} lets no pod go, so no node with one of them can be drained", object.label());
    report.find(&spec.get(key), message, format!("Set `{key}` so that at least one pod may be missing"));
    Ok(())
}

/// Reads what the API calls `IntOrString`: `1` or `"50%"`.
fn amount(node: &Node<'_>, report: &mut Report<'_>) -> Result<Option<Amount>, Unknown> {
    let amount = match node.value() {
        None | Some(Value::Null) => return Ok(None),
        Some(Value::Integer(pods)) if *pods >= 0 => Some(Amount::Pods(*pods)),
        Some(Value::Text(text)) => percent(text),
        _ => None,
    };
    amount.map(Some).ok_or_else(|| report.unknown(node))
}

fn percent(text: &str) -> Option<Amount> {
    let digits = text.strip_suffix('%').filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))?;
    digits.parse().ok().map(Amount::Percent)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::{Amount, percent};
    use crate::checks::testing::{object, pointers};

    fn found(spec: &serde_json::Value) -> Vec<String> {
        pointers("pdb-blocks-drain", &object("policy/v1", "PodDisruptionBudget", spec))
    }

    #[test]
    fn a_budget_that_lets_no_pod_go_is_found_at_what_says_so() {
        for amount in [json!(0), json!("0%"), json!("00%")] {
            assert_eq!(found(&json!({"maxUnavailable": amount})), ["/spec/maxUnavailable"], "{amount}");
        }
        assert_eq!(found(&json!({"minAvailable": "100%"})), ["/spec/minAvailable"]);
        for spec in [json!({"maxUnavailable": 1}), json!({"maxUnavailable": "1%"}), json!({"minAvailable": "99%"}), json!({})] {
            assert!(found(&spec).is_empty(), "{spec}");
        }
    }

    #[test]
    fn what_is_no_amount_is_not_let_through() {
        for amount in [json!("1"), json!("%"), json!("-1%"), json!("+1%"), json!(-1), json!(0.5), json!([]), json!("99999999999%")]
        {
            assert_eq!(found(&json!({"minAvailable": amount})), ["/spec/minAvailable"], "{amount}");
        }
    }

    proptest! {
        #[test]
        fn only_digits_and_a_sign_are_a_percentage(text in "[0-9+ -]{0,3}%?") {
            let digits = text.strip_suffix('%').filter(|digits| digits.chars().all(|digit| digit.is_ascii_digit()));
            let expected = digits.and_then(|digits| digits.parse().ok());
            prop_assert_eq!(percent(&text), expected.map(Amount::Percent));
        }
    }
}
