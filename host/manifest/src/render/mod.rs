//! What becomes of documents on their way to a target.

mod images;
mod secrets;
mod shown;
mod yaml;

pub use images::{PinError, pin_images};
pub use secrets::withhold_secrets;
pub use shown::may_be_shown;
pub use yaml::{YamlError, to_yaml};
