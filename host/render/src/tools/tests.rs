use std::time::{Duration, Instant};

use tollgate_core::rendering::HelmRendering;

use super::*;
use crate::program::tests::mk_script;

fn mk_rendering() -> Rendering {
    Rendering::Kustomize { path: "overlays/prod".to_owned() }
}

/// Tools of which kustomize is a script. It says its version where it is asked for it.
fn mk_tools(directory: &Utf8Path, script: &str) -> Tools {
    let script = format!("if [ \"$1\" = version ]; then echo v5.8.2; exit 0; fi\n{script}");
    let kustomize = Some(mk_script(directory, "kustomize", &script));
    let limits = RenderLimits { deadline: Duration::from_secs(5), output: 1000, ..RenderLimits::default() };
    Tools::new(Programs { kustomize, ..Programs::default() }, limits)
}

fn answer(script: &str) -> Result<RenderAnswer, RenderToolError> {
    let guard = tempfile::tempdir().unwrap();
    let tools = mk_tools(Utf8Path::from_path(guard.path()).unwrap(), script);
    let files = [ComponentFile { path: "overlays/prod/kustomization.yaml", bytes: b"namespace: a\n" }];
    tools.render(&files, &mk_rendering())
}

fn manifests(script: &str) -> String {
    match answer(script).unwrap() {
        RenderAnswer::Manifests(output) => String::from_utf8(output).unwrap(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_tool_sees_the_component_and_nothing_of_whoever_runs_it() {
    assert_eq!(manifests("/bin/cat overlays/prod/kustomization.yaml"), "namespace: a\n");
    let variables = manifests("/usr/bin/env | /usr/bin/sort | /usr/bin/cut -d= -f1");
    for variable in variables.lines() {
        let is_ours = ["HOME", "LC_ALL", "TMPDIR", "KUBECONFIG", "HELM_", "XDG_"].iter().any(|ours| variable.starts_with(ours));
        let is_of_the_shell = ["PWD", "OLDPWD", "SHLVL", "_", "PATH"].contains(&variable);
        let is_proxy = variable.to_lowercase().ends_with("_proxy");
        assert!(is_ours || is_of_the_shell || is_proxy, "{variable}");
    }
    let root = manifests("cd ..; pwd; /usr/bin/find . -type f");
    assert!(root.contains("./kustomization.yaml") && root.contains("./component/overlays/prod/kustomization.yaml"), "{root}");
}

#[test]
fn a_tool_has_no_network_where_the_kernel_lets_users_do_without() {
    let guard = tempfile::tempdir().unwrap();
    let tools = mk_tools(Utf8Path::from_path(guard.path()).unwrap(), "/bin/cat /proc/net/dev");
    let RenderAnswer::Manifests(output) = tools.render(&[], &mk_rendering()).unwrap() else { panic!() };
    if tools.kustomize.get().unwrap().is_alone {
        let devices = String::from_utf8(output).unwrap();
        let devices: Vec<&str> = devices.lines().skip(2).filter_map(|line| line.split(':').next()).map(str::trim).collect();
        assert_eq!(devices, ["lo"]);
    }
}

#[test]
fn a_program_is_known_by_its_bytes_without_being_started() {
    let guard = tempfile::tempdir().unwrap();
    let directory = Utf8Path::from_path(guard.path()).unwrap();
    let started = directory.join("started");
    let tools = mk_tools(directory, "");
    let script = |comment: &str| {
        mk_script(directory, "kustomize", &format!("/bin/touch {started}\necho v1.0.0 # {comment}"));
        tools.program(RenderTool::Kustomize).unwrap()
    };
    let (one, other) = (script("a"), script("another program"));
    assert_ne!(one, other);
    assert!(!started.exists());
    assert_eq!(tools.renderer(RenderTool::Kustomize).unwrap().digest, other);
    assert!(started.exists());
}

#[test]
fn what_a_tool_refuses_is_told_without_the_directory() {
    let RenderAnswer::Refused { said } = answer("echo \"no $PWD/a.yaml\" >&2; exit 1").unwrap() else { panic!() };
    assert_eq!(said, "no a.yaml");
}

#[test]
fn a_tool_that_crashes_is_an_error_that_tells_nothing_of_the_files() {
    for script in ["echo 'panic: hunter2' >&2; exit 2", "kill -9 $$"] {
        let error = answer(script).unwrap_err();
        assert!(matches!(error, RenderToolError::Crashed { .. }), "{error}");
        assert!(!error.to_string().contains("hunter2"), "{error}");
    }
    let error = answer("echo 'fatal error: stack overflow' >&2; exit 2").unwrap_err().to_string();
    assert!(error.contains("status 2") && error.contains("stack overflow"), "{error}");
}

#[test]
fn a_tool_that_hangs_or_writes_without_end_is_ended() {
    let started = Instant::now();
    assert!(matches!(answer("/bin/sleep 100"), Err(RenderToolError::TooSlow { seconds: 5, .. })));
    assert!(matches!(answer("while :; do echo kind; done"), Ok(RenderAnswer::TooLarge { limit: 1000 })));
    assert!(started.elapsed() < Duration::from_secs(60));
}

#[test]
fn nothing_is_left_behind() {
    let directory = manifests("cd ..; pwd");
    assert!(!Utf8Path::new(directory.trim()).exists());
}

/// The real tools, built for tests.
fn real() -> Option<Tools> {
    let kustomize = tollgate_servers::KUSTOMIZE.or_skip("kustomize")?;
    let helm = tollgate_servers::HELM.or_skip("Helm")?;
    Some(Tools::new(Programs { kustomize: Some(kustomize), helm: Some(helm), search: None }, RenderLimits::default()))
}

fn mk_helm() -> Rendering {
    Rendering::Helm(HelmRendering {
        chart: ".".to_owned(),
        values: Vec::new(),
        release: "cart".to_owned(),
        namespace: Some("shop".to_owned()),
        include_crds: true,
        kube_version: None,
        api_versions: Vec::new(),
    })
}

const CONFIG: &[u8] = b"apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: cart\n";

fn chart(template: &str) -> Option<Result<RenderAnswer, RenderToolError>> {
    let files = [
        ComponentFile { path: "Chart.yaml", bytes: b"apiVersion: v2\nname: cart\nversion: 0.1.0\n" },
        ComponentFile { path: "templates/a.yaml", bytes: template.as_bytes() },
    ];
    real().map(|tools| tools.render(&files, &mk_helm()))
}

#[test]
fn the_real_tools_say_their_versions() {
    let Some(tools) = real() else { return };
    let version = |tool| tools.renderer(tool).unwrap().version;
    assert_eq!(version(RenderTool::Kustomize), "v5.8.2");
    assert!(version(RenderTool::Helm).starts_with("v4.3.1"), "{}", version(RenderTool::Helm));
}

#[test]
fn kustomize_renders_the_same_bytes_each_time_and_names_origins() {
    let Some(tools) = real() else { return };
    let files = [
        ComponentFile { path: "base/kustomization.yaml", bytes: b"resources: [a.yaml]\n" },
        ComponentFile { path: "base/a.yaml", bytes: CONFIG },
        ComponentFile { path: "overlays/prod/kustomization.yaml", bytes: b"resources: [../../base]\nnamePrefix: prod-\n" },
    ];
    let [one, other] = [(), ()].map(|()| tools.render(&files, &mk_rendering()).unwrap());
    assert_eq!(one, other);
    let RenderAnswer::Manifests(output) = one else { panic!("{one:?}") };
    let text = String::from_utf8(output).unwrap();
    assert!(text.contains("name: prod-cart") && text.contains("path: component/base/a.yaml"), "{text}");
}

#[test]
fn helm_renders_the_same_bytes_each_time_and_names_templates() {
    let template =
        "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: {{ .Release.Name }}\n  namespace: {{ .Release.Namespace }}\n";
    let (Some(one), Some(other)) = (chart(template), chart(template)) else { return };
    let (RenderAnswer::Manifests(one), RenderAnswer::Manifests(other)) = (one.unwrap(), other.unwrap()) else { panic!() };
    assert_eq!(one, other);
    let text = String::from_utf8(one).unwrap();
    assert!(text.contains("# Source: cart/templates/a.yaml") && text.contains("namespace: shop"), "{text}");
}

#[test]
fn a_chart_that_calls_itself_without_end_ends() {
    let template = "{{- define \"a\" }}{{ include \"a\" . }}{{ end }}{{ include \"a\" . }}";
    let Some(answer) = chart(template) else { return };
    assert!(!matches!(answer, Ok(RenderAnswer::Manifests(_))), "{answer:?}");
    let Some(answer) = chart(
        "{{ tpl \"{{ tpl .Values.x . }}\" (dict \"Values\" (dict \"x\" \"{{ tpl .Values.x . }}\") \"Template\" .Template) }}",
    ) else {
        return;
    };
    assert!(!matches!(answer, Ok(RenderAnswer::Manifests(_))), "{answer:?}");
}

#[test]
fn a_chart_that_writes_a_hundred_megabytes_is_not_read() {
    let Some(answer) = chart("a: {{ repeat 100000000 \"x\" }}\n") else { return };
    assert!(matches!(answer, Ok(RenderAnswer::TooLarge { .. } | RenderAnswer::Refused { .. })), "{answer:?}");
}

#[test]
fn a_chart_reads_no_files_and_variables_of_the_machine() {
    let secret = tempfile::NamedTempFile::new().unwrap();
    fs_err::write(secret.path(), "hunter2").unwrap();
    let path = secret.path().display();
    let template = format!(
        "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: a}}\ndata:\n  a: {{{{ .Files.Get \"{path}\" | quote }}}}\n  b: {{{{ .Files.Get \"../../..{path}\" | quote }}}}\n"
    );
    let Some(answer) = chart(&template) else { return };
    let RenderAnswer::Manifests(output) = answer.unwrap() else { panic!() };
    assert!(!String::from_utf8(output).unwrap().contains("hunter2"));
    assert!(matches!(chart("a: {{ env \"HOME\" }}\n").unwrap(), Ok(RenderAnswer::Refused { .. })));
}

#[test]
fn kustomize_reaches_nothing_outside_even_where_nobody_looked_before() {
    let Some(tools) = real() else { return };
    for resource in ["../../etc/hostname", "/etc/hostname", "https://127.0.0.1:9/a.yaml", "https://127.0.0.1:9/org/repo?ref=v1"] {
        let kustomization = format!("resources: ['{resource}']\n");
        let files = [ComponentFile { path: "overlays/prod/kustomization.yaml", bytes: kustomization.as_bytes() }];
        let answer = tools.render(&files, &mk_rendering()).unwrap();
        assert!(matches!(answer, RenderAnswer::Refused { .. }), "{resource}: {answer:?}");
    }
}
