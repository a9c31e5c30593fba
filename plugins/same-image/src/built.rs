//! Where a recipe enters: every own image was built from its branch, and is still what was built.

use tollgate_sdk::promotion::{Built, Component, Finding, Image, ProposedMove};

use crate::evidence::Evidence;
use crate::{image, rules};

pub(crate) fn judge(promotion: &ProposedMove, evidence: &Evidence<'_>) -> Vec<Finding> {
    let components = promotion.recipe.components.iter();
    let own =
        components.flat_map(|component| component.images.iter().filter(|image| image.own).map(move |image| (component, image)));
    own.filter_map(|(component, image)| judge_image(component, image, evidence)).collect()
}

fn judge_image(component: &Component, image: &Image, evidence: &Evidence<'_>) -> Option<Finding> {
    let Some(commit) = image::commit(image) else { return Some(not_a_commit(component, image)) };
    let builds = evidence.builds(image::tagged(image));
    // The first digest that was recorded for a tag stands, whoever recorded another one.
    let Some(&first) = builds.first() else { return Some(not_built(component, image)) };
    if first.digest != image.digest {
        return Some(rebuilt(component, image, first));
    }
    let of_service: Vec<&Built> = builds
        .into_iter()
        .filter(|built| built.service == component.name && built.commit == commit && built.digest == image.digest)
        .collect();
    if of_service.is_empty() {
        return Some(built_by_another(component, image, first));
    }
    let Some(source) = &component.source else { return Some(no_source(component, image)) };
    if of_service.iter().any(|built| built.branch == source.branch) {
        None
    } else {
        Some(wrong_branch(component, image, &of_service, &source.branch))
    }
}

fn not_a_commit(component: &Component, image: &Image) -> Finding {
    let message = format!("own image `{}` is not tagged with a commit, so nobody can say what it was built from", image.reference);
    rules::NOT_A_COMMIT
        .of_component(&component.name, message)
        .fix("Tag the image with the whole id of the commit that it is built from (40 lower-case hex digits)")
}

fn not_built(component: &Component, image: &Image) -> Finding {
    let message = format!("own image `{}` with digest `{}` has no record of its build", image::tagged(image), image.digest);
    rules::NOT_BUILT
        .of_component(&component.name, message)
        .fix("Run `tollgate service record` in the service's repository, after the image was pushed")
}

fn built_by_another(component: &Component, image: &Image, built: &Built) -> Finding {
    let message = format!(
        "own image `{}` was recorded as built by service `{}` from commit `{}`, not by `{}` from the commit that its tag names",
        image::tagged(image),
        built.service,
        built.commit,
        component.name
    );
    rules::NOT_BUILT.of_component(&component.name, message).fix("Use an image that this service has built and recorded")
}

fn rebuilt(component: &Component, image: &Image, built: &Built) -> Finding {
    let message = format!(
        "own image `{}` now has digest `{}`, but was built with digest `{}` (ledger entry {})",
        image::tagged(image),
        image.digest,
        built.digest,
        built.entry
    );
    rules::REBUILT
        .of_component(&component.name, message)
        .fix(format!("Push `{}` under the tag again, or build a new commit and use its image", built.digest))
}

fn no_source(component: &Component, image: &Image) -> Finding {
    let message = format!(
        "own image `{}` has no branch that it must come from: component `{}` has no `source`",
        image::tagged(image),
        component.name
    );
    rules::WRONG_BRANCH
        .of_component(&component.name, message)
        .fix("Set `source` of the component to the service's repository and branch")
}

fn wrong_branch(component: &Component, image: &Image, built: &[&Built], wanted: &str) -> Finding {
    let branches: Vec<String> = built.iter().map(|built| format!("`{}`", built.branch)).collect();
    let message =
        format!("own image `{}` was built from branch {}, not from `{wanted}`", image::tagged(image), branches.join(" and "));
    rules::WRONG_BRANCH
        .of_component(&component.name, message)
        .fix(format!("Merge the change into `{wanted}` and use the image that is built from there"))
}

#[cfg(test)]
mod tests {
    use tollgate_sdk::testing::promotions::proposed_in;

    use crate::story::{BRANCH, Story, commit, denials, digest, rules_of};

    #[test]
    fn an_image_that_was_built_from_its_branch_passes() {
        let answer = Story::new("preprod").with_built("cart", 1, 1).decide();
        assert!(rules_of(&answer).is_empty(), "{answer:?}");
    }

    #[test]
    fn an_image_that_nobody_built_is_denied_with_the_command_that_records_it() {
        let answer = Story::new("preprod").with("cart", &commit(1), 1).decide();
        assert_eq!(rules_of(&answer), ["not-built"]);
        assert!(denials(&answer)[0].remediation.as_ref().unwrap().contains("tollgate service record"));
    }

    #[test]
    fn a_tag_that_was_pushed_again_is_denied_with_both_digests() {
        let answer = Story::new("preprod").with("cart", &commit(1), 2).built("cart", 1, BRANCH, 1).decide();
        assert_eq!(rules_of(&answer), ["rebuilt"]);
        let message = &denials(&answer)[0].message;
        assert!(message.contains(&digest(1)) && message.contains(&digest(2)), "{message}");
    }

    #[test]
    fn the_first_digest_recorded_for_a_tag_stands() {
        let story = Story::new("preprod").built("cart", 1, BRANCH, 1).built("cart", 1, BRANCH, 2);
        assert_eq!(rules_of(&story.clone().with("cart", &commit(1), 2).decide()), ["rebuilt"]);
        assert!(rules_of(&story.with("cart", &commit(1), 1).decide()).is_empty());
    }

    #[test]
    fn a_tag_that_is_no_commit_is_denied_whatever_was_recorded() {
        for tag in ["v0.10.6", "latest", &commit(1)[1..], &commit(11).to_uppercase()] {
            assert_eq!(
                rules_of(&Story::new("preprod").with("cart", tag, 1).built("cart", 1, BRANCH, 1).decide()),
                ["not-a-commit"],
                "{tag}"
            );
        }
    }

    #[test]
    fn a_build_from_another_branch_is_denied_until_the_commit_is_on_the_right_one() {
        let story = Story::new("preprod").with("cart", &commit(1), 1).built("cart", 1, "feature/x", 1);
        let answer = story.clone().decide();
        assert_eq!(rules_of(&answer), ["wrong-branch"]);
        assert!(denials(&answer)[0].message.contains("from branch `feature/x`, not from `master`"));
        assert!(rules_of(&story.built("cart", 1, BRANCH, 1).decide()).is_empty());
    }

    #[test]
    fn a_component_without_a_source_has_no_branch_to_come_from() {
        let mut request = Story::new("preprod").with_built("cart", 1, 1).request();
        proposed_in(&mut request).recipe.components[0].source = None;
        assert_eq!(rules_of(&crate::story::decide(&request)), ["wrong-branch"]);
    }

    #[test]
    fn another_services_record_does_not_count() {
        let mut request = Story::new("preprod").with_built("cart", 1, 1).request();
        proposed_in(&mut request).built[0].service = "checkout".to_owned();
        assert_eq!(rules_of(&crate::story::decide(&request)), ["not-built"]);
        let mut request = Story::new("preprod").with_built("cart", 1, 1).request();
        proposed_in(&mut request).built[0].commit = commit(2);
        assert_eq!(rules_of(&crate::story::decide(&request)), ["not-built"]);
    }

    #[test]
    fn each_bad_component_is_named_and_no_other() {
        let answer =
            Story::new("preprod").with_built("cart", 1, 1).with("checkout", &commit(2), 2).with_built("email", 3, 3).decide();
        assert_eq!(denials(&answer).iter().map(crate::story::subject).collect::<Vec<_>>(), ["checkout"]);
    }

    #[test]
    fn third_party_images_are_not_asked_who_built_them() {
        let answer = Story::new("preprod").with_built("cart", 1, 1).with_third_party("cart", 9).decide();
        assert!(rules_of(&answer).is_empty());
    }
}
