//! A new plugin.

use camino::{Utf8Path, Utf8PathBuf};

use crate::manifest::{ManifestError, standalone};
use crate::sources;

/// The files of every new plugin; `{name}` and `{sdk}` stand for what differs.
const SHARED: [(&str, &str); 2] =
    [(".gitignore", include_str!("../template/.gitignore")), ("Cargo.toml", include_str!("../template/Cargo.toml"))];

const VALIDATOR: [(&str, &str); 5] = [
    ("README.md", include_str!("../template/README.md")),
    ("src/lib.rs", include_str!("../template/src/lib.rs")),
    ("cases/pass/labelled.yaml", include_str!("../template/cases/pass/labelled.yaml")),
    ("cases/fail/unlabelled.yaml", include_str!("../template/cases/fail/unlabelled.yaml")),
    ("cases/fail/settings.yaml", include_str!("../template/cases/fail/settings.yaml")),
];

const PROMOTION: [(&str, &str); 5] = [
    ("README.md", include_str!("../gate/README.md")),
    ("src/lib.rs", include_str!("../gate/src/lib.rs")),
    ("cases/pass/with-ticket.yaml", include_str!("../gate/cases/pass/with-ticket.yaml")),
    ("cases/fail/without-ticket.yaml", include_str!("../gate/cases/fail/without-ticket.yaml")),
    ("cases/fail/another-trailer.yaml", include_str!("../gate/cases/fail/another-trailer.yaml")),
];

/// What a new plugin judges.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum World {
    /// Documents.
    #[default]
    Validator,
    /// Promotions.
    Promotion,
}

const WORKSPACE: &str = "plugins/Cargo.toml";
const LOCK: &str = "plugins/Cargo.lock";

/// Where a new plugin takes the SDK from.
#[derive(Clone, Debug)]
pub enum Sdk {
    /// The sources that tollgate carries, written to `vendor/`.
    Vendored,
    /// A directory.
    Path(Utf8PathBuf),
}

/// Why there is no new plugin.
#[derive(Debug, thiserror::Error)]
pub enum StartError {
    #[error("`{name}` is no name for a plugin: it must be lower-case letters and digits in words joined by single dashes")]
    Name { name: String },
    #[error("`{path}` is not empty, and nothing is overwritten")]
    NotEmpty { path: Utf8PathBuf },
    #[error("`{path}` could not be written")]
    Io {
        path: Utf8PathBuf,
        #[source]
        source: std::io::Error,
    },
    #[error("the SDK that tollgate carries can't be written")]
    Manifest(#[from] ManifestError),
}

/// Writes a plugin that builds and passes its cases. The directory must be empty or missing; its name is the plugin's.
///
/// # Errors
/// When the name is none, the directory is taken, or something can't be written.
pub fn start(directory: &Utf8Path, sdk: &Sdk, world: World) -> Result<(), StartError> {
    let name = directory.file_name().unwrap_or_default();
    if !is_name(name) {
        return Err(StartError::Name { name: name.to_owned() });
    }
    if directory.read_dir_utf8().is_ok_and(|mut entries| entries.next().is_some()) {
        return Err(StartError::NotEmpty { path: directory.to_owned() });
    }
    let sdk_path = match sdk {
        Sdk::Vendored => "vendor/plugins/sdk",
        Sdk::Path(path) => path.as_str(),
    };
    let own = match world {
        World::Validator => VALIDATOR,
        World::Promotion => PROMOTION,
    };
    for (path, text) in SHARED.into_iter().chain(own) {
        write(&directory.join(path), &text.replace("{name}", name).replace("{sdk}", sdk_path))?;
    }
    match sdk {
        Sdk::Vendored => vendor(directory),
        Sdk::Path(_) => Ok(()),
    }
}

fn vendor(directory: &Utf8Path) -> Result<(), StartError> {
    let workspace = sources::text(WORKSPACE).unwrap_or_default();
    for (path, text) in sources::FILES.iter().filter(|(path, _)| ![WORKSPACE, LOCK].contains(path)) {
        let to = directory.join("vendor").join(path);
        match path.ends_with("/Cargo.toml") {
            true => write(&to, &in_vendor(&standalone(text, workspace)?))?,
            false => write(&to, text)?,
        }
    }
    // The versions that the SDK was tested with. What the plugin does not need, cargo takes out.
    write(&directory.join("Cargo.lock"), sources::text(LOCK).unwrap_or_default())
}

/// Paths of the workspace start at `plugins/`, those of a package at itself.
fn in_vendor(manifest: &str) -> String {
    manifest.replace("path = \"sdk-macros\"", "path = \"../sdk-macros\"")
}

fn write(path: &Utf8Path, text: &str) -> Result<(), StartError> {
    let error = |source| StartError::Io { path: path.to_owned(), source };
    fs_err::create_dir_all(path.parent().unwrap_or(path)).map_err(error)?;
    fs_err::write(path, text).map_err(error)
}

fn is_name(text: &str) -> bool {
    let is_word = |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    text.starts_with(|first: char| first.is_ascii_lowercase()) && text.split('-').all(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory(name: &str) -> (tempfile::TempDir, Utf8PathBuf) {
        let guard = tempfile::tempdir().unwrap();
        let path = Utf8PathBuf::try_from(guard.path().join(name)).unwrap();
        (guard, path)
    }

    #[test]
    fn a_new_plugin_has_its_name_and_all_that_it_needs() {
        let (_guard, path) = directory("cost-centre");
        start(&path, &Sdk::Vendored, World::Validator).unwrap();
        let read = |file: &str| fs_err::read_to_string(path.join(file)).unwrap();
        assert!(read("Cargo.toml").contains("name = \"cost-centre\"\n"));
        assert!(!read("Cargo.toml").contains("{sdk}") && !read("README.md").contains("{name}"));
        for file in ["vendor/plugins/sdk/Cargo.toml", "vendor/plugins/sdk-macros/Cargo.toml"] {
            assert!(!read(file).contains("workspace"), "{}", read(file));
        }
        assert!(path.join("vendor/wit/world.wit").is_file() && path.join("Cargo.lock").is_file());
    }

    #[test]
    fn an_sdk_elsewhere_is_taken_from_there() {
        let (_guard, path) = directory("a");
        start(&path, &Sdk::Path("/opt/sdk".into()), World::Validator).unwrap();
        assert!(fs_err::read_to_string(path.join("Cargo.toml")).unwrap().contains("{ path = \"/opt/sdk\" }"));
        assert!(!path.join("vendor").exists());
    }

    #[test]
    fn a_promotion_gate_starts_with_cases_of_its_own_kind() {
        let (_guard, path) = directory("ticket");
        start(&path, &Sdk::Path("/opt/sdk".into()), World::Promotion).unwrap();
        let read = |file: &str| fs_err::read_to_string(path.join(file)).unwrap();
        assert!(read("src/lib.rs").contains("name: \"ticket\"") && read("src/lib.rs").contains("export_promotion!"));
        assert!(read("cases/fail/without-ticket.yaml").contains("expect:"));
        assert!(!path.join("cases/fail/unlabelled.yaml").exists());
    }

    #[test]
    fn nothing_is_overwritten() {
        let (_guard, path) = directory("a");
        fs_err::create_dir(&path).unwrap();
        fs_err::write(path.join("mine"), "x").unwrap();
        assert!(matches!(start(&path, &Sdk::Vendored, World::Validator), Err(StartError::NotEmpty { .. })));
        assert_eq!(fs_err::read_dir(&path).unwrap().count(), 1);
    }

    #[test]
    fn a_name_that_is_none_is_refused() {
        for name in ["Cost", "1a", "a_b", "a--b", "-a", "ä"] {
            let (_guard, path) = directory(name);
            assert!(matches!(start(&path, &Sdk::Vendored, World::Validator), Err(StartError::Name { .. })), "{name}");
        }
    }
}
