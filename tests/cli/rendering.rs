//! Components that kustomize and Helm render.

use tollgate_tests::RenderedShop;

const OVERLAY: &str = "services/cart/overlays/prod/kustomization.yaml";
const BASE: &str = "services/cart/base/deployment.yaml";

#[test]
fn what_is_rendered_is_judged_and_what_it_is_rendered_from_is_listed() {
    let Some(shop) = RenderedShop::new() else { return };
    let report = shop.tollgate(&["check", "-o", "json"]).run().exits(0).json();
    assert_eq!(report["counts"]["documents"], 6, "three environments of two services: {report}");
    let listed = |file: &str| {
        let all = report["notEvaluated"].as_array().unwrap();
        all.iter().any(|entry| entry["file"] == file && entry["why"] == "it is an input of the rendering")
    };
    for file in
        [BASE, OVERLAY, "services/store/Chart.yaml", "services/store/templates/deployment.yaml", "services/store/values.yaml"]
    {
        assert!(listed(file), "{file}: {report}");
    }
}

#[test]
fn a_finding_stands_where_the_object_was_written_and_names_its_environments() {
    let Some(shop) = RenderedShop::new() else { return };
    let privileged = "resources: [../../base]\npatches:\n- patch: |\n    - op: add\n      path: /spec/template/spec/hostNetwork\n      value: true\n  target: {kind: Deployment}\n";
    shop.shop.deployment.write(OVERLAY, privileged);
    let answer = shop.tollgate(&["check", "-o", "json"]).run().exits(10);
    let findings = answer.findings();
    let finding = findings.iter().find(|finding| finding["level"] == "deny").unwrap();
    assert_eq!((finding["file"].as_str(), finding["line"].as_u64()), (Some(BASE), Some(12)), "{finding}");
    assert_eq!(finding["document"]["renderedFor"], serde_json::json!(["prod"]), "{finding}");
    shop.tollgate(&["check"]).run().exits(10).says(&["rendered for prod", BASE]);
}

#[test]
fn the_same_finding_of_all_environments_is_one_finding() {
    let Some(shop) = RenderedShop::new() else { return };
    shop.shop.deployment.edit(BASE, |text| text.replace("{runAsNonRoot: true}", "{runAsNonRoot: false}"));
    shop.shop
        .deployment
        .edit("services/store/templates/deployment.yaml", |text| text.replace("{runAsNonRoot: true}", "{runAsNonRoot: false}"));
    let findings = shop.tollgate(&["check", "-o", "json"]).run().findings();
    let of = |file: &str| findings.iter().filter(|finding| finding["file"] == file && finding["line"] == 13).collect::<Vec<_>>();
    for file in [BASE, "services/store/templates/deployment.yaml"] {
        let found = of(file);
        let mut rules: Vec<&str> = found.iter().map(|finding| finding["rule"].as_str().unwrap()).collect();
        rules.dedup();
        assert_eq!((found.len(), found.is_empty()), (rules.len(), false), "{file}: {findings:?}");
        assert_eq!(found[0]["document"]["renderedFor"], serde_json::json!(["preprod", "prod", "staging"]));
    }
}

#[test]
fn a_revision_is_rendered_from_git_and_a_proposal_beside_its_base() {
    let Some(shop) = RenderedShop::new() else { return };
    shop.shop.deployment.write(OVERLAY, "resources: ['https://example.com/base']\n");
    shop.tollgate(&["check", "--rev", "HEAD"]).run().exits(0);
    shop.shop.deployment.switch("proposal");
    shop.shop.deployment.commit("a remote base");
    let answer = shop.tollgate(&["check", "--base", "master", "-o", "json"]).run().exits(10);
    assert!(
        answer.findings().iter().any(|finding| finding["rule"] == "render/remote" && finding["status"] == "new"),
        "{}",
        answer.raw()
    );
}

#[test]
fn whatever_leads_out_of_the_component_is_denied_at_its_line_before_a_tool_starts() {
    let Some(shop) = RenderedShop::new() else { return };
    let denials = |kustomization: &str| {
        shop.shop.deployment.write(OVERLAY, kustomization);
        shop.denials()
    };
    for (text, rule) in [
        ("resources:\n- https://example.com/a.yaml\n", "render/remote"),
        ("resources:\n- git@example.com:org/repo\n", "render/remote"),
        ("resources:\n- ../../../store\n", "render/outside"),
        ("patches:\n- path: /etc/passwd\n", "render/outside"),
        ("resources:\n- nowhere.yaml\n", "render/missing"),
        ("helmCharts:\n- name: redis\n", "render/plugin"),
        (
            "transformers:\n- |\n  apiVersion: example.com/v1\n  kind: Exec\n  metadata:\n    name: a\n    annotations:\n      config.kubernetes.io/function: 'exec: {path: ./x.sh}'\n",
            "render/plugin",
        ),
        ("namespace: a\nRESOURCES: ['https://example.com/a']\n", "render/unknown-field"),
    ] {
        let found = denials(text);
        let line = match text.split(':').next() {
            Some("helmCharts") => 1,
            Some("transformers") => 3,
            _ => 2,
        };
        assert_eq!(found.len(), 1, "{text}: {found:?}");
        assert!(found[0].contains(rule), "{text}: {found:?}");
        let place = shop.tollgate(&["check"]).run().raw();
        assert!(place.contains(&format!("{OVERLAY}:{line}")), "{text}: {place}");
    }
}

#[test]
fn a_link_in_a_component_is_denied_and_followed_by_nobody() {
    let Some(shop) = RenderedShop::new() else { return };
    let secret = shop
        .shop
        .world
        .write("outside/secret.yaml", "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: stolen}\ndata: {a: hunter22}\n");
    std::os::unix::fs::symlink(&secret, shop.shop.deployment.path().join("services/cart/overlays/prod/link.yaml")).unwrap();
    shop.shop.deployment.write(OVERLAY, "resources: [../../base, link.yaml]\n");
    let answer = shop.tollgate(&["check"]).run().exits(10);
    answer.says(&["source/symlink", "render/missing"]);
    assert!(!answer.raw().contains("hunter22"));
}

#[test]
fn a_missing_tool_is_named_with_what_to_do() {
    let Some(shop) = RenderedShop::new() else { return };
    let answer = shop.tollgate(&["check"]).env("TOLLGATE_KUSTOMIZE", "/nowhere/kustomize").run().exits(12);
    answer.says(&["`kustomize` renders a component, and is not installed", "TOLLGATE_KUSTOMIZE"]);
}

#[test]
fn a_tool_that_hangs_or_crashes_blocks() {
    let Some(shop) = RenderedShop::new() else { return };
    let hanging = shop.with_script("/bin/sleep 100", &["check"]).env("TOLLGATE_RENDER_TIMEOUT", "2").run().exits(13);
    hanging.says(&["not done after 2 s"]);
    shop.with_script("exit 2", &["check"]).run().exits(13).says(&["crashed (status 2)"]);
    shop.with_script("/usr/bin/head -c 100000000 /dev/zero", &["check"]).run().exits(10).says(&["render/too-large"]);
}

#[test]
fn what_a_tool_refuses_is_a_finding_with_its_words() {
    let Some(shop) = RenderedShop::new() else { return };
    shop.shop.deployment.write("services/store/templates/broken.yaml", "a: {{ required \"say which\" .Values.which }}\n");
    shop.tollgate(&["check"]).run().exits(10).says(&["render/failed", "say which", "services/store/Chart.yaml"]);
}

#[test]
fn charts_are_whole_and_the_same_each_time() {
    let Some(shop) = RenderedShop::new() else { return };
    let chart = "apiVersion: v2\nname: store\nversion: 0.1.0\ndependencies:\n- {name: redis, version: 1.0.0, repository: 'https://example.com'}\n";
    shop.shop.deployment.write("services/store/Chart.yaml", chart);
    shop.tollgate(&["check"]).run().exits(10).says(&["render/dependency", "`redis`", "services/store/Chart.yaml:5"]);
    shop.shop.deployment.write("services/store/Chart.yaml", "apiVersion: v2\nname: store\nversion: 0.1.0\n");
    let random = "apiVersion: v1\nkind: ConfigMap\nmetadata: {name: random}\ndata: {a: '{{ randAlphaNum 12 }}'}\n";
    shop.shop.deployment.write("services/store/templates/random.yaml", random);
    shop.tollgate(&["check"]).run().exits(10).says(&["render/not-deterministic", "templates/random.yaml:4"]);
}

#[test]
fn values_of_generated_secrets_are_shown_nowhere() {
    let Some(shop) = RenderedShop::new() else { return };
    let value = "hunter2-of-the-generator";
    let generator = format!(
        "resources: [../../base]\nsecretGenerator:\n- name: key\n  literals: [password={value}]\n- name: key-b\n  envs: [missing.env]\n"
    );
    shop.shop.deployment.write("services/cart/overlays/preprod/kustomization.yaml", &generator);
    let shown = |answer: tollgate_tests::Answer| {
        for form in tollgate_tests::secret_forms(value) {
            assert!(!answer.raw().contains(&form), "{}", answer.raw());
        }
    };
    shown(shop.tollgate(&["check"]).run().exits(10));
    shop.shop
        .deployment
        .write("services/cart/overlays/preprod/kustomization.yaml", generator.split("- name: key-b").next().unwrap());
    shown(shop.tollgate(&["check", "-o", "json"]).run());
    shop.shop.deployment.deliver("master", "a secret");
    shown(shop.tollgate(&["plan", "master"]).run());
    shown(shop.tollgate(&["plan", "master", "-o", "json"]).run());
    shown(shop.tollgate(&["render", "master"]).run());
    shown(shop.promote("master"));
}

#[test]
fn the_program_is_part_of_the_recipe_and_another_one_renders_no_recorded_recipe() {
    let Some(shop) = RenderedShop::new() else { return };
    let recipe = shop.tollgate(&["recipe", "build", "HEAD", "-o", "json"]).run().exits(0).json();
    let renderer = &recipe["components"][0]["renderers"][0];
    assert_eq!((&renderer["name"], &renderer["version"]), (&"kustomize".into(), &"v5.8.2".into()), "{recipe}");
    shop.tollgate(&["recipe", "build", "HEAD"]).run().exits(0).says(&["cart is rendered by kustomize v5.8.2"]);
    shop.promote("master").exits(0);
    shop.tollgate(&["drift"]).run().exits(0);
    let other = shop.with_script("exit 1", &["drift"]).run().exits(12);
    other.says(&["v5.8.2", "v0.0.1", renderer["digest"].as_str().unwrap()]);
}
