//! Which Terraform there is.

use crate::recipe::Renderer;
use crate::terraform::TerraformProgram;

/// Why there is none.
#[derive(Debug, thiserror::Error)]
#[error("components of type `terraform` can't be planned")]
pub struct NoTerraform(#[source] pub Box<dyn std::error::Error + Send + Sync>);

/// Tells which program plans: two builds of one version are two programs.
pub trait IdentifyTerraform: Send + Sync {
    /// The program as it is part of a recipe: its name, version and digest. Nothing for `wanted`: whichever is there.
    ///
    /// # Errors
    /// When it is not there, or is not what it should be.
    fn identify(&self, wanted: Option<TerraformProgram>) -> Result<Renderer, NoTerraform>;
}
