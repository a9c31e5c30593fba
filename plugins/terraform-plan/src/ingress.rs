//! `open-ingress`: rules of firewalls that let everybody in.

mod aws;
mod azure;
mod google;
mod ports;
pub(crate) mod world;

use tollgate_sdk::Finding;

use crate::attribute::Attribute;
use crate::resource::Resource;
use crate::rules::OPEN_INGRESS;
use ports::Ports;

/// What one rule lets in: who, and where.
#[derive(Debug)]
pub(crate) struct Opening<'a> {
    sources: Vec<Attribute<'a>>,
    ports: Vec<Ports>,
}

/// Judges the rules of a firewall of any of the clouds.
pub(crate) fn judge(resource: &Resource<'_>, allowed: &[u16]) -> Vec<Finding> {
    let openings = match resource.kind.split_once('_') {
        Some(("aws", _)) => aws::openings(resource),
        Some(("azurerm", _)) => azure::openings(resource),
        Some(("google", _)) => google::openings(resource),
        _ => Vec::new(),
    };
    openings.iter().flat_map(|opening| opening.judge(resource.address, allowed)).collect()
}

impl Opening<'_> {
    fn judge(&self, address: &str, allowed: &[u16]) -> Vec<Finding> {
        let ports: Vec<String> = self.ports.iter().filter(|ports| !ports.are_among(allowed)).map(ToString::to_string).collect();
        if ports.is_empty() {
            return Vec::new();
        }
        let everybody = self.sources.iter().filter_map(|source| Some((source, source.text()?)));
        let everybody = everybody.filter(|(_, text)| world::is_everybody(text));
        everybody
            .map(|(source, text)| {
                let message = format!("`{address}` opens {} to the world (`{text}`)", ports.join(", "));
                OPEN_INGRESS.at(source.node(), message).fix("Name the networks that need it, or allow the port in `openPorts`")
            })
            .collect()
    }
}

#[cfg(test)]
mod tests;
