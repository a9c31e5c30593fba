//! What a check is.

use tollgate_sdk::Rule;

use crate::pod::Pod;
use crate::report::Report;
use crate::settings::{SecurityLevel, Settings};
use crate::version::Version;

/// One control of the standards, as a rule of the plugin.
#[derive(Debug)]
pub(crate) struct Check {
    /// Controls are `PSS-<level>/<control>` and ids of the CIS Kubernetes Benchmark (v1.8).
    pub(crate) rule: Rule,
    /// The lowest level at which it holds.
    pub(crate) level: SecurityLevel,
    /// The first version in which it holds. From then on it holds in all; what it allows may still change.
    pub(crate) since: Version,
    pub(crate) judge: fn(&Pod<'_>, Version, &mut Report<'_>),
}

impl Check {
    /// Whether the check holds under these settings.
    pub(crate) fn holds(&self, settings: Settings) -> bool {
        settings.level >= self.level && settings.version >= self.since
    }
}
