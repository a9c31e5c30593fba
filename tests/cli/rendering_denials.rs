//! What renderers could do besides rendering, each denied by a test of its own. Where something could be fetched, somebody listens
//! and is asked by nobody.

use tollgate_tests::{Listener, RenderedShop, manifest};

const OVERLAY: &str = "services/cart/overlays/prod/kustomization.yaml";

/// What is denied in the work tree, as `render/remote services/cart/kustomization.yaml:2`.
fn denials(shop: &RenderedShop) -> Vec<String> {
    let findings = shop.tollgate(&["check", "-o", "json"]).run().findings();
    let denies = findings.iter().filter(|finding| finding["level"] == "deny");
    denies.map(|finding| format!("{} {}:{}", finding["rule"], finding["file"], finding["line"]).replace('"', "")).collect()
}

/// The same where the overlay for production says this.
fn with_overlay(shop: &RenderedShop, kustomization: &str) -> Vec<String> {
    shop.shop.deployment.write(OVERLAY, kustomization);
    denials(shop)
}

#[test]
fn a_remote_base_is_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    let listener = Listener::new();
    for base in [format!("{}/base.yaml", listener.url()), format!("{}/org/repo?ref=v1", listener.url())] {
        assert_eq!(with_overlay(&shop, &format!("resources:\n- {base}\n")), [format!("render/remote {OVERLAY}:2")]);
    }
    listener.was_asked_by_nobody();
}

#[test]
fn an_exec_plugin_is_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    let plugin = "apiVersion: example.com/v1\nkind: Exec\nmetadata:\n  name: a\n  annotations:\n    config.kubernetes.io/function: 'exec: {path: ./x.sh}'\n";
    shop.shop.deployment.write("services/cart/overlays/prod/plugin.yaml", plugin);
    for field in ["generators", "transformers", "validators"] {
        assert_eq!(with_overlay(&shop, &format!("{field}:\n- plugin.yaml\n")), [format!("render/plugin {OVERLAY}:2")]);
    }
}

#[test]
fn a_function_in_a_container_is_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    let inline = "transformers:\n- |\n  apiVersion: example.com/v1\n  kind: Fn\n  metadata:\n    name: a\n    annotations:\n      config.kubernetes.io/function: 'container: {image: example.com/fn}'\n";
    assert_eq!(with_overlay(&shop, inline), [format!("render/plugin {OVERLAY}:3")]);
}

#[test]
fn charts_within_a_kustomization_which_enable_helm_would_render_are_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    let listener = Listener::new();
    for (text, line) in [
        (format!("helmCharts:\n- {{name: redis, repo: '{}', version: 1.0.0}}\n", listener.url()), 1),
        ("helmChartInflationGenerator:\n- {chartName: redis}\n".to_owned(), 1),
        (
            "generators:\n- |\n  apiVersion: builtin\n  kind: HelmChartInflationGenerator\n  metadata: {name: a}\n  name: redis\n"
                .to_owned(),
            3,
        ),
    ] {
        assert_eq!(with_overlay(&shop, &text), [format!("render/plugin {OVERLAY}:{line}")], "{text}");
    }
    listener.was_asked_by_nobody();
}

#[test]
fn a_remote_chart_is_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    let listener = Listener::new();
    let chart = format!(
        "apiVersion: v2\nname: store\nversion: 0.1.0\ndependencies:\n- {{name: redis, version: 1.0.0, repository: '{}'}}\n",
        listener.url()
    );
    shop.shop.deployment.write("services/store/Chart.yaml", chart);
    assert_eq!(denials(&shop), ["render/dependency services/store/Chart.yaml:5"]);
    listener.was_asked_by_nobody();
}

#[test]
fn a_remote_schema_of_values_is_denied() {
    let Some(shop) = RenderedShop::new() else { return };
    let listener = Listener::new();
    shop.shop.deployment.write("services/store/values.schema.json", format!("{{\"$ref\": \"{}/s.json\"}}\n", listener.url()));
    assert_eq!(denials(&shop), ["render/remote services/store/values.schema.json:1"]);
    listener.was_asked_by_nobody();
}

#[test]
fn a_post_renderer_can_not_be_configured() {
    let Some(shop) = RenderedShop::new() else { return };
    let before = shop.shop.deployment.read("tollgate.yaml");
    for key in ["postRenderer: ./x.sh", "postRendererArgs: [a]"] {
        shop.shop.deployment.write("tollgate.yaml", before.replace("{helm: {", &format!("{{helm: {{{key}, ")));
        let name = key.split(':').next().unwrap();
        shop.tollgate(&["check"]).run().exits(12).says(&[name]);
    }
    // Nor does it slip in as the name of a release.
    shop.shop.deployment.write("tollgate.yaml", before.replace("{helm: {", "{helm: {release: --post-renderer, "));
    shop.tollgate(&["check"]).run().exits(12).says(&["--post-renderer"]);
}

#[test]
fn lookup_asks_no_cluster_and_finds_nothing() {
    let Some(shop) = RenderedShop::new() else { return };
    let listener = Listener::new();
    let kubeconfig = format!(
        "apiVersion: v1\nkind: Config\ncurrent-context: a\nclusters: [{{name: a, cluster: {{server: '{}'}}}}]\ncontexts: [{{name: a, context: {{cluster: a, user: a}}}}]\nusers: [{{name: a, user: {{}}}}]\n",
        listener.url()
    );
    let kubeconfig = shop.shop.world.write("home/.kube/config", kubeconfig);
    let template =
        manifest::config_map("found", "x").replace("\"x\"", "{{ lookup \"v1\" \"Secret\" \"default\" \"a\" | toJson | quote }}");
    shop.shop.deployment.write("services/store/templates/lookup.yaml", template);
    shop.shop.deployment.deliver("master", "a lookup");
    let rendered = shop.tollgate(&["render", "master"]).env("KUBECONFIG", kubeconfig.as_str()).run().exits(0);
    rendered.says(&["name: found", "value: \"{}\""]);
    listener.was_asked_by_nobody();
}
