//! A Kubernetes cluster for tests: the real API server, the real controllers and scheduler, and nodes that only seem to be.
//!
//! Everything runs on free ports in a directory of its own, and ends with the value, or with the process that made it, however
//! that ends.

mod access;
mod asker;
mod clients;
mod given;
mod parts;
mod proxy;
mod services;

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use camino::{Utf8Path, Utf8PathBuf};

use crate::child::Child;
use crate::program::NotBuilt;
use access::Access;
use asker::Asker;
pub use asker::{Refused, Sent};
pub use clients::ClientCertificate;
pub use proxy::ConnectProxy;
use services::Services;

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
    services: Services,
    /// In the order in which they were started.
    children: Vec<Child>,
    /// The kubeconfig of somebody else's cluster, and who asks it.
    given: Option<(Utf8PathBuf, Asker)>,
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
    #[error("there is no certificate for its clients")]
    Certificate(#[from] rcgen::Error),
    #[error("`{kubeconfig}` can't be tested with: {why}")]
    Given { kubeconfig: Utf8PathBuf, why: String },
}

impl Cluster {
    /// Starts a cluster and waits until it is ready. Nothing where neither Go nor ready programs are there, which is said loudly;
    /// with `CI` set it is a failure.
    ///
    /// # Panics
    /// When it can't be started.
    pub fn start(life: Life) -> Option<Self> {
        Self::or_skip(Self::try_start(life))
    }

    /// The cluster that the kubeconfig names that `TOLLGATE_TEST_KUBECONFIG` names, else one that is started. For tests that
    /// change nothing but their own namespaces.
    ///
    /// # Panics
    /// When it can't be used.
    pub fn given_or_started(life: Life) -> Option<Self> {
        Self::or_skip(given::named().map_or_else(|| Self::try_start(life), |kubeconfig| Self::of(&kubeconfig)))
    }

    #[expect(clippy::print_stderr, clippy::panic, reason = "what is skipped is said loudly, and a test ends without its server")]
    fn or_skip(started: Result<Self, NoCluster>) -> Option<Self> {
        match started {
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
        let mut cluster = Self::prepared()?;
        cluster.run_store()?;
        cluster.run_api()?;
        if life == Life::Whole {
            cluster.run_life()?;
        }
        Ok(cluster)
    }

    /// Somebody else's.
    fn of(kubeconfig: &Utf8Path) -> Result<Self, NoCluster> {
        let mut cluster = Self::prepared()?;
        fs_err::write(cluster.access.limited_kubeconfig(), given::limited(kubeconfig)?)?;
        cluster.given = Some((kubeconfig.to_owned(), given::asker(kubeconfig)?));
        Ok(cluster)
    }

    fn prepared() -> Result<Self, NoCluster> {
        let directory = tempfile::tempdir()?;
        let root = Utf8Path::from_path(directory.path()).unwrap_or(Utf8Path::new("")).to_owned();
        let access = Access::new(&root)?;
        let services = Services::start(&root)?;
        let children = vec![Child::remover(&root)?];
        Ok(Self { directory, access, services, children, given: None })
    }

    /// Whether it was started here, and ends with the value.
    pub const fn is_own(&self) -> bool {
        self.given.is_none()
    }

    fn asker(&self) -> &Asker {
        self.given.as_ref().map_or(&self.access.asker, |(_, asker)| asker)
    }

    /// The file that says where the cluster is and who asks: somebody who may do everything.
    pub fn kubeconfig(&self) -> Utf8PathBuf {
        self.given.as_ref().map_or_else(|| self.access.kubeconfig(), |(file, _)| file.clone())
    }

    /// The same for somebody who may do nothing but what roles say: the user `limited`.
    pub fn limited_kubeconfig(&self) -> Utf8PathBuf {
        self.access.limited_kubeconfig()
    }

    /// Where the API server is: `https://127.0.0.1:6443`.
    pub fn server(&self) -> String {
        self.asker().server().to_owned()
    }

    /// By whom the API server's certificate is signed, in PEM. Known of one that was started here.
    ///
    /// # Errors
    /// When it can't be read.
    pub fn authority(&self) -> Result<String, NoCluster> {
        Ok(self.access.authority()?)
    }

    /// The token of somebody who may do everything.
    pub const fn token(&self) -> &'static str {
        access::ADMIN
    }

    /// A certificate by which a user of this name, who may do everything, logs in for so long.
    ///
    /// # Errors
    /// When it can't be made.
    pub fn certify(&self, user: &str, life: Duration) -> Result<ClientCertificate, NoCluster> {
        Ok(self.access.clients.certify(user, life)?)
    }

    /// From now on, what the API server asks of a Service is answered there, whichever Service it is.
    pub fn serve_at(&self, address: SocketAddr) {
        self.services.serve_at(address);
    }

    /// What the API server has at a path, as JSON; nothing where there is nothing, or nobody answers.
    pub fn get(&self, path: &str) -> Option<String> {
        self.asker().get(path)
    }

    /// Changes an object by a strategic merge patch (JSON), as somebody who may do everything.
    ///
    /// # Errors
    /// When the server refuses it.
    pub fn patch(&self, path: &str, patch: &str) -> Result<(), NoCluster> {
        self.asker().patch(path, patch)
    }

    /// Sends a request as a user of this name, who may do everything that the API server lets anybody do. Returns what it
    /// answered.
    ///
    /// # Errors
    /// When the server does not do it.
    pub fn send(&self, user: &str, request: &Sent<'_>) -> Result<String, Refused> {
        self.asker().send(user, request)
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

    /// Kills what the API server keeps its objects in.
    pub fn stop_store(&mut self) {
        self.children.retain(|child| child.part() != parts::STORE);
    }

    /// Starts it again, with all that was in it, and waits until the API server answers.
    ///
    /// # Errors
    /// When it does not come back.
    pub fn start_store(&mut self) -> Result<(), NoCluster> {
        self.run_store()?;
        match self.children.last_mut() {
            Some(store) => wait(store, || self.access.asker.says_ok("/readyz")),
            None => Ok(()),
        }
    }

    fn run_store(&mut self) -> Result<(), NoCluster> {
        self.children.push(parts::store(self.directory(), &self.access)?);
        Ok(())
    }

    fn run_api(&mut self) -> Result<(), NoCluster> {
        let mut api = parts::api(self.directory(), &self.access)?;
        wait(&mut api, || self.access.asker.says_ok("/readyz"))?;
        self.children.push(api);
        self.access.write()?;
        Ok(())
    }

    fn run_life(&mut self) -> Result<(), NoCluster> {
        let parts = parts::life(self.directory(), &self.access)?;
        self.children.extend(parts);
        self.access.asker.create("/api/v1/nodes", parts::NODE)?;
        if let Some(nodes) = self.children.last_mut() {
            // The account that every pod has is there, and a node to put it on.
            let account = "/api/v1/namespaces/default/serviceaccounts/default";
            wait(nodes, || self.access.asker.get(account).is_some())?;
            let node = "/api/v1/nodes/node-1";
            wait(nodes, || self.access.asker.get(node).is_some_and(|node| node.contains("\"phase\":\"Running\"")))?;
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
