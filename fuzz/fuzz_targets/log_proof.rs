//! No text makes the reader of proofs panic, what it takes it writes back, and no proof holds that nobody signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_ledger::log::note::SignerKey;
use tollgate_ledger::log::proof::LogProof;

fuzz_target!(|text: &str| {
    if let Ok(proof) = text.parse::<LogProof>() {
        assert_eq!(proof.to_string(), text);
        let key = SignerKey::from_seed("example.com/log".parse().expect("it is a name"), [1; 32]);
        assert!(proof.verify(b"entry", "example.com/log", &[key.verifier().clone()]).is_err());
    }
});
