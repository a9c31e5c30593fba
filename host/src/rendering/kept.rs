//! What was rendered before, for those who only look: `check` and `plan`. The same program asked the same about the same files
//! renders the same, so it is not started again. Whoever moves something has it rendered anew: what is kept is believed.
//!
//! Nothing is kept that holds values of Secrets, as far as can be known, or that may be something else tomorrow.

use std::sync::Arc;

use tollgate_core::digest::Digest;
use tollgate_core::document::SourceFile;
use tollgate_core::ports::{ComponentFile, RenderAnswer, RenderComponent, RenderToolError};
use tollgate_core::recipe::Renderer;
use tollgate_core::rendering::{RenderTool, Rendering};
use tollgate_manifest::{Inputs, ReadLimits, mention_of_chance, read, withhold_known_secrets};

use crate::kept::Kept;

/// Tools that are not started for what they rendered before.
pub(crate) struct KeptRenderings {
    tools: Box<dyn RenderComponent>,
    kept: Arc<Kept>,
}

impl KeptRenderings {
    pub(crate) fn new(tools: Box<dyn RenderComponent>, kept: Arc<Kept>) -> Self {
        Self { tools, kept }
    }

    /// The key of what a program renders from these files.
    fn key(&self, program: &Digest, files: &[ComponentFile<'_>], rendering: &Rendering) -> Option<Digest> {
        let asked = serde_json::to_vec(rendering).ok()?;
        let mut parts = vec![program.as_bytes().as_slice(), asked.as_slice()];
        parts.extend(files.iter().flat_map(|file| [file.path.as_bytes(), file.bytes]));
        Some(self.kept.key("rendering", &parts))
    }
}

impl RenderComponent for KeptRenderings {
    fn program(&self, tool: RenderTool) -> Result<Digest, RenderToolError> {
        self.tools.program(tool)
    }

    fn renderer(&self, tool: RenderTool) -> Result<Renderer, RenderToolError> {
        let program = self.program(tool)?;
        let key = self.kept.key("renderer", &[tool.name().as_bytes(), program.as_bytes()]);
        if let Some(version) = self.kept.recall(&key) {
            return Ok(Renderer { name: tool.name().to_owned(), version, digest: program });
        }
        let renderer = self.tools.renderer(tool)?;
        if renderer.digest == program {
            self.kept.keep(&key, &renderer.version);
        }
        Ok(renderer)
    }

    fn render(&self, files: &[ComponentFile<'_>], rendering: &Rendering) -> Result<RenderAnswer, RenderToolError> {
        let program = self.program(rendering.tool())?;
        let key = self.key(&program, files, rendering);
        if let Some(known) = key.as_ref().and_then(|key| self.kept.recall::<String>(key)) {
            return Ok(RenderAnswer::Manifests(known.into_bytes()));
        }
        let answer = self.tools.render(files, rendering)?;
        if let (Some(key), RenderAnswer::Manifests(output)) = (key, &answer)
            && let Ok(text) = std::str::from_utf8(output)
            && may_be_kept(text, files, rendering)
            // Somebody may have put another program in its place meanwhile.
            && self.program(rendering.tool())? == program
        {
            self.kept.keep(&key, &text);
        }
        Ok(answer)
    }
}

/// Whether a text may lie on a disk, and will be the same another time.
fn may_be_kept(text: &str, files: &[ComponentFile<'_>], rendering: &Rendering) -> bool {
    let source = |path: &str, bytes: &[u8]| Arc::new(SourceFile { path: path.to_owned(), bytes: bytes.to_vec() });
    let inputs = Inputs::new(files.iter().map(|file| (file.path.to_owned(), source(file.path, file.bytes))));
    if rendering.tool() == RenderTool::Helm && mention_of_chance(&inputs).is_some() {
        return false;
    }
    let reading = read(&source("rendered.yaml", text.as_bytes()), &ReadLimits::default());
    reading.findings.is_empty()
        && !reading.documents.iter().any(|document| document.identity.holds_secrets())
        && withhold_known_secrets(text, &inputs) == text
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use camino::Utf8PathBuf;
    use tollgate_core::rendering::HelmRendering;

    use super::*;

    /// What tools were started for.
    #[derive(Debug, Default)]
    struct Starts {
        renderings: AtomicUsize,
        versions: AtomicUsize,
    }

    /// A program that writes what it is given, and counts how often it is started.
    #[derive(Clone, Debug)]
    struct Counting {
        program: &'static str,
        starts: Arc<Starts>,
    }

    impl RenderComponent for Counting {
        fn program(&self, _: RenderTool) -> Result<Digest, RenderToolError> {
            Ok(Digest::of(self.program.as_bytes()))
        }

        fn renderer(&self, tool: RenderTool) -> Result<Renderer, RenderToolError> {
            self.starts.versions.fetch_add(1, Ordering::Relaxed);
            Ok(Renderer { name: tool.name().to_owned(), version: "v1".to_owned(), digest: self.program(tool)? })
        }

        fn render(&self, files: &[ComponentFile<'_>], _: &Rendering) -> Result<RenderAnswer, RenderToolError> {
            self.starts.renderings.fetch_add(1, Ordering::Relaxed);
            Ok(RenderAnswer::Manifests(files[0].bytes.to_vec()))
        }
    }

    struct Bench {
        _guard: tempfile::TempDir,
        directory: Utf8PathBuf,
        starts: Arc<Starts>,
    }

    const CONFIG: &str = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: b}\n";
    const FILES: [(&str, &str); 2] = [("a.yaml", CONFIG), ("values.yaml", "replicas: 1\n")];

    impl Bench {
        fn new() -> Self {
            let guard = tempfile::tempdir().unwrap();
            let directory = Utf8PathBuf::try_from(guard.path().join("cache")).unwrap();
            Self { _guard: guard, directory, starts: Arc::default() }
        }

        /// As a new process would have them.
        fn tools(&self, program: &'static str) -> KeptRenderings {
            let tools = Box::new(Counting { program, starts: Arc::clone(&self.starts) });
            KeptRenderings::new(tools, Arc::new(Kept::open(&self.directory).unwrap()))
        }

        /// Whether a process starts the program for these files.
        fn starts(&self, program: &'static str, files: &[(&str, &str)], rendering: &Rendering) -> bool {
            let before = self.starts.renderings.load(Ordering::Relaxed);
            let given: Vec<ComponentFile<'_>> =
                files.iter().map(|(path, text)| ComponentFile { path, bytes: text.as_bytes() }).collect();
            let answer = self.tools(program).render(&given, rendering).unwrap();
            assert_eq!(answer, RenderAnswer::Manifests(files[0].1.as_bytes().to_vec()));
            self.starts.renderings.load(Ordering::Relaxed) > before
        }
    }

    fn mk_kustomize(path: &str) -> Rendering {
        Rendering::Kustomize { path: path.to_owned() }
    }

    fn mk_helm(values: &[&str]) -> Rendering {
        Rendering::Helm(HelmRendering {
            chart: ".".to_owned(),
            values: values.iter().map(|path| (*path).to_owned()).collect(),
            release: "cart".to_owned(),
            namespace: None,
            include_crds: true,
            kube_version: None,
            api_versions: Vec::new(),
        })
    }

    #[test]
    fn a_tool_is_not_started_again_for_what_it_rendered() {
        let bench = Bench::new();
        for rendering in [mk_kustomize("."), mk_helm(&["values.yaml"])] {
            assert!(bench.starts("one", &FILES, &rendering));
            assert!(!bench.starts("one", &FILES, &rendering));
        }
    }

    #[test]
    fn another_program_question_file_or_byte_starts_it() {
        let bench = Bench::new();
        assert!(bench.starts("one", &FILES, &mk_helm(&["values.yaml"])));
        assert!(bench.starts("two", &FILES, &mk_helm(&["values.yaml"])));
        assert!(bench.starts("one", &FILES, &mk_helm(&[])));
        assert!(bench.starts("one", &FILES, &mk_kustomize(".")));
        assert!(bench.starts("one", &[FILES[0], ("values.yaml", "replicas: 2\n")], &mk_helm(&["values.yaml"])));
        assert!(bench.starts("one", &[FILES[0], ("values-b.yaml", "replicas: 1\n")], &mk_helm(&["values.yaml"])));
        assert!(bench.starts("one", &FILES[..1], &mk_helm(&["values.yaml"])));
        assert!(!bench.starts("one", &FILES, &mk_helm(&["values.yaml"])));
    }

    #[test]
    fn nothing_is_kept_that_holds_values_of_secrets() {
        let secret = "apiVersion: v1\nkind: Secret\nmetadata: {name: a}\nstringData: {a: b}\n";
        let generator = ("kustomization.yaml", "secretGenerator: [{name: a, literals: [k=hunter22]}]\n");
        let leaks = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {a: hunter22}\n";
        for files in [&[("a.yaml", secret)][..], &[("a.yaml", leaks), generator]] {
            let bench = Bench::new();
            assert!(bench.starts("one", files, &mk_kustomize(".")));
            assert!(bench.starts("one", files, &mk_kustomize(".")));
        }
        let bench = Bench::new();
        assert!(bench.starts("one", &[FILES[0], generator], &mk_kustomize(".")));
        assert!(!bench.starts("one", &[FILES[0], generator], &mk_kustomize(".")));
    }

    #[test]
    fn nothing_is_kept_that_may_be_something_else_tomorrow() {
        let bench = Bench::new();
        let files = [FILES[0], ("templates/a.yaml", "a: {{ now }}\n")];
        assert!(bench.starts("one", &files, &mk_helm(&[])));
        assert!(bench.starts("one", &files, &mk_helm(&[])));
    }

    #[test]
    fn a_program_is_asked_for_its_version_once() {
        let bench = Bench::new();
        let renderers = ["one", "one", "two"].map(|program| bench.tools(program).renderer(RenderTool::Helm).unwrap());
        assert_eq!(renderers[0], renderers[1]);
        assert_ne!(renderers[0], renderers[2]);
        assert_eq!(bench.starts.versions.load(Ordering::Relaxed), 2);
    }
}
