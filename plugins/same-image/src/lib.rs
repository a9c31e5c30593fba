//! `same-image`: what was tested is what is promoted, to the byte.
//!
//! Where a recipe enters, every own image must have been built from its branch and have the digest that was recorded then.
//! Everywhere else the recipe must have succeeded, as it is, on every target before.

mod built;
mod evidence;
mod image;
mod proven;
mod rules;
#[cfg(test)]
mod story;

use tollgate_sdk::promotion::{Answer, Finding, Needs, ProposedMove, Request};
use tollgate_sdk::{Description, Level, NoSettings, PluginError, Promotion, export_promotion};

use evidence::Evidence;

struct SameImage;

impl Promotion for SameImage {
    type Settings = NoSettings;

    const DESCRIPTION: Description = Description { name: "same-image", version: env!("CARGO_PKG_VERSION"), rules: &rules::ALL };

    fn needs(_: &NoSettings) -> Needs {
        Needs::BUILT | Needs::PROOFS
    }

    fn decide(_: &NoSettings, request: &Request) -> Result<Answer, PluginError> {
        let promotion = request.promotion()?;
        let evidence = Evidence::of(promotion)?;
        let findings = if !promotion.target.promotable {
            vec![not_judged(promotion)]
        } else if promotion.is_rollback && evidence.stands_on(promotion, &promotion.target.name) {
            Vec::new()
        } else if promotion.target.after.is_empty() && promotion.target.after_any.is_empty() {
            built::judge(promotion, &evidence)
        } else {
            proven::judge(promotion, &evidence)
        };
        Ok(Answer::of(findings))
    }
}

export_promotion!(SameImage);

/// Nothing is promoted from there, so nothing has to be proven there, and nothing is.
fn not_judged(promotion: &ProposedMove) -> Finding {
    let environment = &promotion.target.environment;
    let message =
        format!("environment `{environment}` is not promotable, so its images are not judged, and what runs there proves nothing");
    Finding { level: Some(Level::Note), ..rules::UNPROMOTABLE.of_promotion(message) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::story::{Story, denials, rules_of};
    use tollgate_sdk::testing;

    #[test]
    fn what_it_says_of_itself_is_true() {
        testing::assert_description::<NoSettings>(&SameImage::DESCRIPTION);
    }

    #[test]
    fn a_target_that_nothing_is_promoted_from_gets_a_note_and_no_more() {
        let answer = Story::new("staging").unpromotable().with("cart", "v1", 1).decide();
        assert_eq!(rules_of(&answer), ["unpromotable"]);
        assert!(denials(&answer).is_empty());
    }

    #[test]
    fn a_digest_that_is_none_is_bad_input_and_no_answer() {
        let mut request = Story::new("preprod").with_built("cart", 1, 1).request();
        testing::promotions::proposed_in(&mut request).recipe.components[0].images[0].digest.clear();
        assert!(matches!(testing::decide::<SameImage>("{}", &request), Err(PluginError::BadInput(_))));
    }
}
