//! The port for verdicts that were given before.

use serde::{Deserialize, Serialize};

use crate::digest::Digest;
use crate::evaluate::{DocumentFinding, EvaluationError};

/// What a validator answered, as far as it may be kept: without lines, because these are computed anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeptVerdict {
    pub outcome: Result<Vec<DocumentFinding>, EvaluationError>,
}

/// Keeps verdicts by the digest of everything that they depend on. It may forget at any time, and is never a trust root:
/// promotions don't ask it.
pub trait KeepVerdicts: Send + Sync {
    /// The verdict under a key, if it is still there.
    fn get(&self, key: &Digest) -> Option<KeptVerdict>;

    /// Whether it keeps anything at all, so that keys are worth their price.
    fn keeps(&self) -> bool {
        true
    }

    /// Keeps a verdict. Failing to is no error: it will be computed again.
    fn put(&self, key: &Digest, verdict: &KeptVerdict);
}

/// Keeps nothing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Forgetful;

impl KeepVerdicts for Forgetful {
    fn get(&self, _: &Digest) -> Option<KeptVerdict> {
        None
    }

    fn keeps(&self) -> bool {
        false
    }

    fn put(&self, _: &Digest, _: &KeptVerdict) {}
}
