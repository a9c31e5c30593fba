//! Programs that others wrote, for tests against the real thing: built from the Go module proxy, once for each of their versions.
//!
//! Each directory here is a Go module that pins one of them, or a few lines of Go that ask a library.

mod cache;
mod child;
mod cluster;
#[cfg(test)]
mod lab;
mod lookup;
mod ports;
mod postgres;
mod program;
mod provider_mirror;
mod skip;
mod terraform;
mod user;

pub use cache::cache;
pub use cluster::{ClientCertificate, Cluster, ConnectProxy, Life, NoCluster, Refused, Sent};
pub use postgres::{NoPostgres, Postgres};
pub use program::{GoProgram, NotBuilt};
pub use provider_mirror::{NoMirror, ProviderMirror};
pub use terraform::{terraform, terraform_or_skip};

/// The distribution project's OCI registry.
pub const REGISTRY: GoProgram = GoProgram::of_tool("oci-registry", "github.com/distribution/distribution/v3/cmd/registry");

/// A client of registries.
pub const CRANE: GoProgram = GoProgram::of_tool("oci-registry", "github.com/google/go-containerregistry/cmd/crane");

/// Answers out of the transparency log of Go's checksum database, line by line.
pub const TRANSPARENCY: GoProgram = GoProgram::of_module("transparency");

/// Answers out of other people's YAML parsers, line by line.
pub const YAML_ORACLE: GoProgram = GoProgram::of_module("yaml-oracle");

/// The parts of a Kubernetes control plane, by their names as the first argument.
pub const KUBERNETES: GoProgram = GoProgram::of_module("kubernetes").with_flags(&[
    "-ldflags",
    "-s -w -X k8s.io/component-base/version.gitVersion=v1.37.2 -X k8s.io/component-base/version.gitMajor=1 \
     -X k8s.io/component-base/version.gitMinor=37",
]);

/// What an API server keeps its objects in.
pub const ETCD: GoProgram = GoProgram::of_module("etcd").with_flags(&["-ldflags", "-s -w"]);

/// Makes nodes and pods live without machines.
pub const KWOK: GoProgram = GoProgram::of_tool("kwok", "sigs.k8s.io/kwok/cmd/kwok").with_flags(&["-ldflags", "-s -w"]);

/// Renders kustomizations.
pub const KUSTOMIZE: GoProgram =
    GoProgram::of_tool("kustomize", "sigs.k8s.io/kustomize/kustomize/v5").with_flags(&["-ldflags", "-s -w"]);

/// Renders charts.
pub const HELM: GoProgram = GoProgram::of_tool("helm", "helm.sh/helm/v4/cmd/helm")
    .with_flags(&["-ldflags", "-s -w -X helm.sh/helm/v4/internal/version.version=v4.3.1"]);

/// A Terraform provider that makes real files, and misbehaves where a file tells it to; `ProviderMirror` brings it to Terraform.
pub const TERRAFORM_PROVIDER: GoProgram = GoProgram::of_module("terraform-provider").with_flags(&["-ldflags", "-s -w"]);

/// What `terraform` gives where there is no Terraform.
pub const OPENTOFU: GoProgram = GoProgram::of_tool("opentofu", "github.com/opentofu/opentofu/cmd/tofu")
    .with_flags(&["-ldflags", "-s -w -X github.com/opentofu/opentofu/version.dev=no"]);

/// All that every machine builds, the slowest first. [`OPENTOFU`] is not among them: [`terraform`] says whether it is needed.
pub const ALL: [GoProgram; 10] =
    [KUBERNETES, KWOK, HELM, REGISTRY, ETCD, KUSTOMIZE, YAML_ORACLE, CRANE, TERRAFORM_PROVIDER, TRANSPARENCY];
