//! Whether a branch or tag left what the ledger saw of it before.

use tollgate_core::gist::{DecidedOf, Gist};
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{ReadRepository, SourceError};
use tollgate_core::recipe::Provenance;

use super::short;

/// The sentence that says so, with both commits.
///
/// A tag never moves. A branch only goes forward, from all that was decided of it since the entry `since`: otherwise whoever
/// forces it only has to ask twice, and a branch that was forced once could never be used again.
///
/// # Errors
/// When history is cut off.
pub(super) fn sentence(
    repository: &dyn ReadRepository,
    history: &Gist,
    since: u64,
    now: &Provenance,
) -> Result<Option<String>, SourceError> {
    let is_tag = matches!(now.reference, GitReference::Tag(_));
    let counts = history.decided_of(&now.reference).filter(|before| is_tag || before.decision >= since);
    let mut asked: Vec<&str> = Vec::new();
    for before in counts {
        let commit = before.commit;
        if commit == now.commit || asked.contains(&commit) {
            continue;
        }
        asked.push(commit);
        if is_tag {
            return Ok(Some(moved(&before, now)));
        }
        if !is_ancestor(repository, commit, &now.commit)? {
            return Ok(Some(forced(&before, now)));
        }
    }
    Ok(None)
}

fn moved(before: &DecidedOf<'_>, now: &Provenance) -> String {
    let commit = short(before.commit);
    format!(
        "{} was moved: it was on the commit {commit} for {}, and is on {} now",
        now.reference,
        before.promotion,
        short(&now.commit)
    )
}

fn forced(before: &DecidedOf<'_>, now: &Provenance) -> String {
    let commit = short(before.commit);
    format!(
        "{} was forced: its commit {} does not have {commit}, which was there for {}",
        now.reference,
        short(&now.commit),
        before.promotion
    )
}

/// What the clone, which has all of `tip`, does not have, `tip` does not lead to.
fn is_ancestor(repository: &dyn ReadRepository, commit: &str, tip: &str) -> Result<bool, SourceError> {
    match repository.merge_base(commit, tip) {
        Ok(base) => Ok(base.as_deref() == Some(commit)),
        Err(SourceError::UnknownRevision { .. }) => Ok(false),
        Err(error) => Err(error),
    }
}
