//! The distribution project's registry, built once from the Go module proxy.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use tollgate_core::digest::Digest;
use tollgate_servers::REGISTRY;

/// Who may read where a log-in is asked for. The hash is bcrypt's.
pub(crate) const USER: &str = "ada";
pub(crate) const PASSWORD: &str = "correct horse";
const HTPASSWD: &str = "ada:$2b$05$abcdefghijklmnopqrstuuHNbAKRhpaujgo33bRWs.NLUTJO3lOy2\n";

const MANIFEST_TYPE: &str = "application/vnd.oci.image.manifest.v1+json";

/// A running registry with a directory of its own. It ends with this value.
pub(crate) struct Server {
    child: Child,
    directory: tempfile::TempDir,
    /// `127.0.0.1:PORT`
    pub(crate) host: String,
    authorization: Option<String>,
}

impl Server {
    /// A registry that shows everything to everybody.
    pub(crate) fn start() -> Self {
        Self::configured("127.0.0.1", |_| String::new(), None)
    }

    /// A registry that wants user and password.
    pub(crate) fn with_password() -> Self {
        let auth = |directory: &Path| {
            let file = directory.join("htpasswd");
            fs::write(&file, HTPASSWD).unwrap();
            format!("auth: {{htpasswd: {{realm: tests, path: '{}'}}}}\n", file.display())
        };
        Self::configured("127.0.0.1", auth, Some(crate::logging_in::basic(USER, PASSWORD)))
    }

    /// A registry at an address, with what is added to its configuration.
    pub(crate) fn configured(address: &str, added: impl Fn(&Path) -> String, authorization: Option<String>) -> Self {
        let directory = tempfile::tempdir().unwrap();
        let added = added(directory.path());
        let http = if added.starts_with("http:") { String::new() } else { format!("http: {{addr: '{address}:0'}}\n") };
        let storage = directory.path().join("storage");
        let text = format!(
            "version: 0.1\nlog: {{level: info, accesslog: {{disabled: true}}}}\n\
             storage: {{filesystem: {{rootdirectory: '{}'}}, delete: {{enabled: true}}}}\n{http}{added}",
            storage.display()
        );
        let file = directory.path().join("config.yml");
        fs::write(&file, text).unwrap();
        let mut command = Command::new(REGISTRY.path().unwrap());
        command.arg("serve").arg(&file).env("OTEL_TRACES_EXPORTER", "none").stdout(Stdio::null()).stderr(Stdio::piped());
        let mut child = command.spawn().unwrap();
        let port = port(&mut child);
        Self { child, directory, host: format!("{address}:{port}"), authorization }
    }

    pub(crate) fn directory(&self) -> &Path {
        self.directory.path()
    }

    pub(crate) fn image(&self, rest: &str) -> String {
        format!("{}/{rest}", self.host)
    }

    /// Pushes an image that differs from others by a text, and returns the digest of its manifest.
    pub(crate) fn push(&self, repository: &str, tag: &str, text: &str) -> Digest {
        let config = self.push_blob(repository, b"{}");
        let manifest = serde_json::json!({
            "schemaVersion": 2, "mediaType": MANIFEST_TYPE, "layers": [], "annotations": {"text": text},
            "config": {"mediaType": "application/vnd.oci.image.config.v1+json", "digest": config, "size": 2},
        });
        let manifest = manifest.to_string();
        let url = format!("http://{}/v2/{repository}/manifests/{tag}", self.host);
        self.request(ureq::put(&url)).header("Content-Type", MANIFEST_TYPE).send(&manifest).unwrap();
        Digest::of(manifest.as_bytes())
    }

    /// Deletes an image, and the tags that lead to it.
    pub(crate) fn delete(&self, repository: &str, digest: Digest) {
        let url = format!("http://{}/v2/{repository}/manifests/{digest}", self.host);
        let call = ureq::delete(&url);
        let call = self.authorization.iter().fold(call, |call, value| call.header("Authorization", value));
        call.call().unwrap();
    }

    fn push_blob(&self, repository: &str, bytes: &[u8]) -> String {
        let digest = Digest::of(bytes).to_string();
        let start = self.request(ureq::post(format!("http://{}/v2/{repository}/blobs/uploads/", self.host))).send_empty().unwrap();
        let location = start.headers()["location"].to_str().unwrap();
        let separator = if location.contains('?') { '&' } else { '?' };
        let put = self.request(ureq::put(format!("{location}{separator}digest={digest}")));
        put.header("Content-Type", "application/octet-stream").send(bytes).unwrap();
        digest
    }

    fn request(&self, call: ureq::RequestBuilder<ureq::typestate::WithBody>) -> ureq::RequestBuilder<ureq::typestate::WithBody> {
        self.authorization.iter().fold(call, |call, value| call.header("Authorization", value))
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The port that the registry says it listens on. What it says afterwards is read and forgotten, so that it never waits.
fn port(child: &mut Child) -> u16 {
    let mut lines = BufReader::new(child.stderr.take().unwrap()).lines().map_while(Result::ok);
    let mut said = String::new();
    let port = lines.by_ref().find_map(|line| {
        said += &format!("{line}\n");
        let (_, rest) = line.split_once("listening on ")?;
        let digits: String = rest.rsplit_once(':')?.1.chars().take_while(char::is_ascii_digit).collect();
        digits.parse().ok()
    });
    std::thread::spawn(move || lines.for_each(drop));
    port.unwrap_or_else(|| panic!("the registry does not start: {said}"))
}
