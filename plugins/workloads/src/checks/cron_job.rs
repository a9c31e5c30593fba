//! When runs of a CronJob are left out.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static DEADLINE: Check = Check {
    rule: Rule {
        id: "cron-job-deadline",
        title: "CronJob leaves out runs that come too late",
        help: include_str!("../../rules/cron-job-deadline.md"),
        level: Level::Note,
        severity: Severity::Low,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::CronJob], deadline)],
};

pub(crate) static CONCURRENCY: Check = Check {
    rule: Rule {
        id: "concurrency-policy",
        title: "CronJob says what happens to runs that overlap",
        help: include_str!("../../rules/concurrency-policy.md"),
        level: Level::Note,
        severity: Severity::Low,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::CronJob], concurrency)],
};

/// The controller looks every 10 seconds, so a shorter deadline may leave out every run.
const SHORTEST: i64 = 10;

fn deadline(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    const PATH: [&str; 2] = ["spec", "startingDeadlineSeconds"];
    let message = match report.count(&object.root, &PATH)? {
        None => format!("{} starts runs that it missed however late they are", object.label()),
        Some(seconds) if seconds < SHORTEST => {
            format!("{} leaves out runs that are {seconds} seconds late, which each may be", object.label())
        }
        Some(_) => return Ok(()),
    };
    report.find(&object.root.walk(&PATH), message, "Set `spec.startingDeadlineSeconds` to how late a run may start");
    Ok(())
}

fn concurrency(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    const PATH: [&str; 2] = ["spec", "concurrencyPolicy"];
    match report.text(&object.root, &PATH)? {
        Some("Forbid" | "Replace") => {}
        None | Some("Allow") => {
            let message = format!("{} lets runs overlap, so slow ones pile up", object.label());
            report.find(&object.root.walk(&PATH), message, "Set `spec.concurrencyPolicy` to `Forbid` or `Replace`");
        }
        Some(_) => return Err(report.unknown(&object.root.walk(&PATH))),
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{found_with, object, pointers};

    fn found(rule: &str, spec: &serde_json::Value) -> Vec<String> {
        pointers(rule, &object("batch/v1", "CronJob", spec))
    }

    #[test]
    fn a_deadline_must_be_there_and_longer_than_the_controller_sleeps() {
        let place = "/spec/startingDeadlineSeconds";
        assert_eq!(found("cron-job-deadline", &json!({})), [place]);
        assert_eq!(found("cron-job-deadline", &json!({"startingDeadlineSeconds": 9})), [place]);
        assert!(found("cron-job-deadline", &json!({"startingDeadlineSeconds": 10})).is_empty());
        let short = object("batch/v1", "CronJob", &json!({"startingDeadlineSeconds": 1}));
        let message = &found_with("{}", "cron-job-deadline", &short)[0].1;
        assert_eq!(message, "CronJob `cart` leaves out runs that are 1 seconds late, which each may be");
    }

    #[test]
    fn runs_that_overlap_are_found_and_unknown_words_too() {
        for policy in [json!(null), json!("Allow"), json!("forbid")] {
            assert_eq!(found("concurrency-policy", &json!({"concurrencyPolicy": policy})), ["/spec/concurrencyPolicy"], "{policy}");
        }
        for policy in ["Forbid", "Replace"] {
            assert!(found("concurrency-policy", &json!({"concurrencyPolicy": policy})).is_empty());
        }
    }
}
