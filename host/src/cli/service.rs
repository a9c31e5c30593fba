//! `service`: what the repositories of services deliver, and which services there are.

use camino::Utf8PathBuf;
use clap::{Args, Subcommand};

use super::{Format, Trust};

/// Deliver, add and remove services
#[derive(Debug, Subcommand)]
pub(crate) enum Service {
    /// Record that a service's image was built: run in the service's own repository, after the push of the image
    Record(Record),
    /// Bring a service's manifests and image to the deployment repository, and record the build: run in the service's own
    /// repository, after the push of the image
    Sync(Sync),
    /// Write a new service from a template into the work tree of the deployment repository
    Add(Add),
    /// Show what depends on a service and what its removal prunes; with `--write`, remove it from the work tree
    Remove(Remove),
}

impl Service {
    /// What the command is told to trust.
    pub(crate) fn trust(&self) -> Option<&Trust> {
        match self {
            Self::Record(arguments) => Some(&arguments.trust),
            Self::Sync(arguments) => Some(&arguments.trust),
            Self::Remove(arguments) => Some(&arguments.trust),
            Self::Add(_) => None,
        }
    }
}

/// Record that a service's image was built: run in the service's own repository, after the push of the image
#[derive(Debug, Args)]
pub(crate) struct Record {
    /// Name of the service: the component's name in the deployment repository
    #[arg(value_name = "SERVICE")]
    pub(crate) service: String,

    /// The image, with the commit it was built from as its tag
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) image: String,

    /// Branch that the commit is on, at the remote
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: String,

    /// Directory of the service's manifests in this repository
    #[arg(long, value_name = "DIR", default_value = "deploy")]
    pub(crate) manifests: String,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Bring a service's manifests and image to the deployment repository, and record the build: run in the service's own
/// repository, after the push of the image
///
/// From the branch that `source` of tollgate.yaml names they go to the default branch there; from any other branch to
/// `feature/SERVICE/BRANCH`, which is the default branch with this one service changed. Nothing outside of the service's own
/// directory changes. Run again, it writes nothing that is there already.
#[derive(Debug, Args)]
pub(crate) struct Sync {
    /// Name of the service: the component's name in the deployment repository
    #[arg(value_name = "SERVICE")]
    pub(crate) service: String,

    /// The image, with the commit it was built from as its tag
    #[arg(long, value_name = "REFERENCE", required_unless_present = "delete", conflicts_with = "delete")]
    pub(crate) image: Option<String>,

    /// Branch that the commit is on, at the remote
    #[arg(long, value_name = "NAME")]
    pub(crate) branch: String,

    /// Directory of the service's manifests in this repository
    #[arg(long, value_name = "DIR", default_value = "deploy")]
    pub(crate) manifests: String,

    /// URL or path of the deployment repository [default: where the ledger is]
    #[arg(long, value_name = "URL", env = "TOLLGATE_DEPLOYMENT")]
    pub(crate) deployment: Option<String>,

    /// Put the service back as the default branch has it, and remove `feature/SERVICE/BRANCH` once no target runs it
    #[arg(long)]
    pub(crate) delete: bool,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Write a new service from a template into the work tree of the deployment repository
///
/// Nothing that exists is overwritten, and nothing is written unless all of it can be.
#[derive(Debug, Args)]
pub(crate) struct Add {
    /// Name of the service
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Directory of the template [default: .tollgate/template where there is one, else the built-in template]
    #[arg(long, value_name = "DIR")]
    pub(crate) template: Option<Utf8PathBuf>,

    /// Directory of the service in the repository [default: as `components` of tollgate.yaml has the others]
    #[arg(long, value_name = "DIR")]
    pub(crate) path: Option<String>,

    /// The image: what the template has as `{{image}}`
    #[arg(long, value_name = "REFERENCE")]
    pub(crate) image: Option<String>,

    /// The port that the service listens on: what the template has as `{{port}}`
    #[arg(long, value_name = "PORT", default_value_t = 8080, value_parser = clap::value_parser!(u16).range(1..))]
    pub(crate) port: u16,

    /// URL of the service's own repository
    #[arg(long, value_name = "URL")]
    pub(crate) source: Option<String>,

    /// Branch of the service's own repository that goes to the default branch
    #[arg(long, value_name = "NAME", default_value = "main", requires = "source")]
    pub(crate) source_branch: String,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}

/// Show what depends on a service and what its removal prunes; with `--write`, remove it from the work tree
#[derive(Debug, Args)]
pub(crate) struct Remove {
    /// Name of the service
    #[arg(value_name = "NAME")]
    pub(crate) name: String,

    /// Remove the directory, and what tollgate.yaml says of it
    #[arg(long)]
    pub(crate) write: bool,

    /// Remove it although other services refer to it; needs `--reason`
    #[arg(long, requires = "reason")]
    pub(crate) despite_references: bool,

    /// Why, for the message of the commit
    #[arg(long, value_name = "TEXT")]
    pub(crate) reason: Option<String>,

    #[command(flatten)]
    pub(crate) trust: Trust,

    /// Format of the report
    #[arg(short, long, value_enum, default_value_t)]
    pub(crate) output: Format,
}
