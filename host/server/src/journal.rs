//! What the server tells its operator: one JSON object a line, on standard error.

use std::error::Error;
use std::io::Write as _;
use std::time::Duration;

use serde_json::{Map, Value, json};
use tollgate_core::admission::{AdmissionAnswer, AdmissionRequest, Ruling};
use tollgate_core::time::Timestamp;

/// Writes lines.
#[derive(Clone, Copy, Debug, Default)]
pub struct Journal {
    /// Whether what was allowed without a warning is told, too.
    pub allowed: bool,
}

impl Journal {
    /// Something that happened, with its circumstances.
    pub fn tell(&self, message: &str, fields: &[(&str, &str)]) {
        write(&line("info", message, fields.iter().map(|(key, value)| (*key, json!(value)))));
    }

    /// Something that went wrong, with everything that led to it.
    pub fn trouble(&self, message: &str, error: &dyn Error) {
        let mut why = error.to_string();
        let mut next = error.source();
        while let Some(source) = next {
            why.push_str(": ");
            why.push_str(&source.to_string());
            next = source.source();
        }
        write(&line("error", message, [("error", json!(why))].into_iter()));
    }

    /// An answer to a cluster.
    pub(crate) fn answered(&self, request: &AdmissionRequest, answer: &AdmissionAnswer, took: Duration) {
        if answer.ruling == Ruling::Allowed && answer.warnings.is_empty() && !self.allowed {
            return;
        }
        write(&answered(request, answer, took));
    }
}

fn answered(request: &AdmissionRequest, answer: &AdmissionAnswer, took: Duration) -> Value {
    let level = match answer.ruling {
        // Somebody should look, whoever it was.
        Ruling::Allowed if answer.broken_glass.is_some() => "alert",
        Ruling::Allowed if answer.warnings.is_empty() => "info",
        Ruling::Allowed | Ruling::Denied => "warn",
        Ruling::Error => "error",
    };
    let mut fields = vec![
        ("decision", json!(request.uid)),
        ("operation", json!(request.operation.word())),
        ("subject", json!(request.subject())),
        ("user", json!(request.requester.username)),
        ("dryRun", json!(request.dry_run)),
        ("ruling", json!(answer.ruling.word())),
        ("milliseconds", json!((took.as_secs_f64() * 100_000.0).round() / 100.0)),
    ];
    if !answer.message.is_empty() {
        fields.push(("why", json!(answer.message)));
    }
    if !answer.warnings.is_empty() {
        fields.push(("warnings", json!(answer.warnings)));
    }
    fields.extend(answer.audit.iter().map(|(key, value)| (*key, json!(value))));
    line(level, "admission", fields.into_iter())
}

fn line<'a>(level: &str, message: &str, fields: impl Iterator<Item = (&'a str, Value)>) -> Value {
    let mut members = Map::new();
    members.insert("time".to_owned(), json!(Timestamp::now().to_string()));
    members.insert("level".to_owned(), json!(level));
    members.insert("message".to_owned(), json!(message));
    members.extend(fields.map(|(key, value)| (key.to_owned(), value)));
    Value::Object(members)
}

fn write(line: &Value) {
    let mut text = line.to_string();
    text.push('\n');
    // Who closed standard error does not want to know.
    let _written = std::io::stderr().lock().write_all(text.as_bytes());
}

#[cfg(test)]
mod tests {
    use tollgate_core::admission::{Operation, Requester};

    use super::*;

    #[test]
    fn a_denial_is_told_with_its_decision_and_who_asked_and_never_with_the_object() {
        let request = AdmissionRequest {
            uid: "705ab4f5".to_owned(),
            operation: Operation::Create,
            api_version: "v1".to_owned(),
            kind: "Secret".to_owned(),
            resource: "secrets".to_owned(),
            sub_resource: None,
            namespace: Some("shop".to_owned()),
            name: "db".to_owned(),
            requester: Requester { username: "dev@example.com".to_owned(), groups: Vec::new() },
            dry_run: false,
            object: Some(std::sync::Arc::from(&b"hunter2"[..])),
            old_object: None,
        };
        let told = answered(&request, &AdmissionAnswer::unasked(Ruling::Denied, "no".to_owned()), Duration::from_micros(1_234));
        assert_eq!(
            (&told["level"], &told["decision"], &told["user"]),
            (&json!("warn"), &json!("705ab4f5"), &json!("dev@example.com"))
        );
        assert_eq!((&told["subject"], &told["milliseconds"], &told["why"]), (&json!("Secret shop/db"), &json!(1.23), &json!("no")));
        assert!(!told.to_string().contains("hunter2"));
    }
}
