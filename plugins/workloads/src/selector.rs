//! Label selectors (Kubernetes API, `LabelSelector`).

use tollgate_sdk::Node;

use crate::report::{Report, Unknown};

/// Whether a selector is missing or has no requirement. To a workload that is the same: the API refuses both.
pub(crate) fn is_empty<'a>(selector: &Node<'a>, report: &mut Report<'_>) -> Result<bool, Unknown> {
    let labels = report.walk(selector, &["matchLabels"])?;
    let expressions = report.elements(selector, &["matchExpressions"])?.len();
    if labels.exists() && !labels.is_object() {
        return Err(report.unknown(&labels));
    }
    Ok(labels.members().next().is_none() && expressions == 0)
}

/// Whether a selector selects what has these labels. One that is missing selects nothing, an empty one everything.
pub(crate) fn selects<'a>(selector: &Node<'a>, labels: &Node<'a>, report: &mut Report<'_>) -> Result<bool, Unknown> {
    if !report.has_object(selector, &[])? {
        return Ok(false);
    }
    let mut selects = true;
    if report.has_object(selector, &["matchLabels"])? {
        for (name, value) in selector.get("matchLabels").members() {
            selects &= report.needed_text(&value, &[])? == report.text(labels, &[name])?.unwrap_or_default() && has(labels, name);
        }
    }
    for expression in report.elements(selector, &["matchExpressions"])? {
        selects &= fulfils(&expression, labels, report)?;
    }
    Ok(selects)
}

fn fulfils<'a>(expression: &Node<'a>, labels: &Node<'a>, report: &mut Report<'_>) -> Result<bool, Unknown> {
    let key = report.needed_text(expression, &["key"])?;
    let operator = report.needed_text(expression, &["operator"])?;
    let values = report.texts(expression, &["values"])?;
    let value = report.text(labels, &[key])?;
    let is_listed = value.is_some_and(|value| values.iter().any(|(listed, _)| *listed == value));
    match operator {
        "In" => Ok(is_listed),
        "NotIn" => Ok(!is_listed),
        "Exists" => Ok(value.is_some()),
        "DoesNotExist" => Ok(value.is_none()),
        _ => Err(report.unknown(&expression.get("operator"))),
    }
}

fn has<'a>(labels: &Node<'a>, name: &'a str) -> bool {
    labels.get(name).exists()
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};
    use tollgate_sdk::{Document, Findings};

    use super::*;
    use crate::checks::CHECKS;

    /// What a selector says of labels, and the pointers of what is unknown.
    fn judged(selector: &Value, labels: &Value) -> (Result<bool, Unknown>, Vec<String>) {
        let body = json!({"selector": selector, "labels": labels}).to_string();
        let document = Document::read(0, "", body.as_bytes()).unwrap();
        let mut findings = Findings::default();
        let (selector, labels) = (document.root().get("selector"), document.root().get("labels"));
        let selects = selects(&selector, &labels, &mut Report::new(&CHECKS[0].rule, &mut findings));
        (selects, findings.into_vec().iter().map(|finding| finding.pointer().to_owned()).collect())
    }

    #[test]
    fn all_of_a_selector_must_hold() {
        let labels = json!({"app": "cart", "tier": "web", "empty": ""});
        for (selector, expected) in [
            (json!(null), false),
            (json!({}), true),
            (json!({"matchLabels": {"app": "cart", "empty": ""}}), true),
            (json!({"matchLabels": {"app": "cart", "tier": "db"}}), false),
            (json!({"matchLabels": {"gone": ""}}), false),
            (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["a", "cart"]}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "In", "values": []}]}), false),
            (json!({"matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["cart"]}]}), false),
            (json!({"matchExpressions": [{"key": "gone", "operator": "NotIn", "values": ["cart"]}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "Exists"}]}), true),
            (json!({"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]}), false),
            (json!({"matchLabels": {"app": "cart"}, "matchExpressions": [{"key": "gone", "operator": "Exists"}]}), false),
        ] {
            assert_eq!(judged(&selector, &labels), (Ok(expected), vec![]), "{selector}");
        }
    }

    #[test]
    fn what_the_api_would_refuse_selects_nothing_and_is_said() {
        for (selector, labels, pointer) in [
            (json!([]), json!({}), "/selector"),
            (json!({"matchLabels": {"app": true}}), json!({"app": "true"}), "/selector/matchLabels/app"),
            (json!({"matchLabels": {"app": "1"}}), json!({"app": 1}), "/labels/app"),
            (json!({"matchExpressions": [{"key": "app", "operator": "in"}]}), json!({}), "/selector/matchExpressions/0/operator"),
            (json!({"matchExpressions": [{"operator": "In"}]}), json!({}), "/selector/matchExpressions/0/key"),
            (json!({"matchExpressions": ["app"]}), json!({}), "/selector/matchExpressions/0"),
        ] {
            assert_eq!(judged(&selector, &labels), (Err(Unknown), vec![pointer.to_owned()]), "{selector}");
        }
    }
}
