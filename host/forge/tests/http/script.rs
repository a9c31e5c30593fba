//! A server that answers as a test says.

use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// The running server. Its threads end with the test program.
pub(crate) struct Script {
    /// `http://127.0.0.1:PORT`
    pub(crate) url: String,
    requests: Arc<Mutex<Vec<String>>>,
}

impl Script {
    /// Starts a server. What it is told gets the number of the request, from 0, and its text: first line, headers, body.
    pub(crate) fn start(answer: impl Fn(usize, &str) -> String + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let script = Self { url, requests: Arc::default() };
        let (requests, answer) = (script.requests.clone(), Arc::new(answer));
        thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                let (requests, answer) = (requests.clone(), answer.clone());
                thread::spawn(move || serve(stream, &requests, &*answer));
            }
        });
        script
    }

    /// A server with these pages, by method and path; without the query, which only says how many there are on one.
    pub(crate) fn of_pages(pages: &[(&str, &str)]) -> Self {
        let pages: BTreeMap<String, String> = pages.iter().map(|(at, body)| ((*at).to_owned(), (*body).to_owned())).collect();
        Self::start(move |_, request| match pages.get(at(request)) {
            Some(body) => answer("200 OK", &[], body),
            None => answer("404 Not Found", &[], r#"{"message": "Not Found"}"#),
        })
    }

    /// What it was asked so far.
    pub(crate) fn requests(&self) -> Vec<String> {
        self.requests.lock().unwrap().clone()
    }

    /// Methods and paths of what it was asked so far.
    pub(crate) fn asked(&self) -> Vec<String> {
        self.requests().iter().map(|request| at(request).to_owned()).collect()
    }
}

/// `GET /path`
fn at(request: &str) -> &str {
    let line = request.lines().next().unwrap_or_default();
    let line = line.rsplit_once(' ').map_or(line, |(line, _)| line);
    line.split('?').next().unwrap_or_default()
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
