//! Globs, as settings have them.

use tollgate_sdk::is_glob;

/// Whether one of some globs fits a text.
pub(crate) fn any_fits(globs: &[String], text: &str) -> bool {
    globs.iter().any(|glob| fast_glob::glob_match(glob, text))
}

/// That each of them can fit something.
pub(crate) fn check_all(globs: &[String]) -> Result<(), String> {
    globs.iter().try_for_each(|glob| check(glob))
}

/// That a glob can fit something.
pub(crate) fn check(glob: &str) -> Result<(), String> {
    if is_glob(glob) { Ok(()) } else { Err(format!("`{glob}` is no glob: it would fit nothing")) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_glob_that_fits_is_enough() {
        let globs = ["system:node:*".to_owned(), "alice".to_owned()];
        assert!(any_fits(&globs, "system:node:n1") && any_fits(&globs, "alice"));
        assert!(!any_fits(&globs, "bob") && !any_fits(&[], "bob"));
    }

    #[test]
    fn what_fits_nothing_is_refused() {
        assert!(check_all(&["a*".to_owned()]).is_ok());
        assert!(check_all(&["a*".to_owned(), "[".to_owned()]).unwrap_err().contains("`[`"));
    }
}
