//! A plugin that a command names.

use std::sync::Arc;

use camino::Utf8Path;
use serde_json::{Map, Value};
use tollgate_core::digest::Digest;
use tollgate_core::document::{Location, Span};
use tollgate_core::evaluate::{LoadPolicy, LoadedPolicy, PolicyBinary};
use tollgate_core::pipeline::{PluginSource, PolicySpec};
use tollgate_core::policy::{Grants, LimitClass};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::build::file_of;
use crate::configuration::builtin;
use crate::invocation::Invocation;

/// A plugin's bytes, and what to call them.
pub(super) struct Named {
    /// As it was named.
    pub(super) shown: String,
    pub(super) bytes: Arc<[u8]>,
    pub(super) digest: Digest,
}

impl Named {
    pub(super) fn new(shown: String, bytes: Vec<u8>) -> Self {
        Self { shown, digest: Digest::of(&bytes), bytes: bytes.into() }
    }

    /// `builtin:NAME`, a file, or a directory in which a plugin was built.
    pub(super) fn find(invocation: &Invocation, name: &str) -> Result<Self, Failure> {
        if let Some(builtin) = name.strip_prefix("builtin:") {
            let known = || builtin::plugin_names().map(|name| format!("`builtin:{name}`")).collect::<Vec<_>>().join(", ");
            let bytes = builtin::plugin(builtin).ok_or_else(|| {
                let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no plugin `{name}`"));
                failure.with_hint(format!("there are {}", known()))
            })?;
            return Ok(Self::new(name.to_owned(), bytes.to_vec()));
        }
        let path = invocation.at_start(Utf8Path::new(name));
        let file = if path.is_dir() { in_directory(&path)? } else { path };
        let bytes = fs_err::read(&file).map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
        Ok(Self::new(file.into_string(), bytes))
    }

    /// As configuration would name it.
    pub(super) fn source(&self) -> PluginSource {
        match self.shown.strip_prefix("builtin:") {
            Some(name) => PluginSource::Builtin(name.to_owned()),
            None => PluginSource::File(self.shown.clone()),
        }
    }

    /// Loads it with everything granted that can be: only its author is looking.
    pub(super) fn load(&self, settings: &Value, loader: &dyn LoadPolicy) -> Result<LoadedPolicy, Failure> {
        let grants = Grants { log: true, clock: true, data: Some(std::collections::BTreeMap::new()), secret_values: true };
        let (bytes, settings) = (Arc::clone(&self.bytes), settings.clone());
        let binary =
            PolicyBinary { policy: self.shown.clone(), digest: self.digest, bytes, settings, grants, limits: LimitClass::Native };
        loader.load(&binary).map_err(|error| {
            let failure = Failure::new(ExitCode::InvalidConfiguration, &error);
            match error {
                tollgate_core::evaluate::LoadError::Settings { errors } => {
                    Failure { causes: errors.iter().map(ToString::to_string).collect(), ..failure }
                }
                _ => failure,
            }
        })
    }

    /// A policy of this plugin, named as the plugin calls itself.
    pub(super) fn spec(&self, name: &str) -> PolicySpec {
        PolicySpec {
            name: name.to_owned(),
            plugin: PluginSource::File(self.shown.clone()),
            settings: Value::Object(Map::new()),
            levels: std::collections::BTreeMap::new(),
            grants: Grants::default(),
            limits: LimitClass::Native,
            location: Location { file: self.shown.clone(), span: Span::START },
            setting_locations: std::collections::BTreeMap::new(),
        }
    }
}

fn in_directory(directory: &Utf8Path) -> Result<camino::Utf8PathBuf, Failure> {
    let whole = directory.canonicalize_utf8().map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
    let file = file_of(&whole, whole.file_name().unwrap_or_default());
    if file.is_file() {
        return Ok(file);
    }
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no `{file}`"));
    Err(failure.with_hint("build it with `tollgate plugin build`"))
}
