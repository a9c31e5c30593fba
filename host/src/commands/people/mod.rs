//! What people write down. Each verb looks at the ledger, writes one signed entry, and says what that means.

pub(crate) mod approve;
pub(crate) mod break_glass;
pub(crate) mod duration;
pub(crate) mod freeze;
pub(crate) mod reject;
mod scope;
mod subject;
pub(crate) mod thaw;
pub(crate) mod write;
