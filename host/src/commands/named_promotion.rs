//! The promotion that a text names.

use tollgate_core::entry::PromotionId;
use tollgate_core::gist::Gist;
use tollgate_core::ports::ReadLedger;
use tollgate_core::promotion::Promotion;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::delivery::telling::Telling;
use crate::exit::fail;

/// Who knows of the promotion that a text names.
pub(crate) fn telling<'a>(ledger: &dyn ReadLedger, gist: &'a Gist, text: &str) -> Result<Telling<'a>, Failure> {
    PromotionId::parse(text).map_or(Ok(Telling::Gist(gist)), |id| Telling::of(&id, gist, ledger).map_err(fail))
}

/// The promotion that a text names.
pub(crate) fn find<'a>(history: &'a Gist, text: &str) -> Result<Promotion<'a>, Failure> {
    let found = PromotionId::parse(text).and_then(|id| history.promotion(&id));
    found.ok_or_else(|| {
        let failure = Failure::of_message(ExitCode::InvalidConfiguration, format!("there is no promotion `{text}` in the ledger"));
        failure.with_hint("`tollgate status` lists them; they look like `P-17`")
    })
}
