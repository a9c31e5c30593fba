//! Ports of containers and Services.

use tollgate_sdk::Node;
use tollgate_sdk::workload::Container;

use crate::object::Object;
use crate::report::{Judged, Report, Unknown};

/// A port of a container or of a Service.
#[derive(Debug)]
pub(crate) struct Port<'a> {
    pub(crate) number: i64,
    /// `TCP` where the manifest leaves it out, as the API server makes it.
    pub(crate) protocol: &'a str,
    pub(crate) name: Option<&'a str>,
    /// Where its number stands.
    pub(crate) place: Node<'a>,
    pub(crate) node: Node<'a>,
}

/// Judges each port of a container.
pub(crate) fn each<'a>(
    container: &Container<'a>,
    report: &mut Report<'_>,
    mut judge: impl FnMut(&mut Report<'_>, &Port<'a>),
) -> Judged {
    report.each(container.node(), &["ports"], |report, node| {
        let port = read(node, "containerPort", report)?;
        judge(report, &port);
        Ok(())
    })
}

/// Judges each port of a Service.
pub(crate) fn each_of_service<'a>(
    service: &Object<'a>,
    report: &mut Report<'_>,
    mut judge: impl FnMut(&mut Report<'_>, &Port<'a>),
) -> Judged {
    report.each(&service.root, &["spec", "ports"], |report, node| {
        let port = read(node, "port", report)?;
        judge(report, &port);
        Ok(())
    })
}

fn read<'a>(node: &Node<'a>, key: &'static str, report: &mut Report<'_>) -> Result<Port<'a>, Unknown> {
    let place = node.get(key);
    let number = report.count(node, &[key])?.filter(|number| (1..=65_535).contains(number));
    let number = number.ok_or_else(|| report.unknown(&place))?;
    let protocol = report.text(node, &["protocol"])?.unwrap_or("TCP");
    if !matches!(protocol, "TCP" | "UDP" | "SCTP") {
        return Err(report.unknown(&node.get("protocol")));
    }
    Ok(Port { number, protocol, name: report.text(node, &["name"])?, place, node: node.clone() })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{container, object, pointers};

    #[test]
    fn what_is_no_port_is_not_let_through() {
        for port in
            [json!({}), json!({"containerPort": 0}), json!({"containerPort": 65_536}), json!({"containerPort": "80"}), json!("80")]
        {
            assert_eq!(pointers("privileged-port", &container(&json!({"ports": [port]}))).len(), 1, "{port}");
        }
        let odd = json!({"containerPort": 80, "protocol": "tcp"});
        let expected = ["/spec/containers/0/ports/0/protocol"];
        assert_eq!(pointers("privileged-port", &container(&json!({"ports": [odd]}))), expected);
        let service = object("v1", "Service", &json!({"ports": [{"port": "http"}, {"port": 80, "name": 1}]}));
        assert_eq!(pointers("ssh-port", &service), ["/spec/ports/0/port", "/spec/ports/1/name"]);
    }
}
