//! Networks that everybody is in.

/// Networks that are half of the world, or all of it that has addresses.
const HALVES: [&str; 4] = ["0.0.0.0/1", "128.0.0.0/1", "::/1", "2000::/3"];

/// What Azure and people call everybody.
const NAMES: [&str; 3] = ["*", "internet", "any"];

/// Whether a network in CIDR notation is the world, or half of it.
pub(crate) fn is_world(network: &str) -> bool {
    let is_address =
        |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_hexdigit() || matches!(byte, b'.' | b':'));
    network.strip_suffix("/0").is_some_and(is_address) || HALVES.contains(&network)
}

/// Whether a source is the world, also by a name.
pub(crate) fn is_everybody(source: &str) -> bool {
    is_world(source) || NAMES.iter().any(|name| source.eq_ignore_ascii_case(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_world_is_told_from_networks() {
        for world in ["0.0.0.0/0", "::/0", "10.0.0.0/0", "0.0.0.0/1", "128.0.0.0/1", "2000::/3"] {
            assert!(is_world(world), "{world}");
        }
        for network in ["10.0.0.0/8", "192.0.2.0/24", "2001:db8::/32", "/0", "", "x/0", "0.0.0.0/00", "${var.a}/0", "10.0.0.0/10"] {
            assert!(!is_world(network), "{network}");
        }
    }

    #[test]
    fn everybody_has_names() {
        assert!(["*", "Internet", "ANY", "0.0.0.0/0"].into_iter().all(is_everybody));
        assert!(!["VirtualNetwork", "AzureLoadBalancer", "10.0.0.4", ""].into_iter().any(is_everybody));
    }
}
