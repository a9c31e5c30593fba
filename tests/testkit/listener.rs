//! A place on the network that nobody should ask.

use std::io::ErrorKind;
use std::net::TcpListener;

/// It notices whoever asks it, and answers nobody.
#[derive(Debug)]
pub struct Listener(TcpListener);

impl Default for Listener {
    fn default() -> Self {
        Self::new()
    }
}

impl Listener {
    /// On a port of its own.
    pub fn new() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        listener.set_nonblocking(true).unwrap();
        Self(listener)
    }

    /// Where it is asked.
    pub fn url(&self) -> String {
        format!("http://{}", self.0.local_addr().unwrap())
    }

    /// Fails where somebody did.
    #[track_caller]
    pub fn was_asked_by_nobody(&self) {
        assert_eq!(self.0.accept().unwrap_err().kind(), ErrorKind::WouldBlock);
    }
}
