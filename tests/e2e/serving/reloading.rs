//! The ledger changes while questions go on: as soon as the webhook says that it has read the change, nobody is answered by what
//! was before, and nobody is left without an answer at any time.

use std::sync::atomic::{AtomicBool, AtomicU32, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::Value;
use tollgate_tests::{Asker, Pipeline, Shop, Webhook, soak};

use super::about;

/// How many ask at the same time.
const ASKERS: usize = 4;

/// Something that is asked again and again.
struct Question {
    body: Vec<u8>,
    /// Whether it has to pass; nothing: just now either may be.
    passes: Option<bool>,
}

/// What is asked and known at a time.
#[derive(Default)]
struct Now {
    questions: Vec<Question>,
    /// Digest of the policy that has to be in force; nothing: just now it may be any.
    revision: Option<String>,
    answered: AtomicU32,
}

/// Those who ask, and what they have to be told.
struct Crowd<'a> {
    webhook: &'a Webhook,
    now: Mutex<Arc<Now>>,
    is_over: AtomicBool,
    failed: Mutex<Option<String>>,
}

impl<'a> Crowd<'a> {
    fn new(webhook: &'a Webhook, questions: &[Vec<u8>]) -> Self {
        let crowd = Self { webhook, now: Mutex::default(), is_over: AtomicBool::new(false), failed: Mutex::default() };
        crowd.ask(questions.iter().map(|body| Question { body: body.clone(), passes: None }).collect(), None);
        crowd
    }

    fn ask(&self, questions: Vec<Question>, revision: Option<String>) {
        *self.now.lock().unwrap() = Arc::new(Now { questions, revision, ..Now::default() });
    }

    fn now(&self) -> Arc<Now> {
        Arc::clone(&self.now.lock().unwrap())
    }

    /// What comes may change the answers from now on.
    fn expect_anything(&self) {
        let any = self.now().questions.iter().map(|question| Question { body: question.body.clone(), passes: None }).collect();
        self.ask(any, None);
    }

    /// From now on these have to pass or not, by the policy that is in force.
    #[track_caller]
    fn expect(&self, questions: &[(Vec<u8>, bool)]) {
        let revision = revision(&Asker::new(self.webhook).ask(&questions[0].0));
        let question = |(body, passes): &(Vec<u8>, bool)| Question { body: body.clone(), passes: Some(*passes) };
        self.ask(questions.iter().map(question).collect(), Some(revision));
        // Everybody is asked some times before anything else happens.
        let (now, begun) = (self.now(), Instant::now());
        while now.answered.load(Ordering::Relaxed) < 40 {
            let failure = self.failed.lock().unwrap().take();
            assert_eq!(failure, None);
            assert!(begun.elapsed() < Duration::from_secs(120), "too few are answered");
            std::thread::sleep(Duration::from_millis(10));
        }
    }

    /// One of those who ask.
    fn go_on(&self, first: usize) {
        let mut asker = Asker::new(self.webhook);
        for number in first.. {
            let now = self.now();
            let question = &now.questions[number % now.questions.len()];
            let answer = asker.ask(&question.body);
            // What was true when the question was asked and still is when the answer has come was true for the answer.
            let is_still_so = Arc::ptr_eq(&now, &self.now());
            if let Some(why) = wrong(&answer, question, &now).filter(|(_, always)| *always || is_still_so) {
                self.failed.lock().unwrap().get_or_insert(format!("{}: {answer}", why.0));
            }
            now.answered.fetch_add(1, Ordering::Relaxed);
            if self.is_over.load(Ordering::Relaxed) {
                return;
            }
        }
    }

    /// Lets everybody ask while something is done.
    fn while_asking(&self, what: impl FnOnce()) {
        std::thread::scope(|scope| {
            let askers: Vec<_> = (0..ASKERS).map(|number| scope.spawn(move || self.go_on(number))).collect();
            let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(what));
            self.is_over.store(true, Ordering::Relaxed);
            askers.into_iter().for_each(|asker| asker.join().unwrap());
            if let Err(panic) = done {
                std::panic::resume_unwind(panic);
            }
        });
        assert_eq!(self.failed.lock().unwrap().take(), None);
    }
}

/// What is wrong with an answer, and whether it is wrong at any time.
fn wrong(answer: &Value, question: &Question, now: &Now) -> Option<(&'static str, bool)> {
    if !matches!(
        (&answer["allowed"], &answer["status"]["code"]),
        (Value::Bool(true), Value::Null) | (Value::Bool(false), Value::Number(_))
    ) {
        return Some(("no answer", true));
    }
    if answer["status"]["code"] == 500 {
        return Some(("nobody could judge it", true));
    }
    match question.passes {
        Some(passes) if answer["allowed"] != passes => Some(("a wrong answer", false)),
        _ if now.revision.as_ref().is_some_and(|known| revision(answer) != *known) => Some(("another policy", false)),
        _ => None,
    }
}

fn revision(answer: &Value) -> String {
    answer["auditAnnotations"]["policy-revision"].as_str().unwrap().to_owned()
}

/// Waits until the webhook knows the ledger as it is.
#[track_caller]
fn catch_up(webhook: &Webhook, shop: &Shop) {
    let (entries, begun) = (shop.ledger().entries().len() as u64, Instant::now());
    while webhook.metric("tollgate_ledger_entries") < entries {
        assert!(begun.elapsed() < Duration::from_secs(60), "{:#?}", webhook.journal());
        std::thread::sleep(Duration::from_millis(50));
    }
}

/// A question about the Deployment that runs.
fn about_what_runs(shop: &Shop) -> Vec<u8> {
    let files = shop.target("preprod").files();
    let text = files.iter().find(|(path, _)| path.ends_with("deployment.yaml")).unwrap().1;
    about(&serde_yaml::from_str(text).unwrap())
}

fn serve(shop: &Shop) -> Webhook {
    Webhook::start(shop.tollgate(&[]), &["--target", "preprod-apps", "--trust", &shop.trust])
}

#[test]
fn once_another_recipe_is_known_the_one_before_passes_no_more_and_nobody_is_left_without_an_answer() {
    let gate = "{name: approved-recipe, policy: builtin:approved-recipe, admission: {mode: deny, deletes: true}}";
    let shop = Shop::with(&["cart"], &Pipeline::deployment().gate(gate));
    shop.promote("master").exits(0);
    let webhook = serve(&shop);
    let mut runs = about_what_runs(&shop);
    let crowd = Crowd::new(&webhook, std::slice::from_ref(&runs));
    crowd.while_asking(|| {
        crowd.expect(&[(runs.clone(), true)]);
        for round in 0..soak(2) {
            crowd.expect_anything();
            shop.release("cart", &format!("release {round}"));
            shop.promote("master").exits(0);
            let before = std::mem::replace(&mut runs, about_what_runs(&shop));
            catch_up(&webhook, &shop);
            crowd.expect(&[(runs.clone(), true), (before, false), (runs.clone(), true)]);
        }
    });
}

#[test]
fn once_another_policy_is_known_nobody_is_answered_by_the_one_before_and_nobody_is_left_without_an_answer() {
    let shop = Shop::with(&["cart"], &Pipeline::deployment());
    shop.promote("master").exits(0);
    let webhook = serve(&shop);
    let runs = about_what_runs(&shop);
    let crowd = Crowd::new(&webhook, std::slice::from_ref(&runs));
    crowd.while_asking(|| {
        crowd.expect(&[(runs.clone(), true)]);
        for round in 0..soak(2) {
            crowd.expect_anything();
            let is_strict = round % 2 == 0;
            let gate = format!("{{name: workload-limits, settings: {{cpuLimit: {is_strict}}}}}");
            shop.deployment.write("tollgate.yaml", Pipeline::deployment().gate(&gate).text());
            shop.deployment.deliver("master", "another policy");
            shop.tollgate(&["policy", "accept", "HEAD"]).run().exits(0);
            catch_up(&webhook, &shop);
            crowd.expect(&[(runs.clone(), !is_strict)]);
        }
    });
}
