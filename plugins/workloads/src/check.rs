//! What a check is.

use tollgate_sdk::Rule;
use tollgate_sdk::workload::Container;

use crate::object::{Kind, Object};
use crate::pod::Pod;
use crate::report::{Judged, Report};
use crate::settings::Settings;

/// One rule, and how it is judged.
#[derive(Debug)]
pub(crate) struct Check {
    /// Controls are ids of the CIS Kubernetes Benchmark (v1.8).
    pub(crate) rule: Rule,
    /// Each looks at another part of the document.
    pub(crate) judges: &'static [Judge],
}

/// What a rule looks at.
#[derive(Debug)]
pub(crate) enum Judge {
    /// Each document of one of these kinds; of every kind where the list is empty.
    Object(&'static [Kind], fn(&Object<'_>, &Settings, &mut Report<'_>) -> Judged),
    /// Each pod that a document makes.
    Pod(fn(&Pod<'_>, &Settings, &mut Report<'_>) -> Judged),
    /// Each container of each pod, of all three lists.
    Container(fn(&Pod<'_>, &Container<'_>, &Settings, &mut Report<'_>) -> Judged),
}
