//! Things with labels, found by a selector.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::{LabelSelector, Labels, as_written, in_namespace};
use crate::document::Document;
use crate::workload::{Pod, pods};

/// Things of a set by their namespaces and labels. Found by a label, so that a thousand selectors over a thousand workloads cost
/// little.
#[derive(Debug)]
pub struct Labelled<'a, T> {
    things: Vec<Thing<'a, T>>,
    by_label: BTreeMap<(&'a str, Cow<'a, str>), Vec<usize>>,
    by_namespace: BTreeMap<Option<&'a str>, Vec<usize>>,
}

#[derive(Debug)]
struct Thing<'a, T> {
    namespace: Option<&'a str>,
    labels: Labels<'a>,
    thing: T,
}

impl<T> Default for Labelled<'_, T> {
    fn default() -> Self {
        Self { things: Vec::new(), by_label: BTreeMap::new(), by_namespace: BTreeMap::new() }
    }
}

impl<'a> Labelled<'a, (&'a Document<'a>, Pod<'a>)> {
    /// The pods that documents make, each with its document.
    pub fn pods(documents: &'a [Document<'a>]) -> Self {
        let mut found = Self::default();
        for document in documents {
            for pod in pods(document) {
                found.add(document.namespace(), Labels::of(&pod.metadata().get("labels")), (document, pod));
            }
        }
        found
    }
}

impl<'a, T> Labelled<'a, T> {
    /// Adds a thing of a namespace, as written.
    pub fn add(&mut self, namespace: Option<&'a str>, labels: Labels<'a>, thing: T) {
        let (index, namespace) = (self.things.len(), as_written(namespace));
        for (name, value) in labels.iter() {
            self.by_label.entry((name, value.clone())).or_default().push(index);
        }
        self.by_namespace.entry(namespace).or_default().push(index);
        self.things.push(Thing { namespace, labels, thing });
    }

    /// All of them, in the order in which they were added.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.things.iter().map(|thing| &thing.thing)
    }

    /// How many there are.
    pub const fn len(&self) -> usize {
        self.things.len()
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.things.is_empty()
    }

    /// The thing at a position.
    pub fn get(&self, position: usize) -> Option<&T> {
        self.things.get(position).map(|thing| &thing.thing)
    }

    /// The labels of the thing at a position.
    pub fn labels(&self, position: usize) -> Option<&Labels<'a>> {
        self.things.get(position).map(|thing| &thing.labels)
    }

    /// What a selector selects in a namespace, both as written: positions in [`Self::iter`] and things, in their order.
    pub fn selected(&self, namespace: Option<&'a str>, selector: &LabelSelector<'a>) -> impl Iterator<Item = (usize, &T)> {
        let namespace = as_written(namespace);
        let candidates = self.candidates(namespace, selector);
        self.fitting(candidates, selector)
            .filter(move |(_, thing)| thing.namespace == namespace)
            .map(|(at, thing)| (at, &thing.thing))
    }

    /// Whether a selector selects anything in a namespace, both as written.
    pub fn any_in(&self, namespace: Option<&'a str>, selector: &LabelSelector<'a>) -> bool {
        self.selected(namespace, selector).next().is_some()
    }

    /// The first of the namespaces in which a selector would select something, sorted, the unnamed one last.
    pub fn first_namespace_with(&self, selector: &LabelSelector<'a>) -> Option<Option<&'a str>> {
        let candidates = self.rarest(selector).map_or_else(|| (0..self.things.len()).collect(), |lists| joined(&lists));
        let namespaces = self.fitting(candidates, selector).map(|(_, thing)| thing.namespace);
        namespaces.min_by_key(|namespace| (namespace.is_none(), *namespace))
    }

    /// How messages say that nothing in a namespace is selected, and where something would be:
    /// ``selects `app=cart`, which no pod in namespace `shop` has; namespace `other` has one``.
    pub fn selects_nothing(&self, noun: &str, namespace: Option<&'a str>, selector: &LabelSelector<'a>) -> String {
        let elsewhere = match self.first_namespace_with(selector) {
            Some(Some(namespace)) => format!("; namespace `{namespace}` has one"),
            Some(None) => "; one without a namespace has them".to_owned(),
            None => String::new(),
        };
        format!("selects {selector}, which no {noun}{} has{elsewhere}", in_namespace(namespace))
    }

    fn fitting<'s>(
        &'s self,
        candidates: Cow<'s, [usize]>,
        selector: &LabelSelector<'a>,
    ) -> impl Iterator<Item = (usize, &'s Thing<'a, T>)> {
        let things = (0..candidates.len()).filter_map(move |at| candidates.get(at).copied());
        let things = things.filter_map(|index| self.things.get(index).map(|thing| (index, thing)));
        things.filter(move |(_, thing)| selector.selects(&thing.labels))
    }

    /// What must be looked at: those of the namespace, or those with the rarest label, whichever are fewer.
    fn candidates(&self, namespace: Option<&'a str>, selector: &LabelSelector<'a>) -> Cow<'_, [usize]> {
        let there = self.by_namespace.get(&namespace).map_or(&[][..], Vec::as_slice);
        match self.rarest(selector) {
            Some(rarest) if count(&rarest) < there.len() => joined(&rarest),
            _ => Cow::Borrowed(there),
        }
    }

    /// Only what has the rarest of the labels that a selector asks for can have them all. Nothing if it asks for none.
    fn rarest(&self, selector: &LabelSelector<'a>) -> Option<Vec<&[usize]>> {
        let having = |name: &'a str, value: Cow<'a, str>| self.by_label.get(&(name, value)).map_or(&[][..], Vec::as_slice);
        let lists = selector.wanted().map(|(name, values)| values.into_iter().map(|value| having(name, value)).collect());
        lists.min_by_key(|lists: &Vec<_>| count(lists))
    }
}

fn count(lists: &[&[usize]]) -> usize {
    lists.iter().map(|list| list.len()).sum()
}

/// Everything has one value of each label, so the lists for several values have nothing in common.
fn joined<'s>(lists: &[&'s [usize]]) -> Cow<'s, [usize]> {
    match lists {
        [one] => Cow::Borrowed(one),
        several => {
            let mut all = several.concat();
            all.sort_unstable();
            Cow::Owned(all)
        }
    }
}

#[cfg(test)]
#[path = "labelled_tests.rs"]
mod tests;
