//! Rendering components with the tools that others wrote.

use crate::digest::Digest;
use crate::recipe::Renderer;
use crate::rendering::{RenderTool, Rendering};

/// The directory that a component's files are put into. What kustomize says of origins is relative to the one above it.
pub const RENDERED_DIRECTORY: &str = "component";

/// A file of a component.
#[derive(Clone, Copy, Debug)]
pub struct ComponentFile<'a> {
    /// Relative to the component's directory, with `/` between its steps.
    pub path: &'a str,
    pub bytes: &'a [u8],
}

/// What a tool answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RenderAnswer {
    /// Manifests, as the tool wrote them.
    Manifests(Vec<u8>),
    /// The files are not what the tool takes: what it said, cut to a bearable length. Values of theirs may be in it.
    Refused { said: String },
    /// More than anybody reads.
    TooLarge { limit: u64 },
}

/// Why a tool gave no answer. None of it is the fault of the files, as far as can be known.
#[derive(Debug, thiserror::Error)]
pub enum RenderToolError {
    #[error("`{tool}` renders a component, and is not installed; install it, or set `{variable}` to the path of its program")]
    Missing { tool: RenderTool, variable: &'static str },
    #[error("`{program}` does not say its version as {tool} does")]
    NoVersion { tool: RenderTool, program: String },
    #[error("the component has the file `{path}`, whose path can't be used for rendering; rename it")]
    BadPath { path: String },
    #[error("`{tool}` was not done after {seconds} s, so nobody knows what it would have rendered")]
    TooSlow { tool: RenderTool, seconds: u64 },
    #[error("`{tool}` crashed ({status}): {said}")]
    Crashed { tool: RenderTool, status: String, said: String },
    #[error("`{path}` can't be used for rendering")]
    Io {
        path: String,
        #[source]
        source: std::io::Error,
    },
}

/// Renders the files of components.
pub trait RenderComponent: Send + Sync {
    /// The digest of a tool's program, which is not started for it.
    ///
    /// # Errors
    /// When it is not there, or can't be read.
    fn program(&self, tool: RenderTool) -> Result<Digest, RenderToolError>;

    /// The tool as it is part of a recipe.
    ///
    /// # Errors
    /// When it is not there, or is not what it should be.
    fn renderer(&self, tool: RenderTool) -> Result<Renderer, RenderToolError>;

    /// Asks the tool about these files alone: nothing else of the machine is its business.
    ///
    /// # Errors
    /// When it gives no answer.
    fn render(&self, files: &[ComponentFile<'_>], rendering: &Rendering) -> Result<RenderAnswer, RenderToolError>;
}
