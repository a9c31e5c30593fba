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

#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
enum Order {
    /// Starts a cluster that runs until it is taken down, and prints where it is.
    Up,
    /// Ends it, with all that is in it.
    Down,
    /// Runs one until this process ends.
    #[command(hide = true)]
    Hold,
}

/// Why there is no cluster, or still one.
#[derive(Debug, thiserror::Error)]
pub(crate) enum ClusterError {
    #[error("there is no place to keep it: set `HOME` or `XDG_CACHE_HOME`")]
    NoCache,
    #[error("a cluster is up already; `cargo xtask cluster down` ends it")]
    IsUp,
    #[error("the cluster did not start; see `{log}`")]
    NotStarted { log: Utf8PathBuf },
    #[error("the cluster can't be started")]
    Start(#[from] NoCluster),
    #[error(transparent)]
    Process(#[from] ProcessError),
    #[error("its files can't be written")]
    Io(#[from] io::Error),
}

/// Where it is written down what is up.
struct Home {
    directory: Utf8PathBuf,
}

impl Home {
    fn find() -> Result<Self, ClusterError> {
        Ok(Self { directory: cache().ok_or(ClusterError::NoCache)?.join("cluster") })
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
    let home = Home::find()?;
    match arguments.order {
        Order::Up => up(&home),
        Order::Down => down(&home),
        Order::Hold => hold(&home),
    }
}

fn up(home: &Home) -> Result<(), ClusterError> {
    if is_alive(&home.pid()) {
        return Err(ClusterError::IsUp);
    }
    let _ = fs_err::remove_dir_all(&home.directory);
    fs_err::create_dir_all(&home.directory)?;
    let log = fs_err::File::create(home.log())?.into_parts().0;
    let mut command = process::ourselves()?;
    command.args(["cluster", "hold"]).stdin(Stdio::null()).stdout(log.try_clone()?).stderr(log);
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
    writeln!(io::stdout(), "export KUBECONFIG={kubeconfig}\n# It runs until `cargo xtask cluster down`.")?;
    Ok(())
}

fn down(home: &Home) -> Result<(), ClusterError> {
    if is_alive(&home.pid()) {
        // Its parts end as soon as nobody holds them.
        process::succeed(Command::new("kill").arg(fs_err::read_to_string(home.pid())?))?;
        writeln!(io::stdout(), "The cluster is down.")?;
    } else {
        writeln!(io::stdout(), "No cluster is up.")?;
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
    command.ends_with(b"cluster\0hold\0")
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
