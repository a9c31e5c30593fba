//! What the manifests are about, said once.

use serde_json::{Value, json};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::cli::serve::{Generate, Serve};
use crate::commands::serve::options::{service_of, webhook_name};
use crate::commands::serve::reading::Source;

/// What the manifests are about.
#[derive(Clone, Debug)]
pub(super) struct Place {
    pub(super) target: String,
    pub(super) namespace: Value,
    pub(super) service: String,
    pub(super) webhook: String,
    pub(super) image: Value,
    pub(super) replicas: Value,
    pub(super) most_replicas: Value,
    pub(super) resources: Value,
    /// Where the deployment repository is cloned from, without credentials.
    pub(super) clone: Value,
    /// Digest of entry 0 of the ledger.
    pub(super) trust: Value,
    /// False where somebody else renews the certificate.
    pub(super) makes_certificate: bool,
    /// Whether it writes to the ledger that glass was broken.
    pub(super) breaks_glass: bool,
    /// Namespaces that the webhook never asks about; its own is among them.
    pub(super) own_namespace: String,
}

impl Place {
    pub(super) fn new(arguments: &Serve, source: &Source) -> Result<Self, Failure> {
        let target = arguments.target.clone().ok_or_else(|| {
            let failure = Failure::of_message(
                ExitCode::Usage,
                "manifests are generated for a target, whose policies say what they ask about",
            );
            failure.with_hint("name it with `--target`")
        })?;
        let (namespace, service) = service_of(&arguments.tls.service)?;
        let image = match (&arguments.image, arguments.generate) {
            (Some(image), _) => image.clone(),
            (None, Some(Generate::Chart)) => String::new(),
            (None, _) => {
                let failure = Failure::of_message(ExitCode::Usage, "the Deployment needs an image");
                return Err(failure.with_hint("name it with its digest: `--image registry.example.com/tollgate@sha256:…`"));
            }
        };
        Ok(Self {
            target,
            own_namespace: namespace.clone(),
            namespace: json!(namespace),
            webhook: webhook_name(arguments),
            service,
            image: json!(image),
            replicas: json!(2),
            most_replicas: json!(5),
            resources: json!({"requests": {"cpu": "200m", "memory": "256Mi"}, "limits": {"memory": "512Mi"}}),
            clone: json!(source.remote),
            trust: json!(source.trust),
            makes_certificate: arguments.tls.tls_certificate.is_none(),
            breaks_glass: source.breaks_glass,
        })
    }

    /// The same with the values of a chart in the place of what differs from cluster to cluster.
    pub(super) fn as_values(&self) -> Self {
        let value = |name: &str| json!(format!("{{{{ .Values.{name} }}}}"));
        let quoted = |name: &str| json!(format!("{{{{ .Values.{name} | quote }}}}"));
        Self {
            namespace: json!("{{ .Release.Namespace }}"),
            image: json!("{{ required \"set `image`, with its digest\" .Values.image | quote }}"),
            replicas: value("replicas"),
            most_replicas: value("mostReplicas"),
            resources: json!("{{ toJson .Values.resources }}"),
            clone: quoted("clone"),
            trust: quoted("trust"),
            ..self.clone()
        }
    }

    /// What is said of every object.
    pub(super) fn metadata(&self, name: &str) -> Value {
        json!({"name": name, "namespace": self.namespace, "labels": self.labels()})
    }

    pub(super) fn metadata_of_cluster(&self, name: &str) -> Value {
        json!({"name": name, "labels": self.labels()})
    }

    pub(super) fn labels(&self) -> Value {
        json!({"app.kubernetes.io/name": "tollgate", "app.kubernetes.io/component": "admission", "app.kubernetes.io/instance": self.service})
    }

    /// By what its pods are found.
    pub(super) fn selector(&self) -> Value {
        json!({"app.kubernetes.io/name": "tollgate", "app.kubernetes.io/instance": self.service})
    }
}
