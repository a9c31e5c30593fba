//! Repositories over HTTP: `git http-backend` behind a small server, as a web server runs it (CGI, RFC 3875).

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::thread;

use camino::{Utf8Path, Utf8PathBuf};

/// A server for the repositories of a directory. Anybody may push. It ends with the process.
#[derive(Clone, Debug)]
pub struct HttpRemote {
    address: String,
}

impl HttpRemote {
    /// Starts it on a free port.
    pub fn start(root: &Utf8Path) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap().to_string();
        let root: Arc<Utf8Path> = Arc::from(root);
        thread::spawn(move || {
            for connection in listener.incoming() {
                let root = Arc::clone(&root);
                thread::spawn(move || serve(&root, &connection.unwrap()));
            }
        });
        Self { address }
    }

    /// The URL of a repository.
    pub fn url(&self, repository: &str) -> String {
        format!("http://{}/{repository}", self.address)
    }
}

/// What a client asks for.
struct Request {
    method: String,
    path: String,
    query: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str())
    }
}

/// One request a connection. A client that went away in the middle has got no answer, and needs none.
fn serve(root: &Utf8Path, connection: &TcpStream) {
    if let Some(request) = read(connection) {
        let answer = answer(&run(root, &request));
        let _client_is_gone = (&*connection).write_all(&answer);
    }
}

fn read(connection: &TcpStream) -> Option<Request> {
    let mut reader = BufReader::new(connection);
    let line = line(&mut reader)?;
    let mut words = line.split(' ');
    let (method, target) = (words.next()?.to_owned(), words.next()?);
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    let (path, query) = (path.to_owned(), query.to_owned());
    let mut request = Request { method, path, query, headers: Vec::new(), body: Vec::new() };
    while let Some((name, value)) = self::line(&mut reader)?.split_once(':') {
        request.headers.push((name.to_ascii_lowercase(), value.trim().to_owned()));
    }
    if request.header("expect").is_some() {
        (&*connection).write_all(b"HTTP/1.1 100 Continue\r\n\r\n").ok()?;
    }
    request.body = body(&request, &mut reader)?;
    Some(request)
}

fn line(reader: &mut impl BufRead) -> Option<String> {
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    Some(line.trim_end().to_owned())
}

fn body(request: &Request, reader: &mut impl BufRead) -> Option<Vec<u8>> {
    let mut body = Vec::new();
    if request.header("transfer-encoding") != Some("chunked") {
        let length = request.header("content-length").unwrap_or("0").parse().ok()?;
        reader.take(length).read_to_end(&mut body).ok()?;
        return Some(body);
    }
    loop {
        let length = u64::from_str_radix(&line(reader)?, 16).ok()?;
        reader.by_ref().take(length).read_to_end(&mut body).ok()?;
        line(reader)?;
        if length == 0 {
            return Some(body);
        }
    }
}

fn run(root: &Utf8Path, request: &Request) -> Vec<u8> {
    let mut command = Command::new("git");
    command.arg("http-backend").env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("REMOTE_USER", "anybody");
    command.env("REQUEST_METHOD", &request.method).env("PATH_INFO", &request.path).env("QUERY_STRING", &request.query);
    command.env("CONTENT_TYPE", request.header("content-type").unwrap_or_default());
    command.env("CONTENT_LENGTH", request.body.len().to_string());
    for (name, variable) in [("content-encoding", "HTTP_CONTENT_ENCODING"), ("git-protocol", "GIT_PROTOCOL")] {
        if let Some(value) = request.header(name) {
            command.env(variable, value);
        }
    }
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let (mut stdin, body) = (child.stdin.take().unwrap(), request.body.clone());
    // It may answer before it has read everything.
    let writer = thread::spawn(move || {
        let _refused = stdin.write_all(&body);
    });
    let output = child.wait_with_output().unwrap();
    writer.join().unwrap();
    output.stdout
}

/// What CGI answers, as HTTP.
fn answer(said: &[u8]) -> Vec<u8> {
    let end = said.windows(4).position(|window| window == b"\r\n\r\n").unwrap_or(said.len());
    let (head, body) = said.split_at(end);
    let head = String::from_utf8_lossy(head);
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let body = body.get(4..).unwrap_or_default();
    let mut answer = format!("HTTP/1.1 {status}\r\nConnection: close\r\nContent-Length: {}\r\n", body.len());
    for line in head.lines().filter(|line| !line.starts_with("Status: ")) {
        answer.push_str(line);
        answer.push_str("\r\n");
    }
    answer.push_str("\r\n");
    [answer.as_bytes(), body].concat()
}

/// Whether git has the program on this machine.
pub fn has_http_backend() -> bool {
    let path = Command::new("git").arg("--exec-path").output().unwrap().stdout;
    Utf8PathBuf::from(String::from_utf8(path).unwrap().trim()).join("git-http-backend").is_file()
}
