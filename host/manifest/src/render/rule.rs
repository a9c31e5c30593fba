//! What is found about the inputs of renderers. Findings `render/…`, always `deny`.

use tollgate_core::document::{Location, SourceFile, Span};
use tollgate_core::finding::{Finding, Subject};

/// Name of the policy that these findings carry.
const POLICY: &str = "render";

/// A rule about what a component is rendered from.
#[derive(Debug, PartialEq, Eq)]
pub struct RenderRule {
    pub id: &'static str,
    pub title: &'static str,
    pub help: &'static str,
    pub remediation: &'static str,
}

macro_rules! render_rules {
    ($($(#[doc = $doc:literal])* $name:ident = $id:literal, $title:literal, $help:literal, $remediation:literal;)*) => {
        impl RenderRule {
            $($(#[doc = $doc])*
            pub const $name: Self = Self { id: $id, title: $title, help: $help, remediation: $remediation };)*

            /// All of them, in the order of the docs.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];
        }
    };
}

render_rules! {
    /// A reference over the network.
    REMOTE = "remote", "Nothing is fetched while a component is rendered",
        "What another host serves can change without the component, so bases, resources, patches, schemas and values are files of the component itself.",
        "put what it refers to into the component's directory, and refer to it by its path";
    /// A path out of the component.
    OUTSIDE = "outside", "A component is rendered from its own directory alone",
        "The tree hash of a recipe covers the component's directory. What lies outside could change without the recipe, so the tool does not get it, and no path may lead there.",
        "move the file into the component's directory";
    /// A path that leads nowhere.
    MISSING = "missing", "What a component is rendered from is there",
        "A kustomization, chart, or file of values is named that the component does not have. Rendering without it would be rendering something else.",
        "add the file, or correct the path";
    /// Code of others that would run.
    PLUGIN = "plugin", "No plugin runs while a component is rendered",
        "Functions in containers, programs, charts within kustomizations and generators that are not built into kustomize run code that nobody has judged, and fetch it. tollgate starts none of them.",
        "use what is built into kustomize, deliver a chart as a component of its own, or commit what the plugin makes";
    /// A field of a kustomization that is not known here.
    UNKNOWN_FIELD = "unknown-field", "Every field of a kustomization is known",
        "What a field means has to be known before kustomize is started: it might lead out of the component. kustomize itself reads field names in any case, so they count only as they are documented.",
        "write the field as it is documented, or remove it";
    /// A subchart that is not there.
    DEPENDENCY = "dependency", "The dependencies of a chart are in the component",
        "Nothing is fetched, so the charts that a chart depends on are in its `charts` directory, packed or not, as `helm dependency build` puts them there: in the versions that the chart and its lock name.",
        "run `helm dependency build` and commit `charts`";
    /// A hook, which needs Helm to run it.
    HOOK = "hook", "A chart has no hooks",
        "Helm runs hooks before and after an installation, and tollgate applies objects as they are: a hook would be applied like any other object, at any time. Only tests are left out.",
        "turn the hook off in the values, or take its template out of the chart";
    /// Something that differs from time to time.
    NOT_DETERMINISTIC = "not-deterministic", "The same component is always rendered to the same manifests",
        "Two renderings of the same files differ. What is applied would not be what was judged, and no recipe could ever be made again. Random texts, certificates and the time are the usual causes.",
        "give the value in the values, or keep what has to be random in a Secret that is made elsewhere";
    /// More than anybody reads.
    TOO_LARGE = "too-large", "What is rendered is not too large",
        "There is a limit to what a tool may write, and to the files that it is given.",
        "deliver it as several components";
    /// The tool says no.
    FAILED = "failed", "The component can be rendered",
        "The tool refuses the component's files, for the reason that it gives. Values of Secrets are withheld from it.",
        "correct what the tool names; run it on the component's directory to see more";
}

/// A finding at a place of a file.
pub(crate) fn finding(rule: &RenderRule, source: &SourceFile, span: Span, message: impl Into<String>) -> Finding {
    rule.finding(Subject::File, Some(Location { file: source.path.clone(), span }), message.into())
}

impl RenderRule {
    /// What is found.
    pub fn finding(&self, subject: Subject, location: Option<Location>, message: String) -> Finding {
        Finding::of_host((POLICY, self.id), subject, location, message, self.remediation)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rules_are_unique_and_explained() {
        let mut ids: Vec<&str> = RenderRule::ALL.iter().map(|rule| rule.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), RenderRule::ALL.len());
        for rule in RenderRule::ALL {
            assert!(!rule.title.ends_with('.') && rule.help.ends_with('.') && !rule.remediation.ends_with('.'), "{}", rule.id);
        }
    }
}
