//! no-apply-unapproved (1): what runs is what the commit says, in releases that an approved decision with that plan brought.

use std::collections::BTreeMap;

use serde_json::Value;

use super::Look;
use super::standing::Standing;
use crate::chronicle::Entry;
use crate::stage::NAMES;
use crate::step::Place;

pub(super) fn check(look: &Look<'_>) {
    for place in Place::ALL {
        let standing = &look.now[&place];
        if look.has_moved(place) && standing.release.is_some() && !look.is_by_hand() && !look.stage.tampered.contains_key(&place) {
            let decision = approved(look, place, standing);
            assert_rendered(look, standing, decision);
        }
    }
}

/// The decision that what is current names: approved, of this recipe and plan, and acknowledged before it was applied.
fn approved<'a>(look: &'a Look<'_>, place: Place, standing: &Standing) -> &'a Entry {
    let write = standing.write().unwrap_or_else(|| panic!("no-apply-unapproved: {place:?} runs a release that nobody wrote"));
    let promotion = write["promotion"].as_str().unwrap();
    let decision = look.stage.chronicle.decision(promotion);
    let decision = decision.unwrap_or_else(|| panic!("no-apply-unapproved: {place:?} runs {promotion}, which nobody decided"));
    let text = decision.text();
    assert_eq!(decision.body()["decision"], "approved", "no-apply-unapproved: {place:?} runs {text}");
    assert_eq!(decision.target(), Some(place.target().as_str()), "no-apply-unapproved: {text}");
    assert_eq!((decision.recipe(), decision.plan()), (write["recipe"].as_str(), write["plan"].as_str()), "{text}");
    let begins =
        |entry: &&Entry| entry.is("running") && entry.promotion() == promotion && entry.attempt() == write["attempt"].as_u64();
    let begun = look.stage.chronicle.entries().iter().find(begins);
    let begun = begun.unwrap_or_else(|| panic!("no-apply-unapproved: {place:?} runs an attempt that never began: {write}"));
    assert!(decision.index() < begun.index(), "no-apply-unapproved: {promotion} began before it was decided");
    decision
}

/// The manifests that run are those of the commits that the decision names, with digests of images that it names.
fn assert_rendered(look: &Look<'_>, standing: &Standing, decision: &Entry) {
    let mut expected = BTreeMap::new();
    for service in NAMES {
        let carried = &decision.body()["carried"][service]["commit"];
        let own = decision.body()["provenance"]["commit"].as_str().unwrap();
        let is_moved = carried.is_string() || decision.body()["promotable"] == true || is_changed(look, own, service);
        if is_moved {
            expected.extend(manifests(look, carried.as_str().unwrap_or(own), service));
        }
    }
    let recipe = look.stage.chronicle.blob(decision.blob("recipe").unwrap()).to_string();
    let manifests = standing.files.iter().filter(|(path, _)| path.ends_with(".yaml"));
    let running: BTreeMap<String, Value> = manifests.map(|(path, text)| (path.clone(), without_digests(text, &recipe))).collect();
    assert_eq!(running, expected, "no-apply-unapproved: what runs is not what was decided: {}", decision.text());
}

/// Whether a branch changes a service: nothing else moves where nothing is promoted from.
fn is_changed(look: &Look<'_>, commit: &str, service: &str) -> bool {
    let deployment = &look.stage.signed.shop.deployment;
    let base = deployment.git(&["merge-base", "master", commit]);
    !deployment.git(&["diff", "--name-only", &base, commit, "--", &format!("services/{service}")]).is_empty()
}

/// The manifests of a service at a commit, by path.
fn manifests(look: &Look<'_>, commit: &str, service: &str) -> BTreeMap<String, Value> {
    let deployment = &look.stage.signed.shop.deployment;
    let listed = deployment.git(&["ls-tree", "-r", "--name-only", commit, &format!("services/{service}/")]);
    let manifest = |path: &str| (path.to_owned(), document(&deployment.git(&["show", &format!("{commit}:{path}")])));
    listed.lines().filter(|path| path.ends_with(".yaml")).map(manifest).collect()
}

fn document(text: &str) -> Value {
    serde_yaml::from_str(text).unwrap_or_else(|error| panic!("no manifest ({error}): {text}"))
}

/// What runs, with images as they are written. Each must have a digest, which the recipe has as well.
fn without_digests(text: &str, recipe: &str) -> Value {
    let pattern = regex_lite::Regex::new("(registry[^\\s\"]*)@(sha256:[0-9a-f]{64})").unwrap();
    for found in pattern.captures_iter(text) {
        assert!(recipe.contains(&found[2]), "no-apply-unapproved: {} is in no recipe", &found[0]);
    }
    let images = text.matches("registry.example.com/").count();
    assert_eq!(pattern.find_iter(text).count(), images, "no-apply-unapproved: an image without a digest: {text}");
    document(&pattern.replace_all(text, "${1}"))
}
