//! When objects of some kinds are healthy, as the target says in CEL.

use cel::{Context, Program, Value as Answer};
use serde_json::Value;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::pipeline::HealthRule;

use super::Health;

/// The rules of a target.
#[derive(Debug, Default)]
pub(in crate::kubernetes) struct Rules {
    all: Vec<Rule>,
}

/// The compiled expressions of one kind.
#[derive(Debug)]
struct Rule {
    api_version: String,
    kind: String,
    current: Program,
    in_progress: Option<Program>,
    failed: Option<Program>,
}

/// An expression that is none.
#[derive(Debug, thiserror::Error)]
#[error("`{expression}` is no expression in CEL: {reason}")]
pub(in crate::kubernetes) struct BadRule {
    expression: String,
    reason: String,
}

impl Rules {
    /// Compiles all expressions.
    ///
    /// # Errors
    /// For the first that is none.
    pub(in crate::kubernetes) fn compile(rules: &[HealthRule]) -> Result<Self, BadRule> {
        let rule = |rule: &HealthRule| {
            Ok(Rule {
                api_version: rule.api_version.clone(),
                kind: rule.kind.clone(),
                current: program(&rule.current)?,
                in_progress: rule.in_progress.as_deref().map(program).transpose()?,
                failed: rule.failed.as_deref().map(program).transpose()?,
            })
        };
        Ok(Self { all: rules.iter().map(rule).collect::<Result<_, _>>()? })
    }

    /// How it is with an object; nothing where no rule is about its kind.
    pub(super) fn of(&self, identity: &ObjectIdentity, object: &Value) -> Option<Health> {
        let rule = self.all.iter().find(|rule| rule.api_version == identity.api_version && rule.kind == identity.kind)?;
        Some(rule.of(object))
    }
}

impl Rule {
    fn of(&self, object: &Value) -> Health {
        let is = |program: &Option<Program>| program.as_ref().is_some_and(|program| ask(program, object) == Ok(true));
        if is(&self.failed) {
            return Health::Failed("its rule `failed` holds".to_owned());
        }
        if is(&self.in_progress) {
            return Health::progressing("its rule `inProgress` holds");
        }
        match ask(&self.current, object) {
            Ok(true) => Health::Current,
            Ok(false) => Health::progressing("its rule `current` does not hold"),
            Err(reason) => Health::progressing(format!("its rule `current` can't be told: {reason}")),
        }
    }
}

fn program(expression: &str) -> Result<Program, BadRule> {
    Program::compile(expression).map_err(|error| BadRule { expression: expression.to_owned(), reason: error.to_string() })
}

/// Whether an expression holds for an object, whose fields are its variables.
fn ask(program: &Program, object: &Value) -> Result<bool, String> {
    let mut context = Context::default();
    for (field, value) in object.as_object().into_iter().flatten() {
        context.add_variable(field.clone(), value.clone()).map_err(|error| error.to_string())?;
    }
    match program.execute(&context) {
        Ok(Answer::Bool(answer)) => Ok(answer),
        Ok(_) => Err("it says neither true nor false".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn mk_rules(current: &str, in_progress: Option<&str>, failed: Option<&str>) -> Rules {
        let owned = |text: &str| text.to_owned();
        let (in_progress, failed) = (in_progress.map(owned), failed.map(owned));
        let (api_version, kind) = ("example.com/v1".to_owned(), "Database".to_owned());
        Rules::compile(&[HealthRule { api_version, kind, current: current.to_owned(), in_progress, failed }]).unwrap()
    }

    fn of(rules: &Rules, object: &Value) -> Option<Health> {
        let (api_version, kind, name) = ("example.com/v1".to_owned(), "Database".to_owned(), "orders".to_owned());
        rules.of(&ObjectIdentity { api_version, kind, namespace: None, name }, object)
    }

    #[test]
    fn an_object_is_what_its_rules_say_and_failed_says_it_last() {
        let rules = mk_rules("status.phase == 'Running'", Some("status.restoring"), Some("status.phase in ['Broken', 'Lost']"));
        let health = |status: Value| of(&rules, &json!({"status": status})).unwrap();
        assert_eq!(health(json!({"phase": "Running", "restoring": false})), Health::Current);
        assert!(matches!(health(json!({"phase": "Running", "restoring": true})), Health::Progressing(_)));
        assert!(matches!(health(json!({"phase": "Lost", "restoring": true})), Health::Failed(_)));
        assert!(matches!(health(json!({"phase": "Starting"})), Health::Progressing(_)));
    }

    #[test]
    fn conditions_can_be_looked_through() {
        let rules = mk_rules("status.conditions.exists(c, c.type == 'Synced' && c.status == 'True')", None, None);
        let object =
            |status: &str| json!({"status": {"conditions": [{"type": "A", "status": "x"}, {"type": "Synced", "status": status}]}});
        assert_eq!(of(&rules, &object("True")), Some(Health::Current));
        assert!(matches!(of(&rules, &object("False")), Some(Health::Progressing(_))));
    }

    #[test]
    fn what_can_not_be_told_is_waited_for() {
        let rules = mk_rules("status.phase", None, Some("status.gone.deeply == 1"));
        for object in [json!({}), json!({"status": {}}), json!({"status": {"phase": "Running"}})] {
            assert!(matches!(of(&rules, &object), Some(Health::Progressing(_))), "{object}");
        }
    }

    #[test]
    fn other_kinds_have_no_rule_and_what_is_no_expression_is_refused() {
        let rules = mk_rules("true", None, None);
        let identity = ObjectIdentity { api_version: "v1".into(), kind: "Pod".into(), namespace: None, name: "a".into() };
        assert_eq!(rules.of(&identity, &json!({})), None);
        let bad =
            HealthRule { api_version: "v1".into(), kind: "Pod".into(), current: "status.".into(), in_progress: None, failed: None };
        assert!(Rules::compile(&[bad]).unwrap_err().to_string().starts_with("`status.` is no expression"));
    }
}
