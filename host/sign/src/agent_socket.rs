//! A socket that answers in time or not at all.

use std::io::{self, Read, Write};
use std::os::unix::net::UnixStream;
use std::time::{Duration, Instant};

use camino::Utf8Path;
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::net::sockopt::{Timeout, set_socket_timeout};
use rustix::net::{AddressFamily, SocketAddrUnix, SocketType, connect, socket};

/// A Unix socket on which all there is to do must be done by a point in time, however slowly the other side drips.
#[derive(Debug)]
pub(crate) struct AgentSocket {
    stream: UnixStream,
    until: Instant,
}

impl AgentSocket {
    /// Connects. That blocks where too many others wait already, which the standard library has no timeout for.
    ///
    /// # Errors
    /// When nobody listens, or nobody answers in time.
    pub(crate) fn connect(path: &Utf8Path, patience: Duration) -> io::Result<Self> {
        let until = Instant::now() + patience;
        let address = SocketAddrUnix::new(path.as_std_path())?;
        let socket = socket(AddressFamily::UNIX, SocketType::STREAM, None)?;
        fcntl_setfd(&socket, FdFlags::CLOEXEC)?;
        set_socket_timeout(&socket, Timeout::Send, Some(patience))?;
        connect(&socket, &address)?;
        Ok(Self { stream: socket.into(), until })
    }

    fn left(&self) -> io::Result<Duration> {
        let left = self.until.saturating_duration_since(Instant::now());
        if left.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(left) }
    }
}

impl Read for AgentSocket {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(Some(self.left()?))?;
        self.stream.read(buffer)
    }
}

impl Write for AgentSocket {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(Some(self.left()?))?;
        self.stream.write(bytes)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
