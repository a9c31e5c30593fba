//! Images: the digests that tags have, read from OCI image layouts on disk or asked from registries.
//!
//! [`OciLayouts`] and [`HttpRegistries`] implement core's port [`tollgate_core::ports::ResolveDigest`]. The first follows
//! the image layout of the OCI image specification 1.1, the second the OCI distribution specification 1.1. Neither believes
//! what a place says about its images: the bytes decide. They refuse to guess: a tag with two digests is an error, and what
//! can't be read is an error too.

mod http;
mod layout;
mod layouts;
mod manifest;
#[cfg(feature = "write")]
mod write;

pub use http::{HttpRegistries, Limits, credential_files};
pub use layouts::OciLayouts;
#[cfg(feature = "write")]
pub use write::{LayoutWriter, WriteError};
