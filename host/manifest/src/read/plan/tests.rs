use super::*;

const HEAD: &str = r#""format_version": "1.2", "terraform_version": "1.11.4""#;

fn of(text: &str) -> Option<Vec<Result<Value, String>>> {
    let documents = plan("plan.json", text.as_bytes())?;
    let shown = |document: Result<PlanDocument, Invalid>| match document {
        Ok(document) => Ok(serde_json::from_slice(&document.body).unwrap()),
        Err((base, why)) => Err(format!("{base}: {why}")),
    };
    Some(documents.into_iter().map(shown).collect())
}

#[test]
fn only_what_terraform_prints_is_a_plan() {
    assert!(of(&format!("{{{HEAD}, \"resource_changes\": []}}")).is_some());
    for text in [
        format!("{{{HEAD}}}"),
        format!("{{{HEAD}, \"resource_changes\": {{}}}}"),
        r#"{"format_version": 1, "terraform_version": "1", "resource_changes": []}"#.to_owned(),
        "[]".to_owned(),
    ] {
        assert!(of(&text).is_none(), "{text}");
    }
}

#[test]
fn a_change_that_is_none_is_found_and_the_others_are_read() {
    let changes = r#"[1, {"address": 1}, {"address": "a"}, {"address": "b", "change": {"actions": ["read"]}}]"#;
    let documents = of(&format!("{{{HEAD}, \"resource_changes\": {changes}}}")).unwrap();
    let problems: Vec<&str> = documents.iter().filter_map(|document| document.as_ref().err().map(String::as_str)).collect();
    assert_eq!(
        problems,
        [
            "/resource_changes/0: the resource change is no object",
            "/resource_changes/1: the resource change has no address",
            "/resource_changes/2: the resource change does not say what changes",
        ]
    );
    assert_eq!(documents[4].as_ref().unwrap()["metadata"]["name"], "b");
    assert_eq!(documents[0].as_ref().unwrap()["counts"], json!({"read": 1}));
}

#[test]
fn a_change_or_output_of_another_shape_is_withheld_whole() {
    let text = format!(
        r#"{{{HEAD}, "output_changes": {{"o": "SECRET"}}, "resource_changes": [{{"address": "a", "change": ["SECRET"]}}]}}"#
    );
    let documents = of(&text).unwrap();
    assert!(documents.iter().all(|document| !document.as_ref().unwrap().to_string().contains("SECRET")), "{documents:?}");
}
