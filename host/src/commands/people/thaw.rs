//! `tollgate thaw`: start movement again.

use std::collections::BTreeMap;

use tollgate_core::act::{Scope, Thaw};
use tollgate_core::entry::{Body, EntrySubject};
use tollgate_core::gist::Gist;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::scope::scope;
use super::write::{Act, tell, write};
use crate::cli::people::Thaw as Arguments;
use crate::commands::Outcome;
use crate::invocation::Invocation;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

/// Which stops end.
enum Which {
    Of(Scope),
    Entry(u64),
}

pub(crate) fn run(invocation: &Invocation, arguments: &Arguments) -> Outcome {
    let delivery = wiring::delivery(invocation)?;
    thaw(invocation, arguments, &delivery).map_err(|failure| vec![failure])
}

fn thaw(invocation: &Invocation, arguments: &Arguments, delivery: &Delivery) -> Result<ExitCode, Failure> {
    wiring::require_trust(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger)?;
    let scope = scope(&arguments.scope, &delivery.in_force.configuration.pipeline)?.map(Which::Of);
    let which = arguments.entry.map(Which::Entry).or(scope).ok_or_else(|| {
        let failure = Failure::of_message(ExitCode::Usage, "nothing says what to thaw");
        failure.with_hint("name it with `--entry`, `--environment`, `--target` or `--component`, or end every stop with `--all`")
    })?;
    let mut lifted = String::new();
    let written = write(delivery, &by, &mut |history| {
        let ends = ending(history, &which);
        if ends.is_empty() {
            return Err(nothing());
        }
        lifted = ends.iter().map(|(entry, scope)| format!("{scope} (entry {entry})")).collect::<Vec<_>>().join(", ");
        let thaw = Thaw { lifts: ends.into_iter().map(|(entry, _)| entry).collect(), reason: arguments.reason.clone() };
        Ok(Act { subject: EntrySubject::default(), body: Body::Thaw(thaw), blobs: BTreeMap::new() })
    })?;
    tell(delivery, &by, arguments.output, written, format!("may move again: {lifted}"))
}

/// The stops that stand and that a thaw ends, with their scopes. `--all` ends every one of them.
fn ending(history: &Gist, which: &Which) -> Vec<(u64, Scope)> {
    let standing = history.stops(Invocation::now()).into_iter();
    let is_meant = |(scope, stop): &(Scope, tollgate_core::deciding::Stop)| match which {
        Which::Of(Scope::All) => true,
        Which::Of(wanted) => scope == wanted,
        Which::Entry(entry) => stop.entry == *entry,
    };
    standing.filter(is_meant).map(|(scope, stop)| (stop.entry, scope)).collect()
}

fn nothing() -> Failure {
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, "no freeze or hold that stands is meant by that");
    failure.with_hint("`tollgate status` lists what stands still")
}
