//! The JSON Schemas (2020-12) of the files, made from the types that they are read into.

use std::sync::OnceLock;

use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use schemars::{JsonSchema, Schema};
use serde_json::Value;

use crate::raw;

/// A file that has a schema.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum ConfigurationSchema {
    /// `tollgate.yaml`
    Pipeline,
    /// `pack.yaml`
    Pack,
    /// `plugins.lock`
    Lock,
    /// A file of waivers.
    Waivers,
    /// What a case says, beside its file.
    Case,
    /// A case of a promotion gate.
    GateCase,
}

impl ConfigurationSchema {
    /// All of them, in the order of the docs.
    pub const ALL: [Self; 6] = [Self::Pipeline, Self::Pack, Self::Lock, Self::Waivers, Self::Case, Self::GateCase];

    /// The name of the file that it describes.
    pub const fn describes(self) -> &'static str {
        match self {
            Self::Pipeline => "tollgate.yaml",
            Self::Pack => "pack.yaml",
            Self::Lock => "plugins.lock",
            Self::Waivers => "waivers.yaml",
            Self::Case => "*.case.yaml",
            Self::GateCase => "cases of promotion gates",
        }
    }

    /// The name under which it is published in `docs/schema/`.
    pub const fn file_name(self) -> &'static str {
        match self {
            Self::Pipeline => "tollgate.schema.json",
            Self::Pack => "pack.schema.json",
            Self::Lock => "plugins-lock.schema.json",
            Self::Waivers => "waivers.schema.json",
            Self::Case => "case.schema.json",
            Self::GateCase => "gate-case.schema.json",
        }
    }

    /// The schema.
    pub fn value(self) -> &'static Value {
        static MADE: [OnceLock<Value>; 6] = [const { OnceLock::new() }; 6];
        let [pipeline, pack, lock, waivers, case, gate_case] = &MADE;
        match self {
            Self::Pipeline => pipeline.get_or_init(|| generate::<raw::pipeline::Pipeline>(self)),
            Self::Pack => pack.get_or_init(|| generate::<raw::pack::Pack>(self)),
            Self::Lock => lock.get_or_init(|| generate::<raw::lock::Lock>(self)),
            Self::Waivers => waivers.get_or_init(|| generate::<raw::waivers::WaiverFile>(self)),
            Self::Case => case.get_or_init(|| generate::<raw::case::CaseFile>(self)),
            Self::GateCase => gate_case.get_or_init(|| generate::<raw::gate_case::GateCaseFile>(self)),
        }
    }

    /// The schema as it is published: indented JSON and a newline.
    pub fn text(self) -> String {
        format!("{:#}\n", self.value())
    }
}

fn generate<T: JsonSchema>(schema: ConfigurationSchema) -> Value {
    let generator = SchemaSettings::draft2020_12().with_transform(RecursiveTransform(forbid_null)).into_generator();
    let mut root = generator.into_root_schema_for::<T>();
    root.insert("title".to_owned(), Value::from(schema.describes()));
    root.to_value()
}

/// Optional keys are left out, not set to nothing: `gates:` with nothing after it is a mistake that should be seen.
fn forbid_null(schema: &mut Schema) {
    if let Some(Value::Array(types)) = schema.get_mut("type") {
        types.retain(|name| name != "null");
        if let [single] = types.as_slice() {
            let single = single.clone();
            schema.insert("type".to_owned(), single);
        }
    }
    let Some(Value::Array(alternatives)) = schema.get_mut("anyOf") else { return };
    alternatives.retain(|alternative| alternative.get("type").is_none_or(|name| name != "null"));
    let single = match alternatives.as_slice() {
        [Value::Object(single)] => single.clone(),
        _ => return,
    };
    schema.remove("anyOf");
    for (key, value) in single {
        schema.insert(key, value);
    }
}
