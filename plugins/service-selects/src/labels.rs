//! Labels of pods, and what selects by them.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use tollgate_sdk::workload::pods;
use tollgate_sdk::{Document, Node, Value};

/// Labels or a selector: names with values.
#[derive(Debug)]
pub(crate) struct Labels<'a>(BTreeMap<&'a str, Cow<'a, str>>);

impl<'a> Labels<'a> {
    /// The members of an object. What is no text, and what the API would refuse, is kept as what it looks like.
    pub(crate) fn of(node: &Node<'a>) -> Self {
        Self(node.members().map(|(name, value)| (name, as_text(value.value()))).collect())
    }

    /// Whether there is none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn select(&self, labels: &Self) -> bool {
        self.0.iter().all(|(name, value)| labels.0.get(name) == Some(value))
    }
}

impl fmt::Display for Labels<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let pairs: Vec<String> = self.0.iter().map(|(name, value)| format!("{name}={value}")).collect();
        write!(f, "`{}`", pairs.join(", "))
    }
}

fn as_text<'a>(value: Option<&'a Value<'a>>) -> Cow<'a, str> {
    match value {
        Some(Value::Text(text)) => Cow::Borrowed(text),
        Some(Value::Bool(value)) => Cow::Owned(value.to_string()),
        Some(Value::Integer(value)) => Cow::Owned(value.to_string()),
        Some(other) => Cow::Borrowed(other.kind()),
        None => Cow::Borrowed(""),
    }
}

/// The labels of all pods of a set. Found by a label, so that a thousand Services over a thousand workloads cost little.
#[derive(Debug, Default)]
pub(crate) struct LabelledPods<'a> {
    pods: Vec<(Option<&'a str>, Labels<'a>)>,
    by_label: BTreeMap<(&'a str, Cow<'a, str>), Vec<usize>>,
}

impl<'a> LabelledPods<'a> {
    /// The pods that documents make.
    pub(crate) fn of(documents: &'a [Document<'a>]) -> Self {
        let mut found = Self::default();
        for document in documents {
            for pod in pods(document) {
                found.add(document.namespace(), Labels::of(&pod.metadata().get("labels")));
            }
        }
        found
    }

    fn add(&mut self, namespace: Option<&'a str>, labels: Labels<'a>) {
        for (name, value) in &labels.0 {
            self.by_label.entry((name, value.clone())).or_default().push(self.pods.len());
        }
        self.pods.push((namespace.filter(|namespace| !namespace.is_empty()), labels));
    }

    /// Whether a selector selects a pod in a namespace, both as written.
    pub(crate) fn any_in(&'a self, namespace: Option<&str>, selector: &'a Labels<'a>) -> bool {
        self.selected(selector).any(|found| found == namespace.filter(|namespace| !namespace.is_empty()))
    }

    /// The namespaces of the pods that a selector would select if namespaces did not matter, sorted, the unnamed one last.
    pub(crate) fn namespaces_with(&'a self, selector: &'a Labels<'a>) -> Vec<Option<&'a str>> {
        let mut namespaces: Vec<_> = self.selected(selector).collect();
        namespaces.sort_unstable_by_key(|namespace| (namespace.is_none(), *namespace));
        namespaces
    }

    /// The namespaces of the pods that have all labels of a selector.
    fn selected(&'a self, selector: &'a Labels<'a>) -> impl Iterator<Item = Option<&'a str>> {
        // Only the pods that have the rarest of the labels can have them all.
        let having =
            |(name, value): (&&'a str, &Cow<'a, str>)| self.by_label.get(&(*name, value.clone())).map_or(&[][..], Vec::as_slice);
        let candidates = selector.0.iter().map(having).min_by_key(|pods| pods.len()).unwrap_or_default();
        let pods = candidates.iter().filter_map(|&index| self.pods.get(index));
        pods.filter(|(_, labels)| selector.select(labels)).map(|(namespace, _)| *namespace)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_selector_reads_as_it_is_typed_on_the_command_line() {
        let body = br#"{"b": "2", "a": true, "c": null, "d": 1, "e": []}"#;
        let document = Document::read(0, "", body).unwrap();
        assert_eq!(Labels::of(&document.root()).to_string(), "`a=true, b=2, c=null, d=1, e=list`");
    }

    #[test]
    fn an_empty_namespace_is_none() {
        let pod = br#"{"apiVersion": "v1", "kind": "Pod", "metadata": {"namespace": "", "labels": {"app": "a"}}}"#;
        let documents = [Document::read(0, "", pod).unwrap()];
        let pods = LabelledPods::of(&documents);
        let labels = documents[0].root().walk(&["metadata", "labels"]);
        let selector = Labels::of(&labels);
        assert!(pods.any_in(None, &selector) && pods.any_in(Some(""), &selector));
        assert!(!pods.any_in(Some("shop"), &selector));
        assert_eq!(pods.namespaces_with(&selector), [None]);
    }
}
