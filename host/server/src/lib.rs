//! The admission webhook: what a cluster asks before it takes an object, and how it is kept answering.
//!
//! It knows HTTP, TLS and load, and nothing of policies: what the answer is, it asks
//! [`tollgate_core::ports::AnswerAdmission`].

mod answering;
mod bounds;
mod certificates;
mod connections;
mod descriptors;
mod failure;
mod handler;
mod health;
mod journal;
mod limits;
mod metrics;
mod review;
mod serve;
mod service;
mod shutdown;

pub use certificates::{Certificates, FromFiles, SelfMade};
pub use failure::ServeError;
pub use journal::Journal;
pub use limits::Limits;
pub use review::{NotAReview, parse, response};
pub use serve::{Options, serve};
