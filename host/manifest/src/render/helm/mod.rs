//! Charts: what they need and may do, before Helm is started; and where what it renders comes from.

mod chance;
mod dependencies;
mod scan;
mod schema;
mod trace;

pub use chance::mention_of_chance;
pub(super) use scan::scan_chart;
pub use trace::trace_helm;
