//! No bytes make the readers of notes, keys and checkpoints panic, and what they take they write back.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_ledger::log::checkpoint::Checkpoint;
use tollgate_ledger::log::note::{Note, SignerKey, UnverifiedNote, VerifierKey};
use tollgate_ledger::log::tiles::bundle;

fuzz_target!(|bytes: &[u8]| {
    let _ = bundle(bytes);
    if let Ok(note) = UnverifiedNote::parse(bytes) {
        assert!(note.verify(&[]).is_err(), "nobody has signed it whom somebody knows");
    }
    let Ok(text) = str::from_utf8(bytes) else { return };
    if let Ok(key) = text.parse::<VerifierKey>() {
        assert_eq!(key.to_string(), text);
    }
    if let Ok(key) = text.parse::<SignerKey>() {
        assert_eq!(key.to_secret_text(), text);
    }
    if let Ok(checkpoint) = text.parse::<Checkpoint>() {
        assert_eq!(checkpoint.to_string(), text);
    }
    let key = SignerKey::from_seed("example.com/log".parse().expect("it is a name"), [1; 32]);
    if let Ok(note) = Note::sign(text, &key) {
        let opened = Note::open(note.to_string().as_bytes(), &[key.verifier().clone()]);
        assert_eq!(opened.expect("what was signed is opened").text(), text);
    }
});
