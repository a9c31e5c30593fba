//! From the command line to how the server serves.

use std::time::Duration;

use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;
use tollgate_server::{Certificates, FromFiles, Journal, Limits, Options, SelfMade};

use crate::cli::serve::{Network, Serve, Tls};

pub(super) fn options(arguments: &Serve) -> Result<Options, Failure> {
    let Network { listen, health, log_allowed, .. } = arguments.network;
    Ok(Options {
        listen,
        health,
        certificates: certificates(arguments)?,
        client_authority: arguments.tls.client_ca.clone(),
        limits: limits(&arguments.network),
        journal: Journal { allowed: log_allowed },
    })
}

fn certificates(arguments: &Serve) -> Result<Certificates, Failure> {
    let Tls { tls_certificate, tls_key, service, certificate_hours, .. } = &arguments.tls;
    if let (Some(certificate), Some(key)) = (tls_certificate, tls_key) {
        return Ok(Certificates::Files(FromFiles { certificate: certificate.clone(), key: key.clone() }));
    }
    let (namespace, service) = service_of(service)?;
    Ok(Certificates::Own(SelfMade {
        secret: format!("{service}-certificate"),
        namespace,
        service,
        configuration: webhook_name(arguments),
        life: Duration::from_secs(u64::from(*certificate_hours) * 3_600),
    }))
}

/// Namespace and name of the Service.
pub(super) fn service_of(text: &str) -> Result<(String, String), Failure> {
    match text.split_once('/') {
        Some((namespace, name)) if !namespace.is_empty() && !name.is_empty() && !name.contains('/') => {
            Ok((namespace.to_owned(), name.to_owned()))
        }
        _ => Err(Failure::of_message(ExitCode::Usage, format!("`--service` is `NAMESPACE/NAME`, not `{text}`"))),
    }
}

/// Name of the `ValidatingWebhookConfiguration`.
pub(super) fn webhook_name(arguments: &Serve) -> String {
    let default = || arguments.target.as_ref().map_or_else(|| "tollgate".to_owned(), |target| format!("tollgate-{target}"));
    arguments.tls.webhook.clone().unwrap_or_else(default)
}

fn limits(network: &Network) -> Limits {
    let default = Limits::default();
    let number = |number: u32| usize::try_from(number).unwrap_or(usize::MAX);
    Limits {
        connections: number(network.connections),
        workers: network.workers.map_or(default.workers, number),
        queue: number(network.queue),
        memory: number(network.memory) << 20,
        linger: Duration::from_secs(network.linger.into()),
        ..default
    }
}
