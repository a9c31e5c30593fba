//! Which exit code an error means. The one place where errors and codes meet.

use std::error::Error;

use tollgate_core::approved::NotApproved;
use tollgate_core::chain::NoChain;
use tollgate_core::plan::NoDigest;
use tollgate_core::ports::{
    AppendError, ApplyError, ClusterError, ForgeError, LeaseError, LedgerError, RenderToolError, ResolveError, SourceError,
};
use tollgate_ledger::ProofError;
use tollgate_ledger::bundle::{BundleError, WriteError};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::delivery::attempt::AttemptError;
use crate::delivery::change::ChangeError;
use crate::delivery::components::ComponentError;
use crate::delivery::decide::DecideError;
use crate::delivery::recipe::CandidateError;
use crate::delivery::record::RecordError;
use crate::delivery::render::RenderError;
use crate::delivery::replay::ReplayError;
use crate::delivery::turn::TurnError;
use crate::rendering::RenderingError;
use crate::sources::PathError;

/// An error that has an exit code.
pub(crate) trait MeansExit: Error {
    /// The code that it alone leads to.
    fn exit(&self) -> ExitCode;
}

/// The failure that an error is.
#[expect(clippy::needless_pass_by_value, reason = "it is what `map_err` takes")]
pub(crate) fn fail<E: MeansExit + 'static>(error: E) -> Failure {
    Failure::new(error.exit(), &error)
}

impl MeansExit for SourceError {
    fn exit(&self) -> ExitCode {
        ExitCode::SourceUnreadable
    }
}

impl MeansExit for PathError {
    fn exit(&self) -> ExitCode {
        ExitCode::SourceUnreadable
    }
}

impl MeansExit for tollgate_server::ServeError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Runtime(_) | Self::Make(_) => ExitCode::Unexpected,
            _ => ExitCode::InvalidConfiguration,
        }
    }
}

impl MeansExit for ClusterError {
    fn exit(&self) -> ExitCode {
        ExitCode::SourceUnreadable
    }
}

impl MeansExit for LedgerError {
    fn exit(&self) -> ExitCode {
        ExitCode::LedgerUnavailable
    }
}

impl MeansExit for AppendError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Exists { .. } => ExitCode::InvalidConfiguration,
            _ => ExitCode::LedgerUnavailable,
        }
    }
}

impl MeansExit for ProofError {
    fn exit(&self) -> ExitCode {
        ExitCode::LedgerUnavailable
    }
}

impl MeansExit for BundleError {
    fn exit(&self) -> ExitCode {
        ExitCode::LedgerUnavailable
    }
}

impl MeansExit for WriteError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Chain(NoChain::NotEnded { state: "pending" | "approved" | "running", .. }) => ExitCode::Pending,
            Self::Chain(NoChain::NotEnded { .. }) => ExitCode::NotApplied,
            Self::Chain(NoChain::NoDecision(_)) | Self::Unsigned { .. } | Self::Sign(_) => ExitCode::InvalidConfiguration,
            Self::Chain(NoChain::NoPolicy(_) | NoChain::OtherRecipe(_)) => ExitCode::LedgerUnavailable,
            Self::Ledger(error) => error.exit(),
            Self::NotCanonical(_) => ExitCode::Unexpected,
        }
    }
}

impl MeansExit for ResolveError {
    fn exit(&self) -> ExitCode {
        ExitCode::SourceUnreadable
    }
}

impl MeansExit for NoDigest {
    fn exit(&self) -> ExitCode {
        match self {
            Self::SecretWithoutKey { .. } => ExitCode::InvalidConfiguration,
            Self::NotCanonical { .. } => ExitCode::Unexpected,
        }
    }
}

impl MeansExit for ApplyError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::PlanKey { .. } => ExitCode::InvalidConfiguration,
            Self::NoDigest(error) => error.exit(),
            Self::WrongTarget { .. } => ExitCode::Unexpected,
            Self::Broken { .. }
            | Self::Branch { .. }
            | Self::Cluster { .. }
            | Self::Terraform { .. }
            | Self::Unfinished { .. }
            | Self::Io { .. } => ExitCode::NotApplied,
        }
    }
}

impl MeansExit for ComponentError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::SameName { .. } | Self::NoComponent { .. } | Self::Nothing { .. } => ExitCode::InvalidConfiguration,
            Self::Lost { .. } => ExitCode::SourceUnreadable,
            Self::Source(error) => error.exit(),
        }
    }
}

impl MeansExit for ForgeError {
    fn exit(&self) -> ExitCode {
        ExitCode::SourceUnreadable
    }
}

impl MeansExit for ChangeError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Source(error) => error.exit(),
            Self::Forge(error) => error.exit(),
        }
    }
}

impl MeansExit for CandidateError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Component(error) => error.exit(),
            Self::Source(error) => error.exit(),
            Self::Change(error) => error.exit(),
            Self::Resolve { source, .. } => source.exit(),
            Self::Rendering(error) => error.exit(),
            Self::Unrenderable { .. } => ExitCode::SourceUnreadable,
            Self::Duplicate(_) | Self::OtherRenderer { .. } | Self::Terraform(_) => ExitCode::InvalidConfiguration,
        }
    }
}

impl MeansExit for RenderingError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Tool { source: RenderToolError::Missing { .. } | RenderToolError::NoVersion { .. }, .. } => {
                ExitCode::InvalidConfiguration
            }
            Self::Tool { .. } => ExitCode::SourceUnreadable,
            Self::Source(error) => error.exit(),
            Self::Path(error) => error.exit(),
        }
    }
}

impl MeansExit for RenderError {
    fn exit(&self) -> ExitCode {
        ExitCode::Unexpected
    }
}

impl MeansExit for DecideError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::NoGate { .. } | Self::NothingJudged { .. } => ExitCode::InvalidConfiguration,
            Self::NoDigest(error) => error.exit(),
            Self::Render(error) => error.exit(),
            Self::Target(error) => error.exit(),
            Self::Ledger(error) => error.exit(),
            Self::Resolve(error) => error.exit(),
            Self::NotCanonical(_) => ExitCode::Unexpected,
        }
    }
}

impl MeansExit for ReplayError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Ledger(error) => error.exit(),
            Self::Decide(error) => error.exit(),
            Self::NoDigest(error) => error.exit(),
            Self::NotCanonical(_) => ExitCode::Unexpected,
        }
    }
}

impl MeansExit for RecordError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Append(error) => error.exit(),
            Self::NotCanonical(_) => ExitCode::Unexpected,
            Self::PolicyChanged(_) => ExitCode::Pending,
        }
    }
}

impl MeansExit for NotApproved {
    fn exit(&self) -> ExitCode {
        match self {
            Self::Unknown(_) => ExitCode::InvalidConfiguration,
            Self::State { state: "denied", .. } => ExitCode::Denied,
            Self::Stopped { .. } | Self::State { state: "pending", .. } | Self::NotItsTurn { .. } => ExitCode::Pending,
            Self::State { .. } | Self::Over(_) | Self::PolicyChanged { .. } | Self::Overtaken { .. } | Self::Expired { .. } => {
                ExitCode::NotApplied
            }
            Self::Incomplete { .. } | Self::Ledger(_) => ExitCode::LedgerUnavailable,
        }
    }
}

impl MeansExit for LeaseError {
    fn exit(&self) -> ExitCode {
        ExitCode::LedgerUnavailable
    }
}

impl MeansExit for TurnError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::NotApproved(error) => error.exit(),
            Self::Lease(error) => error.exit(),
            Self::Ledger(error) => error.exit(),
        }
    }
}

impl MeansExit for AttemptError {
    fn exit(&self) -> ExitCode {
        match self {
            Self::NotApproved(error) => error.exit(),
            Self::Unrecorded { .. } => ExitCode::LedgerUnavailable,
        }
    }
}

#[cfg(test)]
mod tests;
