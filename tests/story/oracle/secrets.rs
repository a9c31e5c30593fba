//! no-secret-leaves (8): what stands in Secrets reaches the targets and nothing else, whatever it is encoded by.

use camino::Utf8Path;
use memchr::memmem::Finder;
use tollgate_tests::{World, secret_forms};

use super::Look;

/// All forms of all secrets.
#[derive(Default)]
pub(super) struct Forms {
    secrets: usize,
    finders: Vec<Finder<'static>>,
}

impl Forms {
    /// Adds those that were planted since.
    pub(super) fn add(&mut self, secrets: &[String]) {
        let forms = secrets[self.secrets..].iter().flat_map(|secret| secret_forms(secret));
        self.finders.extend(forms.map(|form| Finder::new(form.as_bytes()).into_owned()));
        self.secrets = secrets.len();
    }

    pub(super) fn assert_clean(&self, what: &str, bytes: &[u8]) {
        for finder in &self.finders {
            let form = String::from_utf8_lossy(finder.needle());
            assert!(finder.find(bytes).is_none(), "no-secret-leaves: {what} has `{form}`");
        }
    }
}

/// What was printed, and what targets say of themselves.
pub(super) fn check(look: &Look<'_>, forms: &Forms) {
    for answer in &look.happened.answers {
        forms.assert_clean("the output", answer.raw().as_bytes());
    }
    for (place, standing) in look.now {
        let writes = serde_json::to_vec(&standing.writes).unwrap();
        forms.assert_clean(&format!("the state of {place:?}"), &writes);
    }
}

/// All that tollgate kept on this machine.
pub(super) fn check_kept(world: &World, forms: &Forms) {
    for directory in ["cache", "state", "home/cache", "home/state"] {
        check_directory(&world.path(directory), forms);
    }
}

fn check_directory(directory: &Utf8Path, forms: &Forms) {
    for entry in directory.read_dir_utf8().into_iter().flatten() {
        let entry = entry.unwrap();
        forms.assert_clean("the name of a file", entry.path().as_str().as_bytes());
        let kind = entry.file_type().unwrap();
        if kind.is_dir() {
            check_directory(entry.path(), forms);
        } else if kind.is_file() {
            forms.assert_clean(entry.path().as_str(), &fs_err::read(entry.path()).unwrap());
        }
    }
}
