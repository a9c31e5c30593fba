//! Paths of the node that give it away.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::docker_socket::is_socket;
use crate::checks::host_path;
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "sensitive-host-path",
        title: "Pod does not see what runs its node",
        help: include_str!("../../rules/sensitive-host-path.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["CIS-5.2.12"],
    },
    judges: &[Judge::Pod(judge)],
};

/// Directories that are sensitive themselves, while something below may be harmless.
const SENSITIVE: [&str; 15] = [
    "/", "/bin", "/dev", "/etc", "/home", "/lib", "/lib64", "/opt", "/run", "/sbin", "/usr", "/var", "/var/lib", "/var/log",
    "/var/run",
];

/// Directories that are sensitive with all that is below.
const SENSITIVE_BELOW: [&str; 18] = [
    "/boot",
    "/etc/cni",
    "/etc/kubernetes",
    "/etc/passwd",
    "/etc/shadow",
    "/etc/ssh",
    "/etc/sudoers",
    "/etc/systemd",
    "/proc",
    "/root",
    "/run/containerd",
    "/sys",
    "/var/lib/containerd",
    "/var/lib/docker",
    "/var/lib/etcd",
    "/var/lib/kubelet",
    "/var/run/containerd",
    "/var/run/secrets",
];

fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    host_path::each(pod, report, |report, found| {
        // The socket of a runtime is found by the rule that is made for it.
        if is_sensitive(&found.path) && !is_socket(&found.path) {
            let message = format!("the pod sees `{}` of its node, from where the node can be taken over", found.path);
            report.find(&found.node, message, "Remove the volume, or mount only the harmless directory that is needed");
        }
    })
}

fn is_sensitive(path: &str) -> bool {
    let is_below = |directory: &&str| path.strip_prefix(*directory).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
    SENSITIVE.contains(&path) || SENSITIVE_BELOW.iter().any(is_below)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{pod, pointers};

    fn is_found(path: &str) -> bool {
        let found = pointers("sensitive-host-path", &pod(&json!({"volumes": [{"name": "a", "hostPath": {"path": path}}]})));
        assert!(found.is_empty() || found == ["/spec/volumes/0/hostPath/path"]);
        !found.is_empty()
    }

    #[test]
    fn what_gives_a_node_away_is_found_however_it_is_written() {
        for path in [
            "/",
            "/etc",
            "/etc/",
            "/data/../etc",
            "/proc/1",
            "/sys/fs/cgroup",
            "/var/lib/kubelet/pods",
            "/root",
            "/boot/grub",
            "/dev",
        ] {
            assert!(is_found(path), "{path}");
        }
        for path in ["/data", "/etc/ssl/certs", "/etc/localtime", "/dev/fuse", "/procurement", "/var/lib/cart", "/run/docker.sock"]
        {
            assert!(!is_found(path), "{path}");
        }
    }

    #[test]
    fn a_volume_without_a_path_can_not_be_judged() {
        for volume in [json!({"hostPath": {}}), json!({"hostPath": "x"}), json!("x"), json!({"hostPath": {"path": 1}})] {
            assert_eq!(pointers("sensitive-host-path", &pod(&json!({"volumes": [volume]}))).len(), 1, "{volume}");
        }
    }
}
