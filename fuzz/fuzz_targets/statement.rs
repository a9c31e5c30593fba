//! No bytes make the readers of evidence panic. What is read as a statement is about something, what is read as an envelope is
//! written and read back, and no bundle holds that nobody may have signed.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_ledger::bundle;
use tollgate_ledger::evidence::dsse::Dsse;
use tollgate_ledger::evidence::made::{ResultKind, statement};
use tollgate_ledger::evidence::statement::Statement;
use tollgate_sign::AllowedSigners;

fuzz_target!(|bytes: &[u8]| {
    if let Ok(read) = Statement::read(bytes) {
        assert!(!read.subjects.is_empty() || !read.trees.is_empty());
    }
    if let Ok(envelope) = Dsse::read(bytes) {
        let line = envelope.write().expect("every envelope can be written");
        assert_eq!(Dsse::read_written(&line).expect("what was written is read"), envelope);
    }
    for kind in [ResultKind::TestResult, ResultKind::Sbom, ResultKind::VulnerabilityScan, ResultKind::Ticket] {
        let _ = statement(&kind, bytes, "fuzz", &[]);
    }
    assert!(bundle::verify(bytes, &[], &AllowedSigners::default()).is_err());
});
