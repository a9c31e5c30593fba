//! What people and machines have written into the ledger.

use serde_json::{Value, json};
use tollgate_core::deciding::{ApprovalKind, CountedApproval, CountedRejection, Fact, HeldEvidence, Stop, UsedOverride};
use tollgate_core::digest::Digest;
use tollgate_core::recipe::Recipe;
use tollgate_core::time::Timestamp;

use super::reading::{self, Reading};
use crate::check::duration;
use crate::origin::At;
use crate::raw::gate_case::GateCaseFile;
use crate::raw::gate_case_ledger as raw;
use crate::raw::text::Text;

/// The subject of a statement that is about the recipe that would move.
const RECIPE: &str = "recipe";
const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;

/// Reads the elements of a list, each with its place and its number.
fn each<R, T>(raw: &[R], at: &At<'_>, mut read: impl FnMut(&R, &At<'_>, u64) -> T) -> Vec<T> {
    raw.iter().zip(0_u64..).enumerate().map(|(index, (raw, number))| read(raw, &at.element(index), number)).collect()
}

fn owned(text: &Text) -> String {
    text.as_str().to_owned()
}

/// Where in the ledger something is written that does not say so.
fn entry(number: u64) -> String {
    format!("entry {}", 100 + number)
}

pub(super) fn approvals(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> Vec<CountedApproval> {
    each(&case.approvals, &at.member("approvals"), |raw, at, number| CountedApproval {
        kind: match raw.kind {
            raw::ApprovalKind::Review => ApprovalKind::Review,
            raw::ApprovalKind::Promotion => ApprovalKind::Promotion,
        },
        by: reading.person(&raw.by),
        at: reading.moment_or_now(raw.at.as_ref(), &at.member("at")),
        source: raw.source.as_ref().map_or_else(|| entry(number), owned),
        void: raw.void.as_ref().map(owned),
    })
}

pub(super) fn rejections(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> Vec<CountedRejection> {
    each(&case.rejections, &at.member("rejections"), |raw, at, number| CountedRejection {
        by: reading.person(&raw.by),
        at: reading.moment_or_now(raw.at.as_ref(), &at.member("at")),
        reason: owned(&raw.reason),
        source: entry(100 + number),
    })
}

pub(super) fn stops(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> Vec<Stop> {
    each(&case.stops, &at.member("stops"), |raw, at, number| Stop {
        is_hold: raw.is_hold,
        scope: owned(&raw.scope),
        reason: owned(&raw.reason),
        by: owned(&raw.by),
        since: reading.moment_or(raw.since.as_ref(), &at.member("since"), "-1h"),
        until: reading.moment_of(raw.until.as_ref(), &at.member("until")),
        entry: number,
    })
}

pub(super) fn overrides(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> Vec<UsedOverride> {
    each(&case.overrides, &at.member("overrides"), |raw, at, number| {
        let used = reading.moment_or_now(raw.at.as_ref(), &at.member("at"));
        let review_by = reading.moment_of(raw.review_by.as_ref(), &at.member("reviewBy"));
        UsedOverride {
            target: raw.target.as_ref().map_or_else(|| case.target.name.as_str().to_owned(), owned),
            gates: raw.gates.iter().map(owned).collect(),
            by: raw.by.iter().map(|by| reading.person(by)).collect(),
            at: used,
            reason: owned(&raw.reason),
            ticket: raw.ticket.as_ref().map(owned),
            review_by: review_by.unwrap_or_else(|| later(used, DAY)),
            reviewed: raw.reviewed.as_ref().map(|reviewed| (reading.person(&reviewed.by), reviewed.accepted)),
            entry: number,
        }
    })
}

fn later(time: Timestamp, seconds: u64) -> Timestamp {
    let second = i64::try_from(seconds).ok().and_then(|seconds| time.as_second().checked_add(seconds));
    second.and_then(|second| Timestamp::from_second(second).ok()).unwrap_or(Timestamp::MAX)
}

/// A later element is a later entry.
pub(super) fn evidence(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading, recipe: Option<&Recipe>) -> Vec<HeldEvidence> {
    each(&case.evidence, &at.member("evidence"), |raw, at, number| {
        let subjects: Vec<Digest> = raw.subjects.iter().map(|subject| subject_of(subject.as_str(), recipe)).collect();
        let named: Vec<Value> = raw.subjects.iter().zip(&subjects).map(statement_subject).collect();
        HeldEvidence {
            statement: json!({
                "_type": "https://in-toto.io/Statement/v1",
                "subject": named,
                "predicateType": raw.predicate_type.as_str(),
                "predicate": raw.predicate,
            }),
            subjects,
            predicate_type: owned(&raw.predicate_type),
            signer: raw.signer.as_ref().map(|signer| reading.person(signer)),
            at: reading.moment_or_now(raw.at.as_ref(), &at.member("at")),
            entry: number,
        }
    })
}

/// A subject as in-toto writes it.
fn statement_subject((name, digest): (&Text, &Digest)) -> Value {
    json!({"name": name.as_str(), "digest": {"sha256": digest.hex()}})
}

fn subject_of(text: &str, recipe: Option<&Recipe>) -> Digest {
    let moving = recipe.filter(|_| text == RECIPE).and_then(|recipe| recipe.id().ok());
    moving.unwrap_or_else(|| reading::digest(text))
}

pub(super) fn facts(case: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> Vec<Fact> {
    each(&case.facts, &at.member("facts"), |raw, at, _| Fact {
        name: owned(&raw.name),
        value: raw.value.clone(),
        source: raw.source.as_ref().map_or_else(|| "case".to_owned(), owned),
        at: reading.moment_or_now(raw.at.as_ref(), &at.member("at")),
        max_age: raw.max_age.as_ref().and_then(|age| duration::parse(age.as_str())).unwrap_or(HOUR),
    })
}
