//! Changes to a recorded decision, and to what it rests on.

use proptest::prelude::*;
use tollgate_core::canonical;
use tollgate_core::deciding::GateSubject;
use tollgate_core::decision::DecisionWord;
use tollgate_core::digest::Digest;
use tollgate_core::entry::{Decided as Record, Entry};
use tollgate_core::finding::Finding;
use tollgate_core::pipeline::GitReference;
use tollgate_core::plan::{Conflict, Plan};
use tollgate_core::policy::Enforcement;
use tollgate_core::ports::ReadLedger as _;
use tollgate_core::verdict::Wait;

use super::super::world::{Decided, World, at};
use super::stories::Story;
use super::{decided as record, try_replay};
use crate::delivery::recorded::{
    DOCUMENTS_BLOB, FINDINGS_BLOB, PLAN_BLOB, QUESTION_BLOB, RecordedQuestion, findings_of, question_of,
};

const BLOBS: [&str; 5] = [DOCUMENTS_BLOB, FINDINGS_BLOB, PLAN_BLOB, QUESTION_BLOB, "recipe"];

/// One change. The number says where, as far as there is more than one place.
#[derive(Clone, Copy, Debug)]
pub(super) enum Tampering {
    Word(usize),
    ValidUntil,
    Waits,
    Overrides,
    GoesBack,
    Verdict(usize),
    GateName(usize),
    GateEnforcement(usize),
    PassedBy(usize),
    GateTaken(usize),
    Environment,
    Promotable,
    Reference,
    Commit,
    Requester,
    Recipe,
    Plan,
    Time,
    BlobTaken(usize),
    BlobLost(usize),
    DocumentsEmptied,
    FindingTaken(usize),
    PlanOfBlob,
    Question(usize),
}

pub(super) fn any_tampering() -> impl Strategy<Value = Tampering> {
    use Tampering::*;
    let plain = prop::sample::select(vec![
        ValidUntil,
        Waits,
        Overrides,
        GoesBack,
        Environment,
        Promotable,
        Reference,
        Commit,
        Requester,
        Recipe,
        Plan,
        Time,
        DocumentsEmptied,
        PlanOfBlob,
    ]);
    let numbered: [fn(usize) -> Tampering; 10] =
        [Word, Verdict, GateName, GateEnforcement, PassedBy, GateTaken, BlobTaken, BlobLost, FindingTaken, Question];
    prop_oneof![plain, (prop::sample::select(numbered.to_vec()), 0..8usize).prop_map(|(make, number)| make(number))]
}

impl Tampering {
    /// Whether a replay names the change, or does not get so far; nothing where the decision has nothing to change there.
    pub(super) fn told(self, story: &Story, decided: &Decided) -> Option<bool> {
        let original = story.entry(decided);
        let mut is_changed = false;
        let replayed = try_replay(&story.world, &decided.promotion, |entry| {
            is_changed = self.change(entry, &story.world).is_some();
            assert_eq!(
                is_changed,
                *entry != Entry { at: entry.at, ..original.clone() } || matches!(self, Self::Time) && is_changed
            );
        });
        is_changed.then(|| replayed.map_or(true, |replayed| !replayed.differences.is_empty() || !replayed.missing.is_empty()))
    }

    fn change(self, entry: &mut Entry, world: &World) -> Option<()> {
        match self {
            Self::Recipe => entry.subject.recipe.as_mut().map(|recipe| *recipe = other()),
            Self::Plan => entry.subject.plan.as_mut().map(|plan| *plan = other()),
            Self::Time => {
                entry.blobs.get(QUESTION_BLOB)?;
                entry.at = at(entry.at.as_second() + 1);
                Some(())
            }
            Self::BlobTaken(which) => entry.blobs.remove(BLOBS[which % BLOBS.len()]).map(drop),
            Self::BlobLost(which) => entry.blobs.get_mut(BLOBS[which % BLOBS.len()]).map(|digest| *digest = other()),
            Self::DocumentsEmptied => put(entry, world, DOCUMENTS_BLOB, b"[]"),
            Self::FindingTaken(which) => take_finding(entry, world, which),
            Self::PlanOfBlob => change_plan(entry, world),
            Self::Question(which) => change_question(entry, world, which),
            _ => {
                let is_asked = entry.blobs.contains_key(QUESTION_BLOB);
                self.change_record(record(entry), is_asked)
            }
        }
    }

    fn change_record(self, record: &mut Record, is_asked: bool) -> Option<()> {
        let gates = record.gates.len();
        match self {
            Self::Word(which) => {
                let all = [DecisionWord::Approved, DecisionWord::Pending, DecisionWord::Denied];
                let others: Vec<DecisionWord> = all.into_iter().filter(|word| *word != record.decision).collect();
                record.decision = others[which % 2];
            }
            Self::ValidUntil => record.valid_until = if record.valid_until.is_some() { None } else { Some(at(7)) },
            Self::Waits => record.waits.push(Wait { reason: "for nothing".to_owned(), from: Vec::new(), until: None }),
            Self::Overrides => record.overrides.push(0),
            Self::Verdict(which) => record.gates[which % gates].verdict.push('x'),
            Self::GateName(which) => record.gates[which % gates].name.push('x'),
            Self::GateEnforcement(which) => {
                let enforcement = &mut record.gates[which % gates].enforcement;
                *enforcement = if *enforcement == Enforcement::Advisory { Enforcement::Mandatory } else { Enforcement::Advisory };
            }
            Self::PassedBy(which) => record.gates[which % gates].passed_by = Some(0),
            Self::GateTaken(which) => drop(record.gates.remove(which % gates)),
            Self::Environment => record.environment.push('x'),
            Self::Promotable => record.promotable = !record.promotable,
            _ if !is_asked => return None,
            Self::GoesBack => record.is_rollback = !record.is_rollback,
            Self::Reference => record.provenance.reference = GitReference::Branch("elsewhere".to_owned()),
            Self::Commit => record.provenance.commit.push('0'),
            Self::Requester => record.requester = Some("nobody@example.com".to_owned()),
            _ => return None,
        }
        Some(())
    }
}

fn other() -> Digest {
    Digest::of(b"something else")
}

/// Puts another blob in the place of one.
fn put(entry: &mut Entry, world: &World, name: &str, bytes: &[u8]) -> Option<()> {
    world.ledger.put_blob(bytes);
    entry.blobs.get_mut(name).map(|digest| *digest = Digest::of(bytes))
}

/// What files and registries said is taken as it was recorded, so that a change to it can't be told from what they said.
fn take_finding(entry: &mut Entry, world: &World, which: usize) -> Option<()> {
    let mut findings = findings_of(entry, &world.ledger).unwrap();
    let is_made_again = |finding: &Finding| !["source", "render", "recipe"].contains(&finding.policy.as_str());
    let places: Vec<usize> = (0..findings.len()).filter(|index| is_made_again(&findings[*index])).collect();
    findings.remove(*places.get(which % places.len().max(1))?);
    put(entry, world, FINDINGS_BLOB, &canonical::to_vec(&findings).unwrap())
}

fn change_plan(entry: &mut Entry, world: &World) -> Option<()> {
    let bytes = world.ledger.blob(*entry.blobs.get(PLAN_BLOB)?).unwrap();
    let mut plan: Plan = serde_json::from_slice(&bytes).unwrap();
    plan.conflicts.push(Conflict { at: "releases/by-hand".to_owned(), message: "it is in the way".to_owned() });
    put(entry, world, PLAN_BLOB, &canonical::to_vec(&plan).unwrap())
}

/// Takes something away that followed from the ledger, or moves the time.
fn change_question(entry: &mut Entry, world: &World, which: usize) -> Option<()> {
    let mut question = question_of(entry, &world.ledger).unwrap()?;
    take_of_question(&mut question, which)?;
    put(entry, world, QUESTION_BLOB, &canonical::to_vec(&question).unwrap())
}

fn take_of_question(question: &mut RecordedQuestion, which: usize) -> Option<()> {
    let request = &mut question.request;
    let GateSubject::Promotion(proposed) = &mut request.subject else { return None };
    match which {
        0 => request.stops.pop().map(drop),
        1 => request.rejections.pop().map(drop),
        2 => request.overrides.pop().map(drop),
        3 => request.approvals.pop().map(drop),
        4 => proposed.built.pop().map(drop),
        5 => proposed.proofs.pop().map(drop),
        6 => request.approvals.iter_mut().find_map(|approval| approval.void.take()).map(drop),
        _ => {
            request.evaluation_time += 1;
            Some(())
        }
    }
}
