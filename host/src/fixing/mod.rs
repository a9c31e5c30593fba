//! Fixes of findings: asked of fixers, written back into the source, and believed only after the policies were asked again.

mod better;
mod fixers;
mod mender;

pub(crate) use fixers::Fixers;
pub(crate) use mender::{Mended, Mender};
