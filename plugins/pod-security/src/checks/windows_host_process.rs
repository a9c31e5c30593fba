//! Processes of a Windows node.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::pod::Pod;
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "windows-host-process",
        title: "Windows containers do not run as processes of their node",
        help: include_str!("../../rules/windows-host-process.md"),
        level: Level::Deny,
        severity: Severity::Critical,
        controls: &["PSS-baseline/host-process", "CIS-5.2.11"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

fn judge(pod: &Pod<'_>, _: Version, report: &mut Report<'_>) {
    for (owner, security) in pod.contexts() {
        let Some(options) = report.object(security.get("windowsOptions"), owner) else { continue };
        let host_process = options.get("hostProcess");
        match host_process.flag() {
            Reading::Missing | Reading::Known(false) => {}
            Reading::Known(true) => report.deny(
                &host_process,
                format!("{owner} sets `windowsOptions.hostProcess` to `true`"),
                "Set `securityContext.windowsOptions.hostProcess` to `false`, or remove it",
            ),
            Reading::Unknown => report.unknown(&host_process, owner, "`true` or `false`"),
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, pointers};

    #[test]
    fn pod_and_containers_are_both_judged() {
        let context = json!({"windowsOptions": {"hostProcess": true}});
        let spec = json!({"securityContext": context, "containers": [{"name": "web", "securityContext": context}]});
        let findings = judge_spec(&CHECK, Version::FIRST, &spec);
        assert_eq!(findings[1].1, "container `web` sets `windowsOptions.hostProcess` to `true`");
        let expected =
            ["/spec/securityContext/windowsOptions/hostProcess", "/spec/containers/0/securityContext/windowsOptions/hostProcess"];
        assert_eq!(pointers(findings), expected);
    }

    #[test]
    fn other_windows_options_are_fine() {
        let context = json!({"windowsOptions": {"hostProcess": false, "runAsUserName": "ContainerUser"}});
        assert!(judge_context(&CHECK, Version::LATEST, &context).is_empty());
    }

    #[test]
    fn unknown_options_are_not_let_through() {
        for context in [json!({"windowsOptions": "none"}), json!({"windowsOptions": {"hostProcess": "false"}})] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &context).len(), 1, "{context}");
        }
    }
}
