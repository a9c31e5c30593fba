//! Credentials, as `docker login` leaves them, for a registry that wants some.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::json;
use tollgate_core::ports::{ResolveDigest as _, ResolveError};

use crate::asked::{image, mk_registries, resolve, told};
use crate::child::ask;
use crate::server::{PASSWORD, Server, USER};

/// The value of `Authorization` for a user and a password.
pub(crate) fn basic(user: &str, password: &str) -> String {
    format!("Basic {}", encoded(user, password))
}

fn encoded(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}

fn write_config(server: &Server, name: &str, password: &str) -> std::path::PathBuf {
    let file = server.directory().join(name);
    fs::write(&file, json!({"auths": {&server.host: {"auth": encoded(USER, password)}}}).to_string()).unwrap();
    file
}

/// A credential helper, which notes what it is asked.
fn write_helper(directory: &Path, script: &str) {
    let file = directory.join("docker-credential-tests");
    fs::write(&file, format!("#!/bin/sh\ncat > '{}/asked'\n{script}\n", directory.display())).unwrap();
    fs::set_permissions(&file, fs::Permissions::from_mode(0o755)).unwrap();
}

/// Asks with a helper for this registry.
fn ask_with_helper(server: &Server, script: &str) -> String {
    let directory = server.directory();
    write_helper(directory, script);
    fs::write(directory.join("config.json"), json!({"credHelpers": {&server.host: "tests"}}).to_string()).unwrap();
    let directory = directory.to_str().unwrap();
    let path = format!("{directory}:{}", std::env::var("PATH").unwrap());
    ask(&server.image("cart:v1"), &[("DOCKER_CONFIG", directory), ("PATH", &path)])
}

#[test]
fn without_credentials_it_is_said_that_none_are_known() {
    let server = Server::with_password();
    server.push("cart", "v1", "one");
    let error = resolve(&server.image("cart:v1")).unwrap_err();
    assert!(matches!(error, ResolveError::Unauthorized { .. }), "{error:?}");
    let text = error.to_string();
    for part in ["no credentials for it are known", "docker login", &server.image("cart:v1")] {
        assert!(text.contains(part), "{text}");
    }
}

#[test]
fn the_credentials_of_the_docker_config_are_used() {
    let server = Server::with_password();
    let pushed = server.push("cart", "v1", "one");
    let config = write_config(&server, "config.json", PASSWORD);
    assert_eq!(mk_registries(vec![config]).resolve(&image(&server.image("cart:v1"))).unwrap(), pushed);
}

#[test]
fn a_wrong_password_is_refused_and_never_told() {
    let server = Server::with_password();
    server.push("cart", "v1", "one");
    let config = write_config(&server, "config.json", "hunter2");
    let registries = mk_registries(vec![config]);
    let error = registries.resolve(&image(&server.image("cart:v1"))).unwrap_err();
    let told = told(&error) + &format!("{registries:?}");
    assert!(told.contains("it refuses the credentials that are known"), "{told}");
    assert!(!told.contains("hunter2") && !told.contains(&encoded(USER, "hunter2")), "{told}");
}

#[test]
fn the_files_are_found_where_the_environment_says() {
    let server = Server::with_password();
    let pushed = server.push("cart", "v1", "one").to_string();
    let right = write_config(&server, "auth.json", PASSWORD);
    fs::create_dir(server.directory().join("containers")).unwrap();
    fs::copy(&right, server.directory().join("containers/auth.json")).unwrap();
    let directory = server.directory().to_str().unwrap();
    let asked = |variable, value| ask(&server.image("cart:v1"), &[(variable, value)]);
    assert_eq!(asked("REGISTRY_AUTH_FILE", right.to_str().unwrap()), pushed);
    assert_eq!(asked("XDG_RUNTIME_DIR", directory), pushed);
    assert!(asked("DOCKER_CONFIG", directory).contains("no credentials"));
}

#[test]
fn a_credential_helper_is_asked_for_the_registry() {
    let server = Server::with_password();
    let pushed = server.push("cart", "v1", "one").to_string();
    let script = format!(r#"echo '{{"Username": "{USER}", "Secret": "{PASSWORD}"}}'"#);
    assert_eq!(ask_with_helper(&server, &script), pushed);
    assert_eq!(fs::read_to_string(server.directory().join("asked")).unwrap(), server.host);
}

#[test]
fn a_helper_that_fails_is_named_and_what_it_said_is_not_told() {
    let server = Server::with_password();
    server.push("cart", "v1", "one");
    let told = ask_with_helper(&server, "echo hunter2; echo hunter3 >&2; exit 1");
    assert!(told.contains("`docker-credential-tests`") && told.contains("failed"), "{told}");
    assert!(!told.contains("hunter"), "{told}");
    let unknown = ask_with_helper(&server, "echo 'credentials not found in native keychain'; exit 1");
    assert!(unknown.contains("no credentials for it are known"), "{unknown}");
}
