//! All that is delivered together, found by kind, by name and by labels. Made once, so that no rule looks at everything again
//! for each thing that it judges.

use std::collections::{BTreeMap, BTreeSet};

use tollgate_sdk::Document;
use tollgate_sdk::selector::{Labelled, Labels, in_namespace};
use tollgate_sdk::workload::{Pod, pods};

use crate::object::Object;
use crate::settings::Settings;

/// The set that is judged.
#[derive(Debug)]
pub(crate) struct Set<'a> {
    pub(crate) settings: &'a Settings,
    objects: Vec<Object<'a>>,
    by_kind: BTreeMap<(&'a str, &'a str), Vec<Object<'a>>>,
    by_name: BTreeMap<Name<'a>, Object<'a>>,
    namespaces: BTreeSet<&'a str>,
    pub(crate) pods: Labelled<'a, Member<'a>>,
    /// Where the first pod of each document stands among all pods.
    own_pods: BTreeMap<u32, usize>,
}

/// A pod with the object that makes it.
#[derive(Clone, Debug)]
pub(crate) struct Member<'a> {
    pub(crate) object: Object<'a>,
    pub(crate) pod: Pod<'a>,
}

/// What identifies an object. The namespace comes last, so that those of all namespaces stand together.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a> {
    group: &'a str,
    kind: &'a str,
    name: &'a str,
    namespace: Option<&'a str>,
}

impl<'a> Set<'a> {
    pub(crate) fn of(settings: &'a Settings, documents: &'a [Document<'a>]) -> Self {
        let mut set = Self {
            settings,
            objects: Vec::new(),
            by_kind: BTreeMap::new(),
            by_name: BTreeMap::new(),
            namespaces: BTreeSet::new(),
            pods: Labelled::default(),
            own_pods: BTreeMap::new(),
        };
        documents.iter().map(Object::of).for_each(|object| set.add(object));
        set
    }

    fn add(&mut self, object: Object<'a>) {
        let (group, kind) = (object.group(), object.kind());
        self.objects.push(object);
        self.by_kind.entry((group, kind)).or_default().push(object);
        self.by_name.entry(Name { group, kind, name: object.name, namespace: object.namespace }).or_insert(object);
        self.namespaces.extend(object.namespace);
        self.namespaces.extend((group.is_empty() && kind == "Namespace").then_some(object.name));
        for pod in pods(object.document()) {
            self.own_pods.entry(object.id()).or_insert(self.pods.len());
            let labels = Labels::of(&pod.metadata().get("labels"));
            self.pods.add(object.namespace, labels, Member { object, pod });
        }
    }

    /// All objects, in the order in which they were given.
    pub(crate) fn objects(&self) -> &[Object<'a>] {
        &self.objects
    }

    /// The objects of a kind, in their order.
    pub(crate) fn of_kind<'s>(&'s self, group: &'s str, kind: &'s str) -> &'s [Object<'a>] {
        self.by_kind.get(&(group, kind)).map_or(&[], Vec::as_slice)
    }

    /// The first object of a kind with this name in this namespace.
    pub(crate) fn find(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> Option<Object<'a>> {
        self.by_name.get(&Name { group, kind, name, namespace }).copied()
    }

    /// One object of a kind with this name, in whatever namespace.
    pub(crate) fn find_anywhere(&self, group: &str, kind: &str, name: &str) -> Option<Object<'a>> {
        let start = Name { group, kind, name, namespace: None };
        let (found, object) = self.by_name.range(start..).next()?;
        ((found.group, found.kind, found.name) == (group, kind, name)).then_some(*object)
    }

    /// Whether the set has something in a namespace, or makes it.
    pub(crate) fn has_namespace(&self, namespace: &str) -> bool {
        self.namespaces.contains(namespace)
    }

    /// The pod that an object makes, if it makes one: its position, and itself.
    pub(crate) fn own_pod(&self, object: Object<'a>) -> Option<(usize, &Member<'a>)> {
        let position = *self.own_pods.get(&object.id())?;
        self.pods.get(position).map(|member| (position, member))
    }

    /// How messages name what is not there:
    /// ``Service `cart`, which is not delivered with it in namespace `shop`; namespace `other` has one``.
    pub(crate) fn missing(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> String {
        format!("{kind} `{name}`, {}", self.absence(group, kind, namespace, name))
    }

    /// How messages say that something is not there, and where it would be.
    pub(crate) fn absence(&self, group: &str, kind: &str, namespace: Option<&str>, name: &str) -> String {
        let elsewhere = match self.find_anywhere(group, kind, name).map(|object| object.namespace) {
            Some(Some(namespace)) => format!("; namespace `{namespace}` has one"),
            Some(None) => "; there is one without a namespace".to_owned(),
            None => String::new(),
        };
        format!("which is not delivered with it{}{elsewhere}", in_namespace(namespace))
    }
}
