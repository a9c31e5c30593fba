//! What can be counted, in the form that Prometheus reads (OpenMetrics 1.0).

use std::sync::atomic::AtomicU64;
use std::time::Duration;

use prometheus_client::encoding::EncodeLabelSet;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::{Registry, Unit};
use tollgate_core::admission::{AdmissionAnswer, AdmissionRequest, Freshness};

use crate::bounds::Shed;

/// From a quarter of a millisecond to the longest that a cluster waits.
const BUCKETS: [f64; 16] = [0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0];

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfRequest {
    operation: &'static str,
    ruling: &'static str,
    dry_run: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfPolicy {
    policy: String,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct OfVerdict {
    policy: String,
    verdict: &'static str,
}

#[derive(Clone, Debug, PartialEq, Eq, Hash, EncodeLabelSet)]
struct Because {
    reason: &'static str,
}

type GaugeOfBytes = Gauge<u64, AtomicU64>;

/// All that is counted.
pub(crate) struct Metrics {
    registry: Registry,
    requests: Family<OfRequest, Counter>,
    duration: Histogram,
    verdicts: Family<OfVerdict, Counter>,
    fuel: Family<OfPolicy, Counter>,
    memory: Family<OfPolicy, GaugeOfBytes>,
    refused: Family<Because, Counter>,
    broken_glass: Counter,
    unrecorded: Gauge,
    waiting: Gauge,
    pub(crate) connections: Gauge,
    pub(crate) certificate_expiry: Gauge,
    pub(crate) certificate_failures: Counter,
    ledger_age: Gauge,
    ledger_limit: Gauge,
    ledger_entries: Gauge,
}

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut metrics = Self {
            registry: Registry::with_prefix("tollgate"),
            requests: Family::default(),
            duration: Histogram::new(BUCKETS),
            verdicts: Family::default(),
            fuel: Family::default(),
            memory: Family::default(),
            refused: Family::default(),
            broken_glass: Counter::default(),
            unrecorded: Gauge::default(),
            waiting: Gauge::default(),
            connections: Gauge::default(),
            certificate_expiry: Gauge::default(),
            certificate_failures: Counter::default(),
            ledger_age: Gauge::default(),
            ledger_limit: Gauge::default(),
            ledger_entries: Gauge::default(),
        };
        metrics.register_requests();
        metrics.register_state();
        metrics
    }

    fn register_requests(&mut self) {
        let registry = &mut self.registry;
        registry.register("admission_requests", "Questions of the cluster that were answered", self.requests.clone());
        let help = "Time from the head of a request to its answer";
        registry.register_with_unit("admission_duration", help, Unit::Seconds, self.duration.clone());
        registry.register("policy_verdicts", "What policies said", self.verdicts.clone());
        registry.register("policy_fuel", "Fuel that policies used", self.fuel.clone());
        let help = "Most memory that a policy used for a question";
        registry.register_with_unit("policy_memory", help, Unit::Bytes, self.memory.clone());
        registry.register("admission_shed", "Questions that were not judged, by why", self.refused.clone());
        registry.register("admission_waiting", "Questions that wait to be judged", self.waiting.clone());
        registry.register("connections", "Open connections", self.connections.clone());
    }

    fn register_state(&mut self) {
        let registry = &mut self.registry;
        let help = "When the serving certificate ends, since the Unix epoch";
        registry.register_with_unit("certificate_expiry", help, Unit::Seconds, self.certificate_expiry.clone());
        let help = "Times that a new certificate could not be used";
        registry.register("certificate_failures", help, self.certificate_failures.clone());
        registry.register_with_unit("ledger_age", "Time since the ledger was read", Unit::Seconds, self.ledger_age.clone());
        let help = "How old what is known of the ledger may be";
        registry.register_with_unit("ledger_age_limit", help, Unit::Seconds, self.ledger_limit.clone());
        let help = "Objects that passed because somebody broke glass";
        registry.register("break_glass", help, self.broken_glass.clone());
        let help = "Broken glass that the ledger does not have yet";
        registry.register("break_glass_unrecorded", help, self.unrecorded.clone());
        registry.register("ledger_entries", "Entries of the ledger when it was read", self.ledger_entries.clone());
    }

    pub(crate) fn answered(&self, request: &AdmissionRequest, answer: &AdmissionAnswer, took: Duration) {
        let dry_run = if request.dry_run { "true" } else { "false" };
        let labels = OfRequest { operation: request.operation.word(), ruling: answer.ruling.word(), dry_run };
        self.requests.get_or_create(&labels).inc();
        self.duration.observe(took.as_secs_f64());
        if answer.broken_glass.is_some() && !request.dry_run {
            self.broken_glass.inc();
        }
        for said in &answer.policies {
            let policy = said.policy.clone();
            self.verdicts.get_or_create(&OfVerdict { policy: policy.clone(), verdict: said.verdict }).inc();
            self.fuel.get_or_create(&OfPolicy { policy: policy.clone() }).inc_by(said.fuel);
            let peak = self.memory.get_or_create(&OfPolicy { policy });
            if said.memory > peak.get() {
                peak.set(said.memory);
            }
        }
    }

    pub(crate) fn shed(&self, why: Shed) {
        self.count_refused(why.word());
    }

    /// A body that is no question, or too long for one.
    pub(crate) fn count_refused(&self, reason: &'static str) {
        self.refused.get_or_create(&Because { reason }).inc();
    }

    /// Everything, as it is now.
    pub(crate) fn text(&self, waiting: usize, freshness: &Freshness) -> String {
        let number = |number: u64| i64::try_from(number).unwrap_or(i64::MAX);
        self.waiting.set(number(waiting as u64));
        self.ledger_age.set(number(freshness.age));
        self.ledger_limit.set(number(freshness.limit));
        self.ledger_entries.set(number(freshness.entries));
        self.unrecorded.set(number(freshness.unrecorded));
        let mut text = String::new();
        // Writing to a string does not fail.
        let _written = encode(&mut text, &self.registry);
        text
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::admission::{Operation, PolicyAnswer, Requester, Ruling};

    use super::*;

    fn mk_request() -> AdmissionRequest {
        AdmissionRequest {
            uid: "1".to_owned(),
            operation: Operation::Create,
            api_version: "v1".to_owned(),
            kind: "Pod".to_owned(),
            resource: "pods".to_owned(),
            sub_resource: None,
            namespace: None,
            name: "a".to_owned(),
            requester: Requester::default(),
            dry_run: true,
            object: None,
            old_object: None,
        }
    }

    #[test]
    fn what_was_answered_is_counted_by_operation_ruling_and_policy() {
        let metrics = Metrics::new();
        let policy = |memory| PolicyAnswer { policy: "image-pinned".to_owned(), verdict: "fail", fuel: 5, memory };
        for memory in [300, 200] {
            let answer =
                AdmissionAnswer { policies: vec![policy(memory)], ..AdmissionAnswer::unasked(Ruling::Denied, String::new()) };
            metrics.answered(&mk_request(), &answer, Duration::from_millis(2));
        }
        metrics.shed(Shed::Full);
        let text = metrics.text(3, &Freshness { age: 4, limit: 600, entries: 9, failure: None, unrecorded: 1 });
        for line in [
            r#"tollgate_admission_requests_total{operation="CREATE",ruling="denied",dry_run="true"} 2"#,
            r#"tollgate_policy_verdicts_total{policy="image-pinned",verdict="fail"} 2"#,
            r#"tollgate_policy_fuel_total{policy="image-pinned"} 10"#,
            r#"tollgate_policy_memory_bytes{policy="image-pinned"} 300"#,
            r#"tollgate_admission_shed_total{reason="queue-full"} 1"#,
            r#"tollgate_admission_duration_seconds_bucket{le="0.0025"} 2"#,
            "tollgate_admission_waiting 3",
            "tollgate_ledger_age_seconds 4",
            "tollgate_ledger_age_limit_seconds 600",
            "tollgate_ledger_entries 9",
        ] {
            assert!(text.lines().any(|said| said == line), "{line} is not in:\n{text}");
        }
    }
}
