//! No text, and no bytes in armour, make the verifier panic, and none are believed where nobody is allowed to sign.
#![no_main]

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use libfuzzer_sys::fuzz_target;
use tollgate_core::signature::VerifySignature;
use tollgate_core::time::Timestamp;
use tollgate_sign::AllowedSigners;

fuzz_target!(|bytes: &[u8]| {
    let armoured = format!("-----BEGIN SSH SIGNATURE-----\n{}\n-----END SSH SIGNATURE-----\n", STANDARD.encode(bytes));
    for text in [&*String::from_utf8_lossy(bytes), &armoured] {
        assert!(AllowedSigners::default().verify("tollgate", bytes, text, Timestamp::UNIX_EPOCH).is_err());
    }
});
