//! Which function of a plugin is being called.

use tollgate_core::evaluate::{EvaluationError, LoadError};

/// The functions that a plugin exports.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Describe,
    Configure,
    /// `check` or `decide`, which may call imports.
    Judge,
    /// Of a fixer; it may call imports as well.
    Patch,
}

impl Phase {
    /// The name in the contract; `check` stands for both functions that judge.
    pub(crate) const fn function(self) -> &'static str {
        match self {
            Self::Describe => "describe",
            Self::Configure => "configure",
            Self::Judge => "check",
            Self::Patch => "patch",
        }
    }

    /// The error for a plugin that failed in this function while it was loaded.
    pub(crate) const fn failed(self, source: EvaluationError) -> LoadError {
        LoadError::Failed { function: self.function(), source }
    }
}
