//! Where servers of tests listen.

use std::io;
use std::net::TcpListener;

/// Ports that were free a moment ago.
pub(crate) fn ports<const N: usize>() -> io::Result<[u16; N]> {
    // All are held until all are known, so that none is given twice.
    let listeners = (0..N).map(|_| TcpListener::bind("127.0.0.1:0")).collect::<io::Result<Vec<_>>>()?;
    let mut ports = [0; N];
    for (port, listener) in ports.iter_mut().zip(&listeners) {
        *port = listener.local_addr()?.port();
    }
    Ok(ports)
}
