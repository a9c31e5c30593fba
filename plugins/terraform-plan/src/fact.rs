//! What a single attribute says of a resource.

use tollgate_sdk::{Finding, Level, Rule, Value};

use crate::attribute::{Attribute, State};
use crate::ingress::world::is_world;
use crate::resource::Resource;

/// A value that is wrong in resources of some types.
#[derive(Debug)]
pub(crate) struct Fact {
    kinds: &'static [&'static str],
    /// The blocks on the way to it, and its name.
    way: &'static [&'static str],
    name: &'static str,
    wrong: Wrong,
    unset: Unset,
    unless: &'static [Unless],
    /// What the resource then does, and what to do about it.
    does: &'static str,
    fix: &'static str,
}

/// What is wrong. Of a list, each element is looked at.
#[derive(Debug)]
pub(crate) enum Wrong {
    Is(bool),
    Word(&'static [&'static str]),
    /// A network that everybody is in.
    World,
}

/// What it is when nobody sets it.
#[derive(Debug)]
enum Unset {
    Right,
    Wrong(Level, &'static [Unless]),
}

/// What says, or may say, that it is another way.
#[derive(Debug)]
pub(crate) enum Unless {
    /// It is set.
    Set(&'static str),
    /// It is set, and to something else than this.
    OtherThan(&'static str, &'static str),
}

impl Fact {
    pub(crate) const fn new(
        kinds: &'static [&'static str],
        (way, name): (&'static [&'static str], &'static str),
        wrong: Wrong,
        does: &'static str,
        fix: &'static str,
    ) -> Self {
        Self { kinds, way, name, wrong, unset: Unset::Right, unless: &[], does, fix }
    }

    /// The same, which is wrong as well where nobody sets it.
    pub(crate) const fn or_unset(mut self, unless: &'static [Unless]) -> Self {
        self.unset = Unset::Wrong(Level::Deny, unless);
        self
    }

    /// The same, which may be wrong where nobody sets it.
    pub(crate) const fn maybe_unset(mut self, unless: &'static [Unless]) -> Self {
        self.unset = Unset::Wrong(Level::Warn, unless);
        self
    }

    /// The same, where nothing else says otherwise.
    pub(crate) const fn unless(mut self, unless: &'static [Unless]) -> Self {
        self.unless = unless;
        self
    }

    fn judge(&self, rule: &'static Rule, resource: &Resource<'_>) -> Vec<Finding> {
        if holds(self.unless, resource) {
            return Vec::new();
        }
        let mut holders = vec![resource.attributes.clone()];
        for step in self.way {
            holders = holders.iter().flat_map(|holder| holder.blocks(step)).collect();
        }
        let values = holders.iter().map(|holder| holder.get(self.name));
        values.flat_map(|value| self.judge_value(rule, resource, &value)).collect()
    }

    fn judge_value(&self, rule: &'static Rule, resource: &Resource<'_>, value: &Attribute<'_>) -> Vec<Finding> {
        if value.is_unset() {
            return self.judge_unset(rule, resource, value).into_iter().collect();
        }
        let wrong = value.values().into_iter().filter(|value| self.wrong.is(value));
        let name = self.name;
        wrong.filter_map(|value| Some(self.found(rule, resource, &value, &format!("`{name}` is `{}`", shown(&value)?)))).collect()
    }

    fn judge_unset(&self, rule: &'static Rule, resource: &Resource<'_>, value: &Attribute<'_>) -> Option<Finding> {
        match self.unset {
            Unset::Wrong(level, unless) if !holds(unless, resource) => {
                let finding = self.found(rule, resource, value, &format!("`{}` is not set", self.name));
                Some(if level == rule.level { finding } else { finding.at_level(level) })
            }
            _ => None,
        }
    }

    fn found(&self, rule: &'static Rule, resource: &Resource<'_>, value: &Attribute<'_>, because: &str) -> Finding {
        rule.at(value.node(), format!("`{}` {}: {because}", resource.address, self.does)).fix(self.fix)
    }
}

/// Judges a resource by the facts about its type.
pub(crate) fn judge(rule: &'static Rule, facts: &[Fact], resource: &Resource<'_>) -> Vec<Finding> {
    let facts = facts.iter().filter(|fact| fact.kinds.contains(&resource.kind));
    facts.flat_map(|fact| fact.judge(rule, resource)).collect()
}

fn holds(unless: &[Unless], resource: &Resource<'_>) -> bool {
    unless.iter().any(|unless| match unless {
        Unless::Set(key) => resource.may_have(key),
        Unless::OtherThan(key, word) => resource.may_have(key) && !resource.attributes.get(key).is_one_of(&[word]),
    })
}

impl Wrong {
    fn is(&self, value: &Attribute<'_>) -> bool {
        match self {
            Self::Is(flag) => value.flag() == Some(*flag),
            Self::Word(words) => value.is_one_of(words),
            Self::World => value.text().is_some_and(is_world),
        }
    }
}

/// A value as messages have it.
fn shown(value: &Attribute<'_>) -> Option<String> {
    match value.state() {
        State::Known(Value::Text(text)) => Some(text.to_string()),
        State::Known(Value::Bool(flag)) => Some(flag.to_string()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::testing::{all, messages, written};

    #[test]
    fn a_message_says_what_follows_from_which_value() {
        let of = |body| messages("{}", &written("aws_redshift_cluster", &body)).remove(0);
        let does = "`aws_redshift_cluster.a` keeps its data unencrypted";
        assert_eq!(of(json!({"encrypted": false})), format!("{does}: `encrypted` is `false`"));
        assert_eq!(of(json!({"encrypted": "false"})), format!("{does}: `encrypted` is `false`"));
        let unset = messages("{}", &written("aws_db_instance", &json!({}))).remove(0);
        assert_eq!(unset, "`aws_db_instance.a` keeps its data unencrypted: `storage_encrypted` is not set");
    }

    #[test]
    fn every_finding_says_what_to_do() {
        for kind in ["aws_db_instance", "aws_ebs_volume", "aws_s3_bucket_public_access_block"] {
            for finding in all("{}", &written(kind, &json!({}))) {
                assert!(finding.remediation().is_some_and(|fix| fix.starts_with("Set `")), "{finding:?}");
            }
        }
    }
}
