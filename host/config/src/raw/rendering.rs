//! `render` of a component as written.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::text::{PathText, Text};

/// How the files of a component become manifests: by one of these tools, which must be installed where tollgate runs. In all texts
/// here, `{environment}`, `{target}` and `{role}` stand for those of the target.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
#[schemars(extend("minProperties" = 1, "maxProperties" = 1))]
pub(crate) struct Render {
    /// Renders by `kustomize build`: the directory of the kustomization, relative to the component's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["overlays/{environment}"]))]
    pub(crate) kustomize: Option<PathText>,
    /// Renders by `helm template`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = [{"values": ["values.yaml", "values-{environment}.yaml"]}]))]
    pub(crate) helm: Option<Helm>,
}

/// What Helm renders. Paths are relative to the component's directory.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct Helm {
    /// The directory of the chart.
    #[serde(default = "here")]
    #[schemars(extend("examples" = ["chart"]))]
    pub(crate) chart: PathText,
    /// Files of values, besides the chart's own. Of those that say something else, the last one counts.
    #[serde(default)]
    #[schemars(extend("examples" = [["values-{environment}.yaml"]]))]
    pub(crate) values: Vec<PathText>,
    /// The name of the release; without this key, the component's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["cart"]))]
    pub(crate) release: Option<Text>,
    /// What templates see as the namespace of the release. Objects that name none go where the target says, whatever stands here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["shop-{environment}"]))]
    pub(crate) namespace: Option<Text>,
    /// Whether what is in `crds` is delivered as well.
    #[serde(default = "yes")]
    #[schemars(extend("examples" = [false]))]
    pub(crate) include_crds: bool,
    /// What templates see as the version of the cluster; without this key, the one that Helm itself assumes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[schemars(extend("examples" = ["1.33.0"]))]
    pub(crate) kube_version: Option<Text>,
    /// What templates see as API versions of the cluster, besides those that Kubernetes always has.
    #[serde(default)]
    #[schemars(extend("examples" = [["monitoring.coreos.com/v1"]]))]
    pub(crate) api_versions: Vec<Text>,
}

fn here() -> PathText {
    PathText(".".to_owned())
}

const fn yes() -> bool {
    true
}
