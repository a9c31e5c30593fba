//! Kustomizations: what they refer to, before kustomize is started; and where what it renders comes from.

mod fields;
mod plugin;
mod reach;
mod reference;
mod scan;
mod trace;

pub(super) use scan::scan_kustomizations;
pub use trace::trace_kustomize;
