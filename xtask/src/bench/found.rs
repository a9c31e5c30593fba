//! What each tool found, in words that all of them share.

use std::collections::BTreeMap;

use camino::Utf8Path;
use serde_json::Value;

/// The rules that all tools judge by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rule {
    Image,
    Limits,
    NonRoot,
    Privileged,
}

impl Rule {
    pub(super) const ALL: [Self; 4] = [Self::Image, Self::Limits, Self::NonRoot, Self::Privileged];

    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Image => "image",
            Self::Limits => "limits",
            Self::NonRoot => "non-root",
            Self::Privileged => "privileged",
        }
    }
}

/// A rule that a file breaks.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Finding {
    pub(super) file: String,
    pub(super) rule: String,
}

/// Reads `tollgate check -o json`. A rule that the other tools don't have keeps its own name, so that it shows as a
/// difference.
pub(super) fn by_tollgate(answer: &str) -> serde_json::Result<Vec<Finding>> {
    let answer: Value = serde_json::from_str(answer)?;
    let rule = |id: &str| match id.split_once('/') {
        Some(("image-pinned", _)) => Rule::Image.name().to_owned(),
        Some(("workload-limits", rule)) => rule.to_owned(),
        _ => id.to_owned(),
    };
    let found = elements(&answer["findings"]).map(|finding| finding_of(&finding["file"], &rule(text(&finding["rule"]))));
    // What could not be judged is a difference, too.
    let failed = elements(&answer["errors"]).map(|error| finding_of(&Value::Null, &error.to_string()));
    Ok(sorted(found.chain(failed)))
}

/// Reads `conftest test -o json`.
pub(super) fn by_conftest(answer: &str) -> serde_json::Result<Vec<Finding>> {
    let answer: Value = serde_json::from_str(answer)?;
    let of_file = |file: &Value| {
        let found: Vec<Finding> =
            elements(&file["failures"]).map(|failure| finding_of(&file["filename"], first_word(&failure["msg"]))).collect();
        found
    };
    Ok(sorted(elements(&answer).flat_map(of_file)))
}

/// Reads `opa exec`.
pub(super) fn by_opa(answer: &str) -> serde_json::Result<Vec<Finding>> {
    let answer: Value = serde_json::from_str(answer)?;
    let of_file = |file: &Value| {
        let found: Vec<Finding> = elements(&file["result"]).map(|message| finding_of(&file["path"], first_word(message))).collect();
        found
    };
    Ok(sorted(elements(&answer["result"]).flat_map(of_file)))
}

/// How what was found differs from what was planted; nothing when it does not.
pub(super) fn difference(planted: &[Finding], found: &[Finding]) -> Option<String> {
    let mut balance: BTreeMap<&Finding, i64> = BTreeMap::new();
    planted.iter().for_each(|finding| *balance.entry(finding).or_default() -= 1);
    found.iter().for_each(|finding| *balance.entry(finding).or_default() += 1);
    let (finding, count) = balance.iter().find(|(_, count)| **count != 0)?;
    let what = if *count < 0 { "it missed" } else { "it also found" };
    let counts = format!("{} planted, {} found", planted.len(), found.len());
    Some(format!("{counts}; among others {what} `{}` in `{}`", finding.rule, finding.file))
}

fn elements(value: &Value) -> impl Iterator<Item = &Value> {
    value.as_array().into_iter().flatten()
}

fn finding_of(file: &Value, rule: &str) -> Finding {
    Finding { file: Utf8Path::new(text(file)).file_name().unwrap_or_default().to_owned(), rule: rule.to_owned() }
}

fn first_word(message: &Value) -> &str {
    text(message).split(' ').next().unwrap_or_default()
}

fn text(value: &Value) -> &str {
    value.as_str().unwrap_or_default()
}

fn sorted(found: impl Iterator<Item = Finding>) -> Vec<Finding> {
    let mut found: Vec<Finding> = found.collect();
    found.sort();
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mk_finding(file: &str, rule: &str) -> Finding {
        Finding { file: file.to_owned(), rule: rule.to_owned() }
    }

    #[test]
    fn the_same_findings_are_read_from_each_tool() {
        let expected = [mk_finding("a.yaml", "image"), mk_finding("a.yaml", "limits")];
        let tollgate = r#"{"findings": [{"file": "w/a.yaml", "rule": "workload-limits/limits"}, {"file": "w/a.yaml", "rule": "image-pinned/tag"}]}"#;
        assert_eq!(by_tollgate(tollgate).unwrap(), expected);
        let conftest =
            r#"[{"filename": "w/a.yaml", "failures": [{"msg": "limits x"}, {"msg": "image x"}]}, {"filename": "b.yaml"}]"#;
        assert_eq!(by_conftest(conftest).unwrap(), expected);
        let opa = r#"{"result": [{"path": "w/a.yaml", "result": ["limits x", "image x"]}, {"path": "b.yaml", "result": []}]}"#;
        assert_eq!(by_opa(opa).unwrap(), expected);
    }

    #[test]
    fn what_is_missing_too_much_or_failed_is_a_difference() {
        let planted = [mk_finding("a.yaml", "image")];
        assert_eq!(difference(&planted, &planted), None);
        assert!(difference(&planted, &[]).unwrap().contains("0 found; among others it missed `image` in `a.yaml`"));
        let twice = [planted[0].clone(), planted[0].clone()];
        assert!(difference(&planted, &twice).unwrap().contains("it also found `image`"));
        let failed = by_tollgate(r#"{"findings": [], "errors": [{"message": "no"}]}"#).unwrap();
        assert!(difference(&[], &failed).is_some());
    }
}
