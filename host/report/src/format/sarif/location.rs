//! Where results and notifications stand.

use serde_sarif::sarif::{ArtifactLocation, Location, LogicalLocation, PhysicalLocation, Region};
use tollgate_core::document::Span;

use super::ROOT;
use crate::clean;
use crate::finding::FindingReport;
use crate::format::place::Place;
use crate::text::drawn;

/// The file and the object, as far as there are any. GitHub shows no result without a file.
pub(super) fn of_finding(finding: &FindingReport) -> Vec<Location> {
    let location = Location {
        physical_location: finding.place().map(|place| physical(&place)),
        logical_locations: logical(finding).map(|location| vec![location]),
        ..Location::builder().build()
    };
    let is_empty = location.physical_location.is_none() && location.logical_locations.is_none();
    if is_empty { Vec::new() } else { vec![location] }
}

/// A place alone.
pub(super) fn of_place(place: &Place<'_>) -> Vec<Location> {
    vec![Location::builder().physical_location(physical(place)).build()]
}

fn physical(place: &Place<'_>) -> PhysicalLocation {
    let location = PhysicalLocation::builder().artifact_location(artifact(place)).build();
    PhysicalLocation { region: place.span.map(region), ..location }
}

/// Relative to the repository's root, else on the machine that it was checked on.
fn artifact(place: &Place<'_>) -> ArtifactLocation {
    if place.is_absolute() {
        return ArtifactLocation::builder().uri(format!("file://{}", place.uri_path())).build();
    }
    ArtifactLocation::builder().uri(place.uri_path()).uri_base_id(ROOT).build()
}

/// Both count from 1 and columns in Unicode scalars; the end is exclusive in both.
fn region(span: Span) -> Region {
    Region::builder().start_line(span.line).start_column(span.column).end_line(span.end_line).end_column(span.end_column).build()
}

fn logical(finding: &FindingReport) -> Option<LogicalLocation> {
    let name = drawn::subject(finding)?;
    let pointer = finding.pointer.as_deref().map(clean::line).unwrap_or_default();
    let kind = if finding.document.is_some() { "resource" } else { "module" };
    Some(LogicalLocation::builder().name(name.clone()).fully_qualified_name(format!("{name}{pointer}")).kind(kind).build())
}
