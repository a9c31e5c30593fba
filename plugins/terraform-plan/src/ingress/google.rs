//! Firewalls of Google Cloud.

use super::Opening;
use super::ports::Ports;
use crate::attribute::Attribute;
use crate::resource::Resource;

/// What a firewall lets in. Only rules on what comes in have ranges of sources, whatever is known of their direction.
pub(super) fn openings<'a>(resource: &Resource<'a>) -> Vec<Opening<'a>> {
    let attributes = &resource.attributes;
    let disabled = attributes.get("disabled");
    let is_on = disabled.is_unset() || disabled.flag() == Some(false);
    if resource.kind != "google_compute_firewall" || !is_on || attributes.get("direction").is_one_of(&["EGRESS"]) {
        return Vec::new();
    }
    let ports = attributes.blocks("allow").iter().flat_map(opened).collect();
    vec![Opening { sources: attributes.get("source_ranges").elements(), ports }]
}

/// The ports of a block: all of them where it names none.
fn opened(allow: &Attribute<'_>) -> Vec<Ports> {
    let (protocol, ports) = (allow.get("protocol"), allow.get("ports"));
    if protocol.is_one_of(&["all"]) {
        vec![Ports::All]
    } else if !protocol.is_one_of(&["tcp", "udp", "sctp", "6", "17", "132"]) {
        Vec::new()
    } else if ports.is_unset() {
        vec![Ports::All]
    } else {
        ports.values().iter().filter_map(Ports::read).collect()
    }
}
