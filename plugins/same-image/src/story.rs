//! Requests as they come about, for tests.

use tollgate_sdk::promotion::{Answer, Built, Component, Finding, Image, Proof, Recipe, Request, Role, Source, Subject, Target};
use tollgate_sdk::testing;
use tollgate_sdk::testing::promotions::{promotion_request, proposed_in};

use crate::SameImage;

pub(crate) const BRANCH: &str = "master";

pub(crate) fn commit(number: u32) -> String {
    format!("{number:040x}")
}

pub(crate) fn digest(number: u32) -> String {
    format!("sha256:{number:064x}")
}

pub(crate) fn component(name: &str, tag: &str, digest_number: u32) -> Component {
    let reference = format!("registry.example.com/{name}:{tag}");
    Component {
        name: name.to_owned(),
        tree: format!("tree-of-{name}"),
        images: vec![Image { reference, digest: digest(digest_number), own: true, source_commit: None }],
        source: Some(Source { repository: format!("https://git.example.com/{name}"), branch: BRANCH.to_owned() }),
    }
}

/// The id is a function of the contents, as the host's is.
pub(crate) fn recipe(components: Vec<Component>) -> Recipe {
    Recipe { id: format!("sha256:{components:?}"), components }
}

/// A request that is told step by step.
#[derive(Clone, Debug)]
pub(crate) struct Story {
    target: Target,
    components: Vec<Component>,
    built: Vec<Built>,
    proofs: Vec<Proof>,
}

impl Story {
    /// A promotion to the apps target of an environment that nothing comes before.
    pub(crate) fn new(environment: &str) -> Self {
        let target = Target {
            name: format!("{environment}-apps"),
            environment: environment.to_owned(),
            role: Role::Apps,
            promotable: true,
            after: Vec::new(),
            after_any: Vec::new(),
        };
        Self { target, components: Vec::new(), built: Vec::new(), proofs: Vec::new() }
    }

    pub(crate) fn unpromotable(mut self) -> Self {
        self.target.promotable = false;
        self
    }

    pub(crate) fn after(mut self, target: &str) -> Self {
        self.target.after.push(target.to_owned());
        self
    }

    /// A component of the recipe with one own image.
    pub(crate) fn with(mut self, name: &str, tag: &str, digest_number: u32) -> Self {
        self.components.push(component(name, tag, digest_number));
        self
    }

    pub(crate) fn with_tree(mut self, tree: &str) -> Self {
        self.components.last_mut().unwrap().tree = tree.to_owned();
        self
    }

    pub(crate) fn with_third_party(mut self, name: &str, digest_number: u32) -> Self {
        let component = self.components.iter_mut().find(|component| component.name == name).unwrap();
        let reference = format!("redis:8@{}", digest(digest_number));
        component.images.push(Image { reference, digest: digest(digest_number), own: false, source_commit: None });
        self
    }

    /// A component whose image was built from its branch.
    pub(crate) fn with_built(self, name: &str, commit_number: u32, digest_number: u32) -> Self {
        self.with(name, &commit(commit_number), digest_number).built(name, commit_number, BRANCH, digest_number)
    }

    pub(crate) fn built(mut self, name: &str, commit_number: u32, branch: &str, digest_number: u32) -> Self {
        self.built.push(Built {
            service: name.to_owned(),
            commit: commit(commit_number),
            branch: branch.to_owned(),
            reference: format!("registry.example.com/{name}:{}", commit(commit_number)),
            digest: digest(digest_number),
            manifests: "tree in the service's own repository".to_owned(),
            entry: self.built.len() as u64,
        });
        self
    }

    /// The components as they are so far have succeeded on a target.
    pub(crate) fn proven(mut self, target: &str, promotable: bool, standing: bool) -> Self {
        let number = self.proofs.len() as u64;
        self.proofs.push(Proof {
            target: target.to_owned(),
            environment: target.trim_end_matches("-apps").to_owned(),
            promotable,
            recipe: recipe(self.components.clone()),
            promotion: format!("p-{number}"),
            since: number,
            standing,
        });
        self
    }

    /// Forgets the components, so that others can be told.
    pub(crate) fn then(mut self) -> Self {
        self.components.clear();
        self
    }

    pub(crate) fn request(self) -> Request {
        let mut request = promotion_request(&self.target.environment);
        let promotion = proposed_in(&mut request);
        (promotion.target, promotion.recipe) = (self.target, recipe(self.components));
        (promotion.built, promotion.proofs) = (self.built, self.proofs);
        request
    }

    pub(crate) fn decide(self) -> Answer {
        decide(&self.request())
    }
}

pub(crate) fn decide(request: &Request) -> Answer {
    testing::decide::<SameImage>("{}", request).unwrap()
}

pub(crate) fn findings(answer: &Answer) -> &[Finding] {
    match answer {
        Answer::Findings(judgement) => &judgement.findings,
        Answer::Pending(wait) => panic!("pending: {}", wait.reason),
    }
}

pub(crate) fn rules_of(answer: &Answer) -> Vec<&str> {
    findings(answer).iter().map(|finding| finding.rule.as_str()).collect()
}

/// All rules deny unless a finding goes below.
pub(crate) fn denials(answer: &Answer) -> Vec<Finding> {
    findings(answer).iter().filter(|finding| finding.level.is_none()).cloned().collect()
}

pub(crate) fn subject(finding: &Finding) -> String {
    match &finding.subject {
        Subject::Component(name) => name.clone(),
        Subject::Promotion => String::new(),
    }
}
