//! Where a branch of a service goes to in the deployment repository.

use tollgate_core::pipeline::{ComponentSpec, GitReference, Pipeline};
use tollgate_core::ports::ReadRepository;
use tollgate_core::recipe::Provenance;
use tollgate_repo::GitRepository;
use tollgate_report::exit_code::ExitCode;
use tollgate_report::failure::Failure;

use crate::delivery::components::{self, ComponentError};
use crate::exit::fail;

/// A service as the deployment repository has it.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    pub(crate) name: String,
    /// The one directory that is its own.
    pub(crate) path: String,
    pub(crate) spec: ComponentSpec,
}

impl Place {
    /// The service of this name at a commit of the default branch.
    pub(crate) fn find(
        repository: &dyn ReadRepository,
        pipeline: &Pipeline,
        service: &str,
        (default_branch, tip): (&str, &str),
    ) -> Result<Self, Failure> {
        let provenance = Provenance { reference: GitReference::Branch(default_branch.to_owned()), commit: tip.to_owned() };
        let found = match components::at_commit(repository, pipeline, &provenance) {
            Err(ComponentError::NoComponent { .. }) => None,
            other => other.map_err(fail)?.remove(service),
        };
        let found = found.ok_or_else(|| unknown(service, default_branch))?;
        Ok(Self { name: found.name, path: found.path, spec: found.spec })
    }

    /// What to tell somebody whose clone is of another repository than the one that tollgate.yaml names. It is no reason to
    /// refuse: one place has many URLs.
    pub(crate) fn other_source(&self, here: &str) -> Option<String> {
        let source = self.spec.source.as_ref()?.repository.replace("{component}", &self.name);
        let differs = place(&source) != place(here);
        differs.then(|| format!("this is a clone of {here}, and tollgate.yaml says that {} is built from {source}", self.name))
    }

    /// The way of a branch of the service's own repository.
    pub(crate) fn route(&self, branch: &str, default_branch: &str) -> Result<Route, Failure> {
        let Some(source) = &self.spec.source else {
            let message = format!("tollgate.yaml does not say from which branch `{}` is delivered", self.name);
            let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
            return Err(failure.with_hint("give the component `source: {repo: URL, branch: NAME}`"));
        };
        if source.branch == branch {
            return Ok(Route::Default(default_branch.to_owned()));
        }
        let feature = format!("feature/{}/{branch}", self.name);
        if GitRepository::is_branch_name(&feature) {
            return Ok(Route::Feature(feature));
        }
        let failure = Failure::of_message(ExitCode::Usage, format!("git can have no branch `{feature}`"));
        Err(failure.with_hint("rename the branch, or the service"))
    }
}

/// Host and path of a URL, as `https://`, `ssh://` and `host:path` write them alike.
fn place(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    let rest = rest.split_once('@').map_or(rest, |(_, rest)| rest);
    rest.trim_end_matches('/').trim_end_matches(".git").replacen(':', "/", 1).to_lowercase()
}

fn unknown(service: &str, default_branch: &str) -> Failure {
    let message = format!("there is no service `{service}` on `{default_branch}` of the deployment repository");
    let failure = Failure::of_message(ExitCode::InvalidConfiguration, message);
    failure.with_hint(format!(
        "`tollgate service add {service}` there makes one; what it changes in tollgate.yaml counts once `tollgate policy accept` has put it in force"
    ))
}

/// The branch of the deployment repository that something goes to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Route {
    /// What is delivered and promoted.
    Default(String),
    /// The default branch with one service changed: nothing is promoted from where it goes.
    Feature(String),
}

impl Route {
    /// The branch.
    pub(crate) fn branch(&self) -> &str {
        match self {
            Self::Default(branch) | Self::Feature(branch) => branch,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::delivery::tests::world::{MemoryRepository, mk_component_spec, mk_pipeline, mk_tree};

    fn mk_place(name: &str) -> Place {
        Place { name: name.to_owned(), path: format!("services/{name}"), spec: mk_component_spec("services/*") }
    }

    #[test]
    fn the_branch_of_the_source_goes_to_the_default_branch_and_others_to_one_of_their_own() {
        let route = |branch| mk_place("cart").route(branch, "main").unwrap();
        assert_eq!(route("master"), Route::Default("main".to_owned()));
        assert_eq!(route("feature/x"), Route::Feature("feature/cart/feature/x".to_owned()));
        assert_eq!(route("main").branch(), "feature/cart/main");
    }

    #[test]
    fn a_name_that_git_can_not_have_is_refused() {
        for (service, branch) in
            [("cart", "a..b"), ("cart", "x.lock"), ("my cart", "x"), ("cart", ""), ("cart", "a//b"), ("c~1", "x")]
        {
            let failure = mk_place(service).route(branch, "main").unwrap_err();
            assert_eq!(failure.exit, ExitCode::Usage);
            assert!(failure.message.contains(&format!("feature/{service}/{branch}")), "{}", failure.message);
        }
    }

    #[test]
    fn one_repository_has_many_urls_and_another_one_is_told() {
        let place = mk_place("cart");
        for same in [
            "https://git.example.com/cart.git",
            "git@git.example.com:cart",
            "ssh://git@git.example.com/cart/",
            "https://GIT.example.com/cart",
        ] {
            assert_eq!(place.other_source(same), None, "{same}");
        }
        let told = place.other_source("https://git.example.com/mail").unwrap();
        assert!(told.contains("git.example.com/mail") && told.contains("https://git.example.com/cart"), "{told}");
    }

    #[test]
    fn without_a_source_nobody_knows_where_a_branch_goes() {
        let mut place = mk_place("cart");
        place.spec.source = None;
        assert_eq!(place.route("master", "main").unwrap_err().exit, ExitCode::InvalidConfiguration);
    }

    #[test]
    fn a_service_is_found_by_its_name_and_a_missing_one_is_to_be_added() {
        let repository = MemoryRepository::default();
        let commit = repository.commit_tree(mk_tree(&[("services/cart/a.yaml", ""), ("docs/mail/a.yaml", "")]), &[]);
        let find = |name: &str| Place::find(&repository, &mk_pipeline(), name, ("main", &commit));
        assert_eq!(find("cart").unwrap().path, "services/cart");
        for name in ["mail", "services", ""] {
            let failure = find(name).unwrap_err();
            assert_eq!(failure.exit, ExitCode::InvalidConfiguration);
            assert!(failure.hint.unwrap().contains("tollgate service add"));
        }
    }
}
