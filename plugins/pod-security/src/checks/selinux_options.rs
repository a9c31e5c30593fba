//! SELinux labels.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::Check;
use crate::pod::{Owner, Pod};
use crate::reading::{Read as _, Reading};
use crate::report::Report;
use crate::settings::SecurityLevel;
use crate::text::{self, Shortened};
use crate::version::Version;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "selinux-options",
        title: "SELinux labels stay those of containers",
        help: include_str!("../../rules/selinux-options.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &["PSS-baseline/selinux"],
    },
    level: SecurityLevel::Baseline,
    since: Version::FIRST,
    judge,
};

/// From here on, the type of engines that run containers within a container is allowed.
const ENGINE_ALLOWED: Version = Version::minor(31);

fn judge(pod: &Pod<'_>, version: Version, report: &mut Report<'_>) {
    for (owner, security) in pod.contexts() {
        let Some(options) = report.object(security.get("seLinuxOptions"), owner) else { continue };
        judge_type(owner, &options.get("type"), version, report);
        for key in ["user", "role"] {
            judge_unset(owner, &options.get(key), report);
        }
    }
}

fn judge_type(owner: Owner<'_>, kind: &Node<'_>, version: Version, report: &mut Report<'_>) {
    match kind.text() {
        Reading::Missing | Reading::Known("" | "container_t" | "container_init_t" | "container_kvm_t") => {}
        Reading::Known("container_engine_t") if version >= ENGINE_ALLOWED => {}
        Reading::Known(name) => report.deny(
            kind,
            format!("{owner} sets the SELinux type `{}`", Shortened(name)),
            "Remove `seLinuxOptions.type`, or set it to `container_t`",
        ),
        Reading::Unknown => report.unknown(kind, owner, "a text"),
    }
}

fn judge_unset(owner: Owner<'_>, option: &Node<'_>, report: &mut Report<'_>) {
    match option.text() {
        Reading::Missing | Reading::Known("") => {}
        Reading::Known(name) => report.deny(
            option,
            format!("{owner} sets the SELinux {} `{}`", text::name(option), Shortened(name)),
            "Remove `user` and `role` from `seLinuxOptions`",
        ),
        Reading::Unknown => report.unknown(option, owner, "a text"),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_context, judge_spec, pointers};

    #[test]
    fn a_type_user_and_role_of_ones_own_are_a_finding_each() {
        let options = json!({"type": "spc_t", "user": "system_u", "role": "system_r", "level": "s0:c1"});
        let findings = judge_context(&CHECK, Version::LATEST, &json!({"seLinuxOptions": options}));
        let messages: Vec<_> = findings.iter().map(|(_, message)| message.as_str()).collect();
        let expected = [
            "container `web` sets the SELinux type `spc_t`",
            "container `web` sets the SELinux user `system_u`",
            "container `web` sets the SELinux role `system_r`",
        ];
        assert_eq!(messages, expected);
        let options = "/spec/containers/0/securityContext/seLinuxOptions";
        assert_eq!(pointers(findings), ["type", "user", "role"].map(|key| format!("{options}/{key}")));
    }

    #[test]
    fn the_pod_is_judged_too() {
        let spec = json!({"securityContext": {"seLinuxOptions": {"user": "root"}}});
        assert_eq!(pointers(judge_spec(&CHECK, Version::FIRST, &spec)), ["/spec/securityContext/seLinuxOptions/user"]);
    }

    #[test]
    fn types_of_containers_are_fine() {
        for kind in ["", "container_t", "container_init_t", "container_kvm_t"] {
            let options = json!({"type": kind, "user": "", "role": null, "level": "s0"});
            assert!(judge_context(&CHECK, Version::FIRST, &json!({"seLinuxOptions": options})).is_empty(), "{kind}");
        }
    }

    #[test]
    fn engines_are_allowed_from_their_version_on() {
        let context = json!({"seLinuxOptions": {"type": "container_engine_t"}});
        assert_eq!(judge_context(&CHECK, Version::minor(30), &context).len(), 1);
        assert!(judge_context(&CHECK, Version::minor(31), &context).is_empty());
    }

    #[test]
    fn unknown_shapes_are_not_let_through() {
        for options in [json!([]), json!({"type": 1}), json!({"user": {}}), json!({"role": false})] {
            assert_eq!(judge_context(&CHECK, Version::LATEST, &json!({"seLinuxOptions": options})).len(), 1, "{options}");
        }
    }
}
