//! What a rule of a role grants (Kubernetes API, `PolicyRule`).

use tollgate_sdk::Node;

use crate::object::Object;
use crate::report::{Judged, Report, Unknown};

/// Texts of a list, with where they stand.
pub(crate) type Texts<'a> = Vec<(&'a str, Node<'a>)>;

/// One rule of a Role or ClusterRole.
#[derive(Debug)]
pub(crate) struct Access<'a> {
    pub(crate) node: Node<'a>,
    pub(crate) verbs: Texts<'a>,
    pub(crate) groups: Texts<'a>,
    pub(crate) resources: Texts<'a>,
    /// The objects that it is limited to; none where it is not limited.
    pub(crate) names: Texts<'a>,
    pub(crate) urls: Texts<'a>,
}

impl<'a> Access<'a> {
    fn read(node: &Node<'a>, report: &mut Report<'_>) -> Result<Self, Unknown> {
        Ok(Self {
            node: node.clone(),
            verbs: report.texts(node, &["verbs"])?,
            groups: report.texts(node, &["apiGroups"])?,
            resources: report.texts(node, &["resources"])?,
            names: report.texts(node, &["resourceNames"])?,
            urls: report.texts(node, &["nonResourceURLs"])?,
        })
    }

    /// Whether it grants one of these verbs on one of these resources (`pods`, `pods/exec`) of one of these groups.
    pub(crate) fn grants(&self, verbs: &[&str], groups: &[&str], resources: &[&str]) -> bool {
        let holds = |texts: &Texts<'_>, wanted: &[&str]| texts.iter().any(|(text, _)| *text == "*" || wanted.contains(text));
        let is_subresource = |text: &str| {
            let subresource = text.strip_prefix('*').filter(|rest| rest.starts_with('/'));
            subresource.is_some_and(|subresource| resources.iter().any(|resource| resource.ends_with(subresource)))
        };
        let holds_resource = holds(&self.resources, resources) || self.resources.iter().any(|(text, _)| is_subresource(text));
        holds(&self.verbs, verbs) && holds(&self.groups, groups) && holds_resource
    }
}

/// Judges each rule of a role.
pub(crate) fn each<'a>(
    object: &Object<'a>,
    report: &mut Report<'_>,
    mut judge: impl FnMut(&mut Report<'_>, &Access<'a>),
) -> Judged {
    report.each(&object.root, &["rules"], |report, node| {
        let access = Access::read(node, report)?;
        judge(report, &access);
        Ok(())
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tollgate_sdk::{Document, Findings};

    use super::*;
    use crate::checks::CHECKS;

    fn grants(verbs: &[&str], groups: &[&str], resources: &[&str]) -> bool {
        let rule = json!({"verbs": verbs, "apiGroups": groups, "resources": resources}).to_string();
        let document = Document::read(0, "", rule.as_bytes()).unwrap();
        let mut findings = Findings::default();
        let access = Access::read(&document.root(), &mut Report::new(&CHECKS[0].rule, &mut findings)).unwrap();
        access.grants(&["create"], &["", "metrics.k8s.io"], &["pods/exec"])
    }

    #[test]
    fn a_star_stands_for_everything_as_it_does_for_the_api_server() {
        assert!(grants(&["get", "create"], &[""], &["pods", "pods/exec"]));
        assert!(grants(&["*"], &["*"], &["*"]));
        assert!(grants(&["create"], &["metrics.k8s.io"], &["*/exec"]));
        assert!(!grants(&["get"], &[""], &["pods/exec"]));
        assert!(!grants(&["create"], &["apps"], &["pods/exec"]));
        assert!(!grants(&["create"], &[""], &["pods"]));
        assert!(!grants(&["create"], &[""], &["*/log"]));
        assert!(!grants(&["create"], &[], &["*"]));
        assert!(!grants(&["create"], &[""], &["pods*"]), "a star within a name stands for nothing");
    }
}
