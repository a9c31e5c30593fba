//! Who knows of a promotion: the gist of the ledger, and of what was over long ago all of its entries.

use std::ops::Deref;
use std::sync::Arc;

use tollgate_core::entry::PromotionId;
use tollgate_core::gist::Gist;
use tollgate_core::history::History;
use tollgate_core::ports::{LedgerError, ReadLedger};

/// Where a promotion can be looked up.
pub(crate) enum Telling<'a> {
    Gist(&'a Gist),
    All(Arc<History>),
}

impl<'a> Telling<'a> {
    /// Who knows of this one.
    pub(crate) fn of(id: &PromotionId, gist: &'a Gist, ledger: &dyn ReadLedger) -> Result<Self, LedgerError> {
        if gist.remembers(id) { Ok(Self::Gist(gist)) } else { ledger.history().map(Self::All) }
    }
}

impl Deref for Telling<'_> {
    type Target = Gist;

    fn deref(&self) -> &Gist {
        match self {
            Self::Gist(gist) => gist,
            Self::All(history) => history,
        }
    }
}
