//! A proxy that joins connections by `CONNECT` (RFC 9110, section 9.3.6).

use std::io::{self, Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::os::unix::net::{UnixListener, UnixStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::thread;

use camino::Utf8Path;

/// A head that is longer is none of a client that we know.
const LONGEST: usize = 8 << 10;

/// Where a connection goes that is asked for as `host:port`.
type Way = Box<dyn Fn(&str) -> String + Send + Sync>;

/// A proxy that runs as long as the process does.
#[derive(Debug)]
pub struct ConnectProxy {
    address: SocketAddr,
    asked: Arc<Mutex<Vec<String>>>,
}

impl ConnectProxy {
    /// Starts one on a free port. `way` says where a connection goes that is asked for as `host:port`.
    ///
    /// # Errors
    /// When there is no port.
    pub fn start(way: impl Fn(&str) -> String + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let (address, asked) = (listener.local_addr()?, Arc::default());
        let joiner = Joiner { way: Box::new(way), asked: Arc::clone(&asked) };
        thread::spawn(move || joiner.serve(listener.incoming()));
        Ok(Self { address, asked })
    }

    /// Where it listens.
    pub const fn address(&self) -> SocketAddr {
        self.address
    }

    /// What it was asked for so far.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// Starts one that is asked through a socket of the file system.
pub(super) fn start_at(socket: &Utf8Path, way: impl Fn(&str) -> String + Send + Sync + 'static) -> io::Result<()> {
    let listener = UnixListener::bind(socket)?;
    let joiner = Joiner { way: Box::new(way), asked: Arc::default() };
    thread::spawn(move || joiner.serve(listener.incoming()));
    Ok(())
}

/// One end of a connection.
trait End: Read + Write + Send + Sized + 'static {
    fn twin(&self) -> io::Result<Self>;
    fn end(&self);
}

impl End for TcpStream {
    fn twin(&self) -> io::Result<Self> {
        self.try_clone()
    }

    fn end(&self) {
        let _ended = self.shutdown(Shutdown::Both);
    }
}

impl End for UnixStream {
    fn twin(&self) -> io::Result<Self> {
        self.try_clone()
    }

    fn end(&self) {
        let _ended = self.shutdown(Shutdown::Both);
    }
}

struct Joiner {
    way: Way,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Joiner {
    fn serve<E: End>(self, clients: impl Iterator<Item = io::Result<E>>) {
        let joiner = Arc::new(self);
        for client in clients.map_while(Result::ok) {
            let joiner = Arc::clone(&joiner);
            // A client that fails is one that sees its connection end.
            thread::spawn(move || joiner.join(client));
        }
    }

    fn join<E: End>(&self, mut client: E) -> io::Result<()> {
        let Some(asked) = asked(&mut client)? else { return client.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n") };
        self.asked.lock().unwrap_or_else(PoisonError::into_inner).push(asked.clone());
        let Ok(server) = TcpStream::connect((self.way)(&asked)) else {
            return client.write_all(b"HTTP/1.1 502 Bad Gateway\r\n\r\n");
        };
        client.write_all(b"HTTP/1.1 200 Connection established\r\n\r\n")?;
        let (mut from, mut to) = (client.twin()?, server.try_clone()?);
        thread::spawn(move || {
            let _copied = io::copy(&mut from, &mut to);
            to.end();
        });
        let mut server = server;
        let _copied = io::copy(&mut server, &mut client);
        client.end();
        Ok(())
    }
}

/// The `host:port` that a client asks for; nothing where it asks for something else.
fn asked(client: &mut impl Read) -> io::Result<Option<String>> {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        // One at a time, since what follows is not for us.
        if head.len() > LONGEST || client.read(&mut byte)? == 0 {
            return Ok(None);
        }
        head.extend(byte);
    }
    let head = String::from_utf8_lossy(&head);
    let mut words = head.lines().next().unwrap_or_default().split(' ');
    Ok(words.next().filter(|method| *method == "CONNECT").and_then(|_| words.next()).map(ToOwned::to_owned))
}
