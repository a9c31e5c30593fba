//! One change, from what asked for it to what came of it.

use serde_json::Value;
use tollgate_core::deciding::{CountedApproval, GateRequest, GitChange};
use tollgate_core::entry::{Body, Entry};
use tollgate_core::history::{History, Promotion, PromotionState};
use tollgate_core::ports::{LedgerError, ReadLedger};
use tollgate_core::recipe::{Recipe, RecipeComponent, Renderer};
use tollgate_report::audit::{Chain, ChainStep};

use super::is_about;
use crate::commands::audit::words;
use crate::delivery::proofs::recipe_of;
use crate::delivery::recorded::{self, RecordedQuestion};

/// Trailers that name a ticket (git-interpret-trailers(1)).
const TICKET_TRAILERS: [&str; 4] = ["ticket", "change", "issue", "refs"];

/// Follows a promotion through the ledger.
pub(super) fn of(promotion: &Promotion<'_>, history: &History, ledger: &dyn ReadLedger) -> Result<Chain, LedgerError> {
    let question = recorded::question_of(promotion.decision, ledger)?;
    let request = question.as_ref().map(|question: &RecordedQuestion| &question.request);
    let recipe = recipe_of(promotion.decision, ledger)?;
    let mut steps = builds(promotion, history, recipe.as_ref());
    steps.extend(recipe.iter().flat_map(|recipe| renderings(promotion, recipe)));
    steps.extend(request.into_iter().flat_map(of_question));
    steps.extend(own_entries(promotion, history).into_iter().map(step));
    steps.sort_by_key(|step| (step.at, step.entry));
    steps.dedup();
    let change = request.and_then(|request| request.change.as_ref());
    let (ticket, approvers) = (change.and_then(ticket), request.map(approvers).unwrap_or_default());
    let gaps = if is_applied(promotion) { gaps(promotion, request, ticket.as_ref(), &approvers) } else { Vec::new() };
    let provenance = &promotion.decided.provenance;
    Ok(Chain {
        promotion: promotion.id.clone(),
        entry: promotion.decision.index,
        decided: promotion.decision.at,
        environment: promotion.decided.environment.clone(),
        target: promotion.target().to_owned(),
        recipe: promotion.recipe(),
        reference: provenance.reference.to_string(),
        commit: provenance.commit.clone(),
        requester: promotion.decided.requester.clone(),
        ticket,
        approvers,
        state: promotion.state().word().to_owned(),
        ended: promotion.outcome.map(|(entry, _)| entry.at),
        steps,
        gaps,
    })
}

/// Whether it changed something, or may have.
fn is_applied(promotion: &Promotion<'_>) -> bool {
    matches!(
        promotion.state(),
        PromotionState::Succeeded
            | PromotionState::Continued
            | PromotionState::Failed
            | PromotionState::Errored
            | PromotionState::Running
    )
}

fn step(entry: &Entry) -> ChainStep {
    ChainStep { entry: Some(entry.index), at: entry.at, by: entry.by.principal.clone(), what: words::sentence(entry) }
}

/// Where its own images were built.
fn builds(promotion: &Promotion<'_>, history: &History, recipe: Option<&Recipe>) -> Vec<ChainStep> {
    let images = || recipe.into_iter().flat_map(Recipe::components).flat_map(|component| &component.images);
    let earlier = history.entries().iter().take_while(|entry| entry.index < promotion.decision.index);
    let is_of_it = |entry: &&Entry| match &entry.body {
        Body::ServiceBuilt(built) => {
            images().any(|image| image.digest == built.digest && image.reference.unpinned() == built.reference)
        }
        _ => false,
    };
    earlier.filter(is_of_it).map(step).collect()
}

/// By which tools its components were rendered for the decision.
fn renderings(promotion: &Promotion<'_>, recipe: &Recipe) -> Vec<ChainStep> {
    let Entry { index, at, by, .. } = promotion.decision;
    let each = recipe.components().iter().flat_map(|component| component.renderers.iter().map(move |tool| (component, tool)));
    let rendering = |(component, tool): (&RecipeComponent, &Renderer)| ChainStep {
        entry: Some(*index),
        at: *at,
        by: by.principal.clone(),
        what: format!("renders {} by {} {} ({})", component.component, tool.name, tool.version, tool.digest),
    };
    each.map(rendering).collect()
}

/// What the gates were shown: the commits of the change, approvals that counted, evidence.
fn of_question(request: &GateRequest) -> Vec<ChainStep> {
    let commits = request.change.iter().flat_map(|change| &change.commits).map(|commit| ChainStep {
        entry: None,
        at: commit.at,
        by: commit.author.clone(),
        what: format!("commits {}: {}", commit.id.get(..12).unwrap_or(&commit.id), commit.summary),
    });
    let approvals = request.approvals.iter().filter(|approval| approval.void.is_none()).map(|approval| ChainStep {
        entry: approval.source.strip_prefix("entry ").and_then(|index| index.parse().ok()),
        at: approval.at,
        by: approval.by.principal.clone(),
        what: format!("approves it ({}), by {}", approval.kind.word(), approval.source),
    });
    let evidence = request.evidence.iter().map(|held| ChainStep {
        entry: Some(held.entry),
        at: held.at,
        by: held.signer.as_ref().map_or_else(|| "nobody known".to_owned(), |signer| signer.principal.clone()),
        what: format!("evidence: {}", held.predicate_type),
    });
    commits.chain(approvals).chain(evidence).collect()
}

/// Its decision, attempts and outcomes; the overrides by which gates were passed, and what was said of those afterwards.
fn own_entries<'a>(promotion: &Promotion<'_>, history: &'a History) -> Vec<&'a Entry> {
    let overrides = &promotion.decided.overrides;
    let is_of_it = |entry: &&Entry| match &entry.body {
        Body::Approval(_) => false,
        Body::Override(given) => overrides.contains(&entry.index) || given.confirms.is_some_and(|of| overrides.contains(&of)),
        Body::Review(review) => overrides.contains(&review.of),
        _ => is_about(entry, &promotion.id),
    };
    history.entries().iter().filter(is_of_it).collect()
}

fn approvers(request: &GateRequest) -> Vec<String> {
    let counted = |approval: &&CountedApproval| approval.void.is_none();
    let mut people: Vec<String> = request.approvals.iter().filter(counted).map(|approval| approval.by.principal.clone()).collect();
    people.sort();
    people.dedup();
    people
}

/// As the record of the change names it, else as a commit does.
fn ticket(change: &GitChange) -> Option<String> {
    let recorded = change.record.as_ref().and_then(|record| record.get("ticket")).and_then(Value::as_str);
    let trailers = change.commits.iter().flat_map(|commit| &commit.trailers);
    let named = trailers.into_iter().find(|(key, _)| TICKET_TRAILERS.contains(&key.to_ascii_lowercase().as_str()));
    recorded.map(ToOwned::to_owned).or_else(|| named.map(|(_, value)| value.clone()))
}

/// What an auditor would look for and not find.
fn gaps(promotion: &Promotion<'_>, request: Option<&GateRequest>, ticket: Option<&String>, approvers: &[String]) -> Vec<String> {
    let Some(request) = request else {
        return vec!["what its gates were asked was not recorded".to_owned()];
    };
    let is_reviewed_by_others = approvers.iter().any(|approver| Some(approver) != promotion.decided.requester.as_ref());
    let found = [
        (promotion.decided.requester.is_none(), "nobody can be named who asked for it"),
        (!is_reviewed_by_others, "nobody but its requester approved it"),
        (ticket.is_none(), "it names no ticket"),
        (request.evidence.is_empty(), "no gate was shown evidence about it"),
        (promotion.decision.by.key.is_none(), "its decision is not signed"),
        (promotion.running.is_some() && promotion.outcome.is_none(), "its attempt has no outcome"),
    ];
    found.into_iter().filter(|(is_gap, _)| *is_gap).map(|(_, gap)| gap.to_owned()).collect()
}
