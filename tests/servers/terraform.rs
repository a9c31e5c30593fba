//! The Terraform that tests run.

use camino::Utf8PathBuf;

use crate::OPENTOFU;
use crate::lookup::in_path;
use crate::program::NotBuilt;
use crate::skip::or_skip;

/// Names the program to test with, by its absolute path.
const VARIABLE: &str = "TOLLGATE_TERRAFORM";

/// The program that `TOLLGATE_TERRAFORM` names, else `terraform` in `PATH`, else OpenTofu, which is built where it is not there yet:
/// that takes minutes.
///
/// # Errors
/// When it can't be built.
pub fn terraform() -> Result<Utf8PathBuf, NotBuilt> {
    let named = std::env::var(VARIABLE).ok().filter(|program| !program.is_empty()).map(Utf8PathBuf::from);
    named.or_else(|| in_path("terraform")).map_or_else(|| OPENTOFU.path(), Ok)
}

/// The same; nothing where neither it nor Go is there, which is said loudly with what is not compared then. With `CI` set it is a
/// failure.
///
/// # Panics
/// When it can't be built.
pub fn terraform_or_skip(untested: &str) -> Option<Utf8PathBuf> {
    or_skip(terraform(), |error| matches!(error, NotBuilt::NoGo), untested)
}
