//! Targets as they would be if they took over what is there already.

use tollgate_core::pipeline::{KubernetesTarget, Target, TargetKind};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::configuration::Failures;

/// All of them, which must be clusters: nothing else is ever taken over.
pub(super) fn all(targets: Vec<Target>) -> Result<Vec<Target>, Failures> {
    targets.into_iter().map(|target| adopting(target).map_err(|failure| vec![failure])).collect()
}

fn adopting(target: Target) -> Result<Target, Failure> {
    match target.kind {
        TargetKind::Kubernetes(kubernetes) => {
            let kind = TargetKind::Kubernetes(KubernetesTarget { adopt: true, ..kubernetes });
            Ok(Target { kind, ..target })
        }
        TargetKind::Directory(_) | TargetKind::Git(_) | TargetKind::Terraform(_) => {
            let message = format!("`--adopt` is about clusters, and target `{}` is none", target.name);
            Err(Failure::of_message(ExitCode::InvalidConfiguration, message).with_hint("name those that are with `--to`"))
        }
    }
}
