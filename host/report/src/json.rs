//! Reports as JSON: one object, indented, ended by a newline.

use serde::Serialize;

/// The JSON of a report.
///
/// # Errors
/// Never for the reports of this crate; the type says what serialising may refuse.
pub fn to_string<T: Serialize>(report: &T) -> Result<String, serde_json::Error> {
    serde_json::to_string_pretty(report).map(|text| text + "\n")
}
