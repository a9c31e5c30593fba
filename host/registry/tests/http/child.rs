//! Asking in a process of its own, with an environment of its own: that of a process belongs to all its tests.

use std::process::Command;

use tollgate_core::ports::ResolveDigest as _;
use tollgate_registry::credential_files;

use crate::asked::{image, mk_registries, told};

const ASKED: &str = "TOLLGATE_TEST_ASKS";

/// What a process with these variables is answered: a digest, or all that the error tells.
pub(crate) fn ask(reference: &str, variables: &[(&str, &str)]) -> String {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command.args(["--exact", "--nocapture", "child::what_the_environment_says_is_used"]);
    for name in ["DOCKER_CONFIG", "REGISTRY_AUTH_FILE", "XDG_RUNTIME_DIR", "XDG_CONFIG_HOME", "SSL_CERT_FILE", "SSL_CERT_DIR"] {
        command.env_remove(name);
    }
    command.env("HOME", "/nonexistent").env(ASKED, reference).envs(variables.iter().copied());
    let output = command.output().unwrap();
    let text = String::from_utf8_lossy(&output.stdout).into_owned();
    let (_, answer) = text.split_once("<<").unwrap_or_else(|| panic!("no answer: {output:?}"));
    answer.split_once(">>").unwrap().0.to_owned()
}

/// With the variable it is the process that asks; without, it makes one.
#[test]
fn what_the_environment_says_is_used() {
    let Ok(reference) = std::env::var(ASKED) else {
        assert!(ask("127.0.0.1:1/cart:1", &[]).contains("can't be asked"));
        return;
    };
    let answer = mk_registries(credential_files(|name| std::env::var_os(name))).resolve(&image(&reference));
    let answer = answer.map_or_else(|error| told(&error), |digest| digest.to_string());
    println!("<<{answer}>>");
}
