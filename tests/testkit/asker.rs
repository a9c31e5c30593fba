//! Somebody who asks a webhook one question after the other over a connection that is kept, as API servers do.

use std::io::{Error, Read as _, Result, Write as _};
use std::sync::Arc;

use rustls::ClientConfig;
use serde_json::Value;

use crate::webhook::{Connection, Webhook, client};

/// Somebody who asks.
pub struct Asker<'a> {
    webhook: &'a Webhook,
    client: Arc<ClientConfig>,
    connection: Option<Connection>,
}

impl std::fmt::Debug for Asker<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Asker").field("webhook", &self.webhook.address).finish_non_exhaustive()
    }
}

impl<'a> Asker<'a> {
    /// Somebody who is not connected yet.
    pub fn new(webhook: &'a Webhook) -> Self {
        Self { webhook, client: client(&webhook.authority(), &[]), connection: None }
    }

    /// The response to an AdmissionReview. One that was not asked for too long is sent away, and comes again.
    ///
    /// # Panics
    /// When there is no answer, or none of status 200.
    #[track_caller]
    pub fn ask(&mut self, body: &[u8]) -> Value {
        let kept = self.connection.take().and_then(|connection| asked(connection, body).ok());
        let fresh = || asked(self.webhook.connect_as(&self.client)?, body);
        let (connection, status, said) = kept.map_or_else(fresh, Ok).unwrap();
        self.connection = Some(connection);
        let said = String::from_utf8(said).unwrap();
        assert_eq!(status, 200, "{said}");
        let mut answer: Value = serde_json::from_str(&said).unwrap();
        answer["response"].take()
    }
}

/// One question and its answer: the connection, the status and the body.
fn asked(mut connection: Connection, body: &[u8]) -> Result<(Connection, u16, Vec<u8>)> {
    let head = format!(
        "POST /validate?timeout=30s HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
        body.len()
    );
    connection.write_all(&[head.as_bytes(), body].concat())?;
    connection.flush()?;
    let mut bytes = Vec::new();
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|piece| piece == b"\r\n\r\n") {
            break end + 4;
        }
        more(&mut connection, &mut bytes)?;
    };
    let head = String::from_utf8_lossy(&bytes[..end]).to_lowercase();
    let field = |name: &str| head.lines().find_map(|line| line.strip_prefix(name)?.trim().parse::<usize>().ok());
    let length = field("content-length:").ok_or_else(|| Error::other(head.clone()))?;
    while bytes.len() < end + length {
        more(&mut connection, &mut bytes)?;
    }
    let status = head.split(' ').nth(1).and_then(|status| status.parse().ok()).ok_or_else(|| Error::other(head.clone()))?;
    Ok((connection, status, bytes.split_off(end)))
}

fn more(connection: &mut Connection, bytes: &mut Vec<u8>) -> Result<()> {
    let mut piece = [0; 16 << 10];
    match connection.read(&mut piece)? {
        0 => Err(Error::other("the connection was closed")),
        count => {
            bytes.extend_from_slice(&piece[..count]);
            Ok(())
        }
    }
}
