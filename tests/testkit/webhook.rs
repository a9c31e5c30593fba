//! `tollgate serve`, started for a test and asked as an API server asks.

use std::io::{BufRead as _, BufReader, Write as _};
use std::net::{SocketAddr, TcpStream};
use std::process::Child;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use camino::Utf8PathBuf;
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};
use serde_json::{Value, json};

use crate::cli::Cli;

/// A connection to the webhook.
pub type Connection = StreamOwned<ClientConnection, TcpStream>;

/// A webhook that answers until it is dropped or ended.
#[derive(Debug)]
pub struct Webhook {
    child: Child,
    /// Where clusters ask.
    pub address: SocketAddr,
    /// Where probes ask.
    pub health: SocketAddr,
    files: tempfile::TempDir,
    journal: Arc<Mutex<Vec<Value>>>,
}

impl Webhook {
    /// Starts `tollgate serve` with these further arguments, and waits until it listens.
    ///
    /// # Panics
    /// When it ends before that.
    #[track_caller]
    pub fn start(cli: Cli, arguments: &[&str]) -> Self {
        let files = tempfile::tempdir().unwrap();
        certify(&files);
        let path = |name: &str| files.path().join(name).to_str().unwrap().to_owned();
        let (certificate, key) = (path("tls.crt"), path("tls.key"));
        let of_files = ["--tls-certificate", &certificate, "--tls-key", &key];
        Self::spawn(cli, &[&of_files, arguments].concat(), files)
    }

    /// The same with the certificate that it makes itself, and keeps in a cluster.
    ///
    /// # Panics
    /// When it ends before that.
    #[track_caller]
    pub fn start_own(cli: Cli, arguments: &[&str]) -> Self {
        Self::spawn(cli, arguments, tempfile::tempdir().unwrap())
    }

    #[track_caller]
    fn spawn(cli: Cli, arguments: &[&str], files: tempfile::TempDir) -> Self {
        let cli = cli.args(["serve", "--listen", "127.0.0.1:0", "--health", "127.0.0.1:0", "--linger", "0", "--poll", "1"]);
        let mut command = cli.args(arguments).into_command();
        let mut child = command.stderr(std::process::Stdio::piped()).spawn().unwrap();
        let journal = follow(BufReader::new(child.stderr.take().unwrap()));
        let unknown = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut webhook = Self { child, address: unknown, health: unknown, files, journal };
        let listening = webhook.told("listening");
        let address = |key: &str| listening[key].as_str().unwrap().parse().unwrap();
        (webhook.address, webhook.health) = (address("address"), address("health"));
        webhook
    }

    /// The first line of the journal with this message, once it is there.
    ///
    /// # Panics
    /// When it does not come.
    #[track_caller]
    pub fn told(&self, message: &str) -> Value {
        let begun = Instant::now();
        while begun.elapsed() < Duration::from_secs(60) {
            if let Some(line) = self.journal().iter().find(|line| line["message"] == message) {
                return line.clone();
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        panic!("`{message}` was never told; what was told: {:#?}", self.journal());
    }

    /// All lines of the journal so far. What is no JSON is a string.
    pub fn journal(&self) -> Vec<Value> {
        self.journal.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// What is trusted to know the webhook, in PEM.
    pub fn authority(&self) -> String {
        fs_err::read_to_string(self.files.path().join("tls.crt")).unwrap()
    }

    /// Replaces the certificate by another one.
    pub fn renew_certificate(&self) {
        certify(&self.files);
    }

    /// Files of the webhook, for tests that break them.
    pub fn file(&self, name: &str) -> Utf8PathBuf {
        Utf8PathBuf::from_path_buf(self.files.path().join(name)).unwrap()
    }

    /// A connection with TLS, as far as the handshake goes.
    pub fn connect(&self) -> std::io::Result<Connection> {
        self.connect_trusting(&self.authority())
    }

    /// The same for a client that trusts another authority.
    pub fn connect_trusting(&self, authority: &str) -> std::io::Result<Connection> {
        self.connect_as(&client(authority, &[]))
    }

    /// The same for a client that is made already.
    pub fn connect_as(&self, client: &Arc<ClientConfig>) -> std::io::Result<Connection> {
        let name = ServerName::try_from("localhost").unwrap();
        let client = ClientConnection::new(Arc::clone(client), name).map_err(std::io::Error::other)?;
        let stream = TcpStream::connect(self.address)?;
        stream.set_read_timeout(Some(Duration::from_secs(40)))?;
        let mut stream = StreamOwned::new(client, stream);
        while stream.conn.is_handshaking() {
            stream.conn.complete_io(&mut stream.sock)?;
        }
        Ok(stream)
    }

    /// Sends bytes to `/validate`, and returns status and body.
    pub fn post(&self, body: &[u8]) -> std::io::Result<(u16, String)> {
        self.post_with_timeout("10s", body)
    }

    /// The same, as a cluster that waits for so long.
    pub fn post_with_timeout(&self, timeout: &str, body: &[u8]) -> std::io::Result<(u16, String)> {
        let mut stream = self.connect()?;
        let head = format!(
            "POST /validate?timeout={timeout} HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\nConnection: close\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes())?;
        // One that is not read to its end is answered before that.
        let _written = stream.write_all(body).and_then(|()| stream.flush());
        answer(&mut stream)
    }

    /// The response to a request of an AdmissionReview.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn ask(&self, request: &Value) -> Value {
        let (status, body) = self.post(&review(request)).unwrap();
        assert_eq!(status, 200, "{body}");
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!(body["response"]["uid"], request["uid"], "{body}");
        body["response"].clone()
    }

    /// What a probe is answered.
    ///
    /// # Panics
    /// When it can't be asked.
    #[track_caller]
    pub fn probe(&self, path: &str) -> (u16, String) {
        let mut stream = TcpStream::connect(self.health).unwrap();
        write!(stream, "GET {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n").unwrap();
        answer(&mut stream).unwrap()
    }

    /// Asks it to end.
    pub fn end(&self) {
        let pid = rustix::process::Pid::from_raw(i32::try_from(self.child.id()).unwrap()).unwrap();
        rustix::process::kill_process(pid, rustix::process::Signal::TERM).unwrap();
    }

    /// Waits for its end: its exit code.
    pub fn wait(&mut self) -> Option<i32> {
        self.child.wait().unwrap().code()
    }

    /// Its peak of resident memory so far, in MiB.
    pub fn peak_memory(&self) -> u64 {
        self.mebibytes("VmHWM:")
    }

    /// Its resident memory now, in MiB.
    pub fn memory(&self) -> u64 {
        self.mebibytes("VmRSS:")
    }

    fn mebibytes(&self, name: &str) -> u64 {
        let status = fs_err::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let line = status.lines().find_map(|line| line.strip_prefix(name)).unwrap();
        line.trim().trim_end_matches(" kB").trim().parse::<u64>().unwrap() / 1_024
    }

    /// What a metric without labels says.
    ///
    /// # Panics
    /// Where there is none of that name.
    #[track_caller]
    pub fn metric(&self, name: &str) -> u64 {
        let (_, text) = self.probe("/metrics");
        let value = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(' '));
        value.unwrap_or_else(|| panic!("there is no `{name}` in {text}")).parse().unwrap()
    }
}

impl Drop for Webhook {
    fn drop(&mut self) {
        let _ended = self.child.kill();
        let _ended = self.child.wait();
    }
}

/// A client that trusts an authority, in PEM, and speaks one of these protocols (RFC 7301).
pub fn client(authority: &str, protocols: &[&str]) -> Arc<ClientConfig> {
    let mut roots = RootCertStore::empty();
    CertificateDer::pem_slice_iter(authority.as_bytes()).for_each(|one| roots.add(one.unwrap()).unwrap());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let config = ClientConfig::builder_with_provider(provider).with_protocol_versions(&[&rustls::version::TLS13]).unwrap();
    let mut config = config.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
    Arc::new(config)
}

/// The body of an AdmissionReview.
pub fn review(request: &Value) -> Vec<u8> {
    let review = json!({"apiVersion": "admission.k8s.io/v1", "kind": "AdmissionReview", "request": request});
    serde_json::to_vec(&review).unwrap()
}

/// A request about an object that is created, by a user without rights worth naming.
pub fn create(object: &Value) -> Value {
    let (group, version) =
        object["apiVersion"].as_str().unwrap().rsplit_once('/').unwrap_or(("", object["apiVersion"].as_str().unwrap()));
    let kind = object["kind"].as_str().unwrap();
    json!({
        "uid": "705ab4f5-6393-11e8-b7cc-42010a800002", "operation": "CREATE",
        "kind": {"group": group, "version": version, "kind": kind},
        "resource": {"group": group, "version": version, "resource": format!("{}s", kind.to_lowercase())},
        "name": object["metadata"]["name"], "namespace": object["metadata"]["namespace"],
        "userInfo": {"username": "dev@example.com", "groups": ["system:authenticated"]},
        "object": object, "oldObject": null, "dryRun": false,
    })
}

/// Status and body of an answer after which the connection ends.
pub fn answer(stream: &mut impl std::io::Read) -> std::io::Result<(u16, String)> {
    let mut bytes = Vec::new();
    // A peer that closes without a farewell has said what it had to say.
    if let Err(error) = stream.read_to_end(&mut bytes)
        && bytes.is_empty()
    {
        return Err(error);
    }
    let text = String::from_utf8_lossy(&bytes).into_owned();
    let no_answer = || std::io::Error::other(format!("no answer: {text:?}"));
    let (head, body) = text.split_once("\r\n\r\n").ok_or_else(no_answer)?;
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(no_answer)?;
    Ok((status, body.to_owned()))
}

fn certify(files: &tempfile::TempDir) {
    let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "127.0.0.1".to_owned()]).unwrap();
    fs_err::write(files.path().join("tls.key"), made.signing_key.serialize_pem()).unwrap();
    fs_err::write(files.path().join("tls.crt"), made.cert.pem()).unwrap();
}

fn follow(lines: BufReader<std::process::ChildStderr>) -> Arc<Mutex<Vec<Value>>> {
    let journal: Arc<Mutex<Vec<Value>>> = Arc::default();
    let written = Arc::clone(&journal);
    std::thread::spawn(move || {
        for line in lines.lines().map_while(Result::ok) {
            let line = serde_json::from_str(&line).unwrap_or(Value::String(line));
            written.lock().unwrap_or_else(PoisonError::into_inner).push(line);
        }
    });
    journal
}
