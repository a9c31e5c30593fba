//! What happens to the pod of a Job that fails.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::Kind;
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "job-restart-policy",
        title: "Pod of a Job may end",
        help: include_str!("../../rules/job-restart-policy.md"),
        level: Level::Deny,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Pod(judge)],
};

fn judge(pod: &Pod<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    if !matches!(pod.owner, Kind::Job | Kind::CronJob) {
        return Ok(());
    }
    match report.text(&pod.spec, &["restartPolicy"])? {
        Some("Never" | "OnFailure") => {}
        None | Some("Always") => {
            let message = "the pod of a Job would be restarted even when it is done, and the API refuses it";
            report.find(&pod.spec.get("restartPolicy"), message, "Set `restartPolicy` to `Never` or `OnFailure`");
        }
        Some(_) => return Err(report.unknown(&pod.spec.get("restartPolicy"))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{object, pod, pointers};

    #[test]
    fn a_job_must_not_restart_what_is_done() {
        let job = |policy: &serde_json::Value| {
            let template = json!({"spec": {"restartPolicy": policy, "containers": []}});
            pointers("job-restart-policy", &object("batch/v1", "Job", &json!({"template": template}))).len()
        };
        assert_eq!([json!(null), json!("Always"), json!("never"), json!(1)].map(|policy| job(&policy)), [1; 4]);
        assert_eq!([json!("Never"), json!("OnFailure")].map(|policy| job(&policy)), [0; 2]);
        assert!(pointers("job-restart-policy", &pod(&json!({"restartPolicy": "Always"}))).is_empty());
    }
}
