//! What the statements about one digest come to.

use std::collections::BTreeMap;

use serde_json::Value;
use tollgate_sdk::promotion::Evidence;

use crate::settings::Requirement;

/// What they come to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Proof {
    /// Until these seconds since the Unix epoch; nothing: for ever.
    Holds { until: Option<u64> },
    /// One of those who count says no.
    Failed { by: String, said: String, entry: u64 },
    /// Nobody who counts has said anything, or not lately.
    Missing { why: String },
}

/// Weighs the statements about a digest. Of each signer who counts, the last word counts: the latest in the ledger. One no is a no.
pub(crate) fn proof(evidence: &[Evidence], requirement: &Requirement, digest: &str, now: u64) -> Proof {
    let about = |held: &&Evidence| {
        held.predicate_type == requirement.predicate_type && held.subjects.iter().any(|subject| subject == digest)
    };
    let about: Vec<&Evidence> = evidence.iter().filter(about).collect();
    let last = last_words(&about, requirement);
    for (by, held) in &last {
        if let Err(said) = result(held, requirement) {
            return Proof::Failed { by: (*by).to_owned(), said, entry: held.entry };
        }
    }
    let Some(newest) = last.values().max_by_key(|held| held.at) else { return Proof::Missing { why: uncounted(&about) } };
    let Some(max_age) = requirement.max_age else { return Proof::Holds { until: None } };
    match newest.at.saturating_add(max_age.seconds()) {
        end if end <= now => {
            Proof::Missing { why: format!("the last one (ledger entry {}) is older than {max_age}", newest.entry) }
        }
        end => Proof::Holds { until: Some(end) },
    }
}

/// The last statement of each signer who counts. Of two in one entry, one that does not hold is taken.
fn last_words<'a>(about: &[&'a Evidence], requirement: &Requirement) -> BTreeMap<&'a str, &'a Evidence> {
    let mut last: BTreeMap<&str, &Evidence> = BTreeMap::new();
    for held in about {
        let Some(signer) = held.signer.as_ref().filter(|signer| signer.is_one_of(&requirement.from)) else { continue };
        let word = |held: &Evidence| (held.entry, result(held, requirement).is_err());
        let known = last.entry(&signer.principal).or_insert(held);
        if word(held) > word(known) {
            *known = held;
        }
    }
    last
}

/// Whether a statement has one of the results that are good; else what it says.
fn result(held: &Evidence, requirement: &Requirement) -> Result<(), String> {
    let statement: Value =
        serde_json::from_slice(&held.statement).map_err(|_| "can't be read, because it is no JSON".to_owned())?;
    let value = statement.pointer(&requirement.field).ok_or("is not there")?;
    let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if requirement.equals.contains(&text) { Ok(()) } else { Err(format!("is `{text}`")) }
}

/// Why none of the statements counts.
fn uncounted(about: &[&Evidence]) -> String {
    let Some(held) = about.last() else { return "there is none about it".to_owned() };
    let entry = held.entry;
    match &held.signer {
        None => format!("the one of ledger entry {entry} is not signed by anybody who is known"),
        Some(signer) => format!("the one of ledger entry {entry} is signed by {}, who is not asked for it", signer.principal),
    }
}
