//! The promotion that a text names.

use tollgate_core::entry::PromotionId;
use tollgate_core::history::{History, Promotion};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

/// The promotion that a text names.
pub(crate) fn find<'a>(history: &'a History, text: &str) -> Result<Promotion<'a>, Failure> {
    let found = PromotionId::parse(text).and_then(|id| history.promotion(&id));
    found.ok_or_else(|| {
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no promotion `{text}` in the ledger"));
        failure.with_hint("`tollgate status` lists them; they look like `P-17`")
    })
}
