//! Accepting connections, no more than there may be, and never waiting for ever for what a client says.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use hyper_util::server::graceful::{GracefulShutdown, Watcher};
use hyper_util::service::TowerToHyperService;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::Semaphore;
use tokio::time::timeout;

use crate::certificates::Current;
use crate::service::Service;
use crate::shutdown::{Stop, unless};

/// How many questions one connection may ask at the same time.
const STREAMS: u32 = 256;

/// Everything that a connection needs.
#[derive(Clone)]
pub(crate) struct Door {
    pub(crate) service: Arc<Service>,
    pub(crate) routes: Router,
    /// Nothing: without TLS.
    pub(crate) tls: Option<Arc<Current>>,
    /// How many connections there may be.
    pub(crate) connections: usize,
}

/// Accepts until told to stop, and then waits for what was begun.
pub(crate) async fn accept(listener: TcpListener, door: Door, stop: Stop) {
    let places = Arc::new(Semaphore::new(door.connections));
    let graceful = GracefulShutdown::new();
    loop {
        let next = async {
            let place = Arc::clone(&places).acquire_owned().await.ok()?;
            Some((place, listener.accept().await))
        };
        let Some(Some((place, accepted))) = unless(stop.clone(), next).await else { break };
        let Ok((stream, _)) = accepted else {
            // Out of file descriptors: it helps to let some end.
            tokio::time::sleep(Duration::from_millis(50)).await;
            continue;
        };
        let (door, watcher) = (door.clone(), graceful.watcher());
        tokio::spawn(async move {
            door.service.metrics.connections.inc();
            connection(&door, stream, watcher).await;
            door.service.metrics.connections.dec();
            drop(place);
        });
    }
    drop(listener);
    let _ended = timeout(door.service.limits.drain, graceful.shutdown()).await;
}

async fn connection(door: &Door, stream: TcpStream, watcher: Watcher) {
    // Answers are small: they must not wait for more to send.
    let _set = stream.set_nodelay(true);
    let patience = door.service.limits.patience;
    let Some(tls) = &door.tls else { return http1(door, stream, watcher).await };
    let Ok(Ok(stream)) = timeout(patience, tls.acceptor().accept(stream)).await else { return };
    if stream.get_ref().1.alpn_protocol() == Some(b"h2") {
        http2(door, stream, watcher).await;
    } else {
        http1(door, stream, watcher).await;
    }
}

async fn http1(door: &Door, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, watcher: Watcher) {
    let connection = hyper::server::conn::http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(door.service.limits.patience)
        .max_buf_size(64 << 10)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(door.routes.clone()));
    // What a client breaks off is its own affair.
    let _ended = watcher.watch(connection).await;
}

async fn http2(door: &Door, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static, watcher: Watcher) {
    let connection = hyper::server::conn::http2::Builder::new(TokioExecutor::new())
        .timer(TokioTimer::new())
        .keep_alive_interval(Duration::from_secs(30))
        .keep_alive_timeout(Duration::from_secs(10))
        .max_concurrent_streams(STREAMS)
        .max_header_list_size(16 << 10)
        .serve_connection(TokioIo::new(stream), TowerToHyperService::new(door.routes.clone()));
    let _ended = watcher.watch(connection).await;
}
