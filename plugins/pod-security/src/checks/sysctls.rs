//! Parameters of the kernel.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::text::Shortened;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "sysctls",
        title: "Only safe kernel parameters are set",
        help: include_str!("../../rules/sysctls.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["PSS-baseline/sysctls"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

/// The parameters that are allowed, with the version from which on.
const ALLOWED: [(&str, Version); 14] = [
    ("kernel.shm_rmid_forced", Version::FIRST),
    ("net.ipv4.ip_local_port_range", Version::FIRST),
    ("net.ipv4.ip_unprivileged_port_start", Version::FIRST),
    ("net.ipv4.ping_group_range", Version::FIRST),
    ("net.ipv4.tcp_syncookies", Version::FIRST),
    ("net.ipv4.ip_local_reserved_ports", Version::minor(27)),
    ("net.ipv4.tcp_fin_timeout", Version::minor(29)),
    ("net.ipv4.tcp_keepalive_intvl", Version::minor(29)),
    ("net.ipv4.tcp_keepalive_probes", Version::minor(29)),
    ("net.ipv4.tcp_keepalive_time", Version::minor(29)),
    ("net.ipv4.tcp_rmem", Version::minor(32)),
    ("net.ipv4.tcp_wmem", Version::minor(32)),
    ("net.ipv4.tcp_notsent_lowat", Version::minor(37)),
    ("net.ipv4.tcp_slow_start_after_idle", Version::minor(37)),
];

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    for sysctl in report.objects(&pod.security.get("sysctls"), Owner::Pod) {
        let name = sysctl.get("name");
        match name.text() {
            Reading::Known(text) if is_allowed(text, version) => {}
            Reading::Known(text) => report.deny(
                &name,
                format!("the pod sets the kernel parameter `{}`", Shortened(text)),
                "Remove the parameter, or set it for all pods of the node",
            ),
            Reading::Missing | Reading::Unknown => report.unknown(&name, Owner::Pod, "the name of a kernel parameter"),
        }
    }
}

fn is_allowed(name: &str, version: Version) -> bool {
    ALLOWED.iter().any(|(allowed, since)| *allowed == name && version >= *since)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    fn judged(version: Version, sysctls: &Value) -> Vec<(String, String)> {
        judge_spec(&CHECK, version, &json!({"securityContext": {"sysctls": sysctls}}))
    }

    #[test]
    fn each_parameter_that_is_not_safe_is_a_finding() {
        let sysctls = json!([{"name": "net.ipv4.tcp_syncookies", "value": "1"}, {"name": "kernel.msgmax"}, {"name": "kernel/shm_rmid_forced"}]);
        let findings = judged(Version::LATEST, &sysctls);
        assert_eq!(findings[0].1, "the pod sets the kernel parameter `kernel.msgmax`");
        assert_eq!(pointers(findings), ["/spec/securityContext/sysctls/1/name", "/spec/securityContext/sysctls/2/name"]);
    }

    #[test]
    fn the_list_grows_with_the_versions() {
        let sysctls = json!(ALLOWED.map(|(name, _)| json!({"name": name})));
        for (version, refused) in [(0, 9), (26, 9), (27, 8), (28, 8), (29, 4), (31, 4), (32, 2), (36, 2), (37, 0)] {
            assert_eq!(judged(Version::minor(version), &sysctls).len(), refused, "v1.{version}");
        }
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        for sysctls in [json!({"name": "x"}), json!([null]), json!(["kernel.shm_rmid_forced"]), json!([{}]), json!([{"name": 1}])] {
            assert_eq!(judged(Version::LATEST, &sysctls).len(), 1, "{sysctls}");
        }
    }
}
