//! Why there is no answer.

use std::io;

/// Why there is no answer, and whether asking again may help.
#[derive(Debug)]
pub enum WebError {
    /// It took too long.
    Late,
    /// Trying again may help.
    Connection(ureq::Error),
    /// Trying again does not help: the name, the certificate.
    Hopeless(ureq::Error),
    /// An answer that is not taken.
    Unfit(String),
}

impl From<ureq::Error> for WebError {
    fn from(error: ureq::Error) -> Self {
        match error {
            ureq::Error::Timeout(_) => Self::Late,
            ureq::Error::Io(source) if source.kind() == io::ErrorKind::TimedOut => Self::Late,
            // TLS: the certificate, or no TLS at all on the other side.
            ureq::Error::Io(source) if source.kind() == io::ErrorKind::InvalidData => Self::Hopeless(ureq::Error::Io(source)),
            ureq::Error::Io(_) | ureq::Error::ConnectionFailed => Self::Connection(error),
            ureq::Error::BodyExceedsLimit(limit) => Self::Unfit(format!("it has more than {limit} bytes")),
            error => Self::Hopeless(error),
        }
    }
}
