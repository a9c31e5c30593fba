//! `status.conditions`.

use serde_json::Value;

/// What a condition is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Truth {
    True,
    False,
    Unknown,
}

/// The conditions of an object.
pub(super) struct Conditions<'a> {
    all: &'a [Value],
}

impl<'a> Conditions<'a> {
    pub(super) fn of(object: &'a Value) -> Self {
        let all = object.pointer("/status/conditions").and_then(Value::as_array);
        Self { all: all.map_or(&[], Vec::as_slice) }
    }

    fn find(&self, name: &str) -> Option<&'a Value> {
        self.all.iter().find(|condition| condition["type"] == name)
    }

    pub(super) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    pub(super) fn is(&self, name: &str, truth: Truth) -> bool {
        self.find(name).is_some_and(|condition| match condition["status"].as_str() {
            Some("True") => truth == Truth::True,
            Some("False") => truth == Truth::False,
            _ => truth == Truth::Unknown,
        })
    }

    pub(super) fn reason(&self, name: &str) -> Option<&'a str> {
        self.find(name).and_then(|condition| condition["reason"].as_str())
    }

    /// What a condition says to people: `NewReplicaSetAvailable: ReplicaSet "cart" has successfully progressed.`
    pub(super) fn told(&self, name: &str) -> String {
        let Some(condition) = self.find(name) else { return format!("it has no condition `{name}` yet") };
        let text = |member: &str| condition[member].as_str().filter(|text| !text.is_empty());
        match (text("reason"), text("message")) {
            (Some(reason), Some(message)) => format!("{reason}: {message}"),
            (Some(text), None) | (None, Some(text)) => text.to_owned(),
            (None, None) => format!("`{name}` is {}", condition["status"].as_str().unwrap_or("unknown")),
        }
    }
}
