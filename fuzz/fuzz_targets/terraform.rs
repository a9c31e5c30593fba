//! Nothing that Terraform prints makes its reader panic.
#![no_main]

use libfuzzer_sys::fuzz_target;
use tollgate_apply::terraform::{read_diagnostics, read_plan};

fuzz_target!(|bytes: &[u8]| {
    if let Ok((actions, _)) = read_plan("network", bytes) {
        assert!(actions.iter().all(|action| action.object.component == "network"));
    }
    read_diagnostics("components/network", bytes);
});
