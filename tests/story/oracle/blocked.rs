//! unknown-blocks (7): while the ledger's remote refuses, or people have stopped a place, nothing moves there.

use std::collections::BTreeSet;

use super::Look;
use crate::chronicle::Entry;
use crate::step::{Person, Place, Scope, Step};

pub(super) fn check(look: &Look<'_>) {
    if look.is_by_hand() {
        return;
    }
    if look.stage.refuses && look.step != Step::Refuse {
        assert!(look.new.is_empty(), "unknown-blocks: a remote that refuses has got entries");
        for answer in &look.happened.answers {
            assert_ne!(answer.exit, 0, "unknown-blocks: done without the ledger\n{}", answer.raw());
        }
    }
    for place in Place::ALL.into_iter().filter(|place| look.has_moved(*place)) {
        let write = look.now[&place].write();
        assert!(!look.stage.refuses, "unknown-blocks: {place:?} moved without the ledger, to {write:?}");
        let promotion = write.and_then(|write| write["promotion"].as_str()).unwrap_or_default();
        let glass = look.stage.chronicle.decision(promotion).and_then(|decision| glass(look, decision, "freeze"));
        // Whoever stops a place after the glass was broken stops that, too.
        let mut stops =
            look.stage.frozen.iter().filter(|(stop, scope)| covers(**scope, place) && glass.is_none_or(|glass| glass < **stop));
        assert_eq!(stops.next(), None, "unknown-blocks: {place:?} moved to {write:?}");
    }
}

const fn covers(scope: Scope, place: Place) -> bool {
    match scope {
        Scope::All => true,
        Scope::Prod => matches!(place, Place::Prod),
        Scope::Preprod => matches!(place, Place::Preprod),
        Scope::Service(_) => matches!(place, Place::Preprod | Place::Prod),
    }
}

/// The override by which a decision passed a gate, if two people of the platform team signed it for its recipe and target.
pub(super) fn glass(look: &Look<'_>, decision: &Entry, gate: &str) -> Option<u64> {
    let used = decision.body()["overrides"].as_array().cloned().unwrap_or_default();
    used.iter().filter_map(serde_json::Value::as_u64).find(|opened| {
        let entries = &look.stage.chronicle.entries()[..usize::try_from(decision.index()).unwrap()];
        let opening = entries.iter().find(|entry| entry.index() == *opened && entry.is("override")).unwrap();
        let signs = |entry: &&Entry| entry.is("override") && (entry.index() == *opened || entry.body()["confirms"] == *opened);
        let signers: BTreeSet<&str> = entries.iter().filter(signs).map(Entry::by).collect();
        let platform = [Person::Lead, Person::Operator].iter().filter(|person| signers.contains(&*person.address())).count();
        let names = opening.body()["gates"].as_array().unwrap().iter().any(|named| named == gate);
        names && (opening.recipe(), opening.target()) == (decision.recipe(), decision.target()) && platform >= 2
    })
}
