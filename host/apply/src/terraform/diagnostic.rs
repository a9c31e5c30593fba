//! What the program finds wrong, and where.
//!
//! After Terraform's [machine-readable UI](https://developer.hashicorp.com/terraform/internals/machine-readable-ui): a line of JSON
//! for each event, of which those of type `diagnostic` matter.

use serde::Deserialize;
use tollgate_core::document::{Location, Span};
use tollgate_core::tree_path;

/// Something wrong.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub(super) struct Diagnostic {
    severity: String,
    summary: String,
    #[serde(default)]
    detail: String,
    /// What it is about: `lab_file.a`.
    address: Option<String>,
    range: Option<Range>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
struct Range {
    /// Relative to the root configuration.
    filename: String,
    start: Position,
    end: Position,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
struct Position {
    line: u32,
    column: u32,
}

/// A line of output that tells of something wrong.
#[derive(Deserialize)]
struct Line {
    diagnostic: Diagnostic,
}

impl Diagnostic {
    /// What a line of output tells; nothing for all others.
    pub(super) fn of_line(line: &[u8]) -> Option<Self> {
        serde_json::from_slice(line).ok().map(|line: Line| line.diagnostic)
    }

    /// What is only known in words.
    pub(super) fn of_words(words: &str) -> Self {
        let (severity, summary, detail) = ("error".to_owned(), words.to_owned(), String::new());
        Self { severity, summary, detail, address: None, range: None }
    }

    pub(super) fn is_error(&self) -> bool {
        self.severity == "error"
    }

    /// Whether it is about the file that locks providers.
    pub(super) fn is_of_lock(&self) -> bool {
        let says = |text: &str| text.contains("lock file");
        self.range.is_none() && (says(&self.summary) || says(&self.detail))
    }

    /// Where it is, in the repository; nothing where it is nowhere in it, or in what was fetched. `root` is the component's directory.
    pub(super) fn location(&self, root: &str) -> Option<Location> {
        let Range { filename, start, end } = self.range.as_ref()?;
        let is_fetched = filename.split('/').any(|step| step == ".terraform");
        let file = tree_path::join(root, filename).filter(|_| !is_fetched)?;
        Some(Location { file, span: Span { line: start.line, column: start.column, end_line: end.line, end_column: end.column } })
    }

    /// One sentence, without the place.
    pub(super) fn sentence(&self) -> String {
        let address = self.address.as_ref().map(|address| format!("`{address}`: ")).unwrap_or_default();
        let detail: Vec<&str> = self.detail.split_whitespace().collect();
        let summary = self.summary.trim_end_matches('.');
        if detail.is_empty() { format!("{address}{summary}") } else { format!("{address}{summary}: {}", detail.join(" ")) }
    }

    /// One line: the place first, where there is one.
    pub(super) fn told(&self, root: &str) -> String {
        match self.location(root) {
            Some(Location { file, span }) => format!("{file}:{}:{}: {}", span.line, span.column, self.sentence()),
            None => self.sentence(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LINE: &str = r#"{"@level":"error","type":"diagnostic","diagnostic":{"severity":"error","summary":"Unsupported argument","detail":"An argument\nis not expected here.","range":{"filename":"../modules/a/main.tf","start":{"line":4,"column":3,"byte":9},"end":{"line":4,"column":7,"byte":13}}}}"#;

    #[test]
    fn a_line_tells_what_is_wrong_and_where_in_the_repository() {
        let diagnostic = Diagnostic::of_line(LINE.as_bytes()).unwrap();
        let told = diagnostic.told("components/network");
        assert_eq!(told, "components/modules/a/main.tf:4:3: Unsupported argument: An argument is not expected here.");
        assert!(diagnostic.is_error());
    }

    #[test]
    fn other_lines_tell_nothing() {
        for line in [&b"{\"type\":\"version\"}"[..], b"", b"Initializing...", b"\xff", b"{\"diagnostic\": 1}"] {
            assert_eq!(Diagnostic::of_line(line), None);
        }
    }

    #[test]
    fn what_is_outside_of_the_repository_has_no_place() {
        let told = |place: &str| Diagnostic::of_line(LINE.replace("../modules/a/main.tf", place).as_bytes()).unwrap().told("a/b");
        assert!(told("./main.tf").starts_with("a/b/main.tf:4:3: "));
        for place in ["../../../etc/passwd", ".terraform/modules/x/main.tf"] {
            assert_eq!(told(place), "Unsupported argument: An argument is not expected here.");
        }
        assert_eq!(Diagnostic::of_words("it broke.").told("a"), "it broke");
    }
}
