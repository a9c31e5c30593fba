use super::*;
use crate::format::tests::{failed, noon, rich};
use serde::Deserialize;
use serde_yaml::Value;

fn objects(text: &str) -> Vec<Value> {
    serde_yaml::Deserializer::from_str(text).map(|document| Value::deserialize(document).unwrap()).collect()
}

/// Reads as a cluster does, and checks what the definition of the kind asks; then the messages of all results.
pub(crate) fn messages(text: &str) -> Vec<String> {
    let objects = objects(text);
    objects.iter().for_each(check_object);
    let results = objects.iter().flat_map(|object| object["results"].as_sequence().unwrap().clone());
    results.map(|result| result["message"].as_str().unwrap().to_owned()).collect()
}

fn check_object(object: &Value) {
    assert_eq!(object["apiVersion"], API_VERSION);
    let is_of_cluster = object["kind"] == "ClusterPolicyReport";
    assert!(is_of_cluster || object["kind"] == "PolicyReport");
    assert_eq!(object["metadata"]["namespace"].is_null(), is_of_cluster);
    let results = object["results"].as_sequence().unwrap();
    for word in ["pass", "fail", "warn", "error", "skip"] {
        let count = results.iter().filter(|result| result["result"] == word).count();
        assert_eq!(object["summary"][word].as_u64(), Some(u64::try_from(count).unwrap()), "{word}");
    }
    let counted: u64 = ["pass", "fail", "warn", "error", "skip"].iter().filter_map(|word| object["summary"][*word].as_u64()).sum();
    assert_eq!(counted, u64::try_from(results.len()).unwrap());
    assert!(results.iter().all(|result| result["policy"].is_string() && result["timestamp"]["seconds"].is_i64()));
}

#[test]
fn each_namespace_that_documents_name_has_a_report_and_the_cluster_has_the_rest() {
    let objects = objects(&to_string(&rich(), noon()).unwrap());
    let namespaces: Vec<Option<&str>> = objects.iter().map(|object| object["metadata"]["namespace"].as_str()).collect();
    assert_eq!(namespaces, [None, Some("shop")]);
    assert_eq!(objects[1]["results"].as_sequence().unwrap().len(), 2);
}

#[test]
fn a_check_that_could_not_be_done_is_an_error_and_a_clean_one_is_a_pass() {
    let summary = |report: &CheckReport| objects(&to_string(report, noon()).unwrap())[0]["summary"].clone();
    assert_eq!(summary(&failed())["error"], 1);
    let clean = summary(&crate::check::tests::mk_empty());
    assert_eq!((clean["pass"].as_u64(), clean["error"].as_u64()), (Some(1), Some(0)));
}

#[test]
fn a_namespace_that_no_cluster_takes_is_left_to_the_cluster() {
    let mut report = rich();
    for (namespace, taken) in
        [("shop", true), ("a-1", true), ("Shop", false), ("-a", false), ("a/b", false), ("", false), (&"a".repeat(64), false)]
    {
        report.findings.truncate(1);
        report.findings[0].document.as_mut().unwrap().namespace = Some(namespace.to_owned());
        let objects = objects(&to_string(&report, noon()).unwrap());
        assert_eq!(objects.len(), if taken { 2 } else { 1 }, "{namespace}");
    }
}

#[test]
fn what_an_api_server_would_take_for_something_else_is_quoted() {
    let mut report = rich();
    report.findings.truncate(1);
    for word in ["yes", "no", "on", "012", "1_000", "1e3", "~", "null", "2001-01-01", "12:30:45", "=", "0x1F"] {
        report.findings[0].document.as_mut().unwrap().name = word.to_owned();
        let text = to_string(&report, noon()).unwrap();
        let quoted = ['"', '\''].iter().any(|quote| text.contains(&format!("name: {quote}{word}{quote}\n")));
        assert!(quoted, "{word}\n{text}");
    }
}

#[test]
fn what_is_waived_is_skipped_and_what_is_fixed_is_gone() {
    let text = to_string(&rich(), noon()).unwrap();
    assert!(!text.contains("was there before"));
    let cluster = &objects(&text)[0];
    let waived = cluster["results"]
        .as_sequence()
        .unwrap()
        .iter()
        .find(|result| result["message"].as_str().unwrap().contains("known for long"));
    assert_eq!(waived.unwrap()["result"], "skip");
}
