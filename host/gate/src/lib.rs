//! Asks the policies, through ports, and folds their answers into the verdicts of gates.
//!
//! It knows no sandbox, no file and no target: the one evaluator that check, promotion and admission share.

mod compare;
mod documents;
mod fold;
mod judgement;
mod key;
mod policies;
mod promotion;
mod rendered;
mod subject;

pub use compare::Baseline;
pub use documents::Evaluator;
pub use fold::gate_verdicts;
pub use judgement::{Attributed, Judgements, PolicyFailure, PolicyJudgement};
pub use key::configuration as configuration_digest;
pub use policies::{ConfiguredPolicy, Policies, PolicyProblem, PolicyProblemKind};
pub use promotion::judge_promotion;
pub use subject::{JudgedDocument, KnownDocument, Remembered, RenderedBody};
