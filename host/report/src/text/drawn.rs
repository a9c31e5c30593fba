//! One finding or failure, drawn by miette.

use std::fmt::{self, Display};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, Severity, SourceCode};
use tollgate_core::document::Location;
use tollgate_core::finding::Level;

use crate::clean;
use crate::failure::Failure;
use crate::finding::FindingReport;
use crate::style::{Style, Tone};
use crate::text::excerpt::Excerpt;
use crate::text::source::SourceText;

/// A finding or a failure as miette takes it.
#[derive(Debug)]
struct Drawn {
    heading: String,
    message: String,
    severity: Severity,
    /// What the arrow says.
    label: Option<String>,
    excerpt: Option<Excerpt>,
    help: String,
}

impl Display for Drawn {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for Drawn {}

impl Diagnostic for Drawn {
    fn code<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        Some(Box::new(&self.heading))
    }

    fn severity(&self) -> Option<Severity> {
        Some(self.severity)
    }

    fn help<'a>(&'a self) -> Option<Box<dyn Display + 'a>> {
        if self.help.is_empty() { None } else { Some(Box::new(&self.help)) }
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        self.excerpt.as_ref().map(|excerpt| excerpt as &dyn SourceCode)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        let excerpt = self.excerpt.as_ref()?;
        let label = LabeledSpan::new_primary_with_span(self.label.clone(), excerpt.label());
        Some(Box::new(std::iter::once(label)))
    }
}

/// Draws a finding with its source line, its fix, and who could let it through.
pub(crate) fn finding(finding: &FindingReport, source: Option<&SourceText>, style: Style) -> String {
    let drawn = Drawn {
        heading: heading(finding),
        message: clean::line(&finding.message),
        severity: severity(finding.level),
        label: subject(finding),
        excerpt: None,
        help: help(finding),
    };
    let visible = source.filter(|_| !finding.is_about_secret());
    drawn.render(finding.location().as_ref(), visible, style)
}

/// Draws a failure with its causes, the offending line, what to do, and what the exit code means.
pub(crate) fn failure(failure: &Failure, source: Option<&SourceText>, style: Style) -> String {
    let causes: String = failure.causes.iter().map(|cause| format!("\ncaused by: {}", clean::line(cause))).collect();
    let drawn = Drawn {
        heading: format!("error, {}", failure.exit),
        message: format!("{}{causes}", clean::line(&failure.message)),
        severity: Severity::Error,
        label: None,
        excerpt: None,
        help: failure.hint.as_deref().map(clean::line).unwrap_or_default(),
    };
    drawn.render(failure.location().as_ref(), source, style)
}

impl Drawn {
    /// With the source line where that may be shown, else with the place in words.
    fn render(mut self, location: Option<&Location>, source: Option<&SourceText>, style: Style) -> String {
        self.excerpt = location.zip(source).and_then(|(location, source)| Excerpt::new(location, source, style.width));
        if self.excerpt.is_none() {
            let place = location.map(|location| format!("at {}", place(location)));
            let subject = self.label.as_ref().map(|subject| format!("in {subject}"));
            let words: Vec<String> = place.into_iter().chain(subject).collect();
            let line = if words.is_empty() { String::new() } else { format!("\n{}", words.join(" ")) };
            self.message.push_str(&line);
        }
        let mut text = String::new();
        match handler(style).render_report(&mut text, &self) {
            Ok(()) => text,
            // miette fails only where an excerpt's label leads out of it.
            Err(_) => format!("{}\n\n  {}\n", self.heading, self.message),
        }
    }
}

/// `services/cart/deployment.yaml:12:16`
pub(crate) fn place(location: &Location) -> String {
    format!("{}:{}:{}", clean::line(&location.file), location.span.line, location.span.column)
}

/// The document, component or target that a finding is about.
pub(crate) fn subject(finding: &FindingReport) -> Option<String> {
    let document = finding.document.as_ref().map(ToString::to_string);
    let component = finding.component.as_ref().map(|component| format!("component {component}"));
    let target = finding.target.as_ref().map(|target| format!("target {target}"));
    document.or(component).or(target).map(|subject| clean::line(&subject))
}

/// `deny image-pinned/tag, high, controls CIS-5.5.1`
pub(crate) fn heading(finding: &FindingReport) -> String {
    let controls = match finding.controls.len() {
        0 => String::new(),
        1 => format!(", control {}", finding.controls.join(", ")),
        _ => format!(", controls {}", finding.controls.join(", ")),
    };
    let severity = severity_word(finding.severity);
    clean::line(&format!("{} {}, {severity}{controls}", level(finding.level), finding.rule))
}

fn help(finding: &FindingReport) -> String {
    let fix = finding.remediation.as_ref().map(|fix| format!("{}\n", clean::line(fix))).unwrap_or_default();
    format!("{fix}{}", clean::line(&finding.way_through()))
}

pub(crate) fn severity_word(severity: tollgate_core::finding::Severity) -> String {
    format!("{severity:?}").to_lowercase()
}

pub(crate) const fn level(level: Level) -> &'static str {
    match level {
        Level::Deny => "deny",
        Level::Warn => "warn",
        Level::Note => "note",
    }
}

pub(crate) const fn tone(level: Level) -> Tone {
    match level {
        Level::Deny => Tone::Bad,
        Level::Warn => Tone::Caution,
        Level::Note => Tone::Quiet,
    }
}

const fn severity(level: Level) -> Severity {
    match level {
        Level::Deny => Severity::Error,
        Level::Warn => Severity::Warning,
        Level::Note => Severity::Advice,
    }
}

fn handler(style: Style) -> GraphicalReportHandler {
    let theme = if style.fancy { GraphicalTheme::unicode() } else { GraphicalTheme::none() };
    GraphicalReportHandler::new_themed(theme).with_width(style.width).with_links(false).with_context_lines(1)
}
