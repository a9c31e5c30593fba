//! Secrets that stand in the manifest.

use tollgate_sdk::workload::Container;
use tollgate_sdk::{Level, Rule, Severity};

use crate::check::{Check, Judge};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

pub(crate) static CHECK: Check = Check {
    rule: Rule {
        id: "secret-in-env",
        title: "Secret does not stand in the manifest",
        help: include_str!("../../rules/secret-in-env.md"),
        level: Level::Deny,
        severity: Severity::High,
        controls: &[],
    },
    judges: &[Judge::Container(judge)],
};

fn judge(_: &Pod<'_>, container: &Container<'_>, settings: &Settings, report: &mut Report<'_>) -> Judged {
    report.each(container.node(), &["env"], |report, variable| {
        let name = report.needed_text(variable, &["name"])?;
        let value = report.text(variable, &["value"])?.unwrap_or_default();
        if is_literal(value) && (is_private_key(value) || is_secret(name, settings)) {
            // The value is said to nobody, not even cut short.
            let message = format!("{} has `{name}`, which looks like a secret, in the manifest itself", container.label());
            let remediation = "Put a new value into a Secret, and name that in `valueFrom.secretKeyRef`";
            report.find(&variable.get("name"), message, remediation);
        }
        Ok(())
    })
}

/// Whether a value is one itself. A mere reference to another variable is judged there, and a switch is no secret.
fn is_literal(value: &str) -> bool {
    let reference = value.strip_prefix("$(").and_then(|rest| rest.strip_suffix(')'));
    let is_reference = reference.is_some_and(|name| !name.contains([')', '$', '(']));
    !value.is_empty() && !is_reference && value != "true" && value != "false"
}

/// Whether a value is a private key in PEM (RFC 7468), under whatever name.
fn is_private_key(value: &str) -> bool {
    value.contains("-BEGIN ") && value.contains("PRIVATE KEY-")
}

fn is_secret(name: &str, settings: &Settings) -> bool {
    let words = words(name);
    let whole = words.concat();
    let ends_in = |ending: &str| (0..words.len()).any(|from| words.get(from..).is_some_and(|end| end.concat() == ending));
    settings.secret_words.iter().any(|word| whole.contains(word.as_ref()))
        && !settings.harmless_endings.iter().any(|ending| ends_in(ending))
}

/// The words of a name, in lower case: `dbPassword`, `DB-PASSWORD` and `db.password` are all `db` and `password`.
fn words(name: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut before = ' ';
    for character in name.chars() {
        let starts = character.is_ascii_uppercase() && (before.is_ascii_lowercase() || before.is_ascii_digit());
        if starts || !character.is_alphanumeric() {
            words.push(String::new());
        }
        if let Some(word) = words.last_mut().filter(|_| character.is_alphanumeric()) {
            word.extend(character.to_lowercase());
        }
        before = character;
    }
    words
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::words;
    use crate::checks::testing::{container, found_with, pointers};

    fn is_found(name: &str, value: &str) -> bool {
        let found = pointers("secret-in-env", &container(&json!({"env": [{"name": name, "value": value}]})));
        assert!(found.is_empty() || found == ["/spec/containers/0/env/0/name"]);
        !found.is_empty()
    }

    #[test]
    fn a_name_says_that_its_value_is_secret() {
        for name in
            ["PASSWORD", "db.password", "API_KEY", "apiKey", "AWS_SECRET_ACCESS_KEY", "SECRET_BLAH", "githubToken", "x-api-key"]
        {
            assert!(is_found(name, "hunter2"), "{name}");
        }
        for name in ["GREETING", "KEY", "KEYBOARD", "ACCESS_KEY_ID", "PASSWORD_FILE", "tokenUrl", "SECRET_NAME", "MAX_TOKENS", ""] {
            assert!(!is_found(name, "hunter2"), "{name}");
        }
        assert!(!is_found("GOOGLE_APPLICATION_CREDENTIALS", "/var/run/key.json"));
        assert!(is_found("PASSWORD_PROFILE", "x"), "only whole words make a name harmless");
    }

    #[test]
    fn only_a_value_in_the_manifest_itself_is_found() {
        for value in ["", "$(OTHER)", "true", "false"] {
            assert!(!is_found("PASSWORD", value), "{value}");
        }
        for value in ["$(A)$(B)", "x$(A)", "$(", "$()x)"] {
            assert!(is_found("PASSWORD", value), "{value}");
        }
        let from = json!({"env": [{"name": "PASSWORD", "valueFrom": {"secretKeyRef": {"name": "a", "key": "b"}}}]});
        assert!(pointers("secret-in-env", &container(&from)).is_empty());
    }

    #[test]
    fn a_private_key_is_secret_under_every_name() {
        let key = format!("-----{} RSA PRIVATE KEY-----\nabc", "BEGIN");
        assert!(is_found("GREETING", &key));
        assert!(!is_found("GREETING", "-----BEGIN CERTIFICATE-----"));
    }

    #[test]
    fn the_operator_says_which_words_count() {
        let body = container(&json!({"env": [{"name": "PIN", "value": "1234"}, {"name": "PASSWORD", "value": "x"}]}));
        let found = found_with(r#"{"secretWords": ["pin"]}"#, "secret-in-env", &body);
        assert_eq!(found.len(), 1);
        assert!(found[0].1.contains("`PIN`"));
        assert!(found_with(r#"{"harmlessEndings": ["pin", "password"]}"#, "secret-in-env", &body).is_empty());
    }

    proptest! {
        #[test]
        fn words_are_the_name_without_separators_in_lower_case(name in "\\PC{0,12}") {
            let expected: String = name.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
            prop_assert_eq!(words(&name).concat(), expected);
        }

        #[test]
        fn no_value_is_ever_printed(value in "[A-Z]{12,20}", name in "(PASSWORD|A|X_TOKEN)") {
            let body = container(&json!({"env": [{"name": name, "value": value}, {"name": name, "value": [value]}]}));
            for finding in tollgate_sdk::testing::check::<crate::Workloads>("{}", &body.to_string()) {
                prop_assert!(!finding.message().contains(&value) && !finding.remediation().unwrap().contains(&value));
            }
        }
    }
}
