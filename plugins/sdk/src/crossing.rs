//! What a plugin says of itself, as it crosses to the host.

use crate::bindings::validator::tollgate::gate::types;
use crate::describe::Description;
use crate::settings::Settings;

impl Description {
    /// With the settings, as it crosses to the host.
    pub(crate) fn with<S: Settings>(self) -> types::Description {
        types::Description {
            name: self.name.to_owned(),
            version: self.version.to_owned(),
            rules: self.rules.iter().map(|&rule| rule.into()).collect(),
            settings_schema: S::schema().into_bytes(),
        }
    }
}
