//! When an image is fetched.

use tollgate_sdk::image::ImageReference;
use tollgate_sdk::workload::Container;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "image-pull-policy",
        title: "Image that can change is fetched each time",
        help: include_str!("../../rules/image-pull-policy.md"),
        level: Level::Note,
        severity: Severity::Low,
        controls: &[],
    },
    judges: &[Judge::Container(judge)],
};

/// What no digest or commit pins can change, and so can what nobody can read.
fn judge(_: &Pod<'_>, container: &Container<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let Some(image) = report.text(container.node(), &["image"])? else { return Ok(()) };
    let policy = report.text(container.node(), &["imagePullPolicy"])?;
    if !matches!(policy, None | Some("Always" | "IfNotPresent" | "Never")) {
        return Err(report.unknown(&container.get("imagePullPolicy")));
    }
    let reference = ImageReference::parse(image);
    let is_pinned = reference.is_ok_and(|image| image.digest().is_some() || image.commit().is_some());
    // As the API server fills it in.
    let is_always =
        policy.map_or_else(|| reference.is_ok_and(|image| matches!(image.tag(), None | Some("latest"))), |it| it == "Always");
    if !is_pinned && !is_always {
        let message = format!("{} runs whichever `{image}` its node fetched once", container.label());
        let remediation = "Pin the image by its digest, or set `imagePullPolicy: Always`";
        report.find(&container.get("imagePullPolicy"), message, remediation);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{container, pointers};

    fn is_found(image: &str, policy: &serde_json::Value) -> bool {
        !pointers("image-pull-policy", &container(&json!({"image": image, "imagePullPolicy": policy}))).is_empty()
    }

    #[test]
    fn an_image_that_can_change_must_be_fetched_each_time() {
        assert!(is_found("cart:v1", &json!(null)));
        assert!(is_found("cart:v1", &json!("Never")));
        assert!(is_found("cart", &json!("IfNotPresent")));
        assert!(!is_found("cart:v1", &json!("Always")));
    }

    #[test]
    fn what_the_api_server_fills_in_counts() {
        assert!(!is_found("cart", &json!(null)));
        assert!(!is_found("cart:latest", &json!(null)));
    }

    #[test]
    fn a_pinned_image_may_stay_on_the_node() {
        let digest = format!("cart@sha256:{}", "a".repeat(64));
        let commit = format!("cart:{}", "a".repeat(40));
        assert!(!is_found(&digest, &json!("IfNotPresent")) && !is_found(&commit, &json!(null)));
    }

    #[test]
    fn what_nobody_can_read_is_not_let_through() {
        assert!(is_found("Cart:v1", &json!(null)));
        assert!(is_found(&format!("cart:{}", "a".repeat(40)), &json!("always")));
    }
}
