//! The namespaces of the node.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static NETWORK: Check = Check {
    rule: Rule {
        id: "host-network",
        title: "Pod has a network of its own",
        help: include_str!("../../rules/host-network.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["CIS-5.2.5"],
    },
    judges: &[Judge::Pod(network)],
};

pub(crate) static PID: Check = Check {
    rule: Rule {
        id: "host-pid",
        title: "Pod has processes of its own",
        help: include_str!("../../rules/host-pid.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["CIS-5.2.3"],
    },
    judges: &[Judge::Pod(pid)],
};

pub(crate) static IPC: Check = Check {
    rule: Rule {
        id: "host-ipc",
        title: "Pod has shared memory of its own",
        help: include_str!("../../rules/host-ipc.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["CIS-5.2.4"],
    },
    judges: &[Judge::Pod(ipc)],
};

fn network(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    judge(pod, "hostNetwork", "the network of its node, and all that listens there", report)
}

fn pid(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    judge(pod, "hostPID", "all processes of its node", report)
}

fn ipc(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    judge(pod, "hostIPC", "the shared memory of its node", report)
}

fn judge(pod: &Pod<'_>, key: &'static str, reached: &str, report: &mut Report<'_>) -> Judged {
    if report.flag(&pod.spec, &[key])? == Some(true) {
        report.find(&pod.spec.get(key), format!("the pod reaches {reached}"), format!("Remove `{key}`"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{pod, pointers};

    #[test]
    fn each_namespace_has_a_rule_of_its_own() {
        for (rule, key) in [("host-network", "hostNetwork"), ("host-pid", "hostPID"), ("host-ipc", "hostIPC")] {
            assert_eq!(pointers(rule, &pod(&json!({key: true}))), [format!("/spec/{key}")]);
            assert_eq!(pointers(rule, &pod(&json!({key: "no"}))), [format!("/spec/{key}")]);
            assert!(pointers(rule, &pod(&json!({key: false}))).is_empty());
        }
        assert!(pointers("host-pid", &pod(&json!({"hostNetwork": true}))).is_empty());
    }
}
