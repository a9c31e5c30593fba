//! An HTTP server that answers as a test says, for whatever asks other servers.

#![expect(clippy::unwrap_used, reason = "a test ends where its server can't start")]

use std::collections::BTreeMap;
use std::fmt;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::thread;

/// The running server. Its threads end with the test program.
#[derive(Clone)]
pub struct Script {
    /// `127.0.0.1:PORT`
    pub host: String,
    /// `http://127.0.0.1:PORT`
    pub url: String,
    asked: Arc<Asked>,
}

#[derive(Default)]
struct Asked {
    requests: Mutex<Vec<String>>,
    at_once: AtomicUsize,
    most_at_once: AtomicUsize,
}

impl Script {
    /// Starts a server. What it is told gets the number of the request, from 0, and its text: first line, headers, body. It gives
    /// the whole answer ([`answer`]); after an empty one the connection just ends.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub fn start(answer: impl Fn(usize, &str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let script = Self { url: format!("http://{host}"), host, asked: Arc::default() };
        let (asked, answer) = (script.asked.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (asked, answer) = (asked.clone(), answer.clone());
                thread::spawn(move || {
                    asked.most_at_once.fetch_max(asked.at_once.fetch_add(1, Ordering::SeqCst) + 1, Ordering::SeqCst);
                    serve(stream, &asked.requests, &*answer);
                    asked.at_once.fetch_sub(1, Ordering::SeqCst);
                });
            }
        });
        script
    }

    /// A server with these pages, by method and path; without the query, which only says how many there are on one.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub fn of_pages(pages: &[(&str, &str)]) -> Self {
        let pages: BTreeMap<String, String> = pages.iter().map(|(at, body)| ((*at).to_owned(), (*body).to_owned())).collect();
        Self::start(move |_, request| match pages.get(place(request)) {
            Some(body) => answer("200 OK", &[], body),
            None => answer("404 Not Found", &[], r#"{"message": "Not Found"}"#),
        })
    }

    /// What it was asked so far.
    ///
    /// # Panics
    /// When a thread of the server did.
    pub fn requests(&self) -> Vec<String> {
        self.asked.requests.lock().unwrap().clone()
    }

    /// Methods and paths of what it was asked so far.
    ///
    /// # Panics
    /// When a thread of the server did.
    pub fn asked(&self) -> Vec<String> {
        self.requests().iter().map(|request| place(request).to_owned()).collect()
    }

    /// The largest number of requests that it had at the same time.
    pub fn most_at_once(&self) -> usize {
        self.asked.most_at_once.load(Ordering::SeqCst)
    }
}

impl fmt::Debug for Script {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Script").field("url", &self.url).finish_non_exhaustive()
    }
}

/// What a request asks for, without the query: `GET /path`.
pub fn place(request: &str) -> &str {
    let line = request.lines().next().unwrap_or_default();
    let line = line.rsplit_once(' ').map_or(line, |(line, _)| line);
    line.split('?').next().unwrap_or_default()
}

/// The header of a request, or an empty text.
pub fn header(request: &str, name: &str) -> String {
    let is_it = |line: &&str| line.to_lowercase().starts_with(&format!("{name}:"));
    request.lines().find(is_it).and_then(|line| line.split_once(": ")).map(|(_, value)| value.to_owned()).unwrap_or_default()
}

/// The body of a request.
pub fn body(request: &str) -> &str {
    request.split_once("\r\n\r\n").map_or("", |(_, body)| body)
}

/// An answer, after which the connection ends.
pub fn answer(status: &str, headers: &[&str], body: &str) -> String {
    let headers: String = headers.iter().map(|header| format!("{header}\r\n")).collect();
    format!("HTTP/1.1 {status}\r\n{headers}Content-Length: {}\r\nConnection: close\r\n\r\n{body}", body.len())
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
