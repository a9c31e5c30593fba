//! Why the server can't serve.

use std::net::SocketAddr;

use camino::Utf8PathBuf;

/// Why the server can't serve.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    #[error("nobody can listen on `{address}`; is something else there, or is the port below 1024?")]
    Listen {
        address: SocketAddr,
        #[source]
        source: std::io::Error,
    },
    #[error("the runtime can't be started")]
    Runtime(#[source] std::io::Error),
    #[error("`{path}` can't be read")]
    Unreadable {
        path: Utf8PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("`{path}` holds {what}")]
    BadFile { path: Utf8PathBuf, what: &'static str },
    #[error("the certificate can't be used for TLS")]
    Tls(#[from] rustls::Error),
    #[error("the certificate authority of clients can't be used")]
    ClientAuthority(#[source] rustls::client::VerifierBuilderError),
    #[error("no certificate can be made")]
    Make(#[from] rcgen::Error),
    #[error("`{what}` can't be read or written in the cluster")]
    Cluster {
        what: String,
        #[source]
        source: Box<kube::Error>,
    },
    #[error("the cluster can't be found; name it by a kubeconfig, or run in a pod")]
    NoCluster(#[source] Box<dyn std::error::Error + Send + Sync>),
    #[error("`{what}` of the cluster is not what it should be: {reason}")]
    Unfit { what: String, reason: String },
}
