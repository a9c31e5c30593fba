//! What is asked of a node.

use super::field::{AMOUNTS, BY_NAME, Field, Shape};

/// Requests and limits, of a pod as of a container or a claim.
pub(crate) static RESOURCES: Shape = Shape::new(&[("limits", AMOUNTS), ("requests", AMOUNTS), ("claims", Field::list(&BY_NAME))]);
