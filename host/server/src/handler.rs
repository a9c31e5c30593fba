//! One question, from its bytes to its answer.

use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::{RawQuery, State};
use axum::response::{IntoResponse as _, Response};
use axum::routing::post;
use http::header::{CONTENT_LENGTH, CONTENT_TYPE};
use http::{HeaderMap, StatusCode};
use http_body_util::{BodyExt as _, LengthLimitError, Limited};
use tokio::time::{Instant, timeout_at};
use tollgate_core::admission::AdmissionRequest;

use crate::answering::answer;
use crate::bounds::{Shed, time_to_answer};
use crate::review::{parse, response};
use crate::service::Service;

/// The path that clusters ask at.
pub(crate) const VALIDATE: &str = "/validate";

pub(crate) fn routes(service: Arc<Service>) -> Router {
    Router::new().route(VALIDATE, post(validate)).with_state(service)
}

async fn validate(State(service): State<Arc<Service>>, RawQuery(query): RawQuery, headers: HeaderMap, body: Body) -> Response {
    let started = Instant::now();
    let deadline = started + time_to_answer(query.as_deref());
    let length = headers.get(CONTENT_LENGTH).and_then(|length| length.to_str().ok()).and_then(|length| length.parse().ok());
    let Ok(_room) = service.bounds.room(length, deadline).await else {
        service.metrics.shed(Shed::Memory);
        return plain(StatusCode::SERVICE_UNAVAILABLE, Shed::Memory.message());
    };
    let request = match read(&service, length, body, deadline).await {
        Ok(request) => request,
        Err((status, reason, message)) => {
            service.metrics.count_refused(reason);
            return plain(status, &message);
        }
    };
    let answer = answer(&service, &request, deadline).await;
    let took = started.elapsed();
    service.metrics.answered(&request, &answer, took);
    service.journal.answered(&request, &answer, took);
    ([(CONTENT_TYPE, "application/json")], response(&request.uid, &answer)).into_response()
}

/// Why there is no question: a status, a word for metrics, and a sentence.
type Refusal = (StatusCode, &'static str, String);

async fn read(service: &Service, length: Option<usize>, body: Body, deadline: Instant) -> Result<Arc<AdmissionRequest>, Refusal> {
    let limit = service.limits.body;
    let too_long = || (StatusCode::PAYLOAD_TOO_LARGE, "too-long", format!("the body has more than {limit} bytes"));
    if length.is_some_and(|length| length > limit) {
        return Err(too_long());
    }
    let late = |_| (StatusCode::REQUEST_TIMEOUT, "body-timeout", "the body did not come in time".to_owned());
    let collected = timeout_at(deadline, Limited::new(body, limit).collect()).await.map_err(late)?;
    let bytes = collected.map_err(|error| match error.downcast_ref::<LengthLimitError>() {
        Some(_) => too_long(),
        None => (StatusCode::BAD_REQUEST, "body-broken", "the body broke off".to_owned()),
    })?;
    let request = parse(&bytes.to_bytes()).map_err(|error| (StatusCode::BAD_REQUEST, "malformed", error.to_string()))?;
    Ok(Arc::new(request))
}

fn plain(status: StatusCode, message: &str) -> Response {
    (status, format!("{message}\n")).into_response()
}
