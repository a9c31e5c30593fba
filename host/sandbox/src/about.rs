//! What can be told of a plugin without running it.

use tollgate_core::evaluate::LoadError;
use tollgate_core::policy::World;

use crate::contract;
use crate::inspect::{Outline, inspect};

/// A plugin from outside.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct About {
    pub world: World,
    /// `tollgate:gate@0.1.0`
    pub generation: String,
    /// In the order of the file.
    pub exports: Vec<String>,
    /// In the order of the file.
    pub imports: Vec<String>,
    /// What a policy has to be granted for it, as configuration writes it: `clock: true`.
    pub grants: Vec<String>,
}

/// Reads a plugin from outside.
///
/// # Errors
/// When it is refused before anything of it runs: it is no component, of another generation, or imports what is forbidden.
pub fn about(plugin: &[u8]) -> Result<About, LoadError> {
    let inspection = inspect(plugin)?;
    let Outline { exports, imports, .. } = Outline::read(plugin)?;
    let grants = inspection.capabilities.iter().map(|capability| capability.grant().to_owned()).collect();
    let generation = format!("{}@{}", contract::PACKAGE, contract::GENERATION);
    Ok(About { world: inspection.world, generation, exports, imports, grants })
}
