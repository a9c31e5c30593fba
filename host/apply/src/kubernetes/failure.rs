//! What goes wrong between here and an API server.

use std::error::Error as _;
use std::process::Output;

use kube::client::AuthError;
use kube::config::{ExecConfig, KubeconfigError};
use kube::core::Status;

use super::health::BadRule;

/// Why an API server can't be used.
#[derive(Debug, thiserror::Error)]
pub(super) enum ServerError {
    #[error("the kubeconfig can't be used")]
    Kubeconfig(#[source] KubeconfigError),
    /// The parser would show the lines around it, and there may be a token in them.
    #[error("the kubeconfig can't be read as one{place}")]
    Unparsed { place: String },
    #[error("the token file `{file}` can't be read")]
    TokenFile {
        file: String,
        #[source]
        source: std::io::Error,
    },
    #[error("what is named as the proxy is no URL")]
    Proxy(#[source] http::uri::InvalidUri),
    #[error("the credential plugin `{command}` of the kubeconfig can't be started{hint}")]
    NoPlugin {
        command: String,
        hint: String,
        #[source]
        source: std::io::Error,
    },
    /// What it printed is not told: there may be a credential in it.
    #[error("the credential plugin of the kubeconfig {what}")]
    Plugin { what: String },
    #[error(
        "there is no kubeconfig, and this is no pod of a cluster; set `kubeconfig` of the target, or the variable `KUBECONFIG`"
    )]
    NoKubeconfig,
    #[error("the connection can't be made")]
    Config(#[source] kube::Error),
    #[error("the API server said {code}: {message}")]
    Status { code: u16, message: String },
    #[error(
        "the API server does not know who asks (401: {message}); if a token or certificate has ended, log in again and do the same again"
    )]
    Unauthorized { message: String },
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
            error => Self::of_plugin(&error).unwrap_or_else(|| Self::Unreachable(Box::new(error))),
        }
    }
}

impl ServerError {
    pub(super) fn of_kubeconfig(error: KubeconfigError) -> Self {
        match error {
            KubeconfigError::Parse(error) => {
                let place = error.location().map(|at| format!(": look at line {}, column {}", at.line(), at.column()));
                Self::Unparsed { place: place.unwrap_or_default() }
            }
            error => Self::Kubeconfig(error),
        }
    }

    /// What keeps somebody from logging in, by a plugin or otherwise.
    pub(super) fn of_login(error: kube::Error, plugin: Option<&ExecConfig>) -> Self {
        match (error, plugin) {
            (kube::Error::Auth(AuthError::AuthExecStart(source)), Some(plugin)) => Self::NoPlugin {
                command: plugin.command.clone().unwrap_or_default(),
                hint: plugin.install_hint.as_ref().map(|hint| format!("; {}", hint.trim())).unwrap_or_default(),
                source,
            },
            (error, _) => Self::of_plugin(&error).unwrap_or_else(|| Self::Config(error)),
        }
    }

    /// What a credential plugin did not do; nothing where the error is about something else.
    fn of_plugin(error: &kube::Error) -> Option<Self> {
        let mut cause = error.source();
        while let Some(error) = cause {
            let what = match error.downcast_ref::<AuthError>() {
                Some(AuthError::AuthExecRun { out, .. }) => Some(failed(out)),
                Some(AuthError::AuthExecParse(_)) => Some("printed what is no `ExecCredential`".to_owned()),
                Some(AuthError::ExecPluginFailed) => Some("printed an `ExecCredential` without a status".to_owned()),
                _ => None,
            };
            if let Some(what) = what {
                return Some(Self::Plugin { what });
            }
            cause = error.source();
        }
        None
    }

    /// Whether somebody may not ask: by rules about who does what, and not by an admission plugin or a quota.
    pub(super) fn is_forbidden(&self) -> bool {
        matches!(self, Self::Status { code: 403, message } if message.contains(" cannot "))
    }

    pub(super) fn of_status(status: &Status) -> Self {
        if status.code == 401 {
            return Self::Unauthorized { message: status.message.clone() };
        }
        Self::Status { code: status.code, message: status.message.clone() }
    }
}

/// How a plugin ended, and the last that it said to people.
fn failed(out: &Output) -> String {
    let said = String::from_utf8_lossy(&out.stderr);
    let last = said.lines().map(str::trim).rfind(|line| !line.is_empty());
    format!("failed ({}){}", out.status, last.map(|last| format!(": {last}")).unwrap_or_default())
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
