//! Components that a tool renders: from their files to documents that know where they come from.

mod groups;
mod kept;
mod one;
mod questions;
mod tree;

pub(crate) use groups::{is_rendered, paths, render_directories, render_groups, rendered_directories, set_aside};
pub(crate) use kept::KeptRenderings;
pub(crate) use one::{Rendered, RenderedComponent};
pub(crate) use questions::{Question, questions};
pub(crate) use tree::InputTree;

use tollgate_core::ports::{RenderToolError, SourceError};

use crate::sources::PathError;

/// Why a component could not be rendered. What is wrong with its files is a finding instead.
#[derive(Debug, thiserror::Error)]
pub(crate) enum RenderingError {
    #[error("component `{component}` can't be rendered")]
    Tool {
        component: String,
        #[source]
        source: RenderToolError,
    },
    #[error(transparent)]
    Source(#[from] SourceError),
    #[error(transparent)]
    Path(#[from] PathError),
}
