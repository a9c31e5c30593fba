//! Which hosts an Ingress serves, and how.

use tollgate_sdk::{Level, Node, Rule, Severity};

use crate::check::{Check, Judge};
use crate::object::{Kind, Object};
use crate::report::{Judged, Report, Unknown};
use crate::settings::Settings;

pub(crate) static TLS: Check = Check {
    rule: Rule {
        id: "ingress-tls",
        title: "Ingress serves its hosts over TLS",
        help: include_str!("../../rules/ingress-tls.md"),
        level: Level::Warn,
        severity: Severity::Medium,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::Ingress], tls)],
};

pub(crate) static WILDCARD: Check = Check {
    rule: Rule {
        id: "ingress-wildcard-host",
        title: "Ingress names its hosts",
        help: include_str!("../../rules/ingress-wildcard-host.md"),
        level: Level::Note,
        severity: Severity::Low,
        controls: &[],
    },
    judges: &[Judge::Object(&[Kind::Ingress], wildcard)],
};

/// What `spec.tls` secures.
#[derive(Debug, Default)]
struct Secured<'a> {
    hosts: Vec<&'a str>,
    /// An entry without hosts secures all of them.
    all: bool,
}

fn tls(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    let spec = report.walk(&object.root, &["spec"])?;
    let secured = secured(&spec, report)?;
    if secured.hosts.is_empty() && !secured.all {
        let message = format!("{} serves without TLS, so everybody on the way reads along", object.label());
        report.find(&spec.get("tls"), message, "Set `spec.tls` to the hosts and to the Secret with their certificate");
        return report.each(&spec, &["rules"], |report, rule| report.text(rule, &["host"]).map(drop));
    }
    report.each(&spec, &["rules"], |report, rule| {
        let host = report.text(rule, &["host"])?.unwrap_or_default();
        if !host.is_empty() && !secured.covers(host) {
            let message = format!("{} serves `{host}` without TLS", object.label());
            report.find(&rule.get("host"), message, "Add the host to `spec.tls`");
        }
        Ok(())
    })
}

fn secured<'a>(spec: &Node<'a>, report: &mut Report<'_>) -> Result<Secured<'a>, Unknown> {
    let mut secured = Secured::default();
    report.each(spec, &["tls"], |report, entry| {
        let hosts = report.texts(entry, &["hosts"])?;
        secured.all |= hosts.is_empty();
        secured.hosts.extend(hosts.iter().map(|(host, _)| *host));
        Ok(())
    })?;
    Ok(secured)
}

impl Secured<'_> {
    /// A `*` stands for the first label of a host alone.
    fn covers(&self, host: &str) -> bool {
        let parent = host.split_once('.').map(|(_, parent)| parent);
        let covers = |secured: &&str| {
            let wildcard = secured.strip_prefix("*.");
            secured.eq_ignore_ascii_case(host)
                || wildcard.zip(parent).is_some_and(|(wildcard, parent)| wildcard.eq_ignore_ascii_case(parent))
        };
        self.all || self.hosts.iter().any(covers)
    }
}

fn wildcard(object: &Object<'_>, _: &Settings, report: &mut Report<'_>) -> Judged {
    report.each(&object.root, &["spec", "rules"], |report, rule| {
        let host = report.text(rule, &["host"])?.unwrap_or_default();
        if host.is_empty() || host.starts_with('*') {
            let hosts = if host.is_empty() { "every host".to_owned() } else { format!("every host of `{host}`") };
            let message = format!("{} takes the requests for {hosts} that no other Ingress takes", object.label());
            report.find(&rule.get("host"), message, "Set `host` to the one that is served");
        }
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::checks::testing::{object, pointers};

    fn found(rule: &str, spec: &serde_json::Value) -> Vec<String> {
        pointers(rule, &object("networking.k8s.io/v1", "Ingress", spec))
    }

    #[test]
    fn an_ingress_without_tls_is_found_once() {
        for tls in [json!(null), json!([])] {
            let spec = json!({"tls": tls, "rules": [{"host": "a.example.com"}, {"host": "b.example.com"}]});
            assert_eq!(found("ingress-tls", &spec), ["/spec/tls"], "{tls}");
        }
        assert_eq!(found("ingress-tls", &json!({"defaultBackend": {}})), ["/spec/tls"]);
    }

    #[test]
    fn each_host_that_tls_leaves_out_is_found() {
        let rules = json!([{"host": "A.example.com"}, {"host": "b.example.com"}, {"host": "c.shop.example.com"}, {}]);
        let with = |hosts: serde_json::Value| found("ingress-tls", &json!({"tls": [{"hosts": hosts}], "rules": rules}));
        assert_eq!(with(json!(["a.example.com"])), ["/spec/rules/1/host", "/spec/rules/2/host"]);
        assert_eq!(with(json!(["*.example.com"])), ["/spec/rules/2/host"]);
        assert!(with(json!([])).is_empty());
    }

    #[test]
    fn hosts_that_stand_for_others_are_found() {
        let spec = json!({"rules": [{"host": "a.example.com"}, {"host": "*.example.com"}, {}, {"host": ""}]});
        assert_eq!(found("ingress-wildcard-host", &spec), ["/spec/rules/1/host", "/spec/rules/2/host", "/spec/rules/3/host"]);
    }
}
