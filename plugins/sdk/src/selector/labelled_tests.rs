//! What is found in a set, against a judge that looks at everything; and how much is looked at.

use proptest::prelude::*;
use serde_json::{Value, json};

use super::*;

/// Documents of a set of pods, each with a namespace and labels.
fn bodies(pods: &[(Option<&str>, Value)]) -> Vec<Vec<u8>> {
    let body = |(namespace, labels): &(Option<&str>, Value)| {
        let metadata = json!({"namespace": namespace, "labels": labels});
        json!({"apiVersion": "v1", "kind": "Pod", "metadata": metadata}).to_string().into_bytes()
    };
    pods.iter().map(body).collect()
}

fn documents(bodies: &[Vec<u8>]) -> Vec<Document<'_>> {
    (0..).zip(bodies).map(|(id, body)| Document::read(id, "", body).unwrap()).collect()
}

fn with_selector<T>(selector: &Value, use_it: impl FnOnce(&LabelSelector<'_>) -> T) -> T {
    let body = selector.to_string();
    let document = Document::read(0, "", body.as_bytes()).unwrap();
    use_it(&LabelSelector::read(&document.root()).unwrap())
}

#[test]
fn an_empty_namespace_is_none() {
    let bodies = bodies(&[(Some(""), json!({"app": "a"}))]);
    let documents = documents(&bodies);
    let pods = Labelled::pods(&documents);
    with_selector(&json!({"matchLabels": {"app": "a"}}), |selector| {
        assert!(pods.any_in(None, selector) && pods.any_in(Some(""), selector));
        assert!(!pods.any_in(Some("shop"), selector));
        assert_eq!(pods.first_namespace_with(selector), Some(None));
    });
}

#[test]
fn a_message_says_where_something_would_be_selected() {
    let app = json!({"app": "a"});
    let selector = json!({"matchLabels": {"app": "a"}});
    let message = |pods: &[(Option<&str>, Value)], namespace| {
        let bodies = bodies(pods);
        let documents = documents(&bodies);
        with_selector(&selector, |selector| Labelled::pods(&documents).selects_nothing("pod", namespace, selector))
    };
    assert_eq!(message(&[], None), "selects `app=a`, which no pod has");
    let both = [(None, app.clone()), (Some("z"), app.clone()), (Some("b"), app.clone())];
    assert_eq!(message(&both, Some("shop")), "selects `app=a`, which no pod in namespace `shop` has; namespace `b` has one");
    assert!(message(&both[..1], Some("shop")).ends_with("; one without a namespace has them"));
}

#[test]
fn only_what_has_the_rarest_label_is_looked_at() {
    let own = |index: usize| json!({"part-of": "shop", "app": index.to_string()});
    let pods: Vec<_> = (0..1_000).map(|index| (Some("shop"), own(index))).collect();
    let bodies = bodies(&pods);
    let documents = documents(&bodies);
    let pods = Labelled::pods(&documents);
    let looked_at = |selector: Value| with_selector(&selector, |selector| pods.candidates(Some("shop"), selector).len());
    let all: usize = (0..1_000).map(|index| looked_at(json!({"matchLabels": own(index)}))).sum();
    assert_eq!(all, 1_000, "a thousand selectors look at one pod each");
    let several = json!({"matchExpressions": [{"key": "app", "operator": "In", "values": ["1", "2", "no"]}]});
    assert_eq!(looked_at(several), 2);
    assert_eq!(looked_at(json!({"matchLabels": {"part-of": "shop", "app": "no"}})), 0);
}

#[test]
fn what_a_namespace_does_not_hold_is_not_looked_at() {
    let namespaces: Vec<String> = (0..100).map(|index| index.to_string()).collect();
    let pods: Vec<_> = namespaces.iter().map(|namespace| (Some(namespace.as_str()), json!({"app": "web"}))).collect();
    let bodies = bodies(&pods);
    let documents = documents(&bodies);
    let pods = Labelled::pods(&documents);
    with_selector(&json!({"matchLabels": {"app": "web"}}), |selector| {
        assert_eq!(pods.candidates(Some("7"), selector).len(), 1);
        assert_eq!(pods.candidates(Some("nowhere"), selector).len(), 0);
    });
    with_selector(&json!({}), |selector| assert_eq!(pods.candidates(Some("7"), selector).len(), 1));
}

fn label() -> impl Strategy<Value = (&'static str, &'static str)> {
    (prop::sample::select(vec!["app", "tier", "a/b"]), prop::sample::select(vec!["x", "y", "z", ""]))
}

fn labels() -> impl Strategy<Value = Value> {
    prop::collection::vec(label(), 0..3)
        .prop_map(|labels| labels.into_iter().collect::<BTreeMap<_, _>>())
        .prop_map(|labels| json!(labels))
}

fn expression() -> impl Strategy<Value = Value> {
    let values = prop::collection::vec(prop::sample::select(vec!["x", "y", ""]), 1..3);
    (prop::sample::select(vec!["In", "NotIn", "Exists", "DoesNotExist"]), label(), values).prop_map(
        |(operator, (key, _), values)| {
            let values = if operator.ends_with("In") { values } else { vec![] };
            json!({"key": key, "operator": operator, "values": values})
        },
    )
}

fn fits(selector: &Value, labels: &Value) -> bool {
    let equal = selector["matchLabels"].as_object().unwrap().iter().all(|(name, value)| labels.get(name) == Some(value));
    let expressions = selector["matchExpressions"].as_array().unwrap().iter().all(|expression| {
        let value = labels.get(expression["key"].as_str().unwrap());
        let is_one = value.is_some_and(|value| expression["values"].as_array().unwrap().contains(value));
        match expression["operator"].as_str().unwrap() {
            "In" => is_one,
            "NotIn" => !is_one,
            "Exists" => value.is_some(),
            _ => value.is_none(),
        }
    });
    equal && expressions
}

proptest! {
    #[test]
    fn exactly_what_fits_in_the_namespace_is_selected_in_its_order(
        pods in prop::collection::vec((prop::option::of(prop::sample::select(vec!["shop", "other", ""])), labels()), 0..12),
        namespace in prop::option::of(prop::sample::select(vec!["shop", "other"])),
        equal in labels(),
        expressions in prop::collection::vec(expression(), 0..3),
    ) {
        let selector = json!({"matchLabels": equal, "matchExpressions": expressions});
        let fitting: Vec<usize> = (0..pods.len()).filter(|&index| fits(&selector, &pods[index].1)).collect();
        let written = |index: usize| pods[index].0.filter(|namespace| !namespace.is_empty());
        let here: Vec<usize> = fitting.iter().copied().filter(|&index| written(index) == namespace).collect();
        let first = fitting.iter().map(|&index| written(index)).min_by_key(|namespace| (namespace.is_none(), *namespace));
        let bodies = bodies(&pods);
        let documents = documents(&bodies);
        let all = Labelled::pods(&documents);
        with_selector(&selector, |selector| {
            assert_eq!(all.selected(namespace, selector).map(|(index, _)| index).collect::<Vec<_>>(), here);
            assert_eq!(all.any_in(namespace, selector), !here.is_empty());
            assert_eq!(all.first_namespace_with(selector), first);
        });
    }
}
