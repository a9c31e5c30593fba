//! `fixers`: plugins that propose fixes.

use tollgate_core::pipeline::FixerSpec;
use tollgate_core::ports::SourceError;

use super::policies::check_plugin;
use crate::origin::At;
use crate::raw::text::PluginText;
use crate::reading::Reading;
use crate::source::plugin_source;

/// The fixers, each once.
pub(crate) fn fixers(raw: &[PluginText], at: &At<'_>, reading: &mut Reading<'_>) -> Result<Vec<FixerSpec>, SourceError> {
    let mut fixers: Vec<FixerSpec> = Vec::new();
    for (position, text) in raw.iter().enumerate() {
        let at = at.element(position);
        let plugin = plugin_source(text.as_str(), "");
        check_plugin(&plugin, Some(""), &at, reading)?;
        if fixers.iter().any(|known| known.plugin == plugin) {
            reading.problems.push(at.problem(format!("fixer `{plugin}` is named twice")));
        }
        fixers.push(FixerSpec { plugin, location: at.location() });
    }
    Ok(fixers)
}
