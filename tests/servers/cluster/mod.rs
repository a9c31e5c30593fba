//! A Kubernetes cluster for tests: the real API server, the real controllers and scheduler, and nodes that only seem to be.
//!
//! Everything runs on free ports in a directory of its own, and ends with the value, or with the process that made it, however
//! that ends.

mod access;
mod child;
mod parts;

use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use crate::program::NotBuilt;
use access::Access;
pub use access::{Refused, Sent};
use child::Child;

/// How long a part may take to be there. A busy machine is slow.
const PATIENCE: Duration = Duration::from_secs(120);

/// What runs beside the API server.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Life {
    /// Nothing: objects stay as they are written.
    None,
    /// Controllers, a scheduler, and nodes on which pods become ready.
    Whole,
}

/// A running cluster.
#[derive(Debug)]
pub struct Cluster {
    directory: tempfile::TempDir,
    access: Access,
    /// In the order in which they were started.
    children: Vec<Child>,
}

/// Why there is no cluster.
#[derive(Debug, thiserror::Error)]
pub enum NoCluster {
    #[error("a part of it can't be built")]
    NotBuilt(#[from] NotBuilt),
    #[error("`{part}` is not ready; it said: {said}")]
    NotReady { part: &'static str, said: String },
    #[error("it can't be started")]
    Io(#[from] std::io::Error),
    #[error("`{program}` failed: {said}")]
    Program { program: &'static str, said: String },
}

impl Cluster {
    /// Starts a cluster and waits until it is ready. Nothing where neither Go nor ready programs are there, which is said loudly;
    /// with `CI` set it is a failure.
    ///
    /// # Panics
    /// When it can't be started.
    #[expect(clippy::print_stderr, clippy::panic, reason = "what is skipped is said loudly, and a test ends without its server")]
    pub fn start(life: Life) -> Option<Self> {
        match Self::try_start(life) {
            Ok(cluster) => Some(cluster),
            Err(NoCluster::NotBuilt(NotBuilt::NoGo)) if std::env::var_os("CI").is_none() => {
                eprintln!(
                    "SKIPPED: no Kubernetes to test with; install Go, or set `KUBEBUILDER_ASSETS` to a directory with `etcd`, \
                     `kube-apiserver`, `kube-controller-manager`, `kube-scheduler` and `kwok`"
                );
                None
            }
            Err(error) => panic!("no Kubernetes to test with: {error}"),
        }
    }

    /// Starts a cluster and waits until it is ready.
    ///
    /// # Errors
    /// When a part can't be built or started.
    pub fn try_start(life: Life) -> Result<Self, NoCluster> {
        let directory = tempfile::tempdir()?;
        let root = Utf8Path::from_path(directory.path()).unwrap_or(Utf8Path::new("")).to_owned();
        let access = Access::new(&root)?;
        let mut cluster = Self { directory, access, children: Vec::new() };
        cluster.run_store()?;
        cluster.run_api()?;
        if life == Life::Whole {
            cluster.run_life()?;
        }
        Ok(cluster)
    }

    /// The file that says where the cluster is and who asks: somebody who may do everything.
    pub fn kubeconfig(&self) -> Utf8PathBuf {
        self.access.kubeconfig()
    }

    /// The same for somebody who may do nothing but what roles say: the user `limited`.
    pub fn limited_kubeconfig(&self) -> Utf8PathBuf {
        self.access.limited_kubeconfig()
    }

    /// What the API server has at a path, as JSON; nothing where there is nothing, or nobody answers.
    pub fn get(&self, path: &str) -> Option<String> {
        self.access.get(path)
    }

    /// Changes an object by a strategic merge patch (JSON), as somebody who may do everything.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn patch(&self, path: &str, patch: &str) -> Result<(), NoCluster> {
        self.access.patch(path, patch)
    }

    /// Sends a request as a user of this name, who may do everything that the API server lets anybody do. Returns what it
    /// answered.
    ///
    /// # Errors
    /// When the server does not do it.
    pub fn send(&self, user: &str, request: &Sent<'_>) -> Result<String, Refused> {
        self.access.send(user, request)
    }

    /// Where all of it lies.
    pub fn directory(&self) -> &Utf8Path {
        Utf8Path::from_path(self.directory.path()).unwrap_or(Utf8Path::new(""))
    }

    /// Kills the API server, as a machine that goes away would, and starts it again.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn restart_api(&mut self) -> Result<(), NoCluster> {
        self.children.retain(|child| child.part() != parts::API);
        self.run_api()
    }

    /// Kills the API server.
    pub fn stop_api(&mut self) {
        self.children.retain(|child| child.part() != parts::API);
    }

    fn run_store(&mut self) -> Result<(), NoCluster> {
        self.children.push(parts::store(self.directory(), &self.access)?);
        Ok(())
    }

    fn run_api(&mut self) -> Result<(), NoCluster> {
        let mut api = parts::api(self.directory(), &self.access)?;
        wait(&mut api, || self.access.says_ok("/readyz"))?;
        self.children.push(api);
        self.access.write(self.directory())?;
        Ok(())
    }

    fn run_life(&mut self) -> Result<(), NoCluster> {
        let parts = parts::life(self.directory(), &self.access)?;
        self.children.extend(parts);
        self.access.create("/api/v1/nodes", parts::NODE)?;
        if let Some(nodes) = self.children.last_mut() {
            // The account that every pod has is there, and a node to put it on.
            let account = "/api/v1/namespaces/default/serviceaccounts/default";
            wait(nodes, || self.access.get(account).is_some())?;
            let node = "/api/v1/nodes/node-1";
            wait(nodes, || self.access.get(node).is_some_and(|node| node.contains("\"phase\":\"Running\"")))?;
        }
        Ok(())
    }
}

fn wait(part: &mut Child, is_ready: impl Fn() -> bool) -> Result<(), NoCluster> {
    let start = Instant::now();
    while !is_ready() {
        if start.elapsed() > PATIENCE || !part.is_running() {
            return Err(NoCluster::NotReady { part: part.part(), said: part.said() });
        }
        thread::sleep(Duration::from_millis(50));
    }
    Ok(())
}

impl Drop for Cluster {
    fn drop(&mut self) {
        // Those that ask end before those that answer.
        while self.children.pop().is_some() {}
    }
}
