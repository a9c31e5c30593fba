//! Records of built images, for ever.

use serde::{Deserialize, Serialize};

use super::part::Take;
use crate::entry::{Body, Entry};
use crate::proof::Built;

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Images {
    built: Vec<Built>,
}

impl Take for Images {
    fn take(&mut self, entry: &Entry, _: Option<&Entry>) {
        if let Body::ServiceBuilt(built) = &entry.body {
            self.built.push(Built { entry: entry.index, ..built.clone() });
        }
    }
}

impl Images {
    pub(super) fn built(&self) -> &[Built] {
        &self.built
    }
}
