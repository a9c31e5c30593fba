//! The sources that tollgate carries.

include!(concat!(env!("OUT_DIR"), "/sources.rs"));

/// The text of a file, by its path in tollgate's repository.
pub(crate) fn text(path: &str) -> Option<&'static str> {
    FILES.iter().find(|(name, _)| *name == path).map(|(_, text)| *text)
}
