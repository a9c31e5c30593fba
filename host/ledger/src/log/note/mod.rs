//! Texts signed by one or more keys (C2SP signed-note), as Go's `golang.org/x/mod/sumdb/note` reads and writes them.
//!
//! A note is a text that ends in a newline, an empty line, and signature lines. Where several readings are possible there is one
//! here: base64 has no unused bits, hex digits are lower-case. So every note and key that is read is written back byte for byte
//! (but for repeated signatures, which are dropped).

mod key;
mod signature;
mod text;

pub use key::{InvalidKey, KeyError, KeyId, KeyName, SignerKey, VerifierKey};
pub use signature::Signature;
pub use text::{MAX_NOTE_BYTES, MAX_SIGNATURES, Note, NoteError, UnverifiedNote};
