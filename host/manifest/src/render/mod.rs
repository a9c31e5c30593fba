//! What becomes of documents on their way to a target, and where those come from that a tool rendered.

mod helm;
mod images;
mod inputs;
mod known_secrets;
mod kustomize;
mod packed;
mod rule;
mod scan;
mod secrets;
mod shown;
mod traced;
mod yaml;

pub use helm::{mention_of_chance, trace_helm};
pub use images::{PinError, pin_images};
pub use inputs::Inputs;
pub use known_secrets::withhold_known_secrets;
pub use kustomize::trace_kustomize;
pub use rule::RenderRule;
pub use scan::scan_inputs;
pub use secrets::withhold_secrets;
pub use shown::may_be_shown;
pub use traced::{Traced, locate_rendered};
pub use yaml::{YamlError, to_yaml};
