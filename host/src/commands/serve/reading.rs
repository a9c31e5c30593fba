//! Where the answers come from: the ledger and the policy that it puts in force, or policies that the command line names.

use tollgate_core::broken_glass::BrokenGlass;
use tollgate_core::ports::{ReadLedger as _, ReadRepository as _};
use tollgate_report::failure::Failure;
use tollgate_sandbox::Sandbox;

use crate::admission::{Asked, Known, ReadKnown};
use crate::cli::serve::Serve;
use crate::commands::drift::named;
use crate::commands::judging;
use crate::commands::serve::approving::approved;
use crate::commands::serve::recording;
use crate::configuration::Failures;
use crate::exit::fail;
use crate::invocation::Invocation;
use crate::wiring::{self, Delivery};

/// What is known first, and who goes on reading.
pub(super) struct Opened {
    pub(super) reader: Box<dyn ReadKnown>,
    pub(super) known: Known,
    pub(super) source: Source,
}

/// Where all of it comes from.
#[derive(Debug, Default)]
pub(super) struct Source {
    /// URL of the deployment repository, without credentials.
    pub(super) remote: Option<String>,
    /// Digest of entry 0 of the ledger.
    pub(super) trust: Option<String>,
    /// Whether the policy in force lets glass be broken by annotations, each of which is written to the ledger.
    pub(super) breaks_glass: bool,
    /// Whether there is a key to sign that with.
    pub(super) has_key: bool,
}

pub(super) fn open(invocation: &Invocation, arguments: &Serve) -> Result<Opened, Failures> {
    let sandbox = wiring::sandbox(invocation).map_err(|failure| vec![failure])?;
    match &arguments.target {
        Some(target) => {
            let mut reader = OfLedger { invocation: invocation.clone(), target: target.clone(), sandbox, delivery: None };
            let known = reader.read_anew()?;
            let source = reader.source();
            Ok(Opened { reader: Box::new(reader), known, source })
        }
        None => {
            let known = of_command_line(invocation, arguments, &sandbox)?;
            Ok(Opened { reader: Box::new(Never), known, source: Source::default() })
        }
    }
}

/// The ledger, again and again.
struct OfLedger {
    invocation: Invocation,
    target: String,
    sandbox: Sandbox,
    /// With the number of entries that were read.
    delivery: Option<(Delivery, u64)>,
}

impl OfLedger {
    fn source(&self) -> Source {
        self.delivery.as_ref().map_or_else(Source::default, |(delivery, _)| Source {
            remote: delivery.repository.remote_url().ok(),
            trust: delivery.ledger.trust_digest().map(|digest| digest.to_string()),
            breaks_glass: delivery.in_force.configuration.pipeline.admission.break_glass.is_some(),
            has_key: delivery.ledger.key().is_some(),
        })
    }

    fn read_anew(&mut self) -> Result<Known, Failures> {
        let one = |failure: Failure| vec![failure];
        let delivery = wiring::delivery_by(&self.invocation, &self.sandbox)?;
        let history = delivery.ledger.gist().map_err(fail).map_err(one)?;
        let names = [self.target.clone()];
        let target = named(&delivery, &names).map_err(one)?.into_iter().next().cloned();
        let target = target.ok_or_else(Failures::new)?;
        let allowed = approved(&delivery, &history, &target).map_err(one)?;
        let in_force = &delivery.in_force;
        let mut pipeline = in_force.configuration.pipeline.clone();
        if delivery.ledger.key().is_none() {
            // Nobody would ever know.
            pipeline.admission.break_glass = None;
        }
        let asked = Asked { pipeline, policies: in_force.policies.clone(), revision: in_force.revision.digest.to_string() };
        let known = Known::of_target(asked, target, allowed, &history, Invocation::now());
        self.delivery = Some((delivery, history.len()));
        Ok(known)
    }
}

impl ReadKnown for OfLedger {
    fn read(&mut self) -> Result<Option<Known>, String> {
        if let Some((delivery, entries)) = &self.delivery {
            let history = delivery.ledger.gist().map_err(|error| error.to_string())?;
            if history.len() == *entries {
                return Ok(None);
            }
        }
        self.read_anew().map(Some).map_err(|failures| words(&failures))
    }

    fn follows(&self) -> bool {
        true
    }

    fn record(&mut self, broken: &BrokenGlass) -> Result<(), String> {
        let Some((delivery, _)) = &self.delivery else { return Err("the ledger was not read yet".to_owned()) };
        recording::record(&self.invocation, delivery, &self.target, broken).map_err(|failure| words(&vec![failure]))
    }
}

fn words(failures: &Failures) -> String {
    let said: Vec<String> =
        failures.iter().flat_map(|failure| std::iter::once(&failure.message).chain(&failure.causes)).cloned().collect();
    said.join("; ")
}

/// What never changes.
struct Never;

impl ReadKnown for Never {
    fn read(&mut self) -> Result<Option<Known>, String> {
        Ok(None)
    }

    fn follows(&self) -> bool {
        false
    }

    fn record(&mut self, _: &BrokenGlass) -> Result<(), String> {
        Err("there is no ledger to write to".to_owned())
    }
}

fn of_command_line(invocation: &Invocation, arguments: &Serve, sandbox: &Sandbox) -> Result<Known, Failures> {
    let chosen = judging::named(invocation, &[], sandbox, (&arguments.policy, &arguments.pack), judging::NAMED)?;
    let asked = Asked { pipeline: chosen.configuration.pipeline, policies: chosen.policies, revision: chosen.revision };
    Ok(Known::without_ledger(asked))
}
