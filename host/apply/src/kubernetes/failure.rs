//! What goes wrong between here and an API server.

use kube::core::Status;

use super::health::BadRule;

/// Why an API server can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServerError {
    #[error("the kubeconfig can't be used")]
    Kubeconfig(#[source] kube::config::KubeconfigError),
    #[error(
        "there is no kubeconfig, and this is no pod of a cluster; set `kubeconfig` of the target, or the variable `KUBECONFIG`"
    )]
    NoKubeconfig,
    #[error("the connection can't be made")]
    Config(#[source] kube::Error),
    #[error("the API server said {code}: {message}")]
    Status { code: u16, message: String },
    /// All that is missing, beside what was asked first.
    #[error("whoever asks the API server may not do all of this: {}; {first}", .missing.iter().map(|missing| format!("`{missing}`")).collect::<Vec<_>>().join(", "))]
    Forbidden { missing: Vec<String>, first: String },
    #[error("the API server can't be asked")]
    Unreachable(#[source] Box<kube::Error>),
    #[error("an object has no JSON")]
    Body(#[source] serde_json::Error),
    #[error(
        "the API server does not know all its kinds now: `{group}` can't be looked up; look at its APIService, and try again once it answers"
    )]
    Incomplete { group: String },
    #[error(transparent)]
    Health(#[from] BadRule),
}

impl From<kube::Error> for ServerError {
    fn from(error: kube::Error) -> Self {
        match error {
            kube::Error::Api(status) => Self::of_status(&status),
            error => Self::Unreachable(Box::new(error)),
        }
    }
}

impl ServerError {
    /// Whether somebody may not ask: by rules about who does what, and not by an admission plugin or a quota.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Status { code: 403, message } if message.contains(" cannot "))
    }

    pub(super) fn of_status(status: &Status) -> Self {
        Self::Status { code: status.code, message: status.message.clone() }
    }
}

/// A field that somebody else has set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Conflicting {
    /// As the API server names it: `.spec.replicas`.
    pub(super) field: String,
    /// Who set it: `conflict with "kubectl" using apps/v1`.
    pub(super) message: String,
}

impl Conflicting {
    /// All that a status names, if it is about that.
    pub(super) fn all(status: &Status) -> Vec<Self> {
        let causes = status.details.iter().flat_map(|details| &details.causes);
        let conflicts = causes.filter(|cause| cause.reason == "FieldManagerConflict");
        conflicts.map(|cause| Self { field: cause.field.clone(), message: cause.message.clone() }).collect()
    }
}
