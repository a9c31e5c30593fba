//! Findings about sources: what could not be read, and where.

use tollgate_core::document::{Location, Span};
use tollgate_core::finding::{Finding, Subject};

use super::SourceCode;

/// Something in a file that could not be read. It always denies: what can't be read can't be judged.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{message}")]
pub struct SourceFinding {
    pub code: SourceCode,
    /// One sentence without the place, as a fragment.
    pub message: String,
    pub span: Span,
}

/// A finding on its way up. Boxed, because it is rare and the way is hot.
pub(crate) type Refusal = Box<SourceFinding>;

impl SourceFinding {
    /// A finding at a place.
    pub fn new(code: SourceCode, span: Span, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), span }
    }

    pub(crate) fn refuse(code: SourceCode, span: Span, message: impl Into<String>) -> Refusal {
        Box::new(Self::new(code, span, message))
    }

    /// What would fix it.
    pub const fn remediation(&self) -> &'static str {
        self.code.remediation()
    }

    /// The finding as reports carry it, in the file of this path.
    pub fn into_finding(self, path: &str) -> Finding {
        let remediation = self.remediation();
        let location = Location { file: path.to_owned(), span: self.span };
        Finding::of_host(("source", self.code.as_str()), Subject::File, Some(location), self.message, remediation)
    }
}

#[cfg(test)]
mod tests {
    use tollgate_core::finding::Level;

    use super::*;

    #[test]
    fn a_source_finding_denies_at_its_place() {
        let finding = SourceFinding::new(SourceCode::Tab, Span::point(3, 1), "a tab is used as indentation").into_finding("a.yaml");
        assert_eq!(finding.rule.as_str(), "source/tab");
        assert_eq!(finding.level, Level::Deny);
        assert_eq!(finding.location, Some(Location { file: "a.yaml".to_owned(), span: Span::point(3, 1) }));
        assert_eq!(finding.remediation.as_deref(), Some("indent with spaces"));
    }
}
