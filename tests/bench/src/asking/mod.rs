//! Asking servers as often as is wanted: an API server to apply objects, and a webhook to judge them.

mod agent;
mod load;
mod objects;
mod patches;
mod server;
mod webhook;

use std::io;

pub(crate) use patches::patch;
pub(crate) use server::{count, remove, requests};
pub(crate) use webhook::{Load, ask};

/// Why a server could not be asked.
#[derive(Debug, thiserror::Error)]
pub(crate) enum AskError {
    #[error("`{0}` is no number")]
    Number(String),
    #[error("failed to read objects")]
    Io(#[from] io::Error),
    #[error("an object is no YAML")]
    Yaml(#[from] serde_yaml::Error),
    #[error("failed to write JSON")]
    Json(#[from] serde_json::Error),
    #[error("`{0}` can't be asked about here: neither ConfigMap nor Deployment nor Service")]
    Kind(String),
    #[error("`{0}` does not say where an API server is, and who asks")]
    Kubeconfig(String),
    #[error("there are no objects in `{0}`")]
    NoObjects(String),
    #[error("{count} questions were not answered; the first of them: {first}")]
    Unanswered { count: usize, first: String },
}
