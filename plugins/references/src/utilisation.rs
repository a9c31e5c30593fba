//! What HorizontalPodAutoscalers measure against requests.

use tollgate_sdk::Node;

use crate::object::Object;
use crate::reader::Reader;

/// A resource whose use is measured in percent of what is requested.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measured<'a> {
    pub(crate) resource: &'a str,
    /// The only container that counts, if not all do.
    pub(crate) container: Option<&'a str>,
}

const CPU: Measured<'static> = Measured { resource: "cpu", container: None };

/// What an autoscaler measures so. Where it names nothing to measure, it is the CPU (Kubernetes API,
/// `HorizontalPodAutoscalerSpec`).
pub(crate) fn measured<'a>(scaler: Object<'a>, reader: &Reader) -> Vec<Measured<'a>> {
    if (scaler.group(), scaler.kind()) != ("autoscaling", "HorizontalPodAutoscaler") {
        return Vec::new();
    }
    let metrics = reader.each(&scaler.root(), &["spec", "metrics", "*"]);
    if metrics.is_empty() || scaler.api_version() == "autoscaling/v1" {
        return vec![CPU];
    }
    metrics.iter().filter_map(|metric| of_metric(metric, reader)).collect()
}

fn of_metric<'a>(metric: &Node<'a>, reader: &Reader) -> Option<Measured<'a>> {
    reader.object(metric);
    let (source, is_of_one) = match reader.text(&metric.get("type"))? {
        "Resource" => (metric.get("resource"), false),
        "ContainerResource" => (metric.get("containerResource"), true),
        _ => return None,
    };
    reader.object(&source);
    let resource = reader.text(&source.get("name"))?;
    let container = if is_of_one { Some(reader.text(&source.get("container"))?) } else { None };
    is_percentage(&source, reader).then_some(Measured { resource, container })
}

fn is_percentage(source: &Node<'_>, reader: &Reader) -> bool {
    let target = source.get("target");
    reader.object(&target);
    // The second is how `v2beta1` writes it.
    reader.text(&target.get("type")) == Some("Utilization") || source.get("targetAverageUtilization").exists()
}

#[cfg(test)]
mod tests {
    use super::*;
    use tollgate_sdk::{Document, Level, Rule, Severity};

    static RULE: Rule = Rule { id: "any", title: "", help: "", level: Level::Note, severity: Severity::Info, controls: &[] };

    fn resources(version: &str, spec: &str) -> Vec<String> {
        let body = format!(r#"{{"apiVersion": "autoscaling/{version}", "kind": "HorizontalPodAutoscaler", "spec": {{{spec}}}}}"#);
        let document = Document::read(0, "", body.as_bytes()).unwrap();
        let measured = measured(Object::of(&document), &Reader::new(&RULE));
        measured.iter().map(|measured| measured.resource.to_owned()).collect()
    }

    #[test]
    fn the_cpu_is_measured_where_nothing_is_said_and_always_in_the_first_version() {
        assert_eq!(resources("v1", r#""targetCPUUtilizationPercentage": 50"#), ["cpu"]);
        assert_eq!(resources("v1", ""), ["cpu"]);
        assert_eq!(resources("v2", ""), ["cpu"]);
        assert_eq!(resources("v2", r#""metrics": []"#), ["cpu"]);
    }

    #[test]
    fn only_percentages_are_measured_against_requests() {
        let metric = |source: &str| format!(r#""metrics": [{{"type": "Resource", "resource": {{"name": "memory", {source}}}}}]"#);
        assert_eq!(resources("v2", &metric(r#""target": {"type": "Utilization", "averageUtilization": 1}"#)), ["memory"]);
        assert_eq!(resources("v2beta1", &metric(r#""targetAverageUtilization": 1"#)), ["memory"]);
        assert!(resources("v2", &metric(r#""target": {"type": "AverageValue", "averageValue": "1Gi"}"#)).is_empty());
        assert!(resources("v2", r#""metrics": [{"type": "External", "external": {}}]"#).is_empty());
    }
}
