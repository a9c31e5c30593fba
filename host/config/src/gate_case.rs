//! Cases of promotion gates: a question, written as far as it differs from the plainest one, and the answer.

mod change;
mod expected;
mod moving;
mod reading;
#[cfg(test)]
mod tests;
mod written;

use std::collections::BTreeMap;

use serde_json::{Map, Value};
use tollgate_core::deciding::{GateRequest, GateSubject, PolicyChange};
use tollgate_core::evaluate::Context;
use tollgate_core::time::Timestamp;

pub use expected::{ExpectedFinding, ExpectedWait};

use crate::origin::At;
use crate::port::ConfigurationFile;
use crate::problem::ConfigProblem;
use crate::raw::gate_case::{GateCaseFile, PolicyRevision};
use crate::schema::ConfigurationSchema;
use crate::shape::{Shaped, shape};
use reading::Reading;

/// A question to a promotion gate, and what it answers.
#[derive(Clone, Debug, PartialEq)]
pub struct GateCase {
    pub settings: Map<String, Value>,
    /// Paths from the case's directory, by key.
    pub data: BTreeMap<String, String>,
    pub request: GateRequest,
    pub expected: Vec<ExpectedFinding>,
    pub waits: Option<ExpectedWait>,
    /// Until when the answer holds, where the case says so.
    pub valid_until: Option<Timestamp>,
}

impl GateCase {
    /// Reads the file.
    ///
    /// # Errors
    /// All problems of the file.
    pub fn read(file: &ConfigurationFile) -> Result<Self, Vec<ConfigProblem>> {
        let Shaped { raw, origin, problems } = shape::<GateCaseFile>(file, ConfigurationSchema::GateCase);
        match raw {
            Some(raw) if problems.is_empty() => Self::of_raw(&raw, &At::root(&origin)),
            _ => Err(problems),
        }
    }

    fn of_raw(raw: &GateCaseFile, at: &At<'_>) -> Result<Self, Vec<ConfigProblem>> {
        let mut reading = Reading::of(raw, at);
        let case = Self {
            settings: raw.settings.clone().unwrap_or_default(),
            data: raw.data.iter().map(|(key, path)| (key.clone(), path.as_str().to_owned())).collect(),
            request: request(raw, at, &mut reading),
            expected: expected::findings(raw, at),
            waits: expected::wait(raw, at, &mut reading),
            valid_until: reading.moment_of(raw.valid_until.as_ref(), &at.member("validUntil")),
        };
        reading.done(case)
    }
}

fn request(raw: &GateCaseFile, at: &At<'_>, reading: &mut Reading) -> GateRequest {
    let subject = match &raw.policy {
        Some(policy) => GateSubject::Policy(revision(policy)),
        None => GateSubject::Promotion(Box::new(moving::promotion(raw, at, reading))),
    };
    let target = raw.policy.is_none().then(|| raw.target.name.as_str().to_owned());
    GateRequest {
        context: Context::promote(target),
        change: Some(change::change(&raw.change, &at.member("change"), reading)),
        approvals: written::approvals(raw, at, reading),
        rejections: written::rejections(raw, at, reading),
        stops: written::stops(raw, at, reading),
        overrides: written::overrides(raw, at, reading),
        evidence: written::evidence(raw, at, reading, subject.recipe()),
        facts: written::facts(raw, at, reading),
        evaluation_time: reading.seconds(),
        subject,
    }
}

fn revision(raw: &PolicyRevision) -> PolicyChange {
    let texts = |texts: &[crate::raw::text::Text]| texts.iter().map(|text| text.as_str().to_owned()).collect();
    PolicyChange {
        commit: reading::commit(raw.commit.as_ref().map_or("policy", |commit| commit.as_str())),
        digest: reading::digest(raw.digest.as_ref().map_or("policy", |digest| digest.as_str())),
        files: texts(&raw.files),
        weakened: texts(&raw.weakened),
    }
}
