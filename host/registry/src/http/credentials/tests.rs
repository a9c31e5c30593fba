use super::*;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use proptest::prelude::*;
use serde_json::json;

struct Files {
    directory: tempfile::TempDir,
}

impl Files {
    fn new() -> Self {
        Self { directory: tempfile::tempdir().unwrap() }
    }

    fn write(&self, name: &str, contents: impl AsRef<[u8]>) -> PathBuf {
        let path = self.directory.path().join(name);
        fs::write(&path, contents).unwrap();
        path
    }
}

fn auth(user: &str, password: &str) -> String {
    STANDARD.encode(format!("{user}:{password}"))
}

fn password(user: &str, password: &str) -> Option<Credential> {
    Some(Credential::Password { user: user.to_owned(), password: Secret::new(password.to_owned()) })
}

fn mk_credentials(files: Vec<PathBuf>) -> Credentials {
    Credentials::new(files, Duration::from_secs(60))
}

#[test]
fn a_helper_that_never_ends_is_not_waited_for() {
    let (_never, forever) = mpsc::channel::<()>();
    assert_eq!(within(Duration::from_millis(10), move || forever.recv()), None);
    assert_eq!(within(Duration::from_secs(60), || 7), Some(7));
}

#[test]
fn user_and_password_are_those_of_the_registry() {
    let files = Files::new();
    let auths =
        json!({"registry.example.com": {"auth": auth("ada", "p:w")}, "https://index.docker.io/v1/": {"auth": auth("hub", "h")}});
    let credentials = mk_credentials(vec![files.write("config.json", json!({"auths": auths}).to_string())]);
    assert_eq!(credentials.of(&["registry.example.com"]), Ok(password("ada", "p:w")));
    assert_eq!(credentials.of(&["https://index.docker.io/v1/", "docker.io"]), Ok(password("hub", "h")));
    assert_eq!(credentials.of(&["other.example.com"]), Ok(None));
}

#[test]
fn an_identity_token_is_no_password() {
    let files = Files::new();
    let auths = json!({"registry.example.com": {"auth": auth("00000000", ""), "identitytoken": "refresh"}});
    let credentials = mk_credentials(vec![files.write("config.json", json!({"auths": auths}).to_string())]);
    let token = Credential::IdentityToken(Secret::new("refresh".to_owned()));
    assert_eq!(credentials.of(&["registry.example.com"]), Ok(Some(token)));
}

#[test]
fn the_first_file_that_knows_a_registry_is_believed_and_missing_ones_are_passed_over() {
    let files = Files::new();
    let config = |user: &str| json!({"auths": {"registry.example.com": {"auth": auth(user, "p")}}}).to_string();
    let order = vec![
        files.directory.path().join("missing.json"),
        files.write("empty.json", "{}"),
        files.write("one.json", config("one")),
        files.write("two.json", config("two")),
    ];
    assert_eq!(mk_credentials(order).of(&["registry.example.com"]), Ok(password("one", "p")));
}

#[test]
fn a_file_that_can_not_be_understood_is_an_error_that_repeats_nothing_of_it() {
    let files = Files::new();
    let cases = [
        ("broken.json", r#"{"auths": {"registry.example.com": {"auth": "hunter2"#.to_owned(), "is not a docker config"),
        ("auth.json", json!({"auths": {"registry.example.com": {"auth": "hunter2!"}}}).to_string(), "is not user and password"),
        ("helper.json", json!({"credsStore": "not-installed-anywhere"}).to_string(), "can't be run"),
    ];
    for (name, contents, reason) in cases {
        let error = mk_credentials(vec![files.write(name, contents)]).of(&["registry.example.com"]).unwrap_err();
        assert!(error.contains(reason) && error.contains(name) && !error.contains("hunter2"), "{error}");
    }
}

#[test]
fn what_a_helper_wrote_is_told_to_nobody() {
    let failure = |stdout: &str| CredentialRetrievalError::HelperFailure {
        helper: "docker-credential-x".to_owned(),
        stdout: stdout.to_owned(),
        stderr: "hunter2".to_owned(),
    };
    let error = understood(Path::new("config.json"), Err(failure("hunter2"))).unwrap_err();
    assert_eq!(error, "`docker-credential-x`, which `config.json` names, failed");
    assert_eq!(understood(Path::new("c"), Err(failure("credentials not found in native keychain\n"))), Ok(None));
}

#[test]
fn the_files_are_those_that_docker_and_podman_use() {
    let paths = |variables: &[(&str, &str)]| {
        let variables: BTreeMap<&str, &str> = variables.iter().copied().collect();
        let files = credential_files(|name| variables.get(name).map(OsString::from));
        files.iter().map(|file| file.display().to_string()).collect::<Vec<_>>()
    };
    assert_eq!(paths(&[("HOME", "/h")]), ["/h/.docker/config.json", "/h/.config/containers/auth.json"]);
    let all = [
        ("HOME", "/h"),
        ("DOCKER_CONFIG", "/d"),
        ("REGISTRY_AUTH_FILE", "/r"),
        ("XDG_RUNTIME_DIR", "/x"),
        ("XDG_CONFIG_HOME", "/c"),
    ];
    assert_eq!(paths(&all), ["/r", "/d/config.json", "/x/containers/auth.json", "/c/containers/auth.json"]);
    assert_eq!(paths(&[("DOCKER_CONFIG", "")]), [""; 0]);
}

proptest! {
    #[test]
    fn whatever_a_file_holds_there_is_an_answer(bytes in prop::collection::vec(any::<u8>(), 0..48)) {
        let files = Files::new();
        prop_assert!(!matches!(mk_credentials(vec![files.write("f", bytes)]).of(&["registry.example.com"]), Ok(Some(_))));
    }

    #[test]
    fn user_and_password_come_out_as_they_went_in(user in "[^:\\x00]{1,8}", secret in "\\PC{0,8}") {
        let files = Files::new();
        let auths = json!({"registry.example.com": {"auth": auth(&user, &secret)}});
        let credentials = mk_credentials(vec![files.write("f", json!({"auths": auths}).to_string())]);
        prop_assert_eq!(credentials.of(&["registry.example.com"]), Ok(password(&user, &secret)));
    }
}
