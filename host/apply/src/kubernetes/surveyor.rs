//! Whose recipe is compared with what: what all steps of a plan and of an apply go by.

use serde_json::Value;
use tollgate_core::pipeline::ForcedFields;
use tollgate_core::ports::ApplyError;
use tollgate_core::render::ObjectKey;

use super::failure::ServerError;
use super::health::Rules;
use super::inventory::Place;
use super::order::Id;
use super::outcome::Answers;
use super::server::Server;
use crate::key::PlanKey;

/// A live object that is to be deleted, or let go.
#[derive(Clone, Debug)]
pub(super) struct Surplus {
    pub(super) key: ObjectKey,
    pub(super) path: String,
    pub(super) uid: String,
    /// It says of itself that it stays, so it is let go instead.
    pub(super) is_kept: bool,
    /// What it says that it depends on, which is deleted after it.
    pub(super) needs: Vec<Id>,
}

/// Whose recipe is compared with what.
pub(super) struct Surveyor<'a> {
    pub(super) server: &'a Server,
    pub(super) target: &'a str,
    pub(super) place: &'a Place,
    pub(super) key: Option<&'a PlanKey>,
    /// Whether what is there already and nobody's becomes the target's.
    pub(super) adopts: bool,
    /// What is taken from others.
    pub(super) force: &'a [ForcedFields],
    pub(super) answers: &'a Answers,
    pub(super) health: &'a Rules,
    /// Whether a mark of the inventory counts as proof. Whoever looks for what was hidden asks about everything.
    pub(super) believes_marks: bool,
}

impl Surveyor<'_> {
    pub(super) fn failed(&self, error: ServerError) -> ApplyError {
        ApplyError::Cluster { target: self.target.to_owned(), source: Box::new(error) }
    }

    pub(super) fn broken(&self, reason: &str) -> ApplyError {
        let Place { namespace, name } = self.place;
        ApplyError::Broken {
            target: self.target.to_owned(),
            reason: format!("ConfigMap `{namespace}/{name}` is its inventory, and {reason}"),
        }
    }
}

/// The server's own id of a live object.
pub(super) fn uid(object: &Value) -> Option<String> {
    object.pointer("/metadata/uid").and_then(Value::as_str).map(str::to_owned)
}
