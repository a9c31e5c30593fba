//! What whoever writes to a target has to be allowed there.

use std::collections::{BTreeMap, BTreeSet};

use crate::ports::ApplyError;
use crate::render::Rendered;

/// All that has to be allowed, and nothing else.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Access {
    /// Namespaces that have to be there first, with the annotations that let a recipe which brings one take it over.
    pub namespaces: BTreeMap<String, BTreeMap<String, String>>,
    /// Those of one namespace follow each other; those of no namespace come last.
    pub grants: Vec<Grant>,
    /// Paths that are no objects, and why they are read.
    pub paths: (BTreeSet<String>, &'static str),
    /// What could not be looked at, in words: what it needs is not in here.
    pub left_out: BTreeSet<String>,
}

/// What may be done with objects of some kinds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Grant {
    /// Nothing: objects that are in no namespace.
    pub namespace: Option<String>,
    /// Empty for the core group.
    pub group: String,
    /// `deployments`
    pub resources: BTreeSet<String>,
    /// The objects that it is about; none: all of them.
    pub names: BTreeSet<String>,
    pub verbs: BTreeSet<String>,
    /// What it is for.
    pub purpose: &'static str,
}

/// Says what has to be allowed.
pub trait NeedAccess {
    /// What has to be allowed to whoever applies these recipes, one after the other, and goes back between them. Reads nothing
    /// that takes permissions.
    ///
    /// # Errors
    /// When the target can't be asked.
    fn access(&self, recipes: &[Rendered]) -> Result<Access, ApplyError>;
}
