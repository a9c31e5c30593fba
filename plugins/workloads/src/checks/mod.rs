//! The rules, one or a few that belong together in a file.

mod access;
mod anti_affinity;
mod cron_job;
mod default_namespace;
mod deprecated_api;
mod docker_socket;
mod duplicate_container;
mod duplicate_env;
mod duplicate_port;
mod host_namespaces;
mod host_path;
mod hpa_min_replicas;
mod image_pull_policy;
mod ingress;
mod job_restart_policy;
mod pdb_blocks_drain;
mod pod_shape;
mod ports;
mod priority_class;
mod privileged_port;
mod probes;
mod rbac_cluster_admin;
mod rbac_escalation;
mod rbac_secrets;
mod rbac_wildcard;
mod read_only_root;
mod replicas;
mod rollout;
mod same_probes;
mod secret_in_env;
mod sensitive_host_path;
mod service;
mod service_account;
mod ssh_port;
mod statefulset_service_name;
#[cfg(test)]
mod testing;
mod volume_mount;
mod workload_selector;
mod writable_host_path;

use tollgate_sdk::Rule;

use crate::check::Check;

/// All checks. The order is that of findings: what a pod is, what makes it, and what stands around it.
pub(crate) static CHECKS: [&Check; 44] = [
    &pod_shape::CHECK,
    &probes::LIVENESS,
    &probes::READINESS,
    &same_probes::CHECK,
    &read_only_root::CHECK,
    &service_account::CHECK,
    &service_account::TOKEN,
    &service_account::DEPRECATED_FIELD,
    &host_namespaces::NETWORK,
    &host_namespaces::PID,
    &host_namespaces::IPC,
    &docker_socket::CHECK,
    &sensitive_host_path::CHECK,
    &writable_host_path::CHECK,
    &volume_mount::CHECK,
    &duplicate_container::CHECK,
    &duplicate_port::CHECK,
    &duplicate_env::CHECK,
    &secret_in_env::CHECK,
    &ssh_port::CHECK,
    &privileged_port::CHECK,
    &image_pull_policy::CHECK,
    &priority_class::CHECK,
    &replicas::CHECK,
    &anti_affinity::CHECK,
    &workload_selector::EMPTY,
    &workload_selector::MISMATCH,
    &rollout::ROLLING_UPDATE,
    &rollout::REVISION_HISTORY,
    &statefulset_service_name::CHECK,
    &job_restart_policy::CHECK,
    &cron_job::DEADLINE,
    &cron_job::CONCURRENCY,
    &pdb_blocks_drain::CHECK,
    &hpa_min_replicas::CHECK,
    &ingress::TLS,
    &ingress::WILDCARD,
    &service::EXTERNAL,
    &rbac_wildcard::CHECK,
    &rbac_cluster_admin::CHECK,
    &rbac_secrets::CHECK,
    &rbac_escalation::CHECK,
    &deprecated_api::CHECK,
    &default_namespace::CHECK,
];

/// The rules of all checks, in the same order.
pub(crate) static RULES: [&Rule; CHECKS.len()] = tollgate_sdk::rules_of!(CHECKS);

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;
    use std::path::Path;

    use super::*;

    #[test]
    fn the_readme_lists_every_rule_with_its_level() {
        let readme = include_str!("../../README.md");
        for rule in RULES {
            let level = format!("{:?}", rule.level).replace("Level::", "").to_lowercase();
            let row = format!("| [`{0}`](rules/{0}.md) | {level} |", rule.id);
            assert!(readme.contains(&row), "the readme has no row `{row}`");
        }
    }

    #[test]
    fn every_help_says_why_it_matters_and_how_to_fix_it() {
        for rule in RULES {
            for part in ["**Why it matters.**", "**How to fix it.**"] {
                assert!(rule.help.contains(part), "the help of `{}` has no `{part}`", rule.id);
            }
        }
    }

    #[test]
    fn every_rule_has_a_case_that_breaks_it() {
        let cases = Path::new(env!("CARGO_MANIFEST_DIR")).join("cases/fail");
        let texts = std::fs::read_dir(cases).unwrap().map(|entry| std::fs::read_to_string(entry.unwrap().path()).unwrap());
        let expectations: Vec<String> = texts.flat_map(|text| text.lines().map(ToOwned::to_owned).collect::<Vec<_>>()).collect();
        let broken: BTreeSet<&str> =
            expectations.iter().filter_map(|line| line.strip_prefix("# expect: ")?.split(' ').next()).collect();
        assert_eq!(broken, RULES.iter().map(|rule| rule.id).collect());
    }
}
