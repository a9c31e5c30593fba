//! Builds `tollgate.yaml`.

/// A pipeline in the making. Each part is a line of YAML in flow style.
#[derive(Clone, Debug)]
pub struct Pipeline {
    components: Vec<String>,
    environments: Vec<String>,
    packs: Vec<String>,
    policies: Vec<String>,
    gates: Vec<String>,
    rest: Vec<String>,
}

impl Pipeline {
    /// A deployment repository: feature branches to staging, which nothing is promoted from; master to preprod; tags to prod.
    pub fn deployment() -> Self {
        let component = "{path: services/*, type: kubernetes, image: {own: \"registry.example.com/*\", tag: commit-sha}, \
                         source: {repo: \"https://git.example.com/{component}\", branch: master}}";
        let environments = [
            "{name: staging, promotable: false, targets: [{name: staging-apps, role: apps, on: {branch: \"feature/**\"}, directory: {path: ../targets/staging}}]}",
            "{name: preprod, targets: [{name: preprod-apps, role: apps, on: {branch: master}, directory: {path: ../targets/preprod}}]}",
            "{name: prod, after: {all: [preprod]}, targets: [{name: prod-apps, role: apps, on: {tag: \"v*\"}, directory: {path: ../targets/prod}}]}",
        ];
        Self::of(component, &environments).registry("../registry")
    }

    /// An infrastructure repository: merges to Ops, and a tag to Apps once Ops has proven it.
    pub fn infrastructure() -> Self {
        let environment = "{name: staging, targets: [\
            {name: staging-ops, role: ops, on: {branch: master}, directory: {path: ../targets/staging-ops}}, \
            {name: staging-apps, role: apps, on: {tag: \"staging-v*\"}, requires: [staging-ops], directory: {path: ../targets/staging-apps}}]}";
        Self::of("{path: components/*, type: kubernetes}", &[environment])
    }

    fn of(component: &str, environments: &[&str]) -> Self {
        Self {
            components: vec![component.to_owned()],
            environments: environments.iter().map(|environment| (*environment).to_owned()).collect(),
            packs: vec!["builtin:recommended".to_owned()],
            policies: Vec::new(),
            gates: vec!["{name: same-image, policy: builtin:same-image, enforcement: mandatory}".to_owned()],
            rest: Vec::new(),
        }
    }

    /// Other components.
    #[must_use]
    pub fn components(mut self, components: &[&str]) -> Self {
        self.components = components.iter().map(|component| (*component).to_owned()).collect();
        self
    }

    /// Other environments.
    #[must_use]
    pub fn environments(mut self, environments: &[&str]) -> Self {
        self.environments = environments.iter().map(|environment| (*environment).to_owned()).collect();
        self
    }

    /// Other packs.
    #[must_use]
    pub fn packs(mut self, packs: &[&str]) -> Self {
        self.packs = packs.iter().map(|pack| (*pack).to_owned()).collect();
        self
    }

    /// One more policy.
    #[must_use]
    pub fn policy(mut self, policy: &str) -> Self {
        self.policies.push(policy.to_owned());
        self
    }

    /// One more gate.
    #[must_use]
    pub fn gate(mut self, gate: &str) -> Self {
        self.gates.push(gate.to_owned());
        self
    }

    /// No gate but those of packs.
    #[must_use]
    pub fn without_gates(mut self) -> Self {
        self.gates.clear();
        self
    }

    /// Where tags are resolved.
    #[must_use]
    pub fn registry(mut self, layout: &str) -> Self {
        self.rest.retain(|line| !line.starts_with("registry:"));
        self.rest.push(format!("registry: {{layout: {layout}}}"));
        self
    }

    /// Any other line.
    #[must_use]
    pub fn line(mut self, line: &str) -> Self {
        self.rest.push(line.to_owned());
        self
    }

    /// Other words in environments and other lines.
    #[must_use]
    pub fn replace(mut self, from: &str, to: &str) -> Self {
        for line in self.environments.iter_mut().chain(&mut self.rest) {
            *line = line.replace(from, to);
        }
        self
    }

    /// Workspaces whose backends are told nothing beside what configurations say.
    #[must_use]
    pub fn without_backend_config(mut self) -> Self {
        let told = regex_lite::Regex::new(r"backendConfig: \{[^{}]*(\{component\}[^{}]*)*\}, ").unwrap();
        for environment in &mut self.environments {
            *environment = told.replace_all(environment, "").into_owned();
        }
        self
    }

    /// How long a recipe stands in preprod before it goes to prod.
    #[must_use]
    pub fn soak(mut self, time: &str) -> Self {
        for environment in &mut self.environments {
            *environment = environment.replace("after: {all: [preprod]}", &format!("after: {{all: [preprod], soak: {time}}}"));
        }
        self
    }

    /// The key for plans with Secrets, for all targets.
    #[must_use]
    pub fn plan_key(mut self, key: &str) -> Self {
        for environment in &mut self.environments {
            let keyed = regex_lite::Regex::new(r"directory: \{path: ([^},]+)\}").unwrap();
            *environment = keyed.replace_all(environment, format!("directory: {{path: ${{1}}, planKey: {{{key}}}}}")).into_owned();
        }
        self
    }

    /// The file.
    pub fn text(&self) -> String {
        let list = |name: &str, items: &[String]| {
            let lines: String = items.iter().map(|item| format!("  - {item}\n")).collect();
            if items.is_empty() { String::new() } else { format!("{name}:\n{lines}") }
        };
        [
            "apiVersion: tollgate.dev/v1alpha1\nkind: Pipeline\n".to_owned(),
            list("components", &self.components),
            list("environments", &self.environments),
            list("packs", &self.packs),
            list("policies", &self.policies),
            list("gates", &self.gates),
            self.rest.iter().map(|line| format!("{line}\n")).collect(),
        ]
        .concat()
    }
}
