//! How a component that is no plain manifests becomes manifests: by a tool, for one target.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A program that renders.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum RenderTool {
    Kustomize,
    Helm,
}

impl RenderTool {
    /// What people call it, and its program.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kustomize => "kustomize",
            Self::Helm => "helm",
        }
    }
}

impl fmt::Display for RenderTool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// What stands for something of the target.
pub const PLACEHOLDERS: [&str; 3] = ["{environment}", "{target}", "{role}"];

/// What placeholders stand for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TargetNames<'t> {
    pub environment: &'t str,
    pub target: &'t str,
    pub role: &'t str,
}

/// A text that may differ from target to target: `overlays/{environment}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String")]
pub struct TargetText(String);

/// Braces around something that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` holds a placeholder that does not exist")]
pub struct UnknownPlaceholder(pub String);

impl TargetText {
    /// # Errors
    /// When it holds braces that are none of [`PLACEHOLDERS`].
    pub fn new(text: &str) -> Result<Self, UnknownPlaceholder> {
        let rest = PLACEHOLDERS.iter().fold(text.to_owned(), |rest, placeholder| rest.replace(placeholder, ""));
        if rest.contains(['{', '}']) { Err(UnknownPlaceholder(text.to_owned())) } else { Ok(Self(text.to_owned())) }
    }

    /// As it is written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether it differs from target to target.
    pub fn depends_on_target(&self) -> bool {
        PLACEHOLDERS.iter().any(|placeholder| self.0.contains(placeholder))
    }

    /// What it is for a target; for none, as it is written.
    pub fn at(&self, target: Option<TargetNames<'_>>) -> String {
        let Some(TargetNames { environment, target, role }) = target else { return self.0.clone() };
        let values = PLACEHOLDERS.iter().zip([environment, target, role]);
        values.fold(self.0.clone(), |text, (placeholder, value)| text.replace(placeholder, value))
    }
}

impl TryFrom<String> for TargetText {
    type Error = UnknownPlaceholder;

    fn try_from(text: String) -> Result<Self, UnknownPlaceholder> {
        Self::new(&text)
    }
}

/// How a component is rendered. Paths are relative to its directory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Render {
    Kustomize(KustomizeRender),
    Helm(HelmRender),
}

/// By `kustomize build`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct KustomizeRender {
    /// The directory of the kustomization; `.` is the component's own.
    pub path: TargetText,
}

/// By `helm template`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HelmRender {
    /// The directory of the chart; `.` is the component's own.
    pub chart: TargetText,
    /// Files of values, of which later ones win.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<TargetText>,
    /// Nothing: the component's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<TargetText>,
    /// What templates see as the release's namespace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<TargetText>,
    pub include_crds: bool,
    /// The version that templates see as the cluster's; nothing: the tool's own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kube_version: Option<String>,
    /// What templates see as the cluster's API versions, besides the built-in ones.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub api_versions: Vec<String>,
}

impl fmt::Display for Render {
    /// As people would ask the tool: `kustomize build overlays/{environment}`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Kustomize(KustomizeRender { path }) => write!(f, "kustomize build {}", path.as_str()),
            Self::Helm(helm) => helm.fmt(f),
        }
    }
}

impl fmt::Display for HelmRender {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let release = self.release.as_ref().map(|release| format!(" {}", release.as_str()));
        write!(f, "helm template{} {}", release.unwrap_or_default(), self.chart.as_str())?;
        self.values.iter().try_for_each(|values| write!(f, " --values={}", values.as_str()))?;
        self.namespace.iter().try_for_each(|namespace| write!(f, " --namespace={}", namespace.as_str()))?;
        f.write_str(if self.include_crds { " --include-crds" } else { "" })?;
        self.kube_version.iter().try_for_each(|version| write!(f, " --kube-version={version}"))?;
        self.api_versions.iter().try_for_each(|version| write!(f, " --api-versions={version}"))
    }
}

impl Render {
    /// The program that does it.
    pub const fn tool(&self) -> RenderTool {
        match self {
            Self::Kustomize(_) => RenderTool::Kustomize,
            Self::Helm(_) => RenderTool::Helm,
        }
    }

    /// Whether what comes out may differ from target to target.
    pub fn depends_on_target(&self) -> bool {
        self.texts().iter().any(|text| text.depends_on_target())
    }

    fn texts(&self) -> Vec<&TargetText> {
        match self {
            Self::Kustomize(kustomize) => vec![&kustomize.path],
            Self::Helm(helm) => [&helm.chart].into_iter().chain(&helm.values).chain(&helm.release).chain(&helm.namespace).collect(),
        }
    }

    /// What the tool is asked for a component and a target; nothing for the target: for none in particular.
    pub fn at(&self, component: &str, target: Option<TargetNames<'_>>) -> Rendering {
        match self {
            Self::Kustomize(kustomize) => Rendering::Kustomize { path: kustomize.path.at(target) },
            Self::Helm(helm) => Rendering::Helm(HelmRendering {
                chart: helm.chart.at(target),
                values: helm.values.iter().map(|values| values.at(target)).collect(),
                release: helm.release.as_ref().map_or_else(|| component.to_owned(), |release| release.at(target)),
                namespace: helm.namespace.as_ref().map(|namespace| namespace.at(target)),
                include_crds: helm.include_crds,
                kube_version: helm.kube_version.clone(),
                api_versions: helm.api_versions.clone(),
            }),
        }
    }
}

/// One question to a tool: the same files and the same question have the same answer.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Rendering {
    Kustomize { path: String },
    Helm(HelmRendering),
}

/// What Helm is asked.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct HelmRendering {
    pub chart: String,
    pub values: Vec<String>,
    pub release: String,
    pub namespace: Option<String>,
    pub include_crds: bool,
    pub kube_version: Option<String>,
    pub api_versions: Vec<String>,
}

impl Rendering {
    /// The program that is asked.
    pub const fn tool(&self) -> RenderTool {
        match self {
            Self::Kustomize { .. } => RenderTool::Kustomize,
            Self::Helm(_) => RenderTool::Helm,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PROD: TargetNames<'_> = TargetNames { environment: "prod", target: "prod-apps", role: "apps" };

    fn mk_text(text: &str) -> TargetText {
        TargetText::new(text).unwrap()
    }

    #[test]
    fn placeholders_stand_for_what_the_target_has() {
        let text = mk_text("{role}/{environment}/{target}-{environment}");
        assert!(text.depends_on_target());
        assert_eq!(text.at(Some(PROD)), "apps/prod/prod-apps-prod");
        assert_eq!(text.at(None), "{role}/{environment}/{target}-{environment}");
        assert!(!mk_text("overlays/prod").depends_on_target());
    }

    #[test]
    fn a_placeholder_that_does_not_exist_is_refused() {
        for text in ["{component}", "a/{", "}", "{environment", "{Environment}", "{{environment}}"] {
            assert_eq!(TargetText::new(text), Err(UnknownPlaceholder(text.to_owned())), "{text}");
        }
    }

    #[test]
    fn how_something_is_rendered_is_read_back_as_it_was_written() {
        let kustomize = Render::Kustomize(KustomizeRender { path: mk_text("overlays/{environment}") });
        let helm = Render::Helm(HelmRender {
            chart: mk_text("chart"),
            values: vec![mk_text("values-{environment}.yaml")],
            release: Some(mk_text("shop")),
            namespace: None,
            include_crds: true,
            kube_version: Some("1.33.0".to_owned()),
            api_versions: Vec::new(),
        });
        for (render, json, command) in [
            (kustomize, r#"{"kustomize":{"path":"overlays/{environment}"}}"#, "kustomize build overlays/{environment}"),
            (
                helm,
                r#"{"helm":{"chart":"chart","values":["values-{environment}.yaml"],"release":"shop","includeCrds":true,"kubeVersion":"1.33.0"}}"#,
                "helm template shop chart --values=values-{environment}.yaml --include-crds --kube-version=1.33.0",
            ),
        ] {
            assert_eq!(serde_json::to_string(&render).unwrap(), json);
            assert_eq!(serde_json::from_str::<Render>(json).unwrap(), render);
            assert_eq!(render.to_string(), command);
        }
        assert!(serde_json::from_str::<Render>(r#"{"kustomize":{"path":"{component}"}}"#).is_err());
    }

    #[test]
    fn a_release_is_named_as_its_component_where_nothing_else_is_said() {
        let helm = HelmRender {
            chart: mk_text("."),
            values: vec![mk_text("values.yaml"), mk_text("values-{environment}.yaml")],
            release: None,
            namespace: Some(mk_text("shop-{environment}")),
            include_crds: true,
            kube_version: None,
            api_versions: Vec::new(),
        };
        let render = Render::Helm(helm);
        let Rendering::Helm(asked) = render.at("cart", Some(PROD)) else { panic!() };
        assert_eq!((asked.release.as_str(), asked.namespace.as_deref()), ("cart", Some("shop-prod")));
        assert_eq!(asked.values, ["values.yaml", "values-prod.yaml"]);
        assert!(render.depends_on_target());
    }

    proptest! {
        #[test]
        fn no_placeholder_is_left_over(text in "[a-z/]{0,5}(\\{(environment|target|role)\\}[a-z/-]{0,4}){0,3}") {
            prop_assert!(!mk_text(&text).at(Some(PROD)).contains('{'), "{text}");
        }
    }
}
