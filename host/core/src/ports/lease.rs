//! Keeping leases where everybody sees them.

use crate::lease::{LeaseRecord, SeenLease};

/// Why a lease can't be looked at or moved. Without it nothing is applied.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    #[error("lease of target `{target}` can't be reached: git said {message}")]
    Unreachable { target: String, message: String },
    /// It stayed where it was and the remote took no push: a hook or a rule forbids it.
    #[error("remote refused to move the lease of target `{target}`: git said {message}")]
    Refused { target: String, message: String },
    #[error("lease of target `{target}` can't be kept in the clone")]
    Local {
        target: String,
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
}

/// What came of a compare-and-swap.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Swapped {
    /// The remote acknowledged it: the new state, nothing where the lease was released.
    Won(Option<String>),
    /// The lease was in another state by then.
    Lost,
}

/// Keeps one lease for each target at the ledger's remote.
pub trait KeepLease: Send + Sync {
    /// The lease as the remote has it now; nothing when nobody holds it.
    ///
    /// # Errors
    /// When the remote can't be reached.
    fn current(&self, target: &str) -> Result<Option<SeenLease>, LeaseError>;

    /// Moves the lease of a target from the state `old` to a new one that says `new`; nothing stands for a free lease. No two
    /// calls make the same state, so that a swap can't be mistaken for somebody else's.
    ///
    /// # Errors
    /// When the remote can't be reached, so that the outcome may be unknown, or refuses.
    fn swap(&self, target: &str, old: Option<&str>, new: Option<&LeaseRecord>) -> Result<Swapped, LeaseError>;
}
