//! only-proven-images (§12.6): random stories of builds, pushes, branches, merges, tags and promotions. No digest reaches prod
//! that did not run in preprod first, and none reaches preprod that was not recorded as built from master.

use std::collections::BTreeSet;

use proptest::prelude::*;
use proptest::test_runner::{Config, RngAlgorithm, TestRng, TestRunner};
use tollgate_tests::{Build, Shop, soak};

#[derive(Clone, Debug)]
enum Step {
    /// A new build; recorded or not, from master or from a feature branch.
    Build {
        recorded: bool,
        feature: bool,
    },
    /// Other contents under the tag of an earlier build.
    PushAgain(usize),
    /// An earlier build goes into the manifests on master.
    Deliver(usize),
    /// The manifest is changed by hand.
    ByHand(u8),
    PromoteMaster,
    /// A tag of what master has now, promoted.
    Tag,
    /// An earlier tag, promoted again.
    TagAgain(usize),
    /// Past what `on` says.
    Force,
}

fn any_step() -> impl Strategy<Value = Step> {
    prop_oneof![
        3 => (any::<bool>(), prop::bool::weighted(0.3)).prop_map(|(recorded, feature)| Step::Build { recorded, feature }),
        2 => (0usize..6).prop_map(Step::PushAgain),
        3 => (0usize..6).prop_map(Step::Deliver),
        1 => (1u8..9).prop_map(Step::ByHand),
        4 => Just(Step::PromoteMaster),
        3 => Just(Step::Tag),
        1 => (0usize..4).prop_map(Step::TagAgain),
        1 => Just(Step::Force),
    ]
}

struct Story {
    shop: Shop,
    builds: Vec<Build>,
    /// Digests that were recorded as built from master.
    recorded: BTreeSet<String>,
    /// Digests that ran in preprod.
    tested: BTreeSet<String>,
    tags: u32,
}

impl Story {
    fn new() -> Self {
        let shop = Shop::new(&["cart"]);
        let build = shop.last_build("cart");
        let recorded = BTreeSet::from([build.digest.clone()]);
        Self { shop, builds: vec![build], recorded, tested: BTreeSet::new(), tags: 0 }
    }

    fn step(&mut self, number: usize, step: &Step) {
        let shop = &self.shop;
        match step {
            Step::Build { recorded, feature } => {
                let branch = if *feature { "feature/x" } else { "master" };
                shop.service("cart").switch(branch);
                let build = shop.build("cart", &format!("step {number}"));
                shop.service("cart").switch("master");
                if *recorded {
                    shop.record(&build, branch).exits(0);
                    if !*feature {
                        self.recorded.insert(build.digest.clone());
                    }
                }
                self.builds.push(build);
            }
            Step::PushAgain(which) => {
                let build = &self.builds[which % self.builds.len()];
                shop.registry().push(&build.image, &format!("pushed again in step {number}"));
            }
            Step::Deliver(which) => {
                shop.use_image(&self.builds[which % self.builds.len()]);
                shop.deployment.deliver("master", "another image");
            }
            Step::ByHand(replicas) => {
                let text = shop.deployment.read("services/cart/deployment.yaml");
                let line = text.lines().find(|line| line.contains("replicas:")).unwrap().to_owned();
                shop.deployment.write("services/cart/deployment.yaml", text.replace(&line, &format!("  replicas: {replicas}")));
                shop.deployment.deliver("master", "by hand");
            }
            Step::PromoteMaster => self.promote(&["promote", "master"]),
            Step::Tag => {
                self.tags += 1;
                shop.deployment.tag(&format!("v{}", self.tags));
                self.promote(&["promote", &format!("v{}", self.tags)]);
            }
            Step::TagAgain(which) if self.tags > 0 => self.promote(&["promote", &format!("v{}", 1 + which % self.tags as usize)]),
            Step::TagAgain(_) => {}
            Step::Force => self.promote(&["promote", "master", "--to", "prod-apps"]),
        }
    }

    fn promote(&self, arguments: &[&str]) {
        let answer = self.shop.tollgate(arguments).run();
        assert!([0, 10].contains(&answer.exit), "{}", answer.raw());
    }

    fn check(&mut self) {
        let preprod: BTreeSet<String> = self.shop.target("preprod").digests().into_iter().collect();
        assert!(preprod.is_subset(&self.recorded), "preprod runs what nobody recorded: {preprod:?}");
        self.tested.extend(preprod);
        let prod: BTreeSet<String> = self.shop.target("prod").digests().into_iter().collect();
        assert!(prod.is_subset(&self.tested), "prod runs what preprod never did: {prod:?}");
    }
}

#[test]
fn no_digest_reaches_an_environment_before_it_was_proven_in_the_one_before() {
    let config = Config { cases: soak(4), max_shrink_iters: 0, failure_persistence: None, ..Config::default() };
    let mut runner = TestRunner::new_with_rng(config, TestRng::deterministic_rng(RngAlgorithm::ChaCha));
    let stories = prop::collection::vec(any_step(), 8..16);
    let told = runner.run(&stories, |steps| {
        let mut story = Story::new();
        for (number, step) in steps.iter().enumerate() {
            story.step(number, step);
            story.check();
        }
        Ok(())
    });
    told.unwrap();
}
