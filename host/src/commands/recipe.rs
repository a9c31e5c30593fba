//! `tollgate recipe`: what is delivered together.

use std::collections::BTreeMap;

use tollgate_core::digest::Digest;
use tollgate_core::entry::PromotionId;
use tollgate_core::history::History;
use tollgate_core::pipeline::GitReference;
use tollgate_core::ports::{ReadLedger as _, ReadRepository as _};
use tollgate_core::recipe::{Provenance, Recipe};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_report::recipe::{RecipeDiffReport, RecipeReport};

use super::Outcome;
use super::failed::of_finding;
use super::named_promotion::find;
use crate::cli::Format;
use crate::cli::recipe::{OneRecipe, Recipe as Command, TwoRecipes};
use crate::delivery::attempt::moved_message;
use crate::delivery::components;
use crate::delivery::images::moved_tags;
use crate::delivery::proofs::{recipe_of, running};
use crate::delivery::recipe::{Candidate, Kitchen};
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring::{self, Delivery, Lines};

pub(crate) fn run(invocation: &Invocation, command: &Command) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let delivery = wiring::delivery(invocation)?;
    match command {
        Command::Build(arguments) => build(invocation, &delivery, arguments),
        Command::Show(arguments) => show(invocation, &delivery, arguments).map_err(one),
        Command::Diff(arguments) => diff(invocation, &delivery, arguments).map_err(one),
        Command::Verify(arguments) => verify(invocation, &delivery, arguments).map_err(one),
    }
}

fn build(invocation: &Invocation, delivery: &Delivery, arguments: &OneRecipe) -> Outcome {
    let one = |failure: Failure| vec![failure];
    let commit = delivery.repository.commit(&arguments.recipe).map_err(fail).map_err(one)?;
    let candidate = candidate(delivery, &commit).map_err(one)?;
    let Some(recipe) = candidate.recipe else {
        return Err(candidate.findings.iter().map(of_finding).collect());
    };
    print(invocation, arguments.output, &recipe, Some(candidate.provenance), Vec::new()).map_err(one)?;
    Ok(ExitCode::Approved)
}

fn candidate(delivery: &Delivery, commit: &str) -> Result<Candidate, Failure> {
    let pipeline = &delivery.in_force.configuration.pipeline;
    let provenance = Provenance { reference: GitReference::Commit(commit.to_owned()), commit: commit.to_owned() };
    let components = components::at_commit(&delivery.repository, pipeline, &provenance).map_err(fail)?;
    let Delivery { repository, resolver, tools, terraform, .. } = delivery;
    let (resolver, tools) = (resolver.as_ref(), tools.as_ref());
    let kitchen = Kitchen { repository, resolver, locate: &Lines, pipeline, tools, terraform, target: None };
    kitchen.candidate(&provenance, components).map_err(fail)
}

fn show(invocation: &Invocation, delivery: &Delivery, arguments: &OneRecipe) -> Result<ExitCode, Failure> {
    let history = delivery.ledger.history().map_err(fail)?;
    let (recipe, provenance) = named(delivery, &history, &arguments.recipe)?;
    print(invocation, arguments.output, &recipe, provenance, Vec::new())?;
    Ok(ExitCode::Approved)
}

fn diff(invocation: &Invocation, delivery: &Delivery, arguments: &TwoRecipes) -> Result<ExitCode, Failure> {
    let history = delivery.ledger.history().map_err(fail)?;
    let (before, _) = named(delivery, &history, &arguments.before)?;
    let (after, _) = named(delivery, &history, &arguments.after)?;
    let report = RecipeDiffReport::new(&before, &after).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
    output::print(&match arguments.output {
        Format::Json => output::json(&report)?,
        Format::Text => report.to_text(invocation.style()),
    })?;
    Ok(ExitCode::Approved)
}

/// Resolves all own tags again. A tag that moved is a denial: this recipe can't be had any more.
fn verify(invocation: &Invocation, delivery: &Delivery, arguments: &OneRecipe) -> Result<ExitCode, Failure> {
    let history = delivery.ledger.history().map_err(fail)?;
    let (recipe, provenance) = named(delivery, &history, &arguments.recipe)?;
    let moved = moved_tags(&recipe, delivery.resolver.as_ref()).map_err(fail)?;
    let mut notices = proven_at(&history, recipe.id().ok());
    if !moved.is_empty() {
        notices.push(moved_message(&moved));
    }
    print(invocation, arguments.output, &recipe, provenance, notices)?;
    Ok(if moved.is_empty() { ExitCode::Approved } else { ExitCode::Denied })
}

fn proven_at(history: &History, id: Option<Digest>) -> Vec<String> {
    let mut notices = Vec::new();
    for proven in history.proven().into_iter().filter(|proven| Some(proven.recipe) == id) {
        let (target, promotion, since) = (&proven.target, &proven.promotion, proven.since);
        notices.push(match (proven.standing, proven.promotable) {
            (true, true) => format!("proven on `{target}` since {since}, by {promotion}"),
            (true, false) => format!("ran on `{target}` since {since}, by {promotion}, which proves nothing"),
            (false, _) => format!("was proven on `{target}` and failed there later"),
        });
    }
    if notices.is_empty() {
        notices.push("proven nowhere".to_owned());
    }
    notices
}

/// A recipe by promotion, target, id or revision, in that order.
fn named(delivery: &Delivery, history: &History, text: &str) -> Result<(Recipe, Option<Provenance>), Failure> {
    if PromotionId::parse(text).is_some() {
        let promotion = find(history, text)?;
        let recipe = recipe_of(promotion.decision, &delivery.ledger).map_err(fail)?;
        return recipe.map(|recipe| (recipe, Some(promotion.decided.provenance.clone()))).ok_or_else(|| no_recipe(text));
    }
    if delivery.in_force.configuration.pipeline.target(text).is_some() {
        let running = running(history, text, &delivery.ledger).map_err(fail)?;
        return running
            .map(|(promotion, recipe)| (recipe, Some(promotion.decided.provenance.clone())))
            .ok_or_else(|| no_recipe(text));
    }
    if let Some(found) = by_id(delivery, history, text)? {
        return Ok(found);
    }
    let commit = delivery.repository.commit(text).map_err(fail)?;
    let candidate = candidate(delivery, &commit)?;
    match candidate.recipe {
        Some(recipe) => Ok((recipe, Some(candidate.provenance))),
        None => Err(candidate.findings.first().map_or_else(|| no_recipe(text), of_finding)),
    }
}

fn no_recipe(text: &str) -> Failure {
    Failure::of_message(ExitCode::InvalidConfiguration, format!("`{text}` has no recipe"))
}

/// A recipe of the ledger by its id, or the beginning of it.
fn by_id(delivery: &Delivery, history: &History, text: &str) -> Result<Option<(Recipe, Option<Provenance>)>, Failure> {
    let text = text.strip_prefix("sha256:").unwrap_or(text);
    if text.len() < 8 || !text.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let promotions = history.promotions();
    let matching = promotions.iter().filter_map(|promotion| Some((promotion.recipe()?, promotion)));
    let found: BTreeMap<Digest, _> = matching.filter(|(id, _)| id.hex().starts_with(text)).collect();
    match found.into_iter().collect::<Vec<_>>().as_slice() {
        [] => Ok(None),
        [(_, promotion)] => {
            let recipe = recipe_of(promotion.decision, &delivery.ledger).map_err(fail)?;
            Ok(recipe.map(|recipe| (recipe, Some(promotion.decided.provenance.clone()))))
        }
        several => {
            let message = format!("`{text}` begins the ids of {} recipes; write more of it", several.len());
            Err(Failure::of_message(ExitCode::InvalidConfiguration, message))
        }
    }
}

fn print(
    invocation: &Invocation,
    format: Format,
    recipe: &Recipe,
    provenance: Option<Provenance>,
    notices: Vec<String>,
) -> Result<(), Failure> {
    let mut report = RecipeReport::new(recipe, provenance).map_err(|error| Failure::new(ExitCode::Unexpected, &error))?;
    report.notices = notices;
    output::print(&match format {
        Format::Json => output::json(&report)?,
        Format::Text => report.to_text(invocation.style()),
    })
}
