//! The keys that a ledger is read and written with.

use std::fmt;
use std::sync::Arc;

use tollgate_core::ports::{ReadSigners, SignBytes};

use crate::log_key::LogKeyFile;

/// Who reads signers, and the key of whoever writes.
#[derive(Clone)]
pub struct Keys {
    pub signers: Arc<dyn ReadSigners>,
    /// Nothing: this process can't sign.
    pub own: Option<Arc<dyn SignBytes>>,
    /// The key that checkpoints are signed with here.
    pub log: LogKeyFile,
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("own", &self.own.as_ref().map(|key| key.key())).finish_non_exhaustive()
    }
}
