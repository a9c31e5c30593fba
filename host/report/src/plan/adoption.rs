//! What would be taken over from whoever made it.

use serde::Serialize;
use serde_json::Value;
use tollgate_core::pointer::Pointer;
use tollgate_core::render::ObjectKey;

use super::{ActionReport, ChangeReport};
use crate::clean;
use crate::style::Style;
use crate::text::summary;

/// An object that is there, and would become the target's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Adopted {
    pub object: ObjectKey,
    /// Whether its pods would be made again, because their template changes.
    pub restarts: bool,
    /// Whether anything would differ but the marks of whose it is.
    pub differs: bool,
    /// Who has set fields of it, and goes on having them.
    pub set_by: Vec<String>,
}

/// The marks of whose an object is.
const MARKS: [&str; 2] =
    ["/metadata/labels/applyset.kubernetes.io~1part-of", "/metadata/annotations/config.k8s.io~1owning-inventory"];

impl Adopted {
    pub(super) fn new(action: &ActionReport, set_by: &[String]) -> Self {
        let paths = || action.changes.iter().map(|change| change.path.as_str());
        let identity = &action.object.identity;
        let has_pods = identity.group() == "apps" && matches!(identity.kind.as_str(), "Deployment" | "StatefulSet" | "DaemonSet");
        let is_above_or_in = |path: &str| matches!(path, "" | "/spec") || path == TEMPLATE || path.starts_with("/spec/template/");
        Self {
            object: action.object.clone(),
            restarts: has_pods && paths().any(is_above_or_in),
            differs: !action.changes.iter().all(marks_only),
            set_by: set_by.to_vec(),
        }
    }

    fn told(&self) -> String {
        let what = match (self.restarts, self.differs) {
            (true, _) => "its pods are made again",
            (false, true) => "changed as above, nothing is restarted",
            (false, false) => "as it is, nothing is restarted",
        };
        let names: Vec<String> = self.set_by.iter().map(|name| format!("`{}`", clean::line(name))).collect();
        let set_by = if names.is_empty() { String::new() } else { format!("; {} has set fields of it, too", names.join(", ")) };
        format!("{}: {what}{set_by}", clean::line(&self.object.to_string()))
    }
}

/// Whether a change adds marks, and nothing else.
fn marks_only(change: &ChangeReport) -> bool {
    fn is_marks(path: &Pointer, value: &Value) -> bool {
        match value {
            Value::Object(members) => members.iter().all(|(key, value)| is_marks(&path.member(key), value)),
            _ => MARKS.contains(&path.as_str()),
        }
    }
    change.before.is_none() && change.after.as_ref().is_some_and(|after| is_marks(&change.path, after))
}

const TEMPLATE: &str = "/spec/template";

/// The list for people. What is in the way stands elsewhere, and may be there as somebody else's.
pub(super) fn text(adopted: &[Adopted], is_blocked: bool, style: Style) -> String {
    if adopted.is_empty() && is_blocked {
        return summary::list("taken over", ["nothing, as long as something is in the way".to_owned()].into_iter(), style);
    }
    if adopted.is_empty() {
        return summary::list(
            "taken over",
            ["nothing: no object of the recipe is there as somebody else's".to_owned()].into_iter(),
            style,
        );
    }
    summary::list("taken over", adopted.iter().map(Adopted::told), style)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_core::document::ObjectIdentity;
    use tollgate_core::plan::Verb;

    use super::*;

    fn mk_adopted(kind: &str, paths: &[(&str, Value)]) -> String {
        let identity = ObjectIdentity {
            api_version: "apps/v1".to_owned(),
            kind: kind.to_owned(),
            namespace: Some("shop".to_owned()),
            name: "cart".to_owned(),
        };
        let object = ObjectKey { component: "cart".to_owned(), identity };
        let change = |(path, after): &(&str, Value)| ChangeReport {
            path: path.parse().unwrap(),
            before: None,
            after: Some(after.clone()),
            secret: false,
        };
        let action = ActionReport {
            verb: Verb::Change,
            object,
            changes: paths.iter().map(change).collect(),
            takes: Vec::new(),
            by_server: Vec::new(),
        };
        text(&[Adopted::new(&action, &["kubectl".to_owned()])], false, Style::plain(120))
    }

    #[test]
    fn what_only_gets_a_mark_stays_as_it_is() {
        let annotations = json!({"config.k8s.io/owning-inventory": "x"});
        let marks = [("/metadata/labels/applyset.kubernetes.io~1part-of", json!("x")), ("/metadata/annotations", annotations)];
        let told = mk_adopted("Deployment", &marks);
        assert!(told.contains("Deployment shop/cart of cart: as it is, nothing is restarted; `kubectl` has set"), "{told}");
    }

    #[test]
    fn only_a_change_of_the_pods_restarts_them() {
        let told = |kind: &str, path: &str| mk_adopted(kind, &[(path, json!("x"))]);
        assert!(told("Deployment", "/spec/replicas").contains("changed as above, nothing is restarted"));
        assert!(told("Deployment", "/metadata/labels").contains("changed as above"));
        assert!(told("Deployment", "/spec/template/spec/containers/0/image").contains("its pods are made again"));
        assert!(told("Cart", "/spec/template/size").contains("nothing is restarted"));
    }

    #[test]
    fn that_nothing_is_taken_over_is_said() {
        assert!(text(&[], false, Style::plain(120)).contains("nothing: no object"));
        assert!(text(&[], true, Style::plain(120)).contains("as long as something is in the way"));
    }
}
