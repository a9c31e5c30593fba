//! The controls of the Pod Security Standards, one file each.

mod allow_privilege_escalation;
mod apparmor_profile;
mod capabilities_baseline;
mod capabilities_restricted;
mod host_namespaces;
mod host_path_volumes;
mod host_ports;
mod host_probes_and_host_lifecycle;
mod pod_shape;
mod privileged;
mod proc_mount;
mod proc_mount_restricted;
mod profile;
mod restricted_volumes;
mod run_as_non_root;
mod run_as_user;

mod seccomp_profile_baseline;
mod seccomp_profile_restricted;
mod selinux_options;
mod sysctls;
#[cfg(test)]
mod testing;
mod windows_host_process;

use tollgate_sdk::Rule;

use crate::check::Check;

/// All checks. Each says itself at which level and from which version it holds; the order is that of findings.
pub(crate) static CHECKS: [&Check; 20] = [
    &pod_shape::CHECK,
    &windows_host_process::CHECK,
    &host_namespaces::CHECK,
    &privileged::CHECK,
    &capabilities_baseline::CHECK,
    &host_path_volumes::CHECK,
    &host_ports::CHECK,
    &host_probes_and_host_lifecycle::CHECK,
    &apparmor_profile::CHECK,
    &selinux_options::CHECK,
    &proc_mount::CHECK,
    &seccomp_profile_baseline::CHECK,
    &sysctls::CHECK,
    &restricted_volumes::CHECK,
    &allow_privilege_escalation::CHECK,
    &run_as_non_root::CHECK,
    &run_as_user::CHECK,
    &seccomp_profile_restricted::CHECK,
    &capabilities_restricted::CHECK,
    &proc_mount_restricted::CHECK,
];

/// The rules of all checks, in the same order.
pub(crate) static RULES: [&Rule; CHECKS.len()] = tollgate_sdk::rules_of!(CHECKS);

#[cfg(test)]
mod tests {
    use super::*;
    use crate::settings::SecurityLevel;

    #[test]
    fn every_check_names_its_control() {
        for check in CHECKS {
            let control = if check.level == SecurityLevel::Baseline { "PSS-baseline/" } else { "PSS-restricted/" };
            assert!(check.rule.id == "pod-shape" || check.rule.controls[0].starts_with(control), "{}", check.rule.id);
        }
    }

    #[test]
    fn the_readme_lists_every_check_with_its_level_and_version() {
        let readme = include_str!("../../README.md");
        for check in CHECKS {
            let (id, level) = (check.rule.id, if check.level == SecurityLevel::Baseline { "baseline" } else { "restricted" });
            let row = format!("| [`{id}`](rules/{id}.md) | {level} | {} |", check.since);
            assert!(readme.contains(&row), "the readme has no row `{row}`");
        }
    }

    #[test]
    fn no_check_belongs_to_the_privileged_level() {
        assert!(CHECKS.iter().all(|check| check.level > SecurityLevel::Privileged));
    }
}
