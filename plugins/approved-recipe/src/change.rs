//! What an update changes.

use tollgate_sdk::Value;

use crate::compare::same;

/// The name of a member that is not as it was, apart from metadata and status.
pub(crate) fn changed<'v>(old: &'v Value<'v>, new: &'v Value<'v>) -> Option<&'v str> {
    let differs = |(name, value): &(&str, &Value<'_>)| !old.get(name).is_some_and(|old| same(old, value));
    let is_gone = |(name, _): &(&str, &Value<'_>)| new.get(name).is_none();
    told(new).find(differs).or_else(|| told(old).find(is_gone)).map(|(name, _)| name)
}

/// Whether an object is being deleted, and nothing of it changes but what keeps it from that.
pub(crate) fn only_goes_away(old: &Value<'_>, new: &Value<'_>) -> bool {
    let is_going = |object| metadata(object, "deletionTimestamp").is_some();
    let is_kept = |name| metadata(old, name) == metadata(new, name);
    is_going(old) && is_going(new) && is_kept("labels") && is_kept("annotations") && changed(old, new).is_none()
}

fn metadata<'v>(object: &'v Value<'v>, name: &str) -> Option<&'v Value<'v>> {
    object.get("metadata")?.get(name)
}

fn told<'v>(object: &'v Value<'v>) -> impl Iterator<Item = (&'v str, &'v Value<'v>)> {
    let members = match object {
        Value::Object(members) => members.as_slice(),
        _ => &[],
    };
    let members = members.iter().map(|(name, value)| (name.as_ref(), value));
    members.filter(|(name, _)| !matches!(*name, "metadata" | "status"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with<T>(old: &str, new: &str, look: impl FnOnce(&Value<'_>, &Value<'_>) -> T) -> T {
        look(&Value::read(old.as_bytes()).unwrap(), &Value::read(new.as_bytes()).unwrap())
    }

    #[test]
    fn metadata_and_status_are_no_change() {
        let old = r#"{"kind": "Pod", "metadata": {"labels": {"a": "b"}}, "spec": {"a": 1}, "status": {}}"#;
        let changed = |new: &str| with(old, new, |old, new| changed(old, new).map(ToOwned::to_owned));
        assert_eq!(changed(r#"{"spec": {"a": 1.0}, "kind": "Pod", "metadata": {}}"#), None);
        assert_eq!(changed(r#"{"kind": "Pod", "spec": {"a": 2}}"#).as_deref(), Some("spec"));
        assert_eq!(changed(r#"{"kind": "Pod"}"#).as_deref(), Some("spec"));
        assert_eq!(changed(r#"{"kind": "Pod", "spec": {"a": 1}, "data": {}}"#).as_deref(), Some("data"));
    }

    #[test]
    fn what_is_being_deleted_may_lose_what_keeps_it_and_change_in_nothing_else() {
        let old = r#"{"metadata": {"deletionTimestamp": "t", "finalizers": ["a"], "labels": {"a": "b"}}, "spec": {}}"#;
        let goes = |old: &str, new: &str| with(old, new, only_goes_away);
        assert!(goes(old, r#"{"metadata": {"deletionTimestamp": "t", "labels": {"a": "b"}}, "spec": {}}"#));
        assert!(!goes(old, r#"{"metadata": {"deletionTimestamp": "t", "labels": {"a": "c"}}, "spec": {}}"#));
        assert!(!goes(old, r#"{"metadata": {"deletionTimestamp": "t", "labels": {"a": "b"}}, "spec": {"a": 1}}"#));
        assert!(!goes(r#"{"metadata": {"finalizers": ["a"]}}"#, r#"{"metadata": {"deletionTimestamp": "t"}}"#));
    }
}
