//! A kustomize in memory: what it renders for a path is the files of that directory, one after the other.

use std::sync::Mutex;

use tollgate_core::digest::Digest;
use tollgate_core::ports::{ComponentFile, IdentifyTerraform, NoTerraform, RenderAnswer, RenderComponent, RenderToolError};
use tollgate_core::recipe::Renderer;
use tollgate_core::rendering::{RenderTool, Rendering};
use tollgate_core::terraform::TerraformProgram;

#[derive(Debug)]
pub(crate) struct MemoryTools {
    version: Mutex<String>,
}

impl Default for MemoryTools {
    fn default() -> Self {
        Self { version: Mutex::new("v1".to_owned()) }
    }
}

impl MemoryTools {
    /// Another program, which renders the same.
    pub(crate) fn update(&self, version: &str) {
        version.clone_into(&mut self.version.lock().unwrap());
    }
}

impl IdentifyTerraform for MemoryTools {
    fn identify(&self, wanted: Option<TerraformProgram>) -> Result<Renderer, NoTerraform> {
        let version = self.version.lock().unwrap().clone();
        let name = wanted.unwrap_or(TerraformProgram::Terraform).name().to_owned();
        Ok(Renderer { name, digest: Digest::of(version.as_bytes()), version })
    }
}

impl RenderComponent for MemoryTools {
    fn program(&self, _: RenderTool) -> Result<Digest, RenderToolError> {
        Ok(Digest::of(self.version.lock().unwrap().as_bytes()))
    }

    fn renderer(&self, tool: RenderTool) -> Result<Renderer, RenderToolError> {
        let version = self.version.lock().unwrap().clone();
        Ok(Renderer { name: tool.name().to_owned(), digest: self.program(tool)?, version })
    }

    fn render(&self, files: &[ComponentFile<'_>], rendering: &Rendering) -> Result<RenderAnswer, RenderToolError> {
        let Rendering::Kustomize { path } = rendering else { return Ok(RenderAnswer::Refused { said: "no chart".to_owned() }) };
        let is_in = |file: &&ComponentFile<'_>| file.path.starts_with(&format!("{path}/")) && !file.path.contains("kustomization");
        let texts = files.iter().filter(is_in).map(|file| String::from_utf8_lossy(file.bytes).into_owned());
        let all = texts.collect::<Vec<_>>().join("\n---\n");
        if all.contains("refuse") {
            return Ok(RenderAnswer::Refused { said: all });
        }
        Ok(RenderAnswer::Manifests(all.into_bytes()))
    }
}
