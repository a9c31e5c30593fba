//! The rules, one file each.

mod autoscaler_without_requests;
mod dangling_autoscaler;
mod dangling_disruption_budget;
mod dangling_gateway_route;
mod dangling_ingress;
mod dangling_monitor;
mod dangling_network_policy;
mod dangling_network_policy_peer;
mod dangling_role_binding;
mod disruption_budget_blocks;
mod duplicate_object;
mod duplicate_selector;
mod missing_config;
mod missing_config_key;
mod missing_service_account;
mod no_disruption_budget;
mod no_network_policy;
mod replicas_with_autoscaler;
mod service_port;
mod statefulset_service;
#[cfg(test)]
mod testing;
mod unreadable;
mod webhook_service;

use tollgate_sdk::Rule;

use crate::check::Check;

/// All checks, in the order of their findings.
pub(crate) static CHECKS: [&Check; 22] = [
    &unreadable::CHECK,
    &dangling_ingress::CHECK,
    &dangling_gateway_route::CHECK,
    &dangling_autoscaler::CHECK,
    &dangling_disruption_budget::CHECK,
    &dangling_network_policy::CHECK,
    &dangling_network_policy_peer::CHECK,
    &dangling_monitor::CHECK,
    &dangling_role_binding::CHECK,
    &missing_service_account::CHECK,
    &missing_config::CHECK,
    &missing_config_key::CHECK,
    &duplicate_object::CHECK,
    &duplicate_selector::CHECK,
    &no_disruption_budget::CHECK,
    &no_network_policy::CHECK,
    &disruption_budget_blocks::CHECK,
    &replicas_with_autoscaler::CHECK,
    &autoscaler_without_requests::CHECK,
    &service_port::CHECK,
    &statefulset_service::CHECK,
    &webhook_service::CHECK,
];

/// The rules of all checks, in the same order.
pub(crate) static RULES: [&Rule; CHECKS.len()] = tollgate_sdk::rules_of!(CHECKS);

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::Level;

    #[test]
    fn the_readme_lists_every_rule_with_its_level() {
        let readme = include_str!("../../README.md");
        for Check { rule, .. } in CHECKS {
            let level = match rule.level {
                Level::Deny => "deny",
                Level::Warn => "warn",
                Level::Note => "note",
            };
            let row = format!("| [`{0}`](rules/{0}.md) | {level} |", rule.id);
            assert!(readme.contains(&row), "`{row}` is not in the README");
        }
    }
}
