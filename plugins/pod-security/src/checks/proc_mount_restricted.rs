//! What a container sees of `/proc`, also with a user namespace of its own.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::Check;
use crate::settings::SecurityLevel;
use crate::version::Version;

use super::proc_mount::judge_all;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "proc-mount-restricted",
        title: "The usual parts of /proc stay hidden in every pod",
        help: include_str!("../../rules/proc-mount-restricted.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &["PSS-restricted/proc-mount-type"],
    },
    level: SecurityLevel::Restricted,
    since: Version::minor(35),
    judge: judge_all,
};

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::checks::testing::{judge_spec, pointers};

    #[test]
    fn a_user_namespace_is_no_exemption() {
        let spec = json!({"hostUsers": false, "containers": [{"name": "web", "securityContext": {"procMount": "Unmasked"}}]});
        assert_eq!(pointers(judge_spec(&CHECK, Version::LATEST, &spec)), ["/spec/containers/0/securityContext/procMount"]);
    }

    #[test]
    fn the_usual_masks_are_fine() {
        let spec = json!({"hostUsers": false, "containers": [{"name": "web", "securityContext": {"procMount": "Default"}}]});
        assert!(judge_spec(&CHECK, Version::LATEST, &spec).is_empty());
    }
}
