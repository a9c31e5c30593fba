//! What a rule has to say of many things at once.

use tollgate_sdk::{Finding, Level, Rule};

use crate::set::Set;

/// How many things a rule names one by one before it sums up: a plugin has room for a thousand findings in all, and an answer
/// that does not fit is an error and no answer.
const NAMED: usize = 50;

/// All findings that deny, and of the others as many as there is room for; the last then says how many more there are.
pub(crate) fn fit(rule: &'static Rule, findings: Vec<Finding>, set: &Set<'_>) -> Vec<Finding> {
    let (mut fitting, mut others): (Vec<_>, Vec<_>) = findings.into_iter().partition(|finding| finding.level() == Level::Deny);
    let rest = others.split_off(others.len().min(NAMED));
    fitting.append(&mut others);
    fitting.extend(rest.first().and_then(|first| sum_up(rule, first, rest.len(), set)));
    fitting
}

fn sum_up(rule: &'static Rule, first: &Finding, count: usize, set: &Set<'_>) -> Option<Finding> {
    let object = set.objects().iter().find(|object| object.id() == first.document())?;
    let message =
        format!("{count} more findings of this rule are not listed, the first of them in {}: {}", object.label(), first.message());
    Some(rule.at(&object.root(), message).fix("Mend those that are listed, and check again").at_level(first.level()))
}

#[cfg(test)]
mod tests {
    use crate::References;
    use tollgate_sdk::testing;

    #[test]
    fn a_thousand_pods_without_a_policy_are_told_in_an_answer_that_has_room() {
        let pods: Vec<String> =
            (0..1_200).map(|index| format!("{{apiVersion: v1, kind: Pod, metadata: {{name: p{index}}}}}")).collect();
        let findings = testing::check::<References>("{}", &pods.join("\n---\n"));
        assert_eq!(findings.len(), super::NAMED + 1);
        let last = findings.last().unwrap();
        assert!(last.message().starts_with("1150 more findings of this rule are not listed, the first of them in Pod `p50`"));
    }

    #[test]
    fn what_denies_is_never_left_out() {
        let service =
            "{apiVersion: networking.k8s.io/v1, kind: Ingress, metadata: {name: web}, spec: {rules: [{http: {paths: [PATHS]}}]}}";
        let paths: Vec<String> =
            (0..100).map(|index| format!("{{backend: {{service: {{name: s{index}, port: {{number: 80}}}}}}}}")).collect();
        let findings = testing::check::<References>("{}", &service.replace("PATHS", &paths.join(", ")));
        assert_eq!(findings.len(), 100);
    }
}
