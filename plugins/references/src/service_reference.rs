//! Something that names a Service, and mostly a port of it.

use tollgate_sdk::Node;

use crate::object::Object;
use crate::reader::Reader;
use crate::set::Set;
use crate::settings::is_external;

/// A reference to a Service.
#[derive(Debug)]
pub(crate) struct ServiceReference<'a> {
    pub(crate) from: Object<'a>,
    /// What it does with the Service, for messages: `sends to`.
    pub(crate) verb: &'static str,
    pub(crate) namespace: Option<&'a str>,
    pub(crate) name: Node<'a>,
    /// Nothing where there is none to compare.
    pub(crate) port: Option<Port<'a>>,
}

/// A port of a Service, and where it is named.
#[derive(Debug)]
pub(crate) struct Port<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) name: PortName<'a>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PortName<'a> {
    Number(i64),
    Name(&'a str),
}

impl<'a> Port<'a> {
    /// A port by number or by name (Kubernetes API, `intstr.IntOrString`); nothing where there is none or it can't be read.
    pub(crate) fn read(node: Node<'a>, reader: &Reader) -> Option<Self> {
        let name = match node.as_str() {
            Some(name) => PortName::Name(name),
            None => PortName::Number(reader.number(&node)?),
        };
        Some(Self { node, name })
    }
}

/// Finds a reference to a Service that is not in the set, or to a port that it doesn't have.
pub(crate) fn judge<'a>(set: &Set<'a>, reference: &ServiceReference<'a>, reader: &Reader) {
    let ServiceReference { from, verb, namespace, name: node, port } = reference;
    let who = format!("{} {verb}", from.label());
    let Some(name) = reader.required(node, &who, "a Service") else { return };
    if is_external(&set.settings.external_services, *namespace, name) {
        return;
    }
    let Some(service) = set.find("", "Service", *namespace, name) else {
        let fix = format!("Name a Service that is delivered with it, or add `{name}` to the setting `externalServices`");
        return reader.add(node, format!("{who} {}", set.missing("", "Service", *namespace, name)), fix);
    };
    let ports = ports_of(service);
    let Some(port) = port.as_ref().filter(|port| !ports.has(port.name)) else { return };
    let message = format!("{who} port {} of Service `{name}`, which has {}", port.name.quoted(), ports.described());
    reader.add(&port.node, message, "Name a port of the Service by its number or its name");
}

/// The ports that a Service has.
struct Ports<'a> {
    ports: Vec<(Option<i64>, Option<&'a str>)>,
    /// A name that is served elsewhere needs to declare no ports.
    are_unknown: bool,
}

fn ports_of(service: Object<'_>) -> Ports<'_> {
    let list = service.spec().get("ports");
    let ports: Vec<_> = list.elements().map(|port| (port.get("port").as_i64(), port.get("name").as_str())).collect();
    let is_elsewhere = service.spec().get("type").as_str() == Some("ExternalName");
    Ports { are_unknown: is_elsewhere && ports.is_empty(), ports }
}

impl Ports<'_> {
    fn has(&self, wanted: PortName<'_>) -> bool {
        let is_it = |port: &(Option<i64>, Option<&str>)| match wanted {
            PortName::Number(number) => port.0 == Some(number),
            PortName::Name(name) => port.1 == Some(name),
        };
        self.are_unknown || self.ports.iter().any(is_it)
    }

    fn described(&self) -> String {
        let port = |port: &(Option<i64>, Option<&str>)| match port {
            (number, Some(name)) => format!("{} (`{name}`)", number.unwrap_or_default()),
            (number, None) => number.unwrap_or_default().to_string(),
        };
        if self.ports.is_empty() { "none".to_owned() } else { self.ports.iter().map(port).collect::<Vec<_>>().join(", ") }
    }
}

impl PortName<'_> {
    pub(crate) fn quoted(self) -> String {
        match self {
            Self::Number(number) => number.to_string(),
            Self::Name(name) => format!("`{name}`"),
        }
    }
}
