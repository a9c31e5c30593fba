//! Schemas of values, which may refer to others.

use std::sync::Arc;

use serde_json::Value;
use tollgate_core::document::SourceFile;
use tollgate_core::finding::Finding;
use tollgate_core::pointer::Pointer;

use crate::data::{DataDocument, read_data};
use crate::render::rule::{self, RenderRule};

/// Keys that lead to another schema.
const REFERENCES: [&str; 4] = ["$ref", "$dynamicRef", "$recursiveRef", "$schema"];

/// What the schema of a chart's values would fetch.
pub(super) fn scan(source: &Arc<SourceFile>) -> Vec<Finding> {
    match read_data(source) {
        Err(problems) => problems.into_iter().map(|problem| problem.into_finding(&source.path)).collect(),
        Ok(document) => {
            let mut findings = Vec::new();
            references(source, &document, &document.value, &Pointer::root(), &mut findings);
            findings
        }
    }
}

fn references(source: &SourceFile, document: &DataDocument, value: &Value, at: &Pointer, findings: &mut Vec<Finding>) {
    match value {
        Value::Object(members) => {
            for (key, value) in members {
                let at = at.member(key);
                if let Some(text) = value.as_str().filter(|text| REFERENCES.contains(&key.as_str()) && !is_within(key, text)) {
                    let message = format!("`{text}` would have to be fetched");
                    findings.push(rule::finding(&RenderRule::REMOTE, source, document.locate(&at), message));
                }
                references(source, document, value, &at, findings);
            }
        }
        Value::Array(list) => {
            list.iter().enumerate().for_each(|(index, value)| references(source, document, value, &at.element(index), findings));
        }
        _ => {}
    }
}

/// Whether a reference stays in the schema, or names one of the standard's own.
fn is_within(key: &str, text: &str) -> bool {
    let standard = || {
        let rest = text.strip_prefix("http://").or_else(|| text.strip_prefix("https://")).unwrap_or_default();
        rest.starts_with("json-schema.org/draft-") || rest.starts_with("json-schema.org/draft/")
    };
    text.starts_with('#') || (key == "$schema" && standard())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<u32> {
        let source = Arc::new(SourceFile { path: "values.schema.json".to_owned(), bytes: text.as_bytes().to_vec() });
        let mut lines: Vec<u32> = scan(&source).iter().map(|finding| finding.location.as_ref().unwrap().span.line).collect();
        lines.sort_unstable();
        lines
    }

    #[test]
    fn what_stays_within_passes() {
        let text =
            "{\"$schema\": \"http://json-schema.org/draft-07/schema#\", \"properties\": {\"a\": {\"$ref\": \"#/definitions/a\"}}}";
        assert_eq!(lines(text), Vec::<u32>::new());
    }

    #[test]
    fn what_leads_elsewhere_is_found_at_its_line() {
        let text = "{\"properties\": {\n\"a\": {\"$ref\": \"https://example.com/s.json\"},\n\"b\": [{\"$ref\": \"file:///etc/passwd\"}],\n\"c\": {\"$dynamicRef\": \"other.json\"}},\n\
            \"$schema\": \"https://example.com/draft\"}";
        assert_eq!(lines(text), [2, 3, 4, 5]);
    }
}
