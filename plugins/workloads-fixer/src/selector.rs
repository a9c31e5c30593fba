//! Selectors of workloads.

use tollgate_sdk::{Fix, Found, JsonValue, Value, json};

/// Labels that say which application a pod belongs to, in the order in which they are looked for: those that Kubernetes
/// recommends, and the one that everybody used before. Labels that change with a release would be no selector.
const NAMES: [&[&str]; 2] = [&["app.kubernetes.io/name", "app.kubernetes.io/instance"], &["app"]];

/// The API refuses a workload without a selector, so nothing that runs can change by it.
pub(crate) fn fix(found: &Found<'_>) -> Option<Fix> {
    let root = found.document().root();
    let labels = root.walk(&["spec", "template", "metadata", "labels"]);
    let chosen = NAMES.iter().find_map(|names| {
        let known = names.iter().filter_map(|name| Some(((*name).to_owned(), labels.get(name).value().and_then(Value::as_str)?)));
        let known: Vec<(String, &str)> = known.collect();
        (!known.is_empty()).then_some(known)
    })?;
    let title = "Select the pods by the labels that name their application";
    let selector = json!({"matchLabels": chosen.into_iter().collect::<JsonValue>()});
    Some(Fix::new(title).set(&root.walk(&["spec", "selector"]), selector))
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing;

    use crate::WorkloadsFixer;

    fn fixed(labels: &str) -> Vec<String> {
        let yaml = format!("{{spec: {{selector: {{}}, template: {{metadata: {{labels: {labels}}}}}}}}}");
        testing::fix::<WorkloadsFixer>("{}", &yaml, "empty-selector", "/spec/selector")
    }

    #[test]
    fn pods_are_selected_by_what_names_their_application() {
        assert!(fixed("{app: web, version: v2}")[0].contains(r#""selector":{"matchLabels":{"app":"web"}}"#));
        let recommended = fixed("{app: x, app.kubernetes.io/name: web, app.kubernetes.io/instance: eu}");
        let expected = r#"{"matchLabels":{"app.kubernetes.io/instance":"eu","app.kubernetes.io/name":"web"}}"#;
        assert!(recommended[0].contains(expected), "{recommended:?}");
    }

    #[test]
    fn pods_that_nothing_names_are_not_guessed() {
        assert!(fixed("{version: v2}").is_empty());
        assert!(fixed("{app: 1}").is_empty());
    }
}
