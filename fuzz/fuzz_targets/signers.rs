//! No text makes the parser of signers panic; an error is at a line that is there, and a comment changes nothing.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_sign::AllowedSigners;

fuzz_target!(|text: &str| {
    match AllowedSigners::parse(text) {
        Ok(signers) => assert_eq!(AllowedSigners::parse(&format!("# signers\n{text}\n# end\n")), Ok(signers)),
        Err(error) => assert!((1..=text.lines().count()).contains(&(error.line as usize))),
    }
});
