//! The JSON Schema of `check -o json`, published at `docs/schema/report.schema.json`.

use schemars::generate::SchemaSettings;

use crate::check::CheckReport;

/// Where the schema stands in the repository.
pub const PATH: &str = "docs/schema/report.schema.json";

/// The schema as published, in JSON Schema draft 2020-12.
///
/// # Errors
/// Never; the type says what serialising may refuse.
pub fn report() -> Result<String, serde_json::Error> {
    let mut schema = SchemaSettings::draft2020_12().for_serialize().into_generator().into_root_schema_for::<CheckReport>();
    schema.insert("title".to_owned(), "Report of tollgate check".into());
    crate::json::to_string(&schema)
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    /// `TOLLGATE_BLESS=1` writes what the code says.
    fn assert_fresh(path: &str, text: &str) {
        let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path);
        if std::env::var_os("TOLLGATE_BLESS").is_some() {
            std::fs::create_dir_all(file.parent().unwrap()).unwrap();
            std::fs::write(&file, text).unwrap();
        }
        let committed = std::fs::read_to_string(&file).unwrap_or_default();
        assert!(committed == text, "{path} is not what the code says; run the tests with TOLLGATE_BLESS=1, or `cargo xtask docs`");
    }

    #[test]
    fn the_published_schema_is_what_the_types_say() {
        assert_fresh(super::PATH, &super::report().unwrap());
    }

    #[test]
    fn the_published_exit_codes_are_what_the_code_says() {
        assert_fresh("docs/exit-codes.md", &crate::exit_code::markdown());
    }

    #[test]
    fn the_schema_is_itself_valid() {
        let schema = serde_json::from_str(&super::report().unwrap()).unwrap();
        assert!(jsonschema::meta::is_valid(&schema));
    }
}
