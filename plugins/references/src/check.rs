//! What a check is.

use tollgate_sdk::Rule;

use crate::reader::Reader;
use crate::set::Set;

/// One rule with what judges by it.
#[derive(Debug)]
pub(crate) struct Check {
    pub(crate) rule: Rule,
    pub(crate) judge: fn(&Set<'_>, &Reader),
}
