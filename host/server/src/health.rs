//! What probes and scrapers ask, without TLS, on a port of its own.

use std::sync::Arc;

use axum::Router;
use axum::extract::State;
use axum::response::{IntoResponse as _, Response};
use axum::routing::get;
use http::StatusCode;
use http::header::CONTENT_TYPE;

use crate::service::Service;

const OPEN_METRICS: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

pub(crate) fn routes(service: Arc<Service>) -> Router {
    Router::new()
        .route("/livez", get(|| async { "ok\n" }))
        .route("/readyz", get(ready))
        .route("/metrics", get(metrics))
        .with_state(service)
}

/// A stale ledger does not make it unready: what becomes of questions then is configured, and is answered.
async fn ready(State(service): State<Arc<Service>>) -> Response {
    let freshness = service.answers.freshness();
    let (status, word) = if service.is_ending() { (StatusCode::SERVICE_UNAVAILABLE, "ending") } else { (StatusCode::OK, "ok") };
    let state = if freshness.is_stale() { "stale" } else { "fresh" };
    let why = freshness.failure.map(|why| format!("ledger can't be read: {why}\n")).unwrap_or_default();
    (status, format!("{word}\nledger {state}: read {} s ago, {} entries\n{why}", freshness.age, freshness.entries)).into_response()
}

async fn metrics(State(service): State<Arc<Service>>) -> Response {
    let text = service.metrics.text(service.bounds.waiting(), &service.answers.freshness());
    ([(CONTENT_TYPE, OPEN_METRICS)], text).into_response()
}
