//! How a cluster is reached, and by whom.

use std::io;
use std::net::TcpListener;
use std::process::Command;
use std::sync::Arc;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::{Utf8Path, Utf8PathBuf};
use ureq::tls::TlsConfig;

use super::NoCluster;

/// Ports, tokens and files of one cluster.
#[derive(Debug)]
pub(super) struct Access {
    root: Utf8PathBuf,
    pub(super) store: u16,
    pub(super) store_peer: u16,
    pub(super) api: u16,
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

/// Who may do everything.
const ADMIN: &str = "token-of-the-admin";

/// Who may do what roles say.
const LIMITED: &str = "token-of-the-limited";

impl Access {
    /// Finds ports and makes what the API server reads.
    pub(super) fn new(root: &Utf8Path) -> Result<Self, NoCluster> {
        let [store, store_peer, api] = ports()?;
        let tokens = format!("{ADMIN},admin,admin,\"system:masters\"\n{LIMITED},limited,limited,\n");
        fs_err::write(root.join("tokens.csv"), tokens)?;
        make_key(&root.join("sa.key"))?;
        // The server's certificate is its own; what is asked here are questions of tests to it.
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let tls = TlsConfig::builder().unversioned_rustls_crypto_provider(provider).disable_verification(true).build();
        let config = ureq::Agent::config_builder().tls_config(tls).timeout_global(Some(Duration::from_secs(10)));
        let agent = config.http_status_as_error(false).build().new_agent();
        Ok(Self { root: root.to_owned(), store, store_peer, api, agent })
    }

    pub(super) fn kubeconfig(&self) -> Utf8PathBuf {
        self.root.join("kubeconfig")
    }

    pub(super) fn limited_kubeconfig(&self) -> Utf8PathBuf {
        self.root.join("kubeconfig-limited")
    }

    /// Writes the files, once the server has made its certificate.
    pub(super) fn write(&self, root: &Utf8Path) -> io::Result<()> {
        let authority = BASE64_STANDARD.encode(fs_err::read(root.join("certificates/apiserver.crt"))?);
        let server = format!("https://127.0.0.1:{}", self.api);
        for (file, user, token) in [(self.kubeconfig(), "admin", ADMIN), (self.limited_kubeconfig(), "limited", LIMITED)] {
            let text = format!(
                "apiVersion: v1\nkind: Config\ncurrent-context: test\n\
                 clusters: [{{name: test, cluster: {{server: '{server}', certificate-authority-data: {authority}}}}}]\n\
                 users: [{{name: {user}, user: {{token: {token}}}}}]\n\
                 contexts: [{{name: test, context: {{cluster: test, user: {user}}}}}]\n"
            );
            fs_err::write(file, text)?;
        }
        Ok(())
    }

    /// Whether the server answers `ok` at a path.
    pub(super) fn says_ok(&self, path: &str) -> bool {
        self.get(path).is_some_and(|text| text == "ok")
    }

    /// What is at a path; nothing where it is not there, or nobody answers.
    pub(super) fn get(&self, path: &str) -> Option<String> {
        let asked = self.agent.get(self.url(path)).header("Authorization", format!("Bearer {ADMIN}")).call();
        let mut answer = asked.ok().filter(|answer| answer.status().is_success())?;
        answer.body_mut().read_to_string().ok()
    }

    /// Creates an object from its JSON.
    pub(super) fn create(&self, path: &str, object: &str) -> Result<(), NoCluster> {
        let call = self.agent.post(self.url(path)).header("Authorization", format!("Bearer {ADMIN}"));
        sent(call.content_type("application/json").send(object))
    }

    /// Changes an object by a strategic merge patch.
    pub(super) fn patch(&self, path: &str, patch: &str) -> Result<(), NoCluster> {
        let call = self.agent.patch(self.url(path)).header("Authorization", format!("Bearer {ADMIN}"));
        sent(call.content_type("application/strategic-merge-patch+json").send(patch))
    }

    /// Sends a request as a user, who may do everything that the API server lets anybody do.
    pub(super) fn send(&self, user: &str, request: &Sent<'_>) -> Result<String, Refused> {
        let builder = ureq::http::Request::builder().method(request.method).uri(self.url(request.path));
        let builder = builder.header("Authorization", format!("Bearer {ADMIN}")).header("Content-Type", request.kind);
        let builder = builder.header("Impersonate-User", user).header("Impersonate-Group", "system:masters");
        let failed = |said: String| Refused { status: 0, said };
        let built = builder.body(request.body.to_owned()).map_err(|error| failed(error.to_string()))?;
        let mut answer = self.agent.run(built).map_err(|error| failed(error.to_string()))?;
        let said = answer.body_mut().read_to_string().map_err(|error| failed(error.to_string()))?;
        if answer.status().is_success() { Ok(said) } else { Err(Refused { status: answer.status().as_u16(), said }) }
    }

    fn url(&self, path: &str) -> String {
        format!("https://127.0.0.1:{}{path}", self.api)
    }
}

fn sent(answer: Result<ureq::http::Response<ureq::Body>, ureq::Error>) -> Result<(), NoCluster> {
    let failed = |said: String| NoCluster::Program { program: "kube-apiserver", said };
    let mut answer = answer.map_err(|error| failed(error.to_string()))?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(failed(answer.body_mut().read_to_string().unwrap_or_default()))
}

/// Ports that were free a moment ago.
fn ports<const N: usize>() -> io::Result<[u16; N]> {
    // All are held until all are known, so that none is given twice.
    let listeners = (0..N).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<io::Result<Vec<_>>>()?;
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}

/// The key that the server signs the tokens of service accounts with.
fn make_key(file: &Utf8Path) -> Result<(), NoCluster> {
    let arguments = ["ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file.as_str()];
    let output = Command::new("openssl").args(arguments).output()?;
    let said = || String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.success() { Ok(()) } else { Err(NoCluster::Program { program: "openssl", said: said() }) }
}
