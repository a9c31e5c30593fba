//! What registries and forges have in common over HTTP: whom to believe, how long to wait, why there is no answer, and secrets.
//!
//! What is asked, which redirects are followed and who may see credentials is for each of them to know.

mod agents;
mod error;
mod patience;
mod roots;
mod secret;

pub use agents::{Agents, is_same_server};
pub use error::WebError;
pub use patience::{Limits, Patience};
pub use secret::Secret;
