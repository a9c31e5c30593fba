//! Where a new service goes in the deployment repository.

use std::collections::BTreeSet;

use camino::Utf8Path;
use tollgate_core::image::ImageReference;
use tollgate_core::pipeline::{ComponentSpec, Pipeline};
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

/// The directory of services where tollgate.yaml has none yet.
const FIRST: &str = "services";

/// The longest name: Kubernetes has names of services that become names of hosts (RFC 1123).
const LONGEST_NAME: usize = 63;

/// A directory for a new service.
#[derive(Clone, Debug)]
pub(crate) struct Home<'p> {
    pub(crate) path: String,
    /// The entry of tollgate.yaml that takes it in; nothing: one has to be added.
    pub(crate) spec: Option<&'p ComponentSpec>,
}

/// Refuses names that are no names of hosts.
pub(crate) fn require_name(name: &str) -> Result<(), Failure> {
    let inner = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-';
    let is_name =
        !name.is_empty() && name.len() <= LONGEST_NAME && name.bytes().all(inner) && !name.starts_with('-') && !name.ends_with('-');
    if is_name {
        return Ok(());
    }
    let failure = Failure::of_message(ExitCode::Usage, format!("`{name}` can't be the name of a service"));
    Err(failure.with_hint(format!("names are up to {LONGEST_NAME} of a-z, 0-9 and `-`, and neither start nor end with `-`")))
}

impl<'p> Home<'p> {
    /// The directory that was named, else one beside the others.
    pub(crate) fn choose(pipeline: &'p Pipeline, name: &str, given: Option<&str>) -> Result<Self, Failure> {
        let path = match given {
            Some(given) => named(given, name)?,
            None => beside(pipeline, name),
        };
        let spec = pipeline.components.iter().find(|spec| spec.path.matches(&path));
        Ok(Self { path, spec })
    }

    /// Refuses a directory that something is in the way of: itself, or a service of the same name elsewhere.
    pub(crate) fn require_free(&self, root: &Utf8Path, pipeline: &Pipeline) -> Result<(), Failure> {
        let invalid = |message: String| Failure::of_message(ExitCode::InvalidConfiguration, message);
        if fs_err::symlink_metadata(root.join(&self.path)).is_ok() {
            return Err(invalid(format!("`{}` exists already, and nothing is overwritten", self.path)));
        }
        let name = self.path.rsplit('/').next().unwrap_or(&self.path);
        match directories(root).into_iter().find(|path| is_component(pipeline, path) && path.ends_with(&format!("/{name}"))) {
            Some(other) => {
                Err(invalid(format!("`{other}` is the service `{name}` already; services are named by their directories")))
            }
            None => Ok(()),
        }
    }

    /// The image where nobody says it: the one that the patterns of own images leave room for.
    pub(crate) fn own_image(&self, name: &str) -> Option<String> {
        let [pattern] = self.spec?.own_images.as_slice() else { return None };
        let image = match pattern.as_str().rsplit_once('/') {
            Some((place, "*")) => format!("{place}/{name}"),
            _ => pattern.as_str().to_owned(),
        };
        let image: ImageReference = image.parse().ok()?;
        self.spec?.owns(&image).then(|| image.to_string())
    }
}

pub(crate) fn is_component(pipeline: &Pipeline, path: &str) -> bool {
    pipeline.components.iter().any(|spec| spec.path.matches(path))
}

fn named(given: &str, name: &str) -> Result<String, Failure> {
    let path = given.trim_end_matches('/');
    let steps: Vec<&str> = path.split('/').collect();
    let leads_astray = steps.iter().any(|step| step.is_empty() || *step == "." || *step == ".." || *step == ".git");
    if leads_astray || steps.last() != Some(&name) {
        let message = format!("`{given}` can't be the directory of `{name}`");
        let hint = "the directory is relative to the repository's root, and its last step is the name of the service";
        return Err(Failure::of_message(ExitCode::Usage, message).with_hint(hint));
    }
    Ok(path.to_owned())
}

fn beside(pipeline: &Pipeline, name: &str) -> String {
    let is_plain = |path: &str| !path.contains(['*', '?', '[', ']', '{', '}', '\\']);
    let parents = pipeline.components.iter().filter_map(|spec| Some((spec, spec.path.as_str().rsplit_once('/')?.0)));
    let parents: Vec<(&ComponentSpec, &str)> = parents.filter(|(_, parent)| is_plain(parent)).collect();
    let taken_in =
        parents.iter().map(|(spec, parent)| (spec, format!("{parent}/{name}"))).find(|(spec, path)| spec.path.matches(path));
    match (taken_in, parents.first()) {
        (Some((_, path)), _) => path,
        (None, Some((_, parent))) => format!("{parent}/{name}"),
        (None, None) => format!("{FIRST}/{name}"),
    }
}

/// All directories below the root that git does not ignore, relative to it.
pub(crate) fn directories(root: &Utf8Path) -> BTreeSet<String> {
    let walk = ignore::WalkBuilder::new(root).hidden(false).filter_entry(|entry| entry.file_name() != ".git").build();
    let directories = walk.flatten().filter(|entry| entry.file_type().is_some_and(|kind| kind.is_dir()));
    directories.filter_map(|entry| Some(Utf8Path::from_path(entry.path())?.strip_prefix(root).ok()?.to_string())).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::tests::world::{glob, mk_component_spec, mk_pipeline};

    fn mk_components(patterns: &[&str]) -> Pipeline {
        Pipeline { components: patterns.iter().map(|pattern| mk_component_spec(pattern)).collect(), ..mk_pipeline() }
    }

    fn home(patterns: &[&str], given: Option<&str>) -> (String, bool) {
        let pipeline = mk_components(patterns);
        let home = Home::choose(&pipeline, "cart", given).unwrap();
        (home.path, home.spec.is_some())
    }

    #[test]
    fn a_new_service_goes_beside_the_others() {
        let pair = |path: &str, taken_in: bool| (path.to_owned(), taken_in);
        assert_eq!(home(&["services/*"], None), pair("services/cart", true));
        assert_eq!(home(&["infra/network", "teams/*/*", "apps/*"], None), pair("apps/cart", true));
        assert_eq!(home(&["apps/mail", "apps/shop"], None), pair("apps/cart", false));
        assert_eq!(home(&["mail"], None), pair("services/cart", false));
        assert_eq!(home(&["services/*"], Some("teams/a/cart/")), pair("teams/a/cart", false));
        assert_eq!(home(&["teams/*/*"], Some("teams/a/cart")), pair("teams/a/cart", true));
    }

    #[test]
    fn a_directory_that_leads_astray_or_has_another_name_is_refused() {
        for given in ["../cart", "/cart", "a/../cart", "services/mail", "", "./cart", ".git/cart", "a//cart"] {
            let failure = Home::choose(&mk_components(&["services/*"]), "cart", Some(given)).unwrap_err();
            assert_eq!(failure.exit, ExitCode::Usage, "{given}");
        }
    }

    #[test]
    fn names_of_hosts_are_names_of_services_and_nothing_else_is() {
        for name in ["cart", "a", "cart-2", "2cart"] {
            require_name(name).unwrap();
        }
        let long = "a".repeat(64);
        for name in ["", "Cart", "a b", "-a", "a-", "a/b", "a.b", "..", "{{name}}", &long] {
            assert_eq!(require_name(name).unwrap_err().exit, ExitCode::Usage, "{name}");
        }
    }

    #[test]
    fn the_image_is_the_one_that_the_patterns_leave_room_for() {
        let own = |patterns: &[&str]| {
            let mut pipeline = mk_components(&["services/*"]);
            pipeline.components[0].own_images = patterns.iter().map(|pattern| glob(pattern)).collect();
            Home::choose(&pipeline, "cart", None).unwrap().own_image("cart")
        };
        assert_eq!(own(&["registry.example.com/*"]).as_deref(), Some("registry.example.com/cart"));
        assert_eq!(own(&["registry.example.com/shop/cart"]).as_deref(), Some("registry.example.com/shop/cart"));
        assert_eq!(own(&["registry.example.com/**"]), None);
        assert_eq!(own(&["a/*", "b/*"]), None);
        assert_eq!(own(&[]), None);
    }

    #[test]
    fn what_is_there_already_is_in_the_way() {
        let directory = tempfile::tempdir().unwrap();
        let root = Utf8Path::from_path(directory.path()).unwrap();
        let pipeline = mk_components(&["services/*", "teams/*/*"]);
        let home = Home::choose(&pipeline, "cart", None).unwrap();
        home.require_free(root, &pipeline).unwrap();
        fs_err::create_dir_all(root.join("teams/a/cart")).unwrap();
        assert!(home.require_free(root, &pipeline).unwrap_err().message.contains("`teams/a/cart`"));
        fs_err::remove_dir_all(root.join("teams")).unwrap();
        fs_err::create_dir_all(root.join("services")).unwrap();
        std::os::unix::fs::symlink("/nowhere", root.join("services/cart")).unwrap();
        assert!(home.require_free(root, &pipeline).unwrap_err().message.contains("exists already"));
    }
}
