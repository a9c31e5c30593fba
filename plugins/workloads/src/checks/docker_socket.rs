//! Sockets of container runtimes.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::checks::host_path;
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "docker-socket",
        title: "Pod does not reach the container runtime of its node",
        help: include_str!("../../rules/docker-socket.md"),
        level: Level::Deny,
        severity: Severity::Critical,
        controls: &[],
    },
    judges: &[Judge::Pod(judge)],
};

/// What container runtimes call their sockets, wherever they keep them; on Windows they are named pipes.
const SOCKETS: [&str; 8] = [
    "docker.sock",
    "dockershim.sock",
    "containerd.sock",
    "crio.sock",
    "cri-dockerd.sock",
    "podman.sock",
    "docker_engine",
    "containerd-containerd",
];

/// Whether a path is such a socket.
pub(crate) fn is_socket(path: &str) -> bool {
    let name = path.rsplit(['/', '\\']).next().unwrap_or_default();
    SOCKETS.contains(&name)
}

fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    host_path::each(pod, report, |report, found| {
        if is_socket(&found.path) {
            let message = format!("`{}` is the socket of a container runtime: who reaches it is root on the node", found.path);
            report.find(&found.node, message, "Remove the volume, and build or run containers through the Kubernetes API");
        }
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{pod, pointers};

    fn found(path: &str) -> Vec<String> {
        pointers("docker-socket", &pod(&json!({"volumes": [{"name": "a", "hostPath": {"path": path}}]})))
    }

    #[test]
    fn sockets_of_all_runtimes_are_found_wherever_they_are() {
        for path in [
            "/var/run/docker.sock",
            "//run/./docker.sock",
            "/run/k3s/containerd/containerd.sock",
            "/var/run/crio/crio.sock",
            r"\\.\pipe\docker_engine",
        ] {
            assert_eq!(found(path), ["/spec/volumes/0/hostPath/path"], "{path}");
        }
        for path in ["/run/nscd/socket", "/data/docker.sock.d", "/var/run"] {
            assert!(found(path).is_empty(), "{path}");
        }
    }
}
