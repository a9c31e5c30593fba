//! Imports randomness from WASI, which nobody can be granted.

use exports::tollgate::gate::validation::{Finding, Guest, Request};
use tollgate::gate::types::{Description, Needs, PluginError, Scope, SettingsError};

wit_bindgen::generate!({ world: "sinner:guest/forbidden", path: ["../../../wit", "wit"], generate_all });

struct Sinner;

impl Guest for Sinner {
    fn describe() -> Description {
        Description { name: "guest".to_owned(), version: "0.1.0".to_owned(), rules: Vec::new(), settings_schema: b"{}".to_vec() }
    }

    fn configure(_settings: Vec<u8>) -> Result<Needs, Vec<SettingsError>> {
        Ok(Needs { scope: Scope::Document, kinds: Vec::new(), secret_values: false })
    }

    fn check(_request: Request) -> Result<Vec<Finding>, PluginError> {
        Err(PluginError::Internal(wasi::random::random::get_random_u64().to_string()))
    }
}

export!(Sinner);
