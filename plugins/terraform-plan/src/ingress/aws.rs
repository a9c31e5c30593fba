//! Security groups.

use tollgate_sdk::Value;

use super::Opening;
use super::ports::Ports;
use crate::attribute::{Attribute, State};
use crate::resource::Resource;

/// What the rules of a security group let in, wherever they are written.
pub(super) fn openings<'a>(resource: &Resource<'a>) -> Vec<Opening<'a>> {
    let attributes = &resource.attributes;
    match resource.kind {
        "aws_security_group" | "aws_default_security_group" => attributes
            .blocks("ingress")
            .iter()
            .filter_map(|rule| opening(rule, "protocol", &["cidr_blocks", "ipv6_cidr_blocks"]))
            .collect(),
        "aws_security_group_rule" if attributes.get("type").is_one_of(&["ingress"]) => {
            opening(attributes, "protocol", &["cidr_blocks", "ipv6_cidr_blocks"]).into_iter().collect()
        }
        "aws_vpc_security_group_ingress_rule" => {
            opening(attributes, "ip_protocol", &["cidr_ipv4", "cidr_ipv6"]).into_iter().collect()
        }
        _ => Vec::new(),
    }
}

fn opening<'a>(rule: &Attribute<'a>, protocol: &'static str, sources: &[&'static str]) -> Option<Opening<'a>> {
    let ports = match word(&rule.get(protocol))?.to_ascii_lowercase().as_str() {
        "-1" | "all" => Ports::All,
        "tcp" | "udp" | "6" | "17" => Ports::between(rule.get("from_port").number()?, rule.get("to_port").number()?)?,
        // Others have no ports.
        _ => return None,
    };
    let sources = sources.iter().flat_map(|key| rule.get(key).values()).collect();
    Some(Opening { sources, ports: vec![ports] })
}

/// A protocol may be written as a number.
fn word(attribute: &Attribute<'_>) -> Option<String> {
    match attribute.state() {
        State::Known(Value::Text(text)) => Some(text.to_string()),
        State::Known(Value::Integer(number)) => Some(number.to_string()),
        _ => None,
    }
}
