//! A server that answers as a test says.

use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

use tollgate_core::digest::Digest;

/// The running server. Its threads end with the test program.
pub(crate) struct Script {
    /// `127.0.0.1:PORT`
    pub(crate) host: String,
    requests: Arc<Mutex<Vec<String>>>,
    most_at_once: Arc<AtomicUsize>,
}

impl Script {
    /// Starts a server. What it is told gets the number of the request, from 0, and its text: first line, headers, body.
    pub(crate) fn start(answer: impl Fn(usize, &str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let script =
            Self { host: listener.local_addr().unwrap().to_string(), requests: Arc::default(), most_at_once: Arc::default() };
        let (requests, most_at_once, answer) = (script.requests.clone(), script.most_at_once.clone(), Arc::new(answer));
        let at_once = Arc::new(AtomicUsize::new(0));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (requests, most, at_once, answer) = (requests.clone(), most_at_once.clone(), at_once.clone(), answer.clone());
                thread::spawn(move || {
                    most.fetch_max(at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    serve(stream, &requests, &*answer);
                    at_once.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        script
    }

    /// What it was asked so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// The largest number of requests that it had at the same time.
    pub(crate) fn most_at_once(&self) -> usize {
        self.most_at_once.load(Ordering::SeqCst)
    }

    pub(crate) fn image(&self, rest: &str) -> String {
        format!("{}/{rest}", self.host)
    }
}

fn serve(mut stream: TcpStream, requests: &Mutex<Vec<String>>, answer: &dyn Fn(usize, &str) -> String) {
    let Some(request) = read(&stream) else { return };
    let number = {
        let mut requests = requests.lock().unwrap();
        requests.push(request.clone());
        requests.len() - 1
    };
    // Who asked may have gone away.
    let _ = stream.write_all(answer(number, &request).as_bytes());
}

fn read(stream: &TcpStream) -> Option<String> {
    let mut reader = BufReader::new(stream);
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        if reader.read_line(&mut head).ok()? == 0 {
            return None;
        }
    }
    let length = head.lines().find_map(|line| line.to_lowercase().strip_prefix("content-length: ")?.parse::<u64>().ok());
    reader.take(length.unwrap_or(0)).read_to_string(&mut head).ok()?;
    Some(head)
}

/// The header of a request, or an empty text.
pub(crate) fn header(request: &str, name: &str) -> String {
    let is_it = |line: &&str| line.to_lowercase().starts_with(&format!("{name}:"));
    request.lines().find(is_it).and_then(|line| line.split_once(": ")).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

/// An answer, after which the connection ends.
pub(crate) fn answer(status: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
}

/// A manifest that differs from others by a text.
pub(crate) fn manifest(text: &str) -> String {
    format!(r#"{{"schemaVersion": 2, "annotations": {{"text": "{text}"}}, "manifests": []}}"#)
}

/// The answer that sends a manifest.
pub(crate) fn found(text: &str) -> String {
    let manifest = manifest(text);
    answer("200 OK", &[&format!("Docker-Content-Digest: {}", Digest::of(manifest.as_bytes()))], &manifest)
}
