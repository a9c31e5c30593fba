//! only-proven-images (6): nothing runs in preprod that was not recorded as built from master, and nothing in prod that did
//! not run in preprod.

use std::collections::BTreeSet;

use super::Look;
use crate::chronicle::Entry;
use crate::step::Place;

/// What was seen to run in preprod, or succeeded there.
#[derive(Default)]
pub(super) struct Proven {
    digests: BTreeSet<String>,
}

impl Proven {
    pub(super) fn check(&mut self, look: &Look<'_>) {
        let recorded: BTreeSet<&String> = look.stage.recorded.values().collect();
        for digest in &look.now[&Place::Preprod].digests {
            assert!(recorded.contains(digest), "only-proven-images: {digest} runs in preprod, and nobody recorded it");
            self.digests.insert(digest.clone());
        }
        // Between two looks preprod may have run more than one recipe.
        for entry in look.new.iter().filter(|entry| entry.ended("succeeded") && is_of(entry, Place::Preprod)) {
            self.digests.extend(digests(look, entry));
        }
        for digest in &look.now[&Place::Prod].digests {
            assert!(self.digests.contains(digest), "only-proven-images: {digest} runs in prod, and never ran in preprod");
        }
        for begun in look.new.iter().filter(|entry| entry.is("running") && is_of(entry, Place::Prod)) {
            assert_proven(look, begun);
        }
    }
}

fn is_of(entry: &Entry, place: Place) -> bool {
    entry.target() == Some(&place.target())
}

/// The digests of the recipe of an outcome.
fn digests(look: &Look<'_>, outcome: &Entry) -> Vec<String> {
    let decision = look.stage.chronicle.decision(outcome.promotion()).unwrap();
    let recipe = look.stage.chronicle.blob(decision.blob("recipe").unwrap()).to_string();
    let pattern = regex_lite::Regex::new("sha256:[0-9a-f]{64}").unwrap();
    pattern.find_iter(&recipe).map(|found| found.as_str().to_owned()).collect()
}

/// The recipe that begins to move to prod succeeded in preprod before it was decided, and was not rolled back there since; or
/// it goes back to what prod had.
fn assert_proven(look: &Look<'_>, begun: &Entry) {
    let decision = look.stage.chronicle.decision(begun.promotion()).unwrap();
    let entries = &look.stage.chronicle.entries()[..usize::try_from(decision.index()).unwrap()];
    let place = if decision.body()["isRollback"] == true { Place::Prod } else { Place::Preprod };
    let succeeded = |entry: &Entry| is_of(entry, place) && entry.recipe() == decision.recipe() && entry.ended("succeeded");
    let proof = entries.iter().rposition(succeeded);
    let proof = proof.unwrap_or_else(|| panic!("only-proven-images: {} was not proven in {place:?}", decision.text()));
    let rolled_back = |entry: &&Entry| {
        let left = entry.is("hold") && is_of(entry, Place::Preprod) && entry.body()["awayFrom"].as_str() == decision.recipe();
        left && entries.iter().any(|other| other.ended("succeeded") && other.promotion() == entry.promotion())
    };
    let left = entries[proof..].iter().find(rolled_back);
    assert!(place == Place::Prod || left.is_none(), "only-proven-images: {} was rolled back", decision.text());
}
