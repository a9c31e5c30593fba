//! `tollgate evidence`: statements about what moves, and promotions proved to others.

mod add;
mod bundle;
mod source;
mod subjects;
mod verify;

use super::Outcome;
use crate::cli::evidence::Evidence;
use crate::invocation::Invocation;

pub(crate) fn run(invocation: &Invocation, command: &Evidence) -> Outcome {
    match command {
        Evidence::Add(arguments) => add::run(invocation, arguments),
        Evidence::Bundle(arguments) => bundle::run(invocation, arguments).map_err(|failure| vec![failure]),
        Evidence::Verify(arguments) => verify::run(invocation, arguments).map_err(|failure| vec![failure]),
    }
}
