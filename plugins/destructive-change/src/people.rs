//! Whose approvals count.

use std::collections::BTreeSet;

use tollgate_sdk::promotion::{Approval, ApprovalKind, Change, Request};

/// The people whose approvals of the promotion count: in `from` where that names somebody, no machine, and not those who made the
/// change. While it is not known who made it, nobody's does.
pub(crate) fn who_approved<'a>(request: &'a Request, from: &[String]) -> BTreeSet<&'a str> {
    let Some(makers) = makers(request) else { return BTreeSet::new() };
    let counts = |approval: &&Approval| {
        let by = &approval.by;
        approval.kind == ApprovalKind::Promotion
            && approval.void.is_none()
            && !by.automation
            && !makers.contains(by.principal.as_str())
            && (from.is_empty() || by.is_one_of(from))
    };
    request.approvals.iter().filter(counts).map(|approval| approval.by.principal.as_str()).collect()
}

/// Why nobody's approval counts, where that is so.
pub(crate) fn uncounted(request: &Request) -> Option<&'static str> {
    match &request.change {
        None => Some("nobody's approval counts, because it is not known who made the change"),
        Some(change) if !change.is_complete => {
            Some("nobody's approval counts, because the change has too many commits to know who made it")
        }
        Some(_) => None,
    }
}

/// Everyone who had a hand in the change: who asked for it, who signed it, and whom its commits name.
fn makers(request: &Request) -> Option<BTreeSet<&str>> {
    let change = request.change.as_ref().filter(|change| change.is_complete)?;
    Some(asked(change).chain(committed(change)).collect())
}

fn asked(change: &Change) -> impl Iterator<Item = &str> {
    let tagged = change.tag.iter().filter_map(|vouching| vouching.person());
    change.requester.iter().chain(tagged).map(|person| person.principal.as_str())
}

fn committed(change: &Change) -> impl Iterator<Item = &str> {
    change.commits.iter().flat_map(|commit| {
        let signed = commit.vouching.person().map(|person| person.principal.as_str());
        [Some(commit.author.as_str()), Some(commit.committer.as_str()), signed].into_iter().flatten()
    })
}
