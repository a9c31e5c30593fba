//! Which language a file is in.

/// The language of a file, by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum JsonOrYaml {
    Json,
    Yaml,
}

/// `*.json` is JSON, everything else YAML.
pub(crate) fn language(path: &str) -> JsonOrYaml {
    let is_json = path.rsplit_once('.').is_some_and(|(_, extension)| extension.eq_ignore_ascii_case("json"));
    if is_json { JsonOrYaml::Json } else { JsonOrYaml::Yaml }
}
