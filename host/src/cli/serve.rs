//! `tollgate serve`.

use std::net::SocketAddr;

use camino::Utf8PathBuf;
use clap::{Args, ValueEnum};

use super::Trust;

/// Answer a cluster that asks before it takes an object: the admission webhook
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// The target that the cluster is: its gates judge, and only what was let through to it may run
    #[arg(long, value_name = "TARGET", required_unless_present_any = ["policy", "pack"])]
    pub(crate) target: Option<String>,

    /// Judge by this plugin instead, without a ledger: `builtin:NAME` or a file
    #[arg(long, value_name = "PLUGIN", conflicts_with = "target")]
    pub(crate) policy: Vec<String>,

    /// Judge by this pack instead, without a ledger: `builtin:NAME` or a directory
    #[arg(long, value_name = "PACK", conflicts_with = "target")]
    pub(crate) pack: Vec<String>,

    /// Clone the deployment repository from here first, where the directory is empty
    #[arg(long, value_name = "URL", requires = "target")]
    pub(crate) clone: Option<String>,

    /// Write what a cluster needs for this instead of serving: into the directory of `--into`, else to standard output
    #[arg(long, value_name = "WHAT", value_enum, requires = "target", help_heading = "Manifests")]
    pub(crate) generate: Option<Generate>,

    /// Directory for what is generated; it is made, and must be empty
    #[arg(long, value_name = "DIR", requires = "generate", help_heading = "Manifests")]
    pub(crate) into: Option<Utf8PathBuf>,

    /// Image that the manifests run, with its digest
    #[arg(long, value_name = "REFERENCE", requires = "generate", help_heading = "Manifests")]
    pub(crate) image: Option<String>,

    #[command(flatten)]
    pub(crate) tls: Tls,

    #[command(flatten)]
    pub(crate) network: Network,

    #[command(flatten)]
    pub(crate) trust: Trust,
}

/// What can be written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Generate {
    /// Plain manifests
    Manifests,
    /// A directory that `kubectl apply -k` takes
    Kustomization,
    /// A Helm chart
    Chart,
}

/// How clusters know the server.
#[derive(Debug, Args)]
#[command(next_help_heading = "Certificates")]
pub(crate) struct Tls {
    /// Certificate chain in PEM; looked at again every few seconds [default: one of its own]
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    pub(crate) tls_certificate: Option<Utf8PathBuf>,

    /// Private key in PEM
    #[arg(long, value_name = "FILE", requires = "tls_certificate")]
    pub(crate) tls_key: Option<Utf8PathBuf>,

    /// Authorities in PEM, of which one must have signed the certificate of whoever asks
    #[arg(long, value_name = "FILE")]
    pub(crate) client_ca: Option<Utf8PathBuf>,

    /// Namespace and name of the Service that leads here, for a certificate of its own
    #[arg(long, value_name = "NAMESPACE/NAME", default_value = "tollgate/tollgate-admission")]
    pub(crate) service: String,

    /// ValidatingWebhookConfiguration that is told of its own certificate [default: tollgate-TARGET, or tollgate]
    #[arg(long, value_name = "NAME")]
    pub(crate) webhook: Option<String>,

    /// How long a certificate of its own holds, in hours; after two thirds of it there is another one
    #[arg(long, value_name = "HOURS", default_value_t = 720, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) certificate_hours: u32,
}

/// Where it listens, and how much it takes on.
#[derive(Debug, Args)]
#[command(next_help_heading = "Network and load")]
pub(crate) struct Network {
    /// Where the cluster asks
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8443")]
    pub(crate) listen: SocketAddr,

    /// Where probes and scrapers ask, without TLS: /livez, /readyz, /metrics
    #[arg(long, value_name = "ADDRESS", default_value = "0.0.0.0:8081")]
    pub(crate) health: SocketAddr,

    /// How often the ledger is looked at, in seconds
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) poll: u32,

    /// Questions that are judged at the same time [default: two for each core]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=1024))]
    pub(crate) workers: Option<u32>,

    /// Questions that wait to be judged; further ones are told so
    #[arg(long, value_name = "N", default_value_t = 512)]
    pub(crate) queue: u32,

    /// Connections; further ones wait
    #[arg(long, value_name = "N", default_value_t = 2_048, value_parser = clap::value_parser!(u32).range(1..))]
    pub(crate) connections: u32,

    /// MiB that all questions together may take
    #[arg(long, value_name = "MIB", default_value_t = 128, value_parser = clap::value_parser!(u32).range(16..))]
    pub(crate) memory: u32,

    /// Seconds for which connections are still accepted after the end was asked for
    #[arg(long, value_name = "SECONDS", default_value_t = 5)]
    pub(crate) linger: u32,

    /// Tell what was allowed, too
    #[arg(long)]
    pub(crate) log_allowed: bool,
}
