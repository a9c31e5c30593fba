//! `tollgate evidence bundle`: a promotion, for people without access to the ledger.

use tollgate_ledger::bundle::Bundle as Made;
use tollgate_report::evidence::BundleReport;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::evidence::Bundle;
use crate::commands::named_promotion::find;
use crate::delivery::proofs::recipe_of;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Bundle) -> Result<ExitCode, Failure> {
    let clone = wiring::repository(invocation)?;
    let opened = wiring::read_ledger(invocation, &clone)?;
    let ledger = &opened.ledger;
    let promotion = find(&opened.history, &arguments.promotion)?;
    let recipe = recipe_of(promotion.decision, ledger).map_err(fail)?.ok_or_else(|| no_recipe(&arguments.promotion))?;
    let key = ledger.own_key().ok_or_else(no_key)?;
    let bundle = ledger.bundle(&promotion.id, &recipe, key, Invocation::now()).map_err(fail)?;
    let mut notices = opened.notices.clone();
    notices.extend(bundle.no_plain.as_ref().map(|error| format!("{error}; ordinary verifiers of DSSE can't check this VSA")));
    let Some(path) = &arguments.output else {
        notices.iter().for_each(|notice| output::tell(&format!("note: {notice}\n")));
        output::print(&bundle.text)?;
        return Ok(ExitCode::Approved);
    };
    output::write_file(&invocation.directory.join(path), bundle.text.as_bytes())?;
    output::print(&report(&bundle, &arguments.promotion, path.as_str(), notices).to_text())?;
    Ok(ExitCode::Approved)
}

fn report(bundle: &Made, promotion: &str, file: &str, notices: Vec<String>) -> BundleReport {
    BundleReport {
        version: 1,
        promotion: promotion.to_owned(),
        file: file.to_owned(),
        result: if bundle.passed { "PASSED" } else { "FAILED" },
        statements: bundle.statements,
        entries: bundle.entries,
        notices,
    }
}

fn no_recipe(promotion: &str) -> Failure {
    Failure::of_message(ExitCode::InvalidConfiguration, format!("{promotion} has no recipe, so there is nothing to prove of it"))
}

fn no_key() -> Failure {
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, "a bundle must be signed, and there is no key");
    failure.with_hint("name one with `--key`, or set `TOLLGATE_KEY`")
}
