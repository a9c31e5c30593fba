//! How a Service is reached, and by what.

use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report};
use crate::settings::{Exposure, Settings};

pub(crate) static EXTERNAL: Check = Check {
    rule: Rule {
        id: "service-external",
        title: "Service is reached from inside the cluster alone",
        help: include_str!("../../rules/service-external.md"),
        level: Level::Note,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::Service], external)],
};

fn external(object: &Object<'_>, settings: &Settings, report: &mut Report<'_>) -> Judged {
    let place = object.root.walk(&["spec", "type"]);
    let exposure = match report.text(&object.root, &["spec", "type"])? {
        Some("NodePort") => Some((Exposure::NodePort, "on a port of every node")),
        Some("LoadBalancer") => Some((Exposure::LoadBalancer, "through a load balancer")),
        None | Some("ClusterIP" | "ExternalName") => None,
        Some(_) => return Err(report.unknown(&place)),
    };
    if let Some((_, how)) = exposure.filter(|(exposure, _)| !settings.allowed_exposure.contains(exposure)) {
        let message = format!("{} is reached from outside the cluster {how}", object.label());
        report.find(&place, message, "Set `spec.type` to `ClusterIP`, and let an Ingress or a Gateway offer it");
    }
    let addresses = report.texts(&object.root, &["spec", "externalIPs"])?;
    if !addresses.is_empty() && !settings.allowed_exposure.contains(&Exposure::ExternalIps) {
        let message = format!("{} takes the traffic of addresses that it names itself", object.label());
        report.find(&object.root.walk(&["spec", "externalIPs"]), message, "Remove `spec.externalIPs`, and use a load balancer");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{found_with, object, pointers};

    #[test]
    fn each_way_from_outside_is_found_unless_it_is_allowed() {
        let service = object("v1", "Service", &json!({"type": "NodePort", "externalIPs": ["192.0.2.1"]}));
        assert_eq!(pointers("service-external", &service), ["/spec/type", "/spec/externalIPs"]);
        let found =
            |allowed: &str| found_with(&format!(r#"{{"allowedExposure": [{allowed}]}}"#), "service-external", &service).len();
        assert_eq!([found(r#""NodePort""#), found(r#""externalIPs""#), found(r#""LoadBalancer""#)], [1, 1, 2]);
        assert_eq!(found(r#""NodePort", "externalIPs""#), 0);
    }

    #[test]
    fn a_service_of_the_cluster_is_fine_and_an_unknown_one_is_not() {
        for kind in [json!(null), json!("ClusterIP"), json!("ExternalName")] {
            assert!(pointers("service-external", &object("v1", "Service", &json!({"type": kind}))).is_empty(), "{kind}");
        }
        assert_eq!(pointers("service-external", &object("v1", "Service", &json!({"type": "nodeport"}))), ["/spec/type"]);
    }
}
