//! What a person says yes or no to.

use std::collections::BTreeMap;

use tollgate_core::act::Override;
use tollgate_core::deciding::ApprovalKind;
use tollgate_core::entry::{Entry, EntrySubject, PromotionId};
use tollgate_core::gist::Gist;
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{ReadLedger as _, ReadRepository as _};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::commands::named_promotion::{find, telling};
use crate::exit::fail;
use crate::wiring::Delivery;

/// The blobs that an approval shares with the decision that it is of.
const SEEN: [&str; 2] = ["plan", "findings"];

/// A promotion, or content, that is approved or rejected.
pub(super) struct Judged {
    pub(super) kind: ApprovalKind,
    pub(super) commit: String,
    pub(super) tree: String,
    pub(super) subject: EntrySubject,
    pub(super) blobs: BTreeMap<String, Vec<u8>>,
    /// In words.
    pub(super) what: String,
}

/// `O-18`: the override that entry 18 opened.
pub(super) fn override_entry(text: &str) -> Option<u64> {
    let index: u64 = text.strip_prefix("O-")?.parse().ok()?;
    (format!("O-{index}") == text).then_some(index)
}

/// The entry that opened an override.
pub(super) fn opened(history: &Gist, index: u64) -> Result<(&Entry, &Override), Failure> {
    history.opened_override(index).ok_or_else(|| {
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no override `O-{index}`"));
        failure.with_hint("`tollgate status` lists them")
    })
}

/// What the command line names.
pub(super) fn judged(delivery: &Delivery, history: &Gist, text: &str) -> Result<Judged, Failure> {
    if PromotionId::parse(text).is_some() { promotion(delivery, history, text) } else { content(delivery, history, text) }
}

/// A promotion that was decided. An approval of it says yes to what the decision saw: its plan and its findings.
fn promotion(delivery: &Delivery, history: &Gist, text: &str) -> Result<Judged, Failure> {
    let telling = telling(&delivery.ledger, history, text)?;
    let promotion = find(&telling, text)?;
    let entry = promotion.decision;
    if entry.policy != Some(delivery.in_force.revision.digest) {
        let message = format!("promotion `{text}` was decided under another policy than the one in force");
        return Err(Failure::of_message(ExitCode::Denied, message).with_hint("run `tollgate promote` to have it decided anew"));
    }
    let mut blobs = BTreeMap::new();
    for name in SEEN {
        let Some(digest) = entry.blobs.get(name) else { return Err(nothing_to_approve(text)) };
        blobs.insert(name.to_owned(), delivery.ledger.blob(*digest).map_err(fail)?);
    }
    let commit = promotion.decided.provenance.commit.clone();
    Ok(Judged {
        kind: ApprovalKind::Promotion,
        tree: tree(delivery, &commit)?,
        commit,
        subject: entry.subject.clone(),
        blobs,
        what: format!("{text} to `{}`", promotion.target()),
    })
}

fn nothing_to_approve(text: &str) -> Failure {
    let message = format!("promotion `{text}` has no plan, so there is nothing to say yes or no to");
    Failure::of_message(ExitCode::Denied, message).with_hint("`tollgate explain` says why")
}

/// The content of a branch, tag or commit, as it will be when it is merged.
fn content(delivery: &Delivery, history: &Gist, text: &str) -> Result<Judged, Failure> {
    let repository = &delivery.repository;
    let resolved = repository.resolve_at_remote(text).map_err(fail)?;
    let (_, trust) =
        history.trust().ok_or_else(|| Failure::of_message(ExitCode::LedgerUnavailable, "the ledger has no entry 0"))?;
    let base = repository.resolve_at_remote(&format!("refs/heads/{}", trust.policy_ref)).map_err(fail)?;
    let is_merged = repository.is_on_branch(&resolved.commit, &trust.policy_ref).map_err(fail)?;
    let (tree, what) = if is_merged || matches!(resolved.reference, GitReference::Tag(_)) {
        (tree(delivery, &resolved.commit)?, format!("the content of {}", resolved.reference))
    } else {
        let merge = repository.merge(&base.commit, &resolved.commit).map_err(fail)?;
        let merged = tree(delivery, &merge.revision)?;
        (merged, format!("the content of {} merged into `{}`", resolved.reference, trust.policy_ref))
    };
    Ok(Judged {
        kind: ApprovalKind::Review,
        commit: resolved.commit,
        tree,
        subject: EntrySubject::default(),
        blobs: BTreeMap::new(),
        what,
    })
}

fn tree(delivery: &Delivery, revision: &str) -> Result<String, Failure> {
    let tree = delivery.repository.tree_hash(revision, "").map_err(fail)?;
    tree.ok_or_else(|| Failure::of_message(ExitCode::SourceUnreadable, format!("`{revision}` has no tree")))
}
