//! What the operator can set.

use tollgate_sdk::settings;

use crate::globs;

/// Who is trusted with objects that are in no recipe, and what may be in an object beside what is in its recipe.
#[settings]
pub(crate) struct Settings {
    /// Users (globs) who make objects on behalf of others: what they own, and what they make that is in no recipe, is left to them.
    /// By default, those of Kubernetes' own controllers, its scheduler and its nodes. `*` stays within a part between slashes.
    #[setting(check = globs::check_all, default = [
        "system:kube-controller-manager", "system:cloud-controller-manager", "system:kube-scheduler", "system:node:*",
        "system:serviceaccount:kube-system:attachdetach-controller",
        "system:serviceaccount:kube-system:bootstrap-signer",
        "system:serviceaccount:kube-system:certificate-controller",
        "system:serviceaccount:kube-system:clusterrole-aggregation-controller",
        "system:serviceaccount:kube-system:cronjob-controller",
        "system:serviceaccount:kube-system:daemon-set-controller",
        "system:serviceaccount:kube-system:deployment-controller",
        "system:serviceaccount:kube-system:device-taint-eviction-controller",
        "system:serviceaccount:kube-system:disruption-controller",
        "system:serviceaccount:kube-system:endpoint-controller",
        "system:serviceaccount:kube-system:endpointslice-controller",
        "system:serviceaccount:kube-system:endpointslicemirroring-controller",
        "system:serviceaccount:kube-system:ephemeral-volume-controller",
        "system:serviceaccount:kube-system:expand-controller",
        "system:serviceaccount:kube-system:generic-garbage-collector",
        "system:serviceaccount:kube-system:horizontal-pod-autoscaler",
        "system:serviceaccount:kube-system:job-controller",
        "system:serviceaccount:kube-system:legacy-service-account-token-cleaner",
        "system:serviceaccount:kube-system:namespace-controller",
        "system:serviceaccount:kube-system:node-controller",
        "system:serviceaccount:kube-system:persistent-volume-binder",
        "system:serviceaccount:kube-system:pod-garbage-collector",
        "system:serviceaccount:kube-system:pv-protection-controller",
        "system:serviceaccount:kube-system:pvc-protection-controller",
        "system:serviceaccount:kube-system:replicaset-controller",
        "system:serviceaccount:kube-system:replication-controller",
        "system:serviceaccount:kube-system:resource-claim-controller",
        "system:serviceaccount:kube-system:resourcequota-controller",
        "system:serviceaccount:kube-system:root-ca-cert-publisher",
        "system:serviceaccount:kube-system:route-controller",
        "system:serviceaccount:kube-system:service-account-controller",
        "system:serviceaccount:kube-system:service-cidrs-controller",
        "system:serviceaccount:kube-system:service-controller",
        "system:serviceaccount:kube-system:statefulset-controller",
        "system:serviceaccount:kube-system:storage-version-migrator-controller",
        "system:serviceaccount:kube-system:taint-eviction-controller",
        "system:serviceaccount:kube-system:token-cleaner",
        "system:serviceaccount:kube-system:ttl-after-finished-controller",
        "system:serviceaccount:kube-system:ttl-controller",
        "system:serviceaccount:kube-system:volumeattributesclass-protection-controller",
    ])]
    pub(crate) controllers: Vec<String>,
    /// Further users (globs) who are trusted as `controllers` are: operators, such as `system:serviceaccount:cert-manager:cert-manager`.
    #[setting(check = globs::check_all)]
    pub(crate) operators: Vec<String>,
    /// Fields that may be in an object although they are not in its approved document.
    pub(crate) extra_fields: Vec<ExtraField>,
    /// What puts containers into the pods of others.
    pub(crate) injectors: Vec<Injector>,
}

/// A field that somebody else may add.
#[settings]
pub(crate) struct ExtraField {
    /// Kinds with their group: `Deployment.apps`, or `Service` in the core group. Empty: all kinds.
    pub(crate) kinds: Vec<String>,
    /// A JSON pointer to it, in which `*` stands for one step and `**` for any number of them.
    #[setting(check = check_path)]
    pub(crate) path: String,
}

/// What puts a container into the pods of others. A container is its own only if both its name and its image fit.
#[settings]
pub(crate) struct Injector {
    /// The container's name (a glob): `istio-proxy`.
    #[setting(check = |glob: &String| globs::check(glob))]
    pub(crate) container: String,
    /// The container's image (a glob): `registry.example.com/istio/proxyv2@*`. `*` stays within a path component.
    #[setting(check = |glob: &String| globs::check(glob))]
    pub(crate) image: String,
    /// Names (globs) of volumes that it brings.
    #[setting(check = globs::check_all)]
    pub(crate) volumes: Vec<String>,
    /// Labels and annotations (globs) that it sets: `sidecar.istio.io/*`.
    #[setting(check = globs::check_all)]
    pub(crate) metadata: Vec<String>,
}

impl Settings {
    /// Whether a user makes objects on behalf of others.
    pub(crate) fn is_controller(&self, user: &str) -> bool {
        globs::any_fits(&self.controllers, user) || globs::any_fits(&self.operators, user)
    }
}

impl Injector {
    /// Whether a container is the one that it injects.
    pub(crate) fn owns(&self, name: &str, image: &str) -> bool {
        fast_glob::glob_match(&self.container, name) && fast_glob::glob_match(&self.image, image)
    }
}

/// A pointer has a step at least, and says `~` as `~0` or `~1`.
fn check_path(path: &str) -> Result<(), String> {
    let escapes_well = path.split('~').skip(1).all(|rest| rest.starts_with(['0', '1']));
    if path.starts_with('/') && escapes_well {
        return Ok(());
    }
    Err(format!("`{path}` is not a JSON pointer: it must start with `/`, and `~` is written `~0` or `~1`"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ApprovedRecipe;
    use tollgate_sdk::testing;

    fn refused(settings: &str) -> Vec<String> {
        let errors = testing::configure::<ApprovedRecipe>(settings).unwrap_err();
        errors.into_iter().map(|error| error.pointer).collect()
    }

    #[test]
    fn kubernetes_own_controllers_are_known_and_nobody_else_is() {
        let settings = Settings::default();
        for user in [
            "system:serviceaccount:kube-system:replicaset-controller",
            "system:serviceaccount:kube-system:root-ca-cert-publisher",
            "system:kube-controller-manager",
            "system:node:worker-1",
        ] {
            assert!(settings.is_controller(user), "{user}");
        }
        for user in ["alice@example.com", "system:serviceaccount:shop:replicaset-controller", "system:nodes", "system:admin", ""] {
            assert!(!settings.is_controller(user), "{user}");
        }
    }

    #[test]
    fn operators_are_trusted_beside_the_controllers() {
        let settings: Settings = testing::settings(r#"{"operators": ["system:serviceaccount:cert-manager:*"]}"#);
        assert!(settings.is_controller("system:serviceaccount:cert-manager:cert-manager"));
        assert!(settings.is_controller("system:serviceaccount:kube-system:job-controller"));
    }

    #[test]
    fn what_can_fit_nothing_is_refused_at_its_place() {
        assert_eq!(refused(r#"{"controllers": ["["]}"#), ["/controllers"]);
        assert_eq!(refused(r#"{"extraFields": [{"path": "/a"}, {"path": "a"}]}"#), ["/extraFields/1/path"]);
        assert_eq!(refused(r#"{"extraFields": [{}]}"#), ["/extraFields/0/path"]);
        assert_eq!(refused(r#"{"injectors": [{"container": "a", "image": ""}]}"#), ["/injectors/0/image"]);
        assert_eq!(refused(r#"{"injectors": [{"image": "a"}]}"#), ["/injectors/0/container"]);
    }

    #[test]
    fn a_container_is_injected_only_if_name_and_image_fit() {
        let injector = Injector { container: "istio-*".into(), image: "r.example.com/proxy@*".into(), ..Injector::default() };
        assert!(injector.owns("istio-proxy", "r.example.com/proxy@sha256:ab"));
        assert!(!injector.owns("istio-proxy", "evil.example.com/proxy@sha256:ab"));
        assert!(!injector.owns("cart", "r.example.com/proxy@sha256:ab"));
    }
}
