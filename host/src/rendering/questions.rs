//! What a tool is asked about one component, and for whom.

use std::collections::BTreeMap;

use tollgate_core::pipeline::{RenderSpec, Target};
use tollgate_core::rendering::Rendering;

/// One question, with the environments that want to know.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Question {
    pub(crate) rendering: Rendering,
    /// Sorted; none where there is no target at all.
    pub(crate) environments: Vec<String>,
}

/// The questions about a component for these targets, each once. Without targets there is one, for none in particular.
pub(crate) fn questions<'t>(spec: &RenderSpec, component: &str, targets: impl Iterator<Item = &'t Target>) -> Vec<Question> {
    let mut asked: BTreeMap<Rendering, Vec<String>> = BTreeMap::new();
    for target in targets {
        asked.entry(spec.how.at(component, Some(target.names()))).or_default().push(target.environment.clone());
    }
    if asked.is_empty() {
        asked.insert(spec.how.at(component, None), Vec::new());
    }
    let question = |(rendering, mut environments): (Rendering, Vec<String>)| {
        environments.sort();
        environments.dedup();
        Question { rendering, environments }
    };
    asked.into_iter().map(question).collect()
}

#[cfg(test)]
mod tests {
    use tollgate_core::document::{Location, Span};
    use tollgate_core::rendering::{KustomizeRender, Render, TargetText};

    use super::*;
    use crate::delivery::tests::world::mk_pipeline;

    fn mk_spec(path: &str) -> RenderSpec {
        let how = Render::Kustomize(KustomizeRender { path: TargetText::new(path).unwrap() });
        RenderSpec { how, location: Location { file: "tollgate.yaml".to_owned(), span: Span::START } }
    }

    fn asked(path: &str) -> Vec<(String, Vec<String>)> {
        let pipeline = mk_pipeline();
        let path_of = |rendering: &Rendering| match rendering {
            Rendering::Kustomize { path } => path.clone(),
            Rendering::Helm(_) => String::new(),
        };
        let questions = questions(&mk_spec(path), "cart", pipeline.targets());
        questions.into_iter().map(|question| (path_of(&question.rendering), question.environments)).collect()
    }

    #[test]
    fn each_overlay_is_asked_for_once() {
        let all = ["preprod", "prod", "staging"].map(str::to_owned);
        assert_eq!(asked("base"), [("base".to_owned(), all.to_vec())]);
        let each = all.map(|name| (format!("overlays/{name}"), vec![name]));
        assert_eq!(asked("overlays/{environment}"), each);
    }

    #[test]
    fn without_targets_there_is_one_question_for_nobody_in_particular() {
        let questions = questions(&mk_spec("base"), "cart", std::iter::empty());
        assert_eq!(questions.len(), 1);
        assert!(questions[0].environments.is_empty());
    }
}
