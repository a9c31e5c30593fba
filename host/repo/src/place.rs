//! Where a remote is: one name for one place.

use camino::Utf8Path;
use git2::Repository;

use crate::credentials::without_credentials;

/// The URL of a remote as the repository's configuration has it, or the URL or path itself. Nothing when there is no such
/// remote.
///
/// `url.….insteadOf` is not applied: it says how this machine gets there, not where it is.
pub(crate) fn configured_url(repository: &Repository, remote: &str) -> Result<Option<String>, git2::Error> {
    if names_a_place(remote) {
        return Ok(Some(remote.to_owned()));
    }
    match repository.config()?.snapshot()?.get_string(&format!("remote.{remote}.url")) {
        Ok(url) => Ok(Some(url)),
        Err(error) if error.code() == git2::ErrorCode::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

/// Whether a text is a URL or a path rather than the name of a remote.
fn names_a_place(remote: &str) -> bool {
    remote.contains([':', '/', '\\']) || remote.starts_with('.')
}

/// A URL without credentials; a relative path made absolute.
pub(crate) fn plain(url: &str, base: &Utf8Path) -> String {
    if !is_local_path(url) {
        return without_credentials(url);
    }
    let path = base.join(url);
    path.canonicalize_utf8().unwrap_or(path).into_string()
}

/// Git's rule: a path, unless a colon comes before the first slash.
fn is_local_path(url: &str) -> bool {
    let first = url.split('/').next().unwrap_or(url);
    !first.contains(':')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_remotes_are_told_from_places() {
        for name in ["origin", "up-stream", "team.x"] {
            assert!(!names_a_place(name), "{name}");
        }
        for place in ["https://host/x", "git@host:x", "/srv/x.git", "./x", "..", "a/b"] {
            assert!(names_a_place(place), "{place}");
        }
    }

    #[test]
    fn only_paths_are_made_absolute() {
        let base = Utf8Path::new("/nowhere/at/all");
        for (url, expected) in [
            ("x.git", "/nowhere/at/all/x.git"),
            ("/srv/x.git", "/srv/x.git"),
            ("host:x.git", "host:x.git"),
            ("https://t@host/x", "https://host/x"),
            ("file:///srv/x.git", "file:///srv/x.git"),
            ("./a:b", "/nowhere/at/all/./a:b"),
        ] {
            assert_eq!(plain(url, base), expected);
        }
    }
}
