//! What tests ask of an API server themselves.

use std::sync::Arc;
use std::time::Duration;

use ureq::tls::{ClientCert, TlsConfig};

use super::NoCluster;

/// Somebody who may do everything.
#[derive(Debug)]
pub(super) struct Asker {
    /// `https://127.0.0.1:6443`
    server: String,
    /// Nothing where a certificate says who it is.
    authorization: Option<String>,
    agent: ureq::Agent,
}

/// A request to an API server.
#[derive(Clone, Copy, Debug)]
pub struct Sent<'a> {
    /// `POST`
    pub method: &'a str,
    /// With its query.
    pub path: &'a str,
    /// Media type of the body.
    pub kind: &'a str,
    /// JSON.
    pub body: &'a str,
}

/// What an API server did not do.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the API server said {status}: {said}")]
pub struct Refused {
    /// 0 where there was no answer.
    pub status: u16,
    /// What it said.
    pub said: String,
}

impl Asker {
    pub(super) fn new(server: &str, token: Option<&str>, certificate: Option<ClientCert>) -> Self {
        // The server's certificate is its own; what is asked here are questions of tests to it.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider).disable_verification(true);
        let tls = tls.client_cert(certificate).build();
        let config = ureq::Agent::config_builder().tls_config(tls).timeout_global(Some(Duration::from_secs(10)));
        let agent = config.http_status_as_error(false).build().new_agent();
        let authorization = token.map(|token| format!("Bearer {token}"));
        Self { server: server.trim_end_matches('/').to_owned(), authorization, agent }
    }

    pub(super) fn server(&self) -> &str {
        &self.server
    }

    /// Whether the server answers `ok` at a path.
    pub(super) fn says_ok(&self, path: &str) -> bool {
        self.get(path).is_some_and(|text| text == "ok")
    }

    /// What is at a path; nothing where it is not there, or nobody answers.
    pub(super) fn get(&self, path: &str) -> Option<String> {
        self.run(self.request("GET", path), "").ok()
    }

    /// Creates an object from its JSON.
    pub(super) fn create(&self, path: &str, object: &str) -> Result<(), NoCluster> {
        done(self.run(self.request("POST", path).header("Content-Type", "application/json"), object))
    }

    /// Changes an object by a strategic merge patch.
    pub(super) fn patch(&self, path: &str, patch: &str) -> Result<(), NoCluster> {
        let request = self.request("PATCH", path).header("Content-Type", "application/strategic-merge-patch+json");
        done(self.run(request, patch))
    }

    /// Sends a request as a user, who may do everything that the API server lets anybody do.
    pub(super) fn send(&self, user: &str, request: &Sent<'_>) -> Result<String, Refused> {
        let asked = self.request(request.method, request.path).header("Content-Type", request.kind);
        self.run(asked.header("Impersonate-User", user).header("Impersonate-Group", "system:masters"), request.body)
    }

    fn request(&self, method: &str, path: &str) -> ureq::http::request::Builder {
        let request = ureq::http::Request::builder().method(method).uri(format!("{}{path}", self.server));
        match &self.authorization {
            Some(authorization) => request.header("Authorization", authorization),
            None => request,
        }
    }

    fn run(&self, request: ureq::http::request::Builder, body: &str) -> Result<String, Refused> {
        let failed = |said: String| Refused { status: 0, said };
        let answer = if body.is_empty() {
            self.agent.run(request.body(()).map_err(|error| failed(error.to_string()))?)
        } else {
            self.agent.run(request.body(body.to_owned()).map_err(|error| failed(error.to_string()))?)
        };
        let mut answer = answer.map_err(|error| failed(error.to_string()))?;
        let said = answer.body_mut().read_to_string().map_err(|error| failed(error.to_string()))?;
        if answer.status().is_success() { Ok(said) } else { Err(Refused { status: answer.status().as_u16(), said }) }
    }
}

fn done(answer: Result<String, Refused>) -> Result<(), NoCluster> {
    answer.map(drop).map_err(|refused| NoCluster::Program { program: "kube-apiserver", said: refused.said })
}
