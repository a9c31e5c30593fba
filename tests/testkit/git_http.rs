//! Git over HTTP, as forges offer it: `git http-backend` behind a server that lets in whoever has a token.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::{Command, Stdio};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use camino::Utf8Path;

use crate::world::World;

/// A server for the remotes of a world. It lives as long as the test program.
#[derive(Clone, Debug)]
pub struct GitHttp {
    port: u16,
    credentials: String,
}

impl GitHttp {
    /// Starts it. `credentials` are what stands before the host in a URL: `robot:token`.
    pub fn start(world: &World, credentials: &str) -> Self {
        for remote in world.path("remotes").read_dir_utf8().unwrap() {
            world.git(remote.unwrap().path(), &["config", "http.receivepack", "true"]);
        }
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (root, authorization) = (world.path("remotes"), format!("Basic {}", BASE64_STANDARD.encode(credentials)));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                // A client that goes away has its reasons.
                let _ = answer(stream, &root, &authorization);
            }
        });
        Self { port, credentials: credentials.to_owned() }
    }

    /// The URL of a remote, with the credentials in it.
    pub fn url(&self, repository: &str) -> String {
        format!("http://{}@127.0.0.1:{}/{repository}.git", self.credentials, self.port)
    }
}

/// A request as far as `git http-backend` has to know it.
struct Request {
    method: String,
    target: String,
    headers: Vec<(String, String)>,
    body: Vec<u8>,
}

impl Request {
    fn read(stream: &TcpStream) -> std::io::Result<Self> {
        let mut reader = BufReader::new(stream);
        let mut line = String::new();
        reader.read_line(&mut line)?;
        let mut words = line.split_whitespace().map(ToOwned::to_owned);
        let (method, target) = (words.next().unwrap_or_default(), words.next().unwrap_or_default());
        let mut request = Self { method, target, headers: Vec::new(), body: Vec::new() };
        loop {
            let mut line = String::new();
            reader.read_line(&mut line)?;
            let Some((name, value)) = line.trim_end().split_once(": ") else { break };
            request.headers.push((name.to_lowercase(), value.to_owned()));
        }
        if request.header("transfer-encoding") == "chunked" {
            while let Some(chunk) = chunk(&mut reader)? {
                request.body.extend(chunk);
            }
        } else {
            let length = request.header("content-length").parse().unwrap_or(0);
            reader.take(length).read_to_end(&mut request.body)?;
        }
        Ok(request)
    }

    fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

fn chunk(reader: &mut BufReader<&TcpStream>) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = String::new();
    reader.read_line(&mut line)?;
    let length = usize::from_str_radix(line.trim(), 16).unwrap_or(0);
    let mut bytes = vec![0; length + 2];
    reader.read_exact(&mut bytes)?;
    bytes.truncate(length);
    Ok((length > 0).then_some(bytes))
}

fn answer(mut stream: TcpStream, root: &Utf8Path, authorization: &str) -> std::io::Result<()> {
    let request = Request::read(&stream)?;
    if request.header("authorization") != authorization {
        let head =
            "HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Basic realm=\"git\"\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
        return stream.write_all(head.as_bytes());
    }
    let output = backend(&request, root)?;
    let end = output.windows(4).position(|four| four == b"\r\n\r\n").unwrap_or(0);
    let head = String::from_utf8_lossy(&output[..end]);
    let status = head.lines().find_map(|line| line.strip_prefix("Status: ")).unwrap_or("200 OK");
    let body = &output[(end + 4).min(output.len())..];
    write!(stream, "HTTP/1.1 {status}\r\n{head}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len())?;
    stream.write_all(body)
}

fn backend(request: &Request, root: &Utf8Path) -> std::io::Result<Vec<u8>> {
    let (path, query) = request.target.split_once('?').unwrap_or((&request.target, ""));
    let mut command = Command::new("git");
    command.arg("http-backend").env_clear().env("PATH", std::env::var_os("PATH").unwrap_or_default());
    command.env("GIT_PROJECT_ROOT", root).env("GIT_HTTP_EXPORT_ALL", "1").env("REMOTE_USER", "robot");
    command.env("GIT_CONFIG_NOSYSTEM", "1").env("HOME", root);
    command.env("PATH_INFO", path).env("QUERY_STRING", query).env("REQUEST_METHOD", &request.method);
    command.env("CONTENT_TYPE", request.header("content-type")).env("CONTENT_LENGTH", request.body.len().to_string());
    command.env("HTTP_CONTENT_ENCODING", request.header("content-encoding"));
    command.env("GIT_PROTOCOL", request.header("git-protocol"));
    let mut child = command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()?;
    let (mut stdin, body) = (child.stdin.take(), request.body.clone());
    let writing = std::thread::spawn(move || stdin.as_mut().map(|stdin| stdin.write_all(&body)));
    let output = child.wait_with_output()?;
    let _ = writing.join();
    Ok(output.stdout)
}
