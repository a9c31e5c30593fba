//! Network security groups.

use super::Opening;
use super::ports::Ports;
use crate::attribute::Attribute;
use crate::resource::Resource;

/// What the rules of a network security group let in, wherever they are written.
pub(super) fn openings<'a>(resource: &Resource<'a>) -> Vec<Opening<'a>> {
    match resource.kind {
        "azurerm_network_security_rule" => opening(&resource.attributes).into_iter().collect(),
        "azurerm_network_security_group" => resource.attributes.blocks("security_rule").iter().filter_map(opening).collect(),
        _ => Vec::new(),
    }
}

fn opening<'a>(rule: &Attribute<'a>) -> Option<Opening<'a>> {
    let lets_in = rule.get("direction").is_one_of(&["Inbound"]) && rule.get("access").is_one_of(&["Allow"]);
    // Others have no ports.
    let has_ports = rule.get("protocol").is_one_of(&["*", "Tcp", "Udp"]);
    let both = |one: &'static str, many: &'static str| -> Vec<Attribute<'a>> {
        rule.get(one).values().into_iter().chain(rule.get(many).values()).collect()
    };
    let ports = both("destination_port_range", "destination_port_ranges").iter().filter_map(Ports::read).collect();
    (lets_in && has_ports).then(|| Opening { sources: both("source_address_prefix", "source_address_prefixes"), ports })
}
