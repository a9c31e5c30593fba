//! What a plugin says of itself, checked.

use tollgate_core::evaluate::{EvaluationError, LoadError};
use tollgate_core::finding::{Level, Severity};
use tollgate_core::pointer::Pointer;
use tollgate_core::policy::{Description, Rule, SettingsError};

use crate::answer::{OutputMeter, invalid, quoted};
use crate::bindings::validator::tollgate::gate::types as wit;
use crate::phase::Phase;

/// Takes over a description.
///
/// # Errors
/// When its names are not kebab-case, two rules have one id, the schema is not JSON, or it is too long.
pub(crate) fn description(wit: wit::Description) -> Result<Description, EvaluationError> {
    measure(&wit)?;
    require_kebab_case("plugin", &wit.name)?;
    let settings_schema = serde_json::from_slice(&wit.settings_schema)
        .map_err(|error| invalid(format!("the settings' schema is not JSON: {error}")))?;
    let rules = wit.rules.into_iter().map(rule).collect::<Result<Vec<_>, _>>()?;
    require_unique(&rules)?;
    Ok(Description { name: wit.name, version: wit.version, rules, settings_schema })
}

fn measure(wit: &wit::Description) -> Result<(), EvaluationError> {
    let mut meter = OutputMeter::default();
    meter.add([wit.name.as_str(), wit.version.as_str()]);
    for rule in &wit.rules {
        meter.add([rule.id.as_str(), rule.title.as_str(), rule.help.as_str()]);
        meter.add(rule.controls.iter().map(String::as_str));
    }
    meter.finish()
}

fn rule(wit: wit::Rule) -> Result<Rule, EvaluationError> {
    require_kebab_case("rule", &wit.id)?;
    Ok(Rule {
        id: wit.id,
        title: wit.title,
        help: wit.help,
        level: level(wit.level),
        severity: severity(wit.severity),
        controls: wit.controls,
    })
}

/// A name as the contract wants it.
///
/// # Errors
/// When it is another.
pub(crate) fn require_kebab_case(what: &str, name: &str) -> Result<(), EvaluationError> {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if name.split('-').all(is_word) {
        return Ok(());
    }
    Err(invalid(format!("{what} is called {}; names are kebab-case", quoted(name))))
}

fn require_unique(rules: &[Rule]) -> Result<(), EvaluationError> {
    let mut ids: Vec<&str> = rules.iter().map(|rule| rule.id.as_str()).collect();
    ids.sort_unstable();
    match ids.windows(2).find(|pair| pair[0] == pair[1]) {
        Some(pair) => Err(invalid(format!("two rules are called {}", quoted(pair[0])))),
        None => Ok(()),
    }
}

/// Takes over a level.
pub(crate) const fn level(wit: wit::Level) -> Level {
    match wit {
        wit::Level::Deny => Level::Deny,
        wit::Level::Warn => Level::Warn,
        wit::Level::Note => Level::Note,
    }
}

const fn severity(wit: wit::Severity) -> Severity {
    match wit {
        wit::Severity::Critical => Severity::Critical,
        wit::Severity::High => Severity::High,
        wit::Severity::Medium => Severity::Medium,
        wit::Severity::Low => Severity::Low,
        wit::Severity::Info => Severity::Info,
    }
}

/// Takes over what a plugin says of settings that it refuses.
pub(crate) fn refused_settings(errors: Vec<wit::SettingsError>) -> LoadError {
    let checked = || {
        if errors.is_empty() {
            return Err(invalid("settings were refused without a reason".to_owned()));
        }
        OutputMeter::findings(errors.len())?;
        let mut meter = OutputMeter::default();
        meter.add(errors.iter().flat_map(|error| [error.pointer.as_str(), error.message.as_str()]));
        meter.finish()?;
        errors.into_iter().map(settings_error).collect::<Result<Vec<_>, _>>()
    };
    match checked() {
        Ok(errors) => LoadError::Settings { errors },
        Err(source) => LoadError::Failed { function: Phase::Configure.function(), source },
    }
}

fn settings_error(wit: wit::SettingsError) -> Result<SettingsError, EvaluationError> {
    let pointer: Pointer =
        wit.pointer.parse().map_err(|_| invalid(format!("{} is not a pointer into the settings", quoted(&wit.pointer))))?;
    Ok(SettingsError { pointer, message: wit.message })
}

/// Takes over why a plugin could not judge.
pub(crate) fn plugin_error(wit: wit::PluginError) -> EvaluationError {
    let (kind, words) = match wit {
        wit::PluginError::BadInput(words) => ("bad input", words),
        wit::PluginError::Missing(words) => ("missing", words),
        wit::PluginError::Internal(words) => ("internal error", words),
    };
    let shown = &words[..words.floor_char_boundary(SHOWN)];
    EvaluationError::Plugin { reason: format!("{kind}: {shown}") }
}

/// Bytes of a plugin's own explanation that are shown.
const SHOWN: usize = 4 * 1024;

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_rule(id: &str) -> wit::Rule {
        wit::Rule {
            id: id.to_owned(),
            title: "A title".to_owned(),
            help: "Help.".to_owned(),
            level: wit::Level::Deny,
            severity: wit::Severity::High,
            controls: vec!["CIS-5.4.1".to_owned()],
        }
    }

    fn mk_description(rules: &[&str], schema: &str) -> wit::Description {
        wit::Description {
            name: "image-pinned".to_owned(),
            version: "0.1.0".to_owned(),
            rules: rules.iter().map(|id| mk_rule(id)).collect(),
            settings_schema: schema.as_bytes().to_vec(),
        }
    }

    fn reason(result: Result<Description, EvaluationError>) -> String {
        result.unwrap_err().to_string()
    }

    #[test]
    fn a_good_description_is_taken_over() {
        let description = description(mk_description(&["tag", "digest"], "{}")).unwrap();
        assert_eq!(description.rule("tag").unwrap().level, Level::Deny);
        assert_eq!(description.rule("tag").unwrap().severity, Severity::High);
        assert_eq!(description.rules.len(), 2);
    }

    #[test]
    fn names_that_are_not_kebab_case_are_refused() {
        for id in ["", "Tag", "a--b", "-a", "a/b", "a b", "\u{1b}[2J"] {
            assert!(reason(description(mk_description(&[id], "{}"))).contains("kebab-case"), "{id}");
        }
    }

    #[test]
    fn two_rules_of_one_id_and_a_schema_that_is_not_json_are_refused() {
        assert!(reason(description(mk_description(&["a", "b", "a"], "{}"))).contains("two rules are called `a`"));
        assert!(reason(description(mk_description(&["a"], "{"))).contains("schema is not JSON"));
    }

    #[test]
    fn a_description_that_is_too_long_is_refused() {
        let mut long = mk_description(&["a"], "{}");
        long.rules[0].help = "x".repeat(2 * 1024 * 1024);
        assert!(matches!(description(long), Err(EvaluationError::OutputTooLarge { .. })));
    }

    #[test]
    fn refused_settings_need_a_reason_and_a_pointer() {
        let error = |pointer: &str| wit::SettingsError { pointer: pointer.to_owned(), message: "must be one".to_owned() };
        let LoadError::Settings { errors } = refused_settings(vec![error("/level")]) else { panic!("not settings") };
        assert_eq!(errors[0].to_string(), "setting `/level`: must be one");
        assert!(matches!(refused_settings(vec![error("level")]), LoadError::Failed { .. }));
        assert!(matches!(refused_settings(Vec::new()), LoadError::Failed { .. }));
    }
}
