//! What the operator can set. `reading` makes a calendar of it.

use serde::{Deserialize, Serialize};

/// The settings.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Settings {
    pub(crate) windows: Vec<Window>,
    /// A rollback waits like any other change. Otherwise it goes, with a note.
    pub(crate) rollbacks_wait: bool,
}

/// Stop or go by calendar, for some targets. One of `allow` and `deny` is there.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Window {
    pub(crate) name: String,
    pub(crate) allow: Option<Span>,
    pub(crate) deny: Option<Span>,
    #[serde(rename = "match")]
    pub(crate) matching: Match,
}

/// When, in the operator's words. Without `rrule` it is once.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Span {
    pub(crate) from: Option<String>,
    pub(crate) to: Option<String>,
    pub(crate) duration: Option<String>,
    pub(crate) rrule: Option<String>,
    pub(crate) start: Option<String>,
    pub(crate) time_zone: Option<String>,
}

/// Which targets. All that is set must fit; what is empty fits everything.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Match {
    pub(crate) environment: OneOrMany,
    pub(crate) target: OneOrMany,
    pub(crate) role: OneOrMany,
}

/// A glob, or a list of which one has to match.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged, expecting = "must be a glob, or a list of globs")]
pub(crate) enum OneOrMany {
    One(String),
    Many(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::Many(Vec::new())
    }
}

impl OneOrMany {
    /// The globs, each with its place below the setting.
    pub(crate) fn places(&self) -> Vec<(String, &str)> {
        match self {
            Self::One(glob) => vec![(String::new(), glob)],
            Self::Many(globs) => globs.iter().enumerate().map(|(index, glob)| (format!("/{index}"), glob.as_str())).collect(),
        }
    }
}
