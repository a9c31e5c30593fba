//! `tollgate freeze`: stop movement.

use std::collections::BTreeMap;

use tollgate_core::act::Freeze;
use tollgate_core::entry::{Body, EntrySubject};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use super::duration::after;
use super::scope::scope;
use super::write::{Act, tell, write};
use crate::cli::people::Freeze as Arguments;
use crate::commands::Outcome;
use crate::invocation::Invocation;
use crate::wiring::{self, Delivery};
use crate::writer::writer;

pub(crate) fn run(invocation: &Invocation, arguments: &Arguments) -> Outcome {
    let delivery = wiring::delivery(invocation)?;
    freeze(invocation, arguments, &delivery).map_err(|failure| vec![failure])
}

fn freeze(invocation: &Invocation, arguments: &Arguments, delivery: &Delivery) -> Result<ExitCode, Failure> {
    wiring::require_trust(invocation)?;
    let by = writer(invocation, &delivery.repository, &delivery.ledger)?;
    let now = Invocation::now();
    let scope = scope(&arguments.scope, &delivery.in_force.configuration.pipeline)?.ok_or_else(|| {
        let failure = Failure::of_message(ExitCode::Usage, "nothing says what to freeze");
        failure.with_hint("name it with `--environment`, `--target` or `--component`, or stop everything with `--all`")
    })?;
    let until = match &arguments.duration {
        Some(duration) => Some(after(now, duration)?),
        None => arguments.until,
    };
    if let Some(past) = until.filter(|until| *until <= now) {
        return Err(Failure::of_message(ExitCode::Usage, format!("{past} is over already")));
    }
    let freeze = Freeze { scope, reason: arguments.reason.clone(), until };
    let written = write(delivery, &by, &mut |_| {
        Ok(Act { subject: EntrySubject::default(), body: Body::Freeze(freeze.clone()), blobs: BTreeMap::new() })
    })?;
    let end = until.map_or_else(|| "`tollgate thaw` ends it".to_owned(), |until| format!("until {until}, or `tollgate thaw`"));
    tell(delivery, &by, arguments.output, written, format!("{} is frozen: {end}", freeze.scope))
}
