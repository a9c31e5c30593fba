//! Why a target could not be planned or applied to.

use std::io;

use tollgate_core::ports::ApplyError;
use tollgate_core::terraform::TerraformProgram;

/// What went wrong with Terraform.
#[derive(Debug, thiserror::Error)]
pub enum TerraformError {
    #[error("neither `terraform` nor `tofu` is installed; install one, or set `{variable}` to the path of its program")]
    NoProgram { variable: &'static str },
    #[error("`{program}` is not installed; install it, or set `{variable}` to its path")]
    Missing { program: TerraformProgram, variable: &'static str },
    #[error("`{path}` does not say its version as Terraform does")]
    NoVersion { path: String },
    #[error(
        "the variable `{name}` is passed on to Terraform and is not set; set it, or remove it from `environment` of the target"
    )]
    Variable { name: String },
    #[error("`{verb}` of `{component}` failed: {}", told.join("; "))]
    Refused { component: String, verb: &'static str, told: Vec<String> },
    #[error("`{verb}` of `{component}` was not done after {seconds} s{}", if *wrote { "; it was stopped, and what it had done by then stays done" } else { "" })]
    TooLate { component: String, verb: &'static str, seconds: u64, wrote: bool },
    #[error("`{verb}` of `{component}` answered with more than {limit} bytes")]
    TooMuch { component: String, verb: &'static str, limit: u64 },
    #[error("what `{verb}` of `{component}` answered is not what Terraform answers: {what}")]
    NotUnderstood { component: String, verb: &'static str, what: &'static str },
    #[error(
        "`{component}` uses the module `{source_of}`, which `terraform.modules` of tollgate.yaml does not allow; nothing of it was run"
    )]
    Module { component: String, source_of: String },
    #[error("the plan of `{component}` was changed after it was judged, so it is not applied; somebody else writes here")]
    OtherPlan { component: String },
    #[error("`{component}` has the file `{path}`, whose path can't be used; rename it")]
    BadPath { component: String, path: String },
    #[error("`{path}` can't be used")]
    Io {
        path: String,
        #[source]
        source: io::Error,
    },
}

impl TerraformError {
    /// The same as an error of a target.
    pub(super) fn of(self, target: &str) -> ApplyError {
        ApplyError::Terraform { target: target.to_owned(), source: Box::new(self) }
    }
}
