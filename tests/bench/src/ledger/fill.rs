//! Fills a ledger with releases until it has as many entries as are wanted.

use std::sync::Arc;

use camino::Utf8Path;
use tollgate_core::entry::Draft;
use tollgate_core::ports::{AppendEntry as _, Proposal, ReadLedger as _, Refusal};

use super::release::Releases;
use super::{LongLedgerError, branch, open};

/// How many entries are written at once, about.
const BATCH: usize = 1_000;

/// Fills the ledger of a clone that `tollgate init` has begun. Writes in batches of a thousand entries, not by a push each.
pub(crate) fn fill(clone: &Utf8Path, state: &Utf8Path, key: &str, entries: u64) -> Result<(), LongLedgerError> {
    let ledger = open(Arc::new(branch(clone)?), state, key)?;
    let (len, policy) = ledger.gist().map(|gist| (gist.len(), gist.policy_in_force()))?;
    let mut releases = Releases::new(policy, len);
    let mut written = len;
    while written < entries {
        let wanted = usize::try_from(entries - written).unwrap_or(BATCH).min(BATCH);
        let appended = ledger.append(&mut |gist| {
            let mut drafts: Vec<Draft> = Vec::new();
            while drafts.len() < wanted {
                drafts.extend(releases.next(gist.len() + drafts.len() as u64).ok_or(Refusal)?);
            }
            drafts.truncate(wanted);
            Ok(Proposal { drafts })
        })?;
        written += appended.len() as u64;
    }
    Ok(())
}
