//! `cargo xtask cluster`: the Kubernetes that the tests use, for a person.

use std::io::{self, Write as _};
use std::os::unix::process::CommandExt as _;
use std::process::{Command, Stdio};
use std::thread;
use std::time::Duration;

use camino::{Utf8Path, Utf8PathBuf};
use clap::Subcommand;
use tollgate_servers::{Cluster, Life, NoCluster, cache};

use crate::process::{self, ProcessError};

/// What `cargo xtask cluster` can be told.
#[derive(Debug, clap::Args)]
pub(crate) struct Arguments {
    #[command(subcommand)]
    order: Order,
}

#[derive(Clone, Debug, PartialEq, Eq, Subcommand)]
enum Order {
    /// Starts a cluster that runs until it is taken down, and prints where it is.
    Up(Which),
    /// Ends it, with all that is in it.
    Down(Which),
    /// Runs one until this process ends.
    #[command(hide = true)]
    Hold(Which),
}

/// One of several clusters.
#[derive(Clone, Debug, PartialEq, Eq, clap::Args)]
struct Which {
    /// Its name, where there is more than one.
    #[arg(value_name = "NAME", default_value = "cluster", value_parser = name)]
    name: String,
}

/// A name is a directory's.
fn name(text: &str) -> Result<String, &'static str> {
    let is_plain = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
    if is_plain { Ok(text.to_owned()) } else { Err("a name has letters, digits and `-` only") }
}

/// What stands in the command line of whoever holds one.
const CLUSTER_HELD: &[u8] = b"\0cluster\0hold\0";

/// Why there is no cluster, or still one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClusterError {
    #[error("there is no place to keep it: set `HOME` or `XDG_CACHE_HOME`")]
    NoCache,
    #[error("cluster `{name}` is up already; `cargo xtask cluster down {name}` ends it")]
    IsUp { name: String },
    #[error("the cluster did not start; see `{log}`")]
    NotStarted { log: Utf8PathBuf },
    #[error("the cluster can't be started")]
    Start(#[from] NoCluster),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("its files can't be written")]
    Io(#[from] io::Error),
}

/// Where it is written down that a cluster is up.
struct Home {
    name: String,
    directory: Utf8PathBuf,
}

impl Home {
    fn of(Which { name }: &Which) -> Result<Self, ClusterError> {
        let directory = cache().ok_or(ClusterError::NoCache)?.join("clusters").join(name);
        Ok(Self { name: name.clone(), directory })
    }

    /// The process that holds it.
    fn pid(&self) -> Utf8PathBuf {
        self.directory.join("pid")
    }

    /// The kubeconfig of who may do everything; there once the cluster is ready.
    fn kubeconfig(&self) -> Utf8PathBuf {
        self.directory.join("kubeconfig")
    }

    fn log(&self) -> Utf8PathBuf {
        self.directory.join("log")
    }
}

/// Does what it is told.
pub(crate) fn run(arguments: &Arguments) -> Result<(), ClusterError> {
    match &arguments.order {
        Order::Up(which) => up(&Home::of(which)?),
        Order::Down(which) => down(&Home::of(which)?),
        Order::Hold(which) => hold(&Home::of(which)?),
    }
}

fn up(home: &Home) -> Result<(), ClusterError> {
    if is_alive(&home.pid()) {
        return Err(ClusterError::IsUp { name: home.name.clone() });
    }
    let _ = fs_err::remove_dir_all(&home.directory);
    fs_err::create_dir_all(&home.directory)?;
    let log = fs_err::File::create(home.log())?.into_parts().0;
    let mut command = process::ourselves()?;
    command.args(["cluster", "hold", &home.name]).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
    // Of its own group, so that what interrupts this one leaves it alone.
    let mut holder = command.process_group(0).spawn()?;
    fs_err::write(home.pid(), holder.id().to_string())?;
    while !home.kubeconfig().exists() {
        if holder.try_wait()?.is_some() {
            return Err(ClusterError::NotStarted { log: home.log() });
        }
        thread::sleep(Duration::from_millis(200));
    }
    let kubeconfig = home.kubeconfig();
    writeln!(io::stdout(), "export KUBECONFIG={kubeconfig}\n# It runs until `cargo xtask cluster down {}`.", home.name)?;
    Ok(())
}

fn down(home: &Home) -> Result<(), ClusterError> {
    if is_alive(&home.pid()) {
        // Its parts end as soon as nobody holds them.
        process::succeed(Command::new("kill").arg(fs_err::read_to_string(home.pid())?))?;
        writeln!(io::stdout(), "Cluster `{}` is down.", home.name)?;
    } else {
        writeln!(io::stdout(), "Cluster `{}` is not up.", home.name)?;
    }
    match fs_err::remove_dir_all(&home.directory) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error.into()),
        _ => Ok(()),
    }
}

fn hold(home: &Home) -> Result<(), ClusterError> {
    let cluster = Cluster::try_start(Life::Whole)?;
    let unfinished = home.kubeconfig().with_extension("unfinished");
    fs_err::copy(cluster.kubeconfig(), &unfinished)?;
    fs_err::rename(unfinished, home.kubeconfig())?;
    loop {
        thread::park();
    }
}

/// Whether the process runs that a file names, and is one of ours.
fn is_alive(pid: &Utf8Path) -> bool {
    let Ok(pid) = fs_err::read_to_string(pid) else { return false };
    let command = fs_err::read(format!("/proc/{pid}/cmdline")).unwrap_or_default();
    command.windows(CLUSTER_HELD.len()).any(|part| part == CLUSTER_HELD)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_process_that_has_the_number_now_is_not_taken_for_the_cluster() {
        let directory = tempfile::tempdir().unwrap();
        let file = Utf8PathBuf::from_path_buf(directory.path().join("pid")).unwrap();
        assert!(!is_alive(&file));
        fs_err::write(&file, std::process::id().to_string()).unwrap();
        assert!(!is_alive(&file));
    }
}
