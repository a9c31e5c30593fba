//! Lines of a template that a value comes from, as far as its text tells.

use serde_json::Value;
use tollgate_core::document::{SourceFile, Span};
use tollgate_core::pointer::Pointer;

/// The lines of one document of a template.
pub(super) struct Nearest {
    /// Each with its number, from 1.
    lines: Vec<(u32, String)>,
    /// Where nothing of a pointer is found.
    first: Span,
}

impl Nearest {
    /// Looks for the part of a template that makes an object of this kind: of several, the one at the position that the object has
    /// among those of the template, else the first.
    pub(super) fn new(source: &SourceFile, body: &[u8], position: u32) -> Self {
        let body: Value = serde_json::from_slice(body).unwrap_or_default();
        let kind = body["kind"].as_str().unwrap_or_default().to_owned();
        let text = String::from_utf8_lossy(&source.bytes);
        let parts = parts(&text);
        let makes = |part: &Vec<(u32, String)>| part.iter().any(|(_, line)| value_of(line, "kind") == Some(kind.as_str()));
        let at_position = usize::try_from(position).ok().and_then(|position| parts.get(position)).filter(|part| makes(part));
        let lines = at_position.or_else(|| parts.iter().find(|part| makes(part))).cloned().unwrap_or_default();
        let of_kind = lines.iter().find(|(_, line)| value_of(line, "kind") == Some(kind.as_str()));
        let first = of_kind.map_or(Span::START, |(number, line)| span(*number, line, "kind"));
        Self { lines, first }
    }

    /// The line of the last key on the way to a value that is there, in the order of the way.
    pub(super) fn span(&self, pointer: &Pointer) -> Span {
        let mut rest = self.lines.as_slice();
        let mut found = self.first;
        for key in pointer.tokens().filter(|token| token.parse::<usize>().is_err()) {
            let Some(at) = rest.iter().position(|(_, line)| value_of(line, &key).is_some()) else { break };
            let (number, line) = &rest[at];
            found = span(*number, line, &key);
            rest = &rest[at + 1..];
        }
        found
    }
}

fn parts(text: &str) -> Vec<Vec<(u32, String)>> {
    let mut parts = vec![Vec::new()];
    for (number, line) in (1..).zip(text.lines()) {
        if line.starts_with("---") {
            parts.push(Vec::new());
        } else if let Some(part) = parts.last_mut() {
            part.push((number, line.to_owned()));
        }
    }
    parts.retain(|part| part.iter().any(|(_, line)| value_of(line, "kind").is_some()));
    parts
}

/// What stands behind a key, where a line begins with it.
fn value_of<'l>(line: &'l str, key: &str) -> Option<&'l str> {
    let line = line.trim_start().trim_start_matches("- ").trim_start();
    let quoted = line.strip_prefix(['"', '\'']).and_then(|line| line.strip_prefix(key)?.strip_prefix(['"', '\'']));
    let rest = line.strip_prefix(key).filter(|_| !key.is_empty()).or(quoted)?;
    rest.strip_prefix(':').map(|value| value.trim().trim_matches(['"', '\'']))
}

fn span(number: u32, line: &str, key: &str) -> Span {
    let count = |text: &str| u32::try_from(text.chars().count()).unwrap_or(u32::MAX);
    let before = line.find(key).map_or(0, |at| count(&line[..at]));
    Span { line: number, column: before + 1, end_line: number, end_column: before + 1 + count(key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEMPLATE: &str = "{{- if .Values.on }}\nkind: Service\nspec:\n  ports: []\n{{- end }}\n---\n# c\napiVersion: apps/v1\nkind: Deployment\n\
        metadata:\n  name: {{ .Release.Name }}\nspec:\n  template:\n    spec:\n      containers:\n        - name: cart\n          image: {{ .Values.image }}\n          securityContext:\n            privileged: true\n";

    fn line(kind: &str, position: u32, pointer: &str) -> u32 {
        let source = SourceFile { path: "templates/a.yaml".to_owned(), bytes: TEMPLATE.as_bytes().to_vec() };
        let body = format!(r#"{{"kind": "{kind}"}}"#);
        Nearest::new(&source, body.as_bytes(), position).span(&pointer.parse().unwrap()).line
    }

    #[test]
    fn keys_are_followed_within_the_document_of_the_kind() {
        assert_eq!(line("Deployment", 0, "/spec/template/spec/containers/0/securityContext/privileged"), 19);
        assert_eq!(line("Deployment", 1, "/spec/template/spec/containers/0/image"), 17);
        assert_eq!(line("Service", 0, "/spec/ports/0"), 4);
    }

    #[test]
    fn what_is_not_there_is_found_at_what_leads_to_it() {
        assert_eq!(line("Deployment", 1, "/spec/template/spec/hostNetwork"), 14);
        assert_eq!(line("Deployment", 1, "/nothing"), 9);
        assert_eq!(line("Secret", 0, "/data"), 1);
    }

    #[test]
    fn the_span_is_that_of_the_key() {
        let source = SourceFile { path: "a".to_owned(), bytes: b"kind: A\n  - \"b\": 1\n".to_vec() };
        let span = Nearest::new(&source, br#"{"kind":"A"}"#, 0).span(&"/b".parse().unwrap());
        assert_eq!(span, Span { line: 2, column: 6, end_line: 2, end_column: 7 });
    }
}
