//! What the operator can set.

use tollgate_sdk::settings;

use crate::glob;

/// What a plan may do, and what configurations may trust.
#[settings]
pub struct Settings {
    /// Addresses of resources that a plan may destroy, such as `module.preview.*`: a `*` stands for any text, and all else for
    /// itself.
    #[setting(check = fit_something)]
    pub(crate) allow_destroy: Vec<String>,
    /// Addresses of resources that a plan may replace, written as those of `allowDestroy`.
    #[setting(check = fit_something)]
    pub(crate) allow_replace: Vec<String>,
    /// Ports that may be open to the world.
    #[setting(default = [80, 443])]
    pub(crate) open_ports: Vec<u16>,
    /// Tags (on Google Cloud: labels) that every resource has whose type takes some. None: nothing is asked for.
    #[setting(check = are_names)]
    pub(crate) required_tags: Vec<String>,
    /// What the source of a module from git is pinned by: `commit`, a whole commit, or `tag`, a tag of a version as well.
    pub(crate) module_refs: ModuleRefs,
    /// Types of data sources that may reach outside of the providers: `external`, `http`, `terraform_remote_state`.
    #[setting(check = are_names)]
    pub(crate) allow_data: Vec<String>,
}

/// What a reference to a module's repository has to be.
#[settings]
pub(crate) enum ModuleRefs {
    #[default]
    Commit,
    Tag,
}

fn fit_something(patterns: &[String]) -> Result<(), String> {
    let wrong = patterns.iter().find(|pattern| !glob::is_sound(pattern));
    wrong.map_or(Ok(()), |pattern| Err(format!("`{pattern}` is no address, nor a pattern of some: it would fit nothing")))
}

fn are_names(names: &[String]) -> Result<(), String> {
    if names.iter().any(|name| name.trim().is_empty()) { Err("a name must not be empty".to_owned()) } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use crate::TerraformPlan;
    use tollgate_sdk::testing;

    fn refused(settings: &str) -> (String, String) {
        let error = testing::configure::<TerraformPlan>(settings).unwrap_err().remove(0);
        (error.pointer, error.message)
    }

    #[test]
    fn an_unknown_setting_is_refused_with_what_there_is() {
        let (pointer, message) = refused(r#"{"allowDestroys": []}"#);
        assert_eq!(pointer, "/allowDestroys");
        assert!(message.contains("`allowDestroy`"), "{message}");
    }

    #[test]
    fn what_could_never_fit_is_refused() {
        assert_eq!(refused(r#"{"allowDestroy": [""]}"#).0, "/allowDestroy");
        assert_eq!(refused(r#"{"allowReplace": ["a.b", "a b"]}"#).0, "/allowReplace");
        assert_eq!(refused(r#"{"requiredTags": [" "]}"#).0, "/requiredTags");
        assert_eq!(refused(r#"{"allowData": [""]}"#).0, "/allowData");
    }

    #[test]
    fn a_port_is_one_and_a_choice_is_among_words() {
        assert_eq!(refused(r#"{"openPorts": [80, 65536]}"#).0, "/openPorts/1");
        assert_eq!(refused(r#"{"openPorts": ["80"]}"#).0, "/openPorts/0");
        assert_eq!(refused(r#"{"moduleRefs": "branch"}"#).0, "/moduleRefs");
    }

    #[test]
    fn what_is_right_is_taken() {
        let all = r#"{"allowDestroy": ["module.a[\"x y\"].*"], "allowReplace": ["*"], "openPorts": [], "requiredTags": ["owner"],
            "moduleRefs": "tag", "allowData": ["http"]}"#;
        assert!(testing::configure::<TerraformPlan>(all).is_ok());
    }
}
