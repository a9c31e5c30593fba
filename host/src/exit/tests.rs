//! The public table of exit codes, error by error.

use tollgate_core::approved::NotApproved;
use tollgate_core::branch::BranchError;
use tollgate_core::digest::Digest;
use tollgate_core::document::ObjectIdentity;
use tollgate_core::entry::PromotionId;
use tollgate_core::history::BrokenHistory;
use tollgate_core::plan::NoDigest;
use tollgate_core::ports::{AppendError, ApplyError, ClusterError, ForgeError, LedgerError, ResolveError, SourceError};
use tollgate_core::recipe::DuplicateComponent;
use tollgate_core::render::ObjectKey;
use tollgate_core::time::Timestamp;
use tollgate_report::exit_code::ExitCode::{
    self, Denied, InvalidConfiguration, LedgerUnavailable, NotApplied, Pending, SourceUnreadable, Unexpected,
};

use super::{MeansExit, fail};
use crate::delivery::attempt::AttemptError;
use crate::delivery::change::ChangeError;
use crate::delivery::components::ComponentError;
use crate::delivery::decide::DecideError;
use crate::delivery::recipe::CandidateError;
use crate::delivery::record::RecordError;
use crate::sources::PathError;

fn text() -> String {
    "x".to_owned()
}

fn digest() -> Digest {
    Digest::of(b"x")
}

fn io() -> std::io::Error {
    std::io::Error::other("x")
}

fn unreachable() -> LedgerError {
    LedgerError::Unreachable { remote: text(), message: text() }
}

fn secret() -> NoDigest {
    let identity = ObjectIdentity { api_version: "v1".to_owned(), kind: "Secret".to_owned(), namespace: None, name: text() };
    NoDigest::SecretWithoutKey { target: text(), object: Box::new(ObjectKey { component: text(), identity }) }
}

fn not_found() -> ResolveError {
    ResolveError::NotFound { reference: "a:1".parse().unwrap(), place: text() }
}

fn unauthorized() -> ResolveError {
    ResolveError::Unauthorized { reference: "a:1".parse().unwrap(), registry: text(), reason: "nobody is known" }
}

fn broken_target() -> ApplyError {
    ApplyError::Broken { target: text(), reason: text() }
}

fn unknown_revision() -> SourceError {
    SourceError::UnknownRevision { revision: text() }
}

fn lost() -> ComponentError {
    ComponentError::Lost { component: text(), tree: text(), path: text(), commit: text() }
}

fn no_component() -> ComponentError {
    ComponentError::NoComponent { commit: text(), patterns: text() }
}

fn state(state: &'static str) -> NotApproved {
    NotApproved::State { id: PromotionId::of_decision(1), state }
}

fn hold<E: MeansExit>(code: ExitCode, errors: &[E]) {
    for error in errors {
        assert_eq!(error.exit(), code, "{error}");
    }
}

#[test]
fn sources_that_can_not_be_read_are_13() {
    hold(SourceUnreadable, &[unknown_revision(), SourceError::Shallow { depth: 1 }, SourceError::NoRepository { path: text() }]);
    hold(SourceUnreadable, &[PathError::NotUtf8 { path: text() }, PathError::Io { path: text(), source: io() }]);
    hold(SourceUnreadable, &[not_found(), ResolveError::Layout { place: text(), reason: text() }]);
    hold(SourceUnreadable, &[ResolveError::Io { place: text(), source: io() }, unauthorized()]);
    hold(SourceUnreadable, &[lost(), unknown_revision().into()]);
    hold(SourceUnreadable, &[CandidateError::from(lost()), unknown_revision().into()]);
    hold(SourceUnreadable, &[ClusterError { context: None, source: Box::new(io()) }]);
    let silent = || ForgeError::TimedOut { forge: text(), what: text() };
    hold(SourceUnreadable, &[silent()]);
    hold(SourceUnreadable, &[ChangeError::from(silent()), unknown_revision().into()]);
    hold(SourceUnreadable, &[CandidateError::from(ChangeError::from(silent()))]);
    hold(SourceUnreadable, &[CandidateError::Resolve { component: text(), source: Box::new(not_found()) }]);
}

#[test]
fn what_the_configuration_lacks_or_names_wrongly_is_12() {
    hold(InvalidConfiguration, &[secret()]);
    hold(InvalidConfiguration, &[ApplyError::PlanKey { target: text(), reason: text() }, secret().into()]);
    hold(InvalidConfiguration, &[no_component(), ComponentError::SameName { name: text(), one: text(), other: text() }]);
    hold(InvalidConfiguration, &[ComponentError::Nothing { target: text(), commit: text() }]);
    hold(InvalidConfiguration, &[CandidateError::Duplicate(DuplicateComponent(text())), no_component().into()]);
    hold(InvalidConfiguration, &[DecideError::NoGate { target: text() }, DecideError::NothingJudged { target: text() }]);
    hold(InvalidConfiguration, &[DecideError::from(secret()), ApplyError::from(secret()).into()]);
    hold(InvalidConfiguration, &[AppendError::Exists { remote: text(), branch: text() }]);
    hold(InvalidConfiguration, &[NotApproved::Unknown(PromotionId::of_decision(1))]);
}

#[test]
fn a_ledger_that_is_missing_unreachable_or_refuses_is_15() {
    let missing = LedgerError::Missing { remote: text(), branch: text() };
    let unknown = LedgerError::UnknownType { index: 1, found: text() };
    let broken = LedgerError::Broken(BrokenHistory::NoTrust { found: "decided" });
    hold(LedgerUnavailable, &[missing, unknown, broken, unreachable(), LedgerError::MissingBlob { digest: digest() }]);
    hold(LedgerUnavailable, &[AppendError::Refused, AppendError::Contended { tries: 3 }, unreachable().into()]);
    hold(LedgerUnavailable, &[DecideError::from(unreachable())]);
    hold(LedgerUnavailable, &[RecordError::from(AppendError::Rejected { message: text() })]);
    hold(LedgerUnavailable, &[NotApproved::Ledger(unreachable().into()), NotApproved::Incomplete { index: 1, field: "plan" }]);
    let unrecorded = AttemptError::Unrecorded { attempt: 1, state: "succeeded", source: unreachable().into() };
    hold(LedgerUnavailable, &[unrecorded, NotApproved::Ledger(AppendError::Refused).into()]);
}

#[test]
fn what_was_approved_and_not_applied_is_14() {
    hold(NotApplied, &[broken_target(), ApplyError::Io { target: text(), path: text(), action: "written", source: io() }]);
    let source = BranchError::Refused { message: text() };
    hold(NotApplied, &[ApplyError::Branch { target: text(), source }, broken_target()]);
    hold(NotApplied, &[DecideError::from(broken_target())]);
    let (id, later) = (PromotionId::of_decision(1), PromotionId::of_decision(2));
    hold(NotApplied, &[NotApproved::Overtaken { id: id.clone(), later }, state("succeeded"), state("aborted")]);
    hold(NotApplied, &[NotApproved::Over(id.clone())]);
    hold(NotApplied, &[NotApproved::Expired { id: id.clone(), until: Timestamp::UNIX_EPOCH }]);
    hold(NotApplied, &[AttemptError::from(NotApproved::PolicyChanged { id, then: text(), now: text() })]);
}

#[test]
fn denied_is_10_and_pending_is_4() {
    hold(Denied, &[state("denied")]);
    hold(Denied, &[AttemptError::from(state("denied"))]);
    hold(Pending, &[state("pending")]);
    hold(Pending, &[RecordError::PolicyChanged(text())]);
}

#[test]
fn what_can_not_happen_is_1() {
    hold(Unexpected, &[ApplyError::WrongTarget { target: text(), approved: text() }]);
}

#[test]
fn a_failure_says_its_error_and_each_cause_once() {
    let failure = fail(CandidateError::Resolve { component: "cart".to_owned(), source: Box::new(not_found()) });
    assert_eq!((failure.exit, failure.message.as_str()), (SourceUnreadable, "component `cart` can't be made part of a recipe"));
    assert_eq!(failure.causes, [not_found().to_string()]);
    let failure = fail(DecideError::from(unreachable()));
    assert_eq!((failure.message, failure.causes), (unreachable().to_string(), Vec::new()));
}
