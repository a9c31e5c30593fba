//! Images: the digests that tags have, read from OCI image layouts on disk.
//!
//! [`OciLayouts`] implements core's port [`tollgate_core::ports::ResolveDigest`]. It follows the image layout of the OCI
//! image specification 1.1 and believes nothing that a layout says about itself: the bytes decide. It refuses to guess:
//! a short name is looked up as it is written, a tag with two digests is an error, and what can't be read is an error too.

mod layout;
mod layouts;
#[cfg(feature = "write")]
mod write;

pub use layouts::OciLayouts;
#[cfg(feature = "write")]
pub use write::{LayoutWriter, WriteError};
