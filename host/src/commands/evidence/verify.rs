//! `tollgate evidence verify`: offline, without any repository.

use tollgate_core::signature::Signer;
use tollgate_ledger::ProvenEntry;
use tollgate_ledger::bundle::{self, VerifiedBundle, VerifiedStatement};
use tollgate_ledger::log::note::{InvalidKey, VerifierKey};
use tollgate_report::evidence::{BundledEntry, BundledStatement, VerifiedReport};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::Format;
use crate::cli::evidence::Verify;
use crate::commands::audit::words;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::output;
use crate::wiring;

pub(crate) fn run(invocation: &Invocation, arguments: &Verify) -> Result<ExitCode, Failure> {
    let keys = arguments.log_keys.iter().map(|text| text.parse()).collect::<Result<Vec<VerifierKey>, InvalidKey>>();
    let keys = keys.map_err(|error| Failure::new(ExitCode::Usage, &error))?;
    let signers = fs_err::read_to_string(invocation.at_start(&arguments.signers));
    let signers = signers.map_err(|error| Failure::new(ExitCode::InvalidConfiguration, &error))?;
    let signers = wiring::signers_of_file(&arguments.signers, &signers)?;
    let bytes = fs_err::read(invocation.at_start(&arguments.file));
    let bytes = bytes.map_err(|error| Failure::new(ExitCode::SourceUnreadable, &error))?;
    let report = report(bundle::verify(&bytes, &keys, signers.as_ref()).map_err(fail)?);
    output::print(&match arguments.output {
        Format::Json => output::json(&report)?,
        Format::Text => report.to_text(invocation.style()),
    })?;
    Ok(ExitCode::Approved)
}

fn report(verified: VerifiedBundle) -> VerifiedReport {
    VerifiedReport {
        version: 1,
        promotion: verified.promotion.to_string(),
        target: verified.target,
        recipe: verified.recipe,
        result: if verified.passed { "PASSED" } else { "FAILED" },
        bundled_by: named(&verified.by),
        bundled_at: verified.at,
        vsa_by: named(&verified.vsa_by),
        vsa_is_plain: verified.vsa_is_plain,
        log: verified.log,
        size: verified.size,
        statements: verified.statements.iter().map(statement).collect(),
        entries: verified.entries.iter().map(entry).collect(),
    }
}

fn named(signer: &Signer) -> String {
    format!("{} ({})", signer.principal, signer.key)
}

fn statement(verified: &VerifiedStatement) -> BundledStatement {
    let digests = verified.statement.subjects.iter().map(|subject| subject.digest.to_string());
    let trees = verified.statement.trees.iter().map(|tree| format!("gitTree:{tree}"));
    BundledStatement {
        entry: verified.entry,
        predicate_type: verified.statement.predicate_type.clone(),
        subjects: digests.chain(trees).collect(),
        signer: verified.signer.as_ref().map(named),
    }
}

fn entry(proven: &ProvenEntry) -> BundledEntry {
    let entry = &proven.entry;
    BundledEntry {
        index: entry.index,
        at: entry.at,
        by: entry.by.principal.clone(),
        kind: entry.body.type_name().to_owned(),
        what: words::sentence(entry),
    }
}
