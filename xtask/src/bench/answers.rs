//! The answer of each tool, read into words that all of them share.

use camino::Utf8Path;
use serde_json::Value;

use super::found::{Finding, Rule};

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

/// Reads `gator test -o json`. It names objects, and an object's file has its name.
pub(super) fn by_gator(answer: &str) -> serde_json::Result<Vec<Finding>> {
    let answer: Value = serde_json::from_str(answer)?;
    let of_object = |found: &Value| of_object(text(&found["violatingObject"]["metadata"]["name"]), first_word(&found["msg"]));
    Ok(sorted(elements(&answer).map(of_object)))
}

/// Reads what `kyverno apply` says: an object in a line, then its failed rules, each numbered in a line of its own.
pub(super) fn by_kyverno(answer: &str) -> serde_json::Result<Vec<Finding>> {
    let mut object = "";
    let mut found = Vec::new();
    for line in answer.lines() {
        match line.split(' ').collect::<Vec<_>>()[..] {
            ["policy", _, "->", "resource", path, "failed:"] => object = path.rsplit('/').next().unwrap_or_default(),
            [number, "-", rule, ..] if number.parse::<usize>().is_ok() => found.push(of_object(object, rule)),
            _ => {}
        }
    }
    Ok(sorted(found.into_iter()))
}

fn of_object(name: &str, rule: &str) -> Finding {
    Finding { file: format!("{name}.yaml"), rule: rule.to_owned() }
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
        let gator = r#"[{"msg": "limits x", "violatingObject": {"metadata": {"name": "a"}}}, {"msg": "image x", "violatingObject": {"metadata": {"name": "a"}}}]"#;
        assert_eq!(by_gator(gator).unwrap(), expected);
        let kyverno = "\nApplying 4 policy rule(s) to 2 resource(s)...\npolicy bench -> resource shop/Deployment/a failed:\n1 - image an image\n2 - limits no limit\n\npass: 6, fail: 2, warn: 0, error: 0, skip: 0\n";
        assert_eq!(by_kyverno(kyverno).unwrap(), expected);
    }

    #[test]
    fn a_tool_that_finds_nothing_may_say_so_in_its_own_way() {
        assert_eq!(by_gator("[]").unwrap(), []);
        assert_eq!(by_gator("null").unwrap(), []);
        assert_eq!(by_kyverno("\npass: 4, fail: 0, warn: 0, error: 0, skip: 0\n").unwrap(), []);
    }

    #[test]
    fn what_could_not_be_judged_is_no_empty_answer() {
        assert_eq!(by_tollgate(r#"{"findings": [], "errors": [{"message": "no"}]}"#).unwrap().len(), 1);
        assert!(by_gator("error: no template").is_err());
    }
}
