//! What a target's directory says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;
use tollgate_tests::Shop;

use crate::step::Place;

/// What is current, and what the target says about it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Standing {
    /// The name of the release that is current.
    pub(super) release: Option<String>,
    /// What was written last, or is being written.
    pub(super) writes: Vec<Value>,
    /// Its files.
    pub(super) files: BTreeMap<String, String>,
    /// Digests of images, as `sha256:…`.
    pub(super) digests: BTreeSet<String>,
}

impl Standing {
    pub(super) fn of(shop: &Shop, place: Place) -> Self {
        let target = shop.target(place.environment());
        let link = target.path().join("current").read_link_utf8().ok();
        let state = target.state();
        let writes = ["written", "writing"].map(|name| state[name].clone()).into_iter().filter(|write| !write.is_null());
        let files = target.files();
        let digests = files.iter().filter(|(path, _)| path.ends_with(".yaml")).flat_map(|(_, text)| digests(text)).collect();
        Self { release: link.and_then(|link| link.file_name().map(ToOwned::to_owned)), writes: writes.collect(), files, digests }
    }

    /// What the target says of what is current: what was about to be, when a worker died in between.
    pub(super) fn write(&self) -> Option<&Value> {
        let release = self.release.as_deref()?;
        self.writes.iter().rev().find(|write| write["release"] == release)
    }
}

/// The digests of images in manifests.
pub(super) fn digests(text: &str) -> Vec<String> {
    let pattern = regex_lite::Regex::new("@(sha256:[0-9a-f]{64})").unwrap();
    pattern.captures_iter(text).map(|found| found[1].to_owned()).collect()
}
