//! What evidence is about: as people name it, and as the ledger knows it.

use tollgate_core::act::EvidenceSubject;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Body, PromotionId};
use tollgate_core::history::History;
use tollgate_core::image::ImageReference;
use tollgate_core::ports::ResolveDigest;
use tollgate_ledger::evidence::statement::Statement;
use tollgate_report::evidence::AddedSubject;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::commands::named_promotion::find;
use crate::exit::fail;

/// The fewest digits that name a recipe.
const SHORTEST: usize = 8;

/// The digest that a text of the command line names: a digest, a promotion's recipe, a recipe, or an image.
pub(super) fn named(history: &History, resolver: &dyn ResolveDigest, text: &str) -> Result<EvidenceSubject, Failure> {
    if let Ok(digest) = text.parse::<Digest>() {
        return Ok(EvidenceSubject { digest, name: String::new() });
    }
    if PromotionId::parse(text).is_some() {
        let recipe = find(history, text)?.recipe();
        let no_recipe = || Failure::of_message(ExitCode::InvalidConfiguration, format!("`{text}` has no recipe"));
        return Ok(EvidenceSubject { digest: recipe.ok_or_else(no_recipe)?, name: format!("recipe of {text}") });
    }
    if let Some(digest) = recipe(history, text)? {
        return Ok(EvidenceSubject { digest, name: "recipe".to_owned() });
    }
    let reference = text.parse::<ImageReference>().ok().filter(|_| text.contains(['/', ':', '@']));
    let reference = reference.ok_or_else(|| nothing(text))?;
    let digest = resolver.resolve(&reference).map_err(fail)?;
    Ok(EvidenceSubject { digest, name: reference.to_string() })
}

fn nothing(text: &str) -> Failure {
    let message = format!("`{text}` names neither a digest, an image, a recipe of the ledger nor a promotion");
    let hint = "write `sha256:…`, `registry.example.com/cart:TAG`, the beginning of a recipe's id, or `P-17`";
    Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint(hint)
}

/// A recipe of the ledger by the beginning of its id.
fn recipe(history: &History, text: &str) -> Result<Option<Digest>, Failure> {
    let digits = text.strip_prefix("sha256:").unwrap_or(text);
    if digits.len() < SHORTEST || !digits.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return Ok(None);
    }
    let recipes = history.entries().iter().filter_map(|entry| entry.subject.recipe);
    let mut found: Vec<Digest> = recipes.filter(|recipe| recipe.hex().starts_with(digits)).collect();
    found.sort();
    found.dedup();
    match found.as_slice() {
        [] => Err(nothing(text)),
        [one] => Ok(Some(*one)),
        several => {
            let message = format!("`{text}` begins the ids of {} recipes; write more of it", several.len());
            Err(Failure::of_message(ExitCode::InvalidConfiguration, message))
        }
    }
}

/// A statement must be about what the command line says that it is about.
pub(super) fn agree(statement: &Statement, named: &[EvidenceSubject]) -> Result<(), Failure> {
    let is_about = |subject: &&EvidenceSubject| statement.subjects.iter().any(|one| one.digest == subject.digest);
    let Some(missing) = named.iter().find(|subject| !is_about(subject)) else { return Ok(()) };
    let message = format!("the statement is not about `{}`, which `--subject` names", missing.digest);
    Err(Failure::of_message(ExitCode::InvalidConfiguration, message))
}

/// What a statement is about, with what the ledger knows of it.
pub(super) fn shown(statement: &Statement, history: &History) -> Vec<AddedSubject> {
    let digests = statement.subjects.iter().map(|subject| AddedSubject {
        digest: subject.digest.to_string(),
        name: subject.name.clone(),
        known: known(history, subject.digest),
    });
    let trees = statement.trees.iter().map(|tree| AddedSubject {
        digest: format!("gitTree:{tree}"),
        name: String::new(),
        known: Some("a directory of git".to_owned()),
    });
    digests.chain(trees).collect()
}

fn known(history: &History, digest: Digest) -> Option<String> {
    history.entries().iter().rev().find_map(|entry| {
        let promotion = entry.subject.promotion.as_ref().map(|promotion| format!(" of {promotion}")).unwrap_or_default();
        match &entry.body {
            Body::ServiceBuilt(built) if built.digest == digest => Some(format!("the image {}", built.reference)),
            _ if entry.subject.recipe == Some(digest) => Some(format!("the recipe{promotion}")),
            _ if entry.subject.plan == Some(digest) => Some(format!("the plan{promotion}")),
            _ => None,
        }
    })
}
