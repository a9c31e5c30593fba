//! How it ends: first nobody is led here any more, then nobody is accepted, then what was taken is answered.

use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// Told once that the end has come.
pub(crate) type Stop = watch::Receiver<bool>;

/// Waits until the process is asked to end.
pub(crate) async fn asked() -> std::io::Result<&'static str> {
    let (mut term, mut interrupt) = (signal(SignalKind::terminate())?, signal(SignalKind::interrupt())?);
    let term = std::pin::pin!(term.recv());
    let interrupt = std::pin::pin!(interrupt.recv());
    Ok(match futures::future::select(term, interrupt).await {
        futures::future::Either::Left(_) => "SIGTERM",
        futures::future::Either::Right(_) => "SIGINT",
    })
}

/// What comes first: the work's end, or the stop.
pub(crate) async fn unless<T>(mut stop: Stop, work: impl Future<Output = T>) -> Option<T> {
    let stopped = std::pin::pin!(stop.wait_for(|stop| *stop));
    match futures::future::select(std::pin::pin!(work), stopped).await {
        futures::future::Either::Left((done, _)) => Some(done),
        futures::future::Either::Right(_) => None,
    }
}
