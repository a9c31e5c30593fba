//! The server as a whole, from its start to its end.

use std::net::SocketAddr;
use std::sync::Arc;

use camino::Utf8PathBuf;
use tokio::net::TcpListener;
use tokio::sync::watch;
use tollgate_core::ports::AnswerAdmission;

use crate::certificates::{Certificates, Current};
use crate::connections::{Door, accept};
use crate::failure::ServeError;
use crate::journal::Journal;
use crate::limits::Limits;
use crate::service::Service;
use crate::{descriptors, handler, health, shutdown};

/// Probes and scrapers are few.
const HEALTH_CONNECTIONS: usize = 64;

/// How to serve.
#[derive(Clone, Debug)]
pub struct Options {
    /// Where clusters ask. Port 0 is any that is free; the journal says which.
    pub listen: SocketAddr,
    /// Where probes and scrapers ask.
    pub health: SocketAddr,
    pub certificates: Certificates,
    /// Who signs the certificates of clients, in PEM; nothing: clients need none.
    pub client_authority: Option<Utf8PathBuf>,
    pub limits: Limits,
    pub journal: Journal,
}

/// Serves until the process is asked to end (SIGTERM, SIGINT), and then answers what it took.
///
/// # Errors
/// When it can't begin: nobody can listen there, or there is no certificate.
pub fn serve(options: Options, answers: Arc<dyn AnswerAdmission>) -> Result<(), ServeError> {
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        // Work past its deadline keeps its thread until it ends, and the bounds count it.
        .max_blocking_threads(options.limits.workers + 4)
        .build()
        .map_err(ServeError::Runtime)?;
    let served = runtime.block_on(run(options, answers));
    // A plugin that still runs is not waited for.
    runtime.shutdown_background();
    served
}

async fn run(options: Options, answers: Arc<dyn AnswerAdmission>) -> Result<(), ServeError> {
    let Options { listen, health, certificates, client_authority, limits, journal } = options;
    let tls = Arc::new(Current::load(certificates, client_authority).await?);
    let service = Arc::new(Service::new(answers, limits, journal));
    let (questions, probes) = (bind(listen).await?, bind(health).await?);
    let (stop, stopped) = watch::channel(false);
    let (stop_probes, probes_stopped) = watch::channel(false);
    let door = |routes, tls, connections| Door { service: Arc::clone(&service), routes, tls, connections };
    let follower = tokio::spawn({
        let (tls, service) = (Arc::clone(&tls), Arc::clone(&service));
        async move { tls.follow(&service.metrics, &service.journal).await }
    });
    let connections = places(&limits, &journal);
    let address = |listener: &TcpListener| listener.local_addr().map(|address| address.to_string()).unwrap_or_default();
    journal.tell("listening", &[("address", &address(&questions)), ("health", &address(&probes))]);
    let probing = door(health::routes(Arc::clone(&service)), None, HEALTH_CONNECTIONS);
    let probing = tokio::spawn(accept(probes, probing, probes_stopped));
    let routes = handler::routes(Arc::clone(&service));
    let answering = tokio::spawn(accept(questions, door(routes, Some(tls), connections), stopped));

    let signal = shutdown::asked().await.map_err(ServeError::Runtime)?;
    journal.tell("ending", &[("signal", signal)]);
    service.end();
    tokio::time::sleep(limits.linger).await;
    stop.send_replace(true);
    let _ended = answering.await;
    stop_probes.send_replace(true);
    let _ended = probing.await;
    follower.abort();
    journal.tell("ended", &[]);
    Ok(())
}

/// How many connections there may be: no more than have a file descriptor.
fn places(limits: &Limits, journal: &Journal) -> usize {
    let descriptors = descriptors::raise();
    let places = descriptors::covered(limits.connections, descriptors);
    if places < limits.connections {
        let count = |count: u64| count.to_string();
        let (open, places) = (count(descriptors.unwrap_or_default()), count(places as u64));
        let fix = "raise the limit of open files (`ulimit -Hn`), or lower `--connections`";
        journal.tell("few file descriptors", &[("openFiles", &open), ("connections", &places), ("fix", fix)]);
    }
    places
}

async fn bind(address: SocketAddr) -> Result<TcpListener, ServeError> {
    TcpListener::bind(address).await.map_err(|source| ServeError::Listen { address, source })
}
