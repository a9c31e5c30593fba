//! `cargo xtask demo`: both repositories, ten services, and the story that tollgate makes real; or, with `--infrastructure`, the
//! infrastructure repository alone, as Terraform.

mod ground;
mod infrastructure;
mod people;
mod regulated;
mod repositories;
mod stage;
mod story;

use std::io;

use camino::{Utf8Path, Utf8PathBuf};

use crate::install;
use crate::process::{self, ProcessError};
use crate::workspaces::Repository;
use ground::Ground;
use repositories::Shop;
use stage::Stage;

/// What `cargo xtask demo` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    /// Where the repositories, targets and images are made; it must not exist yet.
    #[arg(long, value_name = "DIR")]
    dir: Option<Utf8PathBuf>,
    /// Tells it on two real Kubernetes API servers, one for Ops and one for Apps, instead of directories. It needs Go, and
    /// some minutes the first time.
    #[arg(long)]
    cluster: bool,
    /// Tells the story of the infrastructure repository instead: Terraform, with a pair of Ops and Apps for each environment. It
    /// needs `terraform`, or Go to build OpenTofu.
    #[arg(long, conflicts_with = "cluster")]
    infrastructure: bool,
    /// Compares what is told with this file.
    #[arg(long, value_name = "FILE", hide = true, conflicts_with = "cluster")]
    expect: Option<Utf8PathBuf>,
}

/// Why the story was not told to its end.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error("failed to read the workspace")]
    Metadata(#[from] cargo_metadata::Error),
    #[error("failed to read or write a file")]
    Io(#[from] io::Error),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("there is no Terraform to tell it with")]
    NoTerraform(#[from] tollgate_servers::NotBuilt),
    #[error("`{target}` should have {expected} nodes, and its state says {found:?}")]
    OtherNodes { target: String, expected: u32, found: Option<serde_json::Value> },
    #[error("there is no cluster to tell it on")]
    Cluster(#[from] tollgate_servers::NoCluster),
    #[error("the cluster did not take what the story needs")]
    Refused(#[from] tollgate_servers::Refused),
    #[error("`{directory}` exists already; remove it, or name another with `--dir`")]
    Exists { directory: Utf8PathBuf },
    #[error("an image could not be pushed")]
    Image(#[from] tollgate_registry::WriteError),
    #[error("`{text}` is no image reference")]
    Reference {
        text: String,
        #[source]
        source: tollgate_core::image::InvalidImageReference,
    },
    #[error("`{command}` exited with {actual:?}, but the story says {expected}:\n{output}")]
    OtherEnd { command: String, expected: i32, actual: Option<i32>, output: String },
    #[error("`{command}` wrote no JSON")]
    Json {
        command: String,
        #[source]
        source: serde_json::Error,
    },
    #[error("`{command}` lacks `{member}` in its answer")]
    Lacks { command: String, member: &'static str },
    #[error("the story is another one than in `{file}`; set TOLLGATE_BLESS=1 to write it anew")]
    OtherStory { file: Utf8PathBuf },
}

/// Builds tollgate and tells the story.
pub(crate) fn run(arguments: &Arguments) -> Result<(), DemoError> {
    let repository = Repository::find()?;
    let binary = binary(&repository)?;
    let directory = match &arguments.dir {
        Some(directory) => camino::absolute_utf8(directory)?,
        None => repository.target_directory.join("demo"),
    };
    prepare(&directory, arguments.dir.is_none())?;
    let mut stage = Stage::new(binary, directory);
    let examples = repository.root.join("examples");
    if arguments.infrastructure {
        infrastructure::tell(&mut stage, &examples)?;
    } else {
        let ground = if arguments.cluster { Ground::clusters()? } else { Ground::Directories };
        tell_of_the_shop(&mut stage, &examples, ground)?;
    }
    match &arguments.expect {
        Some(file) => compare(&stage, file),
        None => Ok(()),
    }
}

fn tell_of_the_shop(stage: &mut Stage, examples: &Utf8Path, ground: Ground) -> Result<(), DemoError> {
    let mut shop = Shop::set_up(stage, examples, ground)?;
    story::tell(stage, &mut shop)?;
    regulated::tell(stage, &shop)?;
    story::where_everything_is(stage, &shop)
}

/// The binary that `TOLLGATE_BIN` names, or the one that is built here.
fn binary(repository: &Repository) -> Result<Utf8PathBuf, DemoError> {
    if let Ok(binary) = std::env::var("TOLLGATE_BIN") {
        return Ok(camino::absolute_utf8(binary)?);
    }
    process::succeed(&mut install::plugins()?)?;
    process::succeed(process::cargo().args(["build", "--quiet", "--locked", "--workspace", "--bins"]))?;
    Ok(repository.binary())
}

/// Our own directory is made anew each time; somebody else's is never removed.
fn prepare(directory: &Utf8Path, is_ours: bool) -> Result<(), DemoError> {
    if directory.exists() {
        if !is_ours {
            return Err(DemoError::Exists { directory: directory.to_owned() });
        }
        fs_err::remove_dir_all(directory)?;
    }
    Ok(fs_err::create_dir_all(directory)?)
}

fn compare(stage: &Stage, file: &Utf8Path) -> Result<(), DemoError> {
    let told = stage.told();
    if std::env::var_os("TOLLGATE_BLESS").is_some() {
        return Ok(fs_err::write(file, told)?);
    }
    if fs_err::read_to_string(file)? == told { Ok(()) } else { Err(DemoError::OtherStory { file: file.to_owned() }) }
}
